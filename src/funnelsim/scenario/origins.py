"""The origin of every value of a scenario."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from funnelsim.chance.distributions import Constant
from funnelsim.scenario.paths import leaves, look_up, usual_path, written
from funnelsim.scenario.quantities import Span
from funnelsim.scenario.scenario import Scenario

DEFAULT = "assumed: default"
UNSTATED = "not stated"
_NOTHING: tuple[object, ...] = (None, (), {})
_NOT_VALUES = ("about", "origins", "goals", "plan", "strategies", "assumptions")


class Origin(NamedTuple):
    """A value of a scenario, and where it comes from.

    `value` is as the file writes it, or the default.
    """

    path: str
    value: object
    origin: str


def origins(scenario: Scenario) -> list[Origin]:
    """List the values of a scenario, each with its origin.

    The longest pattern in `[origins]` that matches a value's path gives its origin. A value
    that the file does not give is a default.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> [row.value for row in origins(load("first_steps")) if row.path == "teams.sales.people"]
    [2]
    """
    document = scenario.document
    patterns = sorted(scenario.origins.items(), key=lambda item: len(item[0]), reverse=True)
    rows = []
    for path, value in leaves(scenario):
        given, usual = look_up(document, path), usual_path(path, document)
        left_to_channels = path[0] == "kinds" and given is None
        if path[0] in _NOT_VALUES or left_to_channels or (given is None and value in _NOTHING):
            continue
        name = written(path)
        matching = (origin for pattern, origin in patterns if fnmatchcase(name, pattern))
        origin = DEFAULT if given is None else next(matching, UNSTATED)
        if given is None and usual is not None and look_up(document, usual) is not None:
            origin = f"as in {written(usual)}"
        rows.append(Origin(name, as_written(value) if given is None else given, origin))
    return rows


def as_written(value: object) -> object:
    """Write a default as in a file."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, tuple) and value and all(isinstance(each, Span) for each in value):
        return [each.written() for each in value]
    return value
