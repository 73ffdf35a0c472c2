"""LEAKHOOK_* settings do what libleakhook(7) says."""

import json
import pathlib

from checks import check, check_that
from harness import case, traces_in


@case
def setting_enabled_0_records_nothing(lab):
    recording = lab.run_recorded("leaky", env={"LEAKHOOK_ENABLED": "0"})
    check((recording.outcome.status, recording.outcome.stderr), (0, b""), "status and stderr")
    check(traces_in(recording.directory), [], "traces")


@case
def setting_only_chooses_programs(lab):
    report = lab.record("start_programs", "spawn", env={"LEAKHOOK_ONLY": "nobody,start_programs"}).report()
    check([pathlib.Path(process["exe"]).name for process in report.processes], ["start_programs"], "recorded programs")


@case
def setting_list_names_the_traces(lab):
    names = lab.scratch / "traces.txt"
    recording = lab.run_recorded("fork_child", env={"LEAKHOOK_LIST": str(names)})
    check(sorted(names.read_text(encoding="utf-8").split()), recording.traces, "the list")


@case
def setting_max_bytes_limits_the_trace(lab):
    limit = 256 << 10
    environment = {"LEAKHOOK_MAX_BYTES": str(limit)}
    recording = lab.run_recorded("accounting", lab.new_directory(), "1", "300000", env=environment)
    check(recording.outcome.status, 0, "status")
    size = sum(pathlib.Path(trace).stat().st_size for trace in recording.traces)
    check_that(size <= limit + (64 << 10), f"the trace has {size} bytes, the limit is {limit}")
    process = recording.report().only
    check_that(process.diagnostics["dropped_events"] > 0, "the report says that events are missing")


@case
def wrong_setting_is_named_and_ignored(lab):
    recording = lab.run_recorded("leaky", env={"LEAKHOOK_SAMPLE_MS": "often"})
    check((recording.outcome.status, recording.outcome.stdout), (0, b"leaked\n"), "status and stdout")
    check_that(b"LEAKHOOK_SAMPLE_MS" in recording.outcome.stderr, f"stderr: {recording.outcome.stderr}")
    recording.report().only.check_leak("leak_known", 100, 48)


@case
def taken_name_is_not_overwritten(lab):
    directory = lab.new_directory()
    environment = {"LEAKHOOK_OUTPUT": str(directory / "always-the-same.zst")}
    for _ in range(3):
        lab.run_recorded("leaky", env=environment, directory=directory)
    report = lab.analyze(traces_in(directory))
    check(len(report.processes), 3, "traces side by side")


def functions_that_free(lab, **environment):
    """By size, the function that freed the block, of who_frees; "" where its stack is not known."""
    recording = lab.run_recorded("who_frees", env=environment)
    check(recording.outcome.status, 0, "status")
    outcome = lab.scan("dump", "--symbols", "--format", "jsonl", *recording.traces)
    check(outcome.status, 0, "status of leakscan dump")
    sizes, functions = {}, {}
    for event in map(json.loads, outcome.stdout.splitlines()):
        if event["op"] in ("malloc", "operator new[]"):
            sizes[event["address"]] = event["size"]
        elif event["op"] in ("free", "operator delete[]", "realloc(0)"):
            stack = event.get("stack") or [""]
            functions[sizes.pop(event["address"], None)] = stack[0].split(" (")[0].split("(")[0]
    return {size: functions.get(size) for size in (10001, 10002, 10003)}


@case
def setting_free_stacks_names_who_freed(lab):
    expected = {10001: "drop_by_free", 10002: "drop_by_delete", 10003: "drop_by_realloc"}
    check(functions_that_free(lab, LEAKHOOK_FREE_STACKS="1"), expected, "functions that free")


@case
def setting_free_stacks_is_off_by_default(lab):
    check(functions_that_free(lab), {10001: "", 10002: "", 10003: ""}, "functions that free")
