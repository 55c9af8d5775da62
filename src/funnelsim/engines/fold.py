"""From ledger rows to sums: one pass, chunk after chunk, in memory that does not grow with the rows.

A tally has the sums of one replication. Each row adds to the sums of every *line* of the books that it
belongs to: its process and month, channel, segment, stage and rep; once on the *period* basis (what happens
in the period) and once on the *cohort* basis (what becomes of inquiries that arrive in the period, to the
end of the drain). Channels and segments are about the sale; a stage and a rep have whatever happens there.

The layout is made for speed. A row's amounts come in a *four*: count, waited, worked and money. In a line
the sums of an event's four lie side by side, those of both bases together, so that a processor adds all four
as fast as one, and the fold need not ask which of them an event keeps: `KEPT` says which ones have a meaning.
Asking is what takes time, since events follow each other as chance will have it and a processor that
guesses wrong has to start again. That is also why a row without a rep, for example, adds to the line of "all"
instead of to none ("all" is rewritten at the end, as the sum of the months), and why a row that counts on one
basis only adds zeros on the other.

Sums are float64, of times in microseconds: exact up to 2^53 µs (285 years), rounded in the sixteenth digit
beyond, where int64 would overflow (ten million leads that each wait eleven days).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import FOUR, Four, add_four, by_pointer
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.ledger import Ledger
from funnelsim.model.model import SALE, Chapters, Model, other_numbers
from funnelsim.model.words import DAY, GONE_COLD, HOUR, NEVER, NOBODY, NOTHING, Event, Flag
from funnelsim.model.worktime import worked_by
from funnelsim.rules import market
from funnelsim.rules.visits import team_for


class Basis(IntEnum):
    """Which rows count."""

    PERIOD = 0  # rows whose time lies in the period
    COHORT = 1  # rows of inquiries that arrived in the period


BASES = len(Basis)


class Measure(IntEnum):
    """What is summed over the rows that count: a four."""

    COUNT = 0
    WAITED = 1
    WORKED = 2
    MONEY = 3
    COLD = 2  # instead of working time, of those HELD: how many went cold
    AGE = 2  # instead of working time, where a pursuit ends: the time since it began
    OPENED = 3  # instead of money, in CONTACT_BY_WORKING_HOURS: the opening time gone by
    ASKING = 3  # instead of money, in CONTACT_BY_CLOCK: those who ask for a first contact
    REACHED = 1  # instead of waited, in ATTEMPT: those that succeed
    GIVEN_UP = 2  # instead of worked, in ATTEMPT: those after which no other follows
    FIRST = 3  # instead of money, in ATTEMPT: those that are the first of their visit
    TRULY_JUNK = 1  # instead of waiting time, in HANDED_OVER: those out of profile
    JUSTLY_REJECTED = 2  # instead of working time, in HANDED_OVER: those out of profile whom sales rejects


class Ended(IntEnum):
    """How the inquiries of the cohort ended, for the table of their ages."""

    WON = 0
    OTHERWISE = 1  # lost or gone cold
    OPEN = 2


# Events of our own: of the cohort alone, about the row with which a rep starts on the visit with which the
# pursuit began, ...
FIRST_CONTACT = len(Event)
CONTACT_BY_CLOCK = FIRST_CONTACT + 1  # how many within the first, second, third of PROMPT_HOURS; of how many
CONTACT_BY_WORKING_HOURS = FIRST_CONTACT + 2  # the same by the team's opening times, and how long it took
# ... and about the spans over which a contract earns.
EARNED_REVENUE = FIRST_CONTACT + 3  # what it earns in a month
EARNED_MARGIN = FIRST_CONTACT + 4  # ... less the cost of delivery
# ... about nurture: in whose place rows of pursuits that are nurtured, or have been, stand ...
PARKED_COLD = FIRST_CONTACT + 5  # PARKED out of a queue
LOST_LATER = FIRST_CONTACT + 6  # LOST after nurture: the visit has ended before
COLD_LATER = FIRST_CONTACT + 7  # WENT_COLD after nurture
# ... its spans, period alone ...
TOUCH = FIRST_CONTACT + 8  # touches in a month, and what they cost
IN_NURTURE = FIRST_CONTACT + 9  # who is in nurture at a month's end, and the time in it
# ... contracts of those who have come back.
WON_BACK = FIRST_CONTACT + 10  # WON
EXPECTED_BACK = FIRST_CONTACT + 11  # EXPECTED
EARNED_BACK = FIRST_CONTACT + 12  # EARNED_REVENUE
# ... about first contacts after hand-over, and what of them is truly junk (J7, J8) ...
HANDED_OVER = FIRST_CONTACT + 13
# ... and about attempts to reach the buyer (Y7).
ATTEMPT = FIRST_CONTACT + 14  # one is over: does it succeed, was it the last one in vain, was it the first
STARTED_AGAIN = FIRST_CONTACT + 15  # STARTED, but for the first attempt of a visit
PROMPT_HOURS = (1, 4, 24)
OF_NURTURE = (Flag.NURTURED | Flag.RETURNED).value  # flags of rows of those who have been nurtured
# Flags of rows of which more is booked.
OF_FEW = (Flag.HELD | Flag.AFTER_HAND_OVER | Flag.ATTEMPT).value | OF_NURTURE

# What is summed for each event, one line each.
_C, _W, _K, _M = Measure.COUNT, Measure.WAITED, Measure.WORKED, Measure.MONEY
KEPT: tuple[tuple[int, tuple[Measure, ...]], ...] = (
    (Event.INQUIRY, (_C, _M)),
    (Event.ENTERED, (_C,)),
    (Event.STARTED, (_C, _W, _M)),
    (Event.WORKED, (_C, _W, _K)),
    (Event.ADVANCED, (_C, _W)),
    (Event.SENT_BACK, (_C, _W)),
    (Event.BECAME_LEAD, (_C, _M)),
    (Event.WON, (_C, _W, _M, Measure.AGE)),
    (Event.LOST, (_C, _W)),
    (Event.WENT_COLD, (_C, _W)),
    (Event.COMMISSION, (_M,)),
    (Event.MEDIA, (_M,)),
    (Event.PAY, (_M,)),
    (Event.OPEN, (_C,)),
    (Event.MARGIN, (_M,)),
    (Event.EXPECTED, (_M,)),
    (Event.BEGAN, (_C,)),
    (Event.PARKED, (_C, _W)),
    (Event.RETURNED, (_C, _W)),
    (Event.WITHDRAWN, (_C, _W)),
    (Event.ON_STAFF, (_C, _W)),
    (Event.ONE_OFF, (_M,)),
    (Event.RUNNING, (_M,)),
    (Event.COOLED_OFF, (_C, _W)),
    (Event.REPORTED, (_C,)),
    (Event.EXPECTED_MARGIN, (_M,)),
    (Event.EXPECTED_COMMISSION, (_M,)),
    (Event.HELD, (_C, _W, Measure.COLD, _M)),  # waited: that of those who went cold
    (Event.ADMITTED, (_C, _W)),
    (Event.IGNORED, (_C,)),
    (Event.TRAINED, (_C, _M)),
    (Event.SKILL, (_C, _M)),
    (Event.PROSPECTED, (_C, _W, _K, _M)),
    (Event.INTERRUPTED, (_C, _W, _K)),
    (Event.RESUMED, (_C, _W)),
    (Event.ABSENT, (_C, _W)),
    (Event.JOINED, (_C, _M)),
    (FIRST_CONTACT, (_C, _W)),
    (CONTACT_BY_CLOCK, (_C, _W, _K, Measure.ASKING)),
    (CONTACT_BY_WORKING_HOURS, (_C, _W, _K, Measure.OPENED)),
    (Event.REJECTED, (_C, _K, _M)),
    (HANDED_OVER, (_C, Measure.TRULY_JUNK, Measure.JUSTLY_REJECTED)),
    (EARNED_REVENUE, (_M,)),
    (EARNED_MARGIN, (_M,)),
    (PARKED_COLD, (_C, _W)),
    (LOST_LATER, (_C,)),
    (COLD_LATER, (_C,)),
    (TOUCH, (_C, _M)),
    (IN_NURTURE, (_C, _W)),
    (WON_BACK, (_C, _M)),
    (EXPECTED_BACK, (_M,)),
    (EARNED_BACK, (_M,)),
    (Event.NOT_REACHED, (_C, _W, _K)),
    (Event.QUEUED_AGAIN, (_C, _W)),
    (ATTEMPT, (_C, _W, _K, Measure.FIRST)),
    (STARTED_AGAIN, (_C,)),
)


EVENTS = STARTED_AGAIN + 1
WIDTH = EVENTS * BASES * FOUR  # sums in a line

DIMENSIONS = ("all", "month", "channel", "segment", "stage", "rep")  # the order of lines
MONTHS, SEGMENTS, STAGES, REPS = (DIMENSIONS.index(name) for name in ("month", "segment", "stage", "rep"))
LINES = len(DIMENSIONS)  # the place in the bounds of how many there are

Lines = tuple[int, int, int, int, int, int]  # of a row: see `_lines_of`

AGE_STEPS = 32  # bins of ages to an octave: 3 % wide at most
_FINEST = 30  # ages below 2^30 µs (18 minutes) share AGE_STEPS bins of equal width
_OLDEST = 52  # ages of 2^52 µs (142 years) or more share the last bin
AGE_BINS = AGE_STEPS * (1 + _OLDEST - _FINEST)
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
    available: Floats  # (M, R) working time on staff in each month, less absences, µs
    staff: Floats  # (M, R) share of each month on staff
    absent: Floats  # (M, R) working time of absences in each month, µs (F7)
    paused: Floats  # (M, R) of that, taken from work that is not finished yet, µs
    signed: Floats  # (M, R) bookings of the contracts won in each month (F4)


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
    available: Floats  # (replications, M x R)
    staff: Floats  # (replications, M x R)
    absent: Floats  # (replications, M x R)
    paused: Floats  # (replications, M x R)
    signed: Floats  # (replications, M x R)
    bounds: Integers  # from line_bounds
    days: Integers  # the month of each day: -1 before the period, the number of months after it

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
        *[(replications, months, reps)] * 6,
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
    return Books(**tallies._asdict(), bounds=line_bounds(model), days=_month_of_days(model))


def _month_of_days(model: Model) -> Integers:
    """Find the month of each day, up to the first after the period; months begin and end at midnight."""
    midnights = (model.months // DAY).tolist()
    lengths = [until - since for since, until in pairwise(midnights)]
    return np.repeat(np.arange(-1, len(midnights)), [midnights[0], *lengths, 1])


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
    _fold(Ledger(rows, np.array([len(rows)])), model, _books_of(tally, model), tally.reasons.shape[-1])


def _books_of(tally: Tally, model: Model) -> Books:
    """Bind a tally to books."""
    return _bound(_flat(Tally._make(array[None] for array in tally)), model)


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
        take_over(_books_of(self.tally, before), 0, old, _books_of(tally, after), 0, new, becomes)
        self._chapter += 1
        self.tally = tally


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


def age_edges() -> Floats:
    """Return the bounds of the bins of ages: (AGE_BINS + 1,) µs.

    Examples
    --------
    >>> edges = age_edges()
    >>> len(edges), float((edges[33:] / edges[32:-1]).max())
    (737, 1.03125)
    """
    steps = np.arange(AGE_STEPS)
    octaves = 2.0 ** np.arange(_FINEST, _OLDEST)[:, None] * (1 + steps / AGE_STEPS)
    return np.concatenate([steps * 2.0**_FINEST / AGE_STEPS, octaves.ravel(), [2.0**_OLDEST]])


@rule
def _age_bin(age: int) -> int:
    """Find the bin of an age in µs: equal steps at first, then equal steps in each octave."""
    if age >= 1 << _OLDEST:
        return AGE_BINS - 1
    if age < 1 << _FINEST:
        return int(age * AGE_STEPS >> _FINEST)
    octave = math.frexp(float(age))[1] - _FINEST  # 1 for the octave from 2^30 µs
    return int(octave * AGE_STEPS + (age * AGE_STEPS >> (octave + _FINEST - 1)) - AGE_STEPS)


@rule
def _month_of(books: Books, moment: int) -> int:
    """Find the month of a moment: -1 before the period, the number of months after it."""
    if moment < 0:
        return -1
    return int(books.days[min(moment // DAY, len(books.days) - 1)])


@rule
def _lines_of(row: Record, month: int, born: int, model: Model, books: Books) -> Lines:
    """List a row's lines: month of the period, month of the cohort; channel, segment, stage and rep.

    A month is NOTHING if the row does not count on that basis. Anything else that a row lacks is "all".
    """
    bounds, process, months = books.bounds, int(row["process"]), len(model.months) - 1
    first = bounds[1] + process * months
    return (
        int(first + month) if 0 <= month < months else NOTHING,
        int(first + born) if 0 <= born < months and row["pursuit"] >= 0 else NOTHING,
        _line(bounds[2], row["channel"] if process == SALE else NOTHING),
        _line(bounds[3], row["segment"] if process == SALE else NOTHING),
        _line(bounds[4], row["stage"]),
        _line(bounds[5], row["rep"]),
    )


@rule
def _line(first: int, number: int) -> int:
    """Number a line; if a row has no channel, segment, stage or rep, it is that of "all"."""
    return int(first) + int(number) if number >= 0 else 0


@rule
def _amounts_of(row: Record, ends: bool) -> Four:
    """List count, waited, worked and money of a row; if it ends a pursuit, its age in place of worked."""
    worked = row["time"] - row["worked"] if ends else row["worked"]
    return (1.0, float(row["waited"]), float(worked), float(row["money"]))


@rule
def _add(books: Books, replication: int, event: int, lines: Lines, amounts: Four) -> None:
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
def _add_to_cohort(books: Books, replication: int, event: int, lines: Lines, amounts: Four) -> None:
    """Add four amounts to an event's sums in the lines of a row whose inquiry arrived in the period."""
    column = event * (BASES * FOUR) + FOUR
    for dimension in range(Basis.COHORT.value, len(lines)):
        add_four(books.sums, (replication, column + lines[dimension] * WIDTH), amounts)


@rare
def _earn(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book what a contract earns, or the gross margin of it, in the months of the period (M9)."""
    event = EARNED_REVENUE if row["event"] == Event.REVENUE else EARNED_MARGIN
    _earn_as(row, event, lines, model, books, replication)


@rule
def _earn_as(row: Record, event: int, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book the part of a contract's term that lies in each month of the period, in the row's lines."""
    sums, column = books.sums, event * (BASES * FOUR) + Measure.MONEY.value
    start, end, months = row["time"], row["time"] + row["waited"], model.months
    first = int(books.bounds[1]) + int(row["process"]) * (len(months) - 1)
    in_period = 0.0
    for month in range(max(0, _month_of(books, start)), min(_month_of(books, end) + 1, len(months) - 1)):
        within = min(end, months[month + 1]) - max(start, months[month])
        earned = row["money"] * (within / row["waited"])
        sums[replication, column + (first + month) * WIDTH] += earned
        in_period += earned
    for line in lines[BASES:]:
        sums[replication, column + line * WIDTH] += in_period


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
def _add_reason(books: Books, replication: int, reason: int, lines: Lines, reasons: int) -> None:
    """Count a lead lost for a reason in its lines, on the bases on which it counts."""
    for basis in range(BASES):
        if lines[basis] != NOTHING:
            column = basis * reasons + reason
            books.reasons[replication, column + lines[basis] * BASES * reasons] += 1.0
            for dimension in range(BASES, len(lines)):
                books.reasons[replication, column + lines[dimension] * BASES * reasons] += 1.0


@rare
def _add_up(sums: Floats, replication: int, bounds: Integers, width: int) -> None:
    """Set the line of "all" of each process to the sum of its months; `width` is that of a line."""
    processes = bounds[1]
    months = (bounds[2] - bounds[1]) // processes
    for process in range(processes):
        everything = process * width
        for column in range(everything, everything + width):
            sums[replication, column] = 0.0
        for month in range(months):
            of_month = (processes + process * months + month) * width
            for column in range(width):
                sums[replication, everything + column] += sums[replication, of_month + column]


@rule
def _desk_of(row: Record, segments: int) -> int:
    """Number a row's stage and segment together; `segments` is how many there are."""
    return max(int(row["stage"]), 0) * segments + max(int(row["segment"]), 0)


@rule
def _end(row: Record, books: Books, replication: int, lines: Lines, reasons: int) -> None:
    """Note why and where an inquiry was lost, and its age when it ended or was left open."""
    event = row["event"]
    ended = Ended.OTHERWISE.value
    if event == Event.WON:
        ended = Ended.WON.value
    elif event == Event.OPEN:
        ended = Ended.OPEN.value
    else:
        _add_reason(books, replication, int(row["reason"]), lines, reasons)
    if event == Event.WENT_COLD and lines[0] != NOTHING and not _was_nurtured(row):
        books.cold[replication, _desk_of(row, _size(books, SEGMENTS))] += 1.0
    if lines[1] != NOTHING and row["process"] == SALE:
        books.ages[replication, ended * AGE_BINS + _age_bin(row["time"] - row["worked"])] += 1


@rule
def _book_contract(row: Record, month: int, model: Model, books: Books, replication: int) -> None:
    """Book a contract to its rep, in the month in which it is won (F4)."""
    if row["event"] == Event.WON and row["rep"] >= 0 and 0 <= month < len(model.months) - 1:
        books.signed[replication, month * len(model.reps) + int(row["rep"])] += row["money"]


@rule
def _move_queue(row: Record, month: int, until: int, model: Model, books: Books, replication: int) -> None:
    """Book entries to and exits from a stage's queue (F1); `month` counts from -1, and ends at `until`."""
    event = row["event"]
    joined = event == Event.ENTERED
    left = event == Event.STARTED or (event == Event.WENT_COLD and not _was_nurtured(row))
    change = int(joined) - int(left)
    _change_number(row, month, until, change, model, books.queue, books.queueing, replication)


@rule
def _was_nurtured(row: Record) -> bool:
    """Return whether a pursuit ends after nurture: its visit has ended before (N4)."""
    return bool(row["flags"] & Flag.NURTURED.value != 0)


@rule
def _change_number(
    row: Record,
    month: int,
    until: int,
    change: int,
    model: Model,
    numbers: Floats,
    integrals: Floats,
    replication: int,
) -> None:
    """Change a number in a stage by so many, and its integral over the month by the time left of it (F2)."""
    if month + 1 < len(model.months):
        segments = len(model.segments)
        place = (month + 1) * len(model.stages) * segments + _desk_of(row, segments)
        numbers[replication, place] += change
        integrals[replication, place] += change * float(until - row["time"])


@rule
def _book_work(row: Record, since: int, month: int, model: Model, books: Books, replication: int) -> None:
    """Book a finished piece of work to the month in which it was done, which began at `since`."""
    worked = row["event"] in (Event.WORKED, Event.NOT_REACHED) and row["rep"] >= 0
    if worked and row["time"] - row["waited"] < since:
        _book_span(row, model, books, replication)
    elif worked and 0 <= month < len(model.months) - 1:
        of_rep = month * len(model.reps) + int(row["rep"])
        books.busy[replication, of_rep] += row["worked"]
        books.paused[replication, of_rep] = 0.0


@rare
def _book_span(row: Record, model: Model, books: Books, replication: int) -> None:
    """Split a piece of work, the time on staff or an absence at the ends of months, by the rep's hours.

    (F7)
    """
    rep, end = int(row["rep"]), row["time"]
    start, months = end - row["waited"], model.months
    calendar = model.calendars[model.reps[rep]["calendar"]]
    first, count = calendar["first_hours"], calendar["hours"]
    final = _month_of(books, end)
    for month in range(max(0, _month_of(books, start)), min(final + 1, len(months) - 1)):
        since, until = max(start, months[month]), min(end, months[month + 1])
        done = worked_by(model.hours, first, count, until) - worked_by(model.hours, first, count, since)
        of_rep = month * len(model.reps) + rep
        if row["event"] == Event.ON_STAFF:
            books.available[replication, of_rep] += done
            books.staff[replication, of_rep] += (until - since) / (months[month + 1] - months[month])
        elif row["event"] == Event.ABSENT:
            books.absent[replication, of_rep] += done
            books.available[replication, of_rep] -= done
            books.paused[replication, of_rep] += done if row["worked"] > 0 else 0.0
        else:
            books.busy[replication, of_rep] += done - books.paused[replication, of_rep]
            books.paused[replication, of_rep] = 0.0


@rare
def _book_what_is_rare(
    row: Record, month: int, until: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book what only some scenarios have: rests, those held, junk, attempts, nurture, markets, pauses."""
    event, flags = row["event"], row["flags"]
    if event in (Event.ON_STAFF, Event.INTERRUPTED, Event.ABSENT):
        _book_span(row, model, books, replication)
    _change_queue_otherwise(row, month, until, lines, model, books, replication)
    if event == Event.REJECTED or flags & Flag.AFTER_HAND_OVER.value != 0:
        _note_hand_over(row, lines, books, replication)
    if event == Event.ADMITTED or flags & Flag.HELD.value != 0:
        _book_the_held(row, month, until, lines, model, books, replication)
    if flags & Flag.ATTEMPT.value != 0:
        _book_attempt(row, lines, books, replication)
    if event == Event.TOUCHED:
        _book_nurture(row, lines, model, books, replication)
    if flags & OF_NURTURE != 0:
        _book_after_nurture(row, lines, model, books, replication)
    if event in (Event.INQUIRY, Event.COOLED_OFF):
        _book_market(row, month, until, model, books, replication)


@rule
def _went_cold(row: Record, model: Model) -> bool:
    """Return whether a pursuit that is parked would have gone cold: out of a queue, or ignored."""
    reason = row["reason"]
    went_cold = reason == GONE_COLD
    for number in range(len(model.ignored)):
        went_cold = went_cold or reason == model.ignored[number]["reason"]
    return bool(went_cold)


@rule
def _change_queue_otherwise(
    row: Record, month: int, until: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book who joins a queue, interrupted or again, or leaves it otherwise than at a start (F1)."""
    event, change = row["event"], 0
    if event in (Event.INTERRUPTED, Event.QUEUED_AGAIN):
        change = 1
    elif event == Event.RESUMED or (event == Event.WITHDRAWN and row["flags"] & Flag.LEFT_QUEUE.value != 0):
        change = -1
    elif event == Event.PARKED and _went_cold(row, model) and not _was_nurtured(row):
        change = -1
        _add(books, replication, PARKED_COLD, lines, _amounts_of(row, False))
        if lines[0] != NOTHING:
            books.cold[replication, _desk_of(row, _size(books, SEGMENTS))] += 1.0
    if change != 0:
        _change_number(row, month, until, change, model, books.queue, books.queueing, replication)


@rare
def _book_the_held(
    row: Record, month: int, until: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book who is held and who no longer is; those held are not in the queue of the stage (F1, F5)."""
    event = row["event"]
    if event in (Event.OPEN, Event.COOLED_OFF):
        return
    begins = 1 if event == Event.HELD else -1
    _change_number(row, month, until, begins, model, books.held, books.holding, replication)
    if event != Event.WITHDRAWN:  # the queue was told that it came, or that it left
        _change_number(row, month, until, -begins, model, books.queue, books.queueing, replication)
    if event in (Event.WENT_COLD, Event.PARKED):
        _add(books, replication, Event.HELD.value, lines, (0.0, float(row["waited"]), 1.0, 0.0))


@rare
def _book_nurture(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book the time in nurture, and its touches, in the months of the period in which they fall (N8)."""
    began, ended, months = int(row["worked"]), int(row["time"]), model.months
    first = int(books.bounds[1]) + int(row["process"]) * (len(months) - 1)
    for month in range(max(0, _month_of(books, began)), min(_month_of(books, ended) + 1, len(months) - 1)):
        since, until = int(months[month]), int(months[month + 1])
        number = _touches_before(row, until) - _touches_before(row, since)
        within = min(ended, until) - max(began, since)
        there = 1.0 if began < until <= ended else 0.0
        at_last = there if until == months[len(months) - 1] else 0.0
        spent = number * row["money"]
        _nurture_in(books.sums, replication, first + month, (float(number), spent, float(within), there))
        for line in lines[BASES:]:
            _nurture_in(books.sums, replication, line, (float(number), spent, float(within), at_last))


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
def _touches_before(row: Record, moment: int) -> int:
    """Count the touches of a span of nurture before a moment: the k-th is k intervals after it began."""
    return int(min(max(moment - 1 - row["worked"], 0) // row["waited"], row["count"]))


@rare
def _book_after_nurture(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book who is lost after nurture, and the contracts of those who have come back (N4, N9)."""
    event = row["event"]
    if _was_nurtured(row) and event in (Event.LOST, Event.WENT_COLD):
        later = LOST_LATER if event == Event.LOST else COLD_LATER
        _add(books, replication, later, lines, _amounts_of(row, False))
    if event in (Event.WON, Event.EXPECTED):
        back = WON_BACK if event == Event.WON else EXPECTED_BACK
        _add(books, replication, back, lines, _amounts_of(row, False))
    if event == Event.REVENUE:
        _earn_as(row, EARNED_BACK, lines, model, books, replication)


@rare
def _book_attempt(row: Record, lines: Lines, books: Books, replication: int) -> None:
    """Book an attempt to reach the buyer that is over, or one that begins after another (Y7)."""
    event = row["event"]
    if event == Event.STARTED and row["count"] > 1:
        _add(books, replication, STARTED_AGAIN, lines, _amounts_of(row, False))
    if event in (Event.WORKED, Event.NOT_REACHED):
        reached = 1.0 if event == Event.WORKED else 0.0
        given_up = 1.0 if event == Event.NOT_REACHED and row["reason"] != NOTHING else 0.0
        first = 1.0 if row["count"] == 1 else 0.0
        _add(books, replication, ATTEMPT, lines, (1.0, reached, given_up, first))


@rare
def _book_market(row: Record, month: int, until: int, model: Model, books: Books, replication: int) -> None:
    """Book companies taken from a market, and given back (F6)."""
    segment, change = int(row["segment"]), 1
    if row["event"] == Event.COOLED_OFF:
        change = -1
    elif not market.is_finite(model, segment):
        change = 0
    if month + 1 < len(model.months):
        place = (month + 1) * len(model.segments) + segment
        books.taken[replication, place] += change
        books.taking[replication, place] += change * float(until - row["time"])


@rule
def _note_who_asks(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Note an inquiry of the cohort that enters a stage with a team as it arrives (F3)."""
    if team_for(model, row) != NOBODY:
        _add_to_cohort(books, replication, CONTACT_BY_CLOCK, lines, (0.0, 0.0, 0.0, 1.0))
        books.asking[replication, _desk_of(row, len(model.segments))] += 1.0


@rule
def _note_first_contact(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Note a first contact of the cohort, and within which hours it came (F3)."""
    _add_to_cohort(books, replication, FIRST_CONTACT, lines, _amounts_of(row, False))
    now, waited, rep = row["time"], row["waited"], row["rep"]
    _add_to_cohort(books, replication, CONTACT_BY_CLOCK, lines, _within(waited, 0.0))
    if rep >= 0:
        calendar = model.calendars[model.teams[model.reps[rep]["team"]]["first_calendar"]]
        first, count = calendar["first_hours"], calendar["hours"]
        opened = worked_by(model.hours, first, count, now) - worked_by(
            model.hours, first, count, now - waited
        )
        _add_to_cohort(books, replication, CONTACT_BY_WORKING_HOURS, lines, _within(opened, float(opened)))


@rare
def _note_hand_over(row: Record, lines: Lines, books: Books, replication: int) -> None:
    """Note a first contact after hand-over, or a rejection, and whether it is truly junk (J7, J8)."""
    junk = 1.0 if row["flags"] & Flag.OUT_OF_PROFILE.value != 0 else 0.0
    amounts = (0.0, 0.0, junk, 0.0) if row["event"] == Event.REJECTED else (1.0, junk, 0.0, 0.0)
    _add(books, replication, HANDED_OVER, lines, amounts)


@rule
def _within(time: int, last: float) -> Four:
    """Return 1 for each of PROMPT_HOURS that a time does not exceed, else 0; and another amount as it is."""
    hours = PROMPT_HOURS
    return (
        1.0 if time <= hours[0] * HOUR else 0.0,
        1.0 if time <= hours[1] * HOUR else 0.0,
        1.0 if time <= hours[2] * HOUR else 0.0,
        last,
    )


@rule
def is_of_the_day(event: int) -> bool:
    """Return whether rows of an event are about the day that has just ended."""
    return event in (Event.MEDIA, Event.PAY, Event.RUNNING, Event.TRAINED, Event.SKILL)


@rule
def fold_page(ledger: Ledger, model: Model, books: Books, replication: int, reasons: int) -> None:
    """Add each row of a page to the tally of a replication, on the bases on which it counts."""
    any_market = market.is_anywhere(model)
    month, since, until = NOTHING, 0, 0  # nearly all rows are in the month of the row before
    for i in range(ledger.used[0]):
        row = ledger.rows[i]
        event = int(row["event"])
        # The costs of a day are booked at the midnight that ends it: they belong to the day before.
        moment = row["time"] - (1 if is_of_the_day(event) else 0)
        if not since <= moment < until:
            month = _month_of(books, moment)
            since, until = _bounds_of(model, month)
        created = row["created"]
        born = month if since <= created < until else _month_of(books, created)
        lines = _lines_of(row, month, born, model, books)
        ends = event in (Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN)
        _add(books, replication, event, lines, _amounts_of(row, ends))
        if lines[1] != NOTHING:
            if row["flags"] & Flag.FIRST_CONTACT.value != 0:
                _note_first_contact(row, lines, model, books, replication)
            if event == Event.ENTERED and row["time"] == created:
                _note_who_asks(row, lines, model, books, replication)
        if event in (Event.REVENUE, Event.MARGIN):
            _earn(row, lines, model, books, replication)
        if ends:
            _end(row, books, replication, lines, reasons)
            _book_contract(row, month, model, books, replication)
        _move_queue(row, month, until, model, books, replication)
        _book_work(row, since, month, model, books, replication)
        rare_event = Event.BEGAN <= event <= Event.RUNNING or event >= Event.REJECTED
        if rare_event or row["flags"] & OF_FEW != 0 or (any_market and event == Event.INQUIRY):
            _book_what_is_rare(row, month, until, lines, model, books, replication)


@rule
def add_up(books: Books, replication: int, reasons: int) -> None:
    """Set the lines of "all" after the last page: rows without a channel or a rep have added to them."""
    _add_up(books.sums, replication, books.bounds, WIDTH)
    _add_up(books.reasons, replication, books.bounds, BASES * reasons)


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
        for number in range(_size(past, dimension)):
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
    months, reps, desks = _months(books), _size(past, REPS), _desks(past)
    for desk in range(desks):
        stage, segment = desk // _size(past, SEGMENTS), desk % _size(past, SEGMENTS)
        there = stage * _size(books, SEGMENTS) + segment
        books.asking[row, there] = past.asking[old, desk]
        books.cold[row, there] = past.cold[old, desk]
        for month in range(months + 1):
            books.queue[row, month * _desks(books) + there] = past.queue[old, month * desks + desk]
            books.queueing[row, month * _desks(books) + there] = past.queueing[old, month * desks + desk]
            books.held[row, month * _desks(books) + there] = past.held[old, month * desks + desk]
            books.holding[row, month * _desks(books) + there] = past.holding[old, month * desks + desk]
    _take_over_market(past, old, books, row)
    for place in range(months * reps):
        column = place // reps * _size(books, REPS) + becomes[place % reps]
        books.busy[row, column] = past.busy[old, place]
        books.available[row, column] = past.available[old, place]
        books.staff[row, column] = past.staff[old, place]
        books.absent[row, column] = past.absent[old, place]
        books.paused[row, column] = past.paused[old, place]
        books.signed[row, column] = past.signed[old, place]


@rule
def _take_over_market(past: Books, old: int, books: Books, row: int) -> None:
    """Begin with what had been taken from markets."""
    for segment in range(_size(past, SEGMENTS)):
        for month in range(_months(books) + 1):
            there, here = month * _size(books, SEGMENTS) + segment, month * _size(past, SEGMENTS) + segment
            books.taken[row, there] = past.taken[old, here]
            books.taking[row, there] = past.taking[old, here]


@rule
def _size(books: Books, dimension: int) -> int:
    """Count the lines of a dimension."""
    return int(books.bounds[dimension + 1] - books.bounds[dimension])


@rule
def _desks(books: Books) -> int:
    """Count the stages times the segments."""
    return _size(books, STAGES) * _size(books, SEGMENTS)


@rule
def _months(books: Books) -> int:
    """Count the months of the period."""
    return _size(books, MONTHS) // _size(books, 0)


@rule
def _clear(books: Books, row: int, reasons: int) -> None:
    """Empty the tally of a replication."""
    lines, months = int(books.bounds[LINES]), _months(books)
    for column in range(lines * WIDTH):
        books.sums[row, column] = 0.0
    for column in range(lines * BASES * reasons):
        books.reasons[row, column] = 0.0
    for column in range((months + 1) * _desks(books)):
        books.queue[row, column] = 0.0
        books.queueing[row, column] = 0.0
        books.held[row, column] = 0.0
        books.holding[row, column] = 0.0
    for column in range((months + 1) * _size(books, SEGMENTS)):
        books.taken[row, column] = 0.0
        books.taking[row, column] = 0.0
    for column in range(_desks(books)):
        books.asking[row, column] = 0.0
        books.cold[row, column] = 0.0
    for column in range(months * _size(books, REPS)):
        books.busy[row, column] = 0.0
        books.available[row, column] = 0.0
        books.staff[row, column] = 0.0
        books.absent[row, column] = 0.0
        books.paused[row, column] = 0.0
        books.signed[row, column] = 0.0


@rule
def _bounds_of(model: Model, month: int) -> tuple[int, int]:
    """Return when a month begins and ends; the times before and after the period are one long month each."""
    since = int(model.months[month]) if month >= 0 else -NEVER
    until = int(model.months[month + 1]) if month + 1 < len(model.months) else NEVER
    return since, until


@compiled
def _fold(ledger: Ledger, model: Model, books: Books, reasons: int) -> None:
    """Fold a page into the only tally of the books."""
    fold_page(ledger, model, books, 0, reasons)
    add_up(books, 0, reasons)
