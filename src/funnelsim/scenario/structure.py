"""Check a plain document against the schema, key by key, and go on after mistakes.

pydantic finds all structural errors at once. To find the errors across keys in the same pass, each
faulty value is replaced by one that the schema accepts, and the checks of `checks` see the rest.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sized
from itertools import islice
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from funnelsim.scenario.errors import Problem, in_words, nearest
from funnelsim.scenario.numerals import as_date
from funnelsim.scenario.paths import (
    Path,
    example_at,
    is_list_of_tables,
    is_map,
    is_section,
    kind_at,
    look_up,
    written,
)
from funnelsim.scenario.quantities import unquoted
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.schema import Contents

Document = dict[str, Any]

_MOST_OPTIONS = 8  # listed in a sentence
_REFERENCE = ("temperature", "warm")  # 1 by definition
_ROUNDS = 6  # a repaired table may show errors of its own; six is deeper than the schema

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "date_type": "a date such as 2026-01-31, without quotes",
    "finite_number": "a finite number",
    "model_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list in brackets",
    "greater_than_equal": "at least {ge:g}",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "at most {le:g}",
    "less_than": "less than {lt:g}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "string_too_long": "at most {max_length} characters",
    "literal_error": "{expected}",
}


def check_structure(document: Document, reading: Samples) -> tuple[Contents, Document, list[Problem]]:
    """Validate a document and repair what is wrong in it.

    Returns
    -------
    tuple of Contents, dict and list of Problem
        The contents and the document with every faulty value replaced, and what was wrong. With no
        problems the document is the one that was given.
    """
    problems: list[Problem] = []
    renamed: dict[Path, Path] = {}
    replaced: set[Path] = set()
    misnamed: set[Path] = set()
    told: set[str] = set()
    for _ in range(_ROUNDS):
        try:
            contents = Contents.model_validate(frozen(document), context=reading)
        except ValidationError as error:
            document = copy.deepcopy(document)
            for detail in sorted(error.errors(include_url=False), key=_misspelt_first):
                path = tuple(str(part) for part in detail["loc"] if part != "[key]")
                if detail["type"] == "missing" and path in renamed:
                    continue  # it is there, but misspelt
                problem = _problem(detail, path, renamed)
                again = problem.path in told  # of another item of a list
                again |= detail["type"] == "too_short" and path in misnamed  # it has one, under a wrong name
                told.add(problem.path)
                if "[key]" in detail["loc"]:
                    misnamed.add(path[:-1])
                if not again and not any(path[: len(whole)] == whole for whole in replaced):
                    problems.append(problem)
                _repair(document, path, detail, renamed, replaced)
        else:
            return contents, document, problems
    raise AssertionError(f"cannot repair {problems}")


def problems_at(document: Document, path: Path, reading: Samples) -> list[Problem]:
    """Find what is wrong with the innermost table around a path, looked at alone."""
    depth = max(depth for depth in range(len(path)) if is_section(kind_at(path[:depth])))
    try:
        kind_at(path[:depth]).model_validate(frozen(look_up(document, path[:depth])), context=reading)
    except ValidationError as error:
        return [
            _problem(detail, (*path[:depth], *(str(part) for part in detail["loc"] if part != "[key]")), {})
            for detail in error.errors(include_url=False)
        ]
    return []


def expected_of(error: ValidationError) -> str:
    """Say what a value by itself should have been."""
    detail = error.errors(include_url=False)[0]
    if detail["type"] == "scenario":
        return str(detail["ctx"]["expected"])
    return _EXPECTED.get(detail["type"], detail["msg"]).format(**detail.get("ctx", {}))


def _misspelt_first(detail: ErrorDetails) -> bool:
    """Sort errors so that a misspelt key explains the missing one."""
    return detail["type"] != "extra_forbidden"


def copied(value: Any) -> Any:
    """Copy tables and lists, eight times as fast as `copy.deepcopy`, which looks for cases that never occur.

    >>> before = {"hours": [1, 2]}
    >>> after = copied(before)
    >>> after["hours"].append(3)
    >>> before, after
    ({'hours': [1, 2]}, {'hours': [1, 2, 3]})
    """
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def frozen(value: Any) -> Any:
    """Turn lists into tuples, which is what the schema holds."""
    if isinstance(value, Mapping):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    return value


def _problem(detail: ErrorDetails, path: Path, renamed: Mapping[Path, Path]) -> Problem:
    context = dict(detail.get("ctx", {}))
    kind, value = detail["type"], detail["input"]
    spot = _as_written(_table_key(path), renamed)
    if kind == "scenario":
        if context["key"]:
            spot = (*spot, context["key"])
        return Problem(written(spot), context["wrong"], context["expected"], None, value, context["nearest"])
    if kind == "missing":
        return Problem(written(spot), "is missing", _described(path))
    if kind == "extra_forbidden":
        keys = kind_at(path[:-1]).model_fields
        near = nearest(path[-1], keys)
        return Problem(
            written(spot), "is not a key here", "" if near else f"one of {', '.join(keys)}", None, value, near
        )
    if kind in ("too_short", "too_long"):
        return _wrong_length(written(spot), context, value)
    expected = _right(
        kind, path, value, _EXPECTED.get(kind, detail["msg"]).format(**context).replace("'", "")
    )
    near = None
    if kind == "literal_error":
        options = expected.replace(" or ", ", ").split(", ")
        near = nearest(str(value), options)
        if len(options) > _MOST_OPTIONS:
            expected = (
                "" if near else f"one of {', '.join(options[:_MOST_OPTIONS])}, ... (docs/model.md has all)"
            )
    return Problem(written(spot), f"is {in_words(value)}", expected, None, value, near)


def _right(kind: str, path: Path, value: Any, expected: str) -> str:
    """Say what would be right in place of a value: how it is spelt, or what is usually meant by it."""
    if kind in ("float_type", "int_type"):
        expected = unquoted(value, expected)
    if kind == "date_type" and isinstance(value, str):
        day = as_date(value)
        return expected if day is None else f"{day}, without quotes"
    if kind == "less_than_equal" and expected == "at most 1" and path[-2:] != _REFERENCE:
        per_cent = 2 <= value <= 100 and value == round(value, 1)  # 7.912 is computed, not typed
        return f"a share of at most 1, such as {value / 100:g}" if per_cent else expected
    if path[-1] == "people" and path[0] == "teams" and isinstance(value, float):
        team = written(path[:-1])
        return f"{expected}; whoever works fewer hours has a name: {team}.reps.NAME.hours_per_week"
    return expected


def _described(path: Path) -> str:
    text: str = kind_at(path[:-1]).model_fields[path[-1]].description
    return text[0].lower() + text[1:].rstrip(".")


def _wrong_length(path: str, context: Mapping[str, Any], value: Sized) -> Problem:
    least, most = context.get("min_length"), context.get("max_length")
    if not value:
        return Problem(path, "is empty", "at least one entry")
    expected = f"at least {least} entries" if least is not None else f"at most {most} entries"
    return Problem(path, f"has {len(value)} entries", expected, None, value)


def _as_written(path: Path, renamed: Mapping[Path, Path]) -> Path:
    """Translate a path in the repaired document back to the path in the file."""
    for length in range(len(path), 0, -1):
        if path[:length] in renamed:
            return renamed[path[:length]] + path[length:]
    return path


def _repair(
    document: Document, path: Path, detail: ErrorDetails, renamed: dict[Path, Path], replaced: set[Path]
) -> None:
    """Replace what is wrong at a path by a value that the schema accepts, or will after more repair."""
    path = _table_key(path)
    table: Any = look_up(document, path[:-1])
    if isinstance(table, list):
        table[int(path[-1])] = {}
        replaced.add(path)
        return
    if not isinstance(table, dict):
        return  # repaired with another error around it
    key, owner = path[-1], kind_at(path[:-1])
    found = table.get(key)
    if detail["type"] == "extra_forbidden":
        table.pop(key, None)
        near = nearest(key, owner.model_fields)
        if near and near not in table:
            table[near] = found
            renamed[(*path[:-1], near)] = _as_written(path, renamed)
    elif detail["type"] == "too_long" and isinstance(found, dict):
        table[key] = dict(islice(found.items(), detail["ctx"]["max_length"]))
    elif "[key]" in detail["loc"] or (is_map(owner) and not is_section(kind_at(path))):
        table.pop(key, None)
    elif is_map(owner):
        table[key] = {}
        replaced.add(path)
    elif owner.model_fields[key].is_required() or owner.model_fields[key].examples:
        table[key] = example_at(path)
        replaced.add(path)
    else:
        table.pop(key, None)


def _table_key(path: Path) -> Path:
    """Cut a path at the first list that is not one of tables: it is replaced as a whole."""
    for length in range(1, len(path)):
        kind = kind_at(path[:length])
        if not is_section(kind) and not is_map(kind) and not is_list_of_tables(kind):
            return path[:length]
    return path
