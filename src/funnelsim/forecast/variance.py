"""What we do not know, and what is chance: the two parts of the variance between simulated years.

Worlds are simulated twice, as twins: with the same uncertain numbers and new chance. What twins have in
common comes from the uncertain numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import Tally
from funnelsim.forecast.intervals import NORMAL, Interval, student
from funnelsim.scenario import Parameter

MAIN = ("won", "bookings", "profit", "roi")  # figures whose variance is split
_NOTHING = Interval(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Unknowns:
    """The draws of the uncertain numbers, and the twins of the first simulated years."""

    parameters: tuple[Parameter, ...]  # K of them
    levels: Floats  # (R, K) the probability of each number drawn in each simulated year
    twins: Tally  # stacked: of the first T of the R years


class Driver(NamedTuple):
    """An uncertain number, and the rank correlation of a figure with it, -1 to 1."""

    parameter: Parameter
    correlation: Interval


def components(values: Floats, twins: Floats) -> tuple[Floats, Floats]:
    """Split the variance between years into what twins share and what they do not.

    Parameters
    ----------
    values, twins : array (T, ...)
        A figure of T years and of their twins, T at least 2.

    Returns
    -------
    tuple of array (...)
        The variance that comes with the uncertain numbers, and that of chance, without bias:
        (MSB - MSW) / 2 and MSW, MSB = 2 sum (m - mean m)^2 / (T - 1) over the means m of twins and
        MSW = sum (y - y')^2 / 2T. The first may fall below 0.

    References
    ----------
    Searle, S., Casella, G. and McCulloch, C. (1992), Variance Components, chapter 3.

    Examples
    --------
    >>> unknown, chance = components(np.array([1.0, 5.0, 9.0]), np.array([2.0, 4.0, 9.0]))
    >>> round(float(unknown), 2), round(float(chance), 2)
    (14.08, 0.33)
    """
    count = len(values)
    middles = (values + twins) / 2
    between = 2 * np.square(middles - middles.mean(axis=0)).sum(axis=0) / (count - 1)
    within = np.square(values - twins).sum(axis=0) / (2 * count)
    return np.asarray((between - within) / 2), np.asarray(within)


def share_unknown(values: Floats, twins: Floats) -> Interval:
    """Estimate the share of the variance between years that comes from what we do not know.

    The intraclass correlation of twins, by the `components` of the variance. The interval is a jackknife over
    the years on the scale of Fisher's z = atanh(share) = log(MSB / MSW) / 2, cut off at 0 and 1.

    Parameters
    ----------
    values, twins : array (T,)
        A figure of T years and of their twins.

    Returns
    -------
    Interval
        NaN if a year has no value, if nothing varies, or for fewer than 3 years.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> known, chance = generator.normal(size=400), generator.normal(size=(2, 400))
    >>> found = share_unknown(known + chance[0], known + chance[1])
    >>> found.low < 0.5 < found.high
    True
    """
    count = len(values)
    if count < 3 or not (np.isfinite(values).all() and np.isfinite(twins).all()):
        return _NOTHING
    unknown, chance = components(values, twins)
    total = float(unknown + chance)
    if not total > 0:
        return _NOTHING
    if chance == 0:
        return Interval(1.0, 1.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = _left_out(values, twins)
        error = math.sqrt((count - 1) / count * float(np.square(z - z.mean()).sum()))
    middle = math.atanh(float(unknown) / total) if abs(float(unknown)) < total else math.nan
    half = student(count) * error
    low, high = math.tanh(middle - half), math.tanh(middle + half)
    return Interval(*(min(max(each, 0.0), 1.0) for each in (float(unknown) / total, low, high)))


def _left_out(values: Floats, twins: Floats) -> Floats:
    """Return Fisher's z of the share with each of the years left out: (T,)."""
    count = len(values) - 1
    middles, apart = (values + twins) / 2, np.square(values - twins)
    centred = middles - middles.mean()
    # Leaving one out of n lowers the sum of squares by its square times n / (n - 1).
    squares = np.square(centred).sum() - np.square(centred) * (count + 1) / count
    between = 2 * squares / (count - 1)
    within = (apart.sum() - apart) / (2 * count)
    return np.asarray(np.log(between / within) / 2)


def rank_correlation(levels: Floats, values: Floats) -> Interval:
    """Estimate Spearman's rank correlation of a figure with an uncertain number.

    Parameters
    ----------
    levels, values : array (R,)
        The number, or its probability (it has the same ranks), and the figure of each year.

    Returns
    -------
    Interval
        tanh(atanh r +- 1.96 sqrt((1 + r^2 / 2) / (R - 3))); NaN of fewer than 4 years, where a year has no
        value, or where nothing varies.

    References
    ----------
    Bonett, D. and Wright, T. (2000), Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations. Psychometrika 65, 23-28.

    Examples
    --------
    >>> years = np.arange(100.0)
    >>> [round(rank_correlation(years, each).value, 9) for each in (years**3, -years)]
    [1.0, -1.0]
    """
    count = len(values)
    if count < 4 or not np.isfinite(values).all() or np.ptp(values) == 0 or np.ptp(levels) == 0:
        return _NOTHING
    found = float(np.corrcoef(_ranks(levels), _ranks(values))[0, 1])
    inside = min(max(found, -1 + 1e-12), 1 - 1e-12)
    half = NORMAL * math.sqrt((1 + inside**2 / 2) / (count - 3))
    return Interval(found, math.tanh(math.atanh(inside) - half), math.tanh(math.atanh(inside) + half))


def _ranks(values: Floats) -> Floats:
    """Rank values from 1 on; equal ones share the mean of their ranks."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])
