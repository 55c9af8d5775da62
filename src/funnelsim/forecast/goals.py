"""Goals, and how likely it is to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Floats
from funnelsim.metrics.figure import FIGURES, Stock, Unit
from funnelsim.metrics.wording import amount, number

Each = Literal["average_month", "every_month", "period"]
_WHEN = {"average_month": "an average month", "every_month": "every month", "period": "the period"}


@dataclass(frozen=True)
class Goal:
    """A figure, in all or of one place, that must be at least or at most a target, or between two."""

    name: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    each: Each = "period"
    dimension: str = "all"  # or "channel", "segment", "stage", "team", "rep"
    place: str = "all"  # its name
    currency: str = ""  # of money

    def words(self) -> str:
        """State what the goal asks (TE12).

        Examples
        --------
        >>> Goal("clients", "won", at_least=2, each="average_month").words()
        'at least 2 in an average month'
        >>> Goal("prompt", "wait", at_most=4, dimension="team", place="sales").words()
        'at most 4 hours for team sales'
        >>> Goal("quick", "first_contact_within_4_hours", 0.6, 0.9).words()
        'at least 60 % and at most 90 %'
        >>> Goal("recurring", "mrr", at_least=450_000, currency="USD").words()
        'at least 450,000 USD at the end of the period'
        >>> Goal("income", "revenue", at_least=450_000, currency="USD").words()
        'at least 450,000 USD in all'
        """
        about = "" if self.dimension == "all" else f"for {self.dimension} {self.place}"
        return " ".join(part for part in (self.bounds(), self._when(), about) if part)

    def _when(self) -> str:
        """State over which time the figure is taken; nothing of a share or ratio of the period."""
        figure = FIGURES[self.metric]
        if figure.stock is Stock.AT_END:
            return f"at the end of {_WHEN[self.each]}"
        if self.each != "period":
            return f"in {_WHEN[self.each]}"
        if figure.stock is not None:
            return str(figure.stock.value)
        return "in all" if figure.flow and self.dimension == "all" else ""

    def bounds(self) -> str:
        """State what the goal asks, without of what and when.

        Examples
        --------
        >>> Goal("quick", "first_contact_within_4_hours", 0.6, 0.9).bounds()
        'at least 60 % and at most 90 %'
        """
        limits = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{limit} {self.told(target)}" for limit, target in limits if target is not None)

    def told(self, value: float) -> str:
        """Write a value in the unit of the goal's figure; money as a target is typed.

        >>> Goal("income", "revenue", at_least=450_000, currency="USD").told(449_000.4)
        '449,000 USD'
        """
        unit = FIGURES[self.metric].unit
        return f"{number(value)} {self.currency}".rstrip() if unit is Unit.MONEY else amount(value, unit)

    def reached(self, values: Floats) -> npt.NDArray[np.bool_]:
        """Return which simulated years reach the goal.

        Parameters
        ----------
        values : array (R, n)
            The figure of each year, or of each of its months, which must all be good. Infinite is more than
            any target, minus infinite less. A month without a value (the cycle where nothing is won) asks
            nothing of the year; a year without any value does not reach the goal.

        Examples
        --------
        >>> goal = Goal("cheap", "cac", at_most=10)
        >>> goal.reached(np.array([[9.0, np.nan], [11.0, 9.0], [np.inf, 9.0], [np.nan, np.nan]])).tolist()
        [True, False, False, False]
        """
        known = ~np.isnan(values)
        good = known.copy()
        if self.at_least is not None:
            good &= values >= self.at_least
        if self.at_most is not None:
            good &= values <= self.at_most
        return np.asarray((good | ~known).all(axis=1) & known.any(axis=1))

    def worst(self, values: Floats) -> Floats:
        """Return the value of each simulated year that misses the goal by most, or clears it by least.

        Parameters
        ----------
        values : array (R, n)
            As in `reached`.

        Returns
        -------
        array (R,)
            NaN of a year without any value.

        Examples
        --------
        >>> Goal("even", "won", 2, 4).worst(np.array([[2.0, 3.0, 5.0], [3.5, 3.0, np.nan]])).tolist()
        [5.0, 3.5]
        """
        room = np.full(values.shape, np.inf)
        if self.at_least is not None:
            room = np.minimum(room, values - self.at_least)
        if self.at_most is not None:
            room = np.minimum(room, self.at_most - values)
        place = np.where(np.isnan(values), np.inf, room).argmin(axis=1)
        return np.asarray(np.take_along_axis(values, place[:, None], axis=1)[:, 0])

    def lacks(self, value: float) -> float:
        """Return by how much a value misses the goal; 0 if it does not.

        Examples
        --------
        >>> goal = Goal("even", "won", 2, 4)
        >>> goal.lacks(1.5), goal.lacks(3.0), goal.lacks(6.0)
        (0.5, 0.0, 2.0)
        """
        below = 0.0 if self.at_least is None else self.at_least - value
        above = 0.0 if self.at_most is None else value - self.at_most
        return max(0.0, below, above)


@dataclass(frozen=True)
class Chance:
    """In how many simulated years a goal was reached, with Wilson's interval, and where its figure stands.

    `mean`, `p10` and `p90` are of the figure that the goal asks about, in its place, over the period or in an
    average month; of a goal for every month they are of each year's worst month.
    """

    goal: Goal
    reached: int
    years: int
    share: float
    low: float
    high: float
    mean: float  # as in tables
    p10: float  # range of single simulated years
    p90: float
