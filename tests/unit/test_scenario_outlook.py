"""The outlook agrees with sums done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from funnelsim.scenario import load, outlook, parse

HEAD = """
start = 2026-01-01
segments.all.contract_value_per_year = 1
channels.web = { kind = "seo", inquiries_per_month = 120 }
"""
TEAM = "teams.sales = { people = 2, hours_per_week = 35 }\n"


def test_a_straight_funnel_multiplies() -> None:
    stages = 'stages.a = { conversion = 0.5 }\nstages.b = { conversion = 0.4, makes = "lead" }\n'
    seen = outlook(parse(HEAD + stages + "stages.c.conversion = 0.25\n"))
    assert seen.inquiries == pytest.approx(120, rel=1e-9)
    assert seen.leads == pytest.approx(120 * 0.5 * 0.4, rel=1e-9)
    assert seen.contracts == pytest.approx(120 * 0.5 * 0.4 * 0.25, rel=1e-9)


def test_steps_back_are_taken_again_and_again() -> None:
    """Of two tries in three, half go back to the start: wins w = 1/3 + 2/3 * 1/2 * w = 1/2."""
    seen = outlook(parse(HEAD + "stages.a = { conversion = 0.3333333333333333, back_to = { a = 0.5 } }\n"))
    assert seen.contracts == pytest.approx(60, rel=1e-9)
    assert seen.leads == pytest.approx(60, rel=1e-9)


def test_a_lead_that_comes_back_is_counted_once() -> None:
    """Half go on to b; of b's losers, half go back to a, where they have been leads already."""
    stages = "stages.a.conversion = 0.5\nstages.b = { conversion = 0.2, back_to = { a = 0.5 } }\n"
    seen = outlook(parse(HEAD + stages))
    assert seen.leads == pytest.approx(60, rel=1e-9)
    # w_a = 1/2 w_b, w_b = 0.2 + 0.8 * 0.5 * w_a
    assert seen.contracts == pytest.approx(120 * 0.5 * 0.2 / (1 - 0.2), rel=1e-9)


def test_who_jumps_over_the_stage_that_makes_leads_is_a_lead_too() -> None:
    stages = (
        "stages.a = { conversion = 0.5, next = { b = 1, c = 1 } }\n"
        'stages.b = { conversion = 0.4, makes = "lead" }\nstages.c.conversion = 0.1\n'
    )
    seen = outlook(parse(HEAD + stages))
    assert seen.leads == pytest.approx(120 * (0.25 + 0.25 * 0.4), rel=1e-9)
    direct = HEAD.replace('kind = "seo"', 'kind = "seo", first_stage = "b"').replace("stages.a", "")
    beyond = 'stages.a = { conversion = 0.5, makes = "lead" }\n'
    beyond += "stages.b = { conversion = 0.5, back_to = { a = 1 } }\n"
    assert outlook(parse(direct + beyond)).leads == pytest.approx(120, rel=1e-9)


def probability(*ratios: float) -> float:
    odds = math.prod(ratios)
    return odds / (1 + odds)


def test_odds_ratios_act_on_each_kind_of_lead() -> None:
    text = HEAD.replace(
        "120 }",
        "120, temperature = { hot = 0.2, warm = 0.3, future = 0.5 }, theorist_share = 0.25, fit = 1.5 }",
    )
    effects = "effects = { temperature = { hot = 4, future = 0.5 }, theorist = 0.1 }\n"
    seen = outlook(parse(text + effects + "stages.a.conversion = 0.2\n"))
    expected = math.fsum(
        share * part * probability(0.25, 1.5, heat, theorist)
        for share, heat in ((0.2, 4), (0.3, 1), (0.5, 0.5))
        for part, theorist in ((0.25, 0.1), (0.75, 1))
    )
    assert seen.contracts == pytest.approx(120 * expected, rel=1e-9)


def test_committees_and_named_reps_count() -> None:
    text = HEAD + "segments.all.committee_size = 3\neffects.extra_decider.odds_ratio = 0.5\n"
    team = "teams.sales = { people = 1, reps = { dora = { skill = 4 } } }\n"
    seen = outlook(parse(text + team + 'stages.a = { conversion = 0.5, team = "sales" }\n'))
    assert seen.contracts == pytest.approx(120 * (probability(0.25) + probability(0.25, 4)) / 2, rel=1e-9)


def test_a_spread_of_skill_is_averaged() -> None:
    """Against the exact mean over a uniform skill, by a fine grid of quantiles."""
    team = "teams.sales = { people = 1, skill = { quantiles = { '0' = 0.2, '1' = 3.0 } } }\n"
    seen = outlook(parse(HEAD + team + 'stages.a = { conversion = 0.5, team = "sales" }\n'))
    skills = np.linspace(0.2, 3.0, 100_001)
    exact = float(np.mean(skills / (1 + skills)))
    assert seen.contracts == pytest.approx(120 * exact, rel=2e-3)


def test_hours_asked_and_available() -> None:
    stages = 'stages.a = { conversion = 0.5, team = "sales", effort_hours = 2 }\n'
    stages += (
        'stages.b = { conversion = 0.5, team = "sales", effort_hours = { low = 1, likely = 3, high = 5 } }\n'
    )
    work = outlook(parse(HEAD + TEAM + stages)).teams["sales"]
    weeks = 365 / 7
    assert work.asked == pytest.approx(120 * 12 * (2 + 0.5 * 3) / weeks, rel=1e-9)
    weekdays = 261  # of 2026, from a Thursday to a Thursday
    assert work.available == pytest.approx(2 * 7 * weekdays / weeks, rel=1e-9)
    assert work.share == pytest.approx(work.asked / work.available, rel=1e-12)
    twice = outlook(parse(HEAD + TEAM.replace("35", "35, speed = 2") + stages)).teams["sales"]
    assert twice.asked == pytest.approx(work.asked / 2, rel=1e-12)


def test_holidays_and_absent_people_have_no_hours() -> None:
    team = """
    [teams.sales]
    hours = { thursday = ["09:00-17:00"] }
    holidays = [2026-01-01]
    reps.ann = { leaves = 2026-01-16 }
    reps.bob = { hired = 2026-12-31 }
    """
    work = outlook(parse(HEAD + "stages.a.conversion = 0.5\n" + team)).teams["sales"]
    assert work.available == pytest.approx((2 + 1) * 8 / (365 / 7), rel=1e-9)
    assert outlook(parse(HEAD + "stages.a.conversion = 0.5\n" + team)).teams["sales"].asked == 0


def test_a_team_without_hours_is_asked_infinitely_much() -> None:
    team = "teams.sales = { reps = { ann = { hired = 2030-01-01 } } }\n"
    stages = 'stages.a = { conversion = 0.5, team = "sales" }\n'
    assert math.isinf(outlook(parse(HEAD + team + stages)).teams["sales"].share)


def test_a_way_out_that_hardly_exists_is_survived() -> None:
    seen = outlook(parse(HEAD + "stages.a = { conversion = 1e-18, back_to = { a = 1 } }\n"))
    assert 0 <= seen.contracts <= 120


def test_a_sure_thing_is_sure_whatever_the_odds_ratios() -> None:
    text = HEAD.replace("120 }", "120, theorist_share = 0.25 }") + "effects.theorist = 0\n"
    assert outlook(parse(text + "stages.a.conversion = 1\n")).contracts == pytest.approx(120, rel=1e-9)


def test_the_preset_is_feasible() -> None:
    work = outlook(load("first_steps")).teams["sales"]
    assert 0.5 < work.share < 1
