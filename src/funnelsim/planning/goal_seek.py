"""Goal seek: the least of a lever that reaches a goal in so many of the simulated years."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.significance import SIGNIFICANT, Years, mcnemar
from funnelsim.forecast import Goal, Interval, resampled_means, wilson
from funnelsim.io.progress import Progress
from funnelsim.metrics.wording import listed, number, percent, simulated, spoken
from funnelsim.planning.paired import must_be_known
from funnelsim.planning.tipping import HALVINGS, LOOKS
from funnelsim.scenario import Problem, Scenario, ScenarioError
from funnelsim.scenario.errors import shown
from funnelsim.studies.designed.levers import Lever
from funnelsim.studies.designed.study import POINT, Study, study_of
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.study import compare_over

_WHOLE = 64  # halvings that are more than enough for whole numbers
_TAIL = 2.5  # percent of resamples beyond each end of an interval


class Looked(NamedTuple):
    """In which years a goal is reached at a value of the lever."""

    value: float
    reached: Years  # (R,)

    @property
    def chance(self) -> Interval:
        """Return the share of years, with Wilson's interval."""
        return wilson(int(self.reached.sum()), len(self.reached))


@dataclass(frozen=True, eq=False)
class GoalSeekResult:
    """The least of a lever that reaches a goal, as `goal_seek` returns it.

    Attributes
    ----------
    scenario : Scenario
        Months settled.
    goal : Goal
    lever : Lever
        With its range.
    wanted : float
        The share of years that must reach the goal.
    looked : tuple of Looked
        All values that were simulated, in their order.
    found : Interval or None
        The least value, with its 95 % interval, whose ends are infinite where other worlds would not reach
        the goal within the range, or would at its low end; None if it is not within the range.
    confirmed : Interval or None
        The chance at that value in worlds that had no part in finding it.
    falls : tuple of (float, float)
        Pairs of neighbouring values between which the chance surely falls.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> document = load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> scenario, people = load("first_steps").beginning(document), {"low": 1, "high": 6}
    >>> lever = {"teams.sales.people": people}
    >>> result = goal_seek(scenario, "contracts", lever, chance=0.5, replications=50, jobs=1)
    >>> 1 < result.found.value <= 6 and result.found.value == int(result.found.value)
    True
    """

    scenario: Scenario
    goal: Goal
    lever: Lever
    wanted: float
    looked: tuple[Looked, ...]
    found: Interval | None
    confirmed: Interval | None
    falls: tuple[tuple[float, float], ...]

    @property
    def best(self) -> Looked:
        """Return the value with the highest chance, the least of equals."""
        return max(self.looked, key=lambda each: each.chance.value)

    @property
    def sentences(self) -> tuple[str, ...]:
        """State in words what the least value is, how sure that is, and whether more is always better."""
        said = [self._answer()]
        if self.confirmed is not None:
            said.append(
                f"In {self._years} that had no part in finding it, the goal is reached in "
                f"{_chance(self.confirmed)}."
            )
        if self.falls:
            places = listed([f"from {number(low)} to {number(high)}" for low, high in self.falls])
            said.append(
                f"More is not always better: {places} the chance falls. The value given is the first from "
                "the low end of the range at which the goal is reached."
            )
        return tuple(said)

    def _answer(self) -> str:
        low, high = number(self.lever.low), number(self.lever.high)
        asked = f"the goal {spoken(self.goal.name)} ({self.goal.words()}) in {percent(self.wanted)} of years"
        if self.found is None:
            return (
                f"Not within the range: no value of {self.lever.key} from {low} to {high} that was looked at "
                f"reaches {asked}. The highest chance is {_chance(self.best.chance)}, at "
                f"{number(self.best.value)}."
            )
        if self.found.value == self.lever.low:
            return f"The low end of the range is enough: {self.lever.key} = {low} reaches {asked}."
        value = number(self.found.value, 4)
        return f"The least {self.lever.key} that reaches {asked} is {value} ({self._ends()})."

    def _ends(self) -> str:
        assert self.found is not None
        _, low, high = self.found
        first = "the low end" if low == -math.inf else number(low, 4)
        if high == math.inf:
            return f"{first} or more: in other worlds it may not be within the range"
        return f"{first} to {number(high, 4)}"

    @property
    def _years(self) -> str:
        return simulated(len(self.looked[0].reached), self.scenario.months.period)


def _chance(chance: Interval) -> str:
    return f"{percent(chance.value)} of years ({percent(chance.low)} to {percent(chance.high)})"


def goal_seek(
    scenario: Scenario,
    goal: str,
    lever: Mapping[str, Any],
    *,
    chance: float = 0.8,
    always: bool = False,
    replications: int = 400,
    seed: int = 1,
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> GoalSeekResult:
    """Find the least value of a lever at which a goal is reached in so many simulated years (OP6, OP7).

    A few values of the range are looked at in the same worlds. Then the space below the first of them that
    reaches the goal is halved.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    goal : str
        One of `[goals]`.
    lever : mapping
        One, as in a study: the path of a number (with `*=` or `+=` at its end a factor or a summand),
        and its range, `{"low": ..., "high": ...}`. Between whole numbers, whole numbers are tried.
    chance : float
        The share of years that must reach the goal.
    always : bool
        Whether the lever has always stood so. Default: from the first day of the period on.
    replications, seed, jobs, progress
        As in `simulate`, at each value.

    Raises
    ------
    ScenarioError
        If there is no such goal, no strategy can change the lever, or the range or the chance is not one.
    ValueError, KeyboardInterrupt
        As in `simulate`.
    """
    must_be_known(scenario, [goal], list(scenario.goals), "goal")
    if not 0 < chance < 1:
        problem = Problem("chance", f"is {number(chance)}", "a share of years between 0 and 1, such as 0.8")
        raise ScenarioError([problem], scenario.source)
    study = study_of(
        {
            "scenario": scenario,
            "levers": lever,
            "design": {"kind": "latin_hypercube", "points": 1},
            "always": always,
            "replications": replications,
            "seed": seed,
        },
        source=scenario.source,
    )
    if len(study.levers) != 1 or study.levers[0].values:
        problem = Problem("lever", f"is {shown(dict(lever))}", "one path with { low = ..., high = ... }")
        raise ScenarioError([problem], scenario.source)
    seen = _Seen(study, settled(scenario, jobs, progress=progress), goal, jobs, progress)
    looks = _looks(study.levers[0])
    falls = tuple(_falls([seen.at(value) for value in looks]))
    if falls:
        looks = _towards_the_best(seen, looks, chance)
    first = next((place for place, value in enumerate(looks) if seen.share(value) >= chance), None)
    found = None if first is None else _located(seen, looks, first, chance)
    confirmed = None if found is None else seen.simulated(found.value, replications).chance
    looked = tuple(seen.looked[value] for value in sorted(seen.looked))
    assert seen.goal is not None
    return GoalSeekResult(seen.scenario, seen.goal, study.levers[0], chance, looked, found, confirmed, falls)


def most_years(replications: int, low: float, high: float) -> int:
    """Count the simulated years that a range takes at most, of all values together.

    >>> most_years(400, 1, 6), most_years(400, 0.5, 2.0)
    (8400, 9600)
    """
    whole = isinstance(low, int) and isinstance(high, int)
    halvings = math.ceil(math.log2(max(high - low, 1))) if whole else HALVINGS
    return (LOOKS + 2 * HALVINGS + halvings + 1) * replications


def _looks(lever: Lever) -> list[float]:
    """List the values that are looked at first: the ends of the range, and some between."""
    values = np.linspace(lever.low, lever.high, LOOKS).tolist()
    return sorted({round(value) for value in values}) if lever.is_whole else values


@dataclass
class _Seen:
    """The years that reach the goal at the values that have been looked at."""

    study: Study
    scenario: Scenario  # settled
    goal_name: str
    jobs: int
    progress: Progress
    looked: dict[float, Looked] = field(default_factory=dict)
    goal: Goal | None = None  # as forecasts have it

    def at(self, value: float) -> Looked:
        """Look at a value, once."""
        if value not in self.looked:
            self.looked[value] = self.simulated(value)
        return self.looked[value]

    def share(self, value: float) -> float:
        """Return the share of years that reach the goal at a value."""
        return float(self.at(value).reached.mean())

    def simulated(self, value: float, first: int = 0) -> Looked:
        """Simulate a value in the worlds from a number on (OP6)."""
        scenario = self.study.trying({1: {self.study.levers[0].key: value}})
        plan = Plan(self.study.replications, self.study.seed, jobs=self.jobs, first=first, twins=False)
        name = f"{POINT}1"
        result = compare_over(scenario.with_months(self.scenario.months), [name], plan, self.progress)
        if result.stopped:
            raise KeyboardInterrupt
        forecast = result[name].forecast
        self.goal = next(each for each in forecast.goals if each.name == self.goal_name)
        return Looked(value, forecast.reached(self.goal))


def _falls(looked: list[Looked]) -> list[tuple[float, float]]:
    """List neighbouring values between which the chance falls by more than luck explains (OP7)."""
    pairs = list(pairwise(looked))
    return [
        (before.value, after.value)
        for before, after in pairs
        if after.reached.sum() < before.reached.sum()
        and mcnemar(before.reached, after.reached) * len(pairs) < SIGNIFICANT
    ]


def _towards_the_best(seen: _Seen, looks: list[float], chance: float) -> list[float]:
    """Look on both sides of the best value, closer and closer, until one reaches the goal (OP7)."""
    whole = seen.study.levers[0].is_whole
    for _ in range(HALVINGS):
        place = max(range(len(looks)), key=lambda each: seen.share(looks[each]))
        if seen.share(looks[place]) >= chance:
            break
        around = looks[max(place - 1, 0) : place + 2]
        middles = [(low + high) / 2 for low, high in pairwise(around)]
        looks = sorted({*looks, *(map(math.floor, middles) if whole else middles)})
    return looks


def _located(seen: _Seen, looks: list[float], first: int, chance: float) -> Interval:
    """Halve the space below the first look that reaches the goal; say how far other worlds would move it."""
    whole = seen.study.levers[0].is_whole
    if first == 0:
        return Interval(looks[0], looks[0], looks[0])
    low, high = looks[first - 1], looks[first]
    for _ in range(_WHOLE if whole else HALVINGS):
        middle = math.floor((low + high) / 2) if whole else (low + high) / 2
        if middle in (low, high):
            break
        if seen.share(middle) >= chance:
            high = middle
        else:
            low = middle
    values = np.array(sorted({*looks, high}))
    above = np.column_stack([seen.at(value).reached - chance for value in values.tolist()])
    ends = np.percentile(
        first_reached(values, resampled_means(above)), [_TAIL, 100 - _TAIL], method="nearest"
    )
    below, beyond = (math.ceil(end) if whole and math.isfinite(end) else end for end in ends.tolist())
    return Interval(high, min(below, high), max(beyond, high))


def first_reached(values: Floats, above: Floats) -> Floats:
    """Find the first value at which each row is 0 or more, interpolated: (B,) of (n,) and (B, n).

    >>> above = np.array([[-1, 1, -1], [-2, -1, -1], [0, 1, 1]])
    >>> first_reached(np.array([1.0, 2.0, 3.0]), above).tolist()
    [1.5, inf, -inf]
    """
    reached = above >= 0
    first = np.maximum(reached.argmax(axis=1), 1)
    rows = np.arange(len(above))
    before, after = above[rows, first - 1], above[rows, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        at = values[first - 1] + (values[first] - values[first - 1]) * before / (before - after)
    return np.where(reached[:, 0], -np.inf, np.where(reached.any(axis=1), at, np.inf))
