"""Customers: how many there are, their monthly recurring revenue, and what becomes of those of each month."""

from __future__ import annotations

import math

from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import FOUR, Four, add_four
from funnelsim.engines.fold.lines import Lines, add_to_lines
from funnelsim.engines.fold.measures import (
    AFTERWARDS,
    AT_STARTS,
    BASES,
    EARNED_FROM_EXISTING,
    EARNED_MARGIN,
    EARNED_REVENUE,
    LATER_TERM,
    OF_EXISTING,
    TERM_OVER,
)
from funnelsim.engines.fold.money import earn_as, rest_of_term
from funnelsim.engines.fold.tally import WIDTH, Books, month_of
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOTHING, Event, Flag
from funnelsim.rules import referrals
from funnelsim.rules.customers import YEAR
from funnelsim.rules.products import is_recurring


@rare
def book_customer(
    row: Record, month: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book a contract that begins, changes or ends, or who buys again (F8, F9, F13)."""
    event, months = int(row["event"]), len(model.months) - 1
    if event == Event.ORDERED:
        if row["count"] == 1:
            add_to_lines(books, replication, AFTERWARDS, lines, (1.0, 0.0, 0.0, 0.0))
        return
    number, mrr = _change(event, float(row["money"]))
    if 0 <= month < months:
        later = float(months - 1 - month)  # months of the period that begin after this row
        later += 1.0 if event == Event.WAS_CUSTOMER else 0.0
        _add_in_period(books, replication, AT_STARTS, lines, (number * later, mrr * later, 0.0, 0.0))
    if event == Event.WAS_CUSTOMER:
        _earn_the_rest(row, lines, model, books, replication)
        return
    if 0 <= month < months:
        if not _begins(event) and _is_existing(row, month, model):
            _add_in_period(books, replication, OF_EXISTING, lines, _lost_or_gained(event, row))
        if model.products[row["product"]]["typed_term"] == 1 and event in (Event.RENEWED, Event.CHURNED):
            renewed = 1.0 if event == Event.RENEWED else 0.0
            _add_in_period(books, replication, TERM_OVER, lines, (1.0, renewed, 0.0, 0.0))
    if event == Event.CHURNED:
        _note_of_cohort(month, int(row["worked"]), 1.0, books.left, model, books, replication)
    elif event == Event.REACTIVATED:  # F15
        _note_of_cohort(month, _since(row), -1.0, books.left, model, books, replication)


@rare
def note_referral(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Note that an inquiry is a referral, if it is one (F14)."""
    if row["event"] == Event.INQUIRY and referrals.is_referral(model, row["channel"]):
        add_to_lines(books, replication, AFTERWARDS, lines, (0.0, 1.0, 0.0, 0.0))


@rule
def _begins(event: int) -> bool:
    """Return whether a contract begins with rows of an event."""
    return event in (Event.SUBSCRIBED, Event.WAS_CUSTOMER, Event.REACTIVATED)


@rule
def _since(row: Record) -> int:
    """Return when the contract of a row was signed, or first signed if it is signed again (F15, WB4, WB5)."""
    changes = row["event"] in (Event.EXPANDED, Event.CONTRACTED)
    if changes and row["waited"] == 0:  # it has never been signed again
        return int(row["worked"])
    return int(row["time"] - row["waited"])


@rule
def _is_existing(row: Record, month: int, model: Model) -> bool:
    """Return whether who was a customer as a month began has a row: from the start, or signed before (F9)."""
    since, begins = _since(row), model.months[month]
    from_the_start = month == 0 and row["channel"] == NOTHING
    return bool(since < begins or (from_the_start and since == begins))


@rule
def _change(event: int, money: float) -> tuple[float, float]:
    """Return by how much a row changes the number of customers, and their monthly recurring revenue."""
    if _begins(event):
        return 1.0, money
    if event == Event.CHURNED:
        return -1.0, -money
    if event == Event.EXPANDED:
        return 0.0, money
    if event == Event.CONTRACTED:
        return 0.0, -money
    return 0.0, 0.0


@rule
def _lost_or_gained(event: int, row: Record) -> Four:
    """Return what befalls those who were customers: how many leave, and the MRR added, reduced and lost."""
    money = float(row["money"])
    return (
        1.0 if event == Event.CHURNED else 0.0,
        money if event == Event.EXPANDED else 0.0,
        money if event == Event.CONTRACTED else 0.0,
        money if event == Event.CHURNED else 0.0,
    )


@rule
def _add_in_period(books: Books, replication: int, event: int, lines: Lines, amounts: Four) -> None:
    """Add four amounts to an event's sums in a row's lines, on the basis of the period."""
    column = event * (BASES * FOUR)
    add_four(books.sums, (replication, column + lines[0] * WIDTH), amounts)
    for line in lines[BASES:]:
        add_four(books.sums, (replication, column + line * WIDTH), amounts)


@rare
def book_lifetime(
    row: Record, month: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book what a customer pays for a term, or orders, to the month in which it signed (F9, F10, F13, F15).

    What is to be earned at delivery is booked then (DE5).
    """
    if row["waited"] == 0:
        return
    if not is_recurring(model, row["product"]):
        if row["worked"] != 0 and row["event"] == Event.REVENUE:
            _earn_later_than(int(row["worked"]), row, lines, model, books, replication)
        return
    for_the_first_time = row["worked"] == 0 and row["channel"] != NOTHING
    signed = int(row["time"]) if for_the_first_time else int(row["worked"])
    is_deal = for_the_first_time or row["flags"] & Flag.RETURNED.value != 0 or row["process"] != SALE
    if row["event"] != Event.REVENUE:
        years = float((row["time"] - signed) / YEAR)
        worth = float(row["money"]) * math.pow(1.0 + model.firm[0]["discount"], -years)
        _note_of_cohort(month, signed, worth, books.lifetime, model, books, replication)
    else:
        paid = float(row["money"])
        if not is_deal and lines[0] != NOTHING:
            _add_in_period(books, replication, LATER_TERM, lines, (1.0, 0.0, 0.0, paid))
        _earn_later_than(signed, row, lines, model, books, replication)


@rule
def _earn_later_than(
    signed: int, row: Record, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book what is earned in months after that in which the customer signed (F9)."""
    first = max(month_of(books, signed) + 1, 0)
    earn_as(row, EARNED_FROM_EXISTING, float(row["money"]), first, lines, model, books, replication)


@rule
def _earn_the_rest(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book what is earned of the term at hand by somebody who is a customer as the period begins (F11)."""
    paid, share = rest_of_term(row, model)
    earn_as(row, EARNED_REVENUE, paid, 0, lines, model, books, replication)
    earn_as(row, EARNED_MARGIN, paid * share, 0, lines, model, books, replication)
    earn_as(row, EARNED_FROM_EXISTING, paid, 0, lines, model, books, replication)


@rule
def _note_of_cohort(
    month: int,
    signed: int,
    amount: float,
    table: Floats,
    model: Model,
    books: Books,
    replication: int,
) -> None:
    """Add to what is known of those who signed in one month of the period, in another."""
    months, signed_in = len(model.months) - 1, month_of(books, signed)
    if 0 <= signed_in < months and 0 <= month < months:
        table[replication, signed_in * months + month] += amount
