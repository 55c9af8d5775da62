"""Uncertain values of a scenario: how those of a world are put where they belong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from funnelsim.chance.distributions import Constant, Distribution, Scaled
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.schema import Contents, as_their_kinds
from funnelsim.scenario.section import Section

_Table = TypeVar("_Table", bound=Contents)


def applied(contents: _Table, values: Mapping[str, Any]) -> _Table:
    """Put values where something is uncertain, unchecked; everything else stays the same object (U2).

    Parameters
    ----------
    contents : Contents
        Valid.
    values : mapping of str to float, distribution or table
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


def _placed(node: Any, tree: _Tree | _Leaf, values: Mapping[str, Any]) -> Any:
    """Copy the tables on the way to numbers, and change these."""
    if isinstance(tree, _Leaf):
        return _operated(node, tree.operation, values[tree.key])
    if isinstance(node, Section):
        return node.model_copy(
            update={part: _placed(getattr(node, part), below, values) for part, below in tree.items()}
        )
    return {**node, **{part: _placed(node[part], below, values) for part, below in tree.items()}}


def _operated(before: Any, operation: str, value: Any) -> Any:
    """Change a number, or scale a distribution; a distribution or a table is put in its place."""
    if not isinstance(value, float):
        return value
    if isinstance(before, Constant):
        return Constant(float(_operated(before.value, operation, value)))
    if isinstance(before, Distribution):
        return Scaled(before, value)
    if operation == "*=":
        return before * value
    return before + value if operation == "+=" else value
