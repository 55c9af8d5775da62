"""Hot leads that come first, and interrupt work on others: a team's own wish."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import Heat
from funnelsim.rules.absence import hours_within

HOT_FIRST = 1 << 62  # ahead of every other rank, which is at least -2^60
INTERRUPTED_FIRST = -(1 << 61)  # ... and between these two


@rule
def in_line(team: Record, pursuit: Record, rank: int) -> int:
    """Return a pursuit's rank in a queue, which is `rank` unless it goes ahead of others."""
    if team["interrupts"] == 1 or pursuit["interrupted"] == 1:
        return ahead(team, pursuit, rank)
    return int(rank)


@rare
def ahead(team: Record, pursuit: Record, rank: int) -> int:
    """Rank hot pursuits before those interrupted, and these before all others (G8, G11)."""
    if pursuit["interrupted"] == 1:
        rank = INTERRUPTED_FIRST
    if team["interrupts"] == 1 and is_hot(pursuit):
        return int(rank - HOT_FIRST)
    return int(rank)


@rule
def is_hot(pursuit: Record) -> bool:
    """Return whether a pursuit is hot."""
    return bool(pursuit["heat"] == Heat.HOT)


@rule
def gives_way(state: Record, in_hand: Record) -> bool:
    """Return whether a busy rep can be interrupted: in work on what is not hot, not in prospecting (G9)."""
    return bool(state["on_staff"] == 1 and state["block"] == 0 and not is_hot(in_hand))


@rare
def done_since(model: Model, rep: Record, state: Record, started: int, now: int) -> int:
    """Return the working time of a rep since work started, absences left out (G10, R13)."""
    return hours_within(model, rep, started, now) - int(state["lost"])
