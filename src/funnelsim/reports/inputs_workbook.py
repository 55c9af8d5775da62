"""The inputs of a scenario as an Excel workbook, and what was changed in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

from funnelsim.io.reading import read_bytes
from funnelsim.io.writing import UnusableError
from funnelsim.reports.grid import printable
from funnelsim.reports.workbook import Head, is_there, put, saved, table_on
from funnelsim.scenario.all_inputs import Listed
from funnelsim.scenario.errors import nearest

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHEET = "inputs"
HEADS = ("Group", "What", "Value", "Unit", "Where it comes from", "Path")
_VALUE, _PATH = 3, 6  # columns
_LARGEST = 1 << 25  # bytes
_MOST_LISTED = 200


class WorkbookError(UnusableError):
    """A file that is no workbook of inputs."""


def must_be_there() -> None:
    """Refuse to go on without openpyxl.

    Raises
    ------
    UnusableError
        If it is not installed.
    """
    if not is_there():
        raise UnusableError(
            "a workbook takes openpyxl, which is not installed: `pip install openpyxl` brings it"
        )


def written(entries: Sequence[Listed]) -> bytes:
    """Write inputs as a workbook: a row for each, to change in the column "Value"."""
    must_be_there()
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    sheet.title = SHEET
    rows = [[each.group, each.words, each.value, each.unit, each.origin, each.path] for each in entries]
    table_on(sheet, [Head(title) for title in HEADS], rows)
    for row, each in enumerate(entries, 2):
        put(sheet, row, _VALUE, each.value, _format(each))
    _offer_choices(sheet, entries)
    return saved(book)


def _format(entry: Listed) -> str:
    if isinstance(entry.value, date):
        return "yyyy-mm-dd"
    if isinstance(entry.value, bool | str):
        return "General"
    return "0.0##%" if entry.unit == "%" else "General"


def _offer_choices(sheet: Worksheet, entries: Sequence[Listed]) -> None:
    """Let Excel offer the choices of each cell that has some."""
    validation = import_module("openpyxl.worksheet.datavalidation").DataValidation
    cells: dict[str, list[str]] = {}
    for row, each in enumerate(entries, 2):
        choices = ("TRUE", "FALSE") if isinstance(each.value, bool) else each.choices
        listed = ",".join(choices)
        if choices and len(listed) <= 255:  # more does not fit into a workbook
            cells.setdefault(listed, []).append(f"C{row}")
    for listed, places in cells.items():
        offered = validation(type="list", formula1=f'"{listed}"', allow_blank=False)
        sheet.add_data_validation(offered)
        for place in places:
            offered.add(place)


class Typed(NamedTuple):
    """What a workbook says.

    Attributes
    ----------
    values : dict of str to value
        By path. A row that has been removed is not there.
    cells : dict of str to str
        Where each row is.
    wrong : list of str
        What cannot be read, with sheet and cell.
    """

    values: dict[str, Any]
    cells: dict[str, str]
    wrong: list[str]


def read(file: Path, entries: Sequence[Listed]) -> Typed:
    """Read the values of a workbook.

    Parameters
    ----------
    file : path
        As `written` wrote it, with other values.
    entries : sequence of Listed
        Of the scenario.

    Raises
    ------
    WorkbookError
        If it is no such workbook.
    OSError
        If it cannot be read.
    """
    must_be_there()
    typed, shown = _sheets(file)
    known = {each.path: each for each in entries}
    wrong, values, cells = list[str](), dict[str, Any](), dict[str, str]()
    for row in range(2, typed.max_row + 1):
        path = typed.cell(row, _PATH).value
        place = f"{SHEET}!C{row}"
        if all(typed.cell(row, column).value is None for column in range(1, len(HEADS) + 1)):
            continue
        if path not in known:
            wrong.append(f"{SHEET}!F{row}: {_not_a_path(path, known)}")
            continue
        if path in cells:
            wrong.append(f"{place}: {path} is there twice, first in {cells[path]}")
            continue
        cells[path] = place
        try:
            values[path] = known[path].read(_value(typed.cell(row, _VALUE), shown.cell(row, _VALUE)))
        except ValueError as error:
            wrong.append(f"{place}: {path} {error}")
    return Typed(values, cells, wrong)


def listed_for(file: Path, wrong: Sequence[str]) -> str:
    """List what is wrong with a workbook."""
    told = [
        *wrong[:_MOST_LISTED],
        *([f"... and {len(wrong) - _MOST_LISTED} more"] * (len(wrong) > _MOST_LISTED)),
    ]
    if len(told) == 1:
        return printable(f"{file}: {told[0]}")
    lines = [printable(f"{file} has {len(wrong)} problems:"), *(f"  {printable(each)}" for each in told)]
    return "\n".join(lines)


def _sheets(file: Path) -> tuple[Worksheet, Worksheet]:
    """Open the sheet of inputs twice: with formulas as typed, and with their last values."""
    load, content = import_module("openpyxl").load_workbook, read_bytes(file, _LARGEST)
    io = import_module("io")
    try:
        books = [load(io.BytesIO(content), data_only=only) for only in (False, True)]
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise WorkbookError(printable(f"{file} is no Excel workbook (.xlsx): {error}")) from None
    if SHEET not in books[0].sheetnames:
        raise WorkbookError(
            printable(f'{file} has no sheet "{SHEET}"; it has {", ".join(books[0].sheetnames)}')
        )
    sheets = [book[SHEET] for book in books]
    heads = tuple(sheets[0].cell(1, column).value for column in range(1, len(HEADS) + 1))
    if heads != HEADS:
        raise WorkbookError(
            printable(f"{file}: row 1 of {SHEET} has {list(heads)}; expected {', '.join(HEADS)}")
        )
    return sheets[0], sheets[1]


def _value(typed: Any, shown: Any) -> object:
    """Return what a cell says: of a formula the value that Excel has stored."""
    if typed.data_type == "f":
        if shown.value is None:
            raise ValueError(
                f"is the formula {typed.value}, whose value is not stored in the file; "
                "open and save it in Excel, or type the value"
            )
        if shown.data_type == "e":
            raise ValueError(f"is the formula {typed.value}, which gives {shown.value}; expected a value")
        return shown.value
    if typed.value is None:
        raise ValueError("is empty; expected a value (remove the row to leave it as it is)")
    return typed.value


def _not_a_path(path: object, known: Mapping[str, Listed]) -> str:
    if path is None:
        return "there is no path; expected that of an input, or no row"
    near = nearest(str(path), known)
    hint = f'; did you mean "{near}"?' if near else ""
    return f'"{path}" is no input of the scenario{hint}'


def changed_lines(entries: Sequence[Listed], values: Mapping[str, Any]) -> Iterator[str]:
    """List the values that have changed: path, in words, before, after, unit."""
    for each in entries:
        if each.path in values and values[each.path] != each.value:
            before, after = each.told(each.value), each.told(values[each.path])
            yield f"  {printable(f'{each.path} ({each.words}): {before} -> {after} {each.unit}'.rstrip())}"
