"""Write TOML: the standard library only reads it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: Mapping[str, Any]) -> str:
    """Write a document as TOML; what is None is left out.

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
    """
    return "\n".join(_lines(document, ())).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Write the values of a table, then the tables in it."""
    values = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    if path and (values or not table):
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, value in values.items():
        if value is not None:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _lines(value, (*path, key))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
