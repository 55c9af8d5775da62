"""The ledger: a page of rows that an engine fills and its owner empties."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import by_pointer
from funnelsim.model.model import SALE, Model
from funnelsim.model.records import LEDGER
from funnelsim.model.words import NOTHING, Event, Flag


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
    """Count the rows that the largest step of an engine may write (E4, E6).

    That is a customer's answer that follows the end of work at once (WORKED, ON_STAFF, REPORTED, WON,
    BECAME_LEAD, MARGIN, EXPECTED, EXPECTED_MARGIN, REVENUE; COMMISSION, EXPECTED_COMMISSION and BILLED twice;
    SUBSCRIBED), or the
    last day: its costs, and for each rep PAY, TRAINED, SKILL, ABSENT and ON_STAFF. Of a crew whose work ends,
    each rep has IN_CREW, ABSENT and ON_STAFF. (C18)
    """
    return 17 + len(model.channels) + 5 * len(model.reps)


@rule
def has_room(ledger: Ledger, rows: int) -> bool:
    """Return whether the page has room for this many more rows."""
    return bool(ledger.used[0] + rows <= len(ledger.rows))


@rule
def write(
    ledger: Ledger, now: int, pursuit: Record, event: int, waited: int, worked: int, money: float
) -> None:
    """Write a row about a pursuit (V22)."""
    row = _next_row(ledger, now, event, waited, money)
    row["pursuit"] = pursuit["entity"]
    row["created"] = pursuit["created"]
    row["worked"] = worked
    row["stage"] = pursuit["stage"]
    row["rep"] = pursuit["rep"]
    row["channel"] = pursuit["channel"]
    row["segment"] = pursuit["segment"]
    row["process"] = pursuit["process"]
    row["flags"] = pursuit["flags"]
    row["product"] = pursuit["product"]


@rule
def _next_row(ledger: Ledger, now: int, event: int, waited: int, money: float) -> Record:
    """Take the next row of the page, with what every row has; a page that was emptied has old ones."""
    row: Record = ledger.rows[ledger.used[0]]
    ledger.used[0] += 1
    row["time"] = now
    row["waited"] = waited
    row["money"] = money
    row["count"] = 1
    row["event"] = event
    row["reason"] = NOTHING
    row["zero"] = 0
    return row


@rule
def flag(ledger: Ledger, flags: int) -> None:
    """Add flags to the last row written."""
    row = ledger.rows[ledger.used[0] - 1]
    row["flags"] = row["flags"] | flags


@rule
def give_reason(ledger: Ledger, reason: int) -> None:
    """Put the reason into the last row written."""
    ledger.rows[ledger.used[0] - 1]["reason"] = reason


@rare
def note_report(ledger: Ledger, now: int, pursuit: Record, good: int) -> None:
    """Write that marketing is told whether a lead was good (W4)."""
    write(ledger, now, pursuit, Event.REPORTED.value, 0, 0, 0.0)
    ledger.rows[ledger.used[0] - 1]["count"] = good


@rare
def note_touches(ledger: Ledger, now: int, pursuit: Record, touches: int) -> None:
    """Write a span of nurture that is over, with the touches that there have been (N5)."""
    began, interval = pursuit["since"], pursuit["interval"]
    write(ledger, now, pursuit, Event.TOUCHED.value, interval, began, pursuit["touch_cost"])
    ledger.rows[ledger.used[0] - 1]["count"] = touches


@rare
def note_attempt(ledger: Ledger, number: int) -> None:
    """Let the last row written say which attempt to reach the buyer it is about (Y3)."""
    row = ledger.rows[ledger.used[0] - 1]
    row["flags"] = row["flags"] | Flag.ATTEMPT.value
    row["count"] = number


@rare
def note_miss(ledger: Ledger, reason: int) -> None:
    """Let the last row written, of work that has ended, say that the buyer was not reached (Y3, Y5).

    Parameters
    ----------
    reason : int
        Of the loss that follows the last attempt; NOTHING if others are to come.
    """
    row = ledger.rows[ledger.used[0] - 1]
    row["event"] = Event.NOT_REACHED.value
    row["reason"] = reason


@rule
def note_work(ledger: Ledger, worked: int) -> None:
    """Put the working time into the last row written."""
    ledger.rows[ledger.used[0] - 1]["worked"] = worked


@rule
def note_count(ledger: Ledger, count: int) -> None:
    """Put a count into the last row written."""
    ledger.rows[ledger.used[0] - 1]["count"] = count


@rule
def credit(ledger: Ledger, rep: int) -> None:
    """Let the last row written name the rep to whom a contract belongs, instead of the owner (M4)."""
    ledger.rows[ledger.used[0] - 1]["rep"] = rep


@rule
def write_of(ledger: Ledger, now: int, event: int, channel: int, rep: int, waited: int, money: float) -> None:
    """Write a row that is not about a pursuit, but about a channel or a rep (D4)."""
    row = _next_row(ledger, now, event, waited, money)
    row["pursuit"] = NOTHING
    row["created"] = now
    row["worked"] = 0
    row["stage"] = NOTHING
    row["rep"] = rep
    row["channel"] = channel
    row["segment"] = NOTHING
    row["process"] = SALE
    row["product"] = NOTHING
    row["flags"] = 0
