"""How long one waits for an answer: for the first, in a process of its own, and for the next in the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import funnelsim as fs
from benchmarks.report import Table, median, times
from benchmarks.studies import seconds as simulating
from funnelsim.scenario import courses_of, strategy_names
from funnelsim.studies.pilot import settled

TITLE = "Start"
COMMAND = (sys.executable, "-m", "funnelsim")
BARE = "import numba"
WARM = {
    "python, nothing more": (sys.executable, "-c", "pass"),
    BARE: (sys.executable, "-c", "import numba"),
    "import funnelsim": (sys.executable, "-c", "import funnelsim"),
    "funnelsim --help": (*COMMAND, "--help"),
    "funnelsim run first_steps --replications 200": (*COMMAND, "run", "first_steps", "--replications", "200"),
    "funnelsim run professional_services --replications 200": (
        *(*COMMAND, "run", "professional_services"),
        *("--replications", "200"),
    ),
}
WORLDS = 10
CALLS: dict[str, Callable[[fs.Scenario], object]] = {
    "simulate": lambda scenario: fs.simulate(scenario, replications=WORLDS),
    "compare": lambda scenario: fs.compare(scenario, replications=WORLDS),
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


def warm(runs: int) -> dict[str, float]:
    """Measure every command in turns, the caches warm and with bytecode, as where a package is installed."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        rounds = [{name: seconds(each, environment) for name, each in WARM.items()} for _ in range(runs + 1)]
    return {name: median([found[name] for found in rounds[1:]]) for name in WARM}


def call(preset: str, name: str, runs: int) -> tuple[str, ...]:
    """Measure a call that is not the process's first, and in turns its pilot and its simulation alone."""
    scenario = fs.load(preset)
    ready = settled(scenario)
    strategies = courses_of(ready, strategy_names(ready))
    if name == "simulate":
        strategies = {"today": strategies["today"]}
    rounds = []
    for _ in range(runs + 1):
        began = perf_counter()
        CALLS[name](scenario)
        whole = perf_counter() - began
        settled(scenario)
        pilot = perf_counter() - began - whole
        rounds.append((whole, pilot, simulating(strategies, WORLDS, threads=0)))
    whole, pilot, alone = (median(found) for found in zip(*rounds[1:], strict=True))
    rest = max(whole - pilot - alone, 0.0)
    return preset, name, *(f"{seconds:.3f}" for seconds in (whole, pilot, alone, rest))


def tables(runs: int) -> Sequence[Table]:
    """Measure every command, warm, and the first run ever; then calls."""
    found = warm(runs)
    first = median([with_nothing_compiled() for _ in range(runs)])
    found["funnelsim run first_steps --replications 1, nothing compiled yet"] = first
    commands = [(name, f"{taken:.2f}", times(taken / found[BARE])) for name, taken in found.items()]
    calls = [call(preset, name, runs) for preset in fs.presets() for name in CALLS]
    return [
        Table("From the command to its end", ("command", "seconds", "times import numba"), commands),
        Table(
            f"A call of {WORLDS} worlds, warm",
            ("preset", "call", "seconds", "of which the pilot", "simulation", "the rest"),
            calls,
            words=2,
            note="The second call in a process and later ones, on all processors. Where numbers are "
            "uncertain, simulation includes lowering the scenario again in each world.",
        ),
    ]
