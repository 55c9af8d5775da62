"""A large team's roster chooses as the rules say, which look at every rep: on teams that change at random."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from funnelsim.engines import roster
from funnelsim.engines.state import CLOCK, DESK
from funnelsim.model import Model
from funnelsim.rules import assignment
from funnelsim.scenario import lower, parse
from funnelsim.vocabulary import LEAD, NEVER, REP, ROUTE, TEAM, WORLD, Assignment, QueueOrder, Record

from .scenes import busy_floor
from .watching import PUSHES

SEED = 20_260_107
MOST = 100  # reps
LATEST = 60  # instants: few, so that much happens at once
SEGMENTS = 2
SKILLS = (1.0, 0.5, 2.0, 0.0)
RAMPS = (0, 0, 20, 40)
SHARES = (0.0, 0.25, 1.0)
LOT = 2.0**-20
KNOWN = ((), (0,), (1,), (1, 0))  # segments, as a rep may list them
MODEL = lower(parse(busy_floor("round_robin", QueueOrder.FIFO).text)).model


class Rep(NamedTuple):
    """A rep of a random team."""

    skill: float
    ramp: int
    share: float  # of full strength, on the first day
    joins: int
    stays: int
    lots: int
    known: int
    load: int


REPS = st.builds(
    Rep,
    skill=st.sampled_from(SKILLS),
    ramp=st.sampled_from(RAMPS),
    share=st.sampled_from(SHARES),
    joins=st.integers(-30, LATEST),
    stays=st.integers(1, 2 * LATEST),
    lots=st.sampled_from((1 << 20, 1, 314_573, 100_000 << 20)),
    known=st.integers(0, len(KNOWN) - 1),
    load=st.integers(0, 3),
)


class Change(NamedTuple):
    """Something that happens to a rep at an instant, and the lead that is placed then."""

    later: int
    place: int
    load: int
    lead: int
    heat: int
    segment: int


CHANGES = st.builds(
    Change,
    later=st.sampled_from((0, 0, 1, 5, 30)),
    place=st.integers(0, MOST - 1),
    load=st.integers(0, 3),
    lead=st.integers(0, 1 << 20),
    heat=st.integers(0, 2),
    segment=st.integers(0, SEGMENTS - 1),
)


class Floor:
    """A team that has a roster, and who it was at time 0."""

    def __init__(self, policy: Assignment, reps: list[Rep]) -> None:
        teams, people = np.zeros(1, TEAM), np.zeros(len(reps), REP)
        teams["assignment"], teams["reps"], teams["max_open"] = policy, len(reps), 3
        starts = np.cumsum([0, *map(len, KNOWN)])
        for person, rep in zip(people, reps, strict=True):
            person["skill"], person["ramp"], person["skill_from"] = rep.skill, rep.ramp, rep.share
            person["joins"], person["leaves"] = rep.joins, max(rep.joins, 0) + rep.stays
            person["on_staff"], person["open"] = rep.joins <= 0, rep.load if rep.joins <= 0 else 0
            person["weight"] = rep.lots * LOT
            person["first_segment"], person["segments"] = starts[rep.known], len(KNOWN[rep.known])
        routes = np.zeros(starts[-1], ROUTE)
        routes["target"] = [segment for known in KNOWN for segment in known]
        self.model: Model = MODEL._replace(teams=teams, reps=people, routes=routes)
        rosters, seats, nodes = roster.new_rosters(self.model)
        clock, desks = np.zeros(1, CLOCK), np.zeros(len(reps), DESK)
        self.state: Any = SimpleNamespace(
            **{"teams": teams, "reps": people, "clock": clock, "desks": desks},
            **{"rosters": rosters, "seats": seats, "nodes": nodes},
        )
        roster.seat_team(self.model, self.state, 0)

    def come_and_go(self, now: int) -> None:
        """Let reps leave and join until an instant, each at its time, those who leave first."""
        dated = [(int(rep["leaves"]), 0, number) for number, rep in enumerate(self.state.reps)]
        dated += [(int(rep["joins"]), 1, number) for number, rep in enumerate(self.state.reps)]
        then = int(self.state.clock[0]["now"])
        for time, joins, number in sorted(each for each in dated if then < each[0] <= now):
            self.state.clock[0]["now"] = time
            self.state.reps[number]["on_staff"] = joins
            if joins:
                roster.welcome(self.state, number)
            roster.note(self.state, self.state.desks[number]["seat"])
        self.state.clock[0]["now"] = now

    def burden(self, number: int, load: int) -> None:
        """Give a rep on staff so many open leads."""
        self.state.reps[number]["open"] = load
        roster.note(self.state, self.state.desks[number]["seat"])

    def choices(self, lead: Record) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rep and the next turn by the roster, and by the rules."""
        world: Record = np.array([(1, 0)], WORLD)[0]
        team, now = self.state.teams[0], int(self.state.clock[0]["now"])
        return (
            roster.choose_rep(self.model, world, self.state, 0, lead),
            assignment.choose_rep(self.model, world, team, self.state.reps, lead, now),
        )


def lead_of(change: Change) -> Record:
    """Make the lead that is placed."""
    lead: Record = np.zeros(1, LEAD)[0]
    lead["entity"], lead["heat"], lead["segment"] = change.lead, change.heat, change.segment
    return lead


def live_through(policy: Assignment, reps: list[Rep], changes: list[Change]) -> int:
    """Require the same choice after every change; return how many reps were chosen."""
    floor, chosen = Floor(policy, reps), 0
    for change in changes:
        floor.come_and_go(int(floor.state.clock[0]["now"]) + change.later)
        floor.burden(change.place % len(reps), change.load)
        found, right = floor.choices(lead_of(change))
        assert found == right
        rep, floor.state.teams[0]["turn"] = right
        if rep >= 0:
            chosen += 1
            floor.burden(rep, int(floor.state.reps[rep]["open"]) + 1)
    return chosen


def search(policy: Assignment, examples: int = 25) -> int:
    """Live through random teams of one policy that are large enough; return how many reps were chosen."""
    least = roster.SCANNED_IN_PAIRS + 1 if policy == Assignment.HOT_TO_BEST else roster.SCANNED + 1
    most = 40 if policy == Assignment.HOT_TO_BEST else MOST  # its scan takes the square
    teams = st.integers(least, most).flatmap(lambda size: st.lists(REPS, min_size=size, max_size=size))
    found = []

    @seed(SEED)
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate])
    @given(teams, st.lists(CHANGES, min_size=10, max_size=30))
    def teams_that_change(reps: list[Rep], changes: list[Change]) -> None:
        found.append(live_through(policy, reps, changes))

    teams_that_change()
    return sum(found)


@pytest.mark.parametrize("policy", PUSHES, ids=lambda policy: policy.name)
def test_roster_and_rules_choose_the_same_rep(policy: Assignment) -> None:
    assert search(policy) > 200


LEARN = roster.learn


def forget_the_weight(node: Record, lots: float, least: int) -> bool:
    """Count reps: a fault, where they differ in weight."""
    return LEARN(node, float(lots > 0), least)


def forget_the_load(node: Record, lots: float, least: int) -> bool:
    """Compare reps with room by number alone: a fault."""
    return LEARN(node, lots, least if least == NEVER else least % roster.REPS)


FAULTS = {
    "a lot is a lot, whatever the weight": (Assignment.WEIGHTED, "learn", forget_the_weight),
    "the lowest number comes before the fewest leads": (Assignment.LEAST_LOADED, "learn", forget_the_load),
    "what is above a seat goes on unawares": (Assignment.RANDOM, "note", lambda *_: None),
    "newcomers stay behind whom they overtake": (Assignment.BEST_SKILL, "move_ahead", lambda *_: False),
    "nobody is counted among the newcomers": (Assignment.HOT_TO_BEST, "welcome", lambda *_: None),
    "as skilled is skilled enough": (Assignment.BEST_SKILL, "end_of_equals", lambda *found: found[-1] + 1),
    "the turn begins anew each time": (Assignment.ROUND_ROBIN, "lots_before", lambda *_: 0.0),
    "no section has seats": (Assignment.SEGMENT_MATCH, "start_of", lambda *_: 0),
}


@pytest.mark.parametrize(("policy", "function", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(
    policy: Assignment, function: str, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, function, fault)
    with pytest.raises(AssertionError):
        search(policy)
