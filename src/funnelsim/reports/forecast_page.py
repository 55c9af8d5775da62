"""The page of a forecast from today: the quarter, the quota, the deals by name."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.metrics.wording import money, money_range, number, percent
from funnelsim.reports import notes
from funnelsim.reports.forecast_deals import deals_by_name, table_of, watch
from funnelsim.reports.grid import WIDTH, printable
from funnelsim.studies.today.bridge import Bridge, Scores, Told
from funnelsim.studies.today.forecast import Quota, Range, TodayResult, range_of


def forecast_page(
    result: TodayResult, next_command: str, width: int = WIDTH, *, every_deal: bool = False
) -> RenderableType:
    """Lay out a forecast from today for a terminal.

    Parameters
    ----------
    result : TodayResult
        The forecast.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    every_deal : bool
        Whether to list all open deals by name, not only those that bring most and those with an override.
    """
    last = result.until - pd.Timedelta(1, "us")
    span = f"the quarter to {last:%Y-%m-%d}, from {result.snapshot.at:%Y-%m-%d}"
    title = f"{printable(result.scenario.source)}: {span}"
    return Group(
        notes.heading(title),
        Text(f"{result.replications:,} simulated quarters. Each begins with {_begins_with(result)}."),
        Text(),
        _quarter(result, width),
        *notes.section("Quota", _quota(result)),
        *_categories(result, width),
        *deals_by_name(result, width, every_deal=every_deal),
        *notes.section("Watch", watch(result)),
        *notes.next_step(next_command, width),
    )


def _begins_with(result: TodayResult) -> str:
    deals = f"the {_counted(len(result.snapshot.open), 'open deal')} of the records"
    customers = result.customers_at_first
    of = "of the records" if result.snapshot.customers is not None else "of the scenario"
    return f"{deals} and the {_counted(customers, 'customer')} {of}" if customers else deals


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _quarter(result: TodayResult, width: int) -> Table:
    """Lay out what is won, what is to come and the whole, without overrides beside it if there are any."""
    plain = result.plain
    titles = ("Bookings of the quarter", "Contracts", "Expected", "80 % range")
    table = table_of(*titles, *(["without overrides"] if plain else []), width=width)
    currency = result.names.currency
    without: list[Range | None] = [None] * 3
    if plain is not None:
        without = [
            range_of(each) for each in (plain.bookings(new=False), plain.bookings(new=True), plain.total)
        ]
    so_far = [number(result.contracts_so_far), money(result.won_so_far, currency), ""]
    table.add_row("won so far", *so_far, *([""] if plain else []))
    contracts = [result.contracts(new=False), result.contracts(new=True)]
    rows = [
        ("to come from open deals", contracts[0], range_of(result.bookings(new=False))),
        ("to come from new ones", contracts[1], range_of(result.bookings(new=True))),
        ("in all", result.contracts_so_far + contracts[0] + contracts[1], range_of(result.total)),
    ]
    for (label, count, found), other in zip(rows, without, strict=True):
        cells = [number(float(count.mean())), money(found.mean, currency), _span(found, currency)]
        table.add_row(label, *cells, *([money(other.mean, currency)] if other else []))
    return table


def _span(found: Range, currency: str) -> str:
    return money_range(found.p10, found.p90, currency)


def _quota(result: TodayResult) -> list[str]:
    """State the chance of the quota, the gap and the coverage."""
    quota, currency = result.quota, result.names.currency
    if quota is None:
        return []
    lines = [
        f"{money(quota.amount, currency)} are planned; {money(quota.missing, currency)} are still missing. "
        f"The chance to reach the quota is {percent(quota.chance)}.",
        f"The expected gap is {money(quota.expected_gap, currency)}: how far bookings fall short on average, "
        "0 where the quota is reached.",
    ]
    plain = result.plain.quota if result.plain is not None else None
    if plain is not None:
        gap = money(plain.expected_gap, currency)
        lines.append(f"Without overrides the chance is {percent(plain.chance)}, and the gap {gap}.")
    return [*lines, *_coverage(quota)]


def _coverage(quota: Quota) -> list[str]:
    """Compare the open deals with what is missing, and with what would be enough."""
    if isinf(quota.coverage):
        return []
    now = f"Coverage: the open deals are worth {number(quota.coverage)} times what is missing."
    if isinf(quota.coverage_needed):
        return [f"{now} A fifth of the simulated quarters or more bring nothing, so no coverage is enough."]
    return [
        f"{now} The coverage with which 80 % of simulated quarters reach the quota is "
        f"{number(quota.coverage_needed)}."
    ]


def _categories(result: TodayResult, width: int) -> list[RenderableType]:
    found = result.categories
    if found.empty:
        return []
    titles = ("Forecast category", "Deals", "Value", "To be won", "Bookings to come", "Won of closed")
    table = table_of(*titles, width=width)
    currency = result.names.currency
    for row in found.to_dict("records"):
        worth, bookings = money(row["value"], currency), money(row["bookings"], currency)
        share = f"{row['closed_won']:,} of {row['closed']:,}" if row["closed"] else "-"
        cells = [f"{row['deals']:,}", worth, percent(row["won"]), bookings, share]
        table.add_row(Text(printable(row["category"])), *cells)
    return [Text(), table]


def bridge_table(before: Told, after: Told, parts: Bridge, currency: str) -> Table:
    """Lay out what has changed since the last forecast."""
    last = before.until - pd.Timedelta(1, "us")
    table = table_of(f"Quarter to {last:%Y-%m-%d}", "Expected bookings", width=60)
    table.add_row(f"forecast of {before.at:%Y-%m-%d}", money(before.expected, currency))
    words = {
        "new": "new deals",
        "won": "won",
        "lost": "lost",
        "slipped": "later or sooner, likelier or not",
        "value": "other values",
        "owner": "other owners",
        "model": "another scenario",
    }
    for name, value in ((name, value) for name, value in parts._asdict().items() if value):
        table.add_row(f"  {words[name]}", f"{'+' if value > 0 else ''}{money(value, currency)}")
    now = before.expected + sum(parts)
    table.add_row(f"forecast of {after.at:%Y-%m-%d}", money(now, currency))
    return table


def score_lines(due: Sequence[tuple[Told, Scores]], currency: str) -> list[RenderableType]:
    """State the scores of forecasts that are due."""
    lines = []
    for told, score in due:
        unknown = f" ({score.unknown:,} deals are not in the records)" if score.unknown else ""
        lines.append(
            f"Forecast of {told.at:%Y-%m-%d}: Brier score {number(score.brier)}, log score "
            f"{number(score.log)} of {score.deals:,} deals{unknown}. Bookings were "
            f"{money(score.bookings, currency)} ({money(told.expected, currency)} had been expected), above "
            f"{percent(score.place)} of the simulated quarters."
        )
    return notes.section("Scores", lines)
