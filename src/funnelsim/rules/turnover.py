"""How long people stay, and when somebody comes into their seat.

A rep of the model is a seat. Tenure and the time until a seat is filled are drawn for each generation.
"""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import REPLACEMENT, TENURE, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, NOTHING
from funnelsim.rules.visits import duration


@rule
def leaves_at(rep: Record, state: Record) -> int:
    """Return when a rep on staff leaves: at the end of the tenure, or as typed (R17)."""
    return int(min(rep["leaves"], state["leaves"]))


@rule
def comes_at(rep: Record, state: Record) -> int:
    """Return when somebody comes into a seat that has been left; NEVER if nobody does (R19)."""
    return int(state["successor"] if state["successor"] < rep["leaves"] else NEVER)


@rare
def length_of_stay(model: Model, world: Record, rep: Record, state: Record) -> int:
    """Draw how long a rep stays from joining, or from time 0 if it joined before; NEVER without turnover.

    (R17, R18)
    """
    team = model.teams[rep["team"]]
    if rep["turns_over"] == 0 or team["tenure"] == NOTHING:
        return NEVER
    was_there = state["generation"] == 0 and state["joined"] <= 0
    stay = team["residual"] if was_there else team["tenure"]
    u, _ = uniforms(world, rep["entity"], TENURE, state["generation"])
    return max(duration(quantile(model.distributions[stay], model.knots, u), DAY), 1)


@rare
def stays_until(model: Model, world: Record, rep: Record, state: Record) -> int:
    """Return when the tenure of a rep who joins, or is there at time 0, ends (R17, R18)."""
    return int(min(max(state["joined"], 0) + length_of_stay(model, world, rep, state), NEVER))


@rare
def stays_now(
    before: Model, model: Model, world: Record, was: Record, rep: Record, state: Record, now: int
) -> int:
    """Return when the tenure of a rep on staff ends in a chapter that begins now (R21).

    What is left of it is longer or shorter by as much as the whole would be.
    """
    length, known = (
        length_of_stay(model, world, rep, state),
        length_of_stay(before, world, was, state),
    )
    if length == known:
        return int(state["leaves"])
    if length == NEVER:
        return NEVER
    if known == NEVER:
        return int(now + length)
    left = (state["leaves"] - now) * (length / known)
    return NEVER if left >= NEVER - now else int(now + int(left + 0.5))


@rare
def successor(model: Model, world: Record, rep: Record, state: Record, now: int) -> int:
    """Find when somebody comes into the seat of a rep who is gone now: at a midnight, or NEVER (R19)."""
    team = model.teams[rep["team"]]
    if rep["turns_over"] == 0 or team["tenure"] == NOTHING:
        return NEVER
    u, _ = uniforms(world, rep["entity"], REPLACEMENT, state["generation"] + 1)
    delay = duration(quantile(model.distributions[team["replacement"]], model.knots, u), DAY)
    return int(min(-(-(now + delay) // DAY) * DAY, NEVER))
