"""examples/ci: the shell steps of each file, run as its server would, on a project that leaks and on one that does not."""

import pathlib
import re
import shutil
import textwrap

from checks import check, check_that
from ci_formats import check_github
from harness import case, need, run

SNIPPETS = pathlib.Path(__file__).resolve().parents[3] / "examples" / "ci"

CMAKE = """
cmake_minimum_required(VERSION 3.20)
project(cart C)
enable_testing()
add_executable(cart_test cart_test.c)
target_compile_options(cart_test PRIVATE -fno-builtin)
add_test(NAME cart COMMAND cart_test)
"""
SOURCE = """
#include <stdlib.h>
static void *volatile item;
__attribute__((noinline)) static void add_item(void) {
  item = malloc(100);
  if (@FREES@) free(item);
}
int main(void) {
  for (int i = 0; i < 20; ++i) add_item();
  item = NULL;
  return 0;
}
"""


def yaml_of(name):
    try:
        import yaml
    except ImportError:
        need(False, "needs python3-yaml")
    return yaml.safe_load((SNIPPETS / name).read_text(encoding="utf-8"))


def run_script(lab, script, directory, env):
    """As servers do: one shell, which ends at the first command that fails."""
    environment = {**lab.native_environment(), **env, "PATH": f"{lab.leakscan.parent}:{lab.native_environment()['PATH']}"}
    return run(["/bin/sh", "-e", "-c", script], env=environment, cwd=directory, timeout=250)


def project(lab, leaks):
    need(shutil.which("cmake") and shutil.which("cc"), "needs CMake and a C compiler")
    directory = lab.new_directory("project")
    (directory / "CMakeLists.txt").write_text(CMAKE, encoding="ascii")
    (directory / "cart_test.c").write_text(SOURCE.replace("@FREES@", "0" if leaks else "1"), encoding="ascii")
    return directory


def check_pipeline(lab, scripts, artifacts):
    """scripts: before the step that judges, that step, after it. Returns what the judging step printed of the leak."""
    printed = {}
    for leaks in (True, False):
        directory = project(lab, leaks)
        env = {"GITHUB_STEP_SUMMARY": str(directory / "step_summary.md")}
        before, judging, after = scripts
        prepared = run_script(lab, before, directory, env)
        check(prepared.status, 0, f"{before}: {prepared.stderr.decode()}")
        outcome = run_script(lab, judging, directory, env)
        check(outcome.status, 23 if leaks else 0, f"{judging}: {outcome.stderr.decode()}")
        finished = run_script(lab, after, directory, env)
        check(finished.status, 0, f"{after}: {finished.stderr.decode()}")
        for name in artifacts:
            path = directory / name
            check_that(path.is_file() and path.stat().st_size > 0, f"{name} is there")
            if leaks and path.suffix != ".html":
                check_that("add_item" in path.read_text(encoding="utf-8").replace("&#95;", "_"), f"{name} names the place")
        printed[leaks] = outcome.stdout.decode()
    return printed


@case
def ci_snippet_for_github_works(lab):
    steps = yaml_of("github-actions.yml")["jobs"]["leaks"]["steps"]
    shell = [step for step in steps if "run" in step and step.get("id") != "install"]
    check([step["name"] for step in shell], ["Build", "Test for leaks", "Summary"], "steps")
    sarif = [step["with"]["sarif_file"] for step in steps if "upload-sarif" in step.get("uses", "")]
    printed = check_pipeline(lab, [step["run"] for step in shell], [*sarif, "leaks/report.html", "step_summary.md"])
    check(sum("file=" in line for line in check_github(printed[True])), 1, "annotations at a place")
    check_that("cart_test.c,line=5," in printed[True], printed[True])
    check(check_github(printed[False]), [], "annotations of a clean run")


@case
def ci_snippet_for_gitlab_works(lab):
    job = yaml_of("gitlab-ci.yml")["leaks"]
    *before, judging = job["script"]
    reports = job["artifacts"]["reports"]
    check(job["artifacts"]["paths"], ["leaks/"], "paths")
    directory_of = {kind: pathlib.Path(path).parent.as_posix() for kind, path in reports.items()}
    check(directory_of, {"junit": "leaks", "codequality": "leaks"}, "where the reports are")
    check_pipeline(lab, ["\n".join(before), judging, "true"], [reports["junit"], "leaks/summary.md"])


@case
def ci_snippet_for_jenkins_works(lab):
    text = (SNIPPETS / "Jenkinsfile").read_text(encoding="utf-8")
    before, judging = [textwrap.dedent(script) for script in re.findall(r"sh '''\n(.*?)'''", text, re.DOTALL)]
    (junit,) = re.findall(r"junit '(.*?)'", text)
    (sarif,) = re.findall(r"sarif\(pattern: '(.*?)'\)", text)
    check(text.count("{"), text.count("}"), "braces")
    check_pipeline(lab, [before, judging, "true"], [junit, sarif])
