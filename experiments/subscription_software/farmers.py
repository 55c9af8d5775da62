"""Who should look after customers, hunters who farm or farmers: `make subscriptions`.

Writes `result.md` and `farmers.png` beside this file, and prints the first.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from experiments.paired import (
    Found,
    abouts,
    beside_profit,
    busy,
    called,
    change,
    estimate,
    percent,
    run,
    table,
    value,
)
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.forecast import Forecast
from funnelsim.metrics.figure import ratio, total
from funnelsim.scenario import load
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare

PRESET, TODAY, NOBODY = "subscription_software", "today", "nobody_visits"
FARMERS = ("one_farmer", "farmers")
LESS, UNSURE = "visits_do_less", ("new_first", NOBODY, *FARMERS, "one_more_ae")  # under which, and who
DRAWN = ("new_first", "nobody_visits", "a_hunter_turns_farmer", "one_farmer", "farmers", "one_more_ae")
YEAR_THREE = slice(24, 36)  # months of the period
YEARS = 200
PICTURE = Path(__file__).with_name("farmers.png")

SAYS = """# Who should look after customers: hunters who farm, or farmers?

Written by `make subscriptions` (`python -m experiments.subscription_software.farmers`): the preset
`{preset}`, {years:,} simulated periods of 36 months of each strategy, seed {seed}. Changes are
against today, in the same simulated periods, with 95 % intervals. Money is in thousand USD; profit is that of
the 36 months. What a visit does is assumed: a customer whom nobody visits leaves as often as at the worse
firms of public benchmarks, and one who was visited as seldom as at the better ones. So the last table has the
same strategies where a visit does less.

| strategy | what it is |
|---|---|
{abouts}

## The verdict

{verdict}

{who_farms}

## Three years later

{later}

![MRR by month and profit against today](farmers.png)

## Most of the money comes from customers that the firm already has

{existing}

## What visits cost in new deals

{visits}

{deals}

## If a visit does less

{less}

{still}
"""


def mrr_at_end(forecast: Forecast) -> Found:
    """Estimate monthly recurring revenue after three years."""
    return estimate(forecast.parts("mrr"), total)


def paid_by_existing(forecast: Forecast) -> Found:
    """Estimate which share of what is paid in year three comes from who was a customer before.

    Gross margin stands for what is paid, of which it is the same share in both products.
    """
    (paid,) = forecast.parts("contribution", "month")
    in_year_three = paid[:, YEAR_THREE].sum(axis=1, keepdims=True)
    by_new = forecast.tallies.lifetime[:, YEAR_THREE, YEAR_THREE].sum(axis=(1, 2))[:, None]
    return estimate((in_year_three - by_new, in_year_three), ratio)


def with_interval(found: Found, scale: float = 1.0, decimals: int = 0) -> str:
    """Write a figure with its interval."""
    mean, low, high = (f"{scale * each:,.{decimals}f}" for each in found)
    return f"{mean} ({low} to {high})"


# ---- what is written --------------------------------------------------------------------------


def later(result: ComparisonResult) -> str:
    """Tabulate what each strategy leads to after three years."""
    head = ["strategy", "MRR", "change of MRR", "customers", "NRR, a year", "contracts", "change of profit"]
    rows = []
    for name, each in result.simulations.items():
        forecast = each.forecast
        against = [
            found.signed(1e-3) if name != TODAY else ""
            for found in (change([forecast], result[TODAY].forecast, metric) for metric in ("mrr", "profit"))
        ]
        customers, won = (f"{value(forecast, metric):,.0f}" for metric in ("customers", "won"))
        nrr = percent(value(forecast, "nrr") ** 12)
        mrr = with_interval(mrr_at_end(forecast), 1e-3)
        rows.append([called(result, name), mrr, against[0], customers, nrr, won, against[1]])
    return table(head, rows)


def who_farms(result: ComparisonResult) -> str:
    """Compare farmers with hunters who farm."""
    today = result[TODAY].forecast
    told = []
    for name in FARMERS:
        forecast = result[name].forecast
        profit, mrr = (change([forecast], today, metric).signed(1e-3) for metric in ("profit", "mrr"))
        told.append(f"*{called(result, name)}* changes profit by {profit}, MRR after three years by {mrr}")
    one, two = (result[name].forecast for name in FARMERS)
    profit, mrr = (change([two], one, metric).signed(1e-3) for metric in ("profit", "mrr"))
    turned = change([result["a_hunter_turns_farmer"].forecast], today, "profit").signed(1e-3)
    return (
        f"**Farmers.** Against hunters who farm, {told[0]}; {told[1]}. The second farmer changes profit by "
        f"{profit} and MRR by {mrr}; what a customer who stays pays after the 36 months is not in their "
        f"profit. Where one of the three hunters turns farmer and nobody is hired, profit changes by "
        f"{turned}: the firm lacks hours, whoever does what."
    )


def existing(result: ComparisonResult) -> str:
    """Say which share of the money comes from customers that the firm has."""
    shares = {name: paid_by_existing(result[name].forecast) for name in (TODAY, "farmers")}
    written = {
        name: f"{percent(found.mean)} ({100 * found.low:.1f} to {100 * found.high:.1f})"
        for name, found in shares.items()
    }
    return (
        f"Of what is paid in year three, customers who signed before it pay {written[TODAY]} today, and "
        f"{written['farmers']} with *{called(result, 'farmers')}*. A yearly plan is paid for a year at once, "
        "so new customers have paid for months that they have not had yet: of what is earned, the share is "
        "higher still."
    )


def visits(result: ComparisonResult) -> str:
    """Tabulate visits, who leaves, and what becomes of new deals."""
    head = ["strategy", "visits made", "of those due", "leave a month", "contracts", "gone cold", "AEs busy"]
    rows = []
    for name, each in result.simulations.items():
        values = {
            metric: value(each.forecast, metric)
            for metric in ("account_visits", "account_visits_made", "logo_churn", "won", "gone_cold_share")
        }
        due = "" if np.isnan(values["account_visits_made"]) else percent(values["account_visits_made"], 0)
        rows.append(
            [
                *(called(result, name), f"{values['account_visits']:,.0f}", due),
                *(percent(values["logo_churn"], 2), f"{values['won']:,.0f}"),
                *(percent(values["gone_cold_share"]), percent(busy(each.forecast, "ae"), 0)),
            ]
        )
    return table(head, rows)


def deals(result: ComparisonResult) -> str:
    """Say what visits by hunters cost in new deals, and what they bring."""
    today, nobody = result[TODAY].forecast, result[NOBODY].forecast
    won, profit, mrr = (change([today], nobody, metric) for metric in ("won", "profit", "mrr"))
    made = value(today, "account_visits")
    farmed = change([result["farmers"].forecast], nobody, "mrr")
    return (
        f"**Visits by hunters.** Today account executives make {made:,.0f} visits in three years. Against "
        f"a firm that visits nobody, contracts change by {won.signed()}: one contract fewer for "
        f"{made / -won.mean:.0f} visits. Those visited stay longer; but MRR after three years changes by "
        f"{mrr.signed(1e-3)}, and profit by {profit.signed(1e-3)}. **Visits by farmers** cost no new deal, "
        f"only pay: two of them change MRR by {farmed.signed(1e-3)} against visiting nobody."
    )


def if_less(result: ComparisonResult) -> str:
    """Tabulate what strategies change where a visit does less."""
    today = result[TODAY].forecast
    changes = {
        name: [change([result[name].forecast], today, metric) for metric in ("mrr", "profit")]
        for name in UNSURE
    }
    rows = [[called(result, name), *(found.signed(1e-3) for found in changes[name])] for name in UNSURE]
    return table(["strategy", "change of MRR", "change of profit"], rows)


def still(result: ComparisonResult) -> str:
    """Say what is best where a visit does less."""
    said = load(PRESET).assumptions[LESS].about
    best = max(UNSURE, key=lambda name: value(result[name].forecast, "profit"))
    most = max(UNSURE, key=lambda name: value(result[name].forecast, "mrr"))
    others = [result[name].forecast for name in UNSURE if name != best]
    sure = all(change([each], result[best].forecast, "profit").high < 0 for each in others)
    return (
        f"{said}. Then *{called(result, best)}* has the highest profit{'' if sure else ' (not surely)'}, and "
        f"*{called(result, most)}* the highest MRR after three years."
    )


# ---- the picture ------------------------------------------------------------------------------


def draw_months(axes: Axes, result: ComparisonResult) -> None:
    """Draw by how much MRR differs from today's at the end of each month."""
    today = result[TODAY].forecast.values("mrr", "month")
    colors = ("tab:purple", "tab:red", "tab:brown", "tab:green", "tab:blue", "tab:orange")
    for name, color in zip(DRAWN, colors, strict=True):
        more = (result[name].forecast.values("mrr", "month") - today).mean(axis=0) / 1e3
        axes.plot(range(1, len(more) + 1), more, color=color, label=called(result, name))
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xlabel="month", ylabel="thousand USD a month", title="MRR against today's: hunters who farm")
    axes.legend(frameon=False)


# ---- the experiment ---------------------------------------------------------------------------


def compared(options: argparse.Namespace) -> tuple[str, Figure]:
    """Simulate the strategies, and return text and picture."""
    result = compare(load(PRESET), replications=options.years, seed=options.seed, jobs=options.jobs)
    less = compare(
        load(PRESET).under(LESS),
        strategies=[TODAY, *UNSURE],
        replications=options.years,
        seed=options.seed,
        jobs=options.jobs,
    )
    text = SAYS.format(
        preset=PRESET,
        years=options.years,
        seed=options.seed,
        abouts=abouts(result),
        verdict=result.verdict,
        who_farms=who_farms(result),
        later=later(result),
        existing=existing(result),
        visits=visits(result),
        deals=deals(result),
        less=if_less(less),
        still=still(less),
    )
    return text, beside_profit(draw_months, result, FARMERS, "Profit of three years against today's")


if __name__ == "__main__":
    sys.exit(run(compared, __doc__, YEARS, PICTURE))
