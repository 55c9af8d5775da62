"""Every contract that is to be delivered, from deal to delivery, by the rows alone, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from funnelsim.engines.fold import stack
from funnelsim.metrics import delivery as figures
from funnelsim.metrics.cut import cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING, Event, Kind

from .account_of_customers import SIGN
from .plain import History, Row, Span, differ

OF_A_DEAL = (Event.WON, Event.MARGIN, Event.EXPECTED_MARGIN, Event.REVENUE)
OF_MONEY = (Event.REVENUE, Event.EARNED, Event.CANCELLED, Event.MARGIN, Event.EXPECTED_MARGIN)
ENDS = (Event.DELIVERED, Event.CANCELLED, Event.OPEN)


class Deal(NamedTuple):
    """The rows with which a contract is won, or something is ordered again, and those of its deliveries."""

    won: list[Row]
    deliveries: dict[int, list[Row]]

    @property
    def signed(self) -> Row:
        """The row of the contract."""
        return self.won[0]

    def money(self, event: Event) -> float:
        """Return what a row of the deal is about."""
        return next(row.money for row in self.won if row.event == event)


def deals_of(history: History) -> list[Deal]:
    """Find the contracts and orders about products that are delivered; a company has one contract at most.

    The delivery of an order is known by what both have in common.
    """
    model, found, latest = history.model, list[Deal](), dict[int, Deal]()
    awaited: dict[tuple[int, ...], Deal] = {}
    to_deliver, deal_of = model.products["delivery"].tolist(), dict[int, Deal]()
    company_of = dict[int, int]()  # of who is won back
    for row in history.rows:
        who = company_of.get(row.pursuit, row.pursuit)
        won = row.process == 0 and row.event == Event.WON and row.product != NOTHING
        if (won or row.event == Event.ORDERED) and to_deliver[row.product]:
            found.append(Deal([row], {}))
            latest[who] = found[-1]
            if row.event == Event.ORDERED:
                awaited[_alike(row)] = found[-1]
        elif is_delivery(model, row) and row.event == Event.BEGAN:
            deal = deal_of[row.pursuit] = awaited.pop(_alike(row), None) or latest[row.worked]
            deal.deliveries[row.pursuit] = [row]
        elif row.event == Event.BEGAN and row.process == 0:
            company_of[row.pursuit] = row.worked
        elif row.pursuit in deal_of:
            deal_of[row.pursuit].deliveries[row.pursuit].append(row)
        elif row.event in OF_A_DEAL and who in latest:
            latest[who].won.append(row)
        elif row.event in SIGN and row.worked in latest:
            latest[row.worked].won.append(row)
    return found


def _alike(row: Row) -> tuple[int, ...]:
    """Return what the rows of an order and of the beginning of its delivery have in common."""
    return row.time, row.created, row.channel, row.segment, row.product


def is_delivery(model: Model, row: Row) -> bool:
    """Return whether a row is about a delivery."""
    return bool(model.processes["kind"][row.process] == Kind.DELIVERING)


def of_deliveries(history: History, seen: Counter[str]) -> Iterator[str]:
    """Each contract to be delivered has one delivery, which is delivered, cancelled or open in the end."""
    deals = deals_of(history)
    ended: list[list[Row]] = []
    for deal in deals:
        if len(deal.deliveries) != 1:
            yield f"{deal.signed.pursuit} has {len(deal.deliveries)} deliveries"
            continue
        (rows,) = deal.deliveries.values()
        ends = [row for row in rows if row.event in ENDS]
        if len(ends) != 1:
            yield f"the delivery of {deal.signed.pursuit} has {len(ends)} ends"
            continue
        for sentence in (*_of_a_beginning(deal, rows[0]), *_of_an_end(history, deal, rows, ends[0])):
            yield f"the delivery of {deal.signed.pursuit} {sentence}"
        seen[f"deliveries: {Event(ends[0].event).name}"] += 1
        seen["deliveries: of an order"] += deal.signed.event == Event.ORDERED
        ended.append([rows[0], ends[0]])
    yield from _of_revenue(history, deals)
    yield from _of_figures(history, ended)
    seen["deliveries"] += len(deals)


def _of_a_beginning(deal: Deal, began: Row) -> Iterator[str]:
    """A delivery begins as its contract is won, about the same product."""
    names = ("time", "created", "channel", "segment", "product")
    if len({tuple(getattr(row, name) for name in names) for row in (deal.signed, began)}) > 1:
        yield "is not that of the deal before it"


def _of_an_end(history: History, deal: Deal, rows: list[Row], end: Row) -> Iterator[str]:
    """What is delivered is earned, what is cancelled is taken back, if it is recognised at delivery."""
    product = history.model.products[deal.signed.product]
    later = {Event(row.event): row.money for row in rows if row.event in OF_MONEY}
    at_delivery, margin = bool(product["at_delivery"]), deal.money(Event.MARGIN)
    expected: dict[Event, float] = {}
    if end.event == Event.DELIVERED:
        if end.worked != rows[0].time or end.count not in (0, 1):
            yield f"is delivered {end.count} times since {end.worked}"
        expected = {Event.REVENUE: deal.signed.money, Event.EARNED: margin} if at_delivery else {}
    elif end.event == Event.CANCELLED:
        expected = {Event.CANCELLED: deal.signed.money}
        if at_delivery:
            expected |= {Event.MARGIN: -margin, Event.EXPECTED_MARGIN: -deal.money(Event.EXPECTED_MARGIN)}
    booked = [Event(row.event) for row in rows if row.event in OF_MONEY]
    if sorted(booked) != sorted(expected) or any(differ(later[key], each) for key, each in expected.items()):
        yield f"ends as {Event(end.event).name} with {later}, and not with {expected}"
    if {row.rep for row in rows if row.event in OF_MONEY} - {deal.signed.rep}:
        yield "is booked for another than who has closed the deal"
    signed = [row.time for row in deal.won if row.event in SIGN]
    begins = end.time if at_delivery else deal.signed.time
    is_customer = bool(product["months"]) and begins >= history.model.stocks_from
    if at_delivery and end.event != Event.DELIVERED:
        is_customer = False
    if signed != [begins] * is_customer:
        yield f"makes customers at {signed}, and not at {begins}"


def _of_revenue(history: History, deals: list[Deal]) -> Iterator[str]:
    """The revenue of products recognised at delivery is the bookings of what has been delivered."""
    at_delivery = history.model.products["at_delivery"]
    bookings = revenue = 0.0
    for deal in deals:
        if at_delivery[deal.signed.product]:
            rows = [row for rows in deal.deliveries.values() for row in rows]
            delivered = any(row.event == Event.DELIVERED for row in rows)
            bookings += deal.signed.money if delivered else 0.0
            revenue += sum(row.money for row in (*deal.won, *rows) if row.event == Event.REVENUE)
    if differ(bookings, revenue):
        yield f"{bookings} have been delivered, and {revenue} are revenue"


def _of_figures(history: History, ended: list[list[Row]]) -> Iterator[str]:
    """The figures of deliveries are those of the account, month by month."""
    told = cut(history.model, stack([history.tally]), "month")
    for number, month in enumerate(history.months):
        took = {Event(event): _within(ended, month, event) for event in ENDS}
        delivered = took[Event.DELIVERED]
        promised = history.model.processes["promised"]
        in_time = [end.time - began.time <= promised[began.process] for began, end in delivered]
        good, taken = (
            sum(end.count for _, end in delivered),
            sum(end.time - began.time for began, end in delivered),
        )
        counted = {
            figures.delivered: (len(delivered),),
            figures.delivered_in_time: (sum(in_time), len(delivered)),
            figures.good_deliveries: (good, len(delivered)),
            figures.days_to_deliver: (taken / DAY, len(delivered)),
            figures.cancelled: (len(took[Event.CANCELLED]),),
        }
        for figure, parts in counted.items():
            found = [float(part[0, number]) for part in figure.parts(told)]
            if any(differ(one, other) for one, other in zip(parts, found, strict=True)):
                yield f"{figure.name} of month {number} is {parts}, and the figure says {found}"


def _within(ended: list[list[Row]], month: Span, event: int) -> list[tuple[Row, Row]]:
    """List the beginnings and ends of what ends so in a month."""
    return [(began, end) for began, end in ended if end.event == event and month[0] <= end.time < month[1]]
