"""What the experiments with study files share: studies run through a store, and a README of what they found.

A folder has `study.toml`, as `funnelsim study` reads it, and `run.py`, which turns what the study found into
`README.md` and its pictures. What the store has already is not simulated again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from experiments.paired import Floats, Found, estimate
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.io.writing import whole_file
from funnelsim.metrics import FIGURES
from funnelsim.scenario import AS_TYPED, TODAY
from funnelsim.studies.designed.results import StudyResult
from funnelsim.studies.designed.running import run_study
from funnelsim.studies.designed.study import read_study

ROOT = Path(__file__).parents[1]
STORE = ROOT / ".studies"
README = "README.md"

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that the colour-blind tell apart: Okabe and Ito (2008)."""

Formula = Callable[..., Floats]
Setting = Mapping[str, Any]


def shaded(axes: Axes, at: Sequence[float], found: Sequence[Found], colour: str, label: str) -> None:
    """Draw a line through means, in thousands, with its intervals as a band."""
    means, low, high = ([1e-3 * each[end] for each in found] for end in range(3))
    axes.plot(at, means, color=colour, marker="o", markersize=3, label=label)
    axes.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)


class Row(NamedTuple):
    """A row of a study, by its place in the arrays of the result."""

    place: int
    content: str


class At(NamedTuple):
    """A figure in a month, channel, team, ..., or in several together: of those under the study's `by`."""

    metric: str
    cut: str
    places: Sequence[str]  # the names of months, channels, teams, ...


@dataclass(frozen=True)
class Studied:
    """A study that has been run, asked for figures with intervals.

    Attributes
    ----------
    result : StudyResult
    """

    result: StudyResult

    @cached_property
    def _rows(self) -> dict[str, Row]:
        points = self.result.study.points
        return {
            _setting(points[row.point - 1], row.assumption, row.strategy): Row(place, row.content)
            for place, row in enumerate(self.result.rows)
        }

    def row(self, levers: Setting | None = None, *, strategy: str = TODAY, assumption: str = AS_TYPED) -> Row:
        """Find the row whose levers are set so: all levers of the study, in any order.

        Raises
        ------
        KeyError
            If the study has no such row.
        """
        return self._rows[_setting(levers or {}, assumption, strategy)]

    def tried(self, lever: str) -> tuple[Any, ...]:
        """List the values that a grid tries of a lever."""
        return next(each.grid() for each in self.result.study.levers if each.key == lever)

    def mean(self, metric: str, row: Row) -> Found:
        """Return a figure in the mean simulated year of a row, with its 95 % precision."""
        found = self.result.means[metric]
        return Found(*(float(ends[row.place]) for ends in (found.value, found.low, found.high)))

    def by(self, metric: str, cut: str, row: Row) -> Floats:
        """Return a figure by month, channel, team, ... in the mean simulated year of a row."""
        parts = self.result.sums[row.content].by[metric, cut, self.result.is_expected]
        return np.asarray(FIGURES[metric].formula(*(part.mean(axis=0) for part in parts)))

    def change(self, metric: str | At, row: Row, base: Row) -> Found:
        """Estimate by how much a figure of a row differs from that of another in the same worlds."""
        return self.contrast(metric, (1.0, row), (-1.0, base))

    def contrast(self, metric: str | At, *weighted: tuple[float, Row]) -> Found:
        """Estimate a weighted sum of one figure over rows: an interaction is +1, -1, -1, +1."""
        weights = [weight for weight, _ in weighted]

        def added_up(*figures: Floats) -> Floats:
            return sum(
                (weight * each for weight, each in zip(weights, figures, strict=True)), start=0 * figures[0]
            )

        return self.estimate(added_up, *((metric, row) for _, row in weighted))

    def estimate(self, formula: Formula, *figures: tuple[str | At, Row]) -> Found:
        """Estimate what a formula makes of figures of rows, all in the same worlds.

        Parameters
        ----------
        formula : callable
            Takes the figures in their order, as arrays, and returns one.
        figures : tuple of str or At, and Row
            Of the study's metrics over the period, or of those in some months, channels, teams, ...
        """
        made = [self._parts(*each) for each in figures]
        counts = [len(parts) for parts in made]
        names = [asked.metric if isinstance(asked, At) else asked for asked, _ in figures]

        def of_sums(*sums: Floats) -> Floats:
            left = list(sums)
            taken = [[left.pop(0) for _ in range(count)] for count in counts]
            values = [FIGURES[name].formula(*own) for name, own in zip(names, taken, strict=True)]
            return formula(*values)

        return estimate([part for parts in made for part in parts], of_sums)

    def _parts(self, asked: str | At, row: Row) -> list[Floats]:
        sums, expected = self.result.sums[row.content], self.result.is_expected
        if isinstance(asked, At):
            names = list(self.result.places[row.place][asked.cut])
            places = [names.index(name) for name in asked.places]
            parts = sums.by[asked.metric, asked.cut, expected]
            return [part[:, places].sum(axis=1, keepdims=True) for part in parts]
        return [part[:, None] for part in sums.parts[asked, expected]]


def _setting(levers: Setting, assumption: str, strategy: str) -> str:
    """Write what a row is simulated with; a lever's value may be a table, so that a row has no plain key."""
    return json.dumps([levers, assumption, strategy], sort_keys=True, default=str)


@dataclass(frozen=True)
class Asked:
    """What is asked of an experiment, and the studies that it runs.

    Attributes
    ----------
    folder : path
        Of the experiment: its study files.
    out : path
        Where README and pictures go.
    store : path
    jobs : int
        Simulated years that run at the same time.
    years, seed : int or None
        Other than the study files say.
    """

    folder: Path
    out: Path
    store: Path = STORE
    jobs: int = 0
    years: int | None = None
    seed: int | None = None

    def study(self, name: str = "study") -> Studied:
        """Run a study file of the folder: only what the store does not have is simulated."""
        read = read_study(self.folder / f"{name}.toml")
        years = read.replications if self.years is None else self.years
        seed = read.seed if self.seed is None else self.seed
        study = replace(read, replications=years, seed=seed)
        result = run_study(study, store=self.store, jobs=self.jobs, yes=True)
        said = f"{self.folder.name}/{name}.toml: {result.simulated:,} of {study.simulated_years:,} years"
        print(f"{said} were simulated now; the store had the others.", file=sys.stderr)
        return Studied(result)

    def made_by(self, *studied: Studied) -> str:
        """Say how the figures of some studies were made: the command, the simulated years, the seed."""
        name, results = self.folder.name, [each.result for each in studied]
        years = dict.fromkeys(each.years for each in results)
        rows = {count: sum(len(each.rows) for each in results if each.years == count) for count in years}
        simulated = " and ".join(f"{rows[count]:,} rows of {count:,} simulated years" for count in years)
        seeds = " and ".join(dict.fromkeys(str(each.study.seed) for each in results))
        return (
            f"Written by `make experiments ONLY={name}` (`python -m experiments.{name}.run`): {simulated} "
            f"each, seed {seeds}. All rows have the same simulated years, so that a change is a difference "
            "within each year. Intervals are 95 % intervals of the mean: they say how well the simulation "
            "knows the mean, not how far a single year may differ from it."
        )


class Finding(NamedTuple):
    """What an experiment has found.

    Attributes
    ----------
    text : str
        The README.
    pictures : mapping of str to Figure
        By the names of their files, which the README links.
    """

    text: str
    pictures: Mapping[str, Figure]


Experiment = Callable[[Asked], Finding]


def run(found: Experiment, script: str, arguments: Sequence[str] | None = None) -> int:
    """Do an experiment: run its studies, and write README and pictures.

    Parameters
    ----------
    found : callable
        Asks for studies, and returns what it has found.
    script : str
        The path of its `run.py`, beside which its study files are.
    arguments : sequence of str, optional
        Of the command line.
    """
    asked = _asked(Path(script).parent, arguments)
    text, pictures = found(asked)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, figure in pictures.items():
        drawn = BytesIO()
        figure.savefig(drawn, dpi=100, metadata={"Software": None})
        _write(asked.out / name, drawn.getvalue())
    _write(asked.out / README, text.encode())
    print(f"{asked.out / README} is written.")
    return 0


def _write(file: Path, content: bytes) -> None:
    with whole_file(file, overwrite=True) as opened:
        opened.write(content)


def _asked(folder: Path, arguments: Sequence[str] | None) -> Asked:
    """Read the options of an experiment."""
    parser = argparse.ArgumentParser(description=f"Run the studies of {folder.name} and write its README.")
    parser.add_argument("--years", type=int, help="simulated years of each row, other than the study says")
    parser.add_argument("--seed", type=int, help="another than the study says")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worlds at the same time")
    parser.add_argument("--store", type=Path, default=STORE, help="where simulated years are kept")
    parser.add_argument("--out", type=Path, default=folder, help="folder of README.md and pictures")
    options = parser.parse_args(arguments)
    return Asked(folder, options.out, options.store, options.jobs, options.years, options.seed)
