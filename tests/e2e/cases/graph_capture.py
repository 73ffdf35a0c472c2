"""Graphs of the heap are taken at every occasion, by every way of stopping, and the program never notices."""

import os
import re
import signal
import subprocess
import time

from checks import check, check_that
from harness import case, need, wait_until
from heap_graphs import chunks, graphs, only_graph
from real_programs import find

BY_NAME = {"tracer": "tracer", "signal": "signal", "none": "unstopped"}
FORK_REFUSED, CHILD_DIES, TRACER_HANGS = 6, 7, 8


def record(lab, *arguments, interrupts=False, **settings):
    """Natively and recorded, which must look alike; the trace. `interrupts`: waits may be cut short by a signal."""
    environment = {f"LEAKHOOK_{name}": str(value) for name, value in settings.items()}
    normalize = (lambda text: re.sub(rb"(interrupted waits): \d+", rb"\1", text)) if interrupts else None
    recording = lab.record("graph_capture", *map(str, arguments), env=environment, normalize=normalize)
    return recording.traces[0]


def first_graph(trace):
    """Of a program whose threads allocate all the time, so that there is a second one after the destructors."""
    found = graphs(trace)
    check_that(found and all(graph.complete for graph in found), f"complete graphs: {found}")
    return found[0]


@case
def graph_when_main_returns(lab):
    graph = only_graph(record(lab, 0, "return"))
    check((graph.trigger, graph.stop, graph.image, graph.stopped), ("exit", "not needed", "in place", 1), "graph")


@case
def variables_that_hold_blocks_are_named(lab):
    # Without what calls have left on the stacks.
    process = lab.record("held_by_variables").report("--roots", "globals,tls").only
    roots = {site["live_bytes"]: site["retained_by"][0]["root"] for site in process["sites"] if site.get("retained_by")}
    check(roots.get(100), "g_registry in held_by_variables.cpp (held_by_variables)", "who holds 100 bytes")
    for size in (200, 300):
        thread = r"thread \d+( \([^)]*\))?"
        wanted = rf"t_session of {thread} in held_by_variables\.cpp \(held_by_variables\)"
        check_that(re.fullmatch(wanted, roots.get(size, "")), f"who holds {size} bytes: {roots}")
    check_that(roots[200] != roots[300], f"each thread has its own: {roots}")


@case
def graph_when_exit_is_called(lab):
    check(only_graph(record(lab, 0, "exit")).trigger, "exit", "trigger")


@case
def graph_after_destructors_when_they_freed(lab):
    recording = lab.record("exit_handlers")
    check([graph.trigger for graph in graphs(recording.traces[0])], ["exit", "after exit"], "triggers")


def freed_after_the_exit_began(lab, way):
    found = graphs(lab.record("error_exits", way).traces[0])
    check([graph.trigger for graph in found], ["exit", "after exit"], f"triggers after {way}")
    return found[0].blocks - found[1].blocks


@case
def graph_before_destructors_when_a_message_ends_the_program(lab):
    for way in ("err", "errx", "verr", "verrx", "error", "error_at_line"):
        check(freed_after_the_exit_began(lab, way), 2, f"blocks of static objects, freed after {way}")


@case
def messages_that_do_not_end_the_program_make_no_graph(lab):
    check(freed_after_the_exit_began(lab, "messages"), 3, "blocks of static objects")


@case
def graph_before_global_destructors_when_the_c_library_exits_by_itself(lab):
    for way in ("argp", "pthread_exit"):
        check(freed_after_the_exit_began(lab, way), 1, f"blocks of global objects, freed after {way}")


@case
def no_graph_where_no_handlers_run_unless_asked(lab):
    for mode in ("_exit", "quick"):
        check(graphs(record(lab, 0, mode)), [], f"graphs after {mode}")
        check(only_graph(record(lab, 0, mode, SCAN="exit,_exit")).trigger, "exit", f"trigger after {mode}")


@case
def no_graph_when_switched_off(lab):
    check(graphs(record(lab, 4, "return", SCAN="off")), [], "graphs")


@case
def graph_on_demand_only(lab):
    graph = only_graph(record(lab, 4, "join", 1, SCAN="demand"))
    check((graph.trigger, graph.label, graph.stop, graph.image), ("api", "middle", "tracer", "forked"), "graph")
    check((graph.stopped, graph.missed, graph.threads), (5, 0, 5), "threads")


def check_rungs(lab, threads):
    for rung, stop in BY_NAME.items():
        interrupts = stop == "signal"
        found = graphs(record(lab, threads, "join", 3, interrupts=interrupts, SCAN="demand", SCAN_STOP=rung))
        expected = 6 if stop == "unstopped" else 3  # what is not stopped is looked at twice
        check([graph.stop for graph in found], [stop] * expected, f"stops by {rung}")
        for graph in found:
            check_that(graph.complete, f"{graph} is complete")
            check(graph.image, "forked", "image")
            check(graph.threads, threads + 1, f"threads seen by {rung}")
            check(graph.stopped + graph.missed, threads + 1, f"stopped and missed by {rung}")
            if stop == "tracer":
                check(graph.missed, 0, "threads missed by the tracer")


@case
def every_way_of_stopping_with_16_threads(lab):
    check_rungs(lab, 16)


@case
def every_way_of_stopping_with_200_threads(lab):
    check_rungs(lab, 200)


@case
def exit_with_threads_that_run_on(lab):
    for rung, stop in BY_NAME.items():
        for graph in graphs(record(lab, 16, "return", SCAN_STOP=rung)):
            check(graph.stop, stop, "stop")
            check(graph.image, "forked" if stop == "unstopped" else "in place", "image")
            check_that(graph.complete, "complete")


@case
def tracing_that_is_forbidden_leads_to_signals(lab):
    for mode in ("no-ptrace", "ptrace-kills"):
        graph = first_graph(record(lab, 8, mode))
        check((graph.stop, graph.stopped), ("signal", 9), f"stop with {mode}")


@case
def unprivileged_states_of_a_process(lab):
    check(first_graph(record(lab, 8, "no-new-privileges")).stop, "tracer", "stop with no new privileges")
    graph = first_graph(record(lab, 8, "not-dumpable"))
    check_that(graph.stop in ("tracer", "signal"), f"{graph} of a process that may not be dumped")


@case
def threads_that_block_all_signals(lab):
    graph = first_graph(record(lab, 8, "blocked"))
    check((graph.stop, graph.stopped), ("tracer", 9), "by the tracer")
    graph = first_graph(record(lab, 8, "blocked", SCAN_STOP="signal"))
    check(graph.stop, "unstopped", "by signals that nobody takes")


@case
def a_process_that_is_traced_already(lab):
    need(os.path.exists("/usr/bin/strace"), "strace is not installed")
    directory = lab.new_directory("traces")
    environment = lab.recorded_environment(directory / "%e.zst")
    preload = environment.pop("LD_PRELOAD")
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=none", "-E", f"LD_PRELOAD={preload}"]
    done = subprocess.run([*command, str(lab.program("graph_capture")), "8", "return"], env=environment,
                          capture_output=True, timeout=60, check=False)
    check(done.returncode, 0, "status")
    check(first_graph(directory / "graph_capture.zst").stop, "signal", "stop")


@case
def tracer_killed_at_every_step(lab):
    for step in (1, 2, 3, 4, 5):
        for threads, mode, snapshots in ((16, "join", 2), (16, "return", 0)):
            found = graphs(record(lab, threads, mode, snapshots, interrupts=True, TEST_SCAN_FAULT=step))
            complete = [graph for graph in found if graph.complete]
            check_that(complete, f"step {step}: a complete graph among {found}")
            check_that(any(graph.stop == "signal" for graph in complete), f"step {step}: {found}")


@case
def tracer_that_hangs_is_given_up(lab):
    start = time.monotonic()
    check(first_graph(record(lab, 4, "return", TEST_SCAN_FAULT=TRACER_HANGS)).stop, "signal", "stop")
    check_that(time.monotonic() - start < 30, "it does not take long")


@case
def copy_that_is_refused_is_not_needed(lab):
    graph = graphs(record(lab, 8, "join", 1, SCAN="demand", TEST_SCAN_FAULT=FORK_REFUSED))[0]
    check((graph.stop, graph.image, graph.complete), ("tracer", "in place", True), "graph")


@case
def neither_stopped_nor_copied_is_said(lab):
    settings = {"LEAKHOOK_SCAN_STOP": "none", "LEAKHOOK_TEST_SCAN_FAULT": str(FORK_REFUSED)}
    recording = lab.record("graph_capture", "8", "return", env=settings)
    check(graphs(recording.traces[0]), [], "graphs")
    notes = b"".join(body for _, body in chunks(recording.traces[0]))
    check_that(b"no heap graph: the program could neither be stopped nor be copied" in notes, "the note")


@case
def copy_that_dies_costs_its_graph_only(lab):
    found = graphs(record(lab, 8, "join", 2, SCAN="demand", TEST_SCAN_FAULT=CHILD_DIES))
    check([graph for graph in found if graph.complete], [], "complete graphs")


@case
def graphs_by_timer(lab):
    with serve(lab, SCAN="demand", SCAN_INTERVAL="100ms") as process:
        time.sleep(1.0)
    found = graphs(process.trace)
    check_that(3 <= len(found) <= 11, f"{len(found)} graphs in a second")
    check({graph.trigger for graph in found}, {"timer"}, "triggers")


@case
def graph_by_signal(lab):
    with serve(lab, SCAN="demand", SCAN_SIGNAL="USR2") as process:
        process.send_signal(signal.SIGUSR2)
        time.sleep(0.5)
    check(only_graph(process.trace).trigger, "signal", "trigger")


@case
def graph_by_leakscan(lab):
    with serve(lab, SCAN="demand") as process:
        done = lab.scan("snapshot", str(process.pid), "--graph", "--label", "from outside")
        check(done.status, 0, f"leakscan snapshot: {done.stderr}")
        check_that(str(process.trace) in done.stderr.decode(), "the trace is named")
        check(lab.scan("snapshot", str(process.pid), "--label", "just a mark").status, 0, "leakscan snapshot")
    graph = only_graph(process.trace)
    check((graph.trigger, graph.label, graph.stop), ("control", "from outside", "tracer"), "graph")
    labels = {snapshot["label"] for snapshot in lab.analyze([process.trace]).only["snapshots"]}
    check_that({"from outside", "just a mark"} <= labels, f"labels {labels}")


@case
def leakscan_says_why_there_is_no_snapshot(lab):
    with serve(lab, SCAN="off") as process:
        refused = lab.scan("snapshot", str(process.pid), "--graph")
        check((refused.status, b"LEAKHOOK_SCAN=off" in refused.stderr), (2, True), f"refusal {refused.stderr}")
        check(lab.scan("snapshot", str(process.pid)).status, 0, "a mark needs no scan")
    for pid, reason in ((os.getpid(), b"not being recorded"), (2**22 + 1, b"no process")):
        refused = lab.scan("snapshot", str(pid), "--graph")
        check((refused.status, reason in refused.stderr), (2, True), f"refusal {refused.stderr}")


class Served:
    """graph_capture with threads, which serves until its input ends, natively silent about being looked at."""

    def __init__(self, lab, settings):
        directory = lab.new_directory("traces")
        environment = lab.recorded_environment(
            directory / "%e.zst", {f"LEAKHOOK_{name}": value for name, value in settings.items()}
        )
        self.trace = directory / "graph_capture.zst"
        self._process = subprocess.Popen(
            [str(lab.program("graph_capture")), "8", "serve"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        self.pid = self._process.pid
        self.send_signal = self._process.send_signal

    def __enter__(self):
        wait_until(lambda: self._process.stdout.readline().startswith(b"after"), "the program to serve")
        return self

    def __exit__(self, *_):
        output, _ = self._process.communicate(timeout=60)
        check(self._process.returncode, 0, "status")
        check_that(b"served: wait says -1, errno 10, child signal 0\n" in output, f"output {output}")


def serve(lab, **settings):
    return Served(lab, settings)


@case
def scrubbing_changes_nothing_but_the_freed_bytes(lab):
    for program, *arguments in (("accounting", "1"), ("leaky",), ("graph_capture", "4", "join")):
        lab.record(program, *arguments, env={"LEAKHOOK_SCRUB": "1"}, normalize=lambda out: re.sub(rb"\d+", b"N", out))


@case
def redis_is_looked_at_under_load(lab):
    server, load = find("redis-server"), find("redis-benchmark")
    socket = lab.scratch / "redis.socket"
    arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--daemonize", "no"]
    with lab.start_recorded(server, *arguments, stdout=subprocess.DEVNULL, cwd=lab.scratch) as (process, recording):
        wait_until(socket.exists, "redis to listen")
        command = [str(load), "-s", str(socket), "-n", "20000", "-c", "20", "-q", "-t", "set,lpush"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=lab.native_environment()) as benchmark:
            for number in range(3):
                done = lab.scan("snapshot", str(process.pid), "--graph", "--label", f"look {number}")
                check(done.status, 0, f"leakscan snapshot: {done.stderr}")
        check(benchmark.returncode, 0, "status of redis-benchmark")
        process.terminate()
        check(process.wait(30), 0, "status of redis-server")
    by_command = [graph for graph in graphs(recording.traces[0]) if graph.trigger == "control"]
    check([(graph.label, graph.stop, graph.missed) for graph in by_command],
          [(f"look {number}", "tracer", 0) for number in range(3)], "graphs")
    check_that(all(graph.complete for graph in by_command), "complete")
