"""What earlier looks at the pipeline tell: what became of the deals open then, and of later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.windows import DAY, count, days_between, instants
from funnelsim.compiling.arrays import Floats
from funnelsim.history.history import History
from funnelsim.io.writing import UnusableError

AGE = "age"  # band of the days that a deal has been in its stage
BANDS = (7.0, 14.0, 30.0, 60.0, 90.0, 120.0, 180.0, 365.0)  # days at which bands of age end
_WEEK, _MONTH = 7 * DAY, 28 * DAY  # the latter between two looks
MOST = 12  # looks
_PRIOR = 1.0  # deals of the pooled share that are added to those of a cell


@dataclass(frozen=True)
class Looks:
    """What became of earlier windows as long as the one at hand, all of them over by the origin.

    Attributes
    ----------
    open : DataFrame
        A row for each deal open at each look: `part` in which it was won (-1: in none), and what the deal was
        then (`open_deals`).
    new_wins : array (looks, parts)
        Wins of deals created in the window of the look, by part.
    parts : int
        Of a window.
    """

    open: pd.DataFrame
    new_wins: Floats
    parts: int

    def shares(self, pipeline: pd.DataFrame, by: Sequence[str]) -> Floats:
        """Return the chance of each open deal to be won in each part: (deals, parts).

        A deal older than any before counts as of the oldest band that was seen. The chance is the share of
        the deals of the same cell, with one deal of the pooled share added: none is 0 because its cell was
        small.

        Parameters
        ----------
        pipeline : DataFrame
            From `open_deals`.
        by : sequence of str
            Columns whose values make a cell.
        """
        outcomes = np.eye(self.parts + 1)[self.open["part"].to_numpy(np.int64)][:, : self.parts]
        pooled = outcomes.mean(axis=0) if len(outcomes) else np.zeros(self.parts)
        if pipeline.empty or self.open.empty:
            return np.broadcast_to(pooled, (len(pipeline), self.parts)).copy()
        today = pipeline.assign(**{AGE: pipeline[AGE].clip(upper=self.open[AGE].max())})
        both = pd.concat([self.open[[*by]], today[[*by]]])
        cell = both.groupby([*by], sort=False, dropna=False).ngroup().to_numpy()
        past, now = np.split(cell, [len(self.open)])
        seen = np.bincount(past, minlength=cell.max() + 1).astype(np.float64)
        won = np.stack([np.bincount(past, column, len(seen)) for column in outcomes.T], axis=1)
        return np.asarray((won + _PRIOR * pooled) / (seen + _PRIOR)[:, None])[now]


def look_back(
    history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp], most: int = MOST
) -> Looks:
    """Look at the firm as it was known at earlier instants (HI4, HI5).

    Raises
    ------
    UnusableError
        If the history does not go back as far as the window is long.
    """
    deals = history.deals.set_index("deal")
    won = (deals["outcome"] == "won").to_numpy()
    created, closed = instants(deals["created"]), instants(deals["closed"])
    tables, new = [], []
    for look in _days(history, origin, ends, most):
        edges = instants([look, *(look + (end - origin) for end in ends)])
        pipeline = open_deals(history.as_of(look))
        places = deals.index.get_indexer(pipeline.index)
        part = np.searchsorted(edges, closed[places], side="right") - 1
        pipeline["part"] = np.where(won[places] & (part < len(ends)), part, -1)
        tables.append(pipeline)
        new.append(count(deals["closed"][won & (created >= edges[0])], edges))
    return Looks(pd.concat(tables), np.array(new), len(ends))


def share_won(history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]) -> float:
    """Return the share won within the window of the deals open at the earlier instants; NaN if none were.

    Raises
    ------
    UnusableError
        As `look_back`.
    """
    won = (history.deals["outcome"] == "won").to_numpy()
    created, closed = instants(history.deals["created"]), instants(history.deals["closed"])
    opened, came = 0, 0
    for look in _days(history, origin, ends, MOST):
        begin, end = instants([look, look + (ends[-1] - origin)])
        is_open = (created < begin) & ~(closed < begin)
        opened += int(is_open.sum())
        came += int((is_open & won & (closed < end)).sum())
    return came / opened if opened else float("nan")


def _days(
    history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp], most: int
) -> list[pd.Timestamp]:
    """Choose instants four weeks apart whose windows were over by the origin, the latest first.

    The latest is as long before the origin as the window lasts, in whole weeks where its parts are shorter
    than a month and the history goes back as far: so that the days of the week agree.
    """
    length = ends[-1] - origin
    latest, in_weeks = origin - length, origin + (-length // _WEEK) * _WEEK
    if ends[0] - origin < _MONTH and in_weeks >= history.seen_from:
        latest = in_weeks
    if latest < history.seen_from:
        raise UnusableError(
            f"the history begins on {history.seen_from:%Y-%m-%d}: at {origin:%Y-%m-%d} it does not go back "
            f"far enough to tell what happens within {length.days} days"
        )
    count_of = min((latest - history.seen_from) // _MONTH + 1, most)
    return [latest - number * _MONTH for number in range(count_of)]


def open_deals(history: History) -> pd.DataFrame:
    """List the deals that are open at the end of a history, by name.

    Returns
    -------
    DataFrame
        `stage` (blank before the first), `age` (a band of days in the stage), channel, segment, value and rep
        as known then, and `created`.
    """
    deals = history.deals[history.deals["outcome"] == ""].set_index("deal")
    entries = history.entries[history.entries["deal"].isin(deals.index)]
    latest = entries.drop_duplicates("deal", keep="last").set_index("deal")
    found = deals[["created", "channel", "segment", "value", "rep"]].copy()
    found["stage"] = latest["stage"].reindex(found.index).fillna("")
    since = latest["entered"].reindex(found.index).fillna(found["created"])
    now = pd.Series(history.seen_until, index=found.index)
    found[AGE] = np.searchsorted(BANDS, days_between(since, now), side="right")
    return found


def wins_of(history: History) -> pd.DataFrame:
    """Return the deals that were won."""
    return history.deals[history.deals["outcome"] == "won"]
