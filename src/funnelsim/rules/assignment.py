"""Which rep a lead goes to, and in which order leads are worked."""

from __future__ import annotations

from funnelsim.model import Model
from funnelsim.policies import ask
from funnelsim.randomness import uniforms
from funnelsim.rules.lifecycle import worth
from funnelsim.vocabulary import NOBODY, Assignment, QueueOrder, Record, Records, rare, rule

SHORTLIST = 20  # of the team's queue, from which reps pick their cherries (G5)
AVERAGE_SKILL = 1.0
TIERS = 3  # of skill, one for each heat


@rule
def strength(rep: Record, now: int, first_share: float) -> float:
    """Compute a rep's share of full strength: linear from the first day to the end of the ramp (V8)."""
    tenure = now - rep["joins"]
    if tenure >= rep["ramp"]:
        return 1.0
    return float(first_share + (1.0 - first_share) * (tenure / rep["ramp"]))


@rule
def skill_now(rep: Record, now: int) -> float:
    """Compute a rep's skill (odds ratio) of the moment (V8)."""
    return float(rep["skill"] * strength(rep, now, rep["skill_from"]))


@rule
def speed_now(rep: Record, now: int) -> float:
    """Compute a rep's speed (factor) of the moment (V8)."""
    return float(rep["speed"] * strength(rep, now, rep["speed_from"]))


@rule
def rank(queue_order: int, lead: Record) -> int:
    """Rank a lead in a rep's own queue; lower is worked first, ties by time queued, then entity (Q3)."""
    if queue_order == QueueOrder.LIFO:
        return int(-lead["since"])
    if queue_order == QueueOrder.HOTTEST:
        return int(lead["heat"])
    if queue_order == QueueOrder.OLDEST_INQUIRY:
        return int(lead["created"])
    return 0


@rule
def rank_in_team(model: Model, world: Record, team: Record, lead: Record) -> int:
    """Rank a lead in the team's queue: first come, or worth most to an average rep, without a wait (Q4)."""
    if team["assignment"] == Assignment.PRIORITY_QUEUE:
        return -worth(model, world, lead, AVERAGE_SKILL, 0)
    return 0


@rule
def keeps_rep(team: Record, reps: Records, team_number: int, rep: int) -> bool:
    """Return whether a lead that enters a stage of this team stays with the rep it has (P2)."""
    if rep == NOBODY or team["sticky"] == 0:
        return False
    return bool(reps[rep]["team"] == team_number and reps[rep]["on_staff"] == 1)


@rule
def has_room(team: Record, rep: Record) -> bool:
    """Return whether a rep can be given one more lead (G4)."""
    return bool(rep["on_staff"] == 1 and rep["open"] < team["max_open"])


@rare
def choose_rep(
    model: Model, world: Record, team: Record, reps: Records, lead: Record, now: int
) -> tuple[int, int]:
    """Choose a rep by the team's policy (P4, P5).

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
        chosen = best_tier_for(team, reps, lead["heat"], now)
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
    """Draw the uniform by which chance chooses a rep for this visit (P15)."""
    u, _ = uniforms(world, lead["entity"], model.stages[lead["stage"]]["assignment_key"], lead["round"])
    return u


@rule
def next_in_turn(team: Record, reps: Records) -> tuple[int, int]:
    """Go round the team from its turn to the first rep with room (P6)."""
    for step in range(team["reps"]):
        position = (team["turn"] + step) % team["reps"]
        if has_room(team, reps[team["first_rep"] + position]):
            return int(team["first_rep"] + position), int((position + 1) % team["reps"])
    return NOBODY, int(team["turn"])


@rule
def least_loaded(team: Record, reps: Records) -> int:
    """Choose the rep with the fewest open leads, then the lowest number (P7)."""
    chosen = NOBODY
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]) and (chosen == NOBODY or reps[number]["open"] < reps[chosen]["open"]):
            chosen = number
    return chosen


@rule
def best_tier_for(team: Record, reps: Records, heat: int, now: int) -> int:
    """Choose, among the reps whose skill tier is nearest to the lead's heat, the least loaded (P8)."""
    first, end = team["first_rep"], team["first_rep"] + team["reps"]
    eligible = 0
    for number in range(first, end):
        eligible += 1 if has_room(team, reps[number]) else 0
    chosen, nearest = NOBODY, TIERS
    for number in range(first, end):
        if has_room(team, reps[number]):
            tier = position_by_skill(team, reps, number, now) * TIERS // eligible
            distance = abs(tier - heat)
            if distance < nearest or (distance == nearest and reps[number]["open"] < reps[chosen]["open"]):
                chosen, nearest = number, distance
    return chosen


@rule
def position_by_skill(team: Record, reps: Records, number: int, now: int) -> int:
    """Count the reps with room who come before this one: more skilled, or as skilled and lower (P8)."""
    skill = skill_now(reps[number], now)
    before = 0
    for other in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if other != number and has_room(team, reps[other]):
            others = skill_now(reps[other], now)
            if others > skill or (others == skill and other < number):
                before += 1
    return before


@rule
def most_skilled(team: Record, reps: Records, now: int) -> int:
    """Choose the most skilled rep of the moment, then the fewest open leads, then the lowest number (P12)."""
    chosen, best = NOBODY, -1.0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]):
            skill = skill_now(reps[number], now)
            if skill > best or (skill == best and reps[number]["open"] < reps[chosen]["open"]):
                chosen, best = number, skill
    return chosen


@rule
def best_match(model: Model, team: Record, reps: Records, segment: int) -> int:
    """Choose the least loaded of the reps who know the segment; of all where none of them has room (P13)."""
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
    """Return whether a rep lists a segment (P13)."""
    found = False
    for place in range(rep["first_segment"], rep["first_segment"] + rep["segments"]):
        found = found or model.routes[place]["target"] == segment
    return bool(found)


@rule
def by_lot(team: Record, reps: Records, u: float) -> int:
    """Choose any of the reps with room, each as likely (P9)."""
    eligible = 0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        eligible += 1 if has_room(team, reps[number]) else 0
    place = int(u * eligible)  # below `eligible`: u is at most 1 - 2^-53
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if has_room(team, reps[number]):
            if place == 0:
                return number
            place -= 1
    return NOBODY


@rule
def by_weight(team: Record, reps: Records, u: float) -> int:
    """Choose any of the reps with room, as likely as their weights say (P10)."""
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
    """Ask the user's own policy; a rep who has no room is nobody (P14)."""
    position = ask(team["own_policy"], team, reps, lead, now, u)
    if position < 0 or position >= team["reps"]:
        return NOBODY
    chosen = int(team["first_rep"] + position)
    return chosen if has_room(team, reps[chosen]) else NOBODY
