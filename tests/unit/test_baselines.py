"""Baselines against enumeration, theory, and what a hand would count."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from funnelsim.calibration.backtest.baselines import ByField, MeanOf, RecentMean, SeasonalNaive
from funnelsim.calibration.backtest.looks import AGE, Looks, look_back, open_deals, share_won
from funnelsim.calibration.backtest.pipelines import WeightedPipeline, new_business
from funnelsim.calibration.backtest.samples import resampled_medians, resampled_sums
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.backtest.windows import (
    CREATED,
    LOSSES,
    NEW_WINS,
    OPEN_WINS,
    VALUE,
    WINS,
    Forecaster,
    lost_for,
    of,
)
from funnelsim.history.history import Known
from funnelsim.io.writing import UnusableError

from .made_history import history_of, made, on

MONTH, QUARTER = Span(1, "m"), Span(3, "m")
BASELINES: list[Forecaster] = [
    WeightedPipeline(),
    WeightedPipeline((AGE, "segment")),
    SeasonalNaive(MONTH),
    RecentMean(Span(8, "w")),
    MeanOf((WeightedPipeline(), RecentMean(Span(2, "m")))),
    ByField(RecentMean(Span(8, "w")), ("segment",)),
]


def fifteen():
    """Ten deals of a look at day 25, whose window has 30 days, and five open at day 60."""
    rows = [
        (f"past {n}", 23, 30 + n if n < 3 else 52, "won" if n < 3 else "lost", "a", 7.0) for n in range(6)
    ]
    rows += [(f"other {n}", 23, 45 + n, "won" if n < 3 else "lost", "b", 9.0) for n in range(4)]
    rows += [(f"new {n}", 58, None, "", "a" if n < 3 else "b", np.nan) for n in range(5)]
    return history_of(rows, 200).as_of(on(60))


def test_chances_are_the_shares_of_the_cell_with_one_deal_of_all() -> None:
    history = fifteen()
    looks = look_back(history, on(60), [on(75), on(90)])
    found = looks.shares(open_deals(history), (AGE, "segment"))
    # Won within 15 days, and in the 15 after: all three of a's six, and three of b's four.
    pooled = np.array([3 / 10, 3 / 10])
    a, b = (np.array([3, 0]) + pooled) / 7, (np.array([0, 3]) + pooled) / 5
    assert found == pytest.approx(np.array([a, a, a, b, b]))
    assert share_won(history, on(60), [on(75), on(90)]) == pytest.approx(pooled.sum())


def test_a_deal_older_than_any_before_has_the_share_of_the_oldest() -> None:
    history = fifteen()
    old = history.entries.copy()
    old.loc[old["deal"] == "new 0", "entered"] = on(0)
    looks = look_back(history, on(60), [on(75), on(90)])
    found = looks.shares(open_deals(replace(history, entries=old)), (AGE, "segment"))
    assert open_deals(replace(history, entries=old))[AGE].nunique() == 2
    assert (found[0] == found[1]).all()


def test_wins_of_open_deals_are_poisson_binomial() -> None:
    draws = 40_000
    found = WeightedPipeline((AGE, "segment"), draws=draws).forecast(fifteen(), on(60), [on(75), on(90)])
    chances = np.array(list(found.chances.values()))
    assert chances == pytest.approx([3.6 / 7] * 3 + [3.6 / 5] * 2)
    expected = np.zeros(6)
    for outcome in product([0, 1], repeat=5):
        won = np.array(outcome, bool)
        expected[won.sum()] += np.where(won, chances, 1 - chances).prod()
    seen = np.bincount(found.flows[OPEN_WINS].sum(axis=1).astype(int), minlength=6)
    assert stats.chisquare(seen, draws * expected).pvalue > 0.01


def test_wins_are_worth_what_earlier_wins_of_the_segment_were() -> None:
    found = WeightedPipeline((AGE, "segment"), draws=200).forecast(fifteen(), on(60), [on(75), on(90)])
    worths = {7.0 * a + 9.0 * b for a in range(4) for b in range(3)}
    assert {round(each, 6) for each in found.flows[VALUE].sum(axis=1)} <= worths


def test_an_open_deal_counts_its_own_value_where_that_is_known() -> None:
    history = fifteen()
    priced = history.deals.copy()
    priced.loc[priced["outcome"] == "", "value"] = 1_000.0
    found = WeightedPipeline((AGE,), draws=300).forecast(
        replace(history, deals=priced), on(60), [on(75), on(90)]
    )
    assert found.flows[VALUE] == pytest.approx(1_000 * found.flows[OPEN_WINS])


def test_new_business_has_mean_and_variance_of_earlier_windows() -> None:
    rng = np.random.default_rng(1)
    past = np.array([[4.0, 10.0], [2.0, 30.0], [9.0, 5.0]])
    drawn = new_business(Looks(pd.DataFrame({"part": []}), past, 2), 200_000, rng)
    assert drawn.mean(axis=0) == pytest.approx([5, 15], rel=0.02)
    assert drawn.sum(axis=1).var() == pytest.approx(past.sum(axis=1).var(ddof=1), rel=0.03)


@pytest.mark.parametrize("count", [1, 3, 9])
def test_medians_are_those_of_so_many_earlier_cycles(count: int) -> None:
    rng = np.random.default_rng(count)
    past = history_of([(f"{n}", 0, n, "won", "", 1.0) for n in range(1, 2_000)], 3_000).deals
    found = resampled_medians(past, np.full(4_000, float(count)), rng)
    brute = np.median(rng.integers(1, 2_000, (4_000, count)), axis=1)
    assert stats.ks_2samp(found, brute).pvalue > 0.01
    assert np.isnan(resampled_medians(past, np.zeros(1), rng)).all()


def test_sums_have_as_many_values_as_are_counted() -> None:
    rng = np.random.default_rng(2)
    counts = np.array([[0, 1, 4]] * 50_000)
    found = resampled_sums(np.array([1.0, 5.0]), counts, rng)
    assert (found[:, 0] == 0).all()
    assert found.mean(axis=0) == pytest.approx(3.0 * counts[0], rel=0.01)
    assert found.var(axis=0) == pytest.approx(4.0 * counts[0], rel=0.03)


def test_the_season_before_is_repeated_with_its_errors() -> None:
    wins = {1: 3, 2: 5, 3: 4, 4: 6, 5: 11, 6: 8}  # by month of 2024
    days = [(month, day + 1) for month, count in wins.items() for day in range(count)]
    rows = [
        (f"{month} {day}", 0, (pd.Timestamp(2024, month, day, 12) - on(0)).days + 0.5, "won", "", 2.0)
        for month, day in days
    ]
    origin = pd.Timestamp("2024-07-01")
    history = history_of(rows, 500).as_of(origin)
    found = SeasonalNaive(QUARTER, draws=4_000).forecast(history, origin, QUARTER.parts(origin))
    naive = np.array([6, 11, 8])
    errors = {6 - 3, 11 - 5, 8 - 4}  # each with either sign
    for part in range(3):
        expected = {max(naive[part] + sign * error, 0) for error in errors for sign in (1, -1)}
        assert set(found.flows[WINS][:, part]) == expected
    assert found.flows[WINS].sum(axis=1).mean() == pytest.approx(25, rel=0.02)


def test_a_window_longer_than_the_season_repeats_what_was_over() -> None:
    rows = [(f"{n}", 0, 31 + n / 100, "won", "", 1.0) for n in range(7)]  # all on 1 February
    origin = pd.Timestamp("2024-04-01")
    history = history_of(rows, 500).as_of(origin)
    found = SeasonalNaive(Span(2, "m"), draws=40_000).forecast(history, origin, QUARTER.parts(origin))
    # April and May repeat February and March. June repeats February: April is not over yet. There is a single
    # error, too few to resample. A Poisson around gamma(count + 1/2) has this mean, and twice its variance.
    assert found.flows[WINS].mean(axis=0) == pytest.approx([7.5, 0.5, 7.5], rel=0.03)
    assert found.flows[WINS].var(axis=0) == pytest.approx([15, 1, 15], rel=0.05)


def test_the_mean_of_recent_weeks_has_its_spread() -> None:
    weekly = [2, 9, 4, 1, 7, 3, 12, 2]
    rows = [
        (f"{week} {n}", 0, 7 * week + 0.5 + n / 100, "won", "", 1.0)
        for week, count in enumerate(weekly)
        for n in range(count)
    ]
    found = RecentMean(Span(8, "w"), draws=200_000).forecast(history_of(rows, 56), on(56), [on(63), on(70)])
    wins = found.flows[WINS]
    mean, spread = np.mean(weekly), np.var(weekly, ddof=1)
    level = spread / 8
    assert wins.mean(axis=0) == pytest.approx([mean, mean], rel=0.01)
    # Variance given the level l: l + beyond l^2, where beyond = (spread - mean) / mean^2.
    expected = mean + (spread - mean) / mean**2 * (mean**2 + level) + level
    assert wins.var(axis=0) == pytest.approx([expected] * 2, rel=0.03)
    assert np.cov(wins.T)[0, 1] == pytest.approx(level, rel=0.1)


def test_a_longer_part_has_more() -> None:
    rows = [(f"{n}", 0, n + 0.5, "won", "", 1.0) for n in range(56)]
    found = RecentMean(Span(8, "w"), 50_000).forecast(history_of(rows, 56), on(56), [on(63), on(77)])
    assert found.flows[WINS].mean(axis=0) == pytest.approx([7, 14], rel=0.02)


def test_losses_are_forecast_by_reason() -> None:
    rows = [(f"{n}", 0, n + 0.5, "won" if n % 2 else "lost", "", 1.0) for n in range(56)]
    history = history_of(rows, 56)
    history.deals["reason"] = np.where(history.deals["outcome"] == "lost", "price", "")
    found = RecentMean(Span(4, "w"), 20_000).forecast(history, on(56), [on(84)])
    for quantity, count in ((LOSSES, 14), (lost_for("price"), 14), (WINS, 14), (CREATED, 0)):
        assert found.flows[quantity].mean() == pytest.approx(count, rel=0.02)


def test_the_mean_of_several_is_that_of_their_distributions_and_chances() -> None:
    history = made(120, 3)
    one, other = WeightedPipeline(), RecentMean(Span(8, "w"))
    ends = [on(130), on(150)]
    found = MeanOf((one, other)).forecast(history, on(120), ends)
    parts = [each.forecast(history, on(120), ends) for each in (one, other)]
    assert found.flows[WINS].mean() == pytest.approx(np.mean([each.flows[WINS].mean() for each in parts]))
    assert set(found.flows) == {WINS, VALUE}
    deal = next(iter(found.chances))
    assert found.chances[deal] == pytest.approx(np.mean([each.chances[deal] for each in parts]))


def test_wins_by_a_field_are_those_of_its_own_deals() -> None:
    history = made(120, 4)
    found = ByField(RecentMean(Span(8, "w"), 20_000), ("segment",)).forecast(history, on(120), [on(127)])
    won = history.deals[(history.deals["outcome"] == "won") & (history.deals["closed"] >= on(64))]
    for segment, count in won.groupby("segment").size().items():
        assert found.flows[of(WINS, "segment", str(segment))].mean() == pytest.approx(count / 8, rel=0.03)


# ---- the same past, and nothing else ----------------------------------------------------------


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda each: each.name)
def test_what_comes_after_the_origin_changes_no_bit(baseline: Forecaster) -> None:
    whole, origin = made(200, 5), on(121)  # 1 May
    later = whole.deals.copy()
    after = ~(later["closed"] < origin)
    later.loc[after, "outcome"] = "won"
    later.loc[after, "closed"] = on(122)
    later.loc[after, "value"] = 1e9
    later = later[later["created"] < on(122)]
    changed = replace(whole, deals=later)
    found = [baseline.forecast(each.as_of(origin), origin, MONTH.parts(origin)) for each in (whole, changed)]
    assert found[0].flows.keys() == found[1].flows.keys()
    for name, samples in found[0].flows.items():
        assert np.array_equal(samples, found[1].flows[name]), name
    assert found[0].chances == found[1].chances
    assert found[0].cycle is not None
    assert np.array_equal(found[0].cycle, found[1].cycle, equal_nan=True)


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda each: each.name)
def test_every_baseline_says_something_of_every_open_deal(baseline: Forecaster) -> None:
    history = made(121, 6)
    found = baseline.forecast(history, on(121), MONTH.parts(on(121)))
    assert set(found.chances) == set(open_deals(history).index)
    assert all(0 < chance < 1 for chance in found.chances.values())
    assert found.flows[WINS].shape == (found.draws, 1)
    if NEW_WINS in found.flows:
        assert found.flows[WINS] == pytest.approx(found.flows[OPEN_WINS] + found.flows[NEW_WINS])


def test_a_field_that_may_have_been_overwritten_is_refused_by_name() -> None:
    history = made(120, 7)
    overwritten = replace(history, known={**history.known, "segment": Known.EXPORT})
    for baseline in (WeightedPipeline((AGE, "segment")), ByField(WeightedPipeline(), ("segment",))):
        with pytest.raises(UnusableError, match="does not say what segment of a deal was at an earlier time"):
            baseline.forecast(overwritten, on(120), [on(127)])


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        (WeightedPipeline(), "does not go back far enough to tell what happens within 30 days"),
        (SeasonalNaive(MONTH), "there is no time 1 month before"),
        (RecentMean(Span(8, "w")), "there are no last 8 weeks"),
    ],
)
def test_a_past_that_is_too_short_is_a_sentence(baseline: Forecaster, sentence: str) -> None:
    origin = pd.Timestamp("2024-01-21")
    with pytest.raises(UnusableError, match=sentence):
        baseline.forecast(made(20, 8), origin, [origin + pd.Timedelta(days=30)])
