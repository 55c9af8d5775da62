"""What an hour of waiting is worth, and what shortens it: `make experiments ONLY=speed_to_lead`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from experiments.paired import Floats, Found, percent, side_by_side, table
from experiments.studied import COLOURS, Asked, Finding, Row, Studied, run
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WAIT, DESK, REPS = "stages.first_contact.effects.wait", "teams.qualification", "teams.sales.people"
CURVES = ("as good within a day", "3 times the odds", "10 times the odds", "60 times the odds")
LITERATURE = len(CURVES) - 1
DESKS = (  # in the order of study.toml
    "two people, 9 to 15, Monday to Friday (today)",
    "one person",
    "three people",
    "two people, twice as fast",
    "two people, hot inquiries at once",
    "two people, 9 to 17",
    "two people, 9 to 15 and 15 to 21",
    "two people, one of them at the weekend",
    "two people, evenings and weekend",
    "two people, 8 to 20 on all seven days",
    "somebody at any hour",
)
ONE_PERSON, TWICE_AS_FAST, TWO_SHIFTS, ALWAYS = 1, 3, 6, 10
SAME_PAY = (3, 4, 6, 7, 8)  # desks that cost as much as today's
SOONER = 0.1  # of each wait, in an_hour.toml

SAYS = """# Speed to lead: what an hour of waiting is worth

**Question.** How much money is it worth to answer inquiries an hour sooner, and what makes answers
faster?

**Answer.** {answer}

![What an hour is worth, and profit by who answers](speed.png)

## What an hour is worth

Today the first contact comes {today} hours after the inquiry on average, nights and weekends included.
What a wait does to the odds of becoming a lead is the great unknown, so four curves are tried: a contact
within a day is as good as one at once (the preset), or a contact within an hour has 3, 10 or 60 times
the odds of one after a day. After a day, odds fall as in the preset. Each curve is set so that today's
desk makes as many leads as in the preset.

Profit in USD a year for each hour by which the mean wait is shorter, if each inquiry were answered
{sooner} sooner by the same people. With three reps as today, and with five:

{hours}

{hour_said}

## Who answers, and when

All are paid 150 dollars a month for each hour a week. Pay is in thousand USD a year against today's, and
profit, after pay, against that of today's desk with the same curve.

{desks}

{desks_said}

## Why speed alone does not pay in full

{why}

{flood}

## What is known, and what is assumed

- *From the literature*: in an audit of web leads, those who were called within an hour were qualified with
  some 60 times the odds of those called after a day or later, and with 7 times the odds of those called an
  hour later (Oldroyd 2007; Harvard Business Review 2011). The last curve has the 60. Nobody drew by lot who
  was called late, and authors worked for a vendor. So the ratio may have other causes: who answers fast may
  do other things well, too. In the same audit 37 % of firms answered within an hour, and 23 % never did.
- *Assumed*: the shape between the points (straight in logarithms), the milder curves, and that waiting for
  an answer changes the first contact alone. The curves are tuned to {leads} leads a year with today's desk,
  and to nothing else.
- *Assumed*: five of six channels bring inquiries at all hours of the day, as in the preset
  `professional_services`. A firm whose buyers ask from 9 to 18 would gain less from evenings.
- *Assumed*: evening and weekend hours are paid as others are. Each desk has always worked as it does.

## How it was made

{made}
"""


class Speeds(NamedTuple):
    """The studies of this folder."""

    desks: Studied
    hours: Studied

    def row(self, curve: int, desk: int) -> Row:
        """Find a desk under a curve."""
        tried = self.desks.tried(WAIT)[curve], self.desks.tried(DESK)[desk]
        return self.desks.row(dict(zip((WAIT, DESK), tried, strict=True)))

    def gain(self, curve: int, desk: int, metric: str = "profit") -> Found:
        """Estimate what a desk changes against today's."""
        return self.desks.change(metric, self.row(curve, desk), self.row(curve, 0))

    def mean(self, metric: str, desk: int, curve: int = 0) -> Found:
        """Return a figure of a desk."""
        return self.desks.mean(metric, self.row(curve, desk))

    def both(self, curve: int, reps: int) -> tuple[Row, Row]:
        """Find a curve as it is, and with each wait shorter, with so many reps."""
        first, second = self.hours.tried(WAIT)[2 * curve : 2 * curve + 2]
        return self.hours.row({WAIT: first, REPS: reps}), self.hours.row({WAIT: second, REPS: reps})

    def hour(self, curve: int, reps: int, metric: str = "profit") -> Found:
        """Estimate what an hour of the mean wait is worth."""
        as_it_is, sooner = self.both(curve, reps)
        asked = ((metric, sooner), (metric, as_it_is), ("time_to_first_contact", as_it_is))
        return self.hours.estimate(by_the_hour, *asked)


def by_the_hour(sooner: Floats, as_it_is: Floats, wait: Floats) -> Floats:
    """Divide a change by the hours by which the mean wait is shorter."""
    return (sooner - as_it_is) / (SOONER * wait)


# ---- what is written --------------------------------------------------------------------------


def hours(speeds: Speeds) -> str:
    """Tabulate what an hour is worth."""
    rows = []
    for curve, name in enumerate(CURVES):
        as_it_is, _ = speeds.both(curve, 3)
        rows.append(
            [
                name,
                speeds.hours.mean("leads", as_it_is).plain(),
                speeds.hour(curve, 3, "leads").signed(decimals=2),
                *(speeds.hour(curve, reps).signed() for reps in speeds.hours.tried(REPS)),
            ]
        )
    reps = [f"USD an hour, {reps} reps" for reps in speeds.hours.tried(REPS)]
    return table(["curve", "leads today", "leads an hour", *reps], rows)


def desks(speeds: Speeds) -> str:
    """Tabulate desks: how fast they are, what they are paid, and what they bring."""
    rows = []
    for desk, name in enumerate(DESKS):
        pay = (speeds.mean("pay_cost", desk).mean - speeds.mean("pay_cost", 0).mean) / 1e3
        rows.append(
            [
                name,
                speeds.mean("time_to_first_contact", desk).plain(decimals=1),
                f"{100 * speeds.mean('first_contact_within_1_hour', desk).mean:.0f}",
                f"{pay:+.0f}" if desk else "",
                *(speeds.gain(curve, desk).signed(1e-3) if desk else "" for curve in range(len(CURVES))),
            ]
        )
    return table(["who answers", "hours to contact", "within an hour, %", "pay", *CURVES], rows)


def flood(speeds: Speeds) -> str:
    """Tabulate leads and contracts of today's desk and of one that is always there."""
    rows = []
    for curve, name in enumerate(CURVES):
        for desk in (0, TWO_SHIFTS, ALWAYS):
            mean = [speeds.mean(metric, desk, curve) for metric in ("leads", "won")]
            cold = speeds.mean("gone_cold_share", desk, curve).plain(100, 1)
            rows.append([f"{name}: {DESKS[desk]}", mean[0].plain(), mean[1].plain(decimals=1), cold])
    return table(["curve and desk", "leads", "contracts", "gone cold, %"], rows)


# ---- what follows from the figures ------------------------------------------------------------


def answer(speeds: Speeds) -> str:
    """Answer the question in three sentences."""
    mild, steep = (speeds.hour(curve, 3).signed() for curve in (0, 2))
    best = max(SAME_PAY, key=lambda desk: speeds.gain(2, desk).mean)
    gains = {desk: [speeds.gain(curve, desk).signed(1e-3) for curve in (0, 2)] for desk in (best, ONE_PERSON)}
    return (
        "It depends on what a wait does to the odds, which is the thing to measure. If a contact within "
        f"a day is as good as one at once, an hour less is worth {mild} USD a year, and one person at the "
        f"desk instead of two changes profit by {gains[ONE_PERSON][0]} thousand USD; if an hour has ten "
        f"times the odds of a day, an hour is worth {steep} USD, and one person changes profit by "
        f"{gains[ONE_PERSON][1]}. Then it matters when people answer, not how many they are or how fast: "
        f"the best desk at today's pay ({DESKS[best]}) brings {gains[best][1]}, and people who work twice "
        f"as fast {speeds.gain(2, TWICE_AS_FAST).signed(1e-3)}."
    )


def hour_said(speeds: Speeds) -> str:
    """Say which hours are worth something, and what more reps do."""
    worth = [name for curve, name in enumerate(CURVES) if speeds.hour(curve, 3).low > 0]
    each = speeds.hour(2, 3).mean / speeds.mean("inquiries", 0).mean
    surely = f"surely more than nothing for: {', '.join(worth)}" if worth else "not surely more than nothing"
    opened = speeds.mean("working_time_to_first_contact", 0).plain(decimals=2)
    return (
        f"With three reps an hour is {surely}. With ten times the odds that is {each:.2f} USD for each "
        f"inquiry. Of today's wait only {opened} hours lie within the desk's opening hours: the rest is "
        "nights and weekends."
    )


def desks_said(speeds: Speeds) -> str:
    """Say which desk is best under each curve."""
    best = [
        max(range(len(DESKS)), key=lambda desk: speeds.gain(curve, desk).mean) for curve in range(len(CURVES))
    ]
    named = "; ".join(f"{name}: {DESKS[desk]}" for name, desk in zip(CURVES, best, strict=True))
    return f"Highest mean profit, by curve: {named}."


def why(speeds: Speeds) -> str:
    """Say what happens to the leads that speed makes."""
    leads, won = (speeds.gain(LITERATURE, ALWAYS, metric) for metric in ("leads", "won"))
    today = [speeds.mean(metric, 0, LITERATURE).mean for metric in ("leads", "won")]
    return (
        "Faster answers make more leads, and the same three reps have to work them. Under the steepest "
        f"curve, somebody at any hour makes {100 * leads.mean / today[0]:+.0f} % leads but "
        f"{100 * won.mean / today[1]:+.0f} % contracts: the rest waits for a rep, and goes cold. So speed "
        "to lead is worth what the reps behind it can work, as in "
        "[widening_the_funnel](../widening_the_funnel/README.md)."
    )


# ---- the picture ------------------------------------------------------------------------------


def drawn(speeds: Speeds) -> Figure:
    """Draw what an hour is worth, and profit by desk."""
    figure, (left, right) = side_by_side(widths=(2, 3))
    draw_hours(left, speeds)
    draw_desks(right, speeds)
    return figure


def draw_hours(axes: Axes, speeds: Speeds) -> None:
    """Draw what an hour is worth by curve, with today's reps and with more."""
    for place, (reps, colour) in enumerate(zip(speeds.hours.tried(REPS), COLOURS, strict=False)):
        found = [speeds.hour(curve, reps) for curve in range(len(CURVES))]
        at = [curve + 0.36 * place - 0.18 for curve in range(len(CURVES))]
        axes.bar(at, [1e-3 * each.mean for each in found], 0.34, color=colour, label=f"{reps} reps")
        lines(axes, at, found)
    axes.set_xticks(range(len(CURVES)), [name.replace(" ", "\n", 2) for name in CURVES], fontsize=8)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(
        xlabel="a contact within an hour, against one after a day",
        ylabel="thousand USD a year",
        title="What an hour less is worth",
    )
    axes.legend(frameon=False, loc="upper left")


def lines(axes: Axes, at: Sequence[float], found: Sequence[Found]) -> None:
    """Draw intervals as lines."""
    for place, each in zip(at, found, strict=True):
        axes.plot([place, place], [1e-3 * each.low, 1e-3 * each.high], color="black", linewidth=1)


def draw_desks(axes: Axes, speeds: Speeds) -> None:
    """Draw by how much profit differs by desk under each curve, the best under the third on top."""
    order = sorted(range(1, len(DESKS)), key=lambda desk: speeds.gain(2, desk).mean)
    for curve, (name, colour) in enumerate(zip(CURVES, COLOURS, strict=False)):
        for place, desk in enumerate(order):
            found, at = speeds.gain(curve, desk), place + 0.18 * (1.5 - curve)
            label = name if place == 0 else None
            axes.plot([1e-3 * found.low, 1e-3 * found.high], [at, at], color=colour, linewidth=1)
            axes.plot([1e-3 * found.mean], [at], "o", color=colour, markersize=4, label=label)
    axes.set_yticks(range(len(order)), [DESKS[desk] for desk in order], fontsize=8)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set(
        xlabel="thousand USD a year, with 95 % intervals", title="Profit by who answers, against today's desk"
    )
    axes.legend(frameon=False, loc="lower right", fontsize=8)


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the studies, and say what they have found."""
    speeds = Speeds(asked.study(), asked.study("an_hour"))
    text = SAYS.format(
        answer=answer(speeds),
        today=speeds.mean("time_to_first_contact", 0).plain(decimals=1),
        sooner=percent(SOONER, 0),
        hours=hours(speeds),
        hour_said=hour_said(speeds),
        desks=desks(speeds),
        desks_said=desks_said(speeds),
        why=why(speeds),
        flood=flood(speeds),
        leads=speeds.mean("leads", 0).plain(),
        made=asked.made_by(*speeds),
    )
    return Finding(text, {"speed.png": drawn(speeds)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))
