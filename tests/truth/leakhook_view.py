"""What a JSON report says about the blocks of a process, in the classes of truth_table."""

from truth_table import Truth

CLASSES = {
    "definite": "definitely_lost",
    "indirect": "indirectly_lost",
    "possible": "possibly_lost",
    "reachable": "still_reachable",
}


def is_scanned(process):
    return process.data.get("truth", {}).get("scanned", False)


def at_return(process):
    """When main returned or exit() was called: the first look at the heap."""
    return truth_of(process["truth"]["views"][0])


def in_the_end(process):
    """After the static destructors: the last look. There is one look only when they freed nothing."""
    return truth_of(process["truth"])


def encoded(process):
    """Of what is possibly lost: held by pointers that are no plain addresses."""
    return total(process["truth"]["possibly_lost_encoded"])


def truth_of(view):
    classes = {name: total(view[key]) for name, key in CLASSES.items()}
    return Truth(**classes, mapped=total(view["mappings"]["definitely_lost"]))


def total(count):
    return count["bytes"], count["blocks"]
