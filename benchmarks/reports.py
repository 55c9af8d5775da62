"""The report for others: from a preset to its page, in seconds, and the size of the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import funnelsim as fs
from benchmarks.commands import command
from benchmarks.report import Table

TITLE = "Report"
YEARS = 400
RUNS = {"first_steps": 5, "professional_services": 1, "marketplace_sellers": 1}  # the last is the largest
_COLUMNS = ("preset", "fs.report, seconds", "the command, seconds", "its processors, seconds", "file, KB")


def made(preset: str) -> float:
    """Make the page in this process; return the seconds that it took."""
    began = perf_counter()
    assert fs.report(fs.load(preset), replications=YEARS).html
    return perf_counter() - began


def measured(preset: str, runs: int) -> tuple[str, ...]:
    """Make the page of a preset in Python and with the command; take the fastest run of each."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.html" for number in range(runs)]
        inside = min(made(preset) for _ in files)
        words = ("report", preset, "--replications", str(YEARS), "--out")
        took = min((command(*words, str(file)) for file in files), key=lambda each: each.of_processors)
        size = files[-1].stat().st_size / 1e3
    return preset, f"{inside:.1f}", f"{took.seconds:.1f}", f"{took.of_processors:.1f}", f"{size:,.0f}"


def tables(runs: int) -> Sequence[Table]:
    """Measure each preset; no more often than is asked for."""
    made("first_steps")  # compiles, or reads what was compiled
    rows = [measured(preset, min(most, runs)) for preset, most in RUNS.items()]
    return [
        Table(
            f"From a preset to its page, {YEARS} simulated years of each strategy",
            _COLUMNS,
            rows,
            note="The fastest of a few runs of first_steps; one run of each of the others. On two threads.",
        )
    ]
