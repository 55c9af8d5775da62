"""The common funnel in every engine, side by side, each checked against theory."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from benchmarks.common_funnel import MissingError, Program, Run, Runner
from benchmarks.common_funnel.theory import mean_sojourn
from benchmarks.report import Table, median, times

TITLE = "Common funnel"
PLACES = (  # module and name in it, in the order of the table
    ("in_salabim", "PROGRAM"),
    ("in_ciw", "PROGRAM"),
    ("in_simpy", "PROGRAM"),
    ("in_cimba", "PROGRAM"),
    ("in_funnelsim", "FOLDED"),
    ("in_funnelsim", "PROGRAM"),
    ("in_c", "PROGRAM"),
)
OTHERS = ("SimPy", "funnelsim", "C alone")  # what each is compared with
FEW = 1_000  # leads that warm a program up
FARTHEST = 4.0  # standard errors from theory


class Sojourn(NamedTuple):
    """The mean sojourn over runs beside theory."""

    mean: float
    error: float  # standard error, between runs
    z: float  # standard errors from theory

    @property
    def agrees(self) -> bool:
        """Whether the program simulates this funnel."""
        return abs(self.z) <= FARTHEST


def sojourn(runs: Sequence[Run]) -> Sojourn:
    """Compare the runs' mean sojourns with theory; each run counts the same.

    >>> exact = mean_sojourn()
    >>> round(sojourn([Run(1, 1.0, 1, exact + 1.0), Run(1, 1.0, 1, exact + 3.0)]).z, 6)
    2.0
    """
    found = [run.sojourn for run in runs]
    mean = statistics.fmean(found)
    error = statistics.stdev(found) / len(found) ** 0.5
    return Sojourn(mean, error, (mean - mean_sojourn()) / error)


def speed(runs: Sequence[Run]) -> float:
    """Return the median of leads a second."""
    return median([run.leads / run.seconds for run in runs])


def simulated(place: tuple[str, str], leads: int, runs: int) -> list[Run]:
    """Run the program at a place of `PLACES` with the seeds 1, 2, 3, ..."""
    module, name = place
    program: Program = getattr(import_module(f"benchmarks.common_funnel.{module}"), name)
    runner = program.prepare(leads)
    return [runner(seed) for seed in range(1, runs + 1)]


def programs() -> tuple[list[Program], list[str]]:
    """Import the programs whose engines are installed; say which are not."""
    found, missing = [], []
    for place, name in PLACES:
        try:
            found.append(getattr(import_module(f"benchmarks.common_funnel.{place}"), name))
        except ModuleNotFoundError as absent:
            missing.append(f"{absent.name} is not installed: pip install -e '.[bench]'")
    return found, missing


def prepared(found: Sequence[Program]) -> tuple[list[tuple[Program, Runner]], list[str]]:
    """Compile and warm up the programs; say which cannot be compiled."""
    ready, missing = [], []
    for program in found:
        try:
            program.prepare(FEW)(1)
        except MissingError as reason:
            missing.append(f"{program.name}: {reason}")
        else:
            ready.append((program, program.prepare(program.leads)))
    return ready, missing


def measured(ready: Sequence[tuple[Program, Runner]], rounds: int) -> dict[str, list[Run]]:
    """Run the programs in turns, so that a busy machine is as bad for all; seeds are 1, 2, 3, ..."""
    runs: dict[str, list[Run]] = {program.name: [] for program, _ in ready}
    for _ in range(rounds):
        for program, runner in ready:
            for _ in range(program.runs):
                runs[program.name].append(runner(len(runs[program.name]) + 1))
    return runs


def speeds(runs: dict[str, list[Run]]) -> Table:
    """Tabulate how fast each program is, and how far from theory."""
    rates = {name: speed(each) for name, each in runs.items()}
    rows = []
    for name, each in runs.items():
        found = sojourn(each)
        rows.append(
            (
                name,
                f"{statistics.fmean(run.leads for run in each):,.0f} x {len(each)}",
                f"{rates[name]:,.0f}",
                *(times(rates[name] / rates[other]) if other in rates else "-" for other in OTHERS),
                f"{found.mean:.2f} ± {found.error:.2f}",
                f"{found.z:+.1f}{'' if found.agrees else ' DIFFERS'}",
            )
        )
    head = ("program", "leads x runs", "leads/s", *(f"/ {other}" for other in OTHERS), "mean sojourn", "z")
    note = (
        f"Mean sojourn of those who finish, in units, with its standard error between runs; by theory "
        f"{mean_sojourn():.3f}. z: standard errors from theory, at most {FARTHEST:.0f}."
    )
    return Table("Leads a second, one thread", head, rows, note=note)


def accounts(found: Sequence[Program]) -> Table:
    """Tabulate how each program is written, what it does for its time and what it does not."""
    rows = [(program.name, program.written, program.does, program.spares) for program in found]
    return Table("What they do for their time", ("program", "written as", "does", "does not"), rows, words=4)


def tables(rounds: int) -> list[Table]:
    """Measure every program that can run here."""
    found, missing = programs()
    ready, failed = prepared(found)
    table = speeds(measured(ready, rounds))
    absent = "".join(f" Not measured: {reason}." for reason in missing + failed)
    return [table._replace(note=table.note + absent), accounts([program for program, _ in ready])]
