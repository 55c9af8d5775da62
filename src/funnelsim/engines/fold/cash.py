"""Cash, day by day: what is billed, what is received of it, and what is paid (F17)."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.fold.measures import Cash
from funnelsim.engines.fold.money import rest_of_term
from funnelsim.engines.fold.tally import Books
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING, Event
from funnelsim.rules.billing import NEVER_PAID
from funnelsim.rules.products import MONTH


@rare
def book_cash(row: Record, moment: int, model: Model, books: Books, replication: int) -> None:
    """Book what a row says of cash; `moment` lies in the day to which it belongs (F17)."""
    event, money = int(row["event"]), float(row["money"])
    if event == Event.BILLED:
        _book_bill(row, model, books, replication)
    elif event == Event.REVENUE:
        _pay_by_the_month(row, money, model, books, replication)
    elif event in (Event.MARGIN, Event.EARNED):
        _pay_by_the_month(row, -money, model, books, replication)
    elif event == Event.WAS_CUSTOMER:
        to_come, share = rest_of_term(row, model)
        _pay_by_the_month(row, to_come * (1.0 - share), model, books, replication)
    elif event == Event.TOUCHED:
        for touch in range(1, int(row["count"]) + 1):
            _note(books, replication, model, Cash.PAID.value, row["worked"] + touch * row["waited"], money)
    else:
        _pay(event, money, moment, model, books, replication)


@rule
def _pay(event: int, money: float, moment: int, model: Model, books: Books, replication: int) -> None:
    """Pay what a row costs: on its day, or so many days after the end of its calendar month."""
    after = _days_after(event, model)
    if after != NOTHING:
        moment = (int(books.month_ends[moment // DAY]) + after) * DAY
    if after != NOTHING or _is_paid_at_once(event):
        _note(books, replication, model, Cash.PAID.value, moment, money)


@rule
def _days_after(event: int, model: Model) -> int:
    """Return how many days after the end of its month an event is paid; NOTHING if not by the month."""
    firm = model.firm[0]
    if event == Event.PAY:
        return int(firm["salaries_after"])
    if event == Event.COMMISSION:
        return int(firm["commission_after"])
    if event in (Event.MEDIA, Event.INQUIRY, Event.BECAME_LEAD):
        return int(firm["channels_after"])
    return NOTHING


@rule
def _is_paid_at_once(event: int) -> bool:
    """Return whether what an event costs is paid on its day."""
    of_leads = event in (Event.STARTED, Event.HELD)
    return of_leads or event in (Event.TRAINED, Event.JOINED, Event.ONE_OFF, Event.RUNNING)


@rule
def _book_bill(row: Record, model: Model, books: Books, replication: int) -> None:
    """Book a bill, instalment by instalment, and its payment (CA7)."""
    money = float(row["money"])
    for number in range(row["count"]):
        moment = row["worked"] + number * MONTH
        _note(books, replication, model, Cash.BILLED.value, moment, money)
        if row["waited"] == NEVER_PAID:
            _note(books, replication, model, Cash.BAD_DEBT.value, moment, money)
        else:
            _note(books, replication, model, Cash.RECEIVED.value, moment + row["waited"], money)


@rule
def _pay_by_the_month(row: Record, money: float, model: Model, books: Books, replication: int) -> None:
    """Pay what a span costs: on the last day of each calendar month, for the part of it that lies there."""
    since, end = int(row["time"]), int(row["time"] + row["waited"])
    while since < end and since // DAY < len(books.month_ends):
        last = int(books.month_ends[since // DAY])
        until = min(end, (last + 1) * DAY)
        part = money * ((until - since) / row["waited"])
        _note(books, replication, model, Cash.PAID.value, last * DAY, part)
        since = until


@rule
def _note(books: Books, replication: int, model: Model, flow: int, moment: int, money: float) -> None:
    """Add money to a flow on the day of a moment; all that comes before the period is one day."""
    days = int(books.days_of_cash[0])
    day = max(int(moment - model.months[0]) // DAY + 1, 0)
    if day < days:
        books.cash[replication, flow * days + day] += money
