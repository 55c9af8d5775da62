"""How much is left of a duration that is under way: the forward recurrence time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from funnelsim.chance.distributions.families import Distribution, QuantileTable
from funnelsim.chance.distributions.lookup import CELLS, ROWS, WIDTH, Family
from funnelsim.compiling.arrays import Floats


@dataclass(frozen=True)
class Residual(Distribution):
    """What is left of a duration, seen at an instant that has nothing to do with its beginning.

    Long durations are met more often than short ones (the inspection paradox). Of a duration with
    survival function S and mean m, what is left has the distribution function
    F(x) = (integral of S from 0 to x) / m (D. R. Cox 1962, Renewal Theory, section 5.2).
    It is taken from the duration's own quantile table, which is linear between its knots: with Q the value at
    the probability p, F(Q) = (Q (1 - p) + integral of the quantiles up to p) / m, exactly, at every knot.

    Examples
    --------
    >>> from funnelsim.chance.distributions import Constant, Quantiles
    >>> Residual(Constant(10.0)).quantile(0.3)
    3.0
    >>> round(Residual(Quantiles(levels=(0, 1), values=(0, 12))).mean(), 3)
    4.0
    """

    base: Distribution

    def scaled(self, factor: float) -> Residual:
        """Return what is left of the duration times `factor`."""
        return Residual(self.base.scaled(factor))

    def mean(self) -> float:
        """Return the mean of the table's values."""
        levels, values = np.split(self.table().knots, 2)
        return float(self.table().scale * (np.diff(levels) @ (values[:-1] + values[1:]) / 2))

    def quantile(self, u: float) -> float:
        """Return the value at the probability `u`."""
        levels, values = np.split(self.table().knots, 2)
        return float(self.table().scale * np.interp(u, levels, values))

    def lowest(self) -> float:
        """Return 0."""
        return 0.0

    def table(self) -> QuantileTable:
        """Return the quantile table; a factor on the duration is one on its scale."""
        family, location, scale, knots = self.base.table()
        if family is Family.CONSTANT:
            return QuantileTable(Family.LINES, 0.0, location, np.array([0.0, 1.0, 0.0, 1.0]))
        if location == 0.0:
            return QuantileTable(Family.LINES, 0.0, scale, _left(family, knots.tobytes(), 0.0, 1.0))
        return QuantileTable(Family.LINES, 0.0, 1.0, _left(family, knots.tobytes(), location, scale))


@lru_cache(maxsize=64)
def _left(family: Family, content: bytes, location: float, scale: float) -> Floats:
    """Return the knots of what is left: levels from 0 to 1, then values."""
    below, above, values = _curve(family, np.frombuffer(content))
    values = location + scale * values
    if family is Family.STEPS:  # a value lasts from the level before it to its own
        lengths = np.diff(values, prepend=0.0)
        integral = np.cumsum(lengths * np.concatenate([[1.0], above[:-1]]))
    else:
        steps = np.where(below[1:] < 0.5, np.diff(below), -np.diff(above))  # of the nearer tail: no rounding
        area = np.cumsum(steps * (values[:-1] + values[1:]) / 2)
        integral = values * above + np.concatenate([[0.0], area]) + values[0] * below[0]
    levels = np.concatenate([[0.0], integral / integral[-1]])
    values = np.concatenate([[0.0], values])
    rises = np.concatenate([[True], levels[1:] > np.maximum.accumulate(levels)[:-1]])
    knots = np.concatenate([levels[rises], values[rises]])
    knots.flags.writeable = False
    return knots


def _curve(family: Family, knots: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a table's knots in order: the probabilities below and above, and the values."""
    if family is Family.OCTAVES:
        row, cell = np.divmod(np.arange((ROWS - 1) * CELLS), CELLS)
        tail = np.append(np.ldexp(0.5 + cell / (2 * CELLS), row - (ROWS - 1)), 0.5)  # rising
        place = np.append((ROWS - 1 - row) * WIDTH + cell, WIDTH + CELLS)
        lower, upper = knots[: ROWS * WIDTH][place], knots[ROWS * WIDTH :][place][::-1][1:]
        beyond = tail[::-1][1:]
        below, above = np.concatenate([tail, 1.0 - beyond]), np.concatenate([1.0 - tail, beyond])
        return below, above, np.concatenate([lower, upper])
    levels, values = np.split(knots, 2)
    if family is Family.LINES:
        finer = np.linspace(levels[:-1], levels[1:], CELLS, endpoint=False).T.ravel()
        finer = np.append(finer, levels[-1])
        levels, values = finer, np.interp(finer, levels, values)
    return levels, 1.0 - levels, values
