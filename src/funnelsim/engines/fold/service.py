"""Deliveries and account visits: how they end, and what they cost, as their customers'."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import FOUR, Four, add_four
from funnelsim.engines.fold.lines import Lines
from funnelsim.engines.fold.measures import ACCOUNT_VISIT, BASES, DELIVERY, UNDELIVERED
from funnelsim.engines.fold.tally import CHANNELS, MONTHS, SEGMENTS, WIDTH, Books, count_months
from funnelsim.model.model import Model
from funnelsim.model.words import NOTHING, Event, Kind, Phase
from funnelsim.rules import deliveries, ending
from funnelsim.rules.phases import phase_of


@rare
def book_service(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book a row of a delivery or of an account visit (F11, F12)."""
    if lines[0] == NOTHING:
        return
    kind, event = model.processes[row["process"]]["kind"], row["event"]
    if kind == Kind.VISITING and event in (Event.STARTED, Event.HELD):
        spent = float(row["money"])
        developing = spent if phase_of(model, row) == Phase.DEVELOP else 0.0
        _add_of_customer(books, replication, ACCOUNT_VISIT, row, lines, (0.0, 0.0, developing, spent))
    elif kind == Kind.VISITING and event in (Event.DONE, Event.PARKED, Event.LOST, Event.WENT_COLD):
        made = 1.0 if event == Event.DONE or row["reason"] == NOTHING else 0.0
        _add_of_customer(books, replication, ACCOUNT_VISIT, row, lines, (1.0, made, 0.0, 0.0))
    elif kind == Kind.DELIVERING and event in (Event.STARTED, Event.HELD):
        _add_of_customer(books, replication, UNDELIVERED, row, lines, (0.0, 0.0, 0.0, float(row["money"])))
    elif kind == Kind.DELIVERING and ending.fails(event):
        _add_of_customer(books, replication, UNDELIVERED, row, lines, (1.0, 0.0, 0.0, 0.0))
    elif event == Event.DELIVERED:
        taken = int(row["time"] - row["worked"])
        in_time = 0.0 if deliveries.is_late(model, row["process"], taken) else 1.0
        amounts = (1.0, in_time, float(row["count"]), float(taken))
        _add_of_customer(books, replication, DELIVERY, row, lines, amounts)


@rule
def _add_of_customer(
    books: Books, replication: int, event: int, row: Record, lines: Lines, amounts: Four
) -> None:
    """Add four amounts to an event's sums in the lines of the sale: month, channel and segment."""
    column, first = event * (BASES * FOUR), int(books.bounds[MONTHS])
    month = first + (lines[0] - first) % count_months(books)
    add_four(books.sums, (replication, column + month * WIDTH), amounts)
    for dimension, number in ((CHANNELS, int(row["channel"])), (SEGMENTS, int(row["segment"]))):
        if number >= 0:
            line = int(books.bounds[dimension]) + number
            add_four(books.sums, (replication, column + line * WIDTH), amounts)
