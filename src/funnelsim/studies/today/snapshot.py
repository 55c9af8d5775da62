"""The snapshot of a pipeline: the deals that are open at an instant, and those closed in its quarter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import composed
from funnelsim.io.writing import UnusableError
from funnelsim.scenario.errors import nearest
from funnelsim.scenario.numerals import MixedError, column
from funnelsim.scenario.spreadsheets import SampleError, rows_of

NEEDED = ("at", "deal", "stage", "entered", "status")
TEXTS = ("deal", "stage", "channel", "segment", "rep", "status", "why", "category")
TIMES = ("at", "entered", "created", "closed", "close")
NUMBERS = ("value", "probability")
COLUMNS = (
    *("at", "deal", "stage", "entered", "created", "channel", "segment", "rep", "value"),
    *("status", "closed", "probability", "close", "why", "category"),
)
STATUSES = ("open", "won", "lost")
LARGEST = 256 << 20  # bytes
_MOST_TOLD = 20  # sentences
_DAY = "a date such as 2026-03-31, or a time: 2026-03-31T14:30"

Sentences = Iterator[str]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a firm's records show at an instant.

    Attributes
    ----------
    at : Timestamp
        As of when, of the firm's own clock.
    deals : DataFrame
        A row a deal, with `COLUMNS` but `at`: blank texts, NaT and NaN where the records do not say. `status`
        is "open", "won" or "lost".
    """

    at: pd.Timestamp
    deals: pd.DataFrame

    @property
    def open(self) -> pd.DataFrame:
        """The deals that are open."""
        return self.deals[self.deals["status"] == "open"].reset_index(drop=True)

    @property
    def overridden(self) -> pd.DataFrame:
        """The open deals of which somebody knows better (OD7)."""
        return self.open[_is_overridden(self.open).to_numpy()].reset_index(drop=True)

    def without_overrides(self) -> Snapshot:
        """Return the same records as if nobody knew better."""
        return Snapshot(self.at, self.deals.assign(probability=np.nan, close=pd.Timestamp("NaT"), why=""))

    def won_since(self, day: pd.Timestamp) -> pd.DataFrame:
        """Return the deals that were won from a day on."""
        return self.deals[(self.deals["status"] == "won") & (self.deals["closed"] >= day)]


def _is_overridden(deals: pd.DataFrame) -> pd.Series[bool]:
    return deals["probability"].notna() | deals["close"].notna()


def read_snapshot(path: Path) -> Snapshot:
    r"""Read a snapshot of a pipeline.

    Parameters
    ----------
    path : path
        A table in plain text; its first row has the names of columns. `at`, `deal`, `stage`, `entered` and
        `status` must be there; `created`, `channel`, `segment`, `rep`, `value`, `closed`, `probability`,
        `close`, `why` and `category` may be.

    Raises
    ------
    UnusableError
        If it is no such table; tells every row that is wrong, twenty at most.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "snapshot.csv"
    >>> _ = file.write_text("at,deal,stage,entered,status\n2026-04-01,A 7,offer,2026-03-05,open\n")
    >>> read_snapshot(file).open.loc[0, "stage"]
    'offer'
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
    _refuse([*_wrong_columns(names), *([] if body else ["has no rows: nothing says as of when it is"])], path)
    lines = [row.line for row in body]
    texts = {
        name: [composed(row.cells[place].strip()) for row in body]
        for place, name in enumerate(names)
        if name in COLUMNS
    }
    wrong: list[str] = []
    deals = pd.DataFrame({name: _read(name, texts.get(name), lines, wrong) for name in COLUMNS})
    _refuse(wrong, path)
    at = deals.pop("at")
    _refuse([*_not_one_instant(at, lines), *_wrong_rows(deals, at.iloc[0], lines)], path)
    return Snapshot(at.iloc[0], deals)


def _refuse(sentences: Sequence[str], path: Path) -> None:
    """Raise what is wrong with a file, if anything is."""
    if not sentences:
        return
    more = len(sentences) - _MOST_TOLD
    told = [*sentences[:_MOST_TOLD], *([f"and {more:,} more"] if more > 0 else [])]
    raise UnusableError(f"{path}: " + "\n  ".join(told))


def _wrong_columns(names: Sequence[str]) -> Sentences:
    for name in NEEDED:
        if name not in names:
            near = nearest(name, [each for each in names if each not in COLUMNS])
            hint = f'; is "{near}" meant?' if near else ""
            yield f"there is no column {name}{hint}"
    for name in COLUMNS:
        if names.count(name) > 1:
            yield f"there are {names.count(name)} columns {name}; expected one"


def _read(name: str, texts: list[str] | None, lines: Sequence[int], wrong: list[str]) -> Any:
    """Read a column; what is wrong in it is added to sentences."""
    if name in TEXTS:
        return [""] * len(lines) if texts is None else texts
    nothing: Any = pd.NaT if name in TIMES else np.nan
    found = [nothing] * len(lines)
    if texts is not None:
        read: Callable[..., None] = _read_times if name in TIMES else _read_numbers
        read(name, texts, lines, found, wrong)
    return pd.to_datetime(pd.Series(found)).astype("datetime64[us]") if name in TIMES else found


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


def _not_one_instant(at: pd.Series[Any], lines: Sequence[int]) -> Sentences:
    """Find rows that are as of another instant than the first."""
    if at.isna().any():
        yield f"line {lines[int(at.isna().argmax())]}: at is blank; expected as of when the snapshot is"
    elif at.nunique() > 1:
        odd = int((at != at.iloc[0]).argmax())
        yield f"line {lines[odd]}: at is {at.iloc[odd]}, and {at.iloc[0]} above; expected one snapshot a file"


def _wrong_rows(deals: pd.DataFrame, at: pd.Timestamp, lines: Sequence[int]) -> Sentences:
    """Find deals whose row cannot be, and what would be right."""
    seen: dict[str, int] = {}
    for row, deal in enumerate(deals.to_dict("records")):
        name, where = deal["deal"], f"line {lines[row]}: "
        if not name:
            yield f"{where}deal is blank; expected a name or a number that no other deal has"
        elif name in seen:
            yield f"{where}the deal {name} is on line {seen[name]} as well; expected each deal once"
        seen.setdefault(name, lines[row])
        for sentence in (*_wrong_status(deal), *_wrong_times(deal, at), *_wrong_override(deal, at)):
            yield f"{where}{sentence}"


def _wrong_status(deal: Mapping[Any, Any]) -> Sentences:
    status = deal["status"]
    if status not in STATUSES:
        near = nearest(status, STATUSES)
        yield f'status is "{status}"; expected open, won or lost' + (f'; is "{near}" meant?' if near else "")
    elif status == "open":
        if not deal["stage"]:
            yield "stage is blank; expected the stage that the open deal is in"
        if pd.isna(deal["entered"]):
            yield "entered is blank; expected when the open deal entered its stage"
        if not pd.isna(deal["closed"]):
            yield f"closed is {deal['closed']:%Y-%m-%d}, and the deal is open; expected one of the two"
    elif pd.isna(deal["closed"]):
        yield f"closed is blank; expected when the deal was {status}"
    if deal["value"] < 0:
        yield f"value is {deal['value']:g}; expected an amount of at least 0"


def _wrong_times(deal: Mapping[Any, Any], at: pd.Timestamp) -> Sentences:
    for name in ("created", "entered", "closed"):
        if deal[name] > at:  # false where it is blank
            yield f"{name} is {deal[name]}, after {at}, when the snapshot was taken"
    if deal["created"] > deal["entered"]:
        yield f"entered is {deal['entered']}, before created, {deal['created']}"


def _wrong_override(deal: Mapping[Any, Any], at: pd.Timestamp) -> Sentences:
    given = [name for name in ("probability", "close") if not pd.isna(deal[name])]
    if given and deal["status"] != "open":
        yield f"{given[0]} is given, and the deal is {deal['status']}; expected that of open deals only"
        return
    if given and not deal["why"]:
        yield f"{given[0]} overrides the forecast, and why is blank; expected the reason in a few words"
    if not pd.isna(deal["probability"]) and not 0 <= deal["probability"] <= 1:
        yield f"probability is {deal['probability']:g}; expected a share between 0 and 1, such as 0.8"
    if deal["close"] < at:
        yield f"close is {deal['close']:%Y-%m-%d}, before {at}; expected a day to come"
