"""Attempts to reach the buyer, before the conversation that is a visit's work."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import HOUR, MISSED, NEVER, Due
from funnelsim.rules.visits import duration, stage_for


@rule
def occurrence(pursuit: Record, attempt: int) -> int:
    """Return the occurrence of an attempt's draws: the attempt (8 bits) and the round (24 bits) (K10)."""
    return int(attempt) << 24 | int(pursuit["round"])


@rare
def waits(pursuit: Record, now: int) -> tuple[int, int]:
    """Return how long a pursuit has queued now, and how long it had waited at its first attempt (Y3, Y6)."""
    waited = int(now - pursuit["since"])
    if pursuit["attempt"] == 0:
        return waited, waited
    return int(now - pursuit["queued"]), int(pursuit["contact"])


@rare
def tried(
    model: Model, world: Record, pursuit: Record, speed: float, effort: int, advances: int
) -> tuple[int, int]:
    """Decide whether the next attempt reaches the buyer, and how much working time the spell takes (Y1, Y2).

    Parameters
    ----------
    effort, advances
        Of the conversation.
    """
    stage = stage_for(model, pursuit)
    which = occurrence(pursuit, pursuit["attempt"])
    for_effort, luck = uniforms(world, pursuit["entity"], stage["attempt_key"], which)
    hours = quantile(model.distributions[stage["attempt_effort"]], model.knots, for_effort)
    trying = duration(hours / speed, HOUR)
    if luck < stage["reached"]:
        return min(trying + effort, NEVER), advances
    return trying, MISSED


@rule
def is_missed(pursuit: Record) -> bool:
    """Return whether the work in hand does not reach the buyer, or has not (Y2)."""
    return bool(pursuit["attempt"] > 0 and pursuit["advances"] == MISSED)


@rule
def is_last(model: Model, pursuit: Record) -> bool:
    """Return whether no further attempt follows one that has failed (Y5)."""
    return bool(pursuit["attempt"] >= stage_for(model, pursuit)["most_attempts"])


@rare
def rest(model: Model, world: Record, pursuit: Record) -> int:
    """Draw how long a pursuit rests after an attempt that has failed (Y4)."""
    stage = stage_for(model, pursuit)
    which = occurrence(pursuit, pursuit["attempt"] - 1)
    u, _ = uniforms(world, pursuit["entity"], stage["interval_key"], which)
    return duration(quantile(model.distributions[stage["attempt_interval"]], model.knots, u), HOUR)


@rule
def last_row(pursuit: Record) -> int:
    """Return when the last row of an open pursuit's visit was written (Y4, D3)."""
    if pursuit["attempt"] > 0 and pursuit["phase"] == Due.GOES_COLD and pursuit["interrupted"] == 0:
        return int(pursuit["queued"])
    return int(pursuit["since"])
