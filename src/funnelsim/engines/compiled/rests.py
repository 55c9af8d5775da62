"""Rests before the next stage, and nurture in place of an end."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare
from funnelsim.engines.compiled.handover import leave_load
from funnelsim.engines.compiled.piles import ignore_no_longer
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, give_reason, write
from funnelsim.model.model import Model
from funnelsim.model.words import Due, Event, Flag
from funnelsim.rules import junk, nurture


@rare
def rest(model: Model, state: State, slot: int, until: int) -> None:
    """Let a pursuit rest, without an owner, until it returns (X3)."""
    pursuit = state.pursuits[slot]
    pursuit["since"] = state.clock[0]["now"]
    pursuit["flags"] = pursuit["flags"] & ~Flag.HELD.value
    ignore_no_longer(pursuit)
    leave_load(state, pursuit)
    await_next(model, state, slot, until, Due.RETURNS.value)


@rare
def come_back(state: State, ledger: Ledger, slot: int) -> int:
    """End a rest: return the slot of the pursuit that enters a stage (X4)."""
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    pursuit["flags"] = pursuit["flags"] | Flag.RETURNED.value
    pursuit["met"] = junk.met_on_return(pursuit)
    write(ledger, now, pursuit, Event.RETURNED.value, now - pursuit["since"], 0, 0.0)
    return slot


@rare
def begin_nurture(
    model: Model, world: Record, state: State, ledger: Ledger, slot: int, event: int, reason: int
) -> int:
    """Nurture a pursuit in place of the event with which it would end; return until when (N2, N3)."""
    pursuit, now, row = state.pursuits[slot], state.clock[0]["now"], model.reasons[reason]
    write(ledger, now, pursuit, Event.PARKED.value, now - pursuit["since"], 0, 0.0)
    give_reason(ledger, reason)
    number, target = nurture.touches(model, world, pursuit, reason)
    pursuit["parked"] = event
    pursuit["reason"] = reason
    pursuit["touches"] = number
    pursuit["target"] = target
    pursuit["interval"] = row["interval"]
    pursuit["touch_cost"] = row["cost_per_touch"]
    return int(now + number * row["interval"])
