"""What should partners do first who sell and deliver, and whom should they hire: `make partners`.

Writes `result.md` and `partners.png` beside this file, and prints the first.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from experiments.paired import abouts, beside_profit, busy, called, change, percent, run, table, value
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.scenario import load
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare

PRESET, TODAY, TEAM = "partners_who_deliver", "today", "partners"
FIRST = ("selling_first", "delivering_first", "a_day_for_selling")
HIRED = ("one_more_partner", "consultants", "consultants_and_talks")
LONGER = "projects_take_longer"
SHOWN = ("won", "gone_cold_share", "delivered", "delivered_in_time", "days_to_deliver", "revenue")
YEARS = 200
PICTURE = Path(__file__).with_name("partners.png")

SAYS = """# Partners who sell and deliver: what comes first, and whom to hire?

Written by `make partners` (`python -m experiments.partners_who_deliver.partners`): the preset `{preset}`,
{years:,} simulated periods of 24 months of each strategy, seed {seed}. Changes are against today, in the
same simulated periods, with 95 % intervals. Money is in thousand EUR; profit is from the contracts signed in
the 24 months. What partners, consultants and projects are like is assumed (see the preset's `[origins]`).

| strategy | what it is |
|---|---|
{abouts}

## The verdict

{verdict}

{first}

{hired}

## Two years

{figures}

![Prospects gone cold and projects in time; profit against today](partners.png)

## If projects take longer

{longer}

{longer_says}
"""


def figures(result: ComparisonResult) -> str:
    """Tabulate what each strategy leads to."""
    head = ["strategy", "contracts", "gone cold", "delivered", "in time", "days to deliver"]
    head += ["partners busy", "revenue", "change of profit"]
    rows = []
    for name, each in result.simulations.items():
        found = {metric: value(each.forecast, metric) for metric in SHOWN}
        rows.append(
            [
                *(called(result, name), f"{found['won']:.0f}", percent(found["gone_cold_share"], 0)),
                *(f"{found['delivered']:.0f}", percent(found["delivered_in_time"], 0)),
                *(f"{found['days_to_deliver']:.0f}", percent(busy(each.forecast, TEAM), 0)),
                *(f"{found['revenue'] / 1e3:,.0f}", "" if name == TODAY else profit_of(result, name)),
            ]
        )
    return table(head, rows)


def profit_of(result: ComparisonResult, name: str) -> str:
    """Write by how much a strategy changes profit."""
    return change([result[name].forecast], result[TODAY].forecast, "profit").signed(1e-3)


def first(result: ComparisonResult) -> str:
    """Say what it brings to put one kind of work first."""
    told = [
        f"*{called(result, name)}* changes profit by {profit_of(result, name)}, "
        f"{percent(value(result[name].forecast, 'delivered_in_time'), 0)} of the projects are in time and "
        f"{percent(value(result[name].forecast, 'gone_cold_share'), 0)} of the prospects go cold"
        for name in FIRST
    ]
    return f"**What comes first.** {'; '.join(told)}."


def hired(result: ComparisonResult) -> str:
    """Say what it brings to hire."""
    told = [f"*{called(result, name)}*: {profit_of(result, name)}" for name in HIRED]
    today = result[TODAY].forecast
    cold, work = (percent(found, 0) for found in (value(today, "gone_cold_share"), busy(today, TEAM)))
    relieved = percent(value(result["consultants"].forecast, "gone_cold_share"), 0)
    return (
        f"**Whom to hire.** Profit changes by: {'; '.join(told)}. Today partners work {work} of their hours, "
        f"and yet {cold} of the prospects go cold: who is in a project has no time for a prospect for weeks. "
        f"It is not hours that are missing but somebody who is free; where consultants take over the long "
        f"work, {relieved} go cold."
    )


def longer(result: ComparisonResult) -> str:
    """Tabulate what strategies change where projects take longer."""
    rows = [[called(result, name), profit_of(result, name)] for name in (*FIRST, *HIRED)]
    return table(["strategy", "change of profit"], rows)


def longer_says(result: ComparisonResult) -> str:
    """Say what is best where projects take longer."""
    about = load(PRESET).assumptions[LONGER].about
    best = max(result, key=lambda name: value(result[name].forecast, "profit"))
    in_time = percent(value(result[TODAY].forecast, "delivered_in_time"), 0)
    return f"{about}: today, {in_time} are in time. Then *{called(result, best)}* has the highest profit."


# ---- the picture ------------------------------------------------------------------------------


def draw_let_down(axes: Axes, result: ComparisonResult) -> None:
    """Draw the share of prospects that go cold beside that of projects that are late."""
    places = np.arange(len(result))
    cold = [100 * value(result[name].forecast, "gone_cold_share") for name in result]
    late = [100 * (1 - value(result[name].forecast, "delivered_in_time")) for name in result]
    axes.barh(places - 0.2, cold, height=0.4, color="tab:orange", label="prospects gone cold")
    axes.barh(places + 0.2, late, height=0.4, color="tab:purple", label="projects late")
    axes.set_yticks(places, [called(result, name) for name in result])
    axes.set(xlabel="%", title="Who is let down: prospects or customers")
    axes.set_ylim(len(result) + 0.4, -0.6)  # with room for the legend
    axes.legend(frameon=False, loc="lower right", ncols=2)


# ---- the experiment ---------------------------------------------------------------------------


def compared(options: argparse.Namespace) -> tuple[str, Figure]:
    """Simulate the strategies, and return text and picture."""
    told = {"replications": options.years, "seed": options.seed, "jobs": options.jobs}
    result = compare(load(PRESET), **told)
    slow = compare(load(PRESET).under(LONGER), strategies=[TODAY, *FIRST, *HIRED], **told)
    text = SAYS.format(
        preset=PRESET,
        years=options.years,
        seed=options.seed,
        abouts=abouts(result),
        verdict=result.verdict,
        first=first(result),
        hired=hired(result),
        figures=figures(result),
        longer=longer(slow),
        longer_says=longer_says(slow),
    )
    return text, beside_profit(draw_let_down, result, HIRED, "Profit of two years against today's")


if __name__ == "__main__":
    sys.exit(run(compared, __doc__, YEARS, PICTURE))
