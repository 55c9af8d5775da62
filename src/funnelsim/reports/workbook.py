"""Figures as an Excel workbook: sheets with real numbers, and what they say in words (TE6).

`openpyxl` comes with the extra `excel`.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from funnelsim.io.files import Make
from funnelsim.metrics import TIMES, Unit
from funnelsim.reports.grid import printable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

NAME = "figures.xlsx"
MISSING = "figures.xlsx is left out: it takes openpyxl, which `pip install openpyxl` brings"
MOST_CELLS = 1_000_000  # of a sheet; Excel has room for as many rows, and takes minutes to open more
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of each file in the archive: equal figures give equal bytes
_WIDEST = 40  # characters of a column
_FORMATS = {Unit.SHARE: "0.0%", Unit.MONEY: "#,##0", Unit.COUNT: "#,##0.0", Unit.RATIO: "0.00"}
_WORDS = {Unit.SHARE: "share", Unit.RATIO: "ratio"}

Said = Sequence[tuple[str, str]]  # what is told in words: of what, and the words


class Head(NamedTuple):
    """The head of a column, and how its numbers are shown."""

    title: str
    format: str = "General"


class Sheet(NamedTuple):
    """A table with its name."""

    name: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[object]]


def is_there() -> bool:
    """Return whether workbooks can be written and read."""
    return find_spec("openpyxl") is not None


def workbook(sheets: Iterable[Sheet], said: Said) -> bytes:
    """Write sheets, and a last one in words, as a workbook: the same content gives the same bytes.

    Parameters
    ----------
    sheets : iterable of Sheet
        One with more than `MOST_CELLS` is left out, and the last sheet says so.
    said : sequence of tuple of str and str
        What the last sheet, `about`, says, and of what.
    """
    book: Workbook = import_module("openpyxl").Workbook()
    book.remove(book.active)
    told = [*said]
    for sheet in sheets:
        if len(sheet.rows) * len(sheet.heads) > MOST_CELLS:
            told.append((sheet.name, f"left out: {len(sheet.rows):,} rows are too many; the CSV has them"))
        else:
            table_on(book.create_sheet(sheet.name), sheet.heads, sheet.rows)
    _about(book.create_sheet("about"), told)
    return saved(book)


def workbook_file(written: Make) -> dict[str, Make]:
    """Name the workbook, and what makes it, where workbooks can be written."""
    return {NAME: written} if is_there() else {}


def saved(book: Workbook) -> bytes:
    """Write a workbook as bytes that do not depend on the time."""
    written = io.BytesIO()
    book.save(written)
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content
                )
            after.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def put(sheet: Worksheet, row: int, column: int, value: object, number_format: str = "General") -> None:
    """Write a cell: a text always as text, if it begins like a formula, too; what is undefined not at all."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = "\n".join(map(printable, value.split("\n")))
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    else:
        cell.value = value
        cell.number_format = number_format


def table_on(sheet: Worksheet, heads: Sequence[Head], rows: Iterable[Sequence[object]]) -> None:
    """Write a table whose head stays in sight, with columns as wide as they need to be."""
    styles = import_module("openpyxl.styles")
    widths = [max(map(len, head.title.split("\n"))) for head in heads]
    for column, head in enumerate(heads, 1):
        put(sheet, 1, column, head.title)
        cell = sheet.cell(1, column)
        cell.font = styles.Font(bold=True)
        cell.alignment = styles.Alignment(wrap_text=True, vertical="top")
    last = 1
    for last, row in enumerate(rows, 2):
        for column, (head, value) in enumerate(zip(heads, row, strict=True), 1):
            put(sheet, last, column, value, head.format)
            if isinstance(value, str):
                widths[column - 1] = max(widths[column - 1], len(value))
    letters = import_module("openpyxl.utils").get_column_letter
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[letters(column)].width = min(width, _WIDEST) + 3
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letters(len(heads))}{last}"


def figure_heads(title: str, unit: Unit, currency: str, parts: Sequence[str]) -> list[Head]:
    r"""Write the heads of a figure with its unit: a column for each part, such as its mean and its ends.

    Examples
    --------
    >>> [head.title for head in figure_heads("Profit", Unit.MONEY, "USD", ["mean", "P10"])]
    ['Profit, USD\nmean', 'Profit, USD\nP10']
    """
    words = _WORDS | {Unit.MONEY: printable(currency) or "money"}
    named = ", ".join(filter(None, (printable(title), unit.value if unit in TIMES else words.get(unit))))
    return [Head("\n".join(filter(None, (named, part))), _FORMATS.get(unit, "#,##0.0")) for part in parts]


def _about(sheet: Worksheet, said: Said) -> None:
    """Write what is told in words, with lines that break."""
    table_on(sheet, [Head("What"), Head("In words")], said)
    alignment = import_module("openpyxl.styles").Alignment
    sheet.column_dimensions["B"].width = 100
    for row in range(2, len(said) + 2):
        sheet.cell(row, 2).alignment = alignment(wrap_text=True, vertical="top")
