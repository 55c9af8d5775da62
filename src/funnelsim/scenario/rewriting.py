"""A scenario's file with other values: everything else in it, its comments too, stays as it is (TE7)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit

from funnelsim.io.writing import UnusableError

Change = tuple[tuple[str, ...], Any, Any]  # path, before (None if it was not there), after


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Find the values that differ between two documents, table by table.

    >>> list(differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3, "d": True}}))
    [(('a', 'c'), 2, 3), (('a', 'd'), None, True)]
    """
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            for path, was, now in differences(old, value):
                yield (key, *path), was, now
        elif value != old or type(value) is not type(old):
            yield (key,), old, value


def rewritten(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    r"""Write the values of another document into the text of a TOML file.

    Parameters
    ----------
    text : str
        The file.
    before, after : mapping
        The document of the file, and the one that the text is to have; nothing is taken away.

    Raises
    ------
    UnusableError
        If the file is written in a way that this cannot change.

    Examples
    --------
    >>> text = "[teams.sales]  # who sells\npeople = 2  # since May\n"
    >>> before, after = ({"teams": {"sales": {"people": number}}} for number in (2, 3))
    >>> print(rewritten(text, before, after), end="")
    [teams.sales]  # who sells
    people = 3  # since May
    >>> rewritten(text, before, before) == text
    True
    """
    changed = list(differences(before, after))
    if not changed:
        return text
    document = tomlkit.parse(text)
    for path, _, value in changed:
        table: Any = document
        for key in path[:-1]:
            if key not in table:
                table[key] = tomlkit.table()
            table = table[key]
        table[path[-1]] = value
    written = tomlkit.dumps(document)
    if list(differences(tomllib.loads(written), after)):
        paths = ", ".join(".".join(path) for path, _, _ in changed)
        raise UnusableError(
            f"the file is written in a way in which {paths} cannot be changed: change it by hand"
        )
    return written
