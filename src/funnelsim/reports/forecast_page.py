"""The page of a forecast from today: the quarter, the quota, the deals by name."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.metrics.wording import money, money_range, number, percent
from funnelsim.reports import notes
from funnelsim.reports.grid import WIDTH, printable
from funnelsim.studies.today.bridge import Bridge, Scores, Told
from funnelsim.studies.today.forecast import Range, TodayResult, range_of

MOST_DEALS = 25  # listed by name


def forecast_page(result: TodayResult, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out a forecast from today for a terminal.

    Parameters
    ----------
    result : TodayResult
        The forecast.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    last = result.until - pd.Timedelta(1, "us")
    span = f"the quarter to {last:%Y-%m-%d}, from {result.snapshot.at:%Y-%m-%d}"
    title = f"{printable(result.scenario.source)}: {span}"
    return Group(
        notes.heading(title),
        Text(f"{result.replications:,} simulated quarters, which begin with the {_open(result)}."),
        Text(),
        _quarter(result, width),
        *notes.section("Quota", _quota(result)),
        *_categories(result, width),
        *_deals(result, width),
        *notes.section("Watch", _warnings(result)),
        *notes.next_step(next_command, width),
    )


def _open(result: TodayResult) -> str:
    count = len(result.snapshot.open)
    return f"{count:,} open deal{'' if count == 1 else 's'} of the records"


def _table(*titles: str, width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, width=width)
    for place, title in enumerate(titles):
        table.add_column(Text(title), justify="right" if place else "left", overflow="fold")
    return table


def _quarter(result: TodayResult, width: int) -> Table:
    """Lay out what is won, what is to come and the whole, without overrides beside it if there are any."""
    plain = result.plain
    titles = ("Bookings of the quarter", "Contracts", "Bookings", "80 % range")
    table = _table(*titles, *(["without overrides"] if plain else []), width=width)
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
        f"{money(quota.amount, currency)} are planned, {money(quota.missing, currency)} of it are missing. "
        f"The chance to reach it is {percent(quota.chance)}.",
        f"The expected gap is {money(quota.expected_gap, currency)}, 0 where the quota is reached.",
    ]
    if result.plain is not None and result.plain.quota is not None:
        lines.append(f"Without overrides the chance is {percent(result.plain.quota.chance)}.")
    if not isinf(quota.coverage):
        needed = (
            "no coverage"
            if isinf(quota.coverage_needed)
            else f"a coverage of {number(quota.coverage_needed)}"
        )
        lines.append(
            f"Coverage: the open deals are worth {number(quota.coverage)} times what is missing. In 80 % of "
            f"simulated quarters {needed} was enough."
        )
    return lines


def _categories(result: TodayResult, width: int) -> list[RenderableType]:
    found = result.categories
    if found.empty:
        return []
    table = _table("Forecast category", "Deals", "Value", "Won by then", "Bookings to come", width=width)
    currency = result.names.currency
    for row in found.to_dict("records"):
        worth, bookings = money(row["value"], currency), money(row["bookings"], currency)
        table.add_row(printable(row["category"]), number(row["deals"]), worth, percent(row["won"]), bookings)
    return [Text(), table]


def _deals(result: TodayResult, width: int) -> list[RenderableType]:
    deals = result.deals
    if deals.empty:
        return []
    titles = ("Deal", "Stage", "Days", "Value", "Chance", "A month ago", "Close", "")
    table = _table(*titles, width=width)
    for row in deals.head(MOST_DEALS).to_dict("records"):
        table.add_row(
            Text(printable(row["deal"])),
            Text(printable(row["stage"])),
            number(row["days"], 2),
            money(row["value"], result.names.currency),
            percent(row["chance"]),
            percent(row["month_ago"]),
            "-" if pd.isna(row["close"]) else f"{row['close']:%Y-%m-%d}",
            Text("; ".join(filter(None, ["stuck" if row["stuck"] else "", printable(row["why"])]))),
        )
    more = len(deals) - MOST_DEALS
    rest = [Text(f"{more:,} more deals; --json has them all.")] if more > 0 else []
    return [Text(), notes.heading("Deals: chance to be won in the quarter, median day"), table, *rest]


def _warnings(result: TodayResult) -> list[str]:
    deals, lines = result.deals, []
    stuck = int(deals["stuck"].sum())
    if stuck:
        lines.append(
            f"Stuck, older than nine in ten in their stage that were won later: {stuck:,} of the deals."
        )
    alone = int((~deals["has_donor"]).sum())
    if alone:
        lines.append(
            f"Older than any simulated visit to their stage: {alone:,} of the deals. They are taken to be "
            "as old as the oldest one; the scenario's times may be too short."
        )
    blank = int(deals["value"].isna().sum())
    if blank:
        lines.append(f"Without a value: {blank:,} of the open deals. Theirs is drawn as for new ones.")
    if result.unknown_reps:
        names = ", ".join(map(printable, result.unknown_reps[:5]))
        lines.append(f"No rep of the scenario: {names}. Their deals have no owner at first.")
    return lines


def bridge_page(
    before: Told, after: Told, parts: Bridge, due: Sequence[tuple[Told, Scores]], currency: str
) -> RenderableType:
    """Lay out what has changed since the last forecast, and the scores of those that are due."""
    table = _table(f"Expected bookings of the quarter to {before.until:%Y-%m-%d}", "", width=60)
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
    for name, value in parts._asdict().items():
        table.add_row(f"  {words[name]}", f"{'+' if value > 0 else ''}{money(value, currency)}")
    now = before.expected + sum(parts)
    table.add_row(f"forecast of {after.at:%Y-%m-%d}", money(now, currency))
    return Group(table, *score_lines(due, currency))


def score_lines(due: Sequence[tuple[Told, Scores]], currency: str) -> list[RenderableType]:
    """State the scores of forecasts that are due."""
    lines = []
    for told, score in due:
        unknown = f" ({score.unknown:,} deals are not in the records)" if score.unknown else ""
        lines.append(
            f"Forecast of {told.at:%Y-%m-%d}: Brier score {number(score.brier)}, log score "
            f"{number(score.log)} of {score.deals:,} deals{unknown}. Bookings were "
            f"{money(score.bookings, currency)}, above {percent(score.place)} of the simulated quarters."
        )
    return notes.section("Scores", lines)
