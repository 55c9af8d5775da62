"""Nurture of those who would be lost, and what is written of it."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare
from funnelsim.engines.compiled.state import State
from funnelsim.engines.ledger import Ledger, give_reason, write
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.rules import nurture


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
