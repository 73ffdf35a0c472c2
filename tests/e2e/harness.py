"""Runs a program natively and recorded, insists that both behave the same, and reads the report.

A case is a function that takes a Lab and fails by raising Failure:

    @case
    def leaks_are_found(lab):
        process = lab.record("leaky").report().only
        process.check_leak("leak_known", 100, 48)
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from checks import Failure, Skip, check, check_that, shorten
from report import Report

CASES = {}
SKIPPED = 77  # CTest's SKIP_RETURN_CODE


def case(function):
    """Registers a case under its function's name."""
    if function.__name__ in CASES:
        raise ValueError(f"two cases are called {function.__name__}")
    CASES[function.__name__] = function
    return function


def need(condition, why):
    if not condition:
        raise Skip(why)


def need_root():
    need(os.geteuid() == 0, "needs root")


def wait_until(condition, what, timeout=30.0):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"waited {timeout:.0f} s for {what}")
        time.sleep(0.02)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What somebody who started a program sees of it. A negative status is a signal."""

    status: int
    stdout: bytes
    stderr: bytes


def run(argv, *, env, stdin=None, cwd=None, timeout=120, before_exec=None):
    try:
        done = subprocess.run(
            [str(argument) for argument in argv],
            env=env,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            cwd=cwd,
            capture_output=True,
            timeout=timeout,
            preexec_fn=before_exec,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise Failure(f"{argv[0]} did not end within {timeout} s; stderr {shorten(expired.stderr)}") from None
    return Outcome(done.returncode, done.stdout, done.stderr)


class Recording:
    """A finished recorded run: what it printed and the traces it left."""

    def __init__(self, lab, outcome, directory):
        self._lab = lab
        self.outcome = outcome
        self.directory = directory

    @property
    def traces(self):
        found = traces_in(self.directory)
        check_that(found, "no trace was written")
        return found

    def report(self, *options):
        return self._lab.analyze(self.traces, *options)


def traces_in(directory):
    """Traces, and those of which there is only a journal."""
    names = {str(path) for path in directory.rglob("*.zst")}
    names |= {str(path)[: -len(".journal")] for path in directory.rglob("*.zst.journal")}
    return sorted(names)


class Lab:
    """Where the tools are, a scratch directory, and the ways to run things."""

    def __init__(self, leakscan, library, programs, examples):
        self.leakscan = pathlib.Path(leakscan)
        self.library = pathlib.Path(library)
        self.programs = pathlib.Path(programs)
        self.examples = pathlib.Path(examples)
        self.include = pathlib.Path(__file__).resolve().parents[2] / "preload" / "include"
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="leakscan-e2e-"))
        self._directories = 0

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def program(self, name):
        """A test program by name; anything with a slash is taken as a path."""
        return self.programs / name if "/" not in str(name) else pathlib.Path(name)

    def new_directory(self, name="out"):
        self._directories += 1
        directory = self.scratch / f"{name}{self._directories}"
        directory.mkdir()
        directory.chmod(0o777)
        return directory

    @staticmethod
    def native_environment(extra=None, preload=()):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LEAKHOOK_")}
        environment.pop("LD_PRELOAD", None)
        environment["LC_ALL"] = "C.UTF-8"
        if preload:
            environment["LD_PRELOAD"] = ":".join(str(library) for library in preload)
        environment.update(extra or {})
        return environment

    def recorded_environment(self, output, extra=None, before=(), after=()):
        environment = self.native_environment(extra, (*before, self.library, *after))
        environment["LEAKHOOK_OUTPUT"] = str(output)
        environment.update({k: v for k, v in (extra or {}).items() if k.startswith("LEAKHOOK_")})
        return environment

    def native(self, *argv, env=None, preload=(), **options):
        return run([self.program(argv[0]), *argv[1:]], env=self.native_environment(env, preload), **options)

    def run_recorded(self, *argv, env=None, before=(), after=(), directory=None, **options):
        """Runs under the recorder only, for what cannot be compared with a native run."""
        directory = directory or self.new_directory("traces")
        environment = self.recorded_environment(directory / "%e.%p.zst", env, before, after)
        outcome = run([self.program(argv[0]), *argv[1:]], env=environment, **options)
        return Recording(self, outcome, directory)

    def record(self, *argv, env=None, before=(), after=(), normalize=None, reset=None, **options):
        """Runs natively and recorded; both must print and end alike. `normalize` maps the bytes printed before they
        are compared; `reset` runs before either."""
        normalize = normalize or (lambda text: text)
        if reset:
            reset()
        native = self.native(*argv, env=env, preload=(*before, *after), **options)
        if reset:
            reset()
        recording = self.run_recorded(*argv, env=env, before=before, after=after, **options)
        recorded = recording.outcome
        check(recorded.status, native.status, f"status (stderr {shorten(recorded.stderr)})")
        check(normalize(recorded.stdout), normalize(native.stdout), "stdout")
        check(normalize(recorded.stderr), normalize(native.stderr), "stderr")
        return recording

    @contextlib.contextmanager
    def start_recorded(self, *argv, env=None, **options):
        """A recorded program that is still running; killed at the end if need be. Yields (Popen, Recording)."""
        directory = self.new_directory("traces")
        environment = self.recorded_environment(directory / "%e.%p.zst", env)
        process = subprocess.Popen([str(self.program(argv[0])), *argv[1:]], env=environment, **options)
        try:
            yield process, Recording(self, None, directory)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()

    def scan(self, *arguments, timeout=300, **options):
        return run([self.leakscan, *arguments], env=self.native_environment(), timeout=timeout, **options)

    def analyze(self, traces, *options):
        output = self.scratch / "report.json"
        outcome = self.scan("analyze", *traces, "--json", output, *options)
        check(outcome.status, 0, f"leakscan analyze (stderr {shorten(outcome.stderr)})")
        return Report(json.loads(output.read_text(encoding="utf-8")))


def run_case(name, lab):
    """Runs one case; returns the exit status for CTest."""
    try:
        CASES[name](lab)
    except Skip as skip:
        print(f"skipped: {skip}")
        return SKIPPED
    except Failure as failure:
        print(f"FAILED {name}: {failure}")
        return 1
    finally:
        lab.close()
    return 0
