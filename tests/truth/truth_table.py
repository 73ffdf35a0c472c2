"""The truth about every program of tests/truth/programs, to the byte.

The numbers are those of g++ -O1 on x86-64 with libstdc++ 12; they hold for every build unless a case says otherwise.
Memory that libc, the loader and the C++ library keep for themselves is a class of its own and is not counted here.

    Case("name", lost=(bytes, blocks), ...)

A class that is not given is empty. `when main returned` and `in the end`, after the static destructors, are two
views; `at_return` is given where they differ, and the plain classes are those in the end.
"""

import dataclasses

NONE = (0, 0)


@dataclasses.dataclass(frozen=True)
class Truth:
    """Bytes and blocks of each class."""

    definite: tuple = NONE
    indirect: tuple = NONE
    possible: tuple = NONE
    reachable: tuple = NONE
    mapped: tuple = NONE  # lost mappings of the program's own


@dataclasses.dataclass(frozen=True)
class Member:
    """A block of a cycle: a part of its type's name, its size, and the counts of its control block, if it has one."""

    type: str
    size: int
    use: int = None
    weak: int = None


@dataclasses.dataclass(frozen=True)
class Cycle:
    instances: int
    members: tuple
    one_cut: bool = True  # one pointer less and it falls apart


@dataclasses.dataclass(frozen=True)
class Case:
    """One program. `scrub`: freed memory is wiped, for the truth of these depends on it. `fixed`: what even the
    repaired program keeps. `valgrind`, `lsan`: what those say where it is
    not the same, and `why`. `unsteady`: classes that depend on the moment or on the machine's libc."""

    name: str
    truth: Truth
    at_return: Truth = None
    scrub: bool = False
    unscrubbed: Truth = None  # what is found without wiping
    cycles: tuple = ()
    encoded: bool = False  # what is possibly lost is held by an encoded pointer
    types: tuple = ()  # (part of the name, blocks, bytes) among the lost
    patterns: tuple = ()  # the kinds of leaks that are named; none are in the repaired program
    fixed: Truth = Truth()
    fixed_at_return: Truth = None
    unsteady: tuple = ()
    valgrind: Truth = None
    lsan: tuple = None  # leaked (bytes, blocks)
    why: str = ""


def case(name, *, definite=NONE, indirect=NONE, possible=NONE, reachable=NONE, mapped=NONE, **rest):
    return Case(name, Truth(definite, indirect, possible, reachable, mapped), **rest)


NODE = Member("Node", 96, use=1, weak=1)

CASES = (
    # What programs do wrong.
    case("unbounded_cache", reachable=(1_572_240, 20_002)),
    case(
        "global_accumulation",
        patterns=("global-accumulation",),
        at_return=Truth(reachable=(430_536, 10_001)),
        definite=(160_000, 5_000),
        indirect=(205_000, 5_000),
        scrub=True,
        lsan=(360_912, 9_888),
        why="LeakSanitizer finds pointers in bytes of a former owner",
    ),
    case(
        "shared_cycle2",
        patterns=("reference-cycle",),
        definite=(9_600, 100),
        indirect=(9_600, 100),
        cycles=(Cycle(100, (NODE, NODE)),),
        types=(("Node", 200, 19_200),),
    ),
    case(
        "parent_child",
        patterns=("reference-cycle",),
        definite=(32, 1),
        indirect=(312, 5),
        cycles=(
            Cycle(
                1,
                (
                    Member("Parent", 32),
                    Member("Child", 80, use=1, weak=1),
                    Member("Child", 80, use=1, weak=1),
                    Member("Child", 80, use=1, weak=1),
                    Member("", 48),
                    Member("Parent", 24, use=3, weak=1),
                ),
            ),
        ),
    ),
    case(
        "self_capture",
        patterns=("closure-captures-owner",),
        definite=(3_200, 10),
        indirect=(160, 10),
        cycles=(Cycle(10, (Member("Session", 320, use=1, weak=2), Member("", 16))),),
    ),
    case("listeners", reachable=(264_792, 2_002)),
    case("conns_not_closed", definite=(204_800, 50)),
    case("file_handles", reachable=(9_440, 20)),
    case("pool_not_joined", reachable=(1_216, 6), patterns=("thread-pool-never-joined",)),
    case("threads_zombie", patterns=("threads-not-joined",)),
    case("futures_not_awaited", reachable=(20_824, 402), patterns=("tasks-never-awaited",)),
    case(
        "promise_cycle",
        patterns=("closure-captures-owner",),
        definite=(440, 5),
        indirect=(520, 15),
        cycles=(Cycle(5, (Member("Task", 88, use=1, weak=1), Member("", 32))),),
    ),
    case("warmup_only"),
    case("sawtooth"),
    case("realloc_growth", reachable=(2_048_000, 1)),
    case(
        "mmap_leak",
        patterns=("mapping-leak",),
        mapped=(6_553_600, 100),
        indirect=(3_200, 100),
        valgrind=Truth(reachable=(3_200, 100)),
        why="valgrind takes every mapping for a root",
        lsan=(3_200, 100),
    ),
    case("structural", definite=(216, 6), indirect=(648, 21)),
    case("weak_retained", reachable=(400_136, 5)),
    case("c_api_handles", definite=(16, 1), indirect=(405, 10)),
    case("zero_size", definite=(0, 1), reachable=(0, 1), lsan=(1, 1), why="LeakSanitizer takes no bytes for one"),
    case("aligned_blocks", definite=(1_896, 3)),
    case("self_pointer", definite=(100, 1)),
    case("shared_child", definite=(200, 2), indirect=(200, 2)),
    case("long_chain", definite=(16, 1), indirect=(1_599_984, 99_999), patterns=("lost-memory",)),
    case("long_ring", definite=(16, 1), indirect=(1_599_984, 99_999)),
    case("unique_ptr_chain", definite=(24, 1), indirect=(64_032, 4_001), types=(("Stage", 4_000, 64_000),)),
    case("forked_child", definite=(100, 1)),
    # Cycles.
    case(
        "cycle_of_three",
        patterns=("reference-cycle",),
        definite=(1_064, 7),
        indirect=(1_008, 14),
        cycles=(
            Cycle(
                7,
                (
                    Member("Company", 152, use=1, weak=1),
                    Member("Department", 88, use=1, weak=1),
                    Member("Manager", 56, use=1, weak=1),
                ),
            ),
        ),
    ),
    case(
        "cycle_to_itself",
        definite=(192, 4),
        indirect=(64, 4),
        cycles=(Cycle(4, (Member("function<void", 48, use=1, weak=1), Member("", 16))),),
    ),
    case("cycle_still_reachable", reachable=(208, 3)),
    case(
        "cycle_of_static_owner",
        at_return=Truth(reachable=(208, 3)),
        definite=(96, 1),
        indirect=(96, 1),
        cycles=(Cycle(1, (NODE, NODE)),),
        fixed_at_return=Truth(reachable=(112, 2)),
    ),
    case("cycle_with_lost_owner", definite=(120, 1), indirect=(192, 2)),
    case(
        "shared_list",
        definite=(56, 1),
        indirect=(504, 9),
        cycles=(
            Cycle(
                1,
                (Member("Item", 56, use=1, weak=1),) * 2 + (Member("Item", 56, use=2, weak=1),) * 8,
                one_cut=False,
            ),
        ),
    ),
    case("intrusive_cycle", definite=(320, 5), indirect=(320, 5), types=(("Window", 10, 640),)),
    # Where pointers can be.
    case("thread_local_pointer", reachable=(100, 1)),
    case(
        "thread_specific",
        reachable=(11_536, 103),
        fixed=Truth(reachable=(1_536, 3)),
    ),
    case("register_pointer", reachable=(100, 1)),
    case(
        "vector_register_pointer",
        reachable=(100, 1),
        valgrind=Truth(definite=(100, 1)),
        why="valgrind does not look into vector registers",
    ),
    case(
        "wide_register_pointer",
        reachable=(100, 1),
        valgrind=Truth(definite=(100, 1)),
        why="valgrind does not look into vector registers",
    ),
    case("other_thread_stack", reachable=(100, 1)),
    case("thread_arguments", reachable=(3_200, 32)),
    case("exited_thread_stack", definite=(1_000, 10)),
    case(
        "recycled_stack",
        definite=(1_000, 10),
    ),
    case("coroutine_stack_heap", reachable=(65_636, 2)),
    case(
        "coroutine_stack_mmap",
        reachable=(100, 1),
        lsan=(100, 1),
        why="LeakSanitizer does not look into mappings",
    ),
    case("coroutine_abandoned", definite=(1_936, 1), indirect=(65_636, 2)),
    case(
        "cpp20_coroutine",
        definite=(2_560, 10),
        reachable=(256, 1),
    ),
    case("library_globals", reachable=(100, 1)),
    case("library_unloaded", definite=(100, 1)),
    case(
        "library_thread_local",
        reachable=(200, 2),
        valgrind=Truth(possible=(100, 1), reachable=(100, 1)),
        why="valgrind finds the variables of another thread by a pointer to their middle only",
    ),
    case("dead_main_frame", definite=(100, 1)),
    case(
        "exit_by_message",
        at_return=Truth(reachable=(10_900, 102)),
        fixed_at_return=Truth(reachable=(10_800, 101)),
        reachable=(100, 1),
    ),
    case("exit_from_function", reachable=(100, 1)),
    case("exit_from_thread", reachable=(100, 1)),
    case(
        "freed_by_static_destructor",
        at_return=Truth(reachable=(10_800, 101)),
        fixed_at_return=Truth(reachable=(10_800, 101)),
    ),
    # Only the kernel knows.
    case(
        "epoll_data",
        reachable=(1_000, 10),
        valgrind=Truth(definite=(1_000, 10)),
        lsan=(1_000, 10),
        why="neither asks the kernel",
    ),
    case(
        "timer_value",
        reachable=(1_000, 10),
        valgrind=Truth(definite=(1_000, 10)),
        lsan=(1_000, 10),
        why="neither asks the kernel",
    ),
    case(
        "alternate_signal_stack",
        reachable=(65_536, 1),
        valgrind=Truth(definite=(65_536, 1)),
        lsan=(65_536, 1),
        why="neither asks the kernel",
    ),
    case("io_uring_user_data", reachable=(100, 1), lsan=(100, 1), why="LeakSanitizer does not look into mappings"),
    case("pipe_message", definite=(1_000, 10)),  # a false alarm, of every tool: nobody can look into a pipe
    # Pointers that do not look like one.
    case(
        "tagged_low",
        reachable=(800, 8),
        valgrind=Truth(possible=(700, 7), reachable=(100, 1)),
        why="valgrind has no rule for flags in low bits",
    ),
    case(
        "tagged_high",
        possible=(800, 8),
        encoded=True,
        valgrind=Truth(definite=(800, 8)),
        lsan=(800, 8),
        why="neither decodes pointers",
    ),
    case("xor_list", reachable=(128, 2), definite=(192, 3), indirect=(64, 1)),  # a false alarm, of every tool
    case(
        "offset_ptr",
        possible=(800, 8),
        encoded=True,
        valgrind=Truth(definite=(800, 8)),
        lsan=(800, 8),
        why="neither decodes pointers",
    ),
    case(
        "near_distances",
        definite=(240, 4),
        possible=(1_600, 16),
        reachable=(72_416, 28),
        fixed=Truth(reachable=(72_416, 28)),
        encoded=True,
        valgrind=Truth(definite=(1_840, 20), reachable=(72_416, 28)),
        lsan=(1_840, 20),
        why="neither decodes pointers",
    ),
    case(
        "compressed_pointers",
        possible=(800, 8),
        encoded=True,
        valgrind=Truth(definite=(800, 8)),
        lsan=(700, 7),
        why="neither decodes pointers; the base happens to be the address of LeakSanitizer's first block",
    ),
    case(
        "unaligned_pointers",
        possible=(700, 7),
        encoded=True,
        valgrind=Truth(definite=(700, 7)),
        lsan=(700, 7),
        why="neither looks at odd addresses",
    ),
    # Pointers to the middle of a block.
    case(
        "embedded_links",
        reachable=(6_400, 100),
        valgrind=Truth(possible=(6_400, 100)),
        why="valgrind does not learn that all blocks of a site are known by the same offset",
    ),
    case("embedded_links_lost", definite=(64, 1), indirect=(6_336, 99)),
    case(
        "private_headers",
        reachable=(10_000, 100),
        valgrind=Truth(possible=(10_000, 100)),
        why="valgrind does not learn that all blocks of a site are known by the same offset",
    ),
    case("length_header", reachable=(100, 1)),
    case("one_interior_pointer", possible=(100, 1)),
    case("cow_string", reachable=(1_088, 11)),
    case("array_of_objects", definite=(168, 1), reachable=(328, 1)),
    case("multiple_inheritance", reachable=(96, 1)),
    case("held_exceptions", at_return=Truth(reachable=(1_440, 10))),
    case("end_pointer", definite=(204, 2)),
    # Bytes that are still there and mean nothing.
    case("slack_bytes", definite=(2_500, 5), reachable=(80, 5)),
    case("stale_heap_bytes", definite=(10_000, 20), reachable=(640, 20), scrub=True, unscrubbed=Truth(reachable=(10_640, 40))),
    # Mappings.
    case("mapping_in_use", reachable=(100, 1), lsan=(100, 1), why="LeakSanitizer does not look into mappings"),
    case("mmap_arena", reachable=(100_000, 1_000), lsan=(100_000, 1_000), why="LeakSanitizer does not look into mappings"),
    case("madvise_dontfork", reachable=(1_000, 10), lsan=(1_000, 10), why="LeakSanitizer does not look into mappings"),
    case("madvise_wipeonfork", reachable=(1_000, 10), lsan=(1_000, 10), why="LeakSanitizer does not look into mappings"),
    # What the program says by LeakSanitizer's interface.
    case(
        "lsan_ignored_object",
        definite=(100, 1),
        reachable=(250, 2),
        fixed=Truth(reachable=(250, 2)),
        valgrind=Truth(definite=(300, 2), indirect=(50, 1)),
        why="valgrind does not know the interface",
    ),
    case(
        "lsan_disabled",
        definite=(7, 3),
        reachable=(60, 3),
        fixed=Truth(reachable=(60, 3)),
        valgrind=Truth(definite=(67, 6)),
        why="valgrind does not know the interface",
    ),
    case(
        "lsan_root_region",
        mapped=(65_536, 1),
        indirect=(200, 1),
        reachable=(100, 1),
        fixed=Truth(reachable=(100, 1)),
        valgrind=Truth(reachable=(300, 2)),
        why="valgrind takes every mapping for a root",
    ),
    # Nothing is wrong.
    case("realloc_in_flight", unsteady=("reachable",)),
    case("runtime_threads", unsteady=("reachable",)),
    case("runtime_noise", unsteady=("reachable",)),
)
