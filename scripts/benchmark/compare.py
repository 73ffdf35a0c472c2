"""Runs workloads under all variants, in turn, and keeps every figure."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
import tempfile

from benchmark.costs import Cost, clean_environment


@dataclasses.dataclass
class Samples:
    """What one variant cost in each round, in their order. Analysis is measured in the first only."""

    runs: list = dataclasses.field(default_factory=list)
    trace_bytes: list = dataclasses.field(default_factory=list)
    events: list = dataclasses.field(default_factory=list)
    analysis: Cost | None = None
    failure: str | None = None


class Comparison:
    def __init__(self, tools, meter, variants):
        self._tools = tools
        self._meter = meter
        self._variants = variants

    def run(self, workload, rounds, progress):
        """Samples by variant name. Each round starts with another variant, so that the order favours none."""
        samples = {variant.name: Samples() for variant in self._variants}
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            job = workload.prepare(self._tools, pathlib.Path(scratch))
            for number in range(rounds):
                start = number % len(self._variants)
                for variant in self._variants[start:] + self._variants[:start]:
                    progress(f"{workload.name}, round {number + 1} of {rounds}: {variant.name}")
                    self._run_once(job, variant, samples[variant.name])
        for taken in samples.values():
            taken.failure = failure_of(taken.runs, samples["native"].runs)
        return samples

    def _run_once(self, job, variant, samples):
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            written = pathlib.Path(directory, "out")
            written.mkdir()
            environment = clean_environment({**job.env, **variant.environment(written)})
            samples.runs.append(
                self._meter.measure(
                    [*variant.prefix(written), *job.command],
                    env=environment,
                    stdin=job.stdin,
                    cwd=directory,
                    address_space=variant.address_space,
                    drive=job.drive,
                )
            )
            files = sorted(path for path in written.rglob("*") if path.is_file())
            samples.trace_bytes.append(sum(path.stat().st_size for path in files))
            if variant.counts_events:
                samples.events.append(self._count_events(files))
            if variant.analysis and files and samples.analysis is None:
                samples.analysis = self._meter.measure(variant.analysis(files), env=clean_environment({}))

    def _count_events(self, traces):
        command = [self._tools.leakscan, "info", "--json"]
        count = 0
        for trace in traces:
            text = subprocess.run([*command, trace], check=True, capture_output=True, text=True).stdout
            count += json.loads(text)["events"]
        if count == 0:
            raise RuntimeError("leakhook recorded nothing")
        return count


def failure_of(runs, native_runs):
    """A tool that changes how the program ends, or after which it does not run, has no cost to compare."""
    for run, native in zip(runs, native_runs):
        if run.status < 0:
            return f"killed by signal {-run.status}"
        if run.status != native.status:
            return f"ended with status {run.status}"
        if run.cpu_s < native.cpu_s / 2:
            return "ended before the program had done its work"
    return None


def as_plain_data(samples):
    return {name: dataclasses.asdict(taken) for name, taken in samples.items()}


@contextlib.contextmanager
def progress_line(stream):
    """Shows one line of progress on a terminal, and takes it away at the end."""
    if not stream.isatty():
        yield lambda text: None
        return
    yield lambda text: print(f"\r\033[K{text}", end="", file=stream, flush=True)
    print("\r\033[K", end="", file=stream, flush=True)
