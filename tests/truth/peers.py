"""What valgrind and LeakSanitizer say about a program, in the classes of truth_table.

Memory that the loader keeps for a thread's variables is left out: it is the runtime's, not the program's. The C and
C++ libraries' own is given back by valgrind before it looks.
"""

import dataclasses
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

from truth_table import Truth

CLASSES = {
    "Leak_DefinitelyLost": "definite",
    "Leak_IndirectlyLost": "indirect",
    "Leak_PossiblyLost": "possible",
    "Leak_StillReachable": "reachable",
}
LOADER = re.compile(r"/ld-linux[^/]*\.so|/ld-[0-9.]+\.so")
LSAN_LEAK = re.compile(r"^(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object\(s\)", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a tool saw of one process. `leaks`: (kind, bytes, blocks, functions) of each record."""

    program: str  # file name of the executable
    truth: Truth
    leaks: tuple = ()


class Unavailable(Exception):
    """The tool did not work on this program."""


def valgrind(command, *, env, timeout=120, stdin=None, cwd=None, children=False):
    """What it saw of each process that ended by itself: the command and what it forked, with `children` also
    what these executed."""
    with tempfile.TemporaryDirectory(prefix="valgrind-") as directory:
        options = ["--quiet", "--leak-check=full", "--show-leak-kinds=all", "--errors-for-leak-kinds=none"]
        options += ["--leak-resolution=high", "--num-callers=40", "--fair-sched=yes"]
        options += ["--trace-children=yes"] if children else []
        options += ["--xml=yes", f"--xml-file={directory}/%p.xml"]
        run(["valgrind", *options, *command], env=env, timeout=timeout, stdin=stdin, cwd=cwd)
        seen = []
        for path in sorted(pathlib.Path(directory).glob("*.xml")):
            try:
                seen.append(read_valgrind(ElementTree.parse(path)))
            except ElementTree.ParseError:
                continue  # replaced by exec, or killed: there was no leak check
        return seen


def read_valgrind(document):
    totals = {name: [0, 0] for name in CLASSES.values()}
    leaks = []
    for error in document.iter("error"):
        kind = CLASSES.get(error.findtext("kind"))
        frames = error.findall("stack/frame")
        if kind is None or is_loaders(frames):
            continue
        size, blocks = (int(error.findtext(f"xwhat/{name}")) for name in ("leakedbytes", "leakedblocks"))
        size -= held_indirectly(error.findtext("xwhat/text"))
        totals[kind][0] += size
        totals[kind][1] += blocks
        leaks.append((kind, size, blocks, [frame.findtext("fn") or "?" for frame in frames]))
    return Seen(pathlib.Path(document.findtext("args/argv/exe")).name, Truth(**{kind: tuple(total) for kind, total in totals.items()}), tuple(leaks))


def held_indirectly(text):
    """Of "864 (216 direct, 648 indirect) bytes ...", what is listed as a record of its own."""
    found = re.search(r"\(([\d,]+) direct, ([\d,]+) indirect\)", text)
    return int(found.group(2).replace(",", "")) if found else 0


def is_loaders(frames):
    """The first caller of the allocation function is the loader."""
    callers = [frame.findtext("obj") or "" for frame in frames if "vgpreload" not in (frame.findtext("obj") or "")]
    return bool(callers) and LOADER.search(callers[0]) is not None


def lsan(command, *, env, library, timeout=120, stdin=None, cwd=None):
    """Bytes and blocks that LeakSanitizer calls leaked, over all processes of the command."""
    if not library:
        raise Unavailable("liblsan is not installed")
    with tempfile.TemporaryDirectory(prefix="lsan-") as directory:
        options = f"exitcode=0:log_path={directory}/log:fast_unwind_on_malloc=0:malloc_context_size=20"
        environment = {**env, "LD_PRELOAD": str(library), "LSAN_OPTIONS": options}
        run(command, env=environment, timeout=timeout, stdin=stdin, cwd=cwd)
        text = "".join(path.read_text(errors="replace") for path in sorted(pathlib.Path(directory).iterdir()))
    if "LeakSanitizer has encountered a fatal error" in text or "CHECK failed" in text:
        raise Unavailable(text.strip().splitlines()[0])
    records = [(kind, int(size), int(blocks)) for kind, size, blocks in LSAN_LEAK.findall(text)]
    return sum(size for _, size, _ in records), sum(blocks for _, _, blocks in records)


def find_lsan():
    """The runtime library of the installed gcc, which can be preloaded; None if there is none."""
    found = subprocess.run(["gcc", "-print-file-name=liblsan.so"], capture_output=True, text=True, check=False)
    path = pathlib.Path(found.stdout.strip())
    return path.resolve() if found.returncode == 0 and path.is_absolute() else None


def run(command, *, env, timeout, stdin, cwd):
    source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    try:
        subprocess.run(
            [str(part) for part in command],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
            cwd=cwd,
            **source,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"no end within {timeout} s") from None
