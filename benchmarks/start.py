"""How long one waits for the first answer, in a process of its own: commands, imports, first compilation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from time import perf_counter

from benchmarks.report import Table, median

TITLE = "Start"
COMMAND = (sys.executable, "-m", "funnelsim")
WARM = {
    "python, nothing more": (sys.executable, "-c", "pass"),
    "import funnelsim": (sys.executable, "-c", "import funnelsim"),
    "funnelsim --help": (*COMMAND, "--help"),
    "funnelsim run first_steps --replications 200": (*COMMAND, "run", "first_steps", "--replications", "200"),
    "funnelsim run professional_services --replications 200": (
        *(*COMMAND, "run", "professional_services"),
        *("--replications", "200"),
    ),
}
COLD = (*COMMAND, "run", "first_steps", "--replications", "1")


def seconds(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> float:
    """Run a command to its end."""
    began = perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=dict(environment))
    return perf_counter() - began


def with_nothing_compiled() -> float:
    """Run a small command with an empty folder of compiled code."""
    with tempfile.TemporaryDirectory() as folder:
        return seconds(COLD, os.environ | {"XDG_CACHE_HOME": folder})


def tables(runs: int) -> Sequence[Table]:
    """Measure every command, the caches warm; then the first run ever."""
    for command in WARM.values():
        seconds(command)
    found = {name: median([seconds(command) for _ in range(runs)]) for name, command in WARM.items()}
    first = median([with_nothing_compiled() for _ in range(runs)])
    found["funnelsim run first_steps --replications 1, nothing compiled yet"] = first
    rows = [(name, f"{taken:.2f}") for name, taken in found.items()]
    return [Table("From the command to its end", ("command", "seconds"), rows)]
