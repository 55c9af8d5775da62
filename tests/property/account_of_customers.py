"""Every contract of a customer and what is paid for it by the month, by the rows alone, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from funnelsim.engines.fold import stack
from funnelsim.metrics import customers
from funnelsim.metrics.cut import cut
from funnelsim.model.words import DAY, NOBODY, Event

from .plain import History, Row, Span, differ

MONTH = 30.4375 * DAY
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
OF_CUSTOMERS = (Event.SUBSCRIBED, Event.RENEWED, *CHANGES, *ENDS)
SIGNS = {Event.SUBSCRIBED: 1, Event.EXPANDED: 1, Event.CONTRACTED: -1, Event.CHURNED: -1}  # in the MRR


class Contract(NamedTuple):
    """The revenue of the deal of which it was born, which is that of its first term, and its own rows."""

    earned: Row
    rows: list[Row]

    @property
    def signed(self) -> Row:
        """The row with which it begins."""
        return self.rows[0]

    @property
    def steps(self) -> list[list[Row]]:
        """What happens to it afterwards, instant by instant."""
        return [list(rows) for _, rows in groupby(self.rows[1:], key=lambda row: row.time)]

    def is_in_force(self, moment: int) -> bool:
        """Return whether it is in force just before a moment."""
        last = self.rows[-1]
        return self.signed.time < moment and not (last.event == Event.CHURNED and last.time < moment)

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
        if row.event == Event.SUBSCRIBED:
            assert revenue is not None, "a contract without a deal"
            found[row.pursuit] = Contract(revenue, [row])
        elif row.pursuit in found:
            found[row.pursuit].rows.append(row)
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
    yield from _of_mrr(history, list(contracts.values()))
    seen["contracts"] += len(contracts)
    for row in history.rows:
        if row.pursuit in contracts:
            seen[f"contracts: {Event(row.event).name}"] += 1


def _of_a_beginning(contract: Contract) -> Iterator[str]:
    """A contract begins as its deal is signed, and is nobody's."""
    signed, earned = contract.signed, contract.earned
    names = ("created", "channel", "segment", "product", "stage")
    alike = {tuple(getattr(row, name) for name in names) for row in (earned, *contract.rows)}
    if signed.time != earned.time or len(alike) != 1:
        yield "is not that of the deal before it"
    if any(row.rep != NOBODY for row in contract.rows):
        yield "has a rep"
    if any(row.event in SIGNS and differ(row.money * 100, cents(row)) for row in contract.rows):
        yield "pays parts of cents"
    yield from _of_what_is_paid(cents(signed), earned)


def _of_what_is_paid(mrr: int, earned: Row) -> Iterator[str]:
    """What a term earns is what is paid for its months; the MRR is that of one, in whole cents."""
    paid = earned.money / (earned.waited / MONTH) * 100
    if abs(paid - mrr) > 0.5 + 1e-9 * paid:
        yield f"pays {mrr} cents a month, and earns {paid}"


def _of_terms(contract: Contract, seen: Counter[str], called_off: set[tuple[int, int]]) -> Iterator[str]:
    """Each term begins as the one before is over, and earns what is paid."""
    mrr, began, term = cents(contract.signed), contract.signed.time, contract.earned.waited
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
    if cents(row) <= 0 or row.worked != contract.signed.time:
        yield f"pays {cents(row)} cents more or less, since {row.worked}"


def _of_a_renewal(contract: Contract, row: Row, term: int, earned: float) -> Iterator[str]:
    if (row.waited, row.worked) != (term, contract.signed.time) or differ(row.money, earned):
        yield f"is renewed at {row.money} after {row.waited}, and earns {earned}"


def _of_an_end(contract: Contract) -> Iterator[str]:
    """A contract ends once: its customer leaves, or it runs on at the horizon."""
    ends = [row for row in contract.rows if row.event in ENDS]
    last = contract.rows[-1]
    if ends != [last] or len(contract.rows) == 1:
        yield f"has {len(ends)} ends"
    elif last.worked != contract.signed.time:
        yield f"was signed at {contract.signed.time}, and in the end at {last.worked}"
    elif last.event == Event.CHURNED and last.waited != last.time - contract.signed.time:
        yield f"has run for {last.waited} when it ends"


def _of_mrr(history: History, contracts: list[Contract]) -> Iterator[str]:
    """In each month the MRR at the end is that at the start with what is new, more, less and lost."""
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
            customers.logo_churn: (leave, len(existing)),
        }
        for figure, parts in counted.items():
            scale = 100 if figure.name in ("mrr", "nrr", "grr") else 1
            found = [float(part[0, number]) * scale for part in figure.parts(figures)]
            if any(differ(one, other) for one, other in zip(parts, found, strict=True)):
                yield f"{figure.name} of month {number} is {parts}, and the figure says {found}"


def _moved(contracts: list[Contract], month: Span) -> Counter[Event]:
    """Add up the cents that rows of contracts move in a month, by event."""
    moved: Counter[Event] = Counter()
    for row in (row for contract in contracts for row in contract.rows):
        if row.event in SIGNS and month[0] <= row.time < month[1]:
            moved[Event(row.event)] += cents(row)
    return moved
