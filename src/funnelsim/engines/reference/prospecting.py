"""Reps who prospect: blocks of working time, after which a channel's next inquiries may come."""

from __future__ import annotations

from funnelsim.engines.ledger import note_work, write_of
from funnelsim.engines.reference.choices import is_idle_at_work, members
from funnelsim.engines.reference.inquiries import comes_at
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.roster import employ, go_home
from funnelsim.model.words import DAY, Due, Event
from funnelsim.rules import prospecting


def prospect(office: Office, *, reserved: bool) -> None:
    """Let idle reps start on blocks, of reserved time or of idle time (G13, G14)."""
    for number, team in enumerate(office.model.teams):
        if team["prospects"] and (team["reserved"] > 0.0) == reserved:
            for rep in members(office, number):
                if is_idle_at_work(office, rep):
                    start_block(office, rep)


def start_block(office: Office, number: int) -> None:
    """Let a rep start on a block, unless no time is left for it (G12)."""
    rep, state = office.model.reps[number], office.reps[number]
    block = prospecting.block_now(office.model, rep, state, office.now)
    if block > 0:
        state["prospected"] = prospecting.prospected_today(state, office.now) + block
        state["prospected_on"] = office.now // DAY
        state["prospects_for"] = office.model.teams[rep["team"]]["prospected_channel"]
        state["block"], state["block_since"], state["busy"], state["lost"] = block, office.now, 1, 0
        await_end_of_block(office, number)


def await_end_of_block(office: Office, number: int) -> None:
    """Note when the block in hand of a rep ends."""
    rep, state = office.model.reps[number], office.reps[number]
    ends = prospecting.block_ends(office.model, office.world, rep, state)
    happening = office.due_for(number, ends, Due.PROSPECTING_ENDS, number)
    happening.then(lambda _: end_block(office, number))


def end_block(office: Office, number: int) -> None:
    """End a block: its working time counts for the channel, whose next inquiries may come (A14)."""
    now, state = office.now, office.reps[number]
    channel, block = int(state["prospects_for"]), int(state["block"])
    paid = prospecting.pay_of_block(office.model, office.model.reps[number], now, block)
    write_of(office.ledger, now, Event.PROSPECTED, channel, number, now - state["block_since"], paid)
    note_work(office.ledger, block)
    office.channels[channel]["prospected"] += block
    state["block"], state["busy"], state["idle_since"] = 0, 0, now
    if not state["on_staff"]:
        go_home(office, number, now)
        office.env.process(employ(office, number))
    expect_found(office, channel)


def expect_found(office: Office, number: int) -> None:
    """Let the next inquiry of a channel that is prospected come now, if it is found."""
    awaited = office.of_the_firm[Due.INQUIRY, number]
    entity = int(office.model.channels[number]["entity"] + office.channels[number]["index"])
    happening = office.due_for(number, comes_at(office, number), Due.INQUIRY, entity)
    assert awaited.callbacks is not None
    assert happening.callbacks is not None
    happening.callbacks += awaited.callbacks[1:]
    awaited.call_off()
