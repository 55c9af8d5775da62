"""How long work takes: hours worked in spells, and on a deal in a stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from funnelsim.calibration.work.hours import Hours
from funnelsim.calibration.work.spells import shared_time, visits_of_work
from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.history import History

FEWEST_CLOSED = 30  # deals of a stage that are over, from which only these tell the effort
SHORTEST = 1 / 3600  # hours: what took no time took a second
_DAY = 86_400


def worked_in(rows: pd.DataFrame, hours: Hours) -> pd.DataFrame:
    """Return spells with the hours worked in each: shared with those that overlap, none counted twice.

    Spells of one rep, deal and stage that overlap are first made one. Those of nobody known are taken to be
    of somebody who does nothing else.

    Parameters
    ----------
    rows : DataFrame
        `deal`, `stage`, `rep` ("" if unknown), `start` and `end` of each spell.
    hours : Hours
        Of the team.

    Returns
    -------
    DataFrame
        `deal`, `stage`, `rep`, `start`, `end` and `worked` (hours).
    """
    zero = rows.assign(worked=0.0)
    pieces = visits_of_work(zero, pd.Timedelta(0))[["deal", "stage", "rep", "start", "end"]]
    worked = np.empty(len(pieces))
    for rep, own in pieces.groupby("rep", sort=False):
        begin, end, whose = _within_days(own, hours)
        each = end - begin if rep == "" else shared_time(begin, end)
        worked[own.index] = np.bincount(whose, each, len(own)) / 3600
    return pieces.assign(worked=worked)


def _within_days(own: pd.DataFrame, hours: Hours) -> tuple[Floats, Floats, Integers]:
    """Cut spells that go on past their day to the team's hours; starts and ends in seconds, and whose."""
    origin = own["start"].min().floor("D")
    begin = (own["start"] - origin).dt.total_seconds().to_numpy()
    end = (own["end"] - origin).dt.total_seconds().to_numpy()
    first, last = begin // _DAY, end // _DAY
    same = np.flatnonzero(first == last)
    parts = [(begin[same], end[same], same)]
    at_work = set(((hours.days - origin) // pd.Timedelta(days=1)).tolist())
    for spell in np.flatnonzero(first != last):
        days = [day for day in range(int(first[spell]), int(last[spell]) + 1) if day in at_work]
        weekday = [(origin.day_of_week + day) % 7 for day in days]
        opens = np.maximum(np.array(days) * _DAY + hours.opens[weekday], begin[spell])
        closes = np.minimum(np.array(days) * _DAY + hours.closes[weekday], end[spell])
        some = closes > opens
        parts.append((opens[some], closes[some], np.full(int(some.sum()), spell)))
    begins, ends, whose = (np.concatenate(each) for each in zip(*parts, strict=True))
    return begins, ends, whose


def efforts_of(history: History, pieces: pd.DataFrame, stages: Sequence[str]) -> dict[str, Floats]:
    """Add up the hours of all work on a deal in a stage.

    Deals that are closed tell it in full; only where they are few do others count, too. What was worked on a
    deal before the record is not known, so that only deals created in it count.
    """
    deals = history.deals.set_index("deal")
    created, closed = pieces["deal"].map(deals["created"]), pieces["deal"].map(deals["closed"])
    whole = pieces[~(created < history.seen_from)].assign(over=closed.notna())
    found = {}
    for stage in stages:
        own = (
            whole[whole["stage"] == stage].groupby("deal").agg(hours=("worked", "sum"), over=("over", "any"))
        )
        over = own[own["over"]]
        told = over if len(over) >= FEWEST_CLOSED else own
        if len(told):
            found[stage] = told["hours"].clip(lower=SHORTEST).to_numpy()
    return found
