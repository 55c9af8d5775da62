"""Every bill, and cash day by day, by the rows alone; and that the figures are made of the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from funnelsim.engines.fold import stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOBODY, NOTHING, Event

from .plain import MONTH, History, Row

CENT = 0.01
CENTS = 100
BY_THE_MONTH = {
    Event.PAY: "salaries_after",
    Event.COMMISSION: "commission_after",
    Event.MEDIA: "channels_after",
    Event.INQUIRY: "channels_after",
    Event.BECAME_LEAD: "channels_after",
}
AT_ONCE = (Event.STARTED, Event.HELD, Event.TRAINED, Event.JOINED, Event.ONE_OFF, Event.RUNNING)
OF_THE_DAY = (Event.PAY, Event.MEDIA, Event.TRAINED, Event.RUNNING)
FOLLOWED = ("bills", "bills: instalments", "bills: never paid", "days of cash", "days of cash below 0")
FIGURES_OF_CASH = (
    *("billed", "bad_debt", "cash_received", "cash_paid"),
    *("receivables", "cash", "lowest_cash"),
)
Months = list[tuple[int, int]]  # by their first days, and those of the next ones
Flows = dict[str, dict[int, float]]  # by what it is, and by day


def of_cash(history: History, seen: Counter[str]) -> Iterator[str]:
    """Opening balance + all received - all paid = closing balance; billed = received + bad debt + due."""
    bills = [row for row in history.rows if row.event == Event.BILLED]
    if not history.model.firm[0]["cash"]:
        if bills or history.tally.cash.size:
            yield f"{len(bills)} bills where no cash is counted"
        return
    seen["bills"] += len(bills)
    seen["bills: instalments"] += sum(row.count for row in bills if row.count > 1)
    seen["bills: never paid"] += sum(row.waited < 0 for row in bills)
    yield from _of_contracts(history, bills)
    yield from _of_figures(history, flows_of(history), seen)


def flows_of(history: History) -> Flows:
    """Add up what is billed, never paid, received and paid on each day, from the rows."""
    found: Flows = {name: defaultdict(float) for name in ("billed", "bad", "received", "paid")}
    months = _calendar_months(history.model)
    for row in history.rows:
        if row.event == Event.BILLED:
            for number in range(row.count):
                due = row.worked + number * int(MONTH)
                found["billed"][due // DAY] += row.money
                name, moment = ("bad", due) if row.waited < 0 else ("received", due + row.waited)
                found[name][moment // DAY] += row.money
        else:
            for day, money in _payments(history.model, months, row):
                found["paid"][day] += money
    return found


def _payments(model: Model, months: Months, row: Row) -> Iterator[tuple[int, float]]:
    """Give out what a row costs, with the day on which it is paid."""
    day = (row.time - (row.event in OF_THE_DAY)) // DAY
    if row.event in BY_THE_MONTH:
        yield _month_end(months, day) + int(model.firm[0][BY_THE_MONTH[Event(row.event)]]), row.money
    elif row.event in AT_ONCE:
        yield day, row.money
    elif row.event == Event.TOUCHED:
        yield from (
            ((row.worked + touch * row.waited) // DAY, row.money) for touch in range(1, row.count + 1)
        )
    cost = {Event.REVENUE: row.money, Event.MARGIN: -row.money, Event.EARNED: -row.money}
    if row.event == Event.WAS_CUSTOMER:
        margin = model.prices["margin"][row.product * len(model.segments) + row.segment]
        cost[Event.WAS_CUSTOMER] = row.money * row.waited / MONTH * (1 - margin)
    if row.event in cost and row.waited:
        for first, end in months:
            part = min(row.time + row.waited, end * DAY) - max(row.time, first * DAY)
            if part > 0:
                yield end - 1, cost[Event(row.event)] * part / row.waited


def _calendar_months(model: Model) -> Months:
    """List the first day of each calendar month and of the next one; the last goes on beyond the horizon."""
    months = model.calendar_months
    begins = [0, *(np.flatnonzero(np.diff(months)) + 1).tolist()]
    return [*pairwise(begins), (begins[-1], begins[-1] + int(model.month_days[-1]))]


def _month_end(months: Months, day: int) -> int:
    """Return the last day of a day's calendar month."""
    return next(end - 1 for first, end in months if first <= day < end)


def _of_contracts(history: History, bills: list[Row]) -> Iterator[str]:
    """What is signed is billed once, but for what is to be delivered; so is what is paid for a later term."""
    billed: dict[int, list[Row]] = defaultdict(list)
    for row in bills:
        billed[row.pursuit].append(row)
    begin = (Event.SUBSCRIBED, Event.REACTIVATED, Event.WAS_CUSTOMER)
    customers = {row.pursuit for row in history.rows if row.event in begin}
    for row in history.rows:
        to_deliver = row.product != NOTHING and history.model.products["delivery"][row.product]
        if row.event in (Event.WON, Event.ORDERED) and row.process == 0 and not to_deliver:
            found = [each for each in billed[row.pursuit] if each.time == row.time]
            total, count = sum(each.money * each.count for each in found), sum(each.count for each in found)
            if abs(total - row.money) > (count + 2) * CENT / 2 + 1e-6:
                yield f"{row.pursuit} is billed {total} of {row.money}"
        elif row.event == Event.REVENUE and row.pursuit in customers:
            [bill] = [each for each in billed[row.pursuit] if each.time == row.time] or [None]
            total = 0.0 if bill is None else bill.money * bill.count
            count = 1 if bill is None else bill.count
            if abs(total - row.money) > count * CENT / 2 + 1e-6 or (bill and bill.rep != NOBODY):
                yield f"the term of {row.pursuit} is billed {total} of {row.money}"


def _of_figures(history: History, flows: Flows, seen: Counter[str]) -> Iterator[str]:
    """The figures of each month are those of its days, and balances go on from each other to the cent."""
    model = history.model
    months = cut(model, stack([history.tally]), "month")
    figure = {name: FIGURES[name].values(months)[0] for name in FIGURES_OF_CASH}
    opening = float(model.firm[0]["opening"])
    balance, owed = opening, _due_before(int(model.months[0]) // DAY, flows)
    for number, (since, until) in enumerate(history.months):
        days = range(since // DAY, until // DAY)
        lowest = float("inf")
        told = {"billed": 0.0, "bad": 0.0, "received": 0.0, "paid": 0.0}
        for day in days:
            for name in told:
                told[name] += flows[name][day]
            balance += flows["received"][day] - flows["paid"][day]
            lowest = min(lowest, balance)
            seen["days of cash"] += 1
            seen["days of cash below 0"] += int(balance < 0)
        owed += told["billed"] - told["bad"] - told["received"]
        expected = {
            **{"billed": told["billed"], "bad_debt": told["bad"], "cash_received": told["received"]},
            **{"cash_paid": told["paid"], "receivables": owed, "cash": balance, "lowest_cash": lowest},
        }
        for name, money in expected.items():
            if abs(money - figure[name][number]) > CENT * (until // DAY - int(model.months[0]) // DAY):
                yield f"{name} of month {number} is {figure[name][number]}, by the rows {money}"
    cents = {
        name: np.rint(figure[name] * CENTS).astype(int) for name in ("cash", "cash_received", "cash_paid")
    }
    before = np.array([round(opening * CENTS), *cents["cash"][:-1]])
    if (before + cents["cash_received"] - cents["cash_paid"] != cents["cash"]).any():
        yield f"balances {cents} do not go on from {opening}"


def _due_before(day: int, flows: Flows) -> float:
    """Return what is due from bills before a day."""
    signs = {"billed": 1, "bad": -1, "received": -1}
    return sum(
        sign * money for name, sign in signs.items() for when, money in flows[name].items() if when < day
    )
