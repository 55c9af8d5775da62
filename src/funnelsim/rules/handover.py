"""What is handed over: how many pursuits a team takes on at a gate, and who counts there.

A gate is a team's in a stage. Gates are counted from 1, so that 0 is none. Limits are looked at only where
somebody is to be handed over: so a lower one expels nobody (B7).
"""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import uniforms_if
from funnelsim.compiling.arrays import Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, NOBODY, NOTHING, Due, Flag
from funnelsim.rules.visits import duration, occurrence, team_for

MILLION = 1_000_000
WITH_ITS_TEAM = (  # what a pursuit that has been handed over has due
    Due.GOES_COLD.value,
    Due.WORK_ENDS.value,
    Due.CUSTOMER_ANSWERS.value,
    Due.TRIES_AGAIN.value,
)


@rare
def has_room(model: Model, states: Records, gate: int, load: int) -> bool:
    """Return whether the load of a gate is below its limit: so many for each rep on staff (B1)."""
    row = model.gates[gate - 1]
    team, on_staff = model.teams[row["team"]], 0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        on_staff += states[number]["on_staff"]
    return bool(load < row["per_rep"] * on_staff // MILLION)


@rule
def is_held(pursuit: Record) -> bool:
    """Return whether a pursuit is held at a gate."""
    return bool(pursuit["flags"] & Flag.HELD.value != 0)


@rare
def has_left(model: Model, pursuit: Record) -> bool:
    """Return whether a pursuit counts at a gate, but is in a stage that another team works (B3)."""
    if pursuit["gate"] == 0:
        return False
    team = team_for(model, pursuit)
    return bool(team not in (NOBODY, model.gates[pursuit["gate"] - 1]["team"]))


@rare
def patience(model: Model, world: Record, pursuit: Record, gate: int) -> int:
    """Draw how long a pursuit is held before it goes cold (B4)."""
    row = model.gates[gate - 1]
    if row["patience"] == NOTHING:
        return NEVER
    days, key = model.distributions[row["patience"]], row["patience_key"]
    u, _ = uniforms_if(varies(days), world, pursuit["entity"], key, occurrence(pursuit))
    return duration(quantile(days, model.knots, u), DAY)


@rare
def same_gate(model: Model, gate: Record) -> int:
    """Find a gate of another chapter in this one; 0 if it is not there (C25)."""
    for number in range(len(model.gates)):
        if model.gates[number]["team"] == gate["team"] and model.gates[number]["stage"] == gate["stage"]:
            return number + 1
    return 0


@rare
def gate_from_now(before: Model, model: Model, pursuit: Record) -> int:
    """Find the gate at which a pursuit counts as a chapter begins; 0 if at none (C26)."""
    if is_held(pursuit) or pursuit["phase"] not in WITH_ITS_TEAM:
        return 0
    team = team_for(model, pursuit)
    if pursuit["gate"] > 0:
        gate = same_gate(model, before.gates[pursuit["gate"] - 1])
        if gate > 0 and team in (NOBODY, model.gates[gate - 1]["team"]):
            return gate
    return new_gate(before, model, pursuit, team)


@rare
def new_gate(before: Model, model: Model, pursuit: Record, team: int) -> int:
    """Find the last gate that was not there before, of a team, at or before a pursuit's stage (C26)."""
    found = 0
    for number in range(len(model.gates)):
        gate = model.gates[number]
        ahead = gate["stage"] <= pursuit["stage"]
        of_process = model.stages[gate["stage"]]["process"] == pursuit["process"]
        if gate["team"] == team and ahead and of_process and same_gate(before, gate) == 0:
            found = number + 1
    return found
