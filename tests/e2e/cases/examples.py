"""Each example produces the report that its README promises."""

from checks import check, check_that
from harness import case
from report import Blocks


def live_at_snapshot(process, label, function):
    (snapshot,) = [snapshot for snapshot in process["snapshots"] if snapshot["label"] == label]
    ids = {site["id"] for site in process.sites_of(function)}
    sites = [entry for entry in snapshot["sites"] if entry["site"] in ids]
    return Blocks(sum(entry["blocks"] for entry in sites), sum(entry["bytes"] for entry in sites))


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
