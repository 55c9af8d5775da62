"""The tally of a replication, and the books that the fold fills: which sum stands where.

Sums are float64, of times in microseconds: exact up to 2^53 µs (285 years), rounded in the sixteenth digit
beyond, where int64 would overflow (ten million leads that each wait eleven days).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Record
from funnelsim.compiling.decorators import rule
from funnelsim.compiling.handles import FOUR, by_pointer
from funnelsim.engines.fold.ages import AGE_BINS
from funnelsim.engines.fold.measures import BASES, EVENTS, FLOWS, Ended
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, Phase
from funnelsim.rules.billing import has_cash

WIDTH = EVENTS * BASES * FOUR  # sums in a line
DIMENSIONS = ("all", "month", "channel", "segment", "stage", "rep")  # the order of lines
MONTHS, CHANNELS, SEGMENTS, STAGES, REPS = range(1, len(DIMENSIONS))
LINES = len(DIMENSIONS)  # the place in the bounds of how many there are
LATER_PHASES = len(Phase) - 1  # after ACQUIRE
AGES = len(Ended) * AGE_BINS


class Tally(NamedTuple):
    """The sums of one replication; stacked, each array has a leading axis of replications.

    M months of the period, S stages, B segments, R reps, G reasons, lines as in `line_bounds`.
    """

    sums: Floats  # (lines, EVENTS, 2 bases, 4 measures), of which KEPT says what has a meaning
    reasons: Floats  # (lines, 2 bases, G) leads lost or gone cold
    ages: Integers  # (3 ways to end, AGE_BINS) the cohort's inquiries by time since arrival
    queue: Floats  # (M + 1, S, B) change of the queue before the period, then in each month
    queueing: Floats  # (M + 1, S, B) of entries less exits: the time from each to the month's end, µs (F2)
    held: Floats  # (M + 1, S, B) change of how many are held, as of the queue (F5)
    holding: Floats  # (M + 1, S, B) of those held less those no longer held, as of queueing (F5)
    taken: Floats  # (M + 1, B) change of the companies taken before the period, then in each month (F6)
    taking: Floats  # (M + 1, B) of the same: the time from each to the month's end, µs (F6)
    asking: Floats  # (S, B) the cohort's inquiries that ask for a first contact (F3)
    cold: Floats  # (S, B) leads that went cold in the period
    busy: Floats  # (M, R) working time in each month, µs
    later_work: Floats  # (4, M, R) of that, for the phases after ACQUIRE, µs (F18)
    paid: Floats  # (M, R) pay in each month
    available: Floats  # (M, R) working time on staff in each month, less absences, µs
    staff: Floats  # (M, R) share of each month on staff
    absent: Floats  # (M, R) working time of absences in each month, µs (F7)
    paused: Floats  # (M, R) of that, taken from work that is not finished yet, µs
    signed: Floats  # (M, R) bookings of the contracts won in each month (F4)
    left: Floats  # (M, M) customers who signed in a month and leave in another (F10)
    lifetime: Floats  # (M, M) what those who signed in a month bring in another, discounted (F10)
    cash: Floats  # (4 flows, 1 + days of the period) before the period and on each day; no days without cash
    opening: Floats  # (1,) cash as the period begins (F17)


@by_pointer
class Books(NamedTuple):
    """The tallies of several replications as the fold fills them: a row of each array for each replication.

    Compiled code makes no arrays of its own, so its look-up tables are here as well.
    """

    sums: Floats  # (replications, lines x WIDTH)
    reasons: Floats  # (replications, lines x 2 bases x G)
    ages: Integers  # (replications, 3 ways to end x AGE_BINS)
    queue: Floats  # (replications, (M + 1) x S x B)
    queueing: Floats  # (replications, (M + 1) x S x B)
    held: Floats  # (replications, (M + 1) x S x B)
    holding: Floats  # (replications, (M + 1) x S x B)
    taken: Floats  # (replications, (M + 1) x B)
    taking: Floats  # (replications, (M + 1) x B)
    asking: Floats  # (replications, S x B)
    cold: Floats  # (replications, S x B)
    busy: Floats  # (replications, M x R)
    later_work: Floats  # (replications, 4 x M x R)
    paid: Floats  # (replications, M x R)
    available: Floats  # (replications, M x R)
    staff: Floats  # (replications, M x R)
    absent: Floats  # (replications, M x R)
    paused: Floats  # (replications, M x R)
    signed: Floats  # (replications, M x R)
    left: Floats  # (replications, M x M)
    lifetime: Floats  # (replications, M x M)
    cash: Floats  # (replications, 4 flows x days)
    opening: Floats  # (replications, 1)
    bounds: Integers  # from line_bounds
    days: Integers  # the month of each day: -1 before the period, the number of months after it
    month_ends: Integers  # the last day of the calendar month of each day, up to the horizon
    days_of_cash: Integers  # (1,) for which cash is kept, all before the period being one; 0 without cash

    def over(self, tallies: Tally) -> Books:
        """Fill these tallies from now on; they are from `new_tallies` for the same strategy."""
        return self._replace(**_flat(tallies)._asdict())


def line_bounds(model: Model) -> Integers:
    """Number the lines: those of DIMENSIONS[d] are [bounds[d], bounds[d + 1]).

    "All" has a line for each process, months have one for each process and month, the sale first.

    Examples
    --------
    A model of 1 process, 2 months, 1 channel, 1 segment, 2 stages and 3 reps:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(
    ...     months=np.array([0, 5, 9]),
    ...     **{"processes": [0], "channels": [0], "segments": [0], "stages": [0, 0], "reps": [0, 0, 0]},
    ... )
    >>> line_bounds(model).tolist()
    [0, 1, 3, 4, 5, 7, 10]
    """
    processes = len(model.processes)
    sizes = (
        processes,
        processes * (len(model.months) - 1),
        len(model.channels),
        len(model.segments),
        len(model.stages),
        len(model.reps),
    )
    return np.array([0, *accumulate(sizes)], np.int64)


def new_tally(model: Model, reasons: int) -> Tally:
    """Make an empty tally.

    Parameters
    ----------
    model : Model
        The strategy whose ledgers will be folded.
    reasons : int
        How many reasons of loss there are: `len(names.reasons)`.
    """
    return Tally._make(array[0] for array in new_tallies(model, reasons, 1))


def new_tallies(model: Model, reasons: int, replications: int) -> Tally:
    """Make the empty tallies of several replications of one strategy: a leading axis of replications.

    They are one piece of memory, so that it comes in large pages: threads that touch small ones for the first
    time wait for each other.
    """
    months, stages, reps = len(model.months) - 1, len(model.stages), len(model.reps)
    segments = len(model.segments)
    lines = int(line_bounds(model)[-1])
    shapes = (
        (replications, lines, EVENTS, BASES, FOUR),
        (replications, lines, BASES, reasons),
        (replications, len(Ended), AGE_BINS),
        (replications, months + 1, stages, segments),
        (replications, months + 1, stages, segments),
        (replications, months + 1, stages, segments),
        (replications, months + 1, stages, segments),
        (replications, months + 1, segments),
        (replications, months + 1, segments),
        (replications, stages, segments),
        (replications, stages, segments),
        (replications, months, reps),
        (replications, LATER_PHASES, months, reps),
        *[(replications, months, reps)] * 6,
        *[(replications, months, months)] * 2,
        (replications, FLOWS, _days_of_cash(model)),
        (replications, 1),
    )
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(np.zeros(ends[-1]), ends[:-1])
    made = Tally._make(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
    return made._replace(ages=made.ages.view(np.int64))


def new_books(model: Model, reasons: int) -> Books:
    """Make books without a tally."""
    return _bound(_flat(new_tallies(model, reasons, 0)), model)


def _flat(tallies: Tally) -> Tally:
    """Return the tally of each replication as a row of every array."""
    return Tally._make(array.reshape(len(array), math.prod(array.shape[1:])) for array in tallies)


def _bound(tallies: Tally, model: Model) -> Books:
    """Bind tallies, each a row of every array, to books."""
    return Books(
        **tallies._asdict(),
        bounds=line_bounds(model),
        days=_month_of_days(model),
        month_ends=_month_ends(model),
        days_of_cash=np.array([_days_of_cash(model)], np.int64),
    )


def books_of(tally: Tally, model: Model) -> Books:
    """Bind a tally to books."""
    return _bound(_flat(Tally._make(array[None] for array in tally)), model)


def _month_of_days(model: Model) -> Integers:
    """Find the month of each day, up to the first after the period; months begin and end at midnight."""
    midnights = (model.months // DAY).tolist()
    lengths = [until - since for since, until in pairwise(midnights)]
    return np.repeat(np.arange(-1, len(midnights)), [midnights[0], *lengths, 1])


def _month_ends(model: Model) -> Integers:
    """Find the last day of the calendar month of each day; it may lie after the horizon."""
    months = model.calendar_months
    ends = np.searchsorted(months, months, side="right") - 1
    last = months == months[-1]
    ends[last] = np.argmax(last) + model.month_days[-1] - 1
    return ends.astype(np.int64)


def _days_of_cash(model: Model) -> int:
    """Count the days of the period, and one for all before; 0 where cash is not counted (F17)."""
    return int((model.months[-1] - model.months[0]) // DAY) + 1 if has_cash(model) else 0


def stack(tallies: Sequence[Tally]) -> Tally:
    """Put tallies of one strategy side by side: a leading axis of replications.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not tallies:
        raise ValueError("no simulated year was finished, so there is nothing to add up")
    return Tally(*(np.stack(arrays) for arrays in zip(*tallies, strict=True)))


@rule
def size(books: Books, dimension: int) -> int:
    """Count the lines of a dimension."""
    return int(books.bounds[dimension + 1] - books.bounds[dimension])


@rule
def count_desks(books: Books) -> int:
    """Count the stages times the segments."""
    return size(books, STAGES) * size(books, SEGMENTS)


@rule
def count_months(books: Books) -> int:
    """Count the months of the period."""
    return size(books, MONTHS) // size(books, 0)


@rule
def desk_of(row: Record, segments: int) -> int:
    """Number a row's stage and segment together; `segments` is how many there are."""
    return max(int(row["stage"]), 0) * segments + max(int(row["segment"]), 0)


@rule
def month_of(books: Books, moment: int) -> int:
    """Find the month of a moment: -1 before the period, the number of months after it."""
    if moment < 0:
        return -1
    return int(books.days[min(moment // DAY, len(books.days) - 1)])


@rule
def bounds_of(model: Model, month: int) -> tuple[int, int]:
    """Return when a month begins and ends; the times before and after the period are one long month each."""
    since = int(model.months[month]) if month >= 0 else -NEVER
    until = int(model.months[month + 1]) if month + 1 < len(model.months) else NEVER
    return since, until
