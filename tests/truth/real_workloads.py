"""Short runs of real programs, for scripts/compare-leaks: does anything crash, and who calls what a leak?"""

import dataclasses
import os
import pathlib
import shutil
import subprocess

SQL = b"""
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO t SELECT i, hex(i * 7919), i * 1.5 FROM n;
CREATE INDEX by_name ON t(name);
SELECT count(*), sum(value), max(name) FROM t;
"""
PYTHON = "import json, re; d = [{'k': str(i) * 5} for i in range(500)]; print(len(re.findall('[0-9]+', json.dumps(d))))"
NODE = "const a = []; for (let i = 0; i < 2e4; ++i) a.push({i, s: 'x' + i}); console.log(JSON.stringify(a).length)"
PERL = 'my %h; $h{$_} = ["x" x ($_ % 100)] for 1..2000; print scalar(keys %h), "\\n";'
BASH = 'for i in {1..300}; do a[i]="value $i"; done; echo "${#a[@]}"; f() { local x=$(echo hi); echo $x; }; f'
# valgrind makes GLib take each small block from malloc; the same for all tools.
SLICES = {"G_SLICE": "always-malloc"}
REDIS = "/usr/bin/redis-server"
CC1_NOTE = """LeakSanitizer does not search what a program maps itself, where cc1's collector keeps the line table:
line_table -> 4,096 bytes mapped, at 88 -> its hash table (112 and 1,016 bytes); and 104 bytes of toplev::main likewise"""
GTK_NOTE = """fontconfig's patterns hold their elements by the distance from the pattern's own begin, which valgrind and
LeakSanitizer take for none: definitely lost there, "possibly lost (encoded)" here. All three agree on the rest: 1,032 bytes of libdbus, two strings of
atk_bridge_adaptor_init. GLib puts what is private to an object in front of it, and tells valgrind of both as blocks of
their own: hence more blocks there. LeakSanitizer's count is of all processes of xvfb-run"""
C_SOURCE = b"#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(getenv(\"HOME\")); return 0; }\n"


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    programs: tuple  # file names of the executable that counts: as it is called, and where that leads
    command: tuple
    stdin: bytes = None
    environment: dict = dataclasses.field(default_factory=dict)
    note: str = ""  # why the tools differ


def workloads(scratch):
    """Those that this machine can run. `scratch` is a directory for their files."""
    scratch = pathlib.Path(scratch)
    found = [
        Workload("sqlite3", ("sqlite3",), ("sqlite3", ":memory:"), stdin=SQL),
        Workload("python3", names("/usr/bin/python3"), ("/usr/bin/python3", "-c", PYTHON), environment={"PYTHONMALLOC": "malloc"}),
        Workload("git status", ("git",), ("git", "-C", repository(scratch), "status", "--short")),
        Workload("redis-server --version", names(REDIS), (REDIS, "--version")),
        Workload("redis-server", names(REDIS), redis(scratch)),
        Workload("node", ("node",), ("node", "-e", NODE)),
        Workload("bash", ("bash",), ("/bin/bash", "-c", BASH)),
        Workload("gcc -c", ("cc1",), (compiler(), "-quiet", source(scratch), "-o", str(scratch / "a.s")), note=CC1_NOTE),
        Workload("perl", ("perl",), ("/usr/bin/perl", "-e", PERL), environment={"PERL_HASH_SEED": "0"}),
        Workload("gtk3-demo", ("gtk3-demo",), ("xvfb-run", "-a", "gtk3-demo", "--run=button_box", "--autoquit"), environment=SLICES, note=GTK_NOTE),
    ]
    return [with_path(workload) for workload in found if all(workload.command) and shutil.which(workload.command[0])]


def with_path(workload):
    program, *arguments = workload.command
    return dataclasses.replace(workload, command=(shutil.which(program), *arguments))


def names(path):
    return (pathlib.Path(path).name, pathlib.Path(path).resolve().name)


def repository(scratch):
    path = scratch / "repository"
    if not path.exists():
        path.mkdir()
        (path / "file").write_text("text\n")
        subprocess.run(["git", "init", "-q", path], check=True)
        subprocess.run(["git", "-C", path, "add", "file"], check=True)
        (path / "file").write_text("other text\n")
    return str(path)


def source(scratch):
    path = scratch / "hello.c"
    path.write_bytes(C_SOURCE)
    return str(path)


def compiler():
    found = subprocess.run(["gcc", "-print-prog-name=cc1"], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else ""


def redis(scratch):
    """A server that answers a few requests and is told to stop."""
    socket = scratch / "redis.sock"
    requests = "set a 1\nlpush l a b c d\nhset h f v\nget a\nshutdown nosave\n"
    script = (
        f'"$0" --port 0 --unixsocket {socket} --save "" --daemonize no & server=$!; '
        f"export -n LD_PRELOAD; unset LD_PRELOAD; "
        f"for i in $(seq 600); do [ -S {socket} ] && break; sleep 0.1; done; "
        f"printf '{requests}' | redis-cli -s {socket} > /dev/null; wait $server"
    )
    return ("/bin/bash", "-c", script, REDIS if os.path.exists(REDIS) else "")
