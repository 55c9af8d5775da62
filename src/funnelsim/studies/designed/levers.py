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

GRID, LATIN, SOBOL = KINDS = ("grid", "latin_hypercube", "sobol")
MOST_POINTS = 1 << 24  # of a Latin hypercube or a Sobol sequence
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


@dataclass(frozen=True)
class Design:
    """Which values of levers are tried together (ST3).

    Attributes
    ----------
    kind : str
        "grid": every value of each lever with every value of the others. "latin_hypercube": each lever's
        range is cut into as many equal parts as there are points, and each part is tried once. "sobol": a
        scrambled Sobol sequence.
    points : int
        How many; 0 in a grid.
    seed : int
        Of the draws of a Latin hypercube and the scrambling of a Sobol sequence.

    References
    ----------
    McKay, M., Beckman, R. and Conover, W. (1979), Technometrics 21. Owen, A. (1998), Journal of Complexity
    14. Both are those of `scipy.stats.qmc`.

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
    """

    kind: str = GRID
    points: int = 0
    seed: int = 1

    def count(self, levers: Sequence[Lever]) -> int:
        """Count the points, without making them."""
        if self.kind == GRID:
            return math.prod(len(lever.values) or lever.steps for lever in levers)
        return self.points

    def of(self, levers: Sequence[Lever]) -> Iterator[Point]:
        """Make the points one after the other."""
        keys = [lever.key for lever in levers]
        if self.kind == GRID:
            rows: Iterator[Sequence[Any]] = product(*(lever.grid() for lever in levers))
        else:
            columns = zip(levers, self._shares(len(levers)).T, strict=True)
            rows = zip(*(lever.at(shares) for lever, shares in columns), strict=True)
        return (dict(zip(keys, row, strict=True)) for row in rows)

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
    yield from unknown_keys("design", table, ("kind", "points", "seed"))
    kind, points = table.get("kind", GRID), table.get("points", 0)
    if kind not in KINDS:
        near = nearest(str(kind), KINDS)
        yield Problem("design.kind", f"is {shown(kind)}", "" if near else ", ".join(KINDS), None, kind, near)
    elif kind == GRID:
        for key in ("points", "seed"):
            if key in table:
                wrong = f"is {shown(table[key])} in a grid, which has all points that there are"
                yield Problem(f"design.{key}", wrong, "it left out, or another kind of design")
    elif not is_whole(points, 1, MOST_POINTS):
        wrong = f"is {shown(points)}" if "points" in table else "is missing"
        yield Problem("design.points", wrong, f"a whole number from 1 to {MOST_POINTS:,}")
    elif kind == SOBOL and points & (points - 1):
        less = 1 << (points.bit_length() - 1)
        right = f"a power of 2, for which a Sobol sequence is balanced: {less:,} or {2 * less:,}"
        yield Problem("design.points", f"is {points:,}", right)
    if "seed" in table and not is_whole(table["seed"], 0, 2**32 - 1):
        yield Problem("design.seed", f"is {shown(table['seed'])}", "a whole number from 0 to 4294967295")


def read_levers(table: Mapping[str, Any], design: Design) -> tuple[tuple[Lever, ...], list[Problem]]:
    """Read `[levers]`; return what is wrong with them as well."""
    problems = [problem for key, value in table.items() for problem in _wrong_lever(key, value, design.kind)]
    if len(table) > MOST_LEVERS:
        problems.append(Problem("levers", f"has {len(table):,} levers", f"at most {MOST_LEVERS:,}"))
    if not table and design.kind != GRID:
        problems.append(Problem("levers", "is missing", "a lever at least, for a design over levers"))
    if problems:
        return (), problems
    return tuple(
        Lever(key, tuple(value)) if isinstance(value, list | tuple) else Lever(key, **value)
        for key, value in table.items()
    ), []


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
            yield Problem(f"{path}.steps", f"is {shown(steps)}", "no steps: those are for a grid")
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
