"""A distribution of lengths: a member of a family, or steps, each with a share that never decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from funnelsim.calibration.durations.families import Family
from funnelsim.calibration.durations.steps import Steps
from funnelsim.compiling.arrays import Floats

DIGITS = 6  # of numbers that are written


class Member(Protocol):
    """A distribution of lengths: median and 90 % quantile in days, of those who ever decide."""

    @property
    def median(self) -> float:
        """Return the days by which half of those who ever decide have done so."""

    @property
    def p90(self) -> float:
        """Return the days by which nine of ten of them have."""

    @property
    def never(self) -> float:
        """Return the share that never decides."""

    def lasting(self, days: Floats) -> Floats:
        """Return the share of all visits that last longer: (days,)."""

    def written(self) -> dict[str, Any]:
        """Write the lengths of those who ever decide as a scenario file does."""


@dataclass(frozen=True)
class OfFamily:
    """A member of a family.

    Examples
    --------
    >>> from funnelsim.calibration.durations.families import Weibull
    >>> OfFamily(Weibull(), 7.0, 30.0, 0.5).lasting(np.array([7.0])).round(9).tolist()
    [0.75]
    """

    family: Family
    median: float
    p90: float
    never: float

    def lasting(self, days: Floats) -> Floats:
        """Return the share of all visits that last longer: (days,)."""
        center, spread = np.log([self.median, self.p90 / self.median])
        return np.asarray(self.never + (1 - self.never) * self.family.survival(np.log(days), center, spread))

    def written(self) -> dict[str, Any]:
        """Write it with numbers that a reader can read."""
        return {
            key: each if isinstance(each, str) else float(f"{each:.{DIGITS}g}")
            for key, each in self.family.written(self.median, self.p90).items()
        }


@dataclass(frozen=True)
class InSteps:
    """Lengths whose hazard is constant between ages."""

    steps: Steps
    hazards: Floats

    @property
    def median(self) -> float:
        """Days, of those who ever decide."""
        return self.steps.quantile(self.hazards, 0.5)

    @property
    def p90(self) -> float:
        """Days, of those who ever decide."""
        return self.steps.quantile(self.hazards, 0.9)

    @property
    def never(self) -> float:
        """The share that never decides."""
        return float(self.lasting(self.steps.ages[-1:])[0])

    def lasting(self, days: Floats) -> Floats:
        """Return the share of all visits that last longer: (days,)."""
        return self.steps.lasting(days, self.hazards[None, :])[:, 0]

    def written(self) -> dict[str, Any]:
        """Write it as quantiles."""
        return self.steps.written(self.hazards)
