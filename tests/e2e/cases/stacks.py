"""Captured stacks are those of a full walk by libunwind, in real programs."""

import json
import shutil

from checks import Skip, check, check_that
from harness import case
from shadow_stacks import check_shadow_stacks

WORK = {
    "sqlite3": (["sqlite3", ":memory:", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20000) "
                 "SELECT count(*), max(hex(i)) FROM n GROUP BY i % 7;"], {}),
    "python3": (["/usr/bin/python3", "-c", "import json, re; d = [{'a': i, 'b': str(i) * 3} for i in range(3000)];"
                 "print(len(re.findall('[0-9]+', json.dumps(d))))"], {"PYTHONMALLOC": "malloc"}),
    "perl": (["perl", "-e", 'my %h; $h{$_ % 500} .= "x$_" for 1..20000; print scalar keys %h'], {}),
    "g++": (["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-include", "regex", "/dev/null"], {}),
}


def check_counters(lab, trace):
    """How many stacks of a trace were compared with libunwind, all without a difference."""
    outcome = lab.scan("info", "--json", trace)
    check(outcome.status, 0, "leakscan info")
    checks = json.loads(outcome.stdout).get("stack_checks")
    if checks is None:
        return 0
    check(checks["mismatches"], 0, f"different stacks in {trace}")
    return checks["checked"]


def check_stacks(lab, name):
    command, environment = WORK[name]
    program = shutil.which(command[0])
    if program is None:
        raise Skip(f"{command[0]} is not installed")
    recording = lab.run_recorded(program, *command[1:], env={**environment, "LEAKHOOK_VERIFY_STACKS": "5"})
    check(recording.outcome.status, 0, "status")
    checked = sum(check_counters(lab, trace) for trace in recording.traces)
    check_that(checked > 1000, f"{checked} stacks were compared")


@case
def stacks_of_sqlite3(lab):
    check_stacks(lab, "sqlite3")


@case
def stacks_of_python3(lab):
    check_stacks(lab, "python3")


@case
def stacks_of_perl(lab):
    check_stacks(lab, "perl")


@case
def stacks_of_the_compiler(lab):
    check_stacks(lab, "g++")


@case
def stacks_are_those_the_program_knows(lab):
    """A referee that does not unwind: the program keeps its own account of where its functions return to."""
    log = lab.scratch / "stacks.log"
    plugins = [lab.programs / "libframes_600.so", lab.programs / "libframes_2200.so"]
    recording = lab.record("stack_torture", log, *plugins, env={"LEAKHOOK_VERIFY_STACKS": "1"})
    (trace,) = recording.traces
    compared = check_shadow_stacks(lab, trace, log)
    check_that(compared > 1000, f"{compared} stacks were compared")
    check_counters(lab, trace)
