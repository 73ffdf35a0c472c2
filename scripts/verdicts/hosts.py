"""Programs that keep memory for good reasons: each runs for a given time, as it is or with a leak planted in it."""

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent


class Unavailable(Exception):
    """The program, or what is needed to plant a leak in it, is not on this machine."""


def tool(*names):
    """The path of the first of these that exists in the system's own directories."""
    for name in names:
        for directory in ("/usr/bin", "/usr/local/bin", "/bin"):
            path = pathlib.Path(directory, name)
            if path.exists():
                return str(path)
    raise Unavailable(f"{' or '.join(names)} is not installed")


def plant(source, output):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise Unavailable("there is no C compiler")
    done = subprocess.run([compiler, "-g", "-O1", "-fPIC", "-shared", "-fno-builtin", str(HERE / source), "-o", str(output)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{source} cannot be built: {done.stderr.strip().splitlines()[-1]}")
    return str(output)


@dataclasses.dataclass(frozen=True)
class Run:
    """What a host needs to know: how long, whether to plant a leak, where to put files, and the recorder's environment."""

    seconds: float
    planted: bool
    scratch: pathlib.Path
    environment: dict


def finish(run, command, **options):
    done = subprocess.run(command, env=run.environment, cwd=run.scratch, capture_output=True, text=True,
                          timeout=run.seconds * 20 + 120, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")


PYTHON = """
import ctypes, functools, random, sys, time
planted = ctypes.CDLL(sys.argv[2]).planted if len(sys.argv) > 2 else lambda: None
@functools.lru_cache(maxsize=2000)
def page(number): return ('%08d' % number) * 20
sessions = {}
draw = random.Random(1)
end = time.monotonic() + float(sys.argv[1])
requests = 0
while requests < 1000 or time.monotonic() < end:
    page(int(draw.expovariate(1 / 2000)))
    sessions[draw.randrange(500)] = [requests] * draw.randrange(50)
    planted()
    requests += 1
    if requests % 100 == 0: time.sleep(.001)
"""


def python(run):
    """An lru_cache that evicts, and sessions that are replaced."""
    interpreter = tool("python3")
    library = [plant("planted_library.c", run.scratch / "planted.so")] if run.planted else []
    environment = dict(run.environment, PYTHONMALLOC="malloc")
    finish(dataclasses.replace(run, environment=environment), [interpreter, "-c", PYTHON, str(run.seconds), *library])


NODE = """
const planted = process.argv[2] ? require(process.argv[2]).planted : () => {};
const cache = new Map();
const end = Date.now() + 1000 * Number(process.argv[1]);
let requests = 0;
function serve() {
  for (let i = 0; i < 100; ++i, ++requests) {
    const key = Math.floor(Math.pow(Math.random(), 3) * 5000);
    const page = cache.get(key) ?? Buffer.alloc(1000 + key % 100, 'x');
    cache.delete(key);
    cache.set(key, page);
    if (cache.size > 1000) cache.delete(cache.keys().next().value);
    planted();
  }
  if (requests < 1000 || Date.now() < end) setTimeout(serve, 2);
}
serve();
"""


def node(run):
    """A cache of buffers that evicts the least recently used."""
    program = tool("node", "nodejs")
    addon = [plant("planted_node.c", run.scratch / "planted.node")] if run.planted else []
    finish(run, [program, "-e", NODE, str(run.seconds), *addon])


def sql(run):
    """Statements for as long as the run takes; the shell reads them at its own pace from a pipe."""
    value = "planted(i)" if run.planted else "i"
    yield "PRAGMA cache_size = -2000; PRAGMA synchronous = OFF;\n"
    yield "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON t(name);\n"
    end = time.monotonic() + run.seconds
    first = 0
    while first < 2000 or time.monotonic() < end:
        yield (f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {first + 199}) "
               f"INSERT OR REPLACE INTO t SELECT {value} % 20000, hex(i * 7919) || hex(i) FROM n;\n"
               f"SELECT count(*) FROM t WHERE name LIKE '{first % 90 + 10}%';\n")
        first += 200
        time.sleep(0.005)


def sqlite(run):
    """A database file that is larger than the page cache."""
    command = [tool("sqlite3"), str(run.scratch / "database")]
    extension = plant("planted_sqlite.c", run.scratch / "planted.so") if run.planted else None
    with subprocess.Popen(command, env=run.environment, cwd=run.scratch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as shell:
        if extension:
            shell.stdin.write(f".load {extension}\n")
        for statement in sql(run):
            shell.stdin.write(statement)
            shell.stdin.flush()
        shell.stdin.close()
        error = shell.stderr.read()
        if shell.wait() != 0:
            raise RuntimeError(f"sqlite3 ended with {shell.returncode}: {error[-500:]}")


def plain_environment(run):
    return {name: value for name, value in run.environment.items() if not name.startswith(("LEAKHOOK_", "LD_"))}


def redis(run):
    """A full store that evicts keys, under load."""
    server, client, load = tool("redis-server"), tool("redis-cli"), tool("redis-benchmark")
    socket = run.scratch / "redis.socket"
    command = [server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--daemonize", "no",
               "--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru"]
    if run.planted:
        command += ["--loadmodule", plant("planted_redis.c", run.scratch / "planted.so")]
    plain = plain_environment(run)
    with subprocess.Popen(command, env=run.environment, cwd=run.scratch, stdout=subprocess.DEVNULL) as process:
        try:
            limit = time.monotonic() + 60
            while not socket.exists():
                if process.poll() is not None or time.monotonic() > limit:
                    raise Unavailable("redis-server does not start")
                time.sleep(0.05)
            end = time.monotonic() + run.seconds
            while time.monotonic() < end:
                for words in (["set", "key:__rand_int__", "x" * 150], ["get", "key:__rand_int__"], ["planted"] if run.planted else ["ping"]):
                    subprocess.run([load, "-s", str(socket), "-n", "2000", "-c", "10", "-r", "200000", "-q", *words], env=plain,
                                   stdout=subprocess.DEVNULL, check=True)
        finally:
            with contextlib.suppress(subprocess.SubprocessError):
                subprocess.run([client, "-s", str(socket), "shutdown", "nosave"], env=plain, timeout=60, check=False,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            process.wait(120)


HOSTS = {"redis": redis, "sqlite": sqlite, "python": python, "node": node}


def judge(process):
    """The places that a report raises an alarm about: (kind, title)."""
    return [(finding["kind"], finding["title"]) for finding in process["findings"] if finding["severity"] != "good"]


def plant_finding(process, frames):
    """The alarm that is about the planted blocks; None when there is none."""
    for finding in process["findings"]:
        if finding["severity"] == "good" or "site" not in finding:
            continue
        if any(frames[frame]["function"].startswith("planted_leak") for frame in process["sites"][finding["site"]]["stack"]):
            return finding
    return None


def names_the_plant(process, frames):
    """That alarm blames the function, and knows what kind of leak it is."""
    finding = plant_finding(process, frames)
    return finding is not None and "planted_leak" in finding["title"] and "pattern" in finding
