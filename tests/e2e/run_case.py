#!/usr/bin/env python3
"""Runs one end-to-end case, or lists them. CTest passes the paths; `ctest -V -R NAME` shows the whole command."""

import argparse
import importlib
import pathlib
import sys

import harness

HERE = pathlib.Path(__file__).resolve().parent


def load_cases():
    for path in sorted((HERE / "cases").glob("*.py")):
        importlib.import_module(f"cases.{path.stem}")
    importlib.import_module("real_programs")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the names of all cases")
    parser.add_argument("--leakscan", help="the leakscan program")
    parser.add_argument("--library", help="libleakhook.so")
    parser.add_argument("--programs", help="directory of the test programs")
    parser.add_argument("--examples", help="directory of the built examples")
    parser.add_argument("--keep", action="store_true", help="keep the scratch directory and say where it is")
    parser.add_argument("case", nargs="?")
    arguments = parser.parse_args()
    load_cases()
    if arguments.list:
        print("\n".join(sorted(harness.CASES)))
        return 0
    if arguments.case not in harness.CASES:
        parser.error(f"no such case: {arguments.case}")
    lab = harness.Lab(arguments.leakscan, arguments.library, arguments.programs, arguments.examples)
    if arguments.keep:
        print(f"scratch directory: {lab.scratch}")
        lab.close = lambda: None
    return harness.run_case(arguments.case, lab)


if __name__ == "__main__":
    sys.exit(main())
