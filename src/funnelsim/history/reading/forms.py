"""What a form of export is: its tables, the columns each can have, and how they become moves of deals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from funnelsim.history.dirt import DirtList
    from funnelsim.history.mapping import ExportMapping

ANY = "*"  # as the name of a table
PLACE = ("file", "line")  # where a row stands; every table has these columns


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    TIME = "time"
    NUMBER = "number"


@dataclass(frozen=True)
class Table:
    """A table of an export.

    Attributes
    ----------
    roles : mapping of str to Kind
        What the mapping can say that a column is; "entered.*" stands for a table `[columns.entered]` with a
        column for each stage.
    needed : sequence of str
        The roles without which the table says nothing.
    optional : bool
        Whether the export may lack the table.
    by_file : bool
        Whether what a row says depends on the file in which it stands, so that none repeats that of another.
    """

    roles: Mapping[str, Kind]
    needed: Sequence[str] = ("deal",)
    optional: bool = False
    by_file: bool = False


@dataclass
class Reading:
    """What a form says, before it is checked; times are of the firm's own clock. `PLACE` is in every table.

    Attributes
    ----------
    deals : DataFrame
        `deal` and what is known of it: any of `created`, `channel`, `segment`, `value`, `rep`, `reason`,
        `merged_into`. Rows may repeat a deal.
    moves : DataFrame
        `deal`, `to`, `at`: a stage or a status as the file writes it, and when it was reached. It may have
        `after` (HI3), `rep` and `reason`. In any order; at the same time, in the order of rows.
    fields : DataFrame
        `deal`, `field`, `since`, `value` (as text): dated values of channel, segment, value and rep.
    work : DataFrame
        `deal`, `stage`, `rep`, `start`, `end`.
    first : str
        The stage in which a deal is from when it was created until its first move; empty where the moves
        say it.
    since, until : Timestamp, optional
        From when on the export saw the deals, and when for the last time; where it is not given, at the first
        and at the last date in it.
    """

    deals: pd.DataFrame
    moves: pd.DataFrame
    fields: pd.DataFrame = field(default_factory=pd.DataFrame)
    work: pd.DataFrame = field(default_factory=pd.DataFrame)
    first: str = ""
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None


@dataclass(frozen=True)
class Sample:
    """The beginning of a file: its name, its header and some rows."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def values(self, column: str) -> list[str]:
        """List the different texts of a column that are not blank, in the order in which they come."""
        place = list(self.header).index(column)
        texts = dict.fromkeys(row[place].strip() for row in self.rows if len(row) > place)
        return [text for text in texts if text]


Guess = Callable[[Sequence[Sample]], dict[str, Any] | None]


@dataclass(frozen=True)
class Form:
    """A form of export.

    Attributes
    ----------
    name : str
        As in a mapping.
    tables : mapping of str to Table
        By name, as in `[files.NAME]`, the one first whose columns `[columns]` alone has; `ANY` stands for
        as many tables as there are, by any name.
    read : function
        Turns the tables that are there into a `Reading`: rows without a deal and rows that repeat another
        one in everything are gone by then. It lists what it leaves out.
    guess : function
        Proposes the document of a mapping from samples of files; None if they are of another form.
    """

    name: str
    tables: Mapping[str, Table]
    read: Callable[[Mapping[str, pd.DataFrame], ExportMapping, DirtList], Reading]
    guess: Guess
