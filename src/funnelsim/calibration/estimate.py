"""What has been measured of one value of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats

LEVELS = (0.025, 0.975)  # of the interval that is told


@dataclass(frozen=True)
class Estimate:
    """A value of a scenario as measured, with how sure it is.

    Attributes
    ----------
    path : str
        Of the value in the scenario.
    value : float, int, str, list or dict
        As a scenario file writes it.
    draws : list or None
        Of the value, one a row of the file of draws: a number, or a table that the scenario file may have at
        the path. None: it is taken as it is in every world.
    n : int
        Observations that tell of it.
    method : str
        How it was measured, in a few words.
    told : dict of str to array
        Draws of the numbers by which people speak of it, each with its unit in the name: "median, days".
    """

    path: str
    value: Any
    draws: list[Any] | None
    n: int
    method: str
    told: dict[str, Floats]

    def interval(self, name: str) -> tuple[float, float]:
        """Return the 95 % interval of one of the numbers told.

        >>> import numpy as np
        >>> rate = Estimate("stages.offer.conversion", 0.3, None, 9, "", {"share": np.arange(41) / 40})
        >>> rate.interval("share")
        (0.025, 0.975)
        """
        low, high = np.quantile(self.told[name], LEVELS)
        return float(low), float(high)
