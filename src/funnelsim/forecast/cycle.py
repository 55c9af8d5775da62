"""How long it takes to win: the distribution of cycles where some leads are still open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from funnelsim.forecast.intervals import LEVEL, Interval, jackknife
from funnelsim.metrics.figure import ratio
from funnelsim.metrics.tally import Ended, age_edges
from funnelsim.vocabulary import DAY, Floats, Integers


@dataclass(frozen=True)
class Cycle:
    """The time from inquiry to contract, of those that are won."""

    days: Floats  # (n + 1,) bounds of the bins
    share: Floats  # (n + 1,) share of contracts won by then, 0 to 1; NaN where nothing was won
    error: Floats  # (n + 1,) standard error of the share
    mean: Interval  # days
    replications: int

    def quantile(self, level: float) -> Interval:
        """Find the days within which a share `level` of contracts is won.

        Woodruff's interval: the quantiles at `level` plus and minus the error of the share there (Woodruff
        1952, JASA 47, 635-646), which holds where inquiries of one simulated year are alike.
        """
        if np.isnan(self.share[-1]):
            return Interval(np.nan, np.nan, np.nan)
        value = self._day(level)
        error = np.interp(value, self.days, self.error)
        if np.isnan(error):
            return Interval(value, np.nan, np.nan)
        half = stats.t.ppf((1 + LEVEL) / 2, self.replications - 1) * error
        return Interval(value, self._day(max(level - half, 0.0)), self._day(min(level + half, 1.0)))

    def _day(self, level: float) -> float:
        """Read the curve: the first day by which the share is reached."""
        place = max(1, int(np.searchsorted(self.share, level - 1e-12)))
        before, after = self.share[place - 1], self.share[place]
        part = 0.0 if level <= before else (level - before) / (after - before)
        return float(self.days[place - 1] + part * (self.days[place] - self.days[place - 1]))


def cycle(ages: Integers, days_won: Floats, won: Floats) -> Cycle:
    """Estimate the distribution of cycles from the cohort's ages.

    Leads still open may yet be won, so the share won by an age is the Aalen-Johansen estimate: the sum over
    bins of (share that has not ended before) x (won / at risk), the share being Kaplan and Meier's over all
    endings; divided by its last value, so that it is of those won. With nothing open it is the plain
    distribution.

    Parameters
    ----------
    ages : array (R, 3 ways to end, n)
        Inquiries by age when they ended, or were left open.
    days_won, won : arrays (R,)
        The sum of the cycles in days, and contracts, of the cohort: with nothing open, the mean is theirs.

    References
    ----------
    Aalen, O. and Johansen, S. (1978), An empirical transition matrix for non-homogeneous Markov chains based
    on censored observations. Scandinavian Journal of Statistics 5, 141-150.

    Examples
    --------
    >>> ages = np.zeros((1, 3, len(age_edges()) - 1), int)
    >>> ages[0, 0, [400, 420]] = 1  # two won
    >>> found = cycle(ages, np.array([80.0]), np.array([2.0]))
    >>> found.mean.value, float(found.share[401]), float(found.share[-1])
    (40.0, 0.5, 1.0)
    """
    edges = age_edges() / DAY
    middles = (edges[1:] + edges[:-1]) / 2
    parts = (ages.astype(np.float64), days_won, won)

    def mean(ages: Floats, days: Floats, contracts: Floats) -> Floats:
        plain = ratio(ages[..., Ended.WON, :] @ middles, ages[..., Ended.WON, :].sum(axis=-1))
        corrected = np.diff(won_by(ages), axis=-1) @ middles
        return ratio(days, contracts) * ratio(corrected, plain)

    curve = jackknife(parts[:1], won_by)
    middle = jackknife(parts, mean)
    return Cycle(
        days=edges,
        share=curve.value,
        error=curve.error,
        mean=Interval(float(middle.value), float(middle.low), float(middle.high)),
        replications=len(ages),
    )


def won_by(ages: Floats) -> Floats:
    """Compute the share of contracts won by each bound of the bins: (..., 3, n) to (..., n + 1)."""
    leaving = ages.sum(axis=-2)
    at_risk = np.flip(np.flip(leaving, axis=-1).cumsum(axis=-1), axis=-1)
    someone = np.where(at_risk > 0, at_risk, 1.0)
    ended = (ages[..., Ended.WON, :] + ages[..., Ended.OTHERWISE, :]) / someone
    survive = np.cumprod(1 - ended, axis=-1)
    before = np.concatenate([np.ones_like(survive[..., :1]), survive[..., :-1]], axis=-1)
    won = np.cumsum(before * ages[..., Ended.WON, :] / someone, axis=-1)
    from_nothing = np.concatenate([np.zeros_like(won[..., :1]), won], axis=-1)
    return ratio(from_nothing, won[..., -1:])
