"""What `leakscan info` tells of the cost of a recording: waits for the recorder, and what the trace is made of."""

import json
import pathlib

from checks import check, check_that
from harness import case

# The pool then has one segment, which a full batch of the writer would not leave a free slot of: whoever writes more
# than that has to wait.
SMALL_BUFFER = {"LEAKHOOK_BUFFER_KB": "256"}


def info_of(lab, recording, *options):
    outcome = lab.scan("info", "--json", *options, *recording.traces)
    check(outcome.status, 0, f"leakscan info ({outcome.stderr})")
    return json.loads(outcome.stdout)


@case
def waits_for_the_recorder_are_counted(lab):
    recording = lab.run_recorded("accounting", lab.new_directory(), "1", "300000", env=SMALL_BUFFER)
    check(recording.outcome.status, 0, "status")
    waits = info_of(lab, recording)["back_pressure"]
    check_that(waits["waits"] > 0 and waits["wait_ns"] > 0 and waits["cpu_ns"] > 0, f"waits: {waits}")
    text = lab.scan("info", *recording.traces).stdout.decode()
    check_that(f"{waits['waits']:,} times for the recorder" in text, text)
    recording.report().only.check_complete()


@case
def a_quiet_program_waits_for_nothing(lab):
    recording = lab.record("leaky", env=SMALL_BUFFER)
    check(info_of(lab, recording)["back_pressure"], {"waits": 0, "wait_ns": 0, "cpu_ns": 0}, "waits")
    text = lab.scan("info", *recording.traces).stdout.decode()
    check_that("waited" not in text, text)


@case
def columns_add_up_to_the_trace(lab):
    recording = lab.run_recorded("accounting", lab.new_directory(), "2", "100000")
    info = info_of(lab, recording, "--columns")
    parts = {part["name"]: part for part in info["columns"]["parts"]}
    stored = sum(part["stored_bytes"] for part in parts.values())
    check(stored, pathlib.Path(recording.traces[0]).stat().st_size, "bytes of all parts")
    check_that(info["events"] <= parts["dictionary"]["uncompressed_bytes"] <= 2 * info["events"], parts["dictionary"])
    check_that(0 < parts["operation"]["uncompressed_bytes"] < info["events"], "most events resemble earlier ones")
    for name in ("operation", "time", "address", "freed address", "size", "stack", "new frames", "dictionary"):
        part = parts[name]
        check_that(0 < part["stored_bytes"] < 1.1 * part["uncompressed_bytes"] + 100, f"{name}: {part}")
    text = lab.scan("info", "--columns", *recording.traces).stdout.decode()
    check_that("freed address" in text and "addresses are predicted in" in text, text)
    check_that("columns" not in info_of(lab, recording), "columns only when asked for")
