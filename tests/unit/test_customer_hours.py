"""Customers who count time in hours of their own."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from funnelsim.engines import ENGINES, history
from funnelsim.model.words import DAY, HOUR, Event
from funnelsim.scenario import Months, levelled, load, lower, parse
from funnelsim.scenario.flow import customer_hours
from funnelsim.scenario.rotas import share_of_the_day

# 2026-06-01 is a Monday.
FIRM = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 2, drain_months = 0 }
[segments.small]
contract_value_per_year = 1000
[segments.large]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 100
segments = { small = 0.5, large = 0.5 }
[stages.talk]
customer_takes_days = 2
conversion = 0.5
[stages.offer]
customer_takes_days = 1
conversion = 0.5
"""
OFFICE = (
    'customer_hours = { monday = ["09:00-12:00", "13:00-17:00"], tuesday = ["09:00-14:00"], '
    "holidays = [2026-06-08] }\n"
)
NIGHTS = 'customer_hours = { friday = ["00:00-06:00"] }\n'
ALWAYS = (
    "customer_hours = { "
    + ", ".join(
        f'{day} = ["00:00-24:00"]'
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    + " }\n"
)


def with_lines(**lines: str) -> str:
    """Add lines at the top (`top`), or to the table of a stage or a segment."""
    text = lines.pop("top", "") + FIRM
    for name, line in lines.items():
        kind = "stages" if name in ("talk", "offer") else "segments"
        text = text.replace(f"[{kind}.{name}]\n", f"[{kind}.{name}]\n{line}")
    return text


def test_a_working_day_is_as_long_as_the_open_days_are_on_average() -> None:
    # Seven hours on Monday, five on Tuesday, none on the others: six on average.
    scenario = parse(with_lines(top=OFFICE))
    row = lower(scenario).model.stages[0]
    assert row["customer_share"] == 6 / 24
    assert share_of_the_day([[(0, 86_400)]] * 7) == 1.0


def test_opening_times_are_those_of_the_customers() -> None:
    model = lower(parse(with_lines(talk=OFFICE))).model
    row = model.stages[0]
    hours = model.hours[row["first_customer_hours"] :][: row["customer_hours"]]
    # 8 June is a holiday.
    assert [divmod(int(each), DAY) for each in hours["opens"][:4]] == [
        (0, 9 * HOUR), (0, 13 * HOUR), (1, 9 * HOUR), (8, 9 * HOUR),
    ]  # fmt: skip
    assert model.stages[1]["customer_share"] == 0.0


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ({}, {"small": None, "large": None}),
        ({"top": OFFICE}, {"small": 6, "large": 6}),
        ({"top": OFFICE, "small": NIGHTS}, {"small": 6, "large": 6}),
        ({"top": NIGHTS, "large": OFFICE.replace("14", "16")}, {"small": 6, "large": 7}),
        ({"top": NIGHTS, "large": NIGHTS, "talk": ALWAYS}, {"small": 24, "large": 24}),
        ({"talk": "segments.large." + ALWAYS, "large": NIGHTS, "top": OFFICE}, {"small": 6, "large": 24}),
    ],
)
def test_what_is_nearest_counts(lines: dict[str, str], days: dict[str, float | None]) -> None:
    scenario = parse(with_lines(**lines))
    found = {name: customer_hours(scenario, "talk", name) for name in days}
    lengths = {}
    for name, hours in found.items():
        week = (
            []
            if hours is None
            else [getattr(hours, day) for day in type(hours).model_fields if day != "holidays"]
        )
        lengths[name] = None if hours is None else 24 * share_of_the_day(week)
    assert lengths == days


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_customers_open_round_the_clock_count_by_the_clock(engine: str) -> None:
    plain, always = (
        history(engine, lower(parse(text)).model, seed=1) for text in (FIRM, with_lines(top=ALWAYS))
    )
    assert plain.tobytes() == always.tobytes()


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_answer_comes_after_the_working_days_typed(engine: str) -> None:
    # 2 days of 6 hours: every answer lies inside the hours, or at their end, with 12 open hours before it.
    scenario = parse(with_lines(talk=OFFICE))
    model = lower(scenario).model
    rows = history(engine, model, seed=1)
    answers = rows[(rows["stage"] == 0) & np.isin(rows["event"], [Event.ADVANCED, Event.LOST])]
    assert len(answers) > 50
    row = model.stages[0]
    hours = model.hours[row["first_customer_hours"] :][: row["customer_hours"]]
    for answer in answers:
        begins = np.maximum(hours["opens"], answer["time"] - answer["waited"])
        ends = np.minimum(hours["closes"], answer["time"])
        assert np.maximum(ends - begins, 0).sum() == 12 * HOUR
        assert ((hours["opens"] < answer["time"]) & (answer["time"] <= hours["closes"])).any()


def test_the_mean_time_until_an_answer_is_that_of_theory() -> None:
    """Inquiries at an even rate over four weeks, and customers who take one day, Monday to Friday, 9 to 17.

    In hours: from Monday to Thursday 8 of 24 hours are open, from which the answer takes 24; from those of
    Friday it takes 72. The four nights before a working day have 16 hours, from which it takes 24 to 8, 16 on
    average; the weekend has 64, from which it takes 72 to 8, 40 on average.
    """
    hours = [8.0, 8.0, 16.0, 64.0]  # open from Monday to Thursday, on Friday; a night; the weekend
    times, week = [4, 1, 4, 1], 168
    means, widths = [24.0, 72.0, 16.0, 40.0], [0.0, 0.0, 16.0, 64.0]
    mean = sum(t * h * m for t, h, m in zip(times, hours, means, strict=True)) / week
    assert mean == pytest.approx(88 / 3)
    squares = [m**2 + w**2 / 12 for m, w in zip(means, widths, strict=True)]
    square = sum(t * h * s for t, h, s in zip(times, hours, squares, strict=True)) / week
    week_of_five = ", ".join(
        f'{day} = ["09:00-17:00"]' for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    )
    text = with_lines(talk=f"customer_hours = {{ {week_of_five} }}\n")
    text = text.replace("2026-06-01", "2026-02-01").replace(
        "inquiries_per_month = 100", "inquiries_per_month = 20_000"
    )
    text = text.replace("customer_takes_days = 2", "customer_takes_days = 1")
    rows = history("compiled", lower(parse(text)).model, seed=5)
    answers = rows[(rows["stage"] == 0) & np.isin(rows["event"], [Event.ADVANCED, Event.LOST])]
    waited = answers["waited"][answers["created"] < 28 * DAY] / HOUR  # February has four weeks
    error = math.sqrt((square - mean**2) / len(waited))
    assert abs(waited.mean() - mean) < 4 * error


def test_a_customer_of_no_time_answers_at_night() -> None:
    text = with_lines(talk=OFFICE).replace("customer_takes_days = 2", "customer_takes_days = 0")
    rows = history("compiled", lower(parse(text)).model, seed=1)
    answers = rows[(rows["stage"] == 0) & (rows["event"] == Event.ADVANCED)]
    assert (answers["waited"] == 0).all()
    assert len(answers) > 50


def test_a_pilot_s_level_months_have_no_holidays_of_customers() -> None:
    scenario = parse(with_lines(top=OFFICE, small=NIGHTS, talk="segments.large." + OFFICE))
    level = levelled(scenario, 12)
    assert level.customer_hours is not None
    assert level.customer_hours.holidays == ()
    assert level.stages["talk"].segments["large"].customer_hours.holidays == ()
    assert scenario.customer_hours.holidays == (date(2026, 6, 8),)


def test_hours_of_customers_can_be_changed() -> None:
    scenario = load("first_steps").with_months(Months(0, 2, 0))
    office = {"monday": ["09:00-17:00"]}
    changed = scenario.with_changes({"customer_hours": office}).with_changes(
        {"customer_hours.tuesday": ["10:00-11:00"]}
    )
    assert [each.written() for each in changed.customer_hours.tuesday] == ["10:00-11:00"]
    assert [each.written() for each in changed.customer_hours.monday] == ["09:00-17:00"]
