"""Write a scenario, with comments and tables in line, and the file of draws beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tomlkit
from tomlkit.items import InlineTable, Item

DRAWS = "draws.csv"
_IN_LINE = 6  # entries that a table on one line may have
_DIGITS = 6  # of numbers that are measured


def rounded(value: Any) -> Any:
    """Round measured numbers, however deep in a value, so that a person can read them.

    >>> rounded({"median": 3.14159265, "p90": [10.0, 1234567.8]})
    {'median': 3.14159, 'p90': [10.0, 1234570.0]}
    """
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.{_DIGITS}g}")
    if isinstance(value, Mapping):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [rounded(item) for item in value]
    return value


def as_toml(document: Mapping[str, Any]) -> str:
    r"""Write a document as TOML: small tables without tables in them stand on one line.

    >>> as_toml({"stages": {"offer": {"conversion": 0.25, "next": {"won": 1.0}}}})
    '[stages.offer]\nconversion = 0.25\nnext = {won = 1.0}\n'
    """
    return tomlkit.dumps(_table(document))


def _table(values: Mapping[str, Any]) -> tomlkit.items.Table:
    table = tomlkit.table(is_super_table=all(_is_section(each) for each in values.values()))
    in_order = sorted(values.items(), key=lambda item: _is_section(item[1]))  # sections come last
    for key, value in in_order:
        table.add(key, _table(value) if _is_section(value) else _item(value))
    return table


def _is_section(value: object) -> bool:
    """Return whether a value has a heading of its own."""
    if not isinstance(value, Mapping):
        return False
    return len(value) > _IN_LINE or any(isinstance(each, Mapping) for each in value.values())


def _item(value: object) -> Item:
    if isinstance(value, Mapping):
        found: InlineTable = tomlkit.inline_table()
        found.update({str(key): _item(each) for key, each in value.items()})
        return found
    return tomlkit.item(value)


def in_one_line(value: object) -> str:
    """Write a value as a cell of the file of draws.

    >>> in_one_line(0.25), in_one_line({"median": 2.0, "p90": 5.0})
    ('0.25', '{median = 2.0, p90 = 5.0}')
    """
    return _item(rounded(value)).as_string()


def draws_as_csv(columns: Mapping[str, Sequence[Any]]) -> str:
    r"""Write the file of draws: a column a path, a row a draw (ME5).

    >>> draws_as_csv({"stages.offer.conversion": [0.25, 0.5]})
    'stages.offer.conversion\n0.25\n0.5\n'
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows(zip(*(map(in_one_line, each) for each in columns.values()), strict=True))
    return written.getvalue()
