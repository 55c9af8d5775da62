"""A lowered scenario holds what its file says, in numbers."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import get_args

import numpy as np
import pytest

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import Entity, entity, hash24, purpose
from funnelsim.model.own_policy import BUILT_IN
from funnelsim.model.words import DAY, HOUR, LOST, NEVER, NOBODY, NOTHING, WON, Assignment, QueueOrder
from funnelsim.scenario import Scenario, ScenarioError, load, lower, parse
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.channels import KINDS
from funnelsim.scenario.months import Months, months_later
from funnelsim.scenario.schema import Team

FULL = """
start = 2026-03-01
currency = "EUR"
[horizon]
period_months = 2
warm_up_months = 1
drain_months = 3
[effects]
temperature = { hot = 2, future = 0.5 }
wait = { hours = [1, 24], odds_ratio = [1, 0.5] }
theorist = 0.2
skill_by_temperature = { hot = 0.5 }
extra_decider = { odds_ratio = 0.9, customer_time = 1.5 }
[segments.small]
contract_value_per_year = 1000
[segments.big]
contract_value_per_year = { median = 9000, p90 = 20000 }
term_years = 3
gross_margin = 0.4
odds_ratio = 0.5
customer_time_factor = 2
committee_size = 3
[channels.web]
kind = "seo"
inquiries_per_month = 30
segments = { big = 0.25, small = 0.75 }
arrives_between = ["09:30", "18:00"]
temperature = { hot = 0.1, warm = 0.3, future = 0.6 }
theorist_share = 0.07
cost_per_month = 500
cost_per_inquiry = 3
[channels.fair]
kind = "pr"
inquiries_per_month = 6
segments = { small = 1 }
first_stage = "offer"
fit = { low = 0.5, likely = 1, high = 2 }
[teams.desk]
people = 2
hours.monday = ["09:00-12:00", "13:00-17:00"]
holidays = [2026-02-09]
cost_per_person_month = 3000
seat_cost_per_month = 100
max_open = 7
opener_share = 0.5
assignment = "least_loaded"
queue_order = "oldest_inquiry"
sticky = false
[teams.closers]
people = 1
commission = 0.1
cost_per_person_month = 5000
skill = { low = 0.5, likely = 1, high = 1.5 }
ramp_up = { months = 6, skill_from = 0.5, speed_from = 0.25 }
assignment = "hot_to_best"
[teams.closers.reps.dora]
skill = 1.5
speed = 2
hired = 2026-03-15
leaves = 2026-04-15
cost_per_month = 7000
[teams.closers.reps.gone]
leaves = 2026-01-31
[teams.closers.reps.old]
hired = 2025-12-31
[stages.talk]
team = "desk"
effort_hours = 0.5
goes_cold_after_days = 4
conversion = 0.25
next = { offer = 2, won = 1, talk = 1 }
lost_reasons = { price = 0.5, timing = 0.5 }
[stages.think]
customer_takes_days = 30
conversion = 1
next = "offer"
[stages.offer]
team = "closers"
effort_hours = 8
conversion = 0.5
makes = "lead"
cost_per_visit = 12
back_to = { think = 0.3, talk = 0.1 }
lost_reasons = { timing = 1 }
[stages.offer.effects]
temperature = { hot = 3 }
theorist = 0.5
wait = { hours = [10], odds_ratio = [0.8] }
skill_by_temperature = { future = 0 }
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse(FULL)


def test_names_are_those_of_the_file_in_its_order(scenario: Scenario) -> None:
    names = lower(scenario).names
    assert names.segments == ("small", "big")
    assert names.channels == ("web", "fair")
    assert names.reps == ("desk 1", "desk 2", "closers 1", "dora", "old")
    assert names.stages == ("talk", "think", "offer")
    assert names.reasons == ("gone cold", "price", "timing", "unstated")
    assert names.months == ("2026-03", "2026-04")
    assert (names.currency, names.start) == ("EUR", "2026-02-01")


def test_time_is_counted_from_the_first_day_of_the_warm_up(scenario: Scenario) -> None:
    model = lower(scenario).model
    assert (model.months / DAY).tolist() == [28, 28 + 31, 28 + 31 + 30]
    assert model.horizon == (28 + 31 + 30 + 31 + 30 + 31) * DAY
    assert model.month_days[:29].tolist() == [28] * 28 + [31]
    assert len(model.month_days) * DAY == model.horizon


def test_channels(scenario: Scenario) -> None:
    model = lower(scenario).model
    web, fair = model.channels
    assert web["entity"] == entity(Entity.INQUIRY, "web")
    spans = [model.spans[each["first_span"] :][: each["spans"]].tolist() for each in (web, fair)]
    assert spans == [[(9.5 * HOUR, 18 * HOUR, 1.0)], [(0, DAY, 1.0)]]
    assert (web["hot"], web["hot_or_warm"], web["theorists"]) == (0.1, 0.4, 0.07)
    assert (fair["hot"], fair["hot_or_warm"]) == (0.0, 1.0)
    assert (web["cost_per_month"], web["cost_per_inquiry"]) == (500, 3)
    assert (web["stage"], fair["stage"]) == (0, 2)
    days = len(model.month_days)
    assert (web["first_expected"], fair["first_expected"]) == (0, days + 1)
    assert len(model.expected) == 2 * (days + 1)
    mix = model.routes[web["first_segment"] : web["first_segment"] + web["segments"]]
    assert mix["up_to"].tolist() == [0.25, 1.0]
    assert mix["target"].tolist() == [1, 0]


def test_segments_carry_their_committee(scenario: Scenario) -> None:
    small, big = lower(scenario).model.segments
    assert (small["odds"], small["customer_time"], small["years"], small["margin"]) == (1, 1, 1, 1)
    assert big["odds"] == pytest.approx(0.5 * 0.9**2, rel=1e-15)
    assert big["customer_time"] == pytest.approx(2 * 1.5**2, rel=1e-15)
    assert (big["years"], big["margin"]) == (3, 0.4)
    assert small["mean_value"] == 1000
    variance = (math.log(20 / 9) / 1.2815515655) ** 2
    assert big["mean_value"] == pytest.approx(9000 * math.exp(variance / 2), rel=1e-4)


@pytest.mark.parametrize("term", [0.17, 1, 3])
def test_a_whole_contract_is_worth_what_is_typed_whatever_its_term(scenario: Scenario, term: float) -> None:
    changes = {
        "segments.*.contract_value": {"low": 900, "likely": 1000, "high": 1100},
        "segments.*.term_years": term,
    }
    model = lower(scenario.with_changes(changes)).model
    for segment in model.segments:
        assert segment["years"] == term
        assert segment["mean_value"] * term == pytest.approx(1000, rel=1e-4)
        worth = [
            quantile(model.distributions[segment["value"]], model.knots, u) * term
            for u in (2**-53, 0.5, 1 - 2**-53)
        ]
        assert worth == pytest.approx([900, 1000, 1100], rel=1e-4)


def test_commission_in_tiers(scenario: Scenario) -> None:
    tiers = {"quota": 8000, "attainment": [0.5, 1.25], "commission": [0.15, 0.2]}
    changes = {
        "teams.closers.commission_tiers": tiers,
        "teams.desk.commission_tiers": {"quota": 0.07, "period": "year", "commission": [0.5]},
    }
    model = lower(scenario.with_changes(changes)).model
    desk, closers = model.teams
    assert (desk["first_tier"], desk["tiers"], closers["first_tier"], closers["tiers"]) == (0, 2, 2, 3)
    assert (desk["quota_months"], closers["quota_months"]) == (12, 3)
    assert model.tiers["begins"].tolist() == [0, 7, 0, 400_000, 1_000_000]  # in cents
    assert model.tiers["share"].tolist() == [0.0, 0.5, 0.1, 0.15, 0.2]


def test_teams(scenario: Scenario) -> None:
    model = lower(scenario).model
    desk, closers = model.teams
    assert (desk["first_rep"], desk["reps"], closers["first_rep"], closers["reps"]) == (0, 2, 2, 3)
    assert (desk["max_open"], closers["max_open"]) == (7, NEVER)
    assert (desk["sticky"], closers["sticky"]) == (0, 1)
    assert (desk["assignment"], closers["assignment"]) == (Assignment.LEAST_LOADED, Assignment.HOT_TO_BEST)
    assert (desk["queue_order"], closers["queue_order"]) == (QueueOrder.OLDEST_INQUIRY, QueueOrder.FIFO)
    assert (closers["commission"], closers["opener_share"], desk["opener_share"]) == (0.1, 0.0, 0.5)
    assert (desk["tiers"], closers["tiers"]) == (0, 0)
    assert (desk["first_calendar"], closers["first_calendar"]) == (0, 1)
    assert (desk["calendars"], closers["calendars"]) == (1, 1)
    of_desk, of_closers = model.calendars
    hours = model.hours[of_desk["first_hours"] : of_desk["first_hours"] + of_desk["hours"]]
    # 2026-02-02 is a Monday, 2026-02-09 a holiday
    assert hours["opens"][:3].tolist() == [DAY + 9 * HOUR, DAY + 13 * HOUR, 15 * DAY + 9 * HOUR]
    assert hours["worked"][:3].tolist() == [0, 3 * HOUR, 7 * HOUR]
    assert of_closers["first_hours"] == of_desk["hours"]
    assert of_desk["hours"] + of_closers["hours"] == len(model.hours)


def test_reps(scenario: Scenario) -> None:
    model = lower(scenario).model
    first, _, closer, dora, old = model.reps
    assert model.reps["team"].tolist() == [0, 0, 1, 1, 1]
    assert first["joins"] < -100 * 366 * DAY
    assert first["leaves"] == NEVER
    assert first["pay_per_month"] == 3100
    assert (dora["joins"], dora["leaves"]) == ((28 + 14) * DAY, (28 + 31 + 14) * DAY)
    assert old["joins"] == -32 * DAY
    assert (dora["pay_per_month"], old["pay_per_month"]) == (7000, 5000)
    assert dora["ramp"] == pytest.approx(365.25 / 2 * DAY, rel=1e-15)
    assert (dora["skill_from"], dora["speed_from"]) == (0.5, 0.25)
    assert (closer["ramp"], closer["skill_from"], closer["speed_from"]) == (0, 1, 1)
    assert model.reps["calendar"].tolist() == [0, 0, 1, 1, 1]
    assert model.distributions[dora["skill_distribution"]]["location"] == 1.5
    assert model.distributions[dora["speed_distribution"]]["location"] == 2
    assert closer["skill_distribution"] == old["skill_distribution"] != dora["skill_distribution"]


def test_the_draws_of_a_rep_do_not_depend_on_the_others(scenario: Scenario) -> None:
    before = lower(scenario)
    changed = scenario.with_changes({"teams.closers.people": 3, "teams.closers.reps.ann": {"skill": 1}})
    after = lower(changed)
    keys = dict(zip(before.names.reps, before.model.reps["entity"], strict=True))
    later = dict(zip(after.names.reps, after.model.reps["entity"], strict=True))
    assert all(later[name] == key for name, key in keys.items())
    assert len(set(later.values())) == len(later) == 8
    assert keys["desk 2"] == entity(Entity.REP, "desk", 1)
    assert keys["dora"] == entity(Entity.REP, "closers", 2**31 + hash24("dora"))


def test_stages(scenario: Scenario) -> None:
    talk, think, offer = lower(scenario).model.stages
    assert talk["odds"] == pytest.approx(1 / 3, rel=1e-15)
    assert math.isinf(think["odds"])
    assert [stage["team"] for stage in (talk, think, offer)] == [0, NOBODY, 1]
    assert [stage["makes_lead"] for stage in (talk, think, offer)] == [0, 0, 1]
    assert [stage["is_lead"] for stage in (talk, think, offer)] == [0, 0, 0]
    assert offer["cost_per_visit"] == 12
    assert talk["work_key"] == purpose("work", "talk")
    assert talk["answer_key"] == purpose("answer", "talk")
    assert talk["patience_key"] == purpose("patience", "talk")
    assert think["patience"] == offer["patience"] == NOTHING
    model = lower(scenario).model
    assert model.distributions[talk["patience"]]["location"] == 4
    assert model.distributions[think["customer_time"]]["location"] == 30
    assert model.distributions[offer["effort"]]["location"] == 8


def ways(model: object, first: int, count: int) -> list[tuple[float, int, int]]:
    routes = model.routes[first : first + count]  # type: ignore[attr-defined]
    return [(float(route["up_to"]), int(route["target"]), int(route["reason"])) for route in routes]


def test_routes_are_cumulative_and_end_at_one(scenario: Scenario) -> None:
    model = lower(scenario).model
    talk, think, offer = model.stages
    assert ways(model, talk["first_next"], talk["nexts"]) == [
        (0.5, 2, NOTHING),
        (0.75, WON, NOTHING),
        (1.0, 0, NOTHING),
    ]
    assert ways(model, talk["first_else"], talk["elses"]) == [(0.5, LOST, 1), (1.0, LOST, 2)]
    assert ways(model, think["first_next"], think["nexts"]) == [(1.0, 2, NOTHING)]
    assert ways(model, think["first_else"], think["elses"]) == [(1.0, LOST, 3)]
    assert ways(model, offer["first_next"], offer["nexts"]) == [(1.0, WON, NOTHING)]
    back = ways(model, offer["first_else"], offer["elses"])
    assert [way[1:] for way in back] == [(1, NOTHING), (0, NOTHING), (LOST, 2)]
    assert [way[0] for way in back] == [pytest.approx(0.3), pytest.approx(0.4), 1.0]


def test_shares_that_sum_to_one_only_almost_still_end_at_one() -> None:
    thirds = {"a": 0.333, "b": 0.333, "c": 0.333}
    changed = load("first_steps").with_changes({"stages.proposal.lost_reasons": thirds})
    changed = changed.with_months(Months(3, 12, 3))
    model = lower(changed).model
    for stage in model.stages:
        for first, count in ((stage["first_next"], stage["nexts"]), (stage["first_else"], stage["elses"])):
            levels = model.routes[first : first + count]["up_to"]
            assert levels[-1] == 1.0
            assert np.all(np.diff(levels) > 0)


def test_nobody_is_lost_where_all_go_back() -> None:
    changed = load("first_steps").with_changes(
        {"stages.proposal.back_to": {"first_call": 0.9, "proposal": 0.1}}
    )
    changed = changed.with_months(Months(3, 12, 3))
    model = lower(changed).model
    last = model.stages[1]
    assert [way[1] for way in ways(model, last["first_else"], last["elses"])] == [0, 1]


def test_a_stage_has_its_own_effects_where_given(scenario: Scenario) -> None:
    model = lower(scenario).model
    assert model.heat_odds.tolist() == [[2, 1, 0.5], [2, 1, 0.5], [3, 1, 0.5]]
    assert model.heat_skill.tolist() == [[0.5, 1, 1], [0.5, 1, 1], [0.5, 1, 0]]
    assert model.stages["theorist_odds"].tolist() == [0.2, 0.2, 0.5]
    talk, think, offer = model.stages
    assert (talk["first_point"], talk["points"]) == (think["first_point"], think["points"])
    curve = model.points[talk["first_point"] : talk["first_point"] + talk["points"]]
    assert np.exp(curve["log_hours"]).tolist() == pytest.approx([1, 24])
    assert np.exp(curve["log_odds"]).tolist() == pytest.approx([1, 0.5])
    own = model.points[offer["first_point"]]
    assert (offer["points"], math.exp(own["log_odds"])) == (1, pytest.approx(0.8))


# ---- volumes ----------------------------------------------------------------------------------


def volumes(changes: dict[str, object]) -> dict[str, float]:
    """Add up a channel's expected inquiries by calendar month of a simulation."""
    fixed = {"horizon.warm_up_months": 3, "horizon.drain_months": 3}
    scenario = load("first_steps").with_changes(
        {"channels.website.inquiries_per_month": 60, **fixed, **changes}
    )
    lowered = lower(scenario)
    by_day = np.diff(lowered.model.expected)
    first = datetime.fromisoformat(lowered.names.start).date()
    months: dict[str, float] = {}
    for day, expected in enumerate(by_day):
        month = f"{first + timedelta(days=day):%Y-%m}"
        months[month] = months.get(month, 0.0) + float(expected)
    return months


def test_each_month_has_its_volume_whatever_the_weekdays() -> None:
    for weekdays in ([1] * 7, [1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 3]):
        months = volumes({"channels.website.weekday_profile": weekdays})
        assert list(months.values()) == pytest.approx([60] * 18, rel=1e-12)


def test_a_monthly_profile_has_mean_one() -> None:
    months = volumes({"channels.website.monthly_profile": [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]})
    assert months["2026-01"] == pytest.approx(120, rel=1e-12)
    assert months["2025-12"] == 0
    assert math.fsum(months[f"2026-{month:02d}"] for month in range(1, 13)) == pytest.approx(720, rel=1e-12)


def test_growth_compounds_by_month_from_the_start() -> None:
    months = volumes({"channels.website.growth_per_year": 0.44})
    assert months["2026-01"] == pytest.approx(60, rel=1e-12)
    assert months["2026-07"] == pytest.approx(60 * 1.2, rel=1e-12)  # half a year: sqrt(1.44)
    assert months["2027-01"] == pytest.approx(60 * 1.44, rel=1e-12)
    assert months["2025-10"] == pytest.approx(60 / 1.44**0.25, rel=1e-12)


def test_weekdays_are_weighted_within_the_month() -> None:
    lowered = lower(
        load("first_steps")
        .with_changes({"channels.website.weekday_profile": [4, 2, 2, 2, 2, 0, 0]})
        .with_months(Months(3, 12, 3))
    )
    by_day = np.diff(lowered.model.expected)
    first = datetime.fromisoformat(lowered.names.start).date()
    weekdays = np.array([(first + timedelta(days=day)).weekday() for day in range(len(by_day))])
    assert np.all(by_day[weekdays >= 5] == 0)
    monday = int(np.flatnonzero(weekdays[:20] == 0)[0])
    assert by_day[monday] == pytest.approx(2 * by_day[monday + 1], rel=1e-12)


def test_a_period_may_begin_within_a_month() -> None:
    calendar = Calendar(date(2026, 1, 31), Months(warm_up=1, period=2, drain=0))
    assert calendar.first_day == date(2025, 12, 31)
    assert calendar.month_starts() == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert calendar.days[-1] == date(2026, 3, 30)


def test_months_later() -> None:
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert months_later(date(2026, 3, 31), 12) == date(2027, 3, 31)


# ---- the horizon ------------------------------------------------------------------------------


def test_given_months_are_kept() -> None:
    scenario = load("first_steps").with_changes({"horizon.warm_up_months": 0, "horizon.drain_months": 2})
    assert (scenario.months.warm_up, scenario.months.drain) == (0, 2)
    assert lower(scenario).model.months[0] == 0


def test_months_that_are_not_settled_are_told() -> None:
    half = load("first_steps").with_changes({"horizon.warm_up_months": 0})
    for scenario, keys in (
        (load("first_steps"), "horizon.warm_up_months and horizon.drain_months"),
        (half, "horizon.drain_months"),
    ):
        with pytest.raises(ScenarioError, match=f"first_steps: {keys} are not settled; expected `settled"):
            lower(scenario)
    assert lower(half.with_months(Months(0, 12, 3))).model.months[0] == 0


def test_a_change_unsettles_the_months() -> None:
    scenario = load("first_steps").with_months(Months(3, 12, 3), {"one_more_rep": ("Mind this.",)})
    assert scenario.strategy("one_more_rep").months == (3, 12, 3)
    assert scenario.strategy("one_more_rep").doubts == ("Mind this.",)
    assert scenario.strategy("today").doubts == scenario.doubts == ()
    assert not scenario.with_changes({"teams.sales.people": 3}).is_settled


def test_strategies_share_time_and_inquiries() -> None:
    scenario = load("first_steps").with_months(Months(3, 12, 3))
    today, other = (lower(scenario.strategy(name)) for name in ("today", "one_more_rep"))
    assert today.names.start == other.names.start
    assert np.array_equal(today.model.expected, other.model.expected)
    assert np.array_equal(today.model.channels, other.model.channels)


# ---- words that must agree --------------------------------------------------------------------


def test_the_schema_knows_the_policies_of_the_vocabulary() -> None:
    def choices(key: str) -> list[str]:
        return [name.upper() for name in get_args(Team.model_fields[key].annotation)]

    assert [name.upper() for name in BUILT_IN] == [policy.name for policy in Assignment][:-1]
    assert all(name in str(Team.model_fields["assignment"].description) for name in BUILT_IN)
    assert choices("queue_order") == [order.name for order in QueueOrder]
    assert len(KINDS) == 9
