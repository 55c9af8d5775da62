"""People who learn, and who are absent, worked out with paper and pencil."""

from __future__ import annotations

import pytest

from funnelsim.engines import ENGINES, history
from funnelsim.model.words import Event

from .by_hand import at, firm, live, spans, stage, table
from .firm import DAY, HOUR, Rep, Team, Training, Turnover
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


def test_work_in_hand_is_paused_by_an_absence() -> None:
    # Four hours from 15:00 on day 0: two until 17:00, absent on day 1, one and a half on day 2 from 9:00 to
    # 10:30, absent from a midnight to noon on day 3 changes nothing any more.
    away = Rep(0, spells=[(DAY, 2 * DAY), (3 * DAY, 3 * DAY + 12 * HOUR)])
    assert spans(live(firm([at(0, 15)], reps=[away]), table(effort=3.5))) == [(at(0, 15), at(2, 10.5), 0)]


def test_work_may_end_as_an_absence_begins_and_spells_unite() -> None:
    night = [(0, 10 * DAY)]
    away = Rep(0, spells=[(2 * DAY, 3 * DAY), (DAY, 2 * DAY)])
    floor = firm([at(0, 20), at(0, 20)], reps=[away], calendars=[night])
    assert spans(live(floor, table(effort=4))) == [(at(0, 20), DAY, 0), (at(3, 0), at(3, 4), 0)]


def test_who_is_absent_gets_no_new_leads_while_the_own_wait() -> None:
    # Leads 0 and 1 go to reps 0 and 1 on day 0 at 18:00. Rep 0 is absent on day 1: lead 2 goes to rep 1,
    # whose turn it is not. Lead 0 waits for rep 0 until day 2.
    reps = [Rep(0, spells=[(DAY, 2 * DAY)]), Rep(0)]
    history_ = live(firm([at(0, 18), at(0, 18), at(1, 9)], reps=reps), table())
    assert spans(history_) == [(at(2, 9), at(2, 10), 0), (at(1, 9), at(1, 10), 1), (at(1, 10), at(1, 11), 1)]


def test_who_comes_back_has_been_idle_since_then() -> None:
    # Rep 0, idle since time 0, comes back on day 1, rep 1 has been idle since day 0, 10:00.
    shared = Team(assignment="shared_queue")
    reps = [Rep(0, spells=[(0, DAY)]), Rep(0)]
    history_ = live(firm([at(0, 9), at(1, 9)], reps=reps, teams=[shared]), table())
    assert [rep for _, _, rep in spans(history_)] == [1, 1]


def test_a_seat_is_filled_at_a_midnight_by_somebody_else() -> None:
    # The first stays until day 1, 12:00, but finishes the work of 11:00 at 14:00. The next comes a day later,
    # so on day 3, works at half the speed and stays for good. The lead of day 2 waits for the team.
    stays, comes = [36 * HOUR, 10**9 * HOUR], [0, DAY]
    turnover = Turnover(stays=lambda one, _: stays[one], comes_after=lambda one: comes[one])
    seat = Rep(0, turnover=turnover, talent=lambda one: (1.0, [1.0, 0.5][one]), pay_per_month=3000.0)
    floor = firm([at(1, 11), at(2, 11)], reps=[seat], teams=[Team(hiring_cost=70.0)])
    history_ = live(floor, table(effort=3))
    assert spans(history_) == [(at(1, 11), at(1, 14), 0), (at(3, 9), at(3, 15), 0)]
    assert history_.total("joined") == 70.0
    assert [(when, what) for when, what, _ in history_.log if what in ("joined", "on staff")] == [
        (at(1, 14), "on staff"),
        (3 * DAY, "joined"),
        (10 * DAY, "on staff"),
    ]
    days = 1 + 14 / 24 + 7  # until 14:00 on day 1, and from day 3 on
    assert history_.total("pay") == pytest.approx(100.0 * days)


def test_a_lead_at_the_customer_is_the_successor_s() -> None:
    turnover = Turnover(stays=lambda one, _: [DAY, 10**9 * HOUR][one], comes_after=lambda _: 0)
    floor = firm([at(0, 9)], reps=[Rep(0, turnover=turnover), Rep(0)], stages=[stage(to=1), stage()])
    history_ = live(floor, table(days=2))
    assert [(visit.started, visit.rep) for visit in history_.visits()] == [(at(0, 9), 0), (at(2, 10), 0)]


def test_a_newcomer_knows_nothing_yet() -> None:
    # Skill 1 + 8 n / (n + 2) with n leads, one of them from before: 3.67, 5 and 5.8. Odds above 4.26 win. Who
    # comes on day 2 has a skill of 1.
    turnover = Turnover(stays=lambda one, _: [DAY + HOUR, 10**9 * HOUR][one], comes_after=lambda _: 0)
    seat = learner(turnover=turnover, worked_before=1)
    floor = firm(
        [at(0, 9), at(0, 10), at(0, 11), at(2, 9)],
        reps=[seat],
        teams=[Team(learns=(8.0, 2.0, 0))],
        stages=[stage(odds=1.0)],
    )
    history_ = live(floor, table(advances=0.81))
    assert [visit.how for visit in history_.visits()] == ["lost", "won", "won", "lost"]
