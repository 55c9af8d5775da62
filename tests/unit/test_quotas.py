"""Quotas: fiscal quarters, attainment, gap and chance by hand; the same in page, frame and document."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import funnelsim as fs
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.forecast import Attainment, Forecast, wilson
from funnelsim.forecast.quota import quarters
from funnelsim.reports import document
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.saving import result_files
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.scenario import Scenario, ScenarioError, from_document, parse
from funnelsim.scenario.plan_checks import check_quarters
from funnelsim.scenario.plans import Plan
from funnelsim.studies.pilot import settled

from .good_scenario import GOOD, problems_of
from .small_firm import NAMES, firm, history

MARCH = replace(NAMES, months=("2026-03", "2026-04"))  # a fourth and a first quarter, from April on


def attained(
    plan: dict[str, Any], booked_by_ann: tuple[float, ...] = (1000,)
) -> dict[tuple[str, str], Attainment]:
    """Forecast years in which Ann books this in April, and Bob 3,000."""
    tally = new_tally(firm(), 3)
    fold(history(), firm(), tally)
    tallies = stack([tally] * len(booked_by_ann))
    tallies.signed[:, 1, 0] = booked_by_ann
    forecast = Forecast(firm(), MARCH, tallies, plan=Plan.model_validate({"fiscal_year_starts": 4, **plan}))
    return {(each.place, each.quarter.split()[0]): each for each in forecast.quotas()}


@pytest.mark.parametrize("starts", range(1, 13))
def test_quarters_are_those_of_the_fiscal_year(starts: int) -> None:
    months = tuple(f"{2026 + number // 12}-{number % 12 + 1:02}" for number in range(30))
    found = quarters(months, starts)
    assert np.concatenate([each.months for each in found]).tolist() == list(range(30))
    for each in found:
        for month in each.months:
            since_start = (int(months[month][5:]) - starts) % 12
            assert since_start // 3 == each.number
        assert each.name.startswith(f"Q{each.number + 1} ({months[each.months[0]]}")
    assert all(len(each.months) == 3 for each in found[1:-1])


def test_attainment_gap_and_chance_by_hand() -> None:
    # A month of the fourth quarter, and one of the first: a third of the quota of each.
    found = attained({"teams": {"sales": {"quota": (3000.0, 7.0, 7.0, 600.0)}}}, (1000, 0, 500, -1999))
    fourth, first, whole = (found["sales", quarter] for quarter in ("Q4", "Q1", "period"))
    assert (fourth.quota, first.quota, whole.quota) == (200, 1000, 1200)
    assert (fourth.attained.mean, fourth.gap.mean, fourth.reached) == (0, -200, 0)
    bookings = np.array([4000, 3000, 3500, 1001])
    assert first.attained.mean == pytest.approx(bookings.mean() / 1000)
    assert whole.gap.mean == pytest.approx(bookings.mean() - 1200)
    assert (first.reached, whole.reached) == (4, 3)
    assert whole.chance == wilson(3, 4)


def test_a_rep_has_a_quota_for_the_time_on_staff() -> None:
    plan = {"teams": {"sales": {"quota_per_rep": 1200.0}}, "reps": {"Cat": {"quota": 90.0}}}
    found = attained(plan)
    quotas = {key: each.quota for key, each in found.items()}
    assert (quotas["Ann", "Q4"], quotas["Ann", "Q1"], quotas["Ann", "period"]) == (400, 400, 800)
    assert (quotas["Bob", "Q4"], quotas["Bob", "Q1"]) == (200, 400)  # Bob comes in the middle of March
    assert (quotas["Cat", "Q4"], found["Cat", "period"].gap.mean) == (30, -60)
    assert found["Bob", "Q1"].attained.mean == 3000 / 400
    assert attained({**plan, "reps": {"Bob": {"quota": 600.0}}})["Bob", "Q4"].quota == 100


def test_what_has_no_quota_of_its_own_has_the_sum_below_it() -> None:
    plan: dict[str, Any] = {"teams": {"sales": {"quota_per_rep": 1200.0}, "desk": {"quota": 300.0}}}
    found = attained(plan)
    assert found["sales", "Q4"].quota == 400 + 200
    assert found["all", "Q4"].quota == 400 + 200 + 100
    assert found["all", "period"].attained.mean == pytest.approx(4000 / (600 + 800 + 200))
    assert attained({**plan, "quota": 30.0})["all", "Q4"].quota == 10
    assert {place for place, _ in found} == {"all", "sales", "desk", "Ann", "Bob"}
    assert {place for place, _ in attained({"quota": 30.0})} == {"all"}


def test_without_a_plan_nobody_has_a_quota() -> None:
    assert attained({}) == {}
    plain = fs.simulate(fs.load("first_steps"), replications=2, jobs=1)
    assert plain.quota.empty
    assert "quotas" not in document.simulation_document(plain)
    assert "Quota" not in shown(simulation_page(plain, "next", everything=True))
    assert "quota.csv" not in dict(result_files(plain))


def test_a_quota_in_a_file_is_a_number_or_four() -> None:
    plan = parse(f"{GOOD}[plan.teams.sales]\nquota = 9\nquota_per_rep = [1, 2, 3.5, 0]\n").plan
    assert plan.teams["sales"].quota == (9, 9, 9, 9)
    assert plan.teams["sales"].quota_per_rep == (1, 2, 3.5, 0)


def test_four_quotas_are_multiplied_each() -> None:
    scenario = parse(f"{GOOD}[plan.teams.sales]\nquota_per_rep = [100, 200, 300, 402]\n")
    changed = scenario.with_changes({"plan.teams.sales.quota_per_rep *=": 1.5})
    assert changed.plan.teams["sales"].quota_per_rep == (150, 300, 450, 603)


@pytest.mark.parametrize(
    ("plan", "path", "said"),
    [
        ("[plan]\nquota = -1", "plan.quota", "an amount of at least 0"),
        ("[plan]\nquota = [1, 2]", "plan.quota", "a number, or four"),
        ('[plan]\nquota = "1,000"', "plan.quota", "without quotes"),
        ("[plan]\nfiscal_year_starts = 13", "plan.fiscal_year_starts", "at most 12"),
        ("[plan.teams.sale]\nquota = 1", "plan.teams.sale", 'did you mean "sales"'),
        ("[plan.teams.sales]", "plan.teams.sales", "quota, quota_per_rep or both"),
        ('[plan.reps."sales 3"]\nquota = 1', "plan.reps.sales 3", 'did you mean "sales'),
        ("[plan.reps.nobody]\nquota = 1", "plan.reps.nobody", "a rep: sales 1, sales 2"),
    ],
)
def test_quotas_of_nobody_are_refused(plan: str, path: str, said: str) -> None:
    problems = problems_of(f"{GOOD}{plan}\n")
    assert [each.path.replace('"', "") for each in problems] == [path]
    assert said in problems[0].sentence()


def test_quarters_need_calendar_months() -> None:
    text = GOOD.replace("2026-01-01", "2026-01-15")
    with pytest.raises(ScenarioError) as caught:
        settled(parse(f"{text}[plan]\nquota = 1\n"))
    (problem,) = caught.value.problems
    assert (problem.path, problem.expected) == ("start", "the first day of a month")
    assert not [*check_quarters(parse(f"{text}[plan]\nfiscal_year_starts = 4\n"))]  # nobody has a quota


def shown(page: Any) -> str:
    file = io.StringIO()
    Console(file=file, width=100).print(page)
    return file.getvalue()


def with_a_plan() -> Scenario:
    plain = fs.load("first_steps").document
    plain["plan"] = {"fiscal_year_starts": 2, "teams": {"sales": {"quota": 400_000, "quota_per_rep": 90_000}}}
    plain["strategies"]["ambitious"] = {"change": {"plan.teams.sales.quota *=": 2}}
    return from_document(plain)


@pytest.fixture(scope="module")
def comparison() -> fs.ComparisonResult:
    return fs.compare(with_a_plan(), replications=20)


def test_quarters_add_up_to_the_bookings_of_the_period(comparison: fs.ComparisonResult) -> None:
    for name in comparison:
        frame, bookings = (
            comparison[name].quota,
            comparison[name].forecast.values("bookings").mean(),
        )  # as drawn
        booked = frame["quota"] + frame["gap"]
        parts = booked.xs("sales", level="of")
        assert parts.drop("period", level="quarter").sum() == pytest.approx(bookings)
        assert parts.xs("period", level="quarter").item() == pytest.approx(bookings)
        assert "all" not in booked.index.get_level_values("of")  # with one team it would be the same
        reps = booked.xs("rep", level="by").xs("period", level="quarter")
        assert reps.sum() == pytest.approx(bookings)
        assert len(reps) == (3 if name == "one_more_rep" else 2)


def test_a_strategy_may_change_the_plan(comparison: fs.ComparisonResult) -> None:
    quota = comparison.quota["quota"].xs("sales", level="of").xs("period", level="quarter").droplevel("by")
    typed = {name: 3.2e6 if name == "ambitious" else 1.6e6 for name in comparison}
    assert quota.to_dict() == pytest.approx(typed)
    assert comparison.comparison.makes_no_difference("ambitious")


def test_goals_and_quotas_of_somebody_who_leaves_stay() -> None:
    plain = with_a_plan().document
    plain["plan"]["reps"] = {"sales 2": {"quota": 10_000}}
    plain["goals"]["second"] = {"metric": "bookings", "at_least": 150_000, "rep": "sales 2"}
    fewer = {"change": {"teams.sales.people": 1}}
    plain["strategies"] = {"fewer": fewer}
    result = fs.compare(from_document(plain), replications=3)
    assert result.goals["reached"].xs("second", level="goal").to_dict() == {"today": 3, "fewer": 0}
    of_reps = {name: set(result[name].quota.loc["rep"].index.get_level_values("of")) for name in result}
    assert of_reps == {"today": {"sales 1", "sales 2"}, "fewer": {"sales 1"}}  # a day in hand is no quota
    plain["strategies"]["fewer"] = {**fewer, "always": True}  # then there never was a second one
    with pytest.raises(fs.ScenarioError, match='names "sales 2"'):
        from_document(plain)


def test_page_frame_and_document_say_the_same(comparison: fs.ComparisonResult) -> None:
    today = comparison["today"]
    page = shown(simulation_page(today, "next", everything=True))
    assert "Quotas, as far as bookings reach them" in page
    assert [line.split()[:2] for line in page.splitlines() if line.startswith("sales, Q")] == [
        ["sales,", f"Q{number}"] for number in (4, 1, 2, 3, 4)
    ]
    assert "Quotas of reps by quarter are in quota.csv" in page
    written = dict(result_files(today))["quota.csv"].decode("utf-8-sig").splitlines()
    assert len([line for line in written if line.startswith("rep,sales 2,Q")]) == 5
    row = today.quota.loc[("team", "sales", "period")]
    whole = json.loads(document.as_json(document.simulation_document(today)))
    (found,) = [each for each in whole["quotas"] if each["of"] == "sales" and each["quarter"] == "period"]
    assert found["attained"]["mean"] == pytest.approx(row["attained"])
    assert found["gap"]["p10"] == pytest.approx(row["gap_p10"])
    assert found["chance"]["value"] == row["chance"]
    table = " ".join(shown(comparison_page(comparison, "next", everything=True)).split())
    assert "Quota of" in table
    assert "quota.csv" in dict(result_files(comparison))
