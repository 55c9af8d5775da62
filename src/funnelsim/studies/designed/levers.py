"""Levers and designs over them: which values are tried together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.scenario.changes import is_number
from funnelsim.scenario.errors import Problem, Problems, nearest, shown
from funnelsim.studies.designed.mixture import divided, parts_within, ways

GRID, LATIN, SOBOL, MIXTURE = KINDS = ("grid", "latin_hypercube", "sobol", "mixture")
MOST_POINTS = 1 << 24  # of a design that is no grid
MOST_STEPS = 1_000  # of a mixture
MOST_DIVIDED = 100  # levers of a mixture with a range
MOST_LEVERS = 1_000
_KEYS = ("low", "high", "steps")

Point = dict[str, Any]


@dataclass(frozen=True)
class Lever:
    """A value that we choose, and what may be tried.

    Attributes
    ----------
    key : str
        Its path in the scenario, with " *=" or " +=" at the end if the value changes what is there.
    values : tuple
        Those that are listed; empty if there is a range.
    low, high : int or float
        The ends of the range. Between whole numbers, whole numbers are tried.
    steps : int
        How many values of the range a grid has; 0 in other designs.
    """

    key: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    steps: int = 0

    @property
    def is_whole(self) -> bool:
        """Return whether the range is one of whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def grid(self) -> tuple[Any, ...]:
        """List the values of a grid.

        >>> Lever("teams.sales.people", low=2, high=4, steps=3).grid()
        (2, 3, 4)
        """
        if self.values:
            return self.values
        steps = np.linspace(self.low, self.high, self.steps).tolist()
        return tuple(round(each) if self.is_whole else float(f"{each:.12g}") for each in steps)

    def at(self, shares: Floats) -> list[Any]:
        """Return the values at shares of the range, or of the list, from 0 to below 1 (ST3).

        >>> Lever("teams.sales.people", low=2, high=4).at(np.array([0.0, 0.5, 0.99]))
        [2, 3, 4]
        """
        if self.values:
            return [self.values[int(share * len(self.values))] for share in shares]
        if self.is_whole:
            return [int(self.low + math.floor(share * (self.high - self.low + 1))) for share in shares]
        return [float(f"{self.low + share * (self.high - self.low):.12g}") for share in shares]

    def part(self, count: int, total: float, steps: int) -> float:
        """Return so many of the equal parts of a total, a whole number in a range of these.

        >>> Lever("teams.sales.people", low=0, high=6).part(2, total=6, steps=3)
        4
        """
        value = count * total / steps
        return round(value) if self.is_whole else float(f"{value:.12g}")


@dataclass(frozen=True)
class Design:
    """Which values of levers are tried together (ST3).

    Attributes
    ----------
    kind : str
        "grid": every value of each lever with every value of the others. "latin_hypercube": each lever's
        range is cut into as many equal parts as there are points, and each part is tried once. "sobol": a
        scrambled Sobol sequence. "mixture": every way to divide a total among the levers with a range, with
        every value of those with a list.
    points : int
        How many; 0 in a grid and in a mixture.
    seed : int
        Of the draws of a Latin hypercube and the scrambling of a Sobol sequence.
    total : float
        What the levers with a range add up to in a mixture.
    steps : int
        Into how many equal parts a mixture divides it.

    References
    ----------
    McKay, M., Beckman, R. and Conover, W. (1979), Technometrics 21. Owen, A. (1998), Journal of Complexity
    14. Both are those of `scipy.stats.qmc`. Scheffé, H. (1958), Journal of the Royal Statistical Society B
    20, for mixtures.

    Examples
    --------
    >>> people = Lever("teams.sales.people", (2, 3))
    >>> price = Lever("segments.all.contract_value *=", (1.0, 1.1))
    >>> Design().count([people, price]), next(Design().of([people, price]))
    (4, {'teams.sales.people': 2, 'segments.all.contract_value *=': 1.0})
    >>> share = Lever("stages.proposal.conversion", low=0.0, high=1.0)
    >>> each = [point[share.key] for point in Design("latin_hypercube", 4).of([share])]
    >>> sorted(int(4 * value) for value in each)
    [0, 1, 2, 3]
    >>> money = [Lever(f"channels.{name}.cost_per_month", low=0.0, high=900.0) for name in ("ads", "fairs")]
    >>> [tuple(point.values()) for point in Design("mixture", total=900.0, steps=3).of(money)]
    [(0.0, 900.0), (300.0, 600.0), (600.0, 300.0), (900.0, 0.0)]
    """

    kind: str = GRID
    points: int = 0
    seed: int = 1
    total: float = 0.0
    steps: int = 0

    def count(self, levers: Sequence[Lever]) -> int:
        """Count the points, without making them."""
        if self.kind == GRID:
            return math.prod(len(lever.values) or lever.steps for lever in levers)
        if self.kind == MIXTURE:
            listed = math.prod(len(lever.values) for lever in levers if lever.values)
            return listed * ways(self._parts(levers), self.steps)
        return self.points

    def of(self, levers: Sequence[Lever]) -> Iterator[Point]:
        """Make the points one after the other."""
        keys = [lever.key for lever in levers]
        if self.kind == GRID:
            rows: Iterator[Sequence[Any]] = product(*(lever.grid() for lever in levers))
        elif self.kind == MIXTURE:
            rows = self._mixed(levers)
        else:
            columns = zip(levers, self._shares(len(levers)).T, strict=True)
            rows = zip(*(lever.at(shares) for lever, shares in columns), strict=True)
        return (dict(zip(keys, row, strict=True)) for row in rows)

    def _mixed(self, levers: Sequence[Lever]) -> Iterator[Sequence[Any]]:
        """Divide the total among the levers with a range, with every value of the others."""
        listed = product(*(lever.values for lever in levers if lever.values))
        for values, parts in product(listed, divided(self._parts(levers), self.steps)):
            waiting, shares = iter(values), iter(parts)
            yield [
                next(waiting) if lever.values else lever.part(next(shares), self.total, self.steps)
                for lever in levers
            ]

    def _parts(self, levers: Sequence[Lever]) -> list[range]:
        """Return how many parts of the total each lever with a range may have."""
        ranges = [lever for lever in levers if not lever.values]
        return [parts_within(lever.low, lever.high, self.total, self.steps) for lever in ranges]

    def _shares(self, levers: int) -> Floats:
        """Spread points over the unit cube: (points, levers)."""
        from scipy.stats import qmc  # noqa: PLC0415 (takes long to import, and a grid does not need it)

        if self.kind == SOBOL:
            return np.asarray(qmc.Sobol(levers, rng=self.seed).random_base2(int(math.log2(self.points))))
        return np.asarray(qmc.LatinHypercube(levers, rng=self.seed).random(self.points))


def read_design(table: Mapping[str, Any]) -> tuple[Design, list[Problem]]:
    """Read `[design]`; return what is wrong with it as well."""
    problems = list(_wrong_design(table))
    return Design() if problems else Design(**table), problems


def _wrong_design(table: Mapping[str, Any]) -> Problems:
    kind = table.get("kind", GRID)
    yield from unknown_keys("design", table, ("kind", *_SAMPLED, *_DIVIDED))
    if kind not in KINDS:
        near = nearest(str(kind), KINDS)
        yield Problem("design.kind", f"is {shown(kind)}", "" if near else ", ".join(KINDS), None, kind, near)
        return
    for key in table.keys() & {*_SAMPLED, *_DIVIDED} - set(_OWN[kind]):
        wrong = f"is {shown(table[key])} in a {_SAID[kind]}"
        yield Problem(f"design.{key}", wrong, "it left out, or another kind of design")
    if kind == MIXTURE:
        yield from _wrong_mixture(table)
    elif kind != GRID:
        yield from _wrong_sample(table, kind)


_SAMPLED, _DIVIDED = ("points", "seed"), ("total", "steps")
_OWN = {GRID: (), LATIN: _SAMPLED, SOBOL: _SAMPLED, MIXTURE: _DIVIDED}
_SAID = {
    GRID: "grid, which has all points that there are",
    LATIN: "Latin hypercube, which divides no total",
    SOBOL: "Sobol sequence, which divides no total",
    MIXTURE: "mixture, which has every way to divide its total",
}


def _wrong_sample(table: Mapping[str, Any], kind: str) -> Problems:
    """Find what is wrong with a design that draws its points."""
    points = table.get("points", 0)
    if not is_whole(points, 1, MOST_POINTS):
        wrong = f"is {shown(points)}" if "points" in table else "is missing"
        yield Problem("design.points", wrong, f"a whole number from 1 to {MOST_POINTS:,}")
    elif kind == SOBOL and points & (points - 1):
        less = 1 << (points.bit_length() - 1)
        right = f"a power of 2, for which a Sobol sequence is balanced: {less:,} or {2 * less:,}"
        yield Problem("design.points", f"is {points:,}", right)
    if "seed" in table and not is_whole(table["seed"], 0, 2**32 - 1):
        yield Problem("design.seed", f"is {shown(table['seed'])}", "a whole number from 0 to 4294967295")


def _wrong_mixture(table: Mapping[str, Any]) -> Problems:
    """Find what is wrong with a design that divides a total."""
    expected = {
        "total": "a number above 0: what the levers with a range add up to",
        "steps": f"a whole number from 1 to {MOST_STEPS:,}: into how many equal parts the total is divided",
    }
    right = {
        "total": is_number(table.get("total")) and table["total"] > 0,
        "steps": is_whole(table.get("steps"), 1, MOST_STEPS),
    }
    for key in _DIVIDED:
        if not right[key]:
            wrong = f"is {shown(table[key])}" if key in table else "is missing"
            yield Problem(f"design.{key}", wrong, expected[key])


def read_levers(table: Mapping[str, Any], design: Design) -> tuple[tuple[Lever, ...], list[Problem]]:
    """Read `[levers]`; return what is wrong with them as well."""
    problems = [problem for key, value in table.items() for problem in _wrong_lever(key, value, design.kind)]
    if len(table) > MOST_LEVERS:
        problems.append(Problem("levers", f"has {len(table):,} levers", f"at most {MOST_LEVERS:,}"))
    if not table and design.kind != GRID:
        problems.append(Problem("levers", "is missing", "a lever at least, for a design over levers"))
    if problems:
        return (), problems
    levers = tuple(
        Lever(key, tuple(value)) if isinstance(value, list | tuple) else Lever(key, **value)
        for key, value in table.items()
    )
    return levers, list(_undivided(levers, design)) if design.kind == MIXTURE else []


def _undivided(levers: Sequence[Lever], design: Design) -> Problems:
    """Find why a total cannot be divided among levers."""
    ranges = [lever for lever in levers if not lever.values]
    if len(ranges) < 2:
        wrong = "has one lever with a range" if ranges else "has no lever with a range"
        yield Problem("levers", wrong, "two at least, among which the total is divided")
        return
    if len(ranges) > MOST_DIVIDED:
        wrong = f"has {len(ranges):,} levers with a range"
        yield Problem("levers", wrong, f"at most {MOST_DIVIDED:,} in a mixture")
        return
    if any(lever.is_whole for lever in ranges) and (design.total / design.steps) % 1:
        right = "steps that make the parts whole, or ranges such as { low = 0.0, high = 6.0 }"
        wrong = f"divides {design.total:,g} into parts that are not whole, for a lever of whole numbers"
        yield Problem("design.steps", wrong, right)
        return
    count, total = design.count(levers), f"{design.total:,g}"
    if count == 0:
        wrong = f"cannot add up to {total} within their ranges, in parts of {design.total / design.steps:,g}"
        yield Problem("levers", wrong, "wider ranges, or more steps")
    elif count > MOST_POINTS:
        yield Problem(
            "design.steps", f"makes {count:,} points", f"at most {MOST_POINTS:,} points: fewer steps"
        )


def _wrong_lever(key: str, value: object, kind: str) -> Problems:
    """Find what is wrong with a lever's values."""
    path = f'levers."{key}"'
    if isinstance(value, list | tuple):
        if not value:
            yield Problem(path, "is empty", "the values to try")
        elif any(value[place] in value[:place] for place in range(len(value))):
            yield Problem(path, f"is {shown(value)}, which has a value twice", "different values")
        return
    if not isinstance(value, Mapping):
        right = f"a list of values, such as [{shown(value)}], or {{ low = ..., high = ... }}"
        yield Problem(path, f"is {shown(value)}", right)
        return
    if value and not set(value) & set(_KEYS):
        whole = f'"{key}.{next(iter(value))}..."'
        yield Problem(path, "is a table", f"a whole path in quotes: {whole} = [ ... ]")
        return
    yield from unknown_keys(path, value, _KEYS)
    yield from _wrong_range(path, value, kind)


def _wrong_range(path: str, value: Mapping[str, Any], kind: str) -> Problems:
    """Find what is wrong with the range of a lever."""
    for name in ("low", "high"):
        if not is_number(value.get(name)):
            wrong = f"is {shown(value[name])}" if name in value else "is missing"
            yield Problem(f"{path}.{name}", wrong, "a number")
            return
    low, high, steps = value["low"], value["high"], value.get("steps")
    if not low < high:
        yield Problem(path, f"goes from {shown(low)} to {shown(high)}", "a low that is less than high")
        return
    if kind != GRID:
        if steps is not None:
            right = "no steps: those of a range are for a grid"
            yield Problem(f"{path}.steps", f"is {shown(steps)}", right)
        return
    whole = isinstance(low, int) and isinstance(high, int)
    most = int(high - low) + 1 if whole else MOST_POINTS
    if not is_whole(steps, 2, most):
        wrong = "is missing in a grid" if steps is None else f"is {shown(steps)}"
        right = f"a whole number from 2 to {most:,}"
        if whole and is_whole(steps, most + 1, MOST_POINTS):
            right += f", as many as there are whole numbers, or low = {low}.0"
        yield Problem(f"{path}.steps", wrong, right)


def unknown_keys(path: str, table: Mapping[str, Any], known: Sequence[str]) -> Problems:
    """Find keys that a table does not have, with the nearest one that it has."""
    for key in table:
        if key not in known:
            near = nearest(key, known)
            right = "" if near else f"one of {', '.join(known)}"
            yield Problem(f"{path}.{key}".lstrip("."), "is not a key here", right, None, table[key], near)


def is_whole(value: object, least: int, most: int) -> bool:
    """Return whether a value is a whole number within bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
