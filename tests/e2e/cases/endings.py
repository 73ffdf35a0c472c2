"""However a process ends, what it did before is in the analysis."""

import json
import pathlib
import signal
import time

from checks import check, check_that
from harness import case, need_root, wait_until
from report import Blocks

LEAKED_BEFORE_END = 1000


def check_ending(lab, way, kind, code):
    process = lab.record("endings", way).report().only
    process.check_complete()
    process.check_leak("leak_known", LEAKED_BEFORE_END, 40)
    if kind:
        check((process["end"]["kind"], process["end"]["code"]), (kind, code), "end")
    return process


@case
def end_by_return(lab):
    check_ending(lab, "return", "exited", 0)


@case
def end_by_exit(lab):
    check_ending(lab, "exit", "exited", 3)


@case
def end_by_underscore_exit(lab):
    check_ending(lab, "_exit", "exited", 6)


@case
def end_by_capital_exit(lab):
    check_ending(lab, "_Exit", "exited", 7)


@case
def end_by_quick_exit(lab):
    check_ending(lab, "quick_exit", "exited", 8)


@case
def end_by_abort(lab):
    check_ending(lab, "abort", None, None)


@case
def end_by_crash(lab):
    check_ending(lab, "segv", None, None)


@case
def end_by_sigterm(lab):
    check_ending(lab, "sigterm", None, None)


@case
def end_by_sigkill(lab):
    process = check_ending(lab, "sigkill", None, None)
    check(process.diagnostics["truncated"], True, "the trace was cut short, and the report says so")


@case
def end_while_threads_allocate(lab):
    check_ending(lab, "running_threads", "exited", 4)


@case
def end_from_another_thread(lab):
    check_ending(lab, "from_thread", "exited", 5)


@case
def clean_end_removes_the_journal(lab):
    recording = lab.record("leaky")
    check([path.name for path in recording.directory.glob("*.journal")], [], "journals left behind")
    check(len(recording.traces), 1, "traces")


@case
def allocations_after_main_are_recorded(lab):
    process = lab.record("exit_handlers").report().only
    process.check_leak("leak_known", 10, 72)
    process.check_leak("leak_in_static_destructor", 11, 72)
    process.check_leak("leak_at_exit", 12, 72)
    process.check_leak("leak_in_destructor_function", 13, 72)


@case
def allocations_in_quick_exit_handlers_are_recorded(lab):
    process = lab.record("quick_exit_handlers").report().only
    process.check_leak("leak_known", 20, 56)
    process.check_leak("leak_at_quick_exit", 30, 56)


@case
def double_free_aborts_as_without_us(lab):
    process = lab.record("double_free").report().only
    process.check_leak("leak_known", 15, 472)


@case
def killed_in_the_middle_keeps_every_acknowledged_event(lab):
    with lab.start_recorded("kill_mid_flight", stdout=-1) as (process, recording):
        acknowledged = process.stdout.read(100)  # so that the kill hits a program in full flight
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read()
        process.wait()
    report = recording.report().only
    check(report.diagnostics["dropped_events"], 0, "dropped events")
    outcome = lab.scan("info", "--json", *recording.traces)
    info = json.loads(outcome.stdout)
    check(info["events"], report.totals["events"], "events that info counts, those of the journal with them")
    check_that(report.diagnostics["recovered_events"] > 0, "some were in the journal alone")
    for index in range(4):
        function = f"leak_thread_{index}"
        certain = 1000 * acknowledged.count(str(index).encode())
        live = report.live_at(function)
        check_that(live.blocks >= certain, f"{function}: {live.blocks} blocks, at least {certain} expected")
        check(live.bytes, 32 * live.blocks, f"bytes of {function}")


@case
def running_program_can_be_analyzed(lab):
    with lab.start_recorded("kill_mid_flight", stdout=-1) as (process, recording):
        acknowledged = process.stdout.read(20)
        report = recording.report().only
        for index in range(4):
            certain = 1000 * acknowledged.count(str(index).encode())
            live = report.live_at(f"leak_thread_{index}")
            check_that(live.blocks >= certain, f"{live.blocks} blocks of thread {index}, at least {certain} expected")


@case
def exec_keeps_both_images(lab):
    recording = lab.record("exec_chain", "2")
    report = recording.report()
    check(len(report.processes), 3, "one trace per image")
    report.check_complete()
    live = {process["argv"][1]: process.live_at("leak_known") for process in report.processes}
    expected = {str(steps): Blocks(10 * steps + 10, 376 * (10 * steps + 10)) for steps in range(3)}
    check(live, expected, "live blocks per image")


@case
def daemon_is_recorded_to_its_end(lab):
    done = lab.scratch / "daemon-done"

    def forget():
        done.unlink(missing_ok=True)

    recording = lab.record("daemonize", done, reset=forget)
    wait_until(done.exists, "the daemon to finish")
    wait_until(lambda: daemon_of(recording.report()).live_at("leak_in_daemon").blocks == 120, "the daemon's trace", 10)
    daemon = daemon_of(recording.report())
    daemon.check_complete()
    daemon.check_leak("leak_in_daemon", 120, 392)


def daemon_of(report):
    return max(report.processes, key=lambda process: process.live_at("leak_in_daemon").blocks)


@case
def change_of_root_and_user_goes_on_recording(lab):
    need_root()
    jail = lab.new_directory("jail")
    process = lab.record("change_root_and_user", jail).report().only
    process.check_complete()
    process.check_leak("leak_known", 41, 440)
    check(list(pathlib.Path(jail).iterdir()), [], "files in the new root")
