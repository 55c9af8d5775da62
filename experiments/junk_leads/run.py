"""What seven levers against junk bring one by one, in pairs, and all at once."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from experiments.paired import Floats, Found, in_words, percent, side_by_side, table
from experiments.studied import COLOURS, Asked, Finding, Row, Studied, run
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from funnelsim.metrics.wording import listed

TODAY, ALL, STRICTER = "today", "all_seven", "a_stricter_desk"
LIMIT, HELD = "match_volume", ("leads_held", "cold_while_held", "handed_over")
MONTH_OF_THE_SOURCE, SHARE_OF_THE_SOURCE, HEALTHY = 18, 0.23, 0.10
BLUE, ORANGE, GREEN, *_ = COLOURS
GREY = "#999999"

SAYS = """# Seven levers against junk: one by one, in pairs, and all at once

**Question.** Sales rejects {today} of the leads that it contacts. What do seven known levers against it
bring: one by one, in pairs, and all at once?

**Answer.** {answer}

![The junk rate by month, and what the levers take off it](levers.png)

The firm is the preset `junk_leads`; a simulated year is here a period of 24 months. {made}

**What is assumed.** How strong each lever is, is assumed. No lever costs money outside the firm, but its
hours count. One number is tuned: the chance that a flawless lead is rejected, so that the junk rate is
{today} today. Nothing is tuned to anything else. All changes are against today. Profit is in thousand USD
over the period.

## One by one

{alone}

{one_by_one}

## In pairs

Two levers *overlap* if both at once bring less than the two alone added up, and *help each other* if both at
once bring more. The difference is the change by both, less the changes by each, all in the same worlds. On
junk, some overlap is arithmetic: what one lever has taken off, another cannot take off again.

![By how much each pair does more or less than its two levers added up](pairs.png)

{in_pairs}

{why}

{pairs}

Junk is in points of the junk rate: a difference above 0 is an overlap. Profit is in thousand USD: a
difference above 0 is help. Each of these intervals is at 95 % by itself, so that one in twenty may miss.

## One after the other

Each is added to those above it, in the order of the first table.

{steps}

{beside_the_source}

{what_it_takes}
"""


@dataclass(frozen=True)
class Levers:
    """What was simulated: each lever, each pair, the first few together, all seven, a stricter desk."""

    studied: Studied

    @cached_property
    def names(self) -> list[str]:
        """Name the levers, in the order of the study file."""
        strategies = self.studied.result.study.strategies
        return [name for name in strategies if name not in (TODAY, ALL, STRICTER) and "+" not in name]

    @property
    def steps(self) -> list[str]:
        """Name the strategies of the first lever, of the first two, and so on."""
        return [*("+".join(self.names[:count]) for count in range(1, len(self.names))), ALL]

    def row(self, name: str) -> Row:
        """Find a strategy."""
        return self.studied.row(strategy=name)

    def junk(self, name: str) -> float:
        """Return the junk rate of a strategy over the period."""
        return self.studied.mean("junk_rate", self.row(name)).mean

    def by_month(self, name: str) -> Floats:
        """Return the junk rate of each month's inquiries."""
        return self.studied.by("junk_rate", "month", self.row(name))

    def late(self, name: str) -> float:
        """Return the junk rate in the month with which the source is compared."""
        return float(self.by_month(name)[MONTH_OF_THE_SOURCE - 1])

    def change(self, metric: str, *names: str) -> Found:
        """Estimate what strategies change, each by itself, and add it up."""
        rows = [(1.0, self.row(name)) for name in names]
        return self.studied.contrast(metric, *rows, (-float(len(names)), self.row(TODAY)))

    def beyond(self, metric: str, *names: str, together: str) -> Found:
        """Estimate by how much levers together change more than each by itself, added up."""
        alone = [(-1.0, self.row(name)) for name in names]
        base = (len(names) - 1.0, self.row(TODAY))
        return self.studied.contrast(metric, (1.0, self.row(together)), *alone, base)

    @cached_property
    def pairs(self) -> dict[tuple[str, str], dict[str, Found]]:
        """Estimate by how much each pair changes junk and profit more than its two levers added up."""
        return {
            pair: {
                metric: self.beyond(metric, *pair, together="+".join(pair))
                for metric in ("junk_rate", "profit")
            }
            for pair in combinations(self.names, 2)
        }


# ---- what is written --------------------------------------------------------------------------


def answer(levers: Levers) -> str:
    """Answer the question in a few sentences."""
    junk, profit = (levers.change(metric, ALL) for metric in ("junk_rate", "profit"))
    points, money = (levers.beyond(metric, *levers.names, together=ALL) for metric in ("junk_rate", "profit"))
    strongest = min(levers.names, key=levers.junk)
    richest = max(levers.names, key=lambda name: levers.change("profit", name).mean)
    return (
        f"All seven bring it to {percent(levers.junk(ALL))}, {junk.signed(100, 1)} points: "
        f"{beside_the_sum(points, more=-1)}. Profit changes by {profit.signed(1e-3)} thousand USD: "
        f"{beside_the_sum(money)}. By itself, *{in_words(strongest)}* takes most off junk, and "
        f"*{in_words(richest)}* earns most. {count_of_pairs(levers, 'junk_rate')} "
        f"{count_of_pairs(levers, 'profit')}"
    )


def beside_the_sum(beyond: Found, more: int = 1) -> str:
    """Say whether all at once bring more or less than all alone, added up."""
    if not beyond.sure:
        return "as far as can be told, as much as the seven alone added up"
    return f"{'more' if more * beyond.mean > 0 else 'less'} than the seven alone added up"


def count_of_pairs(levers: Levers, metric: str) -> str:
    """Say of how many pairs the levers overlap, and of how many they help each other."""
    sign = -1 if metric == "junk_rate" else 1
    found = [pair[metric] for pair in levers.pairs.values()]
    helping = sum(each.sure and sign * each.mean > 0 for each in found)
    overlapping = sum(each.sure and sign * each.mean < 0 for each in found)
    what = "On junk" if metric == "junk_rate" else "On profit"
    return (
        f"{what}, {overlapping} of {len(found)} pairs overlap, {helping} help each other, and "
        f"{len(found) - helping - overlapping} just add up as far as can be told."
    )


def figures(levers: Levers, name: str) -> list[str]:
    """Write a strategy's junk rates, and what it changes."""
    rates = [percent(levers.junk(name)), percent(levers.late(name))]
    if name == TODAY:
        return [*rates, "", "", ""]
    points, won, profit = (levers.change(metric, name) for metric in ("junk_rate", "won", "profit"))
    return [*rates, points.signed(100, 1), won.signed(), profit.signed(1e-3)]


HEAD = ["junk rate", f"in month {MONTH_OF_THE_SOURCE}", "change, points", "contracts", "profit"]


def alone(levers: Levers) -> str:
    """Tabulate the levers one by one."""
    rows = [[in_words(name), *figures(levers, name)] for name in (TODAY, *levers.names, ALL)]
    return table(["strategy", *HEAD], rows)


def steps(levers: Levers) -> str:
    """Tabulate the levers one after the other, and then a stricter desk."""
    added = [TODAY, *(f"+ {in_words(name)}" for name in [*levers.names, STRICTER])]
    strategies = [TODAY, *levers.steps, STRICTER]
    rows = [[name, *figures(levers, step)] for name, step in zip(added, strategies, strict=True)]
    return table(["levers", *HEAD], rows)


def one_by_one(levers: Levers) -> str:
    """Compare what the levers bring one by one with what they bring at once."""
    today = levers.junk(TODAY)
    left = today * math.prod(levers.junk(name) / today for name in levers.names)
    said = (
        f"**Junk.** What the levers do alone adds up to {at_once(levers, 'junk_rate', 100, 1)} points. "
        f"If each took its own share off what the others leave, {percent(left)} would be left; "
        f"{percent(levers.junk(ALL))} is.\n\n"
        f"**Profit.** What the levers bring alone adds up to {at_once(levers, 'profit', 1e-3, 0)}."
    )
    losing = [f"*{in_words(name)}*" for name in levers.names if levers.change("profit", name).high < 0]
    return f"{said} Pulled alone, {listed(losing)} would lose money." if losing else said


def at_once(levers: Levers, metric: str, scale: float, decimals: int) -> str:
    """Write what the levers change alone, added up, what they change at once, and the difference."""
    parts = (
        levers.change(metric, *levers.names),
        levers.change(metric, ALL),
        levers.beyond(metric, *levers.names, together=ALL),
    )
    added, together, beyond = (each.signed(scale, decimals) for each in parts)
    return f"{added}. All seven at once make it {together}, a difference of {beyond}"


def in_pairs(levers: Levers) -> str:
    """Say which pairs overlap most, and which help each other most."""
    said = [count_of_pairs(levers, "junk_rate"), *extremes(levers, "junk_rate")]
    money = [count_of_pairs(levers, "profit"), *extremes(levers, "profit")]
    return f"{' '.join(said)}\n\n{' '.join(money)}"


def extremes(levers: Levers, metric: str) -> list[str]:
    """Name the pair that helps each other most, and the one that overlaps most, where that is sure."""
    sign, scale, decimals = (-1, 100, 1) if metric == "junk_rate" else (1, 1e-3, 0)
    ranked = sorted(levers.pairs, key=lambda pair: sign * levers.pairs[pair][metric].mean)
    said = []
    for pair, how in ((ranked[0], "overlap most"), (ranked[-1], "help each other most")):
        found = levers.pairs[pair][metric]
        if found.sure and (sign * found.mean > 0) == how.startswith("help"):
            named = listed([f"*{in_words(name)}*" for name in pair])
            said.append(f"{named} {how}: {found.signed(scale, decimals)}.")
    return said


def why(levers: Levers) -> str:
    """Say what becomes of a limit to what is handed down, alone and beside two other levers."""
    limit, verified, assigned = (
        {metric: levers.studied.mean(metric, levers.row(name)).mean for metric in HELD}
        for name in (LIMIT, f"verify_each_lead+{LIMIT}", f"{LIMIT}+assign_transparently")
    )
    return (
        f"**Why *{in_words(LIMIT)}* needs the others.** Alone it holds back leads {limit['leads_held']:,.0f} "
        f"times, and {limit['cold_while_held']:,.0f} go cold meanwhile. Beside *verify each lead* there is "
        f"room for nearly all that is handed down: it holds back {verified['leads_held']:,.0f} and loses "
        f"{verified['cold_while_held']:,.0f}. Beside *assign transparently* it holds back as many, "
        f"{assigned['leads_held']:,.0f}, but newcomers have their share of the work: sales has "
        f"{assigned['handed_over']:,.0f} first contacts instead of {limit['handed_over']:,.0f}."
    )


def pairs(levers: Levers) -> str:
    """Tabulate what each pair does, and by how much that is more than its two levers added up."""
    head = ["pair", "junk, both", "difference from the sum", "profit, both", "difference from the sum"]
    rows = []
    for pair, beyond in levers.pairs.items():
        both = "+".join(pair)
        rows.append(
            [
                " + ".join(map(in_words, pair)),
                levers.change("junk_rate", both).signed(100, 1),
                beyond["junk_rate"].signed(100, 1),
                levers.change("profit", both).signed(1e-3),
                beyond["profit"].signed(1e-3),
            ]
        )
    return table(head, rows)


def beside_the_source(levers: Levers) -> str:
    """Compare month 18 with the source."""
    source = percent(SHARE_OF_THE_SOURCE, 0)
    few = [step for step in levers.steps if levers.late(step) <= SHARE_OF_THE_SOURCE]
    enough = f"All seven do not bring it to {source}."
    if few:
        names = [f"*{in_words(name)}*" for name in levers.names[: levers.steps.index(few[0]) + 1]]
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
    rate = levers.studied.mean("junk_rate", levers.row(few[0] if few else ALL)).plain(100, 1)
    said = f"All seven do not reach it: the junk rate is {rate} %."
    if few:
        count = levers.steps.index(few[0]) + 1
        names = "All seven are" if few[0] == ALL else f"The first {count} are"
        said = f"{names} enough: the junk rate is {rate} %."
    strict = levers.studied.mean("junk_rate", levers.row(STRICTER)).plain(100, 1)
    won, profit = (
        levers.studied.change(metric, levers.row(STRICTER), levers.row(ALL)) for metric in ("won", "profit")
    )
    return (
        f"**What it takes to reach {percent(HEALTHY, 0)}** over the whole period. {said} If the desk then "
        f"wants one more good answer, it is {strict} %. Against all seven, that changes "
        f"contracts by {won.signed()} and profit by {profit.signed(1e-3)}. The desk errs, too: a stricter "
        "one turns away more companies that would have bought."
    )


# ---- the pictures -----------------------------------------------------------------------------


def drawn(levers: Levers) -> Figure:
    """Draw the junk rate by month, and what each lever brings beside what all bring at once."""
    figure, (left, right) = side_by_side()
    draw_months(left, levers)
    draw_levers(right, levers)
    return figure


def draw_months(axes: Axes, levers: Levers) -> None:
    """Draw the junk rate of each month's inquiries."""
    months = np.arange(1, len(levers.by_month(TODAY)) + 1)
    axes.plot(months, levers.by_month(TODAY), color="black", label="today")
    for name in levers.names:
        axes.plot(months, levers.by_month(name), color=GREY, linewidth=0.8)
    axes.plot([], [], color=GREY, linewidth=0.8, label="each lever alone")
    axes.plot(months, levers.by_month(ALL), color=BLUE, label="all seven at once")
    point = "the source, all seven"
    axes.plot([MONTH_OF_THE_SOURCE], [SHARE_OF_THE_SOURCE], "o", color=ORANGE, label=point, zorder=3)
    axes.axhline(HEALTHY, color=GREEN, linewidth=0.8, linestyle="--", label="healthy: at most 10 %")
    axes.set(xlabel="month of the inquiry", ylabel="junk rate", ylim=(0, None), title="Junk rate by month")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0.0, 0.27))


def draw_levers(axes: Axes, levers: Levers) -> None:
    """Draw what each lever takes off the junk rate, their sum, and all at once."""
    bars = [(in_words(name), levers.change("junk_rate", name), GREY) for name in levers.names]
    bars += [
        ("the seven, added up", levers.change("junk_rate", *levers.names), ORANGE),
        ("all seven at once", levers.change("junk_rate", ALL), BLUE),
    ]
    for place, (_, found, color) in enumerate(bars):
        axes.barh(place, -100 * found.mean, color=color)
        axes.plot([-100 * found.low, -100 * found.high], [place, place], color="black", linewidth=1)
    axes.set_yticks(range(len(bars)), [name for name, _, _ in bars])
    axes.invert_yaxis()
    xlabel = "points off the junk rate of the period, with 95 % intervals"
    axes.set(xlabel=xlabel, title="One by one and at once")


def drawn_pairs(levers: Levers) -> Figure:
    """Draw by how much each pair does more or less than its two levers added up."""
    figure, (left, right) = side_by_side((12.5, 5.6))
    draw_pairs(left, levers, "junk_rate", -100, "Points more off the junk rate than the two added up")
    draw_pairs(right, levers, "profit", 1e-3, "More profit than the two added up, thousand USD")
    left.set_yticks(range(1, len(levers.names)), [in_words(name) for name in levers.names[1:]])
    right.set_yticks(range(1, len(levers.names)), [])
    figure.supxlabel(
        "Purple: they help each other. Orange: they overlap. Grey figures: not surely either.", fontsize=10
    )
    return figure


def draw_pairs(axes: Axes, levers: Levers, metric: str, scale: float, title: str) -> None:
    """Draw a half matrix of one figure: what is sure in colour, the rest in grey."""
    size = len(levers.names)
    shown = np.full((size, size), np.nan)
    for (first, second), found in levers.pairs.items():
        column, row = levers.names.index(first), levers.names.index(second)
        shown[row, column] = scale * found[metric].mean if found[metric].sure else 0.0
    reach = float(np.nanmax(np.abs(shown))) or 1.0
    axes.imshow(shown, cmap="PuOr", vmin=-1.4 * reach, vmax=1.4 * reach)
    for (first, second), found in levers.pairs.items():
        column, row = levers.names.index(first), levers.names.index(second)
        text = f"{scale * found[metric].mean:+.{1 if metric == 'junk_rate' else 0}f}"
        dark = abs(shown[row, column]) > 0.6 * reach
        color = "white" if dark else "black" if found[metric].sure else GREY
        axes.text(column, row, text, ha="center", va="center", color=color)
    axes.set_xticks(range(size - 1), [in_words(name) for name in levers.names[:-1]], rotation=30, ha="right")
    axes.set(xlim=(-0.5, size - 1.5), ylim=(size - 0.5, 0.5), title=title)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the studies, and return README and pictures."""
    levers = Levers(asked.study())
    text = SAYS.format(
        today=percent(levers.junk(TODAY), 0),
        answer=answer(levers),
        made=asked.made_by(levers.studied),
        alone=alone(levers),
        one_by_one=one_by_one(levers),
        in_pairs=in_pairs(levers),
        why=why(levers),
        pairs=pairs(levers),
        steps=steps(levers),
        beside_the_source=beside_the_source(levers),
        what_it_takes=what_it_takes(levers),
    )
    return Finding(text, {"levers.png": drawn(levers), "pairs.png": drawn_pairs(levers)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))
