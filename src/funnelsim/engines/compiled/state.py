"""The compiled engine's state: everything that changes, in plain arrays, and where each actor's entry is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Record, Records, record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import by_pointer
from funnelsim.engines.compiled.agenda import NOT_DUE, Positions, drop, new_agenda, order_of, schedule
from funnelsim.engines.compiled.days import LATER, PUT_OFF, put_off, take_back
from funnelsim.engines.compiled.queues import LINK, NONE, empty, new_queues
from funnelsim.model.model import Model
from funnelsim.model.own_policy import callable_by_compiled_code
from funnelsim.model.records import CHANNEL_STATE, COMPANY, PURSUIT, REP_STATE, TEAM_STATE
from funnelsim.model.words import DAY, NEVER, Assignment
from funnelsim.rules import customers, effort_split, ending, prospecting

FIRST_POOL = 256  # pursuits at once, doubled when it is full
FIRST_COMPANIES = 16

CLOCK = record(
    ("now", "<i8"),
    ("wave", "<i8"),  # of decisions at this instant
    ("due", "<i8"),  # entries on the agenda, the gap included
    ("gap", "<i8"),  # 1: the agenda's front is a gap
    ("today_ends", "<i8"),  # what is due later is put off
    ("stirred", "<i8"),  # 1: a team may have something to grant
    ("free", "<i8"),  # the first free slot of the pool
    ("vacant", "<i8"),  # how many slots are free
    ("free_company", "<i8"),  # the first free slot of the pool of companies
    ("most_born", "<i8"),  # pursuits that one step may add to the pool
    ("held", "<i8"),  # pursuits at gates
    ("begun", "<i8"),  # 1 once the first entries are on the agenda
    ("last_day_booked", "<i8"),
    ("prospects", "<i8"),  # bits: in which time some team prospects
    ("splits", "<i8"),  # 1: some team splits its effort
)
DESK = record(
    ("wanted", "<i8"),  # 1: on the calendar's list of reps who can start on a pursuit of their own queue
    ("at_hand", "<i8"),  # 1: on the calendar's list of reps who can be given a pursuit of the team's queue
    ("in_hand", "<i8"),  # slot of the pursuit that a busy rep works on
)
SHIFT = record(
    ("closes", "<i8"),  # the end of the latest opening
    ("opening", "<i8"),  # the row of the latest opening, or the row before the first
)
KIN = record(  # a pursuit among those of its company
    ("next", "<i8"),
    ("previous", "<i8"),
)

GRANTS, PROSPECTS = 1, 2  # something to grant, time to prospect


@by_pointer
class State(NamedTuple):
    """Everything that changes, in plain arrays."""

    clock: Records  # CLOCK (1,)
    agenda: Records  # AGENDA, a heap
    positions: Positions  # of each actor on the agenda, NOT_DUE or PUT_OFF
    later: Records  # LATER, one an actor
    first_of_day: Integers  # (days,) an actor whose entry is put off until this day, or NONE
    channels: Records  # CHANNEL_STATE
    taken: Integers  # (segments,) companies of the market that are taken
    expected: Floats  # as Model.expected, of this world
    odds_by_day: Floats  # (days,) factor on all odds in this world, if a shock moves them
    teams: Records  # TEAM_STATE
    stirred: Integers  # (teams,) GRANTS, PROSPECTS: what may be found since the team last found nothing
    reps: Records  # REP_STATE
    desks: Records  # DESK, one a rep
    shifts: Records  # SHIFT, one a calendar
    pursuits: Records  # PURSUIT, the pool
    links: Records  # LINK, one a slot of the pool: of pursuits in queues
    kin: Records  # KIN, one a slot of the pool
    companies: Records  # COMPANY, a pool of its own
    own_queues: Records  # QUEUE, two a rep (see choices): pursuits that wait for this rep
    piles: Records  # QUEUE, one a rep: pursuits that this rep ignores
    team_queues: Records  # QUEUE, two a team: pursuits that wait for any rep
    wanted: Records  # QUEUE, one a calendar: idle reps whose own queue is not empty, by number
    wanted_links: Records  # LINK, one a rep
    at_hand: Records  # QUEUE, one a calendar: idle reps with room for one more, longest idle first
    at_hand_links: Records  # LINK, one a rep
    loads: Integers  # (gates,) pursuits that count at each gate
    held: Records  # QUEUE (1 + gates,): pursuits held at each gate, and first those whose gate is gone
    unfinished: Records  # QUEUE (1,): at the end, the open pursuits in the order of entity
    order: Integers  # (reps,) the reps of each team side by side, best first when last sorted


def new_state(model: Model, slots: int = FIRST_POOL, companies: int = FIRST_COMPANIES) -> State:
    """Make the arrays of a state, shapes as in State; `reset` says what is in them at the first midnight.

    It fits every model with the same people, channels and days.

    Parameters
    ----------
    model : Model
        What is simulated.
    slots, companies : int
        Of the pools.
    """
    reps, teams, calendars = len(model.reps), len(model.teams), len(model.calendars)
    at_first = customers.count_first(model) + len(model.open_deals)
    slots = max(slots, at_first + ending.most_born(model))
    actors = 1 + 2 * reps + calendars + len(model.channels) + slots
    return State(
        clock=np.zeros(1, CLOCK),
        **_with_nothing_due(actors),
        first_of_day=np.full(len(model.month_days), NONE),
        channels=np.zeros(len(model.channels), CHANNEL_STATE),
        taken=np.zeros(len(model.segments), np.int64),
        expected=np.empty_like(model.expected),
        odds_by_day=np.ones(len(model.month_days)),
        teams=_team_states(model),
        stirred=np.zeros(teams, np.int64),
        reps=np.zeros(reps, REP_STATE),
        desks=np.zeros(reps, DESK),
        shifts=np.zeros(calendars, SHIFT),
        pursuits=np.zeros(slots, PURSUIT),
        links=np.zeros(slots, LINK),
        kin=np.zeros(slots, KIN),
        companies=np.zeros(companies, COMPANY),
        own_queues=new_queues(2 * reps),
        piles=new_queues(reps),
        team_queues=new_queues(2 * teams),
        wanted=new_queues(calendars),
        wanted_links=np.zeros(reps, LINK),
        at_hand=new_queues(calendars),
        at_hand_links=np.zeros(reps, LINK),
        loads=np.zeros(len(model.gates), np.int64),
        held=new_queues(1 + len(model.gates)),
        unfinished=new_queues(1),
        order=np.zeros(reps, np.int64),
    )


def with_pool_of(state: State, other: State) -> State:
    """Give a state the pools of another that no longer needs them, and its agenda if that is long enough.

    Pools smaller than its own are of no use: it may begin with many customers.
    """
    if len(other.pursuits) < len(state.pursuits):
        return state
    actors = len(state.positions) - len(state.pursuits) + len(other.pursuits)
    if len(other.positions) < actors:
        other = other._replace(**_with_nothing_due(actors))
    return state._replace(
        agenda=other.agenda,
        positions=other.positions,
        later=other.later,
        pursuits=other.pursuits,
        links=other.links,
        kin=other.kin,
        companies=other.companies,
    )


def with_room_for(state: State, other: State) -> State:
    """Give a state empty pools if its own are smaller than those of another."""
    slots = max(len(state.pursuits), len(other.pursuits))
    companies = max(len(state.companies), len(other.companies))
    if slots == len(state.pursuits) and companies == len(state.companies):
        return state
    actors = len(state.positions) - len(state.pursuits) + slots
    return state._replace(
        **_with_nothing_due(actors),
        pursuits=np.zeros(slots, PURSUIT),
        links=np.zeros(slots, LINK),
        kin=np.zeros(slots, KIN),
        companies=np.zeros(companies, COMPANY),
    )


def _with_nothing_due(actors: int) -> dict[str, Any]:
    """Make the arrays of what is due, with room for an entry of each actor, by their names in State."""
    return {
        "agenda": new_agenda(actors),
        "positions": np.zeros(actors, np.int64),
        "later": np.zeros(actors, LATER),
    }


def _team_states(model: Model) -> Records:
    """Make the states of teams; a policy of the user's own is asked at its address."""
    states = np.zeros(len(model.teams), TEAM_STATE)
    for number in np.flatnonzero(model.teams["assignment"] == Assignment.OWN):
        own = int(model.teams[number]["own_policy"])
        states[number]["own_policy"] = callable_by_compiled_code(own)
    return states


@rare
def reset(model: Model, state: State) -> None:
    """Go back to the first midnight."""
    clock = state.clock[0]
    clock["now"] = 0
    clock["wave"] = 0
    clock["stirred"] = 1
    clock["held"] = 0
    clock["last_day_booked"] = 0
    clock["most_born"] = ending.most_born(model)
    clock["prospects"] = prospecting.times_of(model)
    clock["splits"] = effort_split.any_team(model)
    nothing_is_due(state)
    for number in range(len(state.channels)):
        channel = state.channels[number]
        channel["index"] = 0
        channel["total"] = 0.0
        channel["day"] = 0
        channel["reached"] = 0.0
        channel["prospected"] = 0
        channel["reports"] = 0
        first = model.channels[number]["first_expected"]
        state.expected[first] = model.expected[first]
    for segment in range(len(state.taken)):
        state.taken[segment] = 0
    for number in range(len(state.reps)):
        blank_rep(state, number, 0)
        state.desks[number]["wanted"] = 0
        state.desks[number]["at_hand"] = 0
        state.order[number] = number
        empty(state.piles[number])
    for number in range(len(state.teams)):
        state.teams[number]["turn"] = 0
        state.stirred[number] = GRANTS | PROSPECTS
        empty(state.team_queues[number])
        empty(state.team_queues[number + len(state.teams)])
    for number in range(len(state.shifts)):
        shift = state.shifts[number]
        shift["closes"] = 0
        shift["opening"] = model.calendars[number]["first_hours"] - 1
        empty(state.wanted[number])
        empty(state.at_hand[number])
    for number in range(len(state.loads)):
        state.loads[number] = 0
    for gate in range(len(state.held)):
        empty(state.held[gate])
    empty_pools(state)
    empty(state.unfinished[0])


@rare
def nothing_is_due(state: State) -> None:
    """Clear the agenda, and what is put off, at a midnight."""
    clock = state.clock[0]
    clock["due"] = 0
    clock["gap"] = 0
    clock["today_ends"] = clock["now"] + DAY
    for position in range(len(state.agenda)):
        state.agenda[position]["time"] = NEVER
    for actor in range(len(state.positions)):
        state.positions[actor] = NOT_DUE
    for day in range(len(state.first_of_day)):
        state.first_of_day[day] = NONE


@rare
def blank_rep(state: State, number: int, now: int) -> None:
    """Let a rep be somebody to whom nothing has happened yet."""
    begin_seat(state.reps[number], now)
    state.desks[number]["in_hand"] = NONE
    empty(state.own_queues[number])
    empty(state.own_queues[number + len(state.reps)])


@rule
def begin_seat(rep: Record, now: int) -> None:
    """Fill in what a seat begins with that nobody has been in yet."""
    rep["generation"] = 0
    rep["joined"] = NEVER
    rep["leaves"] = NEVER
    rep["successor"] = NEVER
    rep["idle_since"] = now
    rep["left"] = NEVER
    rep["open"] = 0
    rep["on_staff"] = 0
    rep["busy"] = 0
    rep["absent"] = 0
    rep["away_from"] = NEVER
    rep["away_until"] = NEVER
    rep["lost"] = 0
    rep["crew"] = 0
    rep["block"] = 0
    begin_to_count(rep)


@rule
def begin_to_count(rep: Record) -> None:
    """Let nothing be counted yet for a rep."""
    rep["booked_in"] = 0
    rep["booked_month"] = 0
    rep["booked_quarter"] = 0
    rep["booked_year"] = 0
    rep["worked"] = 0
    rep["won"] = 0
    rep["prospected"] = 0
    rep["prospected_on"] = 0
    rep["new_level"] = 0
    rep["accounts_level"] = 0


@rule
def empty_pools(state: State) -> None:
    """Make all slots free, of pursuits and of companies."""
    clock = state.clock[0]
    for slot in range(len(state.pursuits)):
        state.pursuits[slot]["entity"] = 0
        state.links[slot]["next"] = slot + 1
    state.links[len(state.pursuits) - 1]["next"] = NONE
    clock["free"] = 0
    clock["vacant"] = len(state.pursuits)
    for slot in range(len(state.companies)):
        state.companies[slot]["first"] = slot + 1
    state.companies[len(state.companies) - 1]["first"] = NONE
    clock["free_company"] = 0


@rule
def has_vacancies(state: State) -> bool:
    """Return whether the pools have room for the most that one step may add (E6)."""
    clock = state.clock[0]
    return bool(clock["vacant"] >= clock["most_born"] and clock["free_company"] != NONE)


def with_larger_pools(state: State) -> State:
    """Double the pools, of pursuits or of companies, that may lack room; what is in them stays."""
    clock = state.clock[0]
    if clock["free_company"] == NONE:
        state = _with_more_companies(state)
    if clock["vacant"] < clock["most_born"]:
        state = _with_more_slots(state)
    return state


def _with_more_companies(state: State) -> State:
    size = len(state.companies)
    companies = np.concatenate([state.companies, np.zeros(size, COMPANY)])
    companies["first"][size:] = np.arange(size + 1, 2 * size + 1)
    companies["first"][-1] = NONE
    state.clock[0]["free_company"] = size
    return state._replace(companies=companies)


def _with_more_slots(state: State) -> State:
    size = len(state.pursuits)
    clock = state.clock[0]
    links = np.concatenate([state.links, np.zeros(size, LINK)])
    links["next"][size:] = np.arange(size + 1, 2 * size + 1)
    links["next"][-1] = clock["free"]
    clock["free"] = size
    clock["vacant"] += size
    agenda = new_agenda(len(state.positions) + size)
    agenda[: len(state.agenda)] = state.agenda
    return state._replace(
        agenda=agenda,
        positions=np.concatenate([state.positions, np.full(size, NOT_DUE, np.int64)]),
        later=np.concatenate([state.later, np.zeros(size, LATER)]),
        pursuits=np.concatenate([state.pursuits, np.zeros(size, PURSUIT)]),
        links=links,
        kin=np.concatenate([state.kin, np.zeros(size, KIN)]),
    )


@rule
def rep_actor(rep: int) -> int:
    """Number a rep among the actors."""
    return 1 + rep


@rule
def calendar_actor(state: State, calendar: int) -> int:
    """Number a calendar among the actors."""
    return 1 + len(state.reps) + calendar


@rule
def channel_actor(state: State, channel: int) -> int:
    """Number a channel among the actors."""
    return 1 + len(state.reps) + len(state.shifts) + channel


@rule
def prospecting_actor(state: State, rep: int) -> int:
    """Number what a rep has due as prospecting among the actors."""
    return 1 + len(state.reps) + len(state.shifts) + len(state.channels) + rep


@rule
def pursuit_actor(state: State, slot: int) -> int:
    """Number a slot of the pool among the actors."""
    return 1 + 2 * len(state.reps) + len(state.shifts) + len(state.channels) + slot


@rule
def put(model: Model, state: State, actor: int, time: int, kind: int, entity: int) -> None:
    """Note what an actor has due, in place of its old entry; past the horizon none is kept.

    It goes on the agenda if it is due today; else it is put off.
    """
    clock = state.clock[0]
    wave = clock["wave"] + 1 if time == clock["now"] else 0
    order = order_of(wave, kind)
    if state.positions[actor] == PUT_OFF:
        take_back(state.later, state.first_of_day, state.positions, actor)
    if time <= clock["today_ends"]:
        due_time = time if time < model.horizon else NEVER
        schedule(state.agenda, state.positions, clock, actor, due_time, order, entity)
        return
    if state.positions[actor] != NOT_DUE:
        drop(state.agenda, state.positions, clock, state.positions[actor])
    if time < model.horizon:
        put_off(state.later, state.first_of_day, state.positions, actor, time, order, entity)


@rule
def await_next(model: Model, state: State, slot: int, time: int, kind: int) -> None:
    """Note what a pursuit has due, even past the horizon or never, and put it on the agenda (T4)."""
    pursuit = state.pursuits[slot]
    pursuit["due"] = time
    pursuit["phase"] = kind
    put(model, state, pursuit_actor(state, slot), time, kind, pursuit["entity"])
