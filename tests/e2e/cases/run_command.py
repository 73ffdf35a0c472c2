"""leakscan run: the program's own status, and a clear sentence where preloading cannot work."""

import os
import shutil

from checks import check, check_that
from harness import case, need_root, traces_in


def run_through_leakscan(lab, *program, options=()):
    directory = lab.new_directory("run")
    outcome = lab.scan("run", "-o", directory / "%e.%p.zst", *options, "--", *program)
    return outcome, traces_in(directory)


@case
def run_returns_the_programs_status(lab):
    outcome, traces = run_through_leakscan(lab, lab.program("endings"), "exit")
    check((outcome.status, outcome.stdout), (3, b"before the end\n"), "status and stdout")
    lab.analyze(traces).only.check_leak("leak_known", 1000, 40)


@case
def run_returns_128_plus_the_signal(lab):
    outcome, _ = run_through_leakscan(lab, lab.program("endings"), "sigkill")
    check(outcome.status, 128 + 9, "status")


@case
def run_refuses_what_it_cannot_start(lab):
    outcome, traces = run_through_leakscan(lab, "/no/such/program")
    check((outcome.status, traces), (2, []), "status and traces")
    check_that(b"/no/such/program" in outcome.stderr, f"the name is in the message: {outcome.stderr}")


def check_refused(lab, program, word):
    outcome, traces = run_through_leakscan(lab, program)
    check((outcome.status, outcome.stdout, traces), (2, b"", []), "status, stdout and traces")
    check_that(word in outcome.stderr.decode().lower(), f"the message says why ({word}): {outcome.stderr}")


@case
def run_refuses_a_static_program(lab):
    check_refused(lab, lab.program("static_program"), "static")


@case
def run_refuses_a_setuid_program(lab):
    need_root()
    program = lab.scratch / "setuid_program"
    shutil.copy(lab.program("leaky"), program)
    os.chown(program, 65534, 65534)
    os.chmod(program, 0o4755)
    check_refused(lab, program, "set-user-id")


@case
def run_writes_reports(lab):
    html, data = lab.scratch / "report.html", lab.scratch / "run.json"
    outcome, _ = run_through_leakscan(lab, lab.program("leaky"), options=("--html", html, "--json", data))
    check(outcome.status, 0, f"status (stderr {outcome.stderr})")
    check_that(html.stat().st_size > 1000 and b"leak_known" in data.read_bytes(), "both reports are there")


@case
def explain_prints_a_page_or_the_list(lab):
    kinds = [line.split()[0] for line in lab.scan("explain").stdout.decode().splitlines()]
    check_that({"lost-memory", "unbounded-cache", "reference-cycle"} <= set(kinds), f"kinds: {kinds}")
    for kind in kinds:
        outcome = lab.scan("explain", kind)
        check((outcome.status, outcome.stderr), (0, b""), f"explain {kind}")
        for heading in ("How leakscan recognises it", "Leaks", "Does not", "What to do", "See also"):
            check_that(heading in outcome.stdout.decode().splitlines(), f"'{heading}' is on the page of {kind}")


@case
def explain_refuses_what_it_does_not_know(lab):
    typo = lab.scan("explain", "unbounded-cash")
    check((typo.status, typo.stdout), (2, b""), "status and stdout")
    check_that(b"did you mean 'unbounded-cache'?" in typo.stderr, f"the message helps: {typo.stderr}")
    check(typo.stderr.count(b"\n"), 1, "lines of the message")
    check(lab.scan("explain", "xyzzy").status, 2, "status for a word that is like none")
