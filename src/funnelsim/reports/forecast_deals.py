"""The open deals of a forecast from today, by name, and what there is to watch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.metrics.wording import money, number, percent
from funnelsim.reports import notes
from funnelsim.reports.grid import printable
from funnelsim.studies.today.forecast import TodayResult

MOST_DEALS = 25  # listed by name, besides those with an override
_MOST_NAMES = 5  # in a sentence
_NOTABLE = 0.1  # difference of what customers pay, as a share
_MONTH = pd.Timedelta(days=31)


def table_of(*titles: str, width: int, texts: int = 1) -> Table:
    """Make an empty table: so many first columns of texts to the left, as remarks; figures to the right."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, width=width)
    for place, title in enumerate(titles):
        is_text = place < texts or not title
        table.add_column(Text(title), justify="left" if is_text else "right", overflow="fold")
    return table


def deals_by_name(result: TodayResult, width: int, *, every_deal: bool) -> list[RenderableType]:
    """List the open deals that are expected to bring most, and those with an override."""
    deals = result.deals
    if deals.empty:
        return []
    shown = deals
    if not every_deal:
        shown = deals[(deals.index < MOST_DEALS) | (deals["why"] != "")]
    value = f"Value, {result.names.currency}" if result.names.currency else "Value"
    titles = ("Deal", "Rep", "Stage", "Days", value, "Chance", "A month ago", "If won, on", "")
    table = table_of(*titles, width=width, texts=3)
    plain = None if result.plain is None else result.plain.deals.set_index("deal")["chance"]
    for row in shown.to_dict("records"):
        table.add_row(*_cells(row, plain))
    title = "Deals: days in the stage, chance to be won in the quarter, median day if it is"
    rest = deals.drop(shown.index)
    return [Text(), notes.heading(title), table, *_counted(rest, result.names.currency)]


def _cells(row: Mapping[Any, Any], plain: pd.Series[float] | None) -> Iterator[Text]:
    yield from (Text(printable(row[name])) for name in ("deal", "rep", "stage"))
    yield Text(number(row["days"], 2))
    yield Text("-" if pd.isna(row["value"]) else f"{row['value']:,.0f}")
    yield from (Text(percent(row[name])) for name in ("chance", "month_ago"))
    yield Text("-" if pd.isna(row["close"]) else f"{row['close']:%Y-%m-%d}")
    why = printable(row["why"])
    if why and plain is not None:
        why = f"{why} (else {percent(plain[row['deal']])})"
    yield Text("; ".join(filter(None, ["stuck" if row["stuck"] else "", why])))


def _counted(rest: pd.DataFrame, currency: str) -> list[Text]:
    """Count the deals that are not listed."""
    if rest.empty:
        return []
    bring = money(float(rest["expected"].sum()), currency)
    one = len(rest) == 1
    return [
        Text(
            f"{len(rest):,} more deal{'' if one else 's'}, expected to bring {bring} in all; "
            f"--all lists {'it' if one else 'them'}."
        )
    ]


def watch(result: TodayResult) -> list[str]:
    """State what may be wrong: with deals, with the records, or with the scenario."""
    deals = result.deals
    sentences = [
        _of_deals(deals[deals["stuck"]], "stuck: longer in the stage than nine in ten of those won later"),
        _of_deals(
            deals[~deals["has_donor"]],
            "older than any simulated visit to the stage, and taken to be as old as the oldest one; the "
            "scenario's times may be too short",
        ),
        _of_deals(deals[deals["value"].isna()], "without a value, which is drawn as for new deals"),
        _unknown_reps(result),
        _missing_records(result),
        _missing_losses(result),
        _other_prices(result),
    ]
    return [each for each in sentences if each]


def _of_deals(deals: pd.DataFrame, what: str) -> str:
    """State how many open deals are something, and name some of them."""
    if deals.empty:
        return ""
    names = ", ".join(map(printable, deals["deal"].head(_MOST_NAMES)))
    more = ", ..." if len(deals) > _MOST_NAMES else ""
    count = "1 deal is" if len(deals) == 1 else f"{len(deals):,} deals are"
    return f"{count} {what}: {names}{more}."


def _unknown_reps(result: TodayResult) -> str:
    if not result.unknown_reps:
        return ""
    names = ", ".join(map(printable, result.unknown_reps[:_MOST_NAMES]))
    return f"No rep of the scenario: {names}. Their deals have no owner at first."


def _missing_losses(result: TodayResult) -> str:
    """State that the snapshot may lack deals whose companies still cool off."""
    if not result.cools_off:
        return ""
    at, first = result.snapshot.at, result.snapshot.lost["closed"].min()
    needed = at - pd.Timedelta(days=result.cools_off)
    if first.floor("D") <= needed:
        return ""
    lost = "no deal was lost" if pd.isna(first) else f"no deal was lost before {first:%Y-%m-%d}"
    return (
        f"Companies cool off for up to {result.cools_off:,.0f} days, and in the records {lost}. If that is "
        f"not so, too many can ask: funnelsim snapshot --since {needed:%Y-%m-%d} writes all of it."
    )


def _missing_records(result: TodayResult) -> str:
    """State that the snapshot may lack deals that were closed early in the quarter."""
    since, at = result.since, result.snapshot.at
    first = result.snapshot.closed_since(since)["closed"].min()
    if at - since < _MONTH or first - since < _MONTH:
        return ""
    closed = "no deal was closed" if pd.isna(first) else f"no deal was closed before {first:%Y-%m-%d}"
    return (
        f"The quarter began on {since:%Y-%m-%d}, and in the records {closed}. If that is not so, what is won "
        f"so far is too low: funnelsim snapshot --since {since:%Y-%m-%d} writes all of it."
    )


def _other_prices(result: TodayResult) -> str:
    """State that customers pay another amount in the records than by the scenario's prices."""
    customers, currency = result.snapshot.customers, result.names.currency
    paid = None if customers is None else customers.paid_per_month
    by_price = result.paid_by_price
    if paid is None or abs(paid - by_price) <= _NOTABLE * max(paid, by_price):
        return ""
    return (
        f"Customers pay {money(paid, currency)} a month in the records. By the scenario's prices, which are "
        f"simulated, it is {money(by_price, currency)}."
    )
