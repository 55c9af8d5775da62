"""Goals, and how likely it is to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Floats
from funnelsim.metrics.wording import number

Each = Literal["average_month", "every_month", "period"]


@dataclass(frozen=True)
class Goal:
    """A figure that must be at least or at most a target, or between two."""

    name: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    each: Each = "period"

    def words(self) -> str:
        """State what the goal asks.

        Examples
        --------
        >>> Goal("clients", "won", at_least=2, each="average_month").words()
        'at least 2 in an average month'
        """
        limits = (("at least", self.at_least), ("at most", self.at_most))
        asked = " and ".join(f"{limit} {number(target)}" for limit, target in limits if target is not None)
        when = {"average_month": "in an average month", "every_month": "in every month", "period": "in all"}
        return f"{asked} {when[self.each]}"

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


@dataclass(frozen=True)
class Chance:
    """In how many simulated years a goal was reached, with Wilson's 95 % interval of the chance."""

    goal: Goal
    reached: int
    years: int
    share: float
    low: float
    high: float
