"""Why and where pursuits end, and how old they are then."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.engines.fold.ages import AGE_BINS, age_bin
from funnelsim.engines.fold.lines import Lines
from funnelsim.engines.fold.measures import BASES, Ended
from funnelsim.engines.fold.nurture import was_nurtured
from funnelsim.engines.fold.tally import SEGMENTS, Books, desk_of, size
from funnelsim.model.model import SALE
from funnelsim.model.words import NOTHING, Event


@rule
def note_end(row: Record, books: Books, replication: int, lines: Lines, reasons: int) -> None:
    """Note why and where an inquiry was lost, and its age when it ended or was left open."""
    event = row["event"]
    ended = Ended.OTHERWISE.value
    if event == Event.WON:
        ended = Ended.WON.value
    elif event == Event.OPEN:
        ended = Ended.OPEN.value
    else:
        _add_reason(books, replication, int(row["reason"]), lines, reasons)
    if event == Event.WENT_COLD and lines[0] != NOTHING and not was_nurtured(row):
        books.cold[replication, desk_of(row, size(books, SEGMENTS))] += 1.0
    if lines[1] != NOTHING and row["process"] == SALE:
        books.ages[replication, ended * AGE_BINS + age_bin(row["time"] - row["worked"])] += 1


@rule
def _add_reason(books: Books, replication: int, reason: int, lines: Lines, reasons: int) -> None:
    """Count a lead lost for a reason in its lines, on the bases on which it counts."""
    for basis in range(BASES):
        if lines[basis] != NOTHING:
            column = basis * reasons + reason
            books.reasons[replication, column + lines[basis] * BASES * reasons] += 1.0
            for dimension in range(BASES, len(lines)):
                books.reasons[replication, column + lines[dimension] * BASES * reasons] += 1.0
