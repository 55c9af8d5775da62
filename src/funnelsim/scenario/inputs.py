"""The inputs of a scenario: what of its file can be turned, with its words, unit and range (WI1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from funnelsim.chance.distributions import Constant, Distribution
from funnelsim.model.own_policy import policy_names
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.input_words import (
    DURATIONS,
    GROUPS,
    MONEY,
    PEOPLE,
    SHARE,
    Kind,
    kind_of,
    words_of,
)
from funnelsim.scenario.months import months_later
from funnelsim.scenario.origins import DEFAULT, origins
from funnelsim.scenario.paths import Path, kind_at, leaves, look_up, reader_at, value_at, written
from funnelsim.scenario.quantities import EffortSplit
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.synonyms import also_called

_NOT_INPUTS = (
    "about",
    "assumptions",
    "changes",
    "currency",
    "goals",
    "horizon",
    "kinds",
    "origins",
    "plan",
    "start",
    "strategies",
    "uncertainties",
)
_DISTINCT = 1e-9  # of a value: closer to today's is today's
_STEPS = 40  # of a range, about
_USUAL = {SHARE: 0.25, MONEY: 2_500.0}  # half of the range of a value that is 0
_PEOPLE_PINNED = 3  # teams with which to begin
_ALSO_IF_LEFT_OUT = ("people", "assignment", "queue_order", "hours_per_week")  # of teams, where they act
_COST_ONLY = "Changes the cost only: no response curve says what it brings."
_NONE = "none"  # what a choice says where a file leaves a key out


@dataclass(frozen=True)
class Input:
    """A value of a scenario that can be turned: a number, a spread by its centre, a choice, a switch, a day.

    Attributes
    ----------
    path : str
        Where it stands.
    words : str
        What it is, such as "people in sales".
    group : str
        One of `GROUPS`.
    unit : str
        Of the value: "%" if it is a share, "money" if it is in the scenario's currency, "day" if it is a day.
    value : float, int, str, bool or date
        Today's. Of a spread (median and P90, low, likely and high, ...), its centre.
    spread : bool
        Whether it is a spread, or uncertain, which changes scale as a whole.
    low, high : float or date
        The range that makes sense. Of a choice or a switch, NaN.
    step : float
        A sensible step in it, days of a day.
    choices : tuple of str
        Of a choice, what it may be.
    origin : str
        Where it comes from.
    hint : str
        What the schema says of it.
    note : str
        What turning it leaves out; usually nothing.
    person : bool
        Whether it is of a rep with a name.
    initial : bool
        Whether it says how things are as the period begins, which no strategy can change (WI3).
    """

    path: str
    words: str
    group: str
    unit: str
    value: Any
    spread: bool = False
    low: Any = math.nan
    high: Any = math.nan
    step: float = math.nan
    choices: tuple[str, ...] = ()
    origin: str = DEFAULT
    hint: str = ""
    note: str = ""
    person: bool = False
    initial: bool = False

    @property
    def also(self) -> tuple[str, ...]:
        """List other words for it, to search by."""
        return also_called(self.path.rpartition(".")[2])

    @property
    def is_whole(self) -> bool:
        """Return whether it is a whole number, such as people."""
        return isinstance(self.value, int) and not isinstance(self.value, bool)

    def change(self, value: Any) -> dict[str, Any]:
        """Return the change that sets it, as a strategy has it; nothing if the value is today's (WI2).

        A spread is scaled, so that its centre is the value.

        Raises
        ------
        ValueError
            If the value is not of its kind.

        Examples
        --------
        >>> from funnelsim.scenario import load
        >>> by_path = {each.path: each for each in inputs(load("professional_services"))}
        >>> by_path["teams.sales.people"].change(4)
        {'teams.sales.people': 4}
        >>> by_path["stages.proposal.effort_hours"].change(7)
        {'stages.proposal.effort_hours *=': 0.5}
        >>> by_path["stages.proposal.effort_hours"].change(14)
        {}
        """
        read = self._read(value)
        if read == self.value or (is_number(read) and abs(read - self.value) <= _DISTINCT * abs(self.value)):
            return {}
        if self.spread:
            return {f"{self.path} *=": float(f"{read / self.value:.9g}")}
        if isinstance(self.value, str) and read == _NONE:
            raise ValueError(f"{self.words} cannot be taken away")
        return {self.path: read}

    def _read(self, value: Any) -> Any:
        """Read a value of the input's kind."""
        if isinstance(self.value, bool):
            fits = isinstance(value, bool)
        elif isinstance(self.value, str):
            fits = value in self.choices
        elif isinstance(self.value, date):
            return date.fromisoformat(value) if isinstance(value, str) else _day(value, self.words)
        else:
            fits = is_number(value)
        if not fits:
            raise ValueError(f"{self.words} cannot be {value!r}")
        if self.is_whole and float(value).is_integer():
            return int(value)
        return value


def _day(value: object, words: str) -> date:
    if isinstance(value, date):
        return value
    raise ValueError(f"{words} cannot be {value!r}")


def inputs(scenario: Scenario) -> list[Input]:
    """List the values of a scenario that can be turned, group by group, in the order of its file.

    These are the numbers, spreads, choices, switches and days that the file gives, and the size, hours and
    policies of each team. Shares that must sum to 1 and profiles are left out: none can be turned alone.

    Parameters
    ----------
    scenario : Scenario
        From `load`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> first, *_ = inputs(load("first_steps"))
    >>> first.words, first.value, first.unit, first.low, first.high
    ('people in sales', 2, 'people', 1, 7)
    """
    document = scenario.document
    stated = {row.path: row.origin for row in origins(scenario)}
    unsure = {written(split_key(key)[0]) for key in scenario.uncertainties}
    found = []
    for path, value in leaves(scenario):
        name = written(path)
        if path[0] in _NOT_INPUTS or not (_is_given(path, document) or _acts(path, scenario)):
            continue
        kind, typed = kind_of(path), _typed(value)
        if kind is None or typed is None:
            continue
        spread = isinstance(value, Distribution) and not isinstance(value, Constant)
        scaled = spread or (name in unsure and is_number(typed))
        if scaled and not typed > 0:
            continue
        limits = _limits(path, typed, kind, scenario, scaled)
        if limits is not None:
            words = words_of(path, kind, scenario)
            made = Input(name, words, kind.group, kind.unit, typed, scaled, *limits)
            found.append(
                replace(
                    made,
                    origin=stated.get(name, DEFAULT),
                    hint=_hint(path),
                    note=_note(path, document),
                    person="reps" in path,
                    initial=kind.initial,
                )
            )
    return _in_order(found)


def pinned(found: Sequence[Input]) -> list[Input]:
    """Choose the inputs to begin with: people, and of each other group up to conversions the first one.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> [each.words for each in pinned(inputs(load("first_steps")))][:2]
    ['people in sales', 'hours a week in sales']
    """
    people = [each for each in found if each.group == PEOPLE and each.is_whole and each.value > 0]
    chosen = people[:_PEOPLE_PINNED]
    for group in GROUPS[1 : GROUPS.index(DURATIONS)]:
        chosen += [each for each in found if each.group == group][:1]
    return chosen


def _in_order(found: list[Input]) -> list[Input]:
    """Sort inputs by group, and in it put those of a key side by side, in the order of their first."""
    places: dict[tuple[str, str], int] = {}
    for each in found:
        places.setdefault((each.group, each.path.rpartition(".")[2]), len(places))
    return sorted(
        found,
        key=lambda each: (GROUPS.index(each.group), places[each.group, each.path.rpartition(".")[2]]),
    )


def _is_given(path: Path, document: Mapping[str, Any]) -> bool:
    """Return whether the file gives a value, for a channel itself or for its kind."""
    if look_up(document, path) is not None:
        return True
    kind = look_up(document, (*path[:2], "kind")) if path[0] == "channels" else None
    return isinstance(kind, str) and look_up(document, ("kinds", kind, *path[2:])) is not None


def _acts(path: Path, scenario: Scenario) -> bool:
    """Return whether a value is offered although the file leaves it out: the size and policies of a team."""
    if path[0] != "teams" or len(path) != 3 or path[2] not in _ALSO_IF_LEFT_OUT:
        return False
    return path[2] != "hours_per_week" or scenario.teams[path[1]].hours is None


def _typed(value: object) -> Any:
    """Return what is turned of a value: itself, the centre of a spread; None if it cannot be turned."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Distribution):
        centre = getattr(value, "likely", None)
        return float(f"{value.quantile(0.5) if centre is None else centre:.6g}")
    if isinstance(value, EffortSplit):
        return value.first or None
    return value if isinstance(value, bool | int | float | str | date) else None


_Limits = tuple[Any, Any, float, tuple[str, ...]]


def _limits(path: Path, value: Any, kind: Kind, scenario: Scenario, scaled: bool) -> _Limits | None:
    """Return low, high, step and choices; None if there is nothing to turn."""
    if isinstance(value, bool):
        return math.nan, math.nan, math.nan, ()
    if isinstance(value, str):
        choices = _choices(path)
        return None if len(choices) < 2 else (math.nan, math.nan, math.nan, choices)
    if isinstance(value, date):
        start = scenario.start
        return min(value, start), max(value + timedelta(days=31), months_later(start, 12)), 1.0, ()
    bounds = _within(_bounds(path), path, scenario)
    if bounds.least == bounds.most:
        return None
    if isinstance(value, int):
        return (*_whole_range(value, bounds), ())
    return (*_range(value, kind.unit, bounds, scaled or kind.unit.startswith("times")), ())


def _choices(path: Path) -> tuple[str, ...]:
    if path[-1] == "assignment":
        return tuple(policy_names())
    if path[-1] == "effort_split":
        return ("new_first", "accounts_first")
    return tuple(each for part in _schema(path) for each in part.get("enum", ()))


class _Bounds(NamedTuple):
    """Between which numbers the schema allows a value, and whether it may be these."""

    least: float
    most: float
    least_too: bool
    most_too: bool


def _bounds(path: Path) -> _Bounds:
    """Return between which numbers the schema allows a value."""
    said = {key: each for part in _schema(path) for key, each in part.items()}
    return _Bounds(
        float(said.get("minimum", said.get("exclusiveMinimum", 0.0))),
        float(said.get("maximum", said.get("exclusiveMaximum", math.inf))),
        "exclusiveMinimum" not in said,
        "exclusiveMaximum" not in said,
    )


def _within(bounds: _Bounds, path: Path, scenario: Contents) -> _Bounds:
    """Narrow the bounds of a key by what else the scenario says."""
    if path[-1] == "passes_at":
        return bounds._replace(most=len(getattr(value_at(scenario, path[:-1]), "checks", {})))
    if path[0] == "teams" and path[2:] == ("people",) and not scenario.teams[path[1]].reps:
        return bounds._replace(least=1.0)
    return bounds


def _schema(path: Path) -> Iterator[dict[str, Any]]:
    """List what the schema says of a value, one part for each form that it can take; spreads have none."""
    schema = reader_at(path).json_schema()
    yield from (part for part in schema.get("anyOf", [schema]) if part.get("type") not in ("object", "null"))


def _whole_range(value: int, bounds: _Bounds) -> tuple[int, int, int]:
    """Return a range that makes sense around a whole number, and its step."""
    step = max(1, round(_nice(max(value, 5) / _STEPS)))
    high = math.ceil(max(2 * value, value + 5) / step) * step
    return int(bounds.least), int(min(high, bounds.most)), step


def _range(value: float, unit: str, bounds: _Bounds, positive: bool) -> tuple[float, float, float]:
    """Return a range that makes sense around a number, and its step; `positive`, it is never 0."""
    size = abs(value) or _USUAL.get(unit, 10.0)
    step = _nice(size / (_STEPS / 2))
    high = math.ceil(2 * size / step - _DISTINCT) * step
    if unit == SHARE:
        step = min(step, 0.01)
        high = min(_nice(4 * size), max(1.0, size))
    low = -high if bounds.least < 0 or value < 0 else bounds.least
    if positive or bounds.least > 0 or not bounds.least_too:
        low = max(low, bounds.least, step)
    high = min(high, bounds.most if bounds.most_too else bounds.most - step)
    return _plain(min(low, value)), _plain(max(high, value)), step


def _plain(number: float) -> float:
    """Drop the last digits, which are those of the arithmetic."""
    return float(f"{number:.9g}")


def _nice(step: float) -> float:
    """Round a step up to 1, 2 or 5 times a power of ten.

    >>> _nice(0.3), _nice(1), _nice(140)
    (0.5, 1.0, 200.0)
    """
    power = 10.0 ** math.floor(math.log10(step))
    return float(f"{power * next(each for each in (1, 2, 5, 10) if each * power >= step * (1 - 1e-9)):.3g}")


def _note(path: Path, document: Mapping[str, Any]) -> str:
    """Say what turning a value leaves out: what spending brings, where nothing tells it."""
    spending = path[0] == "channels" and path[2:] == ("cost_per_month",)
    return _COST_ONLY if spending and not _is_given((*path[:2], "response"), document) else ""


def _hint(path: Path) -> str:
    """Return what the schema says of a key."""
    owner = kind_at(path[:-1])
    field = getattr(owner, "model_fields", {}).get(path[-1])
    return "" if field is None or field.description is None else field.description
