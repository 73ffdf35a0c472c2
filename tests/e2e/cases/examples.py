"""Each example produces the report that its README promises."""

from checks import check, check_that
from harness import case
from report import Blocks


def live_at_snapshot(process, label, function):
    (snapshot,) = [snapshot for snapshot in process["snapshots"] if snapshot["label"] == label]
    ids = {site["id"] for site in process.sites_of(function)}
    sites = [entry for entry in snapshot["sites"] if entry["site"] in ids]
    return Blocks(sum(entry["blocks"] for entry in sites), sum(entry["bytes"] for entry in sites))


# What is told of the allocator and of short peaks is about no mistake of the program's.
NOTES_OF_ANY_PROGRAM = {"spike", "fragmentation"}


def findings_of(process):
    return [finding for finding in process["findings"] if finding["kind"] not in NOTES_OF_ANY_PROGRAM]


def check_example(lab, name, kind, function, pattern):
    """The mistake is found, with the function and under its name; its twin, without it, is silent."""
    process = lab.record(lab.examples / f"example_{name}").report().only
    process.check_complete()
    findings = findings_of(process)
    check({finding["pattern"]["kind"] for finding in findings}, {pattern}, f"kinds of leaks in {name}")
    check({finding["kind"] for finding in findings}, {kind}, f"kinds of findings in {name}")
    check_that(any(function in where_of(process, finding) for finding in findings), f"{function} is in {findings}")
    for finding in findings:
        check_that(finding["pattern"]["evidence"] and finding["advice"], f"evidence and advice of {finding}")
    fixed = lab.record(lab.examples / f"example_{name}_fixed").report().only
    fixed.check_complete()
    check(findings_of(fixed), [], f"findings of {name}, repaired")
    return process


def where_of(process, finding):
    """The functions of its stack; of what has no stack in the report, its title."""
    return process.functions_of(process["sites"][finding["site"]]) if "site" in finding else finding["title"]


@case
def example_basic_leak(lab):
    recording = lab.record(lab.examples / "example_basic_leak")
    report = recording.report()
    process = report.only
    process.check_complete()
    process.check_leak("begin_audit", 4000, 256)
    check_that(report.has_line("begin_audit", "main.cpp"), "begin_audit has its file and line")
    for label, records in (("warmed up", 400), ("all requests served", 4000)):
        check(live_at_snapshot(process, label, "begin_audit"), Blocks(records, 256 * records), f"records at '{label}'")
    leaks = [finding for finding in process["findings"] if finding["bytes"] >= 1024000]
    check_that(leaks, "a finding names the leak")


@case
def example_clean(lab):
    process = lab.record(lab.examples / "example_clean").report().only
    process.check_complete()
    check(process.live_at("words_in_a_page"), Blocks(0, 0), "live at words_in_a_page")
    check_that(process.allocations_at("words_in_a_page") > 20000, "its allocations were seen")
    check([finding for finding in process["findings"] if finding["kind"] == "leak"], [], "leak findings")


@case
def example_basic_leak_is_named(lab):
    check_example(lab, "basic_leak", "leak", "begin_audit", "lost-memory")


@case
def example_tracked_function(lab):
    check_example(lab, "tracked_function", "leak", "parse_invoice", "lost-memory")
    rule = ("--fail-on", "site(parse_invoice):live_bytes>0")
    for program, status in (("example_tracked_function", 23), ("example_tracked_function_fixed", 0)):
        trace = lab.new_directory("tracked") / "trace.zst"
        outcome = lab.scan("run", "-o", trace, *rule, "--", lab.examples / program)
        check(outcome.status, status, f"status of {program} under a rule")


@case
def example_reference_cycle(lab):
    process = check_example(lab, "reference_cycle", "cycle", "print_chart", "reference-cycle")
    (cycle,) = process["cycles"]
    (cut,) = {cycle["blocks"][edge["from"]]["type"] for edge in cycle["edges"] if edge["cut"]}
    check_that(cut.endswith("Member"), f"the pointer to cut is a member's: {cut}")


@case
def example_growth(lab):
    check_example(lab, "growth", "growth", "add", "growing-buffer")


@case
def example_top_consumers(lab):
    process = check_example(lab, "top_consumers", "leak", "decode_picture", "lost-memory")
    first, second = (process.functions_of(process["sites"][site]) for site in process["top"]["live"][:2])
    check_that("decode_picture" in first, f"the largest consumer: {first}")
    check_that("make_thumbnail" in second and "decode_picture" not in second, f"the second largest: {second}")


@case
def example_cache_leak(lab):
    check_example(lab, "cache_leak", "growth", "render_product", "unbounded-cache")


@case
def example_listener_leak(lab):
    check_example(lab, "listener_leak", "growth", "edit_document", "listeners-never-removed")


@case
def example_connection_leak(lab):
    check_example(lab, "connection_leak", "fd", "ask_service", "connections-never-closed")


@case
def example_closure_leak(lab):
    check_example(lab, "closure_leak", "cycle", "chat", "closure-captures-owner")
