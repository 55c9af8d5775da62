"""Large teams: whom a policy chooses, found in a tree instead of among all reps.

`rules.assignment` says what each policy means by looking at every rep of a team, which is quickest for a
small one. The reps of a team of more than `SCANNED` have *seats* in a row, and over the row stands a binary
tree: each node knows how many lots the reps with room below it hold (one each; under `weighted`, their
weight), and who of them has the fewest open leads, then the lowest number. A change at a rep's desk touches
the nodes above its seat, and a question goes down or up the tree, so that both take the logarithm of the
team's size.

| seats in the order of | for | the question |
|---|---|---|
| number | `round_robin`, `random`, `weighted` | whose turn it is, or who holds the lot that was drawn |
| number | `least_loaded` | the least loaded of all |
| section, then number | `segment_match` | the least loaded of a section |
| skill, best first, then number | `best_skill`, `hot_to_best` | the least loaded of some seats in a row |

The first section seats all reps, each other one those who know a segment. Sums of lots are the same in any
order of adding, since lowering makes weights multiples of 2^-20; so tree and scan choose the same rep,
always.

In ramp-up, skill grows from instant to instant. Those who have joined and are not at full strength, the
*newcomers*, move ahead of whom they have overtaken when the next rep is chosen by skill. That takes as long
as there are newcomers, however large the team.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnelsim.model import Model
from funnelsim.rules import assignment
from funnelsim.vocabulary import NEVER, NOBODY, NOTHING, Assignment, Record, Records, rare, record, rule

if TYPE_CHECKING:
    from funnelsim.engines.state import State

SCANNED = 32  # reps of the largest team that is looked through: about there, scan and tree take equally long
SCANNED_IN_PAIRS = 6  # the same where the scan compares each with each, for `hot_to_best`
NO_SEAT = 0  # seats are numbered from 1
ROOT = 1  # the nodes below a node are 2 x its number, and the one after; the seats' own come last
REPS = 1 << 32  # more than there are
WIDEST = 9_841  # step of a sort, of the steps 1, 4, 13, 40, ...

ROSTER = record(
    ("first_seat", "<i8"),
    ("seats", "<i8"),
    ("first_node", "<i8"),
    ("width", "<i8"),  # of the tree: a power of two; 0: the team is looked through
    ("newcomers", "<i8"),  # who may have to move ahead
)
SEAT = record(
    ("rep", "<i8"),
    ("section", "<i8"),  # the segment that all in it know; NOTHING: all reps
    ("next", "<i8"),  # seat of the same rep
    ("newcomer", "<i8"),  # in the n-th seat, the n-th newcomer, wherever that rep sits
)
NODE = record(
    ("lots", "<f8"),  # of the reps with room
    ("least", "<i8"),  # open leads x REPS + number of the least loaded of them; NEVER: nobody has room
)

_PUSHED = (
    *(Assignment.ROUND_ROBIN, Assignment.RANDOM, Assignment.WEIGHTED, Assignment.LEAST_LOADED),
    *(Assignment.SEGMENT_MATCH, Assignment.BEST_SKILL, Assignment.HOT_TO_BEST),
)


def new_rosters(model: Model) -> tuple[Records, Records, Records]:
    """Make room for the rosters of the teams that need one, their seats and their nodes.

    Returns
    -------
    tuple of Records
        ROSTER, one a team; SEAT; NODE.
    """
    rosters = np.zeros(len(model.teams), ROSTER)
    seats, nodes = NO_SEAT + 1, 0
    for team, roster in zip(model.teams, rosters, strict=True):
        scanned = SCANNED_IN_PAIRS if team["assignment"] == Assignment.HOT_TO_BEST else SCANNED
        if team["reps"] <= scanned or team["assignment"] not in _PUSHED:
            continue
        members = model.reps[team["first_rep"] : team["first_rep"] + team["reps"]]
        most = len(members)
        if team["assignment"] == Assignment.SEGMENT_MATCH:
            most += int(members["segments"].sum())
        roster["first_seat"], roster["first_node"] = seats, nodes
        roster["width"] = 1 << (most - 1).bit_length()
        seats += most
        nodes += 2 * int(roster["width"])
    return rosters, np.zeros(seats, SEAT), np.zeros(nodes, NODE)


# ---- taking seats -----------------------------------------------------------------------------


@rare
def seat_team(model: Model, state: State, number: int) -> None:
    """Seat the reps of a team at the first midnight, when their skills are known."""
    team, roster = state.teams[number], state.rosters[number]
    if roster["width"] == 0:
        return
    roster["seats"] = 0
    roster["newcomers"] = 0
    for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
        seat_rep(state, roster, rep, NOTHING)
        if state.reps[rep]["on_staff"] == 1:
            welcome(state, rep)
    if team["assignment"] == Assignment.SEGMENT_MATCH:
        for segment in range(len(model.segments)):
            for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
                if assignment.knows(model, state.reps[rep], segment):
                    seat_rep(state, roster, rep, segment)
    elif by_skill(team):
        put_in_order(state, roster)
    grow_tree(state, number)


@rule
def seat_rep(state: State, roster: Record, rep: int, section: int) -> None:
    """Give a rep the next free seat."""
    number = roster["first_seat"] + roster["seats"]
    seat = state.seats[number]
    seat["rep"] = rep
    seat["section"] = section
    seat["next"] = state.desks[rep]["seat"]
    state.desks[rep]["seat"] = number
    roster["seats"] += 1


@rule
def by_skill(team: Record) -> bool:
    """Return whether a team's seats are in the order of skill."""
    return bool(team["assignment"] == Assignment.BEST_SKILL or team["assignment"] == Assignment.HOT_TO_BEST)


@rare
def grow_tree(state: State, number: int) -> None:
    """Fill all nodes of a team's tree."""
    team, roster = state.teams[number], state.rosters[number]
    for node_number in range(2 * roster["width"]):
        node = state.nodes[roster["first_node"] + node_number]
        node["lots"] = 0.0
        node["least"] = NEVER
    for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
        note(state, state.desks[rep]["seat"])


@rule
def look_at(state: State, roster: Record, place: int) -> bool:
    """Let the node of a place know the rep who sits there; return whether that is new."""
    number = state.seats[roster["first_seat"] + place]["rep"]
    rep = state.reps[number]
    team = state.teams[rep["team"]]
    lots, least = 0.0, NEVER
    if assignment.has_room(team, rep):
        lots = 1.0
        if team["assignment"] == Assignment.WEIGHTED:
            lots = float(rep["weight"])
        least = int(rep["open"]) * REPS + int(number)
    return learn(state.nodes[roster["first_node"] + roster["width"] + place], lots, least)


@rule
def add_up(nodes: Records, first: int, number: int) -> bool:
    """Let a node know what the two below it know; return whether that is new."""
    left, right = nodes[first + 2 * number], nodes[first + 2 * number + 1]
    return learn(nodes[first + number], left["lots"] + right["lots"], min(left["least"], right["least"]))


@rule
def learn(node: Record, lots: float, least: int) -> bool:
    """Let a node know something; return whether that is new."""
    news = bool(node["lots"] != lots or node["least"] != least)
    node["lots"] = lots
    node["least"] = least
    return news


@rare
def note(state: State, seat: int) -> None:
    """Keep a tree true after something changed at the desk of the rep whose first seat this is."""
    roster = state.rosters[state.reps[state.seats[seat]["rep"]]["team"]]
    while seat != NO_SEAT:
        place = seat - roster["first_seat"]
        node, news = place + roster["width"], look_at(state, roster, place)
        while news and node > ROOT:
            node //= 2
            news = add_up(state.nodes, roster["first_node"], node)
        seat = state.seats[seat]["next"]


# ---- choosing ---------------------------------------------------------------------------------


@rare
def choose_rep(model: Model, world: Record, state: State, number: int, lead: Record) -> tuple[int, int]:
    """Choose a rep by the team's policy, as `assignment.choose_rep` does."""
    team, roster = state.teams[number], state.rosters[number]
    policy = team["assignment"]
    turn = int(team["turn"])
    if state.nodes[roster["first_node"] + ROOT]["least"] == NEVER:
        return NOBODY, turn
    chosen = NOBODY
    if policy == Assignment.ROUND_ROBIN:
        chosen = next_in_turn(state, roster, turn)
        turn = int((chosen - team["first_rep"] + 1) % team["reps"])
    elif policy == Assignment.LEAST_LOADED:
        chosen = least_loaded(state, roster, 0, roster["seats"])
    elif policy == Assignment.SEGMENT_MATCH:
        chosen = best_match(state, roster, lead["segment"])
    elif by_skill(team):
        let_newcomers_ahead(state, roster)
        if policy == Assignment.BEST_SKILL:
            chosen = most_skilled(state, roster)
        else:
            chosen = best_tier_for(state, roster, lead["heat"])
    else:
        drawn = assignment.luck(model, world, lead) * all_lots(state, roster)
        chosen = rep_at(state, roster, holder(state, roster, drawn))
    return chosen, turn


@rule
def next_in_turn(state: State, roster: Record, turn: int) -> int:
    """Find the first rep with room at or after a place in the row, or from its beginning."""
    passed = lots_before(state, roster, turn)
    if passed == all_lots(state, roster):
        passed = 0.0
    return rep_at(state, roster, holder(state, roster, passed))


@rule
def best_match(state: State, roster: Record, segment: int) -> int:
    """Find the least loaded of the reps who know the segment; of all where none of them has room."""
    first, end = start_of(state, roster, segment), start_of(state, roster, segment + 1)
    chosen = least_loaded(state, roster, first, end)
    if chosen == NOBODY:
        chosen = least_loaded(state, roster, 0, start_of(state, roster, 0))
    return chosen


@rule
def most_skilled(state: State, roster: Record) -> int:
    """Find the least loaded of the most skilled with room."""
    first = holder(state, roster, 0.0)
    return least_loaded(state, roster, first, end_of_equals(state, roster, first))


@rule
def best_tier_for(state: State, roster: Record, heat: int) -> int:
    """Find the least loaded of the tier nearest to the lead's heat.

    Of n reps with room, position p has tier p * TIERS // n: those of a tier are side by side, and only the
    last tiers can be empty.
    """
    tiers = assignment.TIERS
    eligible = int(all_lots(state, roster))
    tier = (eligible - 1) * tiers // eligible
    if heat < tier:
        tier = int(heat)
    first = (tier * eligible + tiers - 1) // tiers
    last = ((tier + 1) * eligible + tiers - 1) // tiers - 1
    return least_loaded(
        state, roster, holder(state, roster, float(first)), holder(state, roster, float(last)) + 1
    )


# ---- questions to the tree; places are counted from a roster's first seat ---------------------


@rule
def rep_at(state: State, roster: Record, place: int) -> int:
    """Find who has a seat."""
    return int(state.seats[roster["first_seat"] + place]["rep"])


@rule
def all_lots(state: State, roster: Record) -> float:
    """Return the lots of all reps with room."""
    return float(state.nodes[roster["first_node"] + ROOT]["lots"])


@rare
def holder(state: State, roster: Record, drawn: float) -> int:
    """Find the first place whose lots and those before it are more than `drawn`, which is below their sum."""
    before, node = 0.0, ROOT
    while node < roster["width"]:
        node *= 2
        left = state.nodes[roster["first_node"] + node]["lots"]
        if before + left <= drawn:
            before += left
            node += 1
    return int(node - roster["width"])


@rule
def lots_before(state: State, roster: Record, place: int) -> float:
    """Add up the lots before a place."""
    before, node = 0.0, place + roster["width"]
    while node > ROOT:
        if node % 2 == 1:
            before += state.nodes[roster["first_node"] + node - 1]["lots"]
        node //= 2
    return float(before)


@rare
def least_loaded(state: State, roster: Record, first: int, end: int) -> int:
    """Find the rep with the fewest open leads, then the lowest number, of the places first to end - 1."""
    least = NEVER
    low, high = first + roster["width"], end + roster["width"]
    while low < high:
        if low % 2 == 1:
            least = min(least, state.nodes[roster["first_node"] + low]["least"])
            low += 1
        if high % 2 == 1:
            high -= 1
            least = min(least, state.nodes[roster["first_node"] + high]["least"])
        low //= 2
        high //= 2
    return NOBODY if least == NEVER else int(least % REPS)


@rare
def start_of(state: State, roster: Record, section: int) -> int:
    """Find the first place of a section or, where it is empty, of the next one."""
    low, high = 0, int(roster["seats"])
    while low < high:
        middle = (low + high) // 2
        if state.seats[roster["first_seat"] + middle]["section"] < section:
            low = middle + 1
        else:
            high = middle
    return low


# ---- the order of skill -----------------------------------------------------------------------


@rare
def skill_of(state: State, number: int) -> float:
    """Return a rep's skill of the moment; who has not joined yet is behind all others."""
    rep, now = state.reps[number], state.clock[0]["now"]
    if rep["on_staff"] == 0 and now <= rep["joins"]:
        return -1.0
    return assignment.skill_now(rep, now)


@rule
def sits_ahead(state: State, one: int, other: int) -> bool:
    """Return whether a rep belongs ahead of another: more skilled, or as skilled and lower."""
    a, b = skill_of(state, one), skill_of(state, other)
    return bool(a > b or (a == b and one < other))


@rare
def end_of_equals(state: State, roster: Record, place: int) -> int:
    """Find the place after the last whose rep is as skilled as that of another place."""
    skill = skill_of(state, rep_at(state, roster, place))
    low, high = place + 1, int(roster["seats"])
    while low < high:
        middle = (low + high) // 2
        if skill_of(state, rep_at(state, roster, middle)) == skill:
            low = middle + 1
        else:
            high = middle
    return int(low)


@rare
def put_in_order(state: State, roster: Record) -> None:
    """Sort the seats: Shell (1959), A high-speed sorting procedure, with Knuth's steps."""
    first, end = roster["first_seat"], roster["first_seat"] + roster["seats"]
    step = WIDEST
    while step > 0:
        for seat in range(first + step, end):
            rep, free = int(state.seats[seat]["rep"]), seat
            while free - step >= first and sits_ahead(state, rep, state.seats[free - step]["rep"]):
                state.seats[free]["rep"] = state.seats[free - step]["rep"]
                free -= step
            state.seats[free]["rep"] = rep
        step //= 3
    for seat in range(first, end):
        state.desks[state.seats[seat]["rep"]]["seat"] = seat


@rare
def welcome(state: State, number: int) -> None:
    """Count a rep who joins among the newcomers, where seats are in the order of skill."""
    team = state.reps[number]["team"]
    roster = state.rosters[team]
    if roster["width"] > 0 and by_skill(state.teams[team]):
        state.seats[roster["first_seat"] + roster["newcomers"]]["newcomer"] = number
        roster["newcomers"] += 1


@rare
def let_newcomers_ahead(state: State, roster: Record) -> None:
    """Put the seats in order, in which only newcomers can be too far behind; drop those at full strength."""
    first, moved = roster["first_seat"], True
    while moved:  # again, since whoever was ahead of one newcomer may have been another out of place
        moved = False
        for place in range(roster["newcomers"]):
            while move_ahead(state, roster, state.seats[first + place]["newcomer"]):
                moved = True
    place, now = 0, state.clock[0]["now"]
    while place < roster["newcomers"]:
        rep = state.reps[state.seats[first + place]["newcomer"]]
        if now - rep["joins"] >= rep["ramp"]:
            roster["newcomers"] -= 1
            state.seats[first + place]["newcomer"] = state.seats[first + roster["newcomers"]]["newcomer"]
        else:
            place += 1


@rule
def move_ahead(state: State, roster: Record, number: int) -> bool:
    """Let a rep change seats with the one ahead, if it belongs there; return whether it did."""
    seat = int(state.desks[number]["seat"])
    if seat == roster["first_seat"]:
        return False
    ahead = int(state.seats[seat - 1]["rep"])
    if not sits_ahead(state, number, ahead):
        return False
    state.seats[seat - 1]["rep"] = number
    state.seats[seat]["rep"] = ahead
    state.desks[number]["seat"] = seat - 1
    state.desks[ahead]["seat"] = seat
    note(state, state.desks[number]["seat"])
    note(state, state.desks[ahead]["seat"])
    return True
