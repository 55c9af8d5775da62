"""One cut through many tallies: by month, channel, segment, stage, rep or team, or in all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelsim.metrics.tally import COLUMNS, DIMENSIONS, Basis, Measure, Tally, slot_bounds
from funnelsim.model import Model, Names
from funnelsim.vocabulary import Floats
from funnelsim.worktime import worked_by

CUTS = (*DIMENSIONS, "team")


@dataclass(frozen=True)
class Cut:
    """The sums of R replications for the n months, channels, ... of one dimension.

    Arrays that the dimension does not have are NaN.
    """

    sums: Floats  # (R, 2 bases, n, WIDTH)
    queue: Floats  # (R, n) leads queueing at the end of the period, or of each month
    busy: Floats  # (R, n) working time in the period, µs
    available: Floats  # (n,) working time on staff in the period, µs
    staff: Floats  # (n,) people on staff, on average
    ages: Floats  # (R, n, 3 ways to end, bins) of the cohort's inquiries; no bins but in all

    def period(self, event: int, measure: int = Measure.COUNT) -> Floats:
        """Return what rows of an event in the period come to: (R, n)."""
        return self.sums[:, Basis.PERIOD, :, COLUMNS[event, measure]]

    def cohort(self, event: int, measure: int = Measure.COUNT) -> Floats:
        """Return what rows of an event come to for inquiries that arrived in the period: (R, n)."""
        return self.sums[:, Basis.COHORT, :, COLUMNS[event, measure]]


def labels(names: Names, dimension: str) -> tuple[str, ...]:
    """Name the n places of a cut, in the order of its arrays.

    Examples
    --------
    >>> names = Names((), (), ("sales",), ("sales 1",), (), (), ("2026-01",), "USD", "2025-10-01")
    >>> labels(names, "month"), labels(names, "team"), labels(names, "all")
    (('2026-01',), ('sales',), ('all',))
    """
    return ("all",) if dimension == "all" else tuple(getattr(names, f"{dimension}s"))


def cut(model: Model, tallies: Tally, dimension: str) -> Cut:
    """Cut stacked tallies along a dimension.

    Parameters
    ----------
    model : Model
        The strategy that the tallies are of.
    tallies : Tally
        Stacked: a leading axis of R replications.
    dimension : str
        One of CUTS.
    """
    if dimension == "team":
        return _by_team(model, cut(model, tallies, "rep"))
    bounds = slot_bounds(model)
    place = DIMENSIONS.index(dimension)
    sums = tallies.sums[:, :, bounds[place] : bounds[place + 1]]
    replications, _, size, _ = sums.shape
    hours, staff = _on_staff(model)
    nothing = np.full((replications, size), np.nan)
    found = Cut(sums, nothing, nothing, nothing[0], nothing[0])
    queue = tallies.queue.cumsum(axis=1)[:, 1:]  # (R, M, S) at the end of each month
    if dimension == "all":
        return Cut(
            sums,
            queue[:, -1].sum(axis=-1, keepdims=True),
            tallies.busy.sum(axis=(1, 2), keepdims=True)[:, 0],
            hours.sum(keepdims=True)[0],
            _mean_over_time(model, staff).sum(keepdims=True),
        )
    if dimension == "month":
        return Cut(sums, queue.sum(axis=2), tallies.busy.sum(axis=2), hours.sum(axis=1), staff.sum(axis=1))
    if dimension == "stage":
        return Cut(sums, queue[:, -1], found.busy, found.available, found.staff)
    if dimension == "rep":
        worked = tallies.busy.sum(axis=1)
        return Cut(sums, found.queue, worked, hours.sum(axis=0), _mean_over_time(model, staff))
    return found


def _by_team(model: Model, reps: Cut) -> Cut:
    """Add up the reps of each team."""
    membership = (model.reps["team"][:, None] == np.arange(len(model.teams))).astype(np.float64)
    return Cut(
        np.einsum("rbnw,nt->rbtw", reps.sums, membership),
        np.full((len(reps.sums), len(model.teams)), np.nan),
        reps.busy @ membership,
        reps.available @ membership,
        reps.staff @ membership,
    )


def _on_staff(model: Model) -> tuple[Floats, Floats]:
    """Find each rep's working time (µs) and share of time on staff: (M, R) in each month."""
    months = model.months
    hours = np.zeros((len(months) - 1, len(model.reps)))
    staff = np.zeros_like(hours)
    for number, rep in enumerate(model.reps):
        team = model.teams[rep["team"]]
        for month in range(len(months) - 1):
            since, until = max(months[month], rep["joins"]), min(months[month + 1], rep["leaves"])
            if since < until:
                ends = [
                    worked_by(model.hours, team["first_hours"], team["hours"], at) for at in (since, until)
                ]
                hours[month, number] = ends[1] - ends[0]
                staff[month, number] = (until - since) / (months[month + 1] - months[month])
    return hours, staff


def _mean_over_time(model: Model, staff: Floats) -> Floats:
    """Average over the months by their lengths: (M, R) to (R,)."""
    return np.asarray(np.average(staff, axis=0, weights=np.diff(model.months)))
