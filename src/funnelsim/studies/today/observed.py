"""The snapshot that a firm's records would show of a simulated world."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Records
from funnelsim.model.model import SALE, Names
from funnelsim.model.words import Event
from funnelsim.studies.today.snapshot import COLUMNS, Snapshot

_ENTRIES = np.array([Event.ENTERED, Event.RETURNED, Event.ADVANCED, Event.SENT_BACK])
_ENDS = {Event.WON: "won", Event.LOST: "lost", Event.WENT_COLD: "lost", Event.WITHDRAWN: "lost"}


def observed(rows: Records, names: Names, instant: int, since: int) -> Snapshot:
    """Write what records show of a world at an instant: stages and ages, not who queues or is worked on.

    Parameters
    ----------
    rows : LEDGER records
        Of the world.
    names : Names
        Of their numbers.
    instant, since : int
        Microseconds since the world began: of the snapshot, and of the first deals closed that it shows.

    Returns
    -------
    Snapshot
        Deals are named by their entity. Nobody rests in it: who is parked is lost until it returns.
    """
    begun = pd.Timestamp(names.start)
    seen = rows[(rows["process"] == SALE) & (rows["time"] < instant) & (rows["pursuit"] >= 0)]
    deals = pd.DataFrame({name: seen[name].astype(np.int64) for name in ("pursuit", "time", "event")})
    deals["row"] = np.arange(len(seen))
    entries = deals[deals["event"].isin([Event.ENTERED, Event.RETURNED])].groupby("pursuit").last()
    created = deals.groupby("pursuit")["time"].first()
    closing = {int(event): status for event, status in _ENDS.items()} | {int(Event.PARKED): "lost"}
    last = deals[deals["event"].isin([*closing, Event.ENTERED, Event.RETURNED])].groupby("pursuit").last()
    status = last["event"].map(closing).fillna("open").reindex(entries.index)
    closed = last["time"].reindex(entries.index).where(status != "open")
    shown = (status == "open") | (closed >= since)
    at = seen[last["row"].reindex(entries.index).to_numpy(int)]
    frame = pd.DataFrame(
        {
            "deal": entries.index.astype(str),
            "stage": [names.stages[each] for each in at["stage"]],
            "entered": begun + pd.to_timedelta(entries["time"].to_numpy(), unit="us"),
            "created": begun + pd.to_timedelta(created.reindex(entries.index).to_numpy(), unit="us"),
            "channel": [names.channels[each] for each in at["channel"]],
            "segment": [names.segments[each] for each in at["segment"]],
            "rep": [names.reps[each] if each >= 0 else "" for each in at["rep"]],
            "value": np.where(status == "won", at["money"], np.nan),
            "status": status.to_numpy(),
            "closed": begun + pd.to_timedelta(closed.to_numpy(), unit="us"),
            "probability": np.nan,
            "close": pd.NaT,
            "why": "",
            "category": "",
        }
    )
    whole = frame[shown.to_numpy()][list(COLUMNS[1:])]
    return Snapshot(begun + pd.Timedelta(instant, "us"), whole.reset_index(drop=True))
