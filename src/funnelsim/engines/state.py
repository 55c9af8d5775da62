"""The compiled engine's state: all that changes, in plain arrays, and where each actor's entry is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.engines.agenda import AGENDA, NOT_DUE, Places
from funnelsim.engines.queues import LINK, NONE
from funnelsim.model import Model
from funnelsim.policies import callable_by_compiled_code
from funnelsim.vocabulary import LEAD, Assignment, Floats, Records, record, rule

FIRST_POOL = 256  # leads at once, doubled when it is full

CLOCK = record(
    ("now", "<i8"),
    ("round", "<i8"),  # of decisions at this instant
    ("due", "<i4"),  # entries on the agenda
    ("free", "<i4"),  # the first free slot of the pool
    ("closed", "<i4"),  # open leads already booked by `close`
    ("last_day_booked", "<i4"),
)
DESK = record(
    ("queue", "<i4"),
)  # the first of the rep's own queue
LOBBY = record(
    ("queue", "<i4"),  # the first of the team's queue
    ("stirred", "<i4"),  # something changed since the team last had nothing to grant
)


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
    links: Records  # LINK, one a slot of the pool


def first_state(model: Model) -> State:
    """Make the arrays of a state; shapes as in State."""
    actors = 1 + len(model.reps) + len(model.teams) + len(model.channels) + FIRST_POOL
    desks = np.full(len(model.reps), NONE, DESK)
    lobbies = np.zeros(len(model.teams), LOBBY)
    lobbies["queue"] = NONE
    lobbies["stirred"] = 1
    teams = model.teams.copy()
    for number in np.flatnonzero(teams["assignment"] == Assignment.OWN):
        teams[number]["own_policy"] = callable_by_compiled_code(int(teams[number]["own_policy"]))
    links = np.full(FIRST_POOL, NONE, LINK)
    links["next"] = chain(0, FIRST_POOL)
    return State(
        clock=np.zeros(1, CLOCK),
        agenda=np.zeros(actors + 1, AGENDA),  # the last one is spare
        places=np.full(actors, NOT_DUE, np.int32),
        channels=model.channels.copy(),
        expected=model.expected.copy(),
        teams=teams,
        reps=model.reps.copy(),
        desks=desks,
        lobbies=lobbies,
        leads=np.zeros(FIRST_POOL, LEAD),
        links=links,
    )


def chain(first: int, end: int) -> Places:
    """Chain free slots: each names the next one, the last NONE."""
    following = np.arange(first + 1, end + 1, dtype=np.int32)
    following[-1] = NONE
    return following


def with_larger_pool(state: State) -> State:
    """Double the pool of leads; called only when no slot is free."""
    size = len(state.leads)
    links = np.full(2 * size, NONE, LINK)
    links[:size] = state.links
    links["next"][size:] = chain(size, 2 * size)
    state.clock[0]["free"] = size
    return state._replace(
        agenda=np.concatenate([state.agenda, np.zeros(size, AGENDA)]),
        places=np.concatenate([state.places, np.full(size, NOT_DUE, np.int32)]),
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
