"""Which of four promises a closed loop between sales and marketing keeps."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from experiments.paired import Floats, Found, estimate, in_words, percent, table
from experiments.studied import COLOURS, Asked, At, Finding, Row, Studied, run
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.engines import history
from funnelsim.model.words import DAY, Event, Flag
from funnelsim.scenario import courses_of

TODAY, CLOSED = "today", "closed_loop"
OTHERS = ("marketing_learns", "keep_them_warm", CLOSED)
WORLDS = 50  # whose contracts are looked at one by one
BORNE_OUT, OPPOSITE, UNDECIDED = VERDICTS = ("borne out", "the opposite", "undecided")
BLUE, ORANGE, *_ = COLOURS
COLOUR = {BORNE_OUT: BLUE, OPPOSITE: ORANGE, UNDECIDED: "#999999"}

SAYS = """# Closing the loop between sales and marketing: which of four promises hold?

**Question.** Sales reports what becomes of each lead, marketing learns whom to look for, and whoever is not
ready is kept warm. Does that bring lower cost, a higher return, a shorter cycle and more predictable revenue?

**Answer.** {answer}

![The change of each of the four figures, by strategy](claims.png)

Shaded: the promised side. Blue: borne out; orange: the opposite; grey: undecided.

The firm is the preset `alignment`; a simulated year is here a period of 24 months. {made}

**What is assumed.** How well marketing learns, and how many come back from nurture, is assumed: other
assumptions can give other answers. Nothing is tuned to the four promises.

## Three strategies

{table}

All changes are against today. *Cost* is the cost to win a customer: marketing, sales and nurture, for each
contract. *Return* is the return on investment over the terms of the contracts. *Cycle* is the mean time from
a company's first inquiry to its contract. *Spread* is the standard deviation of a month's revenue between
simulated periods, over its mean, averaged over the 24 months. Revenue is what contracts earn in the month,
each evenly over its term of a year; contracts from before the months of warm-up are not in it.

## The closed loop against today

{claims}

## Why

{reasons}
"""


class Claim(NamedTuple):
    """A promise, and the figure that tells whether it is kept."""

    promise: str
    column: str
    unit: str  # of the figure as written
    scale: float
    decimals: int
    more: bool  # whether more of the figure is what is promised
    opposite: str


CLAIMS = {
    "cac": Claim("Lower cost", "cost, USD", "USD", 1.0, 0, more=False, opposite="Higher cost"),
    "roi": Claim("Higher return", "return, %", "points", 100.0, 1, more=True, opposite="Lower return"),
    "cycle_length": Claim(
        "A shorter cycle", "cycle, days", "days", 1.0, 1, more=False, opposite="A longer cycle"
    ),
    "spread": Claim(
        "More predictable revenue",
        "spread, %",
        "points",
        100.0,
        2,
        more=False,
        opposite="Less predictable revenue",
    ),
}


@dataclass(frozen=True)
class Promises:
    """What was simulated."""

    studied: Studied

    def row(self, name: str) -> Row:
        """Find a strategy."""
        return self.studied.row(strategy=name)

    def value(self, metric: str, name: str) -> float:
        """Return a figure of a strategy."""
        if metric == "spread":
            monthly = self.monthly(name)
            return float(spread(monthly.mean(axis=0), (monthly**2).mean(axis=0)))
        return self.studied.mean(metric, self.row(name)).mean

    def change(self, metric: str, name: str) -> Found:
        """Estimate by how much a strategy changes a figure."""
        if metric == "spread":
            return change_of_spread(self.monthly(name), self.monthly(TODAY))
        return self.studied.change(metric, self.row(name), self.row(TODAY))

    def monthly(self, name: str, metric: str = "revenue") -> Floats:
        """Return what contracts, as drawn, bring in each month of each simulated period: (R, months)."""
        monthly: Floats = self.studied.result.years_by(metric, "month")[self.row(name).place]
        return monthly

    def busy(self, name: str) -> float:
        """Return the share of their hours in which the people of sales work."""
        sales = At("utilisation", "team", ["sales"])
        return self.studied.estimate(lambda share: share, (sales, self.row(name))).mean


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


def cycles(promises: Promises, name: str) -> Cycles:
    """Look at the contracts of the period's inquiries one by one, in a few worlds.

    A store keeps sums and no single contracts, so that these worlds are lived again: it takes a second.
    """
    result = promises.studied.result
    course = courses_of(result.study.scenario.with_months(result.months), [name])[name].typed
    months = course[-1].model.months
    days, back = [], []
    for world in range(min(WORLDS, result.years)):
        rows = history("compiled", course, result.study.seed, world)
        in_period = (rows["created"] >= months[0]) & (rows["created"] < months[-1])
        won = rows[(rows["event"] == Event.WON) & in_period]
        days.append((won["time"] - won["created"]) / DAY)
        back.append((won["flags"] & Flag.RETURNED) > 0)
    cycle, returned = np.concatenate(days), np.concatenate(back)
    means = (float(cycle[which].mean()) if which.any() else np.nan for which in (returned, ~returned))
    return Cycles(float(returned.mean()), *means)


# ---- what is written --------------------------------------------------------------------------


def verdict(claim: Claim, found: Found) -> str:
    """Say whether a promise is kept."""
    if not found.sure:
        return UNDECIDED
    return BORNE_OUT if (found.mean > 0) == claim.more else OPPOSITE


def answer(promises: Promises) -> str:
    """Answer the question in a few sentences."""
    by_verdict: dict[str, list[str]] = {}
    for metric, claim in CLAIMS.items():
        found = promises.change(metric, CLOSED)
        change = f"{found.signed(claim.scale, claim.decimals)} {claim.unit}"
        told = claim.promise if verdict(claim, found) != OPPOSITE else claim.opposite
        by_verdict.setdefault(verdict(claim, found), []).append(f"{told.lower()}: {change}")
    heads = {
        BORNE_OUT: "*Borne out:* {}.",
        OPPOSITE: "*The opposite happens:* {}.",
        UNDECIDED: "*Undecided:* {}.",
    }
    said = [heads[each].format("; ".join(by_verdict[each])) for each in VERDICTS if each in by_verdict]
    return " ".join(said)


def tabulated(promises: Promises) -> str:
    """Tabulate the four figures of each strategy, and how they change."""
    rows = []
    for name in (TODAY, *OTHERS):
        cells = [in_words(name)]
        for metric, claim in CLAIMS.items():
            value = f"{claim.scale * promises.value(metric, name):,.{claim.decimals}f}"
            changed = promises.change(metric, name).signed(claim.scale, claim.decimals)
            cells.append(value if name == TODAY else f"{value}<br>{changed}")
        rows.append(cells)
    return table(["strategy", *(claim.column for claim in CLAIMS.values())], rows)


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


def reasons(promises: Promises) -> str:
    """Say why the figures change as they do."""
    return "\n".join([of_money(promises), of_the_cycle(promises), of_the_spread(promises)])


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


def of_the_cycle(promises: Promises) -> str:
    """Say whose cycle is long."""
    today, closed = (cycles(promises, name) for name in (TODAY, CLOSED))
    warm, learns = (
        promises.change("cycle_length", name).signed(1, 1) for name in ("keep_them_warm", "marketing_learns")
    )
    busy = [percent(promises.busy(name), 0) for name in (TODAY, CLOSED)]
    worlds = min(WORLDS, promises.studied.result.years)
    return (
        f"- **Cycle.** *Keep them warm* alone changes it by {warm} days, *marketing learns* by {learns}. "
        f"{percent(closed.back)} of the closed loop's contracts are with companies that came back from "
        f"nurture. Their clock runs from the first inquiry: {closed.of_those_back:,.0f} days on average. "
        "Today they never sign, and so are in no cycle. All others take "
        f"{closed.of_the_others:.1f} days; today's take {today.of_the_others:.1f}. Sales is busier, too: "
        f"{busy[1]} of its hours instead of {busy[0]}. (Who came back, and how long each took, is from "
        f"{worlds} simulated periods, whose contracts are looked at one by one.)"
    )


def of_the_spread(promises: Promises) -> str:
    """Say what of the spread comes from there being more contracts."""
    its, mine = (promises.monthly(name) for name in (TODAY, CLOSED))
    evened = its.std(axis=0) / np.sqrt(its.mean(axis=0) * mine.mean(axis=0))
    money = [each.std(axis=0).mean() / 1000 for each in (its, mine)]
    signed = change_of_spread(*(promises.monthly(name, "bookings") for name in (CLOSED, TODAY)))
    return (
        f"- **Spread.** More contracts even each other out: more revenue of the same kind would bring the "
        f"spread to {percent(float(evened.mean()), 2)}. In money it goes from {money[0]:,.1f} to "
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
    """Draw the changes of one figure with their intervals; shaded is the promised side."""
    for place, each in enumerate(found):
        mean, low, high = (claim.scale * end for end in each)
        color = COLOUR[verdict(claim, each)]
        axes.plot([low, high], [place, place], color=color, linewidth=2)
        axes.plot([mean], [place], "o", color=color)
    reach = 1.15 * claim.scale * float(np.nanmax(np.abs(np.array(found))))
    axes.set_xlim(-reach, reach)
    axes.axvspan(*((0, reach) if claim.more else (-reach, 0)), color=BLUE, alpha=0.08)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set(title=f"{claim.promise}?", xlabel=f"change against today, {claim.unit}")


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the study, and return README and picture."""
    promises = Promises(asked.study())
    text = SAYS.format(
        answer=answer(promises),
        made=asked.made_by(promises.studied),
        table=tabulated(promises),
        claims=claims(promises),
        reasons=reasons(promises),
    )
    return Finding(text, {"claims.png": drawn(promises)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))
