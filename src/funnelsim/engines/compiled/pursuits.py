"""What happens to a pursuit: it enters a stage, is placed and worked, the customer answers, and it leaves.

The table of ends (`rules.ending`) decides what follows; its verbs are `enter`, `rest` and `come_back` (in
`rests.py`), `end`, `spawn` and `withdraw_kin` (in `kin.py`).
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.contracts import sign
from funnelsim.engines.compiled.customers import is_last_visit
from funnelsim.engines.compiled.deliveries import end_delivery
from funnelsim.engines.compiled.desks import give_up_rep
from funnelsim.engines.compiled.handover import (
    is_held_up,
    leave_gate,
    next_to_admit,
    pass_gate,
    pass_in_any_case,
)
from funnelsim.engines.compiled.kin import affect_kin, end
from funnelsim.engines.compiled.piles import note_ignored
from funnelsim.engines.compiled.placing import line_up, place
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.rests import begin_nurture, come_back, rest
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, credit, flag, give_reason, note_report, note_touches, write
from funnelsim.model.model import Model
from funnelsim.model.words import (
    ENDED,
    NEVER,
    NOBODY,
    NOTHING,
    REJECTED,
    UNDECIDED,
    Due,
    Event,
    Flag,
    Kind,
)
from funnelsim.rules import (
    assignment,
    contracts,
    ending,
    junk,
    memory,
    nurture,
    qualifying,
    reporting,
    visits,
)


@rule
def enter(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """Let a pursuit enter its stage; return whether it starts at once because no rep is needed.

    (V1, V4, V5)
    """
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    pursuit["since"] = now
    pursuit["attempt"] = 0
    if pursuit["theorist"] == 1:
        pursuit["theorist"] = qualifying.still_theorist(model, world, pursuit, now)
    read_fate(model, world, pursuit)
    write(ledger, now, pursuit, Event.ENTERED.value, 0, 0, 0.0)
    stage = visits.stage_for(model, pursuit)
    gated = (stage["gate"] | pursuit["gate"]) != 0
    if gated and is_held_up(model, world, state, ledger, slot):
        return False
    if stage["team"] == NOBODY:
        return True
    queue_up(model, world, state, slot, stage["team"])
    return False


@rule
def queue_up(model: Model, world: Record, state: State, slot: int, team: int) -> None:
    """Let a pursuit queue for a rep of a team, until its patience ends (V2)."""
    place(model, world, state, slot, team)
    patience = visits.patience(model, world, state.pursuits[slot])
    await_next(model, state, slot, state.clock[0]["now"] + patience, Due.GOES_COLD.value)


@rare
def admit(model: Model, world: Record, state: State, ledger: Ledger) -> bool:
    """Hand over one of those held, if there is room anywhere; return whether there was (B5)."""
    slot = next_to_admit(model, state)
    if slot == NONE:
        return False
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    leave_gate(model, state, slot)
    pursuit["flags"] = pursuit["flags"] & ~Flag.HELD.value
    stage = visits.stage_for(model, pursuit)
    if stage["gate"] > 0:
        pass_gate(state, pursuit, stage["gate"])
    write(ledger, now, pursuit, Event.ADMITTED.value, now - pursuit["since"], 0, 0.0)
    queue_up(model, world, state, slot, stage["team"])
    return True


@rule
def read_fate(model: Model, world: Record, pursuit: Record) -> None:
    """Note what chance has in store for a visit (V23)."""
    hours, days, luck, way = visits.fate(model, world, pursuit)
    pursuit["hours"] = hours
    pursuit["days"] = days
    pursuit["luck"] = luck
    pursuit["way"] = way


@rare
def queue_again(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Let a pursuit queue for the next attempt to reach its buyer, with its old time queued (Y4)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    write(ledger, now, pursuit, Event.QUEUED_AGAIN.value, now - pursuit["since"], 0, 0.0)
    pursuit["queued"] = now
    pursuit["since"] = pursuit["entered"]
    read_fate(model, world, pursuit)
    team = visits.team_for(model, pursuit)
    if assignment.works_for(model, state.reps, team, pursuit["rep"]):
        line_up(model, world, state, slot, team)
    else:
        place(model, world, state, slot, team)
    await_next(model, state, slot, NEVER, Due.GOES_COLD.value)


@rule
def leave_visit(model: Model, world: Record, state: State, ledger: Ledger, slot: int, due: int) -> int:
    """Let a pursuit leave its stage by what fell due; return its slot if it enters another stage, else NONE.

    (V17, N2)
    """
    pursuit = state.pursuits[slot]
    if pursuit["advances"] == UNDECIDED and due == Due.CUSTOMER_ANSWERS:
        decide_late(model, world, state, pursuit)
    event, reason = ending.leaving(model, pursuit, due)
    if event == Event.LOST and pursuit["target"] == REJECTED:
        reject(model, state, ledger, pursuit)
    elif event == Event.WENT_COLD:
        note_ignored(state, ledger, pursuit)
    if reporting.learns(model, pursuit):
        report(model, world, state, ledger, pursuit, event)
    if nurture.takes(model, pursuit, reason):
        until = begin_nurture(model, world, state, ledger, slot, event, reason)
        give_up_rep(model, state, pursuit)
        rest(model, state, slot, until)
        return NONE
    return depart(model, world, state, ledger, slot, event, reason, 0)


@rare
def decide_late(model: Model, world: Record, state: State, pursuit: Record) -> None:
    """Note how a customer decides who answers now (V28)."""
    now = state.clock[0]["now"]
    advances, target, reason = visits.decided_late(model, world, state.odds_by_day, pursuit, now)
    pursuit["advances"] = advances
    pursuit["target"] = target
    pursuit["reason"] = reason


@rule
def goes_on(model: Model, world: Record, state: State, slot: int, event: int) -> tuple[int, int, int]:
    """Find where a pursuit goes after an event, after which rest, and how many are born of it (X2, AV6)."""
    pursuit = state.pursuits[slot]
    target, delay, spawns = ending.after(model, world, pursuit, event)
    if ending.kind_of(model, pursuit) == Kind.VISITING and is_last_visit(state, slot, event):
        target, delay = ENDED, ending.AT_ONCE
    return target, delay, spawns


@rule
def depart(
    model: Model, world: Record, state: State, ledger: Ledger, slot: int, event: int, reason: int, flags: int
) -> int:
    """Let an event befall a pursuit, with what follows; return its slot if it enters a stage, else NONE.

    (V20, X9)
    """
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    target, delay, spawns = goes_on(model, world, state, slot, event)
    value = contracts.bookings(model, world, pursuit) if event == Event.WON else 0.0
    began = pursuit["began"] if target == ENDED else 0
    write(ledger, now, pursuit, ending.told_as(event, delay), now - pursuit["since"], began, value)
    if event == Event.WON:
        credit(ledger, pursuit["closer"])
    if reason != NOTHING:
        give_reason(ledger, reason)
        flag(ledger, flags)
    if ending.makes_lead(model, pursuit, event):
        become_lead(model, state, ledger, pursuit)
    if event == Event.WON:
        sign(model, world, state, ledger, slot, value)
    elif ending.kind_of(model, pursuit) == Kind.DELIVERING:
        end_delivery(model, world, state, ledger, slot, event)
    affect_kin(model, world, state, slot, event, spawns)
    if target == ENDED:
        end(model, state, slot)
        return NONE
    team = visits.team_for(model, pursuit)
    if delay != ending.AT_ONCE or (team != NOBODY and model.teams[team]["sticky"] == 0):
        give_up_rep(model, state, pursuit)
    pursuit["round"] = ending.round_at(pursuit, target, delay)
    pursuit["stage"] = target
    if delay != ending.AT_ONCE:
        rest(model, state, slot, now + delay)
        return NONE
    if event == Event.SENT_BACK:
        pass_in_any_case(model, state, pursuit)
    return int(slot)


@rare
def end_nurture(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> int:
    """End nurture at its last touch: return the slot of a pursuit that enters a stage, else NONE (N4, N6)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    rested = now - pursuit["since"]
    note_touches(ledger, now, pursuit, pursuit["touches"])
    pursuit["touches"] = 0
    if not nurture.comes_back(pursuit):
        pursuit["since"] = now
        event, reason = pursuit["parked"], pursuit["reason"]
        return depart(model, world, state, ledger, slot, event, reason, Flag.NURTURED.value)
    pursuit["fit"] = nurture.warmed(model, pursuit)
    pursuit["returns"] += 1
    pursuit["round"] = ending.round_at(pursuit, pursuit["target"], rested)
    pursuit["stage"] = pursuit["target"]
    return come_back(state, ledger, slot)


@rare
def reject(model: Model, state: State, ledger: Ledger, pursuit: Record) -> None:
    """Write that sales rejects a pursuit, and what it has cost by itself (J12)."""
    now, cost = state.clock[0]["now"], junk.cost_of_rejected(model, pursuit)
    waited, effort = now - pursuit["since"], pursuit["done"] + pursuit["effort"]
    write(ledger, now, pursuit, Event.REJECTED.value, waited, effort, cost)
    pursuit["met"] = pursuit["met"] | junk.REJECTED_BEFORE


@rare
def report(model: Model, world: Record, state: State, ledger: Ledger, pursuit: Record, event: int) -> None:
    """Tell marketing what became of a lead, if that is reported: its channel learns (W1, W4)."""
    good, now = reporting.report_of(model, world, pursuit, event), state.clock[0]["now"]
    if good != reporting.NO_REPORT:
        note_report(ledger, now, pursuit, good)
        if memory.is_counted(model, now):
            state.channels[pursuit["channel"]]["reports"] += 1


@rare
def become_lead(model: Model, state: State, ledger: Ledger, pursuit: Record) -> None:
    """Turn an inquiry into a lead, and pay its supplier (V19)."""
    pursuit["is_lead"] = 1
    paid = model.channels[pursuit["channel"]]["price_per_lead"]
    write(ledger, state.clock[0]["now"], pursuit, Event.BECAME_LEAD.value, 0, 0, paid)
