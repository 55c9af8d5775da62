"""Shares of variance and the value of information, against what is known by theory."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.information import first_order, perfect_information, smoother
from funnelsim.io.writing import UnusableError

WORLDS = 1_000


def draw(seed: int, numbers: int, worlds: int = WORLDS) -> tuple[np.random.Generator, Floats]:
    generator = np.random.default_rng(seed)
    return generator, generator.random((worlds, numbers))


def known(mean: float, slope: float) -> float:
    """Return E[max(0, g)] - max(0, E[g]) of a normal gain g: the unit normal loss."""
    away = abs(mean) / slope
    return slope * float(norm.pdf(away) - away * norm.sf(away))


def test_first_order_shares_of_ishigamis_function() -> None:
    """Ishigami and Homma (1990): a = 7, b = 0.1, three uniform numbers from -pi to pi."""
    _, levels = draw(1, 3, 4_000)
    one, two, three = (np.pi * (2 * levels - 1)).T
    values = np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)
    a, b = 7.0, 0.1
    total = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    truth = [(1 + b * np.pi**4 / 5) ** 2 / 2 / total, a**2 / 8 / total, 0.0]
    found = first_order(values[:, None], levels)
    assert found.value[:, 0] == pytest.approx(truth, abs=0.025)  # 0.314, 0.442, 0: four standard errors
    assert (found.low[:, 0] <= truth).all()
    assert (truth <= found.high[:, 0]).all()
    assert (found.high - found.low).max() < 0.06


@pytest.mark.parametrize(
    ("mean", "slope", "noise"), [(0.5, 1.0, 1.0), (-0.5, 1.0, 1.0), (1.0, 1.0, 3.0), (0.0, 1.0, 0.0)]
)
def test_worth_and_share_of_a_linear_normal_gain(mean: float, slope: float, noise: float) -> None:
    """The intervals hold the closed form about as often as they say, and the mean error is small."""
    tries, worth, share = 60, known(mean, slope), slope**2 / (slope**2 + noise**2)
    held, shares_held, errors = 0, 0, []
    for seed in range(tries):
        generator, levels = draw(seed, 1)
        gains = mean + slope * norm.ppf(levels) + noise * generator.normal(size=(WORLDS, 1))
        worths, shares = perfect_information(gains, levels), first_order(gains, levels)
        held += bool(worths.low[0] <= worth <= worths.high[0])
        shares_held += bool(shares.low[0, 0] <= share <= shares.high[0, 0])
        errors.append(worths.value[0] - worth)
    least = binom.ppf(0.001, tries, 0.95)
    assert held >= least
    if noise:
        assert shares_held >= least
    else:  # all of the variance, but for the tails, which the spline cannot follow
        assert shares.value[0, 0] > 0.99
    # Without knowing more, the better strategy is chosen in the same worlds, which flatters that choice.
    flattered = known(mean, np.hypot(slope, noise) / np.sqrt(WORLDS))
    assert abs(np.mean(errors) + flattered) < 4 * np.std(errors) / np.sqrt(tries)


def test_a_number_without_effect_is_worth_nothing() -> None:
    """Two strategies as good as one another, so that chance alone could make knowing seem worth much."""
    tries, told = 60, 0
    for seed in range(tries):
        generator, levels = draw(seed, 1)
        gains = generator.normal(size=(WORLDS, 1))
        worths, shares = perfect_information(gains, levels), first_order(gains, levels)
        told += bool(worths.low[0] > 0)
        assert abs(worths.value[0]) < 4 / np.sqrt(WORLDS)
        assert -0.01 < shares.value[0, 0] < 0.03
        assert worths.low[0] <= max(worths.value[0], 0) <= worths.high[0]
    assert told <= binom.ppf(0.999, tries, 0.05)


def test_knowing_is_worth_nothing_where_one_strategy_is_best_in_every_case() -> None:
    generator, levels = draw(3, 2)
    better = 10 + levels[:, [0]] + 0.1 * generator.normal(size=(WORLDS, 1))
    found = perfect_information(np.hstack([better, better - 5]), levels)
    assert found.value.tolist() == found.low.tolist() == found.high.tolist() == [0, 0]
    assert found.changes.tolist() == [0, 0]


def test_the_base_and_all_strategies_can_be_chosen() -> None:
    """Gains of 1 - 2u and 2u - 1 in thirds: choosing the better one by u brings E|2u - 1| = 1/2."""
    _, levels = draw(4, 1, 2_000)
    slope = 2 * levels - 1
    found = perfect_information(np.hstack([slope, -slope]), levels)
    assert found.low[0] < 0.5 < found.high[0]
    with_rest = perfect_information(np.hstack([slope, -slope]) - 0.5, levels)  # the base in the middle half
    assert with_rest.low[0] < 0.125 < with_rest.high[0]
    assert with_rest.changes[0] == pytest.approx(0.5, abs=0.05)


def test_a_number_that_has_few_values_or_one() -> None:
    generator, levels = draw(5, 1)
    few = np.floor(3 * levels) / 3 + 1 / 6
    gains = np.where(few > 0.5, 1.0, -1.0) + 0.1 * generator.normal(size=(WORLDS, 1))
    fitted = smoother(few[:, 0]).fitted(gains - gains.mean())
    assert np.unique(np.round(fitted, 9)).size == 3
    alone = perfect_information(gains, np.hstack([few, np.full_like(few, 0.5)]))
    assert alone.value[1] == 0
    assert alone.value[0] > 0.3


def test_gains_that_never_vary() -> None:
    _, levels = draw(6, 1)
    assert np.isnan(first_order(np.zeros((WORLDS, 1)), levels).value).all()
    assert perfect_information(np.ones((WORLDS, 1)), levels).high[0] == 0


def test_too_few_worlds_are_told() -> None:
    gains, levels = np.zeros((999, 1)), np.zeros((999, 1))
    for estimate in (first_order, perfect_information):
        with pytest.raises(UnusableError, match="at least 1,000 simulated worlds, not 999"):
            estimate(gains, levels)
