"""Whether the way visits end, and how long they last, is changing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from funnelsim.calibration.outcomes import advances
from funnelsim.calibration.outcomes.layout import ages
from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import wilson
from funnelsim.history import History
from funnelsim.metrics.wording import percent

_MOST_ENDED = 0.8  # quantile of the lengths within which it is seen how visits end
_RARE = 0.05  # p value below which a trend is shown
_NORMAL = float(special.ndtri(0.975))
_DAY = pd.Timedelta(days=1)


class Trend(NamedTuple):
    """A test for a trend: the score over its standard deviation, and the two-sided p value."""

    score: float
    p_value: float

    def __str__(self) -> str:
        """Say whether a trend is shown.

        >>> print(Trend(3.1, 0.0019), "/", Trend(1.0, 0.32))
        rising (p = 0.0019) / no trend is shown (p = 0.32)
        """
        if np.isnan(self.score):
            return "nothing to compare"
        shown = "no trend is shown" if self.p_value >= _RARE else "rising" if self.score > 0 else "falling"
        return f"{shown} (p = {self.p_value:.2g})"


@dataclass(frozen=True)
class Drift:
    """How a stage has been changing, by the quarter in which visits began.

    Attributes
    ----------
    stage : str
    within : float
        Days in which a visit must have advanced to count. Visits that began later than that before the end
        of what is known do not count, so that all have had the same time.
    quarters : DataFrame
        A row a quarter, such as "2026-Q1": `n` visits seen from their beginning for `within` days, the
        `share` of them that advanced in that time with its 95 % interval `low` and `high`; `begun` visits,
        and the `median` of their lengths in days with its 95 % interval `median_low` and `median_high`,
        however they end (Kaplan-Meier; infinite where it is not reached).
    shares : Trend
        Cochran and Armitage's test, over the quarters of which all visits have been seen for that time.
    lengths : Trend
        The log-rank test for trend, over all quarters.
    """

    stage: str
    within: float
    quarters: pd.DataFrame
    shares: Trend
    lengths: Trend

    def sentence(self) -> str:
        """Say in words how the stage has been changing."""
        whole = self.quarters[_seen_whole(self.quarters)]
        if len(whole) < 2:
            return f"Stage {self.stage}: the history is too short to tell whether it is changing."
        first, last, latest = whole.iloc[0], whole.iloc[-1], self.quarters.iloc[-1]
        return (
            f"Stage {self.stage}: {_ranged(first)} of the visits that began in {whole.index[0]} advanced "
            f"within {self.within:.0f} days, and {_ranged(last)} in {whole.index[-1]}: {self.shares}. "
            f"The median length was {_days(first['median'])} in {whole.index[0]}, and "
            f"{_days(latest['median'])} in {self.quarters.index[-1]}: {self.lengths}."
        )


def drift_of(history: History, visits: pd.DataFrame) -> list[Drift]:
    """Tell whether stages have been changing.

    Parameters
    ----------
    history : History
    visits : DataFrame
        Of the history, with `stage`, `entered`, `low`, `high`, `from_age` and `went_to`. Those that had begun
        before they could be seen do not count.

    Returns
    -------
    list of Drift
        For each stage in which visits have ended.

    Examples
    --------
    >>> from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK
    >>> at = pd.Timestamp
    >>> blank = [pd.DataFrame(columns=columns) for columns in (DEALS, ENTRIES, FIELDS, WORK)]
    >>> history = History(*blank, ("offer",), at("2026-01-01"), at("2027-01-01"))
    >>> visits = pd.DataFrame({"entered": [at("2026-01-10"), at("2026-05-10")] * 20})
    >>> visits = visits.assign(stage="offer", low=9.0, high=9.0, from_age=0.0, went_to="won")
    >>> drift = drift_of(history, visits)[0]
    >>> drift.quarters[["n", "share", "median"]].to_dict("index")
    {'2026-Q1': {'n': 20, 'share': 1.0, 'median': 9.0}, '2026-Q2': {'n': 20, 'share': 1.0, 'median': 9.0}}
    >>> print(drift.lengths)
    nothing to compare
    """
    found = visits.assign(
        length=np.where(visits["went_to"] == "", visits["low"], ages(visits)),
        over=visits["went_to"] != "",
        advanced=advances(visits, history.stages),
        quarter=visits["entered"].dt.year * 4 + visits["entered"].dt.quarter - 1,  # counted
    )
    return [
        _of_stage(stage, found[found["stage"] == stage], history.seen_until)
        for stage in history.stages
        if (found["over"] & (found["stage"] == stage)).any()
    ]


def _of_stage(stage: str, visits: pd.DataFrame, until: pd.Timestamp) -> Drift:
    """Tell how a stage has been changing."""
    within = float(np.quantile(visits["length"][visits["over"]], _MOST_ENDED))
    whole = visits[visits["from_age"] == 0]
    long_seen = whole[whole["entered"] <= until - within * _DAY]
    in_time = (long_seen["advanced"] & (long_seen["length"] <= within)).to_numpy()
    rows = {}
    for quarter in np.unique(whole["quarter"]).tolist():
        begun, own = whole[whole["quarter"] == quarter], in_time[long_seen["quarter"] == quarter]
        share = wilson(int(own.sum()), len(own))
        rows[f"{quarter // 4}-Q{quarter % 4 + 1}"] = (len(own), *share, len(begun), *_median(begun))
    columns = ["n", "share", "low", "high", "begun", "median", "median_low", "median_high"]
    quarters = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    in_whole = long_seen["quarter"].isin(np.unique(whole["quarter"])[_seen_whole(quarters)]).to_numpy()
    return Drift(
        stage,
        within,
        quarters,
        _trend_of_shares(long_seen["quarter"].to_numpy(float)[in_whole], in_time.astype(float)[in_whole]),
        _trend_of_lengths(
            whole["quarter"].to_numpy(float), whole["length"].to_numpy(float), whole["over"].to_numpy(float)
        ),
    )


def _seen_whole(quarters: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return of which quarters all visits have been seen long enough."""
    return np.asarray(quarters["n"] == quarters["begun"])


def _median(visits: pd.DataFrame) -> tuple[float, float, float]:
    """Return the median length and its 95 % interval, from Kaplan and Meier's curve and its log-log band."""
    lengths, over = visits["length"].to_numpy(float), visits["over"].to_numpy(bool)
    if not over.any():
        return np.inf, np.nan, np.inf
    ends, ended = np.unique(lengths[over], return_counts=True)
    there = len(lengths) - np.searchsorted(np.sort(lengths), ends)
    share = np.asarray(np.cumprod(1 - ended / there), np.float64)
    inside = there > ended  # the band has no ends where nobody is left
    ended, there, within = ended[inside], there[inside], share[inside]
    deviation = np.sqrt(np.cumsum(ended / (there * (there - ended)))) / np.log(within)  # of log(-log(share))
    low, high = (within ** np.exp(sign * _NORMAL * deviation) for sign in (-1, 1))
    return _reached(ends, share), _reached(ends[inside], low), _reached(ends[inside], high)


def _reached(ends: Floats, share: Floats) -> float:
    """Return where a curve of those still there comes down to a half."""
    below = np.flatnonzero(share <= 0.5)
    return float(ends[below[0]]) if len(below) else np.inf


def _trend_of_shares(quarter: Floats, advanced: Floats) -> Trend:
    """Make Cochran and Armitage's test for a trend."""
    apart = quarter - quarter.mean() if len(quarter) else np.empty(0)
    share = advanced.mean() if len(quarter) else 0.0
    return _trend(float(apart @ advanced), float(share * (1 - share) * apart @ apart))


def _trend_of_lengths(quarter: Floats, lengths: Floats, over: Floats) -> Trend:
    """Make the log-rank test for a trend (Tarone 1975); it rises where visits come to last longer.

    At each length, the quarters of those who end there are compared with those of all who got that far.
    """
    order = np.argsort(lengths)[::-1]  # the longest first: sums run over all who got that far
    quarter, over = quarter[order], over[order]
    _, last = np.unique(-lengths[order], return_index=True)
    last = np.append(last[1:], len(order)) - 1
    there, sums, squares = (np.cumsum(quarter**power)[last] for power in (0, 1, 2))
    ends, scores = (np.diff(np.cumsum(each)[last], prepend=0.0) for each in (over, over * quarter))
    mean = sums / there
    finite = np.divide(there - ends, there - 1, out=np.zeros_like(there), where=there > 1)
    spread = ends * finite * (squares / there - mean**2)
    return _trend(float(np.sum(ends * mean - scores)), float(spread.sum()))


def _trend(score: float, variance: float) -> Trend:
    """Return the test of a score that is normal by chance; NaN if it cannot vary."""
    if variance < 1e-9:
        return Trend(np.nan, np.nan)
    standard = score / np.sqrt(variance)
    return Trend(standard, 2.0 * float(special.ndtr(-abs(standard))))


def _ranged(row: pd.Series) -> str:
    return f"{percent(row['share'])} ({percent(row['low'])} to {percent(row['high'])})"


def _days(days: float) -> str:
    return f"{days:.0f} days" if np.isfinite(days) else "more than could be seen"
