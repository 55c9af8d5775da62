"""An event log, CSV or XES: a row an event, of an activity that is a stage, an outcome or work."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.mapping import ExportMapping
from funnelsim.history.reading.forms import PLACE, Form, Kind, Reading, Table
from funnelsim.history.reading.headers import guess_events
from funnelsim.history.reading.xes import CASE

START, COMPLETE = "start", "complete"  # of the lifecycle of XES, in any case of letters
_FIELDS = ("channel", "segment", "value")

TABLE = Table(
    {
        "deal": Kind.TEXT,
        "activity": Kind.TEXT,
        "time": Kind.TIME,
        "transition": Kind.TEXT,
        "rep": Kind.TEXT,
        "reason": Kind.TEXT,
        "channel": Kind.TEXT,
        "segment": Kind.TEXT,
        "value": Kind.NUMBER,
    },
    ("deal", "activity", "time"),
)


def read(tables: Mapping[str, pd.DataFrame], mapping: ExportMapping, dirt: DirtList) -> Reading:
    """Read an event log: a deal is created with its first event, and its resources are reps."""
    events = tables["events"]
    undated = events["time"].isna()
    dirt.add(Dirt.NO_DATE, events["file"][undated], events["line"][undated], events["activity"][undated])
    events = events[~undated].sort_values(["deal", "time"], kind="stable", ignore_index=True)
    step = events["transition"].str.lower() if "transition" in events else None
    given = mapping.files["events"].columns
    of_case = [name for name in _FIELDS if str(given.get(name, "")).startswith(CASE)]
    dated = [name for name in _FIELDS if name in events and name not in of_case]
    return Reading(
        deals=_deals(events, of_case),
        moves=_moves(events, step, mapping),
        fields=_dated(events, dated),
        work=_work(events, step, mapping, dirt),
    )


def _deals(events: pd.DataFrame, of_case: list[str]) -> pd.DataFrame:
    """Make a row a case; what its trace says was written with the file, whenever that was (HI5)."""
    cases = events.drop_duplicates("deal")
    return cases[["deal", "time", *of_case, *PLACE]].rename(columns={"time": "created"})


def _moves(events: pd.DataFrame, step: pd.Series[str] | None, mapping: ExportMapping) -> pd.DataFrame:
    """Take the activities that are not work alone; one that is started and completed is entered once."""
    moves = ~events["activity"].isin(list(mapping.work)) | events["activity"].isin(list(mapping.meanings))
    if step is not None:
        started = events["activity"].isin(events["activity"][step == START].unique())
        moves &= ~started | (step == START)
    names = ["deal", "activity", "time", *(name for name in ("rep", "reason") if name in events), *PLACE]
    return events.loc[moves, names].rename(columns={"activity": "to", "time": "at"})


def _dated(events: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Take what events say of a deal as dated values, wherever it differs from the event before (HI5)."""
    parts = []
    for name in names:
        filled = events[events[name].notna() & (events[name] != "")]
        again = (filled["deal"] == filled["deal"].shift()) & (filled[name] == filled[name].shift())
        rows = filled[~again]
        values = rows[name].astype(str)
        parts.append(rows[["deal", "time", *PLACE]].assign(field=name, value=values))
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).rename(columns={"time": "since"})


def _work(
    events: pd.DataFrame, step: pd.Series[str] | None, mapping: ExportMapping, dirt: DirtList
) -> pd.DataFrame:
    """Pair starts and completions of work, in the order of time."""
    mine = events["activity"].isin(list(mapping.work))
    if step is None or not mine.any():
        return pd.DataFrame()
    rows = events[mine].assign(step=step[mine]).sort_values(["deal", "activity"], kind="stable")
    other = ~rows["step"].isin([START, COMPLETE])
    _list(Dirt.OTHER_STEP, rows[other], dirt)
    rows = rows[~other]
    starts, ends = rows["step"] == START, rows["step"] == COMPLETE
    same = (rows["deal"] == rows["deal"].shift()) & (rows["activity"] == rows["activity"].shift())
    follows = same & ends & starts.shift(fill_value=False)
    _list(Dirt.NO_START, rows[ends & ~follows], dirt)
    again = same & starts & starts.shift(fill_value=False)
    twice = starts & again.shift(-1, fill_value=False)
    _list(Dirt.STARTED_AGAIN, rows[twice], dirt)
    ended = follows.shift(-1, fill_value=False)
    after = rows.shift(-1)
    spells = rows[["deal", "activity", "time", *PLACE]].rename(columns={"time": "start"})
    spells["end"] = after["time"].where(ended)
    if "rep" in rows:  # who completes it did it; many starts name nobody
        spells["rep"] = rows["rep"].mask(ended & (after["rep"].fillna("") != ""), after["rep"])
    else:
        spells["rep"] = ""
    spells["stage"] = spells.pop("activity").map(mapping.work)
    return spells[starts & ~twice]


def _list(kind: Dirt, rows: pd.DataFrame, dirt: DirtList) -> None:
    dirt.add(kind, rows["file"], rows["line"], rows["activity"] + " " + rows["step"])


FORM = Form("event log", {"events": TABLE}, read, guess_events)
