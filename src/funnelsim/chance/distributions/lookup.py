"""Looking a value up in a quantile table: the part of distributions that the engines run."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from funnelsim.compiling.arrays import Floats, Record, record
from funnelsim.compiling.decorators import rule


class Family(IntEnum):
    """How a distribution's quantile table is read."""

    CONSTANT = 0  # no knots
    OCTAVES = 1  # continuous: per octave of either tail, linear inside
    STEPS = 2  # discrete: `count` cumulative shares, then `count` values
    LINES = 3  # quantiles: `count` levels from 0 to 1, then `count` values, linear between


DISTRIBUTION = record(
    ("location", "<f8"),
    ("scale", "<f8"),
    ("first", "<i8"),  # offset into Model.knots
    ("family", "<i4"),
    ("count", "<i4"),
)

CELLS = 64  # linear cells in an octave
ROWS = 53  # octaves of a tail: uniforms go down to 2^-53
WIDTH = CELLS + 1  # knots in an octave, both ends included

_FRACTION = (1 << 52) - 1
_STEP = 2.0**-52
_HALF = 1022  # the exponent of 0.5 as it is stored


@rule
def quantile(distribution: Record, knots: Floats, u: float) -> float:
    """Look up a distribution's value at the probability `u`.

    Parameters
    ----------
    distribution : DISTRIBUTION record
        Family, location, scale, and where its knots are.
    knots : array of float
        The knots of all distributions.
    u : float
        In (0, 1), a multiple of 2^-53.

    Returns
    -------
    float
        Location + scale * the table's value at `u`.

    Examples
    --------
    >>> from funnelsim.chance.distributions import Lognormal, Tables
    >>> tables = Tables()
    >>> effort = tables.add(Lognormal(median=2, p90=6))
    >>> distributions, knots = tables.records()
    >>> round(quantile(distributions[effort], knots, 0.5), 9)
    2.0
    """
    family = distribution["family"]
    first = distribution["first"]
    count = distribution["count"]
    if family == Family.OCTAVES:
        value = _octaves(knots, first, u)
    elif family == Family.STEPS:
        value = _steps(knots, first, count, u)
    elif family == Family.LINES:
        value = _lines(knots, first, count, u)
    else:
        value = 0.0
    return float(distribution["location"]) + float(distribution["scale"]) * value


@rule
def varies(distribution: Record) -> bool:
    """Return whether a distribution has more than one value.

    Examples
    --------
    >>> from funnelsim.chance.distributions import Constant, Tables
    >>> tables = Tables()
    >>> always_two = tables.add(Constant(2))
    >>> varies(tables.records()[0][always_two])
    False
    """
    return bool(distribution["family"] != Family.CONSTANT)


@rule
def _octaves(knots: Floats, first: int, u: float) -> float:
    """Interpolate in the octave of the nearer tail that `u` lies in."""
    row = first
    tail = float(u)
    if tail > 0.5:
        tail = 1.0 - tail  # exact: u is a multiple of 2^-53
        row += ROWS * WIDTH
    bits = np.float64(tail).view(np.int64)  # IEEE 754: 52 bits of the fraction, above them the exponent
    fraction = (bits & _FRACTION) * _STEP
    position = fraction * CELLS
    cell = int(position)
    at = row + (_HALF - int(bits >> 52)) * WIDTH + cell
    left = float(knots[at])
    return float(left + (position - cell) * (float(knots[at + 1]) - left))


@rule
def _steps(knots: Floats, first: int, count: int, u: float) -> float:
    """Return the lowest value whose cumulative share reaches `u`."""
    return float(knots[first + count + _first_reaching(knots, first, count, u)])


@rule
def _lines(knots: Floats, first: int, count: int, u: float) -> float:
    """Interpolate between the two levels around `u`."""
    right = _first_reaching(knots, first, count, u)  # at least 1: the first level is 0
    level = float(knots[first + right - 1])
    share = (float(u) - level) / (float(knots[first + right]) - level)
    low = float(knots[first + count + right - 1])
    return low + share * (float(knots[first + count + right]) - low)


@rule
def _first_reaching(knots: Floats, first: int, count: int, u: float) -> int:
    """Return the position of the first of `count` rising levels that is at least `u`; the last is 1."""
    low = -1
    high = count - 1
    while high - low > 1:
        middle = (low + high) // 2
        if knots[first + middle] < u:
            low = middle
        else:
            high = middle
    return high
