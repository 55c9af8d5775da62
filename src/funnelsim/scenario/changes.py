"""Changes to a scenario by dotted paths, for strategies, assumptions, `with_changes` and `--set`."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeGuard

from funnelsim.chance.distributions import Constant
from funnelsim.scenario.errors import Problem, ScenarioError, nearest, shown
from funnelsim.scenario.files import parse_toml
from funnelsim.scenario.numerals import spelling
from funnelsim.scenario.paths import (
    Path,
    is_map,
    is_section,
    kind_at,
    look_up,
    usual_path,
    value_at,
    written,
)
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.structure import Document, copied

EVERY = "*"  # in a path: every name of a table
_OPERATION = r"(?P<operation>(?<!\.)[-+*/]{})?"  # after a dot, a * is a name
_KEY = re.compile(rf"\s*(?P<path>[^=]*?)\s*{_OPERATION.format('=')}\s*")
_ASSIGNMENT = re.compile(rf"\s*(?P<path>[^=]+?)\s*{_OPERATION.format('')}=(?P<value>.*)", re.DOTALL)
_BARE_WORD = re.compile(r"[^\W\d][\w .-]*")
_ARITHMETIC = re.compile(r"(?P<sign>[-+*/]?)\s*(?P<number>\d[\d_]*(\.\d+)?([eE][-+]?\d+)?)\s*(?P<percent>%?)")
_LARGEST = sys.float_info.max
_SCALED_FORMS = ({"median", "p90"}, {"low", "likely", "high"})
_NO_VALUES = ("strategies", "assumptions", "changes", "origins", "uncertainties")
_AMOUNTS = ("quota", "quota_per_rep")  # lists of amounts; other lists are weights, whose scale means nothing
_ONE_OF = (  # keys of which a table has one
    ("hours", "hours_per_week"),
    ("ceiling", "half_at"),
    ("contract_value", "contract_value_per_year"),
)
MOST_NAMED = 5  # names listed in a sentence


class _RefusedError(Exception):
    """A change that cannot be made, with the problem."""

    def __init__(self, wrong: str, expected: str = "", near: str | None = None) -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.near = wrong, expected, near


class Change(NamedTuple):
    """A change of one value."""

    key: str  # as typed: its path may have a * for every name
    path: Path
    operation: str  # "*=", "+=", or "" if the value is set
    value: Any
    part: int = 0  # which of several lists of changes it comes from


class Changed(NamedTuple):
    """A changed document, not yet validated; the changes made, and the problems of those that were not."""

    document: Document
    made: list[Change]
    problems: list[Problem]


def apply_changes(
    document: Document,
    contents: Contents,
    *changes: Mapping[str, Any],
    names: Sequence[str] = (),
    may_add: bool = True,
) -> Changed:
    """Make changes to a plain document, one after the other.

    Parameters
    ----------
    document : dict
        The scenario as in its file.
    contents : Contents
        The same, valid, with all defaults.
    *changes : mapping of str to value
        Values by dotted path. A path that ends in " *=" multiplies a number or scales a distribution;
        one that ends in " +=" adds to a number. A * between dots stands for every name of a table.
    names : sequence of str, optional
        What the mappings are called in problems.
    may_add : bool
        Whether a change may add a name to a table of names.
    """
    changed = dict(document)  # what is changed below is copied on the way to it
    made: list[Change] = []
    problems = []
    for part, mapping in enumerate(changes):
        for key, value in mapping.items():
            try:
                made += _change(changed, contents, key, value, part, may_add)
            except _RefusedError as refused:
                problems.append(Problem(key, refused.wrong, refused.expected, None, value, refused.near))
    return Changed(changed, made, problems + undoing(made, names))


def undoing(made: Sequence[Change], names: Sequence[str]) -> list[Problem]:
    """Report changes that undo an earlier one; `names` are those of the lists that they come from."""
    return [_undoing(before, after, names) for before, after in _undone(made)]


def split_key(key: str) -> tuple[Path, str]:
    """Split a key into its path and the operation: "*=", "+=", or "" if a value is set.

    >>> split_key("channels.seo.inquiries_per_month *=")
    (('channels', 'seo', 'inquiries_per_month'), '*=')
    """
    match = _KEY.fullmatch(key)
    path = "" if match is None else match["path"]
    return tuple(path.split(".")) if path else (), (match and match["operation"]) or ""


def _change(
    document: Document, contents: Contents, key: str, value: Any, part: int, may_add: bool
) -> list[Change]:
    """Change every value that a key stands for."""
    pattern, operation = split_key(key)
    if not pattern:
        raise _RefusedError(
            "is not a path", 'a path such as "teams.sales.people", with " *=" or " +=" after it at most'
        )
    if operation in ("-=", "/="):
        raise _RefusedError("is no change", _as_key(pattern, _in_terms(operation[0], value)))
    if pattern[0] in _NO_VALUES:
        raise _RefusedError("cannot be changed", "a path to a value of the scenario itself")
    for name in pattern:
        if EVERY in name and name != EVERY:
            raise _RefusedError(f'has "{name}" for a name', "a whole name, or a * alone for every name")
    adds = may_add and not operation
    if EVERY not in pattern:
        _must_exist(pattern, document, contents, value, adds)
        _put(document, contents, pattern, operation, value)
        return [Change(key, pattern, operation, value, part)]
    found = _matches(pattern, document, contents)
    _each(found, pattern, lambda path: _must_exist(path, document, contents, value, adds))
    tried, moved = dict(document), []

    def put(path: Path) -> None:
        if _put(tried, contents, path, operation, value, every=True):
            moved.append(path)

    _each(found, pattern, put)
    document.update(tried)  # all of them, or none
    return [Change(key, path, operation, value, part) for path in moved]


def _matches(pattern: Path, document: Document, contents: Contents) -> list[Path]:
    """List the paths that a path with a * stands for."""
    found: list[Path] = [()]
    for depth, part in enumerate(pattern):
        if part == EVERY:
            found = [
                (*path, name) for path in found for name in _every_name(path, pattern, document, contents)
            ]
        else:
            found = [(*path, part) for path in found]
        if not found:
            raise _RefusedError(f"matches nothing: {written(pattern[:depth])} has no names")
    return found


def _every_name(path: Path, pattern: Path, document: Document, contents: Contents) -> list[str]:
    """List the names of a table of names; none where the table, or one around it, is left out."""
    if not is_map(kind_at(path)):
        try:
            _must_exist(path, document, contents, None, adds=False)
        except _RefusedError as error:
            near = error.near and written((error.near, *pattern[len(path) :]))
            raise _RefusedError(error.wrong, error.expected, near) from None
        known = _names_at(path, document, contents) if is_section(kind_at(path)) else []
        raise _RefusedError(
            f"has a * where {written(path) or 'the file'} holds no names of yours",
            f"one of {', '.join(known)}" if known else "a path to a value",
        )
    return _names_at(path, document, contents)


def _each(found: Sequence[Path], pattern: Path, do: Callable[[Path], None]) -> None:
    """Do something with each match; raise the first reason why it cannot be done, with all its names."""
    refused: dict[str, list[str]] = {}
    first: _RefusedError | None = None
    last = len(pattern) - pattern[::-1].index(EVERY)
    for path in found:
        try:
            do(path)
        except _RefusedError as error:
            first = first or error
            refused.setdefault(error.wrong, []).append(written(path[:last]))
    if first is not None:
        names = refused[first.wrong]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        where = f"{', '.join(names[:MOST_NAMED])}{more}"
        near = first.near and written((*pattern[:last], *first.near.split(".")[last:]))
        raise _RefusedError(f"{first.wrong} in {where}", "" if near else first.expected, near)


def _put(
    document: Document, contents: Contents, path: Path, operation: str, value: Any, every: bool = False
) -> bool:
    """Change one value; return whether it moved: where a * stands, 0 times a factor may stay a default."""
    _follow(document, path, operation, value)
    rival = rival_of(path)
    if operation:
        if rival is not None and look_up(document, rival) is not None:
            raise _RefusedError(
                f"has no value to change: {written(rival)} stands in its place", "a value, set with ="
            )
        typed = look_up(document, path)
        before = _left_out(document, contents, path) if typed is None else typed
        if path[-1] in _AMOUNTS and isinstance(before, list | tuple) and operation == "*=":
            value = [_scaled(each, value) for each in before]
        else:
            value = _scaled(before, value) if operation == "*=" else _raised(before, value)
        if every and typed is None and value == before:
            return False
    table: Any = document
    for depth, part in enumerate(path[:-1], 1):
        below = table.get(part)
        if not isinstance(below, dict):
            below = copied(_of_kind(document, path[:depth], path) or {})  # a table of defaults so far
        table[part] = dict(below)
        table = table[part]
    table[path[-1]] = copy.deepcopy(value)
    if rival is not None:
        table.pop(rival[-1], None)
    return True


def rival_of(path: Path) -> Path | None:
    """Return the path of what a value stands in place of: a table has one of the two.

    >>> rival_of(("teams", "sales", "hours"))
    ('teams', 'sales', 'hours_per_week')
    """
    owner = kind_at(path[:-1])
    for pair in _ONE_OF:
        if path[-1] in pair and is_section(owner) and set(pair) <= set(owner.model_fields):
            return (*path[:-1], pair[path[-1] == pair[0]])
    return None


def _undone(made: Sequence[Change]) -> Iterator[tuple[Change, Change]]:
    """Find changes that set what an earlier one has changed, or has set differently: (earlier, later)."""
    within: dict[Path, Change] = {}  # the last change at a path or below it
    wholes: dict[Path, Change] = {}  # the last one that set a path
    for change in made:
        around = [change.path[:length] for length in range(1, len(change.path) + 1)]
        if not change.operation:
            before = within.get(change.path)
            if before is not None and before[1:4] != change[1:4]:
                yield before, change
            rival = rival_of(change.path)
            if rival in within:
                yield within[rival], change
            for path in around[:-1]:
                if (
                    before is None
                    and path in wholes
                    and _inside(wholes[path], change) not in (None, change.value)
                ):
                    yield wholes[path], change
            wholes[change.path] = change
        within |= dict.fromkeys(around, change)


def _undoing(before: Change, after: Change, names: Sequence[str]) -> Problem:
    """State that a change undoes an earlier one."""
    first, last = (names[each.part] if names else f'"{each.key}"' for each in (before, after))
    path, to = written(after.path), f"is set to {shown(after.value)} by {last}"
    if before.path == rival_of(after.path):
        return Problem(path, f"{to}, and {written(before.path)} by {first}", "one of them")
    if before.operation or len(before.path) > len(after.path):
        return Problem(path, f"{to} after {first} has changed it", "the one that sets it first")
    return Problem(path, f"{to}, and to {shown(_inside(before, after))} by {first}", "one of them")


def _inside(whole: Change, change: Change) -> object:
    """Return what a change that sets a table, or the same value, sets where another change sets a value."""
    return look_up({"": whole.value}, ("", *change.path[len(whole.path) :]))


def _follow(document: Document, path: Path, operation: str, by: object) -> None:
    """Adapt uncertainties to a change: a value that is set is known; " *=" and " +=" move the uncertainty.

    An uncertainty that multiplies the value typed, or adds to it, goes on (U4, U5).
    """
    if not isinstance(document.get("uncertainties"), dict):
        return
    unknown = document["uncertainties"] = dict(document["uncertainties"])
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
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        known = _names_at(path[:depth], document, contents)
        if part not in known and not (last and adds and _may_add(kind_at(path[:depth]), value)):
            near = nearest(part, known) if depth else _begun(path, document, contents) or nearest(part, known)
            hint = None if near is None else ".".join((*path[:depth], near, *path[depth + 1 :]))
            there = "" if near else _there(path, depth, known, value if adds else None)
            raise _RefusedError("does not exist", there, hint)
    if len(path) == 1 and is_map(kind_at(path)):
        raise _RefusedError(
            "is a whole table", f'a path in quotes to one value in it, such as "{path[0]}.NAME.KEY"'
        )


def _begun(path: Path, document: Document, contents: Contents) -> str | None:
    """Find the table for which a path without its first part is meant, as by website.cost_per_month."""
    for table, kind in ((key, kind_at((key,))) for key in Contents.model_fields):
        if is_map(kind) and path[0] in _names_at((table,), document, contents) and kind_at((table, *path)):
            return f"{table}.{path[0]}"
    return None


def _there(path: Path, depth: int, known: Sequence[str], value: object) -> str:
    """Say what there is in place of a part of a path; a `value` may be set as a part of a new table."""
    kind, said = kind_at(path[:depth]), [f"one of {', '.join(known)}"] if known else []
    whole = depth if is_section(kind) else depth + 1
    is_whole_name = is_map(kind) and depth == 1  # a channel, a team: too much to be meant
    is_key = is_section(kind) and bool(known)
    if value is not None and whole < len(path) and not (is_whole_name or is_key):
        for part in reversed(path[whole:]):
            value = {part: value}
        said.append(f'"{written(path[:whole])}" = {shown(value)}')
    return ", or ".join(said) or "a path to a value"


def _names_at(path: Path, document: Document, contents: Contents) -> list[str]:
    """List the keys of a table, or the names in it, changes so far included."""
    kind, typed = kind_at(path), look_up(document, path)
    known = value_at(contents, path)
    if is_section(kind):
        return list(kind.model_fields) if known is not None or isinstance(typed, Mapping) else []
    if isinstance(typed, Mapping):  # names, or the parameters of a distribution
        return [str(name) for name in typed]
    return [str(name) for name in known] if isinstance(known, Mapping) else []


def _may_add(kind: Any, value: object) -> bool:
    """Return whether a table takes a new name: with a table if it holds tables, else with a number."""
    return is_map(kind) and isinstance(value, Mapping | int | float)


def _left_out(document: Document, contents: Contents, path: Path) -> object:
    """Return the value of a key that is left out: that of the channel's kind, or the default."""
    from_kind = _of_kind(document, path)
    return _default(contents, path) if from_kind is None else from_kind


def _of_kind(document: Document, path: Path, setting: Path | None = None) -> Any:
    """Return what a channel's kind says at a path; a world's own number there must not be lost (U5).

    `setting` is the path of a value that is set there, in place of the kind's.
    """
    usual = usual_path(path, document)
    if usual is None:
        return None
    replaced = None if setting is None else usual_path(setting, document)
    for key in document.get("uncertainties") or {}:
        own, _ = split_key(key)
        if own[: len(usual)] == usual and own != replaced:
            raise _RefusedError(
                f"would lose the uncertainty of {written(own)}",
                f"a change of {written(usual)}, or a value of the channel's own, set with =",
            )
    return look_up(document, usual)


def _default(contents: Contents, path: Path) -> object:
    """Return the value of a key that is left out."""
    owner = kind_at(path[:-1])
    if is_section(owner):
        field = owner.model_fields[path[-1]]
        return None if field.is_required() else plain(field.default)
    return plain(value_at(contents, path))


def plain(value: object) -> object:
    """Return a distribution that is a number as the number."""
    return value.value if isinstance(value, Constant) else value


def _operand(value: object, operation: str) -> float:
    if not is_number(value):
        raise _RefusedError(f'cannot be changed by "{operation}" {shown(value)}', "a number")
    return value


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a finite number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def _scaled(before: Any, by: object) -> Any:
    """Multiply a number, or scale a distribution by scaling its parameters."""
    factor = _operand(by, "*=")
    if is_number(before):
        return _like(before, before * factor)
    if isinstance(before, Mapping):
        if set(before) in _SCALED_FORMS and all(map(is_number, before.values())):
            return {key: item * factor for key, item in before.items()}
        if {"scipy", "sample", "draws"} & set(before) and is_number(before.get("times", 1.0)):
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
    if not is_number(before):
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
    path, operation, value = match["path"], match["operation"] or "", match["value"].strip()
    meant = _meant(operation, value)
    if meant is not None:
        right = f"{path}{meant[0]}{meant[1]:.10g}"
        right += f" to add, or {path}={meant[1]:.10g} to set" if value[0] == "+" and meant[0] == "+=" else ""
        raise ScenarioError([Problem("", f"{shown(text)} is not how to write that", right)], "a change")
    key = f"{path} {operation}=" if operation else path
    try:
        read = parse_toml(f"value = {value}", key)
    except ScenarioError:
        read = {"value": value} if _BARE_WORD.fullmatch(value) else {}
    if set(read) != {"value"}:
        right = spelling(value) or "a value as in a scenario file"
        problem = Problem(key, f"is set to {shown(value)}", right, None, value)
        raise ScenarioError([problem], "a change")
    return key, read["value"]


def _meant(operation: str, value: str) -> tuple[str, float] | None:
    """Return the change that is meant by arithmetic of another kind: x=+1, x-=1, x/=2, x=*2, x+=20%.

    >>> _meant("", "+1"), _meant("-", "1"), _meant("", "-20%"), _meant("", "-1")
    (('+=', 1.0), ('+=', -1.0), ('*=', 0.8), None)
    """
    found = _ARITHMETIC.fullmatch(value)
    if found is None or (operation and found["sign"]):
        return None
    sign, number = operation or found["sign"], float(found["number"])
    if found["percent"]:
        return _of_percent(sign, number / 100)
    return _in_terms(sign, number) if operation in ("-", "/") or found["sign"] in ("+", "*", "/") else None


def _of_percent(sign: str, share: float) -> tuple[str, float] | None:
    if sign in ("+", "-"):
        return "*=", round(1 + share if sign == "+" else 1 - share, 10)
    return ("*=" if sign == "*" else "=", share) if sign != "/" else None


def _in_terms(sign: str, value: object) -> tuple[str, float] | None:
    """Write adding, subtracting, multiplying and dividing with the operations that there are."""
    if not is_number(value):
        return None
    number = float(value)
    if sign == "/":
        return ("*=", 1 / number) if number else None
    return ("*=", number) if sign == "*" else ("+=", -number if sign == "-" else number)


def _as_key(path: Path, meant: tuple[str, float] | None) -> str:
    """Write a change as in a file; without a number, only how changes are written."""
    if meant is None:
        return f'"{written(path)} +=" or "{written(path)} *=" with a number'
    return f'"{written(path)} {meant[0]}" = {meant[1]:.10g}'


def hinted(problem: Problem, made: Sequence[Change]) -> Problem:
    """Add how to add or subtract, where a value that was set looks as if that had been meant."""
    for change in made:
        if change.operation or written(change.path) != problem.path:
            continue
        text = change.value if isinstance(change.value, str) else shown(change.value)
        meant = ("+=", float(change.value)) if _is_negative(change.value) else _meant("", text)
        if meant is not None:
            right = f"{problem.expected}, or to change what is there: {_as_key(change.path, meant)}"
            return replace(problem, expected=right.removeprefix(", or "))
    return problem


def _is_negative(value: object) -> bool:
    return is_number(value) and value < 0
