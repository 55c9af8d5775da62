"""Tables beside a scenario, in plain text as spreadsheets save them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import NamedTuple

from funnelsim.scenario.errors import shown
from funnelsim.scenario.numerals import is_heading, meanings

_SEPARATORS = (";", "\t", ",")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .ods begin, and .xls
_SEPARATOR = re.compile(r"sep=(?P<mark>[;,\t|])\r?(?=\n|$)")  # Excel's own first line
_IN_QUOTES = re.compile(r'"[^"]*"')


class SampleError(ValueError):
    """A sample file that cannot be used: what is wrong, and what would be right."""

    def __init__(self, wrong: str, expected: str, key: str = "sample", near: str | None = None) -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.key, self.near = wrong, expected, key, near


class Row(NamedTuple):
    """A row of a file, and the line on which it ends."""

    line: int
    cells: list[str]


def rows_of(content: bytes, name: str) -> list[Row]:
    r"""Return the rows of a table that have anything in them, all of the same length.

    Raises
    ------
    SampleError
        If it is no table in plain text.

    Examples
    --------
    >>> [row.cells for row in rows_of(b"a;b\n1,5;2\n", "sizes.csv")]
    [['a', 'b'], ['1,5', '2']]
    """
    return _rows(_decoded(content, name), name)


def _decoded(content: bytes, name: str) -> str:
    if content.startswith(_WORKBOOKS):
        raise SampleError(
            f"is {shown(name)}, which is a workbook, not a table in plain text",
            "its sheet saved as CSV in UTF-8",
        )
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")  # what spreadsheets call Unicode text
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise SampleError(
            f"is {shown(name)}, which is not UTF-8 text", "a file saved as CSV in UTF-8"
        ) from None
    if "\0" in text:
        raise SampleError(f"is {shown(name)}, which is no text", "a file saved as CSV in UTF-8")
    return text


def _rows(text: str, name: str) -> list[Row]:
    """Split a text into rows of equal length; rows without anything in them are left out."""
    said = _SEPARATOR.match(text)
    text = text if said is None else text[said.end() :]
    separator = _separator(_IN_QUOTES.sub("", text)) if said is None else said["mark"]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [Row(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise SampleError(f"is {shown(name)}, which is no table ({error})", "one row a line") from None
    width = max((_width(row.cells) for row in rows), default=0)  # empty columns at the end do not count
    if any(len(row.cells) < width for row in rows):
        odd = next(row for row in rows if len(row.cells) != len(rows[0].cells))
        raise _uneven(odd, rows[0], separator, name)
    return [Row(row.line, row.cells[:width]) for row in rows]


def _separator(plain: str) -> str:
    """Find what stands between columns; a character that is not there where the commas are decimal ones."""
    found = next((each for each in _SEPARATORS if each in plain), ",")
    lines = [line for line in plain.splitlines() if line.strip()]
    headed = bool(lines) and is_heading([lines[0]])
    has_one = ["," not in line for line in (lines[:1] if headed else lines)]
    is_one_column = any(has_one) and all(meanings(line) for line in lines[headed:])
    return "\t" if found == "," and is_one_column else found


def _width(cells: Sequence[str]) -> int:
    return max((number for number, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _uneven(row: Row, first: Row, separator: str, name: str) -> SampleError:
    wrong = (
        f"is {shown(name)}, where line {row.line} has {_columns(len(row.cells))} and line {first.line} has "
        f"{_columns(len(first.cells))}"
    )
    if separator == ",":
        return SampleError(wrong, "rows of equal length; if the commas are decimal ones, points instead: 3.5")
    return SampleError(wrong, "rows of equal length")


def _columns(count: int) -> str:
    return f"{count} column{'' if count == 1 else 's'}"
