"""Snapshots of the pipeline: what stood there each time that somebody looked (HI3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from funnelsim.history.dirt import DirtList
from funnelsim.history.history import OUTCOMES
from funnelsim.history.mapping import ExportMapping
from funnelsim.history.reading.forms import PLACE, Form, Reading, Sample, Table
from funnelsim.history.reading.headers import Names, columns_named, sorted_out
from funnelsim.history.reading.journal import STAGE, TABLES, journal_of, taken_apart
from funnelsim.history.reading.sheets import STATES
from funnelsim.io.writing import UnusableError

TABLE = Table(TABLES[STATES].roles, ("deal", STAGE, "created"), by_file=True)
OPEN = "open"
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def read(tables: Mapping[str, pd.DataFrame], mapping: ExportMapping, dirt: DirtList) -> Reading:  # noqa: ARG001
    """Read what had changed from one look to the next: it happened after the one, and by the other.

    From its creation on a deal is in the first stage until it is seen elsewhere. One that is not there any
    more was closed as `vanished` says, unless it had been seen closed.

    Raises
    ------
    UnusableError
        If the day of a snapshot is not known, or deals vanish and the mapping does not say what that means.
    """
    rows = tables["snapshots"]
    rows = rows.assign(at=_looks(rows)).drop_duplicates(["deal", "at"], keep="last")
    rows = rows.sort_values(["deal", "at"], kind="stable", ignore_index=True)
    looks = pd.Series(rows["at"].sort_values().unique())
    told = [_moved(rows, looks, mapping), *taken_apart(rows.drop(columns=STAGE)), _gone(rows, looks, mapping)]
    records = rows.drop_duplicates("deal", keep="last")
    found = journal_of(pd.concat(told, ignore_index=True), records, mapping)
    found.first, found.since, found.until = mapping.stages[0], looks.iloc[0], looks.iloc[-1]
    return found


def _looks(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return when each row was seen: as a column says, else as the name of the file does."""
    if "at" in rows:
        undated = rows[rows["at"].isna()]
        if undated.empty:
            return rows["at"]
        row = undated.iloc[0]
        raise UnusableError(f"{row['file']}, line {row['line']}: the row does not say when it was seen")
    days = {name: _day(str(name)) for name in rows["file"].unique()}
    return rows["file"].astype("str").map(days).astype("datetime64[us]")


def _day(file: str) -> pd.Timestamp:
    found = _DATE.search(file)
    if found is None:
        raise UnusableError(
            f"{file}: the day of the snapshot is not in the name of the file; "
            'call it as in "pipeline_2026-01-12.csv", or name the column of the day, "at", in the mapping'
        )
    return pd.Timestamp("-".join(found.groups()))


def _moved(rows: pd.DataFrame, looks: pd.Series[pd.Timestamp], mapping: ExportMapping) -> pd.DataFrame:
    """Return where a deal is in another stage than at the look before, or is there again."""
    before = rows.groupby("deal", sort=False)[[STAGE, "at"]].shift()
    look_before = _mapped(rows["at"], looks.shift(), looks)
    again = before["at"].notna() & (before["at"] != look_before) & (mapping.vanished in OUTCOMES)
    moved = (rows[STAGE] != before[STAGE]) | again
    # it was created in the first stage: to be seen there first is no move
    moved &= before["at"].notna() | (rows[STAGE].map(mapping.meanings) != mapping.stages[0])
    after = look_before.mask(before["at"].isna() & ~(look_before > rows["created"]), rows["created"])
    found = rows[["deal", "at", *PLACE]].assign(field=STAGE, value=rows[STAGE], after=after)
    return found[moved]


def _gone(rows: pd.DataFrame, looks: pd.Series[pd.Timestamp], mapping: ExportMapping) -> pd.DataFrame:
    """Return which deals were not there any more at the next look, though they had not been seen closed."""
    next_look = _mapped(rows["at"], looks.shift(-1), looks)
    next_seen = rows.groupby("deal", sort=False)["at"].shift(-1)
    closed = rows[STAGE].map(mapping.meanings).fillna("").str.startswith(OUTCOMES)
    gone = rows[next_look.notna() & (next_seen != next_look) & ~closed]
    if len(gone) and mapping.vanished is None:
        row = gone.iloc[0]
        raise UnusableError(
            f"{gone['deal'].nunique()} deals vanish from the snapshots, such as {row['deal']} after "
            f'{row["at"]:%Y-%m-%d}; say in the mapping what that means: vanished = "lost", "won" or "open"'
        )
    if mapping.vanished == OPEN:
        gone = gone[:0]
    found = gone[["deal", *PLACE]].assign(field=STAGE, value=mapping.vanished, after=gone["at"])
    return found.assign(at=next_look[gone.index])


def _mapped(
    at: pd.Series[pd.Timestamp], values: pd.Series[pd.Timestamp], looks: pd.Series[pd.Timestamp]
) -> pd.Series[pd.Timestamp]:
    return at.map(pd.Series(values.to_numpy(), looks.to_numpy()))


_NAMES: Names = {
    "deal": ("deal id", "deal_id", "opportunity id", "opportunity_id", "record id", "id", "deal"),
    "at": ("snapshot date", "snapshot_date", "as of date", "as_of_date", "as of", "report date"),
    STAGE: ("stage", "stage_name", "deal stage"),
    "created": ("created", "created date", "created_date", "create date", "created at", "created_at"),
    "rep": ("owner", "opportunity owner", "deal owner", "owner_id", "rep"),
    "value": ("amount", "value"),
    "channel": ("lead source", "lead_source", "source", "channel"),
    "segment": ("type", "deal type", "segment"),
}


def guess(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Propose a mapping, if a column says when rows were seen, or the names of files that are alike do."""
    columns = columns_named(samples[0].header, _NAMES)
    alike = len(samples) > 1 and all(list(each.header) == list(samples[0].header) for each in samples)
    dated = alike and all(_DATE.search(each.name) for each in samples)
    if not {"deal", STAGE, "created"} <= columns.keys() or not ("at" in columns or dated):
        return None
    stages, status = sorted_out(samples[0].values(columns[STAGE]))
    document = {"form": "snapshots", "time_zone": "UTC", "vanished": "lost", "stages": stages or ["sale"]}
    return document | {"columns": columns, "status": status}


FORM = Form("snapshots", {"snapshots": TABLE}, read, guess)
