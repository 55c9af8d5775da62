"""Pursuits of one company: some are born of others or withdrawn by them; and the end of a pursuit."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.desks import give_up_rep
from funnelsim.engines.compiled.handover import leave_load
from funnelsim.engines.compiled.market import cools_off
from funnelsim.engines.compiled.placing import leave_queue
from funnelsim.engines.compiled.pool import begin_pursuit, free_slot, take_slot
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, note_touches, write
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NEVER, NOTHING, Due, Event, Flag
from funnelsim.rules import attempts, ending, handover, market, nurture


@rule
def affect_kin(model: Model, world: Record, state: State, slot: int, event: int, spawns: int) -> None:
    """Let others be born of an event, and others be withdrawn (X5, X7)."""
    end = ending.end_of(model, state.pursuits[slot], event)
    withdrawn = end["withdraws"]
    if spawns > 0:
        spawn(model, world, state, slot, end["first_spawn"], spawns)
    if withdrawn != NOTHING:
        withdraw_kin(model, state, slot, withdrawn)


@rule
def born_of(state: State, parent_slot: int, entity: int, process: int, stage: int) -> int:
    """Open the record of a pursuit that is born of another one of its company; return its slot."""
    slot = take_slot(state)
    state.pursuits[slot] = state.pursuits[parent_slot]
    begin_pursuit(state.pursuits[slot], entity, process, stage)
    return slot


@rule
def join_company(state: State, slot: int, parent_slot: int) -> None:
    """Add a pursuit to those of the company of which it is born; the first one opens the company's record."""
    if state.pursuits[parent_slot]["account"] == NOTHING:
        open_account(state, parent_slot)
    join_account(state, slot, state.pursuits[parent_slot]["account"])


@rare
def spawn(model: Model, world: Record, state: State, parent_slot: int, first: int, count: int) -> None:
    """Let other pursuits be born of one, by rows of the table of births; each begins after its own delay."""
    parent = state.pursuits[parent_slot]
    for number in range(first, first + count):
        entity, process, delay = ending.born(model, world, parent, number)
        slot = born_of(state, parent_slot, entity, process, model.processes[process]["first_stage"])
        pursuit = state.pursuits[slot]
        pursuit["began"] = NEVER
        if process != SALE:
            pursuit["returns"] = parent["returns"]
        join_company(state, slot, parent_slot)
        await_next(model, state, slot, state.clock[0]["now"] + delay, Due.BEGINS.value)


@rare
def begin_born(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> int:
    """Begin a pursuit that was born of another: return its slot, in which it enters its first stage.

    (X6, AV4)
    """
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    pursuit["began"] = now
    write(ledger, now, pursuit, Event.BEGAN.value, 0, pursuit["company"], 0.0)
    end = ending.end_of(model, pursuit, Event.BEGAN.value)
    if end["spawns"] > 0:
        spawn(model, world, state, slot, end["first_spawn"], end["spawns"])
    return slot


@rare
def withdraw_kin(model: Model, state: State, slot: int, process: int) -> None:
    """Withdraw, in the next wave, the company's pursuits of a process that wait or rest (X7)."""
    account = state.pursuits[slot]["account"]
    if account == NOTHING:
        return
    other = state.companies[account]["first"]
    while other != NONE:
        pursuit = state.pursuits[other]
        if other != slot and pursuit["process"] == process and ending.can_be_withdrawn(pursuit):
            if pursuit["phase"] == Due.GOES_COLD:
                leave_queue(model, state, other)
                pursuit["since"] = attempts.last_row(pursuit)
                left = 0 if handover.is_held(pursuit) else Flag.LEFT_QUEUE.value
                pursuit["flags"] = pursuit["flags"] | left
            await_next(model, state, other, state.clock[0]["now"], Due.WITHDRAWS.value)
        other = state.kin[other]["next"]


@rare
def withdraw(model: Model, state: State, ledger: Ledger, slot: int) -> None:
    """End a pursuit because of another; one that has not begun leaves no row (X8)."""
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    if pursuit["touches"] > 0:
        note_touches(ledger, now, pursuit, nurture.touches_by(pursuit, now))
    if pursuit["began"] != NEVER:
        write(ledger, now, pursuit, Event.WITHDRAWN.value, now - pursuit["since"], pursuit["began"], 0.0)
    end(model, state, slot)


@rule
def end(model: Model, state: State, slot: int) -> None:
    """End a pursuit: its rep has one open pursuit less, and its slot of the pool is free (V21)."""
    pursuit = state.pursuits[slot]
    give_up_rep(model, state, pursuit)
    if pursuit["gate"] != 0:
        leave_load(state, pursuit)
    if pursuit["account"] != NOTHING:
        leave_account(state, slot)
    if pursuit["market"] != market.OUTSIDE and cools_off(model, state, slot):
        return
    free_slot(state, slot)


@rule
def open_account(state: State, slot: int) -> None:
    """Open a record for a company when other pursuits are born of one of its pursuits."""
    clock, pursuit = state.clock[0], state.pursuits[slot]
    account = clock["free_company"]
    company = state.companies[account]
    clock["free_company"] = company["first"]
    company["entity"] = pursuit["company"]
    company["first"] = NONE
    company["pursuits"] = 0
    join_account(state, slot, account)


@rule
def join_account(state: State, slot: int, account: int) -> None:
    """Add a pursuit to those of its company."""
    company, kin = state.companies[account], state.kin[slot]
    state.pursuits[slot]["account"] = account
    kin["previous"] = NONE
    kin["next"] = company["first"]
    if company["first"] != NONE:
        state.kin[company["first"]]["previous"] = slot
    company["first"] = slot
    company["pursuits"] += 1


@rare
def leave_account(state: State, slot: int) -> None:
    """Remove a pursuit from those of its company; after the last one, the company's record is free."""
    account = state.pursuits[slot]["account"]
    company, kin = state.companies[account], state.kin[slot]
    if kin["previous"] == NONE:
        company["first"] = kin["next"]
    else:
        state.kin[kin["previous"]]["next"] = kin["next"]
    if kin["next"] != NONE:
        state.kin[kin["next"]]["previous"] = kin["previous"]
    company["pursuits"] -= 1
    if company["pursuits"] == 0:
        company["first"] = state.clock[0]["free_company"]
        state.clock[0]["free_company"] = account
