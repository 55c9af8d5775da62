"""The market that companies come from, and to which they return when they have cooled off."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare
from funnelsim.engines.compiled.pool import free_slot
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, write
from funnelsim.model.model import Model
from funnelsim.model.words import Due, Event
from funnelsim.rules import market


@rare
def take_from_market(state: State, pursuit: Record, cooling: float) -> None:
    """Take the company of an inquiry from the market of its segment (O3)."""
    state.taken[pursuit["segment"]] += 1
    pursuit["market"] = market.TAKEN
    pursuit["cooling"] = cooling


@rare
def cools_off(model: Model, state: State, slot: int) -> bool:
    """Return whether a company will have cooled off before the horizon; it keeps its slot until then (O4)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    rest = market.cools_for(model, pursuit, now)
    if now + rest >= model.horizon:
        return False
    pursuit["since"] = now
    await_next(model, state, slot, now + rest, Due.COOLS_OFF.value)
    return True


@rare
def give_back(state: State, ledger: Ledger, slot: int) -> None:
    """Give a company that has cooled off back to the market (O5)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    state.taken[pursuit["segment"]] -= 1
    write(ledger, now, pursuit, Event.COOLED_OFF.value, now - pursuit["since"], 0, 0.0)
    free_slot(state, slot)
