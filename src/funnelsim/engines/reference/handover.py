"""Before the hand-over: gates, and those who are held at them."""

from __future__ import annotations

import simpy

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.placing import give_up_rep
from funnelsim.engines.reference.queues import first_of, leave_queue
from funnelsim.model.words import NOBODY, Due, Event, Flag
from funnelsim.rules import assignment, handover


def comes_to_a_gate(office: Office, pursuit: Record) -> bool:
    """Leave the gate of another team, and pass the gate of the stage; return whether it must be held.

    (B2, B3)
    """
    if handover.has_left(office.model, pursuit):
        leave_load(office, pursuit)
    gate = office.gate_of(pursuit)
    if gate in (0, pursuit["gate"]):
        return False
    if office.held[gate] or not gate_has_room(office, gate):
        return True
    pass_gate(office, pursuit, gate)
    return False


def hold(office: Office, pursuit: Record) -> simpy.Event:
    """Hold a pursuit; the event returned succeeds with NOBODY, or with None when patience ends (B4)."""
    gate = office.gate_of(pursuit)
    leave_load(office, pursuit)
    give_up_rep(office, pursuit)
    pursuit["flags"] |= Flag.HELD
    office.write(pursuit, Event.HELD, money=office.model.gates[gate - 1]["cost_per_lead"])
    queue_at_gate(office, pursuit)
    patience = handover.patience(office.model, office.world, pursuit, gate)
    goes_cold = office.due(office.now + patience, Due.GOES_COLD, pursuit)
    goes_cold.then(lambda _: leave_queue(office, pursuit))
    return office.wait_for(pursuit, goes_cold)


def queue_at_gate(office: Office, pursuit: Record) -> None:
    """Add a pursuit to those held at the gate of its stage; without a gate, at 0 (C25)."""
    gate = office.gate_of(pursuit)
    pursuit["rank"] = assignment.rank(office.model.gates[gate - 1]["order"], pursuit) if gate else 0
    office.held[gate].append(pursuit)


def next_to_admit(office: Office) -> Record | None:
    """Find the next pursuit that is admitted: where no gate is left, then gate by gate (B5)."""
    for gate, queue in enumerate(office.held):
        if queue and (gate == 0 or gate_has_room(office, gate)):
            return first_of(queue)
    return None


def admit(office: Office, pursuit: Record) -> None:
    """Hand over a pursuit that was held; it has waited since it entered the stage (B5, B6)."""
    leave_queue(office, pursuit)
    pursuit["flags"] &= ~Flag.HELD
    pass_gate(office, pursuit, office.gate_of(pursuit))
    office.write(pursuit, Event.ADMITTED, waited=office.now - pursuit["since"])
    office.call_up(pursuit, NOBODY)


def gate_has_room(office: Office, gate: int) -> bool:
    """Return whether one more can be handed over at a gate."""
    return bool(handover.has_room(office.model, office.reps, gate, office.loads[gate]))


def pass_gate(office: Office, pursuit: Record, gate: int) -> None:
    """Count a pursuit at a gate, instead of at another one; 0 is none (B3)."""
    office.loads[pursuit["gate"]] -= 1
    office.loads[gate] += 1
    pursuit["gate"] = gate


def leave_load(office: Office, pursuit: Record) -> None:
    """Count a pursuit at no gate."""
    pass_gate(office, pursuit, 0)
