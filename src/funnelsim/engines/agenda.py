"""The compiled engine's agenda: a heap with four children, one entry at most for each actor."""

from __future__ import annotations

import numpy as np

from funnelsim.vocabulary import NEVER, Record, Records, record, rule

AGENDA = record(
    ("time", "<i8"),
    ("entity", "<i8"),
    ("round", "<i4"),
    ("kind", "<i4"),  # vocabulary.Due
    ("actor", "<i4"),
)
NOT_DUE = -1  # the place of an actor that is not on the agenda
CHILDREN = 4

Places = np.ndarray[tuple[int], np.dtype[np.int32]]


@rule
def schedule(
    agenda: Records, places: Places, clock: Record, actor: int, time: int, turn: int, kind: int, entity: int
) -> None:
    """Put an actor's entry on the agenda in place of the one it had; at NEVER it has none.

    `clock["due"]` counts the entries.
    """
    place = places[actor]
    if time == NEVER:
        if place != NOT_DUE:
            drop(agenda, places, clock, place)
        return
    if place == NOT_DUE:
        place = clock["due"]
        clock["due"] += 1
    entry = agenda[place]
    entry["time"] = time
    entry["entity"] = entity
    entry["round"] = turn
    entry["kind"] = kind
    entry["actor"] = actor
    places[actor] = place
    sink(agenda, places, clock["due"], rise(agenda, places, place))


@rule
def drop(agenda: Records, places: Places, clock: Record, place: int) -> None:
    """Take the entry at a place off the agenda."""
    places[agenda[place]["actor"]] = NOT_DUE
    clock["due"] -= 1
    last = clock["due"]
    if place != last:
        move(agenda, places, last, place)
        sink(agenda, places, last, rise(agenda, places, place))


@rule
def precedes(agenda: Records, one: int, other: int) -> bool:
    """Say whether one entry comes before another: time, round, kind, entity."""
    a, b = agenda[one], agenda[other]
    if a["time"] != b["time"]:
        return bool(a["time"] < b["time"])
    if a["round"] != b["round"]:
        return bool(a["round"] < b["round"])
    if a["kind"] != b["kind"]:
        return bool(a["kind"] < b["kind"])
    return bool(a["entity"] < b["entity"])


@rule
def move(agenda: Records, places: Places, source: int, target: int) -> None:
    """Copy an entry to another place."""
    agenda[target] = agenda[source]
    places[agenda[target]["actor"]] = target


@rule
def swap(agenda: Records, places: Places, one: int, other: int) -> None:
    """Let two entries change places; the spare entry past the end of the heap holds one of them."""
    spare = len(agenda) - 1
    agenda[spare] = agenda[one]
    agenda[one] = agenda[other]
    agenda[other] = agenda[spare]
    places[agenda[one]["actor"]] = one
    places[agenda[other]["actor"]] = other


@rule
def rise(agenda: Records, places: Places, place: int) -> int:
    """Move an entry up past those it precedes; return its new place."""
    while place > 0 and precedes(agenda, place, (place - 1) // CHILDREN):
        swap(agenda, places, place, (place - 1) // CHILDREN)
        place = (place - 1) // CHILDREN
    return place


@rule
def sink(agenda: Records, places: Places, due: int, place: int) -> None:
    """Move an entry down past those that precede it."""
    while True:
        first = CHILDREN * place + 1
        if first >= due:
            return
        best = first
        for child in range(first + 1, min(first + CHILDREN, due)):
            if precedes(agenda, child, best):
                best = child
        if not precedes(agenda, best, place):
            return
        swap(agenda, places, best, place)
        place = best
