"""Scores against their definitions, by brute force."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from scipy import stats

from funnelsim.calibration.backtest.scores import (
    LEVELS,
    brier_scores,
    clustered_mean,
    coverage,
    crps,
    exact_band,
    independent,
    log_scores,
    of_worlds,
    pit,
    pit_histogram,
    relative,
)


@pytest.mark.parametrize("seed", range(4))
def test_crps_is_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples, came = rng.poisson(4, 30).astype(float), float(rng.poisson(4))
    pairs = [abs(one - other) for one in samples for other in samples]
    expected = np.mean([abs(each - came) for each in samples]) - sum(pairs) / (2 * 30 * 29)
    assert crps(samples, came) == pytest.approx(expected, rel=1e-12)
    assert crps(np.append(samples, np.nan), came) == pytest.approx(expected, rel=1e-12)


def test_crps_of_few_samples_is_fair() -> None:
    rng = np.random.default_rng(3)
    found = [crps(rng.normal(size=3), rng.normal()) for _ in range(20_000)]
    # E|X - y| - E|X - X'| / 2 with all of them standard normal: 1 / sqrt(pi).
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - 1 / np.sqrt(np.pi)) < 4 * error


def test_without_samples_or_outcome_there_is_no_score() -> None:
    assert np.isnan(crps(np.array([1.0]), 1.0))
    assert np.isnan(crps(np.arange(3.0), np.nan))
    assert np.isnan(pit(np.array([np.nan]), 1.0, 0.5))
    assert np.isnan(pit(np.arange(3.0), np.nan, 0.5))


def pits(draw_forecast: float, draw_truth: float, windows: int) -> np.ndarray:
    rng = np.random.default_rng(8)
    return np.array(
        [
            pit(rng.poisson(draw_forecast, 60).astype(float), float(rng.poisson(draw_truth)), rng.random())
            for _ in range(windows)
        ]
    )


def test_pit_of_counts_is_uniform_where_the_forecast_is_the_truth() -> None:
    assert stats.kstest(pits(1.5, 1.5, 4_000), "uniform").pvalue > 0.01


def test_a_biased_forecast_is_found_out() -> None:
    found = pits(3.0, 1.5, 200)
    assert stats.kstest(found, "uniform").pvalue < 1e-6
    assert coverage(found, 0.8, 200).verdict == "too narrow"
    histogram = pit_histogram(found)
    assert histogram.sum() == 200
    assert histogram[:3].sum() > 120  # what came is low among the samples


@pytest.mark.parametrize("level", LEVELS)
def test_intervals_of_counts_cover_what_they_say(level: float) -> None:
    found = coverage(pits(0.7, 0.7, 4_000), level, 4_000)
    assert found.low < level < found.high
    assert found.verdict == "holds"


@pytest.mark.parametrize(("hits", "windows"), [(0, 20), (7, 25), (24, 25), (25, 25)])
def test_the_band_is_where_the_binomial_leaves_a_fortieth(hits: int, windows: int) -> None:
    low, high = exact_band(hits / windows, windows)
    if hits:
        assert stats.binom.sf(hits - 1, windows, low) == pytest.approx(0.025)
    else:
        assert low == 0
    if hits < windows:
        assert stats.binom.cdf(hits, windows, high) == pytest.approx(0.025)
    else:
        assert high == 1


def test_coverage_is_judged_from_twenty_windows_that_do_not_overlap() -> None:
    wide = np.full(60, 0.5)
    assert coverage(wide, 0.5, 19).verdict == "too few to judge"
    assert coverage(wide, 0.5, 20).verdict == "too wide"
    assert coverage(wide, 0.5, 60).low > coverage(wide, 0.5, 20).low  # the band is that of fewer windows
    assert np.isnan(coverage(np.array([np.nan]), 0.5, 1).share)


@pytest.mark.parametrize("seed", range(5))
def test_independent_windows_are_the_most_that_do_not_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    begins = rng.integers(0, 20, 7)
    ends = begins + rng.integers(1, 8, 7)
    subsets = chain.from_iterable(combinations(range(7), size) for size in range(8))

    def apart(chosen: tuple[int, ...]) -> bool:
        return all(
            ends[one] <= begins[other] or ends[other] <= begins[one] for one, other in combinations(chosen, 2)
        )

    days = np.datetime64("2026-01-01")
    assert independent(days + begins, days + ends) == max(len(each) for each in subsets if apart(each))


@pytest.mark.parametrize(
    ("mine", "beats"),
    [
        ([1.0, 1.0, 1.9], True),  # in all
        ([1.0, 1.0, 3.0], True),  # in just two thirds
        ([0.1, 2.5, 2.5], False),  # lower on average, but in a third
        ([1.9, 1.9, 3.0], False),  # in two thirds, but not on average
        ([2.0, 2.0, 2.0], False),  # the same
    ],
)
def test_what_beats_is_lower_on_average_and_in_two_thirds(mine: list[float], beats: bool) -> None:
    assert relative(np.array(mine), np.full(3, 2.0)).beats == beats


def test_windows_without_a_score_are_left_out_of_the_comparison() -> None:
    found = relative(np.array([1.0, np.nan, 9.0]), np.array([2.0, 5.0, np.nan]))
    assert (found.ratio, found.lower, found.windows) == (0.5, 1, 1)
    assert not relative(np.array([np.nan]), np.array([1.0])).beats


def test_scores_of_deals_are_their_definitions() -> None:
    chances, won = np.array([0.2, 0.9, 0.5]), np.array([True, True, False])
    assert log_scores(chances, won) == pytest.approx([-np.log(0.2), -np.log(0.9), -np.log(0.5)])
    assert brier_scores(chances, won) == pytest.approx([0.64, 0.01, 0.25])
    impossible = of_worlds(np.array([0.0, 1.0]), 200)
    assert impossible == pytest.approx([0.5 / 201, 200.5 / 201])
    assert np.isfinite(log_scores(impossible, np.array([True, False]))).all()


def test_the_interval_of_deals_that_go_together_is_that_of_their_owners() -> None:
    rng = np.random.default_rng(5)
    owners = np.repeat(np.arange(40), 25)
    scores = rng.normal(size=40)[owners] + 0.1 * rng.normal(size=1_000)
    found = clustered_mean(scores, owners)
    error = scores.reshape(40, 25).mean(axis=1).std(ddof=1) / np.sqrt(40)  # owners of equal size
    assert found.value == pytest.approx(scores.mean())
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(error, rel=0.1)
    assert np.isnan(clustered_mean(scores, np.zeros(1_000)).low)  # a single owner says nothing of others
