"""Rules, suppressions, baselines: exit codes and what they say."""

import json
import shutil

from checks import Failure, check, check_that
from ci_formats import check_github, check_gitlab, check_junit, check_sarif, check_sarif_in_public
from harness import case, traces_in


def recorded(lab, *argv):
    return lab.record(*argv).traces


def judged(lab, traces, *options, status=0):
    outcome = lab.scan("check", *traces, *options)
    check(outcome.status, status, f"leakscan check {' '.join(map(str, options))} ({outcome.stderr!r})")
    return outcome.stdout.decode()


@case
def gate_fails_a_leaky_program_and_passes_a_clean_one(lab):
    leaky, clean = recorded(lab, "leaky"), recorded(lab, "frees_everything")
    text = judged(lab, leaky, "--fail-on", "lost>0", status=1)
    check_that("leak_known (known.h:" in text, f"the place is named: {text}")
    judged(lab, leaky, "--fail-on", "peak>512MB", "--fail-on", "lost_bytes>64K")
    judged(lab, clean, "--fail-on", "lost>0", "--fail-on", "cycles>0")


@case
def gate_of_run_gives_23_or_the_programs_own_code(lab):
    def code(*options_and_program):
        directory = lab.new_directory("run")
        return lab.scan("run", "-o", directory / "%e.%p.zst", *options_and_program)

    leaky = code("--fail-on", "lost>0", "--", lab.program("leaky"))
    check((leaky.status, leaky.stdout), (23, b"leaked\n"), "a leaky program")
    check(code("--fail-on", "lost>0", "--", lab.program("frees_everything")).status, 0, "a clean program")
    check(code("--fail-on", "lost>0", "--", lab.program("endings"), "exit").status, 3, "a program that fails itself")


@case
def gate_artifacts_are_in_one_directory(lab):
    directory = lab.scratch / "kept"
    outcome = lab.scan("run", "--artifacts", directory, "--fail-on", "lost>0", "--", lab.program("leaky"))
    check(outcome.status, 23, "status")
    names = {path.name.split(".")[0] if path.suffix == ".zst" else path.name for path in directory.iterdir()}
    expected = {"leakhook", "report.html", "report.json", "junit.xml", "leaks.sarif", "gl-code-quality.json", "summary.md"}
    check(names, expected, "files")


@case
def gate_of_a_tree_judges_each_process(lab):
    directory = lab.new_directory("run")
    script = f"{lab.program('frees_everything')}; {lab.program('leaky')}; true"
    pattern = ("run", "-o", directory / "%e.%p.zst", "--only", "le*,frees_*")
    outcome = lab.scan(*pattern, "--fail-on", "lost>0", "--", "/bin/sh", "-c", script)
    check(outcome.status, 23, f"status ({outcome.stderr!r})")
    check({p.rsplit("/", 1)[-1].split(".")[0] for p in traces_in(directory)}, {"leaky", "frees_everything"}, "--only")
    check_that(b"1 of 2 processes breaks a rule" in outcome.stderr, f"verdict: {outcome.stderr!r}")


@case
def gate_without_children_records_only_the_program(lab):
    directory = lab.new_directory("run")
    outcome = lab.scan("run", "-o", directory / "%e.%p.zst", "--no-children", "--", "/bin/sh", "-c",
                       f"{lab.program('leaky')}; true")
    check(outcome.status, 0, "status")
    check(len(traces_in(directory)), 1, "traces")


@case
def gate_suppressions_excuse_and_unused_ones_are_told(lab):
    traces = recorded(lab, "leaky")
    suppressions = lab.scratch / "leaks.supp"
    suppressions.write_text("# max=1000\nleak:leak_known\nleak:no_such_function\n", encoding="ascii")
    text = judged(lab, traces, "--fail-on", "lost>0", "--suppressions", suppressions)
    check_that("1 suppressed" in text and "unused" in text, text)
    suppressions.write_text("# expires=2001-01-01\nleak:leak_known\n", encoding="ascii")
    check_that("expired on" in judged(lab, traces, "--fail-on", "lost>0", "--suppressions", suppressions, status=1), "")
    built_in = lab.scan("check", "--print-suppressions")
    check(built_in.status, 0, "status")
    suppressions.write_bytes(built_in.stdout)
    judged(lab, traces, "--fail-on", "lost>0", "--suppressions", suppressions, status=1)


SOURCE = """#include <stdlib.h>
#include <stdio.h>
static void *volatile sink;
__attribute__((noinline)) static void leak_old(int n) { while (n-- > 0) sink = malloc(40); sink = 0; }
@MORE@
int main(void) { leak_old(20); @CALL@ puts("done"); return 0; }
"""


def build(lab, name, more="", call="", options=("-O1",)):
    directory = lab.new_directory("source")
    source = directory / "app.c"
    source.write_text(SOURCE.replace("@MORE@", more).replace("@CALL@", call), encoding="ascii")
    program = directory / name
    compiler = shutil.which("cc")
    outcome = lab.native(compiler, "-g", *options, source, "-o", program)
    check(outcome.status, 0, f"cc {outcome.stderr!r}")
    return program


@case
def gate_counts_descriptors_and_threads(lab):
    for kind, rule in (("files", "fds>0"), ("zombies", "threads>0")):
        text = judged(lab, recorded(lab, "resource_leaks", kind, "leak"), "--fail-on", rule, status=1)
        check_that(rule in text, text)
        judged(lab, recorded(lab, "resource_leaks", kind, "fixed"), "--fail-on", "fds>0", "--fail-on", "threads>0")
    untracked = lab.record("leaky", env={"LEAKHOOK_TRACK": "none"}).traces
    for rule in ("fds>0", "threads>0"):
        outcome = lab.scan("check", *untracked, "--fail-on", rule)
        check((outcome.status, outcome.stdout), (2, b""), "status where nothing of the kind was recorded")
        check_that(b"were not recorded" in outcome.stderr, f"{outcome.stderr!r}")


@case
def suppressed_leaks_are_notes_of_a_report(lab):
    traces = recorded(lab, "leaky")
    suppressions = lab.scratch / "leaks.supp"
    suppressions.write_text("leak:leak_known\nleak:no_such_function\n", encoding="ascii")

    def report(*options):
        output = lab.scratch / "report.json"
        outcome = lab.scan("analyze", *traces, "--json", output, *options)
        check(outcome.status, 0, f"status ({outcome.stderr!r})")
        process = json.loads(output.read_text(encoding="utf-8"))["processes"][0]
        found = [(f["severity"], f["evidence"].get("suppressed by")) for f in process["findings"]]
        return process["severity"], found, outcome.stderr.decode()

    check(report()[:2], ("warning", [("warning", None)]), "without suppressions")
    severity, found, told = report("--suppressions", suppressions)
    check((severity, found), ("good", [("good", "leak:leak_known")]), "suppressed")
    check_that("no_such_function" in told and "unused" in told, f"what is unused is told: {told}")
    suppressions.write_text("what is this\n", encoding="ascii")
    outcome = lab.scan("analyze", *traces, "--suppressions", suppressions)
    check((outcome.status, outcome.stdout), (2, b""), "a wrong file")


@case
def gate_of_a_script_judges_not_its_shell(lab):
    script = lab.scratch / "tests.sh"
    script.write_text(f"if {lab.program('frees_everything')}; then exit 0; fi\n")
    directory = lab.new_directory("run")
    options = ("-o", directory / "%e.%p.zst", "--fail-on", "lost>0")
    check(lab.scan("run", *options, "--", "/bin/bash", script).status, 0, "status")
    shells = [trace for trace in traces_in(directory) if "/bash." in trace]
    judged(lab, shells, "--fail-on", "lost>0", "--no-built-in-suppressions", status=1)


@case
def gate_baseline_survives_moved_lines_and_tells_new_and_fixed(lab):
    baseline = lab.scratch / "leaks.txt"
    old = recorded(lab, build(lab, "app"))
    judged(lab, old, "--baseline", baseline, "--update-baseline")
    judged(lab, old, "--baseline", baseline)
    moved = recorded(lab, build(lab, "app", more="\n\n\nint unrelated(void) { return 1; }\n\n"))
    judged(lab, moved, "--baseline", baseline)
    judged(lab, recorded(lab, build(lab, "app", options=("-O2",))), "--baseline", baseline)
    more = "__attribute__((noinline)) static void leak_new(void) { for (int i = 0; i < 30; ++i) sink = malloc(64); sink = 0; }"
    worse = recorded(lab, build(lab, "app", more=more, call="leak_new();"))
    text = judged(lab, worse, "--baseline", baseline, status=1)
    check_that("leak_new" in text and "1 known" in text, text)
    fixed = judged(lab, recorded(lab, "frees_everything"), "--baseline", baseline)
    check_that("1 fixed" in fixed and "leak_old@app" in fixed, fixed)


@case
def gate_outputs_name_file_and_line(lab):
    traces = recorded(lab, build(lab, "app"))
    files = {kind: lab.scratch / f"leaks.{kind}" for kind in ("junit", "sarif", "gitlab", "markdown")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", path)]
    root = ("--source-root", lab.scratch)
    text = judged(lab, traces, "--fail-on", "lost>0", "--github", *options, *root, status=1)
    check_that(any("file=source" in line and "app.c,line=4," in line for line in check_github(text)), text)
    check(check_junit(files["junit"]).get("failures"), "1", "JUnit")
    sarif = json.loads(files["sarif"].read_text())
    check_sarif(sarif)
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    check(place["region"]["startLine"], 4, "line in SARIF")
    check_that(place["artifactLocation"]["uri"].endswith("/app.c"), "file in SARIF")
    gitlab = json.loads(files["gitlab"].read_text())
    check_gitlab(gitlab)
    check(gitlab[0]["location"]["lines"]["begin"], 4, "line in GitLab's report")
    check_that("leak&#95;old" in files["markdown"].read_text(), "function in Markdown")


def is_refused(validate, document):
    try:
        validate(document)
    except Failure:
        return True
    return False


@case
def gate_outputs_of_every_state_fit_their_schemas(lab):
    traces = [*recorded(lab, build(lab, "app")), *recorded(lab, "frees_everything"), *recorded(lab, "resource_leaks", "files", "leak")]
    killed = lab.run_recorded("endings", "sigkill").traces
    baseline, suppressions = lab.scratch / "known.txt", lab.scratch / "leaks.supp"
    suppressions.write_text("leak:leak_old\n", encoding="ascii")
    judged(lab, traces[:1], "--baseline", baseline, "--update-baseline")
    rules = ("--fail-on", "lost>0 if known", "--fail-on", "fds>0 if known", "--fail-on", "peak>1T")
    states = [(), ("--baseline", baseline), ("--suppressions", suppressions), ("--source-root", lab.scratch)]
    for options in states:
        files = {kind: lab.scratch / f"every.{kind}" for kind in ("junit", "sarif", "gitlab")}
        written = [word for kind, path in files.items() for word in (f"--{kind}", path)]
        text = judged(lab, [*traces, *killed], *rules, *options, *written, "--github", status=1)
        check_that(check_github(text), text)
        check_junit(files["junit"])
        sarif, gitlab = (json.loads(files[kind].read_text(encoding="utf-8")) for kind in ("sarif", "gitlab"))
        check_sarif(sarif)
        check_gitlab(gitlab)
        sarif["runs"][0]["results"][0]["misspelt"] = 1
        check_that(is_refused(check_sarif, sarif), "an unknown property is refused")
        gitlab.append({"description": "an issue without its place"})
        check_that(is_refused(check_gitlab, gitlab), "an incomplete issue is refused")
        junit = lab.scratch / "wrong.xml"
        junit.write_text(files["junit"].read_text(encoding="utf-8").replace("classname=", "class=", 1), encoding="utf-8")
        check_that(is_refused(check_junit, junit), "a test case without its class is refused")


@case
def gate_mistakes_are_one_sentence_and_code_2(lab):
    trace = recorded(lab, "leaky")[0]
    bad = lab.scratch / "bad"
    bad.write_text("what is this\n", encoding="ascii")
    rule = ("--fail-on", "lost>0")
    mistakes = [
        (["check"], "check needs a trace"),
        (["check", trace], "check needs a rule or a baseline"),
        (["check", trace, "--fail-on", "lots>0"], "did you mean 'lost'?"),
        (["check", trace, "--fail-on", "growth>1MB/min"], "less than a second"),
        (["check", trace, *rule, "--suppressions", bad], "bad:1: expected 'leak:PATTERN'"),
        (["check", trace, *rule, "--suppressions", lab.scratch / "none"], "No such file"),
        (["check", trace, *rule, "--suppressions", lab.scratch], "directory"),
        (["check", trace, *rule, "--baseline", bad], "this is no baseline"),
        (["check", trace, *rule, "--baseline", lab.scratch / "none"], "No such file"),
        (["check", trace, "--update-baseline", *rule], "--update-baseline needs --baseline"),
        (["check", trace, *rule, "--junit", "/no/such/dir/x"], "cannot write"),
        (["check", trace, *rule, "--sairf", "x"], "did you mean '--sarif'?"),
        (["run", "--fail-on", "lost>", "--", lab.program("leaky")], "a number belongs here"),
    ]
    for arguments, sentence in mistakes:
        outcome = lab.scan(*arguments)
        check((outcome.status, outcome.stdout), (2, b""), f"status and stdout of {arguments}")
        check_that(sentence in outcome.stderr.decode(), f"{arguments}: {outcome.stderr!r}")
        check_that(len(outcome.stderr.splitlines()) in (1, 3), f"one sentence: {outcome.stderr!r}")


@case
def gate_sarif_passes_the_public_validator(lab):
    for program, status in (("app", 1), ("frees_everything", 0)):
        traces = recorded(lab, build(lab, program) if program == "app" else program)
        sarif = lab.scratch / f"{program}.sarif"
        judged(lab, traces, "--fail-on", "lost>0", "--sarif", sarif, "--source-root", lab.scratch, status=status)
        check_sarif_in_public(sarif)
    document = json.loads(sarif.read_text(encoding="utf-8"))
    document["runs"][0]["tool"]["driver"]["misspelt"] = 1
    sarif.write_text(json.dumps(document), encoding="utf-8")
    check_that(is_refused(check_sarif_in_public, sarif), "an unknown property is refused")
