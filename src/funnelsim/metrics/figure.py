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
    MONTHS = "months"
    DAYS = "days"
    HOURS = "hours"


class Stock(Enum):
    """When a total is measured whose months do not add up, in words about the period."""

    AT_END = "at the end of the period"
    ON_AVERAGE = "on average over the period"
    EVERY_DAY = "at the end of every day"


TIMES = (Unit.MONTHS, Unit.DAYS, Unit.HOURS)


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
    total or a ratio of sums, can be resampled by replications.
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
    stock: Stock | None  # when it is measured, where its months do not add up
    whole: bool  # a share of a whole, such as of all inquiries
    chance: bool  # a simulated year has it or not, so that years have no range

    @property
    def flow(self) -> bool:
        """Return whether its months add up to the period."""
        return self.formula is total and self.stock is None

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the least and the most that it can be: a share of a whole is from 0 to 1.

        Examples
        --------
        >>> from funnelsim.metrics import FIGURES
        >>> [FIGURES[name].bounds for name in ("won", "conversion", "utilisation", "roi")]
        [(0.0, inf), (0.0, 1.0), (0.0, 1.0), (-inf, inf)]
        """
        if self.unit in (Unit.COUNT, *TIMES):
            return 0.0, np.inf
        return (0.0, 1.0) if self.whole else (-np.inf, np.inf)

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
    stock: Stock | None = None,
    whole: bool = False,
    chance: bool = False,
) -> Callable[[Callable[[Cut], Parts]], Figure]:
    """Register a figure: the decorated function takes a cut and returns the parts; its name is the figure's.

    Parameters
    ----------
    title, unit, basis, better, by, formula
        As in Figure.
    stock : Stock, optional
        When a total is measured, if its months do not add up.
    whole : bool
        Whether it is a share of a whole, never below 0 or above 1; shares of the period's inquiries and of
        their visits always are.
    chance : bool
        Whether it is the share of simulated years in which something happens.
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
            stock=stock,
            whole=whole or chance or (unit is Unit.SHARE and basis is Basis.COHORT),
            chance=chance,
        )
        return FIGURES[parts.__name__]

    return register
