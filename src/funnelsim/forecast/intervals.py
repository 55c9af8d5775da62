"""How sure we are of a mean over simulated years and of a chance, and how far single years range."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from funnelsim.compiling.arrays import Floats
from funnelsim.metrics.figure import Formula, Parts

LEVEL = 0.95
NORMAL = float(special.ndtri((1 + LEVEL) / 2))  # standard errors to either end of a normal interval


class Interval(NamedTuple):
    """An estimate with its precision (95 %)."""

    value: float
    low: float
    high: float


class Jackknife(NamedTuple):
    """Figures, their standard errors, and what each replication adds to them."""

    value: Floats  # (...)
    error: Floats  # (...)
    influence: Floats  # (R, ...) with mean 0


def jackknife(parts: Parts, formula: Formula) -> Jackknife:
    """Estimate a function of means over replications, and its standard error.

    Parameters
    ----------
    parts : tuple of arrays (R, ...)
        One row for each replication.
    formula : callable
        From the means of the parts to the figure: the identity for a total, a quotient for a ratio of sums.

    Returns
    -------
    Jackknife
        The value is the formula of the means over all replications; the error is
        sqrt((R - 1)/R sum (f_r - mean f)^2), where f_r leaves replication r out; the influence is
        (R - 1) (mean f - f_r). Both are NaN for a single replication, or where leaving one out makes the
        figure undefined.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993), An Introduction to the Bootstrap, chapter 11.

    Examples
    --------
    >>> won, leads = np.array([2.0, 3.0, 1.0]), np.array([10.0, 12.0, 8.0])
    >>> found = jackknife((won, leads), lambda won, leads: won / leads)
    >>> round(float(found.value), 4), round(float(found.error), 4)
    (0.2, 0.035)
    """
    count = len(parts[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = tuple(part.sum(axis=0) for part in parts)
        value = np.asarray(formula(*(part / count for part in sums)))
        if count < 2:
            return Jackknife(value, np.full_like(value, np.nan), np.full_like(value[None], np.nan))
        left_out = formula(*((all_ - part) / (count - 1) for all_, part in zip(sums, parts, strict=True)))
        influence = (count - 1) * (left_out.mean(axis=0) - left_out)
        error = np.sqrt(np.square(influence).sum(axis=0) / (count * (count - 1)))
    return Jackknife(value, error, influence)


def student(count: int) -> float:
    """Return the standard errors to either end of the interval of a mean over `count` replications.

    By Student's t with count - 1 degrees of freedom; NaN for a single replication.

    Examples
    --------
    >>> round(student(2), 3), round(student(400), 3)
    (12.706, 1.966)
    """
    return float(special.stdtrit(count - 1, (1 + LEVEL) / 2))


def wilson(successes: int, trials: int) -> Interval:
    """Estimate a chance from how often something happened, with Wilson's score interval.

    Parameters
    ----------
    successes, trials : int
        0 <= successes <= trials.

    Returns
    -------
    Interval
        NaN without trials.

    References
    ----------
    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference. JASA 22.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.8, 0.4902, 0.9433]
    """
    if trials == 0:
        return Interval(math.nan, math.nan, math.nan)
    z = NORMAL
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Interval(share, min(low, share), max(high, share))  # rounding may put it outside at 0 and at 1


def years_at(level: float, values: Floats) -> Floats:
    """Find the value that a new simulated year does not exceed with the chance `level`.

    The order statistic (n + 1) `level` of n years, by linear interpolation: two of them are a prediction
    interval. NumPy calls it "weibull".

    Parameters
    ----------
    level : float
        Above 0, below 1.
    values : array (R, ...)
        NaN if a year has no value: such years are left out.

    Returns
    -------
    array (...)
        NaN where fewer years than it takes have a value: 9 for the levels 0.1 and 0.9.

    References
    ----------
    Hahn, G. and Meeker, W. (1991), Statistical Intervals, section 5.4.

    Examples
    --------
    >>> nine = np.arange(1.0, 10.0)
    >>> float(years_at(0.1, nine)), float(years_at(0.5, nine)), float(years_at(0.9, nine))
    (1.0, 5.0, 9.0)
    >>> float(years_at(0.9, nine[:8])), float(years_at(0.5, np.array([np.nan, 3.0, np.inf, 4.0])))
    (nan, 4.0)
    """
    ordered = np.sort(values, axis=0)  # NaN last
    known = np.sum(~np.isnan(ordered), axis=0)
    place = np.round((known + 1) * level, 9)  # 10 x 0.1 is 1
    below = np.clip(np.floor(place), 1, np.maximum(known, 1)).astype(np.int64)
    above = np.clip(below + 1, 1, np.maximum(known, 1))
    low, high = (np.take_along_axis(ordered, each[None] - 1, axis=0)[0] for each in (below, above))
    part = place - below
    with np.errstate(invalid="ignore"):
        found = np.where((part <= 0) | (low == high) | np.isinf(low), low, low + part * (high - low))
    return np.where((place >= 1) & (place <= known), found, np.nan)


def between_years(level: float, values: Floats) -> tuple[Floats, Floats]:
    """Find the 95 % interval of the quantile of all years at `level`: two order statistics.

    Each end has at most a chance of 2.5 % to be missed, whatever the distribution.

    Parameters
    ----------
    level, values
        As in `years_at`.

    Returns
    -------
    tuple of array (...)
        NaN where there are too few years: fewer than 36 for the levels 0.1 and 0.9.

    References
    ----------
    David, H. and Nagaraja, H. (2003), Order Statistics, section 7.1.

    Examples
    --------
    >>> years = np.arange(1.0, 37.0)
    >>> [float(end) for end in between_years(0.1, years)], float(between_years(0.1, years[:35])[0])
    ([1.0, 8.0], nan)
    """
    ordered = np.sort(values, axis=0)
    known = np.sum(~np.isnan(ordered), axis=0)
    places = np.arange(len(values)).reshape(-1, *(1,) * known.ndim)  # years before this one
    with np.errstate(invalid="ignore"):
        fewer = np.where(places < known, special.bdtr(places, np.maximum(known, 1), level), np.nan)
    tail = (1 - LEVEL) / 2
    first = np.sum(fewer <= tail, axis=0)  # P(fewer than `first` years lie below) is at most the tail
    last = np.sum(fewer < 1 - tail, axis=0) + 1
    enough = (first >= 1) & (last <= known)
    found = (
        np.take_along_axis(ordered, np.where(enough, each - 1, 0)[None], axis=0)[0] for each in (first, last)
    )
    low, high = (np.where(enough, end, np.nan) for end in found)
    return low, high
