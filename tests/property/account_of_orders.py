"""Every repeat purchase, from order to order of a buyer, by the rows alone, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from funnelsim.engines.fold import stack
from funnelsim.metrics import orders as figures
from funnelsim.metrics.cut import cut
from funnelsim.model.words import NOBODY, Event

from .plain import History, Row, differ

OF_AN_ORDER = (Event.ORDERED, Event.MARGIN, Event.EXPECTED_MARGIN, Event.REVENUE)
ALIKE = ("created", "channel", "segment", "stage", "product")


def buyers_of(history: History) -> dict[int, list[Row]]:
    """Find the rows of all who have bought again."""
    found: dict[int, list[Row]] = {row.pursuit: [] for row in history.rows if row.event == Event.ORDERED}
    for row in history.rows:
        if row.pursuit in found and row.event != Event.BILLED:  # see account_of_cash
            found[row.pursuit].append(row)
    return found


def of_orders(history: History, seen: Counter[str]) -> Iterator[str]:
    """Orders of a buyer follow each other from its deal on; each earns what is paid for it."""
    won = {
        (row.time, *(getattr(row, name) for name in ALIKE))
        for row in history.rows
        if row.event == Event.WON and row.time >= history.model.stocks_from
    }
    for buyer, rows in buyers_of(history).items():
        first = rows[0]
        if (first.worked, *(getattr(first, name) for name in ALIKE)) not in won:
            yield f"buyer {buyer} has won no deal at {first.worked}"
        before = first.worked
        orders = [list(each) for _, each in groupby(rows, key=lambda row: row.time)]
        for number, order in enumerate(orders, start=1):
            for sentence in _of_an_order(history, order, number, before):
                yield f"order {number} of {buyer} {sentence}"
            before = order[0].time
            seen["orders"] += 1
            seen["orders after the first"] += number > 1
    yield from _of_figures(history)


def _of_an_order(history: History, rows: list[Row], number: int, before: int) -> Iterator[str]:
    ordered, later = rows[0], bool(history.model.products["at_delivery"][rows[0].product])
    if [row.event for row in rows] != list(OF_AN_ORDER[: 3 if later else 4]):
        yield f"has {[Event(row.event).name for row in rows]}"
        return
    if (ordered.count, ordered.time - ordered.waited) != (number, before):
        yield f"is told as the {ordered.count}th, {ordered.waited} after the one before"
    if any(row.rep != NOBODY or row.worked != ordered.worked for row in rows):
        yield "is somebody's, or knows of another deal"
    if bool(rows[1].waited) == later or not (later or rows[1].waited == rows[3].waited):
        yield "earns its margin over another time than its revenue"
    if not later and differ(rows[3].money, ordered.money):
        yield f"earns {rows[3].money} in place of {ordered.money}"


def _of_figures(history: History) -> Iterator[str]:
    """The figures of repeat purchase are those of the account, month by month."""
    told = cut(history.model, stack([history.tally]), "month")
    for number, (since, until) in enumerate(history.months):
        orders = [row for row in history.rows if row.event == Event.ORDERED and since <= row.time < until]
        counted = {
            figures.repeat_purchases: len(orders),
            figures.repeat_customers: sum(row.count == 1 for row in orders),
            figures.repeat_purchase_value: sum(row.money for row in orders),
        }
        for figure, count in counted.items():
            found = float(figure.parts(told)[0][0, number])
            if differ(count, found):
                yield f"{figure.name} of month {number} is {count}, and the figure says {found}"
