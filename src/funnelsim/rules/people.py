"""Reps: their talent, and their strength of the moment.

A rep is two records: what the model says of it (REP), and what has happened to it (REP_STATE).
"""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import REP, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, NOTHING
from funnelsim.rules.memory import effect, is_counted


@rule
def talent(model: Model, world: Record, rep: Record, generation: int) -> tuple[float, float]:
    """Draw the skill (odds ratio) and speed (factor) at full strength of who is in a seat (R20)."""
    for_skill, for_speed = uniforms(world, rep["entity"], REP, generation)
    skill = quantile(model.distributions[rep["skill_distribution"]], model.knots, for_skill)
    speed = quantile(model.distributions[rep["speed_distribution"]], model.knots, for_speed)
    return skill, speed


@rule
def is_yet_to_join(state: Record) -> bool:
    """Return whether a rep has not joined the staff: neither on it, nor gone, nor finishing work."""
    return bool(state["on_staff"] == 0 and state["busy"] == 0 and state["left"] == NEVER)


@rule
def is_there(state: Record) -> bool:
    """Return whether a rep is on staff, or has left and is finishing work."""
    return bool(state["on_staff"] == 1 or (state["busy"] == 1 and state["left"] == NEVER))


@rule
def strength(rep: Record, state: Record, now: int, first_share: float) -> float:
    """Compute a rep's share of full strength: linear from the first day to the end of the ramp (V8)."""
    tenure = now - state["joined"]
    if tenure >= rep["ramp"] or rep["ramp"] == 0:
        return 1.0
    return float(first_share + (1.0 - first_share) * (tenure / rep["ramp"]))


@rule
def skill_now(rep: Record, state: Record, now: int) -> float:
    """Compute a rep's skill (odds ratio) of the moment, as it is where it does not grow (V8)."""
    return float(state["skill"] * strength(rep, state, now, rep["skill_from"]))


@rule
def skill_in(model: Model, rep: Record, state: Record, now: int) -> float:
    """Compute a rep's skill (odds ratio) of the moment, with what work and training add (V8, Z2, Z3)."""
    if rep["grows"] == 0:
        return skill_now(rep, state, now)
    return float(grown(model, rep, state, now) * strength(rep, state, now, rep["skill_from"]))


@rule
def speed_now(rep: Record, state: Record, now: int) -> float:
    """Compute a rep's speed (factor) of the moment (V8)."""
    return float(state["speed"] * strength(rep, state, now, rep["speed_from"]))


@rare
def grown(model: Model, rep: Record, state: Record, now: int) -> float:
    """Compute a rep's skill at full strength, with what work and training have made of it (Z2, Z3)."""
    team = model.teams[rep["team"]]
    leads = state["worked"] + team["win_counts"] * state["won"]
    leads += rep["worked_before"] if state["generation"] == 0 else 0
    skill = effect(state["skill"], team["learns_most"], team["learns_half"], leads)
    for number in range(team["first_training"], team["first_training"] + team["trainings"]):
        training = model.trainings[number]
        if state["joined"] <= training["begins"] < now:
            since = (now - training["begins"]) / DAY
            skill *= math.pow(training["odds"], math.pow(0.5, since / training["half_life"]))
    return float(skill)


@rule
def counts(model: Model, rep: Record, now: int) -> bool:
    """Return whether what a rep does now is counted (Z1)."""
    return bool(rep["grows"] == 1 and is_counted(model, now))


@rare
def training_of(model: Model, rep: Record, state: Record, midnight: int) -> int:
    """Find the training of a rep on the day that began at a midnight, or NOTHING (Z4)."""
    team, found = model.teams[rep["team"]], NOTHING
    if state["on_staff"] == 1 and state["joined"] <= midnight:
        for number in range(team["first_training"], team["first_training"] + team["trainings"]):
            found = number if model.trainings[number]["begins"] == midnight else found
    return int(found)


@rare
def ends_a_month(model: Model, now: int) -> bool:
    """Return whether a month of the period ends at a midnight (Z5)."""
    found = False
    for number in range(1, len(model.months)):
        found = found or model.months[number] == now
    return bool(found)
