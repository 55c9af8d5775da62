"""Attempts to reach the buyer: what a scenario may say of them, their rows, and their figures."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, fold, history
from funnelsim.engines.fold import new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, NOTHING, Event, Flag
from funnelsim.scenario import lower, parse

from ..oracle.plan import Plan, daily
from .good_scenario import GOOD, problems_of

engines = pytest.mark.parametrize("engine", sorted(ENGINES))
TRYING = """
[stages.talk.attempts]
chance = 0.3
interval_hours = 24
most = 5
effort_hours = 0.1
"""
DAYS = 20


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("chance = 0.3", "chance = 1.3", "stages.talk.attempts.chance is 1.3; expected at most 1"),
        ("most = 5", "most = 0", "stages.talk.attempts.most is 0; expected at least 1"),
        ("most = 5", "most = 256", "stages.talk.attempts.most is 256; expected at most 255"),
        ("interval_hours = 24", "interval_hours = -1", "stages.talk.attempts.interval_hours"),
        ("interval_hours = 24\n", "", "stages.talk.attempts.interval_hours is missing"),
        (
            "[stages.talk.attempts]",
            "[stages.alone]\nconversion = 0.5\n[stages.alone.attempts]",
            "stages.alone.attempts is given, but the stage has no team; expected a team, or no such key",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(old: str, new: str, told: str) -> None:
    sentences = [problem.sentence() for problem in problems_of(GOOD + TRYING.replace(old, new, 1))]
    assert len(sentences) == 1
    assert told in sentences[0]


def test_not_reached_is_a_reason_that_may_be_nurtured() -> None:
    care = '[nurture.calls]\nreasons = ["not reached"]\ninterval_days = 9\nchance = 0.1\n'
    care += 'most_touches = 3\nreturns_to = "talk"\n'
    names = lower(parse(GOOD + TRYING + care + "[horizon]\nwarm_up_months = 0\ndrain_months = 0\n")).names
    assert names.reasons[-1] == "not reached"
    [problem] = problems_of(GOOD + care)
    assert problem.path == "nurture.calls.reasons"


def buyers(chance: float, most: int, interval: float = 1.0, sticky: int = 0, **more: object) -> Plan:
    """Plan a firm of two reps, all of whose inquiries come on the first day at 9, and wait for no one."""
    plan = Plan(days=DAYS)
    team = plan.team(daily(DAYS, 0, 24), [{}, {}], sticky=sticky)
    plan.stage(team, effort=2.0, attempts=(chance, most, 0.5, interval), cost_per_visit=3.0, **more)
    plan.channel([25.0, *[0.0] * (DAYS - 1)], 9, 9)
    return plan


@engines
def test_who_is_reached_at_once_is_talked_to_in_the_same_spell(engine: str) -> None:
    rows = history(engine, buyers(1.0, 3).model())
    started, worked = (rows[rows["event"] == event] for event in (Event.STARTED, Event.WORKED))
    assert len(started) == len(worked) == (rows["event"] == Event.INQUIRY).sum() > 1
    assert set(worked["worked"]) == {round(2.5 * HOUR)}
    assert set(worked["flags"] & Flag.ATTEMPT) == {Flag.ATTEMPT}
    assert set(started["count"]) == set(worked["count"]) == {1}
    assert set(started["money"]) == {3.0}


@engines
def test_who_is_never_reached_is_lost_after_so_many_attempts(engine: str) -> None:
    rows = history(engine, buyers(0.0, 3, interval=30.0).model())
    of_one = rows[rows["pursuit"] == rows["pursuit"][0]]
    told = [Event(int(event)).name for event in of_one["event"]]
    attempt = ["STARTED", "NOT_REACHED"]
    again = ["QUEUED_AGAIN", *attempt]
    assert told == ["INQUIRY", "ENTERED", *attempt, *again, *again, "LOST"]
    misses = of_one[of_one["event"] == Event.NOT_REACHED]
    assert misses["count"].tolist() == [1, 2, 3]
    assert misses["reason"].tolist() == [NOTHING, NOTHING, 2]
    assert set(misses["worked"]) == {HOUR // 2}
    assert set(of_one["waited"][of_one["event"] == Event.QUEUED_AGAIN]) == {30 * HOUR}
    lost = of_one[-1]
    assert (lost["reason"], lost["waited"], lost["time"]) == (2, 0, misses["time"][-1])
    assert of_one["money"][of_one["event"] == Event.STARTED].tolist() == [3.0, 0.0, 0.0]


@engines
@pytest.mark.parametrize("sticky", [0, 1])
def test_the_owner_tries_again_ahead_of_those_who_came_later(engine: str, sticky: int) -> None:
    rows = history(engine, buyers(0.3, 9, sticky=sticky).model())
    started = rows[rows["event"] == Event.STARTED]
    for pursuit in np.unique(started["pursuit"]):
        assert len(np.unique(started["rep"][started["pursuit"] == pursuit])) == 1
    again = rows[rows["event"] == Event.QUEUED_AGAIN]
    assert len(again) > 3
    for (
        row
    ) in again:  # it came at 9 like the others: whoever starts before it has a lower entity, or is at work
        own = started[(started["rep"] == row["rep"]) & (started["time"] >= row["time"])]
        queued = own[own["pursuit"] > row["pursuit"]]
        mine = own[own["pursuit"] == row["pursuit"]]["time"][0]
        assert not ((queued["time"] > row["time"]) & (queued["time"] < mine)).any()


@engines
def test_patience_ends_at_the_first_attempt(engine: str) -> None:
    plan = buyers(0.0, 2, interval=48.0, patience=1.0)
    rows = history(engine, plan.model())
    tried = set(rows["pursuit"][rows["event"] == Event.NOT_REACHED].tolist())
    cold = set(rows["pursuit"][rows["event"] == Event.WENT_COLD].tolist())
    assert tried
    assert not tried & cold
    assert (rows["event"] == Event.LOST).sum() == len(tried)


@engines
def test_the_next_attempt_is_another_rep_s_where_the_owner_has_left(engine: str) -> None:
    plan = Plan(days=DAYS)
    team = plan.team(daily(DAYS, 0, 24), [{"leaves": DAY}, {"joins": DAY}])
    plan.stage(team, effort=1.0, attempts=(0.0, 2, 0.5, 30.0))
    plan.channel([9.0, *[0.0] * (DAYS - 1)], 9, 9)
    rows = history(engine, plan.model())
    second = rows[(rows["event"] == Event.STARTED) & (rows["count"] == 2)]
    assert len(second) > 0
    assert set(second["rep"]) == {1}


@engines
def test_the_wait_that_counts_is_that_until_the_first_attempt(engine: str) -> None:
    """Whoever was tried within an hour advances for certain, however late the buyer is reached."""
    plan = Plan(days=DAYS)
    team = plan.team(daily(DAYS, 0, 24), [{}] * 30)
    points = [(1.0, 1e200), (1.5, 1e-200)]
    plan.stage(team, effort=1.0, attempts=(0.3, 99, 0.0, 5.0), conversion=0.5, points=points)
    plan.channel([9.0, *[0.0] * (DAYS - 1)], 9, 9)
    rows = history(engine, plan.model())
    late = rows[(rows["event"] == Event.WORKED) & (rows["count"] > 1)]
    assert len(late) > 1
    assert not (rows["event"] == Event.LOST).any()
    first = rows[rows["flags"] & Flag.FIRST_CONTACT != 0]
    assert len(first) == (rows["event"] == Event.INQUIRY).sum()
    assert set(first["count"]) == {1}


def value(name: str, rows: Records, model: Model, dimension: str = "all") -> list[float]:
    """Return a figure of a ledger along a dimension."""
    tally = new_tally(model, len(model.reasons))
    fold.fold(rows, model, tally)
    found: list[float] = FIGURES[name].values(cut(model, stack([tally]), dimension))[0].tolist()
    return found


def test_figures_equal_a_slow_count() -> None:
    model = buyers(0.3, 2, interval=5.0, patience=2.0).model()
    rows = history("reference", model, 5)
    worked, missed = rows["event"] == Event.WORKED, rows["event"] == Event.NOT_REACHED
    given_up = missed & (rows["reason"] != NOTHING)
    started = rows[rows["event"] == Event.STARTED]
    tried = len(np.unique(started["pursuit"]))
    assert 0 < given_up.sum() < tried
    assert value("attempts", rows, model) == [worked.sum() + missed.sum()]
    assert value("attempts_per_lead", rows, model) == [(worked.sum() + missed.sum()) / tried]
    assert value("reached_share", rows, model, "stage") == [worked.sum() / (worked.sum() + given_up.sum())]
    assert value("not_reached", rows, model) == [given_up.sum()]
    assert value("hours_not_reached", rows, model) == pytest.approx([missed.sum() / 2])
    assert value("wait", rows, model) == pytest.approx([started["waited"].sum() / HOUR / tried])
    assert value("visit_cost", rows, model) == [3.0 * tried]
    busy = (rows["worked"][worked].sum() + rows["worked"][missed].sum()) / (2 * DAYS * DAY)
    assert value("utilisation", rows, model) == pytest.approx([busy])


def test_the_queue_is_the_integral_of_its_length() -> None:
    model = buyers(0.3, 4, interval=2.0).model()
    rows = history("reference", model, 5)
    joins = np.isin(rows["event"], (Event.ENTERED, Event.QUEUED_AGAIN))
    leaves = rows["event"] == Event.STARTED
    assert joins.sum() == leaves.sum()
    area = rows["time"][leaves].astype(float).sum() - rows["time"][joins].astype(float).sum()
    assert value("queue", rows, model) == pytest.approx([area / (DAYS * DAY)])
    assert area == pytest.approx(rows["waited"][leaves].sum())
