"""What we do not know and what is chance: twins take the variance apart."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console, RenderableType
from scipy import stats

import funnelsim as fs
from funnelsim.compiling.arrays import Floats
from funnelsim.forecast.variance import components, rank_correlation, share_unknown
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.document import comparison_document, simulation_document
from funnelsim.reports.scenario_page import pilot_page
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.scenario import parse
from funnelsim.studies import replication
from funnelsim.studies.pilot import Pilot, pilot

# Inquiries are Poisson and nobody queues, so that the contracts of a month are Poisson, mean 60 x 0.5.
NO_QUEUES = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = 100
[channels.web]
kind = "seo"
inquiries_per_month = 60
[stages.offer]
conversion = 0.5
effects = { wait = { hours = [1.0], odds_ratio = [1.0] } }
[strategies.dearer]
change = { "segments.all.contract_value_per_year *=" = 1.5 }
[strategies.known]
change = { "segments.all.contract_value_per_year" = 100 }
"""
SPREAD = 0.2  # standard deviation of the value, as a share of its mean
FACTOR = f'{{ scipy = "truncnorm", a = -4, b = 4, loc = 1, scale = {SPREAD} }}'
UNKNOWN = f'[uncertainties]\n"segments.all.contract_value_per_year *=" = {FACTOR}\n'


def twins(share: float, count: int, seed: int, shape: float = 0.0) -> tuple[Floats, Floats]:
    """Draw a figure of years and their twins, of which `share` of the variance is common."""
    generator = np.random.default_rng(seed)
    common = (
        generator.normal(size=count)
        if not shape
        else stats.gamma.rvs(shape, size=count, random_state=generator)
    )
    chance = generator.normal(size=(2, count))
    if shape:
        common = (common - shape) / np.sqrt(shape)
    first, second = np.sqrt(share) * common + np.sqrt(1 - share) * chance
    return first, second


# ---- the estimators ---------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("shape", [0.0, 2.0])
def test_components_have_no_bias(share: float, shape: float) -> None:
    found = np.array([components(*twins(share, 10, seed, shape)) for seed in range(1, 4001)])
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert np.abs(found.mean(axis=0) - [share, 1 - share]) == pytest.approx([0, 0], abs=4 * error.max())
    assert error.max() < 0.02


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("shape", [0.0, 4.0])
def test_the_interval_of_a_share_holds_it_as_often_as_it_says(share: float, shape: float) -> None:
    intervals = [share_unknown(*twins(share, 100, seed, shape)) for seed in range(1, 601)]
    held = np.mean([each.low <= share <= each.high for each in intervals])
    assert 0.92 < held < 0.98  # 0.95 within 3.4 standard errors of 600, and a little for the jackknife
    assert np.mean([each.value for each in intervals]) == pytest.approx(share, abs=0.015)


def test_the_jackknife_leaves_each_year_out() -> None:
    first, second = twins(0.4, 12, 5)

    def z(keep: Floats) -> float:
        unknown, chance = components(first[keep], second[keep])
        return float(np.arctanh(unknown / (unknown + chance)))

    left_out = np.array([z(np.delete(np.arange(12), year)) for year in range(12)])
    error = np.sqrt(11 / 12 * np.square(left_out - left_out.mean()).sum())
    middle, half = z(np.arange(12)), stats.t.ppf(0.975, 11) * error
    found = share_unknown(first, second)
    assert found.value == pytest.approx(max(0.0, np.tanh(middle)), rel=1e-12)
    assert found.high == pytest.approx(np.tanh(middle + half), rel=1e-12)
    assert found.low == pytest.approx(max(0.0, np.tanh(middle - half)), abs=1e-12)


def test_shares_at_the_ends() -> None:
    years = np.arange(10.0)
    assert share_unknown(years, years) == (1.0, 1.0, 1.0)
    assert share_unknown(years, years[::-1]).value == 0.0
    for hopeless in (np.ones(10), np.full(10, np.nan), np.arange(2.0)):
        assert np.isnan(share_unknown(hopeless, hopeless)).all()


def test_rank_correlations_hold_the_truth_as_often_as_they_say() -> None:
    generator = np.random.default_rng(4)
    pearson = 0.6
    truth = 6 / np.pi * np.arcsin(pearson / 2)  # Spearman's of a bivariate normal
    held = []
    for _ in range(1000):
        one, other = generator.normal(size=(2, 80))
        found = rank_correlation(one, pearson * one + np.sqrt(1 - pearson**2) * other)
        held.append(found.low <= truth <= found.high)
    assert 0.925 < np.mean(held) < 0.975


def test_rank_correlation_is_scipys() -> None:
    one, other = np.random.default_rng(1).integers(0, 9, (2, 50)).astype(float)  # with ties
    assert rank_correlation(one, other).value == pytest.approx(
        stats.spearmanr(one, other).statistic, rel=1e-12
    )
    assert rank_correlation(one, one**3) == pytest.approx((1.0, 1.0, 1.0), abs=1e-9)
    for hopeless in (np.ones(9), np.full(9, np.nan), np.arange(3.0)):
        assert np.isnan(rank_correlation(hopeless, hopeless)).all()


# ---- simulated --------------------------------------------------------------------------------


def test_the_share_of_a_model_that_theory_knows() -> None:
    """Bookings are value x contracts: E[W]^2 Var V / (E[W]^2 Var V + Var W (Var V + E[V]^2)), W Poisson."""
    won = 60 * 0.5
    scenario = parse(NO_QUEUES + UNKNOWN)
    theory = won**2 * SPREAD**2 / (won**2 * SPREAD**2 + won * (1 + SPREAD**2))
    results = [fs.simulate(scenario, replications=40, seed=seed, jobs=1) for seed in range(1, 9)]
    shares = np.array([result.unknown.loc["bookings", "share"] for result in results])
    error = shares.std(ddof=1) / np.sqrt(len(shares))
    assert abs(shares.mean() - theory) < 4 * error
    assert error < 0.06
    assert (
        np.mean([result.unknown.loc["won", "share"] for result in results]) < 0.15
    )  # chance alone, cut off at 0
    drivers = np.array([result.drivers.loc["bookings"]["correlation"].item() for result in results])
    assert (drivers > 0.4).all()


def test_neither_engine_nor_jobs_change_what_is_unknown() -> None:
    scenario = parse(NO_QUEUES + UNKNOWN)
    one, *others = (
        fs.simulate(scenario, replications=12, jobs=jobs, engine=engine, digest=True)
        for engine, jobs in (("compiled", 1), ("compiled", 2), ("reference", 1), ("reference", 2))
    )
    for other in others:
        assert other.digest == one.digest
        assert other.unknown.equals(one.unknown)
        assert other.drivers.equals(one.drivers)
        assert other.summary.equals(one.summary)


def test_twins_leave_years_as_they_were() -> None:
    certain = parse(NO_QUEUES)
    sure = parse(NO_QUEUES + '[uncertainties]\n"segments.all.contract_value_per_year" = 100')
    one, other = (fs.simulate(each, replications=8, jobs=1, digest=True) for each in (certain, sure))
    assert one.digest == other.digest
    assert one.summary.equals(other.summary)
    assert one.unknown.empty
    assert one.drivers.empty
    assert "uncertainty" not in simulation_document(one)


def test_only_the_first_years_have_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replication, "TWINS", 10)
    result = fs.simulate(parse(NO_QUEUES + UNKNOWN), replications=12, jobs=1)
    first, second = result.forecast.pairs("bookings")
    assert len(first) == len(second) == 10
    assert result.forecast.unknowns.levels.shape == (12, 1)


def test_compared_strategies_tell_what_is_unknown_of_the_gain() -> None:
    result = fs.compare(parse(NO_QUEUES + UNKNOWN), replications=25, jobs=1)
    comparison = result.comparison
    gain = comparison.share_unknown("dearer", "bookings")
    today = result["today"].forecast.share_unknown("bookings")
    assert gain == pytest.approx(today, abs=1e-9)  # half as much again in every year
    assert result["known"].unknown.loc["bookings", "low"] == 0  # nothing unknown is left
    assert result.unknown.loc[("today", "bookings"), "share"] == today.value
    document = comparison_document(result)["strategies"]["today"]["uncertainty"]
    assert document["years_with_twins"] == 25
    assert document["share_of_variance_not_known"]["bookings"]["value"] == today.value
    (parameter,) = document["parameters"].values()
    assert parameter["drawn"]["p50"] == pytest.approx(1, rel=1e-3)


def test_a_stopped_run_keeps_years_and_twins_together() -> None:
    calls = []

    def stop(years: int) -> None:
        calls.append(years)
        if len(calls) == 3:
            raise KeyboardInterrupt

    scenario = parse(NO_QUEUES + UNKNOWN)
    stopped = fs.simulate(scenario, replications=50, jobs=1, progress=stop)
    whole = fs.simulate(scenario, replications=stopped.years, jobs=1)
    assert stopped.years < 50
    assert stopped.unknown.equals(whole.unknown)
    assert stopped.drivers.equals(whole.drivers)


def piloted(scenario: fs.Scenario) -> Pilot:
    return pilot(scenario)


def printed(page: RenderableType) -> str:
    file = io.StringIO()
    Console(file=file, width=100).print(page)
    return " ".join(file.getvalue().split())  # as one line, whatever was folded


def test_pages_say_what_is_unknown_and_only_where_something_is() -> None:
    unknown, certain = parse(NO_QUEUES + UNKNOWN), parse(NO_QUEUES)
    years = {"replications": 20, "jobs": 1}
    result = fs.simulate(unknown, **years)
    share = result.unknown.loc["profit"] * 100
    told = printed(simulation_page(result, "next", everything=True))
    assert (
        f"Of the variance of profit, {share['share']:.0f} % "
        f"({share['low']:.0f} to {share['high']:.0f}) is what we do not know, the rest is chance." in told
    )
    assert "segments.all.contract_value_per_year *=" in told
    assert "Measured on 20 simulated periods of 1 month" in told
    compared = printed(comparison_page(fs.compare(unknown, **years), "next", everything=True))
    assert "What we do not know, and what is chance" in compared
    assert "1 uncertain number." in printed(pilot_page(unknown, piloted(unknown), "next"))
    for page in (
        simulation_page(fs.simulate(certain, **years), "next", everything=True),
        comparison_page(fs.compare(certain, **years), "next", everything=True),
        pilot_page(certain, piloted(certain), "next"),
    ):
        assert "not know" not in printed(page)
        assert "uncertain" not in printed(page)


def test_too_few_years_cannot_tell() -> None:
    told = printed(
        simulation_page(
            fs.simulate(parse(NO_QUEUES + UNKNOWN), replications=2, jobs=1), "next", everything=True
        )
    )
    assert "cannot be told here" in told


def test_typed_conversions_are_the_medians_of_uncertain_ones() -> None:
    line = '[uncertainties]\n"stages.offer.conversion" = { low = 0.2, likely = 0.4, high = 0.6 }'
    result = fs.simulate(parse(NO_QUEUES + line), replications=5, jobs=1)
    assert result.conversions.loc["offer", "typed"] == pytest.approx(0.4, rel=1e-6)
