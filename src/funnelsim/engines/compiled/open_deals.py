"""Deals that are open at time 0: they come first, each in the phase in which it is then."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare
from funnelsim.engines.compiled.desks import enlist, give_up_rep
from funnelsim.engines.compiled.handover import pass_in_any_case, queue_at_gate
from funnelsim.engines.compiled.market import take_from_market
from funnelsim.engines.compiled.placing import line_up, place
from funnelsim.engines.compiled.pool import begin_pursuit, free_slot, take_slot
from funnelsim.engines.compiled.pursuits import read_fate
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger
from funnelsim.engines.opening import decide_at_first, fill_in, lay_by_if_ignored, tell
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NEVER, NOBODY, NOTHING, Due
from funnelsim.rules import assignment, handover, market, open_deals, visits

BEFORE_ALL_ELSE = -1  # the wave before wave 0: what is put on the agenda for time 0 is in wave 0


@rare
def expect_open_deals(model: Model, state: State) -> None:
    """Let the open deals be on the agenda at time 0, before anything else (OD4)."""
    state.clock[0]["wave"] = BEFORE_ALL_ELSE
    for number in range(len(model.open_deals)):
        deal = model.open_deals[number]
        slot = take_slot(state)
        begin_pursuit(state.pursuits[slot], deal["entity"], SALE, deal["stage"])
        state.pursuits[slot]["account"] = NOTHING
        state.pursuits[slot]["began"] = NEVER
        await_next(model, state, slot, 0, Due.BEGINS.value)
    state.clock[0]["wave"] = 0


@rare
def begin_open(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> int:
    """Begin with an open deal; return its slot if it enters its stage now, else NONE (OD4, OD5)."""
    pursuit = state.pursuits[slot]
    deal = open_deals.deal_of(model, pursuit)
    fill_in(model, pursuit, deal)
    if deal["phase"] == Due.COOLS_OFF:
        cool_on(model, state, slot, deal)
        return NONE
    if pursuit["rep"] != NOBODY:
        state.reps[pursuit["rep"]]["open"] += 1
        enlist(model, state, pursuit["rep"])
    if market.is_finite(model, pursuit["segment"]):
        take_from_market(state, pursuit, open_deals.cools_off_by(world, pursuit))
    phase = open_deals.phase_at_first(model, pursuit, deal)
    if phase == Due.BEGINS:
        tell(ledger, pursuit, deal, phase)
        return int(slot)
    read_fate(model, world, pursuit)
    if phase in (Due.WORK_ENDS, Due.CUSTOMER_ANSWERS):
        skill = open_deals.skill_at_first(model, state.reps, pursuit)
        decide_at_first(model, world, state.odds_by_day, pursuit, deal, skill)
    tell(ledger, pursuit, deal, phase)
    if handover.is_held(pursuit):
        give_up_rep(model, state, pursuit)
        queue_at_gate(model, state, slot)
    else:
        pass_in_any_case(model, state, pursuit)
        if open_deals.queues(phase):
            queue_on(model, world, state, slot, deal)
    await_next(model, state, slot, open_deals.due_at_first(deal, phase), open_deals.awaits(phase))
    return NONE


@rare
def cool_on(model: Model, state: State, slot: int, deal: Record) -> None:
    """Let the company of a deal that was lost before time 0 go on to cool off (OD9)."""
    is_finite = market.is_finite(model, deal["segment"])
    if is_finite:
        take_from_market(state, state.pursuits[slot], 0.0)
    if is_finite and deal["due"] < model.horizon:
        await_next(model, state, slot, deal["due"], Due.COOLS_OFF.value)
    else:
        free_slot(state, slot)


@rare
def queue_on(model: Model, world: Record, state: State, slot: int, deal: Record) -> None:
    """Let an open deal queue for its rep if that is there, else as one that comes (OD5)."""
    pursuit = state.pursuits[slot]
    team = visits.team_for(model, pursuit)
    if assignment.queues_for_rep(model, state.reps, pursuit):
        lay_by_if_ignored(model, pursuit, deal)
        line_up(model, world, state, slot, team)
    else:
        place(model, world, state, slot, team)
