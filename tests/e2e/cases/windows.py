"""Windows on the heap from inside the program, and the GoogleTest listener that is made of them."""

import json

from checks import check, check_that
from harness import case

FOUND = """\
mine: 4 allocations, 5600 bytes; live 2 blocks, 400 bytes; peak 5400; missed 0
made by (anonymous namespace)::make(unsigned long)
3 known blocks
tracked: 3 calls, 6 allocations, kept 600 bytes in 3 blocks, at most 1000 bytes at a time
tight scope told: nothing
loose scope told: leakhook: scope 'loose' may keep 10 bytes, but keeps 50 bytes in 1 block
growing: 1, 64 bytes a sample
still: 0
in the child, the parent's: 0 allocations, 0 bytes; live 0 blocks, 0 bytes; peak 0; missed 0
in the child, its own: 1 allocations, 20 bytes; live 1 blocks, 20 bytes; peak 20; missed 0
in the parent: 1 allocations, 10 bytes; live 1 blocks, 10 bytes; peak 10; missed 0
32 windows, and then 1; of nothing 0
"""
NOTHING = """\
mine: 0 allocations, 0 bytes; live 0 blocks, 0 bytes; peak 0; missed 0
0 known blocks
tracked: 3 calls, 0 allocations, kept 0 bytes in 0 blocks, at most 0 bytes at a time
tight scope told: nothing
loose scope told: 
growing: 0, 0 bytes a sample
still: 0
in the child, the parent's: 0 allocations, 0 bytes; live 0 blocks, 0 bytes; peak 0; missed 0
in the child, its own: 0 allocations, 0 bytes; live 0 blocks, 0 bytes; peak 0; missed 0
in the parent: 0 allocations, 0 bytes; live 0 blocks, 0 bytes; peak 0; missed 0
0 windows, and then 0; of nothing 0
"""


@case
def windows_tell_what_was_made_in_them(lab):
    native = lab.native("window_calls")
    check((native.status, native.stdout.decode()), (0, NOTHING), "without the library")
    recorded = lab.run_recorded("window_calls").outcome
    check((recorded.status, recorded.stdout.decode()), (0, FOUND), "with the library")
    sampled = lab.run_recorded("window_calls", env={"LEAKHOOK_SAMPLE_BYTES": "512K"}).outcome
    check((sampled.status, sampled.stdout.decode()), (0, NOTHING), "a sample has no windows")


def run_tests(lab, *options, recorded=True):
    """Names of tests to the messages of their failures; the exit status."""
    output = lab.scratch / "tests.json"
    arguments = ("gtest_leaks", *options, f"--gtest_output=json:{output}")
    outcome = lab.run_recorded(*arguments).outcome if recorded else lab.native(*arguments)
    suites = json.loads(output.read_text(encoding="utf-8"))["testsuites"]
    tests = [(f"{suite['name']}.{test['name']}", test) for suite in suites for test in suite["testsuite"]]
    return {name: [part["failure"] for part in test.get("failures", [])] for name, test in tests}, outcome.status


FIFTY = "--gtest_filter=-Extra.*"
LEAKS = {
    "Malloc.Leaks": ("480 bytes in 10 blocks", "#0 (anonymous namespace)::leak_by_malloc()+0x"),
    "Strdup.Leaks": ("20 bytes in 1 block", "#1 (anonymous namespace)::leak_by_strdup(char const*)+0x"),
    "Object.Leaks": ("124 bytes in 2 blocks", "#0 (anonymous namespace)::leak_object()+0x"),
    "Thread.Leaks": ("64 bytes in 1 block", "Thread_Leaks_Test::TestBody()"),
    "Fixture.Leaks": ("in 2 blocks", "(anonymous namespace)::Fixture::SetUp()+0x"),
}


@case
def googletest_fails_exactly_the_tests_that_leak(lab):
    tests, status = run_tests(lab, FIFTY)
    failed = {name: messages for name, messages in tests.items() if messages}
    check((len(tests), status, set(failed)), (50, 1, set(LEAKS)), "tests, status and failed tests")
    for name, (amount, frame) in LEAKS.items():
        (message,) = failed[name]
        check_that("gtest_leaks.cpp:" in message, f"the test's own place: {message}")
        check_that(amount in message and frame in message, f"'{amount}' and '{frame}': {message}")
        check_that("testing::" not in message, f"no frames of GoogleTest: {message}")
    tests, status = run_tests(lab, FIFTY, recorded=False)
    check((len(tests), status, [n for n, messages in tests.items() if messages]), (50, 0, []), "without the library")


@case
def googletest_limits_warm_up_and_threads(lab):
    def failed(*options):
        tests, _ = run_tests(lab, *options)
        return {name for name, messages in tests.items() if messages}

    extra = "--gtest_filter=Extra.*-*Much"
    check(failed(extra), {"Extra.KeepsWhatItMakesOnce", "Extra.GoesBeyondItsMemoryLimit"}, "without warm-up")
    check(failed(extra, "warm_up"), {"Extra.GoesBeyondItsMemoryLimit"}, "with warm-up")
    threads = "--gtest_filter=Thread.*:Malloc.*"
    check(failed(threads), {"Thread.Leaks", "Malloc.Leaks"}, "all threads")
    check(failed(threads, "this_thread"), {"Malloc.Leaks"}, "this thread")
