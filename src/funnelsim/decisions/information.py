"""What it is worth to know an uncertain number: shares of variance, and the value of information.

Arrays in, numbers out. Both come from one kind of regression, of a gain on an uncertain number: a spline
whose smoothness is chosen by generalised cross-validation (VI1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.interpolate import BSpline

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.forecast.intervals import NORMAL
from funnelsim.forecast.resampling import ROUNDING
from funnelsim.io.progress import Progress, silent
from funnelsim.io.writing import UnusableError

FEWEST_WORLDS = 1_000  # below which a regression on a single number says too little (VI2)
_PIECES = 20  # of a spline, before it is smoothed
_DEGREE = 3
_SMOOTHNESS = np.logspace(-7, 5, 49)  # that are tried
_SHUFFLES = 100  # of the worlds, for what chance alone would give (VI3)
_AT_ONCE = 1 << 21  # numbers of shuffled worlds that are regressed together
_SINGULAR = 1e-9  # of the largest eigenvalue: directions in which the levels do not differ
_SEED = 20_261_127


class Smoother(NamedTuple):
    """A spline basis of one uncertain number: m functions, orthonormal over R worlds.

    In this basis smoothing shrinks each coefficient by itself (Demmler and Reinsch 1975).
    """

    basis: Floats  # (R, m)
    roughness: Floats  # (m,) of each function; 0 for constants and lines

    def fitted(self, values: Floats) -> Floats:
        """Regress values on the number (VI1).

        Parameters
        ----------
        values : array (R, S)
            S quantities in R worlds, each with a mean of 0.

        Returns
        -------
        array (R, S)
            Their expected values, given the number.
        """
        coefficients = _products(self.basis, values)
        kept = 1 / (1 + _SMOOTHNESS[:, None] * self.roughness)  # (smoothness, m)
        residual = np.square(values).sum(axis=0) - (2 * kept - kept**2) @ coefficients**2
        free = len(values) - kept.sum(axis=1, keepdims=True)
        best = (residual / free**2).argmin(axis=0)  # Craven and Wahba's score
        return _products(self.basis.T, kept[best].T * coefficients)


class Shares(NamedTuple):
    """First-order shares of the variance of S gains, with 95 % intervals: arrays (K, S)."""

    value: Floats  # less what chance alone would give: may be a little below 0
    low: Floats
    high: Floats


class Worths(NamedTuple):
    """What knowing each of K numbers is worth, with 95 % intervals: arrays (K,)."""

    value: Floats  # in the unit of the gains, less what chance alone would give: may be a little below 0
    low: Floats
    high: Floats
    changes: Floats  # share of worlds in which another strategy would be chosen


def smoother(levels: Floats) -> Smoother:
    """Prepare to regress on an uncertain number.

    Parameters
    ----------
    levels : array (R,)
        The probability of the number drawn in each world, 0 to 1; ties are allowed.

    References
    ----------
    Eilers, P. and Marx, B. (1996), Flexible smoothing with B-splines and penalties. Statistical Science 11,
    89-121. Craven, P. and Wahba, G. (1979), Smoothing noisy data with spline functions. Numerische
    Mathematik 31, 377-403.

    Examples
    --------
    >>> levels = (np.arange(1000) + 0.5) / 1000
    >>> wave = np.sin(2 * np.pi * levels)
    >>> found = smoother(levels).fitted(wave[:, None])[:, 0]
    >>> bool(np.abs(found - wave).max() < 1e-3)
    True
    """
    knots = np.arange(-_DEGREE, _PIECES + _DEGREE + 1) / _PIECES
    splines = BSpline.design_matrix(levels, knots, _DEGREE).toarray()
    squares, axes = np.linalg.eigh(_products(splines, splines))
    there = squares > _SINGULAR * squares[-1]
    axes = axes[:, there] / np.sqrt(squares[there])
    differences = np.diff(axes, 2, axis=0)
    roughness, turned = np.linalg.eigh(len(levels) * differences.T @ differences)
    roughness[roughness < _SINGULAR * roughness.max()] = 0.0  # constants and lines are not smoothed at all
    return Smoother(_products(splines.T, axes @ turned), roughness)


def _products(one: Floats, other: Floats) -> Floats:
    """Multiply two matrices, the first one turned: (m, s) of (r, m) and (r, s).

    Plain sums, because the threads of linear algebra cost more than they save on so few columns.
    """
    return np.asarray(np.einsum("rm,rs->ms", one, other))


def first_order(gains: Floats, levels: Floats, tell: Progress = silent) -> Shares:
    """Estimate the share of the variance of each gain that each uncertain number explains by itself.

    The share is Var(E[gain | number]) / Var(gain), Sobol's first-order index. It is 1 - residual / total sum
    of squares of the regression, less its mean over shuffled worlds (VI3). Its standard error is that of a
    ratio of means over worlds, together with the deviation over shuffles.

    Parameters
    ----------
    gains : array (R, S)
        What S strategies earn more than the base, in R worlds.
    levels : array (R, K)
        The probability of each number drawn in each world.
    tell : callable
        Told of each number.

    Returns
    -------
    Shares
        NaN where a gain never varies.

    Raises
    ------
    UnusableError
        With fewer than 1,000 worlds.

    References
    ----------
    Sobol, I. (1993), Sensitivity estimates for nonlinear mathematical models. Mathematical Modelling and
    Computational Experiments 1, 407-414.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> levels = generator.random((2000, 2))
    >>> gain = 3 * levels[:, 0] + generator.normal(size=2000)  # 9 / 12 of 1 + 9 / 12
    >>> found = first_order(gain[:, None], levels)
    >>> found.value[:, 0].round(2).tolist(), bool(found.low[0, 0] < 3 / 7 < found.high[0, 0])
    ([0.42, -0.0], True)
    """
    check_worlds(len(gains))
    moved = gains - gains.mean(axis=0)
    squares = np.square(moved)
    total = squares.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = []
        for each in levels.T:
            columns.append(_explained(smoother(each), moved, squares, total))
            tell(1)
    value, low, high = (np.array(each).reshape(-1, gains.shape[1]) for each in zip(*columns, strict=True))
    return Shares(value, np.clip(low, 0, 1), np.clip(high, 0, 1))


def _explained(spline: Smoother, moved: Floats, squares: Floats, total: Floats) -> tuple[Floats, ...]:
    """Estimate the shares that one number explains, and their ends: each (S,)."""
    left = moved - spline.fitted(moved)
    explained = squares - np.square(left)
    share = explained.mean(axis=0) / total
    error = (explained - share * squares).std(axis=0) / total / np.sqrt(len(moved))

    def by_chance(shuffled: Floats) -> Floats:
        rest = np.square(shuffled - spline.fitted(shuffled)).mean(axis=0)
        return np.asarray((np.square(shuffled).mean(axis=0) - rest).reshape(-1, moved.shape[1]) / total)

    return _less_chance(share, error, np.concatenate(list(_shuffled(left, by_chance))))


def perfect_information(gains: Floats, levels: Floats, tell: Progress = silent) -> Worths:
    """Estimate what it is worth to know each uncertain number before a strategy is chosen: its EVPPI.

    The expected value of partial perfect information is E[max E[gain | number]] - max E[gain], the largest
    over all strategies, the base with its gain of 0 among them. It is taken from the fits of the regression,
    less the same of shuffled worlds (VI3). Its standard error is that of the mean over worlds of what the
    choice by the fits brings beyond the best single strategy, together with the deviation over shuffles: how
    the fits themselves err counts only in second order, because they choose the best (VI4).

    Parameters
    ----------
    gains : array (R, S)
        What S strategies earn more than the base, in R worlds.
    levels : array (R, K)
        The probability of each number drawn in each world.
    tell : callable
        Told of each number.

    Raises
    ------
    UnusableError
        With fewer than 1,000 worlds.

    References
    ----------
    Strong, M., Oakley, J. and Brennan, A. (2014), Estimating multiparameter partial expected value of perfect
    information from a probabilistic sensitivity analysis sample: a nonparametric regression approach. Medical
    Decision Making 34, 311-326.

    Examples
    --------
    >>> levels = np.random.default_rng(1).random((2000, 2))
    >>> gain = 100 * (2 * levels[:, 0] - 1)  # between -100 and 100: knowing it saves 25 in the mean
    >>> found = perfect_information(gain[:, None], levels)
    >>> bool(found.low[0] < 25 < found.high[0]), bool(found.low[1] == 0)
    (True, True)
    """
    check_worlds(len(gains))
    means = gains.mean(axis=0)
    moved = gains - means
    columns = []
    for each in levels.T:
        columns.append(_known(smoother(each), moved, means))
        tell(1)
    *worth, changes = (np.array(each) for each in zip(*columns, strict=True))
    rounding = ROUNDING * float(np.abs(gains).max())
    value, low, high = (np.where(np.abs(each) > rounding, each, 0.0) for each in worth)
    return Worths(value, np.maximum(low, 0.0), np.maximum(high, 0.0), changes)


def _known(spline: Smoother, moved: Floats, means: Floats) -> tuple[Floats, ...]:
    """Estimate what one number is worth, the ends, and how often it changes the choice: each a scalar."""
    fitted = spline.fitted(moved)
    usual = _choices(means[None])[0]
    choices = _choices(means + fitted)
    gains = np.column_stack([np.zeros(len(moved)), means + moved])
    brings = gains[np.arange(len(gains)), choices] - gains[:, usual]
    error = brings.std() / np.sqrt(len(moved))

    def by_chance(shuffled: Floats) -> Floats:
        fits = spline.fitted(shuffled).reshape(len(moved), -1, len(means))
        return _worth(means + fits, means)

    null = np.concatenate(list(_shuffled(moved - fitted, by_chance)))
    worth = _worth(means + fitted[:, None], means)[0]
    return (*_less_chance(worth, error, null), np.mean(choices != usual))


def _choices(gains: Floats) -> Integers:
    """Choose the best of strategies: 0 is the base, whose gain is 0."""
    return np.asarray(np.where(gains.max(axis=1) > 0, 1 + gains.argmax(axis=1), 0), np.int64)


def _worth(fits: Floats, means: Floats) -> Floats:
    """Return what the best choice in each world brings beyond the best single one: (n,) of (R, n, S)."""
    return np.asarray(np.maximum(fits.max(axis=2), 0.0).mean(axis=0) - max(means.max(), 0.0))


def _less_chance(value: Floats, error: Floats, null: Floats) -> tuple[Floats, ...]:
    """Take away what shuffled worlds give on average; return the value and its ends (VI3, VI4)."""
    net = value - null.mean(axis=0)
    half = NORMAL * np.hypot(error, null.std(axis=0, ddof=1))
    return net, net - half, net + half


def _shuffled(left: Floats, statistic: Callable[[Floats], Floats]) -> Iterator[Floats]:
    """Compute a statistic of what a regression has left, moved to other worlds, many times.

    Residuals, not gains, are moved (Freedman and Lane 1983): chance is what the number does not explain.
    """
    orders = _orders(len(left))
    step = max(1, _AT_ONCE // left.size)
    for first in range(0, len(orders), step):
        moved = left[orders[first : first + step]]  # (n, R, S)
        yield statistic(np.moveaxis(moved, 0, 1).reshape(len(left), -1))


@lru_cache(maxsize=2)
def _orders(worlds: int) -> Integers:
    """Shuffle the worlds: (shuffles, R). The bits of Philox are promised to stay."""
    bits = np.random.Philox(key=_SEED)
    return np.array([np.argsort(bits.random_raw(worlds), kind="stable") for _ in range(_SHUFFLES)])


def check_worlds(worlds: int) -> None:
    """Refuse too few worlds (VI2).

    >>> check_worlds(400)
    Traceback (most recent call last):
    ...
    funnelsim.io.writing.UnusableError: what a number is worth takes at least 1,000 simulated worlds, not 400
    """
    if worlds < FEWEST_WORLDS:
        raise UnusableError(
            f"what a number is worth takes at least {FEWEST_WORLDS:,} simulated worlds, not {worlds:,}"
        )
