"""Reads the heap graphs of a finished trace, as far as the tests of capturing need: the header of each graph, its
threads, and whether it is whole (trace_format/layout.h, heap_graph.h)."""

import dataclasses
import shutil
import struct
import subprocess

from checks import check, check_that
from harness import need

CHUNK_HEADER = struct.Struct("<IHHQQQII")
PART = struct.Struct("<QIHHIIQ")
HEADER = struct.Struct("<QQQIIIIII")
TOTALS = struct.Struct("<11QII")
HEAP_GRAPH = 4
SECTION_HEADER, SECTION_THREADS, SECTION_END = 1, 2, 11

TRIGGERS = {1: "exit", 2: "after exit", 3: "api", 4: "signal", 5: "timer", 6: "control", 7: "leak check"}
STOPS = {1: "not needed", 2: "tracer", 3: "signal", 4: "unstopped"}
IMAGES = {1: "in place", 2: "forked"}


@dataclasses.dataclass
class Graph:
    ticks: int
    pause_ns: int
    trigger: str
    stop: str
    image: str
    stopped: int
    missed: int
    label: str
    threads: int = 0
    blocks: int = 0
    parts: int = 0
    complete: bool = False


def chunks(trace):
    need(shutil.which("zstd"), "zstd is not installed")
    content = subprocess.run(["zstd", "-dcq", str(trace)], capture_output=True, check=True).stdout
    at = 0
    while at < len(content):
        magic, kind, _, _, _, _, body_bytes, _ = CHUNK_HEADER.unpack_from(content, at)
        check(magic, 0x48434B4C, "magic of a chunk")
        at += CHUNK_HEADER.size
        yield kind, content[at : at + body_bytes]
        at += body_bytes


def graphs(trace):
    """The graphs of a trace in the order of their beginning."""
    found = {}
    for kind, body in chunks(trace):
        if kind != HEAP_GRAPH:
            continue
        graph_id, part, section, _, items, _, _ = PART.unpack_from(body)
        rest = body[PART.size :]
        if section == SECTION_HEADER:
            ticks, _, pause, trigger, stop, image, stopped, missed, label_bytes = HEADER.unpack_from(rest)
            label = rest[HEADER.size : HEADER.size + label_bytes].decode()
            found[graph_id] = Graph(
                ticks, pause, TRIGGERS[trigger], STOPS[stop], IMAGES[image], stopped, missed, label
            )
        graph = found[graph_id]
        check(part, graph.parts, "number of a part")
        graph.parts += 1
        if section == SECTION_THREADS:
            graph.threads += items
        if section == SECTION_END:
            totals = TOTALS.unpack_from(rest)
            graph.blocks = totals[0]
            graph.complete = totals[11] == graph.parts
    return list(found.values())


def only_graph(trace):
    found = graphs(trace)
    check_that(len(found) == 1, f"one graph, not {len(found)}: {found}")
    check_that(found[0].complete, "the graph is complete")
    return found[0]
