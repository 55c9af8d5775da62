"""Every unit of money, by the rows of the ledger alone, and that the figures are made of the same."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from funnelsim.engines.fold import (
    AFTERWARDS,
    DIMENSIONS,
    EARNED_BACK,
    EARNED_MARGIN,
    EARNED_REVENUE,
    EXPECTED_BACK,
    KEPT,
    TOUCH,
    WON_BACK,
    Basis,
    Measure,
    line_bounds,
    stack,
)
from funnelsim.metrics.cut import cut
from funnelsim.metrics.money import everything
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import DAY, NOTHING, Event, Flag, Kind

from .account_of_customers import OF_CUSTOMERS
from .account_of_deliveries import is_delivery
from .plain import MONTH, History, Row, differ, openings, overlap, spans_of

COSTS = (
    Event.MEDIA,
    Event.INQUIRY,
    Event.BECAME_LEAD,
    Event.HELD,
    Event.PAY,
    Event.COMMISSION,
    Event.STARTED,
    Event.TRAINED,
    Event.JOINED,
    Event.ONE_OFF,
    Event.RUNNING,
)
OF_A_CONTRACT = (Event.WON, Event.MARGIN, Event.REVENUE, Event.EXPECTED, Event.EXPECTED_MARGIN)
NO_COSTS = (  # what a contract is worth or may cost; what was paid for before; a skill
    *OF_A_CONTRACT,
    *(Event.EXPECTED_COMMISSION, Event.REJECTED, Event.PROSPECTED, Event.SKILL),
    *(Event.CANCELLED, Event.EARNED, Event.ORDERED, Event.BILLED),
    *OF_CUSTOMERS,
)
OF_A_SALE = (  # money of a contract that has been signed, whoever writes it
    *(Event.REVENUE, Event.MARGIN, Event.EXPECTED_MARGIN),
    *(Event.EARNED, Event.CANCELLED, Event.BILLED),
)
OF_THE_DAY = (Event.MEDIA, Event.PAY, Event.RUNNING, Event.TRAINED, Event.SKILL)  # at the midnight after it
SPANS = (  # of which each month of the period has its part
    *(TOUCH, EARNED_REVENUE, EARNED_MARGIN),
    *(EARNED_BACK, AFTERWARDS),
)
BACK = {Event.WON: WON_BACK, Event.EXPECTED: EXPECTED_BACK}
OF_MONEY = (
    *(event for event, measures in KEPT if Measure.MONEY in measures and event < len(Event)),
    *SPANS,
    *BACK.values(),
)


class Booking(NamedTuple):
    """Money of an event, the row that has it, and the moments at which it counts on either basis."""

    event: int
    row: Row
    money: float
    moment: int


def bookings_of(history: History) -> Iterator[Booking]:
    """Give out what is booked: the money of a row once, or that of its span in parts."""
    for row in history.rows:
        if row.event == Event.TOUCHED:
            for touch in range(1, row.count + 1):
                yield Booking(TOUCH, row, row.money, row.worked + touch * row.waited)
            continue
        if row.money == 0:
            continue
        yield Booking(row.event, row, row.money, row.time - (row.event in OF_THE_DAY))
        if row.event == Event.WAS_CUSTOMER:
            yield from _of_the_rest(history, row)
        back = row.flags & Flag.RETURNED != 0
        referred = 0 <= row.channel == int(history.model.firm["referred_to"][0]) - 1
        if back and row.event in BACK:
            yield Booking(BACK[Event(row.event)], row, row.money, row.time)
        revenue = [EARNED_REVENUE] + [EARNED_BACK] * back + [AFTERWARDS] * referred
        earned = {Event.REVENUE: revenue, Event.EARNED: [EARNED_MARGIN]}
        earned |= {Event.MARGIN: [EARNED_MARGIN] if row.waited else []}  # else it is earned at delivery
        for event, month in product(earned.get(Event(row.event), []), history.months):
            part = overlap((row.time, row.time + row.waited), month)
            yield Booking(event, row, row.money * part / max(row.waited, 1), month[0])


def _of_the_rest(history: History, row: Row) -> Iterator[Booking]:
    """Give out what is earned of the term at hand by who is a customer as the period begins (F11)."""
    model = history.model
    paid = row.money * row.waited / MONTH
    margin = model.prices["margin"][row.product * len(model.segments) + row.segment]
    for (event, money), month in product(
        ((EARNED_REVENUE, paid), (EARNED_MARGIN, paid * margin)), history.months
    ):
        part = overlap((row.time, row.time + row.waited), month)
        yield Booking(event, row, money * part / row.waited, month[0])


def of_money(history: History, seen: Counter[str]) -> Iterator[str]:
    """The money of each row is in the sums of its lines once, and in the costs if it is one."""
    costs: dict[int | None, list[float]] = defaultdict(list)  # by month of the period
    booked = list(bookings_of(history))
    for event, row, money, moment in booked:
        seen["rows of money"] += 1
        if event < len(Event) and event not in (*COSTS, *NO_COSTS):
            yield f"{Event(event).name} has money, {money}"
        sells = row.process == SALE or history.model.processes["kind"][row.process] != Kind.SELLING
        if sells and event in (*COSTS, TOUCH):
            costs[history.month_of(moment)].append(money)
    yield from _of_lines(history, booked)
    figure = everything(cut(history.model, stack([history.tally]), "month"))[0]
    for number in range(len(history.months)):
        if differ(math.fsum(costs[number]), figure[number]):
            yield f"month {number} costs {math.fsum(costs[number])}, and the figure says {figure[number]}"


def _of_lines(history: History, booked: Iterable[Booking]) -> Iterator[str]:
    """Compare what is booked in each line, of each event and on each basis, with the sums of the tally."""
    model, sums = history.model, history.tally.sums
    bounds = line_bounds(model)
    parts: dict[tuple[int, int, int], list[float]] = defaultdict(list)  # by line, event and basis
    for event, row, money, moment in booked:
        born = None if row.pursuit < 0 or event in SPANS else history.month_of(row.created)
        for basis, month in ((Basis.PERIOD, history.month_of(moment)), (Basis.COHORT, born)):
            for line in [] if month is None else _lines(model, bounds, row, month):
                parts[line, event, basis].append(money)
    told = np.zeros((sums.shape[0], sums.shape[1], len(Basis)))
    for place, amounts in parts.items():
        told[place] = math.fsum(amounts)
    told, found = told[bounds[1] :, OF_MONEY], sums[bounds[1] :, ..., Measure.MONEY][:, OF_MONEY]
    for line, number, basis in np.argwhere(~np.isclose(told, found, rtol=1e-9, atol=1e-6)).tolist():
        amounts = f"{told[line, number, basis]}, and {found[line, number, basis]} in the sums"
        yield f"event {OF_MONEY[number]} in line {line + bounds[1]}: {amounts}"


def _lines(model: Model, bounds: Iterable[int], row: Row, month: int) -> list[int]:
    """List the lines of a row: its month; its channel and segment in the sale; its stage and rep.

    What is earned or taken back by a delivery counts with the sale (F12).
    """
    starts = dict(zip(DIMENSIONS, bounds, strict=False))
    process = SALE if row.event in OF_A_SALE else row.process
    lines = [starts["month"] + process * (len(model.months) - 1) + month]
    sale = process == SALE
    for name, number, there in (
        ("channel", row.channel, sale),
        ("segment", row.segment, sale),
        ("stage", row.stage, True),
        ("rep", row.rep, True),
    ):
        if there and number >= 0:
            lines.append(starts[name] + number)
    return lines


def of_contracts(history: History) -> Iterator[str]:
    """What is signed has each of its rows once, and earns what was signed."""
    signed: dict[tuple[int, int], list[Row]] = defaultdict(list)
    begin = (Event.SUBSCRIBED, Event.REACTIVATED, Event.WAS_CUSTOMER, Event.ORDERED)
    of_customers = {row.pursuit for row in history.rows if row.event in begin}
    for row in history.rows:
        if row.pursuit in of_customers:
            continue
        if is_delivery(history.model, row):
            continue
        if row.event in (*OF_A_CONTRACT, Event.COMMISSION, Event.EXPECTED_COMMISSION):
            signed[row.pursuit, row.time].append(row)
    for (pursuit, _), rows in signed.items():
        each = Counter(Event(row.event).name for row in rows)
        product = rows[0].product
        later = product != NOTHING and history.model.products["at_delivery"][product]
        once = [each[event.name] for event in OF_A_CONTRACT if not (later and event is Event.REVENUE)]
        if once != [1] * len(once) or each["COMMISSION"] > 2 or (later and each["REVENUE"]):
            yield f"{pursuit} has a contract of {dict(each)}"
        elif len({row.money for row in rows if row.event in (Event.WON, Event.REVENUE)}) > 1:
            yield f"{pursuit} earns what it has not signed"


def of_rejections(history: History) -> Iterator[str]:
    """What sales rejects has cost its inquiry and its lead, if it was not rejected before, and the visit."""
    spent: dict[int, float] = defaultdict(float)  # on a pursuit besides visits
    visit: dict[int, float] = defaultdict(float)
    rejected: set[int] = set()
    for row in history.rows:
        if row.event in (Event.INQUIRY, Event.BECAME_LEAD):
            spent[row.pursuit] += row.money
        elif row.event == Event.ENTERED:
            visit[row.pursuit] = 0.0
        elif row.event == Event.STARTED:
            visit[row.pursuit] += row.money
        elif row.event == Event.REJECTED:
            cost = visit[row.pursuit] + (0.0 if row.pursuit in rejected else spent[row.pursuit])
            if differ(row.money, cost):
                yield f"{row.pursuit} is rejected at {row.money}, and has cost {cost}"
            rejected.add(row.pursuit)


def of_pay(history: History) -> Iterator[str]:
    """Who is on staff is paid by the day."""
    model, staff = history.model, spans_of(history, Event.ON_STAFF)
    paid: dict[tuple[int, int], float] = defaultdict(float)
    for row in history.rows:
        if row.event == Event.PAY:
            paid[row.rep, row.time // DAY - 1] += row.money
    for rep, pay in enumerate(model.reps["pay_per_month"].tolist()):
        for day, length in enumerate(model.month_days.tolist()):
            there = sum(overlap(each, (day * DAY, (day + 1) * DAY)) for each in staff[rep])
            if differ(paid[rep, day], pay / length * there / DAY):
                yield f"rep {rep} is paid {paid[rep, day]} for {there} µs of day {day}"


def of_prospecting(history: History) -> Iterator[str]:
    """A block has the part of the pay of its month's days that its hours are of their hours."""
    model, days = history.model, history.model.calendar_months.tolist()
    for row in history.rows:
        if row.event == Event.PROSPECTED:
            month = [day for day, each in enumerate(days) if each == days[(row.time - 1) // DAY]]
            span = (month[0] * DAY, (month[-1] + 1) * DAY)
            opened = sum(overlap(each, span) for each in openings(model, row.rep))
            pay = model.reps["pay_per_month"][row.rep] * len(month) / model.month_days[month[0]]
            if differ(row.money, pay * row.worked / opened):
                yield f"rep {row.rep} prospects for {row.money} at {row.time}"
