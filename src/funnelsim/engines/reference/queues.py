"""The queues: which of them a pursuit waits in, and in which order."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.office import Office
from funnelsim.model.words import NOBODY
from funnelsim.rules import handover, ignored, interruption


def queue_of(office: Office, pursuit: Record) -> list[Record]:
    """Find the queue that a pursuit waits in."""
    if handover.is_held(pursuit):
        return office.held[office.gate_of(pursuit)]
    if pursuit["rep"] == NOBODY:
        return office.team_queues[office.team_of(pursuit)]
    if ignored.is_ignored(pursuit):
        return office.piles[pursuit["rep"]]
    return office.own_queues[pursuit["rep"]]


def leave_queue(office: Office, pursuit: Record) -> None:
    """Take a pursuit out of its queue."""
    queue = queue_of(office, pursuit)
    del queue[next(number for number, waiting in enumerate(queue) if waiting is pursuit)]


def order_in_queue(pursuit: Record) -> tuple[int, int, int]:
    """Order pursuits in a queue: rank, time queued, entity."""
    return int(pursuit["rank"]), int(pursuit["since"]), int(pursuit["entity"])


def order_on_pile(pursuit: Record) -> tuple[int, int]:
    """Order pursuits that a rep ignores: time queued, entity."""
    return int(pursuit["since"]), int(pursuit["entity"])


def first_of(queue: list[Record]) -> Record:
    """Find the pursuit that comes first."""
    return min(queue, key=order_in_queue)


def first_hot(queue: list[Record]) -> Record | None:
    """Find the pursuit that comes first, if it is hot."""
    first = first_of(queue) if queue else None
    return first if first is not None and interruption.is_hot(first) else None
