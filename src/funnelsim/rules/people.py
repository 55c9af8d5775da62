"""Reps: their talent, and their strength of the moment.

A rep is two records: what the model says of it (REP), and what has happened to it (REP_STATE).
"""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import REP, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER


@rule
def talent(model: Model, world: Record, rep: Record) -> tuple[float, float]:
    """Draw a rep's skill (odds ratio) and speed (factor) at full strength."""
    for_skill, for_speed = uniforms(world, rep["entity"], REP, 0)
    skill = quantile(model.distributions[rep["skill_distribution"]], model.knots, for_skill)
    speed = quantile(model.distributions[rep["speed_distribution"]], model.knots, for_speed)
    return skill, speed


@rule
def is_yet_to_join(state: Record) -> bool:
    """Return whether a rep has not joined the staff: neither on it, nor gone, nor finishing work."""
    return bool(state["on_staff"] == 0 and state["busy"] == 0 and state["left"] == NEVER)


@rule
def strength(rep: Record, now: int, first_share: float) -> float:
    """Compute a rep's share of full strength: linear from the first day to the end of the ramp (V8)."""
    tenure = now - rep["joins"]
    if tenure >= rep["ramp"]:
        return 1.0
    return float(first_share + (1.0 - first_share) * (tenure / rep["ramp"]))


@rule
def skill_now(rep: Record, state: Record, now: int) -> float:
    """Compute a rep's skill (odds ratio) of the moment (V8)."""
    return float(state["skill"] * strength(rep, now, rep["skill_from"]))


@rule
def speed_now(rep: Record, state: Record, now: int) -> float:
    """Compute a rep's speed (factor) of the moment (V8)."""
    return float(state["speed"] * strength(rep, now, rep["speed_from"]))
