"""What is installed works in other projects: CMake's find_package with leakscan_add_test, pkg-config; and `leakscan run --
ctest` records a whole test suite."""

import json
import pathlib
import re
import shutil

from checks import check, check_that
from harness import case, need, traces_in

PROJECT = pathlib.Path(__file__).resolve().parents[1] / "projects" / "tested"


def must(lab, *argv, **options):
    outcome = lab.native(*argv, timeout=280, **options)
    check(outcome.status, 0, f"{' '.join(map(str, argv))}: {outcome.stdout.decode()} {outcome.stderr.decode()}")
    return outcome.stdout.decode()


def installed(lab):
    """A prefix with what `cmake --install` puts there."""
    prefix = lab.scratch / "prefix"
    build = lab.leakscan.parents[1]
    cmake = shutil.which("cmake")
    need(cmake and (build / "cmake_install.cmake").exists(), "needs CMake and its build directory")
    must(lab, cmake, "--install", build, "--prefix", prefix)
    return prefix


def built_project(lab, prefix):
    source, build = lab.scratch / "source", lab.scratch / "build"
    shutil.copytree(PROJECT, source)
    recording = lab.new_directory("known")
    cmake = shutil.which("cmake")
    (source / "known.supp").write_text("leak:forget\n", encoding="ascii")
    must(lab, cmake, "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
    must(lab, cmake, "--build", build)
    outcome = lab.native(prefix / "bin" / "leakscan", "run", "-o", recording / "%e.%p.zst", "--baseline",
                         source / "known.txt", "--update-baseline", "--", build / "leaky")
    check(outcome.status, 0, f"the baseline: {outcome.stderr!r}")
    return build


def tests_of(output):
    """Names of tests to whether they passed."""
    return {name: result == "Passed" for name, result in re.findall(r"Test +#\d+: (\S+) \.+ *\**(Passed|Failed)", output)}


@case
def an_installed_leakscan_gives_cmake_projects_leak_tests(lab):
    build = built_project(lab, installed(lab))
    ctest = shutil.which("ctest")
    for _ in range(2):  # the second time, what the first one wrote is in the way
        outcome = lab.native(ctest, "--test-dir", build, "-L", "leakscan", "--output-on-failure", timeout=280)
        text = outcome.stdout.decode()
        passed = {"leaky": False, "tidy": True, "fails": False, "tree/with_a_leak": False, "leaky_but_allowed": True}
        passed |= {"leaky_but_suppressed": True, "leaky_but_known": True, "labelled": True}
        check(tests_of(text), passed, text)
    check_that("forget (leaky.c:7)" in text, f"the place is named: {text}")
    folder = build / "leakscan" / "leaky"
    check_that((folder / "report.html").exists() and (folder / "junit.xml").exists(), "artifacts")
    check(len(list(folder.glob("leakhook.leaky.*.zst"))), 1, "traces of the last run only")


@case
def run_of_ctest_judges_each_program_of_the_suite(lab):
    build = built_project(lab, installed(lab))
    ctest = shutil.which("ctest")
    kept = lab.scratch / "kept"
    options = ("--artifacts", kept, "--only", "leaky,t?dy", "--fail-on", "lost>0")
    outcome = lab.scan("run", *options, "--", ctest, "--test-dir", build, "-R", "plain")
    text = outcome.stderr.decode()
    check_that(b"100% tests passed" in outcome.stdout, f"ctest itself is content: {outcome.stdout!r}")
    check(outcome.status, 23, f"status {text}")
    check_that("1 of 2 processes breaks a rule" in text, text)
    names = {path.name for path in kept.iterdir() if path.suffix != ".zst"}
    check(names, {"report.html", "report.json", "junit.xml", "leaks.sarif", "gl-code-quality.json", "summary.md"}, "artifacts")
    processes = json.loads((kept / "report.json").read_text(encoding="utf-8"))["processes"]
    lost = {pathlib.Path(p["exe"]).name: p["truth"]["definitely_lost"]["bytes"] for p in processes}
    check(set(lost), {"leaky", "tidy"}, "--only")
    check((lost["tidy"], lost["leaky"] >= 900), (0, True), f"lost by each: {lost}")
    clean = lab.scan("run", "-o", lab.new_directory() / "%e.%p.zst", "--fail-on", "lost>0", "--only", "leaky,t?dy",
                     "--", ctest, "--test-dir", build, "-R", "plain.tidy")
    check(clean.status, 0, f"a clean suite {clean.stderr!r}")
    everything = lab.new_directory("tree")
    outcome = lab.scan("run", "-o", everything / "%e.%p.zst", "--", ctest, "--test-dir", build, "-R", "plain")
    programs = {pathlib.Path(trace).name.split(".")[0] for trace in traces_in(everything)}
    check((outcome.status, programs >= {"ctest", "leaky", "tidy"}), (0, True), f"the whole tree: {programs}")


@case
def pkg_config_knows_the_headers_and_the_library(lab):
    prefix = installed(lab)
    need(shutil.which("pkg-config") and shutil.which("cc"), "needs pkg-config and a C compiler")
    (folder,) = prefix.rglob("pkgconfig")
    env = {"PKG_CONFIG_PATH": str(folder)}
    flags = must(lab, shutil.which("pkg-config"), "--cflags", "leakhook", env=env).split()
    library = must(lab, shutil.which("pkg-config"), "--variable=preload", "leakhook", env=env).strip()
    program = lab.scratch / "labelled"
    must(lab, shutil.which("cc"), *flags, PROJECT / "labelled.c", "-o", program)
    check(lab.native(program).status, 5, "without the library")
    output = {"LEAKHOOK_OUTPUT": str(lab.scratch / "t.zst")}
    check(lab.native(program, env=output, preload=[library]).status, 0, "with it")
