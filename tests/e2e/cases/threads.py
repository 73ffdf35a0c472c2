"""Threads: many, small, named, detached, dying."""

from checks import check, check_that
from harness import case


@case
def eight_threads(lab):
    process = lab.record("threads", "8").report().only
    process.check_complete()
    process.check_leak("leak_known", 24, 200)
    check(process.allocations_at("churn"), 400, "allocations in churn")


@case
def thousand_threads(lab):
    process = lab.record("threads", "1000").report().only
    process.check_complete()
    process.check_leak("leak_known", 3000, 200)
    check_that(len(process["threads"]) >= 1001, f"{len(process['threads'])} threads in the report")


@case
def thread_names_are_reported(lab):
    names = [thread["name"] for thread in lab.record("thread_names").report().only["threads"]]
    check_that({"early-name", "late-name"} <= set(names), f"thread names: {names}")


@case
def destructors_of_ending_threads_allocate(lab):
    process = lab.record("thread_exit_destructors").report().only
    process.check_complete()
    process.check_leak("leak_in_key_destructor", 300, 120)
    process.check_leak("leak_in_thread_local", 50, 136)


@case
def main_thread_leaves_first(lab):
    process = lab.record("pthread_exit_from_main").report().only
    process.check_complete()
    process.check_leak("leak_known", 13, 152)
    process.check_leak("leak_after_main", 14, 152)


@case
def detached_threads(lab):
    process = lab.record("detached_threads").report().only
    process.check_complete()
    process.check_leak("leak_known", 200, 168)


@case
def smallest_stacks_and_stack_overflow(lab):
    process = lab.record("small_stacks").report().only
    # Where the stack overflows in the middle of a hook, what the handler allocates is recorded without a stack.
    without_stack = sum(site["live_blocks"] for site in process["sites"] if not site["stack"])
    check(process.live_at("leak_known").blocks + without_stack, 44, "blocks of the threads and the handler")


@case
def exceptions_in_many_threads(lab):
    process = lab.record("exceptions").report().only
    process.check_complete()
    process.check_leak("leak_known", 200, 232)


@case
def coroutines_on_their_own_stacks(lab):
    process = lab.record("coroutines").report().only
    process.check_complete()
    process.check_leak("leak_in_coroutine", 500, 248)
    check_that("body" in process.functions(), "the coroutine's function is in its stacks")


@case
def very_deep_recursion(lab):
    process = lab.record("deep_recursion").report().only
    process.check_complete()
    process.check_leak("leak_at_bottom", 20, 264)
