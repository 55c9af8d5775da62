"""The compiled engine: one event loop over plain arrays.

The story of an event. Everybody who can have something due (the day, each rep, team and channel, each
lead in its slot of the pool) is an *actor* with at most one entry on the *agenda*, ordered by (time, round
and kind, entity). `live` takes one step at a time:

- if something is due at this instant, the first entry leaves the agenda, and `decide` asks the rules what
  follows: for a lead in `leads.py`, for a team or a rep in `desks.py`;
- if nothing is due, the first team that can gives one lead to one rep (`desks.grant`), who starts on it;
- otherwise the clock moves to the next entry.

Whatever happened is a row of the ledger. All that changes is in `state.py`, in arrays that never grow inside
the loop: leads wait in *queues* threaded through their slots of the pool, and where the pool is full, the
loop returns, the caller doubles it, and the loop goes on.
"""

from __future__ import annotations

import numpy as np

from funnelsim.compilation import compiled
from funnelsim.engines.agenda import close_gap, kind_of, next_time, round_of, take_first
from funnelsim.engines.desks import enlist, grant, join_staff, open_up, opens_next
from funnelsim.engines.leads import (
    end_work,
    enter,
    expect_inquiry,
    go_cold,
    leave_staff,
    start_work,
    take_answer,
    take_inquiry,
)
from funnelsim.engines.ledger import Ledger, has_room, rows_of_a_step, write, write_cost
from funnelsim.engines.protocol import MOST_ROUNDS, StuckError
from funnelsim.engines.queues import NONE, first, join, leave
from funnelsim.engines.roster import seat_team
from funnelsim.engines.state import (
    State,
    channel_actor,
    lead_actor,
    new_state,
    put,
    rep_actor,
    reset,
    with_larger_pool,
)
from funnelsim.engines.volumes import expect_inquiries
from funnelsim.model import Model
from funnelsim.rules import arrivals, costs
from funnelsim.vocabulary import DAY, NOBODY, NOTHING, Due, Event, Record, rare, rule

FINISHED, LEDGER_FULL, POOL_FULL, STUCK = range(4)  # why the loop returned


class CompiledEngine:
    """The default engine.

    Examples
    --------
    >>> from funnelsim.engines import ENGINES, history
    >>> sorted(ENGINES)
    ['compiled', 'reference']
    """

    def start(self, model: Model, world: Record) -> Simulation:
        """Make the state at the first midnight (E1)."""
        return Simulation(model, world)

    def advance(self, simulation: Simulation, until: int, ledger: Ledger) -> bool:
        """Handle the instants before `until`; False when the ledger is full (E2)."""
        while True:
            why = advance(simulation.model, simulation.world, simulation.state, until, ledger)
            if why in (FINISHED, LEDGER_FULL):
                return bool(why == FINISHED)
            simulation.state = help_on(simulation.state, why)

    def close(self, simulation: Simulation, ledger: Ledger) -> bool:
        """Book the last day and the leads that are open; False when the ledger is full (E3)."""
        return bool(close(simulation.model, simulation.state, ledger) == FINISHED)


class Simulation:
    """One replication on its way."""

    def __init__(self, model: Model, world: Record) -> None:
        self.model = model
        self.world = world
        self.state = new_state(model)


def help_on(state: State, why: int) -> State:
    """Give a loop that returned what it needs to go on.

    Raises
    ------
    StuckError
        Nothing helps: leads go round at one instant.
    """
    if why == STUCK:
        raise StuckError(int(state.clock[0]["now"]), stages_due(state))
    return with_larger_pool(state)


def stages_due(state: State) -> tuple[int, ...]:
    """Name the stages of the leads that are due at this instant."""
    clock = state.clock[0]
    due = [entry for entry in state.agenda[: clock["due"]] if entry["time"] == clock["now"]]
    about_leads = [entry["actor"] for entry in due if kind_of(entry["order"]) >= Due.WORK_ENDS]
    slots = np.array(about_leads, int) - lead_actor(state, 0)
    return tuple(sorted({int(stage) for stage in state.leads["stage"][slots]}))


@compiled
def advance(model: Model, world: Record, state: State, until: int, ledger: Ledger) -> int:
    """Live on, as `live` does."""
    return live(model, world, state, until, ledger)


@compiled
def close(model: Model, state: State, ledger: Ledger) -> int:
    """Book what is left, as `finish` does."""
    return finish(model, state, ledger)


@rule
def live(model: Model, world: Record, state: State, until: int, ledger: Ledger) -> int:
    """Handle the instants before `until`, step by step, and say why it returns (I3, I5)."""
    clock = state.clock[0]
    room = rows_of_a_step(model)
    if clock["begun"] == 0:
        clock["begun"] = 1
        begin(model, world, state)
    while has_room(ledger, room):
        due = next_time(state.agenda, clock)
        slot, rep = NONE, NOBODY
        if due == clock["now"]:
            close_gap(state.agenda, state.places, clock)
            order = state.agenda[0]["order"]
            if clock["free"] == NONE and kind_of(order) == Due.INQUIRY:
                return POOL_FULL
            if round_of(order) > MOST_ROUNDS:
                return STUCK
            slot = decide(model, world, state, ledger)
        elif clock["stirred"] == 1:
            slot, rep = grant(model, world, state)
        elif due >= until:
            return FINISHED
        else:
            clock["now"] = due
            clock["round"] = 0
        if slot != NONE:
            start_work(model, state, ledger, slot, rep)
    return LEDGER_FULL


@rule
def decide(model: Model, world: Record, state: State, ledger: Ledger) -> int:
    """Take the first entry off the agenda and do what it says (I1).

    Returns
    -------
    int
        The slot of a lead that has entered a stage where no rep is needed; else NONE.
    """
    clock = state.clock[0]
    entry = state.agenda[0]
    kind, actor, entity = kind_of(entry["order"]), entry["actor"], entry["entity"]
    clock["round"] = round_of(entry["order"])
    take_first(state.agenda, state.places, clock)
    slot = actor - lead_actor(state, 0)
    enters = NONE
    if kind == Due.WORK_ENDS and end_work(model, state, ledger, slot):
        kind = Due.CUSTOMER_ANSWERS.value
    if kind == Due.CUSTOMER_ANSWERS:
        enters = take_answer(model, world, state, ledger, slot)
    elif kind == Due.INQUIRY:
        enters = take_inquiry(model, world, state, ledger, actor - channel_actor(state, 0))
    elif kind == Due.GOES_COLD:
        go_cold(model, state, ledger, slot)
    elif kind == Due.TEAM_OPENS:
        open_up(model, state, entity)
    elif kind == Due.DAY_ENDS:
        book_day(model, state, ledger, clock["now"])
        put(model, state, 0, clock["now"] + DAY, Due.DAY_ENDS.value, 0)
    elif kind == Due.REP_JOINS:
        join_staff(model, state, entity)
    elif kind == Due.REP_LEAVES:
        leave_staff(model, world, state, entity)
    if enters != NONE and enter(model, world, state, ledger, enters):
        return int(enters)
    return NONE


@rare
def begin(model: Model, world: Record, state: State) -> None:
    """Put the first thing that each actor has due on the agenda (R1)."""
    reset(model, state)
    expect_inquiries(model, world, state.expected)
    put(model, state, 0, DAY, Due.DAY_ENDS.value, 0)
    for number in range(len(state.reps)):
        rep = state.reps[number]
        rep["skill"], rep["speed"] = arrivals.talent(model, world, rep)
        if rep["joins"] > 0:
            put(model, state, rep_actor(number), rep["joins"], Due.REP_JOINS.value, number)
        elif rep["leaves"] > 0:
            rep["on_staff"] = 1
            put(model, state, rep_actor(number), rep["leaves"], Due.REP_LEAVES.value, number)
            enlist(state, number)
    for number in range(len(state.teams)):
        seat_team(model, state, number)
        team = state.teams[number]
        if team["hours"] > 0 and model.hours[team["first_hours"]]["opens"] <= 0:
            open_up(model, state, number)
        else:
            opens_next(model, state, number)
    for number in range(len(state.channels)):
        expect_inquiry(model, world, state, number)


@rule
def finish(model: Model, state: State, ledger: Ledger) -> int:
    """Book the last day, then the open leads by entity; then the state can begin anew (D2, D3)."""
    clock, queue = state.clock[0], state.unfinished[0]
    room = rows_of_a_step(model)
    if clock["last_day_booked"] == 0:
        if not has_room(ledger, room):
            return LEDGER_FULL
        book_day(model, state, ledger, model.horizon)
        clock["last_day_booked"] = 1
        for slot in range(len(state.leads)):
            if state.leads[slot]["entity"] > 0:
                join(state.links, queue, slot, 0, 0, state.leads[slot]["entity"])
    slot = first(state.links, queue)
    while slot != NONE:
        if not has_room(ledger, room):
            return LEDGER_FULL
        lead = state.leads[slot]
        write(ledger, model.horizon, lead, Event.OPEN.value, model.horizon - lead["since"], 0, 0.0)
        leave(state.links, queue, slot)
        slot = first(state.links, queue)
    clock["begun"] = 0
    return FINISHED


@rare
def book_day(model: Model, state: State, ledger: Ledger, now: int) -> None:
    """Book the costs of the day that ends now: media by channel, then pay by rep (D1)."""
    day = now // DAY - 1
    for number in range(len(state.channels)):
        media = costs.media_of_day(model, number, day)
        if media > 0.0:
            write_cost(ledger, now, Event.MEDIA.value, media, number, NOBODY)
    for number in range(len(state.reps)):
        pay = costs.pay_of_day(model, state.reps[number], day)
        if pay > 0.0:
            write_cost(ledger, now, Event.PAY.value, pay, NOTHING, number)
