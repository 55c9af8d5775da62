"""Whether differences are more than chance: p values, and what they become for several strategies at once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

SIGNIFICANT = 0.05

Years = npt.NDArray[np.bool_]  # (R,) which simulated years


def holm(p_values: list[float]) -> list[float]:
    """Adjust p values for their number, by Holm's step-down method; NaN stays, and counts as one of them.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    >>> holm([math.nan, 0.01])
    [nan, 0.02]
    """
    order = sorted((p, position) for position, p in enumerate(p_values) if not math.isnan(p))
    adjusted = [math.nan] * len(p_values)
    highest = 0.0
    for rank, (p, position) in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p))
        adjusted[position] = highest
    return adjusted


def mcnemar(one: Years, other: Years) -> float:
    """Compute the p value of equal chances in paired years, two-sided.

    Exact: of the years in which only one of the two reaches the goal, half would be either's.

    References
    ----------
    McNemar, Q. (1947), Note on the sampling error of the difference between correlated proportions or
    percentages. Psychometrika 12, 153-157.

    Examples
    --------
    >>> years = np.arange(10)
    >>> mcnemar(years < 6, years < 0)  # 2 / 2^6
    0.03125
    """
    only_one, only_other = int(np.sum(one & ~other)), int(np.sum(other & ~one))
    fewer, all_ = min(only_one, only_other), only_one + only_other
    return min(1.0, 2 * float(special.bdtr(fewer, all_, 0.5))) if all_ else 1.0
