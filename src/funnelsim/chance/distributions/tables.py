"""The quantile tables of a model, side by side."""

from __future__ import annotations

import numpy as np

from funnelsim.chance.distributions.families import Distribution, QuantileTable
from funnelsim.chance.distributions.lookup import CELLS, DISTRIBUTION, ROWS, WIDTH, Family
from funnelsim.compiling.arrays import Floats, Records


def tabulate(distribution: Distribution) -> QuantileTable:
    """Make a distribution's quantile table.

    Raises
    ------
    ValueError
        If scipy cannot compute its quantiles, a table would not be accurate, or a discrete one has
        more than a million values.

    Examples
    --------
    >>> from funnelsim.chance.distributions import Lognormal
    >>> tabulate(Lognormal(median=2, p90=6)).scale
    2
    """
    return distribution.table()


def mean(table: QuantileTable) -> float:
    """Compute the mean of the values drawn from a table: the area under its quantiles.

    This is not the mean of the family: a table ends at the probability 2^-53, and is linear between knots.

    Examples
    --------
    >>> from funnelsim.chance.distributions import Quantiles
    >>> mean(tabulate(Quantiles(levels=(0, 0.5, 1), values=(0, 10, 40))))
    15.0
    """
    return float(table.location + table.scale * _area(table))


def _area(table: QuantileTable) -> float:
    """Integrate the quantiles of a table from 0 to 1, without location and scale."""
    if table.family is Family.CONSTANT:
        return 0.0
    if table.family is Family.OCTAVES:
        ends = table.knots.reshape(2, ROWS, WIDTH)[:, 1:]
        cells = np.ldexp(1.0 / CELLS, -np.arange(2, ROWS + 1))  # widths of the cells of each octave
        return float((((ends[..., :-1] + ends[..., 1:]) / 2).sum(axis=-1) * cells).sum())
    levels, values = np.split(table.knots, 2)
    if table.family is Family.STEPS:
        return float(np.diff(levels, prepend=0.0) @ values)
    return float(np.diff(levels) @ ((values[:-1] + values[1:]) / 2))


class Tables:
    """The tables of a model: a record for each distribution added, equal knots held once.

    Records are never shared, so the location and scale of one can change without moving another.

    Examples
    --------
    >>> from funnelsim.chance.distributions import Lognormal
    >>> tables = Tables()
    >>> [tables.add(Lognormal(1, 3)), tables.add(Lognormal(1, 4)), tables.add(Lognormal(2, 6))]
    [0, 1, 2]
    >>> distributions, knots = tables.records()
    >>> distributions["first"].tolist()
    [0, 6890, 0]
    """

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, int, int, int]] = []
        self._offsets: dict[bytes, int] = {}
        self._knots: list[Floats] = []
        self._end = 0

    def add(self, distribution: Distribution) -> int:
        """Tabulate a distribution and return its position; ValueError as `tabulate`."""
        family, location, scale, knots = tabulate(distribution)
        first = self._offset(knots)
        self._rows.append((location, scale, first, family.value, len(knots) // 2))
        return len(self._rows) - 1

    def records(self) -> tuple[Records, Floats]:
        """Return the DISTRIBUTION records, in the order of their positions, and the knots of all."""
        return np.array(self._rows, dtype=DISTRIBUTION), np.concatenate([np.empty(0), *self._knots])

    def _offset(self, knots: Floats) -> int:
        """Return where the knots begin, appending them if they are new."""
        content = knots.tobytes()
        if content not in self._offsets:
            self._offsets[content] = self._end
            self._knots.append(knots)
            self._end += len(knots)
        return self._offsets[content]
