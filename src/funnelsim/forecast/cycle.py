"""How long it takes to win: the share of contracts won by the time since the inquiry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.engines.fold import age_edges
from funnelsim.forecast.intervals import Interval, jackknife, student
from funnelsim.metrics.ages import won_by
from funnelsim.model.words import DAY


@dataclass(frozen=True)
class Cycle:
    """The time from inquiry to contract, of the inquiries that are won."""

    days: Floats  # (n + 1,) bounds of the bins
    share: Floats  # (n + 1,) share of contracts won by then, 0 to 1; NaN if nothing was won
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
        half = student(self.replications) * error
        return Interval(value, self._day(max(level - half, 0.0)), self._day(min(level + half, 1.0)))

    def _day(self, level: float) -> float:
        """Read the curve: the first day by which the share is reached."""
        position = max(1, int(np.searchsorted(self.share, level - 1e-12)))
        before, after = self.share[position - 1], self.share[position]
        part = 0.0 if level <= before else (level - before) / (after - before)
        return float(self.days[position - 1] + part * (self.days[position] - self.days[position - 1]))


def cycle(ages: Integers, mean: Interval) -> Cycle:
    """Estimate the distribution of cycles from the cohort's ages.

    Parameters
    ----------
    ages : array (R, 3 ways to end, n)
        Inquiries by their age when they ended or were left open.
    mean : Interval
        Of the cycle, in days.

    Examples
    --------
    >>> ages = np.zeros((1, 3, len(age_edges()) - 1), int)
    >>> ages[0, 0, [400, 420]] = 1  # two won
    >>> found = cycle(ages, Interval(40.0, 30.0, 50.0))
    >>> float(found.share[401]), float(found.share[-1])
    (0.5, 1.0)
    """
    curve = jackknife((ages.astype(np.float64),), won_by)
    return Cycle(age_edges() / DAY, curve.value, curve.error, mean, len(ages))
