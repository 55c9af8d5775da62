"""Confidence sequences: against other formulas of the same, against exact chances, and in simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.guarantees import sequences as measured
from scipy import integrate, stats

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.sequences import (
    EFFECT,
    begins,
    log_odds_against,
    of_means,
    of_quantile,
    of_share,
    radius,
    years_for,
)
from funnelsim.forecast import Rare

NORMAL = next(each for each in measured.noises() if each.title == "normal")


# ---- means ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("years", "error"), [(15, 0.05), (60, 0.05), (60, 0.05 / 6)])
def test_at_the_radius_the_mixture_of_noncentral_t_is_as_much_likelier(years: int, error: float) -> None:
    """The mixture, written as t densities: Student's t is what is left of the years without their scale."""
    t = float(radius(years, error)) * math.sqrt(years)

    def likely(effect: float) -> float:
        shifted = stats.nct.pdf(t, years - 1, effect * math.sqrt(years))
        return float(shifted * stats.norm.pdf(effect, 0, math.sqrt(EFFECT)))

    mixture, _ = integrate.quad(likely, -2, 2, points=[0, t / math.sqrt(years)], limit=200)
    assert mixture / stats.t.pdf(t, years - 1) == pytest.approx(1 / error, rel=1e-6)


def test_the_radius_is_the_formula_by_hand() -> None:
    grown = (math.sqrt(1 + 4) / 0.05) ** (2 / 100)  # 100 years, of which 100 x 0.04 = 4
    q = (grown - 1) / (1 - grown / 5)
    assert float(radius(100, 0.05)) == pytest.approx(math.sqrt(q * 99 / 100))


def test_few_years_say_nothing_and_more_say_more() -> None:
    reach = radius(np.arange(1, 5_000), 0.05)
    finite = np.isfinite(reach)
    assert not finite[:8].any()
    assert finite[20:].all()
    assert (np.diff(reach[finite]) < 0).all()
    assert (radius([100, 1000], 0.01) > radius([100, 1000], 0.05)).all()


@pytest.mark.parametrize("within", [0.5, 0.2, 0.05])
def test_the_years_that_are_needed_are_the_fewest(within: float) -> None:
    years = years_for(within, 0.01)
    assert float(radius(years, 0.01)) < within <= float(radius(years - 1, 0.01))


def test_a_sequence_is_far_more_seldom_wrong_than_an_interval_that_is_looked_at_as_often() -> None:
    found = measured.of_noise(NORMAL, 600, years=400)
    assert stats.binomtest(int(found.wrong.sum()), 600, 0.05, alternative="greater").pvalue > 0.001
    assert found.fixed.mean() > 0.2
    assert found.begun.all()


def test_a_sequence_that_is_too_narrow_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault: three quarters of its radius."""
    whole = measured.ends
    monkeypatch.setattr(measured, "ends", lambda mean, spread, *rest: whole(mean, 0.75 * spread, *rest))
    found = measured.of_noise(NORMAL, 600, years=400)
    assert stats.binomtest(int(found.wrong.sum()), 600, 0.05, alternative="greater").pvalue < 0.001


def test_skewed_years_begin_later() -> None:
    skewed = np.repeat([0.0, 1.0], [380, 20])[:, None]  # a share p of ones: (1 - 2 p) / sqrt(p (1 - p))
    found = of_means(skewed, 0.05)
    assert float(found.begins[0]) == pytest.approx(50 * (0.9 / math.sqrt(0.05 * 0.95)) ** 2)
    assert math.isinf(found.low[0])
    assert begins([1.0, 1.001]).tolist() == [50, pytest.approx(50.1, abs=0.01)]


def test_years_in_which_hardly_anything_differs_begin_later() -> None:
    years = np.zeros((100, 2))
    years[:10] = 1.0, 1.0
    years[10:20, 1] = -1.0
    found = of_means(years[:, 1:], 0.05)  # as often up as down: not skewed
    assert float(found.begins[0]) == 100
    assert math.isfinite(found.low[0])
    assert float(of_means(np.zeros((100, 1)), 0.05).begins[0]) == math.inf


def test_contracts_that_have_not_been_seen_hold_a_sequence_back() -> None:
    years = np.random.default_rng(1).normal(size=(100, 1))
    rare = Rare(np.array([[100.0, 3.0]]), np.array([[1.0, 100.0]]))
    assert float(of_means(years, 0.05).begins[0]) == 50
    assert float(of_means(years, 0.05, rare=rare).begins[0]) == pytest.approx(20 * 100 / 3)


def test_years_that_are_all_alike_have_a_sequence_without_width() -> None:
    found = of_means(np.full((60, 1), 3.0), 0.05)
    assert (float(found.low[0]), float(found.high[0])) == (3, 3)
    assert math.isinf(of_means(np.full((40, 1), 3.0), 0.05).low[0])


def test_what_is_measured_is_what_the_package_computes() -> None:
    rng = np.random.default_rng(2)
    noise = next(each for each in measured.noises() if each.contract == 100)
    sums, drawn = measured.Sums(5, np.array([0.0, noise.contract])), []
    for _ in range(80):
        year = noise.draw(rng, 5)
        sums.add(year)
        drawn.append(year)
    gains, contracts = np.stack([each.gains for each in drawn]), sum(each.contracts for each in drawn)
    rare = Rare(np.maximum(contracts, 3), np.tile([0.0, noise.contract], (5, 1)))
    found = of_means(gains, 0.05, rare=rare)
    mean, deviation, by_skewness, from_ = sums.sequences()
    assert mean == pytest.approx(found.value)
    assert deviation == pytest.approx(found.deviation)
    assert from_ == pytest.approx(found.begins)
    assert by_skewness == pytest.approx(of_means(gains, 0.05).begins)
    assert (found.begins > 80).all()


# ---- shares and quantiles -------------------------------------------------------------------


@pytest.mark.parametrize(("happened", "years"), [(0, 40), (40, 40), (7, 40), (240, 400)])
def test_the_ends_of_a_share_are_where_the_mixture_is_as_much_likelier(happened: int, years: int) -> None:
    found = of_share(happened, years, 0.05)
    assert found.value == happened / years
    for end in (found.low, found.high):
        if end not in (0.0, 1.0):
            likely = (years + 1) * stats.binom.pmf(happened, years, end)
            assert likely == pytest.approx(0.05)
    assert (found.low == 0, found.high == 1) == (happened == 0, happened == years)


@pytest.mark.parametrize("chance", [0.1, 0.5])
def test_the_exact_chance_that_a_share_is_ever_missed_is_at_most_that_claimed(chance: float) -> None:
    """By the distribution of the number so far, among those that have not missed yet."""
    alive = np.array([1.0])
    for years in range(1, 301):
        alive = np.append(alive * (1 - chance), 0.0) + np.insert(alive * chance, 0, 0.0)
        alive *= log_odds_against(np.arange(years + 1), years, chance) < math.log(1 / 0.2)
    assert 0.05 < 1 - alive.sum() <= 0.2


@pytest.mark.parametrize("level", [0.1, 0.5])
def test_the_ends_of_a_quantile_are_those_years_that_shares_allow(level: float) -> None:
    values = np.random.default_rng(3).permutation(np.arange(1.0, 201.0))
    found = of_quantile(level, values, 0.05)
    allowed = [s for s in range(201) if 201 * stats.binom.pmf(s, 200, level) > 0.05]
    assert (found.low, found.high) == (allowed[0], allowed[-1] + 1)  # the s-th value is s
    assert found.value == pytest.approx(level * 201)


def test_a_quantile_of_few_years_has_no_lower_end() -> None:
    assert of_quantile(0.1, np.arange(10.0), 0.05).low == -math.inf


def _missed(values: Floats, truth: float) -> bool:
    found = (of_quantile(0.1, values[:years], 0.2) for years in range(1, len(values) + 1))
    return any(not each.low <= truth <= each.high for each in found)


def test_a_quantile_of_values_with_ties_is_seldom_missed() -> None:
    dice = np.random.default_rng(4).integers(1, 7, (200, 60)).astype(float)  # P10 of a die is 1
    assert sum(_missed(each, 1.0) for each in dice) <= stats.binom.ppf(0.999, 200, 0.2)


def test_more_than_half_of_the_years_is_seldom_claimed_where_it_is_half() -> None:
    for ahead, ties in ((0.5, 0.0), (0.45, 0.1)):
        claimed = measured.half_claimed(ahead, ties, 1_000, years=300)
        assert stats.binomtest(int(claimed.sum()), 1_000, 0.05, alternative="greater").pvalue > 0.001
    assert measured.half_claimed(0.7, 0.0, 200, years=300).mean() > 0.95
    assert measured.half_claimed(0.0, 1.0, 10, years=300).sum() == 0
