"""What the program can see of its surroundings stays as it is: descriptors, files, limits, errno, block layout."""

import contextlib
import os
import pathlib
import resource
import subprocess

from checks import Skip, check, check_that
from harness import Outcome, case, need_root
from report import Blocks


@case
def descriptor_numbers_are_the_programs_own(lab):
    process = lab.record("descriptor_numbers").report().only
    process.check_leak("leak_known", 50, 424)


@case
def closing_every_descriptor_loses_nothing(lab):
    directory = lab.new_directory("user")
    process = lab.record("close_all_descriptors", directory).report().only
    process.check_complete()
    process.check_leak("leak_known", 24, 408)
    for path in sorted(directory.iterdir()):
        check(path.read_bytes(), b"user data\n" * 50, f"content of {path.name}")


@case
def errno_is_preserved(lab):
    lab.record("errno_preserved").report().only.check_complete()


@case
def block_layout_is_the_allocators_own(lab):
    lab.record("block_layout").report().only.check_complete()


def check_limit(lab, which, **options):
    process = lab.record("resource_limits", which, **options).report().only
    check_that(process.live_at("leak_known").blocks >= 10, "blocks from before the limit")
    return process


@case
def no_descriptors_left(lab):
    process = check_limit(lab, "nofile")
    process.check_complete()
    process.check_leak("leak_known", 30, 456)


@case
def address_space_used_up(lab):
    check_limit(lab, "as")


@case
def data_segment_used_up(lab):
    check_limit(lab, "data")


@case
def small_stack_limit(lab):
    check_limit(lab, "stack").check_leak("leak_known", 30, 456)


@case
def file_size_limit_does_not_kill(lab):
    check_limit(lab, "fsize")


@case
def little_address_space_from_the_start(lab):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))

    recorded = lab.run_recorded("leaky", before_exec=limit).outcome
    check((recorded.status, recorded.stdout), (0, b"leaked\n"), "status and stdout")


def check_reason_given(outcome):
    check((outcome.status, outcome.stdout), (0, b"leaked\n"), "status and stdout")
    lines = outcome.stderr.decode().splitlines()
    check_that(len(lines) == 1 and "leakhook" in lines[0], f"one line that names us: {lines}")


@case
def missing_output_directory_is_said_once(lab):
    missing = lab.scratch / "no" / "such" / "directory" / "%p.zst"
    check_reason_given(lab.run_recorded("leaky", env={"LEAKHOOK_OUTPUT": str(missing)}).outcome)


@case
def output_that_cannot_be_a_file_is_said_once(lab):
    check_reason_given(lab.run_recorded("leaky", env={"LEAKHOOK_OUTPUT": "/proc/no-trace.zst"}).outcome)


@case
def output_pattern(lab):
    directory = lab.new_directory()
    recording = lab.run_recorded("leaky", env={"LEAKHOOK_OUTPUT": str(directory / "a-%e-%p-%t-%%.zst")}, directory=directory)
    check(recording.outcome.stderr, b"", "stderr")
    (trace,) = [pathlib.Path(path).name for path in recording.traces]
    start, exe, pid, time, end = trace.split("-")
    check((start, exe, end), ("a", "leaky", "%.zst"), f"parts of {trace}")
    check_that(pid.isdigit() and time.isdigit(), f"%p and %t are numbers in {trace}")


@case
def default_output_is_in_the_working_directory(lab):
    directory = lab.new_directory()
    environment = lab.recorded_environment("unused")
    del environment["LEAKHOOK_OUTPUT"]
    subprocess.run([lab.program("leaky")], env=environment, cwd=directory, check=True, capture_output=True)
    names = [path.name for path in directory.iterdir()]
    check_that(len(names) == 1 and names[0].startswith("leakhook.leaky.") and names[0].endswith(".zst"),
               f"leakhook.leaky.<pid>.zst in the working directory: {names}")


@case
def finished_trace_is_valid_zstd(lab):
    for trace in lab.record("threads", "8").traces:
        subprocess.run(["zstd", "-t", "-q", trace], check=True)


@contextlib.contextmanager
def small_disk(lab, size):
    need_root()
    directory = lab.new_directory("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", directory]
    done = subprocess.run(mount, capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip(f"cannot mount a tmpfs: {done.stderr.decode().strip()}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


@case
def disk_that_fills_up_is_survived_and_reported(lab):
    with small_disk(lab, "4m") as directory:
        recording = lab.run_recorded("accounting", lab.new_directory(), "4", "400000", directory=directory)
        check(recording.outcome, Outcome(0, b"", b""), "status, stdout and stderr")
        process = recording.report().only
    check_that(process.totals["allocations"] > 10000, "what fitted is in the report")
    check_that(process.diagnostics["dropped_events"] > 0, "the report says that events are missing")


@case
def disk_without_room_to_start_is_said_once(lab):
    with small_disk(lab, "256k") as directory:
        check_reason_given(lab.run_recorded("leaky", directory=directory).outcome)
        check(sorted(path.name for path in directory.iterdir()), [], "files left behind")


@case
def trace_is_private_to_its_owner(lab):
    for trace in lab.record("leaky").traces:
        check_that(os.stat(trace).st_mode & 0o077 & ~0o044 == 0, "nobody else may write the trace")


@case
def clean_program_has_nothing_live(lab):
    process = lab.record("frees_everything").report().only
    check(process.live_at("churn"), Blocks(0, 0), "live at churn")
    check(process.allocations_at("churn"), 5000, "allocations at churn")
