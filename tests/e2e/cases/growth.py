"""What piles up is found and named, its repaired twin is silent; also where the end of the program frees all."""

from checks import check, check_that
from harness import case

GIVEN_BACK = "given back at the end"


def findings_of(process):
    return [finding for finding in process["findings"] if finding["kind"] not in ("spike", "fragmentation")]


def check_shape(lab, shape, function, pattern):
    """The findings about the shape, which name the function and its kind; the twin has none."""
    process = lab.record("growth_shapes", shape, "leak").report().only
    found = findings_of(process)
    check({finding["kind"] for finding in found}, {"growth"}, f"kinds of findings about {shape}: {found}")
    named = {finding["pattern"]["kind"] for finding in found}
    check_that(pattern in named, f"{pattern} is among {named}")
    check_that(all(function in finding["title"] for finding in found), f"{function} is in {found}")
    fixed = lab.record("growth_shapes", shape, "fixed").report().only
    check(findings_of(fixed), [], f"findings about {shape}, repaired")
    return found


@case
def a_global_vector_that_only_grows_is_named(lab):
    (largest, *_) = check_shape(lab, "vector", "remember_order", "global-accumulation")
    check_that("g_orders" in largest["title"], f"its holder: {largest}")


@case
def a_list_that_only_grows_is_told(lab):
    check_shape(lab, "list", "link_job", "global-accumulation")


@case
def a_reallocated_buffer_that_only_grows_is_named(lab):
    (found,) = check_shape(lab, "buffer", "append_to_log", "growing-buffer")
    check_that("g_log" in found["title"], f"its holder: {found}")


@case
def mappings_that_pile_up_are_named(lab):
    process = lab.record("growth_shapes", "mappings", "leak").report().only
    (found,) = [finding for finding in findings_of(process) if finding["kind"] == "mapping"]
    check((found["pattern"]["kind"], found["blocks"]), ("mapping-leak", 700), "the finding")
    check_that("open_window" in str(found), f"its place: {found}")
    fixed = lab.record("growth_shapes", "mappings", "fixed").report().only
    check(findings_of(fixed), [], "findings about mappings, repaired")


def check_given_back(found):
    for finding in found:
        check_that(GIVEN_BACK in finding["evidence"], f"what was there before the end: {finding}")
        check_that("only when the program ends" in finding["title"], f"when it went: {finding}")
    check_that(max(finding["blocks"] for finding in found) > 500, f"nearly all of 700: {found}")


@case
def listeners_of_a_static_object_are_seen_before_it_is_destroyed(lab):
    found = check_shape(lab, "listeners", "subscribe", "listeners-never-removed")
    check_given_back(found)
    check_that(any("g_bus" in " ".join(finding["pattern"]["evidence"]) for finding in found), f"its holder: {found}")


@case
def tasks_of_a_static_object_are_seen_before_it_is_destroyed(lab):
    check_given_back(check_shape(lab, "tasks", "start_task", "tasks-never-awaited"))


@case
def growth_in_a_local_of_main_is_seen_before_it_ends(lab):
    check_given_back(check_shape(lab, "locals", "draw", "steady-growth"))
