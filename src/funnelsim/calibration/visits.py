"""The visits of a history: how long each deal stayed in each stage, as far as that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.history import History

VISITS = (
    *("deal", "stage", "segment", "channel", "rep", "entered", "ended"),
    *("low", "high", "from_age", "entered_within", "ended_within", "went_to", "went_back"),
)
_DAY = pd.Timedelta(days=1)


def visits_of(history: History) -> pd.DataFrame:
    """List the visits of all deals to all stages (ME1).

    A visit that ended before `seen_from` is left out: it is in the file only because its deal went on (HI6).
    So is one that was over at the first look.

    Parameters
    ----------
    history : History
        What is known of the deals.

    Returns
    -------
    DataFrame
        A row a visit, in the order of the entries, with the columns of `VISITS`. `ended` is blank where the
        visit goes on. Its length, in days, lies from `low` to `high`: they are equal where it is exact, and
        `high` is infinite where it goes on. `from_age`, in days, is how long it is known to have lasted
        before it could be seen; blank where it may have begun before `seen_from` or after.
        `entered_within` and `ended_within`, in days, are how long the time is in which it began, and in
        which it ended; `low` and `from_age` count from the end of the former. `went_to` is a stage, "won",
        "lost", or "" where the visit goes on, and `went_back` says whether that stage is an earlier one.

    Examples
    --------
    >>> from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK
    >>> day = pd.Timestamp
    >>> won = ["a", day("2026-01-02"), day("2026-03-04"), pd.NaT, "won", "", "web", "", 90.0, "Kim"]
    >>> entries = [["a", "call", day("2026-01-02"), pd.NaT, "Kim"],
    ...            ["a", "offer", day("2026-02-01"), pd.NaT, ""]]
    >>> blank = [pd.DataFrame(columns=columns) for columns in (FIELDS, WORK)]
    >>> history = History(pd.DataFrame([won], columns=DEALS), pd.DataFrame(entries, columns=ENTRIES), *blank,
    ...                   ("call", "offer"), day("2026-01-12"), day("2026-04-01"))
    >>> visits_of(history)[["stage", "low", "high", "from_age", "went_to"]]
       stage   low  high  from_age went_to
    0   call  30.0  30.0      10.0   offer
    1  offer  31.0  31.0       0.0     won
    """
    visits = _with_ends(history)
    over = visits["ended"] < history.seen_from
    over |= visits["ended_after"].notna() & (visits["ended"] == history.seen_from)
    visits = visits[~over].reset_index(drop=True)
    return _with_lengths(visits, history)[list(VISITS)]


def _with_ends(history: History) -> pd.DataFrame:
    """Put beside each entry when the visit ended, and where the deal went then."""
    deals = history.deals.set_index("deal")
    visits = history.entries.reset_index(drop=True)
    for column in ("entered", "entered_after"):
        visits[column] = _times(visits[column])
    of_deal = visits["deal"]
    for column in ("segment", "channel"):
        visits[column] = of_deal.map(deals[column])
    visits["rep"] = visits["rep"].where(visits["rep"].fillna("") != "", of_deal.map(deals["rep"])).fillna("")
    following = visits.groupby("deal", sort=False)[["stage", "entered", "entered_after"]].shift(-1)
    last = following["stage"].isna()
    visits["ended"] = _times(following["entered"].where(~last, of_deal.map(deals["closed"])))
    visits["ended_after"] = _times(
        following["entered_after"].where(~last, of_deal.map(deals["closed_after"]))
    )
    visits["went_to"] = following["stage"].where(~last, of_deal.map(deals["outcome"])).fillna("")
    place = {stage: number for number, stage in enumerate(history.stages)}
    visits["went_back"] = visits["went_to"].map(place) <= visits["stage"].map(place)
    return visits


def _with_lengths(visits: pd.DataFrame, history: History) -> pd.DataFrame:
    """Compute between which bounds the lengths lie.

    Times known to a day or between two looks are spans (HI2, HI3).
    """
    width = _DAY if history.by_day else pd.Timedelta(0)
    began = visits["entered_after"].fillna(visits["entered"]), visits["entered"] + width
    ended = visits["ended_after"].fillna(visits["ended"]), visits["ended"] + width
    goes_on = visits["ended"].isna()
    ended = ended[0].where(goes_on | (ended[0] >= history.seen_from), history.seen_from), ended[1]
    visits["from_age"] = np.maximum(_days(history.seen_from - began[1]), 0.0)
    low = _days(ended[0].fillna(_last_look(history)) - began[1])
    visits["low"] = np.maximum(low, visits["from_age"])
    visits["high"] = np.where(goes_on, np.inf, np.maximum(_days(ended[1] - began[0]), visits["low"]))
    either = (began[0] < history.seen_from) & (began[1] >= history.seen_from) & (began[0] < began[1])
    visits.loc[either, "from_age"] = np.nan
    visits["entered_within"] = _days(began[1] - began[0])
    visits["ended_within"] = np.where(goes_on, 0.0, _days(ended[1] - ended[0]))
    return visits


def _last_look(history: History) -> pd.Timestamp:
    """Return until when what goes on is known to go on: the last look, where there are only looks (HI3)."""
    looks = [
        _times(rows[at])[_times(rows[after]).notna()]
        for rows, at, after in (
            (history.entries, "entered", "entered_after"),
            (history.deals, "closed", "closed_after"),
        )
    ]
    last = pd.concat(looks).max()
    return history.seen_until if pd.isna(last) else min(last, history.seen_until)


def _times(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).astype("datetime64[us]")  # (HI2)


def _days(lengths: pd.Series) -> Floats:
    return np.asarray(lengths.dt.total_seconds() / _DAY.total_seconds(), dtype=np.float64)
