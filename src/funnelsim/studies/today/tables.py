"""Tables of a firm's records, in plain text: read column by column, and what is wrong told in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import composed
from funnelsim.io.writing import UnusableError
from funnelsim.scenario.errors import nearest
from funnelsim.scenario.numerals import MixedError, column
from funnelsim.scenario.spreadsheets import SampleError, rows_of

LARGEST = 256 << 20  # bytes
_MOST_TOLD = 20  # sentences
_DAY = "a date such as 2026-03-31, or a time: 2026-03-31T14:30"

Sentences = Iterator[str]


class Columns(NamedTuple):
    """What a table may have, and what it must have; what is no time and no number is a text."""

    known: tuple[str, ...]
    needed: tuple[str, ...]
    times: tuple[str, ...]
    numbers: tuple[str, ...]
    empty: str  # what is wrong with a table without rows


def read_table(path: Path, columns: Columns) -> tuple[pd.DataFrame, list[int]]:
    """Read a table whose first row has the names of columns.

    Parameters
    ----------
    path : path
    columns : Columns

    Returns
    -------
    DataFrame
        All columns that the table may have: "", NaT and NaN where it says nothing.
    list of int
        The line of each row.

    Raises
    ------
    UnusableError
        If it is no such table; tells every cell that is wrong, twenty at most.
    """
    try:
        first, *body = rows_of(read_bytes(path, LARGEST), path.name)
    except SampleError as error:
        raise UnusableError(f"{path} {error}; expected {error.expected}") from None
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise UnusableError(f"{path} is empty; expected a first row with the names of columns") from None
    names = [composed(each.strip()).lower() for each in first.cells]
    refuse([*_wrong_columns(names, columns), *([] if body else [columns.empty])], path)
    lines = [row.line for row in body]
    texts = {
        name: [composed(row.cells[place].strip()) for row in body]
        for place, name in enumerate(names)
        if name in columns.known
    }
    wrong: list[str] = []
    found = pd.DataFrame(
        {name: _read(name, texts.get(name), columns, lines, wrong) for name in columns.known}
    )
    refuse(wrong, path)
    return found, lines


def refuse(sentences: Sequence[str], path: Path) -> None:
    """Raise what is wrong with a file, if anything is."""
    if not sentences:
        return
    more = len(sentences) - _MOST_TOLD
    told = [*sentences[:_MOST_TOLD], *([f"and {more:,} more"] if more > 0 else [])]
    raise UnusableError(f"{path}: " + "\n  ".join(told))


def _wrong_columns(names: Sequence[str], columns: Columns) -> Sentences:
    for name in columns.needed:
        if name not in names:
            near = nearest(name, [each for each in names if each not in columns.known])
            hint = f'; is "{near}" meant?' if near else ""
            yield f"there is no column {name}{hint}"
    for name in columns.known:
        if names.count(name) > 1:
            yield f"there are {names.count(name)} columns {name}; expected one"


def _read(
    name: str, texts: list[str] | None, columns: Columns, lines: Sequence[int], wrong: list[str]
) -> Any:
    """Read a column; what is wrong in it is added to sentences."""
    is_time = name in columns.times
    if not is_time and name not in columns.numbers:
        return [""] * len(lines) if texts is None else texts
    nothing: Any = pd.NaT if is_time else np.nan
    found = [nothing] * len(lines)
    if texts is not None:
        read: Callable[..., None] = _read_times if is_time else _read_numbers
        read(name, texts, lines, found, wrong)
    return pd.to_datetime(pd.Series(found)).astype("datetime64[us]") if is_time else found


def _read_times(
    name: str, texts: list[str], lines: Sequence[int], found: list[Any], wrong: list[str]
) -> None:
    for row, text in enumerate(texts):
        try:
            found[row] = pd.Timestamp.fromisoformat(text) if text else pd.NaT
        except ValueError:
            wrong.append(f'line {lines[row]}: {name} is "{text}"; expected {_DAY}')
            continue
        if found[row] is not pd.NaT and found[row].tzinfo is not None:
            wrong.append(
                f'line {lines[row]}: {name} is "{text}", with a time zone; expected the firm\'s own time'
            )
            found[row] = pd.NaT


def _read_numbers(
    name: str, texts: list[str], lines: Sequence[int], found: list[Any], wrong: list[str]
) -> None:
    there = [row for row, text in enumerate(texts) if text]
    try:
        for row, number in zip(there, column(texts[row] for row in there), strict=True):
            found[row] = number
    except MixedError as mixed:
        line = lines[texts.index(mixed.text)]
        wrong.append(
            f'line {line}: {name} is "{mixed.text}", which {mixed}; expected a number such as 1250.5'
        )
