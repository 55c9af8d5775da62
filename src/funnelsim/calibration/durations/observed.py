"""What visits tell of their lengths: few weighted terms, however many visits there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from funnelsim.compiling.arrays import Floats

SHORTEST = 1 / 96  # days: stages passed in one go, within a quarter of an hour, are not told apart
GRID = 0.04  # lengths that differ by less than 4 % may stand for each other
_NODES = (np.arange(6) + 0.5) / 6  # of the time in which a visit began, each alike likely
_FINE = 0.1  # of a length: if it began within less time, the middle of that says the same
_NEARLY_NOTHING = 1e-9  # days, in place of 0
_LENGTHS = ("low", "high", "from_age", "entered_within", "ended_within")


@dataclass(frozen=True)
class Observed:
    """Lengths that are exact, between two bounds, and beyond one.

    With S the shares that last longer than each of `log_days`, `between` @ S is the probability of each term
    between bounds, and `beyond` @ S that of each term beyond one: means over when the visit may have begun.

    Attributes
    ----------
    exact, exact_weight : array (exact,)
        Logarithms of days, and how many visits each stands for.
    log_days : array (points,)
        Logarithms of the days that bounds are made of.
    between : sparse array (between, points)
    between_weight : array (between,)
    beyond : sparse array (beyond, points)
    beyond_weight : array (beyond,)
        Negative where lasting so long was the condition for being seen.
    """

    exact: Floats
    exact_weight: Floats
    log_days: Floats
    between: sparse.csr_array
    between_weight: Floats
    beyond: sparse.csr_array
    beyond_weight: Floats


def observed(visits: pd.DataFrame) -> Observed:
    """Gather what visits tell of how long they last.

    The likelihood is a product of terms that need one bound or two, and so visits that come near each other
    in these are one term: in the middle of them, with their number as its weight.

    Parameters
    ----------
    visits : DataFrame
        With the columns `low`, `high`, `from_age`, `entered_within` and `ended_within` of `visits_of`.

    Examples
    --------
    >>> visits = pd.DataFrame({"low": [3.0, 3.0, 8.0], "high": [3.0, 3.0, np.inf],
    ...                        "from_age": [0.0, 2.0, 0.0], "entered_within": 0.0, "ended_within": 0.0})
    >>> seen = observed(visits)
    >>> np.exp(seen.exact).round(9).tolist(), seen.exact_weight.tolist()
    ([3.0], [2.0])
    >>> np.exp(seen.log_days).round(9).tolist(), seen.beyond_weight.tolist()
    ([2.0, 8.0], [1.0, -1.0])
    """
    low, high, from_age, began, ended = (visits[name].to_numpy(dtype=np.float64) for name in _LENGTHS)
    over, late = np.isfinite(high), from_age > 0
    exact = over & (low == high) & (low > SHORTEST)
    between = over & ~exact
    (days,), exact_weight = _gathered(low[exact])
    (above, first, last), between_weight = _gathered(
        np.maximum(high[between], SHORTEST), began[between], ended[between]
    )
    still, seen = (
        _gathered(days, within)
        for days, within in ((low[~over], began[~over]), (from_age[late], began[late]))
    )
    upper = _over_beginnings(above, -first, above - first)
    lower = np.maximum(upper - np.maximum(last, SHORTEST)[:, None], 0.0)
    bounds = [_over_beginnings(days, within, days) for (days, within), _ in (still, seen)]
    points = [_log(each) for each in (lower, upper, *bounds)]
    log_days = np.unique(np.concatenate([each.ravel() for each in points]))
    mean = [_means(each, log_days) for each in points]
    return Observed(
        _log(days),
        exact_weight,
        log_days,
        mean[0] - mean[1],
        between_weight,
        sparse.vstack(mean[2:], format="csr"),
        np.concatenate([still[1], -seen[1]]),
    )


def _gathered(*days: Floats) -> tuple[list[Floats], Floats]:
    """Gather what comes near each other: the mean of each, and how many they are."""
    cells = np.column_stack([np.floor(_log(each) / GRID) for each in days])
    _, group = np.unique(cells, axis=0, return_inverse=True)
    weight = np.bincount(group).astype(np.float64)
    return [np.bincount(group, each) / weight for each in days], weight


def _over_beginnings(bound: Floats, within: Floats, least: Floats) -> Floats:
    """Return a bound (terms, nodes) that grows by `within` the earlier the visit began."""
    fine = np.abs(within) < _FINE * least
    return bound[:, None] + within[:, None] * np.where(fine[:, None], 0.5, _NODES)


def _log(days: Floats) -> Floats:
    return np.log(np.maximum(days, _NEARLY_NOTHING))


def _means(points: Floats, log_days: Floats) -> sparse.csr_array:
    """Return the matrix (terms, points) that takes means over the nodes of each term."""
    terms, nodes = points.shape
    rows, places = np.repeat(np.arange(terms), nodes), np.searchsorted(log_days, points.ravel())
    return sparse.csr_array((np.full(points.size, 1 / nodes), (rows, places)), (terms, len(log_days)))
