"""Everything of a scenario that can be typed into a list: its inputs, its quotas and its head counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from funnelsim.metrics.wording import number, spoken
from funnelsim.scenario.changes import is_number
from funnelsim.scenario.input_words import DAY, MONEY
from funnelsim.scenario.inputs import Input, inputs
from funnelsim.scenario.origins import DEFAULT, origins
from funnelsim.scenario.plans import QUARTERS
from funnelsim.scenario.scenario import Scenario

QUOTAS, HEAD_COUNTS = "quotas", "head counts"
_QUOTAS = ("quota", "quota_per_rep")
_NAMED = "people with names are added and removed in the file, as [{path}.NAME]"


@dataclass(frozen=True)
class Listed:
    """A value in the list of a scenario.

    Attributes
    ----------
    path : str
        Where it stands; of one of four quarters with its number, `plan.quota[2]`.
    words, group, unit : str
        What it is, where it belongs, and its unit, in words.
    value : number, str, bool or date
        Today's.
    origin : str
        Where it comes from.
    choices : tuple of str
        Of a choice, what it may be.
    lever : Input or None
        What it changes; None for a quota or a head count.
    fixed : str
        Why it cannot be changed in the list; empty if it can.
    """

    path: str
    words: str
    group: str
    unit: str
    value: Any
    origin: str = DEFAULT
    choices: tuple[str, ...] = ()
    lever: Input | None = None
    fixed: str = ""

    def read(self, value: object) -> Any:
        """Read another value of its kind.

        Raises
        ------
        ValueError
            If it is not of its kind; the message says what would be right.

        Examples
        --------
        >>> Listed("plan.quota", "quota of the firm", QUOTAS, "USD", 500).read(600.0)
        600
        >>> Listed("plan.quota", "quota of the firm", QUOTAS, "USD", 500).read("much")
        Traceback (most recent call last):
        ValueError: is "much"; expected a number
        """
        if isinstance(value, datetime) and not isinstance(self.value, datetime):
            value = value.date() if value == datetime(value.year, value.month, value.day) else value
        if isinstance(value, float) and value.is_integer() and is_number(self.value):
            value = int(value)
        if not self._fits(value):
            raise ValueError(f"is {_shown(value)}; expected {self._expected()}")
        if self.fixed and value != self.value:
            raise ValueError(f"is {_shown(value)} instead of {_shown(self.value)}: {self.fixed}")
        return value

    def told(self, value: Any) -> str:
        """Write a value of its kind in its unit, as the list has it.

        Examples
        --------
        >>> Listed("stages.offer.conversion", "conversion in offer", "stages", "%", 0.3).told(0.35)
        '35'
        """
        if isinstance(value, bool):
            return "yes" if value else "no"
        if not is_number(value):
            return str(value)
        return number(100 * value if self.unit == "%" else value, 6)

    def _fits(self, value: object) -> bool:
        if isinstance(self.value, bool):
            return isinstance(value, bool)
        if isinstance(self.value, str):
            return value in self.choices
        if isinstance(self.value, date):
            return isinstance(value, date) and not isinstance(value, datetime)
        return is_number(value)

    def _expected(self) -> str:
        if isinstance(self.value, bool):
            return "TRUE or FALSE"
        if isinstance(self.value, str):
            return f"one of {', '.join(self.choices)}"
        return "a day, such as 2026-04-01" if isinstance(self.value, date) else "a number"


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def all_inputs(scenario: Scenario) -> list[Listed]:
    """List all values that can be typed into a list, group by group.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> found = all_inputs(load("first_steps"))
    >>> found[0].words, found[0].value, found[0].origin
    ('people in sales', 2, 'assumed: round figures for a first look')
    """
    found = [_of_input(each, scenario) for each in inputs(scenario)]
    return [*_head_counts(scenario), *found, *_quotas(scenario)]


def changes_of(entries: Sequence[Listed], values: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Make the changes that give entries other values, as `with_changes` takes them.

    Parameters
    ----------
    entries : sequence of Listed
        Of the scenario.
    values : mapping of str to value
        By path, as `Listed.read` returned them.
    scenario : Scenario
        As it is.
    """
    changes: dict[str, Any] = {}
    plan = {"plan": scenario.document.get("plan", {})}
    for entry in entries:
        if entry.path not in values or values[entry.path] == entry.value:
            continue
        path, _, quarter = entry.path.partition("[")
        if entry.lever is not None:
            changes |= entry.lever.change(values[entry.path])
        elif quarter:
            whole = changes.setdefault(path, list(_at(plan, path)))
            whole[int(quarter.rstrip("]")) - 1] = values[entry.path]
        else:
            changes[path] = values[entry.path]
    return changes


def _of_input(each: Input, scenario: Scenario) -> Listed:
    unit = {MONEY: scenario.currency or "money", DAY: "day"}.get(each.unit, each.unit)
    words = f"{each.words} (middle of a spread)" if each.spread else each.words
    return Listed(each.path, words, each.group, unit, each.value, each.origin, each.choices, each)


def _head_counts(scenario: Scenario) -> Iterator[Listed]:
    """List how many people with names there are in each team; those without are inputs."""
    for name, team in scenario.teams.items():
        if team.reps:
            path = f"teams.{name}.reps"
            words = f"people with names in {spoken(name)}"
            yield Listed(
                path, words, HEAD_COUNTS, "people", len(team.reps), "the file", fixed=_NAMED.format(path=path)
            )


def _quotas(scenario: Scenario) -> Iterator[Listed]:
    """List quotas: of the firm, of teams and of reps, in each quarter where these differ."""
    stated = {row.path: row.origin for row in origins(scenario)}
    for path, whose, value in _planned(scenario.document.get("plan", {})):
        origin = stated.get(path, DEFAULT)
        unit = scenario.currency or "money"
        if isinstance(value, list):
            for quarter, amount in enumerate(value, 1):
                words = f"{whose} in quarter {quarter} of {QUARTERS}"
                yield Listed(f"{path}[{quarter}]", words, QUOTAS, unit, amount, origin)
        else:
            yield Listed(path, f"{whose} in each quarter", QUOTAS, unit, value, origin)


def _planned(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Find the quotas of a plan: path, in words, and what is typed."""
    yield from _typed(plan, "plan", "the firm")
    for table in ("teams", "reps"):
        for name, of_one in plan.get(table, {}).items():
            yield from _typed(of_one, f"plan.{table}.{name}", spoken(name))


def _typed(table: Mapping[str, Any], path: str, whose: str) -> Iterator[tuple[str, str, Any]]:
    for key in _QUOTAS:
        if key in table:
            yield f"{path}.{key}", f"{'quota per rep' if key != 'quota' else 'quota'} of {whose}", table[key]


def _at(document: Mapping[str, Any], path: str) -> Any:
    found: Any = document
    for key in path.split("."):
        found = found[key]
    return found
