"""How the log odds of advancing are put together from what is known of a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from funnelsim.calibration.outcomes.logit import ALONE, LOOSE, Logit
from funnelsim.compiling.arrays import Floats, Integers

FIELDS = ("segment", "channel", "rep")
AGE, MONTH = "age", "month of the quarter"  # deviations, beside those of the fields
MONTHS = 3  # of a quarter

_KNOTS = (0.05, 0.25, 0.5, 0.75, 0.95)  # quantiles of the age at ending
_FOR_A_KNOT = 40  # visits
_APART = 0.2  # least difference of the logarithms of neighbours
_MINUTE = 1 / 1440  # days; no age is below
_CONTRASTS = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 2.0]]) / np.sqrt([2.0, 6.0])  # orthonormal, of 3


@dataclass(frozen=True)
class OfStage:
    """Where the coefficients of a stage are, and its points of age.

    Attributes
    ----------
    level : int
        Number of the coefficient that is the stage's log odds.
    days : array (points,)
        Ages between which log odds ratios are straight lines in log time. Empty: age does not matter.
    rises : slice
        Of the coefficients that are rises of the log odds from one point to the next.
    middle : array (points - 1,)
        Mean of the shares of the rises that visits have had: there the odds ratio is 1.
    months : slice
        Of the coefficients of contrasts between the months of the quarter; empty: they do not matter.
    """

    level: int
    days: Floats
    rises: slice
    middle: Floats
    months: slice

    def by_age(self, ages: Floats) -> Floats:
        """Return how much of each rise ages in days have had, against the mean: (ages, points - 1)."""
        return shares_of_rises(self.days, ages) - self.middle

    def log_ratios_of_age(self, coefficients: Floats) -> Floats:
        """Return the log odds ratio at each point of age: (draws, points)."""
        return np.asarray(coefficients[:, self.rises] @ self.by_age(self.days).T)

    def log_ratios_of_month(self, coefficients: Floats) -> Floats:
        """Return the log odds ratio of each month of the quarter, whose mean is 0: (draws, 3)."""
        return np.asarray(coefficients[:, self.months] @ _CONTRASTS.T)


@dataclass(frozen=True)
class OfField:
    """The levels of a field, such as the names of segments, and where their coefficients begin.

    Attributes
    ----------
    levels : tuple of str
        A blank is a level of its own.
    first : int
        Number of the coefficient of the first level; the others follow.
    shares : array (levels,)
        Of the visits that ended.
    """

    levels: tuple[str, ...]
    first: int
    shares: Floats

    @property
    def coefficients(self) -> slice:
        """Return where they are."""
        return slice(self.first, self.first + len(self.levels))


@dataclass(frozen=True)
class Layout:
    """Which coefficient says what.

    Attributes
    ----------
    stages : dict of str to OfStage
    fields : dict of str to OfField
        Those of `FIELDS` that have two levels at least.
    width : int
        Number of coefficients.
    """

    stages: dict[str, OfStage]
    fields: dict[str, OfField]
    width: int

    @property
    def deviations(self) -> tuple[str, ...]:
        """Name the deviations that are measured."""
        aged = any(len(each.days) for each in self.stages.values())
        monthly = any(each.months.stop > each.months.start for each in self.stages.values())
        return (*((AGE,) if aged else ()), *((MONTH,) if monthly else ()), *self.fields)

    def columns(self, visits: pd.DataFrame) -> sparse.csr_array:
        """Return what multiplies each coefficient in the log odds of visits that end: (visits, width)."""
        parts = [self._of_stage(visits, name) for name in self.stages]
        parts += [self._of_field(visits, name) for name in self.fields]
        values, rows, columns = (np.concatenate(each) for each in zip(*parts, strict=True))
        return sparse.coo_array((values, (rows, columns)), shape=(len(visits), self.width)).tocsr()

    def _of_stage(self, visits: pd.DataFrame, name: str) -> tuple[Floats, Integers, Integers]:
        """Return values, rows and columns of what belongs to a stage."""
        own = self.stages[name]
        rows = np.flatnonzero(visits["stage"].to_numpy() == name)
        here = visits.iloc[rows]
        of_month = np.arange(own.months.start, own.months.stop)
        block = np.column_stack(
            [
                np.ones(len(rows)),
                own.by_age(ages(here)),
                _CONTRASTS[months(here), : len(of_month)],
            ]
        )
        columns = np.concatenate([[own.level], np.arange(own.rises.start, own.rises.stop), of_month])
        return block.ravel(), np.repeat(rows, len(columns)), np.tile(columns, len(rows))

    def _of_field(self, visits: pd.DataFrame, name: str) -> tuple[Floats, Integers, Integers]:
        """Return values, rows and columns of a field; a name that is not among the levels is average."""
        own = self.fields[name]
        found = pd.Index(own.levels).get_indexer(pd.Index(visits[name].fillna("")))
        rows = np.flatnonzero(found >= 0)
        return np.ones(len(rows)), rows, own.first + found[rows]

    def logit(self, visits: pd.DataFrame) -> Logit:
        """Return the regression of visits that have ended; those that are alike become one row."""
        names = self.deviations
        deviation, scale = np.full(self.width, ALONE), np.full(self.width, LOOSE)
        for own in self.stages.values():
            if len(own.days):
                deviation[own.rises] = names.index(AGE)
                scale[own.rises] = np.sqrt(np.diff(np.log(own.days)))
            if own.months.stop > own.months.start:
                deviation[own.months], scale[own.months] = names.index(MONTH), 1.0
        for name, field in self.fields.items():
            deviation[field.coefficients], scale[field.coefficients] = names.index(name), 1.0
        first, alike = _alike(visits, tuple(self.fields))
        won = visits["advanced"].to_numpy(float)
        return Logit(
            self.columns(visits.iloc[first]),
            np.bincount(alike, won, len(first)),
            np.bincount(alike, minlength=len(first)).astype(np.float64),
            deviation,
            scale,
            names,
        )


def laid_out(visits: pd.DataFrame, stages: Sequence[str]) -> Layout:
    """Decide which coefficients visits that have ended call for.

    Parameters
    ----------
    visits : DataFrame
        Those that have ended.
    stages : sequence of str

    Returns
    -------
    Layout
    """
    own, width = {}, 0
    for name in stages:
        here = visits[visits["stage"] == name]
        days = knots(ages(here))
        rises = slice(width + 1, width + 1 + max(len(days) - 1, 0))
        seen = len(np.unique(months(here))) == MONTHS
        month = slice(rises.stop, rises.stop + (MONTHS - 1 if seen else 0))
        middle = shares_of_rises(days, ages(here)).mean(axis=0) if len(days) else np.empty(0)
        own[name] = OfStage(width, days, rises, middle, month)
        width = month.stop
    fields = {}
    for name in FIELDS:
        counts = visits[name].fillna("").value_counts().sort_index()
        if len(counts) > 1:
            shares = counts.to_numpy(float) / len(visits)
            fields[name] = OfField(tuple(counts.index), width, shares)
            width += len(counts)
    return Layout(own, fields, width)


def knots(found: Floats) -> Floats:
    """Choose points of age in days: quantiles, fewer where visits are few or ages alike.

    >>> knots(np.geomspace(1, 100, 1000)).tolist()
    [1.3, 3.2, 10.0, 32.0, 79.0]
    >>> len(knots(np.full(1000, 3.0)))
    0
    """
    most = min(len(_KNOTS), len(found) // _FOR_A_KNOT)
    if most < 2:
        return np.empty(0)
    levels = np.interp(np.linspace(0, 1, most), np.linspace(0, 1, len(_KNOTS)), _KNOTS)
    kept: list[float] = []
    for day in np.quantile(found, levels):
        if not kept or np.log(day / kept[-1]) >= _APART:
            kept.append(float(f"{day:.2g}"))
    return np.array(kept) if len(kept) > 1 else np.empty(0)


def shares_of_rises(days: Floats, found: Floats) -> Floats:
    """Return how much of the way between neighbouring points ages have gone, in log time.

    >>> shares_of_rises(np.array([1.0, 4.0, 16.0]), np.array([0.5, 2.0, 4.0, 30.0])).tolist()
    [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """
    if len(days) == 0:
        return np.empty((len(found), 0))
    logs = np.log(days)
    return np.clip((np.log(found)[:, None] - logs[:-1]) / np.diff(logs), 0.0, 1.0)


def ages(visits: pd.DataFrame) -> Floats:
    """Return the ages in days at which visits ended, the middle where they are known to an interval."""
    middle = (visits["low"].to_numpy(float) + visits["high"].to_numpy(float)) / 2
    return np.asarray(np.maximum(middle, _MINUTE))


def months(visits: pd.DataFrame) -> Integers:
    """Return the months of the quarter in which visits ended: 0, 1 or 2."""
    return np.asarray((visits["ended"].dt.month.to_numpy() - 1) % MONTHS, np.int64)


def _alike(visits: pd.DataFrame, fields: tuple[str, ...]) -> tuple[Integers, Integers]:
    """Find visits that differ only in how they ended: the first of each kind, and the kind of each."""
    known = pd.DataFrame({"stage": visits["stage"], "age": ages(visits), "month": months(visits)})
    for name in fields:
        known[name] = visits[name].fillna("")
    alike = known.groupby(list(known.columns), sort=False).ngroup().to_numpy(np.int64)
    return np.asarray(np.unique(alike, return_index=True)[1], np.int64), alike
