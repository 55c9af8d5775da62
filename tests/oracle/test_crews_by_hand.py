"""The oracle's crews against histories worked out with paper and pencil.

A job is one stage of a shared queue, which needs two people if nothing else is said; nine to five.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import NINE_TO_FIVE, asks, at, firm, from_day, live, spans, stage, table
from .firm import DAY, HOUR, Firm, Rep, Segment, Team
from .naive import History, Part

SHARED = Team("shared_queue", sticky=False)
NINE = at(0, 9)


def jobs(arrivals: list[int], reps: list[Rep] | int, people: int = 2, **more: object) -> Firm:
    return firm(arrivals, reps, **{"teams": [SHARED], "stages": [stage(people=people)]} | more)


def parts(history: History, lead: int) -> list[Part]:
    return history.leads[lead].visits[0].parts


def test_two_crews_of_three_people_who_work_at_different_hours() -> None:
    mornings = [(at(0, 9), at(0, 12)), (at(1, 9), at(1, 10))]
    late = [(at(day, 11), at(day, 17)) for day in range(10)]
    calendars = [NINE_TO_FIVE, mornings, late]
    reps = [Rep(0, calendar=number) for number in range(3)]
    history = live(jobs([NINE, NINE], reps, calendars=calendars, months=[0, DAY, 10 * DAY]), table(effort=4))
    # Reps 0 and 1 have three hours in common on the first day, which ends a month, and one on the second.
    # At ten rep 1 goes home; at eleven rep 2 comes, who has been idle for longest, and leads the other crew.
    assert spans(history) == [(at(0, 9), at(1, 10), 0), (at(1, 11), at(1, 15), 2)]
    assert parts(history, 0) == [
        Part(DAY, 0, 15 * HOUR, 3 * HOUR),
        Part(DAY, 1, 15 * HOUR, 3 * HOUR),
        Part(at(1, 10), 0, 25 * HOUR, HOUR),
        Part(at(1, 10), 1, 25 * HOUR, HOUR),
    ]
    assert parts(history, 1) == [Part(at(1, 15), who, 4 * HOUR, 4 * HOUR) for who in (0, 2)]
    assert [visit.people for visit in history.visits()] == [2, 2]


def test_nobody_overtakes_a_job_that_waits_for_people() -> None:
    of_two_sizes = replace(stage(people=3), of={1: stage()})
    asked = [asks(0, 0, NINE), asks(1, 0, NINE, segment=1)]
    more = {"stages": [of_two_sizes], "inquiries": asked, "segments": [Segment(), Segment()]}
    history = live(jobs([], [Rep(0), Rep(0), Rep(0, joins=at(1, 8))], **more), table())
    # Two are idle on the first day, but the first job takes three. Afterwards all have been idle as long.
    assert spans(history) == [(at(1, 9), at(1, 10), 0), (at(1, 10), at(1, 11), 0)]


def test_whoever_leads_owns_the_lead_and_the_others_have_room() -> None:
    teams = [replace(SHARED, max_open=1)]
    history = live(jobs([NINE] * 3, 3, teams=teams), table(days=2.0))
    # Rep 0 has no room until its lead is won. Rep 2 leads the next crew, with rep 1, who then is alone.
    assert spans(history) == [(at(0, 9), at(0, 10), 0), (at(0, 10), at(0, 11), 2), (at(2, 10), at(2, 11), 0)]


def test_the_speed_of_who_leads_counts_and_all_members_learn() -> None:
    reps = [Rep(0, speed=speed, grows=True) for speed in (0.5, 2.0, 1.0)]
    teams = [replace(SHARED, learns=(1.0, 1.0, 0))]
    history = live(jobs([NINE], reps, teams=teams, months=[0, DAY, 10 * DAY]), table())
    assert spans(history) == [(at(0, 9), at(0, 11), 0)]
    at_first = [cost.money for cost in history.costs if cost.kind == "skill" and cost.time == DAY]
    assert at_first == [1.5, 1.5, 1.0]


@pytest.mark.parametrize(("people", "ends", "taken"), [(1, at(2, 11), 8 * HOUR), (2, at(2, 11), 0)])
def test_the_absence_of_one_pauses_the_work_of_all(people: int, ends: int, taken: int) -> None:
    reps = [Rep(0, spells=[(DAY, 2 * DAY)]), Rep(0)]
    history = live(jobs([at(0, 15)], reps, people), table(effort=4))
    assert spans(history) == [(at(0, 15), ends, 0)]
    assert [cost.money for cost in history.costs if cost.kind == "taken"] == [taken]


def test_a_member_who_leaves_finishes_the_work() -> None:
    history = live(jobs([at(0, 15)], [Rep(0), Rep(0, leaves=at(0, 16))]), table(effort=4))
    told = [what for time, what, _ in history.log if time == at(1, 11)]
    assert told == ["worked", "in crew", "in crew", "on staff", "won", *told[5:]]


def test_in_a_chapter_a_crew_stays_and_works_the_hours_of_the_chapter() -> None:
    first_hours = [(at(day, 9), at(day, 10)) for day in range(10)]
    arrivals = [at(0, 16), at(1, 9)]
    after = jobs(arrivals, 3, people=1, calendars=[first_hours])
    history = live(jobs(arrivals, 3), table(effort=4), from_day(1, after, table(effort=1)))
    # An hour on the first day, and one on each day after the change. The other job takes one from then on.
    assert spans(history) == [(at(0, 16), at(3, 10), 0), (at(1, 9), at(1, 10), 2)]
    assert parts(history, 0) == [Part(at(3, 10), who, 66 * HOUR, 4 * HOUR) for who in (0, 1)]
