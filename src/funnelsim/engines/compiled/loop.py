"""The compiled engine: one event loop over plain arrays.

The story of an event. Everything that can have something due (the day, each rep, calendar and channel, each
pursuit in its slot of the pool) is an *actor* with at most one entry on the *agenda*, ordered by (time, wave
and kind, entity). `live` takes one step at a time:

- if something is due at this instant, the first entry leaves the agenda, and `decide` asks the rules what
  follows: for a pursuit in `pursuits.py` and `work.py`, for a channel in `inquiries.py`, for a calendar in
  `desks.py`, for a rep in `roster.py`;
- if nothing is due, one of those held at a gate is handed over (`pursuits.admit`), or the first team that can
  gives one pursuit to one rep (`desks.grant`), who starts on it;
- otherwise the clock moves to the next entry.

Everything that happens is a row of the ledger. All state is in `state.py`, in arrays that never grow inside
the loop. Pursuits wait in *queues* threaded through their slots of the pool. If a pool may lack room,
the loop returns, the caller doubles it, and the loop continues.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.agenda import close_gap, kind_of, next_time, take_first, wave_of
from funnelsim.engines.compiled.crews import close_books_of_crews
from funnelsim.engines.compiled.customers import (
    begin_first,
    end_term,
    expect_first_customers,
    note_running_on,
)
from funnelsim.engines.compiled.days import begin_day
from funnelsim.engines.compiled.desks import enlist, grant, open_up, opens_next, read_talent
from funnelsim.engines.compiled.inquiries import expect_inquiry, take_inquiry, take_referral
from funnelsim.engines.compiled.kin import begin_born, withdraw
from funnelsim.engines.compiled.market import give_back
from funnelsim.engines.compiled.open_deals import begin_open, expect_open_deals
from funnelsim.engines.compiled.orders import buy_again
from funnelsim.engines.compiled.placing import leave_queue
from funnelsim.engines.compiled.prospecting import begin_blocks, end_block, stir_prospectors
from funnelsim.engines.compiled.pursuits import admit, end_nurture, enter, leave_visit, queue_again
from funnelsim.engines.compiled.queues import NONE, first, join, leave
from funnelsim.engines.compiled.rests import come_back
from funnelsim.engines.compiled.roster import (
    expect_rep,
    go_home,
    go_or_come_back,
    join_staff,
    leave_staff,
    look_ahead,
)
from funnelsim.engines.compiled.state import (
    State,
    channel_actor,
    has_vacancies,
    pursuit_actor,
    put,
    reset,
)
from funnelsim.engines.compiled.work import end_work, start_work
from funnelsim.engines.ledger import Ledger, has_room, note_touches, rows_of_a_step, write, write_of
from funnelsim.engines.protocol import MOST_WAVES
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOBODY, NOTHING, Due, Event
from funnelsim.rules import attempts, costs, customers, ending, nurture, open_deals, people, turnover
from funnelsim.rules.arrivals import expect_inquiries
from funnelsim.rules.prospecting import IDLE, RESERVED
from funnelsim.rules.shocks import expect_odds

FINISHED, LEDGER_FULL, POOL_FULL, STUCK = range(4)  # why the loop returned


@rule
def live(model: Model, world: Record, state: State, until: int, ledger: Ledger) -> int:
    """Handle the instants before `until`, step by step; return why it stopped (I3, I5)."""
    clock = state.clock[0]
    room = rows_of_a_step(model)
    if clock["begun"] == 0:
        clock["begun"] = 1
        set_going(model, world, state)
    if until == 0:
        return FINISHED
    while has_room(ledger, room):
        due = next_time(state.agenda, clock)
        slot, rep = NONE, NOBODY
        if due == clock["now"]:
            close_gap(state.agenda, state.positions, clock)
            order = state.agenda[0]["order"]
            if not has_vacancies(state):
                return POOL_FULL
            if wave_of(order) > MOST_WAVES:
                return STUCK
            slot = decide(model, world, state, ledger)
        elif clock["stirred"] == 1:
            slot, rep = look_for_grants(model, world, state, ledger)
        elif due >= until:
            return FINISHED
        else:
            clock["now"] = due
            clock["wave"] = 0
        if slot != NONE:
            start_work(model, world, state, ledger, slot, rep)
    return LEDGER_FULL


@rule
def look_for_grants(model: Model, world: Record, state: State, ledger: Ledger) -> tuple[int, int]:
    """Make a grant, if there is one to be made, after reserved time has begun; else idle time begins.

    (G13, G14)
    """
    prospects = state.clock[0]["prospects"]
    if prospects & RESERVED != 0:
        begin_blocks(model, world, state, True)
    slot, rep = admit_or_grant(model, world, state, ledger)
    if prospects & IDLE != 0 and state.clock[0]["stirred"] == 0:
        begin_blocks(model, world, state, False)
    return slot, rep


@rule
def admit_or_grant(model: Model, world: Record, state: State, ledger: Ledger) -> tuple[int, int]:
    """Hand over one of those held; else find a pursuit and a rep who starts on it (B5)."""
    if state.clock[0]["held"] > 0 and admit(model, world, state, ledger):
        return NONE, NOBODY
    return grant(model, world, state)


@rule
def decide(model: Model, world: Record, state: State, ledger: Ledger) -> int:
    """Take the first entry off the agenda and do what it says (I1).

    Returns
    -------
    int
        The slot of a pursuit that has entered a stage that needs no rep; else NONE.
    """
    clock = state.clock[0]
    entry = state.agenda[0]
    kind, actor, entity = kind_of(entry["order"]), entry["actor"], entry["entity"]
    clock["wave"] = wave_of(entry["order"])
    take_first(state.agenda, state.positions, clock)
    slot = actor - pursuit_actor(state, 0)
    enters = NONE
    if kind == Due.WORK_ENDS and end_work(model, world, state, ledger, slot):
        kind = Due.CUSTOMER_ANSWERS.value
    if kind == Due.GOES_COLD:
        leave_queue(model, state, slot)
    if kind == Due.CUSTOMER_ANSWERS or kind == Due.GOES_COLD:  # noqa: PLR1714 (as fast as can be)
        enters = leave_visit(model, world, state, ledger, slot, kind)
    elif kind == Due.INQUIRY:
        enters = take_inquiry(model, world, state, ledger, actor - channel_actor(state, 0))
    elif kind == Due.OPENS:
        open_up(model, state, entity)
    elif kind == Due.DAY_ENDS:
        end_day(model, world, state, ledger)
    elif kind != Due.WORK_ENDS:
        enters = decide_what_is_rare(model, world, state, ledger, kind, slot, entity)
    if enters != NONE and enter(model, world, state, ledger, enters):
        return int(enters)
    return NONE


@rare
def decide_what_is_rare(
    model: Model, world: Record, state: State, ledger: Ledger, kind: int, slot: int, entity: int
) -> int:
    """Handle what is seldom due; return the slot of a pursuit that enters a stage, else NONE."""
    enters = NONE
    if kind in (Due.REP_JOINS, Due.REP_LEAVES, Due.ABSENCE, Due.PROSPECTING_ENDS):
        decide_of_people(model, world, state, ledger, kind, entity)
    elif kind == Due.RETURNS and state.pursuits[slot]["touches"] > 0:
        enters = end_nurture(model, world, state, ledger, slot)
    elif kind == Due.RETURNS:
        enters = come_back(state, ledger, slot)
    elif kind == Due.TRIES_AGAIN:
        queue_again(model, world, state, ledger, slot)
    elif kind == Due.BEGINS:
        enters = begin(model, world, state, ledger, slot)
    elif kind == Due.WITHDRAWS:
        withdraw(model, state, ledger, slot)
    elif kind == Due.COOLS_OFF:
        give_back(state, ledger, slot)
    elif kind == Due.REFERS:
        enters = take_referral(model, world, state, ledger, slot)
    else:
        decide_of_customers(model, world, state, ledger, kind, slot)
    return enters


@rule
def begin(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> int:
    """Begin a pursuit without an inquiry; return its slot if it enters a stage, else NONE."""
    enters = NONE
    if customers.is_first(state.pursuits[slot]):
        begin_first(model, world, state, ledger, slot)
    elif open_deals.is_open_deal(state.pursuits[slot]):
        enters = begin_open(model, world, state, ledger, slot)
    else:
        enters = begin_born(model, world, state, ledger, slot)
    return enters


@rule
def decide_of_customers(
    model: Model, world: Record, state: State, ledger: Ledger, kind: int, slot: int
) -> None:
    """Handle what is due for a customer."""
    if kind == Due.TERM_ENDS:
        end_term(model, world, state, ledger, slot)
    elif kind == Due.ORDERS:
        buy_again(model, world, state, ledger, slot)


@rule
def decide_of_people(
    model: Model, world: Record, state: State, ledger: Ledger, kind: int, number: int
) -> None:
    """Handle what is due for a rep."""
    if kind == Due.REP_JOINS:
        join_staff(model, world, state, ledger, number)
    elif kind == Due.REP_LEAVES:
        leave_staff(model, world, state, ledger, number)
    elif kind == Due.ABSENCE:
        go_or_come_back(model, world, state, ledger, number)
    else:
        end_block(model, world, state, ledger, number)


@rare
def set_going(model: Model, world: Record, state: State) -> None:
    """Put the first thing that each actor has due on the agenda (R1)."""
    reset(model, state)
    expect_inquiries(model, world, state.expected, 0)
    expect_odds(model, world, state.odds_by_day)
    put(model, state, 0, DAY, Due.DAY_ENDS.value, 0)
    for number in range(len(state.reps)):
        rep, state_of_rep = model.reps[number], state.reps[number]
        read_talent(model, world, state, number)
        if rep["joins"] <= 0:
            state_of_rep["joined"] = rep["joins"]
        if rep["leaves"] <= 0:
            state_of_rep["left"] = 0
        elif rep["joins"] <= 0:
            state_of_rep["on_staff"] = 1
            state_of_rep["leaves"] = turnover.stays_until(model, world, rep, state_of_rep)
            look_ahead(model, world, state, number)
            state_of_rep["absent"] = 1 if state_of_rep["away_from"] == 0 else 0
            enlist(model, state, number)
        expect_rep(model, state, number)
    for number in range(len(state.shifts)):
        calendar = model.calendars[number]
        if calendar["hours"] > 0 and model.hours[calendar["first_hours"]]["opens"] <= 0:
            open_up(model, state, number)
        else:
            opens_next(model, state, number)
    for number in range(len(state.channels)):
        expect_inquiry(model, world, state, number)
    expect_first_customers(model, state)
    expect_open_deals(model, state)


@rule
def finish(model: Model, world: Record, state: State, ledger: Ledger) -> int:
    """Book the last day, the reps on staff, and the open pursuits by entity; then the state can be reset.

    (D2, D3)
    """
    clock, queue = state.clock[0], state.unfinished[0]
    room = rows_of_a_step(model)
    if clock["last_day_booked"] == 0:
        if not has_room(ledger, room):
            return LEDGER_FULL
        book_day(model, state, ledger, model.horizon)
        clock["last_day_booked"] = 1
        note_who_is_on_staff(model, world, state, ledger)
        for slot in range(len(state.pursuits)):
            pursuit = state.pursuits[slot]
            if pursuit["entity"] > 0 and ending.is_told(pursuit):
                join(state.links, queue, slot, 0, 0, pursuit["entity"])
    slot = first(state.links, queue)
    while slot != NONE:
        if not has_room(ledger, room):
            return LEDGER_FULL
        pursuit = state.pursuits[slot]
        waited = model.horizon - attempts.last_row(pursuit)
        if pursuit["touches"] > 0:
            note_touches(ledger, model.horizon, pursuit, nurture.touches_by(pursuit, model.horizon - 1))
        if pursuit["phase"] == Due.TERM_ENDS:
            note_running_on(model, ledger, pursuit)
        else:
            write(ledger, model.horizon, pursuit, Event.OPEN.value, waited, pursuit["began"], 0.0)
        leave(state.links, queue, slot)
        slot = first(state.links, queue)
    clock["begun"] = 0
    return FINISHED


@rule
def note_who_is_on_staff(model: Model, world: Record, state: State, ledger: Ledger) -> None:
    """Write the time on staff of each rep who is on staff at the horizon (D5)."""
    state.clock[0]["now"] = model.horizon
    for number in range(len(state.reps)):
        rep = state.reps[number]
        if people.is_there(rep):
            go_home(model, world, state, ledger, number)


@rare
def end_day(model: Model, world: Record, state: State, ledger: Ledger) -> None:
    """Book the day that ends, and let the next one begin: it may have reserved time (D1, G13)."""
    now = state.clock[0]["now"]
    book_day(model, state, ledger, now)
    close_books_of_crews(model, world, state, ledger)
    begin_day(state.later, state.first_of_day, state.agenda, state.positions, state.clock[0], now)
    put(model, state, 0, now + DAY, Due.DAY_ENDS.value, 0)
    if state.clock[0]["prospects"] & RESERVED != 0:
        stir_prospectors(model, state)


@rare
def book_day(model: Model, state: State, ledger: Ledger, now: int) -> None:
    """Book the costs of the day that ends now: media by channel, then pay by rep (D1)."""
    day = now // DAY - 1
    for number in range(len(state.channels)):
        media = costs.media_of_day(model, number, day)
        if media > 0.0:
            write_of(ledger, now, Event.MEDIA.value, number, NOBODY, 0, media)
    for number in range(len(state.reps)):
        pay = costs.pay_of_day(model, model.reps[number], state.reps[number], day)
        if pay > 0.0:
            write_of(ledger, now, Event.PAY.value, NOTHING, number, 0, pay)
    for number in range(len(state.reps)):
        if model.reps[number]["grows"] == 1:
            note_growth(model, state, ledger, now, number)
    running = costs.running_of_day(model, day)
    if running > 0.0:
        write_of(ledger, now, Event.RUNNING.value, NOTHING, NOBODY, 0, running)


@rare
def note_growth(model: Model, state: State, ledger: Ledger, now: int, number: int) -> None:
    """Book a training of the day that ends now; at the end of a month, note the skill (Z4, Z5)."""
    rep, state_of_rep = model.reps[number], state.reps[number]
    training = people.training_of(model, rep, state_of_rep, now - DAY)
    if training != NOTHING:
        cost = model.trainings[training]["cost"]
        write_of(ledger, now, Event.TRAINED.value, NOTHING, number, 0, cost)
    if state_of_rep["on_staff"] == 1 and people.ends_a_month(model, now):
        skill = people.skill_in(model, rep, state_of_rep, now)
        write_of(ledger, now, Event.SKILL.value, NOTHING, number, 0, skill)
