"""Who can start on what: teams that open, reps at their desks, and grants, one lead to one rep at a time."""

from __future__ import annotations

from funnelsim.engines.queues import NONE, first, join, leave, rejoin
from funnelsim.engines.roster import NO_SEAT, note, welcome
from funnelsim.engines.state import State, put, rep_actor, team_actor
from funnelsim.model import Model
from funnelsim.rules import assignment, lifecycle
from funnelsim.vocabulary import NEVER, NOBODY, Assignment, Due, Record, rare, rule


@rule
def stir(state: State, number: int) -> None:
    """Note that a team may have something to grant."""
    state.lobbies[number]["stirred"] = 1
    state.clock[0]["stirred"] = 1


@rule
def enlist(state: State, number: int) -> None:
    """Keep the lists of a rep's team true after something changed at the rep's desk (G7).

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


@rule
def grant(model: Model, world: Record, state: State) -> tuple[int, int]:
    """Find a lead and the rep who starts on it, if there are any; teams in order (I4, G1)."""
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
    """Find the next lead and rep of a team: own queues first, then the team's (G2, G3)."""
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


@rare
def pick(model: Model, world: Record, state: State, number: int, rep: int) -> int:
    """Find the lead on the team's shortlist that is worth most to a rep (G5).

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
    """A rep's first day (R3)."""
    rep = state.reps[number]
    rep["on_staff"] = 1
    rep["idle_since"] = state.clock[0]["now"]
    welcome(state, number)
    enlist(state, number)
    put(model, state, rep_actor(number), rep["leaves"], Due.REP_LEAVES.value, number)
