"""The fold itself: what each row of a page adds to the books."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.fold.cash import book_cash
from funnelsim.engines.fold.contacts import book_attempt, note_first_contact, note_hand_over, note_who_asks
from funnelsim.engines.fold.customers import book_customer, book_lifetime, note_referral
from funnelsim.engines.fold.endings import note_end
from funnelsim.engines.fold.lines import Lines, add_to_lines, amounts_of, counts_as, lines_of
from funnelsim.engines.fold.measures import BASES
from funnelsim.engines.fold.money import book_contract, earn
from funnelsim.engines.fold.nurture import book_after_nurture, book_nurture
from funnelsim.engines.fold.service import book_service
from funnelsim.engines.fold.stocks import book_market, book_the_held, change_queue_otherwise, move_queue
from funnelsim.engines.fold.tally import CHANNELS, MONTHS, WIDTH, Books, Tally, books_of, bounds_of, month_of
from funnelsim.engines.fold.work import book_in_crew, book_span, book_work
from funnelsim.engines.ledger import Ledger
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOTHING, Event, Flag
from funnelsim.rules import market, referrals
from funnelsim.rules.billing import has_cash

OF_NURTURE = (Flag.NURTURED | Flag.RETURNED).value  # flags of rows of those who have been nurtured
# Flags of rows of which more is booked.
OF_FEW = (Flag.HELD | Flag.AFTER_HAND_OVER | Flag.ATTEMPT).value | OF_NURTURE


def fold(rows: Records, model: Model, tally: Tally) -> None:
    """Add a chunk of a ledger to a tally, in place and without the interpreter's lock.

    Chunk after chunk gives the same bits as the whole ledger at once.

    Parameters
    ----------
    rows : LEDGER records
        In the order written.
    model : Model
        The strategy that the ledger is of.
    tally : Tally
        From `new_tally`, or with the sums of earlier chunks.
    """
    _fold(Ledger(rows, np.array([len(rows)])), model, books_of(tally, model), tally.reasons.shape[-1])


@compiled
def _fold(ledger: Ledger, model: Model, books: Books, reasons: int) -> None:
    """Fold a page into the only tally of the books."""
    fold_page(ledger, model, books, 0, reasons)
    add_up(books, 0, reasons)


@rule
def fold_page(ledger: Ledger, model: Model, books: Books, replication: int, reasons: int) -> None:
    """Add each row of a page to the tally of a replication, on the bases on which it counts."""
    asks_more, any_cash = market.is_anywhere(model) or referrals.are_there(model), has_cash(model)
    if any_cash:
        books.opening[replication, 0] = model.firm[0]["opening"]
    month, since, until = NOTHING, 0, 0  # nearly all rows are in the month of the row before
    for i in range(ledger.used[0]):
        row = ledger.rows[i]
        event = int(row["event"])
        # The costs of a day are booked at the midnight that ends it: they belong to the day before.
        moment = row["time"] - (1 if is_of_the_day(event) else 0)
        if not since <= moment < until:
            month = month_of(books, moment)
            since, until = bounds_of(model, month)
        created = row["created"]
        born = month if since <= created < until else month_of(books, created)
        lines = lines_of(row, month, born, model, books)
        ends = event in (Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN)
        add_to_lines(books, replication, counts_as(row), lines, amounts_of(row, ends))
        if lines[1] != NOTHING:
            _note_contact(row, lines, model, books, replication)
        if event in (Event.REVENUE, Event.MARGIN, Event.EARNED):
            earn(row, lines, model, books, replication)
            if row["product"] != NOTHING:
                book_lifetime(row, month, lines, model, books, replication)
        if ends:
            note_end(row, books, replication, lines, reasons)
            book_contract(row, month, model, books, replication)
        if any_cash and row["money"] != 0.0:
            book_cash(row, moment, model, books, replication)
        move_queue(row, month, until, model, books, replication)
        book_work(row, since, month, model, books, replication)
        is_rare = Event.BEGAN <= event <= Event.RUNNING or event >= Event.REJECTED or row["process"] != SALE
        if is_rare or row["flags"] & OF_FEW != 0 or (asks_more and event == Event.INQUIRY):
            _book_what_is_rare(row, month, until, lines, model, books, replication)


@rule
def _note_contact(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Note who asks for a first contact, and who has one."""
    if row["flags"] & Flag.FIRST_CONTACT.value != 0:
        note_first_contact(row, lines, model, books, replication)
    if row["event"] == Event.ENTERED and row["time"] == row["created"]:
        note_who_asks(row, lines, model, books, replication)


@rule
def is_of_the_day(event: int) -> bool:
    """Return whether rows of an event are about the day that has just ended."""
    return event in (Event.MEDIA, Event.PAY, Event.RUNNING, Event.TRAINED, Event.SKILL, Event.IN_CREW)


@rare
def _book_what_is_rare(
    row: Record, month: int, until: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book what only some scenarios have: rests, those held, junk, attempts, nurture, markets, customers."""
    event, flags = row["event"], row["flags"]
    if row["process"] != SALE:
        book_service(row, lines, model, books, replication)
    if Event.SUBSCRIBED <= event <= Event.CHURNED or event in (
        Event.WAS_CUSTOMER,
        Event.ORDERED,
        Event.REACTIVATED,
    ):
        book_customer(row, month, lines, model, books, replication)
    if event in (Event.ON_STAFF, Event.INTERRUPTED, Event.ABSENT):
        book_span(row, model, books, replication)
    book_in_crew(row, month, model, books, replication)
    change_queue_otherwise(row, month, until, lines, model, books, replication)
    if event == Event.REJECTED or flags & Flag.AFTER_HAND_OVER.value != 0:
        note_hand_over(row, lines, books, replication)
    if event == Event.ADMITTED or flags & Flag.HELD.value != 0:
        book_the_held(row, month, until, lines, model, books, replication)
    if flags & Flag.ATTEMPT.value != 0:
        book_attempt(row, lines, books, replication)
    if event == Event.TOUCHED:
        book_nurture(row, lines, model, books, replication)
    if flags & OF_NURTURE != 0:
        book_after_nurture(row, lines, model, books, replication)
    if event in (Event.INQUIRY, Event.COOLED_OFF, Event.WAS_OPEN):
        book_market(row, month, until, model, books, replication)
        note_referral(row, lines, model, books, replication)


@rule
def add_up(books: Books, replication: int, reasons: int) -> None:
    """Set the lines of "all" after the last page: rows without a channel or a rep have added to them."""
    _add_up(books.sums, replication, books.bounds, WIDTH)
    _add_up(books.reasons, replication, books.bounds, BASES * reasons)


@rare
def _add_up(sums: Floats, replication: int, bounds: Integers, width: int) -> None:
    """Set the line of "all" of each process to the sum of its months; `width` is that of a line."""
    processes = bounds[MONTHS]
    months = (bounds[CHANNELS] - bounds[MONTHS]) // processes
    for process in range(processes):
        everything = process * width
        for column in range(everything, everything + width):
            sums[replication, column] = 0.0
        for month in range(months):
            of_month = (processes + process * months + month) * width
            for column in range(width):
                sums[replication, everything + column] += sums[replication, of_month + column]
