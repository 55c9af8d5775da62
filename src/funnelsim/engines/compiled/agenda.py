"""The compiled engine's agenda: a heap with four children, one entry at most for each actor.

When the front entry is taken, a gap stays there, because most decisions put something new on the agenda
at once: it fills the gap and sinks. To remove the front and add at the end would move entries twice.
Empty entries, at NEVER, follow the last one, so each entry has four children to compare.
"""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Record, Records, record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.words import NEVER, Due

AGENDA = record(
    ("time", "<i8"),
    ("entity", "<i8"),
    ("order", "<i8"),  # wave and words.Due: see `order_of`
    ("actor", "<i8"),
)
NOT_DUE = -1  # position of an actor that is not on the agenda
CHILDREN = 4
KIND_BITS = 8  # of what can fall due
assert len(Due) <= 1 << KIND_BITS, "a kind of event more than an order can tell"

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]


def new_agenda(actors: int) -> Records:
    """Make an empty agenda with room for an entry of each actor."""
    agenda = np.zeros(actors + CHILDREN + 1, AGENDA)
    agenda["time"] = NEVER
    return agenda


@rule
def order_of(wave: int, kind: int) -> int:
    """Order what falls due at one instant: by wave, then by kind."""
    return wave << KIND_BITS | kind


@rule
def kind_of(order: int) -> int:
    """Return the kind of what falls due, of words.Due."""
    return int(order & ((1 << KIND_BITS) - 1))


@rule
def wave_of(order: int) -> int:
    """Return the wave in which something falls due."""
    return int(order >> KIND_BITS)


@rule
def schedule(
    agenda: Records, positions: Positions, clock: Record, actor: int, time: int, order: int, entity: int
) -> None:
    """Put an actor's entry on the agenda in place of its old one; at NEVER it gets none.

    `clock["due"]` counts the entries and the gap, `clock["gap"]` is 1 where the front is a gap.
    """
    position = positions[actor]
    if time == NEVER:
        if position != NOT_DUE:
            drop(agenda, positions, clock, position)
    elif position != NOT_DUE:
        settle(agenda, positions, clock["due"], position, time, entity, order, actor)
    elif clock["gap"] == 1:
        clock["gap"] = 0
        sink(agenda, positions, clock["due"], 0, time, entity, order, actor)
    else:
        position = clock["due"]
        clock["due"] += 1
        rise(agenda, positions, position, time, entity, order, actor)


@rule
def take_first(agenda: Records, positions: Positions, clock: Record) -> None:
    """Take the first entry off the agenda: a gap stays at the front."""
    positions[agenda[0]["actor"]] = NOT_DUE
    clock["gap"] = 1


@rule
def close_gap(agenda: Records, positions: Positions, clock: Record) -> None:
    """Fill the gap at the front, if there is one, with the last entry."""
    if clock["gap"] == 1:
        clock["gap"] = 0
        time, order, entity, actor = take_last(agenda, clock)
        if clock["due"] > 0:
            sink(agenda, positions, clock["due"], 0, time, entity, order, actor)


@rule
def take_last(agenda: Records, clock: Record) -> tuple[int, int, int, int]:
    """Take the last entry off the end of the heap; return its time, order, entity and actor."""
    clock["due"] -= 1
    last = agenda[clock["due"]]
    time = int(last["time"])
    last["time"] = NEVER
    return time, int(last["order"]), int(last["entity"]), int(last["actor"])


@rule
def next_time(agenda: Records, clock: Record) -> int:
    """Find when the next entry is due, with or without a gap; NEVER if there is none."""
    if clock["gap"] == 0:
        return int(agenda[0]["time"])
    time = agenda[1]["time"]
    for child in range(2, CHILDREN + 1):
        time = min(time, agenda[child]["time"])
    return int(time)


@rare
def drop(agenda: Records, positions: Positions, clock: Record, position: int) -> None:
    """Take the entry at a position off the agenda."""
    actor = agenda[position]["actor"]
    close_gap(agenda, positions, clock)  # this may move the entry
    position = positions[actor]
    positions[actor] = NOT_DUE
    time, order, entity, actor = take_last(agenda, clock)
    if position != clock["due"]:
        settle(agenda, positions, clock["due"], position, time, entity, order, actor)


@rare
def settle(
    agenda: Records,
    positions: Positions,
    due: int,
    position: int,
    time: int,
    entity: int,
    order: int,
    actor: int,
) -> None:
    """Put an entry where it belongs, from a position whose own entry is gone."""
    if position > 0 and follows(agenda[(position - 1) // CHILDREN], time, order, entity):
        rise(agenda, positions, position, time, entity, order, actor)
    else:
        sink(agenda, positions, due, position, time, entity, order, actor)


@rule
def follows(entry: Record, time: int, order: int, entity: int) -> bool:
    """Return whether an entry comes after another: time, wave and kind, entity (I1)."""
    if entry["time"] != time:
        return bool(entry["time"] > time)
    if entry["order"] != order:
        return bool(entry["order"] > order)
    return bool(entry["entity"] > entity)


@rule
def rise(
    agenda: Records, positions: Positions, position: int, time: int, entity: int, order: int, actor: int
) -> None:
    """Move down the entries above a position that come later, and put an entry where the last one was."""
    while position > 0:
        above = (position - 1) // CHILDREN
        if not follows(agenda[above], time, order, entity):
            break
        agenda[position] = agenda[above]
        positions[agenda[position]["actor"]] = position
        position = above
    put(agenda, positions, position, time, entity, order, actor)


@rule
def sink(
    agenda: Records,
    positions: Positions,
    due: int,
    position: int,
    time: int,
    entity: int,
    order: int,
    actor: int,
) -> None:
    """Move up the entries below a position that come first, and put an entry where the last one was."""
    while CHILDREN * position + 1 < due:
        below = first_child(agenda, CHILDREN * position + 1)
        if follows(agenda[below], time, order, entity):
            break
        agenda[position] = agenda[below]
        positions[agenda[position]["actor"]] = position
        position = below
    put(agenda, positions, position, time, entity, order, actor)


@rule
def first_child(agenda: Records, child: int) -> int:
    """Find the first of four neighbouring entries.

    Times are compared without a branch, because no processor could predict it; ties are rare.
    """
    a, b = agenda[child]["time"], agenda[child + 1]["time"]
    c, d = agenda[child + 2]["time"], agenda[child + 3]["time"]
    front = child if a <= b else child + 1
    back = child + 2 if c <= d else child + 3
    ahead, behind = min(a, b), min(c, d)
    first = front if ahead <= behind else back
    if (a == b) | (c == d) | (ahead == behind):
        first = first_of_tied(agenda, child)
    return int(first)


@rare
def first_of_tied(agenda: Records, child: int) -> int:
    """Find the first of four neighbouring entries, some of which are due at the same time."""
    first = child
    for other in range(child + 1, child + CHILDREN):
        entry = agenda[other]
        if follows(agenda[first], entry["time"], entry["order"], entry["entity"]):
            first = other
    return first


@rule
def put(
    agenda: Records, positions: Positions, position: int, time: int, entity: int, order: int, actor: int
) -> None:
    """Write an entry down at a position."""
    entry = agenda[position]
    entry["time"] = time
    entry["entity"] = entity
    entry["order"] = order
    entry["actor"] = actor
    positions[actor] = position
