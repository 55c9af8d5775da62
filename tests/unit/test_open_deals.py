"""The time to win if deals are open at the end: bounds, and means that say what they are of."""

from __future__ import annotations

import math

import pytest
from scipy import integrate, stats

import funnelsim as fs
from funnelsim.reports.simulation_page import simulation_page

from .test_reports import text

FIRM = """
start = 2026-01-01
horizon = {{ warm_up_months = 0, period_months = 12, drain_months = {drain} }}
segments.all = {{ contract_value_per_year = 1000 }}
channels.web = {{ kind = "seo", inquiries_per_month = 1000 }}
stages.offer = {{ conversion = 1, customer_takes_days = {days} }}
"""
YEAR = 365  # days for which the first inquiries are followed, without a drain
SLOW = [
    ('{ scipy = "expon", scale = 365 }', stats.expon(scale=365)),
    ("{ median = 30, p90 = 180 }", stats.lognorm(s=math.log(6) / stats.norm.ppf(0.9), scale=30)),
]


def result_of(days: str, drain: int = 0, replications: int = 40) -> fs.SimulationResult:
    return fs.simulate(fs.parse(FIRM.format(drain=drain, days=days)), replications=replications)


@pytest.mark.parametrize(("days", "law"), SLOW)
def test_days_to_win_lie_between_bounds(days: str, law: stats.rv_continuous) -> None:
    """The share won by t is F(t) / F(365) if none is won that is open then, F(t) if all are."""
    forecast = result_of(days).forecast
    within = forecast.cycle().quantile(0.5)
    assert within.least.value == pytest.approx(law.ppf(law.cdf(YEAR) / 2), rel=0.02)
    assert within.most.value == pytest.approx(law.ppf(0.5), rel=0.02)
    assert within.least.low < within.least.value < within.least.high < within.most.value
    late = forecast.cycle().quantile(0.97)
    assert late.most.value == math.inf
    assert late.words().startswith("at least ")


@pytest.mark.parametrize(("days", "law"), SLOW)
def test_the_mean_cycle_says_within_how_many_days(days: str, law: stats.rv_continuous) -> None:
    result = result_of(days)
    restricted = integrate.quad(lambda t: t * law.pdf(t), 0, YEAR)[0] / law.cdf(YEAR)
    assert result.summary.loc["cycle_length", "mean"] == pytest.approx(restricted, rel=0.02)
    assert result.summary.loc["cycle_length", "title"] == "Sales cycle (won within 365 days)"
    page = " ".join(text(simulation_page(result, "next", everything=True)).split())
    assert "on average, of" in page  # those won within 365 days
    assert "the sales cycle and the time in a stage are those of what has ended by then" in page
    assert "conversions, shares gone cold" in page


def test_with_nothing_open_the_mean_is_that_of_all() -> None:
    result = result_of("{ low = 5, likely = 10, high = 15 }", drain=1, replications=20)
    assert result.summary.loc["cycle_length", "title"] == "Sales cycle"
    assert result.forecast.cycle().quantile(0.5).least == result.forecast.cycle().quantile(0.5).most
    assert result.warnings == ()
