"""Blocks of prospecting: who starts on one, and what has been found when it ends."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.choices import at_work
from funnelsim.engines.compiled.desks import enlist, stir
from funnelsim.engines.compiled.inquiries import put_inquiry
from funnelsim.engines.compiled.roster import go_home
from funnelsim.engines.compiled.state import GRANTS, PROSPECTS, State, prospecting_actor, put
from funnelsim.engines.ledger import Ledger, note_work, write_of
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Due, Event
from funnelsim.rules import prospecting


@rare
def begin_blocks(model: Model, world: Record, state: State, reserved: bool) -> None:
    """Let idle reps start on blocks, of reserved time or of idle time, where anything has changed."""
    for number in range(len(model.teams)):
        team = model.teams[number]
        changed = state.stirred[number] & PROSPECTS != 0
        if changed and team["prospects"] == 1 and (team["reserved"] > 0.0) == reserved:
            for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
                if state.reps[rep]["busy"] == 0 and at_work(model, state, rep):
                    begin_block(model, world, state, rep)
            state.stirred[number] = state.stirred[number] & GRANTS


@rule
def begin_block(model: Model, world: Record, state: State, number: int) -> None:
    """Let a rep start on a block, unless no time is left for it (G12)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    block = prospecting.block_now(model, model.reps[number], rep, now)
    if block > 0:
        rep["prospected"] = prospecting.prospected_today(rep, now) + block
        rep["prospected_on"] = now // DAY
        rep["prospects_for"] = model.teams[model.reps[number]["team"]]["prospected_channel"]
        rep["block"] = block
        rep["block_since"] = now
        rep["busy"] = 1
        rep["lost"] = 0
        enlist(model, state, number)
        await_end_of_block(model, world, state, number)


@rare
def await_end_of_block(model: Model, world: Record, state: State, number: int) -> None:
    """Put the end of the block in hand of a rep on the agenda."""
    ends = prospecting.block_ends(model, world, model.reps[number], state.reps[number])
    put(model, state, prospecting_actor(state, number), ends, Due.PROSPECTING_ENDS.value, number)


@rare
def end_block(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """End a block: its working time counts for the channel, whose next inquiries may come (A14)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    channel, block = int(rep["prospects_for"]), int(rep["block"])
    paid = prospecting.pay_of_block(model, model.reps[number], now, block)
    write_of(ledger, now, Event.PROSPECTED.value, channel, number, now - rep["block_since"], paid)
    note_work(ledger, block)
    state.channels[channel]["prospected"] += block
    rep["block"] = 0
    rep["busy"] = 0
    rep["idle_since"] = now
    enlist(model, state, number)
    if rep["on_staff"] == 0:
        go_home(model, world, state, ledger, number)
    put_inquiry(model, state, channel)


@rare
def stir_prospectors(model: Model, state: State) -> None:
    """Let teams that prospect look for grants, as a day with reserved time begins."""
    for number in range(len(model.teams)):
        if model.teams[number]["prospects"] == 1:
            stir(state, number)
