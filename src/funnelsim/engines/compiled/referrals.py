"""Referrals: customers who refer others, and what they remember."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.kin import born_of, join_company
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOTHING, Due
from funnelsim.rules import customers, referrals


@rule
def of_company(state: State, slot: int, phase: int) -> int:
    """Find the pursuit of a pursuit's company that is in a phase; return its slot, or NONE."""
    if state.pursuits[slot]["account"] == NOTHING:
        return NONE
    other = state.companies[state.pursuits[slot]["account"]]["first"]
    while other != NONE and state.pursuits[other]["phase"] != phase:
        other = state.kin[other]["next"]
    return int(other)


@rare
def begin_to_refer(model: Model, world: Record, state: State, parent_slot: int, delivered: int) -> None:
    """Let a referrer be born of a contract or a deal, if its company has none (RF1).

    Parameters
    ----------
    delivered : int
        What the parent remembers of a delivery.
    """
    if not referrals.are_there(model) or of_company(state, parent_slot, Due.REFERS.value) != NONE:
        return
    parent, now = state.pursuits[parent_slot], state.clock[0]["now"]
    slot = born_of(state, parent_slot, referrals.referrer_of(parent), SALE, parent["stage"])
    referrer = state.pursuits[slot]
    referrer["began"] = now
    referrer["visit"] = customers.NO_MEMORY
    referrer["delivered"] = delivered
    join_company(state, slot, parent_slot)
    await_referral(model, world, state, slot)


@rule
def await_referral(model: Model, world: Record, state: State, slot: int) -> None:
    """Put the next candidate on the agenda (RF2)."""
    referrer = state.pursuits[slot]
    gap = referrals.next_referral(model, world, referrer, referrer["round"] + 1)
    await_next(model, state, slot, state.clock[0]["now"] + gap, Due.REFERS.value)
