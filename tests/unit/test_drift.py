"""Whether stages change: trends are found where there are any, and medians with their ranges."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from funnelsim.calibration.drift import drift_of
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

FROM, UNTIL = pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01")
DAY = pd.Timedelta(days=1)
STAGES = ("call", "offer")


def history() -> History:
    blank = [pd.DataFrame(columns=columns) for columns in (DEALS, ENTRIES, FIELDS, WORK)]
    return History(*blank, STAGES, FROM, UNTIL)


def visits(entered: pd.Series, days: np.ndarray, went_to: np.ndarray) -> pd.DataFrame:
    """Make visits as they are seen from FROM to UNTIL."""
    ended = entered + pd.to_timedelta(days, unit="D")
    goes_on = (ended >= UNTIL).to_numpy()
    low = np.where(goes_on, (UNTIL - entered) / DAY, days)
    made = pd.DataFrame({"entered": entered, "ended": ended.where(~goes_on), "low": low})
    made["high"] = np.where(goes_on, np.inf, days)
    made["from_age"] = np.maximum((FROM - entered) / DAY, 0.0)
    made["went_to"] = np.where(goes_on, "", went_to)
    made = made.assign(stage="offer", segment="", channel="", rep="", deal="")
    return made[~(ended < FROM)].reset_index(drop=True)


def drawn(rng: np.random.Generator, count: int, slope: float = 0.0, length: float = 20.0) -> pd.DataFrame:
    """Draw visits of a year and the one before; chance and length change with the time of entry."""
    since = rng.uniform(-365, 365, count)
    won = rng.random(count) < special.expit(slope * since / 365)
    days = rng.exponential(length, count)
    return visits(FROM + pd.to_timedelta(pd.Series(since), unit="D"), days, np.where(won, "won", "lost"))


def test_no_trend_is_shown_where_there_is_none() -> None:
    rng = np.random.default_rng(3)
    found = [drift_of(history(), drawn(rng, 600))[0] for _ in range(150)]
    for values in ([each.shares.p_value for each in found], [each.lengths.p_value for each in found]):
        assert stats.kstest(values, "uniform").pvalue > 0.01
        assert 0.01 <= np.mean(np.array(values) < 0.05) <= 0.11


def test_a_rising_share_is_found_in_words() -> None:
    (found,) = drift_of(history(), drawn(np.random.default_rng(1), 4000, slope=2.0))
    assert found.shares.score > 0
    assert found.shares.p_value < 1e-4
    assert found.sentence().startswith("Stage offer: ")
    assert "2025-Q1" in found.sentence()
    assert "rising" in found.sentence()


def test_intervals_hold_share_and_median() -> None:
    rng, held = np.random.default_rng(2), []
    for _ in range(60):
        (found,) = drift_of(history(), drawn(rng, 1500))
        table, exact = found.quarters, 0.5 * -np.expm1(-found.within / 20.0)
        seen = table[table["n"] > 20]
        held += list((seen["low"] <= exact) & (exact <= seen["high"]))
        median = 20.0 * np.log(2)
        held += list((table["median_low"] <= median) & (median <= table["median_high"]))
    assert 0.92 <= np.mean(held) <= 0.98


def test_trend_of_lengths_is_the_score_of_cox_regression() -> None:
    made = drawn(np.random.default_rng(8), 300)
    (found,) = drift_of(history(), made)
    whole = made[made["from_age"] == 0]
    quarter = (whole["entered"].dt.quarter - 1).to_numpy(float)
    lengths, over = whole["low"].to_numpy(), (whole["went_to"] != "").to_numpy()

    def partial(slope: float) -> float:
        there = [np.log(np.sum(np.exp(slope * quarter[lengths >= end]))) for end in lengths[over]]
        return float(np.sum(slope * quarter[over]) - np.sum(there))

    step = 1e-3
    score = (partial(step) - partial(-step)) / (2 * step)
    information = -(partial(step) - 2 * partial(0.0) + partial(-step)) / step**2
    assert found.lengths.score == pytest.approx(-score / np.sqrt(information), rel=1e-3)


def test_the_band_of_the_median_is_that_of_scipy() -> None:
    lengths, over = np.array([2.0, 3, 3, 5, 6, 8, 9, 9, 11, 14, 20, 25]), np.ones(12, bool)
    over[[3, 10]] = False
    made = visits(pd.Series([FROM] * 12), lengths, np.array(["won"] * 12))
    made.loc[~over, ["went_to", "high"]] = ["", np.inf]
    (found,) = drift_of(history(), made)
    curve = stats.ecdf(stats.CensoredData(lengths[over], right=lengths[~over])).sf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of the last age, where nobody is left
        band = curve.confidence_interval(0.95, method="log-log")
    expected = [
        each.quantiles[np.flatnonzero(each.probabilities <= 0.5)[0]] for each in (curve, band.low, band.high)
    ]
    columns = ["median", "median_low", "median_high"]
    assert found.quarters.loc["2025-Q1", columns].tolist() == expected


def test_a_short_history_says_so() -> None:
    made = drawn(np.random.default_rng(1), 50)
    late = made[made["entered"] >= "2025-12-01"]
    (found,) = drift_of(history(), late.reset_index(drop=True))
    assert "too short" in found.sentence()
