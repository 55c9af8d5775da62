"""People who learn, worked out with paper and pencil: the oracle first, then both engines on a model."""

from __future__ import annotations

import pytest

from funnelsim.engines import ENGINES, history
from funnelsim.model.words import Event

from .by_hand import at, firm, live, stage, table
from .firm import DAY, Rep, Team, Training
from .plan import Plan

engines = pytest.mark.parametrize("engine", sorted(ENGINES))


def learner(**more: object) -> Rep:
    return Rep(0, grows=True, **more)


def test_a_win_raises_the_skill_of_the_next_work() -> None:
    # Odds 1 at skill 1; luck 0.6 wins at odds above 1.5. Skill = 1 + 3 n / (n + 5), a win counts 1 more.
    # Lead 0 at skill 1: lost, n = 1, skill 1.5: lead 1 lost (0.6 is not below 0.6), n = 2, skill 1.857: won,
    # so n = 4, skill 2.33.
    team = Team(learns=(3.0, 5.0, 1))
    floor = firm([at(day, 9) for day in range(4)], reps=[learner()], teams=[team], stages=[stage(odds=1.0)])
    history_ = live(floor, table(advances=0.6))
    assert [visit.how for visit in history_.visits()] == ["lost", "lost", "won", "won"]
    others = live(floor, table(advances=0.69))  # above 1.857 / 2.857 = 0.65, below nothing that it reaches
    assert [visit.how for visit in others.visits()] == ["lost"] * 4  # 1 + 3 x 3 / 8 = 2.125: 0.68


def test_nothing_is_learned_before_the_period() -> None:
    team = Team(learns=(8.0, 1.0, 0))
    arrivals = [at(day, 9) for day in range(4)]
    floor = firm(
        arrivals, reps=[learner()], teams=[team], stages=[stage(odds=1.0)], months=[2 * DAY, 10 * DAY]
    )
    # The first lead that counts is that of day 2: only day 3's finds a skill of 1 + 8 / 2 = 5.
    assert [visit.how for visit in live(floor, table(advances=0.8)).visits()] == [
        "lost",
        "lost",
        "lost",
        "won",
    ]


def test_a_training_works_from_its_midnight_on_and_fades() -> None:
    # Factor 16 on day 1, half-life 1 day: at noon on day 1 16^(0.5^0.5) = 7.10, on day 2 16^(0.5^1.5) = 2.66,
    # on day 3 1.63. Luck 0.7 wins at odds above 2.33.
    team = Team(trainings=[Training(DAY, odds=16.0, half_life=1.0)])
    arrivals = [at(day, 12) for day in range(4)]
    floor = firm(arrivals, reps=[learner()], teams=[team], stages=[stage(odds=1.0)])
    assert [visit.how for visit in live(floor, table(advances=0.7)).visits()] == [
        "lost",
        "won",
        "won",
        "lost",
    ]


def test_who_joins_after_the_training_was_not_trained() -> None:
    team = Team(trainings=[Training(DAY, odds=1e6, half_life=1e6)])
    late = learner(joins=at(1, 1))
    floor = firm([at(2, 12)], reps=[late], teams=[team], stages=[stage(odds=1.0)])
    assert [visit.how for visit in live(floor, table(advances=0.7)).visits()] == ["lost"]
    early = firm([at(2, 12)], reps=[learner(joins=DAY)], teams=[team], stages=[stage(odds=1.0)])
    assert [visit.how for visit in live(early, table(advances=0.7)).visits()] == ["won"]


@engines
def test_rows_of_a_month_of_learning(engine: str) -> None:
    """One rep, a lead each noon; a training on day 2; the month ends after day 4."""
    plan = Plan(5)
    team = plan.team(
        [(0, 5 * DAY)],
        [{"grows": 1, "worked_before": 3}],
        trainings=[(2, {"cost": 70.0, "odds": 4.0, "half_life": 3.0})],
        learns_most=2.0,
        learns_half=8.0,
    )
    plan.stage(team, effort=1.0)
    plan.channel(1.0, 12, 12)
    rows = history(engine, plan.model(), 5)
    worked = rows[rows["event"] == Event.WORKED]
    trained = rows[rows["event"] == Event.TRAINED]
    assert trained[["time", "rep", "money"]].tolist() == [(3 * DAY, 0, 70.0)]
    [skill] = rows[rows["event"] == Event.SKILL]
    leads = 3 + len(worked)
    assert skill["time"] == 5 * DAY
    assert skill["money"] == pytest.approx((1 + 2 * leads / (leads + 8)) * 2)  # 4^(1/2) after a half-life
