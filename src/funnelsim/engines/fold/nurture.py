"""Nurture: its touches and their cost, and what becomes of those who have been nurtured."""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import FOUR, Four
from funnelsim.engines.fold.lines import Lines, add_to_lines
from funnelsim.engines.fold.measures import (
    AFTERWARDS,
    BASES,
    EARNED_BACK,
    EXPECTED_BACK,
    IN_NURTURE,
    OF_NO_VISIT,
    TOUCH,
    WON_BACK,
    Measure,
)
from funnelsim.engines.fold.money import earn_as
from funnelsim.engines.fold.tally import MONTHS, WIDTH, Books, month_of
from funnelsim.model.model import Model
from funnelsim.model.words import Event, Flag
from funnelsim.rules import nurture


@rule
def was_nurtured(row: Record) -> bool:
    """Return whether a pursuit ends after nurture: its visit has ended before (N4)."""
    return bool(row["flags"] & Flag.NURTURED.value != 0)


@rare
def book_nurture(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book the time in nurture, and its touches, in the months of the period in which they fall (N8, F16)."""
    began, ended, months = int(row["worked"]), int(row["time"]), model.months
    first = int(books.bounds[MONTHS]) + int(row["process"]) * (len(months) - 1)
    for month in range(max(0, month_of(books, began)), min(month_of(books, ended) + 1, len(months) - 1)):
        since, until = int(months[month]), int(months[month + 1])
        number = _touches_before(row, until) - _touches_before(row, since)
        within = min(ended, until) - max(began, since)
        there = 1.0 if began < until <= ended else 0.0
        at_last = there if until == months[len(months) - 1] else 0.0
        spent = number * row["money"]
        _nurture_in(books.sums, replication, first + month, (float(number), spent, float(within), there))
        for line in lines[BASES:]:
            _nurture_in(books.sums, replication, line, (float(number), spent, float(within), at_last))
        if nurture.is_win_back(row):
            _win_back_in(books.sums, replication, first + month, spent)
            for line in lines[BASES:]:
                _win_back_in(books.sums, replication, line, spent)


@rule
def _nurture_in(sums: Floats, replication: int, line: int, amounts: Four) -> None:
    """Add touches, their cost, the time in nurture and who is in it at the end to a line of the period."""
    touch = line * WIDTH + TOUCH * (BASES * FOUR)
    nurtured = line * WIDTH + IN_NURTURE * (BASES * FOUR)
    sums[replication, touch + Measure.COUNT.value] += amounts[0]
    sums[replication, touch + Measure.MONEY.value] += amounts[1]
    sums[replication, nurtured + Measure.WAITED.value] += amounts[2]
    sums[replication, nurtured + Measure.COUNT.value] += amounts[3]


@rule
def _win_back_in(sums: Floats, replication: int, line: int, spent: float) -> None:
    """Add what it costs to win back, besides pay, to a line of the period (F16)."""
    column = line * WIDTH + AFTERWARDS * (BASES * FOUR) + Measure.WON_BACK_FOR.value
    sums[replication, column] += spent


@rule
def _touches_before(row: Record, moment: int) -> int:
    """Count the touches of a span of nurture before a moment: the k-th is k intervals after it began."""
    return int(min(max(moment - 1 - row["worked"], 0) // row["waited"], row["count"]))


@rare
def book_after_nurture(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book who is lost after nurture, and the contracts of those who have come back (N4, N9)."""
    event = row["event"]
    if nurture.is_win_back(row) and event in (Event.STARTED, Event.HELD, Event.COMMISSION, Event.BECAME_LEAD):
        add_to_lines(books, replication, AFTERWARDS, lines, (0.0, 0.0, float(row["money"]), 0.0))
    if was_nurtured(row) and event in (Event.LOST, Event.WENT_COLD):
        lost = 1.0 if event == Event.LOST else 0.0
        add_to_lines(books, replication, OF_NO_VISIT, lines, (lost, 1.0 - lost, 0.0, 0.0))
    if event in (Event.WON, Event.EXPECTED):
        back = WON_BACK if event == Event.WON else EXPECTED_BACK
        had_left = 1.0 if nurture.is_win_back(row) else 0.0
        add_to_lines(books, replication, back, lines, (1.0, had_left, 0.0, float(row["money"])))
    if event == Event.REVENUE:
        earn_as(row, EARNED_BACK, float(row["money"]), 0, lines, model, books, replication)
