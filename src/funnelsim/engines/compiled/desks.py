"""Which rep can start on what: calendars that open, reps at their desks, and grants, one at a time."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.choices import (
    are_enough,
    is_idle_longer,
    is_open,
    next_hot,
    next_of_a_class,
    pick,
)
from funnelsim.engines.compiled.queues import NONE, first, join, leave
from funnelsim.engines.compiled.state import GRANTS, PROSPECTS, State, calendar_actor, put
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER, NOBODY, Assignment, Due, Split
from funnelsim.rules import people


@rule
def stir(state: State, number: int) -> None:
    """Note that a team may have something to grant, or time to prospect."""
    state.stirred[number] = GRANTS | PROSPECTS
    state.clock[0]["stirred"] = 1


@rule
def enlist(model: Model, state: State, number: int) -> None:
    """Update the lists of a rep's calendar after a change at the rep's desk (G7).

    `wanted`: reps who can start on a pursuit of their own queue, by number. `at_hand`: reps who can take one
    of the team's queue, by how long they have been idle.
    """
    rep, desk = state.reps[number], state.desks[number]
    team, calendar = model.reps[number]["team"], model.reps[number]["calendar"]
    idle = rep["on_staff"] == 1 and rep["busy"] == 0 and rep["absent"] == 0
    wanted = 1 if idle and first(state.links, state.own_queues[number]) != NONE else 0
    if wanted != desk["wanted"]:
        desk["wanted"] = wanted
        if wanted == 1:
            join(state.wanted_links, state.wanted[calendar], number, number, 0, 0)
        else:
            leave(state.wanted_links, state.wanted[calendar], number)
    at_hand = 1 if idle and rep["open"] < model.teams[team]["max_open"] else 0
    if at_hand != desk["at_hand"]:
        desk["at_hand"] = at_hand
        if at_hand == 1:
            join(state.at_hand_links, state.at_hand[calendar], number, 0, rep["idle_since"], number)
        else:
            leave(state.at_hand_links, state.at_hand[calendar], number)
    stir(state, team)


@rule
def give_up_rep(model: Model, state: State, pursuit: Record) -> None:
    """Take a pursuit from its owner, who has one open pursuit less (P3)."""
    rep = pursuit["rep"]
    if rep != NOBODY:
        state.reps[rep]["open"] -= 1
        pursuit["rep"] = NOBODY
        enlist(model, state, rep)


@rule
def grant(model: Model, world: Record, state: State) -> tuple[int, int]:
    """Find a pursuit and the rep who starts on it, if there are any; teams in order (I4, G1)."""
    for number in range(len(model.teams)):
        if state.stirred[number] & GRANTS != 0:
            slot, rep = next_grant(model, world, state, number)
            if slot != NONE:
                return slot, rep
            state.stirred[number] = state.stirred[number] & PROSPECTS
    state.clock[0]["stirred"] = 0
    return NONE, NOBODY


@rule
def next_grant(model: Model, world: Record, state: State, number: int) -> tuple[int, int]:
    """Find the next pursuit and rep of a team: own queues first, then the team's (G2, G3, CR2)."""
    if model.teams[number]["interrupts"] == 1:
        slot, rep = next_hot(model, state, number)
        if slot != NONE:
            return slot, rep
    if model.teams[number]["split"] != Split.NONE:
        return next_of_a_class(model, world, state, number)
    rep = next_wanted(model, state, number)
    if rep != NONE:
        return first(state.links, state.own_queues[rep]), rep
    slot = first(state.links, state.team_queues[number])
    if slot == NONE:
        return NONE, NOBODY
    rep = next_at_hand(model, state, number)
    if rep == NONE or (model.teams[number]["crews"] == 1 and not are_enough(model, state, number, slot)):
        return NONE, NOBODY
    if model.teams[number]["assignment"] == Assignment.CHERRY_PICK:
        slot = pick(model, world, state, state.team_queues[number], rep)
    return slot, rep


@rule
def next_wanted(model: Model, state: State, number: int) -> int:
    """Find the rep at work with the lowest number who can start on a pursuit of their own queue."""
    team, found = model.teams[number], NONE
    for calendar in range(team["first_calendar"], team["first_calendar"] + team["calendars"]):
        if is_open(state, calendar):
            rep = first(state.wanted_links, state.wanted[calendar])
            if rep != NONE and (found == NONE or rep < found):
                found = rep
    return int(found)


@rule
def next_at_hand(model: Model, state: State, number: int) -> int:
    """Find the rep at work with room who has been idle longest, then the lowest number."""
    team, found = model.teams[number], NONE
    for calendar in range(team["first_calendar"], team["first_calendar"] + team["calendars"]):
        if is_open(state, calendar):
            rep = first(state.at_hand_links, state.at_hand[calendar])
            if rep != NONE and (found == NONE or is_idle_longer(state, rep, found)):
                found = rep
    return int(found)


@rule
def read_talent(model: Model, world: Record, state: State, number: int) -> None:
    """Note a rep's skill and speed at full strength (C8)."""
    skill, speed = people.talent(model, world, model.reps[number], state.reps[number]["generation"])
    state.reps[number]["skill"] = skill
    state.reps[number]["speed"] = speed


@rare
def open_up(model: Model, state: State, number: int) -> None:
    """Open a calendar: the reps who work by it come to their desks."""
    shift = state.shifts[number]
    shift["opening"] += 1
    shift["closes"] = model.hours[shift["opening"]]["closes"]
    stir(state, model.calendars[number]["team"])
    opens_next(model, state, number)


@rule
def opens_next(model: Model, state: State, number: int) -> None:
    """Put a calendar's next opening on the agenda."""
    calendar = model.calendars[number]
    following = state.shifts[number]["opening"] + 1
    opens = NEVER
    if following < calendar["first_hours"] + calendar["hours"]:
        opens = int(model.hours[following]["opens"])
    put(model, state, calendar_actor(state, number), opens, Due.OPENS.value, number)
