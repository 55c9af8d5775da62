"""The compiled engine's state: all that changes, in plain arrays, and where each actor's entry is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.engines.agenda import NOT_DUE, Places, new_agenda, order_of, schedule
from funnelsim.engines.queues import LINK, NONE, empty, new_queues
from funnelsim.engines.roster import NO_SEAT, new_rosters
from funnelsim.handles import by_pointer
from funnelsim.model import Model
from funnelsim.policies import callable_by_compiled_code
from funnelsim.vocabulary import LEAD, NEVER, Assignment, Floats, Records, rare, record, rule

FIRST_POOL = 256  # leads at once, doubled when it is full

CLOCK = record(
    ("now", "<i8"),
    ("round", "<i8"),  # of decisions at this instant
    ("due", "<i8"),  # entries on the agenda, the gap included
    ("gap", "<i8"),  # 1: the agenda's front is a gap
    ("stirred", "<i8"),  # 1: a team may have something to grant
    ("free", "<i8"),  # the first free slot of the pool
    ("begun", "<i8"),  # 1 once the first entries are on the agenda
    ("last_day_booked", "<i8"),
)
DESK = record(
    ("wanted", "<i8"),  # 1: among the team's reps who can start on a lead of their own queue
    ("at_hand", "<i8"),  # 1: among the team's reps who can be given a lead of the team's queue
    ("seat", "<i8"),  # the rep's first in a large team's roster; or NO_SEAT
)
LOBBY = record(
    ("closes", "<i8"),  # the end of the latest opening
    ("opening", "<i8"),  # the row of the latest opening, or the row before the first
    ("stirred", "<i8"),  # something changed since the team last had nothing to grant
)


@by_pointer
class State(NamedTuple):
    """All that changes, in plain arrays."""

    clock: Records  # CLOCK (1,)
    agenda: Records  # AGENDA, a heap
    places: Places  # of each actor on the agenda, or NOT_DUE
    channels: Records
    expected: Floats  # as Model.expected, of this world
    teams: Records
    reps: Records
    desks: Records  # DESK, one a rep
    lobbies: Records  # LOBBY, one a team
    leads: Records  # LEAD, the pool
    links: Records  # LINK, one a slot of the pool: of leads in queues
    own_queues: Records  # QUEUE, one a rep: leads that wait for this rep
    team_queues: Records  # QUEUE, one a team: leads that wait for any rep
    wanted: Records  # QUEUE, one a team: idle reps whose own queue is not empty, by number
    wanted_links: Records  # LINK, one a rep
    at_hand: Records  # QUEUE, one a team: idle reps with room for one more lead, who is idle longest first
    at_hand_links: Records  # LINK, one a rep
    unfinished: Records  # QUEUE (1,): at the end, the open leads in the order of entity
    rosters: Records  # ROSTER, one a team
    seats: Records  # SEAT, of the teams with a roster
    nodes: Records  # NODE, of the trees over the seats


def new_state(model: Model) -> State:
    """Make the arrays of a state, shapes as in State; `reset` says what is in them at the first midnight.

    It fits every model with the same people, channels and days.
    """
    reps, teams = len(model.reps), len(model.teams)
    actors = 1 + reps + teams + len(model.channels) + FIRST_POOL
    state_teams = model.teams.copy()
    for number in np.flatnonzero(state_teams["assignment"] == Assignment.OWN):
        own = int(state_teams[number]["own_policy"])
        state_teams[number]["own_policy"] = callable_by_compiled_code(own)
    rosters, seats, nodes = new_rosters(model)
    return State(
        clock=np.zeros(1, CLOCK),
        agenda=new_agenda(actors),
        places=np.zeros(actors, np.int64),
        channels=np.empty_like(model.channels),
        expected=np.empty_like(model.expected),
        teams=state_teams,
        reps=np.empty_like(model.reps),
        desks=np.zeros(reps, DESK),
        lobbies=np.zeros(teams, LOBBY),
        leads=np.zeros(FIRST_POOL, LEAD),
        links=np.zeros(FIRST_POOL, LINK),
        own_queues=new_queues(reps),
        team_queues=new_queues(teams),
        wanted=new_queues(teams),
        wanted_links=np.zeros(reps, LINK),
        at_hand=new_queues(teams),
        at_hand_links=np.zeros(reps, LINK),
        unfinished=new_queues(1),
        rosters=rosters,
        seats=seats,
        nodes=nodes,
    )


def with_pool_of(state: State, other: State) -> State:
    """Give a state the pool of another that needs it no more, and the agenda where that is long enough."""
    actors = len(state.places) - len(state.leads) + len(other.leads)
    if len(other.places) < actors:
        other = other._replace(agenda=new_agenda(actors), places=np.zeros(actors, np.int64))
    return state._replace(agenda=other.agenda, places=other.places, leads=other.leads, links=other.links)


@rare
def reset(model: Model, state: State) -> None:
    """Go back to the first midnight, whatever happened since."""
    clock = state.clock[0]
    clock["now"] = 0
    clock["round"] = 0
    clock["due"] = 0
    clock["gap"] = 0
    clock["stirred"] = 1
    clock["last_day_booked"] = 0
    for place in range(len(state.agenda)):
        state.agenda[place]["time"] = NEVER
    for actor in range(len(state.places)):
        state.places[actor] = NOT_DUE
    for number in range(len(state.channels)):
        state.channels[number] = model.channels[number]
    for place in range(len(state.expected)):
        state.expected[place] = model.expected[place]
    for number in range(len(state.reps)):
        state.reps[number] = model.reps[number]
        state.desks[number]["wanted"] = 0
        state.desks[number]["at_hand"] = 0
        state.desks[number]["seat"] = NO_SEAT
        empty(state.own_queues[number])
    for number in range(len(state.teams)):
        own_policy = state.teams[number]["own_policy"]
        state.teams[number] = model.teams[number]
        state.teams[number]["own_policy"] = own_policy
        lobby = state.lobbies[number]
        lobby["closes"] = 0
        lobby["opening"] = state.teams[number]["first_hours"] - 1
        lobby["stirred"] = 1
        empty(state.team_queues[number])
        empty(state.wanted[number])
        empty(state.at_hand[number])
    for slot in range(len(state.leads)):
        state.leads[slot]["entity"] = 0
        state.links[slot]["next"] = slot + 1
    state.links[len(state.leads) - 1]["next"] = NONE
    clock["free"] = 0
    empty(state.unfinished[0])


def with_larger_pool(state: State) -> State:
    """Double the pool of leads; called only when no slot is free."""
    size = len(state.leads)
    links = np.zeros(2 * size, LINK)
    links[:size] = state.links
    links["next"][size:] = np.arange(size + 1, 2 * size + 1)
    links[-1]["next"] = NONE
    state.clock[0]["free"] = size
    actors = len(state.places)
    agenda = new_agenda(actors + size)
    agenda[: len(state.agenda)] = state.agenda
    return state._replace(
        agenda=agenda,
        places=np.concatenate([state.places, np.full(size, NOT_DUE, np.int64)]),
        leads=np.concatenate([state.leads, np.zeros(size, LEAD)]),
        links=links,
    )


@rule
def rep_actor(rep: int) -> int:
    """Number a rep among the actors."""
    return 1 + rep


@rule
def team_actor(state: State, team: int) -> int:
    """Number a team among the actors."""
    return 1 + len(state.reps) + team


@rule
def channel_actor(state: State, channel: int) -> int:
    """Number a channel among the actors."""
    return 1 + len(state.reps) + len(state.teams) + channel


@rule
def lead_actor(state: State, slot: int) -> int:
    """Number a slot of the pool among the actors."""
    return 1 + len(state.reps) + len(state.teams) + len(state.channels) + slot


@rule
def put(model: Model, state: State, actor: int, time: int, kind: int, entity: int) -> None:
    """Put what an actor has due on the agenda, in place of what it had; NEVER is not kept."""
    clock = state.clock[0]
    turn = clock["round"] + 1 if time == clock["now"] else 0
    due_time = time if time < model.horizon else NEVER
    schedule(state.agenda, state.places, clock, actor, due_time, order_of(turn, kind), entity)
