"""What a plan must keep to: totals of levers, figures on average, and chances of goals (OP2)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from funnelsim.forecast import Forecast, Interval, bootstrap_t, wilson
from funnelsim.metrics import FIGURES
from funnelsim.metrics.figure import Parts
from funnelsim.metrics.wording import amount, listed, number, percent, spoken
from funnelsim.scenario import Problem, Scenario
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.errors import Problems, nearest, shown
from funnelsim.studies.designed.levers import Lever, Point, unknown_keys
from funnelsim.studies.designed.sums import KEPT

AT_LEAST, AT_MOST = "at_least", "at_most"
_KEYS = ("totals", "means", "chances")
_UNKNOWN = 1e9  # how far a figure without a value is taken to be from its limit


class Total(NamedTuple):
    """A weighted sum of levers that must not exceed an amount."""

    weights: Mapping[str, float]  # by lever
    at_most: float

    def of(self, point: Point) -> float:
        """Add up the levers of a point."""
        return math.fsum(weight * point[key] for key, weight in self.weights.items())

    @property
    def words(self) -> str:
        """Name what is added up."""
        parts = [key if weight == 1 else f"{number(weight)} x {key}" for key, weight in self.weights.items()]
        return f"the total of {listed(parts)}"


@dataclass(frozen=True)
class Measured:
    """A limit on what is simulated: a figure's mean, or the chance of a goal.

    Attributes
    ----------
    name : str
        Of the figure or the goal.
    kind : str
        "at_least" or "at_most".
    limit : float
    is_chance : bool
        Whether it is the chance of a goal.
    """

    name: str
    kind: str
    limit: float
    is_chance: bool = False

    def parts(self, forecast: Forecast) -> Parts:
        """Return what the value is made from, year by year."""
        if self.is_chance:
            goal = next(each for each in forecast.goals if each.name == self.name)
            return (forecast.reached(goal).astype(float)[:, None],)
        return forecast.parts(self.name, "all", forecast.expected)

    def value(self, parts: Parts) -> float:
        """Compute the value over all years."""
        means = [part.mean(axis=0) for part in parts]
        if self.is_chance:
            return float(means[0][0])
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.asarray(FIGURES[self.name].formula(*means))[0])

    def estimate(self, parts: Parts) -> Interval:
        """Estimate the value with its 95 % precision."""
        if self.is_chance:
            return wilson(int(parts[0].sum()), len(parts[0]))
        if all(np.ptp(part) == 0 for part in parts):
            return Interval(*[self.value(parts)] * 3)
        found = bootstrap_t(parts, FIGURES[self.name].formula)
        return Interval(self.value(parts), float(found.low[0]), float(found.high[0]))

    def is_missed(self, parts: Parts) -> bool:
        """Return whether it is surely missed: the whole interval lies beyond the limit."""
        found = self.estimate(parts)
        return found.high < self.limit if self.kind == AT_LEAST else found.low > self.limit

    def lacks(self, parts: Parts) -> float:
        """Return by how much it is missed, as a share of the limit; 0 or less if it is kept."""
        value = self.value(parts)
        if math.isnan(value):
            return _UNKNOWN
        short = self.limit - value if self.kind == AT_LEAST else value - self.limit
        return float(np.clip(short / (abs(self.limit) or 1.0), -_UNKNOWN, _UNKNOWN))

    def told(self, value: float, currency: str) -> str:
        """Write a value in its unit."""
        return percent(value) if self.is_chance else amount(value, FIGURES[self.name].unit, currency)

    def words(self, currency: str) -> str:
        """State what must be."""
        which = f"the chance of the goal {spoken(self.name)}" if self.is_chance else self._title
        return f"{which} must be {spoken(self.kind)} {self.told(self.limit, currency)}"

    @property
    def _title(self) -> str:
        return f"{FIGURES[self.name].title.lower()} on average"


@dataclass(frozen=True)
class Limits:
    """All that a plan must keep to, besides the ranges of its levers.

    Examples
    --------
    >>> ads = Total({"ads": 1.0, "fairs": 1.0}, at_most=100)
    >>> levers = [Lever("ads", low=10.0, high=90.0), Lever("fairs", low=20.0, high=90.0)]
    >>> Limits((ads,)).fitted({"ads": 80.0, "fairs": 90.0}, levers)  # each goes half of the way to its low
    {'ads': 45.0, 'fairs': 55.0}
    """

    totals: tuple[Total, ...] = ()
    measured: tuple[Measured, ...] = ()

    def fitted(self, point: Point, levers: Sequence[Lever]) -> Point:
        """Move a point that spends too much towards the low ends, all levers by the same share (OP2)."""
        fitted = dict(point)
        for total in self.totals:
            over = total.of(fitted) - total.at_most
            if over > 0:
                moved = [lever for lever in levers if lever.key in total.weights]
                least = {lever.key: lowest(lever) for lever in moved}
                share = 1 - over / (total.of(fitted) - total.of(least))
                for lever in moved:
                    low = least[lever.key]
                    fitted[lever.key] = at_or_below(lever, low + share * (fitted[lever.key] - low))
        return fitted

    def lacks(self, parts: Sequence[Parts]) -> list[float]:
        """Return by how much each limit on what is simulated is missed."""
        return [each.lacks(part) for each, part in zip(self.measured, parts, strict=True)]

    def lacks_in(self, forecast: Forecast) -> list[float]:
        """Return by how much each of these limits is missed in a forecast."""
        return self.lacks([each.parts(forecast) for each in self.measured])

    def unspent(self, point: Point) -> list[float]:
        """Return what is left of each total."""
        return [total.at_most - total.of(point) for total in self.totals]


def lowest(lever: Lever) -> Any:
    """Return the least value of a lever; of values that are not numbers, the first."""
    if lever.values:
        return min(lever.values) if all(map(is_number, lever.values)) else lever.values[0]
    return lever.low


def at_or_below(lever: Lever, value: float) -> Any:
    """Return the largest value of a lever that is not above a number; of a range, in round numbers.

    Steps are the power of ten at or below a thousandth of the range (OP2).

    >>> at_or_below(Lever("ads", low=0.0, high=12_000.0), 5362.027)
    5360.0
    """
    near = value + 1e-9 * max(1.0, abs(value))
    if lever.values:
        return max(each for each in lever.values if each <= max(near, min(lever.values)))
    if lever.is_whole:
        return max(lever.low, math.floor(near))
    step = 10.0 ** math.floor(math.log10((lever.high - lever.low) / 1000))
    return max(lever.low, float(f"{math.floor(near / step) * step:.12g}"))


# ---- reading ------------------------------------------------------------------------------------


def read_limits(
    table: Mapping[str, Any], levers: Sequence[Lever], scenario: Scenario
) -> tuple[Limits, list[Problem]]:
    """Read `[constraints]`; return what is wrong with it as well."""
    problems = list(unknown_keys("constraints", table, _KEYS))
    totals, means, chances = table.get("totals", []), table.get("means", {}), table.get("chances", {})
    for key, value, kind in (
        ("totals", totals, list),
        ("means", means, Mapping),
        ("chances", chances, Mapping),
    ):
        if not isinstance(value, kind):
            right = (
                "a list of tables { of = [...], at_most = ... }"
                if kind is list
                else f"a table [constraints.{key}]"
            )
            problems.append(Problem(f"constraints.{key}", f"is {shown(value)}", right))
    if problems:
        return Limits(), problems
    by_key = {lever.key: lever for lever in levers}
    for place, each in enumerate(totals, 1):
        problems += _wrong_total(f"constraints.totals[{place}]", each, by_key)
    problems += [problem for name, each in means.items() for problem in _wrong_mean(name, each)]
    problems += [
        problem for name, each in chances.items() for problem in _wrong_chance(name, each, scenario.goals)
    ]
    if problems:
        return Limits(), problems
    return Limits(tuple(_total(each) for each in totals), tuple(_measured(means, chances))), []


def _total(table: Mapping[str, Any]) -> Total:
    of = table["of"]
    weights = of if isinstance(of, Mapping) else dict.fromkeys(of, 1.0)
    return Total({key: float(weight) for key, weight in weights.items()}, float(table[AT_MOST]))


def _measured(means: Mapping[str, Any], chances: Mapping[str, Any]) -> Iterator[Measured]:
    for name, each in means.items():
        for kind, limit in each.items():
            yield Measured(name, kind, float(limit))
    for name, least in chances.items():
        yield Measured(name, AT_LEAST, float(least), is_chance=True)


def _wrong_total(path: str, table: object, levers: Mapping[str, Lever]) -> Problems:
    """Find what is wrong with a total."""
    if not isinstance(table, Mapping) or set(table) != {"of", AT_MOST} or not is_number(table[AT_MOST]):
        yield Problem(path, f"is {shown(table)}", '{ of = ["lever", "lever"], at_most = 20_000 }')
        return
    of = table["of"]
    weights = dict.fromkeys(of, 1) if isinstance(of, list | tuple) else of
    if not isinstance(weights, Mapping) or not weights:
        yield Problem(f"{path}.of", f"is {shown(of)}", "a list of levers, or a table of their weights")
        return
    for key, weight in weights.items():
        yield from _wrong_part(f"{path}.of", key, weight, levers)
    if all(key in levers and _adds_up(levers[key]) and _is_weight(weights[key]) for key in weights):
        least = Total(weights, table[AT_MOST]).of({key: lowest(levers[key]) for key in weights})
        if least > table[AT_MOST]:
            wrong = (
                f"is {shown(table[AT_MOST])}, but the levers at their lowest values come to {number(least)} "
                "already: the constraints contradict each other"
            )
            yield Problem(f"{path}.at_most", wrong, "a higher total, or lower ends of the ranges")


def _wrong_part(path: str, key: str, weight: object, levers: Mapping[str, Lever]) -> Problems:
    if key not in levers:
        near = nearest(key, list(levers))
        right = "" if near else f"one of {', '.join(levers)}"
        yield Problem(path, f'names "{key}", which is not a lever here', right, None, key, near)
    elif not _adds_up(levers[key]):
        right = "a lever that sets a number: a path without *= or +="
        yield Problem(path, f'names "{key}", whose values cannot be added up', right)
    if not _is_weight(weight):
        yield Problem(path, f"has {shown(weight)} as the weight of {key}", "a number above 0")


def _adds_up(lever: Lever) -> bool:
    return not split_key(lever.key)[1] and all(map(is_number, lever.values))


def _is_weight(weight: object) -> bool:
    return is_number(weight) and weight > 0


def _wrong_mean(name: str, table: object) -> Problems:
    """Find what is wrong with a limit on a figure's mean."""
    path = f"constraints.means.{name}"
    if name not in KEPT:
        near = nearest(name, KEPT)
        yield Problem(
            path, "is not a figure", "" if near else "a figure such as won or cost", None, name, near
        )
    right = isinstance(table, Mapping) and table and set(table) <= {AT_LEAST, AT_MOST}
    if not right or not isinstance(table, Mapping) or not all(map(is_number, table.values())):
        yield Problem(path, f"is {shown(table)}", "{ at_least = 20 }, { at_most = 20 } or both")
    elif len(table) == 2 and table[AT_LEAST] > table[AT_MOST]:
        wrong = f"must be at least {shown(table[AT_LEAST])} and at most {shown(table[AT_MOST])}"
        yield Problem(path, f"{wrong}: the constraints contradict each other", "at_least below at_most")


def _wrong_chance(name: str, least: object, goals: Mapping[str, Any]) -> Problems:
    """Find what is wrong with a limit on the chance of a goal."""
    path = f"constraints.chances.{name}"
    if name not in goals:
        near = nearest(name, list(goals))
        right = (
            ""
            if near
            else (f"one of {', '.join(goals)}" if goals else "a table [goals.NAME] in the scenario")
        )
        yield Problem(path, "is not a goal of the scenario", right, None, name, near)
    if not is_number(least) or not 0 < least <= 1:
        yield Problem(path, f"is {shown(least)}", "a chance above 0, up to 1, such as 0.8")
