"""What a strategy changes: each value before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from funnelsim.scenario.origins import as_written
from funnelsim.scenario.paths import Path, look_up
from funnelsim.scenario.scenario import Scenario

_OPERATION = re.compile(r"\s*[*+]?=?\s*$")


class Lever(NamedTuple):
    """A value that a strategy sets; `before` is None if the scenario has none."""

    path: str
    before: object
    after: object


def levers(scenario: Scenario, strategy: str) -> list[Lever]:
    """List what a strategy changes, values as a file writes them, defaults included.

    Parameters
    ----------
    scenario : Scenario
        With its strategies.
    strategy : str
        One of `strategy_names(scenario)`.

    Raises
    ------
    ScenarioError
        If there is no such strategy.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> levers(load("first_steps"), "one_more_rep")
    [Lever(path='teams.sales.people', before=2, after=3)]
    """
    changed = scenario.strategy(strategy)
    change = scenario.strategies[strategy].change if strategy in scenario.strategies else {}
    found = []
    for key in change:
        name = _OPERATION.sub("", key).strip()
        path = tuple(name.split("."))
        found.append(Lever(name, _value(scenario, path), _value(changed, path)))
    return found


def _value(scenario: Scenario, path: Path) -> object:
    """Return the value at a path: the file's, or the default."""
    given = look_up(scenario.document, path)
    if given is not None:
        return given
    node: object = scenario
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else getattr(node, part, None)
    return as_written(node)
