"""Members of families: one way in which lengths may be distributed, with the share that never decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from funnelsim.calibration.durations.families import Family
from funnelsim.calibration.shapes import rounded
from funnelsim.compiling.arrays import Floats

_RISE = 1e-6  # least of the levels of quantiles


class Member(Protocol):
    """Lengths of those who ever decide, in days, and the share that never does."""

    median: float
    p90: float
    never: float

    def survival(self, days: Floats) -> Floats:
        """Return the probability of lasting longer, of those who ever decide."""

    def written(self) -> dict[str, Any]:
        """Write the lengths as a scenario file does."""


@dataclass(frozen=True)
class Curved:
    """A member of a family with a formula.

    Examples
    --------
    >>> from funnelsim.calibration.durations.families import LognormalLengths
    >>> Curved(LognormalLengths(), 7.0, 30.0, 0.0).written()
    {'scipy': 'lognorm', 's': 1.1275, 'scale': 7.0}
    """

    family: Family
    median: float
    p90: float
    never: float

    def survival(self, days: Floats) -> Floats:
        """Return the probability of lasting longer, of those who ever decide."""
        center = np.log(self.median)
        return self.family.survival(np.log(days), center, np.log(self.p90) - center)

    def written(self) -> dict[str, Any]:
        """Write the lengths as a scenario file does, with numbers that a reader can read."""
        return {
            key: each if isinstance(each, str) else rounded(each)
            for key, each in self.family.written(self.median, self.p90).items()
        }


@dataclass(frozen=True)
class Stepped:
    """Lengths with a hazard in steps, as quantiles with straight lines between them.

    Attributes
    ----------
    days : array (n,)
        Rising from 0.
    levels : array (n,)
        The share, of those who ever decide, that lasts at most so long: from 0 to 1.
    never : float
        The share that never decides.

    Examples
    --------
    >>> steps = Stepped(np.array([0.0, 10.0, 60.0]), np.array([0.0, 0.5, 1.0]), 0.1)
    >>> steps.median, steps.p90, steps.survival(np.array([35.0])).tolist()
    (10.0, 50.0, [0.25])
    >>> steps.written()
    {'quantiles': {'0': 0.0, '0.5': 10.0, '1': 60.0}}
    """

    days: Floats
    levels: Floats
    never: float

    @property
    def median(self) -> float:
        """Days, of those who ever decide."""
        return float(np.interp(0.5, self.levels, self.days))

    @property
    def p90(self) -> float:
        """Days, of those who ever decide."""
        return float(np.interp(0.9, self.levels, self.days))

    def survival(self, days: Floats) -> Floats:
        """Return the probability of lasting longer, of those who ever decide."""
        return 1 - np.interp(days, self.days, self.levels)

    def written(self) -> dict[str, Any]:
        """Write the lengths as a scenario file does: its levels have to rise, be it by a millionth."""
        places = np.arange(len(self.levels)) * _RISE
        levels = places + self.levels * (1 - places[-1])
        return {
            "quantiles": {
                f"{level:.8g}": rounded(days) for level, days in zip(levels, self.days, strict=True)
            }
        }
