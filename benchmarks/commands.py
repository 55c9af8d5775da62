"""Whole commands, from their start to what they print: a comparison, and a study that is in its store."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

import funnelsim as fs
from benchmarks.report import Table, median
from benchmarks.studies import hindrance, strategies_of

TITLE = "Commands"
PRESET, YEARS = "professional_services", 1_000
STUDY = """
scenario = "first_steps"
replications = 100
[levers]
"teams.sales.people" = { low = 1, high = 10, steps = 10 }
"channels.website.inquiries_per_month" = { low = 20.0, high = 60.0, steps = 20 }
"""
POINTS = 200


class Took(NamedTuple):
    """What a command took."""

    seconds: float
    of_processors: float  # seconds, of all processors


def command(*words: str) -> Took:
    """Run a command of funnelsim in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, "-m", "funnelsim", *words], check=True, capture_output=True)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter() - began
    return Took(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def median_of(runs: Sequence[Took]) -> Took:
    """Take the median of each part.

    >>> median_of([Took(1.0, 5.0), Took(2.0, 3.0), Took(9.0, 4.0)])
    Took(seconds=2.0, of_processors=4.0)
    """
    return Took(*(median(list(each)) for each in zip(*runs, strict=True)))


def compared(runs: int) -> tuple[str, ...]:
    """Compare every strategy of a preset, and see how much of the time is the engine's."""
    words = ("compare", PRESET, "--replications", str(YEARS))
    command(*words)  # compiles, or reads what was compiled
    took = median_of([command(*words) for _ in range(runs)])
    began = process_time()
    outside = hindrance(strategies_of(PRESET), YEARS, 2).outside
    compiled = (process_time() - began) * (1 - outside)
    share = f"{100 * (1 - compiled / took.of_processors):.0f}"
    return (f"funnelsim {' '.join(words)}", f"{took.seconds:.1f}", f"{took.of_processors:.1f}", share)


def studied_again(runs: int) -> list[tuple[str, ...]]:
    """Run a study whose worlds are all in its store."""
    with TemporaryDirectory() as folder:
        file, store = Path(folder) / "study.toml", Path(folder) / "store"
        file.write_text(STUDY, encoding="utf-8")
        words = ("study", str(file), "--store", str(store))
        command(*words)
        took = median_of([command(*words) for _ in range(runs)])
        seconds = []
        for _ in range(runs):
            began = perf_counter()
            found = fs.run_study(fs.read_study(file), store=store)
            seconds.append(perf_counter() - began)
            if found.simulated or len(found.points) != POINTS:
                raise RuntimeError("the study was not in its store")
    told = f"funnelsim study: {POINTS} points x 100 years, in the store"
    return [
        (told, f"{took.seconds:.2f}", f"{took.of_processors:.2f}", "100"),
        ("fs.run_study: the same, in Python", f"{median(seconds):.2f}", "-", "100"),
    ]


def tables(runs: int) -> Sequence[Table]:
    """Measure each command."""
    return [
        Table(
            "From the command to the answer",
            ("command", "seconds", "seconds of processors", "% outside the engine"),
            [compared(runs), *studied_again(runs)],
            note=f"Medians of {runs} runs, each in a process of its own, on two threads; what is compiled is "
            "on disk. Outside the engine: start, lowering, statistics and words.",
        )
    ]
