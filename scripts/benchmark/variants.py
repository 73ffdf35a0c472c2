"""The ways to run a workload that are compared: natively, with leakhook in some settings, with other tools."""

import dataclasses
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

# heaptrack's interpreter has been seen to want 18 GB for a compiler: enough to bring down the machine.
HEAPTRACK_BYTES = 8 << 30


@dataclasses.dataclass(frozen=True)
class Variant:
    """`prefix` goes before the command, `environment` around it; both get the directory for what is written.
    `analysis` makes the command that turns the files written into a report. `address_space` is its limit."""

    name: str
    prefix: Callable[[pathlib.Path], list] = lambda directory: []
    environment: Callable[[pathlib.Path], dict] = lambda directory: {}
    analysis: Callable[[list], list] | None = None
    counts_events: bool = False
    address_space: int = 0


def leakhook(tools, name, settings, *, counts_events=False):
    def environment(directory):
        return {"LD_PRELOAD": str(tools.library), "LEAKHOOK_OUTPUT": str(directory / "%e.%p.zst"), **settings}

    def analysis(traces):
        return [tools.leakscan, "analyze", *traces, "--json", "/dev/null"]

    return Variant(name, environment=environment, analysis=analysis, counts_events=counts_events)


def heaptrack():
    if shutil.which("heaptrack") is None:
        print("bench: heaptrack is not installed, its columns are absent", file=sys.stderr)
        return []
    usage = subprocess.run(["heaptrack", "--help"], capture_output=True, text=True, check=False).stdout
    flags = ["--record-only"] if "--record-only" in usage else []

    def prefix(*more):
        return lambda directory: ["heaptrack", *flags, *more, "-o", directory / "trace"]

    return [
        Variant("heaptrack --raw", prefix("--raw")),
        Variant(
            "heaptrack",
            prefix(),
            analysis=lambda traces: ["heaptrack_print", *traces],
            address_space=HEAPTRACK_BYTES,
        ),
    ]


def liblsan():
    compiler = shutil.which("gcc") or shutil.which("g++")
    found = None
    if compiler:
        name = [compiler, "-print-file-name=liblsan.so"]
        found = pathlib.Path(subprocess.run(name, capture_output=True, text=True, check=False).stdout.strip())
    if found is None or not found.is_absolute():
        print("bench: liblsan is not installed, its column is absent", file=sys.stderr)
        return []
    environment = {"LD_PRELOAD": str(found), "LSAN_OPTIONS": "exitcode=0"}
    return [Variant("liblsan", environment=lambda directory: environment)]


def parse_extra(text):
    """NAME:LEAKHOOK_X=1,LEAKHOOK_Y=2 -> name, settings."""
    name, colon, settings = text.partition(":")
    pairs = [item.partition("=") for item in settings.split(",")]
    if not name or not colon or not all(key.startswith("LEAKHOOK_") and equals for key, equals, _ in pairs):
        raise ValueError(f"{text}: wanted NAME:LEAKHOOK_X=1,LEAKHOOK_Y=2")
    return name, {key: value for key, _, value in pairs}


def all_variants(tools, extras):
    return [
        Variant("native"),
        leakhook(tools, "leakhook", {}, counts_events=True),
        leakhook(tools, "leakhook sampled", {"LEAKHOOK_SAMPLE_BYTES": "512K"}),
        *(leakhook(tools, name, settings) for name, settings in map(parse_extra, extras)),
        *heaptrack(),
        *liblsan(),
    ]
