"""Who is there: reps join and leave, and are absent in between."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.desks import enlist
from funnelsim.engines.compiled.state import State, put, rep_actor
from funnelsim.engines.ledger import Ledger, note_work, write_of
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER, NOTHING, Due, Event
from funnelsim.rules import absence, people


@rule
def expect_rep(model: Model, state: State, number: int) -> None:
    """Put on the agenda what a rep has due: leaving, or an absence that begins or is over (R14)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    time, kind = NEVER, Due.ABSENCE.value
    if people.is_there(rep):
        time = absence.next_turn(rep)
        leaves = max(model.reps[number]["leaves"], now) if rep["on_staff"] == 1 else NEVER
        if leaves <= time:
            time, kind = leaves, Due.REP_LEAVES.value
    elif people.is_yet_to_join(rep):
        time, kind = max(model.reps[number]["joins"], now), Due.REP_JOINS.value
    put(model, state, rep_actor(number), time, kind, number)


@rare
def join_staff(model: Model, world: Record, state: State, number: int) -> None:
    """Put a rep on staff (R3)."""
    rep = state.reps[number]
    rep["on_staff"] = 1
    rep["joined"] = state.clock[0]["now"]
    rep["idle_since"] = state.clock[0]["now"]
    look_ahead(model, world, state, number)
    enlist(model, state, number)
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


@rare
def go_or_come_back(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Let a rep's absence begin, or be over (R13)."""
    rep = state.reps[number]
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
    note_work(ledger, lost)
    rep["lost"] += lost
    rep["absent"] = 0
    rep["away_from"] = NEVER
    rep["away_until"] = NEVER


@rare
def go_home(model: Model, state: State, ledger: Ledger, number: int) -> None:
    """Write the time on staff of a rep who is gone, or is on staff at the horizon (R7, R9)."""
    now, rep = state.clock[0]["now"], state.reps[number]
    if rep["absent"] == 1:
        note_absence(model, state, ledger, number)
    rep["left"] = now
    put(model, state, rep_actor(number), NEVER, Due.ABSENCE.value, number)
    write_of(ledger, now, Event.ON_STAFF.value, NOTHING, number, now - max(rep["joined"], 0), 0.0)
