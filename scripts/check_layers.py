#!/usr/bin/env python3
"""Checks the shape of the source tree: who may include whom, where libraries may appear, how long a file may be, and
that every C++ file of the tests is built by some CMakeLists.txt. Prints what is wrong; the exit status is 1 then."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 600
LONG_LINES = 300

# Folder -> folders whose headers it may include, besides its own. Events flow one way:
#   interpose -> record -> buffer -> sink  ==trace==>  decode -> replay -> analyses -> report -> render
PRELOAD = {"trace_format", "sys", "live_set", "buffer", "record", "scan", "sink", "snapshot", "process",
           "interpose"}
LAYERS = {
    "preload/include/trace_format": set(),
    "preload/include/leakhook": set(),
    "preload/sys": set(),
    "preload/buffer": {"sys", "trace_format"},
    "preload/record": {"buffer", "live_set", "trace_format", "sys"},
    "preload/scan": {"sys", "trace_format"},
    "preload/sink": {"buffer", "trace_format", "sys"},
    "preload/live_set": {"sys"},
    "preload/interpose": {"leakhook", "record", "live_set", "snapshot", "sys", "trace_format"},
    "preload/snapshot": {"buffer", "live_set", "record", "scan", "sink", "sys", "trace_format"},
    "preload/process": PRELOAD,
    "analyzer/base": set(),
    "analyzer/decode": {"trace_format", "base"},
    "analyzer/replay": {"trace_format", "base", "decode"},
    "analyzer/analyses": {"replay", "base"},
    "analyzer/symbols": {"replay", "base"},
    "analyzer/graph": {"decode", "replay", "symbols", "base", "trace_format"},
    "analyzer/report": {"graph", "analyses", "replay", "symbols", "base", "trace_format"},
    "analyzer/patterns": {"report", "base"},
    "analyzer/suppress": {"report", "symbols", "base"},
    "analyzer/diff": {"report", "base"},
    "analyzer/gate": {"diff", "suppress", "report", "base"},
    "analyzer/launch": {"base"},
    "analyzer/control": {"base", "trace_format"},
    "analyzer/render": {"gate", "diff", "report", "base"},
    "analyzer/cli": {"base"},
}

# Single files that may do more, each with its reason: "folder/file" -> folders.
ALLOWANCES = {}

# Header of a library -> where it may be included (path prefixes).
LIBRARIES = {
    r"libunwind\.h": ("preload/record/stack_capture_libunwind", "preload/record/stack_verify.cpp", "tests/"),
    r"CLI/": ("analyzer/cli/",),
    r"nlohmann/": ("analyzer/render/json_", "tests/"),
    r"(elfutils/|libelf|gelf|dwarf)": ("analyzer/symbols/", "tests/"),
    r"zstd": ("preload/sink/", "analyzer/decode/", "tests/"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCE_SUFFIXES = {".h", ".c", ".cpp", ".py", ".js", ".mjs", ".ts", ".css", ".sh"}
SOURCE_FOLDERS = ("preload", "analyzer", "report-templates", "scripts", "tests", "examples", "cmake")


def source_files():
    for folder in SOURCE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in SOURCE_SUFFIXES and "node_modules" not in path.parts:
                yield path


def layer_of(path):
    folder = path.parent.relative_to(ROOT).as_posix()
    return folder if folder in LAYERS else None


def may_include(path, layer, included):
    folder = included.split("/")[0]
    if "/" not in included or folder == layer.rsplit("/", 1)[-1]:
        return True
    return folder in LAYERS[layer] | ALLOWANCES.get(path.relative_to(ROOT).as_posix(), set())


def check_includes(path, text):
    layer = layer_of(path)
    name = path.relative_to(ROOT).as_posix()
    for bracket, included in INCLUDE.findall(text):
        if layer and bracket == '"' and not may_include(path, layer, included):
            yield f"{name}: {layer} may not include {included}"
        for library, places in LIBRARIES.items():
            if bracket == "<" and re.match(library, included) and not name.startswith(places):
                yield f"{name}: <{included}> belongs to {' or '.join(places)}"


def check_length(path, text):
    lines = text.count("\n")
    name = path.relative_to(ROOT).as_posix()
    if lines > MAX_LINES:
        yield f"{name}: {lines} lines, more than {MAX_LINES}"
    elif lines > LONG_LINES:
        print(f"warning: {name}: {lines} lines, better below {LONG_LINES}")


def check_registered(path):
    """A test source that no CMakeLists.txt names would never run."""
    lists = (folder / "CMakeLists.txt" for folder in path.parents if ROOT in folder.parents)
    if not any(names_file(build, path) for build in lists if build.exists()):
        yield f"{path.relative_to(ROOT)}: not named in a CMakeLists.txt of its folder or above"


def names_file(build, path):
    relative = path.relative_to(build.parent).as_posix()
    return re.search(rf"(^|[\s(/]){re.escape(relative)}($|[\s)])", build.read_text(encoding="utf-8")) is not None


def main():
    problems = []
    for path in source_files():
        text = path.read_text(encoding="utf-8")
        problems += check_length(path, text)
        if path.suffix in {".h", ".c", ".cpp"}:
            problems += check_includes(path, text)
        if path.suffix in {".c", ".cpp"} and path.is_relative_to(ROOT / "tests"):
            problems += check_registered(path)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
