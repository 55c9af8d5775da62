"""Prospecting as a scenario says it: who looks for inquiries and when, what it finds and what it costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import funnelsim as fs
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, history
from funnelsim.model.words import DAY, HOUR, Event
from funnelsim.scenario import Scenario, lower, parse
from funnelsim.studies.pilot import settled

from .good_scenario import GOOD, problems_of

TEXT = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 3, drain_months = 0 }
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 60
[channels.calls]
kind = "personal_selling"
prospecting = { team = "callers", inquiries_per_hour = 0.5 }
[teams.callers]
people = 2
cost_per_person_month = 4000
[teams.sales]
people = 1
cost_per_person_month = 5000
[stages.talk]
team = "callers"
effort_hours = 1
conversion = 0.5
[stages.offer]
team = "sales"
effort_hours = 2
conversion = 0.5
"""
engines = pytest.mark.parametrize("engine", sorted(ENGINES))


def scenario(**keys: object) -> Scenario:
    """Read the scenario with other keys of prospecting."""
    return parse(TEXT).with_changes({f"channels.calls.prospecting.{key}": to for key, to in keys.items()})


def blocks(one: Scenario, engine: str = "compiled") -> Records:
    rows = history(engine, lower(one).model)
    return rows[rows["event"] == Event.PROSPECTED]


def means_by_channel(result: fs.SimulationResult) -> pd.DataFrame:
    return result.by_channel.xs("mean", axis=1, level="statistic")


@engines
def test_only_the_team_that_is_named_prospects(engine: str) -> None:
    _, names = lower(scenario())
    for team in ("callers", "sales"):
        who = blocks(scenario(team=team), engine)["rep"]
        assert {names.reps[rep].rpartition(" ")[0] for rep in set(who.tolist())} == {team}


def test_hours_times_the_rate_are_the_inquiries_expected() -> None:
    means = means_by_channel(fs.simulate(scenario(), replications=40, jobs=1))
    hours = means.loc["calls", "prospecting_hours"]
    assert means.loc["calls", "inquiries"] == pytest.approx(0.5 * hours, rel=0.03)


def test_reserved_hours_are_the_first_of_each_day() -> None:
    made = blocks(scenario(hours_per_week=10, block_hours=0.5))
    weeks = 90 / 7  # from 1 January to 31 March
    a_rep = made[made["rep"] == 0]
    assert a_rep["worked"].sum() / HOUR == pytest.approx(10 * weeks, rel=0.03)
    late = (a_rep["time"] % DAY > 12 * HOUR).mean()
    assert late < 0.05  # but for work in hand over a night, from 9:00 to 11:00
    by_day = np.bincount(((a_rep["time"] - a_rep["waited"]) // DAY).astype(int), a_rep["worked"])
    assert set(by_day[by_day > 0].tolist()) == {2.0 * HOUR}


def test_a_shorter_day_reserves_less() -> None:
    hours = {"monday": ["09:00-13:00"], "tuesday": ["09:00-17:00"]}
    one = scenario(hours_per_week=3).with_changes({"teams.callers.hours": hours})
    made = blocks(one)
    a_rep = made[made["rep"] == 0]
    by_day = np.bincount(((a_rep["time"] - a_rep["waited"]) // DAY).astype(int), a_rep["worked"])
    assert set(by_day[by_day > 0].tolist()) == {1.0 * HOUR, 2.0 * HOUR}


@engines
def test_without_hours_nobody_prospects(engine: str) -> None:
    assert len(blocks(scenario(hours_per_week=0), engine)) == 0


def test_prospecting_ends_where_its_hours_do() -> None:
    hours_are = '"channels.calls.prospecting.hours_per_week" = 0'
    one = parse(f"{TEXT}[strategies.stop]\nstarts = 2026-02-01\nchange = {{ {hours_are} }}\n")
    found = fs.compare(one, replications=4, jobs=1)["stop"].forecast
    hours = found.values("prospecting_hours", "month").mean(axis=0)
    assert hours[0] > 100
    assert hours[1] < 1  # what was in hand
    assert hours[2] == 0


@engines
def test_nothing_interrupts_a_block(engine: str) -> None:
    hot = {"channels.web.temperature": {"hot": 1.0}, "teams.callers.interrupts": "hot"}
    made = blocks(scenario(block_hours=2).with_changes(hot), engine)
    assert len(made) > 0
    assert set(made["worked"].tolist()) == {2 * HOUR}


def test_what_prospecting_costs_is_the_channel_s_and_counted_once() -> None:
    one = fs.simulate(scenario(hours_per_week=10), replications=4, jobs=1)
    by_channel = means_by_channel(one)
    summary = one.summary["mean"]
    assert summary["prospecting_cost"] == pytest.approx(0.25 * 8000 * 3, rel=0.02)
    assert summary["pay_cost"] == pytest.approx(3 * 13_000)
    assert summary["marketing_cost"] == pytest.approx(summary["prospecting_cost"])
    assert summary["cost"] == pytest.approx(summary["pay_cost"])
    assert summary["sales_cost"] == pytest.approx(summary["pay_cost"] - summary["prospecting_cost"])
    assert by_channel.loc["calls", "marketing_cost"] == pytest.approx(summary["prospecting_cost"])
    per_inquiry = by_channel.loc["calls", "marketing_cost"] / by_channel.loc["calls", "inquiries"]
    assert by_channel.loc["calls", "cost_per_inquiry"] == pytest.approx(per_inquiry)
    assert by_channel.loc["web", "cost_per_inquiry"] == 0


def test_hours_that_are_reserved_are_not_there_for_leads() -> None:
    idle, reserved = (
        fs.simulate(one, replications=2, jobs=1).forecast.team_hours()
        for one in (scenario(), scenario(hours_per_week=10))
    )
    assert reserved[0].available == pytest.approx(0.75 * idle[0].available, rel=0.02)
    assert reserved[1].available == idle[1].available


def test_the_first_found_is_the_same_company_at_any_rate() -> None:
    found = []
    for rate in (0.2, 2.0):
        rows = history("compiled", lower(scenario(inquiries_per_hour=rate)).model)
        asked = rows[(rows["event"] == Event.INQUIRY) & (rows["channel"] == 1)]
        found.append(asked[["pursuit", "segment"]][:20].tolist())
    assert found[0] == found[1]


def test_the_pilot_lets_reps_prospect() -> None:
    without = TEXT.replace("warm_up_months = 0, period_months = 3, drain_months = 0", "period_months = 3")
    assert settled(parse(without)).months.warm_up >= 0


CALLS = '[channels.calls]\nkind = "personal_selling"\n'


def with_calls(keys: str, more: str = "") -> str:
    return f"{GOOD}{CALLS}prospecting = {{ {keys} }}\n{more}"


PLAIN = 'team = "sales", inquiries_per_hour = 0.2'
MISTAKES = [
    (with_calls('team = "sails", inquiries_per_hour = 0.2'), "prospecting.team", 'did you mean "sales"'),
    (with_calls('team = "sales", inquiries_per_hour = 0'), "prospecting.inquiries_per_hour", "more than 0"),
    (with_calls('team = "sales"'), "prospecting.inquiries_per_hour", "is missing"),
    (
        with_calls(f"{PLAIN}, hours_per_week = 41"),
        "prospecting.hours_per_week",
        "at most the 40 hours that the team works in a week",
    ),
    (with_calls(f"{PLAIN}, block_hours = 0.1"), "prospecting.block_hours", "at least 0.25"),
    (with_calls(PLAIN, "inquiries_per_month = 3"), "inquiries_per_month", "is given beside prospecting"),
    (with_calls(PLAIN, "growth_per_year = 0.5"), "growth_per_year", "has no effect where reps prospect"),
    (with_calls(PLAIN).replace("personal_selling", "seo"), "prospecting", 'is given for kind "seo"'),
    (
        with_calls('team = "sales", inquiries_per_hour = 100, block_hours = 8').replace(
            "people = 2", "people = 9"
        ),
        "prospecting.inquiries_per_hour",
        "9 people can find 7,200 at once",
    ),
]


@pytest.mark.parametrize(("text", "key", "words"), MISTAKES)
def test_a_mistake_in_prospecting_is_told_once(text: str, key: str, words: str) -> None:
    (problem,) = problems_of(text)
    assert problem.path == f"channels.calls.{key}"
    assert words in problem.sentence()


def test_a_team_prospects_for_one_channel() -> None:
    (problem,) = problems_of(
        with_calls(PLAIN) + CALLS.replace("calls", "visits") + f"prospecting = {{ {PLAIN} }}"
    )
    assert problem.sentence() == (
        "line 23: channels.visits.prospecting.team is sales, which prospects for calls; "
        "expected a team of its own"
    )


def test_a_team_of_nobody_cannot_prospect() -> None:
    (problem,) = problems_of(with_calls(PLAIN).replace("people = 2", "people = 0"))
    assert problem.path == "teams.sales.people"


def test_a_team_without_hours_cannot_prospect() -> None:
    (problem,) = problems_of(with_calls(PLAIN).replace("people = 2", "people = 2\nhours = {}"))
    assert problem.path == "teams.sales.hours"


def test_only_hot_leads_interrupt() -> None:
    (problem,) = problems_of(GOOD.replace("people = 2", 'people = 2\ninterrupts = "warm"'))
    assert problem.sentence() == 'line 10: teams.sales.interrupts is "warm"; expected hot'
