"""Crews: reps who join another one on a job, and the hours that all of them have worked."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.desks import enlist, next_at_hand
from funnelsim.engines.compiled.state import State
from funnelsim.engines.ledger import Ledger, credit, write
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.rules import crews


@rare
def form_crew(model: Model, world: Record, state: State, slot: int, leader: int) -> int:
    """Let others join the rep who starts on a job; return when the work ends (CR2, CR3, CR4)."""
    pursuit, team = state.pursuits[slot], model.reps[leader]["team"]
    join_crew(model, state, slot, leader)
    for _ in range(1, crews.people_for(model, pursuit)):
        join_crew(model, state, slot, next_at_hand(model, state, team))
    return crews.ends(model, world, state.reps, leader, pursuit["effort"])


@rule
def join_crew(model: Model, state: State, slot: int, number: int) -> None:
    """Let a rep be busy with a job that others do, too."""
    rep = state.reps[number]
    rep["busy"] = 1
    rep["crew"] = state.pursuits[slot]["entity"]
    rep["crew_since"] = state.clock[0]["now"]
    rep["crew_done"] = 0
    rep["crew_told"] = 0
    state.desks[number]["in_hand"] = slot
    enlist(model, state, number)


@rule
def leader_of(state: State, number: int) -> int:
    """Return who leads the crew of a rep."""
    return int(state.pursuits[state.desks[number]["in_hand"]]["rep"])


@rare
def count_work(model: Model, world: Record, state: State, leader: int) -> None:
    """Count what a crew has done until now, before one of its members goes, or comes back."""
    now, rep = state.clock[0]["now"], state.reps[leader]
    rep["crew_done"] = crews.done_by(model, world, state.reps, leader, now)
    rep["crew_since"] = now


@rule
def note_hours(state: State, ledger: Ledger, slot: int, number: int, waited: int) -> None:
    """Write the part of a member in what its crew has done (CR5, CR6)."""
    leader = state.reps[leader_of(state, number)]
    worked = leader["crew_done"] - leader["crew_told"]
    now, pursuit = state.clock[0]["now"], state.pursuits[slot]
    write(ledger, now, pursuit, Event.IN_CREW.value, waited, worked, 0.0)
    credit(ledger, number)


@rare
def close_books_of_crews(model: Model, world: Record, state: State, ledger: Ledger) -> None:
    """Write what crews at work have done, if a month of the period begins or ends now (CR6)."""
    now = state.clock[0]["now"]
    if not crews.closes_books(model, now):
        return
    for number in range(len(state.reps)):
        if state.reps[number]["crew"] > 0 and leader_of(state, number) == number:
            count_work(model, world, state, number)
    for number in range(len(state.reps)):
        if state.reps[number]["crew"] > 0:
            slot = state.desks[number]["in_hand"]
            note_hours(state, ledger, slot, number, now - state.pursuits[slot]["since"])
    for number in range(len(state.reps)):
        state.reps[number]["crew_told"] = state.reps[number]["crew_done"]


@rare
def take_over_work(
    before: Model, old: State, model: Model, world: Record, state: State, slot: int, was: int
) -> int:
    """Count what a crew has done in the chapter that ends; return when its work ends now (CR8)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    rep = state.reps[pursuit["rep"]]
    rep["crew_done"] = crews.done_by(before, world, old.reps, was, now)
    rep["crew_since"] = now
    return crews.ends(model, world, state.reps, pursuit["rep"], pursuit["effort"])
