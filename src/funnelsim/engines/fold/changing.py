"""A change on a day: the sums go on into the books of the chapter that begins."""

from __future__ import annotations

from collections.abc import Sequence

from funnelsim.compiling.arrays import Integers, Records
from funnelsim.compiling.decorators import rule
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.fold.measures import BASES, FLOWS
from funnelsim.engines.fold.pages import fold
from funnelsim.engines.fold.tally import (
    AGES,
    LATER_PHASES,
    LINES,
    REPS,
    SEGMENTS,
    WIDTH,
    Books,
    books_of,
    count_desks,
    count_months,
    new_tally,
    size,
)
from funnelsim.model.model import Chapters, other_numbers


class Sums:
    """The tally of one replication, chapter after chapter.

    Parameters
    ----------
    chapters : tuple of Chapter
        Of the history.
    reasons : sequence of int
        How many reasons of loss there are in each chapter.
    """

    def __init__(self, chapters: Chapters, reasons: Sequence[int]) -> None:
        self._chapters = chapters
        self._reasons = reasons
        self._chapter = 0
        self.tally = new_tally(chapters[0].model, reasons[0])

    def fold(self, chapter: int, rows: Records) -> None:
        """Add a page of a chapter's rows, which follow those added before."""
        while self._chapter < chapter:
            self._turn_to_the_next()
        fold(rows, self._chapters[chapter].model, self.tally)

    def _turn_to_the_next(self) -> None:
        """Take the sums over into the next chapter."""
        before, after = (each.model for each in self._chapters[self._chapter : self._chapter + 2])
        old, new = self._reasons[self._chapter : self._chapter + 2]
        tally = new_tally(after, new)
        _, becomes = other_numbers(before, after)
        take_over(books_of(self.tally, before), 0, old, books_of(tally, after), 0, new, becomes)
        self._chapter += 1
        self.tally = tally


@compiled
def take_over(
    past: Books, old: int, old_reasons: int, books: Books, row: int, reasons: int, becomes: Integers
) -> None:
    """Begin a tally with the sums of the chapter before: numbers stay, but for those of reps (C2).

    Parameters
    ----------
    past, old, old_reasons
        The books of the chapter that ends, which of its replications, and how many reasons there were.
    books, row, reasons
        Those of the chapter that begins.
    becomes : array of int
        The number of each rep in the chapter that begins.
    """
    _clear(books, row, reasons)
    for dimension in range(LINES):
        for number in range(size(past, dimension)):
            there = becomes[number] if dimension == REPS else number
            line, old_line = books.bounds[dimension] + there, past.bounds[dimension] + number
            for column in range(WIDTH):
                books.sums[row, line * WIDTH + column] = past.sums[old, old_line * WIDTH + column]
            for place in range(BASES * old_reasons):
                basis, reason = place // old_reasons, place % old_reasons
                column = (line * BASES + basis) * reasons + reason
                books.reasons[row, column] = past.reasons[old, old_line * BASES * old_reasons + place]
    for column in range(AGES):
        books.ages[row, column] = past.ages[old, column]
    months, reps, desks = count_months(books), size(past, REPS), count_desks(past)
    for desk in range(desks):
        stage, segment = desk // size(past, SEGMENTS), desk % size(past, SEGMENTS)
        there = stage * size(books, SEGMENTS) + segment
        books.asking[row, there] = past.asking[old, desk]
        books.cold[row, there] = past.cold[old, desk]
        for month in range(months + 1):
            books.queue[row, month * count_desks(books) + there] = past.queue[old, month * desks + desk]
            books.queueing[row, month * count_desks(books) + there] = past.queueing[old, month * desks + desk]
            books.held[row, month * count_desks(books) + there] = past.held[old, month * desks + desk]
            books.holding[row, month * count_desks(books) + there] = past.holding[old, month * desks + desk]
    _take_over_market(past, old, books, row)
    _take_over_customers(past, old, books, row)
    _take_over_later_work(past, old, books, row, becomes)
    for place in range(months * reps):
        column = place // reps * size(books, REPS) + becomes[place % reps]
        books.busy[row, column] = past.busy[old, place]
        books.paid[row, column] = past.paid[old, place]
        books.available[row, column] = past.available[old, place]
        books.staff[row, column] = past.staff[old, place]
        books.absent[row, column] = past.absent[old, place]
        books.paused[row, column] = past.paused[old, place]
        books.signed[row, column] = past.signed[old, place]


@rule
def _take_over_later_work(past: Books, old: int, books: Books, row: int, becomes: Integers) -> None:
    """Begin with the work for the phases after the first, whose reps have other numbers."""
    reps, months = size(past, REPS), count_months(books)
    for place in range(LATER_PHASES * months * reps):
        column = place // reps * size(books, REPS) + becomes[place % reps]
        books.later_work[row, column] = past.later_work[old, place]


@rule
def _take_over_market(past: Books, old: int, books: Books, row: int) -> None:
    """Begin with what had been taken from markets."""
    for segment in range(size(past, SEGMENTS)):
        for month in range(count_months(books) + 1):
            there, here = month * size(books, SEGMENTS) + segment, month * size(past, SEGMENTS) + segment
            books.taken[row, there] = past.taken[old, here]
            books.taking[row, there] = past.taking[old, here]


@rule
def _take_over_customers(past: Books, old: int, books: Books, row: int) -> None:
    """Begin with who has left, what customers have brought, and cash."""
    for place in range(count_months(past) ** 2):
        books.left[row, place] = past.left[old, place]
        books.lifetime[row, place] = past.lifetime[old, place]
    for place in range(FLOWS * past.days_of_cash[0]):
        books.cash[row, place] = past.cash[old, place]
    books.opening[row, 0] = past.opening[old, 0]


@rule
def _clear(books: Books, row: int, reasons: int) -> None:
    """Empty the tally of a replication."""
    lines, months = int(books.bounds[LINES]), count_months(books)
    for column in range(lines * WIDTH):
        books.sums[row, column] = 0.0
    for column in range(lines * BASES * reasons):
        books.reasons[row, column] = 0.0
    for column in range((months + 1) * count_desks(books)):
        books.queue[row, column] = 0.0
        books.queueing[row, column] = 0.0
        books.held[row, column] = 0.0
        books.holding[row, column] = 0.0
    for column in range((months + 1) * size(books, SEGMENTS)):
        books.taken[row, column] = 0.0
        books.taking[row, column] = 0.0
    for column in range(count_desks(books)):
        books.asking[row, column] = 0.0
        books.cold[row, column] = 0.0
    for column in range(months * months):
        books.left[row, column] = 0.0
        books.lifetime[row, column] = 0.0
    for column in range(FLOWS * books.days_of_cash[0]):
        books.cash[row, column] = 0.0
    books.opening[row, 0] = 0.0
    for column in range(LATER_PHASES * months * size(books, REPS)):
        books.later_work[row, column] = 0.0
    for column in range(months * size(books, REPS)):
        books.busy[row, column] = 0.0
        books.paid[row, column] = 0.0
        books.available[row, column] = 0.0
        books.staff[row, column] = 0.0
        books.absent[row, column] = 0.0
        books.paused[row, column] = 0.0
        books.signed[row, column] = 0.0
