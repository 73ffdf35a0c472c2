"""The JSON report, as the cases read it."""

import dataclasses
import pathlib

from checks import check


@dataclasses.dataclass(frozen=True)
class Blocks:
    blocks: int
    bytes: int


def plain_name(function):
    """A function's own name, without namespaces, parameters and the offset that stands in for a line."""
    name = function.replace("(anonymous namespace)::", "").split("(")[0].split("+0x")[0]
    return name.rsplit("::", 1)[-1].strip()


class Process:
    """One process of a JSON report."""

    def __init__(self, data, frames):
        self.data = data
        self._frames = frames

    def __getitem__(self, name):
        return self.data[name]

    @property
    def totals(self):
        return self.data["totals"]

    @property
    def diagnostics(self):
        return self.data["diagnostics"]

    def sites_of(self, function):
        """Sites with `function` anywhere in their stack."""
        return [site for site in self.data["sites"] if function in self.functions_of(site)]

    def functions_of(self, site):
        return [plain_name(self._frames[frame]["function"]) for frame in site["stack"]]

    def functions(self):
        return {name for site in self.data["sites"] for name in self.functions_of(site)}

    def live_at(self, function):
        sites = self.sites_of(function)
        return Blocks(sum(s["live_blocks"] for s in sites), sum(s["live_bytes"] for s in sites))

    def allocations_at(self, function):
        return sum(site["allocations"] for site in self.sites_of(function))

    def check_leak(self, function, blocks, size):
        check(self.live_at(function), Blocks(blocks, blocks * size), f"live at {function}")

    def check_complete(self):
        """Nothing was dropped, damaged or misunderstood."""
        for name in ("dropped_events", "torn_frames"):
            check(self.diagnostics[name], 0, name)


class Report:
    def __init__(self, data):
        self.data = data
        frames = {frame["id"]: frame for frame in data["frames"]}
        self.processes = [Process(process, frames) for process in data["processes"]]

    @property
    def only(self):
        check(len(self.processes), 1, "processes in the report")
        return self.processes[0]

    def has_line(self, function, file_name):
        """A frame of this function has a line in a file of this name."""
        return any(
            plain_name(frame["function"]) == function and frame["file"].endswith(f"/{file_name}") and frame["line"] > 0
            for frame in self.data["frames"]
        )

    def of(self, exe_name):
        """The processes whose executable has this file name."""
        return [p for p in self.processes if pathlib.Path(p["exe"]).name == exe_name]

    def check_complete(self):
        for process in self.processes:
            process.check_complete()
