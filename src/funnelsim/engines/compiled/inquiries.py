"""The stream of inquiries of each channel."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.customers import contract_of_company
from funnelsim.engines.compiled.market import take_from_market
from funnelsim.engines.compiled.pool import begin_pursuit, take_slot
from funnelsim.engines.compiled.pursuits import become_lead
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.referrals import await_referral
from funnelsim.engines.compiled.state import State, channel_actor, put
from funnelsim.engines.ledger import Ledger, write
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NEVER, NOBODY, NOTHING, Due, Event
from funnelsim.rules import arrivals, market, products, prospecting, referrals, traits


@rule
def take_inquiry(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> int:
    """Take an inquiry: return the slot of the pool in which it enters its channel's first stage (A1, A5).

    NONE if the market refuses it (O2).
    """
    channel, origin = state.channels[number], model.channels[number]
    entity = origin["entity"] + channel["index"]
    profile = arrivals.profile(model, world, origin, entity, channel["reports"])
    segment, cooling = profile[2], 0.0
    if market.is_finite(model, segment):
        accepted, cooling = market.accepts(model, world, segment, state.taken[segment], entity)
        if not accepted:
            channel["index"] += 1
            expect_inquiry(model, world, state, number)
            return NONE
    slot = welcome(model, world, state, ledger, number, entity, profile, cooling)
    channel["index"] += 1
    expect_inquiry(model, world, state, number)
    return slot


@rare
def take_referral(model: Model, world: Record, state: State, ledger: Ledger, referrer_slot: int) -> int:
    """Let a customer refer a company: return the slot in which that enters its channel's first stage.

    NONE if it is refused (RF3, RF4, RF6).
    """
    referrer = state.pursuits[referrer_slot]
    number, segment = referrer["round"] + 1, referrer["segment"]
    referrer["round"] = number
    await_referral(model, world, state, referrer_slot)
    if referrals.needs_a_contract(model, referrer) and contract_of_company(state, referrer_slot) == NONE:
        return NONE
    candidate, channel = referrals.candidate_of(referrer, number), referrals.channel_of(model)
    accepted, cooling = referrals.accepts(model, world, referrer, state.taken[segment], candidate)
    if not accepted:
        return NONE
    origin, reports = model.channels[channel], state.channels[channel]["reports"]
    fit, heat, _, theorist = arrivals.profile(model, world, origin, candidate, reports)
    profile = (fit, heat, int(segment), theorist)
    return welcome(model, world, state, ledger, channel, candidate, profile, cooling)


@rule
def welcome(
    model: Model,
    world: Record,
    state: State,
    ledger: Ledger,
    number: int,
    entity: int,
    profile: tuple[float, int, int, int],
    cooling: float,
) -> int:
    """Open the record of a company that asks through a channel; return its slot of the pool (A1, A5, O3)."""
    now, origin = state.clock[0]["now"], model.channels[number]
    fit, heat, segment, theorist = profile
    slot = take_slot(state)
    pursuit = state.pursuits[slot]
    begin_pursuit(pursuit, entity, SALE, origin["stage"])
    pursuit["company"] = entity
    pursuit["created"] = now
    pursuit["began"] = now
    pursuit["fit"] = fit
    pursuit["channel"] = number
    pursuit["segment"] = segment
    pursuit["heat"] = heat
    pursuit["theorist"] = theorist
    pursuit["is_lead"] = 0
    pursuit["traits"] = 0
    if len(model.traits) > 0:
        reports = state.channels[number]["reports"]
        pursuit["traits"] = traits.traits_of(model, world, entity, number, 0, reports)
    pursuit["product"] = NOTHING
    pursuit["seller"] = NOBODY
    pursuit["signed"] = 0
    if products.sells_products(model, segment):
        pursuit["product"] = products.product_of(model, world, segment, entity, now)
    pursuit["account"] = NOTHING
    if market.is_finite(model, segment):
        take_from_market(state, pursuit, cooling)
    write(ledger, now, pursuit, Event.INQUIRY.value, 0, entity, origin["cost_per_inquiry"])
    if model.stages[origin["stage"]]["is_lead"] == 1:
        become_lead(model, state, ledger, pursuit)
    return int(slot)


@rule
def expect_inquiry(model: Model, world: Record, state: State, number: int) -> None:
    """Put a channel's next inquiry on the agenda (A2)."""
    origin, channel = model.channels[number], state.channels[number]
    channel["total"] = arrivals.next_total(world, origin, channel)
    put_inquiry(model, state, number)


@rule
def put_inquiry(model: Model, state: State, number: int) -> None:
    """Put a channel's next inquiry on the agenda, its sum of exponentials being known."""
    origin, channel = model.channels[number], state.channels[number]
    entity = origin["entity"] + channel["index"]
    if origin["prospected"] == 1:
        time = state.clock[0]["now"] if prospecting.is_found(origin, channel) else NEVER
        put(model, state, channel_actor(state, number), time, Due.INQUIRY.value, entity)
        return
    day, time = arrivals.arrival(model, origin, channel, state.expected)
    channel["day"] = day
    put(model, state, channel_actor(state, number), time, Due.INQUIRY.value, entity)
