"""Every contract of a customer and what is paid for it by the month, by the rows alone, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np

from funnelsim.engines.fold import stack
from funnelsim.metrics import customers
from funnelsim.metrics.cut import cut
from funnelsim.model.words import NOBODY, Event, Kind

from .plain import MONTH, History, Row, Span, differ, overlap

OF_A_TERM = (Event.MARGIN, Event.EXPECTED_MARGIN, Event.REVENUE)
CHANGES = (Event.EXPANDED, Event.CONTRACTED)
MAY_COME_FIRST = (
    (),
    (Event.RENEWED,),
    *((change,) for change in CHANGES),
    *((Event.RENEWED, change) for change in CHANGES),
)
TERMS = tuple((*first, *OF_A_TERM) for first in MAY_COME_FIRST)
ENDS = (Event.CHURNED, Event.RUNS_ON)
SIGN = (Event.SUBSCRIBED, Event.REACTIVATED)
OF_CUSTOMERS = (Event.WAS_CUSTOMER, *SIGN, Event.RENEWED, *CHANGES, *ENDS)
SIGNS = dict.fromkeys((*SIGN, Event.EXPANDED), 1) | dict.fromkeys((Event.CONTRACTED, Event.CHURNED), -1)


class Contract(NamedTuple):
    """Its own rows, its term at first, and the revenue of the deal of which it was born, if it was."""

    earned: Row | None
    term: int
    rows: list[Row]

    @property
    def signed(self) -> Row:
        """The row with which it begins."""
        return self.rows[0]

    @property
    def since(self) -> int:
        """When it was signed."""
        return self.signed.time if self.earned else self.signed.worked

    @property
    def first(self) -> int:
        """When its company first signed."""
        return self.signed.time - self.signed.waited if self.earned else self.signed.worked

    def company(self, pursuit: int) -> int:
        """Whose contract it is; of first customers, their own entity."""
        return self.signed.worked if self.earned else pursuit

    @property
    def steps(self) -> list[list[Row]]:
        """What happens to it afterwards, instant by instant."""
        return [list(rows) for _, rows in groupby(self.rows[1:], key=lambda row: row.time)]

    def is_in_force(self, moment: int) -> bool:
        """Return whether it is in force just before a moment, or from its start."""
        last = self.rows[-1]
        return self.signed.time < moment + (self.earned is None) and not (
            last.event == Event.CHURNED and last.time < moment
        )

    def mrr_at(self, moment: int) -> int:
        """Return how many cents are paid for a month just before a moment, counted back from the last row."""
        *before, last = self.rows
        if not self.is_in_force(moment):
            return 0
        later = [row for row in before[1:] if row.event in CHANGES and row.time >= moment]
        return cents(last) - sum(SIGNS[Event(row.event)] * cents(row) for row in later)


def cents(row: Row) -> int:
    """Return the money of a row in whole cents."""
    return round(row.money * 100)


def contracts_of(history: History) -> dict[int, Contract]:
    """Find the contracts; the revenue of a deal comes before the row with which one is born of it."""
    found: dict[int, Contract] = {}
    revenue = None
    for row in history.rows:
        if row.event == Event.WAS_CUSTOMER:
            found[row.pursuit] = Contract(None, int(history.model.products[row.product]["term"]), [row])
        elif row.event in SIGN:
            assert revenue is not None, "a contract without a deal"
            found[row.pursuit] = Contract(revenue, revenue.waited, [row])
        elif row.pursuit in found:
            found[row.pursuit].rows.extend([row] if row.event != Event.BILLED else [])
        elif row.event == Event.REVENUE:
            revenue = row
    return found


def cancelled(history: History) -> set[tuple[int, int]]:
    """List the companies whose delivery is cancelled, and when."""
    company_of = {row.pursuit: row.worked for row in history.rows if row.event == Event.BEGAN}
    return {(company_of[row.pursuit], row.time) for row in history.rows if row.event == Event.CANCELLED}


def of_customers(history: History, seen: Counter[str]) -> Iterator[str]:
    """A contract runs from term to term to its one end; its MRR is whole cents, of which none is lost."""
    contracts, called_off = contracts_of(history), cancelled(history)
    for pursuit, contract in contracts.items():
        terms = _of_terms(contract, seen, called_off)
        for sentence in (*_of_a_beginning(contract), *terms, *_of_an_end(contract)):
            yield f"contract {pursuit} {sentence}"
    yield from _of_mrr(history, contracts)
    yield from _of_visits(history, contracts, seen)
    yield from _of_cohorts(history, contracts)
    seen["contracts: of who came back a second time"] += _came_back_twice(contracts)
    seen["contracts"] += len(contracts)
    for row in history.rows:
        if row.pursuit in contracts:
            seen[f"contracts: {Event(row.event).name}"] += 1


def _of_a_beginning(contract: Contract) -> Iterator[str]:
    """A contract begins as its deal is signed, and is nobody's."""
    signed, earned = contract.signed, contract.earned
    names = ("created", "channel", "segment", "stage")
    own = contract.rows if earned is None else [earned, *contract.rows]
    alike = {tuple(getattr(row, name) for name in names) for row in own}
    if len(alike) != 1 or (own[0].time, own[0].product) != (signed.time, signed.product):
        yield "is not that of the deal before it"
    if any(row.rep != NOBODY for row in contract.rows):
        yield "has a rep"
    if any(
        row.event in (*SIGNS, Event.WAS_CUSTOMER) and differ(row.money * 100, cents(row))
        for row in contract.rows
    ):
        yield "pays parts of cents"
    if earned is not None:
        yield from _of_what_is_paid(cents(signed), earned)


def _of_what_is_paid(mrr: int, earned: Row) -> Iterator[str]:
    """What a term earns is what is paid for its months; the MRR is that of one, in whole cents."""
    paid = earned.money / (earned.waited / MONTH) * 100
    if abs(paid - mrr) > 0.5 + 1e-9 * paid:
        yield f"pays {mrr} cents a month, and earns {paid}"


def _of_terms(contract: Contract, seen: Counter[str], called_off: set[tuple[int, int]]) -> Iterator[str]:
    """Each term begins as the one before is over, and earns what is paid."""
    mrr, began, term = cents(contract.signed), contract.since, contract.term
    began += (contract.signed.time - began) // term * term
    for rows in contract.steps[:-1]:
        events = {Event(row.event): row for row in rows}
        if tuple(events) not in TERMS or len(events) != len(rows) or rows[0].time != began + term:
            yield f"has {', '.join(event.name for event in events)} at {rows[0].time}"
            return
        for change in CHANGES:
            if change in events:
                mrr += SIGNS[change] * cents(events[change])
                yield from _of_a_change(contract, events[change])
        earned = events[Event.REVENUE]
        if Event.RENEWED in events:
            yield from _of_a_renewal(contract, events[Event.RENEWED], term, earned.money)
        if events[Event.MARGIN].waited != earned.waited:
            yield "earns its margin over another time than its revenue"
        yield from _of_what_is_paid(mrr, earned)
        began, term = rows[0].time, earned.waited
        seen["terms after the first"] += 1
    last = contract.rows[-1]
    with_its_delivery = (contract.signed.worked, last.time) in called_off
    seen["contracts: ended by the end of a delivery"] += with_its_delivery
    if last.event == Event.CHURNED and last.time != began + term and not with_its_delivery:
        yield f"ends at {last.time}, in the middle of a term"
    if last.event == Event.RUNS_ON and not (last.time <= began + term and last.waited == last.time - began):
        yield "runs on, for a term that is over, or since another instant"
    if cents(last) != mrr:
        yield f"has paid {mrr} cents a month, and in the end {cents(last)}"


def _of_a_change(contract: Contract, row: Row) -> Iterator[str]:
    again = row.time - contract.since if contract.since != contract.first else 0
    if cents(row) <= 0 or (row.worked, row.waited) != (contract.first, again):
        yield f"pays {cents(row)} cents more or less, since {row.worked}"


def _of_a_renewal(contract: Contract, row: Row, term: int, earned: float) -> Iterator[str]:
    if (row.waited, row.worked) != (term, contract.first) or differ(row.money, earned):
        yield f"is renewed at {row.money} after {row.waited}, and earns {earned}"


def _of_an_end(contract: Contract) -> Iterator[str]:
    """A contract ends once: its customer leaves, or it runs on at the horizon."""
    ends = [row for row in contract.rows if row.event in ENDS]
    last = contract.rows[-1]
    if ends != [last] or len(contract.rows) == 1:
        yield f"has {len(ends)} ends"
    elif last.worked != contract.first:
        yield f"was first signed at {contract.first}, and in the end at {last.worked}"
    elif last.event == Event.CHURNED and last.waited != last.time - contract.since:
        yield f"has run for {last.waited} when it ends"


def _of_mrr(history: History, by_pursuit: dict[int, Contract]) -> Iterator[str]:
    """In each month the MRR at the end is that at the start with what is new, more, less and lost."""
    contracts = list(by_pursuit.values())
    figures = cut(history.model, stack([history.tally]), "month")
    for number, month in enumerate(history.months):
        start, over = (sum(contract.mrr_at(moment) for contract in contracts) for moment in month)
        moved = _moved(contracts, month)
        if start + sum(SIGNS[event] * money for event, money in moved.items()) != over:
            told = ", ".join(f"{event.name} {money}" for event, money in moved.items())
            yield f"the MRR of month {number} is {start} at first and {over} in the end, with {told}"
        existing = [contract for contract in contracts if contract.is_in_force(month[0])]
        of_existing = _moved(existing, month)
        lost = of_existing[Event.CONTRACTED] + of_existing[Event.CHURNED]
        leave = sum(not contract.is_in_force(month[1]) for contract in existing)
        counted = {
            customers.mrr: (over,),
            customers.customers: (sum(contract.is_in_force(month[1]) for contract in contracts),),
            customers.nrr: (start + of_existing[Event.EXPANDED] - lost, start),
            customers.grr: (start - lost, start),
            customers.existing_revenue_share: (_earned_later(history, by_pursuit, month),),
            customers.new_mrr: (moved[Event.SUBSCRIBED],),
            customers.reactivated_mrr: (moved[Event.REACTIVATED],),
            customers.customers_won_back: (_won_back(contracts, month),),
            customers.expansion_mrr: (moved[Event.EXPANDED],),
            customers.contraction_mrr: (moved[Event.CONTRACTED],),
            customers.churned_mrr: (moved[Event.CHURNED],),
            customers.logo_churn: (leave, len(existing)),
        }
        for figure, parts in counted.items():
            scale = 100 if figure.name.endswith("mrr") or figure.name in ("nrr", "grr") else 1
            found = [float(part[0, number]) * scale for part in figure.parts(figures)]
            if any(differ(one, other) for one, other in zip(parts, found, strict=False)):
                yield f"{figure.name} of month {number} is {parts}, and the figure says {found}"


def _earned_later(history: History, contracts: dict[int, Contract], month: Span) -> float:
    """Add up what is earned in a month by customers who signed before it (F9, F11)."""
    months, found = history.model.products["months"], 0.0
    for row in history.rows:
        if row.event == Event.WAS_CUSTOMER:
            since, money = min(row.worked, row.time - 1), row.money * row.waited / MONTH
        elif row.event == Event.REVENUE and row.product >= 0 and not months[row.product] and row.worked:
            since, money = row.worked, row.money  # of an order
        elif row.event == Event.REVENUE and row.product >= 0 and months[row.product]:
            own = contracts.get(row.pursuit)
            since, money = (row.worked or row.time if own is None else own.first), row.money
        else:
            continue
        if since < month[0]:
            found += money * overlap((row.time, row.time + row.waited), month) / row.waited
    return found


def _won_back(contracts: list[Contract], month: Span) -> int:
    """Count who comes back as a customer in a month."""
    signed = [contract.signed for contract in contracts]
    return sum(row.event == Event.REACTIVATED and month[0] <= row.time < month[1] for row in signed)


def _came_back_twice(contracts: dict[int, Contract]) -> int:
    """Count the companies that have come back as customers more than once."""
    back = Counter(
        contract.company(pursuit)
        for pursuit, contract in contracts.items()
        if contract.signed.event == Event.REACTIVATED
    )
    return sum(times > 1 for times in back.values())


def _of_cohorts(history: History, contracts: dict[int, Contract]) -> Iterator[str]:
    """Who leaves of those who first signed in a month, and what they bring, is told by their rows (F15)."""
    size = len(history.months)
    left, brought = np.zeros((size, size)), np.zeros((size, size))
    recurring, discount = history.model.products["months"], history.model.firm["discount"][0]
    for row in history.rows:
        own = contracts.get(row.pursuit)
        first = (row.worked or row.time) if own is None else own.first
        cohort, month = history.month_of(first), history.month_of(row.time)
        if row.product < 0 or not recurring[row.product] or cohort is None or month is None:
            continue
        left[cohort, month] += (row.event == Event.CHURNED) - (row.event == Event.REACTIVATED)
        if row.event in (Event.MARGIN, Event.EARNED) and row.waited:
            brought[cohort, month] += row.money * (1 + discount) ** (-(row.time - first) / (12 * MONTH))
    for told, counted in ((history.tally.left, left), (history.tally.lifetime, brought)):
        if not np.allclose(told, counted, rtol=1e-9, atol=1e-9):
            yield f"of cohorts {counted.tolist()}, and the tally has {told.tolist()}"


def _moved(contracts: list[Contract], month: Span) -> Counter[Event]:
    """Add up the cents that rows of contracts move in a month, by event."""
    moved: Counter[Event] = Counter()
    for row in (row for contract in contracts for row in contract.rows):
        if row.event in SIGNS and month[0] <= row.time < month[1]:
            moved[Event(row.event)] += cents(row)
    return moved


ENDS_OF_VISITS = (Event.DONE, Event.LOST, Event.WENT_COLD, Event.WITHDRAWN, Event.OPEN)


def _of_visits(history: History, contracts: dict[int, Contract], seen: Counter[str]) -> Iterator[str]:
    """Each visit is of a customer; in the end it is done, missed, withdrawn with the customer, or open."""
    programs = (history.model.processes["kind"] == Kind.VISITING).tolist()
    own: dict[int, list[Contract]] = {}
    for pursuit, contract in contracts.items():
        own.setdefault(contract.company(pursuit), []).append(contract)
    visits: dict[int, list[Row]] = {}
    for row in history.rows:
        if row.event == Event.BEGAN and programs[row.process]:
            visits[row.pursuit] = [row]
        elif row.pursuit in visits:
            visits[row.pursuit].append(row)
    for pursuit, rows in visits.items():
        ends, begun = [row.event for row in rows if row.event in ENDS_OF_VISITS], rows[0]
        if ends != [rows[-1].event] or rows[-1].worked != begun.time:
            yield f"visit {pursuit} has the ends {ends}"
            continue
        seen[f"visits: {Event(ends[0]).name}"] += 1
        in_force = [each for each in own.get(begun.worked, []) if each.is_in_force(begun.time + 1)]
        if len(in_force) != 1:
            yield f"visit {pursuit} is of {len(in_force)} contracts"
            continue
        lasts = {(each.rows[-1].event, each.rows[-1].time) for each in own[begun.worked]}
        if rows[-1].event == Event.WITHDRAWN and (Event.CHURNED, rows[-1].time) not in lasts:
            yield f"visit {pursuit} is withdrawn, and its customer stays"
        parked = [row for row in rows if row.event == Event.PARKED]
        returned = [row for row in rows if row.event == Event.RETURNED]
        if len(parked) - len(returned) not in (0, 1) or any(
            back.time - back.waited != rest.time for rest, back in zip(parked, returned, strict=False)
        ):
            yield f"visit {pursuit} rests {len(parked)} times, and comes back {len(returned)} times"
