"""What a case states, and how it says that it does not hold."""


class Failure(Exception):
    """The behaviour is not the one that the case states."""


class Skip(Exception):
    """The case cannot run on this machine; the message says why."""


def check(actual, expected, what):
    if actual != expected:
        raise Failure(f"{what}: {shorten(actual)}, expected {shorten(expected)}")


def check_that(condition, what):
    if not condition:
        raise Failure(what)


def shorten(value, limit=2000):
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
