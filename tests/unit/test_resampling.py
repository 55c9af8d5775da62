"""Bootstrap-t against a slow one, against theory where money is skewed, and where it must keep silent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import funnelsim as fs
from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import bootstrap_t, resamples_for
from funnelsim.forecast.resampling import RESAMPLES, _counts
from funnelsim.metrics.figure import Formula, Parts, ratio, total
from funnelsim.metrics.wording import too_few

STUDIES = 400
ROI: Formula = lambda margin, cost: ratio(margin - cost, cost)  # noqa: E731


def slow_t(parts: Parts, formula: Formula, counts: Floats) -> tuple[float, Floats]:
    """The error of a figure, and the studentised figures of resamples: year by year, with the jackknife."""
    years = len(parts[0])

    def figure(chosen: list[int]) -> tuple[float, float]:
        value = float(formula(*(part[chosen].mean() for part in parts)))
        left_out = np.array(
            [float(formula(*(np.delete(part[chosen], out).mean() for part in parts))) for out in range(years)]
        )
        spread = left_out - left_out.mean()
        return value, math.sqrt((years - 1) / years * float(spread @ spread))

    value, error = figure(list(range(years)))
    found = []
    for each in counts:
        again, its_error = figure([year for year in range(years) for _ in range(int(each[year]))])
        found.append((again - value) / its_error)
    return error, np.array(found)


@pytest.mark.parametrize("formula", [ratio, ROI])
def test_the_interval_is_that_of_a_slow_bootstrap(formula: Formula) -> None:
    rng = np.random.default_rng(1)
    parts = (rng.gamma(4, 5, (40, 1)), rng.gamma(20, 1, (40, 1)))
    found = bootstrap_t(parts, formula)
    error, t = slow_t(tuple(part[:, 0] for part in parts), formula, _counts(40, RESAMPLES)[1:])
    ordered = np.sort(t)
    # The delta method's error is the jackknife's but for terms of the order of 1 / R.
    assert found.low[0] == pytest.approx(found.value[0] - ordered[1949] * error, abs=0.15 * error)
    assert found.high[0] == pytest.approx(found.value[0] - ordered[49] * error, abs=0.15 * error)


def test_the_interval_of_a_mean_is_exactly_that_of_a_slow_bootstrap() -> None:
    values = np.random.default_rng(2).exponential(1, (60, 1))
    found = bootstrap_t((values,), total)
    error, t = slow_t((values[:, 0],), total, _counts(60, RESAMPLES)[1:])
    ordered = np.sort(t)
    ends = found.value[0] - ordered[1949] * error, found.value[0] - ordered[49] * error
    assert (found.low[0], found.high[0]) == pytest.approx(ends, rel=1e-5)
    beyond = min(np.sum(t >= values.mean() / error), np.sum(t <= values.mean() / error))
    assert found.p_value[0] == 2 * (1 + beyond) / 2000


def test_normal_years_have_students_interval() -> None:
    values = np.random.default_rng(3).normal(5, 2, (400, 3))
    found = bootstrap_t((values,), total)
    for place in range(3):
        years = values[:, place]
        error = years.std(ddof=1) / math.sqrt(400)
        low, high = stats.t.interval(0.95, 399, years.mean(), error)
        # A quantile of 1,999 resamples is known to 0.06 errors.
        assert (found.low[place], found.high[place]) == pytest.approx((low, high), abs=4 * 0.06 * error)


def test_resamples_are_whole_years_the_same_in_every_run() -> None:
    counts = _counts(50, 1999)
    assert (counts[0] == 1).all()
    assert (counts.sum(axis=1) == 50).all()
    assert _counts.__wrapped__(50, 1999).tobytes() == counts.tobytes()
    # Counts of a year are binomial: mean 1, variance 1 - 1 / R.
    assert counts[1:].var() == pytest.approx(1 - 1 / 50, abs=0.03)


def test_places_do_not_depend_on_each_other() -> None:
    rng = np.random.default_rng(4)
    parts = (rng.gamma(9, 1, (30, 300)), rng.gamma(9, 1, (30, 300)))
    together = bootstrap_t(parts, ratio)
    alone = bootstrap_t(tuple(part[:, 299:] for part in parts), ratio)
    assert [each[299] for each in together] == pytest.approx([each[0] for each in alone], nan_ok=True)


def test_p_value_and_interval_agree() -> None:
    values = np.random.default_rng(5).exponential(1, (50, 300)) - 0.75
    found = bootstrap_t((values,), total)
    known = ~np.isnan(found.low)
    assert known.sum() > 100
    outside = (found.low > 0) | (found.high < 0)
    assert np.array_equal(outside[known], (found.p_value < 0.05)[known] | (found.p_value == 0.05)[known])


def test_p_values_of_nothing_are_uniform() -> None:
    found = bootstrap_t((np.random.default_rng(31).normal(0, 1, (100, 2000)),), total)
    assert stats.kstest(found.p_value, "uniform").pvalue > 1e-4


@pytest.mark.parametrize(
    ("years", "with_contract", "more"),
    [
        (10, 10, 10),  # fewer than 20 years
        (100, 10, 100),  # 20 years with a contract take 200
        (400, 3, math.ceil(25 * (1 - 2 * 3 / 400) ** 2 / (3 / 400 * (1 - 3 / 400))) - 400),  # the skewness
    ],
)
def test_how_many_more_years_it_takes(years: int, with_contract: int, more: int) -> None:
    """The skewness of a Bernoulli variable is (1 - 2 p) / sqrt(p (1 - p))."""
    values = np.zeros((years, 1))
    values[:with_contract] = 1e6
    found = bootstrap_t((values + (np.arange(years) % 2)[:, None] * (with_contract == years),), total)
    assert found.more[0] == pytest.approx(more, abs=1)
    assert np.isnan([found.low[0], found.high[0], found.p_value[0]]).all()


def test_what_no_year_has_has_no_interval() -> None:
    found = bootstrap_t((np.zeros((400, 1)),), total)
    assert (found.value[0], found.more[0]) == (0, math.inf)
    assert math.isnan(found.low[0])


def test_two_equal_years_are_no_certainty() -> None:
    assert math.isnan(bootstrap_t((np.ones((2, 1)),), total).p_value[0])
    constant = bootstrap_t((np.full((40, 1), 3.0),), total)  # what every year costs
    assert (constant.low[0], constant.high[0], constant.more[0]) == (3, 3, 0)
    assert constant.p_value[0] == 2.0**-39


def test_as_many_resamples_as_strategies_need() -> None:
    """After Holm the smallest p value, 2 / (B + 1), can still be below 5 % by far."""
    for strategies in (1, 7, 20, 21, 50, 300):
        assert strategies * 2 / (resamples_for(strategies) + 1) <= 0.02
        assert (resamples_for(strategies) + 1) * 0.025 % 1 == 0


def test_what_is_lacking_in_words() -> None:
    assert too_few(1234, rare=True) == "too few years with a large contract: about 1,300 more"


def profits(rng: np.random.Generator, years: int, expected: bool) -> Floats:
    """Yearly profit of a firm with 0.15 large contracts a year, lognormal, of 1 million in the mean."""
    small = rng.normal(500_000, 60_000, (years, STUDIES))
    large = rng.poisson(0.15, (years, STUDIES))
    if expected:
        return np.asarray(small + 1e6 * large)
    worth = np.zeros((years, STUDIES))
    for number in range(1, int(large.max()) + 1):
        worth += np.where(large >= number, rng.lognormal(math.log(1e6) - 0.5, 1, large.shape), 0)
    return np.asarray(small + worth)


TRUTH = 500_000 + 0.15 * 1e6


@pytest.mark.parametrize("expected", [True, False])
@pytest.mark.parametrize("years", [10, 50, 200, 400])
def test_intervals_that_are_printed_hold_where_money_is_skewed(years: int, expected: bool) -> None:
    """Between 93 and 97 % but for the error of so many studies, or nothing is printed."""
    rng = np.random.default_rng(7 + years + expected)
    values = profits(rng, years, expected)
    found = bootstrap_t((values,), total)
    printed = int(np.sum(~np.isnan(found.low)))
    held = int(np.sum((found.low <= TRUTH) & (found.high >= TRUTH)))
    assert printed == 0 if years == 10 else True
    assert printed == STUDIES if years == 400 and expected else True
    if printed >= 0.3 * STUDIES:
        assert abs(held / printed - 0.95) < 0.02 + 4 * math.sqrt(0.95 * 0.05 / printed)


@pytest.mark.parametrize("years", [20, 50, 200])
def test_a_strategy_without_effect_is_seldom_said_to_cost_money(years: int) -> None:
    """Both strategies have large contracts in 15 % of years, each in years of its own: false verdicts."""
    rng = np.random.default_rng(11 + years)
    gains = rng.poisson(0.15, (years, STUDIES)) * 1e6 - rng.poisson(0.15, (years, STUDIES)) * 1e6
    found = bootstrap_t((gains,), total)
    wrong = int(np.sum(found.p_value < 0.05))
    assert stats.binomtest(wrong, STUDIES, 0.05, alternative="greater").pvalue > 1e-4


def test_what_no_year_has_seen_is_at_most_three_in_so_many_years() -> None:
    """exp(-3) = 5 %: a firm with three contracts in n years, on average, has none in one study of 20."""
    never = fs.load("first_steps").with_changes({"stages.proposal.conversion": 1e-9})
    found = fs.simulate(never, replications=60, jobs=1).forecast
    won = found.estimate("won")
    assert (won.mean, won.low, won.high, won.more_years) == (0, 0, 0.05, 0)
    assert [each.high for each in found.by("won", "channel").estimates] == [0.05]
    assert found.estimate("inquiries").low > 0
