"""Where the tools and the measured programs are, and how they get built."""

import dataclasses
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Tools:
    build: pathlib.Path

    @property
    def library(self):
        return self.build / "lib" / "libleakhook.so"

    @property
    def leakscan(self):
        return self.build / "bin" / "leakscan"

    @property
    def benchmarks(self):
        return self.build / "bin"

    @property
    def programs(self):
        return self.build / "tests" / "bench" / "programs"

    @property
    def e2e_programs(self):
        return self.build / "tests" / "e2e" / "programs"


def build(tools):
    configure = ["cmake", "--preset", "release", "-S", ROOT, "-B", tools.build, "-DLEAK_BENCH=ON"]
    for command in (configure, ["cmake", "--build", tools.build]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}{done.stderr}cannot build")
