"""The baselines that any firm's records allow."""

from __future__ import annotations

from funnelsim.calibration.backtest.baselines import MeanOf, RecentMean, SeasonalNaive
from funnelsim.calibration.backtest.looks import AGE
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.backtest.windows import Forecaster
from funnelsim.history.history import History

_YEAR, _QUARTER, _WEEKS = Span(12, "m"), Span(3, "m"), Span(8, "w")
_SEASONS = 3  # years of a history in which one repeats the last


def usual_baselines(history: History) -> tuple[Forecaster, ...]:
    """Choose baselines by what the history has.

    Returns
    -------
    tuple of Forecaster
        The weighted pipeline by stage and age, and by age and segment where the segment of a deal is known at
        any time (HI5); the same time a year before where there are three years, else a quarter before; the
        mean of the last eight weeks; and the mean of the first and these two.
    """
    pipeline = WeightedPipeline()
    long = _YEAR.after(history.seen_from, _SEASONS) <= history.seen_until
    simple = (SeasonalNaive(_YEAR if long else _QUARTER), RecentMean(_WEEKS))
    segmented = "segment" not in history.not_known and (history.deals["segment"].fillna("") != "").any()
    by_segment = (WeightedPipeline((AGE, "segment")),) if segmented else ()
    return (pipeline, *by_segment, *simple, MeanOf((pipeline, *simple)))
