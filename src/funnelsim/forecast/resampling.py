"""How sure we are of a figure over simulated years: bootstrap-t over whole years.

A few large contracts make money skewed: Student's interval then misses the truth on one side far more often
than it says. Bootstrap-t takes the quantiles of the studentised figure from resamples of the years instead
of from a symmetric table. Where even that cannot hold, there is no interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.forecast.intervals import LEVEL, Interval, jackknife
from funnelsim.metrics.figure import Formula, Parts, total

FEWEST = 20  # years with a value other than 0, below which there is no interval
COCHRAN = 25  # years that there must be for each unit of squared skewness
MOST_FLAT = 0.1  # share of resamples without spread beyond which there is no interval
UNSEEN = 3  # years of n that may have what none has had: 3 / n is the 95 % bound of its rate
RESAMPLES = 1_999  # for up to 20 strategies: with one more, 2.5 % of them are a whole number
ROUNDING = 1e-9  # of a figure's size: sums in another order differ in the last bits
_SAME = 6  # decimals of a studentised figure that do not depend on the order of sums
_BLOCK = 1 << 22  # counts that are multiplied at a time
_COLUMNS = 256  # places whose resamples are kept at a time
_STEP = 1e-4  # of a mean, for the slope of a formula
_SEED = 20_261_126


class Precision(NamedTuple):
    """Figures and how sure they are: arrays of one shape."""

    value: Floats
    low: Floats  # 95 % interval; NaN if it would not hold
    high: Floats
    p_value: Floats  # of 0, two-sided; NaN without interval
    more: Floats  # simulated years that an interval would take besides; 0 if it is there

    def at(self, position: int = 0) -> Interval:
        """Return a single figure and its ends."""
        return Interval(*(float(each[position]) for each in self[:3]))


class Rare(NamedTuple):
    """Contracts of each of S segments, in case they are rare: arrays (n, S)."""

    seen: Floats  # years that have one
    size: Floats  # by how much one in a single year moves the figures, times the years


def resamples_for(strategies: int) -> int:
    """Return how many resamples can tell this many strategies apart after Holm: 1,999 for up to 20.

    Examples
    --------
    >>> resamples_for(7), resamples_for(50)
    (1999, 5999)
    """
    return (RESAMPLES + 1) * max(1, math.ceil(strategies / 20)) - 1


def bootstrap_t(
    parts: Parts,
    formula: Formula,
    *,
    with_value: Integers | None = None,
    rare: Rare | None = None,
    rounding: float | None = None,
    resamples: int = RESAMPLES,
) -> Precision:
    """Estimate a function of means over simulated years, with its bootstrap-t interval.

    The interval is value - t* x error for the 97.5 % and 2.5 % quantiles t* of (value* - value) / error*
    over resamples of the years; errors are those of the delta method. There is none where fewer than 20
    years have a value other than 0, where there are fewer than 25 x skewness^2 years (Cochran's rule), or
    where over a tenth of the resamples have no spread. The same holds of a segment whose contracts alone
    could make it so: years that happen to have none look like those of a firm without large contracts.

    Parameters
    ----------
    parts : tuple of arrays (R, n) or (R, n, ...)
        One row for each year.
    formula : callable
        From the means of the parts to the n figures.
    with_value : array (n,), optional
        How many years have a value other than 0: by default the fewest among the parts.
    rare : Rare, optional
        The contracts that matter.
    rounding : float, optional
        A spread and a value up to this size count as none; by default 1e-9 of the value.
    resamples : int
        From `resamples_for`.

    Returns
    -------
    Precision
        Arrays (n,). Where nothing varies in at least 20 years, the interval has no width, and the p value
        is that of the sign test, 2^(1 - R).

    References
    ----------
    Efron, B. and Tibshirani, R. (1993), An Introduction to the Bootstrap, section 12.5. Hall, P. (1992), The
    Bootstrap and Edgeworth Expansion, section 3.6. Cochran, W. (1977), Sampling Techniques, section 2.15.

    Examples
    --------
    >>> years = np.random.default_rng(1).gamma(2, 5, (100, 1))  # skewed: the upper end lies further off
    >>> found = bootstrap_t((years,), total)
    >>> [round(float(each[0]), 1) for each in (found.value, found.low, found.high)]
    [9.0, 8.0, 10.3]
    >>> float(bootstrap_t((np.arange(1.0, 16.0)[:, None],), total).more[0])
    5.0
    """
    years = len(parts[0])
    estimate = jackknife(parts, formula)
    if with_value is None:
        with_value = np.min([_nonzero(part) for part in parts if part.ndim == 2], axis=0)
    noise = ROUNDING * np.abs(estimate.value) if rounding is None else np.full_like(estimate.value, rounding)
    needed = np.fmax(
        COCHRAN * skewness(estimate.influence) ** 2,
        needed_where_rare(years, with_value, rare, years * estimate.error**2),
    )
    constant = ~(estimate.error > noise) & np.isfinite(estimate.error) & (with_value >= FEWEST)
    known = np.isfinite(estimate.error) & (with_value >= FEWEST) & (needed <= years) & ~constant
    low, high, p_value = (np.full_like(estimate.value, np.nan) for _ in range(3))
    more = np.where(known | constant, 0.0, np.fmax(np.ceil(needed - years), 1.0))
    low[constant] = high[constant] = estimate.value[constant]
    p_value[constant] = 2.0 ** (1 - years)
    if any(part.ndim > 2 for part in parts):  # a whole curve: by its influence on the figure
        parts, formula = (estimate.value + estimate.influence,), total
    for places in _blocks_of(np.flatnonzero(known)):
        chosen = tuple(part[:, places] for part in parts)
        value, error, t = _studentised(chosen, formula, resamples)
        ends, flat, p = _read(value, error, t)
        low[places], high[places] = np.where(flat, np.nan, ends)
        p_value[places] = np.where(flat, np.nan, p)
        more[places] = np.where(flat, years, 0.0)
    nothing = np.abs(estimate.value) <= noise
    p_value[nothing & (~np.isnan(p_value) | (with_value == 0))] = 1.0
    return Precision(estimate.value, low, high, p_value, more)


def at_most_where_unseen(found: Precision, years: int) -> Precision:
    """Give counts of what has been seen in none of the years the ends 0 and 3 / n: the rule of three.

    A count that is Poisson with a mean of 3 / n is 0 in all n years with a chance of exp(-3) = 5 %.

    References
    ----------
    Hanley, J. and Lippman-Hand, A. (1983), If nothing goes wrong, is everything all right? JAMA 249.

    Examples
    --------
    >>> never = bootstrap_t((np.zeros((400, 1)),), total)
    >>> at_most_where_unseen(never, 400).high.tolist()
    [0.0075]
    """
    unseen = found.value == 0
    return found._replace(
        low=np.where(unseen, 0.0, found.low),
        high=np.where(unseen, UNSEEN / years, found.high),
        more=np.where(unseen, 0.0, found.more),
    )


def resampled_means(values: Floats, resamples: int = RESAMPLES) -> Floats:
    """Return the means of columns in each resample of the years: (resamples, n) of (R, n)."""
    return _weighted(values, resamples)[1:] / len(values)


def _nonzero(values: Floats) -> Integers:
    return np.asarray(np.sum(np.isfinite(values) & (values != 0), axis=0), np.int64)


def skewness(influence: Floats) -> Floats:
    """Compute the skewness of what each year adds to the figures, with a mean of 0: (n,) of (R, n).

    Examples
    --------
    >>> skewness(np.array([[-1.0, 0.0], [-1.0, 0.0], [2.0, 0.0]])).round(3).tolist()
    [0.707, nan]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.mean(influence**3, axis=0) / np.mean(influence**2, axis=0) ** 1.5)


def needed_where_rare(years: int, with_value: Integers, rare: Rare | None, variance: Floats) -> Floats:
    """Return how many years it takes to have seen 20 with what figures are made of: (n,).

    Parameters
    ----------
    years : int
        That there are.
    with_value : array (n,)
        How many of them have a value other than 0.
    rare : Rare or None
        The contracts that matter.
    variance : array (n,)
        Of what single years add to the figures.

    Examples
    --------
    >>> needed_where_rare(100, np.array([50, 10, 0]), None, np.ones(3)).tolist()
    [40.0, 200.0, inf]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.asarray(FEWEST * years / with_value)
        return needed if rare is None else np.fmax(needed, _needed_of(rare, years, variance))


def _needed_of(rare: Rare, years: int, variance: Floats) -> Floats:
    """Return how many years it takes to have 20 with a contract of each segment that could be a large one.

    Such is a segment that by itself makes the figures skewed, were its contracts as frequent as seen.
    """
    rate, size = rare.seen / years, np.abs(rare.size)
    skewness = rate * size**3 / (variance[:, None] + rate * size**2) ** 1.5
    large = (rare.seen < FEWEST) & (years < COCHRAN * skewness**2)
    return np.asarray(np.where(large, FEWEST * years / rare.seen, 0.0).max(axis=1))


def _blocks_of(places: Integers) -> Iterator[Integers]:
    return (places[first : first + _COLUMNS] for first in range(0, len(places), _COLUMNS))


def _studentised(parts: Parts, formula: Formula, resamples: int) -> tuple[Floats, Floats, Floats]:
    """Compute the figures, their errors, and the studentised figures of all resamples: (n,), (n,), (B, n)."""
    years, numbers = len(parts[0]), range(len(parts))
    middles = [part.mean(axis=0) for part in parts]
    moved = [part - middle for part, middle in zip(parts, middles, strict=True)]
    pairs = list(combinations_with_replacement(numbers, 2))
    columns = np.concatenate([*moved, *(moved[one] * moved[other] for one, other in pairs)], axis=1)
    sums = np.split(_weighted(columns, resamples) / years, len(parts) + len(pairs), axis=1)
    means = [middle + move for middle, move in zip(middles, sums, strict=False)]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(formula(*means))
        slopes = [_slope(formula, means, number, np.abs(moved[number]).mean(axis=0)) for number in numbers]
        variance = np.zeros_like(values)
        for (one, other), product in zip(pairs, sums[len(parts) :], strict=True):
            covariance = product - sums[one] * sums[other]
            variance += (1 if one == other else 2) * slopes[one] * slopes[other] * covariance
        variance[variance <= ROUNDING * variance[0]] = 0.0  # left over from rounding
        errors = np.sqrt(variance / (years - 1))
        t = np.round((values[1:] - values[0]) / errors[1:], _SAME)
    return values[0], errors[0], t


def _slope(formula: Formula, means: list[Floats], number: int, usual: Floats) -> Floats:
    """Compute how fast the figures change with the mean of one part, in each resample."""
    if formula is total:
        return np.ones_like(means[number])
    step = _STEP * np.where(means[number] == 0, np.where(usual > 0, usual, 1.0), np.abs(means[number]))
    above, below = ([*means[:number], means[number] + way * step, *means[number + 1 :]] for way in (1, -1))
    return np.asarray((formula(*above) - formula(*below)) / (2 * step))


def _read(value: Floats, error: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """Read ends, whether too many resamples are flat, and p values off the studentised resamples."""
    count = len(t) + 1
    t = np.where(np.isnan(t), np.inf, t)  # no spread: as far as can be
    ordered = np.sort(t, axis=0)
    tail = round(count * (1 - LEVEL) / 2)
    ends = np.stack([value - ordered[count - tail - 1] * error, value - ordered[tail - 1] * error])
    flat = (np.mean(np.isinf(t), axis=0) > MOST_FLAT) | ~np.isfinite(ends).all(axis=0)
    seen = np.round(value / error, _SAME)
    beyond = np.minimum((t >= seen).sum(axis=0), (t <= seen).sum(axis=0))
    return ends, flat, np.minimum(1.0, 2 * (1 + beyond) / count)


def _weighted(columns: Floats, resamples: int) -> Floats:
    """Add up columns over all years, and over those of each resample: (1 + resamples, K)."""
    counts = _counts(len(columns), resamples)
    step = max(1, _BLOCK // len(columns))
    blocks = (counts[first : first + step] for first in range(0, len(counts), step))
    return np.concatenate([block.astype(np.float64) @ columns for block in blocks])


@lru_cache(maxsize=4)
def _counts(years: int, resamples: int) -> npt.NDArray[np.uint8]:
    """Count how often each year is in each resample: (1 + resamples, R); the first has each year once.

    The same for all figures, strategies and runs: the bits of Philox are promised to stay (unlike the methods
    of NumPy's generators).
    """
    bits = np.random.Philox(key=_SEED)
    found = np.ones((1 + resamples, years), np.uint8)
    step = max(1, _BLOCK // years)
    for first in range(1, 1 + resamples, step):
        rows = min(step, 1 + resamples - first)
        picked = (bits.random_raw(rows * years) % years).astype(np.int64)
        picked += np.repeat(np.arange(rows) * years, years)
        found[first : first + rows] = np.bincount(picked, minlength=rows * years).reshape(rows, years)
    return found
