"""The fit beside the data: shares that advanced, by age and by month of the quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.calibration.estimate import LEVELS
from funnelsim.calibration.outcomes.layout import ages, months
from funnelsim.calibration.outcomes.measured import Outcomes
from funnelsim.compiling.arrays import Integers
from funnelsim.forecast import wilson

_BANDS, _IN_A_BAND = 8, 25  # at most, and visits in each at least


def by_age(outcomes: Outcomes, stage: str) -> pd.DataFrame:
    """Return the share that advanced by age at ending, beside what the fit gives the same visits.

    Parameters
    ----------
    outcomes : Outcomes
    stage : str

    Returns
    -------
    DataFrame
        A row a band of age, each of about as many visits: `from_days`, `to_days`, `days` (the median), `n`,
        `share` with its 95 % interval `low` and `high` (Wilson), and `fitted` with its 95 % band `fitted_low`
        and `fitted_high`. Empty if nothing ended in the stage.

    Examples
    --------
    >>> from funnelsim.calibration.outcomes import measure_outcomes
    >>> ends = pd.DataFrame({"went_to": ["won", "lost"] * 50, "ended": pd.Timestamp("2026-03-04")})
    >>> visits = ends.assign(deal="", stage="offer", segment="", channel="", rep="", low=3.0, high=3.0)
    >>> measured = measure_outcomes(visits, ("offer",), draws=100, seed=1)
    >>> by_age(measured, "offer")[["days", "n", "share"]].to_dict("index")
    {0: {'days': 3.0, 'n': 100, 'share': 0.5}}
    """
    visits = _of(outcomes, stage)
    found = ages(visits)
    count = min(max(len(visits) // _IN_A_BAND, 1), _BANDS)
    edges = np.unique(np.quantile(found, np.linspace(0, 1, count + 1))) if len(found) else np.empty(0)
    bands = np.clip(np.searchsorted(edges, found, side="right") - 1, 0, max(len(edges) - 2, 0))
    table = _compared(outcomes, visits, bands)
    by_band = pd.Series(found).groupby(bands)
    return table.assign(from_days=by_band.min(), to_days=by_band.max(), days=by_band.median())


def by_month(outcomes: Outcomes, stage: str) -> pd.DataFrame:
    """Return the share that advanced by month of the quarter of ending, beside what the fit gives.

    Parameters
    ----------
    outcomes : Outcomes
    stage : str

    Returns
    -------
    DataFrame
        A row a month that has been seen, by number from 1, with the columns `n` to `fitted_high` of `by_age`.

    Examples
    --------
    >>> from funnelsim.calibration.outcomes import measure_outcomes
    >>> ends = pd.DataFrame({"went_to": ["won", "lost"] * 50, "ended": pd.Timestamp("2026-03-04")})
    >>> visits = ends.assign(deal="", stage="offer", segment="", channel="", rep="", low=3.0, high=3.0)
    >>> measured = measure_outcomes(visits, ("offer",), draws=100, seed=1)
    >>> by_month(measured, "offer")["n"].to_dict()
    {3: 100}
    """
    visits = _of(outcomes, stage)
    table = _compared(outcomes, visits, months(visits) + 1)
    return table.rename_axis("month")


def _of(outcomes: Outcomes, stage: str) -> pd.DataFrame:
    return outcomes.visits[outcomes.visits["stage"] == stage]


def _compared(outcomes: Outcomes, visits: pd.DataFrame, groups: Integers) -> pd.DataFrame:
    """Compare what was seen in groups of visits with the mean of their fitted chances."""
    chances, won = outcomes.chances(visits), visits["advanced"].to_numpy(bool)
    rows = {}
    for group in np.unique(groups):
        inside = groups == group
        n, advanced = int(inside.sum()), int(won[inside].sum())
        fitted = chances[:, inside].mean(axis=1)
        seen = wilson(advanced, n)
        rows[group] = (n, advanced / n, seen.low, seen.high, fitted.mean(), *np.quantile(fitted, LEVELS))
    columns = ["n", "share", "low", "high", "fitted", "fitted_low", "fitted_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
