"""A history in plain numbers, and how long spans of time have in common: what accounts are kept of."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

from funnelsim.compiling.arrays import Records
from funnelsim.engines.fold import Tally
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Event

MONTH = 30.4375 * DAY  # of a contract
Span = tuple[int, int]


class Row(NamedTuple):
    """A row of the ledger, in plain numbers."""

    time: int
    pursuit: int
    created: int
    waited: int
    worked: int
    money: float
    stage: int
    rep: int
    channel: int
    segment: int
    count: int
    event: int
    process: int
    reason: int
    flags: int
    product: int
    zero: int


class History(NamedTuple):
    """What is accounted for: a model of one chapter, the rows of a world, and what the fold makes of them."""

    model: Model
    rows: list[Row]
    tally: Tally

    @classmethod
    def of(cls, model: Model, rows: Records, tally: Tally) -> History:
        """Read the rows of a whole history."""
        assert rows.dtype.names == Row._fields
        return cls(model, [Row._make(each) for each in rows.tolist()], tally)

    @property
    def months(self) -> list[Span]:
        """When each month of the period begins and ends."""
        return list(pairwise(self.model.months.tolist()))

    def month_of(self, moment: int) -> int | None:
        """Find the month of the period that a moment is in."""
        found = [number for number, month in enumerate(self.months) if month[0] <= moment < month[1]]
        return found[0] if found else None


def differ(one: float, other: float) -> bool:
    """Return whether two sums differ by more than the rounding of floats."""
    return not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def overlap(one: Span, other: Span) -> int:
    """Return how long two spans have in common."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def spans_of(history: History, event: Event) -> dict[int, list[Span]]:
    """List the spans that rows of an event close, by rep."""
    found: dict[int, list[Span]] = defaultdict(list)
    for row in history.rows:
        if row.event == event:
            found[row.rep].append((row.time - row.waited, row.time))
    return found


def openings(model: Model, rep: int) -> list[Span]:
    """List when a rep's calendar is open."""
    calendar = model.calendars[model.reps[rep]["calendar"]]
    rows = model.hours[calendar["first_hours"] : calendar["first_hours"] + calendar["hours"]]
    return list(zip(rows["opens"].tolist(), rows["closes"].tolist(), strict=True))
