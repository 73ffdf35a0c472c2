"""Exact accounting: a program that logs its own calls, its report, and a dump of its trace agree to the last event.

What the runtime allocates on its own account (at start-up, for threads) is known from a run that does zero events.
LEAKSCAN_E2E_EVENTS sets another number of events (scripts/soak uses ten million).
"""

import collections
import dataclasses
import os
import struct
import subprocess

from checks import check, check_that
from harness import case

ENTRY = struct.Struct("<IIQQQQ")  # op, alignment, address, size, old address, old size
FAILED = 1000
ALLOCATIONS = set(range(1, 12))
RESIZES = {20, 21}
FREES = set(range(30, 38))
REALLOC_FREE = 31
NAMES = {
    1: "malloc", 2: "calloc", 3: "posix_memalign", 4: "aligned_alloc", 5: "memalign", 6: "valloc", 7: "pvalloc",
    8: "operator new", 9: "operator new[]", 10: "operator new(align_val_t)", 11: "operator new[](align_val_t)",
    20: "realloc", 21: "reallocarray", 30: "free", 31: "realloc(0)", 34: "operator delete", 35: "operator delete[]",
    36: "operator delete(align_val_t)", 37: "operator delete[](align_val_t)",
}  # fmt: skip


def number_of_events():
    return int(os.environ.get("LEAKSCAN_E2E_EVENTS", "200000"))


def logs_in(directory):
    return {int(path.name.split(".")[1]): path for path in directory.glob("log.*")}


def entries_of(path):
    with path.open("rb") as log:
        while chunk := log.read(ENTRY.size * 65536):
            yield from ENTRY.iter_unpack(chunk)


@dataclasses.dataclass
class Truth:
    """What the logs say: the counters of a report's totals."""

    allocations: int = 0
    deallocations: int = 0
    allocated_bytes: int = 0
    live_blocks: int = 0
    live_bytes: int = 0
    failed_allocations: int = 0
    peak_bytes: int = 0  # means something for one thread only

    def add(self, op, size, old_address, old_size):
        if op == FAILED:
            self.failed_allocations += 1
            return
        if op in FREES or old_address != 0:
            self.deallocations += 1
            self.live_blocks -= 1
            self.live_bytes -= old_size
        if op in ALLOCATIONS or op in RESIZES:
            self.allocations += 1
            self.allocated_bytes += size
            self.live_blocks += 1
            self.live_bytes += size
        self.peak_bytes = max(self.peak_bytes, self.live_bytes)


def truth_of(logs):
    truth = Truth()
    for path in logs.values():
        for op, _, _, size, old_address, old_size in entries_of(path):
            truth.add(op, size, old_address, old_size)
    return truth


def run_accounting(lab, threads, events):
    directory = lab.new_directory("logs")
    recording = lab.run_recorded("accounting", directory, str(threads), str(events), timeout=600)
    check((recording.outcome.status, recording.outcome.stderr), (0, b""), "status and stderr")
    return recording, logs_in(directory)


def check_counters(process, baseline, truth, names):
    actual = {name: process.totals[name] - baseline.totals[name] for name in names}
    check(actual, {name: getattr(truth, name) for name in names}, "counters beyond those of an idle run")


SUMS = ("allocations", "deallocations", "allocated_bytes", "live_blocks", "live_bytes", "failed_allocations")


def check_accounting(lab, threads):
    idle, _ = run_accounting(lab, threads, 0)
    recording, logs = run_accounting(lab, threads, number_of_events() // threads)
    check(len(logs), threads, "logs")
    process, baseline = recording.report().only, idle.report().only
    process.check_complete()
    truth = truth_of(logs)
    check_that(truth.failed_allocations > 100 or number_of_events() < 100000, "some calls failed")
    check_counters(process, baseline, truth, SUMS)
    for name in SUMS[:5]:
        by_site = sum(site[name] for site in process["sites"])
        check(by_site, process.totals[name], f"{name} summed over the sites")
    return recording, logs, process, baseline, truth


@case
def accounting_of_one_thread(lab):
    recording, logs, process, baseline, truth = check_accounting(lab, 1)
    check(process.totals["peak_bytes"] - baseline.totals["live_bytes"], truth.peak_bytes, "peak beyond the idle program")
    check(sum(site["peak_bytes"] for site in process["sites"]), process.totals["peak_bytes"], "peak summed over sites")
    check_dump(lab, recording, logs)


@case
def accounting_of_eight_threads(lab):
    recording, logs, *_ = check_accounting(lab, 8)
    check_dump(lab, recording, logs)


def dumped_events(lab, trace):
    """(tid, name, address, size, old address) of each heap event, in the order of the dump."""
    command = [lab.leakscan, "dump", trace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as dump:
        for line in dump.stdout:
            event = parse_event(line)
            if event:
                yield event
    check(dump.returncode, 0, "status of leakscan dump")


def parse_event(line):
    fields = line.rstrip("\n").split("\t")
    if len(fields) < 6 or not fields[1].isdigit():
        return None
    _, tid, name, address, size, old_address = fields[:6]
    return int(tid), name, int(address, 16), int(size or 0), int(old_address or "0", 16)


def logged_events(path):
    for op, _, address, size, old_address, _ in entries_of(path):
        if op == FAILED:
            continue
        ends_a_block = op in FREES
        yield NAMES[op], address, 0 if ends_a_block else size, old_address


def check_dump(lab, recording, logs):
    """Each thread's events are its log, after what the runtime did before the log's first call."""
    (trace,) = recording.traces
    followers = {tid: LogFollower(tid, path) for tid, path in logs.items()}
    for tid, *event in dumped_events(lab, trace):
        if tid in followers:
            followers[tid].take(tuple(event))
    for follower in followers.values():
        follower.check_finished()


class LogFollower:
    """Follows one thread's log through its dumped events."""

    MOST_BEFORE = 100  # events of the runtime before the first logged call, and after the last

    def __init__(self, tid, path):
        self.tid = tid
        self.log = logged_events(path)
        self.expected = next(self.log, None)
        self.matched = 0
        self.others = collections.deque(maxlen=self.MOST_BEFORE + 1)

    def take(self, event):
        if event == self.expected:
            self.matched += 1
            self.expected = next(self.log, None)
            return
        inside = self.matched != 0 and self.expected is not None
        self.others.append(event)
        check_that(not inside, f"thread {self.tid}, event {self.matched}: dumped {event}, logged {self.expected}")
        check_that(len(self.others) <= self.MOST_BEFORE, f"thread {self.tid}: {len(self.others)} events not in the log")

    def check_finished(self):
        check(self.expected, None, f"thread {self.tid}: first logged event missing in the dump, after {self.matched}")


@case
def sized_frees_of_c23_are_known_by_name(lab):
    process = lab.record("c23_free").report().only
    process.check_complete()
    process.check_leak("leak_known", 2, 488)
    by_function = {entry["name"]: entry["count"] for entry in process["deallocations_by_function"]}
    counts = (by_function.get("free_sized"), by_function.get("free_aligned_sized"))
    check(counts, (50, 50), "frees by free_sized and free_aligned_sized")


@case
def temporary_allocations_are_counted(lab):
    process = lab.record("leaky").report().only
    temporary = sum(site["temporary_allocations"] for site in process.sites_of("churn"))
    check(temporary, 1000, "blocks freed by the next call")
    leaked = sum(site["temporary_allocations"] for site in process.sites_of("leak_known"))
    check(leaked, 0, "temporary among the leaked ones")


def mismatches_of(process):
    return {
        (finding["evidence"]["made by"], finding["evidence"]["freed by"], finding["blocks"], finding["pattern"]["kind"])
        for finding in process["findings"]
        if finding["kind"] == "mismatch"
    }


@case
def blocks_freed_the_wrong_way_are_found(lab):
    process = lab.record("mismatched_free", "leak").report().only
    expected = {
        ("malloc", "operator delete", 30, "mismatched-free"),
        ("operator new[]", "operator delete", 30, "mismatched-free"),
        ("operator new", "free", 30, "mismatched-free"),
        ("operator new[]", "realloc", 30, "mismatched-free"),
    }
    check(mismatches_of(process), expected, "blocks freed the wrong way")
    for function in ("copy_name", "make_scores", "make_total", "make_line"):
        check_that(process.sites_of(function), f"{function} is shown")
    check(mismatches_of(lab.record("mismatched_free", "fixed").report().only), set(), "the same, repaired")


@case
def operators_of_the_programs_own_are_no_mismatch(lab):
    check(mismatches_of(lab.record("own_operator_new").report().only), set(), "blocks freed the wrong way")


@case
def callers_of_an_allocation_function_are_blamed(lab):
    recording = lab.record("allocation_wrapper", "leak")
    process = recording.report().only
    (leak,) = [finding for finding in process["findings"] if finding["kind"] == "leak"]
    check_that("forget_answer" in leak["title"] and "zmalloc" not in leak["title"], f"who is to blame: {leak['title']}")
    check(leak["blocks"], 50, "lost blocks")
    functions = process.functions_of(process["sites"][leak["site"]])
    check_that(functions.index("zmalloc") < functions.index("forget_answer"), f"the stack still tells of both: {functions}")
    outcome = lab.scan("check", *recording.traces, "--fail-on", "site(zmalloc):live_bytes>0")
    check(outcome.status, 1, "a rule about the function still finds what went through it")
    fixed = lab.record("allocation_wrapper", "fixed").report().only
    check([finding["kind"] for finding in fixed["findings"]], [], "findings about the same, repaired")
