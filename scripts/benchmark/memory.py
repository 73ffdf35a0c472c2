"""Memory that recording adds to a process, and time that it adds to one malloc and free in the program."""

import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

from benchmark.costs import clean_environment
from benchmark.tables import number, table

THREADS = (1, 8, 1000)


def printed_numbers(variant, command):
    """The numbers that a program prints, run under a variant; none where it printed none. (LeakSanitizer crashes some
    processes of 1,000 threads that begin at once.)"""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        written = pathlib.Path(directory, "out")
        written.mkdir()
        argv = [str(word) for word in [*variant.prefix(written), *command]]
        options = {"env": clean_environment(variant.environment(written)), "cwd": directory}
        done = subprocess.run(argv, **options, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line and line[0].isdigit()]
    if not lines:
        print(f"{variant.name}: {' '.join(argv[-2:])} printed no figures:\n{done.stderr[:400]}", file=sys.stderr)
        return []
    return [float(word) for word in lines[0].split()]


def memory_table(tools, variants, rounds):
    """Peak resident set that each variant adds to a process with so many threads, and to each thread."""
    peaks = {}
    for _ in range(rounds):
        for variant in variants:
            for threads in THREADS:
                figures = printed_numbers(variant, [tools.programs / "idle_threads", threads])
                peaks.setdefault((variant.name, threads), []).extend(figures[1:])
    median = {key: statistics.median(values) if values else math.nan for key, values in peaks.items()}
    rows = []
    for variant in variants:
        if variant.name == "native":
            continue
        added = [median[variant.name, threads] - median["native", threads] for threads in THREADS]
        per_thread_kb = (added[-1] - added[0]) / (THREADS[-1] - THREADS[0])
        rows.append([variant.name, *(number(kb / 1024, 1) for kb in added), number(per_thread_kb)])
    headings = ["RSS added, MB", "1 thread", *(f"{count:,} threads" for count in THREADS[1:]), "KB per thread"]
    return table(headings, rows)


def latency_table(tools, variants, rounds, what="blocks", title="malloc + free"):
    """The median of one pair of calls in the program, 20 frames deep; the least over the rounds."""
    taken = {variant.name: [] for variant in variants}
    for _ in range(rounds):
        for variant in variants:
            taken[variant.name] += printed_numbers(variant, [tools.programs / "pair_latency", 20, what])
    least = {name: min(values, default=math.nan) for name, values in taken.items()}
    rows = [[name, number(ns, 1), number(ns - least["native"], 1)] for name, ns in least.items()]
    return table([f"{title}, 20 frames deep", "ns", "added ns"], rows)
