"""The visits of a ledger: who stayed in which stage, from when to when, and what went on at an instant."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Record, Records, record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.on_disk import compiled
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NEVER, NOTHING, Due, Event, Flag
from funnelsim.rules import absence, handover, visits

VISIT = record(  # of a company that inquired, and has not rested since
    ("entered", "<i8"),
    ("leaves", "<i8"),  # NEVER, where that is not seen
    ("company", "<i8"),
    ("first", "<i8"),  # of its rows
    ("last", "<i8"),
    ("least", "<i8"),  # the ages at which it counts: from this one ...
    ("most", "<i8"),  # ... to this one
    ("round", "<i8"),
    ("stage", "<i4"),
    ("channel", "<i4"),
    ("segment", "<i4"),
)
_BEGINS = (Event.INQUIRY, Event.RETURNED)
LEAVES = (
    *(Event.ADVANCED, Event.SENT_BACK, Event.WON, Event.LOST),
    *(Event.WENT_COLD, Event.PARKED, Event.WITHDRAWN),
)
_WITHIN = (
    *(Event.ENTERED, Event.HELD, Event.ADMITTED, Event.STARTED, Event.WORKED, Event.IGNORED),
    *(Event.NOT_REACHED, Event.QUEUED_AGAIN, Event.INTERRUPTED, Event.RESUMED, Event.REJECTED),
)
OF_VISITS = np.isin(np.arange(len(Event)), (*_BEGINS, *LEAVES, *_WITHIN))


def rows_of_visits(rows: Records) -> Records:
    """Return the rows of visits of the sale, pursuit by pursuit, each in the order of time.

    Parameters
    ----------
    rows : Records
        LEDGER rows of one replication.
    """
    found = rows[OF_VISITS[rows["event"]] & (rows["process"] == SALE) & (rows["pursuit"] >= 0)]
    sorted_rows: Records = found[np.argsort(found["pursuit"], kind="stable")]
    return sorted_rows


def visits_that_count(rows: Records, settled: int, until: int) -> Records:
    """Return the visits that were going on between two instants (OD2).

    Parameters
    ----------
    rows : Records
        As `rows_of_visits` returns them.
    settled, until : int
        The instants, in microseconds.
    """
    seen = np.zeros(len(rows), VISIT)
    seen = seen[: list_visits(rows, seen)]
    seen["least"] = np.maximum(settled - seen["entered"], 0)
    seen["most"] = np.minimum(seen["leaves"] - 1, until) - seen["entered"]
    counting: Records = seen[seen["most"] >= seen["least"]]
    return counting


@compiled
def list_visits(rows: Records, seen: Records) -> int:
    """List the visits of companies that inquired and have not rested; return how many there are.

    Parameters
    ----------
    rows : Records
        As `rows_of_visits` returns them.
    seen : Records
        VISIT, with room for one a row: filled in place.
    """
    count, rounds, inquired, inside, pursuit = 0, 0, False, False, NOTHING
    for number in range(len(rows)):
        row = rows[number]
        event = row["event"]
        if row["pursuit"] != pursuit:
            pursuit, rounds, inquired, inside = row["pursuit"], 0, False, False
        if event == Event.INQUIRY:
            inquired = True
        elif event == Event.RETURNED:
            inquired = False
        elif event == Event.ENTERED and inquired:
            begin_visit(seen[count], row, number, rounds)
            count, inside = count + 1, True
        elif inside:
            seen[count - 1]["last"] = number
            if leaves(event):
                seen[count - 1]["leaves"] = row["time"]
                inside = False
        if event == Event.SENT_BACK:
            rounds += 1
    return count


@rule
def begin_visit(visit: Record, row: Record, number: int, rounds: int) -> None:
    """Fill in what is known of a visit as it begins, with a row of that number."""
    visit["entered"] = row["time"]
    visit["leaves"] = NEVER
    visit["company"] = row["pursuit"]
    visit["first"] = number
    visit["last"] = number
    visit["round"] = rounds
    visit["stage"] = row["stage"]
    visit["channel"] = row["channel"]
    visit["segment"] = row["segment"]


@rule
def leaves(event: int) -> bool:
    """Return whether a visit ends with an event."""
    return event in LEAVES


@rare
def phase_at(
    model: Model, world: Record, rows: Records, visit: Record, age: int, pursuit: Record, deal: Record
) -> None:
    """Let a deal be in the phase in which a visit was at an age, with what was left of it then (OD3).

    Parameters
    ----------
    model, world
        Of the visit.
    pursuit : PURSUIT record
        Whose visit it was, in its stage and round: for what rows do not tell.
    deal : OPEN_DEAL record
        Filled in place.
    """
    then = visit["entered"] + age
    deal["phase"] = Due.GOES_COLD.value
    waits_from = since = visit["entered"]
    started, number, paused = NEVER, visit["first"], False
    while number <= visit["last"] and rows[number]["time"] <= then:
        row = rows[number]
        event, since = row["event"], row["time"]
        if event == Event.HELD:
            deal["held"] = 1
        elif event == Event.ADMITTED:
            deal["held"] = 0
            waits_from = since
        elif event == Event.STARTED:
            deal["attempt"] = row["count"] if row["flags"] & Flag.ATTEMPT.value != 0 else 0
            started = min(started, since)
        deal["phase"] = phase_after(event, deal["phase"])
        paused = event == Event.INTERRUPTED
        number += 1
    deal["contact"] = started - visit["entered"] if started != NEVER else 0
    deal["since"] = since - then
    if deal["phase"] == Due.WORK_ENDS:
        find_work_left(model, rows, visit, number, then, paused, deal)
    elif deal["phase"] == Due.GOES_COLD:
        find_patience_left(model, world, pursuit, waits_from, then, deal)
        deal["ignored"] = 1 if number <= visit["last"] and rows[number]["event"] == Event.IGNORED else 0
    else:
        ends = rows[number]["time"] if number <= visit["last"] else NEVER
        deal["due"] = NEVER if ends == NEVER else ends - then


@rule
def phase_after(event: int, before: int) -> int:
    """Return what a pursuit has due after a row of its visit; interrupted work is still work."""
    if event in (Event.STARTED, Event.RESUMED):
        return Due.WORK_ENDS.value
    if event == Event.WORKED:
        return Due.CUSTOMER_ANSWERS.value
    if event == Event.NOT_REACHED:
        return Due.TRIES_AGAIN.value
    if event == Event.QUEUED_AGAIN:
        return Due.GOES_COLD.value
    return before


@rare
def find_work_left(
    model: Model, rows: Records, visit: Record, number: int, then: int, paused: bool, deal: Record
) -> None:
    """Find what is left of work in hand, whether it reaches the buyer and whether it is a rejection (OD3).

    Parameters
    ----------
    number : int
        Of the next row of the visit.
    paused : bool
        Whether it is interrupted.
    """
    left, ended = 0, False
    begun = rows[number - 1]
    if not paused and begun["rep"] >= 0:
        left -= absence.hours_within(model, model.reps[begun["rep"]], begun["time"], then)
    while number <= visit["last"]:
        row = rows[number]
        if row["event"] in (Event.WORKED, Event.NOT_REACHED, Event.INTERRUPTED) and not ended:
            left += row["worked"]
            ended = row["event"] != Event.INTERRUPTED
            deal["missed"] = 1 if row["event"] == Event.NOT_REACHED else 0
        if row["event"] == Event.REJECTED:
            deal["rejected"] = 1
        number += 1
    deal["effort"] = max(left, 0) if ended else NEVER
    deal["due"] = NEVER


@rare
def find_patience_left(
    model: Model, world: Record, pursuit: Record, waits_from: int, then: int, deal: Record
) -> None:
    """Find what is left of the patience of who waits (V2, B4, Y6)."""
    patience = NEVER
    if deal["held"] == 1:
        gate = visits.stage_for(model, pursuit)["gate"]
        patience = handover.patience(model, world, pursuit, gate)
    elif deal["attempt"] == 0:
        patience = visits.patience(model, world, pursuit)
    deal["due"] = NEVER if patience == NEVER else max(int(waits_from + patience - then), 0)
