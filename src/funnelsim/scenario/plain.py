"""Values from Python as plain tables, lists, texts and numbers: what a TOML parser returns.

Texts are in the form that Unicode calls NFC, so that names which look the same are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

import numpy as np

from funnelsim.io.texts import composed
from funnelsim.scenario.errors import Problem, shown
from funnelsim.scenario.files import DEEPEST

_VALUES = "a number, a text, a date, true or false, a list or a table"


class _Refused(Exception):  # noqa: N818 (a message to `plain_table`, which turns it into a problem)
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def plain_table(values: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Copy a table as plain values, and report what cannot be one.

    Parameters
    ----------
    values : mapping
        From Python: numbers of NumPy and tuples are welcome.

    Returns
    -------
    tuple of dict and list of Problem
        What could be copied, and what is wrong with the rest.

    Examples
    --------
    >>> plain_table({"people": np.int64(3), "hours": (1, np.float64(0.5))})
    ({'people': 3, 'hours': [1, 0.5]}, [])
    >>> plain_table({3: 1, "b": {"c": object()}})[1][0].sentence()
    '3 is a key that is no text; expected keys in quotes'
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        try:
            name = _key(key, "", found)
            found[name] = _plain(value, name, 1)
        except _Refused as refused:
            problems.append(refused.problem)
    return found, problems


def _plain(value: Any, path: str, depth: int) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str):
        return _text(value, path)
    if value is None or isinstance(value, bool | int | float | date | time):
        return value
    if depth > DEEPEST:
        raise _Refused(Problem(path.split(".", maxsplit=1)[0], "nests too deeply", "tables of a scenario"))
    if isinstance(value, Mapping):
        table: dict[str, Any] = {}
        for key, item in value.items():
            name = _key(key, path, table)
            table[name] = _plain(item, f"{path}.{name}", depth + 1)
        return table
    if isinstance(value, list | tuple):
        return list(_items(value, path, depth))
    raise _Refused(Problem(path, f"is of the type {type(value).__name__}", _VALUES))


def _items(values: list[Any] | tuple[Any, ...], path: str, depth: int) -> Iterator[Any]:
    for number, item in enumerate(values):
        yield _plain(item, f"{path}.{number}", depth + 1)


def _key(key: object, path: str, table: Mapping[str, Any]) -> str:
    """Return a key of a table in the one form that it has."""
    if not isinstance(key, str):
        where = f"{path}.{shown(key)}" if path else shown(key)
        raise _Refused(Problem(where, "is a key that is no text", "keys in quotes"))
    name = _text(key, path)
    if name in table:
        where = f"{path}.{name}" if path else name
        raise _Refused(
            Problem(where, "is there twice, in two forms of Unicode that look the same", "one of them")
        )
    return name


def _text(text: str, path: str) -> str:
    """Return a text in its one form; half of a character, as broken file names have it, is refused."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _Refused(
            Problem(path, f"has the text {shown(text)}, which cannot be written", "text in Unicode")
        )
    return composed(str(text))
