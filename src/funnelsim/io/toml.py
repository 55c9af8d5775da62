"""Write TOML: the standard library only reads it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_IN_LINE = 6  # entries that a table on one line may have


def toml_text(document: Mapping[str, Any]) -> str:
    """Write a document as TOML; what is None is left out.

    A table of the document has a heading. A table in a table stands on one line, if it is small and has no
    tables itself.

    Parameters
    ----------
    document : mapping
        Of texts, numbers, truths, dates, lists of them, and tables.

    Examples
    --------
    >>> print(toml_text({"stages": ["offer"], "columns": {"deal": "Deal - ID"}, "status": {"Won!": "won"}}))
    stages = ["offer"]
    <BLANKLINE>
    [columns]
    deal = "Deal - ID"
    <BLANKLINE>
    [status]
    "Won!" = "won"
    <BLANKLINE>
    >>> print(toml_text({"stages": {"offer": {"conversion": 0.25, "next": {"won": 1.0}}}}))
    [stages.offer]
    conversion = 0.25
    next = {won = 1.0}
    <BLANKLINE>
    """
    return "\n".join(_lines(document, ())).lstrip("\n") + "\n"


def toml_value(value: Any) -> str:
    """Write a value as it stands behind an equals sign.

    >>> toml_value(0.25), toml_value({"median": 2.0, "p90": 5.0})
    ('0.25', '{median = 2.0, p90 = 5.0}')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(_entries(value))}}}"
    return repr(value)


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Write the values of a table, then the tables in it that have a heading."""
    below = {key: value for key, value in table.items() if _has_heading(value, path)}
    values = {key: value for key, value in table.items() if key not in below}
    if path and (values or not table):
        yield f"\n[{'.'.join(map(_key, path))}]"
    yield from _entries(values)
    for key, value in below.items():
        yield from _lines(value, (*path, key))


def _has_heading(value: object, path: tuple[str, ...]) -> bool:
    """Return whether a value in the table at a path is a table with a heading of its own."""
    if not isinstance(value, Mapping):
        return False
    return not path or len(value) > _IN_LINE or any(isinstance(each, Mapping) for each in value.values())


def _entries(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if value is not None:
            yield f"{_key(key)} = {toml_value(value)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
