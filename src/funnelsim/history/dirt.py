"""What is wrong with the rows of an export, and what is done about it: counted by kind, and listed (HI7)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

import pandas as pd

LISTED = ("file", "line", "kind", "found", "instead")


class _Treatment(NamedTuple):
    """A kind of dirt: its name in files, what is wrong, and what is done."""

    name: str
    wrong: str
    done: str


class Dirt(Enum):
    """The kinds of dirt; docs/import.md shows the same table."""

    TORN = _Treatment("torn row", "has fewer or more cells than the header", "the row is left out")
    NO_DEAL = _Treatment("no deal", "does not name a deal", "the row is left out")
    BAD_DATE = _Treatment("unreadable date", "a date that cannot be read", "it is taken as blank")
    BAD_NUMBER = _Treatment("unreadable number", "a number that cannot be read", "it is taken as blank")
    DUPLICATE = _Treatment("duplicate row", "the same row a second time", "the second one is left out")
    REPEATED = _Treatment(
        "deal in several rows",
        "a deal has several rows that differ",
        "of each column, what the last row says that has something there",
    )
    MERGED = _Treatment(
        "merged deal",
        "the deal was merged into another one that is in the file",
        "it is left out: the same sale is not counted twice",
    )
    IGNORED = _Treatment("ignored status", "the mapping says to ignore this status", "the row is left out")
    NO_DATE = _Treatment("no date", "what happened has no date", "it is left out")
    NO_CREATED = _Treatment(
        "no date when created", "the deal has no date when it was created", "the first date that it has"
    )
    REPEATED_STAGE = _Treatment(
        "repeated stage", "the deal enters the stage in which it is", "the row is no entry"
    )
    EARLY_ENTRY = _Treatment(
        "entry before it was created",
        "the deal enters a stage before it was created",
        "it was created when it entered that stage",
    )
    BACKWARDS = _Treatment(
        "closed before it was created",
        "the deal is closed before it was created",
        "as one that appears closed: created when closed",
    )
    APPEARS_CLOSED = _Treatment(
        "appears closed",
        "the deal is closed as it is created",
        "it is won or lost, and was in no stage",
    )
    REOPENED = _Treatment(
        "reopened deal",
        "the deal goes on after it was won or lost",
        "what follows is a deal of its own, with # and a number after its name",
    )
    OTHER_STEP = _Treatment(
        "other step of work",
        "work is neither started nor completed, but scheduled, say",
        "the row is left out",
    )
    STARTED_AGAIN = _Treatment(
        "work started twice", "work is started again before it was completed", "the earlier start is left out"
    )
    NEGATIVE_WORK = _Treatment("work ends before it starts", "work ends before it starts", "it is left out")
    NO_START = _Treatment("work without a start", "work ends that never started", "it is left out")
    ENDED_BEFORE = _Treatment(
        "closed before the history begins", "the deal was closed before `seen_from`", "it is left out"
    )
    AFTER_END = _Treatment(
        "after the end of the history", "a date on or after `seen_until`", "what happened then is left out"
    )

    @property
    def wrong(self) -> str:
        """What is wrong."""
        return self.value.wrong

    @property
    def done(self) -> str:
        """What is done about it."""
        return self.value.done

    def __str__(self) -> str:
        return self.value.name


class DirtList:
    r"""All rows that were repaired or dropped.

    Examples
    --------
    >>> dirt = DirtList()
    >>> dirt.add(Dirt.BAD_DATE, ["deals.csv"], [7], ["31 June"], "blank")
    >>> dirt.counts()
    {'unreadable date': 1}
    >>> print(dirt.table().to_csv(index=False, lineterminator="\n"), end="")
    file,line,kind,found,instead
    deals.csv,7,unreadable date,31 June,blank
    """

    def __init__(self) -> None:
        self._frames: list[pd.DataFrame] = []

    def add(
        self,
        kind: Dirt,
        files: Iterable[str] | pd.Series[str],
        lines: Iterable[int] | pd.Series[int],
        found: Iterable[object] | pd.Series[str],
        instead: str | Iterable[str] | pd.Series[str] = "",
    ) -> None:
        """List rows: where they are, what stands there, and what is read instead ("" for nothing)."""
        rows = pd.DataFrame({"file": list(files), "line": list(lines)})
        if rows.empty:
            return
        rows["kind"] = str(kind)
        rows["found"] = [str(each) for each in found]
        rows["instead"] = instead if isinstance(instead, str) else [str(each) for each in instead]
        self._frames.append(rows)

    def counts(self) -> dict[str, int]:
        """Count the rows of each kind, in the order of `Dirt`."""
        found: dict[str, int] = {}
        for frame in self._frames:
            kind = str(frame["kind"].iloc[0])
            found[kind] = found.get(kind, 0) + len(frame)
        return {str(kind): found[str(kind)] for kind in Dirt if str(kind) in found}

    def table(self) -> pd.DataFrame:
        """Return a row for each of them, with the columns of `LISTED`, by file and line."""
        if not self._frames:
            return pd.DataFrame(columns=list(LISTED))
        return pd.concat(self._frames, ignore_index=True).sort_values(
            ["file", "line"], kind="stable", ignore_index=True
        )
