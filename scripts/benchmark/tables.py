"""Figures as text tables, which are also valid Markdown."""

from benchmark.figures import events_of, figures_of


def table(headings, rows):
    """The first column is text, the others are numbers."""
    widths = [max(len(line[column]) for line in [headings, *rows]) for column in range(len(headings))]

    def line(cells):
        numbers = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        return "| " + " | ".join([cells[0].ljust(widths[0]), *numbers]) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([line(headings), line(rule), *(line(row) for row in rows)])


def number(value, digits=0, suffix=""):
    return "" if value is None else f"{value:,.{digits}f}{suffix}"


DETAIL_HEADINGS = [
    "variant", "CPU s", "x native", "CPU ns/event", "wall ns/event", "--raw / it", "heaptrack / it", "RSS MB",
    "bytes/event", "analysis s/M", "its RSS MB",
]  # fmt: skip


def detail_row(samples, name):
    if not samples[name].runs:
        return [name] + [""] * (len(DETAIL_HEADINGS) - 1)
    figures = figures_of(samples, name)
    if figures is None:
        return [name, "failed"] + [""] * (len(DETAIL_HEADINGS) - 2)
    cells = [name, number(figures.cpu_s, 2), number(figures.times_native, 2)]
    if name == "native":
        return cells + [""] * (len(DETAIL_HEADINGS) - len(cells))
    return cells + [
        number(figures.added_cpu_ns),
        number(figures.added_wall_ns),
        number(figures.raw_ratio, 1, "x"),
        number(figures.default_ratio, 1, "x"),
        number(figures.added_rss_mb),
        number(figures.bytes_per_event, 2),
        number(figures.analysis_s_per_million, 3),
        number(figures.analysis_rss_mb),
    ]


def detail(workload, samples, rounds):
    """Everything about one workload. What is per event, and RSS, is what the variant adds to native."""
    heading = f"{workload.name}: {workload.what}\n{events_of(samples):,} events, median of {rounds} rounds\n"
    text = heading + "\n" + table(DETAIL_HEADINGS, [detail_row(samples, name) for name in samples])
    for name, taken in samples.items():
        if taken.failure:
            text += f"\n{name}: {taken.failure}"
    return text + "\n"


def summary_row(name, samples, variants):
    figures = {variant: figures_of(samples, variant) for variant in variants if variant in samples}
    cells = [name, f"{events_of(samples) / 1e6:.1f} M"]
    for variant in variants:
        known = figures.get(variant)
        cells.append("failed" if known is None else number(known.added_cpu_ns, suffix=" ns"))
    ours, raw = figures["leakhook"], figures.get("heaptrack --raw")
    cells += [number(ours and ours.raw_ratio, 1, "x"), number(ours and ours.default_ratio, 1, "x")]
    cells += [number(ours and ours.bytes_per_event, 2), number(raw and raw.bytes_per_event, 2)]
    return cells


def summary(results):
    """One line for each workload: CPU added per event by every variant, and the ratios."""
    variants = [name for name in next(iter(results.values())) if name != "native"]
    headings = ["workload", "events", *variants, "--raw / leakhook", "heaptrack / leakhook", "bytes/event"]
    headings.append("--raw's")
    rows = [summary_row(name, samples, variants) for name, samples in results.items()]
    return "CPU added per event, all processes of the tool included\n\n" + table(headings, rows) + "\n"
