"""How long visits wait until somebody works on them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.history import History

_HOUR = pd.Timedelta(hours=1)


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
    known = visits[["deal", "stage", "entered", "ended"]].assign(visit=np.arange(len(visits)))
    known = known[visits["entered_within"].to_numpy() == 0]
    work = history.work[["deal", "stage", "start"]].rename(columns={"stage": "worked_in"})
    both = known.merge(work, on="deal")
    inside = (both["start"] >= both["entered"]) & ~(both["start"] > both["ended"])
    meant = (both["worked_in"].fillna("") == "") | (both["worked_in"] == both["stage"])
    begun = both[inside & meant].groupby("visit")["start"].min().reindex(range(len(visits)))
    waits = (pd.to_datetime(begun).to_numpy() - visits["entered"].to_numpy()) / _HOUR
    return np.asarray(waits, np.float64)
