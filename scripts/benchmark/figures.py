"""From samples to the figures that the tables show. What a variant adds is taken against the native run of the
same round, since both met the same state of the machine; then the median over the rounds."""

import dataclasses
import statistics


# With fewer, what a tool adds is the cost of its start, and nothing per event means anything.
FEWEST_EVENTS = 10_000


@dataclasses.dataclass(frozen=True)
class Figures:
    """None: not measured, or not applicable."""

    cpu_s: float
    times_native: float
    added_cpu_s: float
    added_rss_mb: float
    added_cpu_ns: float | None = None
    added_wall_ns: float | None = None
    bytes_per_event: float | None = None
    analysis_s_per_million: float | None = None
    analysis_rss_mb: float | None = None
    raw_ratio: float | None = None
    default_ratio: float | None = None


def events_of(samples):
    counts = [count for taken in samples.values() for count in taken.events]
    return max(1, round(statistics.median(counts))) if counts else 1


def added(samples, name, field):
    """The median of what `name` adds to a field of the native cost."""
    pairs = zip(samples[name].runs, samples["native"].runs)
    return statistics.median(getattr(run, field) - getattr(native, field) for run, native in pairs)


def added_ratio(samples, reference, name):
    """How many times as much CPU the reference adds. A difference lost in the noise gives no ratio."""
    if reference not in samples or samples[reference].failure or reference == name:
        return None
    own = added(samples, name, "cpu_s")
    native = statistics.median(run.cpu_s for run in samples["native"].runs)
    return added(samples, reference, "cpu_s") / own if own > 0.01 * native else None


def figures_of(samples, name):
    """None where the variant failed."""
    taken = samples[name]
    if taken.failure or not taken.runs:
        return None
    events = events_of(samples)
    cpu_s = statistics.median(run.cpu_s for run in taken.runs)
    native_s = statistics.median(run.cpu_s for run in samples["native"].runs)
    extra_cpu_s = added(samples, name, "cpu_s")
    result = Figures(
        cpu_s=cpu_s,
        times_native=cpu_s / max(native_s, 1e-3),
        added_cpu_s=extra_cpu_s,
        added_rss_mb=added(samples, name, "peak_kb") / 1024,
    )
    if events < FEWEST_EVENTS:
        return result
    added_wall_s = added(samples, name, "wall_s")
    per_event = {"added_cpu_ns": extra_cpu_s / events * 1e9, "added_wall_ns": added_wall_s / events * 1e9}
    result = dataclasses.replace(result, **per_event)
    trace_bytes = statistics.median(taken.trace_bytes)
    if trace_bytes:
        result = dataclasses.replace(result, bytes_per_event=trace_bytes / events)
    if taken.analysis:
        per_million = taken.analysis.cpu_s / events * 1e6
        rss_mb = taken.analysis.peak_kb / 1024
        result = dataclasses.replace(result, analysis_s_per_million=per_million, analysis_rss_mb=rss_mb)
    if name == "native":
        return result
    return dataclasses.replace(
        result,
        raw_ratio=added_ratio(samples, "heaptrack --raw", name),
        default_ratio=added_ratio(samples, "heaptrack", name),
    )
