"""A row's amounts, and the lines of the books to which they are added.

The layout is made for speed. A row's amounts come in a *four*: count, waited, worked and money. In a line
the sums of an event's four lie side by side, those of both bases together, so that a processor adds all four
as fast as one, and the fold need not ask which of them an event keeps: `KEPT` says which ones have a meaning.
Asking is what takes time, since events follow each other as chance will have it and a processor that
guesses wrong has to start again. That is also why a row without a rep, for example, adds to the line of "all"
instead of to none ("all" is rewritten at the end, as the sum of the months), and why a row that counts on one
basis only adds zeros on the other.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rule
from funnelsim.compiling.handles import FOUR, Four, add_four
from funnelsim.engines.fold.measures import BASES, Basis
from funnelsim.engines.fold.tally import CHANNELS, MONTHS, REPS, SEGMENTS, STAGES, WIDTH, Books
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOTHING, Event

Lines = tuple[int, int, int, int, int, int]  # of a row: see `lines_of`


@rule
def process_of(row: Record) -> int:
    """Return in whose lines a row counts: its process's, or the sale's for a contract's money (F12)."""
    process = int(row["process"])
    if process != SALE and is_of_contract(row["event"]):
        process = SALE
    return process


@rule
def is_of_contract(event: int) -> bool:
    """Return whether rows of an event are about the money of a contract that has been signed."""
    of_delivery = event in (Event.REVENUE, Event.EARNED, Event.CANCELLED, Event.BILLED)
    return of_delivery or event in (Event.MARGIN, Event.EXPECTED_MARGIN)


@rule
def counts_as(row: Record) -> int:
    """Return as which event a row counts: a delivery that is done, or a visit, has advanced (F12).

    A deal that is open as the period begins counts as one that begins (OD4).
    """
    event = int(row["event"])
    if event == Event.WAS_OPEN:
        return Event.BEGAN.value
    if row["process"] != SALE and (event >= Event.DONE or event == Event.PARKED):
        made = event == Event.PARKED and row["reason"] == NOTHING  # it comes again (AV3)
        if made or event in (Event.DONE, Event.DELIVERED):
            event = Event.ADVANCED.value
    return event


@rule
def lines_of(row: Record, month: int, born: int, model: Model, books: Books) -> Lines:
    """List a row's lines: month of the period, month of the cohort; channel, segment, stage and rep.

    A month is NOTHING if the row does not count on that basis. Anything else that a row lacks is "all".
    """
    bounds, process, months = books.bounds, process_of(row), len(model.months) - 1
    first = bounds[MONTHS] + process * months
    return (
        int(first + month) if 0 <= month < months else NOTHING,
        int(first + born) if 0 <= born < months and row["pursuit"] >= 0 else NOTHING,
        _line(bounds[CHANNELS], row["channel"] if process == SALE else NOTHING),
        _line(bounds[SEGMENTS], row["segment"] if process == SALE else NOTHING),
        _line(bounds[STAGES], row["stage"]),
        _line(bounds[REPS], row["rep"]),
    )


@rule
def _line(first: int, number: int) -> int:
    """Number a line; if a row has no channel, segment, stage or rep, it is that of "all"."""
    return int(first) + int(number) if number >= 0 else 0


@rule
def amounts_of(row: Record, ends: bool) -> Four:
    """List count, waited, worked and money of a row; if it ends a pursuit, its age in place of worked."""
    worked = row["time"] - row["worked"] if ends else row["worked"]
    return (1.0, float(row["waited"]), float(worked), float(row["money"]))


@rule
def add_to_lines(books: Books, replication: int, event: int, lines: Lines, amounts: Four) -> None:
    """Add four amounts to an event's sums in a row's lines, on the bases on which it counts."""
    period, cohort = lines[0], lines[1]
    if period == NOTHING and cohort == NOTHING:
        return
    sums, column = books.sums, event * (BASES * FOUR)
    of_period = _if_so(period != NOTHING, amounts)
    of_cohort = _if_so(cohort != NOTHING, amounts)
    add_four(sums, (replication, column + max(period, 0) * WIDTH), of_period)
    add_four(sums, (replication, column + max(cohort, 0) * WIDTH + FOUR), of_cohort)
    _add_both(sums, replication, column + lines[2] * WIDTH, of_period, of_cohort)
    _add_both(sums, replication, column + lines[3] * WIDTH, of_period, of_cohort)
    _add_both(sums, replication, column + lines[4] * WIDTH, of_period, of_cohort)
    _add_both(sums, replication, column + lines[5] * WIDTH, of_period, of_cohort)


@rule
def _add_both(sums: Floats, replication: int, first: int, of_period: Four, of_cohort: Four) -> None:
    """Add to the sums of an event in one line, on both bases."""
    add_four(sums, (replication, first), of_period)
    add_four(sums, (replication, first + FOUR), of_cohort)


@rule
def _if_so(counts: bool, amounts: Four) -> Four:
    """Return the amounts of a row that counts, else zeros."""
    times = 1.0 if counts else 0.0
    return (amounts[0] * times, amounts[1] * times, amounts[2] * times, amounts[3] * times)


@rule
def add_to_cohort(books: Books, replication: int, event: int, lines: Lines, amounts: Four) -> None:
    """Add four amounts to an event's sums in the lines of a row whose inquiry arrived in the period."""
    column = event * (BASES * FOUR) + FOUR
    for dimension in range(Basis.COHORT.value, len(lines)):
        add_four(books.sums, (replication, column + lines[dimension] * WIDTH), amounts)
