"""What seven levers bring one by one, and what they bring at once: `make levers`.

Writes `result.md` and `levers.png` beside this file, and prints the first.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from experiments.paired import Found, Results, change, in_words, percent, run, simulated, table
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from funnelsim.scenario import Scenario, from_document, load
from funnelsim.studies.pilot import settled

PRESET, TODAY, ALL, STRICTER = "junk_leads", "today", "all_seven", "all_seven_and_a_stricter_desk"
PASSES_AT = "stages.qualification.passes_at +="
LEVERS = load(PRESET).strategies[ALL].combines
MONTH_OF_THE_SOURCE, SHARE_OF_THE_SOURCE, HEALTHY = 18, 0.23, 0.10
YEARS = 400
PICTURE = Path(__file__).with_name("levers.png")

SAYS = """# Seven levers against junk, one by one and at once

Written by `make levers` (`python -m experiments.junk_leads.levers`): the preset `{preset}`, {years:,}
simulated periods of 24 months of each strategy, seed {seed}. Changes are against today in the same simulated
periods, with 95 % intervals. Profit is in thousand USD over the whole period. No lever costs money outside
the firm, but their hours count. One number is tuned: the chance that a flawless lead is rejected, so that the
junk rate is 40 % today. Nothing is tuned to anything else.

## One by one

{alone}

{one_by_one}

![Junk rate by month, and what the levers bring](levers.png)

## One after the other

The strongest first, each added to those above it.

{steps}

{beside_the_source}

{what_it_takes}
"""


class Levers(NamedTuple):
    """What was simulated: today, each lever, the strongest few together, and all seven."""

    results: Results
    order: list[str]  # the levers, the strongest first

    @property
    def steps(self) -> list[str]:
        """Name the strategies of the strongest lever, of the two strongest, and so on."""
        return [*("+".join(self.order[:count]) for count in range(1, len(self.order))), ALL]

    def junk(self, name: str) -> float:
        """Return the junk rate of a strategy over the period."""
        return self.results[name].forecast.outcomes("junk_rate")[0].value

    def by_month(self, name: str) -> list[float]:
        """Return the junk rate of each month's inquiries."""
        return [each.value for each in self.results[name].forecast.outcomes("junk_rate", "month")]

    def surely(self, name: str) -> str:
        """Write the junk rate of a strategy over the period, with its interval."""
        found = self.results[name].forecast.estimate("junk_rate")
        return f"{percent(found.mean)} ({100 * found.low:.1f} to {100 * found.high:.1f})"

    def late(self, name: str) -> float:
        """Return the junk rate in the month with which the source is compared."""
        return self.by_month(name)[MONTH_OF_THE_SOURCE - 1]

    def change(self, metric: str, *names: str, base: str = TODAY) -> Found:
        """Estimate what strategies change, each by itself, and add it up."""
        forecasts = [self.results[name].forecast for name in names]
        return change(forecasts, self.results[base].forecast, metric)


# ---- what is simulated ------------------------------------------------------------------------


def scenario() -> Scenario:
    """Load the preset, with one strategy more: all seven, and a desk that wants one good answer more."""
    document = load(PRESET).document
    document["strategies"][STRICTER] = {"combines": [ALL], "change": {PASSES_AT: 1}}
    return from_document(document)


def pulled(options: argparse.Namespace) -> Levers:
    """Simulate each lever, then the strongest ones together, all in the same worlds."""
    firm = settled(scenario(), options.jobs)
    alone = simulated(firm, (TODAY, *LEVERS, ALL, STRICTER), options)
    levers = Levers(alone, [])
    levers = Levers(alone, sorted(LEVERS, key=levers.junk))
    return levers._replace(results={**alone, **simulated(firm, levers.steps[1:-1], options)})


# ---- what is written --------------------------------------------------------------------------


def figures(levers: Levers, name: str) -> list[str]:
    """Write a strategy's junk rates, and what it changes."""
    rates = [percent(levers.junk(name)), percent(levers.late(name))]
    if name == TODAY:
        return [*rates, "", "", ""]
    points, won, profit = (levers.change(metric, name) for metric in ("junk_rate", "won", "profit"))
    return [*rates, points.signed(100, 1), won.signed(), profit.signed(1e-3)]


def tables(levers: Levers) -> tuple[str, str]:
    """Tabulate the levers alone, and one after the other."""
    head = ["junk rate", f"in month {MONTH_OF_THE_SOURCE}", "change, points", "contracts", "profit"]
    alone = [[in_words(name), *figures(levers, name)] for name in (TODAY, *LEVERS, ALL)]
    added = ["", *(in_words(name) for name in levers.order), "a stricter desk"]
    steps = [
        [f"+ {name}" if name else TODAY, *figures(levers, step)]
        for name, step in zip(added, [TODAY, *levers.steps, STRICTER], strict=True)
    ]
    return table(["strategy", *head], alone), table(["levers", *head], steps)


def one_by_one(levers: Levers) -> str:
    """Compare what the levers bring one by one with what they bring at once."""
    rate, profit = (beside(levers, metric) for metric in ("junk_rate", "profit"))
    today = levers.junk(TODAY)
    left = today * math.prod(levers.junk(name) / today for name in LEVERS)
    said = (
        f"**Junk.** What the levers do alone adds up to {rate[0].signed(100, 1)} points of the junk "
        f"rate. All seven at once make it {rate[1].signed(100, 1)}{rate[2]}. If each took its own share "
        f"off what the others leave, {percent(left)} would be left; {percent(levers.junk(ALL))} is.\n\n"
        f"**Profit.** What the levers bring alone adds up to {profit[0].signed(1e-3)}. All seven at once "
        f"bring {profit[1].signed(1e-3)}{profit[2]}."
    )
    losing = [in_words(name) for name in LEVERS if levers.change("profit", name).high < 0]
    return f"{said} Pulled alone, {listed(losing)} would lose money." if losing else said


def beside(levers: Levers, metric: str) -> tuple[Found, Found, str]:
    """Return what the levers change alone, added up, what they change at once, and which is more."""
    alone, at_once = (levers.change(metric, *names) for names in (LEVERS, (ALL,)))
    if alone.low <= at_once.high and at_once.low <= alone.high:
        return alone, at_once, ""
    more = abs(at_once.mean) > abs(alone.mean)
    return alone, at_once, ", more than the sum" if more else ", less than the sum"


def beside_the_source(levers: Levers) -> str:
    """Compare month 18 with the source."""
    source = percent(SHARE_OF_THE_SOURCE, 0)
    few = [step for step in levers.steps if levers.late(step) <= SHARE_OF_THE_SOURCE]
    enough = f"All seven do not bring it to {source}."
    if few:
        names = levers.order[: levers.steps.index(few[0]) + 1]
        enough = f"For {source} in that month, {listed(names)} would be enough."
    return (
        f"**Beside the source.** There, all seven brought junk from 40 % to {source}, a year and a half "
        f"into the work. Here it is {percent(levers.late(ALL))} in month {MONTH_OF_THE_SOURCE}. {enough} "
        "How strong each lever is, is assumed. This firm also pulls all of them on the first day, "
        "and in full."
    )


def what_it_takes(levers: Levers) -> str:
    """Say which levers bring junk to what is healthy, and what a stricter desk would cost."""
    few = [step for step in levers.steps if levers.junk(step) <= HEALTHY]
    said = f"All seven do not reach it: the junk rate is {levers.surely(ALL)}."
    if few:
        count = levers.steps.index(few[0]) + 1
        names = "All seven are" if few[0] == ALL else f"The strongest {count} are"
        said = f"{names} enough: the junk rate is {levers.surely(few[0])}."
    won, profit = (levers.change(metric, STRICTER, base=ALL) for metric in ("won", "profit"))
    return (
        f"**What it takes to reach {percent(HEALTHY, 0)}** over the whole period. {said} If the desk then "
        f"wants one more good answer, it is {levers.surely(STRICTER)}. Against all seven, that changes "
        f"contracts by {won.signed()} and profit by {profit.signed(1e-3)}. The desk errs, too: a stricter "
        "one turns away more companies that would have bought."
    )


def listed(names: Sequence[str]) -> str:
    """List names in a sentence."""
    *first, last = (f"*{in_words(name)}*" for name in names)
    return f"{', '.join(first)} and {last}" if first else last


# ---- the picture ------------------------------------------------------------------------------


def drawn(levers: Levers) -> Figure:
    """Draw the junk rate by month, and what each lever brings beside what all bring at once."""
    figure = Figure(figsize=(12, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_months(left, levers)
    draw_levers(right, levers)
    return figure


def draw_months(axes: Axes, levers: Levers) -> None:
    """Draw the junk rate of each month's inquiries."""
    months = np.arange(1, len(levers.by_month(TODAY)) + 1)
    axes.plot(months, levers.by_month(TODAY), color="black", label="today")
    for name in LEVERS:
        axes.plot(months, levers.by_month(name), color="tab:grey", linewidth=0.8)
    axes.plot([], [], color="tab:grey", linewidth=0.8, label="each lever alone")
    axes.plot(months, levers.by_month(ALL), color="tab:blue", label="all seven at once")
    point = "the source, all seven"
    axes.plot([MONTH_OF_THE_SOURCE], [SHARE_OF_THE_SOURCE], "o", color="tab:orange", label=point, zorder=3)
    axes.axhline(HEALTHY, color="tab:green", linewidth=0.8, linestyle="--", label="healthy: at most 10 %")
    axes.set(xlabel="month of the inquiry", ylabel="junk rate", ylim=(0, None), title="Junk rate by month")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0.0, 0.27))


def draw_levers(axes: Axes, levers: Levers) -> None:
    """Draw what each lever takes off the junk rate, their sum, and all at once."""
    bars = [(in_words(name), levers.change("junk_rate", name), "tab:grey") for name in LEVERS]
    bars += [
        ("the seven, added up", levers.change("junk_rate", *LEVERS), "tab:orange"),
        ("all seven at once", levers.change("junk_rate", ALL), "tab:blue"),
    ]
    for place, (_, found, color) in enumerate(bars):
        axes.barh(place, -100 * found.mean, color=color)
        axes.plot([-100 * found.low, -100 * found.high], [place, place], color="black", linewidth=1)
    axes.set_yticks(range(len(bars)), [name for name, _, _ in bars])
    axes.invert_yaxis()
    axes.set(
        xlabel="points off the junk rate of the period, with 95 % intervals", title="One by one and at once"
    )


# ---- the experiment ---------------------------------------------------------------------------


def compared(options: argparse.Namespace) -> tuple[str, Figure]:
    """Simulate the levers, and return text and picture."""
    levers = pulled(options)
    alone, steps = tables(levers)
    text = SAYS.format(
        preset=PRESET,
        years=options.years,
        seed=options.seed,
        alone=alone,
        one_by_one=one_by_one(levers),
        steps=steps,
        beside_the_source=beside_the_source(levers),
        what_it_takes=what_it_takes(levers),
    )
    return text, drawn(levers)


if __name__ == "__main__":
    sys.exit(run(compared, __doc__, YEARS, PICTURE))
