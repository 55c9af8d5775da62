"""Files of draws: values that are uncertain together, a row for each draw of them all (U9).

A cell is what a scenario file would have to the right of the equals sign: a number, a distribution, a table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from funnelsim.io.texts import composed
from funnelsim.scenario.errors import shown
from funnelsim.scenario.spreadsheets import Row, SampleError, rows_of

_EXPECTED = "a first row with the names of columns, and a row for each draw"


@dataclass(frozen=True, eq=False)
class DrawsFile:
    """A file of draws.

    Attributes
    ----------
    name : str
        Its way from the scenario.
    columns : mapping of str to tuple
        The values in each column, as a TOML parser returns them, by its name.
    lines : tuple of int
        On which each row ends, counted from 1.
    """

    name: str
    columns: Mapping[str, tuple[Any, ...]]
    lines: tuple[int, ...]
    read: dict[Any, tuple[Any, ...]] = field(default_factory=dict)  # as scenarios hold them, once read

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.lines)

    def place(self, row: int) -> str:
        """Say where a row is.

        >>> DrawsFile("draws.csv", {}, (2, 3)).place(1)
        'line 3 of draws.csv'
        """
        return f"line {self.lines[row]} of {self.name}"


def draws_of(content: bytes, name: str) -> DrawsFile:
    r"""Read a file of draws.

    Parameters
    ----------
    content : bytes
        Of a table in plain text; the first row names the columns.
    name : str
        Of the file.

    Raises
    ------
    SampleError
        If it is no such table, or a cell has no value.

    Examples
    --------
    >>> text = 'shocks.demand.deviation,stages.offer.customer_takes_days\n0.2,"{ median = 8, p90 = 30 }"\n'
    >>> draws_of(text.encode(), "draws.csv").columns["stages.offer.customer_takes_days"]
    ({'median': 8, 'p90': 30},)
    """
    first, *body = rows_of(content, name) or [Row(1, [])]
    headings = [composed(each.strip()) for each in first.cells]
    if not body or not all(headings):
        wrong = "has no draws" if all(headings) else "has a column without a name"
        raise SampleError(f"is {shown(name)}, which {wrong}", _EXPECTED, "draws")
    twice = [each for each in headings if headings.count(each) > 1]
    if twice:
        raise SampleError(f"is {shown(name)}, which has two columns named {twice[0]}", "one", "draws")
    columns = {
        heading: tuple(_value(row.cells[position], heading, row.line, name) for row in body)
        for position, heading in enumerate(headings)
    }
    return DrawsFile(name, columns, tuple(row.line for row in body))


def _value(text: str, heading: str, line: int, name: str) -> object:
    """Read a cell: numbers are read first, because nearly all are."""
    try:
        found: object = float(text)
        if isfinite(float(text)):
            return found
    except ValueError:
        try:
            table = tomllib.loads(f"value = {text.strip()}")
        except (ValueError, RecursionError):
            table = {}
        if set(table) == {"value"}:
            return table["value"]
    wrong = f'is {shown(name)}, where "{text.strip()}" on line {line}, under {heading}, is no value'
    raise SampleError(wrong, 'a value as in a scenario file: 0.25, or "{ median = 3, p90 = 7 }"', "draws")
