"""Which rep a pursuit goes to, and in which order pursuits are worked.

Each policy is one function that looks at every rep of the team: `Model.reps` is what the model says of them,
`states` what has happened to them. `hot_to_best` looks at them in the order of their skill.
"""

from __future__ import annotations

from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Floats, Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.own_policy import ask
from funnelsim.model.words import NOBODY, Assignment, QueueOrder
from funnelsim.rules.contracts import worth
from funnelsim.rules.people import skill_in
from funnelsim.rules.visits import occurrence, team_for

SHORTLIST = 20  # leads of the team's queue from which `cherry_pick` chooses (G5)
AVERAGE_SKILL = 1.0
TIERS = 3  # of skill, one for each heat


@rule
def rank(queue_order: int, pursuit: Record) -> int:
    """Rank a pursuit in a rep's own queue; lower is worked first, ties by time queued, then entity (Q3)."""
    if queue_order == QueueOrder.LIFO:
        return int(-pursuit["since"])
    if queue_order == QueueOrder.HOTTEST:
        return int(pursuit["heat"])
    if queue_order == QueueOrder.OLDEST_INQUIRY:
        return int(pursuit["began"])
    return 0


@rule
def rank_in_team(model: Model, world: Record, odds_by_day: Floats, team: Record, pursuit: Record) -> int:
    """Rank a pursuit in the team's queue: first come, or worth most to an average rep, without a wait.

    (Q4)
    """
    if team["assignment"] == Assignment.PRIORITY_QUEUE:
        return -worth(model, world, odds_by_day, pursuit, AVERAGE_SKILL, 0)
    return 0


@rule
def is_moved(before: Model, model: Model, pursuit: Record) -> bool:
    """Return whether a pursuit that queues is placed anew as a chapter begins (C13)."""
    was, team = team_for(before, pursuit), team_for(model, pursuit)
    for_all = pursuit["rep"] == NOBODY and deals_otherwise(before.teams[was], model.teams[team])
    return bool(was != team or for_all)


@rule
def deals_otherwise(before: Record, team: Record) -> bool:
    """Return whether a team's assignment, queue order or limit is another than before."""
    policy = team["assignment"] != before["assignment"] or team["own_policy"] != before["own_policy"]
    order = team["queue_order"] != before["queue_order"] or team["interrupts"] != before["interrupts"]
    return bool(policy or order or team["max_open"] != before["max_open"])


@rule
def keeps_rep(model: Model, states: Records, team: int, rep: int) -> bool:
    """Return whether a pursuit that enters a stage of this team stays with the rep it has (P2)."""
    return bool(model.teams[team]["sticky"] == 1 and works_for(model, states, team, rep))


@rule
def works_for(model: Model, states: Records, team: int, rep: int) -> bool:
    """Return whether a rep, or NOBODY, is on staff in this team (P2, Y4)."""
    return bool(rep != NOBODY and model.reps[rep]["team"] == team and states[rep]["on_staff"] == 1)


@rare
def queues_for_rep(model: Model, states: Records, pursuit: Record) -> bool:
    """Return whether an open deal that queues does so for its rep (OD5).

    In a team that pulls and is not sticky nobody owns what queues, unless the buyer has been tried (Y4).
    """
    number = team_for(model, pursuit)
    team = model.teams[number]
    pulls = team["assignment"] in (Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK)
    owned = team["sticky"] == 1 or not pulls or pursuit["attempt"] > 0
    return bool(owned and works_for(model, states, number, pursuit["rep"]))


@rule
def has_room(team: Record, state: Record) -> bool:
    """Return whether a rep can be given one more pursuit (G4, R13)."""
    return bool(state["on_staff"] == 1 and state["absent"] == 0 and state["open"] < team["max_open"])


@rare
def choose_rep(
    model: Model,
    world: Record,
    team_state: Record,
    states: Records,
    order: Integers,
    pursuit: Record,
    now: int,
) -> tuple[int, int]:
    """Choose a rep of the team of a pursuit's stage, by the team's policy (P4, P5).

    Parameters
    ----------
    order : array of int
        The numbers of each team's reps, side by side; sorted in place if the policy needs the best first.

    Returns
    -------
    tuple of int and int
        The rep, or NOBODY if the pursuit waits in the team's queue; the team's next turn.
    """
    team = model.teams[team_for(model, pursuit)]
    turn = int(team_state["turn"])
    policy = team["assignment"]
    if policy == Assignment.ROUND_ROBIN:
        return next_in_turn(team, states, turn)
    chosen = NOBODY
    if policy == Assignment.LEAST_LOADED:
        chosen = least_loaded(team, states)
    elif policy == Assignment.HOT_TO_BEST:
        chosen = best_tier_for(model, team, states, order, pursuit["heat"], now)
    elif policy == Assignment.BEST_SKILL:
        chosen = most_skilled(model, team, states, now)
    elif policy == Assignment.SEGMENT_MATCH:
        chosen = best_match(model, team, states, pursuit["segment"])
    elif policy == Assignment.RANDOM:
        chosen = by_lot(team, states, luck(model, world, pursuit))
    elif policy == Assignment.WEIGHTED:
        chosen = by_weight(model, team, states, luck(model, world, pursuit))
    elif policy == Assignment.OWN:
        own = team_state["own_policy"]
        chosen = as_told(model, team, own, states, pursuit, now, luck(model, world, pursuit))
    return chosen, turn


@rare
def luck(model: Model, world: Record, pursuit: Record) -> float:
    """Draw the uniform by which chance chooses a rep for this visit (P15)."""
    key = model.stages[pursuit["stage"]]["assignment_key"]
    u, _ = uniforms(world, pursuit["entity"], key, occurrence(pursuit))
    return u


@rule
def next_in_turn(team: Record, states: Records, turn: int) -> tuple[int, int]:
    """Go round the team from its turn to the first rep with room (P6)."""
    for step in range(team["reps"]):
        position = (turn + step) % team["reps"]
        if has_room(team, states[team["first_rep"] + position]):
            return int(team["first_rep"] + position), int((position + 1) % team["reps"])
    return NOBODY, turn


@rule
def least_loaded(team: Record, states: Records) -> int:
    """Choose the rep with the fewest open pursuits, then the lowest number (P7)."""
    chosen = NOBODY
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        is_least = chosen == NOBODY or states[number]["open"] < states[chosen]["open"]
        if is_least and has_room(team, states[number]):
            chosen = number
    return chosen


@rare
def best_tier_for(model: Model, team: Record, states: Records, order: Integers, heat: int, now: int) -> int:
    """Choose, among the reps whose skill tier is nearest to the pursuit's heat, the least loaded (P8).

    Of n reps with room, the one at position p, best first, is of tier p * TIERS // n.
    """
    put_in_order(model, team, states, order, now)
    first, end = team["first_rep"], team["first_rep"] + team["reps"]
    eligible = 0
    for number in range(first, end):
        eligible += 1 if has_room(team, states[number]) else 0
    chosen, nearest, position = NOBODY, TIERS, 0
    for index in range(first, end):
        number = order[index]
        if has_room(team, states[number]):
            distance = abs(position * TIERS // eligible - heat)
            position += 1
            if distance < nearest or (distance == nearest and is_less_loaded(states, number, chosen)):
                chosen, nearest = number, distance
    return int(chosen)


@rule
def is_less_loaded(states: Records, number: int, other: int) -> bool:
    """Return whether a rep has fewer open pursuits than another, or as many and a lower number."""
    if states[number]["open"] != states[other]["open"]:
        return bool(states[number]["open"] < states[other]["open"])
    return bool(number < other)


@rule
def put_in_order(model: Model, team: Record, states: Records, order: Integers, now: int) -> None:
    """Sort the reps of a team by their skill of the moment, best first, then by number.

    By insertion, because few have overtaken others since the last time.
    """
    first = team["first_rep"]
    for index in range(first + 1, first + team["reps"]):
        number, free = order[index], index
        skill = skill_in_order(model, model.reps[number], states[number], now)
        while free > first and is_ahead(model, states, number, skill, order[free - 1], now):
            order[free] = order[free - 1]
            free -= 1
        order[free] = number


@rule
def skill_in_order(model: Model, rep: Record, state: Record, now: int) -> float:
    """Return a rep's skill of the moment; a rep who has not joined yet comes after all others."""
    return -1.0 if now < state["joined"] else skill_in(model, rep, state, now)


@rule
def is_ahead(model: Model, states: Records, number: int, skill: float, other: int, now: int) -> bool:
    """Return whether a rep with this skill is better than another, or as good with a lower number."""
    others = skill_in_order(model, model.reps[other], states[other], now)
    return bool(skill > others or (skill == others and number < other))


@rule
def most_skilled(model: Model, team: Record, states: Records, now: int) -> int:
    """Choose the most skilled rep of the moment, then the fewest open pursuits, then the lowest number.

    (P12)
    """
    chosen, best = NOBODY, -1.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, states[number]):
            skill = skill_in(model, model.reps[number], states[number], now)
            if skill > best or (skill == best and states[number]["open"] < states[chosen]["open"]):
                chosen, best = number, skill
    return chosen


@rule
def best_match(model: Model, team: Record, states: Records, segment: int) -> int:
    """Choose the least loaded of the reps who know the segment; of all if none of them has room (P13)."""
    chosen = NOBODY
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        fits = has_room(team, states[number]) and knows(model, model.reps[number], segment)
        if fits and (chosen == NOBODY or states[number]["open"] < states[chosen]["open"]):
            chosen = number
    if chosen == NOBODY:
        return least_loaded(team, states)
    return chosen


@rule
def knows(model: Model, rep: Record, segment: int) -> bool:
    """Return whether a rep lists a segment (P13)."""
    found = False
    for position in range(rep["first_segment"], rep["first_segment"] + rep["segments"]):
        found = found or model.routes[position]["target"] == segment
    return bool(found)


@rule
def by_lot(team: Record, states: Records, u: float) -> int:
    """Choose any of the reps with room, all equally likely (P9)."""
    eligible = 0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        eligible += 1 if has_room(team, states[number]) else 0
    position = int(u * eligible)  # below `eligible`: u is at most 1 - 2^-53
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, states[number]):
            if position == 0:
                return number
            position -= 1
    return NOBODY


@rule
def by_weight(model: Model, team: Record, states: Records, u: float) -> int:
    """Choose any of the reps with room, with chances in proportion to their weights (P10)."""
    total = 0.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        total += model.reps[number]["weight"] if has_room(team, states[number]) else 0.0
    chosen, so_far = NOBODY, 0.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, states[number]) and so_far <= u * total:
            chosen = number
            so_far += model.reps[number]["weight"]
    return chosen


@rule
def as_told(
    model: Model, team: Record, own_policy: int, states: Records, pursuit: Record, now: int, u: float
) -> int:
    """Ask the user's own policy; if it names a rep without room, choose nobody (P14)."""
    position = ask(own_policy, team, model.reps, states, pursuit, now, u)
    if position < 0 or position >= team["reps"]:
        return NOBODY
    chosen = int(team["first_rep"] + position)
    return chosen if has_room(team, states[chosen]) else NOBODY
