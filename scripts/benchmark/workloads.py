"""The programs that are run: loops of our own that only allocate, and real programs at real work."""

import dataclasses
import pathlib
import shutil
import subprocess
import time
from collections.abc import Callable


class Unavailable(Exception):
    """The workload cannot run here; says why."""


@dataclasses.dataclass(frozen=True)
class Job:
    """A workload made ready to run. `drive` uses a server that `command` starts, and ends it."""

    command: list
    env: dict = dataclasses.field(default_factory=dict)
    stdin: pathlib.Path | None = None
    drive: Callable | None = None


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    what: str
    prepare: Callable  # (tools, scratch directory) -> Job


def program(*names):
    """The path of a system's program; version managers' shims do not count."""
    for name in names:
        for directory in ("/usr/bin", "/usr/local/bin", "/usr/sbin"):
            path = pathlib.Path(directory, name)
            if path.exists():
                return path
    raise Unavailable(f"{' or '.join(names)} is not installed")


def own(name, *arguments):
    return lambda tools, scratch: Job([tools.programs / name, *arguments])


def write(path, text):
    """Scripts are files: heaptrack's interpreter takes the lines of a long argument for data of its own."""
    path.write_text(text, encoding="ascii")
    return path


SQL = """
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)
INSERT INTO t SELECT i, hex(i * 7919), i * 1.5 FROM n;
CREATE INDEX by_name ON t(name);
SELECT count(*), sum(value), max(name) FROM t;
SELECT name, count(*) FROM t GROUP BY substr(name, 1, 4) ORDER BY 2 DESC LIMIT 5;
"""


def sqlite(tools, scratch):
    return Job([program("sqlite3"), ":memory:"], stdin=write(scratch / "work.sql", SQL))


PYTHON = """
import collections, json, re
for _ in range(4):
    data = [{"name": str(i) * 5, "values": list(range(i % 50))} for i in range(20000)]
    text = json.dumps(data)
    words = collections.Counter(re.findall("[0-9]+", text))
    assert len(json.loads(text)) == len(data) and words
"""


def python(tools, scratch):
    return Job([program("python3"), write(scratch / "work.py", PYTHON)], env={"PYTHONMALLOC": "malloc"})


PERL = """
my %h;
for my $round (1..6) {
  $h{"key$_"} = [("x" x ($_ % 100)) x 3, { n => $_, r => $round }] for 1..60000;
  delete $h{"key$_"} for grep { $_ % 3 == 0 } 1..60000;
}
print scalar(keys %h), "\\n";
"""


def perl(tools, scratch):
    return Job([program("perl"), write(scratch / "work.pl", PERL)], env={"PERL_HASH_SEED": "0"})


REGEX = """
#include <regex>
#include <string>
int main(int argc, char** argv) {
  const std::regex pattern("(a+)(b|c)*[0-9]{2,4}");
  return argc > 1 && std::regex_match(std::string(argv[1]), pattern) ? 0 : 1;
}
"""


def compiler_proper(driver, flags, scratch):
    """The command by which the driver starts the compiler proper, which is run itself."""
    source = write(scratch / "regex.cpp", REGEX)
    command = [str(driver), "-###", "-std=c++17", *flags, "-S", str(source), "-o", str(scratch / "regex.s")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    for line in text.splitlines():
        words = [word.replace('"', "") for word in line.split()]
        if words and (words[0].endswith("/cc1plus") or words[1:2] == ["-cc1"]):
            return words
    raise Unavailable(f"{driver} does not say how it compiles")


def gcc(*flags):
    def prepare(tools, scratch):
        return Job(compiler_proper(program("g++"), flags, scratch))

    return prepare


def clang(tools, scratch):
    return Job(compiler_proper(program("clang++"), ["-O1"], scratch))


def redis(tools, scratch):
    server, client, load = program("redis-server"), program("redis-cli"), program("redis-benchmark")
    socket = scratch / "redis.socket"

    def call(*arguments):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run([str(word) for word in arguments], check=False, **quiet).returncode

    def drive():
        for _ in range(500):
            if socket.exists() and call(client, "-s", socket, "ping") == 0:
                break
            time.sleep(0.02)
        else:
            raise RuntimeError("redis-server does not answer")
        call(load, "-s", socket, "-n", "100000", "-c", "50", "-P", "16", "-r", "20000", "-d", "64",
             "-t", "set,get,lpush,lpop,sadd,hset,mset")  # fmt: skip
        call(client, "-s", socket, "shutdown", "nosave")

    arguments = ["--port", "0", "--unixsocket", socket, "--save", "", "--daemonize", "no"]
    return Job([server, *arguments], drive=drive)


def openssl(tools, scratch):
    # What a TLS client does at its start: the system's certificates, read over and over.
    bundle = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    if not bundle.exists():
        raise Unavailable("there are no certificates")
    many = scratch / "certificates.pem"
    many.write_bytes(bundle.read_bytes() * 10)
    return Job([program("openssl"), "storeutl", "-noout", "-certs", many])


WORKLOADS = [
    Workload("depth5", "malloc and free in a loop, 5 frames above main's", own("churn", "5")),
    Workload("depth20", "the same, 20 frames", own("churn", "20")),
    Workload("depth60", "the same, 60 frames", own("churn", "60")),
    Workload("threads2", "2 threads, blocks freed by others, 20 frames", own("churn_threads", "2", "20")),
    Workload("threads8", "8 threads, blocks freed by others, 20 frames", own("churn_threads", "8", "20")),
    Workload("sqlite3", "500,000 rows inserted, indexed, grouped", sqlite),
    Workload("python3", "json and re, PYTHONMALLOC=malloc", python),
    Workload("perl", "hashes that grow and shrink", perl),
    Workload("cc1plus", "g++'s compiler proper, -O1, <regex>", gcc("-O1")),
    Workload("cc1plus-syntax", "the same, -fsyntax-only", gcc("-fsyntax-only")),
    Workload("clang", "clang -cc1, -O1, <regex>", clang),
    Workload("redis", "redis-server under redis-benchmark; CPU of the server", redis),
    Workload("openssl", "ten times the system's certificates parsed", openssl),
]


def command_workload(command, env, stdin):
    """Any command as a workload."""
    if shutil.which(command[0]) is None:
        raise Unavailable(f"{command[0]} is not a program")
    return Workload("command", " ".join(command), lambda tools, scratch: Job(command, env=env, stdin=stdin))
