"""The experiments on junk, the closed loop and farmers: what they estimate, found by another route."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from experiments.alignment import run as loop
from experiments.junk_leads import run as junk
from experiments.paired import Found
from experiments.studied import At, Studied
from experiments.subscription_software import run as farmers

import funnelsim as fs

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
YEARS = 12
FIRST, SECOND = "verify_each_lead", "match_volume"
BOTH = f"{FIRST}+{SECOND}"


def study_of(name: str, *strategies: str) -> fs.Study:
    """Read an experiment's study, of a few strategies and years."""
    study = fs.read_study(EXPERIMENTS / name / "study.toml")
    return replace(study, strategies=strategies, assumptions=("as typed",), replications=YEARS)


@cache
def compared(found: Studied) -> fs.ComparisonResult:
    """Simulate the same strategies in the same worlds, without a study."""
    study = found.result.study
    scenario = study.scenario.with_months(found.result.months)
    return fs.compare(scenario, strategies=list(study.strategies), replications=YEARS)


# ---- levers against junk ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def levers() -> junk.Levers:
    return junk.Levers(Studied(fs.run_study(study_of("junk_leads", "today", FIRST, SECOND, BOTH))))


def test_each_pair_of_the_seven_levers_is_in_the_study() -> None:
    study = fs.read_study(EXPERIMENTS / "junk_leads" / "study.toml")
    seven = study.scenario.strategies["all_seven"].combines
    pairs = {frozenset(name.split("+")) for name in study.strategies if name.count("+") == 1}
    assert pairs == {frozenset(pair) for pair in combinations(seven, 2)}
    assert set(seven) < set(study.strategies)


def test_what_a_pair_does_beyond_its_levers_is_the_difference_of_differences(levers: junk.Levers) -> None:
    forecasts = {name: each.forecast for name, each in compared(levers.studied).simulations.items()}
    won = {name: forecast.parts("won", expected=True)[0][:, 0] for name, forecast in forecasts.items()}
    by_year = won[BOTH] - won[FIRST] - won[SECOND] + won["today"]
    found = levers.beyond("won", FIRST, SECOND, together=BOTH)
    assert found.mean == pytest.approx(by_year.mean())
    rate = {name: forecast.outcomes("junk_rate")[0].value for name, forecast in forecasts.items()}
    beyond = rate[BOTH] - rate[FIRST] - rate[SECOND] + rate["today"]
    assert levers.pairs[FIRST, SECOND]["junk_rate"].mean == pytest.approx(beyond)


def test_a_month_is_that_of_a_comparison(levers: junk.Levers) -> None:
    theirs = compared(levers.studied)[FIRST].by_month["junk_rate", "mean"]
    np.testing.assert_allclose(levers.by_month(FIRST), theirs)
    late = At("junk_rate", "month", [theirs.index[junk.MONTH_OF_THE_SOURCE - 1]])
    row = levers.row(FIRST)
    assert levers.studied.estimate(lambda rate: rate, (late, row)).mean == pytest.approx(levers.late(FIRST))


def test_pairs_are_counted_by_what_is_sure(levers: junk.Levers) -> None:
    """Less junk and more profit are what a lever is for."""
    sure, unsure = Found(2.0, 1.0, 3.0), Found(2.0, -1.0, 5.0)
    pairs = {
        ("a", "b"): {"junk_rate": sure, "profit": sure},
        ("a", "c"): {"junk_rate": unsure, "profit": unsure},
    }
    other = replace(levers)
    other.__dict__["pairs"] = pairs
    assert junk.count_of_pairs(other, "junk_rate").startswith(
        "On junk, 1 of 2 pairs overlap, 0 help each other"
    )
    assert junk.count_of_pairs(other, "profit").startswith(
        "On profit, 0 of 2 pairs overlap, 1 help each other"
    )
    assert junk.beside_the_sum(unsure) == "as far as can be told, as much as the seven alone added up"


# ---- the closed loop ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def promises() -> loop.Promises:
    return loop.Promises(Studied(fs.run_study(study_of("alignment", "today", "closed_loop"))))


def test_contracts_that_are_looked_at_are_those_of_the_study(promises: loop.Promises) -> None:
    result = compared(promises.studied)
    for name in ("today", "closed_loop"):
        found, forecast = loop.cycles(promises, name), result[name].forecast
        mean = found.back * np.nan_to_num(found.of_those_back) + (1 - found.back) * found.of_the_others
        days, contracts = (part.sum() for part in forecast.parts("cycle_length")[:2])
        assert mean == pytest.approx(days / contracts)
    assert loop.cycles(promises, "today").back == 0


def test_a_spread_is_between_years_and_averaged_over_months() -> None:
    """Two months whose revenue is 10 +- 1 and 10 +- 3: 10 % and 30 %, on average 20 %."""
    monthly = np.array([[9.0, 7.0], [11.0, 13.0]])
    assert loop.spread(monthly.mean(axis=0), (monthly**2).mean(axis=0)) == pytest.approx(0.2)
    many = np.tile(monthly, (30, 1))
    assert loop.change_of_spread(many, 2 * many).mean == pytest.approx(0.0)
    assert loop.change_of_spread(many, np.full_like(many, 10.0)).mean == pytest.approx(0.2)


def test_a_promise_is_kept_only_if_the_interval_says_so() -> None:
    cost, result = loop.CLAIMS["cac"], loop.CLAIMS["roi"]
    less, unsure = Found(-2.0, -3.0, -1.0), Found(-2.0, -5.0, 1.0)
    told = [loop.verdict(claim, each) for claim in (cost, result) for each in (less, unsure)]
    assert told == ["borne out", "undecided", "the opposite", "undecided"]


def test_sales_is_as_busy_as_in_a_comparison(promises: loop.Promises) -> None:
    theirs = compared(promises.studied)["closed_loop"].by_team["utilisation", "mean"]["sales"]
    assert promises.busy("closed_loop") == pytest.approx(theirs)


# ---- hunters and farmers ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def firm() -> farmers.Firm:
    return farmers.Firm(Studied(fs.run_study(study_of("subscription_software", "today", "farmers"))))


def test_years_ahead_and_goals_are_those_of_a_comparison(firm: farmers.Firm) -> None:
    result = compared(firm.studied)
    mine, its = (result[name].forecast.values("profit")[:, 0] for name in ("farmers", "today"))
    assert firm.ahead("farmers") == np.mean(mine > its)
    said = farmers.goals(firm)
    for goal, name in (("recurring", "MRR"), ("keeps_what_it_has", "NRR")):
        chance = max(result.goals.loc[(each, goal), "chance"] for each in ("today", "farmers"))
        assert f"({name} of at least" in said
        assert f"{100 * chance:.1f} % (" in said


def test_money_of_new_customers_is_that_of_year_three(firm: farmers.Firm) -> None:
    forecast = compared(firm.studied)["farmers"].forecast
    signed = forecast.parts("new_mrr", "month", forecast.expected)[0][:, 24:36].sum(axis=1).mean()
    at_end = forecast.outcomes("mrr")[0].value
    assert f"{100 * signed / at_end:.1f} (" in farmers.existing(firm)
