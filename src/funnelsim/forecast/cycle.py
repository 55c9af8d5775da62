"""How long it takes to win: the share of contracts won by the time since the inquiry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.engines.fold import age_edges
from funnelsim.forecast.intervals import Interval, jackknife, student
from funnelsim.forecast.resampling import FEWEST
from funnelsim.metrics.ages import won_at_least, won_by
from funnelsim.metrics.wording import UNDEFINED, number
from funnelsim.model.words import DAY


class Within(NamedTuple):
    """The days within which a share of contracts is won, between two bounds; one where nothing is open.

    Leads that are still open at the end may never be won, or all of them later.
    """

    least: Interval  # if none of them is won
    most: Interval  # if all of them are: infinite where the share is not reached in the time simulated

    def words(self) -> str:
        """Write the bounds, or the one number where they are the same to three digits.

        Examples
        --------
        >>> alone, far = Interval(139.2, 135.0, 143.0), Interval(math.inf, math.nan, math.nan)
        >>> Within(alone, alone).words(), Within(alone, far).words()
        ('139', 'at least 139')
        >>> Within(alone, Interval(253.4, 240.0, 260.0)).words()
        '139 to 253'
        """
        least, most = number(self.least.value), number(self.most.value)
        if most == UNDEFINED and least != UNDEFINED:
            return f"at least {least}"
        return least if least == most else f"{least} to {most}"

    @property
    def precision(self) -> Interval:
        """Return the interval around both bounds."""
        return Interval(self.least.value, self.least.low, self.most.high)


class Curve(NamedTuple):
    """A share by the bounds of the bins of ages: arrays (n + 1,)."""

    days: Floats
    share: Floats  # 0 to 1; NaN if nothing was won
    error: Floats  # standard error


@dataclass(frozen=True)
class Cycle:
    """The time from inquiry to contract, of the inquiries that are won."""

    at_most: Curve  # share won by then if none is won that is open at the end
    at_least: Curve  # ... if all of them are won
    mean: Interval  # days, of the contracts won by the end
    replications: int

    @property
    def open(self) -> bool:
        """Return whether anything is open at the end, so that contracts may be missing."""
        return bool(self.at_least.share[-1] < 1)

    def quantile(self, level: float) -> Within:
        """Find the days within which a share `level` of contracts is won.

        With F(t) the share of inquiries won by t (Aalen-Johansen) and S the share open at the end: the first
        t with F(t) / F(end) >= level, and the first with F(t) / (F(end) + S) >= level.

        Intervals are Woodruff's: the quantiles at `level` plus and minus the error of the share there
        (Woodruff 1952, JASA 47, 635-646), which holds where inquiries of one simulated year are alike. There
        are none below 20 simulated years.
        """
        return Within(*(self._quantile(curve, level) for curve in (self.at_most, self.at_least)))

    def _quantile(self, curve: Curve, level: float) -> Interval:
        value = _day(curve, level)
        error = np.interp(value, curve.days, curve.error) if math.isfinite(value) else math.nan
        if np.isnan(error) or self.replications < FEWEST:
            return Interval(value, math.nan, math.nan)
        half = student(self.replications) * float(error)
        return Interval(value, _day(curve, max(level - half, 0.0)), _day(curve, min(level + half, 1.0)))


def _day(curve: Curve, level: float) -> float:
    """Read a curve: the first day by which the share is reached; infinite if it is not."""
    if np.isnan(curve.share[-1]):
        return math.nan
    position = max(1, int(np.searchsorted(curve.share, level - 1e-12)))
    if position == len(curve.share):
        return math.inf
    before, after = curve.share[position - 1], curve.share[position]
    part = 0.0 if level <= before else (level - before) / (after - before)
    return float(curve.days[position - 1] + part * (curve.days[position] - curve.days[position - 1]))


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
    >>> float(found.at_most.share[401]), float(found.at_most.share[-1]), found.open
    (0.5, 1.0, False)
    """
    parts, days = (ages.astype(np.float64),), age_edges() / DAY
    at_most, at_least = (Curve(days, *jackknife(parts, formula)[:2]) for formula in (won_by, won_at_least))
    return Cycle(at_most, at_least, mean, len(ages))
