"""The compiled engine: one event loop over plain arrays.

The story of an event. Everybody who can have something due (the day, each rep, team and
channel, each lead in its slot of the pool) is an *actor* with at most one entry on the agenda, a
heap ordered by (time, round and kind, entity). `advance` takes one step at a time: if
something is due at this instant, the first entry leaves the agenda and `decide` asks the
rules what follows; if nothing is due, the first team that can gives one lead to one rep
(`grant`); otherwise the clock moves to the next entry. Queues are pairing heaps threaded
through the slots of the pool, so that nothing inside the loop ever grows: where the pool is full,
the loop returns, the caller doubles it, and the loop goes on.
"""

from __future__ import annotations

import numpy as np

from funnelsim.compilation import compiled
from funnelsim.engines.agenda import (
    close_gap,
    kind_of,
    next_time,
    order_of,
    round_of,
    schedule,
    take_first,
)
from funnelsim.engines.ledger import Ledger, has_room, rows_of_a_step, write, write_cost
from funnelsim.engines.protocol import MOST_ROUNDS, StuckError
from funnelsim.engines.queues import NONE, first, join, leave, rejoin
from funnelsim.engines.roster import NO_SEAT, choose_rep, note, seat_team, welcome
from funnelsim.engines.state import (
    State,
    channel_actor,
    lead_actor,
    new_state,
    rep_actor,
    reset,
    team_actor,
    with_larger_pool,
)
from funnelsim.engines.volumes import expect_inquiries
from funnelsim.model import Model
from funnelsim.rules import arrivals, assignment, costs, lifecycle
from funnelsim.vocabulary import (
    DAY,
    GONE_COLD,
    NEVER,
    NOBODY,
    NOTHING,
    Assignment,
    Due,
    Event,
    Record,
    rare,
    rule,
)
from funnelsim.worktime import work_ends_from

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
        """Make the state at the first midnight."""
        return Simulation(model, world)

    def advance(self, simulation: Simulation, until: int, ledger: Ledger) -> bool:
        """Handle the instants before `until`; False when the ledger is full."""
        while True:
            why = advance(simulation.model, simulation.world, simulation.state, until, ledger)
            if why in (FINISHED, LEDGER_FULL):
                return bool(why == FINISHED)
            simulation.state = help_on(simulation.state, why)

    def close(self, simulation: Simulation, ledger: Ledger) -> bool:
        """Book the last day and the leads that are open; False when the ledger is full."""
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


@rule
def put(model: Model, state: State, actor: int, time: int, kind: int, entity: int) -> None:
    """Put what an actor has due on the agenda, in place of what it had; NEVER is not kept."""
    clock = state.clock[0]
    turn = clock["round"] + 1 if time == clock["now"] else 0
    due_time = time if time < model.horizon else NEVER
    schedule(state.agenda, state.places, clock, actor, due_time, order_of(turn, kind), entity)


@compiled
def advance(model: Model, world: Record, state: State, until: int, ledger: Ledger) -> int:
    """Live on, as `live` does."""
    return live(model, world, state, until, ledger)


@compiled
def close(model: Model, state: State, ledger: Ledger) -> int:
    """Book what is left, as `finish` does."""
    return finish(model, state, ledger)


@rare
def begin(model: Model, world: Record, state: State) -> None:
    """Put the first thing that each actor has due on the agenda."""
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
def live(model: Model, world: Record, state: State, until: int, ledger: Ledger) -> int:
    """Handle the instants before `until`, step by step, and say why it returns."""
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
            if kind_of(order) == Due.INQUIRY and clock["free"] == NONE:
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
    """Take the first entry off the agenda and do what it says.

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


@rule
def grant(model: Model, world: Record, state: State) -> tuple[int, int]:
    """Find a lead and the rep who starts on it, if there are any; teams in order."""
    for number in range(len(state.teams)):
        lobby = state.lobbies[number]
        if lobby["stirred"] == 1:
            slot, rep = next_grant(model, world, state, number)
            if slot != NONE:
                return slot, rep
            lobby["stirred"] = 0
    state.clock[0]["stirred"] = 0
    return NONE, NOBODY


@rule
def next_grant(model: Model, world: Record, state: State, number: int) -> tuple[int, int]:
    """Find the next lead and rep of a team: own queues first, then the team's."""
    lobby = state.lobbies[number]
    if state.clock[0]["now"] >= lobby["closes"]:
        return NONE, NOBODY
    rep = first(state.wanted_links, state.wanted[number])
    if rep != NONE:
        return first(state.links, state.own_queues[rep]), rep
    slot = first(state.links, state.team_queues[number])
    if slot == NONE:
        return NONE, NOBODY
    rep = first(state.at_hand_links, state.at_hand[number])
    if rep == NONE:
        return NONE, NOBODY
    if state.teams[number]["assignment"] == Assignment.CHERRY_PICK:
        slot = pick(model, world, state, number, rep)
    return slot, rep


@rule
def stir(state: State, number: int) -> None:
    """Note that a team may have something to grant."""
    state.lobbies[number]["stirred"] = 1
    state.clock[0]["stirred"] = 1


@rule
def enlist(state: State, number: int) -> None:
    """Keep the lists of a rep's team true after something changed at the rep's desk.

    `wanted`: who can start on a lead of their own queue, by number. `at_hand`: who can be given a lead of
    the team's queue, by the time since when they are idle. A large team's roster: how loaded each rep is.
    """
    rep, desk = state.reps[number], state.desks[number]
    team = rep["team"]
    idle = rep["on_staff"] == 1 and rep["busy"] == 0
    wanted = 1 if idle and first(state.links, state.own_queues[number]) != NONE else 0
    if wanted != desk["wanted"]:
        desk["wanted"] = wanted
        if wanted == 1:
            join(state.wanted_links, state.wanted[team], number, number, 0, 0)
        else:
            leave(state.wanted_links, state.wanted[team], number)
    at_hand = 1 if idle and rep["open"] < state.teams[team]["max_open"] else 0
    if at_hand != desk["at_hand"]:
        desk["at_hand"] = at_hand
        if at_hand == 1:
            join(state.at_hand_links, state.at_hand[team], number, 0, rep["idle_since"], number)
        else:
            leave(state.at_hand_links, state.at_hand[team], number)
    if desk["seat"] != NO_SEAT:
        note(state, desk["seat"])
    stir(state, team)


@rare
def pick(model: Model, world: Record, state: State, number: int, rep: int) -> int:
    """Find the lead on the team's shortlist that is worth most to a rep.

    The first of the queue are taken out, chained by their links, and put back.
    """
    now = state.clock[0]["now"]
    skill = assignment.skill_now(state.reps[rep], now)
    queue = state.team_queues[number]
    shortlist, chosen, most = NONE, NONE, -1
    for _ in range(assignment.SHORTLIST):
        slot = first(state.links, queue)
        if slot == NONE:
            break
        lead = state.leads[slot]
        value = lifecycle.worth(model, world, lead, skill, now - lead["since"])
        if value > most:
            chosen, most = slot, value
        leave(state.links, queue, slot)
        state.links[slot]["next"] = shortlist
        shortlist = slot
    while shortlist != NONE:
        following = int(state.links[shortlist]["next"])
        rejoin(state.links, queue, shortlist)
        shortlist = following
    return chosen


@rule
def take_inquiry(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> int:
    """A company asks: return the slot of the pool in which it enters its channel's first stage."""
    clock, channel = state.clock[0], state.channels[number]
    slot = clock["free"]
    clock["free"] = state.links[slot]["next"]
    entity = channel["entity"] + channel["index"]
    fit, heat, segment, theorist = arrivals.profile(model, world, channel, entity)
    lead = state.leads[slot]
    lead["entity"] = entity
    lead["created"] = clock["now"]
    lead["fit"] = fit
    lead["stage"] = channel["stage"]
    lead["rep"] = NOBODY
    lead["round"] = 0
    lead["channel"] = number
    lead["segment"] = segment
    lead["heat"] = heat
    lead["theorist"] = theorist
    lead["is_lead"] = 0
    write(ledger, clock["now"], lead, Event.INQUIRY.value, 0, 0, channel["cost_per_inquiry"])
    if lifecycle.is_lead_at(model, channel["stage"]):
        become_lead(model, state, ledger, lead)
    channel["index"] += 1
    expect_inquiry(model, world, state, number)
    return int(slot)


@rule
def expect_inquiry(model: Model, world: Record, state: State, number: int) -> None:
    """Put a channel's next inquiry on the agenda."""
    channel = state.channels[number]
    total, day, time = arrivals.next_inquiry(model, world, channel, state.expected)
    channel["total"] = total
    channel["day"] = day
    entity = channel["entity"] + channel["index"]
    put(model, state, channel_actor(state, number), time, Due.INQUIRY.value, entity)


@rule
def enter(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """A lead enters its stage: it queues for a rep, or starts at once where none is needed (True)."""
    lead = state.leads[slot]
    now = state.clock[0]["now"]
    lead["since"] = now
    hours, days, luck, way = lifecycle.fate(model, world, lead)
    lead["hours"] = hours
    lead["days"] = days
    lead["luck"] = luck
    lead["way"] = way
    write(ledger, now, lead, Event.ENTERED.value, 0, 0, 0.0)
    team = model.stages[lead["stage"]]["team"]
    if team == NOBODY:
        return True
    place(model, world, state, slot, team)
    patience = lifecycle.patience(model, world, lead)
    put(model, state, lead_actor(state, slot), now + patience, Due.GOES_COLD.value, lead["entity"])
    return False


@rule
def place(model: Model, world: Record, state: State, slot: int, number: int) -> None:
    """Put a lead into the queue of the rep it keeps or is given, or into the team's."""
    lead, team = state.leads[slot], state.teams[number]
    if not assignment.keeps_rep(team, state.reps, number, lead["rep"]):
        give_up_rep(state, lead)
        if state.rosters[number]["width"] == 0:
            now = state.clock[0]["now"]
            rep, turn = assignment.choose_rep(model, world, team, state.reps, lead, now)
        else:
            rep, turn = choose_rep(model, world, state, number, lead)
        team["turn"] = turn
        if rep != NOBODY:
            lead["rep"] = rep
            state.reps[rep]["open"] += 1
    if lead["rep"] == NOBODY:
        lead["rank"] = assignment.rank_in_team(model, world, team, lead)
        queue = state.team_queues[number]
        join(state.links, queue, slot, lead["rank"], lead["since"], lead["entity"])
        stir(state, number)
    else:
        lead["rank"] = assignment.rank(team["queue_order"], lead)
        queue = state.own_queues[lead["rep"]]
        join(state.links, queue, slot, lead["rank"], lead["since"], lead["entity"])
        enlist(state, lead["rep"])


@rule
def leave_queue(state: State, slot: int, team: int) -> None:
    """Take a lead out of the queue that it waits in."""
    lead = state.leads[slot]
    if lead["rep"] == NOBODY:
        leave(state.links, state.team_queues[team], slot)
    else:
        leave(state.links, state.own_queues[lead["rep"]], slot)
        enlist(state, lead["rep"])


@rule
def give_up_rep(state: State, lead: Record) -> None:
    """Free the slot of the rep who owns a lead."""
    rep = lead["rep"]
    if rep != NOBODY:
        state.reps[rep]["open"] -= 1
        lead["rep"] = NOBODY
        enlist(state, rep)


@rule
def start_work(model: Model, state: State, ledger: Ledger, slot: int, rep: int) -> None:
    """Work on a lead starts; what will come of it is drawn now."""
    lead = state.leads[slot]
    stage = lifecycle.stage_for(model, lead)
    now = state.clock[0]["now"]
    waited = now - lead["since"]
    skill, speed = 1.0, 1.0
    if rep != NOBODY:
        if lead["rep"] == NOBODY:
            leave_queue(state, slot, stage["team"])
            lead["rep"] = rep
            state.reps[rep]["open"] += 1
            state.reps[rep]["busy"] = 1
            enlist(state, rep)
        else:
            state.reps[rep]["busy"] = 1
            leave_queue(state, slot, stage["team"])
        skill = assignment.skill_now(state.reps[rep], now)
        speed = assignment.speed_now(state.reps[rep], now)
    effort, advances = lifecycle.work(model, lead, skill, speed, waited)
    lead["effort"] = effort
    lead["advances"] = advances
    takes, target, reason = lifecycle.answer(model, lead)
    lead["takes"] = takes
    lead["target"] = target
    lead["reason"] = reason
    lead["since"] = now
    write(ledger, now, lead, Event.STARTED.value, waited, 0, stage["cost_per_visit"])
    ends = now
    if rep != NOBODY:
        team = state.teams[stage["team"]]
        opening = state.lobbies[stage["team"]]["opening"]
        ends = work_ends_from(model.hours, opening, team["first_hours"] + team["hours"], now, effort)
    put(model, state, lead_actor(state, slot), ends, Due.WORK_ENDS.value, lead["entity"])


@rule
def end_work(model: Model, state: State, ledger: Ledger, slot: int) -> bool:
    """Work on a lead ends: its rep is idle, the customer has the ball.

    Where the customer answers at once and nothing else is due, the answer comes next whatever happens:
    True says that it can be taken now, without the detour by the agenda.
    """
    lead = state.leads[slot]
    clock = state.clock[0]
    now = clock["now"]
    write(ledger, now, lead, Event.WORKED.value, now - lead["since"], lead["effort"], 0.0)
    lead["since"] = now
    if model.stages[lead["stage"]]["team"] != NOBODY:
        rep = state.reps[lead["rep"]]
        rep["busy"] = 0
        rep["idle_since"] = now
        enlist(state, lead["rep"])
    if lead["takes"] == 0 and next_time(state.agenda, clock) > now and clock["round"] < MOST_ROUNDS:
        clock["round"] += 1
        return True
    answers = now + lead["takes"]
    put(model, state, lead_actor(state, slot), answers, Due.CUSTOMER_ANSWERS.value, lead["entity"])
    return False


@rule
def take_answer(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> int:
    """The customer answers: the lead is won or lost (NONE), or enters another stage (its slot)."""
    lead = state.leads[slot]
    now = state.clock[0]["now"]
    event = lifecycle.leaving(lead)
    value = lifecycle.bookings(model, world, lead) if event == Event.WON else 0.0
    write(ledger, now, lead, event, now - lead["since"], 0, value)
    if lifecycle.makes_lead(model, lead):
        become_lead(model, state, ledger, lead)
    if event == Event.WON and lead["rep"] != NOBODY:
        paid = costs.commission(state.teams[state.reps[lead["rep"]]["team"]], value)
        if paid > 0.0:
            write(ledger, now, lead, Event.COMMISSION.value, 0, 0, paid)
    if lead["target"] < 0:
        forget(state, slot)
        return NONE
    if event == Event.SENT_BACK:
        lead["round"] += 1
    team = model.stages[lead["stage"]]["team"]
    if team != NOBODY and state.teams[team]["sticky"] == 0:
        give_up_rep(state, lead)
    lead["stage"] = lead["target"]
    return int(slot)


@rule
def become_lead(model: Model, state: State, ledger: Ledger, lead: Record) -> None:
    """An inquiry is a lead now, and its supplier is paid."""
    lead["is_lead"] = 1
    paid = model.channels[lead["channel"]]["price_per_lead"]
    write(ledger, state.clock[0]["now"], lead, Event.BECAME_LEAD.value, 0, 0, paid)


@rule
def go_cold(model: Model, state: State, ledger: Ledger, slot: int) -> None:
    """A lead gives up waiting."""
    lead = state.leads[slot]
    now = state.clock[0]["now"]
    leave_queue(state, slot, model.stages[lead["stage"]]["team"])
    lead["reason"] = GONE_COLD
    write(ledger, now, lead, Event.WENT_COLD.value, now - lead["since"], 0, 0.0)
    forget(state, slot)


@rule
def forget(state: State, slot: int) -> None:
    """A lead's walk ends: its rep's slot and its slot of the pool are free."""
    give_up_rep(state, state.leads[slot])
    state.leads[slot]["entity"] = 0
    state.links[slot]["next"] = state.clock[0]["free"]
    state.clock[0]["free"] = slot


@rare
def open_up(model: Model, state: State, number: int) -> None:
    """A team opens."""
    lobby = state.lobbies[number]
    lobby["opening"] += 1
    lobby["closes"] = model.hours[lobby["opening"]]["closes"]
    stir(state, number)
    opens_next(model, state, number)


@rule
def opens_next(model: Model, state: State, number: int) -> None:
    """Put a team's next opening on the agenda."""
    team = state.teams[number]
    following = state.lobbies[number]["opening"] + 1
    opens = NEVER
    if following < team["first_hours"] + team["hours"]:
        opens = int(model.hours[following]["opens"])
    put(model, state, team_actor(state, number), opens, Due.TEAM_OPENS.value, number)


@rare
def join_staff(model: Model, state: State, number: int) -> None:
    """A rep's first day."""
    rep = state.reps[number]
    rep["on_staff"] = 1
    rep["idle_since"] = state.clock[0]["now"]
    welcome(state, number)
    enlist(state, number)
    put(model, state, rep_actor(number), rep["leaves"], Due.REP_LEAVES.value, number)


@rare
def leave_staff(model: Model, world: Record, state: State, number: int) -> None:
    """A rep leaves: the leads of its queue are placed anew and keep their place in time."""
    rep, queue = state.reps[number], state.own_queues[number]
    rep["on_staff"] = 0
    enlist(state, number)
    slot = first(state.links, queue)
    while slot != NONE:
        leave(state.links, queue, slot)
        place(model, world, state, slot, rep["team"])
        slot = first(state.links, queue)


@rare
def book_day(model: Model, state: State, ledger: Ledger, now: int) -> None:
    """Book the costs of the day that ends now: media by channel, then pay by rep."""
    day = now // DAY - 1
    for number in range(len(state.channels)):
        media = costs.media_of_day(model, number, day)
        if media > 0.0:
            write_cost(ledger, now, Event.MEDIA.value, media, number, NOBODY)
    for number in range(len(state.reps)):
        pay = costs.pay_of_day(model, state.reps[number], day)
        if pay > 0.0:
            write_cost(ledger, now, Event.PAY.value, pay, NOTHING, number)


@rule
def finish(model: Model, state: State, ledger: Ledger) -> int:
    """Book the last day, then the open leads in the order of entity; then the state can begin anew."""
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
