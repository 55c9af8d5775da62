"""Which of four promises a closed loop between sales and marketing keeps: `make alignment`.

Writes `result.md` and `claims.png` beside this file, and prints the first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from experiments.paired import (
    Floats,
    Found,
    Results,
    change,
    estimate,
    in_words,
    percent,
    run,
    simulated,
    table,
)
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.engines import history
from funnelsim.forecast import Forecast
from funnelsim.model.words import DAY, Event, Flag
from funnelsim.scenario import Scenario, courses_of, load
from funnelsim.studies.pilot import settled

PRESET, TODAY, CLOSED = "alignment", "today", "closed_loop"
OTHERS = ("marketing_learns", "keep_them_warm", CLOSED)
YEARS = 800
WORLDS = 50  # whose contracts are looked at one by one
PICTURE = Path(__file__).with_name("claims.png")

SAYS = """# Four promises of a closed loop

Written by `make alignment` (`python -m experiments.alignment.claims`): the preset `{preset}`, {years:,}
simulated periods of 24 months of each strategy, seed {seed}. Changes are against today in the same simulated
periods; each interval is at 95 %. Nothing is tuned to the four promises. How well marketing learns, and how
many come back from nurture, is assumed: other assumptions can give other answers.

{table}

*Cost* is the cost to win a customer: marketing, sales and nurture, for each contract. *Return* is the return
on investment over the terms of the contracts. *Cycle* is the mean time from a company's first inquiry to its
contract. *Spread* is the standard deviation of a month's revenue between simulated periods, over its mean,
averaged over the 24 months. Revenue is what contracts earn in the month, each evenly over its term of a year;
contracts from before the three months of warm-up are not in it.

## The closed loop against today

{claims}

## Why

{reasons}

![The change of each of the four figures, by strategy](claims.png)

Green background: the promised side. Green: borne out; red: the opposite; grey: undecided.
"""


class Claim(NamedTuple):
    """A promise, and the figure that tells whether it is kept."""

    promise: str
    column: str
    unit: str  # of the figure as written
    scale: float
    decimals: int
    more: bool  # whether more of the figure is what is promised


CLAIMS = {
    "cac": Claim("Lower cost", "cost, USD", "USD", 1.0, 0, more=False),
    "roi": Claim("Higher return", "return, %", "points", 100.0, 1, more=True),
    "cycle_length": Claim("A shorter cycle", "cycle, days", "days", 1.0, 1, more=False),
    "spread": Claim("More predictable revenue", "spread, %", "points", 100.0, 2, more=False),
}


class Promises(NamedTuple):
    """What was simulated."""

    firm: Scenario
    results: Results

    def forecast(self, name: str) -> Forecast:
        """Return the forecast of a strategy."""
        return self.results[name].forecast

    def value(self, metric: str, name: str) -> float:
        """Return a figure of a strategy."""
        if metric == "spread":
            monthly = self.monthly(name)
            return float(spread(monthly.mean(axis=0), (monthly**2).mean(axis=0)))
        return self.forecast(name).outcomes(metric)[0].value

    def change(self, metric: str, name: str) -> Found:
        """Estimate by how much a strategy changes a figure."""
        if metric == "spread":
            return change_of_spread(self.monthly(name), self.monthly(TODAY))
        return change([self.forecast(name)], self.forecast(TODAY), metric)

    def monthly(self, name: str, metric: str = "revenue") -> Floats:
        """Return what contracts, as drawn, bring in each month of each simulated period: (R, months)."""
        return self.forecast(name).values(metric, "month")


class Cycles(NamedTuple):
    """The contracts of a strategy: who came back from nurture, and the mean cycle in days."""

    back: float  # share
    of_those_back: float
    of_the_others: float


# ---- what is measured -------------------------------------------------------------------------


def spread(means: Floats, squares: Floats) -> Floats:
    """Compute the spread from the mean of each month's revenue, and of its square: months first."""
    return np.asarray((np.sqrt(squares - means**2) / means).mean(axis=0))


def change_of_spread(mine: Floats, its: Floats) -> Found:
    """Estimate by how much the spread of monthly revenue differs between two strategies."""
    months = mine.shape[1]
    columns = [values[:, [month]] for values in (mine, mine**2, its, its**2) for month in range(months)]

    def differing(*sums: Floats) -> Floats:
        mean, square, its_mean, its_square = np.reshape(sums, (4, months, *np.shape(sums[0])))
        return spread(mean, square) - spread(its_mean, its_square)

    return estimate(columns, differing)


def cycles(firm: Scenario, name: str, seed: int) -> Cycles:
    """Look at the contracts of the period's inquiries one by one, in a few worlds."""
    course = courses_of(firm, [name])[name].typed
    months = course[-1].model.months
    days, back = [], []
    for world in range(WORLDS):
        rows = history("compiled", course, seed, world)
        won = rows[
            (rows["event"] == Event.WON) & (rows["created"] >= months[0]) & (rows["created"] < months[-1])
        ]
        days.append((won["time"] - won["created"]) / DAY)
        back.append((won["flags"] & Flag.RETURNED) > 0)
    cycle, returned = np.concatenate(days), np.concatenate(back)
    means = (float(cycle[which].mean()) if which.any() else np.nan for which in (returned, ~returned))
    return Cycles(float(returned.mean()), *means)


# ---- what is written --------------------------------------------------------------------------


def tabulated(promises: Promises) -> str:
    """Tabulate the four figures of each strategy, and how they change."""
    rows = []
    for name in (TODAY, *OTHERS):
        cells = [in_words(name)]
        for metric, claim in CLAIMS.items():
            value = f"{claim.scale * promises.value(metric, name):,.{claim.decimals}f}"
            changed = (
                promises.change(metric, name).signed(claim.scale, claim.decimals) if name != TODAY else ""
            )
            cells.append(f"{value}<br>{changed}" if changed else value)
        rows.append(cells)
    return table(["strategy", *(claim.column for claim in CLAIMS.values())], rows)


def verdict(claim: Claim, found: Found) -> str:
    """Say whether a promise is kept."""
    if not found.sure:
        return "undecided"
    return "borne out" if (found.mean > 0) == claim.more else "the opposite"


def claims(promises: Promises) -> str:
    """Say of each promise whether it is kept, and how sure that is."""
    said = []
    for metric, claim in CLAIMS.items():
        found = promises.change(metric, CLOSED)
        before, after = (claim.scale * promises.value(metric, name) for name in (TODAY, CLOSED))
        unit = "%" if claim.unit == "points" else claim.unit
        said.append(
            f"- **{claim.promise}: {verdict(claim, found)}.** From {before:,.{claim.decimals}f} to "
            f"{after:,.{claim.decimals}f} {unit}, a change of {found.signed(claim.scale, claim.decimals)} "
            f"{claim.unit}."
        )
    return "\n".join(said)


def reasons(promises: Promises, seed: int) -> str:
    """Say why the figures change as they do."""
    return "\n".join([of_money(promises), of_the_cycle(promises, seed), of_the_spread(promises)])


def of_money(promises: Promises) -> str:
    """Say where lower cost and higher return come from."""
    won, cost = ([promises.value(metric, name) for name in (TODAY, CLOSED)] for metric in ("won", "cost"))
    commission, touches, programme = (
        f"{promises.change(metric, CLOSED).mean / 1000:,.0f}"
        for metric in ("commission_cost", "nurture_cost", "change_cost")
    )
    return (
        f"- **Cost and return.** The closed loop signs {won[1]:,.0f} contracts in 24 months instead of "
        f"{won[0]:,.0f}, {percent(won[1] / won[0] - 1, 0)} more, for {percent(cost[1] / cost[0] - 1)} more "
        f"money. That is {(cost[1] - cost[0]) / 1000:,.0f} thousand USD: {commission} for commission, "
        f"{touches} for touches and {programme} for the programme of nurture."
    )


def of_the_cycle(promises: Promises, seed: int) -> str:
    """Say whose cycle is long."""
    today, closed = (cycles(promises.firm, name, seed) for name in (TODAY, CLOSED))
    team = promises.forecast(TODAY).names.teams.index("sales")
    busy = [promises.forecast(name).outcomes("utilisation", "team")[team].value for name in (TODAY, CLOSED)]
    return (
        f"- **Cycle.** {percent(closed.back)} of its contracts are with companies that came back from "
        f"nurture. Their clock runs from the first inquiry: {closed.of_those_back:,.0f} days on average. "
        "Today they never sign, and so are in no cycle. All others take "
        f"{closed.of_the_others:.1f} days; today's take {today.of_the_others:.1f}. Sales is busier, too: "
        f"{percent(busy[1], 0)} of its hours instead of {percent(busy[0], 0)}. "
        f"(Cycles here are those of {WORLDS} simulated periods.)"
    )


def of_the_spread(promises: Promises) -> str:
    """Say what of the spread comes from there being more contracts."""
    its, mine = (promises.monthly(name) for name in (TODAY, CLOSED))
    evened = its.std(axis=0) / np.sqrt(its.mean(axis=0) * mine.mean(axis=0))
    money = [each.std(axis=0).mean() / 1000 for each in (its, mine)]
    signed = change_of_spread(*(promises.monthly(name, "bookings") for name in (CLOSED, TODAY)))
    return (
        f"- **Spread.** More contracts even each other out: more revenue of the same kind would bring the "
        f"spread to {percent(float(evened.mean()), 2)}. In money it grows, from {money[0]:,.1f} to "
        f"{money[1]:,.1f} thousand USD in a month. Of what is signed in a month (bookings), the spread "
        f"changes by {signed.signed(100, 1)} points."
    )


# ---- the picture ------------------------------------------------------------------------------


def drawn(promises: Promises) -> Figure:
    """Draw by how much each strategy changes each of the four figures, and which side is promised."""
    figure = Figure(figsize=(12, 3.2), layout="constrained")
    panels = figure.subplots(1, len(CLAIMS), sharey=True)
    for axes, (metric, claim) in zip(panels, CLAIMS.items(), strict=True):
        draw_claim(axes, claim, [promises.change(metric, name) for name in OTHERS])
    panels[0].set_yticks(range(len(OTHERS)), [in_words(name) for name in OTHERS])
    panels[0].set_ylim(len(OTHERS) - 0.5, -0.5)
    return figure


def draw_claim(axes: Axes, claim: Claim, found: Sequence[Found]) -> None:
    """Draw the changes of one figure with their intervals; green is the promised side."""
    for place, each in enumerate(found):
        mean, low, high = (claim.scale * end for end in each)
        color = {"borne out": "tab:green", "the opposite": "tab:red"}.get(verdict(claim, each), "tab:grey")
        axes.plot([low, high], [place, place], color=color, linewidth=2)
        axes.plot([mean], [place], "o", color=color)
    reach = 1.15 * claim.scale * max(abs(end) for each in found for end in each)
    axes.set_xlim(-reach, reach)
    axes.axvspan(*((0, reach) if claim.more else (-reach, 0)), color="tab:green", alpha=0.08)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set(title=f"{claim.promise}?", xlabel=f"change against today, {claim.unit}")


# ---- the experiment ---------------------------------------------------------------------------


def compared(options: argparse.Namespace) -> tuple[str, Figure]:
    """Simulate the strategies, and return text and picture."""
    firm = settled(load(PRESET), options.jobs)
    promises = Promises(firm, simulated(firm, (TODAY, *OTHERS), options))
    text = SAYS.format(
        preset=PRESET,
        years=options.years,
        seed=options.seed,
        table=tabulated(promises),
        claims=claims(promises),
        reasons=reasons(promises, options.seed),
    )
    return text, drawn(promises)


if __name__ == "__main__":
    sys.exit(run(compared, __doc__, YEARS, PICTURE))
