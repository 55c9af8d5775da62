"""When somebody first works on a visit: how long it has waited by then, and how long it lasts from there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.history import History

_MOST = 0.5  # share of visits
_HOUR, _DAY = pd.Timedelta(hours=1), pd.Timedelta(days=1)


def first_waits(history: History, visits: pd.DataFrame) -> Floats:
    """Return the hours from entering a stage until somebody began to work on the visit.

    As a column `wait` of the visits, they let `measure_outcomes` measure the odds ratio by the wait.

    Parameters
    ----------
    history : History
        With rows of work; one that names no stage belongs to the stage where the deal was then.
    visits : DataFrame
        With `deal`, `stage`, `entered`, `ended`, and `entered_within`: how many days the time is long in
        which it began.

    Returns
    -------
    array of float (visits,)
        NaN where nobody has worked on it, or where it is not known to the instant when it began.

    Examples
    --------
    >>> from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK
    >>> at = pd.Timestamp
    >>> work = pd.DataFrame([["a", "", "Kim", at("2026-01-02 10:00"), at("2026-01-02 11:00")]], columns=WORK)
    >>> blank = [pd.DataFrame(columns=columns) for columns in (DEALS, ENTRIES, FIELDS)]
    >>> history = History(*blank, work, ("call",), at("2026-01-01"), at("2026-04-01"))
    >>> visits = pd.DataFrame({"deal": ["a"], "stage": "call", "entered": at("2026-01-02 08:30"),
    ...                        "ended": at("2026-01-09"), "entered_within": 0.0})
    >>> first_waits(history, visits).tolist()
    [1.5]
    """
    begun = first_spells(history, visits)["start"]
    waits = (begun.to_numpy() - visits["entered"].to_numpy()) / _HOUR
    return np.asarray(np.where(visits["entered_within"].to_numpy() == 0, waits, np.nan), np.float64)


def first_spells(history: History, visits: pd.DataFrame) -> pd.DataFrame:
    """Return when the first spell of work on each visit began, and when it was over.

    Returns
    -------
    DataFrame
        A row a visit, in their order: `start` and `end`; blank where nobody has worked on it.
    """
    known = visits[["deal", "stage", "entered", "ended"]].assign(visit=np.arange(len(visits)))
    work = history.work[["deal", "stage", "start", "end"]].rename(columns={"stage": "worked_in"})
    both = known.merge(work, on="deal")
    inside = (both["start"] >= both["entered"]) & ~(both["start"] > both["ended"])
    meant = (both["worked_in"].fillna("") == "") | (both["worked_in"] == both["stage"])
    first = both[inside & meant].sort_values(["visit", "start"], kind="stable").drop_duplicates("visit")
    found = first.set_index("visit")[["start", "end"]].reindex(range(len(visits)))
    return pd.DataFrame({name: pd.to_datetime(found[name]) for name in ("start", "end")})


def worked_stages(history: History, visits: pd.DataFrame) -> tuple[str, ...]:
    """Return the stages in which people work on most visits that ended: the others need no rep."""
    worked = first_spells(history, visits)["start"].notna().to_numpy()
    over = visits["ended"].notna().to_numpy()
    shares = pd.Series(worked[over]).groupby(visits["stage"].to_numpy()[over]).mean()
    return tuple(stage for stage in history.stages if shares.get(stage, 0.0) > _MOST)


def after_first_work(history: History, visits: pd.DataFrame) -> pd.DataFrame:
    """Return visits as seen from the end of the first work on them: what is left is the customer's time.

    The wait for a rep, and that work, are what simulated reps bring about. A visit that goes on and on which
    nobody has worked yet is left out: its customer's time has not begun.

    Returns
    -------
    DataFrame
        With `low`, `high` and `from_age` less what had passed by then.
    """
    ended = first_spells(history, visits)["end"]
    passed = (ended.to_numpy() - visits["entered"].to_numpy()) / _DAY
    passed = np.where(np.isnan(passed), 0.0, np.maximum(passed, 0.0))
    waits = (ended.isna() & visits["ended"].isna().reset_index(drop=True)).to_numpy()
    shifted = visits.assign(
        low=np.maximum(visits["low"] - passed, 0.0),
        high=np.maximum(visits["high"] - passed, 0.0),
        from_age=np.maximum(visits["from_age"] - passed, 0.0),
    )
    return shifted[~waits]
