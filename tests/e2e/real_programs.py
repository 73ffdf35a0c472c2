"""Real programs behave the same under the recorder, and their reports are plausible."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

from checks import Skip, check, check_that
from harness import case, need, run, wait_until

ALLOCATORS = pathlib.Path("/usr/lib/x86_64-linux-gnu")


def find(*names):
    """The path of the first of these programs that exists; version managers' shims do not count."""
    for name in names:
        for directory in ("/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin"):
            path = pathlib.Path(directory, name)
            if path.exists():
                return path
    raise Skip(f"{' or '.join(names)} is not installed")


def check_plausible(process, allocations=1000, function=None):
    process.check_complete()
    check_that(process.totals["allocations"] >= allocations, f"only {process.totals['allocations']} allocations")
    check_that(process.totals["peak_bytes"] >= process.totals["live_bytes"] > 0, "bytes at the peak and at the end")
    check_that(len(process["sites"]) > 0 and len(process.functions()) > 5, "sites with function names")
    if function:
        check_that(function in process.functions(), f"{function} is among the functions")


def biggest(report):
    return max(report.processes, key=lambda process: process.totals["allocations"])


SQL = """
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO t SELECT i, hex(i * 7919), i * 1.5 FROM n;
CREATE INDEX by_name ON t(name);
SELECT count(*), sum(value), max(name) FROM t;
SELECT a.name FROM t a JOIN t b ON a.id = b.id + 1 ORDER BY a.value DESC LIMIT 3;
"""


@case
def real_sqlite(lab):
    report = lab.record(find("sqlite3"), ":memory:", stdin=SQL.encode()).report()
    check_plausible(report.only)


PYTHON = """
import json, re, collections
data = [{"name": str(i) * 5, "values": list(range(i % 50))} for i in range(3000)]
text = json.dumps(data)
words = collections.Counter(re.findall("[0-9]+", text))
print(len(text), words.most_common(3), len(json.loads(text)))
"""


@case
def real_python(lab):
    report = lab.record(find("python3"), "-c", PYTHON, env={"PYTHONMALLOC": "malloc"}).report()
    check_plausible(report.only, allocations=50000)


@case
def real_perl(lab):
    script = 'my %h; $h{$_} = [("x" x ($_ % 100)) x 5] for 1..20000; my @k = sort keys %h; print scalar(@k), "\\n";'
    report = lab.record(find("perl"), "-e", script, env={"PERL_HASH_SEED": "0"}).report()
    check_plausible(report.only)


def make_repository(lab, git):
    repository = lab.new_directory("repository")
    environment = lab.native_environment({"HOME": str(lab.scratch)})
    identity = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.org", "-C", repository]

    def call(*arguments):
        check(run([git, *identity, *arguments], env=environment).status, 0, f"git {arguments[0]}")

    call("init", "-q")
    for round_number in range(10):
        for index in range(20):
            content = f"{round_number} {index}\n" * 200
            (repository / f"file{index}.txt").write_text(content, encoding="ascii")
        call("add", "-A")
        call("commit", "-q", "-m", f"round {round_number}")
    return repository


@case
def real_git_gc(lab):
    git = find("git")
    pristine = make_repository(lab, git)
    work = lab.scratch / "work"

    def reset():
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(pristine, work)

    environment = {"HOME": str(lab.scratch)}
    recording = lab.record(git, "-C", work, "gc", "--aggressive", "--quiet", env=environment, reset=reset)
    report = recording.report()
    report.check_complete()
    check_that(len(report.processes) >= 3, f"git starts children: {len(report.processes)} processes")
    check_plausible(biggest(report), allocations=500)
    check(run([git, "-C", work, "fsck", "--strict"], env=lab.native_environment(environment)).status, 0, "git fsck")


HEAVY_CPP = """
#include <algorithm>
#include <map>
#include <regex>
#include <string>
#include <vector>
template <int N> struct Tower { std::map<std::string, std::vector<int>> m; Tower<N - 1> rest; };
template <> struct Tower<0> {};
Tower<60> g_tower;
int main() { std::regex r("a+b"); return std::regex_match(std::string("aab"), r) ? 0 : 1; }
"""


@case
def real_compiler_and_its_children(lab):
    compiler = find("g++")
    source = lab.scratch / "heavy.cpp"
    source.write_text(HEAVY_CPP, encoding="ascii")
    assembly = lab.scratch / "heavy.s"
    recording = lab.record(compiler, "-O1", "-S", source, "-o", assembly, timeout=240)
    report = recording.report()
    (cc1plus,) = report.of("cc1plus")
    check_plausible(cc1plus, allocations=100000)
    check_that(cc1plus["parent_pid"] in {process["pid"] for process in report.processes}, "cc1plus has its driver")


@contextlib.contextmanager
def redis(lab, server, socket):
    arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--daemonize", "no"]
    with lab.start_recorded(server, *arguments, stdout=subprocess.DEVNULL, cwd=lab.scratch) as (process, recording):
        wait_until(socket.exists, "redis to listen")
        yield process, recording


@case
def real_redis(lab):
    server, client, load = find("redis-server"), find("redis-cli"), find("redis-benchmark")
    socket = lab.scratch / "redis.socket"
    environment = lab.native_environment()
    with redis(lab, server, socket) as (process, recording):
        benchmark = run([load, "-s", socket, "-n", "5000", "-c", "20", "-q"], env=environment)
        check(benchmark.status, 0, f"redis-benchmark: {benchmark.stderr}")
        run([client, "-s", socket, "set", "answer", "42"], env=environment)
        check(run([client, "-s", socket, "get", "answer"], env=environment).stdout, b"42\n", "the stored value")
        run([client, "-s", socket, "shutdown", "nosave"], env=environment)
        check(process.wait(30), 0, "status of redis-server")
    check_plausible(recording.report().only)


@case
def real_node(lab):
    script = """
      const { Worker } = require('worker_threads');
      let lists = []; for (let i = 0; i < 20000; i++) lists.push({ i, text: String(i).repeat(3) });
      const buffers = Array.from({ length: 200 }, () => Buffer.alloc(10000));
      console.log(lists.length, buffers.length, JSON.stringify(lists).length);
      process.exitCode = 3;
    """
    check_plausible(biggest(lab.record(find("node"), "-e", script).report()))


@case
def real_java_version(lab):
    report = lab.record(find("java"), "-version").report()
    check_plausible(biggest(report))


JAVA = """
import java.util.*;
public class Work {
  public static void main(String[] args) throws Exception {
    Map<Integer, String> map = new HashMap<>();
    for (int i = 0; i < 200000; i++) map.put(i, "value " + i);
    Thread[] threads = new Thread[4];
    for (int i = 0; i < 4; i++) (threads[i] = new Thread(() -> new ArrayList<>(map.values()).sort(null))).start();
    for (Thread thread : threads) thread.join();
    java.nio.ByteBuffer direct = java.nio.ByteBuffer.allocateDirect(1 << 20);
    System.out.println(map.size() + " " + direct.capacity());
    System.exit(4);
  }
}
"""


@case
def real_java_program(lab):
    source = lab.scratch / "Work.java"
    source.write_text(JAVA, encoding="ascii")
    built = run([find("javac"), source], env=lab.native_environment())
    need(built.status == 0, "javac does not work here")
    check_plausible(biggest(lab.record(find("java"), "-Xmx256m", "-cp", lab.scratch, "Work").report()))


@case
def real_gdb_on_itself(lab):
    gdb = find("gdb")
    commands = ["-ex", "info line main", "-ex", "break main", "-ex", "info breakpoints"]
    recording = lab.record(gdb, "-nx", "--batch", *commands, gdb, timeout=240)
    check_plausible(biggest(recording.report()))


def without_numbers(text):
    return re.sub(rb"[ 0-9.]+", b" N ", text)


@case
def real_openssl_speed(lab):
    recording = lab.record(find("openssl"), "speed", "-seconds", "1", "-bytes", "1024", "sha256", normalize=without_numbers)
    check_plausible(biggest(recording.report()))


def check_preloaded_allocator(lab, name, allocator):
    libraries = sorted(ALLOCATORS.glob(f"lib{name}.so.*"))
    need(libraries, f"lib{name} is not installed")
    script = "import json; print(len(json.dumps([str(i) for i in range(30000)])))"
    for order in ("before", "after"):
        recording = lab.record(find("python3"), "-c", script, env={"PYTHONMALLOC": "malloc"}, **{order: [libraries[0]]})
        if order == "after":  # the recorder comes first and passes on to the allocator
            process = recording.report().only
            check_plausible(process)
            check_that(allocator in process["allocator"], f"allocator {process['allocator']}")


@case
def real_preloaded_jemalloc(lab):
    check_preloaded_allocator(lab, "jemalloc", "jemalloc")


@case
def real_preloaded_tcmalloc(lab):
    check_preloaded_allocator(lab, "tcmalloc_minimal", "tcmalloc")


@case
def real_preloaded_mimalloc(lab):
    check_preloaded_allocator(lab, "mimalloc", "mimalloc")


@case
def real_script_of_the_system(lab):
    """A long-lived shell script with subshells, here-documents and background jobs."""
    script = """
      set -eu
      count() { wc -l | tr -d ' '; }
      total=0
      for word in alpha beta gamma; do
        lines=$(printf '%s\\n' "$word" "$word" | sort | count)
        total=$((total + lines))
      done
      (sleep 0.05; exit 3) & job=$!
      wait "$job" || status=$?
      cat <<END
    total $total, background $status
    END
    """
    report = lab.record(find("bash"), "-c", script.replace("\n    ", "\n"), env={"PATH": os.defpath}).report()
    check_that(len(report.processes) > 10, f"{len(report.processes)} processes")


@case
def real_python_of_the_harness(lab):
    """Threads, subprocesses and sockets of a larger standard library."""
    script = (
        "import concurrent.futures, subprocess, socket\n"
        "pool = concurrent.futures.ThreadPoolExecutor(8)\n"
        "print(sum(pool.map(lambda i: len(str(i) * 1000), range(200))))\n"
        "print(subprocess.run(['/bin/echo', 'child'], capture_output=True).stdout)\n"
        "a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))\n"
    )
    report = lab.record(pathlib.Path(sys.executable).resolve(), "-c", script, env={"PYTHONMALLOC": "malloc"}).report()
    check_that(len(report.processes) >= 2, "the child has a trace")
    check_plausible(biggest(report))
