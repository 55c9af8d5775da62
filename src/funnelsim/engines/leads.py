"""What happens to a lead: it asks, enters a stage, is placed, worked and answered for, and leaves."""

from __future__ import annotations

from funnelsim.engines.agenda import next_time
from funnelsim.engines.desks import enlist, stir
from funnelsim.engines.ledger import Ledger, write
from funnelsim.engines.protocol import MOST_ROUNDS
from funnelsim.engines.queues import NONE, first, join, leave
from funnelsim.engines.roster import choose_rep
from funnelsim.engines.state import State, channel_actor, lead_actor, put
from funnelsim.model import Model
from funnelsim.rules import arrivals, assignment, costs, lifecycle
from funnelsim.vocabulary import GONE_COLD, NOBODY, Due, Event, Record, rare, rule
from funnelsim.worktime import work_ends_from


@rule
def take_inquiry(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> int:
    """A company asks: return the slot of the pool in which it enters its channel's first stage (A1, A5)."""
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
    """Put a channel's next inquiry on the agenda (A2)."""
    channel = state.channels[number]
    total, day, time = arrivals.next_inquiry(model, world, channel, state.expected)
    channel["total"] = total
    channel["day"] = day
    entity = channel["entity"] + channel["index"]
    put(model, state, channel_actor(state, number), time, Due.INQUIRY.value, entity)


@rule
def enter(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """A lead enters its stage: it queues, or starts at once where no rep is needed: True (V1, V2, V4, V5)."""
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
    """Put a lead into the queue of the rep it keeps or is given, or into the team's (P1, P3)."""
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
def give_up_rep(state: State, lead: Record) -> None:
    """Free the slot of the rep who owns a lead (P3)."""
    rep = lead["rep"]
    if rep != NOBODY:
        state.reps[rep]["open"] -= 1
        lead["rep"] = NOBODY
        enlist(state, rep)


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
def start_work(model: Model, state: State, ledger: Ledger, slot: int, rep: int) -> None:
    """Work on a lead starts; what will come of it is decided now (G6, V4, V6, V12)."""
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
    """Work on a lead ends: its rep is idle, the customer has the ball (V13, V14).

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
    """The customer answers: the lead ends (NONE) or enters a stage (its slot) (V17, V18, V20)."""
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
    """An inquiry is a lead now, and its supplier is paid (V19)."""
    lead["is_lead"] = 1
    paid = model.channels[lead["channel"]]["price_per_lead"]
    write(ledger, state.clock[0]["now"], lead, Event.BECAME_LEAD.value, 0, 0, paid)


@rule
def go_cold(model: Model, state: State, ledger: Ledger, slot: int) -> None:
    """A lead gives up waiting (V3)."""
    lead = state.leads[slot]
    now = state.clock[0]["now"]
    leave_queue(state, slot, model.stages[lead["stage"]]["team"])
    lead["reason"] = GONE_COLD
    write(ledger, now, lead, Event.WENT_COLD.value, now - lead["since"], 0, 0.0)
    forget(state, slot)


@rule
def forget(state: State, slot: int) -> None:
    """A lead's walk ends: its rep's slot and its slot of the pool are free (V21)."""
    give_up_rep(state, state.leads[slot])
    state.leads[slot]["entity"] = 0
    state.links[slot]["next"] = state.clock[0]["free"]
    state.clock[0]["free"] = slot


@rare
def leave_staff(model: Model, world: Record, state: State, number: int) -> None:
    """A rep leaves: the leads of its queue are placed anew and keep their place in time (R4, R5, R6)."""
    rep, queue = state.reps[number], state.own_queues[number]
    rep["on_staff"] = 0
    enlist(state, number)
    slot = first(state.links, queue)
    while slot != NONE:
        leave(state.links, queue, slot)
        place(model, world, state, slot, rep["team"])
        slot = first(state.links, queue)
