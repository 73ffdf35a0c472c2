"""LeakSanitizer's client interface; what it says of single blocks is in tests/truth."""

from checks import check, check_that
from harness import case


@case
def lsan_leak_checks_are_graphs(lab):
    process = lab.record("leak_checks").report().only
    views = {view["when"]: view for view in process["truth"]["views"]}
    early = views.get("marker:__lsan_do_recoverable_leak_check")
    late = views.get("marker:__lsan_do_leak_check")
    check_that(early and late, f"views of both checks: {list(views)}")
    lost = early["possibly_lost_encoded"], early["definitely_lost"]
    check_that({"blocks": 1, "bytes": 1234} in lost, f"the block is lost at the first check: {lost}")
    check(late["definitely_lost"]["blocks"], 0, "lost at the second check")
    check_that(late["still_reachable"]["bytes"] >= 1234, "the block is found again")
    check(process["truth"]["definitely_lost"]["blocks"], 0, "lost in the end")
