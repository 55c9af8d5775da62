"""What a figure is: its name and unit for readers, its formula over sums for statisticians."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from inspect import cleandoc

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import Basis
from funnelsim.metrics.cut import Cut

Parts = tuple[Floats, ...]
Formula = Callable[..., Floats]


class Unit(Enum):
    """What a figure is counted in."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"


class Better(IntEnum):
    """In which direction a figure improves."""

    LESS = -1
    NEITHER = 0
    MORE = 1


def total(amount: Floats) -> Floats:
    """Return a total as it is."""
    return amount


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; zero by zero is NaN.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0, 2.0]), np.array([4.0, 0.0, 0.0]))
    array([0.25,  nan,  inf])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(numerator, denominator))


@dataclass(frozen=True)
class Figure:
    """A figure that every strategy has.

    Its value is `formula` of its parts, each a sum over the replications; so any figure, a
    total or a ratio of sums, has a jackknife interval.
    """

    name: str
    title: str  # in users' words
    unit: Unit
    basis: Basis
    better: Better
    by: tuple[str, ...]  # the cuts that have it, of CUTS
    formula: Formula
    parts: Callable[[Cut], Parts]  # each (R, n)
    explanation: str  # formula, definition, source
    flow: bool  # its months add up to the period
    page: tuple[str, ...]  # the cuts whose tables on a run's page show it

    def values(self, cut: Cut) -> Floats:
        """Return the figure of each replication: (R, n)."""
        return self.formula(*self.parts(cut))


FIGURES: dict[str, Figure] = {}


def figure(
    title: str,
    unit: Unit,
    basis: Basis,
    better: Better,
    by: tuple[str, ...],
    formula: Formula = ratio,
    stock: bool = False,
    page: tuple[str, ...] = (),
) -> Callable[[Callable[[Cut], Parts]], Figure]:
    """Register a figure: the decorated function takes a cut and returns the parts; its name is the figure's.

    Parameters
    ----------
    title, unit, basis, better, by, formula, page
        As in Figure. Frames and files show every figure, whatever its page.
    stock : bool
        A total at an instant, whose months do not add up.
    """

    def register(parts: Callable[[Cut], Parts]) -> Figure:
        FIGURES[parts.__name__] = Figure(
            name=parts.__name__,
            title=title,
            unit=unit,
            basis=basis,
            better=better,
            by=by,
            formula=formula,
            parts=parts,
            explanation=cleandoc(parts.__doc__ or ""),
            flow=formula is total and not stock,
            page=page,
        )
        return FIGURES[parts.__name__]

    return register
