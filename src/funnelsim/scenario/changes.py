"""Changes to a scenario by dotted paths, for strategies, `with_changes` and `--set`."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from funnelsim.chance.distributions import Constant
from funnelsim.scenario.errors import Problem, ScenarioError, nearest, shown
from funnelsim.scenario.files import parse_toml
from funnelsim.scenario.paths import Path, is_map, is_section, kind_at, look_up
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.structure import Document, copied

_KEY = re.compile(r"\s*(?P<path>[^=]*?)\s*(?P<operation>[*+]=)?\s*")
_ASSIGNMENT = re.compile(r"\s*(?P<path>[^=]+?)\s*(?P<operation>[*+])?=(?P<value>.*)", re.DOTALL)
_BARE_WORD = re.compile(r"[^\W\d][\w .-]*")
_SCALED_FORMS = ({"median", "p90"}, {"low", "likely", "high"})


class _RefusedError(Exception):
    """A change that cannot be made, with the problem."""

    def __init__(self, wrong: str, expected: str = "", near: str | None = None) -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.near = wrong, expected, near


def apply_changes(
    document: Document, contents: Contents, changes: Mapping[str, Any]
) -> tuple[Document, list[Problem]]:
    """Make changes to a plain document.

    Parameters
    ----------
    document : dict
        The scenario as in its file.
    contents : Contents
        The same, valid, with all defaults.
    changes : mapping of str to value
        Values by dotted path. A path that ends in " *=" multiplies a number or scales a distribution;
        one that ends in " +=" adds to a number.

    Returns
    -------
    tuple of dict and list of Problem
        The changed document, not yet validated, and the changes that could not be made.
    """
    changed = copied(document)
    problems = []
    for key, value in changes.items():
        try:
            _change(changed, contents, key, value)
        except _RefusedError as refused:
            problems.append(Problem(key, refused.wrong, refused.expected, None, value, refused.near))
    return changed, problems


def split_key(key: str) -> tuple[Path, str]:
    """Split a key into its path and the operation: "*=", "+=", or "" if a value is set.

    >>> split_key("channels.seo.inquiries_per_month *=")
    (('channels', 'seo', 'inquiries_per_month'), '*=')
    """
    match = _KEY.fullmatch(key)
    path = "" if match is None else match["path"]
    return tuple(path.split(".")) if path else (), (match and match["operation"]) or ""


def _change(document: Document, contents: Contents, key: str, value: Any) -> None:
    path, operation = split_key(key)
    if not path:
        raise _RefusedError(
            "is not a path", 'a path such as "teams.sales.people", with " *=" or " +=" after it at most'
        )
    _must_exist(path, document, contents, value, adds=not operation)
    _follow(document, path, operation, value)
    if operation:
        before = look_up(document, path)
        before = _plain_default(contents, path) if before is None else before
        value = _scaled(before, value) if operation == "*=" else _raised(before, value)
    table: Any = document
    for part in path[:-1]:
        if not isinstance(table.get(part), dict):
            table[part] = {}  # a table of defaults so far
        table = table[part]
    table[path[-1]] = copy.deepcopy(value)


def _follow(document: Document, path: Path, operation: str, by: object) -> None:
    """Adapt uncertainties to a change: a value that is set is known; " *=" and " +=" move the uncertainty.

    An uncertainty that multiplies the value typed, or adds to it, goes on (U4, U5).
    """
    unknown = document.get("uncertainties")
    if not isinstance(unknown, dict):
        return
    for key, before in list(unknown.items()):
        own, how = split_key(key)
        nothing_left = operation == "*=" and by == 0 and own == path
        if (not operation and not how and own[: len(path)] == path) or nothing_left:
            del unknown[key]
        elif operation and own == path and not how:
            unknown[key] = _unknown_scaled(before, by) if operation == "*=" else _unknown_raised(before, by)


def _unknown_scaled(before: Any, by: object) -> object:
    if not isinstance(before, Mapping) or "plus" not in before:
        return _scaled(before, by)
    rest = {key: item for key, item in before.items() if key != "plus"}
    return {**_scaled(rest, by), "plus": _scaled(before["plus"], by)}


def _unknown_raised(before: Any, by: object) -> object:
    if not isinstance(before, Mapping):
        return _raised(before, by)
    return {**before, "plus": _raised(before.get("plus", 0), by)}


def _must_exist(path: Path, document: Document, contents: Contents, value: object, adds: bool) -> None:
    """Refuse a path that is not in the schema, or names something that is not there."""
    node: object = contents
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        known = _names_in(node, kind_at(path[:depth]), look_up(document, path[:depth]))
        if part not in known and not (last and adds and _may_add(kind_at(path[:depth]), value)):
            near = nearest(part, known)
            hint = None if near is None else ".".join((*path[:depth], near, *path[depth + 1 :]))
            raise _RefusedError(
                "does not exist",
                "" if near else f"one of {', '.join(known)}" if known else "a path to a value",
                hint,
            )
        node = node.get(part) if isinstance(node, Mapping) else getattr(node, part, None)
    if len(path) == 1 and is_map(kind_at(path)):
        raise _RefusedError(
            "is a whole table", f'a path in quotes to one value in it, such as "{path[0]}.NAME.KEY"'
        )
    if path[0] in ("strategies", "origins", "uncertainties", "changes"):
        raise _RefusedError("cannot be changed", "a path to a value of the scenario itself")


def _names_in(node: object, kind: Any, raw: object) -> list[str]:
    if is_section(kind):
        return list(kind.model_fields) if node is not None else []
    if isinstance(node, Mapping):
        return [str(name) for name in node]
    return list(raw) if isinstance(raw, Mapping) else []  # the parameters of a distribution


def _may_add(kind: Any, value: object) -> bool:
    """Return whether a table takes a new name: with a table if it holds tables, else with a number."""
    return is_map(kind) and isinstance(value, Mapping | int | float)


def _plain_default(contents: Contents, path: Path) -> object:
    """Return the default of a number."""
    node: object = contents
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else getattr(node, part, None)
    return node.value if isinstance(node, Constant) else node


def _operand(value: object, operation: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _RefusedError(f'cannot be changed by "{operation}" {shown(value)}', "a number")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scaled(before: Any, by: object) -> Any:
    """Multiply a number, or scale a distribution by scaling its parameters."""
    factor = _operand(by, "*=")
    if _is_number(before):
        return _like(before, before * factor)
    if isinstance(before, Mapping):
        if set(before) in _SCALED_FORMS and all(map(_is_number, before.values())):
            return {key: item * factor for key, item in before.items()}
        if ("scipy" in before or "sample" in before) and _is_number(before.get("times", 1.0)):
            return {**before, "times": before.get("times", 1.0) * factor}
        if isinstance(before.get("quantiles"), Mapping):
            return {"quantiles": _scaled_quantiles(before["quantiles"], factor)}
    if before is None:
        raise _RefusedError("has no value to multiply", "a value, set with =")
    raise _RefusedError("is not a number or a distribution", "a value, set with =")


def _scaled_quantiles(table: Mapping[str, Any], factor: float) -> dict[str, Any]:
    if set(table) == {"levels", "values"}:
        return {"levels": table["levels"], "values": [factor * each for each in table["values"]]}
    return {level: factor * value for level, value in table.items()}


def _raised(before: Any, by: object) -> object:
    amount = _operand(by, "+=")
    if not _is_number(before):
        raise _RefusedError("has no number to add to", "a value, set with =, or scaled with *=")
    return _like(before, before + amount)


def _like(before: object, after: float) -> float:
    """Keep whole numbers whole."""
    if isinstance(before, int) and isinstance(after, float) and after.is_integer():
        return int(after)
    return after


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read a change typed as `path=value`, `path*=factor` or `path+=amount`.

    Parameters
    ----------
    text : str
        The value is read as TOML; a bare word is text.

    Returns
    -------
    tuple of str and value
        A key and a value for `Scenario.with_changes`.

    Raises
    ------
    ScenarioError
        If it is not such a change.

    Examples
    --------
    >>> parse_assignment("teams.sales.people=4")
    ('teams.sales.people', 4)
    >>> parse_assignment("channels.seo.inquiries_per_month*=1.2")
    ('channels.seo.inquiries_per_month *=', 1.2)
    >>> parse_assignment("teams.sales.assignment=shared_queue")
    ('teams.sales.assignment', 'shared_queue')
    """
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        raise ScenarioError(
            [Problem("", f"{shown(text)} is not a change", "path=value, such as teams.sales.people=4")]
        )
    key = f"{match['path']} {match['operation']}=" if match["operation"] else match["path"]
    value = match["value"].strip()
    try:
        read = parse_toml(f"value = {value}", key)
    except ScenarioError:
        read = {"value": value} if _BARE_WORD.fullmatch(value) else {}
    if set(read) != {"value"}:
        problem = Problem(key, f"is set to {shown(value)}", "a value as in a scenario file", None, value)
        raise ScenarioError([problem], "a change")
    return key, read["value"]
