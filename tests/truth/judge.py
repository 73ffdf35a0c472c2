"""Compares what a report says of a process with what the table says of its program: one sentence for each difference."""

import collections

import leakhook_view

LOSS_FINDINGS = {"leak", "cycle"}


def judge(process, case):
    """The process did what the case is about."""
    yield from judge_classes(process, case.truth, case.at_return or case.truth, case.unsteady)
    yield from judge_cycles(process, case.cycles)
    yield from judge_types(process, case.types)
    if case.encoded and leakhook_view.encoded(process) != case.truth.possible:
        yield f"encoded: {leakhook_view.encoded(process)}, expected {case.truth.possible}"
    yield from judge_findings(process, case)
    if case.patterns:
        yield from judge_patterns(process, set(case.patterns))


def judge_unscrubbed(process, case):
    """Freed memory was not wiped."""
    yield from judge_classes(process, case.unscrubbed, case.unscrubbed, ())


def judge_fixed(process, case):
    """The process did the same without the mistake: nothing may be reported."""
    yield from judge_classes(process, case.fixed, case.fixed_at_return or case.fixed, case.unsteady)
    if process.data.get("cycles"):
        yield f"cycles: {process['cycles']}, expected none"
    if losses := sorted(LOSS_FINDINGS & {finding["kind"] for finding in process["findings"]}):
        yield f"findings: {losses}, expected none"
    if case.patterns:
        yield from judge_patterns(process, set())


def judge_classes(process, truth, at_return, unsteady):
    if not leakhook_view.is_scanned(process):
        yield f"the heap was not scanned: {process.data.get('truth')}"
        return
    views = (("in the end", leakhook_view.in_the_end(process), truth),)
    views += (("when main returned", leakhook_view.at_return(process), at_return),)
    for when, found, expected in views:
        for name in (*leakhook_view.CLASSES, "mapped"):
            yield from judge_class(f"{name} {when}", getattr(found, name), getattr(expected, name), name in unsteady)


def judge_class(what, found, expected, unsteady):
    if found != expected and not unsteady:
        yield f"{what}: {found[0]:,} bytes in {found[1]:,} blocks, expected {expected[0]:,} in {expected[1]:,}"


def judge_cycles(process, cycles):
    found = [cycle for cycle in process.data.get("cycles", []) if not cycle["owned_by_lost"]]
    shapes = collections.Counter({describe_found(cycle): cycle["instances"] for cycle in found})
    for cycle in cycles:
        matching = [one for one in found if is_instance(one, cycle)]
        if sum(one["instances"] for one in matching) != cycle.instances:
            yield f"cycles: {dict(shapes)}, expected {cycle.instances} of {cycle.members}"
            continue
        for one in matching:
            if cycle.one_cut and not any(edge["cut"] and edge["strong"] for edge in one["edges"]):
                yield f"no edge to cut in {describe_found(one)}"
    if sum(one["instances"] for one in found) != sum(cycle.instances for cycle in cycles):
        yield f"cycles: {dict(shapes)}, expected {sum(cycle.instances for cycle in cycles)} in all"


def describe_found(cycle):
    return " -> ".join(f"{b['type']} {b['size']} use={b.get('use_count')} weak={b.get('weak_count')}" for b in cycle["blocks"])


def is_instance(found, cycle):
    """Each member of the cycle has its block, in any order."""
    blocks = list(found["blocks"])
    for member in cycle.members:
        fitting = next((block for block in blocks if fits(block, member)), None)
        if fitting is None:
            return False
        blocks.remove(fitting)
    return not blocks


def fits(block, member):
    if block["size"] != member.size or member.type not in (block.get("type") or ""):
        return False
    return member.use is None or (block.get("use_count"), block.get("weak_count")) == (member.use, member.weak)


def judge_types(process, types):
    found = {one["name"]: (one["lost_blocks"], one["lost_bytes"]) for one in process.data.get("types", [])}
    for part, blocks, size in types:
        if (blocks, size) not in [total for name, total in found.items() if part in name]:
            yield f"types: {found}, expected {blocks} of {part} with {size} bytes"


def judge_findings(process, case):
    kinds = {finding["kind"] for finding in process["findings"]} & LOSS_FINDINGS
    lost = case.truth.definite[1] > 0
    if lost and not kinds:
        yield f"no finding says that {case.truth} is lost"
    if case.cycles and "cycle" not in kinds:
        yield f"findings: {sorted(kinds)}, expected a cycle"
    if not lost and kinds:
        yield f"findings: {sorted(kinds)}, expected none about lost memory"


def judge_patterns(process, expected):
    """The kinds of leaks that findings and notes name, each with its evidence."""
    patterns = [finding["pattern"] for finding in process["findings"] if "pattern" in finding]
    found = {pattern["kind"] for pattern in patterns}
    if found != expected:
        yield f"patterns: {sorted(found)}, expected {sorted(expected)}"
    for pattern in patterns:
        if not pattern["evidence"] or not 0 < pattern["confidence"] <= 1:
            yield f"no evidence in {pattern}"
