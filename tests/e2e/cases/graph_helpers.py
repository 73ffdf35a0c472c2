"""A large heap is scanned by more than one thread, of which the program sees nothing, and by one where that is all
there may be: with the same result."""

from checks import check, check_that
from harness import case
from heap_graphs import only_graph


@case
def threads_that_help_to_scan_are_never_seen(lab):
    for mode in ("plain", "one-processor", "clone-kills"):
        recording = lab.record("large_heap", mode)
        check(recording.outcome.stdout, b"threads as before\n", f"output, {mode}")
        graph = only_graph(recording.traces[0])
        check((graph.stop, graph.image), ("not needed", "in place"), f"graph, {mode}")
        check_that(graph.blocks > 40000, f"blocks, {mode}: {graph.blocks}")
        process = recording.report().only
        check(process["truth"]["definitely_lost"], {"blocks": 0, "bytes": 0}, f"lost, {mode}")
        check_that(process["truth"]["still_reachable"]["blocks"] >= 40001, f"reachable, {mode}")
