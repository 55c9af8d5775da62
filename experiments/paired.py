"""What the experiments with presets share: changes between strategies in the same simulated years."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from funnelsim.forecast import Forecast, bootstrap_t
from funnelsim.metrics import FIGURES
from funnelsim.studies.results import ComparisonResult

Floats = NDArray[np.float64]


class Found(NamedTuple):
    """A figure or a change of one, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Return whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    def signed(self, scale: float = 1.0, decimals: int = 0) -> str:
        """Write it as a change, with its interval.

        >>> Found(-0.012, -0.02, 0.001).signed(100, 1)
        '-1.2 (-2.0 to +0.1)'
        """
        return self._written(scale, f"+,.{decimals}f")

    def plain(self, scale: float = 1.0, decimals: int = 0) -> str:
        """Write it as a value, with its interval.

        >>> Found(0.231, 0.228, 0.234).plain(100, 1), Found(3.0, math.nan, math.nan).plain()
        ('23.1 (22.8 to 23.4)', '3 (no interval)')
        """
        return self._written(scale, f",.{decimals}f")

    def _written(self, scale: float, form: str) -> str:
        mean, low, high = (format(scale * each, form) for each in self)
        return f"{mean} (no interval)" if math.isnan(self.low) else f"{mean} ({low} to {high})"


def change(mine: Sequence[Forecast], its: Forecast, metric: str) -> Found:
    """Estimate by how much strategies change a figure in all, each against the same one, added up."""
    made = [forecast.parts(metric, "all", forecast.expected) for forecast in (its, *mine)]
    count, formula = len(made[0]), FIGURES[metric].formula

    def added_up(*sums: Floats) -> Floats:
        base, *others = (formula(*sums[first : first + count]) for first in range(0, len(sums), count))
        return np.asarray(sum(other - base for other in others))

    return estimate([part for parts in made for part in parts], added_up)


def estimate(parts: Sequence[Floats], formula: Callable[..., Floats]) -> Found:
    """Estimate one figure, a formula of means over simulated years."""
    found = bootstrap_t(tuple(parts), formula)
    return Found(*(float(ends[0]) for ends in (found.value, found.low, found.high)))


def percent(share: float, decimals: int = 1) -> str:
    """Write a share: `percent(0.23, 0)` is "23 %"."""
    return f"{100 * share:.{decimals}f} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown: names to the left, figures to the right.

    >>> print(table(["strategy", "contracts"], [["today", "3"]]))
    | strategy | contracts |
    |---|---:|
    | today | 3 |
    """
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], f"|---|{'---:|' * (len(head) - 1)}", *lines[1:]])


def in_words(name: str) -> str:
    """Write the name of a strategy for readers."""
    return name.replace("_", " ")


def called(result: ComparisonResult, name: str) -> str:
    """Name a strategy as readers know it."""
    return in_words(result[name].title)


def abouts(result: ComparisonResult) -> str:
    """List what the strategies are, as rows of a table in Markdown."""
    known = result.scenario.strategies
    return "\n".join(f"| {called(result, name)} | {known[name].about} |" for name in result)


def value(forecast: Forecast, metric: str) -> float:
    """Return the mean of a figure in all."""
    return float(forecast.outcomes(metric)[0].value)


def busy(forecast: Forecast, team: str) -> float:
    """Return the share of their hours in which the people of a team work."""
    return float(forecast.outcomes("utilisation", "team")[forecast.names.teams.index(team)].value)


def beside_profit(
    draw: Callable[[Axes, ComparisonResult], None],
    result: ComparisonResult,
    marked: Collection[str],
    title: str,
) -> Figure:
    """Draw something of the strategies, and by how much they change profit beside it."""
    figure, (left, right) = side_by_side()
    draw(left, result)
    draw_profit(right, result, marked)
    right.set_title(title)
    return figure


def side_by_side(
    size: tuple[float, float] = (12, 4.8), widths: tuple[float, float] = (1, 1)
) -> tuple[Figure, tuple[Axes, Axes]]:
    """Make a picture of two panels, of a size in inches, with their widths to each other."""
    figure = Figure(figsize=size, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=widths)
    return figure, (left, right)


def draw_profit(axes: Axes, result: ComparisonResult, marked: Collection[str]) -> None:
    """Draw by how much profit differs from that of the base, in thousands; some strategies are marked."""
    others = [name for name in result if name != result.base]
    for place, name in enumerate(others):
        found = change([result[name].forecast], result[result.base].forecast, "profit")
        axes.barh(place, found.mean / 1e3, color="tab:blue" if name in marked else "tab:grey")
        axes.plot([found.low / 1e3, found.high / 1e3], [place, place], color="black", linewidth=1)
    axes.set_yticks(range(len(others)), [called(result, name) for name in others])
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlabel(f"thousand {result.scenario.currency}, with 95 % intervals")


def run(
    found: Callable[[argparse.Namespace], tuple[str, Figure]],
    description: str | None,
    years: int,
    picture: Path,
) -> int:
    """Do an experiment: print its text, and write it and its picture into a folder.

    Parameters
    ----------
    found : callable
        Takes the options, simulates, and returns the text and the picture.
    description : str or None
        What the experiment is, for `--help`.
    years : int
        How many periods of each strategy are simulated unless asked otherwise.
    picture : path
        Where the picture goes unless asked otherwise; the text goes beside it.
    """
    options = _asked(description, years, picture.parent)
    text, drawn = found(options)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "result.md").write_text(text, encoding="utf-8")
    drawn.savefig(options.out / picture.name, dpi=100, metadata={"Software": None})
    print(text)
    return 0


def _asked(description: str | None, years: int, out: Path) -> argparse.Namespace:
    """Read the options of an experiment."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--years", type=int, default=years, help="simulated periods of each strategy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worlds at the same time")
    parser.add_argument("--out", type=Path, default=out, help="folder of result.md and the picture")
    return parser.parse_args()
