"""When people work: reps with hours, hours per week or days off of their own, beside those of their team."""

from __future__ import annotations

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.engines import ENGINES, history
from funnelsim.model.words import DAY, HOUR, Event
from funnelsim.scenario import Months, Scenario, lower, parse

from .good_scenario import after, line_number, problems_of

# 2026-06-01 is a Monday.
FIRM = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 300
[teams.desk]
people = 1
hours_per_week = 30
[teams.sales]
people = 1
holidays = [2026-06-03]
[teams.sales.reps]
Ann = { hours_per_week = 20 }
Bob = { hours = { monday = ["18:00-20:00", "07:30-09:00"], saturday = ["10:00-12:00"] } }
Cat = { holidays = [2026-06-01, 2026-06-05] }
Dan = { hours_per_week = 20 }
Eve = { skill = 2.0 }
Fay = { hours_per_week = 40 }
[stages.talk]
team = "sales"
effort_hours = 3
goes_cold_after_days = 3
conversion = 0.5
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse(FIRM)


def opening(scenario: Scenario, name: str, days: int = 7) -> list[tuple[int, float, float]]:
    """List when a rep works in the first days: (day, from, to) with hours of the day."""
    model, names = lower(scenario)
    calendar = model.calendars[model.reps[names.reps.index(name)]["calendar"]]
    own = model.hours[calendar["first_hours"] : calendar["first_hours"] + calendar["hours"]]
    spans = [(divmod(int(row["opens"]), DAY), int(row["closes"]) % DAY) for row in own]
    return [(day, opens / HOUR, closes / HOUR) for (day, opens), closes in spans if day < days]


def test_who_says_nothing_works_by_the_team_s_calendar(scenario: Scenario) -> None:
    usual = [(day, 9, 17) for day in (0, 1, 3, 4)]  # the third day is a holiday
    assert opening(scenario, "sales 1") == opening(scenario, "Eve") == usual
    assert opening(scenario, "desk 1") == [(day, 9, 15) for day in range(5)]


def test_a_part_time_rep_works_half_of_each_day(scenario: Scenario) -> None:
    assert opening(scenario, "Ann") == [(day, 9, 13) for day in (0, 1, 3, 4)]


def test_a_rep_with_hours_of_its_own_works_by_them(scenario: Scenario) -> None:
    assert opening(scenario, "Bob") == [(0, 7.5, 9), (0, 18, 20), (5, 10, 12)]


def test_who_is_there_for_40_hours_and_has_25_for_leads_works_at_that_pace() -> None:
    """Always busy, an hour of effort takes 1 / 0.625 = 1.6 hours: 5 visits in each 8 hours, 25 a week."""
    text = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 12, drain_months = 0 }
segments.a.contract_value_per_year = 100
channels.web = { kind = "seo", inquiries_per_month = 300 }
[teams.sales]
people = 1
speed = 0.625
hours_per_week = 40
[stages.call]
team = "sales"
effort_hours = 1
conversion = 1
"""
    found = fs.simulate(parse(text), replications=2, engine="reference").summary["mean"]
    working_days = np.busday_count("2026-01-01", "2027-01-01")
    assert found["won"] == 5 * working_days
    assert found["utilisation"] == pytest.approx(1)


def test_a_rep_s_days_off_are_on_top_of_the_team_s(scenario: Scenario) -> None:
    assert opening(scenario, "Cat") == [(1, 9, 17), (3, 9, 17)]


def test_who_works_alike_shares_a_calendar(scenario: Scenario) -> None:
    model, names = lower(scenario)
    shared = dict(zip(names.reps, model.reps["calendar"].tolist(), strict=True))
    assert shared["Ann"] == shared["Dan"]
    assert shared["sales 1"] == shared["Eve"] == shared["Fay"]
    assert len(set(shared.values())) == len(model.calendars) == 5
    assert model.calendars["team"].tolist() == [0, 1, 1, 1, 1]
    assert model.teams["first_calendar"].tolist() == [0, 1]
    assert model.teams["calendars"].tolist() == [1, 4]
    assert model.calendars["hours"].sum() == len(model.hours)
    worked = model.hours["worked"][model.calendars["first_hours"]]
    assert worked.tolist() == [0] * 5  # each counts its own time from 0


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_work_starts_and_ends_within_a_rep_s_own_hours(scenario: Scenario, engine: str) -> None:
    model, names = lower(scenario)
    rows = history(engine, model, 3)
    for name in ("Ann", "Bob", "Cat", "sales 1"):
        number = names.reps.index(name)
        calendar = model.calendars[model.reps[number]["calendar"]]
        own = model.hours[calendar["first_hours"] : calendar["first_hours"] + calendar["hours"]]
        of_rep = rows[rows["rep"] == number]
        started = of_rep["time"][of_rep["event"] == Event.STARTED]
        ended = of_rep["time"][of_rep["event"] == Event.WORKED]
        assert len(started) >= len(ended) > 0
        now = np.searchsorted(own["opens"], started, side="right") - 1
        assert (started < own["closes"][now]).all()
        now = np.searchsorted(own["opens"], ended, side="left") - 1
        assert (ended <= own["closes"][now]).all()


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_leaver_finishes_the_work_in_hand_and_is_paid_until_then(engine: str) -> None:
    text = FIRM.replace("holidays = [2026-06-03]", "cost_per_person_month = 3000")
    text = text.replace("Eve = { skill = 2.0 }", "Eve = { leaves = 2026-06-10, hired = 2026-06-02 }")
    model, names = lower(parse(text.replace("effort_hours = 3", "effort_hours = 7")))
    rows = history(engine, model, 1)
    eve = names.reps.index("Eve")
    joins, leaves = DAY, 9 * DAY
    of_eve = rows[rows["rep"] == eve]
    worked = of_eve[of_eve["event"] == Event.WORKED]
    started = of_eve["time"][of_eve["event"] == Event.STARTED]
    (gone,) = of_eve[of_eve["event"] == Event.ON_STAFF]
    assert started.max() < leaves < worked["time"].max() == gone["time"]
    assert gone["waited"] == gone["time"] - joins
    pay = of_eve["money"][of_eve["event"] == Event.PAY].sum()
    assert pay == pytest.approx(3000 * (gone["time"] - joins) / (30 * DAY))


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_each_rep_s_time_on_staff_is_told_once(scenario: Scenario, engine: str) -> None:
    model, names = lower(scenario)
    rows = history(engine, model, 3)
    told = rows[rows["event"] == Event.ON_STAFF]
    assert told["rep"].tolist() == list(range(len(names.reps)))
    assert set(told["time"]) == set(told["waited"]) == {model.horizon}


DORA = "people = 2"
MISTAKES = [
    (
        'reps.dora = { hours_per_week = 20, hours = { monday = ["09:00-12:00"] } }',
        "teams.sales.reps.dora.hours",
        "beside hours_per_week",
    ),
    (
        'reps.dora.hours.friday = ["09:00-12:00", "11:59-13:00"]',
        "teams.sales.reps.dora.hours.friday",
        "overlap",
    ),
    ("reps.dora.hours = {}", "teams.sales.reps.dora.hours", "never open"),
    ("reps.dora.hours_per_week = 0", "teams.sales.reps.dora.hours_per_week", "more than 0"),
    ("reps.dora.hours_per_week = 169", "teams.sales.reps.dora.hours_per_week", "at most 168"),
    ('reps.dora.hours.monday = ["9-17"]', "teams.sales.reps.dora.hours.monday", "time of day"),
    ('reps.dora.holidays = ["2026-01-01"]', "teams.sales.reps.dora.holidays", "without quotes"),
]


@pytest.mark.parametrize(("line", "path", "words"), MISTAKES)
def test_a_mistake_in_a_rep_s_hours_is_told_where_it_is(line: str, path: str, words: str) -> None:
    text = after(DORA, line)
    (problem,) = problems_of(text)
    assert problem.path == path
    assert words in problem.sentence()
    assert problem.line == line_number(text, "dora")


def test_opening_times_that_touch_do_not_overlap() -> None:
    text = after(DORA, 'reps.dora.hours.friday = ["12:00-13:00", "09:00-12:00"]')
    assert opening(parse(text).with_months(Months(1, 12, 1)), "dora", days=10)[0][1:] == (9, 13)


def test_a_span_of_holidays_is_each_of_its_days() -> None:
    days = ["2026-06-10", "2026-06-11", "2026-06-12", "2026-06-15"]
    typed, spans = (
        lower(parse(FIRM.replace("[2026-06-03]", f"[{listed}]"))).model
        for listed in (", ".join(days), '"2026-06-10 to 2026-06-12", 2026-06-15')
    )
    assert (typed.hours == spans.hours).all()
    of_sales = typed.calendars[typed.calendars["team"] == 1][0]
    open_days = typed.hours["opens"][of_sales["first_hours"] :][: of_sales["hours"]] // DAY
    assert {7, 8, 9, 10, 11, 14, 15}.intersection(open_days.tolist()) == {7, 8, 15}  # day 0 is June 1


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ('"24.12.2026 to 31.12.2026"', '"2026-12-24 to 2026-12-31"'),
        ('"24.12.2026"', "2026-12-24, without quotes"),
        ('"2026-12-24"', "without quotes"),
        ('"2026-12-31 to 2026-12-24"', "an end after the beginning"),
        ('"Christmas"', 'or a span such as "2027-12-24 to 2027-12-31"'),
        ('"2026-02-29 to 2026-03-02"', 'or a span such as "2027-12-24 to 2027-12-31"'),
        ("2026-12-24T10:00:00", 'or a span such as "2027-12-24 to 2027-12-31"'),
        ('"1900-01-01 to 2026-01-01"', "at most 10,000"),
        ("3", "or a span"),
    ],
)
def test_a_wrong_holiday_is_told_with_what_is_right(typed: str, right: str) -> None:
    for table in ("[teams.sales]", "[customer_hours]"):
        text = FIRM.replace("holidays = [2026-06-03]", "")
        text = text if table in text else f'{text}\n{table}\nmonday = ["09:00-17:00"]\n'
        (problem,) = problems_of(text.replace(table, f"{table}\nholidays = [{typed}]"))
        assert right in problem.sentence()
