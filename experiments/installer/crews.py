"""A sixth installer, a salesperson, or fewer leads: `make installer`.

Writes `result.md` and `crews.png` beside this file, and prints the first.
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

PRESET, TODAY, TEAM = "installer", "today", "installers"
HIRED = (TODAY, "one_more_installer", "two_more_installers", "three_more_installers")
FIVE = 5  # installers today
DRAWN = (TODAY, "one_more_salesperson", "one_more_installer", "two_more_installers")
YEARS = 200
PICTURE = Path(__file__).with_name("crews.png")

SAYS = """# People who wait for people: a sixth installer, a salesperson, or fewer leads?

Written by `make installer` (`python -m experiments.installer.crews`): the preset `{preset}`, {years:,}
simulated periods of 24 months of each strategy, seed {seed}. Changes are against today, in the same simulated
periods, with 95 % intervals. Money is in thousand EUR; profit is from the contracts signed in the 24 months.
A house takes two installers at once, an apartment building three, in the hours that they have in common. All
numbers of the preset are assumed, above all how many customers cancel who wait.

| strategy | what it is |
|---|---|
{abouts}

## The verdict

{verdict}

## Busy, and yet scarce

{scarce}

{hired}

## What each strategy leads to

{outcomes}

{sold}

![Days from signing to the finished installation by month, and profit against today](crews.png)

## Does the money last?

{money}

{deposits}
"""


# ---- what is written --------------------------------------------------------------------------


def scarce(result: ComparisonResult) -> str:
    """Say how busy installers are, and that jobs wait for them all the same."""
    today = result[TODAY].forecast
    return (
        f"Today installers work {percent(busy(today, TEAM), 0)} of their hours, and yet only "
        f"{percent(value(today, 'delivered_in_time'), 0)} of installations are in time, and "
        f"{value(today, 'cancelled'):.0f} customers cancel: the first job in the queue waits until two "
        "or three people are free at once, and nothing overtakes it. Where two of five work on a house "
        "and two on another, the fifth waits."
    )


def hired(result: ComparisonResult) -> str:
    """Tabulate what each further installer brings."""
    head = [
        "installers",
        "busy",
        "installed",
        "in time",
        "days to install",
        "cancel",
        "the last one's profit",
    ]
    rows = []
    for number, name in enumerate(HIRED):
        forecast = result[name].forecast
        before = result[HIRED[number - 1]].forecast
        more = change([forecast], before, "profit").signed(1e-3) if number else ""
        rows.append(
            [
                *(str(FIVE + number), percent(busy(forecast, TEAM), 0)),
                *(f"{value(forecast, 'delivered'):,.0f}", percent(value(forecast, "delivered_in_time"), 0)),
                f"{value(forecast, 'days_to_deliver'):.0f}",
                *(f"{value(forecast, 'cancelled'):.1f}", more),
            ]
        )
    return table(head, rows)


def outcomes(result: ComparisonResult) -> str:
    """Tabulate what each strategy leads to."""
    head = ["strategy", "contracts", "installed", "in time", "cancel", "busy", "revenue", "change of profit"]
    today = result[TODAY].forecast
    rows = []
    for name, each in result.simulations.items():
        forecast = each.forecast
        more = change([forecast], today, "profit").signed(1e-3) if name != TODAY else ""
        rows.append(
            [
                *(
                    called(result, name),
                    f"{value(forecast, 'won'):,.0f}",
                    f"{value(forecast, 'delivered'):,.0f}",
                ),
                *(percent(value(forecast, "delivered_in_time"), 0), f"{value(forecast, 'cancelled'):.1f}"),
                *(percent(busy(forecast, TEAM), 0), f"{value(forecast, 'revenue') / 1e3:,.0f}", more),
            ]
        )
    return table(head, rows)


def sold(result: ComparisonResult) -> str:
    """Say what selling more brings, alone and with somebody who installs it."""
    today = result[TODAY].forecast
    alone, both, fewer = (
        change([result[name].forecast], today, "profit").signed(1e-3)
        for name in ("one_more_salesperson", "more_of_both", "fewer_leads_in_the_season")
    )
    installer = result["one_more_installer"].forecast
    added = change([result["more_of_both"].forecast], installer, "profit").signed(1e-3)
    more = change([result["one_more_salesperson"].forecast], today, "won").signed()
    cancel = change([result["one_more_salesperson"].forecast], today, "cancelled").signed()
    return (
        f"**Selling more.** A third salesperson changes contracts by {more}, of which {cancel} more are "
        f"cancelled before they are installed, and profit by {alone}. With a sixth installer the two "
        f"change it by {both}; beside that installer, the salesperson changes profit by {added}. "
        f"**Buying less.** Half as many leads in the season change profit by {fewer}: fewer customers "
        "cancel, but who asks in spring is installed in autumn, and by then the contracts are missed."
    )


def money(result: ComparisonResult) -> str:
    """Tabulate how low cash falls, and how often the firm runs out of it."""
    rows = []
    for name, each in result.simulations.items():
        lowest, out = (value(each.forecast, metric) for metric in ("lowest_cash", "ran_out_of_cash"))
        rows.append([called(result, name), f"{lowest / 1e3:,.0f}", percent(out)])
    return table(["strategy", "lowest balance, on average", "runs out of cash"], rows)


def deposits(result: ComparisonResult) -> str:
    """Say what deposits are worth."""
    profit = change([result["no_deposit"].forecast], result[TODAY].forecast, "profit").signed(1e-3)
    lowest = change([result["no_deposit"].forecast], result[TODAY].forecast, "lowest_cash").signed(1e-3)
    today, without = (
        percent(value(result[name].forecast, "ran_out_of_cash")) for name in (TODAY, "no_deposit")
    )
    return (
        f"**Deposits.** Without them profit changes by {profit}, as more customers buy, and the lowest "
        f"balance by {lowest}: the firm runs out of cash in {without} of the simulated periods, in place of "
        f"{today}."
    )


# ---- the picture ------------------------------------------------------------------------------


def draw_days(axes: Axes, result: ComparisonResult) -> None:
    """Draw how many days installations have taken that are finished in each month."""
    for name, color in zip(DRAWN, ("black", "tab:red", "tab:blue", "tab:green"), strict=True):
        days = np.array([each.value for each in result[name].forecast.outcomes("days_to_deliver", "month")])
        axes.plot(range(1, len(days) + 1), days, color=color, label=called(result, name))
    promised = result.scenario.deliveries["installation"].promised_days
    assert promised is not None
    axes.axhline(promised, color="black", linewidth=0.8, linestyle="--", label="promised")
    axes.set(xlabel="month", ylabel="days", title="From signing to the finished installation", ylim=(0, None))
    axes.legend(frameon=False)


# ---- the experiment ---------------------------------------------------------------------------


def compared(options: argparse.Namespace) -> tuple[str, Figure]:
    """Simulate the strategies, and return text and picture."""
    result = compare(load(PRESET), replications=options.years, seed=options.seed, jobs=options.jobs)
    text = SAYS.format(
        preset=PRESET,
        years=options.years,
        seed=options.seed,
        abouts=abouts(result),
        verdict=result.verdict,
        scarce=scarce(result),
        hired=hired(result),
        outcomes=outcomes(result),
        sold=sold(result),
        money=money(result),
        deposits=deposits(result),
    )
    return text, beside_profit(draw_days, result, HIRED, "Profit of 24 months against today's")


if __name__ == "__main__":
    sys.exit(run(compared, __doc__, YEARS, PICTURE))
