"""Who starts on what where a team says more than first come, first served.

Hot leads that come first, effort that is split between new and existing business, jobs for several people,
and cherries. In a team that splits its effort, each queue has two *lanes*: existing business waits in the
second one, whose number is that of the first plus the number of reps, or of teams.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.queues import NONE, first, leave, precedes, rejoin
from funnelsim.engines.compiled.state import State
from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY, Assignment, Split
from funnelsim.rules import assignment, contracts, crews, effort_split, interruption, people, visits

NOT_SPLIT = -1


@rare
def next_hot(model: Model, state: State, number: int) -> tuple[int, int]:
    """Find a hot pursuit that a rep of a team starts on, at once or by interrupting other work (G9)."""
    slot, rep = hot_for(model, state, number, False)
    if slot == NONE:
        slot, rep = hot_for(model, state, number, True)
    return slot, rep


@rule
def hot_for(model: Model, state: State, number: int, busy: bool) -> tuple[int, int]:
    """Find a hot pursuit for an idle rep of a team, or for a busy one who can be interrupted."""
    team, chosen = model.teams[number], NONE
    for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if at_work(model, state, rep) and can_start(state, rep, busy):
            slot = first_hot(state, state.own_queues, rep)
            if slot != NONE:
                return slot, rep
            has_room = state.reps[rep]["open"] < team["max_open"]
            if has_room and (chosen == NONE or goes_before(state, rep, chosen, busy)):
                chosen = rep
    slot = first_hot(state, state.team_queues, number)
    if slot != NONE and chosen != NONE:  # noqa: PLR1714 (Numba has no sets)
        return slot, chosen
    return NONE, NOBODY


@rare
def are_enough(model: Model, state: State, number: int, slot: int) -> bool:
    """Return whether as many reps of a team can start at once as a pursuit needs (CR2)."""
    team, found = model.teams[number], 0
    for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if state.desks[rep]["at_hand"] == 1 and is_open(state, model.reps[rep]["calendar"]):
            found += 1
    return bool(found >= crews.people_for(model, state.pursuits[slot]))


@rule
def can_start(state: State, rep: int, busy: bool) -> bool:
    """Return whether a rep is idle or, where busy ones are looked for, can be interrupted."""
    if state.reps[rep]["busy"] == 0:
        return not busy
    return busy and interruption.gives_way(state.reps[rep], state.pursuits[state.desks[rep]["in_hand"]])


@rule
def goes_before(state: State, rep: int, other: int, busy: bool) -> bool:
    """Return whether a rep has been idle longer than another or, of busy ones, has started later."""
    if not busy:
        return is_idle_longer(state, rep, other)
    return bool(started(state, rep) > started(state, other))


@rule
def at_work(model: Model, state: State, rep: int) -> bool:
    """Return whether a rep is on staff and at work by its calendar (G1)."""
    there = state.reps[rep]["on_staff"] == 1 and state.reps[rep]["absent"] == 0
    return bool(there and is_open(state, model.reps[rep]["calendar"]))


@rule
def started(state: State, rep: int) -> int:
    """Return when the work in hand of a rep started."""
    return int(state.pursuits[state.desks[rep]["in_hand"]]["since"])


@rule
def first_hot(state: State, queues: Records, number: int) -> int:
    """Find the first of a queue, if it is hot; else NONE."""
    slot = first(state.links, queues[front(state, queues, number)])
    if slot != NONE and interruption.is_hot(state.pursuits[slot]):
        return int(slot)
    return NONE


@rule
def is_open(state: State, calendar: int) -> bool:
    """Return whether the reps of a calendar are at work."""
    return bool(state.clock[0]["now"] < state.shifts[calendar]["closes"])


@rule
def is_idle_longer(state: State, rep: int, other: int) -> bool:
    """Return whether a rep has been idle longer than another, or as long with the lower number."""
    since, others = state.reps[rep]["idle_since"], state.reps[other]["idle_since"]
    return bool(since < others or (since == others and rep < other))


@rare
def pick(model: Model, world: Record, state: State, queue: Record, rep: int) -> int:
    """Find the pursuit on the shortlist of a queue that is worth most to a rep (G5).

    The first pursuits of the queue are taken out, chained by their links, and put back.
    """
    now = state.clock[0]["now"]
    skill = people.skill_in(model, model.reps[rep], state.reps[rep], now)
    shortlist, chosen, most = NONE, NONE, -1
    for _ in range(assignment.SHORTLIST):
        slot = first(state.links, queue)
        if slot == NONE:
            break
        pursuit = state.pursuits[slot]
        value = contracts.worth(model, world, state.odds_by_day, pursuit, skill, now - pursuit["since"])
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
def next_of_a_class(model: Model, world: Record, state: State, number: int) -> tuple[int, int]:
    """Find the next pursuit and rep of a team that splits its effort (G15)."""
    team, chosen = model.teams[number], NONE
    for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if state.reps[rep]["busy"] == 0 and at_work(model, state, rep):
            has_any = at_hand(model, state, rep, 0) != NONE or at_hand(model, state, rep, 1) != NONE
            if has_any and (chosen == NONE or is_idle_longer(state, rep, chosen)):
                chosen = rep
    if chosen == NONE:
        return NONE, NOBODY
    return for_a_rep(model, world, state, number, chosen), chosen


@rule
def for_a_rep(model: Model, world: Record, state: State, number: int, rep: int) -> int:
    """Find the pursuit that an idle rep of a team takes, of those at hand (G15, G16)."""
    team = model.teams[number]
    own = first(state.links, state.own_queues[front(state, state.own_queues, rep)])
    if own != NONE and state.pursuits[own]["interrupted"] == 1:
        return int(own)
    new, account = at_hand(model, state, rep, 0), at_hand(model, state, rep, 1)
    takes_account = effort_split.takes_account(team, state.reps[rep], new != NONE, account != NONE)
    slot = account if takes_account else new
    if team["assignment"] == Assignment.CHERRY_PICK and state.pursuits[slot]["rep"] == NOBODY:
        lane = 1 if takes_account else 0
        return pick(model, world, state, state.team_queues[number + lane * len(model.teams)], rep)
    return int(slot)


@rule
def at_hand(model: Model, state: State, rep: int, lane: int) -> int:
    """Find the first pursuit of a class that a rep can take: of its own queue, else of the team's."""
    slot = first(state.links, state.own_queues[rep + lane * len(model.reps)])
    team = model.reps[rep]["team"]
    if slot == NONE and state.reps[rep]["open"] < model.teams[team]["max_open"]:
        slot = first(state.links, state.team_queues[team + lane * len(model.teams)])
    return int(slot)


@rule
def other_at_hand(model: Model, state: State, slot: int, rep: int) -> int:
    """Return whether something of the other class is at hand to a rep who starts on a pursuit.

    NOT_SPLIT where nobody splits effort.
    """
    if rep == NOBODY or state.clock[0]["splits"] == 0:
        return NOT_SPLIT
    return look_for_the_other(model, state, slot, rep)


@rare
def look_for_the_other(model: Model, state: State, slot: int, rep: int) -> int:
    """Return 1 if something of the other class is at hand to a rep, 0 if not, or NOT_SPLIT."""
    if model.teams[model.reps[rep]["team"]]["split"] == Split.NONE:
        return NOT_SPLIT
    other = 0 if effort_split.is_account(state.pursuits[slot]) else 1
    return 0 if at_hand(model, state, rep, other) == NONE else 1


@rule
def count_effort(model: Model, state: State, slot: int, rep: int, at_hand: int) -> None:
    """Count the effort of a pursuit for its class, if its rep splits effort (G17)."""
    if at_hand != NOT_SPLIT:
        raise_levels(model, state, slot, rep, at_hand == 0)


@rare
def raise_levels(model: Model, state: State, slot: int, rep: int, alone: bool) -> None:
    """Raise the levels of a rep who starts on a pursuit."""
    team, who = model.teams[model.reps[rep]["team"]], state.reps[rep]
    new, accounts = effort_split.levels(model, team, who, state.pursuits[slot], alone)
    who["new_level"] = new
    who["accounts_level"] = accounts


@rule
def lane_of(team: Record, pursuit: Record) -> int:
    """Return the lane in which a pursuit waits for a team: 1 for existing business, if effort is split."""
    return 1 if team["split"] != Split.NONE and effort_split.is_account(pursuit) else 0


@rule
def queue_of_team(model: Model, pursuit: Record) -> int:
    """Number the queue in which a pursuit waits for the team of its stage."""
    number = visits.team_for(model, pursuit)
    return int(number + lane_of(model.teams[number], pursuit) * len(model.teams))


@rule
def queue_of_rep(model: Model, pursuit: Record) -> int:
    """Number the queue in which a pursuit waits for its owner."""
    rep = pursuit["rep"]
    return int(rep + lane_of(model.teams[model.reps[rep]["team"]], pursuit) * len(model.reps))


@rule
def front(state: State, queues: Records, number: int) -> int:
    """Number the lane of a queue whose first comes first; there are as many second lanes as first ones."""
    second = number + len(queues) // 2
    one, other = first(state.links, queues[number]), first(state.links, queues[second])
    if other == NONE or (one != NONE and precedes(state.links, one, other)):
        return int(number)
    return int(second)
