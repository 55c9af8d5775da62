"""Which rep a lead goes to, and in which order leads are worked."""

from __future__ import annotations

from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.own_policy import ask
from funnelsim.model.words import NOBODY, Assignment, QueueOrder
from funnelsim.rules.contracts import worth
from funnelsim.rules.people import skill_now

SHORTLIST = 20  # of the team's queue, from which reps pick their cherries
AVERAGE_SKILL = 1.0
TIERS = 3  # of skill, one for each heat


@rule
def rank(queue_order: int, lead: Record) -> int:
    """Rank a lead in a rep's own queue; lower is worked first, ties by time queued, then entity."""
    if queue_order == QueueOrder.LIFO:
        return int(-lead["since"])
    if queue_order == QueueOrder.HOTTEST:
        return int(lead["heat"])
    if queue_order == QueueOrder.OLDEST_INQUIRY:
        return int(lead["created"])
    return 0


@rule
def rank_in_team(model: Model, world: Record, team: Record, lead: Record) -> int:
    """Rank a lead in the team's queue: first come, or worth most to an average rep, without a wait."""
    if team["assignment"] == Assignment.PRIORITY_QUEUE:
        return -worth(model, world, lead, AVERAGE_SKILL, 0)
    return 0


@rule
def keeps_rep(team: Record, reps: Records, team_number: int, rep: int) -> bool:
    """Say whether a lead that enters a stage of this team stays with the rep it has."""
    if rep == NOBODY or team["sticky"] == 0:
        return False
    return bool(reps[rep]["team"] == team_number and reps[rep]["on_staff"] == 1)


@rule
def has_room(team: Record, rep: Record) -> bool:
    """Say whether a rep can be given one more lead."""
    return bool(rep["on_staff"] == 1 and rep["open"] < team["max_open"])


@rare
def choose_rep(
    model: Model, world: Record, team: Record, reps: Records, order: Integers, lead: Record, now: int
) -> tuple[int, int]:
    """Choose a rep by the team's policy.

    Parameters
    ----------
    order : array of int
        The numbers of each team's reps, side by side; sorted in place where a policy asks for the best.

    Returns
    -------
    tuple of int and int
        The rep, or NOBODY where the lead waits in the team's queue; the team's next turn.
    """
    policy = team["assignment"]
    if policy == Assignment.ROUND_ROBIN:
        return next_in_turn(team, reps)
    chosen = NOBODY
    if policy == Assignment.LEAST_LOADED:
        chosen = least_loaded(team, reps)
    elif policy == Assignment.HOT_TO_BEST:
        chosen = best_tier_for(team, reps, order, lead["heat"], now)
    elif policy == Assignment.BEST_SKILL:
        chosen = most_skilled(team, reps, now)
    elif policy == Assignment.SEGMENT_MATCH:
        chosen = best_match(model, team, reps, lead["segment"])
    elif policy == Assignment.RANDOM:
        chosen = by_lot(team, reps, luck(model, world, lead))
    elif policy == Assignment.WEIGHTED:
        chosen = by_weight(team, reps, luck(model, world, lead))
    elif policy == Assignment.OWN:
        chosen = as_told(team, reps, lead, now, luck(model, world, lead))
    return chosen, int(team["turn"])


@rare
def luck(model: Model, world: Record, lead: Record) -> float:
    """Draw the uniform by which chance chooses a rep for this visit."""
    u, _ = uniforms(world, lead["entity"], model.stages[lead["stage"]]["assignment_key"], lead["round"])
    return u


@rule
def next_in_turn(team: Record, reps: Records) -> tuple[int, int]:
    """Go round the team from its turn to the first rep with room."""
    for step in range(team["reps"]):
        position = (team["turn"] + step) % team["reps"]
        if has_room(team, reps[team["first_rep"] + position]):
            return int(team["first_rep"] + position), int((position + 1) % team["reps"])
    return NOBODY, int(team["turn"])


@rule
def least_loaded(team: Record, reps: Records) -> int:
    """Choose the rep with the fewest open leads, then the lowest number."""
    chosen = NOBODY
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]) and (chosen == NOBODY or reps[number]["open"] < reps[chosen]["open"]):
            chosen = number
    return chosen


@rare
def best_tier_for(team: Record, reps: Records, order: Integers, heat: int, now: int) -> int:
    """Choose, among the reps whose skill tier is nearest to the lead's heat, the least loaded.

    Of n reps with room, the one at position p, best first, is of tier p * TIERS // n.
    """
    put_in_order(team, reps, order, now)
    first, end = team["first_rep"], team["first_rep"] + team["reps"]
    eligible = 0
    for number in range(first, end):
        eligible += 1 if has_room(team, reps[number]) else 0
    chosen, nearest, position = NOBODY, TIERS, 0
    for index in range(first, end):
        number = order[index]
        if has_room(team, reps[number]):
            distance = abs(position * TIERS // eligible - heat)
            position += 1
            closer = distance < nearest
            if closer or (distance == nearest and precedes(reps, number, chosen)):
                chosen, nearest = number, distance
    return int(chosen)


@rule
def precedes(reps: Records, number: int, other: int) -> bool:
    """Return whether a rep has fewer open leads than another, or as many and the lower number."""
    if reps[number]["open"] != reps[other]["open"]:
        return bool(reps[number]["open"] < reps[other]["open"])
    return bool(number < other)


@rule
def put_in_order(team: Record, reps: Records, order: Integers, now: int) -> None:
    """Sort the reps of a team by their skill of the moment, best first, then by number.

    By insertion: since the order was last asked for, few have overtaken others.
    """
    first = team["first_rep"]
    for position in range(first + 1, first + team["reps"]):
        number, free = order[position], position
        skill = skill_now(reps[number], now)
        while free > first and is_ahead(reps, number, skill, order[free - 1], now):
            order[free] = order[free - 1]
            free -= 1
        order[free] = number


@rule
def is_ahead(reps: Records, number: int, skill: float, other: int, now: int) -> bool:
    """Return whether a rep of this skill is better than another, or as good with the lower number."""
    others = skill_now(reps[other], now)
    return bool(skill > others or (skill == others and number < other))


@rule
def most_skilled(team: Record, reps: Records, now: int) -> int:
    """Choose the most skilled rep of the moment, then the fewest open leads, then the lowest number."""
    chosen, best = NOBODY, -1.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]):
            skill = skill_now(reps[number], now)
            if skill > best or (skill == best and reps[number]["open"] < reps[chosen]["open"]):
                chosen, best = number, skill
    return chosen


@rule
def best_match(model: Model, team: Record, reps: Records, segment: int) -> int:
    """Choose the least loaded of the reps who know the segment; of all where none of them has room."""
    chosen = NOBODY
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        fits = has_room(team, reps[number]) and knows(model, reps[number], segment)
        if fits and (chosen == NOBODY or reps[number]["open"] < reps[chosen]["open"]):
            chosen = number
    if chosen == NOBODY:
        return least_loaded(team, reps)
    return chosen


@rule
def knows(model: Model, rep: Record, segment: int) -> bool:
    """Say whether a rep lists a segment."""
    found = False
    for position in range(rep["first_segment"], rep["first_segment"] + rep["segments"]):
        found = found or model.routes[position]["target"] == segment
    return bool(found)


@rule
def by_lot(team: Record, reps: Records, u: float) -> int:
    """Choose any of the reps with room, each as likely."""
    eligible = 0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        eligible += 1 if has_room(team, reps[number]) else 0
    position = int(u * eligible)  # below `eligible`: u is at most 1 - 2^-53
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]):
            if position == 0:
                return number
            position -= 1
    return NOBODY


@rule
def by_weight(team: Record, reps: Records, u: float) -> int:
    """Choose any of the reps with room, as likely as their weights say."""
    total = 0.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        total += reps[number]["weight"] if has_room(team, reps[number]) else 0.0
    chosen, so_far = NOBODY, 0.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]) and so_far <= u * total:
            chosen = number
            so_far += reps[number]["weight"]
    return chosen


@rule
def as_told(team: Record, reps: Records, lead: Record, now: int, u: float) -> int:
    """Ask the user's own policy; a rep who has no room is nobody."""
    position = ask(team["own_policy"], team, reps, lead, now, u)
    if position < 0 or position >= team["reps"]:
        return NOBODY
    chosen = int(team["first_rep"] + position)
    return chosen if has_room(team, reps[chosen]) else NOBODY
