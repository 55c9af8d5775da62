"""From a scipy distribution to the knots of its quantile table.

Row j of a tail of an octave table holds the values at v = 2^-j (1/2 + i / 128), i = 0..64, where v is the
probability below in the lower tail and above in the upper one. Knots come from scipy's ppf and isf where
these return what cdf and sf confirm, and from a search over all floats where they do not.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from funnelsim.chance.distributions.curves import Curve
from funnelsim.chance.distributions.lookup import CELLS, ROWS, WIDTH
from funnelsim.compiling.arrays import Floats, Integers

_ACCURACY = 1e-3  # of a table, relative to the tail's probability ...
_ACCURATE_FROM = 2.0**-32  # ... down to here; below, rounding inside scipy may be the limit
_KNOT_ACCURACY = 1e-5  # a knot of scipy that misses by more is searched for
_MOST_STEPS = 1 << 20
_TOP = 1 - 2.0**-53  # the highest uniform


@contextmanager
def quiet() -> Iterator[None]:
    """Keep scipy from warning at the ends of a range; what it returns is checked instead."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@lru_cache(maxsize=256)
def step_knots(curve: Curve) -> Floats:
    """Return cumulative shares and values of a discrete distribution, up to what a uniform can reach."""
    name, standard = curve.name, curve.standard
    with quiet():
        low, highest = float(standard.ppf(2.0**-53)), float(standard.support()[1])
        width = 64
        values, shares = _shares(curve, low, min(low + width, highest))
        while values[-1] < highest and shares[-1] < _TOP and shares[-1] > shares[-width // 2]:
            width *= 2
            if width > _MOST_STEPS:
                raise ValueError(f"scipy.stats.{name} has too many values for a table: take a continuous one")
            values, shares = _shares(curve, low, min(low + width, highest))
    if not shares[-1] > 1 - 1e-9:  # also if it is nan
        raise ValueError(f"scipy cannot compute the shares of scipy.stats.{name} for these parameters")
    shares[-1] = 1.0
    possible = np.diff(shares, prepend=0.0) > 0
    return np.concatenate([shares[possible], values[possible]])


def _shares(curve: Curve, low: float, high: float) -> tuple[Floats, Floats]:
    """Return the values from low to high and their cumulative shares."""
    values = np.arange(low, high + 1)
    if not curve.computes("cdf"):  # cdf would add up again for each value
        return values, np.cumsum(curve.standard.pmf(values))
    return values, np.maximum.accumulate(curve.standard.cdf(values))


class _Tail(NamedTuple):
    """One tail of a continuous distribution: the probability beyond a value, and its inverse."""

    name: str
    probability: Callable[[Floats], Floats]  # falls towards the tail's end
    inverse: Callable[[Floats], Floats] | None  # None where scipy would search, one value at a time
    end: float  # -inf or inf
    rounding: float  # of the probability

    def holds(self, values: Floats, tails: Floats, accuracy: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which values are right: to `accuracy`, or to two floats, which rounding may cost."""
        slack = accuracy * tails + self.rounding
        right = np.isfinite(values) & (np.abs(self.probability(values) - tails) <= slack)
        rest = np.isfinite(values) & ~right
        values, tails, slack = values[rest], tails[rest], slack[rest]
        outer = self.probability(np.nextafter(np.nextafter(values, self.end), self.end))
        inner = self.probability(np.nextafter(np.nextafter(values, -self.end), -self.end))
        right[rest] = (outer <= tails + slack) & (inner >= tails - slack)
        return right

    def values(self, tails: Floats) -> Floats:
        """Return the values at these probabilities; search for them if scipy has no inverse or a bad one."""
        values = np.full(len(tails), np.nan) if self.inverse is None else self.inverse(tails)
        wrong = ~self.holds(values, tails, _KNOT_ACCURACY)
        values[wrong] = self._search(tails[wrong])
        return values

    def _search(self, tails: Floats) -> Floats:
        """Search by bisection over all floats, from the lowest to the highest."""
        highest = _position(np.array([np.finfo(float).max]))
        low, high = np.repeat(-highest, len(tails)), np.repeat(highest, len(tails))
        for _ in range(64):
            middle = (low >> 1) + (high >> 1) + (low & high & 1)
            inside = (self.probability(_float_at(middle)) >= tails) == (self.end < 0)
            low, high = np.where(inside, low, middle), np.where(inside, middle, high)
        return _float_at(high)


def _position(values: Floats) -> Integers:
    """Return the number of each float in the row of all floats; 0.0 is number 0."""
    bits = values.view(np.int64)
    return np.where(bits < 0, -(bits & np.iinfo(np.int64).max), bits)


def _float_at(position: Integers) -> Floats:
    """Return the float that has this number."""
    return np.copysign(np.abs(position).view(np.float64), position)


def _tails(curve: Curve) -> tuple[_Tail, _Tail]:
    """Return the lower and the upper tail of a continuous distribution."""
    standard, searches = curve.standard, not curve.computes("ppf")
    complement = not curve.computes("sf")  # 1 - cdf, which cannot judge a better inverse
    return (
        _Tail("lower", standard.cdf, None if searches else standard.ppf, -math.inf, 0.0),
        _Tail("upper", standard.sf, None if searches else standard.isf, math.inf, 2.0**-52 * complement),
    )


@lru_cache(maxsize=1024)
def octave_knots(curve: Curve) -> Floats:
    """Return the knots of both tails, octave by octave from the middle outwards, a row of 65 for each."""
    octave, cell = np.divmod(np.arange((ROWS - 1) * CELLS), CELLS)
    probabilities = np.append(np.ldexp(0.5 + cell / (2 * CELLS), octave - (ROWS - 1)), 0.5)
    row, knot = np.indices((ROWS, WIDTH))
    # Only the first knot of row 0 is ever read: v = 1/2.
    position = np.minimum((ROWS - 1 - row) * CELLS + knot, len(probabilities) - 1).ravel()
    with quiet():
        lower, upper = _tails(curve)
        below, above = lower.values(probabilities), upper.values(probabilities)
        rising = np.maximum.accumulate(np.concatenate([below, above[::-1]]))
        below, above = rising[: len(below)], rising[len(below) :][::-1]
        for tail, values in (lower, below), (upper, above):
            _check_lines(curve.name, tail, probabilities, values)
    knots = np.concatenate([below[position], above[position]])
    knots.flags.writeable = False  # shared by all who ask
    return knots


def _check_lines(name: str, tail: _Tail, probabilities: Floats, values: Floats) -> None:
    """Refuse a table that is inaccurate at its knots or between them."""
    wide = probabilities[:-1] >= _ACCURATE_FROM
    for share in (0.0, 0.25, 0.5, 0.75):
        v = (probabilities[:-1] + share * np.diff(probabilities))[wide]
        value = (values[:-1] + share * np.diff(values))[wide]
        if not tail.holds(value, v, _ACCURACY).all():
            raise ValueError(
                f"scipy.stats.{name} is too extreme for these parameters: its {tail.name} tail "
                f"cannot be held to {_ACCURACY:.1%} of the probability"
            )
