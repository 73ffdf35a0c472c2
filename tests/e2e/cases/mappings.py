"""Mappings are a ledger of their own: exact, and apart from the heap."""

from checks import check
from harness import case

PAGE = 4096


@case
def mapping_ledger_is_exact(lab):
    process = lab.record("mappings").report().only
    process.check_complete()
    ledger = process["mappings"]
    live_pages = 100 + 50 + 20 + 20
    check(ledger["live_bytes"], live_pages * PAGE, "mapped bytes at the end")
    check(ledger["peak_bytes"], (live_pages + 200) * PAGE, "peak of mapped bytes")
    check(ledger["brk_bytes"], 3 * PAGE, "growth of the program break")
    live = {function: mapped_at(process, function) for function in ("leak_mapping", "unmap_a_part", "map_and_unmap")}
    check(live, {"leak_mapping": 100 * PAGE, "unmap_a_part": 20 * PAGE, "map_and_unmap": 0}, "mapped bytes by function")


def mapped_at(process, function):
    return sum(s["live_bytes"] for s in process["mappings"]["sites"] if function in process.functions_of(s))


@case
def allocators_own_mappings_are_not_the_programs(lab):
    """A large malloc is served by mmap; it is a block, not a mapping."""
    process = lab.record("block_layout").report().only
    check(process["mappings"]["maps"], 0, "mappings of a program that only allocates")
