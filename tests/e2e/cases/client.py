"""The client header: labels, pauses, and no effect without the library in any way of building."""

import shutil

from checks import check, check_that
from harness import case, need, run
from report import Blocks

PROBE = """
#include <leakhook/leakhook.h>
#include <stdio.h>
int main(void) {
  const int active = leakhook_is_active();
  const int recorded = leakhook_snapshot("probe");
  const int paused = leakhook_pause();
  const int active_in_pause = leakhook_is_active();
  const int resumed = leakhook_resume();
  printf("%d %d %d %d %d\\n", active, recorded, paused, active_in_pause, resumed);
  return 0;
}
"""
COMPILERS = (("gcc", "c", "-std=c99"), ("g++", "cpp", "-std=c++11"), ("clang", "c", "-std=c99"), ("clang++", "cpp", "-std=c++11"))
KINDS = {
    "pie": ("-fPIE", "-pie"),
    "non-pie": ("-fno-pie", "-no-pie"),
    "no-plt": ("-fPIE", "-pie", "-fno-plt", "-Wl,-z,now"),
    "static": ("-static",),
}


def build(lab, include, compiler, suffix, standard, level, kind):
    source = lab.scratch / f"probe.{suffix}"
    source.write_text(PROBE, encoding="ascii")
    program = lab.scratch / f"probe-{compiler}-{level}-{kind}"
    flags = [standard, level, *KINDS[kind], "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{include}"]
    built = run([compiler, *flags, source, "-o", program], env=lab.native_environment())
    check(built.status, 0, f"{compiler} {' '.join(flags)}: {built.stderr.decode()}")
    return program


@case
def header_works_in_every_kind_of_program(lab):
    include = lab.include
    compilers = [compiler for compiler in COMPILERS if shutil.which(compiler[0])]
    need(compilers, "needs a compiler")
    for compiler in compilers:
        for level in ("-O0", "-O2"):
            for kind in KINDS:
                program = build(lab, include, *compiler, level, kind)
                check(lab.native(program).stdout, b"0 0 0 0 0\n", f"{program.name} without the library")
                expected = b"0 0 0 0 0\n" if kind == "static" else b"1 1 1 0 1\n"
                check(lab.run_recorded(program).outcome.stdout, expected, f"{program.name} with the library")


@case
def labelled_snapshots_and_pause(lab):
    check(lab.native("client_calls").status, 0, "status without the library")
    recording = lab.run_recorded("client_calls")
    check(recording.outcome.status, 1, "status with the library")
    process = recording.report().only
    labels = {snapshot["label"]: snapshot for snapshot in process["snapshots"]}
    order = ["start", "after first", "after second", "end"]
    check_that(set(order) <= set(labels), f"labels {sorted(labels)}")
    growth = [labels[b]["heap_bytes"] - labels[a]["heap_bytes"] for a, b in zip(order, order[1:])]
    check(growth, [10000, 20000, 40000], "growth between the labels")
    check(process.live_at("leak_while_paused"), Blocks(0, 0), "what was allocated in the pause")
    process.check_leak("leak_after_pause", 40, 1000)
