"""Forecasts as of earlier days, against a firm whose process is known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import RecentMean
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.results import WHOLE, Backtest
from funnelsim.calibration.backtest.spans import Span, origins
from funnelsim.calibration.backtest.windows import (
    CREATED,
    CYCLE,
    LOSSES,
    NEW_WINS,
    OPEN_WINS,
    VALUE,
    WINS,
    WindowForecast,
    of,
    what_came,
)
from funnelsim.history.history import History, Known
from funnelsim.io.writing import UnusableError

from .made_history import Knowing, history_of, made, on

WEEK = Span(1, "w")


@pytest.fixture(scope="module")
def scored() -> Backtest:
    """Two hundred weeks of a firm, forecast by its own process, and by one that is wrong."""
    history = made(1_420, 11)
    days = origins(history, WEEK, WEEK)
    return backtest(history, (Knowing(), Knowing("half as much again", 1.5)), WEEK, days)


def test_the_process_itself_is_calibrated(scored: Backtest) -> None:
    assert scored.independent > 190
    for quantity in (WINS, OPEN_WINS, NEW_WINS):
        pits = scored.of("the process itself", quantity)["pit"].to_numpy(float)
        assert stats.kstest(pits, "uniform").pvalue > 0.01
        assert [each.verdict for each in scored.coverage("the process itself", quantity)] == ["holds"] * 3
    assert abs(scored.bias("the process itself")) < 0.05


def test_a_biased_forecaster_is_found_out(scored: Backtest) -> None:
    wrong = "half as much again"
    assert stats.kstest(scored.of(wrong)["pit"].to_numpy(float), "uniform").pvalue < 1e-6
    assert scored.coverage(wrong)[1].verdict == "too narrow"
    assert scored.bias(wrong) == pytest.approx(0.5, abs=0.06)
    assert scored.against(wrong).beats
    assert scored.against(wrong).ratio == pytest.approx(
        scored.of("the process itself")["crps"].mean() / scored.of(wrong)["crps"].mean()
    )


def test_chances_of_the_process_itself_score_best(scored: Backtest) -> None:
    ours = scored.deal_scores("the process itself")
    share = scored.deals.loc[scored.deals["forecaster"] == "the process itself", "won"].mean()
    chance = 0.4 * (1 - np.exp(-0.7))
    entropy = -chance * np.log(chance) - (1 - chance) * np.log(1 - chance)
    assert share == pytest.approx(chance, abs=0.02)
    assert ours.log.low < entropy < ours.log.high
    assert scored.deals_against("half as much again").log.high < 0


def test_deals_go_together_by_week_of_creation_where_no_owner_is_known(scored: Backtest) -> None:
    assert scored.deals["cluster"].str.startswith("week 20").all()
    with_owner = made(60, 12)
    with_owner.deals["rep"] = "Ann"
    kept = replace(with_owner, known={**with_owner.known, "rep": Known.CREATED})
    found = backtest(kept, [Knowing()], WEEK, [on(50)])
    assert set(found.deals["cluster"]) == {"Ann"}


def test_what_came_is_what_a_hand_would_count() -> None:
    rows = [
        ("before", 1, 9.99, "won", "a", 100.0),
        ("at the origin", 2, 10, "won", "a", 200.0),  # the window begins with its origin
        ("open, won", 3, 14, "won", "b", 400.0),
        ("open, lost", 4, 15, "lost", "b", np.nan),
        ("open, won late", 5, 30, "won", "b", 800.0),  # the window ends before its end
        ("new, won", 12, 25, "won", "a", 1_600.0),
        ("still open", 6, None, "", "a", np.nan),
    ]
    found = what_came(history_of(rows, 40), on(10), [on(20), on(30)], by=("segment",))
    expected = {
        CREATED: [1, 0],
        WINS: [2, 1],
        OPEN_WINS: [2, 0],
        NEW_WINS: [0, 1],
        LOSSES: [1, 0],
        VALUE: [600, 1_600],
        of(WINS, "segment", "a"): [1, 1],
        of(WINS, "segment", "b"): [1, 0],
    }
    assert {name: list(values) for name, values in found.flows.items()} == expected
    assert found.cycle == 11  # of 8, 11 and 13
    assert found.won.to_dict() == {
        "at the origin": True,
        "open, won": True,
        "open, lost": False,
        "open, won late": False,
        "still open": False,
    }


def test_months_are_scored_one_by_one_too() -> None:
    history, quarter = made(400, 13), Span(3, "m")
    days = origins(history, quarter, Span(1, "m"))
    found = backtest(history, [WeightedPipeline(draws=200)], quarter, days, by=("segment",))
    assert set(found.windows["part"]) == {WHOLE, 1, 2, 3}
    name = found.judged
    total = sum(found.of(name, WINS, part)["came"] for part in (1, 2, 3))
    assert (found.of(name)["came"] == total).all()
    assert set(found.windows.loc[found.windows["quantity"] == CYCLE, "part"]) == {WHOLE}
    assert found.independent == -(-len(days) // 3)
    assert [each.verdict for each in found.coverage(name)] == ["too few to judge"] * 3


def test_only_what_the_records_have_is_scored_and_cuts_that_are_asked_for() -> None:
    history = made(120, 4)
    asked, other = of(WINS, "segment", "small"), of(WINS, "channel", "web")

    class Tells(Knowing):
        def forecast(
            self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
        ) -> WindowForecast:
            said = super().forecast(history, origin, ends)
            more = dict.fromkeys((asked, other, "lost for no reason"), said.flows[WINS])
            return replace(said, flows={**said.flows, **more})

    result = backtest(history, (Tells(),), WEEK, [on(100)], by=("segment",))
    scored = set(result.windows["quantity"])
    assert {WINS, asked} <= scored
    assert not {other, "lost for no reason"} & scored


def test_processes_find_the_same_and_progress_is_told() -> None:
    history, told = made(120, 14), []
    arguments = (history, [WeightedPipeline(draws=50)], WEEK, [on(90), on(100), on(110)])
    one, two = backtest(*arguments), backtest(*arguments, jobs=2, progress=told.append)
    pd.testing.assert_frame_equal(one.windows, two.windows)
    pd.testing.assert_frame_equal(one.deals, two.deals)
    assert told == [1, 1, 1]


SILENT = RecentMean(Span(900, "w"))  # more than there are


def test_a_forecast_that_cannot_be_made_is_told_and_the_others_are_scored() -> None:
    found = backtest(made(100, 15), [Knowing(), SILENT], WEEK, [on(80)])
    (sentence,) = found.not_made
    assert sentence.startswith("2024-03-21, mean of the last 900 weeks: the history begins on 2024-01-01")
    assert len(found.of("the process itself")) == 1
    assert np.isnan(found.against(SILENT.name).ratio)
    assert not found.against(SILENT.name).beats


def test_a_value_that_may_have_been_overwritten_is_not_scored() -> None:
    history = made(100, 16)
    exported = replace(history, known={**history.known, "value": Known.EXPORT})
    found = backtest(exported, [WeightedPipeline(draws=50)], WEEK, [on(80)])
    assert VALUE not in found.quantities
    assert found.not_scored[0].startswith(
        "value of wins is not scored: the file has only what a deal's value"
    )


# ---- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "sentence"),
    [
        (history_of([], 99), "the history has no deals"),
        (history_of([("one", 1, 2, "won", "", 1.0)], 99), "the history has a single deal"),
        (
            history_of([(name, 1, 2, "lost", "", 1.0) for name in "ab"], 99),
            "the history has no deal that was won, of 2",
        ),
        (made(13, 17), "cannot be scored: the history is from 2024-01-01 to 2024-01-14"),
    ],
)
def test_a_history_that_teaches_nothing_is_a_sentence(history: History, sentence: str) -> None:
    with pytest.raises(UnusableError, match=sentence):
        backtest(history, [Knowing()], WEEK, [on(7)])


def test_a_day_outside_the_history_is_a_sentence() -> None:
    with pytest.raises(
        UnusableError, match=r"made on 2024-04-09 cannot be scored.*from 2024-01-08 to 2024-04-02"
    ):
        backtest(made(99, 18), [Knowing()], WEEK, [on(99)])


def test_a_history_shorter_than_the_horizon_is_a_sentence() -> None:
    with pytest.raises(
        UnusableError, match="needs a past of 3 months to learn from, and 3 months afterwards"
    ):
        origins(made(150, 19), Span(3, "m"), WEEK)


def test_a_field_that_may_have_been_overwritten_is_refused_before_anything_is_forecast() -> None:
    with pytest.raises(UnusableError, match="what rep of a deal was at an earlier time"):
        backtest(made(99, 20), [Knowing()], WEEK, [on(80)], by=("rep",))


def test_a_judged_forecaster_that_forecasts_nothing_is_a_sentence() -> None:
    with pytest.raises(UnusableError, match="there are no last 900 weeks"):
        backtest(made(99, 21), [SILENT, Knowing()], WEEK, [on(80)])
    late = history_of([("a", 1, 50, "won", "", 1.0), ("b", 2, None, "", "", 1.0)], 99)
    with pytest.raises(UnusableError, match="2024-01-31: nothing had been won until then"):
        backtest(late, [Knowing()], WEEK, [on(30)])


@pytest.mark.parametrize("text", ["3", "0m", "m", "3y", "-1d", "1.5m"])
def test_a_span_that_is_none_is_a_sentence(text: str) -> None:
    with pytest.raises(UnusableError, match="--every is a number of days, weeks or months"):
        Span.read(text, "--every")


def test_origins_of_weeks_are_counted_back_from_the_last_day() -> None:
    days = origins(made(100, 22), Span(14, "d"), Span(2, "w"))
    assert days[-1] == on(86)
    assert {(later - day).days for day, later in pairwise(days)} == {14}
    assert on(14) <= days[0] < on(28)
