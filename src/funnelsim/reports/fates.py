"""What becomes of the visits to each stage of the funnel, in the mean simulated year (TE11)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Forecast
from funnelsim.metrics.funnel import stages_of_the_sale

NOTICED = 0.05  # visits in the mean year, which are shown to a tenth


class Fates(NamedTuple):
    """What becomes of visits of the period's inquiries to the S stages of the funnel: arrays are (S,)."""

    stages: tuple[str, ...]
    entered: Floats
    went_on: Floats
    lost: Floats
    cold: Floats
    other: Floats  # sent back, or still open
    conversions: Floats  # NaN where no visit is decided
    won: float  # contracts of these inquiries

    @property
    def add_up(self) -> bool:
        """Return whether as many come to each stage as went on from the one before; contracts come last."""
        follow = np.append(self.entered[1:], self.won)
        return bool((np.abs(follow - self.went_on) < NOTICED).all())


def fates_of(forecast: Forecast) -> Fates:
    """Count what becomes of the visits to each stage of the funnel.

    Examples
    --------
    >>> import funnelsim as fs
    >>> found = fates_of(fs.simulate(fs.load("first_steps"), replications=3, jobs=1).forecast)
    >>> found.stages, found.add_up
    (('first_call', 'proposal'), True)
    """
    on, _ = forecast.parts("conversion", "stage")
    cold, entered = forecast.parts("gone_cold_of_visits", "stage")
    lost, _ = forecast.parts("lost_of_visits", "stage")
    funnel = stages_of_the_sale(forecast.model)
    came, went_on, said_no, gone = (each[:, funnel].mean(axis=0) for each in (entered, on, lost, cold))
    conversions = [each.value for each in forecast.outcomes("conversion", "stage")]
    return Fates(
        stages=tuple(forecast.names.stages[number] for number in funnel),
        entered=came,
        went_on=went_on,
        lost=said_no,
        cold=gone,
        other=np.maximum(came - went_on - said_no - gone, 0.0),
        conversions=np.array(conversions)[funnel],
        won=forecast.outcomes("won_of_inquiries")[0].value,
    )
