"""Before the hand-over: who passes a gate, who is held there, and who is admitted."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.desks import give_up_rep
from funnelsim.engines.compiled.queues import NONE, first, join, leave
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, write
from funnelsim.model.model import Model
from funnelsim.model.words import Due, Event, Flag
from funnelsim.rules import assignment, handover, visits


@rare
def is_held_up(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """Let a pursuit that enters a stage leave the gate of another team, and pass its own, or be held there.

    (B2, B3)
    """
    pursuit = state.pursuits[slot]
    if handover.has_left(model, pursuit):
        leave_load(state, pursuit)
    gate = visits.stage_for(model, pursuit)["gate"]
    if gate == 0 or gate == pursuit["gate"]:
        return False
    load = state.loads[gate - 1]
    if first(state.links, state.held[gate]) == NONE and handover.has_room(model, state.reps, gate, load):
        pass_gate(state, pursuit, gate)
        return False
    hold(model, world, state, ledger, slot, gate)
    return True


@rare
def pass_gate(state: State, pursuit: Record, gate: int) -> None:
    """Count a pursuit in the load of a gate, instead of that of another one."""
    leave_load(state, pursuit)
    pursuit["gate"] = gate
    state.loads[gate - 1] += 1


@rule
def pass_in_any_case(model: Model, state: State, pursuit: Record) -> None:
    """Let a pursuit that is sent back pass the gate of its stage, if there is one (B2)."""
    gate = visits.stage_for(model, pursuit)["gate"]
    if gate != 0:
        pass_gate(state, pursuit, gate)


@rare
def leave_load(state: State, pursuit: Record) -> None:
    """Count a pursuit no longer at its gate, if there is one: somebody may be admitted (B3, B5)."""
    if pursuit["gate"] > 0:
        state.loads[pursuit["gate"] - 1] -= 1
        pursuit["gate"] = 0
        state.clock[0]["stirred"] = 1


@rule
def hold(model: Model, world: Record, state: State, ledger: Ledger, slot: int, gate: int) -> None:
    """Hold a pursuit at a gate until there is room, or its patience ends (B4)."""
    pursuit, clock = state.pursuits[slot], state.clock[0]
    leave_load(state, pursuit)
    give_up_rep(model, state, pursuit)
    pursuit["flags"] = pursuit["flags"] | Flag.HELD.value
    cost = model.gates[gate - 1]["cost_per_lead"]
    write(ledger, clock["now"], pursuit, Event.HELD.value, 0, 0, cost)
    queue_at_gate(model, state, slot)
    patience = handover.patience(model, world, pursuit, gate)
    await_next(model, state, slot, clock["now"] + patience, Due.GOES_COLD.value)


@rule
def queue_at_gate(model: Model, state: State, slot: int) -> None:
    """Add a pursuit to those held at the gate of its stage; without a gate, at 0 (B4, C25)."""
    pursuit, clock = state.pursuits[slot], state.clock[0]
    gate = visits.stage_for(model, pursuit)["gate"]
    pursuit["rank"] = 0 if gate == 0 else assignment.rank(model.gates[gate - 1]["order"], pursuit)
    join(state.links, state.held[gate], slot, pursuit["rank"], pursuit["since"], pursuit["entity"])
    clock["held"] += 1
    clock["stirred"] = 1


@rare
def leave_gate(model: Model, state: State, slot: int) -> None:
    """Take a pursuit out of those held at a gate."""
    leave(state.links, state.held[visits.stage_for(model, state.pursuits[slot])["gate"]], slot)
    state.clock[0]["held"] -= 1


@rule
def next_to_admit(model: Model, state: State) -> int:
    """Find the next pursuit that is admitted, if there is one: where no gate is left, then gate by gate.

    (B5, C25)
    """
    slot = first(state.links, state.held[0])
    if slot != NONE:
        return slot
    for gate in range(1, len(state.held)):
        slot = first(state.links, state.held[gate])
        if slot != NONE and handover.has_room(model, state.reps, gate, state.loads[gate - 1]):
            return slot
    return NONE
