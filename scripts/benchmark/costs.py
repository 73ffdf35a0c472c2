"""Runs a command and says what the whole process tree cost."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import tempfile


@dataclasses.dataclass(frozen=True)
class Cost:
    cpu_s: float
    wall_s: float
    peak_kb: int
    status: int


class Meter:
    """Measures by the program process_cost, see there for why."""

    def __init__(self, process_cost):
        self._process_cost = process_cost

    def measure(self, command, *, env, stdin=None, cwd=None, address_space=0, drive=None):
        """`drive`, if given, is called with the running process: it uses a server and makes it end."""
        with tempfile.NamedTemporaryFile(prefix="bench-cost-") as result:
            argv = [self._process_cost, result.name, str(address_space), *command]
            with open(stdin or os.devnull, "rb") as source:
                quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": source}
                options = {"env": env, "cwd": cwd, "start_new_session": True}
                process = subprocess.Popen([str(word) for word in argv], **options, **quiet)
            try:
                if drive is not None:
                    drive()
                process.wait()
            finally:
                if process.poll() is None:  # interrupted: the server and the tool's helpers end too
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            text = pathlib.Path(result.name).read_text(encoding="ascii")
        if not text:
            raise RuntimeError(f"{command[0]} could not be measured")
        return Cost(**json.loads(text))


def interruptible(main):
    """Runs main() so that Ctrl-C and SIGTERM end what runs and remove what is temporary."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return main()
    except KeyboardInterrupt:
        return 130


def clean_environment(extra):
    """The caller's environment without settings of the tools that are compared."""
    tools = ("LEAKHOOK_", "LSAN_", "ASAN_", "LD_PRELOAD")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(tools)}
    return {**environment, "LC_ALL": "C.UTF-8", **extra}
