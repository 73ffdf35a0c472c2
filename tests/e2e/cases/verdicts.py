"""What a report says of the course of memory: limits that growth meets, spikes, pages; and of real programs."""

import pathlib
import sys

from checks import Skip, check, check_that
from harness import case, traces_in

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts" / "verdicts"))

import hosts

DAY_NS = 86_400_000_000_000


def meets(lab, recording, *options):
    """Severity, limit and verdict by these options; text and gates must agree."""
    process = recording.report(*options).only
    text = lab.scan("analyze", *recording.traces, *options).stdout.decode()
    check_that(process["severity"].upper() in text.splitlines(), f"the severity of the text: {text}")
    for name in ("good", "warning", "critical"):
        outcome = lab.scan("check", *recording.traces, *options, "--fail-on", f"severity=={name}")
        check(outcome.status, int(name == process["severity"]), f"severity=={name}")
    return process["severity"], process.data.get("limit"), process["verdict"]


@case
def growth_that_meets_the_limit_is_critical(lab):
    recording = lab.record("memory_shapes", "leak", env={"LEAKHOOK_SCAN": "off"})
    severity, limit, verdict = meets(lab, recording, "--limit", "1G", "--horizon", "10000d")
    check((severity, limit["source"], limit["within_horizon"]), ("critical", "option", True), "a limit that is met in time")
    check(limit["bytes"], 1 << 30, "the limit")
    check_that("meets the limit of 1.0 GiB in" in verdict, verdict)
    room, rate = limit["bytes"] - limit["used_bytes"], limit["growth"]["slope_bytes_per_s"]
    check_that(abs(limit["met"]["in_ns"] / (room / rate * 1e9) - 1) < 1e-3, f"time is room by rate: {limit}")
    met = limit["met"]
    check_that(met.get("earliest_ns", 0) <= met["in_ns"] <= met.get("latest_ns", met["in_ns"]), f"the interval: {limit}")
    (finding,) = recording.report("--limit", "1G").only["findings"]
    check(finding["limit_met"], limit["met"], "the one place that grows meets it alone")
    check_that(0.5 < finding["growth"]["share_of_growth"] <= 1, f"its share: {finding['growth']}")


@case
def growth_that_meets_no_limit_is_a_warning(lab):
    recording = lab.record("memory_shapes", "leak", env={"LEAKHOOK_SCAN": "off"})
    severity, limit, verdict = meets(lab, recording, "--limit", "4000T")
    check((severity, limit["within_horizon"]), ("warning", False), "a limit that is met in years")
    check(limit["horizon_ns"], DAY_NS, "the default horizon")
    check_that("meets the limit" in verdict, verdict)
    severity, limit, verdict = meets(lab, recording, "--limit", "none")
    check((severity, limit), ("warning", None), "without a limit")


@case
def what_does_not_grow_meets_no_limit(lab):
    recording = lab.record("memory_shapes", "no_leak", env={"LEAKHOOK_SCAN": "off"})
    severity, limit, verdict = meets(lab, recording, "--limit", "1G", "--horizon", "10000d")
    check((severity, "met" in limit), ("good", False), "nothing grows")
    check_that("limit" not in verdict, verdict)


def notes_of(process, kind):
    return [finding for finding in process["findings"] if finding["kind"] == kind]


def blamed(process, site):
    return process.functions_of(process["sites"][site])


@case
def a_spike_is_told_with_its_time_and_place(lab):
    process = lab.record("memory_shapes", "spike").report().only
    (spike,) = process["spikes"]
    rise = spike["top_bytes"] - spike["from_bytes"]
    check(rise, 8 << 20, "the rise")
    check_that(0 < spike["begin_ns"] < spike["top_ns"] <= spike["end_ns"] < process["duration_ns"], f"its times: {spike}")
    check((spike["sites"][0]["bytes"], spike["sites"][0]["blocks"]), (8 << 20, 1), "whose it is")
    check_that("make_burst" in blamed(process, spike["sites"][0]["site"]), "its place")
    (note,) = notes_of(process, "spike")
    check_that("fell back" in note["title"] and "make_burst" in note["title"], note["title"])
    check((note["severity"], process["severity"]), ("good", "good"), "a spike is no leak")
    check(note["pattern"]["kind"], "memory-spike", "its kind")


@case
def a_step_is_a_rise_that_stays(lab):
    process = lab.record("memory_shapes", "step").report().only
    (spike,) = process["spikes"]
    check_that("make_burst" in blamed(process, spike["sites"][0]["site"]), "its place")
    (note,) = notes_of(process, "spike")
    check_that("make_burst" in note["title"], note["title"])


@case
def slow_memory_has_no_spikes(lab):
    for shape in ("leak", "no_leak"):
        process = lab.record("memory_shapes", shape, env={"LEAKHOOK_SCAN": "off"}).report().only
        check((notes_of(process, "spike"), "spikes" in process.data), ([], False), shape)


@case
def pages_kept_by_few_blocks_are_no_leak(lab):
    recording = lab.record("memory_shapes", "fragments")
    process = recording.report().only
    (note,) = notes_of(process, "fragmentation")
    residency = process["residency"]
    check((residency["keeps_freed"], process["severity"]), (True, "good"), "freed memory that is kept is no leak")
    check_that(residency["beyond_bytes"] > 30 << 20, f"most of it is kept: {residency}")
    main_heap = next(one for one in residency["regions"] if one["kind"] == "main heap")
    check_that(main_heap["sparse_pages"] > 10_000 and main_heap["idle_bytes"] > 30 << 20, f"sparse pages: {main_heap}")
    check_that("make_small" in blamed(process, residency["pins"][0]["site"]), "the blocks that keep them")
    check_that("make_small" in note["title"], note["title"])
    text = lab.scan("analyze", *recording.traces).stdout.decode()
    check(note["pattern"]["kind"], "pinned-pages", "its kind")
    check_that("less than half in use" in text and "keeps idle" in text, text)


@case
def blocks_side_by_side_keep_no_pages(lab):
    process = lab.record("memory_shapes", "compact").report().only
    check(notes_of(process, "fragmentation"), [], "findings about pages")
    check(process["residency"]["keeps_freed"], False, "freed memory is given back")


@case
def what_the_allocator_keeps_is_no_leak(lab):
    process = lab.record("memory_shapes", "untrimmed").report().only
    (note,) = notes_of(process, "fragmentation")
    check((note["pattern"]["kind"], process["severity"]), ("arena-not-trimmed", "good"), "its kind")
    check_that(process["residency"]["beyond_bytes"] > 30 << 20, f"most of it is kept: {process['residency']}")
    trimmed = lab.record("memory_shapes", "trimmed").report().only
    check(notes_of(trimmed, "fragmentation"), [], "notes on a heap that was trimmed")


def check_host(lab, name):
    """A short run: what the program loses, and only that, is a leak."""
    for planted in (False, True):
        directory = lab.new_directory(name)
        environment = lab.recorded_environment(directory / "%e.%p.zst", {"PLANTED_LOST": "1"})
        try:
            hosts.HOSTS[name](hosts.Run(0.5, planted, directory, environment))
        except hosts.Unavailable as reason:
            raise Skip(str(reason)) from reason
        report = lab.analyze(traces_in(directory))
        process = max(report.processes, key=lambda one: one.totals["allocations"])
        if planted:
            check_that(hosts.names_the_plant(process, report.data["frames"]), f"the plant in {name}: {hosts.judge(process)}")
        else:
            check(hosts.judge(process), [], f"alarms about {name}")


@case
def a_leak_planted_in_python_is_found(lab):
    check_host(lab, "python")


@case
def a_leak_planted_in_sqlite_is_found(lab):
    check_host(lab, "sqlite")
