"""Signals: handlers that allocate, handlers that jump away, and a process that must not notice any of ours."""

from checks import check, check_that
from harness import case
from report import Blocks


@case
def handlers_that_allocate_at_any_moment(lab):
    process = lab.record("signal_storm").report().only
    dropped = process.diagnostics["dropped_events"]
    check(dropped, 0, "dropped events")
    process.check_leak("leak_known", 2000, 24)
    live_of_size = sum(site["live_blocks"] for site in process["sites"] if is_of_size(site, 24))
    check(live_of_size, 5000, "live blocks of 24 bytes, with and without a stack")


def is_of_size(site, size):
    return site["live_blocks"] > 0 and site["live_bytes"] == size * site["live_blocks"]


@case
def handlers_that_jump_away(lab):
    process = lab.record("longjmp_from_handler").report().only
    process.check_leak("leak_known", 1500, 56)


@case
def handler_on_an_alternate_stack(lab):
    process = lab.record("alternate_stack").report().only
    process.check_complete()
    process.check_leak("leak_known", 300, 216)
    process.check_leak("leak_on_alternate_stack", 300, 216)
    check_that(any("main" in process.functions_of(site) for site in process.sites_of("leak_on_alternate_stack")),
               "the stack goes through the signal frame to main")


@case
def signals_children_and_timers_are_untouched(lab):
    process = lab.record("signals_untouched").report().only
    check(process.live_at("leak_known"), Blocks(100, 6400), "live at leak_known")
