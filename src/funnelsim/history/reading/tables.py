"""Tables of an export: files of one kind read in blocks of rows, into the columns that the mapping names."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.mapping import ExportMapping, meant
from funnelsim.history.reading.columns import Doubtful, Evidence, TextColumn, Values
from funnelsim.history.reading.dates import DAY_FIRST, MONTH_FIRST, Clock
from funnelsim.history.reading.forms import Kind, Table
from funnelsim.history.reading.numbers import COMMA, POINT, amounts
from funnelsim.history.reading.sources import Row, Source
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError

_ROWS = 20_000  # read at once

Wanted = Mapping[str, str]  # role -> name of the column


@dataclass(frozen=True)
class Question:
    """What a file leaves open where its cells can be read in two ways, and the key of a mapping that answers.

    Attributes
    ----------
    key : str
        In the mapping.
    answers : pair of str
        What the key can say: the one way, the other way.
    what : str
        What is to be read.
    """

    key: str
    answers: tuple[str, str]
    what: str

    def choice(self, given: str | None, told: Evidence) -> int:
        """Say which way is meant: as the mapping says, else as all cells together tell.

        Raises
        ------
        UnusableError
            If they do not tell, or contradict each other.
        """
        if given is not None:
            return self.answers.index(given)
        one, other = self.answers
        if told.one and told.other:
            (file, line, text), (file2, line2, text2) = told.one, told.other
            raise UnusableError(
                f"there are {self.what}s of two kinds: {text} ({file}, line {line}) and {text2} "
                f"({file2}, line {line2}); "
                f'say which is right, {self.key} = "{one}" or {self.key} = "{other}", in the mapping: '
                "those of the other kind are then left blank, and counted"
            )
        if told.either and not (told.one or told.other):
            file, line, text = told.either
            raise UnusableError(
                f"{file}, line {line}: {text} can be read in two ways, and no other {self.what} tells "
                f'which is meant; say {self.key} = "{one}" or {self.key} = "{other}" in the mapping'
            )
        return 0 if told.one else 1 if told.other else 0


DATES = Question("dates", (DAY_FIRST, MONTH_FIRST), "date")
DECIMAL = Question("decimal", (POINT, COMMA), "number")
_DIRT = {Kind.TIME: Dirt.BAD_DATE, Kind.NUMBER: Dirt.BAD_NUMBER}


def columns_of(source: Source, wanted: Wanted) -> dict[str, int]:
    """Find the columns of a file that a mapping names.

    Raises
    ------
    UnusableError
        If there is no such column, or two; with all that is wrong, and the columns that there are.
    """
    problems = []
    for role, name in wanted.items():
        count = source.header.count(name)
        if count == 0:
            problems.append(f'{role} is "{name}", and there is no such column{meant(name, source.header)}')
        elif count > 1:
            problems.append(f'{role} is "{name}", and there are {count} columns of this name')
    if problems:
        listed = ", ".join(f'"{name}"' for name in source.header)
        raise UnusableError(f"{source.path.name}: {'; '.join(problems)}. Its columns are {listed}")
    return {role: source.header.index(name) for role, name in wanted.items()}


@dataclass
class _Growing:
    """The columns of a table while its files are read."""

    table: Table
    mapping: ExportMapping
    dirt: DirtList
    evidence: dict[Kind, Evidence] = field(default_factory=lambda: {kind: Evidence() for kind in Kind})

    def column(self, role: str, file: str) -> TextColumn | Doubtful:
        """Begin a column."""
        kind = kind_of(role, self.table)
        if kind == Kind.TEXT:
            return TextColumn()
        if kind == Kind.NUMBER:
            return Doubtful(amounts, np.nan, self.evidence[kind], file)
        firm = self.mapping.time_zone
        clock = Clock(firm, self.mapping.times_in or firm)
        return Doubtful(clock.wall, np.datetime64("NaT", "us"), self.evidence[kind], file)

    def values(self, role: str, column: TextColumn | Doubtful) -> pd.Series[Any] | Values:
        """End a column: read it in the way that the whole table tells."""
        if isinstance(column, TextColumn):
            return column.values()
        kind = kind_of(role, self.table)
        question, given = (
            (DATES, self.mapping.dates) if kind == Kind.TIME else (DECIMAL, self.mapping.decimal)
        )
        values, lost = column.values(question.choice(given, self.evidence[kind]))
        found = [f"{role}: {text}" for _, _, text in lost]
        self.dirt.add(_DIRT[kind], [file for file, _, _ in lost], [line for _, line, _ in lost], found)
        return values


def kind_of(role: str, table: Table) -> Kind:
    """Return what the cells of a column are: a role such as "entered.offer" is one of "entered.*"."""
    name, dot, _ = role.partition(".")
    return table.roles[f"{name}.*" if dot else role]


def read_table(
    sources: Sequence[Source],
    wanted: Wanted,
    table: Table,
    mapping: ExportMapping,
    dirt: DirtList,
    progress: Progress,
) -> pd.DataFrame:
    """Read the files of a table, one after the other, into one frame.

    Parameters
    ----------
    sources : sequence of Source
    wanted : mapping of str to str
        The name of the column by its role.
    table : Table
        What kind each role is.
    mapping : ExportMapping
        Time zones, and how dates and numbers are written where files do not tell.
    dirt : DirtList
        Takes what cannot be read.
    progress : function
        Told how many bytes have been read.

    Returns
    -------
    DataFrame
        A column for each role: text, datetime64[us] by the firm's clock, or float; blank is "", NaT, NaN.
        Besides, `file` and `line`, where each row stands.

    Raises
    ------
    UnusableError
        If a column is missing, or dates or numbers can be read in two ways.
    """
    growing = _Growing(table, mapping, dirt)
    parts = []
    for source in sources:
        at = columns_of(source, wanted)
        columns = {role: growing.column(role, source.path.name) for role in wanted}
        lines = array("q")
        for block in _blocks(_whole_rows(source, dirt, progress)):
            numbers = [line for line, _ in block]
            lines.extend(numbers)
            for role, column in columns.items():
                place = at[role]
                column.add([cells[place] for _, cells in block], numbers)
        parts.append((source.path.name, columns, lines))
    frames = [_frame(growing, *part) for part in parts]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _frame(
    growing: _Growing, file: str, columns: dict[str, TextColumn | Doubtful], lines: array[int]
) -> pd.DataFrame:
    # a column that is read makes room for the next
    frame = pd.DataFrame({role: growing.values(role, columns.pop(role)) for role in list(columns)})
    frame["file"] = pd.Series(np.full(len(lines), file, dtype=object), dtype="str")
    frame["line"] = np.array(lines, np.int64)
    return frame


def _blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while block := list(islice(rows, _ROWS)):
        yield block


def _whole_rows(source: Source, dirt: DirtList, progress: Progress) -> Iterator[Row]:
    """Leave out the rows that are torn: their cells may be those of other columns."""
    width = len(source.header)
    torn: list[Row] = []
    for line, cells in source.rows(progress):
        if len(cells) >= width and not any(cells[width:]):
            yield line, cells
        else:
            torn.append((line, cells))
    found = [f"{len(cells)} cells instead of {width}" for _, cells in torn]
    dirt.add(Dirt.TORN, [source.path.name] * len(torn), [line for line, _ in torn], found)
