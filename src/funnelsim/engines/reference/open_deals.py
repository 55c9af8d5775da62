"""Deals that are open at time 0: they come first, each in the phase in which it is then."""

from __future__ import annotations

from typing import Any

from funnelsim.compiling.arrays import Record
from funnelsim.engines.opening import decide_at_first, fill_in, lay_by_if_ignored, tell
from funnelsim.engines.reference.handover import pass_gate, queue_at_gate
from funnelsim.engines.reference.market import give_back_at
from funnelsim.engines.reference.office import Office, Story
from funnelsim.engines.reference.placing import assign, give_up_rep, line_up, place
from funnelsim.engines.reference.pursuits import (
    join_queue,
    leave,
    live_on,
    next_attempt,
    pursue,
    read_fate,
    what_follows,
)
from funnelsim.engines.reference.queues import leave_queue
from funnelsim.model.model import SALE
from funnelsim.model.words import NEVER, NOBODY, Due
from funnelsim.rules import assignment, handover, market, open_deals

BEFORE_ALL_ELSE = -1  # the wave before wave 0: what is due at time 0 is in wave 0


def expect_open_deals(office: Office) -> None:
    """Let the open deals be due at time 0, before anything else (OD4)."""
    office.wave = BEFORE_ALL_ELSE
    for deal in office.model.open_deals:
        office.start(was_open(office, deal))
    office.wave = 0


def was_open(office: Office, deal: Record) -> Story:
    """Go on with a deal that is open at time 0 (OD5)."""
    pursuit = office.new_pursuit(int(deal["entity"]), SALE, int(deal["stage"]))
    pursuit["began"] = NEVER
    yield office.due(0, Due.BEGINS, pursuit)
    if deal["phase"] == Due.COOLS_OFF:
        cool_on(office, pursuit, deal)
        return
    phase = begin_open(office, pursuit, deal)
    if phase != Due.BEGINS:
        due = office.due(open_deals.due_at_first(deal, phase), Due(open_deals.awaits(phase)), pursuit)
        if phase == Due.CUSTOMER_ANSWERS:
            yield due
            goes_on = yield from what_follows(office, pursuit, leave(office, pursuit, Due.CUSTOMER_ANSWERS))
        else:
            rep = yield from what_it_waits_for(office, pursuit, phase, due)
            goes_on = yield from live_on(office, pursuit, rep)
        if not goes_on:
            return
    yield from pursue(office, pursuit)


def cool_on(office: Office, pursuit: Record, deal: Record) -> None:
    """Let the company of a deal that was lost before time 0 go on to cool off (OD9)."""
    fill_in(office.model, pursuit, deal)
    del office.open_pursuits[int(pursuit["entity"])]
    del office.to_come[int(pursuit["entity"])]
    if market.is_finite(office.model, pursuit["segment"]):
        office.taken[pursuit["segment"]] += 1
        give_back_at(office, pursuit, int(deal["due"]))


def what_it_waits_for(office: Office, pursuit: Record, phase: int, due: Any) -> Any:
    """Wait in a queue, at a gate or for the next attempt; return the rep, None or WITHDRAWN."""
    if phase == Due.TRIES_AGAIN:
        return (yield from next_attempt(office, pursuit, due))
    due.then(lambda _: leave_queue(office, pursuit))
    rep = yield office.wait_for(pursuit, due)
    if rep == NOBODY:  # it was held, and is now handed over
        rep = yield join_queue(office, pursuit)
    return rep


def begin_open(office: Office, pursuit: Record, deal: Record) -> int:
    """Begin with an open deal; return the phase in which it is (OD4, OD5)."""
    fill_in(office.model, pursuit, deal)
    owner = int(pursuit["rep"])
    if owner != NOBODY:
        assign(office, pursuit, owner)
    if market.is_finite(office.model, pursuit["segment"]):
        office.taken[pursuit["segment"]] += 1
        pursuit["market"] = market.TAKEN
        pursuit["cooling"] = open_deals.cools_off_by(office.world, pursuit)
    phase = open_deals.phase_at_first(office.model, pursuit, deal)
    if phase != Due.BEGINS:
        read_fate(office, pursuit)
    if phase in (Due.WORK_ENDS, Due.CUSTOMER_ANSWERS):
        skill = open_deals.skill_at_first(office.model, office.reps, pursuit)
        decide_at_first(office.model, office.world, office.odds_by_day, pursuit, deal, skill)
    tell(office.ledger, pursuit, deal, phase)
    if phase != Due.BEGINS:
        find_its_place(office, pursuit, deal, phase)
    return phase


def find_its_place(office: Office, pursuit: Record, deal: Record, phase: int) -> None:
    """Put an open deal at its gate, or into its queue (OD5)."""
    if handover.is_held(pursuit):
        give_up_rep(office, pursuit)
        queue_at_gate(office, pursuit)
        return
    gate = office.gate_of(pursuit)
    if gate:
        pass_gate(office, pursuit, gate)
    if open_deals.queues(phase):
        if assignment.queues_for_rep(office.model, office.reps, pursuit):
            lay_by_if_ignored(office.model, pursuit, deal)
            line_up(office, pursuit)
        else:
            place(office, pursuit)
