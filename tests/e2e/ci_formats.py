"""Outputs for continuous integration against the schemas in schemas/, and what schemas cannot say."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

from checks import Failure, Skip, check, check_that

SCHEMAS = pathlib.Path(__file__).resolve().parent / "schemas"


def check_json(document, schema_name):
    try:
        import jsonschema
    except ImportError:
        raise Skip("needs python3-jsonschema") from None
    schema = json.loads((SCHEMAS / schema_name).read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    for error in jsonschema.Draft7Validator(schema).iter_errors(document):
        raise Failure(f"{schema_name}: {'/'.join(map(str, error.absolute_path))}: {error.message}")


def check_sarif(document):
    check_json(document, "sarif-2.1.0-subset.json")
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            check(rules[result["ruleIndex"]]["id"], result["ruleId"], "ruleIndex and ruleId agree")


def check_sarif_in_public(path):
    """By the validator of the format's makers, which knows the whole of its schema and rules beyond it."""
    packages = pathlib.Path(os.environ.get("LEAK_NPM_DIR", "/nonexistent"), "node_modules", "@microsoft")
    validator = packages / "sarif-multitool-linux" / "Sarif.Multitool"
    if not validator.exists():
        raise Skip("needs the npm package @microsoft/sarif-multitool-linux")
    validator.chmod(0o755)  # packages are installed without running their scripts
    output = path.with_suffix(".validated")
    command = [validator, "validate", path, "--output", output, "--log", "ForceOverwrite"]
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    said = done.stdout + done.stderr
    check_that("Analysis completed successfully" in said or "error" in said, f"the validator ran: {said}")
    check_that(done.returncode == 0 and ": error" not in said, said)


def check_gitlab(document):
    check_json(document, "gitlab-code-quality.json")
    fingerprints = [issue["fingerprint"] for issue in document]
    check(len(set(fingerprints)), len(fingerprints), "fingerprints are unique")


def check_junit(path):
    """Returns the root element."""
    xmllint = shutil.which("xmllint")
    if xmllint is None:
        raise Skip("needs libxml2-utils")
    command = [xmllint, "--noout", "--nonet", "--schema", SCHEMAS / "junit.xsd", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    check(done.returncode, 0, f"xmllint: {done.stderr}")
    root = xml.etree.ElementTree.parse(path).getroot()
    totals = {"tests": 0, "failures": 0}
    for suite in root:
        counted = {"tests": len(suite), "errors": 0}
        for kind, attribute in (("failure", "failures"), ("skipped", "skipped")):
            counted[attribute] = sum(case.find(kind) is not None for case in suite)
        check({name: int(suite.get(name)) for name in counted}, counted, "counts of a suite")
        totals = {name: number + counted[name] for name, number in totals.items()}
    check({name: int(root.get(name)) for name in totals}, totals, "counts of all suites")
    return root


GITHUB = re.compile(r"::(error|warning|notice) ((file|line|title)=[^,:\n]+,?)+::[^\n]+")


def check_github(text):
    """Every line that starts like a workflow command is one, whole. Returns them."""
    commands = [line for line in text.splitlines() if line.startswith("::")]
    for line in commands:
        check_that(GITHUB.fullmatch(line), f"workflow command: {line}")
    return commands
