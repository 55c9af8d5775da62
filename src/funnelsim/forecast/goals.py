"""Goals, and how likely it is to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Floats
from funnelsim.metrics.figure import FIGURES, Unit
from funnelsim.metrics.wording import amount, number

Each = Literal["average_month", "every_month", "period"]


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

    def words(self) -> str:
        """State what the goal asks.

        Examples
        --------
        >>> Goal("clients", "won", at_least=2, each="average_month").words()
        'at least 2 in an average month'
        >>> Goal("prompt", "wait", at_most=4, dimension="team", place="sales").words()
        'at most 4 hours for team sales'
        >>> Goal("quick", "first_contact_within_4_hours", 0.6, 0.9).words()
        'at least 60 % and at most 90 % in all'
        """
        limits = (("at least", self.at_least), ("at most", self.at_most))
        asked = " and ".join(
            f"{limit} {self._told(target)}" for limit, target in limits if target is not None
        )
        about_all = self.dimension == "all"
        when = {"average_month": " in an average month", "every_month": " in every month", "period": ""}
        whole = " in all" if about_all and self.each == "period" else ""
        return f"{asked}{when[self.each]}{whole}{'' if about_all else f' for {self.dimension} {self.place}'}"

    def _told(self, target: float) -> str:
        """Write a target in the unit of its figure; money as it is typed."""
        unit = FIGURES[self.metric].unit
        return number(target) if unit is Unit.MONEY else amount(target, unit)

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
