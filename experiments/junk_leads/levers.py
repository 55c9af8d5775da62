"""What seven levers bring one by one, and what they bring at once: `make levers`.

Writes `result.md` and `levers.png` beside this file, and prints the first.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

import funnelsim as fs
from funnelsim.forecast import bootstrap_t
from funnelsim.forecast.resampling import Precision
from funnelsim.metrics import FIGURES
from funnelsim.studies.results import ComparisonResult

Floats = NDArray[np.float64]

PRESET, TODAY, ALL = "junk_leads", "today", "all_seven"
LEVERS = (
    "describe_the_buyer",
    "verify_each_lead",
    "remove_theorists",
    "match_volume",
    "train_first_contact",
    "assign_transparently",
    "ask_for_reasons",
)
MONTH_OF_THE_SOURCE, SHARE_OF_THE_SOURCE, HEALTHY = 18, 0.23, 0.10
HERE = Path(__file__).parent

SAYS = """# Seven levers against junk, one by one and at once

Written by `make levers` (`python experiments/junk_leads/levers.py`): the preset `{preset}`,
{years:,} simulated periods of 24 months of each strategy, seed {seed}. Intervals are at 95 %, of the mean,
from paired simulated periods.

{table}

{reading}

![Junk rate by month, and what the levers bring](levers.png)
"""


class Found(NamedTuple):
    """A change, with its 95 % interval."""

    mean: float
    low: float
    high: float


class Sum(NamedTuple):
    """A figure of all levers: the sum of what each brings alone, and what they bring at once."""

    alone: Found
    at_once: Found


# ---- what is simulated ------------------------------------------------------------------------


def cumulated(order: Sequence[str]) -> list[str]:
    """Name the strategies of the first lever, of the first two, and so on, as `compare` takes them."""
    return ["+".join(order[: count + 1]) for count in range(1, len(order) - 1)]


def compared(names: Sequence[str], years: int, seed: int, jobs: int) -> ComparisonResult:
    """Simulate strategies in the same worlds."""
    return fs.compare(fs.load(PRESET), strategies=list(names), replications=years, seed=seed, jobs=jobs)


def junk(result: ComparisonResult, name: str) -> float:
    """Return the junk rate of a strategy over the period."""
    return result[name].forecast.by("junk_rate", "all").estimates[0].mean


def by_month(result: ComparisonResult, name: str) -> list[float]:
    """Return the junk rate of each month's inquiries."""
    return [each.mean for each in result[name].forecast.by("junk_rate", "month").estimates]


def alone(result: ComparisonResult, metric: str) -> dict[str, Found]:
    """Return by how much each strategy changes a figure."""
    found = result.comparison.differences(metric)
    return {name: Found(each.mean, each.low, each.high) for name, each in found.items()}


def added_up(result: ComparisonResult, metric: str) -> Sum:
    """Compare the sum of the changes of seven levers with the change of all at once."""
    names = (TODAY, *LEVERS, ALL)
    each_has = [parts_of(result, name, metric) for name in names]
    count, formula = len(each_has[0]), FIGURES[metric].formula

    def change(number: int, sums: Sequence[Floats]) -> Floats:
        first = number * count
        return np.asarray(formula(*sums[first : first + count]) - formula(*sums[:count]))

    def of_each(*sums: Floats) -> Floats:
        return np.asarray(sum(change(number, sums) for number in range(1, len(names) - 1)))

    def at_once(*sums: Floats) -> Floats:
        return change(len(names) - 1, sums)

    everything = tuple(part for parts in each_has for part in parts)
    return Sum(*(interval(bootstrap_t(everything, each)) for each in (of_each, at_once)))


def parts_of(result: ComparisonResult, name: str, metric: str) -> Sequence[Floats]:
    """Return the sums that a strategy's figure is made from."""
    forecast = result[name].forecast
    return forecast.parts(metric, "all", forecast.expected)


def interval(precision: Precision) -> Found:
    """Return an estimate with its interval."""
    return Found(*(float(ends[0]) for ends in (precision.value, precision.low, precision.high)))


# ---- what is written --------------------------------------------------------------------------


def table(result: ComparisonResult, names: Sequence[str]) -> str:
    """Tabulate junk, contracts and profit of each strategy, and the changes against today."""
    change = {metric: alone(result, metric) for metric in ("junk_rate", "won", "profit")}
    head = ("strategy", "junk rate", "change, points", "in month 18", "contracts", "profit, thousand")
    rows = [
        f"| {' | '.join(head)} |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in names:
        cells = [
            name,
            f"{junk(result, name):.1%}",
            "",
            f"{by_month(result, name)[MONTH_OF_THE_SOURCE - 1]:.1%}",
        ]
        if name == TODAY:
            cells += ["", ""]
        else:
            own = {metric: found[name] for metric, found in change.items()}
            cells[2] = spread(own["junk_rate"], 100, 1)
            cells += [spread(own["won"], 1, 1), spread(own["profit"], 1e-3, 0)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def spread(found: Found, scale: float, decimals: int) -> str:
    """Write a mean with its interval."""
    value, low, high = (each * scale for each in (found.mean, found.low, found.high))
    return f"{value:+,.{decimals}f} ({low:+,.{decimals}f} to {high:+,.{decimals}f})"


def reading(result: ComparisonResult, order: Sequence[str], steps: Mapping[int, float]) -> str:
    """Say what the figures show."""
    sums = {metric: added_up(result, metric) for metric in ("junk_rate", "profit")}
    rate, profit = sums["junk_rate"], sums["profit"]
    month = by_month(result, ALL)[MONTH_OF_THE_SOURCE - 1]
    enough = [count for count, share in steps.items() if share <= HEALTHY]
    takes = "All seven together do not reach it."
    if enough:
        pulled = ", ".join(order[: enough[0]])
        takes = (
            f"It takes {enough[0]} of them, the strongest first: {pulled} (junk rate {steps[enough[0]]:.1%})."
        )
    points, money = (spread(each, 100, 1) for each in rate), (spread(each, 1e-3, 0) for each in profit)
    said = [
        "**One by one and at once.** The seven levers move the junk rate by {} points if what each "
        "does alone is added up, and by {} points at once. Of profit, in thousands, they bring {} and {}.",
        f"**Beside the source.** There all seven brought junk from 40 % to {SHARE_OF_THE_SOURCE:.0%}, "
        f"a year and a half into the work. Here it is {month:.1%} in month {MONTH_OF_THE_SOURCE}. "
        "Nothing was tuned to it: how strong each lever is, is assumed.",
        f"**What it takes to reach {HEALTHY:.0%}.** {takes}",
    ]
    said[0] = said[0].format(*points, *money)
    return "\n\n".join(said)


def draw(path: Path, result: ComparisonResult) -> None:
    """Draw the junk rate by month, and what each lever brings beside what all bring at once."""
    figure = Figure(figsize=(11, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    draw_months(left, result)
    draw_levers(right, result)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def draw_months(axes: Axes, result: ComparisonResult) -> None:
    """Draw the junk rate of each month's inquiries."""
    months = np.arange(1, len(by_month(result, TODAY)) + 1)
    for name in LEVERS:
        axes.plot(months, by_month(result, name), color="tab:grey", linewidth=0.8)
    axes.plot([], [], color="tab:grey", linewidth=0.8, label="each lever alone")
    axes.plot(months, by_month(result, TODAY), color="black", label="today")
    axes.plot(months, by_month(result, ALL), color="tab:blue", label="all seven")
    axes.plot(
        [MONTH_OF_THE_SOURCE],
        [SHARE_OF_THE_SOURCE],
        "o",
        color="tab:orange",
        label="the source, after 1.5 years",
    )
    axes.axhline(HEALTHY, color="tab:green", linewidth=0.8, linestyle="--", label="healthy")
    axes.set(xlabel="month of the period", ylabel="junk rate", ylim=(0, None))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, loc="lower left")


def draw_levers(axes: Axes, result: ComparisonResult) -> None:
    """Draw what each lever takes off the junk rate, their sum, and all at once."""
    own = alone(result, "junk_rate")
    sums = added_up(result, "junk_rate")
    bars = [(name, own[name], "tab:grey") for name in LEVERS]
    bars += [
        ("sum of the seven alone", sums.alone, "tab:orange"),
        ("all seven at once", sums.at_once, "tab:blue"),
    ]
    for place, (_, found, color) in enumerate(bars):
        axes.barh(place, -100 * found.mean, color=color)
        axes.plot([-100 * found.low, -100 * found.high], [place, place], color="black", linewidth=1)
    axes.set_yticks(range(len(bars)), [name.replace("_", " ") for name, _, _ in bars])
    axes.invert_yaxis()
    axes.set(xlabel="points off the junk rate of the period")


def write_results(out: Path, years: int, seed: int, jobs: int) -> str:
    """Simulate, write text and picture into a folder, and return the text."""
    result = compared((TODAY, *LEVERS, ALL), years, seed, jobs)
    order = sorted(LEVERS, key=lambda name: junk(result, name))
    several = compared((TODAY, *cumulated(order)), years, seed, jobs)
    steps = {1: junk(result, order[0])}
    steps |= {name.count("+") + 1: junk(several, name) for name in cumulated(order)} | {7: junk(result, ALL)}
    text = SAYS.format(
        preset=PRESET,
        years=years,
        seed=seed,
        table=table(result, (TODAY, *LEVERS, ALL)),
        reading=reading(result, order, steps),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "result.md").write_text(text, encoding="utf-8")
    draw(out / "levers.png", result)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=400, help="simulated periods of each strategy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=HERE, help="folder of result.md and the picture")
    options = parser.parse_args(arguments)
    print(write_results(options.out, options.years, options.seed, options.jobs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
