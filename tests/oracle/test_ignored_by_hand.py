"""The oracle where reps ignore leads, against histories worked out with paper and pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import at, firm, from_day, live, outcomes, spans, stage, table
from .firm import DAY, HOUR, Draws, Neglect, Rep, Team

REASON = 4


def with_luck(draws: Draws, *luck: float) -> Draws:
    """Draw a number for each lead: it is ignored if that is below the chance."""
    return replace(draws, ignored=lambda lead, *_: luck[lead])


def neglecting(odds: float = 1.0, **more: object) -> Neglect:
    return Neglect(odds, REASON, **more)


def test_who_is_ignored_holds_a_place_and_goes_cold() -> None:
    # Lead 0 is ignored and keeps the only place of the rep until its patience ends, after two days.
    floor = firm([at(0, 9)] * 2, teams=[Team(max_open=1)], stages=[stage(ignored=neglecting())])
    history = live(floor, with_luck(table(patience=2 * DAY + 1), 0.4, 0.6))
    assert outcomes(history) == ["gone cold", "gone cold"]
    first, second = history.visits()
    assert (first.left, first.reason, first.ignored, first.started) == (at(2, 9) + 1, REASON, True, None)
    assert (second.reason, second.ignored) == (0, False)  # at the same instant: the place comes too late
    assert [what for _, what, lead in history.log if lead == 0] == [
        "inquiry",
        "entered",
        "ignored",
        "gone cold",
    ]
    patient = live(floor, with_luck(table(patience={0: DAY, 1: 3 * DAY}), 0.4, 0.6))
    assert spans(patient)[1] == (at(1, 9), at(1, 10), 0)


def test_the_rep_works_on_what_it_does_not_ignore() -> None:
    floor = firm([at(0, 9)] * 3, stages=[stage(ignored=neglecting())])
    history = live(floor, with_luck(table(patience=DAY), 0.6, 0.4, 0.6))
    assert spans(history) == [(at(0, 9), at(0, 10), 0), (None, None, None), (at(0, 10), at(0, 11), 0)]
    assert history.leads[1].owner == 0


def test_of_open_leads_those_before_count() -> None:
    # Even odds with no open lead, 3 : 1 with two, so 2 : 1 with one: the chance is 1/2, 2/3, 3/4.
    loads = [(0, 1.0), (2, 3.0)]
    floor = firm([at(0, 9)] * 4, stages=[stage(ignored=neglecting(loads=loads))])
    history = live(floor, with_luck(table(patience=DAY), 0.51, 0.66, 0.74, 0.76))
    assert [visit.ignored for visit in history.visits()] == [False, True, True, False]


@pytest.mark.parametrize(("odds", "ignored"), [(0.0, False), (float("inf"), True)])
def test_what_is_certain_needs_no_luck(odds: float, ignored: bool) -> None:
    floor = firm([at(0, 9)], stages=[stage(ignored=neglecting(odds))])
    [visit] = live(floor, with_luck(table(patience=DAY), 0.5)).visits()
    assert visit.ignored is ignored


def test_nobody_is_ignored_in_a_shared_queue() -> None:
    team = Team(assignment="shared_queue")
    floor = firm([at(0, 9)], teams=[team], stages=[stage(ignored=neglecting())])
    assert outcomes(live(floor, with_luck(table(patience=DAY), 0.1))) == ["won"]


def test_who_keeps_its_rep_is_not_ignored() -> None:
    stages = [stage(to=1), stage(ignored=neglecting())]
    assert outcomes(live(firm([at(0, 9)], stages=stages), with_luck(table(), 0.1))) == ["won"]
    handed_over = firm([at(0, 9)], stages=stages, teams=[Team(sticky=False)])
    assert outcomes(live(handed_over, with_luck(table(patience=DAY), 0.1))) == ["gone cold"]


def test_who_is_ignored_by_a_leaver_is_placed_anew_with_the_same_luck() -> None:
    # 1/2 with no open lead, 1/4 with one or more. Rep 0 ignores lead 0 and leaves at 12:00; rep 1 has lead 1,
    # which takes until 16:00, so lead 0 is ignored again only if its luck is below 1/4.
    loads = [(0, 1.0), (1, 1 / 3)]
    reps = [Rep(0, leaves=at(0, 12)), Rep(0)]
    floor = firm([at(0, 9)] * 2, reps, stages=[stage(ignored=neglecting(loads=loads))])
    history = live(floor, with_luck(table(effort={0: 1, 1: 7}, patience=3 * DAY), 0.3, 0.6))
    assert spans(history) == [(at(0, 16), at(0, 17), 1), (at(0, 9), at(0, 16), 1)]
    unlucky = live(floor, with_luck(table(effort={0: 1, 1: 7}, patience=3 * DAY), 0.2, 0.6))
    first = unlucky.visits()[0]
    assert (first.ignored, first.left) == (True, at(3, 9))
    assert unlucky.leads[0].owner == 1


def test_a_leaver_s_queue_comes_before_what_it_ignores() -> None:
    # At 10:00 rep 0 leaves while at work on lead 0; lead 1 is ignored, lead 2 queues. Rep 1 gets 2, then 1.
    reps = [Rep(0, leaves=at(0, 10)), Rep(0, joins=at(0, 9.5))]
    loads = [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1 / 3)]
    floor = firm([at(0, 9)] * 3, reps, stages=[stage(ignored=neglecting(1.0, loads=loads[:1]))])
    draws = with_luck(table(effort={0: 2, 1: 1, 2: 1}, patience=9 * HOUR), 0.9, 0.3, 0.9)
    history = live(floor, draws)
    assert [visit.rep for visit in history.visits()] == [0, None, 1]
    assert history.leads[1].owner == 1  # ignored there, too


def test_a_change_of_the_stage_does_not_change_who_is_ignored() -> None:
    before = firm([at(0, 9)], stages=[stage(ignored=neglecting())])
    after = firm([at(0, 9)], stages=[stage()])
    draws = with_luck(table(patience=3 * DAY), 0.1)
    history = live(before, draws, from_day(1, after, draws))
    assert (outcomes(history), history.leads[0].ended) == (["gone cold"], at(3, 9))


def test_another_team_gets_what_was_ignored() -> None:
    people, teams = [Rep(0), Rep(1)], [Team(), Team()]
    before = firm([at(0, 9)], people, teams=teams, stages=[stage(ignored=neglecting())])
    after = firm([at(0, 9)], people, teams=teams, stages=[stage(team=1)])
    draws = with_luck(table(patience=3 * DAY), 0.1)
    history = live(before, draws, from_day(1, after, draws))
    assert spans(history) == [(at(1, 9), at(1, 10), 1)]
