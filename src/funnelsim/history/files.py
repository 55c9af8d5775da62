"""A history as a folder of files, written whole, and read back with checks: a person may have written it."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from funnelsim.history.customers import CUSTOMERS
from funnelsim.history.history import DEALS, ENTRIES, FIELDS, OUTCOMES, WORK, History, Known
from funnelsim.history.mapping import meant
from funnelsim.history.reading.export import Imported
from funnelsim.history.snapshot import snapshot_of
from funnelsim.io.files import Files
from funnelsim.io.progress import Progress, silent, step, step_through
from funnelsim.io.reading import counted, open_regular, read_bytes
from funnelsim.io.toml import toml_text
from funnelsim.io.writing import NewFolder, UnusableError

FORMAT = 1  # of the folder; another number is another meaning of its columns
ABOUT = "history.toml"
LARGEST_ABOUT = 1 << 20  # bytes
_MOST_TOLD = 10  # problems in one message
_TIMES = {
    "created",
    "closed",
    "closed_after",
    "entered",
    "entered_after",
    "since",
    "start",
    "end",
    "signed",
    "ended",
}


@dataclass(frozen=True)
class _File:
    """A file of the folder: its columns, those that it must have, and whether it must be there."""

    name: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    optional: bool = False

    @property
    def times(self) -> list[str]:
        return [name for name in self.columns if name in _TIMES]

    @property
    def numbers(self) -> list[str]:
        return [] if self.columns is FIELDS else [name for name in ("value", "mrr") if name in self.columns]


_DEALS = _File("deals.csv", DEALS, ("deal", "created"))
_ENTRIES = _File("entries.csv", ENTRIES, ("deal", "stage", "entered"))
_FIELDS = _File("fields.csv", FIELDS, FIELDS, optional=True)
_CUSTOMERS = _File("customers.csv", CUSTOMERS, ("customer", "product", "segment", "signed"), optional=True)
_WORK = _File("work.csv", WORK, ("deal", "stage", "start"), optional=True)


def write_history(folder: NewFolder, imported: Imported, progress: Progress = silent) -> None:
    """Write a history into a new folder, with what was wrong with the export and a snapshot of its end.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    history = imported.history
    tables = {
        _DEALS.name: history.deals,
        _ENTRIES.name: history.entries,
        _FIELDS.name: history.fields,
        _WORK.name: history.work,
        "dirt.csv": imported.dirt.table(),
        **({} if imported.customers.empty else {_CUSTOMERS.name: imported.customers}),
        "snapshot.csv": snapshot_of(history, history.seen_until),
    }
    folder.fill(Files({name: partial(csv_of, table) for name, table in tables.items()}), progress)
    folder.write(ABOUT, toml_text(_about(imported)).encode())


def csv_of(table: pd.DataFrame) -> bytes:
    """Write a table as CSV; times as ISO."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _about(imported: Imported) -> dict[str, Any]:
    history = imported.history
    return {
        "format": FORMAT,
        "time_zone": history.time_zone,
        "currency": history.currency,
        "stages": list(history.stages),
        "seen_from": history.seen_from.to_pydatetime(),
        "seen_until": history.seen_until.to_pydatetime(),
        "by_day": history.by_day,
        "known": {name: str(since) for name, since in history.known.items()},
        "sources": dict(imported.sources),
        "dirt": imported.dirt.counts(),
        "mapping": imported.mapping.model_dump(exclude_defaults=True),
    }


def read_history(path: Path, progress: Progress = silent) -> History:
    """Read a history from its folder, and check it.

    Parameters
    ----------
    path : path
        A folder that `funnelsim import` wrote, or a person: docs/import.md has its columns.
    progress : callable
        Reading and checking the files are steps of it.

    Raises
    ------
    UnusableError
        If a file or a column is missing, or anything in them cannot be; the message says what and where.
    OSError
        If a file cannot be read.
    """
    about = _read_about(path / ABOUT)
    files = (_DEALS, _ENTRIES, _FIELDS, _WORK)
    with step(progress, "Reading", sum(_size(path / file.name) for file in files), "bytes") as tell:
        deals, entries, fields, work = (_read(path, file, tell) for file in files)
    history = History(
        deals=deals,
        entries=entries,
        fields=fields,
        work=work,
        stages=tuple(about["stages"]),
        seen_from=pd.Timestamp(about["seen_from"]).as_unit("us"),
        seen_until=pd.Timestamp(about["seen_until"]).as_unit("us"),
        by_day=about.get("by_day", False),
        known={name: Known(since) for name, since in about.get("known", {}).items()},
        time_zone=about.get("time_zone", "UTC"),
        currency=about.get("currency", ""),
    )
    checks = (_deal_problems, _entry_problems)
    found = [list(check(history)) for check in step_through(checks, progress, "Checking", "files")]
    _refuse(path, [*chain(*found)])
    return history


def read_customers(path: Path) -> pd.DataFrame:
    """Read the customers of a history from its folder.

    Returns
    -------
    DataFrame
        With the columns of `CUSTOMERS`.

    Raises
    ------
    UnusableError
        If the folder has none, or anything in the file cannot be read.
    """
    if not (path / _CUSTOMERS.name).exists():
        raise UnusableError(
            f"{path} has no {_CUSTOMERS.name}; expected [files.customers] in the mapping of the import"
        )
    return _read(path, _CUSTOMERS, silent)


def _refuse(path: Path, problems: list[str]) -> None:
    if problems:
        more = len(problems) - _MOST_TOLD
        told = [*problems[:_MOST_TOLD], *([f"... and {more} more"] if more > 0 else [])]
        raise UnusableError("\n  ".join([f"{path} is no history that can be used:", *told]))


_KEYS = {
    "format": int,
    "stages": list,
    "seen_from": datetime.date,
    "seen_until": datetime.date,
    "by_day": bool,
    "known": dict,
    "time_zone": str,
    "currency": str,
}
_WORDS = {
    int: "a whole number",
    list: "a list",
    datetime.date: "a date, or a date and a time",
    bool: "true or false",
    dict: "a table",
    str: "a text in quotes",
}
_NEEDED = ("format", "stages", "seen_from", "seen_until")
_OF_THE_IMPORT = ("sources", "dirt", "mapping")  # for people to read


def _read_about(path: Path) -> dict[str, Any]:
    try:
        about = tomllib.loads(read_bytes(path, LARGEST_ABOUT).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableError(f"{path} is not TOML: {error}") from None
    except FileNotFoundError:
        raise UnusableError(f"{path.parent} is no history: it has no {ABOUT}") from None
    problems = [f"{ABOUT}: {key} is missing" for key in _NEEDED if key not in about]
    for key, value in about.items():
        if key in _OF_THE_IMPORT:
            continue
        if key not in _KEYS:
            problems.append(f"{ABOUT}: {key} is not known{meant(key, _KEYS)}")
        elif not isinstance(value, _KEYS[key]):
            problems.append(f"{ABOUT}: {key} is {value!r}; expected {_WORDS[_KEYS[key]]}")
    if not problems and about["format"] != FORMAT:
        problems = [f"{ABOUT}: format is {about['format']}; this version reads format {FORMAT}"]
    if not problems:
        since = [str(each) for each in Known]
        problems = [
            f'{ABOUT}: known.{name} is "{each}"; expected {", ".join(since)}'
            for name, each in about.get("known", {}).items()
            if each not in since
        ]
    _refuse(path.parent, problems)
    return about


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _read(folder: Path, file: _File, tell: Progress) -> pd.DataFrame:
    """Read one file, column by column."""
    path = folder / file.name
    if file.optional and not path.exists():
        return _typed(pd.DataFrame(columns=list(file.columns), dtype="str"), file)
    with open_regular(path) as opened:
        try:
            rows = pd.read_csv(
                counted(opened, tell), dtype="str", keep_default_na=False, encoding="utf-8-sig"
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
            raise UnusableError(f"{path} cannot be read as CSV with commas, in UTF-8: {error}") from None
    problems = [f"{file.name}: the column {name} is missing" for name in file.needed if name not in rows]
    problems += [
        f"{file.name}: the column {name} is not known{meant(str(name), file.columns)}"
        for name in rows
        if name not in file.columns
    ]
    _refuse(folder, problems or [*_unreadable(rows, file)])
    return _typed(rows, file)


def _typed(rows: pd.DataFrame, file: _File) -> pd.DataFrame:
    for name in file.columns:
        if name not in rows:
            rows[name] = ""
    for name in file.times:
        rows[name] = _as_times(rows[name])
    for name in file.numbers:
        rows[name] = pd.to_numeric(rows[name].mask(rows[name] == ""), errors="coerce").astype(float)
    return rows[list(file.columns)]


def _as_times(texts: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    times = pd.to_datetime(texts.mask(texts == ""), format="ISO8601", errors="coerce")
    return times.astype("datetime64[us]")


def _unreadable(rows: pd.DataFrame, file: _File) -> Iterator[str]:
    for name in [*file.times, *file.numbers]:
        if name not in rows:
            continue
        filled = rows[name] != ""
        is_time = name in file.times
        read = _as_times(rows[name]) if is_time else pd.to_numeric(rows[name], errors="coerce")
        what = "a date such as 2026-01-31 or 2026-01-31 14:30" if is_time else "a number such as 1250.5"
        for line, text in _lines(rows[name], filled & read.isna()):
            yield f'{file.name}, line {line}: {name} is "{text}"; expected {what}'


def _lines(values: pd.Series[Any], wrong: pd.Series[bool]) -> Iterator[tuple[int, Any]]:
    """Yield the line and the value of each row that is wrong."""
    for place, value in values[wrong].items():
        yield int(place) + 2, value  # type: ignore[call-overload]


def _deal_problems(history: History) -> Iterator[str]:
    deals = history.deals
    closed = deals["closed"].notna()
    checks = {
        "has no name": deals["deal"] == "",
        "is there twice": deals["deal"].duplicated() & (deals["deal"] != ""),
        "has no date when it was created": deals["created"].isna(),
        'has an outcome other than "won", "lost" or nothing': ~deals["outcome"].isin([*OUTCOMES, ""]),
        "has an outcome and no date when it was closed": (deals["outcome"] != "") & ~closed,
        "has a date when it was closed and no outcome": (deals["outcome"] == "") & closed,
        "is closed before it was created": deals["closed"] < deals["created"],
        "is created on or after seen_until": deals["created"] >= history.seen_until,
        "is closed on or after seen_until": deals["closed"] >= history.seen_until,
        "is closed before seen_from": deals["closed"] < history.seen_from,
    }
    for wrong, found in checks.items():
        for line, name in _lines(deals["deal"], found):
            yield f'deals.csv, line {line}: the deal "{name}" {wrong}'


def _entry_problems(history: History) -> Iterator[str]:
    entries = history.entries
    for line, stage in _lines(entries["stage"], ~entries["stage"].isin(history.stages)):
        yield f'entries.csv, line {line}: "{stage}" is no stage{meant(stage, history.stages)}'
    created = entries["deal"].map(history.deals.set_index("deal")["created"].to_dict())
    checks = {
        "is not in deals.csv": ~entries["deal"].isin(history.deals["deal"]),
        "enters a stage at no time": entries["entered"].isna(),
        "enters a stage on or after seen_until": entries["entered"] >= history.seen_until,
        "enters a stage before it was created": entries["entered"] < pd.to_datetime(created),
    }
    for wrong, found in checks.items():
        for line, name in _lines(entries["deal"], found):
            yield f'entries.csv, line {line}: the deal "{name}" {wrong}'
