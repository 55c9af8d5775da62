"""The sheets for the rows of a model: first a draft, then copies of the model with some rows rewritten."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

import numpy as np

from funnelsim.chance.distributions import Distribution, QuantileTable, Tables
from funnelsim.model.model import Model
from funnelsim.model.records import LOAD, POINT, ROUTE, SPAN
from funnelsim.model.words import HOUR
from funnelsim.scenario.qualifying import OpenLeads
from funnelsim.scenario.schema import Wait

Array = np.ndarray[Any, np.dtype[Any]]
Way = tuple[float, int, int]  # a share, a target and a reason
Point = tuple[int, float, float, float]  # of an effect of time: see POINT
Part = tuple[int, int, float]  # of a day: from, to, and the share of the day's inquiries by then


class Sheet(Protocol):
    """Where rows are written, and what they point into: distributions and routes, numbered in order."""

    def array(self, name: str) -> Array:
        """Return an array of the model to write into."""

    def distribution(self, distribution: Distribution) -> int:
        """Write a distribution and return its number."""

    def route(self, ways: Iterable[Way]) -> tuple[int, int]:
        """Write ways out; return the first one's number and how many there are."""

    def points(self, first: int, points: Sequence[Point]) -> None:
        """Write the points of an effect where room was made for them."""


class Ends(NamedTuple):
    """How many distributions and routes there are so far."""

    distributions: int
    routes: int


class OtherShapeError(Exception):
    """Rows that need other tables, or more or fewer distributions or routes, than the old ones."""


def fill(records: Array, position: int | slice, row: Mapping[str, Any]) -> None:
    """Write the fields that a row names, into one record or into several alike."""
    for name, value in row.items():
        records[name][position] = value


def points_of(hours: Iterable[float], odds_ratios: Iterable[float]) -> list[Point]:
    """Return the points of an effect of time.

    >>> points_of([1.0], [0.5])
    [(3600000000, 0.5, 0.0, -0.6931471805599453)]
    """
    return [
        (round(at * HOUR), odds, math.log(at), math.log(odds))
        for at, odds in zip(hours, odds_ratios, strict=True)
    ]


def _cumulative(ways: Iterable[Way]) -> list[Way]:
    """Add up the shares that are above 0; the last sum is 1."""
    possible = [way for way in ways if way[0] > 0]
    total = math.fsum(share for share, _, _ in possible)
    ends = [end / total for end in accumulate(share for share, _, _ in possible)]
    if ends:
        ends[-1] = 1.0
    return [(end, target, reason) for end, (_, target, reason) in zip(ends, possible, strict=True)]


class Draft:
    """The arrays of a model while all rows are written.

    Parameters
    ----------
    arrays : dict of str to array
        Those whose sizes are known.
    """

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._arrays = arrays
        self._tables = Tables()
        self.tables: list[QuantileTable] = []  # of each distribution, by its number
        self._routes: list[Way] = []
        self._points: list[Point] = []
        self._curves: dict[Wait, tuple[int, int]] = {}
        self._spans: list[Part] = []
        self._loads: list[tuple[int, float]] = []

    def array(self, name: str) -> Array:
        """Return an array to write into."""
        array: Array = self._arrays[name]
        return array

    def distribution(self, distribution: Distribution) -> int:
        """Add a distribution and return its number."""
        self.tables.append(distribution.table())
        return self._tables.add(distribution)

    def route(self, ways: Iterable[Way]) -> tuple[int, int]:
        """Add ways out; return the first one's number and how many there are."""
        first = len(self._routes)
        self._routes += _cumulative(ways)
        return first, len(self._routes) - first

    def curve(self, wait: Wait) -> tuple[int, int]:
        """Add an effect of waiting once; return its first point's number and how many there are.

        If waiting has no effect there are no points.
        """
        if set(wait.odds_ratio) == {1}:
            return 0, 0
        if wait not in self._curves:
            self._curves[wait] = (len(self._points), len(wait.hours))
            self._points += points_of(wait.hours, wait.odds_ratio)
        return self._curves[wait]

    def room_for_points(self, count: int) -> int:
        """Make room for the points of an effect; return the first one's number."""
        first = len(self._points)
        self._points += [(0, 1.0, 0.0, 0.0)] * count
        return first

    def points(self, first: int, points: Sequence[Point]) -> None:
        """Write the points of an effect where room was made for them."""
        self._points[first : first + len(points)] = points

    def day(self, parts: Iterable[Part]) -> tuple[int, int]:
        """Add the spans of a day; return the first one's number and how many there are."""
        first = len(self._spans)
        self._spans += parts
        return first, len(self._spans) - first

    def load(self, effect: OpenLeads | None) -> tuple[int, int]:
        """Add an effect of open leads; return its first point's number and how many there are."""
        if effect is None:
            return 0, 0
        first = len(self._loads)
        self._loads += zip(effect.open, effect.odds_ratio, strict=True)
        return first, len(effect.open)

    def ends(self) -> Ends:
        """Return how much has been written so far."""
        return Ends(len(self.tables), len(self._routes))

    def model(self, **rest: Any) -> Model:
        """Put the arrays together; `rest` has the arrays without rows."""
        distributions, knots = self._tables.records()
        return Model(
            **self._arrays,
            routes=np.array(self._routes, ROUTE),
            points=np.array(self._points, POINT),
            spans=np.array(self._spans, SPAN),
            loads=np.array(self._loads, LOAD),
            distributions=distributions,
            knots=knots,
            **rest,
        )


class Revision:
    """A model with some rows rewritten; arrays without such rows stay the model's own.

    Parameters
    ----------
    model : Model
        From a draft.
    tables : sequence of QuantileTable
        Of its distributions, by number.
    """

    def __init__(self, model: Model, tables: Sequence[QuantileTable]) -> None:
        self._before = model
        self._tables = tables
        self._arrays: dict[str, Any] = {}
        self._next = self._end = Ends(0, 0)

    def turn_to(self, first: Ends, end: Ends) -> None:
        """Continue with the rows that point into these distributions and routes."""
        self._next, self._end = first, end

    def array(self, name: str) -> Array:
        """Return a copy of an array to write into."""
        if name not in self._arrays:
            self._arrays[name] = getattr(self._before, name).copy()
        array: Array = self._arrays[name]
        return array

    def distribution(self, distribution: Distribution) -> int:
        """Write the location and scale of the next distribution."""
        number = self._next.distributions
        table = distribution.table()
        if number == self._end.distributions or not _same_knots(table, self._tables[number]):
            raise OtherShapeError
        self._next = Ends(number + 1, self._next.routes)
        fill(self.array("distributions"), number, {"location": table.location, "scale": table.scale})
        return number

    def route(self, ways: Iterable[Way]) -> tuple[int, int]:
        """Write the next routes."""
        routes = _cumulative(ways)
        first, end = self._next.routes, self._next.routes + len(routes)
        if end > self._end.routes:
            raise OtherShapeError
        self._next = Ends(self._next.distributions, end)
        if routes:
            self.array("routes")[first:end] = routes
        return first, len(routes)

    def points(self, first: int, points: Sequence[Point]) -> None:
        """Write the points of an effect in place of the old ones."""
        self.array("points")[first : first + len(points)] = points

    def check_the_end(self) -> None:
        """Raise if a distribution or a route was not rewritten."""
        if self._next != self._end:
            raise OtherShapeError

    def model(self) -> Model:
        """Return the model with the new rows."""
        return self._before._replace(**self._arrays)


def _same_knots(one: QuantileTable, other: QuantileTable) -> bool:
    """Return whether tables differ by location and scale at most."""
    same = one.knots is other.knots or one.knots.tobytes() == other.knots.tobytes()
    return one.family == other.family and same
