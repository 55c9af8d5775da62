"""Which rep should get which lead, and at which load: `make experiments ONLY=assignment_policies`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from experiments.paired import Found, in_words, percent, side_by_side, table
from experiments.studied import COLOURS, Asked, Finding, Row, Studied, run, shaded
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LOAD, POLICY = "channels.*.inquiries_per_month *=", "teams.sales.assignment"
SKILL, HEAT, SPEED = "teams.sales.skill", "channels.*.temperature", "teams.sales.speed"
IN_TURN, HOT, SHARED, WORTH = "round_robin", "hot_to_best", "shared_queue", "priority_queue"
RIVALS = (IN_TURN, SHARED, WORTH)  # of hot to best, where reps differ
DRAWN = (WORTH, "cherry_pick", SHARED, "least_loaded", HOT)
TODAY, SHOWN = 1.0, (0.5, 1.0, 1.5, 2.0)  # loads
SPREADS = (1.0, 1.17, 1.5, 2.0, 3.0, 4.0)  # of the skills in spread.toml, in its order
TWO_SPREADS = (1.5, 3.0)  # of those in heat.toml

SAYS = """# Which rep gets which lead: policies across load

**Question.** Should hot leads go to the best reps? At which load does that win, and where does it stop?

**Answer.** {answer}

![Profit of each policy against dealing leads in turn, and where hot to best wins](policies.png)

## Eight policies across load

Load is a factor on the inquiries of every channel; {today} contracts a year are won at a load of 1, with
leads dealt in turn. Profit is in thousand USD a year, against leads dealt in turn at the same load, with
95 % intervals. Two of the ten [policies](../../docs/policies.md) are left out, because they would
do what others do in this firm: weighted is random, and segment match is least loaded.

{across_load}

{never}

## Why

{why}

At a load of 1 and of 2:

{reasons}

With reps ten times as fast, hardly any lead waits for a rep, and what is left is who works which lead.
Profit of hot to best against leads dealt in turn, in thousand USD a year; *spread* is the odds of one
rep in ten against those of a rep in the middle:

{ample}

{two_parts}

## Where hot to best wins

Profit of hot to best against the best of three others (in turn, shared queue, worth most first), in
thousand USD a year. **Bold**: surely ahead of all three. *Slanted*: surely behind one of them. The rest
is open at this number of years.

{border}

So hot to best is surely ahead of all three {border_of}.

Hot to best needs enough hot leads, too, but not too many for the best third of the reps. At a load of 1,
by the share of inquiries that are hot, against leads dealt in turn and against a shared queue:

{heat}

## What is assumed

The firm is the preset `professional_services`: three reps, a drawn odds ratio for each (0.7 to 1.3),
three stages. In it *hot to best* is strict: of three reps, the best gets all hot leads, the second all
warm ones, the third the future ones. Odds of heat and skill multiply. Inquiries cost nothing more at a
higher load, so profits are to be compared within a load. Reps do not learn from the leads that they get;
with [learning](../../docs/people.md), who gets only future leads would also stay behind. Policies have
always stood.

## How it was made

{made}
"""


class Studies(NamedTuple):
    """The studies of this folder."""

    loads: Studied
    spreads: Studied
    heats: Studied
    ample: Studied

    def at(self, load: float, policy: str) -> Row:
        """Find a policy at a load."""
        return self.loads.row({LOAD: load, POLICY: policy})

    def spread(self, load: float, place: int, policy: str) -> Row:
        """Find a policy at a load, where reps differ so much: the place of a spread."""
        skill = self.spreads.tried(SKILL)[place]
        return self.spreads.row({LOAD: load, SKILL: skill, POLICY: policy})

    def against(self, load: float, place: int) -> list[Found]:
        """Compare hot to best with each rival."""
        hot = self.spread(load, place, HOT)
        return [self.spreads.change("profit", hot, self.spread(load, place, rival)) for rival in RIVALS]

    def with_time(self, place: int, policy: str) -> Row:
        """Find a policy where reps have time for all."""
        skill = self.ample.tried(SKILL)[place]
        return self.ample.row({SPEED: self.ample.tried(SPEED)[0], SKILL: skill, POLICY: policy})


# ---- what is written --------------------------------------------------------------------------


def across_load(studies: Studies) -> str:
    """Tabulate what policies bring at each load."""
    policies = [name for name in studies.loads.tried(POLICY) if name != IN_TURN]
    rows = [
        [in_words(policy), *(beside_in_turn(studies, load, policy).signed(1e-3) for load in SHOWN)]
        for policy in policies
    ]
    return table(["policy", *(f"load {load:g}" for load in SHOWN)], rows)


def beside_in_turn(studies: Studies, load: float, policy: str) -> Found:
    """Estimate the profit of a policy against leads dealt in turn."""
    return studies.loads.change("profit", studies.at(load, policy), studies.at(load, IN_TURN))


def best_at(studies: Studies, load: float) -> str:
    """Name the policy with the highest mean profit at a load."""
    names: tuple[str, ...] = studies.loads.tried(POLICY)
    return max(names, key=lambda name: studies.loads.mean("profit", studies.at(load, name)).mean)


def reasons(studies: Studies) -> str:
    """Tabulate waits, what goes cold and busy shares of policies at two loads."""
    rows = []
    for load in (TODAY, 2.0):
        for policy in (IN_TURN, "best_skill", HOT, SHARED, WORTH):
            row, mean = studies.at(load, policy), studies.loads.mean
            rows.append(
                [
                    f"{in_words(policy)}, load {load:g}",
                    mean("wait", row).plain(decimals=1),
                    mean("gone_cold_share", row).plain(100, 1),
                    mean("utilisation", row).plain(100, 1),
                    mean("lead_to_contract", row).plain(100, 2),
                    mean("won", row).plain(decimals=1),
                ]
            )
    head = [
        "policy",
        "wait at a stage, hours",
        "gone cold, %",
        "busy, %",
        "leads that become contracts, %",
        "contracts",
    ]
    return table(head, rows)


def by_spread(studies: Studies) -> str:
    """Tabulate what hot to best brings where reps have time, and where they have not."""
    rows = []
    for place, spread in enumerate(SPREADS):
        with_time = studies.ample.change(
            "profit", studies.with_time(place, HOT), studies.with_time(place, IN_TURN)
        )
        as_it_is = studies.against(TODAY, place)[RIVALS.index(IN_TURN)]
        rows.append([f"{spread:g}", with_time.signed(1e-3), as_it_is.signed(1e-3)])
    return table(["spread", "reps have time for all", "as it is, load 1"], rows)


def border(studies: Studies) -> str:
    """Tabulate where hot to best is ahead of its rivals, and where it is behind."""
    rows = [
        [f"{spread:g}", *(cell(studies.against(load, place)) for load in studies.spreads.tried(LOAD))]
        for place, spread in enumerate(SPREADS)
    ]
    return table(["spread", *(f"load {load:g}" for load in studies.spreads.tried(LOAD))], rows)


def cell(against: Sequence[Found]) -> str:
    """Write by how much hot to best is ahead of the best of its rivals, and whether that is sure."""
    least = min(against, key=lambda found: found.mean)
    said = least.signed(1e-3)
    if wins(against):
        return f"**{said}**"
    return f"*{said}*" if loses(against) else said


def wins(against: Sequence[Found]) -> bool:
    """Return whether hot to best is surely ahead of all rivals."""
    return all(found.low > 0 for found in against)


def loses(against: Sequence[Found]) -> bool:
    """Return whether hot to best is surely behind one of its rivals."""
    return any(found.high < 0 for found in against)


def heat(studies: Studies) -> str:
    """Tabulate what hot to best brings by the share of inquiries that are hot."""
    rows = []
    for temperature in studies.heats.tried(HEAT):
        found = []
        for skill in studies.heats.tried(SKILL):
            hot, *rivals = (
                studies.heats.row({HEAT: temperature, SKILL: skill, POLICY: policy})
                for policy in (HOT, IN_TURN, SHARED)
            )
            found += [studies.heats.change("profit", hot, rival).signed(1e-3) for rival in rivals]
        rows.append([percent(temperature["hot"], 0), *found])
    head = [f"spread {spread:g}, {rival}" for spread in TWO_SPREADS for rival in ("in turn", "shared queue")]
    return table(["hot", *head], rows)


# ---- what follows from the figures ------------------------------------------------------------


def never(studies: Studies) -> str:
    """Say whether hot to best is ever ahead with the preset, and which policy is best at each load."""
    loads = studies.loads.tried(LOAD)
    ahead = [load for load in loads if beside_in_turn(studies, load, HOT).low > 0]
    behind = [load for load in loads if beside_in_turn(studies, load, HOT).high < 0]
    best = {load: in_words(best_at(studies, load)) for load in loads}
    bests = "; ".join(
        f"{name} at {', '.join(f'{load:g}' for load in loads if best[load] == name)}"
        for name in dict.fromkeys(best.values())
    )
    return (
        "With the reps of the preset, hot to best is surely ahead of leads dealt in turn at "
        f"{counted(ahead)}, and surely behind at {counted(behind)} of the {len(loads)} loads. Highest "
        f"mean profit, by load: {bests}."
    )


def counted(loads: Sequence[float]) -> str:
    """Count loads.

    >>> counted([]), counted([0.5, 2.0])
    ('none', '2 (0.5, 2)')
    """
    return f"{len(loads)} ({', '.join(f'{load:g}' for load in loads)})" if loads else "none"


def answer(studies: Studies) -> str:
    """Answer the question in three sentences."""
    hot, shared = (beside_in_turn(studies, TODAY, policy).signed(1e-3) for policy in (HOT, SHARED))
    worth = beside_in_turn(studies, 2.0, WORTH).signed(1e-3)
    loads = studies.loads.tried(LOAD)
    ahead = sum(beside_in_turn(studies, load, HOT).low > 0 for load in loads)
    return (
        "Not with reps as alike as those of this firm: hot to best is surely ahead of leads dealt in "
        f"turn at {ahead or 'none'} of {len(loads)} loads. At today's it changes profit by {hot} thousand "
        f"USD a year, and a shared queue by {shared}. It wins where reps differ, and the busier they are, "
        f"the more they have to: {border_of(studies)}. Under a high load the order of work matters more "
        "than who does it: at twice the inquiries, a queue with the lead worth most in front (priority "
        f"queue) brings {worth}."
    )


def why(studies: Studies) -> str:
    """Say what waits and busy shares have to do with it."""
    mean = studies.loads.mean
    turn, hot, shared = (studies.at(TODAY, policy) for policy in (IN_TURN, HOT, SHARED))

    def pair(metric: str, row: Row, scale: float = 1.0) -> str:
        return f"{scale * mean(metric, row).mean:.1f} against {scale * mean(metric, turn).mean:.1f}"

    return (
        "Heat and capacity do not fit: one rep gets all warm leads, which are nearly half, and the other "
        "two share the rest. So one queue is long while others are short. Under hot to best a lead waits "
        f"{pair('wait', hot)} hours at a stage, {pair('gone_cold_share', hot, 100)} % go cold, and people "
        f"are busy {pair('utilisation', hot, 100)} % of their time. A shared queue does the opposite: "
        f"{pair('wait', shared)} hours, {pair('gone_cold_share', shared, 100)} % cold, "
        f"{pair('utilisation', shared, 100)} % busy."
    )


def two_parts(studies: Studies) -> str:
    """Part the effect of hot to best into that of matching and that of queues."""
    alike = studies.ample.change("profit", studies.with_time(0, HOT), studies.with_time(0, IN_TURN))
    place = SPREADS.index(2.0)
    matching = studies.ample.change(
        "profit", studies.with_time(place, HOT), studies.with_time(place, IN_TURN)
    )
    in_all = studies.against(TODAY, place)[RIVALS.index(IN_TURN)]
    return (
        "So hot to best has two effects. It matches: that is worth more the more reps differ, and "
        f"{alike.signed(1e-3)} among equal reps, where it cannot be worth anything. And it makes queues "
        f"unequal, which costs. At a spread of 2, matching alone would bring {matching.signed(1e-3)}; "
        f"{in_all.signed(1e-3)} is left of it at today's load."
    )


def border_of(studies: Studies) -> str:
    """Say from which spread on hot to best wins, by load."""
    lines = []
    for load in studies.spreads.tried(LOAD):
        sure = [spread for place, spread in enumerate(SPREADS) if wins(studies.against(load, place))]
        lines.append(
            f"from a spread of {min(sure):g} on at a load of {load:g}" if sure else f"nowhere at {load:g}"
        )
    return ", ".join(lines)


# ---- the picture ------------------------------------------------------------------------------


def drawn(studies: Studies) -> Figure:
    """Draw policies across load, and where hot to best wins."""
    figure, (left, right) = side_by_side()
    draw_policies(left, studies)
    draw_border(right, studies)
    return figure


def draw_policies(axes: Axes, studies: Studies) -> None:
    """Draw profit against leads dealt in turn, by load."""
    loads = studies.loads.tried(LOAD)
    for policy, colour in zip(DRAWN, COLOURS, strict=False):
        found = [beside_in_turn(studies, load, policy) for load in loads]
        shaded(axes, loads, found, colour, in_words(policy))
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(
        xlabel="inquiries, against today",
        ylabel="thousand USD a year, against leads dealt in turn",
        title="Profit of a policy, with 95 % intervals",
    )
    axes.legend(frameon=False, loc="upper left")


def draw_border(axes: Axes, studies: Studies) -> None:
    """Draw by how much hot to best is ahead of the best of its rivals, by load and spread."""
    loads = studies.spreads.tried(LOAD)
    least = np.array(
        [
            [1e-3 * min(found.mean for found in studies.against(load, place)) for load in loads]
            for place in range(len(SPREADS))
        ]
    )
    most = float(np.abs(least).max())
    axes.imshow(least, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto", origin="lower")
    for (place, column), value in np.ndenumerate(least):
        against = studies.against(loads[column], place)
        sure = "bold" if wins(against) else "normal"
        ink = "white" if abs(value) > most / 2 else "black"
        axes.text(column, place, f"{value:+.0f}", ha="center", va="center", fontweight=sure, color=ink)
    axes.set_xticks(range(len(loads)), [f"{load:g}" for load in loads])
    axes.set_yticks(range(len(SPREADS)), [f"{spread:g}" for spread in SPREADS])
    axes.set(
        xlabel="inquiries, against today",
        ylabel="spread of skill: odds of one rep in ten\nagainst those of a rep in the middle",
        title="Profit of hot to best against the best of three others,\n"
        "thousand USD a year (bold: surely ahead)",
    )


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the studies, and say what they have found."""
    studies = Studies(*(asked.study(name) for name in ("study", "spread", "heat", "ample")))
    text = SAYS.format(
        answer=answer(studies),
        today=studies.loads.mean("won", studies.at(TODAY, IN_TURN)).plain(decimals=1),
        across_load=across_load(studies),
        never=never(studies),
        why=why(studies),
        reasons=reasons(studies),
        ample=by_spread(studies),
        two_parts=two_parts(studies),
        border=border(studies),
        border_of=border_of(studies),
        heat=heat(studies),
        made=asked.made_by(*studies),
    )
    return Finding(text, {"policies.png": drawn(studies)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))
