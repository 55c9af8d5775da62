"""Sample files: columns of observed values beside a scenario, as spreadsheets save them."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import NamedTuple

from funnelsim.chance.distributions import Sample
from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import composed
from funnelsim.scenario.errors import nearest, shown
from funnelsim.scenario.numerals import MixedError, column, is_heading, meanings

MOST_BYTES = 16 << 20
LARGEST = 1e15  # no amount of hours, days, money or odds needs more; keeps products finite
_SEPARATORS = (";", "\t", ",")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .ods begin, and .xls
_SEPARATOR = re.compile(r"sep=(?P<mark>[;,\t|])\r?(?=\n|$)")  # Excel's own first line
_IN_QUOTES = re.compile(r'"[^"]*"')


class SampleError(ValueError):
    """A sample file that cannot be used: what is wrong, and what would be right."""

    def __init__(self, wrong: str, expected: str, key: str = "sample", near: str | None = None) -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.key, self.near = wrong, expected, key, near


@dataclass
class Samples:
    """The sample files of a scenario, each read once.

    Attributes
    ----------
    folder : path or None
        Where they are. None: in the working folder.
    contents : dict of str to bytes
        Of those read so far, by name.
    """

    folder: Path | None = None
    contents: dict[str, bytes] = field(default_factory=dict)
    _found: dict[tuple[str, str], Sample] = field(default_factory=dict)

    def sample(self, name: str, heading: str = "") -> Sample:
        """Return the values of a file, or of a column of it.

        Raises
        ------
        SampleError
            If the file is not beside the scenario, cannot be read, or holds anything but numbers.
        """
        file = PurePath(name).as_posix()
        if (file, heading) not in self._found:
            if file not in self.contents:
                self.contents[file] = _read(file, self.folder or Path())
            self._found[file, heading] = Sample(_values(self.contents[file], file, heading))
        return self._found[file, heading]


def _read(name: str, folder: Path) -> bytes:
    """Read a file that lies beside the scenario, or in a folder there."""
    place = PurePath(name)
    home = os.path.realpath(folder)
    path = _in_any_form(folder / name)
    outside = f"is {shown(name)}, which lies outside the scenario's folder"
    if place.is_absolute() or PurePath(os.path.normpath(name)).parts[:1] == ("..",):
        raise SampleError(outside, "a file beside the scenario")
    if ".." in place.parts:
        raise SampleError(f'is {shown(name)}, which has ".." in it', "the way from the scenario to the file")
    try:
        if os.path.commonpath([home, os.path.realpath(path)]) != home:
            raise SampleError(f"{outside}: it is a link", "a file beside the scenario")
        return read_bytes(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        if isinstance(error, SampleError):
            raise
        reason = (error.strerror if isinstance(error, OSError) else "") or "no file can have this name"
        raise SampleError(
            f"is {shown(name)}, which cannot be read ({reason})",
            "a file with one value a row beside the scenario",
        ) from None


def _in_any_form(path: Path) -> Path:
    """Find a file whose name looks the same: accents can be written in two ways."""
    if path.name.isascii() or path.exists() or not path.parent.is_dir():
        return path
    return next((each for each in path.parent.iterdir() if composed(each.name) == composed(path.name)), path)


class _Row(NamedTuple):
    """A row of a file, and the line on which it ends."""

    line: int
    cells: list[str]


def _values(content: bytes, name: str, heading: str) -> tuple[float, ...]:
    rows = _rows(_decoded(content, name), name)
    if not rows:
        raise SampleError(f"is {shown(name)}, which has no values", "at least one value")
    headings = [composed(each.strip()) for each in rows[0].cells] if is_heading(rows[0].cells) else None
    position = _position(rows, headings, name, composed(heading.strip()))
    body = rows if headings is None else rows[1:]
    if not body:
        raise SampleError(f"is {shown(name)}, which has no values", "at least one value")
    try:
        values = column(row.cells[position] for row in body)
    except MixedError as mixed:
        line = next(row.line for row in body if row.cells[position] == mixed.text)
        wrong = f'is {shown(name)}, where "{mixed.text}" on line {line} {mixed}'
        raise SampleError(wrong, "numbers alone, all written alike, such as 1250.5") from None
    for row, value in zip(body, values, strict=True):
        if not abs(value) <= LARGEST:
            wrong = f"is {shown(name)}, where {row.cells[position]} on line {row.line} is too large"
            raise SampleError(wrong, "numbers of at most 1e15")
    return tuple(values)


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


def _rows(text: str, name: str) -> list[_Row]:
    """Split a text into rows of equal length; rows without anything in them are left out."""
    said = _SEPARATOR.match(text)
    text = text if said is None else text[said.end() :]
    separator = _separator(_IN_QUOTES.sub("", text)) if said is None else said["mark"]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [_Row(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise SampleError(f"is {shown(name)}, which is no table ({error})", "one row a line") from None
    width = max((_width(row.cells) for row in rows), default=0)  # empty columns at the end do not count
    if any(len(row.cells) < width for row in rows):
        odd = next(row for row in rows if len(row.cells) != len(rows[0].cells))
        raise _uneven(odd, rows[0], separator, name)
    return [_Row(row.line, row.cells[:width]) for row in rows]


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


def _uneven(row: _Row, first: _Row, separator: str, name: str) -> SampleError:
    wrong = (
        f"is {shown(name)}, where line {row.line} has {_columns(len(row.cells))} and line {first.line} has "
        f"{_columns(len(first.cells))}"
    )
    if separator == ",":
        return SampleError(wrong, "rows of equal length; if the commas are decimal ones, points instead: 3.5")
    return SampleError(wrong, "rows of equal length")


def _columns(count: int) -> str:
    return f"{count} column{'' if count == 1 else 's'}"


def _position(rows: list[_Row], headings: list[str] | None, name: str, heading: str) -> int:
    """Find a column: the only one, or the one that is named."""
    if headings is None and heading:
        raise SampleError(
            f"is {shown(heading)}, and {name} has no names of columns", "a first row with names", "column"
        )
    if headings is None:
        if len(rows[0].cells) > 1:
            raise SampleError(
                f"is {shown(name)}, which has {len(rows[0].cells)} columns without names",
                "one value a row (with a decimal point: 3.5, not 3,5), or a first row with names",
            )
        return 0
    known = [each for each in headings if each]
    if not heading:
        if len(headings) > 1:
            raise SampleError(
                f"is {shown(name)}, which has {len(headings)} columns", f"column = one of {', '.join(known)}"
            )
        return 0
    if headings.count(heading) > 1:
        raise SampleError(
            f"is {shown(heading)}, and {name} has {headings.count(heading)} columns of this name",
            "one",
            "column",
        )
    if heading not in headings:
        raise SampleError(
            f"is {shown(heading)}",
            f"a column of {name}: {', '.join(known[:8])}",
            "column",
            nearest(heading, known),
        )
    return headings.index(heading)
