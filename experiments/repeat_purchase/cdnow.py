"""Who buys again: a fit to 39 weeks, simulated for 78, beside what happened: `make repeat-purchase`.

Writes `result.md` and `weeks.png` beside this file, and prints the first.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from experiments.paired import table
from experiments.repeat_purchase.purchases import (
    ALL,
    FITTED,
    WEEK,
    Fit,
    Floats,
    customers_by_repeats,
    data_file,
    fit,
    histories,
    load,
    repeats_by_week,
)
from joblib import Parallel, delayed
from matplotlib.figure import Figure

from funnelsim.chance.keys import world_of
from funnelsim.engines import history
from funnelsim.model.model import Chapters
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import TODAY, course_of, parse

MOST = 7  # repeat purchases: those with more count with them
HALVES = {"fitted": slice(0, FITTED), "scored": slice(FITTED, ALL)}
PUBLISHED = {"fitted": 2497.6, "scored": 1669.0}  # expected, with the published parameters

SCENARIO = """
start = 1997-01-01
horizon = {{ warm_up_months = 0, period_months = 18, drain_months = 0 }}
[products.discs]
price = {price}
[products.discs.repeat_purchase]
shape = {r}
scale_days = {scale_days}
a = {a}
b = {b}
[segments.all]
[channels.shop]
kind = "seo"
inquiries_per_month = {a_month}
monthly_profile = {profile}
[stages.order]
conversion = 1
[[changes]]
date = {over}
change = {{ "channels.shop.inquiries_per_month" = 0 }}
"""

SAYS = """# Who buys again? Fitted to 39 weeks, scored on the next 39

Written by `make repeat-purchase` (`python -m experiments.repeat_purchase.cdnow`). The CDNOW sample has the
purchases of {customers:,} customers who bought CDs for the first time in the first quarter of 1997, until the
end of June 1998. Repeat purchase (`[products.NAME.repeat_purchase]`) is fitted by maximum likelihood to weeks
1 to {fitted}; weeks {first_scored} to {all_weeks} are not looked at before they are compared. Then funnelsim
lives through 78 weeks {worlds:,} times (seed {seed}): new customers come as in the data, month by month, and
buy at once; each buys again at a rate of its own, until it drops out. Fewer or more new customers may come in
a simulated history, so its purchases are counted for {customers:,} customers. What a customer has bought on
one day is one purchase in the data.

| | r | alpha, weeks | a | b | log-likelihood |
|---|---|---|---|---|---|
| fitted here | {fit.r:.3f} | {fit.alpha:.3f} | {fit.a:.3f} | {fit.b:.3f} | {fit.log_likelihood:,.1f} |
| published (Fader, Hardie and Lee 2005) | 0.243 | 4.414 | 0.793 | 2.426 | -9,582.4 |

## Repeat purchases

{totals}

![Repeat purchases by week, and customers by number of repeat purchases](weeks.png)

{verdict}

## Customers by number of repeat purchases

{by_number}

Simulated: the mean history, and in brackets the range from the 2.5th to the 97.5th percentile of histories.
"""


class Counted(NamedTuple):
    """What is counted in the data, or in a simulated history."""

    by_week: Floats  # repeat purchases in each of the 78 weeks
    by_number: dict[str, Floats]  # customers by number of repeat purchases, 0 to MOST, in each half


def counted(purchases: pd.DataFrame, customers: int) -> Counted:
    """Count purchases (`customer`, `day`, `number`), as if there were so many customers."""
    everybody = purchases["customer"].unique()
    per = np.float64(customers / len(everybody))
    again = purchases[purchases["number"] > 0]
    by_number = {}
    for half, weeks in HALVES.items():
        within = again[again["day"].between(weeks.start * WEEK, weeks.stop * WEEK - 1)]
        repeats = within.groupby("customer").size().reindex(everybody, fill_value=0).to_numpy(np.int64)
        by_number[half] = per * customers_by_repeats(repeats, MOST)
    return Counted(per * repeats_by_week(again["day"].to_numpy()), by_number)


def scenario(fitted: Fit, purchases: pd.DataFrame) -> str:
    """Write the firm: new customers by month as in the data, and what was fitted."""
    first = purchases[purchases["number"] == 0]
    months = (pd.Timestamp("1997-01-01") + pd.to_timedelta(first["day"], unit="D")).dt.month
    by_month = np.bincount(months, minlength=13)[1:]
    last = int(first["day"].max())
    # The days of the last month that have new customers have all of them.
    days = pd.Timestamp("1997-01-01") + pd.Timedelta(days=last + 1)
    share = (days.day - 1) / days.days_in_month if days.day > 1 else 1.0
    weights = by_month.astype(float)
    weights[days.month - 1] /= share
    fitting = purchases[purchases["day"] < FITTED * WEEK]
    return SCENARIO.format(
        price=round(float(fitting["paid"].mean()), 2),
        r=fitted.r,
        scale_days=WEEK * fitted.alpha,
        a=fitted.a,
        b=fitted.b,
        a_month=float(weights.mean()),
        profile=weights.tolist(),
        over=days.date().isoformat(),
    )


def purchases_of(chapters: Chapters, seed: int, replication: int) -> pd.DataFrame:
    """Simulate a history, and list its purchases as `load` does those of the data."""
    rows = history("compiled", chapters, seed, replication)
    won = rows[rows["event"] == Event.WON]
    ordered = rows[rows["event"] == Event.ORDERED]
    customer = np.concatenate([won["created"], ordered["created"]])
    day = np.concatenate([won["time"], ordered["time"]]) // DAY
    found = pd.DataFrame({"customer": customer, "day": day})
    found = found.sort_values(["customer", "day"], ignore_index=True)
    return found.assign(number=found.groupby("customer").cumcount())


def simulated(text: str, customers: int, options: argparse.Namespace) -> list[Counted]:
    """Live through the 78 weeks again and again."""
    chapters = course_of(parse(text), TODAY).chapters(world_of(options.seed, 0))
    jobs = Parallel(n_jobs=options.jobs, backend="threading")
    found: list[Counted] = jobs(
        delayed(lambda number: counted(purchases_of(chapters, options.seed, number), customers))(world)
        for world in range(options.worlds)
    )
    return found


# ---- what is written ------------------------------------------------------------------------------


def with_range(values: Floats, decimals: int = 0) -> str:
    """Write a mean, and the range of 95 % of histories."""
    low, high = np.quantile(values, (0.025, 0.975))
    return f"{values.mean():,.{decimals}f} ({low:,.{decimals}f} to {high:,.{decimals}f})"


def totals(observed: Counted, worlds: Sequence[Counted]) -> str:
    """Tabulate repeat purchases in both halves."""
    head = ["weeks", "happened", "simulated", "simulated / happened", "expected by the published fit"]
    rows = []
    for half, weeks in HALVES.items():
        happened = observed.by_week[weeks].sum()
        found = np.array([world.by_week[weeks].sum() for world in worlds])
        name = f"{weeks.start + 1} to {weeks.stop}, {half}"
        ratio = f"{found.mean() / happened:.3f}"
        rows.append([name, f"{happened:,.0f}", with_range(found), ratio, f"{PUBLISHED[half]:,.1f}"])
    return table(head, rows)


def by_number(observed: Counted, worlds: Sequence[Counted]) -> str:
    """Tabulate customers by number of repeat purchases in both halves."""
    head = ["repeat purchases"]
    head += [f"{what}, {half}" for half in HALVES for what in ("happened", "simulated")]
    rows = []
    for number in range(MOST + 1):
        row = [f"{number}{' or more' if number == MOST else ''}"]
        for half in HALVES:
            found = np.array([world.by_number[half][number] for world in worlds])
            row += [f"{observed.by_number[half][number]:,.0f}", with_range(found)]
        rows.append(row)
    return table(head, rows)


def verdict(observed: Counted, worlds: Sequence[Counted]) -> str:
    """Say how well the scored half is forecast."""
    weeks = HALVES["scored"]
    happened = observed.by_week[weeks].sum()
    found = np.array([world.by_week[weeks].sum() for world in worlds])
    low, high = np.quantile(found, (0.025, 0.975))
    inside = "inside" if low <= happened <= high else "outside"
    share = 1 - found.mean() / happened
    each = np.array([world.by_week[weeks] for world in worlds])
    lows, highs = np.quantile(each, (0.025, 0.975), axis=0)
    hit = ((lows <= observed.by_week[weeks]) & (observed.by_week[weeks] <= highs)).sum()
    return (
        f"In the scored half {happened:,.0f} repeat purchases happened, {abs(share):.0%} "
        f"{'more' if share > 0 else 'fewer'} than in the mean simulated history, and {inside} the range of "
        f"95 % of histories. {hit} of the {FITTED} weeks lie in theirs. The expectation of the published fit "
        f"is {PUBLISHED['scored']:,.0f}: what is missing is missing in the model, not in its simulation. "
        "Nothing in it knows of seasons."
    )


def drawn(observed: Counted, worlds: Sequence[Counted], customers: int) -> Figure:
    """Draw repeat purchases by week, and customers by number of repeats in the scored half."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    weeks = np.arange(1, ALL + 1)
    each = np.array([world.by_week for world in worlds])
    low, high = np.quantile(each, (0.025, 0.975), axis=0)
    left.fill_between(weeks, low, high, color="tab:blue", alpha=0.25, linewidth=0)
    left.plot(weeks, each.mean(axis=0), color="tab:blue", label="simulated: mean, and 95 % of histories")
    left.plot(weeks, observed.by_week, color="black", linewidth=1, label="happened")
    left.axvline(FITTED + 0.5, color="grey", linewidth=0.8)
    left.text(FITTED + 1.5, 0.02, "scored", transform=left.get_xaxis_transform(), color="grey")
    left.text(FITTED - 0.5, 0.02, "fitted", transform=left.get_xaxis_transform(), color="grey", ha="right")
    left.set(xlabel="week", ylabel="repeat purchases", ylim=(0, None), title="Repeat purchases by week")
    left.legend(frameon=False)
    numbers = np.arange(MOST + 1)
    found = np.array([world.by_number["scored"] for world in worlds])
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    mean = found.mean(axis=0)
    errors = [np.maximum(mean - low, 0), np.maximum(high - mean, 0)]
    right.bar(numbers - 0.2, observed.by_number["scored"], 0.4, color="black", label="happened")
    right.bar(numbers + 0.2, mean, 0.4, yerr=errors, color="tab:blue", label="simulated")
    right.set_xticks(numbers, [*map(str, numbers[:-1]), f"{MOST}+"])
    right.set(yscale="log", xlabel="repeat purchases", ylabel=f"customers, of {customers:,}")
    right.set_title(f"Customers, weeks {FITTED + 1} to {ALL}")
    right.legend(frameon=False)
    return figure


# ---- the experiment -------------------------------------------------------------------------------


def compared(file: Path, options: argparse.Namespace) -> tuple[str, Figure]:
    """Fit, simulate and compare; return text and picture."""
    purchases = load(file)
    customers = purchases["customer"].nunique()
    fitted = fit(histories(purchases))
    worlds = simulated(scenario(fitted, purchases), customers, options)
    observed = counted(purchases, customers)
    text = SAYS.format(
        customers=customers,
        fitted=FITTED,
        first_scored=FITTED + 1,
        all_weeks=ALL,
        worlds=options.worlds,
        seed=options.seed,
        fit=fitted,
        totals=totals(observed, worlds),
        verdict=verdict(observed, worlds),
        by_number=by_number(observed, worlds),
    )
    return text, drawn(observed, worlds, customers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the result, or say which file is missing (exit status 2)."""
    parser = argparse.ArgumentParser(
        description="Who buys again, fitted to one half and scored on the other."
    )
    parser.add_argument("--worlds", type=int, default=400, help="simulated histories")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="histories at the same time")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder of the result and the picture"
    )
    options = parser.parse_args(arguments)
    try:
        file = data_file()
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 2
    text, figure = compared(file, options)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "result.md").write_text(text, encoding="utf-8")
    figure.savefig(options.out / "weeks.png", dpi=100, metadata={"Software": None})
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
