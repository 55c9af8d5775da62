"""How many queue, are held, or are taken from a market: who comes, who leaves, and for how long."""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.fold.lines import Lines, add_to_lines, amounts_of
from funnelsim.engines.fold.measures import PARKED_COLD
from funnelsim.engines.fold.nurture import was_nurtured
from funnelsim.engines.fold.tally import SEGMENTS, Books, desk_of, size
from funnelsim.model.model import Model
from funnelsim.model.words import GONE_COLD, NOTHING, Event, Flag
from funnelsim.rules import market

# Rows with which it begins or ends that one is held; others of a pursuit that was may be flagged so (F5).
OF_THE_HELD = (
    Event.HELD,
    Event.ADMITTED,
    Event.WENT_COLD,
    Event.PARKED,
    Event.WITHDRAWN,
    Event.WAS_OPEN,
)


@rule
def move_queue(row: Record, month: int, until: int, model: Model, books: Books, replication: int) -> None:
    """Book entries to and exits from a stage's queue (F1); `month` counts from -1, and ends at `until`."""
    event = row["event"]
    joined = event == Event.ENTERED
    left = event == Event.STARTED or (event == Event.WENT_COLD and not was_nurtured(row))
    change = int(joined) - int(left)
    _change_number(row, month, until, change, model, books.queue, books.queueing, replication)


@rule
def change_queue_otherwise(
    row: Record, month: int, until: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book who joins a queue, interrupted or again, or leaves it otherwise than at a start (F1)."""
    event, change = row["event"], 0
    if event in (Event.INTERRUPTED, Event.QUEUED_AGAIN):
        change = 1
    elif event == Event.WAS_OPEN:
        change = int(row["count"])
    elif event == Event.RESUMED or (event == Event.WITHDRAWN and row["flags"] & Flag.LEFT_QUEUE.value != 0):
        change = -1
    elif event == Event.PARKED and _went_cold(row, model) and not was_nurtured(row):
        change = -1
        add_to_lines(books, replication, PARKED_COLD, lines, amounts_of(row, False))
        if lines[0] != NOTHING:
            books.cold[replication, desk_of(row, size(books, SEGMENTS))] += 1.0
    if change != 0:
        _change_number(row, month, until, change, model, books.queue, books.queueing, replication)


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
        place = (month + 1) * len(model.stages) * segments + desk_of(row, segments)
        numbers[replication, place] += change
        integrals[replication, place] += change * float(until - row["time"])


@rule
def _went_cold(row: Record, model: Model) -> bool:
    """Return whether a pursuit that is parked would have gone cold: out of a queue, or ignored."""
    reason = row["reason"]
    went_cold = reason == GONE_COLD
    for number in range(len(model.ignored)):
        went_cold = went_cold or reason == model.ignored[number]["reason"]
    return bool(went_cold)


@rare
def book_the_held(
    row: Record, month: int, until: int, lines: Lines, model: Model, books: Books, replication: int
) -> None:
    """Book who is held and who no longer is; those held are not in the queue of the stage (F1, F5)."""
    event = row["event"]
    if event not in OF_THE_HELD:
        return
    begins = 1 if event in (Event.HELD, Event.WAS_OPEN) else -1
    _change_number(row, month, until, begins, model, books.held, books.holding, replication)
    if event not in (Event.WITHDRAWN, Event.WAS_OPEN):  # the queue was told that it came, or that it left
        _change_number(row, month, until, -begins, model, books.queue, books.queueing, replication)
    if event in (Event.WENT_COLD, Event.PARKED):
        add_to_lines(books, replication, Event.HELD.value, lines, (0.0, float(row["waited"]), 1.0, 0.0))


@rare
def book_market(row: Record, month: int, until: int, model: Model, books: Books, replication: int) -> None:
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
