"""Nurture: what a scenario may say of it, what its rows say, and the figures that come of it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, fold, history
from funnelsim.engines.fold import (
    IN_NURTURE,
    TOUCH,
    Basis,
    Measure,
    Tally,
    line_bounds,
    new_tally,
    stack,
)
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING, Event, Flag
from funnelsim.scenario import course_of, lower, parse

from ..oracle.plan import Plan, daily
from .good_scenario import GOOD, problems_of

engines = pytest.mark.parametrize("engine", sorted(ENGINES))
CARE = """
[nurture.letters]
reasons = ["unstated", "gone cold"]
interval_days = 10
chance = 0.1
most_touches = 5
returns_to = "talk"
cost_per_touch = 2.0
"""
PERIOD = "[horizon]\nwarm_up_months = 0\nperiod_months = 6\ndrain_months = 1\n"


def with_care(old: str = "", new: str = "") -> str:
    assert old in CARE
    return GOOD + CARE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "interval_days = 10",
            "interval_days = 0",
            "nurture.letters.interval_days is 0; expected more than 0",
        ),
        ("most_touches = 5", "most_touches = 0", "nurture.letters.most_touches is 0; expected at least 1"),
        ("chance = 0.1", "chance = 1.5", "nurture.letters.chance is 1.5; expected a chance from 0 to 1"),
        (
            "chance = 0.1",
            "chance = { unstated = -0.1, 'gone cold' = 0.5 }",
            "nurture.letters.chance.unstated is -0.1; expected a chance from 0 to 1",
        ),
        (
            "chance = 0.1",
            "chance = { unstated = 0.1 }",
            'nurture.letters.chance says nothing of "gone cold"; expected a chance for each reason',
        ),
        (
            "chance = 0.1",
            "chance = { unstated = 0.1, 'gone cold' = 0.1, pric = 0.2 }",
            'nurture.letters.chance names "pric"; expected a reason of this program: unstated, gone cold',
        ),
        (
            'reasons = ["unstated"',
            'reasons = ["unstatd"',
            'nurture.letters.reasons names "unstatd"; did you mean "unstated"?',
        ),
        (
            'returns_to = "talk"',
            'returns_to = "tlk"',
            'nurture.letters.returns_to names "tlk"; did you mean "talk"?',
        ),
        (
            "[nurture.letters]",
            "[nurture.calls]\nreasons = ['gone cold']\ninterval_days = 1\nchance = 0.1\n"
            "most_touches = 5\nreturns_to = 'talk'\n[nurture.letters]",
            'nurture.letters.reasons takes "gone cold", and so does calls; expected each reason in one'
            " program",
        ),
        ("most_touches = 5", "most_touches = 5\nmost_returns = 1.5", "nurture.letters.most_returns is 1.5;"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(old: str, new: str, told: str) -> None:
    sentences = [problem.sentence() for problem in problems_of(with_care(old, new))]
    assert len(sentences) == 1
    assert told in sentences[0]


def test_a_stage_may_be_reached_from_nurture_alone() -> None:
    text = with_care('returns_to = "talk"', 'returns_to = "second"')
    text += "[stages.second]\nconversion = 0.5\nnext = 'won'\n"
    parse(text.replace("effort_hours = 2", "effort_hours = 2\nnext = 'won'"))


def test_chances_by_reason_are_cumulative() -> None:
    text = with_care("chance = 0.1", "chance = { unstated = 0.5, 'gone cold' = 0.0 }")
    model, names = lower(parse(text + PERIOD))
    cold, unstated = (model.reasons[names.reasons.index(reason)] for reason in ("gone cold", "unstated"))
    by_touch = {
        name: model.returns[row["first_touch"] : row["first_touch"] + row["most_touches"]].tolist()
        for name, row in (("cold", cold), ("unstated", unstated))
    }
    assert by_touch == {"cold": [0.0] * 5, "unstated": [0.5, 0.75, 0.875, 0.9375, 0.96875]}


def cared_for(days: float, by_touch: list[float], **more: object) -> Plan:
    """Plan a firm of 40 days, all of whose inquiries come on the first day at 9 and are lost a day later."""
    plan = Plan(days=40, warm_up=2)
    plan.stage(customer=1.0, conversion=0.0)
    plan.stage(customer=0.5)
    plan.channel([9.0, *[0.0] * 39], 9, 9)
    plan.nurture(1, days, by_touch, 1, **more)
    return plan


@engines
def test_who_comes_back_at_the_third_touch(engine: str) -> None:
    rows = history(engine, cared_for(10, [0.0, 0.0, 1.0], cost_per_touch=2.0).model())
    count = int((rows["event"] == Event.INQUIRY).sum())
    parked, touched, back, won = (
        rows[rows["event"] == event] for event in (Event.PARKED, Event.TOUCHED, Event.RETURNED, Event.WON)
    )
    assert len(parked) == len(touched) == len(back) == len(won) == count > 1
    assert set(parked["reason"]) == {1}
    assert set(touched["time"] - touched["worked"]) == set(back["waited"]) == {30 * DAY}
    assert set(touched["waited"]) == {10 * DAY}
    assert set(touched["count"]) == {3}
    assert set(touched["stage"]) == {0}
    assert set(back["stage"]) == {1}
    assert set(won["flags"] & Flag.RETURNED) == {Flag.RETURNED}
    assert not (rows["event"] == Event.LOST).any()


@engines
def test_who_does_not_come_back_is_lost_once_for_the_first_reason(engine: str) -> None:
    rows = history(engine, cared_for(5, [0.0, 0.0, 0.0]).model())
    lost = rows[rows["event"] == Event.LOST]
    assert len(lost) == (rows["event"] == Event.INQUIRY).sum() > 1
    assert set(lost["reason"]) == {1}
    assert set(lost["flags"]) == {Flag.NURTURED}
    assert set(lost["waited"]) == {0}
    assert set(lost["time"] - lost["created"]) == {16 * DAY}
    assert (lost["worked"] == lost["created"]).all()


@engines
def test_the_horizon_counts_the_touches_before_it(engine: str) -> None:
    rows = history(engine, cared_for(12.5, [0.0] * 9).model())
    touched, still = rows[rows["event"] == Event.TOUCHED], rows[rows["event"] == Event.OPEN]
    assert len(touched) == len(still) == (rows["event"] == Event.INQUIRY).sum() > 1
    assert set(touched["count"]) == {3}
    assert set(touched["time"]) == {40 * DAY}
    exact = history(engine, cared_for((39 - 9 / 24) / 3, [0.0] * 9).model())  # the third touch at the horizon
    assert set(exact["count"][exact["event"] == Event.TOUCHED]) == {2}


@engines
def test_nobody_comes_back_more_often_than_allowed(engine: str) -> None:
    plan = Plan(days=40)
    plan.stage(customer=1.0, conversion=0.0)
    plan.channel([9.0, *[0.0] * 39], 9, 9)
    plan.nurture(1, 2, [1.0], 0, most_returns=3)
    rows = history(engine, plan.model())
    count = int((rows["event"] == Event.INQUIRY).sum())
    assert (rows["event"] == Event.PARKED).sum() == (rows["event"] == Event.RETURNED).sum() == 3 * count > 3
    lost = rows[rows["event"] == Event.LOST]
    assert set(lost["time"] - lost["created"]) == {(4 * 1 + 3 * 2) * DAY}
    assert set(lost["flags"]) == {Flag.RETURNED}


@engines
def test_who_goes_cold_is_nurtured_and_leaves_the_queue_once(engine: str) -> None:
    plan = Plan(days=40)
    team = plan.team(daily(40, closed=tuple(range(40))), [{}])
    plan.stage(team, patience=2.0)
    plan.channel([9.0, *[0.0] * 39], 9, 9)
    plan.nurture(0, 3, [0.0, 0.0], 0)
    model = plan.model()
    rows = history(engine, model)
    cold = rows[rows["event"] == Event.WENT_COLD]
    assert len(cold) == (rows["event"] == Event.PARKED).sum() > 1
    assert set(cold["time"] - cold["created"]) == {8 * DAY}
    waits = cut(model, tallied(rows, model), "all").queue
    assert waits == pytest.approx(np.array([[len(cold) * 2 / 40]]))


def tallied(rows: Records, model: Model) -> Tally:
    tally = new_tally(model, len(model.reasons))
    fold.fold(rows, model, tally)
    return stack([tally])


def value(name: str, rows: Records, model: Model, dimension: str = "all") -> list[float]:
    """Return a figure of a ledger along a dimension."""
    found: list[float] = FIGURES[name].values(cut(model, tallied(rows, model), dimension))[0].tolist()
    return found


def test_figures_as_counted_by_hand() -> None:
    model = cared_for(10, [0.0, 0.0, 1.0], cost_per_touch=2.0).model()
    rows = history("reference", model)
    count = int((rows["event"] == Event.INQUIRY).sum())
    # Nurtured from day 1 to day 31, 9:00; the period is from day 2 to day 40.
    days = 31 + 9 / 24 - 2
    assert value("in_nurture", rows, model) == pytest.approx([count * days / 38])
    assert value("nurture_cost", rows, model) == [count * 3 * 2.0]
    assert value("reactivated", rows, model) == [count]
    assert value("cost_per_reactivated", rows, model) == [6.0]
    assert value("taken_into_nurture", rows, model) == [0]  # before the period
    assert value("won_reactivated", rows, model) == [count]
    assert value("bookings_from_reactivated", rows, model) == value("bookings", rows, model)
    assert value("revenue_from_reactivated", rows, model) == value("revenue", rows, model)
    assert value("nurture_cost", rows, model, "channel") == [count * 6.0]
    assert value("marketing_cost", rows, model) == [count * 6.0]
    assert value("cost", rows, model) == [count * 6.0]


def test_visits_that_end_in_nurture_count_as_refused_once() -> None:
    model = cared_for(5, [0.0, 0.0, 0.0]).model()._replace(months=np.array([0, 40 * DAY]))
    rows = history("reference", model)
    count = int((rows["event"] == Event.INQUIRY).sum())
    assert value("lost", rows, model) == [count]
    assert value("conversion", rows, model, "stage")[0] == 0.0
    assert value("lost_of_visits", rows, model, "stage")[0] == 1.0
    assert value("customer_time", rows, model, "stage")[0] == pytest.approx(1.0)
    assert value("time_in_stage", rows, model, "stage")[0] == pytest.approx(1.0)
    assert value("reactivated_share", rows, model) == [0.0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spans_and_touches_equal_a_slow_count(seed: int) -> None:
    text = GOOD.replace("inquiries_per_month = 10", "inquiries_per_month = 200") + CARE + PERIOD
    text = text.replace("effort_hours = 1", "effort_hours = 1\ngoes_cold_after_days = 1")
    model = lower(parse(text)).model
    rows = history("compiled", model, seed)
    found = tallied(rows, model).sums[0]
    first = line_bounds(model)[1]
    spans = rows[rows["event"] == Event.TOUCHED]
    assert len(spans) > 100
    for month, (since, until) in enumerate(pairwise(model.months.tolist())):
        at = [
            (each["worked"] + touch * each["waited"], each["money"])
            for each in spans
            for touch in range(1, each["count"] + 1)
        ]
        within = [money for when, money in at if since <= when < until]
        overlap = sum(max(min(each["time"], until) - max(each["worked"], since), 0) for each in spans)
        there = sum(each["worked"] < until <= each["time"] for each in spans)
        line = found[first + month, :, Basis.PERIOD]
        assert line[TOUCH, Measure.COUNT] == len(within)
        assert line[TOUCH, Measure.MONEY] == pytest.approx(sum(within))
        assert line[IN_NURTURE, Measure.WAITED] == overlap
        assert line[IN_NURTURE, Measure.COUNT] == there


def test_inquiries_end_once() -> None:
    text = GOOD + CARE + PERIOD
    rows = history("compiled", lower(parse(text)).model, 3)
    ends = np.isin(rows["event"], (Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN))
    assert ends.sum() == (rows["event"] == Event.INQUIRY).sum()
    assert len(np.unique(rows["pursuit"][ends])) == ends.sum()
    assert NOTHING not in set(rows["reason"][rows["event"] == Event.PARKED])


@engines
def test_a_strategy_may_nurture_more(engine: str) -> None:
    strategy = '[strategies.care]\nstarts = 2026-03-01\nchange = { "nurture.letters.chance" = 1.0 }\n'
    scenario = parse(with_care("chance = 0.1", "chance = 0.0") + PERIOD + strategy)
    world = world_of(1, 0)
    today, care = (history(engine, course_of(scenario, name).chapters(world)) for name in ("today", "care"))
    assert not (today["event"] == Event.RETURNED).any()
    back = care[care["event"] == Event.RETURNED]
    begun = (date(2026, 3, 1) - date(2026, 1, 1)).days * DAY
    assert len(back) > 5
    assert (back["time"] - back["waited"] >= begun).all()  # who was nurtured before keeps what was in store
