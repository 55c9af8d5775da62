"""A snapshot: the deals that are open at an instant, and those closed since its quarter began."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.history.history import History
from funnelsim.history.names import named
from funnelsim.io.writing import UnusableError

COLUMNS = (
    *("at", "deal", "stage", "entered", "created", "channel", "segment", "rep", "value"),
    *("status", "closed", "probability", "close", "why", "category"),
)


def snapshot_of(history: History, instant: pd.Timestamp, since: pd.Timestamp | None = None) -> pd.DataFrame:
    """List the deals that are open at an instant, and those closed lately.

    Only what was known then is in it (HI4, HI5): a field whose value at that time is not in the file is
    blank.

    Parameters
    ----------
    history : History
    instant : Timestamp
        Of the firm's own clock.
    since : Timestamp, optional
        Deals closed from then on are listed. Default: when the calendar quarter of the instant began.

    Returns
    -------
    DataFrame
        With `COLUMNS`. `status` is "open", "won" or "lost". `probability`, `close`, `why` and `category`
        are blank: they are for people who know better, and for categories of the CRM's own forecast.

    Raises
    ------
    UnusableError
        If the instant is outside the history, or `since` is after it.
    """
    known = history.as_of(instant)
    deals = known.deals
    first = instant.to_period("Q").start_time if since is None else since
    if first > instant:
        raise UnusableError(
            f"deals closed since {first:%Y-%m-%d} are asked for, and the snapshot is of {instant:%Y-%m-%d}; "
            "expected an earlier date"
        )
    deals = deals[deals["closed"].isna() | (deals["closed"] >= first)]
    latest = known.entries.drop_duplicates("deal", keep="last").set_index("deal")
    found = latest.reindex(deals["deal"])
    shown = pd.DataFrame(
        {
            "at": instant,
            "deal": deals["deal"],
            "stage": named(found["stage"].fillna("")).to_numpy(),
            "entered": found["entered"].to_numpy(),
            "created": deals["created"],
            **{name: named(deals[name]) for name in ("channel", "segment", "rep")},
            "value": deals["value"],
            "status": deals["outcome"].mask(deals["outcome"] == "", "open"),
            "closed": deals["closed"],
            "probability": np.nan,
            "close": pd.NaT,
            "why": "",
            "category": "",
        }
    )
    return shown[list(COLUMNS)].reset_index(drop=True)
