"""Spells of work as they were logged: which can be used, and which are a robot's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.history import History

_LONGEST_DAY = pd.Timedelta(hours=16)  # nobody works as long on most days
_AT_ONCE = pd.Timedelta(minutes=1)
_DAYS_TO_TELL = 20
_MOST = 0.5  # share of what happens in a stage that makes it a robot's


class Spells(NamedTuple):
    """Spells of people's work.

    Attributes
    ----------
    rows : DataFrame
        `deal`, `stage`, `rep` ("" if unknown), `start` and `end` (blank if it was not logged), in the order
        of starting.
    robots : tuple of str
        Who works round the clock, at once; their spells are left out.
    robot_stages : tuple of str
        Stages in which they do most: stages without capacity.
    notes : tuple of str
        What was left out, in words.
    """

    rows: pd.DataFrame
    robots: tuple[str, ...]
    robot_stages: tuple[str, ...]
    notes: tuple[str, ...]


def spells_of(history: History) -> Spells:
    """Take the spells of people, and leave out robots and what cannot be (HI7)."""
    rows = history.work.sort_values("start", kind="stable").reset_index(drop=True)
    rows = rows.assign(rep=rows["rep"].fillna("").astype(str))
    robots, stages = _robots(history, rows)
    backwards = rows["end"] < rows["start"]
    nobody = rows["start"].isna()
    kept = rows[~backwards & ~nobody & ~rows["rep"].isin(robots)].reset_index(drop=True)
    notes = tuple(_notes(kept, int(backwards.sum()), int(nobody.sum()), robots, stages))
    return Spells(kept, robots, stages, notes)


def _robots(history: History, rows: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find who works round the clock at once, and where they do most.

    A robot's day, from the first to the last thing that it does, is longer than 16 hours on most of its days;
    and where its spells have an end, half of them last less than a minute.
    """
    entries = history.entries
    spells = rows[["rep", "stage", "start", "end"]].rename(columns={"start": "at"})
    moments = entries[["rep", "stage", "entered"]].rename(columns={"entered": "at"})
    done = pd.concat([spells, moments], ignore_index=True)
    done = done.assign(rep=done["rep"].fillna("").astype(str), at=pd.to_datetime(done["at"]))
    done["lasts"] = pd.to_datetime(done["end"]) - done["at"]
    named = done[(done["rep"] != "") & done["at"].notna()]
    if named.empty or history.by_day:
        return (), ()
    by_day = named.groupby(["rep", named["at"].dt.floor("D")])["at"]
    length = (by_day.max() - by_day.min()).groupby(level=0)
    quick = ~(named.groupby("rep")["lasts"].median() > _AT_ONCE)
    is_robot = (length.median() > _LONGEST_DAY) & (length.size() >= _DAYS_TO_TELL) & quick
    robots = tuple(map(str, is_robot.index[is_robot]))
    share = named["rep"].isin(robots).groupby(named["stage"]).mean()
    return robots, tuple(map(str, share.index[share > _MOST]))


def _notes(
    kept: pd.DataFrame, backwards: int, nobody: int, robots: tuple[str, ...], stages: tuple[str, ...]
) -> Iterator[str]:
    if robots:
        where = f": stages without capacity are {', '.join(stages)}" if stages else ""
        yield f"{', '.join(robots)} works round the clock and at once, so it is a robot{where}."
    if nobody:
        yield f"{nobody} spells of work have no start, and are left out."
    if backwards:
        yield f"{backwards} spells of work end before they start, and are left out."
    endless = int(kept["end"].isna().sum())
    if endless:
        yield (
            f"{endless} of {len(kept)} spells of work have no end: they tell when people work, not for how "
            "long."
        )
    unknown = int((kept["rep"] == "").sum())
    if unknown:
        yield (
            f"{unknown} of {len(kept)} spells name nobody: their time counts for the deals, and for no rep's "
            "calendar and speed."
        )


def visits_of_work(pieces: pd.DataFrame, gap: pd.Timedelta) -> pd.DataFrame:
    """Merge spells into visits.

    A spell that begins no later than `gap` after the last one of the same rep, deal and stage has ended
    belongs to the same visit.

    Parameters
    ----------
    pieces : DataFrame
        `deal`, `stage`, `rep`, `start`, `end` and `worked` (hours) of each spell.
    gap : Timedelta
        At most between two spells of a visit.

    Returns
    -------
    DataFrame
        The same columns of each visit, and `spells`, how many it has.

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-05 09:00", "2026-01-05 09:12", "2026-01-05 11:00"])
    >>> pieces = pd.DataFrame({"deal": "a", "stage": "call", "rep": "Kim", "start": at,
    ...                        "end": at + pd.Timedelta(minutes=10), "worked": 1 / 6})
    >>> visits_of_work(pieces, pd.Timedelta(minutes=5))["spells"].tolist()
    [2, 1]
    """
    whose = ["rep", "deal", "stage"]
    rows = pieces.sort_values([*whose, "start", "end"], kind="stable").reset_index(drop=True)
    ended = rows.groupby(whose, sort=False)["end"].cummax()
    before = ended.groupby([rows[each] for each in whose], sort=False).shift()
    number = (~(rows["start"] <= before + gap)).cumsum()
    found = rows.groupby(number).agg(
        deal=("deal", "first"),
        stage=("stage", "first"),
        rep=("rep", "first"),
        start=("start", "first"),
        end=("end", "max"),
        worked=("worked", "sum"),
        spells=("worked", "size"),
    )
    return found.sort_values("start", kind="stable").reset_index(drop=True)


def shared_time(start: Floats, end: Floats) -> Floats:
    """Share the time of one person among the spells that are open: nobody works more than the clock.

    Parameters
    ----------
    start, end : array
        Of the spells, in any unit; shape (spells,).

    Returns
    -------
    array
        Of each spell: the time from its start to its end, each bit of it divided by the number of spells then
        open; (spells,).

    Examples
    --------
    >>> shared_time(np.array([0.0, 2.0]), np.array([4.0, 3.0])).tolist()
    [3.5, 0.5]
    """
    cuts = np.unique(np.concatenate([start, end]))
    open_ = np.zeros(len(cuts))
    np.add.at(open_, np.searchsorted(cuts, start), 1)
    np.add.at(open_, np.searchsorted(cuts, end), -1)
    each = np.diff(cuts) / np.maximum(np.cumsum(open_)[:-1], 1)
    so_far = np.concatenate([[0.0], np.cumsum(each)])
    return np.asarray(so_far[np.searchsorted(cuts, end)] - so_far[np.searchsorted(cuts, start)])
