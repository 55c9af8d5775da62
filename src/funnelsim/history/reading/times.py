"""Since when and until when an export saw the firm, and what it says of times that are missing or outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.mapping import ExportMapping
from funnelsim.history.reading.forms import Reading
from funnelsim.io.writing import UnusableError

_DAY = pd.Timedelta(days=1)
_MANY = 100  # dates, of which one in a hundred may be far off
_YEAR = pd.Timedelta(days=366)
_MOMENT = pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class Seen:
    """When a history begins and ends, and whether only days are known (HI2, HI6)."""

    since: pd.Timestamp
    until: pd.Timestamp
    by_day: bool

    @property
    def last(self) -> pd.Timestamp:
        """The last time that is in it."""
        return self.until - (_DAY if self.by_day else _MOMENT)

    def floored(self, rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """Keep the days of times alone, where only days are known."""
        return rows.assign(**{name: rows[name].dt.floor("D") for name in columns}) if self.by_day else rows


def dated(deals: pd.DataFrame, moves: pd.DataFrame, dirt: DirtList) -> tuple[pd.DataFrame, pd.DataFrame]:
    """See to it that every deal and every move has a date, or leave it out.

    A move that happened between two looks may lack the second (HI3): that is the end of the history.

    Returns
    -------
    deals, moves : DataFrame
        Every deal has `created`, and every deal of a move is in `deals`.
    """
    deals = _of_moves(deals, moves)
    first = earliest(moves, deals)
    had = deals.get("created", first)
    deals = deals.assign(created=had.fillna(first))
    filled = had.isna() & deals["created"].notna()
    _list(Dirt.NO_CREATED, deals[filled], deals["deal"][filled], dirt, deals["created"][filled].astype(str))
    no_date = deals["created"].isna()
    _list(Dirt.NO_DATE, deals[no_date], deals["deal"][no_date], dirt)
    deals = deals[~no_date]
    moves = moves[moves["deal"].isin(deals["deal"])]
    undated = moves["at"].isna() & (moves["after"].isna() | (moves["outcome"] != ""))
    _list(Dirt.NO_DATE, moves[undated], (moves["to"] + moves["outcome"])[undated], dirt)
    endless = moves["deal"][undated & (moves["outcome"] != "")]  # closed, nobody knows when
    moves = moves[~undated]
    return deals[~deals["deal"].isin(endless)], moves[~moves["deal"].isin(endless)]


def earliest(moves: pd.DataFrame, deals: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return when the first of some moves of each deal was, NaT where it has none."""
    if moves.empty:
        return pd.Series(pd.NaT, deals.index, dtype="datetime64[us]")
    first = moves["at"].groupby(moves["deal"].cat.codes).min()  # names are numbers inside, the same in both
    return first.reindex(deals["deal"].cat.codes).set_axis(deals.index)


def _of_moves(deals: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Add the deals of which there are only moves."""
    unknown = moves[~moves["deal"].isin(deals["deal"])].drop_duplicates("deal")
    if unknown.empty:
        return deals
    together = pd.concat([deals, unknown[["deal", "file", "line"]]], ignore_index=True)
    texts = [name for name in deals if deals[name].dtype == "str"]
    return together.fillna(dict.fromkeys(texts, ""))


def _list(
    kind: Dirt, rows: pd.DataFrame, found: pd.Series[str], dirt: DirtList, instead: Iterable[str] | str = ""
) -> None:
    dirt.add(kind, rows["file"], rows["line"], found, instead)


def in_time(rows: pd.DataFrame, column: str, seen: Seen, dirt: DirtList) -> pd.DataFrame:
    """Leave out what happened on or after the end of the history (HI6)."""
    late = rows[column] >= seen.until
    _list(Dirt.AFTER_END, rows[late], rows[column][late].astype(str), dirt)
    return rows[~late]


def seen_in(deals: pd.DataFrame, moves: pd.DataFrame, reading: Reading, mapping: ExportMapping) -> Seen:
    """Say when the history begins and ends: as the mapping says, else from its first to its last date.

    Raises
    ------
    UnusableError
        If there is no deal, or if all dates are equal.
    """
    if deals.empty:
        raise UnusableError("there is no deal with a date in the file")
    ends = moves["outcome"] != ""
    groups = [deals["created"], moves["at"][~ends].dropna(), moves["at"][ends]]
    by_day = any(len(times) > 0 and _are_days(times) for times in groups)
    times = [*groups, *(reading.work[name].dropna() for name in ("start", "end") if name in reading.work)]
    every = pd.concat([each for each in times if len(each)])
    first, last = every.min(), every.max()
    last = last if reading.until is None else max(last, reading.until)
    if first == last and mapping.ends is None:
        raise UnusableError(f"all dates are {first}: a history needs some time to pass")
    until = mapping.ends
    if until is None:
        _not_far_off(every)
        until = last.floor("D") + _DAY if by_day else last + _MOMENT
    since = reading.since if mapping.begins is None else mapping.begins
    if since is None:
        since = min(first, until).floor("D")
    return Seen(since.as_unit("us"), until.as_unit("us"), by_day)


def _not_far_off(times: pd.Series[pd.Timestamp]) -> None:
    """Refuse a last date that is far behind all others: it would make the history much too long."""
    ordered = times.sort_values(ignore_index=True)
    last, usual = ordered.iloc[-1], ordered.iloc[int(0.99 * (len(ordered) - 1))]
    if len(ordered) >= _MANY and last - usual > _YEAR:
        raise UnusableError(
            f"the last date in the file, {last}, is more than a year after almost all others; say "
            "seen_until in the mapping: what is on or after it is left out, and listed"
        )


def _are_days(times: pd.Series[pd.Timestamp]) -> bool:
    return bool((times == times.dt.floor("D")).all())
