"""The share of visits that last longer, without any family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from funnelsim.compiling.arrays import Floats, Integers

FEWEST_AT_RISK = 5  # below which an age tells nothing
MOST_AGES = 500  # that are told apart
_ROUNDS = 200
_CLOSE = 1e-6  # change of the shares at which they are found
_LEAST = 1e-300  # of what a logarithm is taken


def product_limit(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the share of visits that last longer than each age that was seen.

    Kaplan and Meier's estimate with delayed entry where lengths are exact, and Turnbull's where they lie
    between bounds (Journal of the Royal Statistical Society B 38, 1976): those who ended are counted at the
    ages at which they may have, by the hazards found so far. Ages at which few are at risk are passed over,
    as otherwise the curve falls to 0 where the first that can be seen ends at once, and stays there (Lai and
    Ying, Annals of Statistics 19, 1991); it ends where from then on few are left.

    Parameters
    ----------
    visits : DataFrame
        With the columns `low`, `high` and `from_age` of `visits_of`.

    Returns
    -------
    DataFrame
        `days`, `share`, and how many were `at_risk` then; it begins with 0 days and the share 1.

    Examples
    --------
    >>> visits = pd.DataFrame({"low": [1, 2, 3, 3, 4, 5, 6.0], "high": [1, 2, 3, 3, 4, 5, np.inf],
    ...                        "from_age": 0.0})
    >>> product_limit(visits)["share"].round(3).tolist()
    [1.0, 0.857, 0.714, 0.429]
    """
    low, high, from_age = (visits[name].to_numpy(dtype=np.float64) for name in ("low", "high", "from_age"))
    ages = np.unique(np.concatenate([low, high[np.isfinite(high)]]))
    if len(ages) > MOST_AGES:
        low, high, from_age = (_rounded(days) for days in (low, high, from_age))
        ages = np.unique(np.concatenate([low, high[np.isfinite(high)]]))
    at_risk, hazard = _hazards(_Cells.of(low, high, from_age, ages))
    believed = at_risk >= FEWEST_AT_RISK
    share = np.cumprod(np.where(believed, 1 - hazard, 1.0))
    shown = slice(0, int(np.flatnonzero(believed).max(initial=-1)) + 1)
    ended = hazard[shown] > 0
    return pd.DataFrame(
        {
            "days": np.concatenate([[0.0], ages[shown][ended]]),
            "share": np.concatenate([[1.0], share[shown][ended]]),
            "at_risk": np.concatenate([[len(visits)], at_risk[shown][ended]]),
        }
    )


@dataclass(frozen=True)
class _Cells:
    """Where visits are among the ages: cell k is after the age before, up to ages[k].

    Attributes
    ----------
    present : array (cells,)
        Visits that can be seen in the cell, and have neither ended for sure nor been lost sight of.
    ended : array (cells,)
        Those that ended in it.
    possible : array (spans, cells)
        Where those may have ended that ended in one of several cells.
    weight : array (spans,)
        How many did.
    """

    present: Floats
    ended: Floats
    possible: npt.NDArray[np.bool_]
    weight: Floats

    @classmethod
    def of(cls, low: Floats, high: Floats, from_age: Floats, ages: Floats) -> _Cells:
        """Place visits by their bounds."""
        n, over = len(ages), np.isfinite(high)
        entered, lived = (np.searchsorted(ages, days, side="right") for days in (from_age, low))
        last = np.searchsorted(ages, high)
        exact = over & (low == high)
        spans, weight = np.unique(np.column_stack([lived, last])[over & ~exact], axis=0, return_counts=True)
        cells = np.arange(n)
        return cls(
            present=_reached(entered, n) - _reached(np.where(over, last + 1, lived), n),
            ended=np.bincount(last[exact], minlength=n).astype(np.float64),
            possible=(cells >= spans[:, :1]) & (cells <= spans[:, 1:]),
            weight=weight.astype(np.float64),
        )


def _hazards(cells: _Cells) -> tuple[Floats, Floats]:
    """Return in each cell how many are at risk, and the share of them that ends.

    Expectation and maximisation: who ended in one of several cells is counted in each by its probability,
    and is at risk in it by that of not having ended before.
    """
    share = cells.possible / cells.possible.sum(axis=1, keepdims=True)
    before = np.zeros_like(cells.ended)
    for _ in range(_ROUNDS):
        gone = np.cumsum(share, axis=1) - share  # before the cell
        at_risk = cells.present - cells.weight @ np.where(cells.possible, gone, 0.0)
        ended = cells.ended + cells.weight @ share
        hazard = np.divide(ended, at_risk, out=np.zeros_like(ended), where=at_risk > 0).clip(max=1.0)
        if np.abs(hazard - before).max() < _CLOSE:
            break
        lasting = np.cumprod(np.concatenate([[1.0], 1 - hazard[:-1]]))
        mass = cells.possible * (lasting * hazard)
        share = mass / np.maximum(mass.sum(axis=1, keepdims=True), _LEAST)
        before = hazard
    return at_risk, hazard


def _reached(cell: Integers, n: int) -> Floats:
    """Count at each cell those whose own is that or an earlier one."""
    return np.cumsum(np.bincount(cell, minlength=n + 1)[:n]).astype(np.float64)


def _rounded(days: Floats) -> Floats:
    """Round to 2 %: finer than any picture."""
    return np.where(days > 0, np.exp(np.round(np.log(np.maximum(days, _LEAST)) / 0.02) * 0.02), 0.0)
