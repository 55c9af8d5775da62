"""From ledger rows to sums: one pass, chunk after chunk, in memory that does not grow with the rows.

A tally is what one replication comes to. Each row adds to the sums of every *slot* that it belongs to: all,
its month, channel, segment, stage and rep; once on the *period* basis (what happens in the period) and once
on the *cohort* basis (what becomes of inquiries that arrive in the period, to the end of the drain).

Sums are float64, of times in microseconds: exact up to 2^53 µs (285 years), rounded in the sixteenth digit
beyond, where int64 would overflow (ten million leads that each wait eleven days).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from funnelsim.compilation import compiled
from funnelsim.engines import Ledger
from funnelsim.handles import by_pointer
from funnelsim.model import Model
from funnelsim.rules.costs import price
from funnelsim.vocabulary import Event, Floats, Integers, Record, Records, rare, rule
from funnelsim.worktime import worked_by


class Basis(IntEnum):
    """Which rows count."""

    PERIOD = 0  # rows whose time lies in the period
    COHORT = 1  # rows of inquiries that arrived in the period


BASES = len(Basis)


class Measure(IntEnum):
    """What is summed over the rows that count."""

    COUNT = 0
    WAITED = 1
    WORKED = 2
    MONEY = 3
    MARGIN = 4  # money less what it costs to deliver: (1 - gross margin) of the full price
    AGE = 5  # time since the inquiry arrived


class Ended(IntEnum):
    """How the inquiries of the cohort ended, for the table of their ages."""

    WON = 0
    OTHERWISE = 1  # lost or gone cold
    OPEN = 2


FIRST_CONTACT = len(Event)  # an event of our own: work starts in the stage that the inquiry came in by

_C, _W, _K, _M = Measure.COUNT, Measure.WAITED, Measure.WORKED, Measure.MONEY
KEPT: tuple[tuple[int, tuple[Measure, ...]], ...] = (
    (Event.INQUIRY, (_C, _M)),
    (Event.ENTERED, (_C,)),
    (Event.STARTED, (_C, _W, _M)),
    (Event.WORKED, (_C, _W, _K)),
    (Event.ADVANCED, (_C, _W)),
    (Event.SENT_BACK, (_C, _W)),
    (Event.BECAME_LEAD, (_C, _M)),
    (Event.WON, (_C, _W, _M, Measure.MARGIN, Measure.AGE)),
    (Event.LOST, (_C, _W)),
    (Event.WENT_COLD, (_C, _W)),
    (Event.COMMISSION, (_M,)),
    (Event.MEDIA, (_M,)),
    (Event.PAY, (_M,)),
    (Event.OPEN, (_C,)),
    (FIRST_CONTACT, (_C, _W)),
)


def _columns() -> Integers:
    """Number the sums that are kept: (events, measures), -1 where there is none."""
    columns = np.full((FIRST_CONTACT + 1, len(Measure)), -1, np.int64)
    for event, measures in KEPT:
        for measure in measures:
            columns[event, measure] = columns.max() + 1
    return columns


COLUMNS = _columns()
WIDTH = int(COLUMNS.max()) + 1  # sums in a slot
FIRST_COLUMN = np.cumsum([0, *(len(measures) for _, measures in KEPT)])
MEASURE = np.array([measure for _, measures in KEPT for measure in measures], np.int64)

DIMENSIONS = ("all", "month", "channel", "segment", "stage", "rep")  # the order of slots
CUT = len(DIMENSIONS) - 1  # slots that a row belongs to besides "all"

AGE_STEPS = 32  # bins of ages to an octave: 3 % wide at most
_FINEST = 30  # ages below 2^30 µs (18 minutes) share AGE_STEPS bins of equal width
_OLDEST = 52  # ages of 2^52 µs (142 years) or more share the last bin
AGE_BINS = AGE_STEPS * (1 + _OLDEST - _FINEST)


class Tally(NamedTuple):
    """The sums of one replication; stacked, each array has a leading axis of replications.

    M months of the period, S stages, R reps, G reasons, slots as in `slot_bounds`.
    """

    sums: Floats  # (2 bases, slots, WIDTH), columns as in COLUMNS
    reasons: Floats  # (2 bases, slots, G) leads lost or gone cold
    ages: Integers  # (3 ways to end, AGE_BINS) the cohort's inquiries by time since arrival
    queue: Floats  # (M + 1, S) change of the queue before the period, then in each month
    busy: Floats  # (M, R) working time in each month, µs


@by_pointer
class Books(NamedTuple):
    """The tallies of several replications as the fold fills them: a row of each array for each replication.

    Compiled code makes no arrays of its own: what it has at hand for one ledger row is here as well.
    """

    sums: Floats  # (replications, 2 bases x slots x WIDTH)
    reasons: Floats  # (replications, 2 bases x slots x G)
    ages: Integers  # (replications, 3 ways to end x AGE_BINS)
    queue: Floats  # (replications, (M + 1) x S)
    busy: Floats  # (replications, M x R)
    bounds: Integers  # from slot_bounds
    slots: Integers  # the slots that a row belongs to
    amounts: Floats  # what a row adds, by measure

    def over(self, tallies: Tally) -> Books:
        """Have the fold fill these tallies, from `new_tallies` for the same strategy."""
        return self._replace(**_flat(tallies)._asdict())


def slot_bounds(model: Model) -> Integers:
    """Number the slots: those of DIMENSIONS[d] are [bounds[d], bounds[d + 1]).

    Examples
    --------
    A model of 2 months, 1 channel, 1 segment, 2 stages and 3 reps:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(
    ...     months=np.array([0, 5, 9]), channels=[0], segments=[0], stages=[0, 0], reps=[0, 0, 0]
    ... )
    >>> slot_bounds(model).tolist()
    [0, 1, 3, 4, 5, 7, 10]
    """
    sizes = (
        len(model.months) - 1,
        len(model.channels),
        len(model.segments),
        len(model.stages),
        len(model.reps),
    )
    return np.cumsum([0, 1, *sizes]).astype(np.int64)


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
    slots = int(slot_bounds(model)[-1])
    shapes = (
        (replications, len(Basis), slots, WIDTH),
        (replications, len(Basis), slots, reasons),
        (replications, len(Ended), AGE_BINS),
        (replications, months + 1, stages),
        (replications, months, reps),
    )
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(np.zeros(ends[-1]), ends[:-1])
    sums, reason, ages, queue, busy = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
    return Tally(sums, reason, ages.view(np.int64), queue, busy)


def new_books(model: Model, reasons: int) -> Books:
    """Make books over no tally yet."""
    return _bound(_flat(new_tallies(model, reasons, 0)), model)


def _flat(tallies: Tally) -> Tally:
    """Look at the tally of each replication as a row of every array."""
    return Tally._make(array.reshape(len(array), math.prod(array.shape[1:])) for array in tallies)


def _bound(tallies: Tally, model: Model) -> Books:
    """Bind tallies, each a row of every array, to books."""
    return Books(
        sums=tallies.sums,
        reasons=tallies.reasons,
        ages=tallies.ages,
        queue=tallies.queue,
        busy=tallies.busy,
        bounds=slot_bounds(model),
        slots=np.zeros(CUT, np.int64),
        amounts=np.zeros(len(Measure)),
    )


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
        From `new_tally`, or what earlier chunks have come to.
    """
    flat = Tally(
        sums=tally.sums.reshape(1, -1),
        reasons=tally.reasons.reshape(1, -1),
        ages=tally.ages.reshape(1, -1),
        queue=tally.queue.reshape(1, -1),
        busy=tally.busy.reshape(1, -1),
    )
    _fold(Ledger(rows, np.array([len(rows)])), model, _bound(flat, model), tally.reasons.shape[-1])


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
def _month_of(months: Integers, moment: int, guess: int) -> int:
    """Find the month of a moment, from one near it: -1 before the period, len(months) - 1 after it."""
    month = guess
    while month >= 0 and months[month] > moment:
        month -= 1
    while month < len(months) - 1 and months[month + 1] <= moment:
        month += 1
    return month


@rule
def _slots_of(row: Record, month: int, books: Books) -> None:
    """List the slots that a row adds to besides "all"; -1 for a dimension that it does not have."""
    bounds, slots = books.bounds, books.slots
    slots[0] = bounds[1] + month
    slots[1] = bounds[2] + row["channel"] if row["channel"] >= 0 else -1
    slots[2] = bounds[3] + row["segment"] if row["segment"] >= 0 else -1
    slots[3] = bounds[4] + row["stage"] if row["stage"] >= 0 else -1
    slots[4] = bounds[5] + row["rep"] if row["rep"] >= 0 else -1


@rule
def _margin_of(money: float, margin: float, share_of_price: float) -> float:
    """Compute what is left of a contract after delivery, which costs as much in a promotion as before."""
    if share_of_price == 1.0:
        return money * margin
    return money - (1.0 - margin) * (money / share_of_price)


@rule
def _amounts_of(row: Record, model: Model, amounts: Floats) -> None:
    """Write down what a row adds to each measure."""
    amounts[Measure.COUNT.value] = 1.0
    amounts[Measure.WAITED.value] = row["waited"]
    amounts[Measure.WORKED.value] = row["worked"]
    amounts[Measure.MONEY.value] = row["money"]
    amounts[Measure.MARGIN.value] = 0.0
    if row["segment"] >= 0:
        share_of_price = price(model.channels[row["channel"]], row["created"])
        margin = model.segments[row["segment"]]["margin"]
        amounts[Measure.MARGIN.value] = _margin_of(row["money"], margin, share_of_price)
    amounts[Measure.AGE.value] = row["time"] - row["created"]


@rule
def _add(books: Books, replication: int, basis: int, kind: int) -> None:
    """Add a row's amounts to the sums of its slots."""
    start = basis * books.bounds[len(books.bounds) - 1] * WIDTH
    for column in range(FIRST_COLUMN[kind], FIRST_COLUMN[kind + 1]):
        amount = books.amounts[MEASURE[column]]
        for dimension in range(CUT):
            slot = books.slots[dimension]
            if slot >= 0:
                books.sums[replication, start + slot * WIDTH + column] += amount


@rule
def _add_reason(books: Books, replication: int, basis: int, reason: int, reasons: int) -> None:
    """Count a lead lost for a reason in its slots."""
    total = books.bounds[len(books.bounds) - 1]
    for dimension in range(CUT):
        slot = books.slots[dimension]
        if slot >= 0:
            books.reasons[replication, (basis * total + slot) * reasons + reason] += 1.0


@rare
def _add_up(books: Books, replication: int, reasons: int) -> None:
    """Let the slot of "all" be the sum of the months."""
    slots, months = books.bounds[len(books.bounds) - 1], books.bounds[2] - books.bounds[1]
    for basis in range(BASES):
        for column in range(WIDTH):
            all_of_it = basis * slots * WIDTH + column
            total = _over_months(books.sums, replication, all_of_it, WIDTH, months)
            books.sums[replication, all_of_it] = total
        for reason in range(reasons):
            all_of_it = basis * slots * reasons + reason
            total = _over_months(books.reasons, replication, all_of_it, reasons, months)
            books.reasons[replication, all_of_it] = total


@rule
def _over_months(sums: Floats, replication: int, all_of_it: int, width: int, months: int) -> float:
    """Add up the slots of the months, which follow that of "all"."""
    total = 0.0
    for month in range(1, months + 1):
        total += sums[replication, all_of_it + month * width]
    return total


@rule
def _add_row(row: Record, month: int, books: Books, replication: int, basis: int, reasons: int) -> None:
    """Add a row on one basis."""
    event = row["event"]
    _slots_of(row, month, books)
    _add(books, replication, basis, event)
    # At the first stage the visit began as the inquiry arrived, so that the two ages are one.
    if event == Event.STARTED and row["rep"] >= 0 and row["time"] - row["waited"] == row["created"]:
        _add(books, replication, basis, FIRST_CONTACT)
    if event in (Event.LOST, Event.WENT_COLD):
        _add_reason(books, replication, basis, row["reason"], reasons)


@rule
def _add_age(row: Record, books: Books, replication: int) -> None:
    """Enter the age at which an inquiry ended, or was left open, in the table of ages."""
    event = row["event"]
    ended = -1
    if event == Event.WON:
        ended = Ended.WON.value
    elif event in (Event.LOST, Event.WENT_COLD):
        ended = Ended.OTHERWISE.value
    elif event == Event.OPEN:
        ended = Ended.OPEN.value
    if ended >= 0:
        books.ages[replication, ended * AGE_BINS + _age_bin(row["time"] - row["created"])] += 1


@rule
def _move_queue(row: Record, month: int, model: Model, books: Books, replication: int) -> None:
    """Book who joins and who leaves the queue of a stage; `month` counts from -1."""
    event = row["event"]
    if month + 1 < len(model.months):
        place = (month + 1) * len(model.stages) + row["stage"]
        if event == Event.ENTERED:
            books.queue[replication, place] += 1.0
        elif event in (Event.STARTED, Event.WENT_COLD):
            books.queue[replication, place] -= 1.0


@rule
def _book_work(row: Record, now: int, model: Model, books: Books, replication: int) -> None:
    """Book a finished piece of work to the months in which it was done; it ended in month `now`."""
    end = row["time"]
    start = end - row["waited"]
    months = model.months
    team = model.teams[model.reps[row["rep"]]["team"]]
    first, count = team["first_hours"], team["hours"]
    final = _month_of(months, end, now)
    for month in range(max(0, _month_of(months, start, final)), min(final + 1, len(months) - 1)):
        since, until = max(start, months[month]), min(end, months[month + 1])
        done = worked_by(model.hours, first, count, until) - worked_by(model.hours, first, count, since)
        books.busy[replication, month * len(model.reps) + row["rep"]] += done


@rule
def fold_page(ledger: Ledger, model: Model, books: Books, replication: int, reasons: int) -> None:
    """Add each row of a page to the tally of a replication, on the bases on which it counts."""
    last = len(model.months) - 1
    month = -1
    for i in range(ledger.used[0]):
        row = ledger.rows[i]
        event = row["event"]
        # The costs of a day are booked at the midnight that ends it: they belong to the day before.
        ended = 1 if event in (Event.MEDIA, Event.PAY) else 0
        month = _month_of(model.months, row["time"] - ended, month)
        born = _month_of(model.months, row["created"], month)
        _amounts_of(row, model, books.amounts)
        if 0 <= month < last:
            _add_row(row, month, books, replication, Basis.PERIOD.value, reasons)
        if row["lead"] >= 0 and 0 <= born < last:
            _add_row(row, born, books, replication, Basis.COHORT.value, reasons)
            _add_age(row, books, replication)
        _move_queue(row, month, model, books, replication)
        if event == Event.WORKED and row["rep"] >= 0:
            _book_work(row, month, model, books, replication)
    _add_up(books, replication, reasons)


@compiled
def _fold(ledger: Ledger, model: Model, books: Books, reasons: int) -> None:
    """Fold a page into the only tally of the books."""
    fold_page(ledger, model, books, 0, reasons)
