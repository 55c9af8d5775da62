"""Odds ratios by a length of time, and the points between which they are straight lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelsim.compiling.arrays import Floats

_KNOTS = (0.05, 0.25, 0.5, 0.75, 0.95)  # quantiles of the age at ending
_FOR_A_KNOT = 40  # visits
_APART = 0.2  # least difference of the logarithms of neighbours
_WAITS = (1.0, 24.0, 168.0)  # hours between which the odds ratio by wait is measured


@dataclass(frozen=True)
class Curve:
    """Log odds ratios by a length of time: straight lines in log time, flat outside, 0 on average.

    Attributes
    ----------
    points : array (points,)
        In days or hours; two at least, or none where the length does not matter.
    rises : slice
        Of the coefficients that are rises of the log odds from one point to the next.
    middle : array (points - 1,)
        Mean of the shares of the rises that visits have had: there the odds ratio is 1.
    """

    points: Floats
    rises: slice
    middle: Floats

    def columns(self, lengths: Floats) -> Floats:
        """Return how much of each rise lengths have had, against the mean; 0 where one is not known."""
        known = np.where(np.isnan(lengths), 1.0, lengths)
        columns = shares_of_rises(self.points, known) - self.middle
        return np.where(np.isnan(lengths)[:, None], 0.0, columns)

    def log_ratios(self, coefficients: Floats) -> Floats:
        """Return the log odds ratio at each point: (draws, points)."""
        return np.asarray(coefficients[:, self.rises] @ self.columns(self.points).T)

    @property
    def scale(self) -> Floats:
        """Return the prior standard deviations of the rises, over their deviation."""
        return np.sqrt(np.diff(np.log(self.points)))


def curve_through(points: Floats, lengths: Floats, first: int) -> Curve:
    """Lay out a curve through points, whose coefficients begin at the first."""
    known = lengths[~np.isnan(lengths)]
    middle = shares_of_rises(points, known).mean(axis=0) if len(points) else np.empty(0)
    return Curve(points, slice(first, first + max(len(points) - 1, 0)), middle)


def points_of_wait(waited: Floats) -> Floats:
    """Choose the points of the wait on both sides of which there are visits enough."""
    points = list(_WAITS)
    while len(points) > 1 and np.sum(waited > points[-2]) < _FOR_A_KNOT:
        points.pop()
    while len(points) > 1 and np.sum(waited < points[1]) < _FOR_A_KNOT:
        points.pop(0)
    return np.array(points) if len(points) > 1 else np.empty(0)


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


def shares_of_rises(points: Floats, lengths: Floats) -> Floats:
    """Return how much of the way between neighbouring points lengths have gone, in log time.

    >>> shares_of_rises(np.array([1.0, 4.0, 16.0]), np.array([0.5, 2.0, 4.0, 30.0])).tolist()
    [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """
    if len(points) == 0:
        return np.empty((len(lengths), 0))
    logs = np.log(points)
    return np.asarray(np.clip((np.log(lengths)[:, None] - logs[:-1]) / np.diff(logs), 0.0, 1.0))
