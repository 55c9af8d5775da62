"""Checks of one key of `[uncertainties]`: what its path is, and what a value makes of the scenario."""

from __future__ import annotations

from typing import NamedTuple

from funnelsim.chance.distributions import Constant, Distribution
from funnelsim.scenario.changes import EVERY, apply_changes, split_key
from funnelsim.scenario.errors import Problem, shown
from funnelsim.scenario.paths import Path, look_up, value_at, written
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.structure import Document, problems_at

_CERTAIN = ("about", "start", "currency", "horizon", "goals", "plan")  # the same in every world


class Certain(NamedTuple):
    """A scenario, repaired, whose uncertainties are checked."""

    contents: Contents
    document: Document  # without `[uncertainties]`
    reading: Samples

    def misplaced(self, key: str, value: object) -> list[Problem]:
        """Find what is wrong with the path of a key, of which one of the values is given."""
        if EVERY in split_key(key)[0]:
            return [Problem(named(key), "has a * in it", "a key of its own for each number that is drawn")]
        refused = apply_changes(self.document, self.contents, {key: value}, may_add=False).problems
        return [_told(key, problem) for problem in refused]

    def not_allowed(self, key: str, value: object) -> tuple[str, str] | None:
        """Return what a value makes of the number typed where that is not allowed, and what is."""
        path, _ = split_key(key)
        changed = apply_changes(self.document, self.contents, {key: value}).document
        for problem in problems_at(changed, path, self.reading):
            made = look_up(changed, path)
            return f"{made:.4g}" if isinstance(made, float) else shown(made), problem.expected
        return None


def not_uncertain(contents: Contents, path: Path, operation: str) -> tuple[str, str] | None:
    """State why a number cannot be uncertain, and what is expected."""
    wrong = agreed(contents, path)
    if wrong:
        return wrong
    value = value_at(contents, path)
    if isinstance(value, Distribution) and not isinstance(value, Constant) and operation != "*=":
        return "is a distribution already", f'a factor on it: "{written(path)} *="'
    return None if isinstance(value, float | Distribution) else no_number(value)


def agreed(contents: Contents, path: Path) -> tuple[str, str] | None:
    """State why a value is the same in all worlds, and what is expected; None where it may be uncertain."""
    if path[0] in _CERTAIN:
        return "cannot be uncertain", "a path into channels, segments, teams, stages, effects or shocks"
    if path[0] == "teams" and path[-1] == "hours":
        return "is agreed, not unknown", "hours without uncertainty"
    if path[-1] == "hours_per_week":
        return "is agreed, not unknown", f'the pace of work: "{written(path[:-1])}.speed *="'
    for depth in range(len(path)):
        if isinstance(value_at(contents, path[:depth]), Distribution):
            return "is a part of a distribution", f'a factor on all of it: "{written(path[:depth])} *="'
    return None


def no_number(value: object) -> tuple[str, str]:
    """Explain why a value that is not a number with decimals cannot be uncertain."""
    if value is None:
        return "has no value that could be uncertain", "a number there to begin with"
    if isinstance(value, int) and not isinstance(value, bool):
        return "is a choice and no measured number", "a share, a rate, an amount, a factor or a duration"
    return "is not a number", "a path to one number, such as stages.NAME.conversion"


def _told(key: str, problem: Problem) -> Problem:
    return Problem(named(key), problem.wrong, problem.expected, None, None, problem.nearest)


def named(key: str) -> str:
    """Write the path of a key of `[uncertainties]`."""
    return f'uncertainties."{key}"'
