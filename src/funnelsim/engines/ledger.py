"""The ledger: a page of rows that an engine fills and its owner empties."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.handles import by_pointer
from funnelsim.model import Model
from funnelsim.vocabulary import LEDGER, NOTHING, Event, Integers, Record, Records, rule


@by_pointer
class Ledger(NamedTuple):
    """A page of ledger rows and how many of them are used."""

    rows: Records  # LEDGER
    used: Integers  # (1,)

    def written(self) -> Records:
        """Return the rows in use (a view)."""
        return self.rows[: self.used[0]]

    def clear(self) -> None:
        """Make the page empty."""
        self.used[0] = 0


def new_ledger(capacity: int) -> Ledger:
    """Make an empty page of `capacity` rows (64 bytes each)."""
    return Ledger(np.zeros(capacity, LEDGER), np.zeros(1, np.int64))


@rule
def rows_of_a_step(model: Model) -> int:
    """Count the rows that the largest step of an engine may write (E4)."""
    return 6 + len(model.channels) + len(model.reps)


@rule
def has_room(ledger: Ledger, rows: int) -> bool:
    """Return whether the page can take so many more rows."""
    return bool(ledger.used[0] + rows <= len(ledger.rows))


@rule
def write(ledger: Ledger, now: int, lead: Record, event: int, waited: int, worked: int, money: float) -> None:
    """Write a row about a lead (V22)."""
    row = ledger.rows[ledger.used[0]]
    ledger.used[0] += 1
    row["time"] = now
    row["lead"] = lead["entity"]
    row["created"] = lead["created"]
    row["waited"] = waited
    row["worked"] = worked
    row["money"] = money
    row["stage"] = lead["stage"]
    row["event"] = event
    row["reason"] = lead["reason"] if event in (Event.LOST, Event.WENT_COLD) else NOTHING
    row["rep"] = lead["rep"]
    row["segment"] = lead["segment"]
    row["channel"] = lead["channel"]


@rule
def write_cost(ledger: Ledger, now: int, event: int, money: float, channel: int, rep: int) -> None:
    """Write a row about a cost that belongs to no lead; `rep` or `channel` says whose it is (D4)."""
    row = ledger.rows[ledger.used[0]]
    ledger.used[0] += 1
    row["time"] = now
    row["lead"] = NOTHING
    row["created"] = now
    row["waited"] = 0
    row["worked"] = 0
    row["money"] = money
    row["stage"] = NOTHING
    row["event"] = event
    row["reason"] = NOTHING
    row["rep"] = rep
    row["segment"] = NOTHING
    row["channel"] = channel
