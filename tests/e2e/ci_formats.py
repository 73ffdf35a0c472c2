"""Structural checks of the formats for continuous integration, from their specifications: which properties an object
may have, which it must have, of which type and value they are."""

import re

from checks import check_that

ANY_TEXT = str
COUNT = int


class Shape:
    """An object: properties with a trailing underscore are required; no others are allowed."""

    def __init__(self, **properties):
        self.required = {name.rstrip("_") for name in properties if name.endswith("_")}
        self.properties = {name.rstrip("_"): kind for name, kind in properties.items()}

    def validate(self, value, where):
        check_that(isinstance(value, dict), f"{where} is an object")
        check_that(self.required <= set(value), f"{where} has {self.required}: {set(value)}")
        check_that(set(value) <= set(self.properties), f"{where} has only {set(self.properties)}: {set(value)}")
        for name, part in value.items():
            validate(part, self.properties[name], f"{where}.{name}")


class OneOf:
    def __init__(self, *values):
        self.values = values


def validate(value, kind, where):
    if isinstance(kind, Shape):
        kind.validate(value, where)
    elif isinstance(kind, list):
        check_that(isinstance(value, list), f"{where} is an array")
        for index, part in enumerate(value):
            validate(part, kind[0], f"{where}[{index}]")
    elif isinstance(kind, OneOf):
        check_that(value in kind.values, f"{where} is one of {kind.values}: {value!r}")
    elif isinstance(kind, re.Pattern):
        check_that(isinstance(value, str) and kind.fullmatch(value), f"{where} matches {kind.pattern}: {value!r}")
    elif kind is dict:
        check_that(isinstance(value, dict), f"{where} is an object")
    else:
        check_that(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), f"{where} is {kind}")


MESSAGE = Shape(text_=ANY_TEXT)
URI = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
LOCATION = Shape(
    physicalLocation=Shape(
        artifactLocation_=Shape(uri_=URI, uriBaseId=ANY_TEXT), region=Shape(startLine_=COUNT)
    ),
    logicalLocations=[Shape(fullyQualifiedName=ANY_TEXT, kind=ANY_TEXT)],
    message=MESSAGE,
)
RULE = Shape(id_=ANY_TEXT, shortDescription=MESSAGE, defaultConfiguration=Shape(level=OneOf("none", "note", "warning", "error")))
RESULT = Shape(
    ruleId=ANY_TEXT,
    ruleIndex=COUNT,
    level=OneOf("none", "note", "warning", "error"),
    message_=MESSAGE,
    partialFingerprints=dict,
    locations=[LOCATION],
    stacks=[Shape(message=MESSAGE, frames_=[Shape(location=LOCATION)])],
    baselineState=OneOf("new", "unchanged", "updated", "absent"),
    suppressions=[Shape(kind_=OneOf("inSource", "external"), justification=ANY_TEXT)],
    properties=dict,
)
SARIF = Shape(
    **{"$schema": URI},
    version_=OneOf("2.1.0"),
    runs_=[
        Shape(
            tool_=Shape(driver_=Shape(name_=ANY_TEXT, semanticVersion=ANY_TEXT, rules=[RULE])),
            columnKind=OneOf("utf16CodeUnits", "unicodeCodePoints"),
            invocations=[Shape(executionSuccessful_=bool)],
            results=[RESULT],
        )
    ],
)


def check_sarif(document):
    validate(document, SARIF, "sarif")
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            check_that(rules[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex and ruleId agree")
            for location in result.get("locations", []):
                region = location.get("physicalLocation", {}).get("region", {"startLine": 1})
                check_that(region["startLine"] >= 1, "lines start at 1")


GITLAB = [
    Shape(
        description_=ANY_TEXT,
        check_name_=ANY_TEXT,
        fingerprint_=re.compile(r"\S+"),
        severity_=OneOf("info", "minor", "major", "critical", "blocker"),
        location_=Shape(path_=re.compile(r"(?!\./).+"), lines_=Shape(begin_=COUNT)),
    )
]


def check_gitlab(document):
    validate(document, GITLAB, "issues")
    fingerprints = [issue["fingerprint"] for issue in document]
    check_that(len(set(fingerprints)) == len(fingerprints), "fingerprints are unique")


def check_junit(root):
    """The parts that Jenkins, GitLab and GitHub's reporters read."""
    check_that(root.tag == "testsuites", "root")
    counted = {"tests": 0, "failures": 0}
    for suite in root:
        check_that(suite.tag == "testsuite" and suite.get("name"), "a suite with a name")
        cases = list(suite)
        check_that(all(c.tag == "testcase" and c.get("name") and c.get("classname") for c in cases), "cases")
        failures = sum(c.find("failure") is not None for c in cases)
        skipped = sum(c.find("skipped") is not None for c in cases)
        for c in cases:
            check_that(len(c) <= 1 and all(part.tag in ("failure", "skipped") for part in c), "parts of a case")
        numbers = {"tests": len(cases), "failures": failures, "skipped": skipped, "errors": 0}
        for name, number in numbers.items():
            check_that(suite.get(name) == str(number), f"{name}={suite.get(name)}, counted {number}")
        check_that(re.fullmatch(r"\d+\.\d+", suite.get("time")), "a time in seconds")
        counted["tests"] += len(cases)
        counted["failures"] += failures
    for name, number in counted.items():
        check_that(root.get(name) == str(number), f"{name} of all")


GITHUB = re.compile(r"::(error|warning|notice) ((file|line|title)=[^,:\n]+,?)+::[^\n]+")


def check_github(text):
    """Every line that starts like a workflow command is one, whole."""
    commands = [line for line in text.splitlines() if line.startswith("::")]
    for line in commands:
        check_that(GITHUB.fullmatch(line), f"workflow command: {line}")
    return commands
