"""leakscan diff: a change of a program is named with its amount; two runs of the same program are the same."""

import base64
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess

from checks import check, check_that
from harness import case, need, run, wait_until
from real_programs import find, make_repository

# A clean program is run so often; LEAK_E2E_RUNS=20 for the long form.
RUNS = int(os.environ.get("LEAK_E2E_RUNS", "5"))


def difference(lab, before, after, *options):
    output = lab.scratch / "diff.json"
    outcome = lab.scan("diff", before, after, "--json", output, *options)
    check(outcome.status, 0, f"leakscan diff ({outcome.stderr!r})")
    return json.loads(output.read_text(encoding="utf-8"))


def check_silent(lab, traces):
    first = traces[0]
    for later in traces[1:]:
        diff = difference(lab, first, later)
        verdicts = [(s["verdict"], s["place"]) for s in diff["sites"] if s["verdict"].endswith("_leak")]
        check((diff["verdict"], verdicts), ("No new leak.", []), f"{first} and {later}")


def largest(traces):
    return max(traces, key=os.path.getsize)


EXTENSION = """
#include <stdlib.h>
#include <string.h>
static char* volatile sink;
/*@LINES@*/
static void remember_statement(const char* text) {
  char* copy = malloc(48);
  strcpy(copy, text);
  sink = copy;
#ifndef LEAKS
  free(copy);
#endif
  sink = 0;
}
int sqlite3_extension_init(void* database, char** message, const void* api) {
  (void)database, (void)message, (void)api;
  for (int i = 0; i < 100; ++i) remember_statement("SELECT 1");
  return 0;
}
"""

SQL = """
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, hex(i) FROM n;
.load @EXTENSION@
SELECT count(*), max(name) FROM t;
"""


def record_sqlite(lab, *options, lines=""):
    directory = lab.new_directory("extension")
    source = directory / "remember.c"
    source.write_text(EXTENSION.replace("/*@LINES@*/", lines), encoding="ascii")
    library = directory / "remember.so"
    built = lab.native(shutil.which("cc"), "-g", "-O1", "-fno-builtin", "-shared", "-fPIC", *options, source, "-o", library)
    check(built.status, 0, f"cc: {built.stderr!r}")
    script = SQL.replace("@EXTENSION@", str(library))
    recording = lab.run_recorded(find("sqlite3"), ":memory:", stdin=script.encode())
    check(recording.outcome.status, 0, "sqlite3")
    check_that(recording.outcome.stdout.startswith(b"2000|"), f"sqlite3 printed {recording.outcome.stdout!r}")
    return largest(recording.traces)


@case
def diff_names_the_leak_of_a_sqlite_extension_and_its_amount(lab):
    clean, leaky = record_sqlite(lab), record_sqlite(lab, "-DLEAKS", lines="\n\n\n")
    diff = difference(lab, clean, leaky)
    leaks = [site for site in diff["sites"] if site["verdict"] == "new_leak"]
    check(len(leaks), 1, f"new leaks: {[site['place'] for site in leaks]}")
    check_that(leaks[0]["place"].startswith("remember_statement (remember.c:"), leaks[0]["place"])
    change = leaks[0]["change"]
    check((change["live_blocks"], change["live_bytes"], change["allocations"]), (100, 4800, 0), "the change")
    # A stale pointer in a register or on the stack may hold the last one.
    check_that(change["lost_blocks"] in (99, 100), f"lost {change['lost_blocks']}")
    back = difference(lab, leaky, clean)
    check([s["verdict"] for s in back["sites"] if "leak" in s["verdict"]], ["fixed_leak"], "the other way round")
    outcome = lab.scan("diff", clean, leaky, "--fail-on", "new_leaks>0")
    check(outcome.status, 1, f"the gate {outcome.stderr!r}")
    check(lab.scan("diff", leaky, clean, "--fail-on", "new_leaks>0").status, 0, "the gate the other way round")
    check(lab.scan("diff", leaky, leaky, "--fail-on", "new_leaks>0").status, 0, "a known leak")


@case
def diff_writes_html_markdown_and_text(lab):
    traces = [lab.record(program).traces[0] for program in ("frees_everything", "leaky")]
    html, markdown = lab.scratch / "diff.html", lab.scratch / "diff.md"
    outcome = lab.scan("diff", *traces, "--html", html, "--markdown", markdown, "--text")
    check(outcome.status, 0, f"status {outcome.stderr!r}")
    data = re.search(r'id="report-data">([^<]+)<', html.read_text(encoding="utf-8"))
    page = gzip.decompress(base64.b64decode(data.group(1))).decode()
    for text in (outcome.stdout.decode(), page, markdown.read_text(encoding="utf-8")):
        check_that("1 new leak" in text and "known.h:" in text, text[:2000])
    check_that(not re.search(r'(src|href)="https?:', html.read_text(encoding="utf-8")), "the page loads nothing")


@case
def diff_mistakes_are_one_sentence_and_code_2(lab):
    trace = lab.record("leaky").traces[0]
    mistakes = [
        (["diff", trace], "diff needs two"),
        (["diff", trace, lab.scratch / "none"], "none"),
        (["diff", trace, trace, "--per", "request"], "no snapshot of this label"),
        (["diff", trace, trace, "--per", "x", "--per-second"], "--per"),
        (["diff", trace, trace, "--fail-on", "lost"], "belongs here"),
    ]
    for arguments, sentence in mistakes:
        outcome = lab.scan(*arguments)
        check((outcome.status, outcome.stdout), (2, b""), f"status and stdout of {arguments}")
        check_that(sentence in outcome.stderr.decode(), f"{arguments}: {outcome.stderr!r}")


PYTHON = """
import json, re, collections
data = [{"name": str(i) * 5, "values": set(str(j) for j in range(i % 50))} for i in range(500)]
print(len(collections.Counter(re.findall("[0-9]+", str([sorted(d["values"]) for d in data])))))
"""


@case
def diff_of_clean_python_is_silent(lab):
    python = find("python3")
    env = {"PYTHONMALLOC": "malloc"}
    check_silent(lab, [largest(lab.run_recorded(python, "-c", PYTHON, env=env).traces) for _ in range(RUNS)])


@case
def diff_of_clean_git_is_silent(lab):
    git = find("git")
    repository = make_repository(lab, git)
    env = {"HOME": str(lab.scratch)}
    check_silent(lab, [largest(lab.run_recorded(git, "-C", repository, "log", "-p", env=env).traces) for _ in range(RUNS)])


@case
def diff_of_a_clean_threaded_program_is_silent(lab):
    check_silent(lab, [largest(lab.run_recorded("threads").traces) for _ in range(RUNS)])


def record_redis(lab):
    server, client, load = find("redis-server"), find("redis-cli"), find("redis-benchmark")
    socket = lab.new_directory("redis") / "socket"
    environment = lab.native_environment()
    arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--daemonize", "no"]
    with lab.start_recorded(server, *arguments, stdout=subprocess.DEVNULL, cwd=lab.scratch) as (process, recording):
        wait_until(socket.exists, "redis to listen")
        check(run([load, "-s", socket, "-n", "1000", "-c", "5", "-t", "set,lpush", "-q"], env=environment).status, 0, "load")
        run([client, "-s", socket, "shutdown", "nosave"], env=environment)
        check(process.wait(30), 0, "status of redis-server")
    return largest(recording.traces)


@case
def diff_of_clean_redis_is_silent(lab):
    need(pathlib.Path("/usr/bin/redis-server").exists(), "redis-server is not installed")
    check_silent(lab, [record_redis(lab) for _ in range(RUNS)])
