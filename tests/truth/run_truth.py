#!/usr/bin/env python3
"""Runs one program of known leaks, as every compiler made it: the report must say what the table says, to the byte, and
nothing of the repaired program. `ctest -V -R truth.NAME` shows the whole command; --list prints the names."""

import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import judge  # noqa: E402
import truth_table  # noqa: E402
from checks import Failure  # noqa: E402
from harness import SKIPPED, Lab  # noqa: E402

REFERENCE = "gcc-O1"
CANNOT_RUN = 77  # what a program answers where the machine lacks something


def run_case(lab, case, folder):
    """The differences between truth and report, for the program in this folder; None where it cannot run."""
    scrubbed = {"LEAKHOOK_SCRUB": "1"} if case.scrub else {}
    problems = []
    runs = [((), scrubbed, judge.judge), (("fixed",), scrubbed, judge.judge_fixed)]
    runs += [((), {}, judge.judge_unscrubbed)] if case.unscrubbed else []
    for arguments, environment, expected in runs:
        try:
            recording = lab.record(folder / case.name, *arguments, env=environment)
            if recording.outcome.status == CANNOT_RUN:
                return None
            processes = recording.report().processes
        except Failure as failure:
            problems.append(f"{' '.join(arguments) or 'as it is'}: {failure}")
            continue
        problems += [f"{' '.join(arguments) or 'as it is'}: {text}" for text in judge_all(processes, case, expected)]
    return problems


def judge_all(processes, case, expected):
    """What the case is about happens in the last process of the program: the only one, or the child that it forked."""
    *parents, last = [process for process in processes if pathlib.Path(process["exe"]).name == case.name]
    yield from expected(last, case)
    for parent in parents:
        yield from judge.judge_fixed(parent, case)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the names of all cases")
    parser.add_argument("--leakscan", help="the leakscan program")
    parser.add_argument("--library", help="libleakhook.so")
    parser.add_argument("--programs", type=pathlib.Path, help="directory with a folder for each compiler")
    parser.add_argument("--folder", help="only this compiler and optimization, such as gcc-O1")
    parser.add_argument("case", nargs="*", help="names; all if there are none")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(case.name for case in truth_table.CASES))
        return 0
    folders = sorted(arguments.programs.iterdir(), key=lambda folder: (folder.name != REFERENCE, folder.name))
    statuses = set()
    for case in truth_table.CASES:
        if arguments.case and case.name not in arguments.case:
            continue
        for folder in folders:
            if (folder / case.name).exists() and arguments.folder in (None, folder.name):
                statuses.add(report(arguments, case, folder))
    return 1 if 1 in statuses else SKIPPED if statuses == {SKIPPED} else 0


def report(arguments, case, folder):
    lab = Lab(arguments.leakscan, arguments.library, folder, folder)
    try:
        problems = run_case(lab, case, folder)
    finally:
        lab.close()
    for problem in problems or ():
        print(f"FAILED {folder.name}/{case.name} {problem}", flush=True)
    if problems is None:
        print(f"skipped {folder.name}/{case.name}", flush=True)
        return SKIPPED
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
