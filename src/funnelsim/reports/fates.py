"""What becomes of the visits to each stage, in the mean simulated year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Forecast


class Fates(NamedTuple):
    """Visits of the period's inquiries to each stage, and what becomes of them: each (S,)."""

    entered: Floats
    went_on: Floats
    lost: Floats
    cold: Floats
    other: Floats  # sent back, or still open


def fates_of(forecast: Forecast) -> Fates:
    """Count what becomes of the visits to each stage."""
    on, _ = forecast.parts("conversion", "stage")
    cold, entered = forecast.parts("gone_cold_of_visits", "stage")
    lost, _ = forecast.parts("lost_of_visits", "stage")
    came, went_on, said_no, gone = (each.mean(axis=0) for each in (entered, on, lost, cold))
    return Fates(came, went_on, said_no, gone, np.maximum(came - went_on - said_no - gone, 0.0))
