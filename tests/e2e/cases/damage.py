"""Damaged traces: a diagnosis and what can be saved, never a crash."""

import pathlib
import random

from checks import check_that
from harness import case

REFUSED = 2


def analyze_bytes(lab, data):
    trace = lab.scratch / "damaged.zst"
    trace.write_bytes(data)
    outcome = lab.scan("analyze", trace, "--json", lab.scratch / "damaged.json", timeout=60)
    check_that(outcome.status in (0, REFUSED), f"status {outcome.status}: {outcome.stderr}")
    check_that(outcome.status == 0 or outcome.stderr, "a refusal says why")
    return outcome


def small_trace(lab):
    return pathlib.Path(lab.record("leaky").traces[0]).read_bytes()


@case
def trace_cut_anywhere(lab):
    data = small_trace(lab)
    for length in sorted({*range(0, 64), *range(64, len(data), max(1, len(data) // 100))}):
        analyze_bytes(lab, data[:length])


@case
def trace_with_flipped_bytes(lab):
    data = small_trace(lab)
    choice = random.Random(20260101)
    for _ in range(150):
        damaged = bytearray(data)
        damaged[choice.randrange(len(damaged))] ^= 1 << choice.randrange(8)
        analyze_bytes(lab, bytes(damaged))


@case
def not_a_trace_is_refused(lab):
    for data in (b"", b"hello\n", bytes(100000), b"\x28\xb5\x2f\xfd" + bytes(range(256))):
        outcome = analyze_bytes(lab, data)
        check_that(outcome.status == REFUSED, f"refused: {data[:8]!r}")
