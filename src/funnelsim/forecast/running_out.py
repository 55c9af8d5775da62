"""When cash runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from funnelsim.forecast.forecast import Forecast


class RunningOut(NamedTuple):
    """How many simulated years run out of cash, and when they do so first."""

    years: int  # that run out in the period
    by: str | None  # the month by whose end half of these have done so; None where there are none


def running_out(forecast: Forecast) -> RunningOut:
    """Find the month in which cash is below 0 for the first time: the median of the years in which it is."""
    ran_out, _ = forecast.parts("ran_out_of_cash", "month")
    short = ran_out[:, -1] > 0
    if not short.any():
        return RunningOut(0, None)
    first = ran_out[short].argmax(axis=1)
    median = int(np.quantile(first, 0.5, method="inverted_cdf"))
    return RunningOut(int(short.sum()), forecast.names.months[median])
