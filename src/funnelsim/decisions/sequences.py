"""Confidence sequences: intervals that hold at all numbers of simulated years at once.

A 95 % interval holds with 95 % at a number of years that was fixed before. Who looks again and again, and
stops when it pleases, is wrong far more often. A confidence sequence may be looked at after every year: with
the chance that is claimed, none of its intervals ever misses the truth.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.forecast import Interval, Rare, needed_where_rare, skewness
from funnelsim.forecast.intervals import years_at

EFFECT = 0.04  # variance of (mean / standard deviation) over which is mixed: narrowest at hundreds of years
EARLIEST = 50  # years before which no sequence of a mean begins
SKEWED = 50  # years that there must be for each unit of squared skewness
MOST = 1_000_000  # years: no more can be simulated


def radius(years: npt.ArrayLike, error: float) -> Floats:
    """Return how far a sequence of means reaches to either side, in standard deviations (SQ1).

    With A = (sqrt(1 + n g) / error)^(2/n) and q = (A - 1) / (1 - A / (1 + n g)) it is sqrt(q (n - 1) / n);
    infinite while A >= 1 + n g. Normal years leave the sequence with a chance of at most `error`, ever.

    Parameters
    ----------
    years : array
        n, at least 1.
    error : float
        Above 0, below 1.

    References
    ----------
    Wang, H. and Ramdas, A. (2025), Anytime-valid t-tests and confidence sequences for Gaussian means with
    unknown variance, Sequential Analysis 44, with a Gaussian mixture of effects. Lai, T. L. (1976), On
    confidence sequences, Annals of Statistics 4.

    Examples
    --------
    >>> radius([4, 100, 400], 0.05).round(3).tolist()  # Student's interval of 400 years reaches 0.098
    [inf, 0.316, 0.154]
    """
    n = np.asarray(years, np.float64)
    spread = 1.0 + n * EFFECT
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        allowed = (np.sqrt(spread) / error) ** (2.0 / n)
        q = (allowed - 1.0) / (1.0 - allowed / spread)
        found = np.sqrt(q * (n - 1.0) / n)
    return np.where(allowed < spread, found, np.inf)


def years_for(within: float, error: float) -> float:
    """Return the fewest years at which a sequence reaches less far than so many standard deviations.

    Returns
    -------
    float
        Infinite beyond a million.

    Examples
    --------
    >>> years_for(0.15, 0.05), years_for(0.0, 0.05)
    (422.0, inf)
    >>> (radius([421, 422], 0.05) < 0.15).tolist()
    [False, True]
    """
    low, high = 1, MOST  # not enough, and enough
    if not float(radius(high, error)) < within:
        return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if float(radius(middle, error)) < within else (middle, high)
    return float(high)


def begins(skewed: npt.ArrayLike) -> Floats:
    """Return the years from which on a sequence is believed, by the skewness of the years so far (SQ2).

    Examples
    --------
    >>> begins([0.0, -1.0, 3.0]).tolist()
    [50.0, 50.0, 450.0]
    """
    return np.asarray(np.fmax(EARLIEST, SKEWED * np.square(np.asarray(skewed, np.float64))))


class Means(NamedTuple):
    """Sequences of means at one number of years: arrays (n,)."""

    value: Floats
    low: Floats  # minus infinity before the sequence begins
    high: Floats
    deviation: Floats  # standard deviation of single years
    begins: Floats  # from how many years on; infinite if nobody can tell


def of_means(
    values: Floats,
    error: float,
    *,
    with_value: Integers | None = None,
    rare: Rare | None = None,
    rounding: float = 0.0,
) -> Means:
    """Compute the sequences of means of simulated years, at this number of years (SQ1, SQ2).

    Parameters
    ----------
    values : array (R, n)
        A row for each year.
    error : float
        The chance that a sequence ever misses.
    with_value : array (n,), optional
        Years with a value other than 0. Of 20 such years there must be one for each: a sequence begins no
        sooner.
    rare : Rare, optional
        Contracts that may make the years skewed, although none has been seen yet.
    rounding : float
        A spread up to this size is none.

    Examples
    --------
    >>> years = np.random.default_rng(1).normal(0.5, 1, (400, 1))
    >>> [round(float(each[0]), 2) for each in of_means(years, 0.05)]
    [0.42, 0.28, 0.56, 0.91, 50.0]
    >>> [round(float(each[0]), 2) for each in of_means(years[:40], 0.05)]
    [0.5, -inf, inf, 0.94, 50.0]
    """
    count = len(values)
    mean = values.mean(axis=0)
    deviation = values.std(axis=0, ddof=1) if count > 1 else np.full_like(mean, np.nan)
    deviation = np.where(deviation <= rounding, 0.0, deviation)
    if with_value is None:
        with_value = np.asarray(np.sum(values != 0, axis=0), np.int64)
    from_ = np.fmax(
        begins(np.where(deviation > 0, skewness(values - mean), 0.0)),
        needed_where_rare(count, with_value, rare, deviation**2),
    )
    return Means(mean, *ends(mean, deviation, count, from_, error), deviation, from_)


def ends(
    mean: Floats, deviation: Floats, years: npt.ArrayLike, from_: Floats, error: float
) -> tuple[Floats, Floats]:
    """Return the ends of sequences of means; infinite before they begin (SQ1, SQ2)."""
    with np.errstate(invalid="ignore"):
        reach = np.where(np.asarray(years) >= from_, deviation * radius(years, error), np.inf)
    return mean - reach, mean + reach


def log_odds_against(happened: npt.ArrayLike, years: npt.ArrayLike, chance: npt.ArrayLike) -> Floats:
    """Return the logarithm of how many times as likely all chances, mixed evenly, are as one of them.

    That is B(s + 1, n - s + 1) / (p^s (1 - p)^(n - s)), a martingale where p is true: it ever reaches
    1 / error with a chance of at most `error` (Ville 1939).

    Examples
    --------
    >>> log_odds_against([5, 9], 10, 0.5).round(2).tolist()
    [-1.0, 2.23]
    """
    s, n, p = (np.asarray(each, np.float64) for each in (happened, years, chance))
    likely = special.xlogy(s, p) + special.xlog1py(n - s, -p)
    return np.asarray(special.betaln(s + 1.0, n - s + 1.0) - likely)


def of_share(happened: int, years: int, error: float) -> Interval:
    """Compute the sequence of a chance, at this number of years, whatever else is true of them (SQ4).

    It holds the chances against which the odds are less than 1 / `error`.

    Parameters
    ----------
    happened, years : int
        0 <= happened <= years.
    error : float
        The chance that the sequence ever misses.

    References
    ----------
    Robbins, H. (1970), Statistical methods related to the law of the iterated logarithm, Annals of
    Mathematical Statistics 41. Ville, J. (1939), Etude critique de la notion de collectif.

    Examples
    --------
    >>> [round(end, 3) for end in of_share(240, 400, 0.05)]
    [0.6, 0.515, 0.681]
    >>> of_share(0, 0, 0.05)
    Interval(value=nan, low=0.0, high=1.0)
    """
    if years == 0:
        return Interval(math.nan, 0.0, 1.0)
    share, odds = happened / years, -math.log(error)
    low, high = (end if share == end else _crossing(end, share, happened, years, odds) for end in (0.0, 1.0))
    return Interval(share, low, high)


def _crossing(outside: float, inside: float, happened: int, years: int, odds: float) -> float:
    """Find by bisection the chance at which the odds against it reach a bound."""
    while (middle := (outside + inside) / 2) not in (outside, inside):
        if float(log_odds_against(happened, years, middle)) < odds:
            inside = middle
        else:
            outside = middle
    return outside


def of_quantile(level: float, values: Floats, error: float) -> Interval:
    """Compute the sequence of the value that single years stay below with the chance `level` (SQ4).

    How many years lie below it is a sum of chances `level`, and must stay where their sequence holds `level`:
    so it holds whatever the distribution.

    Parameters
    ----------
    level : float
        Above 0, below 1.
    values : array (R,)
        A value for each year.
    error : float
        The chance that the sequence ever misses.

    References
    ----------
    Howard, S. and Ramdas, A. (2022), Sequential estimation of quantiles with applications to A/B testing and
    best-arm identification. Bernoulli 28.

    Examples
    --------
    >>> of_quantile(0.1, np.arange(1.0, 401.0), 0.05)
    Interval(value=40.1, low=21.0, high=63.0)
    >>> of_quantile(0.1, np.arange(1.0, 5.0), 0.05)
    Interval(value=nan, low=-inf, high=3.0)
    """
    count = len(values)
    possible = np.flatnonzero(log_odds_against(np.arange(count + 1), count, level) < -math.log(error))
    ordered = np.concatenate([[-np.inf], np.sort(values), [np.inf]])
    low, high = ordered[possible[0]], ordered[possible[-1] + 1]
    return Interval(float(years_at(level, values)), float(low), float(high))
