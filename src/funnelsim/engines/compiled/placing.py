"""Who owns a pursuit, and the queue that it joins and leaves."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.engines.compiled.choices import queue_of_rep, queue_of_team
from funnelsim.engines.compiled.desks import enlist, give_up_rep, stir
from funnelsim.engines.compiled.handover import leave_gate
from funnelsim.engines.compiled.piles import decide_if_ignored, lay_aside, leave_pile
from funnelsim.engines.compiled.queues import join, leave
from funnelsim.engines.compiled.state import State
from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY
from funnelsim.rules import assignment, handover, ignored, interruption, visits


@rule
def place(model: Model, world: Record, state: State, slot: int, number: int) -> None:
    """Put a pursuit into the queue of the rep it keeps or is given, or into the team's (P1, P3)."""
    pursuit = state.pursuits[slot]
    if not assignment.keeps_rep(model, state.reps, number, pursuit["rep"]):
        give_up_rep(model, state, pursuit)
        now, own = state.clock[0]["now"], state.teams[number]
        rep, turn = assignment.choose_rep(model, world, own, state.reps, state.order, pursuit, now)
        own["turn"] = turn
        if rep != NOBODY:
            pursuit["rep"] = rep
            if visits.stage_for(model, pursuit)["ignored"] > 0:
                decide_if_ignored(model, world, state, pursuit)
            state.reps[rep]["open"] += 1
    line_up(model, world, state, slot, number)


@rule
def line_up(model: Model, world: Record, state: State, slot: int, number: int) -> None:
    """Put a pursuit into the queue of its owner, or of the team if it has none (Q2)."""
    pursuit, team = state.pursuits[slot], model.teams[number]
    if pursuit["rep"] == NOBODY:
        rank = assignment.rank_in_team(model, world, state.odds_by_day, team, pursuit)
        pursuit["rank"] = interruption.in_line(team, pursuit, rank)
        queue = state.team_queues[queue_of_team(model, pursuit)]
        join(state.links, queue, slot, pursuit["rank"], pursuit["since"], pursuit["entity"])
        stir(state, number)
    else:
        pursuit["rank"] = interruption.in_line(team, pursuit, assignment.rank(team["queue_order"], pursuit))
        join_own_queue(model, state, slot)
        enlist(model, state, pursuit["rep"])


@rule
def join_own_queue(model: Model, state: State, slot: int) -> None:
    """Put a pursuit into the queue of its rep; if it is ignored, on the pile."""
    pursuit = state.pursuits[slot]
    if ignored.is_ignored(pursuit):
        lay_aside(state, slot)
    else:
        queue = state.own_queues[queue_of_rep(model, pursuit)]
        join(state.links, queue, slot, pursuit["rank"], pursuit["since"], pursuit["entity"])


@rule
def leave_queue(model: Model, state: State, slot: int) -> None:
    """Take a pursuit out of the queue that it waits in."""
    pursuit = state.pursuits[slot]
    if ignored.is_ignored(pursuit):
        leave_pile(state, slot)
    elif pursuit["rep"] != NOBODY:
        leave(state.links, state.own_queues[queue_of_rep(model, pursuit)], slot)
        enlist(model, state, pursuit["rep"])
    elif handover.is_held(pursuit):
        leave_gate(model, state, slot)
    else:
        leave(state.links, state.team_queues[queue_of_team(model, pursuit)], slot)
        number = visits.team_for(model, pursuit)
        if model.teams[number]["crews"] == 1:  # who comes next may need fewer people
            stir(state, number)
