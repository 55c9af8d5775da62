"""Which rep a lead goes to, and in which order leads are worked."""

from __future__ import annotations

from funnelsim.vocabulary import NOBODY, Assignment, QueueOrder, Record, Records, rule

TIERS = 3  # of skill, one for each heat


@rule
def strength(rep: Record, now: int, first_share: float) -> float:
    """Compute a rep's share of full strength: linear from the first day to the end of the ramp."""
    tenure = now - rep["joins"]
    if tenure >= rep["ramp"]:
        return 1.0
    return float(first_share + (1.0 - first_share) * (tenure / rep["ramp"]))


@rule
def skill_now(rep: Record, now: int) -> float:
    """Compute a rep's skill (odds ratio) of the moment."""
    return float(rep["skill"] * strength(rep, now, rep["skill_from"]))


@rule
def speed_now(rep: Record, now: int) -> float:
    """Compute a rep's speed (factor) of the moment."""
    return float(rep["speed"] * strength(rep, now, rep["speed_from"]))


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
def keeps_rep(team: Record, reps: Records, team_number: int, rep: int) -> bool:
    """Say whether a lead that enters a stage of this team stays with the rep it has."""
    if rep == NOBODY or team["sticky"] == 0:
        return False
    return bool(reps[rep]["team"] == team_number and reps[rep]["on_staff"] == 1)


@rule
def has_room(team: Record, rep: Record) -> bool:
    """Say whether a rep can be given one more lead."""
    return bool(rep["on_staff"] == 1 and rep["open"] < team["max_open"])


@rule
def choose_rep(team: Record, reps: Records, heat: int, now: int) -> tuple[int, int]:
    """Choose a rep by the team's policy.

    Returns
    -------
    tuple of int and int
        The rep, or NOBODY where the lead waits in the team's queue; the team's next turn.
    """
    if team["assignment"] == Assignment.ROUND_ROBIN:
        return next_in_turn(team, reps)
    chosen = NOBODY
    if team["assignment"] == Assignment.LEAST_LOADED:
        chosen = least_loaded(team, reps)
    elif team["assignment"] == Assignment.HOT_TO_BEST:
        chosen = best_tier_for(team, reps, heat, now)
    return chosen, int(team["turn"])


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


@rule
def best_tier_for(team: Record, reps: Records, heat: int, now: int) -> int:
    """Choose, among the reps whose skill tier is nearest to the lead's heat, the least loaded."""
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
    """Count the reps with room who come before this one: more skilled, or as skilled and lower."""
    skill = skill_now(reps[number], now)
    before = 0
    for other in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if other != number and has_room(team, reps[other]):
            others = skill_now(reps[other], now)
            if others > skill or (others == skill and other < number):
                before += 1
    return before
