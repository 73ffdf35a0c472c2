"""Children: forked, spawned, replaced."""

from checks import check, check_that
from harness import case
from report import Blocks


@case
def forked_child_inherits_and_frees_blocks(lab):
    report = lab.record("fork_child").report()
    check(len(report.processes), 2, "processes")
    report.check_complete()
    parent, child = report.processes
    check(child["parent_pid"], parent["pid"], "parent of the child")
    parent.check_leak("leak_before_fork", 10, 1000)
    parent.check_leak("leak_after_fork", 5, 1000)
    check(parent.live_at("leak_in_child"), Blocks(0, 0), "the child's blocks in the parent")
    child.check_leak("leak_in_child", 7, 1000)
    child.check_leak("leak_before_fork", 6, 1000)
    check(child.live_at("leak_after_fork"), Blocks(0, 0), "the parent's later blocks in the child")
    check(child["end"], {"kind": "exited", "code": 9}, "end of the child")


@case
def forked_child_alone_tolerates_inherited_blocks(lab):
    recording = lab.record("fork_child")
    child = max(recording.traces, key=lambda trace: int(trace.split(".")[-2]))
    process = lab.analyze([child]).only
    process.check_leak("leak_in_child", 7, 1000)


@case
def forks_from_many_threads(lab):
    report = lab.record("fork_from_threads").report()
    check(len(report.processes), 41, "processes")
    report.check_complete()
    parent = report.processes[0]
    for child in report.processes[1:]:
        check(child["parent_pid"], parent["pid"], "parent of a child")
        child.check_leak("leak_in_child", 2, 328)


def check_started_program(lab, way):
    report = lab.record("start_programs", way).report()
    starter = report.of("start_programs")[0]
    starter.check_complete()
    starter.check_leak("leak_known", 20, 344)
    check_that(len(report.of("echo")) == 1 or way in ("system", "popen"), "echo has a trace of its own")
    return report


@case
def vfork_and_exec(lab):
    check_started_program(lab, "vfork")


@case
def posix_spawn(lab):
    check_started_program(lab, "spawn")


@case
def system_runs_its_shell(lab):
    check_that(len(check_started_program(lab, "system").processes) >= 2, "the shell has a trace of its own")


@case
def popen_runs_its_shell(lab):
    check_that(len(check_started_program(lab, "popen").processes) >= 2, "the shell has a trace of its own")


@case
def allocations_of_a_vfork_child_belong_to_the_parent(lab):
    process = lab.record("vfork_child_allocates").report().only
    process.check_complete()
    process.check_leak("leak_known", 30, 360)
    process.check_leak("leak_in_vfork_child", 20, 360)


@case
def shell_pipeline(lab):
    script = "seq 1 2000 | sort -rn | head -n 3; for i in 1 2 3; do echo $(expr $i + 1); done; exit 6"
    report = lab.record("/bin/bash", "-c", script).report()
    names = {process["exe"].rsplit("/", 1)[-1] for process in report.processes}
    check_that({"bash", "seq", "sort", "head", "expr"} <= names, f"every program has a trace: {sorted(names)}")
