"""More inquiries, with and without more people: `make experiments ONLY=widening_the_funnel`."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import NamedTuple

from experiments.paired import Floats, Found, side_by_side, table
from experiments.studied import COLOURS, Asked, Finding, Row, Studied, run, shaded
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.metrics.wording import listed

WIDTH, REPS, DESK = "channels.*.inquiries_per_month *=", "teams.sales.people", "teams.qualification.people"
FREE, PRICE = "channels.*.cost_per_month", "channels.*.cost_per_inquiry"
TODAY, TODAYS_REPS, TODAYS_DESK, LARGER_DESK = 1.0, 3, 2, 4
SHOWN = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
METRICS = {
    "time_to_first_contact": ("hours to first contact", 1, 1),
    "wait": ("wait at a stage, hours", 1, 1),
    "gone_cold_share": ("gone cold, %", 100, 1),
    "utilisation": ("busy, %", 100, 1),
    "lead_to_contract": ("leads that become contracts, %", 100, 2),
    "won": ("contracts", 1, 1),
}

SAYS = """# Widening the funnel, with and without more people

**Question.** A firm can buy more inquiries. Where do they stop paying, and what do more people change?

**Answer.** {answer}

![Profit by the number of inquiries, and what one more inquiry brings](widening.png)

## Profit

In thousand USD a year, with 95 % intervals. *Width* is a factor on the inquiries of every channel; 1 is
today, with {inquiries} inquiries a year. Each inquiry costs {price:g} USD. Two people answer inquiries.

{profit}

{where}

## What one more inquiry brings

Profit before the price of inquiries, in USD for each inquiry more, between one width and the next. Above
{price:g} USD the next inquiry pays; below, it does not. **Bold**: surely pays. *Slanted*: surely does
not.

{worth}

## What one more rep brings

Profit in thousand USD a year, after the rep's pay, against one rep fewer at the same width:

{reps}

{together}

## Why: waits and leads that go cold

{why}

{reasons}

Is the desk that answers inquiries the next bottleneck? Four people at the desk instead of two, in
thousand USD a year of profit, after their pay:

{desk}

{desk_said}

## What is assumed

The firm is the preset `professional_services`, with one change: the same price for every inquiry,
however many are bought. In a real market the next inquiry is dearer or worse, so that these widths are
upper ends; see [channel_mix](../channel_mix/README.md) for channels that saturate. All inquiries of a
channel are of the same quality, whatever the width. New people are as good as those that there are, at
once. Width and people have always stood so: growing into them is not in the figures.

## How it was made

{made}
"""


class Widths(NamedTuple):
    """The study of this folder."""

    study: Studied

    @property
    def tried(self) -> tuple[float, ...]:
        """List the widths."""
        return self.study.tried(WIDTH)

    @property
    def reps(self) -> tuple[int, ...]:
        """List the numbers of reps."""
        return self.study.tried(REPS)

    @property
    def price(self) -> float:
        """Return what an inquiry costs."""
        return float(self.study.tried(PRICE)[0])

    def row(self, width: float, reps: int, desk: int = TODAYS_DESK) -> Row:
        """Find the firm of a width with so many people."""
        same = {key: self.study.tried(key)[0] for key in (FREE, PRICE)}
        return self.study.row({**same, WIDTH: width, REPS: reps, DESK: desk})

    def mean(self, metric: str, width: float, reps: int) -> Found:
        """Return a figure in the mean year."""
        return self.study.mean(metric, self.row(width, reps))

    def worth(self, narrow: float, wide: float, reps: int) -> Found:
        """Estimate what one more inquiry brings between two widths, before its price."""
        rows = [self.row(width, reps) for width in (wide, narrow)]
        asked = [(metric, row) for metric in ("profit", "marketing_cost", "inquiries") for row in rows]
        return self.study.estimate(for_each_inquiry, *asked)

    def best(self, reps: int) -> float:
        """Return the width with the highest mean profit."""
        return max(self.tried, key=lambda width: self.mean("profit", width, reps).mean)

    def of_one_more(self, width: float, reps: int) -> Found:
        """Estimate what the last of so many reps brings."""
        return self.study.change("profit", self.row(width, reps), self.row(width, reps - 1))


def for_each_inquiry(*sums: Floats) -> Floats:
    """Divide what profit before the price of inquiries gains by the inquiries that it takes."""
    profit, before, cost, cost_before, inquiries, inquiries_before = sums
    return (profit + cost - before - cost_before) / (inquiries - inquiries_before)


# ---- what is written --------------------------------------------------------------------------


def by_people(widths: Widths) -> str:
    """Tabulate profit by width and people."""
    rows = [
        [f"{width:g}", *(widths.mean("profit", width, reps).plain(1e-3) for reps in widths.reps)]
        for width in widths.tried
    ]
    return table(["width", *(f"{reps} reps" for reps in widths.reps)], rows)


def worths(widths: Widths) -> str:
    """Tabulate what one more inquiry brings."""
    rows = [
        [
            f"{narrow:g} to {wide:g}",
            *(marked(widths, widths.worth(narrow, wide, reps)) for reps in widths.reps),
        ]
        for narrow, wide in pairwise(widths.tried)
    ]
    return table(["width", *(f"{reps} reps" for reps in widths.reps)], rows)


def marked(widths: Widths, worth: Found) -> str:
    """Write what an inquiry brings, and whether it surely pays."""
    if worth.low > widths.price:
        return f"**{worth.plain()}**"
    return f"*{worth.plain()}*" if worth.high < widths.price else worth.plain()


def of_reps(widths: Widths) -> str:
    """Tabulate what one more rep brings."""
    more = widths.reps[1:]
    rows = [
        [f"{width:g}", *(widths.of_one_more(width, reps).signed(1e-3) for reps in more)] for width in SHOWN
    ]
    return table(["width", *(f"rep {reps}" for reps in more)], rows)


def reasons(widths: Widths) -> str:
    """Tabulate waits, what goes cold, busy shares and contracts."""
    rows = [
        [
            f"{width:g}, {reps} reps",
            *(
                widths.mean(metric, width, reps).plain(scale, places)
                for metric, (_, scale, places) in METRICS.items()
            ),
        ]
        for reps in (widths.reps[0], widths.reps[-1])
        for width in SHOWN
    ]
    return table(["width", *(title for title, _, _ in METRICS.values())], rows)


def of_the_desk(widths: Widths) -> str:
    """Tabulate what more people at the desk bring."""
    rows = []
    for width in SHOWN:
        found = [
            widths.study.change("profit", widths.row(width, reps, LARGER_DESK), widths.row(width, reps))
            for reps in widths.reps
        ]
        rows.append([f"{width:g}", *(each.signed(1e-3) for each in found)])
    return table(["width", *(f"{reps} reps" for reps in widths.reps)], rows)


def said_of_the_desk(widths: Widths) -> str:
    """Say where a larger desk surely pays, of the widths that are shown."""
    pays = [
        f"{reps} reps at a width of {width:g}"
        for width in SHOWN
        for reps in widths.reps
        if widths.study.change("profit", widths.row(width, reps, LARGER_DESK), widths.row(width, reps)).low
        > 0
    ]
    if not pays:
        return "It is not: nowhere in this table does the larger desk surely pay."
    return f"It is with {listed(pays)}: there the larger desk surely pays, and nowhere else in this table."


# ---- what follows from the figures ------------------------------------------------------------


def answer(widths: Widths) -> str:
    """Answer the question in three sentences."""
    best, largest = widths.best(TODAYS_REPS), widths.reps[-1]
    widest = widths.tried[-1]
    lost = widths.study.change("profit", widths.row(widest, TODAYS_REPS), widths.row(best, TODAYS_REPS))
    both = widths.best(largest)
    gain, wide, people = (
        widths.study.change("profit", widths.row(*to), widths.row(TODAY, TODAYS_REPS))
        for to in ((both, largest), (both, TODAYS_REPS), (TODAY, largest))
    )
    return (
        f"With today's {TODAYS_REPS} reps, profit is highest at {best:g} times today's inquiries; at "
        f"{widest:g} times it is {lost.signed(1e-3)} thousand USD a year. With {largest} reps it goes on "
        f"rising up to {both:g} times, and is then {gain.signed(1e-3)} against today. Neither does it "
        f"alone: as many inquiries with today's reps would change profit by {wide.signed(1e-3)}, and as "
        f"many reps with today's inquiries by {people.signed(1e-3)}."
    )


def where(widths: Widths) -> str:
    """Say at which width profit is highest, and how flat it is there."""
    said = []
    for reps in widths.reps:
        best = widths.best(reps)
        open_ones = [
            width
            for width in widths.tried
            if width == best
            or not widths.study.change("profit", widths.row(best, reps), widths.row(width, reps)).low > 0
        ]
        said.append(f"{best:g} with {reps} reps ({span(open_ones)})")
    return (
        "The width with the highest mean profit, and in brackets those that are not surely worse, each "
        f"by itself: {', '.join(said)}."
    )


def span(widths: list[float]) -> str:
    """Write the ends of some widths.

    >>> span([1.5, 1.75, 2.0]), span([1.5])
    ('1.5 to 2', '1.5')
    """
    return f"{widths[0]:g} to {widths[-1]:g}" if len(widths) > 1 else f"{widths[0]:g}"


def together(widths: Widths) -> str:
    """Say how width and people help each other."""
    wide, more = widths.best(TODAYS_REPS + 1), TODAYS_REPS + 1
    corners = [
        (1.0, widths.row(wide, more)),
        (-1.0, widths.row(wide, TODAYS_REPS)),
        (-1.0, widths.row(TODAY, more)),
        (1.0, widths.row(TODAY, TODAYS_REPS)),
    ]
    help_each_other = widths.study.contrast("profit", *corners)
    return (
        f"Inquiries and reps help each other. Rep {more} and a width of {wide:g} together bring "
        f"{help_each_other.signed(1e-3)} thousand USD a year more than each brings alone, added up."
    )


def why(widths: Widths) -> str:
    """Say what waits and leads that go cold do."""
    narrow, wide = TODAY, widths.tried[-1]

    def both(metric: str) -> str:
        _, scale, places = METRICS[metric]
        return " to ".join(
            f"{scale * widths.mean(metric, at, TODAYS_REPS).mean:.{places}f}" for at in (narrow, wide)
        )

    return (
        f"From a width of {narrow:g} to one of {wide:g}, with {TODAYS_REPS} reps, the mean wait for "
        f"somebody at a stage goes from {both('wait')} hours, the share of inquiries that go cold from "
        f"{both('gone_cold_share')} %, and the share of their time in which people are busy from "
        f"{both('utilisation')} %. The reps' hours are spread over more leads: more of them go cold, and "
        f"those who have waited are less likely to buy. Of the leads, {both('lead_to_contract')} % become "
        f"contracts, so that the number of contracts goes from {both('won')} only."
    )


# ---- the picture ------------------------------------------------------------------------------


def drawn(widths: Widths) -> Figure:
    """Draw profit by width, and what one more inquiry brings."""
    figure, (left, right) = side_by_side()
    for reps, colour in zip(widths.reps, COLOURS, strict=False):
        found = [widths.mean("profit", width, reps) for width in widths.tried]
        shaded(left, widths.tried, found, colour, f"{reps} reps")
        best = widths.best(reps)
        left.plot([best], [1e-3 * widths.mean("profit", best, reps).mean], "*", color=colour, markersize=13)
    left.axhline(0, color="black", linewidth=0.8)
    left.set(xlabel="inquiries, against today", ylabel="thousand USD a year", title="Profit (star: highest)")
    left.legend(frameon=False, loc="upper left")
    draw_worths(right, widths)
    return figure


def draw_worths(axes: Axes, widths: Widths) -> None:
    """Draw what one more inquiry brings, by width."""
    steps = list(pairwise(widths.tried))
    middles = [(narrow + wide) / 2 for narrow, wide in steps]
    for reps, colour in zip(widths.reps, COLOURS, strict=False):
        found = [widths.worth(narrow, wide, reps) for narrow, wide in steps]
        axes.plot(middles, [each.mean for each in found], color=colour, marker="o", markersize=3)
        axes.fill_between(
            middles,
            [each.low for each in found],
            [each.high for each in found],
            color=colour,
            alpha=0.12,
            linewidth=0,
        )
    axes.axhline(widths.price, color="black", linewidth=0.8, linestyle="--")
    axes.annotate("its price", (middles[0], widths.price), xytext=(0, 4), textcoords="offset points")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(
        xlabel="inquiries, against today",
        ylabel="USD",
        title="What one more inquiry brings, before its price",
    )


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the study, and say what it has found."""
    widths = Widths(asked.study())
    text = SAYS.format(
        answer=answer(widths),
        inquiries=widths.mean("inquiries", TODAY, TODAYS_REPS).plain(),
        price=widths.price,
        profit=by_people(widths),
        where=where(widths),
        worth=worths(widths),
        reps=of_reps(widths),
        together=together(widths),
        why=why(widths),
        reasons=reasons(widths),
        desk=of_the_desk(widths),
        desk_said=said_of_the_desk(widths),
        made=asked.made_by(widths.study),
    )
    return Finding(text, {"widening.png": drawn(widths)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))
