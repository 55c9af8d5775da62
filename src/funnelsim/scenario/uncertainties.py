"""Uncertain numbers of a scenario: which are allowed, how they are applied, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from funnelsim.chance.distributions import Constant, Distribution, Scaled
from funnelsim.chance.keys import hash24
from funnelsim.scenario.changes import EVERY, apply_changes, split_key
from funnelsim.scenario.checks import check_meaning
from funnelsim.scenario.errors import Problem, shown
from funnelsim.scenario.paths import Path, look_up, value_at, written
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.schema import Contents, as_their_kinds
from funnelsim.scenario.section import Section
from funnelsim.scenario.structure import Document, problems_at
from funnelsim.scenario.unknowns import HIGHEST, LOWEST, MEDIAN, Unknown

_CERTAIN = ("about", "start", "currency", "horizon", "goals", "plan")  # the same in every world
_ENDS = {"at its least": LOWEST, "at its median": MEDIAN, "at its most": HIGHEST}

_APART = (
    "channels",
    "kinds",
    "segments",
    "teams",
    "stages",
)  # no check looks at numbers of two of their names

_Table = TypeVar("_Table", bound=Contents)


def applied(contents: _Table, values: Mapping[str, float]) -> _Table:
    """Put numbers where something is uncertain, unchecked; everything else stays the same object (U2).

    Parameters
    ----------
    contents : Contents
        Valid.
    values : mapping of str to float
        By keys of `[uncertainties]`: a factor if the key ends in " *=", a summand if it ends in " +=".

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> typed = load("first_steps")
    >>> applied(typed, {"teams.sales.cost_per_person_month *=": 1.5}).teams["sales"].cost_per_person_month
    9000.0
    """
    of_kinds = tuple(key for key in values if key.startswith("kinds."))
    if of_kinds:
        contents = _placed(contents, _tree(of_kinds), values)
        channels = as_their_kinds(contents.channels, contents.kinds)
        contents = contents.model_copy(update={"channels": channels})
    others = tuple(key for key in values if key not in of_kinds)
    placed: _Table = _placed(contents, _tree(others), values) if others else contents
    return placed


class _Leaf(NamedTuple):
    """Where a number is put: the operation, and its key."""

    operation: str
    key: str


_Tree = dict[str, Any]  # by part of the path: the tree below, at the end a _Leaf


@lru_cache(maxsize=256)
def _tree(keys: tuple[str, ...]) -> _Tree:
    """Join the paths of keys, so that each table on the way is copied once."""
    tree: _Tree = {}
    for key in keys:
        path, operation = split_key(key)
        branch = tree
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
        branch[path[-1]] = _Leaf(operation, key)
    return tree


def _placed(node: Any, tree: _Tree | _Leaf, values: Mapping[str, float]) -> Any:
    """Copy the tables on the way to numbers, and change these."""
    if isinstance(tree, _Leaf):
        return _operated(node, tree.operation, values[tree.key])
    if isinstance(node, Section):
        return node.model_copy(
            update={part: _placed(getattr(node, part), below, values) for part, below in tree.items()}
        )
    return {**node, **{part: _placed(node[part], below, values) for part, below in tree.items()}}


def _operated(before: Distribution | float, operation: str, value: float) -> Distribution | float:
    """Change a number, or scale a distribution."""
    if isinstance(before, Constant):
        return Constant(float(_operated(before.value, operation, value)))  # type: ignore[arg-type]
    if isinstance(before, Distribution):
        return Scaled(before, value)
    if operation == "*=":
        return before * value
    return before + value if operation == "+=" else value


def check_uncertainties(contents: Contents, document: Document, reading: Samples) -> list[Problem]:
    """Find uncertainties whose path names no such number, or whose values are not all allowed.

    Each is tried at the least, the median and the most that can be drawn. Checks across keys try all together
    at these, and each at one end with all others at the other.
    """
    problems = [*_keys(contents), *_collisions(contents)]
    certain = {key: item for key, item in document.items() if key != "uncertainties"}
    for key, unknown in contents.uncertainties.items():
        problems += _of_one(key, unknown, contents, certain, document["uncertainties"][key], reading)
    return problems or list(_together(contents))


def _keys(contents: Contents) -> Iterator[Problem]:
    """Refuse two uncertainties of one number."""
    seen: dict[Path, str] = {}
    for key in contents.uncertainties:
        path, _ = split_key(key)
        if path in seen:
            yield Problem(_named(key), f'is given beside "{seen[path]}"', "one of them")
        seen.setdefault(path, key)


def _collisions(contents: Contents) -> Iterator[Problem]:
    """Find paths with the same hash in the keys of draws: they would share their random numbers."""
    owners: dict[int, Path] = {}
    for path in {split_key(key)[0]: None for key in contents.uncertainties}:
        other = owners.setdefault(hash24(written(path)), path)
        if other != path:
            yield Problem(
                _named(written(path)), f'has the same key as "{written(other)}" by chance', "one of them"
            )


def _of_one(
    key: str, unknown: Unknown, contents: Contents, certain: Document, given: object, reading: Samples
) -> list[Problem]:
    path, operation = split_key(key)
    if EVERY in path:
        return [Problem(_named(key), "has a * in it", "a key of its own for each number that is drawn")]
    refused = apply_changes(certain, contents, {key: unknown.at(MEDIAN)}, may_add=False).problems
    if refused:
        return [_told(key, problem) for problem in refused]
    wrong = _not_uncertain(contents, path, operation)
    if wrong:
        return [Problem(_named(key), *wrong, None, given)]
    for end, level in _ENDS.items():
        value = unknown.at(level)
        changed = apply_changes(certain, contents, {key: value}).document
        for problem in problems_at(changed, path, reading):
            made = look_up(changed, path)
            number = f"{made:.4g}" if isinstance(made, float) else shown(made)
            into = f"{end} makes {written(path)} {number}" if operation else f"can be {value:.4g}"
            return [Problem(_named(key), f"is {shown(given)}, which {into}", problem.expected, None, given)]
    return []


def _not_uncertain(contents: Contents, path: Path, operation: str) -> tuple[str, str] | None:
    """State why a value cannot be uncertain, and what is expected."""
    if path[0] in _CERTAIN:
        return "cannot be uncertain", "a path into channels, segments, teams, stages, effects or shocks"
    if path[0] == "teams" and path[-1] == "hours":
        return "is agreed, not unknown", "hours without uncertainty"
    if path[-1] == "hours_per_week":
        return "is agreed, not unknown", f'the pace of work: "{written(path[:-1])}.speed *="'
    node: Any = contents
    for depth, part in enumerate(path):
        if isinstance(node, Distribution):
            return "is a part of a distribution", f'a factor on all of it: "{written(path[:depth])} *="'
        node = node[part] if isinstance(node, Mapping) else getattr(node, part)
    if isinstance(node, Distribution) and not isinstance(node, Constant) and operation != "*=":
        return "is a distribution already", f'a factor on it: "{written(path)} *="'
    return None if isinstance(node, float | Distribution) else _no_number(node)


def _no_number(value: object) -> tuple[str, str]:
    """Explain why a value that is not a number with decimals cannot be uncertain."""
    if value is None:
        return "has no value that could be uncertain", "a number there to begin with"
    if isinstance(value, int) and not isinstance(value, bool):
        return "is a choice and no measured number", "a share, a rate, an amount, a factor or a duration"
    return "is not a number", "a path to one number, such as stages.NAME.conversion"


def _together(contents: Contents) -> Iterator[Problem]:
    """Check across keys with the uncertainties at their ends, and at their medians."""
    told: set[str] = set()
    found = {
        key: {level: each.at(level) for level in _ENDS.values()}
        for key, each in contents.uncertainties.items()
    }
    joint = {key for key, values in found.items() if _opens_a_way(contents, key, values.values())}
    for levels in _corners(contents.uncertainties, joint):
        values = {key: found[key][level] for key, level in levels.items()}
        for problem in check_meaning(applied(contents, values)):
            if problem.path not in told:
                told.add(problem.path)
                wrong = f"can make a scenario in which {problem.path} {problem.wrong}"
                yield Problem("uncertainties", wrong, problem.expected)


def _opens_a_way(contents: Contents, key: str, values: Iterable[float]) -> bool:
    """Return whether a number of a stage can open or close a way out of it: routes are checked as a whole."""
    path, _ = split_key(key)
    if path[0] != "stages":
        return False
    ends = (value_at(applied(contents, {key: value}), path) for value in values)
    return "next" in path or "back_to" in path or any(end in (0.0, 1.0) for end in ends)


def _corners(keys: Iterable[str], joint: Collection[str]) -> Iterator[dict[str, float]]:
    """Put all at one end, then each alone at the other end: a ceiling may fall below what it bounds."""
    names = list(keys)
    yield from (dict.fromkeys(names, level) for level in _ENDS.values())
    for alone in _alone(names, joint) if len(names) > 1 else ():
        yield dict.fromkeys(names, HIGHEST) | dict.fromkeys(alone, LOWEST)
        yield dict.fromkeys(names, LOWEST) | dict.fromkeys(alone, HIGHEST)


def _alone(keys: Iterable[str], joint: Collection[str] = ()) -> list[list[str]]:
    """Group numbers that no check looks at together, so that many of them cost no more than few.

    >>> _alone(["segments.a.gross_margin", "segments.a.odds_ratio", "segments.b.odds_ratio", "mix.certainty"])
    [['segments.a.gross_margin', 'segments.b.odds_ratio'], ['segments.a.odds_ratio'], ['mix.certainty']]
    >>> _alone(["stages.a.conversion", "stages.b.conversion"], joint=["stages.a.conversion"])
    [['stages.a.conversion'], ['stages.b.conversion']]
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    count: Counter[tuple[str, ...]] = Counter()
    for key in keys:
        path, _ = split_key(key)
        if key in joint:
            groups[key,] = [key]
            continue
        own = path[:2] if path[0] in _APART else path[:1]
        groups.setdefault((path[0], str(count[own])), []).append(key)
        count[own] += 1
    return list(groups.values())


def _told(key: str, problem: Problem) -> Problem:
    return Problem(_named(key), problem.wrong, problem.expected, None, None, problem.nearest)


def _named(key: str) -> str:
    return f'uncertainties."{key}"'
