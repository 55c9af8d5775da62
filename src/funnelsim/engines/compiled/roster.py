"""Who is there: reps join and leave, and are absent in between."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.choices import front
from funnelsim.engines.compiled.crews import count_work, leader_of
from funnelsim.engines.compiled.desks import enlist, read_talent
from funnelsim.engines.compiled.piles import take_from_pile
from funnelsim.engines.compiled.placing import place
from funnelsim.engines.compiled.queues import NONE, first, leave
from funnelsim.engines.compiled.state import State, begin_to_count, put, rep_actor
from funnelsim.engines.ledger import Ledger, note_count, note_work, write_of
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER, NOTHING, Due, Event
from funnelsim.rules import absence, people, turnover, visits


@rule
def expect_rep(model: Model, state: State, number: int) -> None:
    """Put on the agenda what a rep has due: joining, leaving, an absence (R14, R19)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    time, kind = NEVER, Due.ABSENCE.value
    if people.is_there(rep):
        time = absence.next_turn(rep)
        leaves = max(turnover.leaves_at(model.reps[number], rep), now) if rep["on_staff"] == 1 else NEVER
        if leaves <= time:
            time, kind = leaves, Due.REP_LEAVES.value
    else:
        joins = turnover.comes_at(model.reps[number], rep)
        if people.is_yet_to_join(rep):
            joins = int(model.reps[number]["joins"])
        time, kind = max(joins, now), Due.REP_JOINS.value
    put(model, state, rep_actor(number), time, kind, number)


@rare
def join_staff(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Put a rep on staff, the first in a seat or the successor of another (R3, R20)."""
    rep = state.reps[number]
    if rep["left"] != NEVER:
        succeed(model, world, state, ledger, number)
    rep["on_staff"] = 1
    rep["joined"] = state.clock[0]["now"]
    rep["idle_since"] = state.clock[0]["now"]
    rep["leaves"] = turnover.stays_until(model, world, model.reps[number], rep)
    look_ahead(model, world, state, number)
    enlist(model, state, number)
    expect_rep(model, state, number)


@rare
def succeed(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Let somebody come into a seat that has been left, a beginner with a talent of their own (R20)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    rep["generation"] += 1
    rep["left"] = NEVER
    rep["successor"] = NEVER
    begin_to_count(rep)
    cost = model.teams[model.reps[number]["team"]]["hiring_cost"]
    write_of(ledger, now, Event.JOINED.value, NOTHING, number, 0, cost)
    note_count(ledger, rep["generation"])
    read_talent(model, world, state, number)


@rare
def leave_staff(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Let a rep leave: the pursuits in its queue are placed again and keep their time queued (R4, R5, R6)."""
    rep = state.reps[number]
    rep["on_staff"] = 0
    enlist(model, state, number)
    queue = state.own_queues[front(state, state.own_queues, number)]
    slot = first(state.links, queue)
    while slot != NONE:
        leave(state.links, queue, slot)
        place(model, world, state, slot, visits.team_for(model, state.pursuits[slot]))
        queue = state.own_queues[front(state, state.own_queues, number)]
        slot = first(state.links, queue)
    slot = take_from_pile(state, number)
    while slot != NONE:
        place(model, world, state, slot, visits.team_for(model, state.pursuits[slot]))
        slot = take_from_pile(state, number)
    if rep["busy"] == 0:
        go_home(model, world, state, ledger, number)
    else:
        expect_rep(model, state, number)


@rule
def look_ahead(model: Model, world: Record, state: State, number: int) -> None:
    """Note a rep's next absence (R12)."""
    since, until = absence.next_spell(model, world, model.reps[number], state.clock[0]["now"])
    state.reps[number]["away_from"] = since
    state.reps[number]["away_until"] = until


@rule
def look_ahead_anew(model: Model, world: Record, state: State, number: int) -> None:
    """Read a rep's absences anew; one that has begun keeps its end (R16)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    if rep["absent"] == 1:
        until = absence.lengthened(model, world, model.reps[number], now, rep["away_until"])
        rep["away_until"] = until
    elif people.is_there(rep):
        look_ahead(model, world, state, number)


@rule
def stay_on(before: Model, model: Model, world: Record, state: State, was: int, number: int) -> None:
    """Let who is on staff stay for longer, or shorter, in a chapter that begins (R21)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    if rep["on_staff"] == 1:
        until = turnover.stays_now(before, model, world, before.reps[was], model.reps[number], rep, now)
        rep["leaves"] = until


@rare
def go_or_come_back(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Let a rep's absence begin, or be over (R13)."""
    rep = state.reps[number]
    if rep["crew"] > 0:
        count_work(model, world, state, leader_of(state, number))
    if rep["absent"] == 0:
        rep["absent"] = 1
    else:
        note_absence(model, state, ledger, number)
        look_ahead(model, world, state, number)
        if rep["busy"] == 0:
            rep["idle_since"] = state.clock[0]["now"]
    enlist(model, state, number)
    expect_rep(model, state, number)


@rare
def note_absence(model: Model, state: State, ledger: Ledger, number: int) -> None:
    """Write an absence that is over (R15)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    since, lost = rep["away_from"], 0
    if rep["busy"] == 1:
        lost = absence.hours_within(model, model.reps[number], since, now)
    write_of(ledger, now, Event.ABSENT.value, NOTHING, number, now - since, 0.0)
    note_work(ledger, lost if rep["block"] == 0 and rep["crew"] == 0 else 0)  # CR7
    rep["lost"] += lost
    rep["absent"] = 0
    rep["away_from"] = NEVER
    rep["away_until"] = NEVER


@rare
def go_home(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Write the time on staff of a rep who is gone, or is on staff at the horizon (R7, R9)."""
    now, rep = state.clock[0]["now"], state.reps[number]
    if rep["absent"] == 1:
        note_absence(model, state, ledger, number)
    rep["left"] = now
    rep["successor"] = turnover.successor(model, world, model.reps[number], rep, now)
    expect_rep(model, state, number)
    write_of(ledger, now, Event.ON_STAFF.value, NOTHING, number, now - max(rep["joined"], 0), 0.0)
