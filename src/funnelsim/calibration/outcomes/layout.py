"""How the log odds of advancing are put together from what is known of a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from funnelsim.calibration.outcomes.curves import Curve, curve_through, knots, points_of_wait
from funnelsim.calibration.outcomes.logit import ALONE, LOOSE, Logit
from funnelsim.compiling.arrays import Floats, Integers

FIELDS = ("segment", "channel", "rep")
AGE, MONTH, WAIT = "age", "month of the quarter", "wait"  # deviations, beside those of the fields
MONTHS = 3  # of a quarter

_A_DAY = 1.0  # days: what is known to the day has the month of that day
_MINUTE = 1 / 1440  # days; no age is below
_SECOND = 1 / 3600  # hours; no wait is below
_CONTRASTS = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 2.0]]) / np.sqrt([2.0, 6.0])  # orthonormal, of 3


@dataclass(frozen=True)
class OfStage:
    """Where the coefficients of a stage are.

    Attributes
    ----------
    level : int
        Number of the coefficient that is the stage's log odds.
    age : Curve
        By the days since the stage was entered.
    months : slice
        Of the coefficients of contrasts between the months of the quarter; empty: they do not matter.
    """

    level: int
    age: Curve
    months: slice

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
    wait : Curve
        By the hours until somebody began to work on the visit, in all stages alike.
    width : int
        Number of coefficients.
    """

    stages: dict[str, OfStage]
    fields: dict[str, OfField]
    wait: Curve
    width: int

    @property
    def deviations(self) -> tuple[str, ...]:
        """Name the deviations that are measured."""
        return tuple(dict.fromkeys(name for name, _, _ in self._priors()))

    def columns(self, visits: pd.DataFrame) -> sparse.csr_array:
        """Return what multiplies each coefficient in the log odds of visits that end: (visits, width)."""
        parts = [self._of_stage(visits, name) for name in self.stages]
        parts += [self._of_field(visits, name) for name in self.fields]
        everyone = np.arange(len(visits))
        parts.append(_dense(self.wait.columns(waits(visits)), everyone, [self.wait.rises]))
        values, rows, columns = _joined(parts)
        return sparse.coo_array((values, (rows, columns)), shape=(len(visits), self.width)).tocsr()

    def logit(self, visits: pd.DataFrame) -> Logit:
        """Return the regression of visits that have ended; those that are alike become one row."""
        names = self.deviations
        deviation, scale = np.full(self.width, ALONE), np.full(self.width, LOOSE)
        for name, where, scales in self._priors():
            deviation[where], scale[where] = names.index(name), scales
        first, alike = _alike(visits, tuple(self.fields))
        advanced = np.bincount(alike, visits["advanced"].to_numpy(float))
        return Logit(
            self.columns(visits.iloc[first]),
            np.asarray(advanced, np.float64),
            np.asarray(np.bincount(alike), np.float64),
            deviation,
            scale,
            names,
        )

    def _priors(self) -> list[tuple[str, slice, Floats | float]]:
        """Return the coefficients that share a deviation, with their standard deviations over it."""
        stages = self.stages.values()
        found: list[tuple[str, slice, Floats | float]] = [
            *((AGE, each.age.rises, each.age.scale) for each in stages),
            *((MONTH, each.months, 1.0) for each in stages),
            *((name, each.coefficients, 1.0) for name, each in self.fields.items()),
            (WAIT, self.wait.rises, self.wait.scale),
        ]
        return [each for each in found if each[1].stop > each[1].start]

    def _of_stage(self, visits: pd.DataFrame, name: str) -> _Entries:
        """Return what belongs to a stage."""
        own = self.stages[name]
        rows = np.flatnonzero(visits["stage"].to_numpy() == name)
        here = visits.iloc[rows]
        contrasts = _CONTRASTS[months(here), : own.months.stop - own.months.start]
        block = np.column_stack([np.ones(len(rows)), own.age.columns(ages(here)), contrasts])
        return _dense(block, rows, [slice(own.level, own.level + 1), own.age.rises, own.months])

    def _of_field(self, visits: pd.DataFrame, name: str) -> _Entries:
        """Return what belongs to a field; a name that is not among the levels is taken as average."""
        own = self.fields[name]
        found = pd.Index(own.levels).get_indexer(pd.Index(visits[name].fillna("")))
        rows, unknown = np.flatnonzero(found >= 0), np.flatnonzero(found < 0)
        known = np.ones(len(rows)), rows, own.first + found[rows]
        average = _dense(np.tile(own.shares, (len(unknown), 1)), unknown, [own.coefficients])
        return _joined([known, average])


_Entries = tuple[Floats, Integers, Integers]  # values, rows and columns of a sparse matrix


def _dense(block: Floats, rows: Integers, places: Sequence[slice]) -> _Entries:
    """Return the entries of a block: its rows, and where its columns are."""
    columns = np.concatenate([np.arange(each.start, each.stop) for each in places])
    return block.ravel(), np.repeat(rows, len(columns)), np.tile(columns, len(rows))


def _joined(parts: Sequence[_Entries]) -> _Entries:
    """Put entries together."""
    values, rows, columns = (np.concatenate(each) for each in zip(*parts, strict=True))
    return values, rows, columns


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

    Examples
    --------
    >>> visits = pd.DataFrame({"stage": "offer", "rep": ["Ann", "Bob"] * 50, "low": np.arange(1.0, 101.0)})
    >>> visits = visits.assign(high=visits["low"], ended=pd.Timestamp("2026-03-04"), segment="", channel="")
    >>> layout = laid_out(visits, ("offer",))
    >>> layout.stages["offer"].age.points.tolist(), layout.fields["rep"].levels, layout.deviations
    ([6.0, 95.0], ('Ann', 'Bob'), ('age', 'rep'))
    """
    own, width = {}, 0
    for name in stages:
        here = visits[visits["stage"] == name]
        age = curve_through(knots(ages(here)), ages(here), width + 1)
        seen = len(np.unique(months(here))) == MONTHS
        month = slice(age.rises.stop, age.rises.stop + (MONTHS - 1 if seen else 0))
        own[name] = OfStage(width, age, month)
        width = month.stop
    fields = {}
    for name in FIELDS:
        counts = visits[name].fillna("").value_counts().sort_index()
        if len(counts) > 1:
            shares = counts.to_numpy(float) / len(visits)
            fields[name] = OfField(tuple(counts.index), width, shares)
            width += len(counts)
    waited = waits(visits)
    wait = curve_through(points_of_wait(waited), waited, width)
    return Layout(own, fields, wait, wait.rises.stop)


def ages(visits: pd.DataFrame) -> Floats:
    """Return the ages in days at which visits ended, the middle where they are known to an interval."""
    middle = (visits["low"].to_numpy(float) + visits["high"].to_numpy(float)) / 2
    return np.asarray(np.maximum(middle, _MINUTE))


def waits(visits: pd.DataFrame) -> Floats:
    """Return the hours until somebody began to work on each visit; NaN where that is not known."""
    if "wait" not in visits:
        return np.full(len(visits), np.nan)
    return np.asarray(np.maximum(visits["wait"].to_numpy(float), _SECOND))


def months(visits: pd.DataFrame) -> Integers:
    """Return the months of the quarter in which visits ended: 0, 1 or 2.

    Where looks are days apart, visits ended in the middle between two (HI3).
    """
    apart = np.maximum(visits.get("ended_within", pd.Series(0.0, visits.index)) - _A_DAY, 0.0)
    middle = visits["ended"] - pd.to_timedelta(apart / 2, unit="D")
    return np.asarray((middle.dt.month.to_numpy() - 1) % MONTHS, np.int64)


def _alike(visits: pd.DataFrame, fields: tuple[str, ...]) -> tuple[Integers, Integers]:
    """Find visits that differ only in how they ended: the first of each kind, and the kind of each."""
    known = pd.DataFrame({"stage": visits["stage"], "age": ages(visits), "month": months(visits)})
    known["wait"] = np.nan_to_num(waits(visits), nan=-1.0)
    for name in fields:
        known[name] = visits[name].fillna("")
    alike = known.groupby(list(known.columns), sort=False).ngroup().to_numpy()
    return np.asarray(np.unique(alike, return_index=True)[1]), np.asarray(alike)
