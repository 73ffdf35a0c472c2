"""Compares the stacks of a trace with those that the program wrote down itself (programs/shadow_stack.h)."""

from checks import check, check_that

MARKER_BYTES = "777"


def read_log(path):
    """Ranges of code whose frames are accounted for, and the expected stacks in the order of allocation."""
    code, stacks = [], []
    for line in path.read_text(encoding="ascii").splitlines():
        words = line.split()
        if words[0] == "code":
            code.append((int(words[1], 16), int(words[2], 16)))
        else:
            stacks.append([tuple(int(address, 16) for address in word.split("-")) for word in words])
    return code, stacks


def recorded_stacks(lab, trace):
    """The stacks of the marked allocations, leaf first, in order."""
    dump = lab.scan("dump", "--stacks", trace)
    check(dump.status, 0, "leakscan dump")
    for line in dump.stdout.decode().splitlines():
        columns = line.split("\t")
        if columns[2] == "malloc" and columns[4] == MARKER_BYTES:
            yield [int(address, 16) for address in columns[6].split(" < ")]


def is_accounted_for(address, code):
    return any(low <= address < high for low, high in code)


def check_shadow_stacks(lab, trace, log):
    """Every frame within the program's code has to be one that it wrote down, and the other way round."""
    code, expected = read_log(log)
    recorded = list(recorded_stacks(lab, trace))
    check(len(recorded), len(expected), "marked allocations")
    for number, (stack, frames) in enumerate(zip(recorded, expected)):
        own = [address for address in stack if is_accounted_for(address, code)]
        what = f"allocation {number}: {[hex(address) for address in own]}, expected {frames}"
        check_that(len(own) == len(frames), what)
        check_that(all(low <= address <= high for address, (low, high) in zip(own, frames)), what)
    return len(expected)
