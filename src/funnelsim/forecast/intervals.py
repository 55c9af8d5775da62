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


class Precision(NamedTuple):
    """Estimates, their standard errors and the ends of their 95 % intervals: four arrays of one shape."""

    value: Floats
    error: Floats
    low: Floats
    high: Floats


def jackknife(parts: Parts, formula: Formula) -> Precision:
    """Estimate a function of means over replications, and its precision.

    Parameters
    ----------
    parts : tuple of arrays (R, ...)
        One row for each replication.
    formula : callable
        From the means of the parts to the figure: the identity for a total, a quotient for a ratio of sums.

    Returns
    -------
    Precision
        Arrays (...). The value is the formula of the means over all replications; the error is
        sqrt((R - 1)/R sum (f_r - mean f)^2), where f_r leaves replication r out; the interval is Student's
        with R - 1 degrees of freedom. For a total it is the usual t interval of a mean. Errors and ends are
        NaN for a single replication, or where leaving one out makes the figure undefined.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993), An Introduction to the Bootstrap, chapter 11.

    Examples
    --------
    >>> won, leads = np.array([2.0, 3.0, 1.0]), np.array([10.0, 12.0, 8.0])
    >>> found = jackknife((won, leads), lambda won, leads: won / leads)
    >>> round(float(found.value), 4), round(float(found.low), 3), round(float(found.high), 3)
    (0.2, 0.049, 0.351)
    """
    count = len(parts[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = tuple(part.sum(axis=0) for part in parts)
        value = np.asarray(formula(*(part / count for part in sums)))
        if count < 2:
            unknown = np.full_like(value, np.nan)
            return Precision(value, unknown, unknown, unknown)
        left_out = formula(*((all_ - part) / (count - 1) for all_, part in zip(sums, parts, strict=True)))
        spread = left_out - left_out.mean(axis=0)
        error = np.sqrt((count - 1) / count * np.square(spread).sum(axis=0))
        half = student(count) * error
    return Precision(value, error, value - half, value + half)


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
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def year_at(level: float, values: Floats) -> Floats:
    """Find the value that a share `level` of the simulated years do not exceed.

    Parameters
    ----------
    level : float
        Above 0, up to 1.
    values : array (R, ...)
        NaN if a year has no value: such years are left out.

    Returns
    -------
    array (...)
        One of the values (the inverse of the empirical distribution), NaN where no year has one.

    Examples
    --------
    >>> float(year_at(0.5, np.array([3.0, 1.0, np.nan, 2.0]))), float(year_at(0.9, np.array([1.0, np.inf])))
    (2.0, inf)
    """
    ordered = np.sort(values, axis=0)  # NaN last
    known = np.sum(~np.isnan(ordered), axis=0)
    # Guard against 0.1 x 10 = 1.0000000000000002, which would take the next year.
    rank = np.maximum(np.ceil(level * known - 1e-9).astype(np.int64) - 1, 0)
    return np.asarray(np.take_along_axis(ordered, rank[None], axis=0)[0])
