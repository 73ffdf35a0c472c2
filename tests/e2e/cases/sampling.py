"""A sample gives unbiased estimates whose errors are honest, and a budget of CPU time is kept by sampling.

LEAKSCAN_E2E_SEEDS sets another number of samples (scripts/soak takes 100)."""

import os
import subprocess

from checks import check, check_that
from harness import case, traces_in, wait_until

# What sampled_sites leaves behind.
TRUTH = {
    "keep_16": 60000 * 16,
    "keep_64": 40000 * 64,
    "keep_1000": 3000 * 1000,
    "keep_20000": 100 * 20000,
    "keep_mixed": sum(1 + i % 4096 for i in range(1, 8192, 2)),
}


def seeds():
    return int(os.environ.get("LEAKSCAN_E2E_SEEDS", "20"))


def site_at(process, function):
    sites = process.sites_of(function)
    return sites[0] if sites else {"live_bytes": 0, "live_bytes_error": 0, "recorded_live_blocks": 0}


@case
def sampling_estimates_lie_within_their_errors(lab):
    directory = lab.new_directory("traces")
    for seed in range(1, seeds() + 1):
        environment = {"LEAKHOOK_SAMPLE_BYTES": "16K", "LEAKHOOK_SAMPLE_SEED": str(seed)}
        lab.run_recorded("sampled_sites", env=environment, directory=directory)
    processes = lab.analyze(sorted(map(str, directory.glob("*.zst")))).processes
    check(len(processes), seeds(), "recorded runs")
    for function, truth in TRUTH.items():
        sites = [site_at(process, function) for process in processes]
        within = [abs(site["live_bytes"] - truth) <= site["live_bytes_error"] for site in sites]
        check_that(
            sum(within) >= 0.95 * seeds(),
            f"{function}: only {sum(within)} of {seeds()} estimates are within their errors of {truth}: "
            f"{[(site['live_bytes'], site['live_bytes_error']) for site in sites]}",
        )
        mean = sum(site["live_bytes"] for site in sites) / seeds()
        check_that(abs(mean / truth - 1) < 0.1, f"{function}: the mean estimate is {mean:.0f}, the truth {truth}")
    for process in processes:
        totals = process.totals
        check_that(totals["recorded_live_blocks"] < totals["live_blocks"] / 10, "only a sample was recorded")
        check_that(totals["allocated_bytes_error"] > 0, "the allocated bytes have an error")
        check(process.diagnostics["unknown_frees"], 0, "frees of blocks that are not in the sample")


@case
def sampling_names_its_rate_in_every_report(lab):
    recording = lab.record("sampled_sites", env={"LEAKHOOK_SAMPLE_BYTES": "16K"})
    check(recording.report().only["sampling"]["periods"][0]["sample_bytes"], 16 << 10, "rate")
    text = lab.scan("analyze", "--text", *recording.traces).stdout.decode()
    check_that("1 block per 16.0 KiB" in text and " ± " in text, text)
    exact = lab.record("sampled_sites")
    check_that("sampling" not in exact.report().only.data, "a full recording is no sample")
    check_that(" ± " not in lab.scan("analyze", "--text", *exact.traces).stdout.decode(), "exact figures have no error")


@case
def sampling_leaves_no_phantom_in_other_allocators(lab):
    for allocator in ("jemalloc", "tcmalloc_minimal", "mimalloc"):
        program = f"leaky_{allocator}"
        if not lab.program(program).exists():
            continue
        process = lab.record(program, env={"LEAKHOOK_SAMPLE_BYTES": "64"}).report().only
        site = process.sites_of("leak_known")[0]
        check_that(abs(site["live_bytes"] - 4800) <= site["live_bytes_error"], f"{allocator}: {site['live_bytes']}")
        check(process.live_at("churn").blocks, 0, f"{allocator}: blocks of churn that live")


@case
def sampling_goes_on_in_a_forked_child(lab):
    report = lab.record("fork_child", env={"LEAKHOOK_SAMPLE_BYTES": "64"}).report()
    check_that(len(report.processes) > 1, "parent and child are recorded")
    for process in report.processes:
        check(process["sampling"]["periods"][0]["sample_bytes"], 64, "rate")


@case
def budget_of_cpu_time_is_kept_by_sampling(lab):
    environment = {"LEAKHOOK_MAX_OVERHEAD": "5%", "LEAKHOOK_SAMPLE_SEED": "7"}
    recording = lab.record("sampled_sites", "busy", env=environment)
    process = recording.report().only
    period = process["sampling"]["periods"][0]
    check(period["budget_permille"], 50, "budget")
    check_that(period["measured_permille"] > 50, f"measured: {period}")
    check_that(period["from_ns"] > 0, "it began with a full recording")
    process.check_leak("keep_early", 1000, 500)  # recorded before the switch: exact
    check(process.live_at("busy").bytes, process.live_at("keep_early").bytes + process.live_at("keep_late").bytes,
          "blocks from before the switch that were freed after it do not live")
    late = site_at(process, "keep_late")
    check_that(abs(late["live_bytes"] - 500 * 65536) <= late["live_bytes_error"], f"late: {late['live_bytes']}")
    text = lab.scan("analyze", "--text", *recording.traces).stdout.decode()
    check_that("to stay under 5 %" in " ".join(text.split()), text)
    process.check_complete()


@case
def budget_is_no_reason_to_sample_a_program_that_hardly_allocates(lab):
    for mode in ("idle", "calculating"):
        process = lab.record("sampled_sites", mode, env={"LEAKHOOK_MAX_OVERHEAD": "5%"}).report().only
        check_that("sampling" not in process.data, f"{mode}: {process.data.get('sampling')}")


@case
def budget_of_cpu_time_holds_for_eight_threads(lab):
    """They allocate until the switch is in the trace, however long that takes on a busy machine."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    with lab.start_recorded("sampled_sites", "threads", env={"LEAKHOOK_MAX_OVERHEAD": "0.1%"}, **pipes) as started:
        process, recording = started

        def has_switched():
            traces = traces_in(recording.directory)
            return traces and b"1 block per" in lab.scan("info", *traces).stdout

        wait_until(has_switched, "the switch to a sample", timeout=240)
        process.stdin.close()
        check(process.wait(timeout=240), 0, "status")
    process = recording.report().only
    period = process["sampling"]["periods"][0]
    check(period["budget_permille"], 1, "budget")
    check_that(period["measured_permille"] > 1 and period["from_ns"] > 0, f"period: {period}")
    process.check_leak("keep_early", 1000, 500)  # recorded before the switch: exact
    check(process.live_at("churn").blocks, 0, "blocks of the threads that live")
    process.check_complete()
