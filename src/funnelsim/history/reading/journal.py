"""A journal of deals: rows that say what a field was from an instant on, whatever system keeps them.

There are two sorts. *States* say everything that was tracked at an instant: versions of a record, stage
history. *Changes* say of one property what it is from then on, and perhaps what it was before: property
history, field history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.history import OUTCOMES
from funnelsim.history.mapping import LOST_BECAUSE, ExportMapping
from funnelsim.history.reading import hubspot, salesforce
from funnelsim.history.reading.columns import Doubtful, Evidence
from funnelsim.history.reading.deals import one_row_each
from funnelsim.history.reading.forms import PLACE, Form, Kind, Reading, Sample, Table
from funnelsim.history.reading.numbers import amounts
from funnelsim.history.reading.sheets import CHANGES, DEALS, STATES
from funnelsim.history.reading.tables import DECIMAL
from funnelsim.io.writing import UnusableError

STAGE = "stage"
DATED = ("channel", "segment", "value", "rep")  # fields of a deal that a journal may follow
_, _LOST = OUTCOMES
_KINDS = {name: Kind.NUMBER if name == "value" else Kind.TEXT for name in DATED}
_OF_A_DEAL = ("created", *DATED, "merged_into")
_RECORD = _KINDS | {
    "deal": Kind.TEXT,
    "created": Kind.TIME,
    STAGE: Kind.TEXT,
    "reason": Kind.TEXT,
    "merged_into": Kind.TEXT,
    "absorbed": Kind.TEXT,  # the deals that were merged into this one
}
TABLES = {
    DEALS: Table(_RECORD, optional=True),
    STATES: Table(_RECORD | {"at": Kind.TIME}, ("deal", "at", STAGE), optional=True),
    CHANGES: Table(
        {"deal": Kind.TEXT, "at": Kind.TIME, "property": Kind.TEXT, "value": Kind.TEXT, "old": Kind.TEXT},
        ("deal", "at", "property", "value"),
        optional=True,
    ),
}
_BETWEEN = re.compile(r"[;,\s]+")
_USER_ID = r"005[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?"  # of Salesforce


def read(tables: Mapping[str, pd.DataFrame], mapping: ExportMapping, dirt: DirtList) -> Reading:
    """Read the records of deals and what the journal says of them (HI1, HI5).

    Raises
    ------
    UnusableError
        If there is no journal, or no record where one is needed.
    """
    if not {STATES, CHANGES} & set(tables):
        raise UnusableError(
            f"there is no journal: the mapping needs a table files.{STATES} or files.{CHANGES}"
        )
    records = _records(tables, dirt)
    told: list[pd.DataFrame] = []
    if STATES in tables:
        told += taken_apart(tables[STATES])
    if CHANGES in tables:
        told += _changes(tables[CHANGES], records, mapping, dirt)
    return journal_of(pd.concat(told, ignore_index=True), records, mapping)


def journal_of(told: pd.DataFrame, records: pd.DataFrame, mapping: ExportMapping) -> Reading:
    """Put together what a journal says.

    Parameters
    ----------
    told : DataFrame
        `deal`, `field`, `at`, `value` as text and `PLACE`, and perhaps `after`: a row for each time that
        something was said. A field is `STAGE` or one of `DATED`.
    records : DataFrame
        A row a deal, as the file has it in the end.
    mapping : ExportMapping
    """
    dated = told[told["field"] != STAGE].rename(columns={"at": "since"})
    deals = _with_absorbed(records)
    return Reading(
        deals=deals[["deal", *(name for name in _OF_A_DEAL if name in deals), *PLACE]],
        moves=_moves(told, records, mapping),
        fields=dated[["deal", "field", "since", "value", *PLACE]].reset_index(drop=True),
    )


def taken_apart(states: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Take rows that say several fields at once apart: a row for each field that was not so before.

    A stage is said by every row: those that repeat it are folded, and counted, later.
    """
    ordered = states.sort_values("at", kind="stable")
    beside = [name for name in ("after", *PLACE) if name in ordered]
    for name in (STAGE, *DATED):
        if name in ordered:
            rows = ordered if name == STAGE else ordered[_is_new(ordered, name)]
            yield rows[["deal", "at", *beside]].assign(field=name, value=_as_text(rows[name]))


def _is_new(ordered: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Say in which rows a field is not what it was in the row before; blank before it is first said."""
    before = ordered.groupby("deal", sort=False)[name].shift()
    if ordered[name].dtype == "str":
        return ordered[name] != before.fillna("")
    return (ordered[name] != before) & (ordered[name].notna() | before.notna())


def _records(tables: Mapping[str, pd.DataFrame], dirt: DirtList) -> pd.DataFrame:
    """Return the records of deals; where the file has none, the last state of each is one."""
    if DEALS in tables:
        return one_row_each(tables[DEALS], dirt)
    if STATES not in tables:
        return tables[CHANGES][["deal", *PLACE]].drop_duplicates("deal")
    return tables[STATES].sort_values("at", kind="stable").drop_duplicates("deal", keep="last")


def _changes(
    changes: pd.DataFrame, records: pd.DataFrame, mapping: ExportMapping, dirt: DirtList
) -> Iterator[pd.DataFrame]:
    """Read the changes of the properties that are in `[properties]`, and what was before them."""
    said = changes.assign(field=changes["property"].map(mapping.properties)).dropna(subset="field")
    if said.empty:
        there = ", ".join(f'"{name}"' for name in changes["property"].drop_duplicates()[:20])
        file = changes["file"].iloc[0]
        raise UnusableError(f"{file}: none of its properties is in [properties] of the mapping: {there}")
    said = _with_plain_amounts(_once(said, records), mapping, dirt)
    if "old" in said:
        yield from _before(said.sort_values("at", kind="stable"), records)
    yield said[["deal", "at", "field", "value", *PLACE]]


def _before(said: pd.DataFrame, records: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Say what each field was from the beginning: what the first change found, or what never changed."""
    if "created" not in records:
        return
    for name, rows in said.groupby("field", sort=False):
        found = records["deal"].map(rows.drop_duplicates("deal").set_index("deal")["old"])
        if name in records:
            found = found.fillna(_as_text(records[name]))
        first = records[["deal", *PLACE]].assign(at=records["created"], field=name, value=found.astype("str"))
        yield first[found.notna() & (found != "")]


def _once(said: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Keep one of two rows that tell of the same change of owner: Salesforce names him, and gives his id."""
    twice = said.duplicated(["deal", "at", "field"], keep=False) & (said["field"] == "rep")
    if not twice.any() or "rep" not in records:
        return said
    by_id = records["rep"].str.fullmatch(_USER_ID).mean() > 0.5
    is_id = said["value"].str.fullmatch(_USER_ID)
    return said[~twice | (is_id == by_id)]


def _with_plain_amounts(rows: pd.DataFrame, mapping: ExportMapping, dirt: DirtList) -> pd.DataFrame:
    """Read the amounts among values of all kinds, as the mapping says or as they together tell."""
    sums = rows[rows["field"] == "value"]
    if sums.empty:
        return rows
    evidence, file = Evidence(), str(sums["file"].iloc[0])
    columns = {name: Doubtful(amounts, np.nan, evidence, file) for name in ("value", "old") if name in rows}
    for name, column in columns.items():
        column.add(list(sums[name]), list(sums["line"]))
    choice = DECIMAL.choice(mapping.decimal, evidence)
    rows = rows.copy()
    for name, column in columns.items():
        values, lost = column.values(choice)
        if lost:
            dirt.add(Dirt.BAD_NUMBER, *zip(*lost, strict=True))
        rows.loc[sums.index, name] = _as_text(pd.Series(values, sums.index))
    return rows


def _as_text(values: pd.Series[str] | pd.Series[float]) -> pd.Series[str]:
    """Write values as dated fields have them: numbers as text, blank ones as ""."""
    if values.dtype == "str":
        return values.astype("str")
    return values.map(repr, na_action="ignore").fillna("").astype("str")


def _moves(told: pd.DataFrame, records: pd.DataFrame, mapping: ExportMapping) -> pd.DataFrame:
    """Return the moves; a deal goes through the stages that it enters at one instant in their order.

    A record keeps one reason, which is written over: it is that of the last loss, if the deal is still lost.
    """
    moves = told[told["field"] == STAGE].rename(columns={"value": "to"})
    means = moves["to"].map(mapping.meanings).fillna("")
    ranks = {stage: rank for rank, stage in enumerate(mapping.stages)}
    rank = means.map(ranks).fillna(len(ranks))
    moves = moves.assign(rank=rank, means=means).sort_values(["at", "rank"], kind="stable", ignore_index=True)
    kept = [name for name in ("deal", "to", "at", "after", *PLACE) if name in moves]
    if "reason" not in records:
        return moves[kept]
    lost = (moves["means"] == _LOST) | moves["means"].str.startswith(LOST_BECAUSE)
    # a loss that is said again has been folded into the first when reasons are looked at
    since = lost & ~lost.groupby(moves["deal"], sort=False).shift(fill_value=False)
    still = moves["deal"].map(lost.groupby(moves["deal"], sort=False).last())
    last = moves["deal"][since & still].drop_duplicates(keep="last")
    reasons = records.drop_duplicates("deal", keep="last").set_index("deal")["reason"]
    return moves[kept].assign(reason=last.map(reasons).reindex(moves.index).fillna("").astype("str"))


def _with_absorbed(records: pd.DataFrame) -> pd.DataFrame:
    """Give a row to each deal that the record of another one says was merged into it."""
    if "absorbed" not in records:
        return records
    rows = records[records["absorbed"] != ""]
    names = rows["absorbed"].map(lambda text: [name for name in _BETWEEN.split(text) if name])
    gone = rows[["deal", *PLACE]].rename(columns={"deal": "merged_into"}).assign(deal=names).explode("deal")
    together = pd.concat([records, gone], ignore_index=True)
    texts = [*records.select_dtypes("str").columns, "merged_into"]
    return together.assign(**together[texts].fillna("").astype("str"))


def guess(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Propose a mapping, if the files are those of a system whose journals are known."""
    return hubspot.guess(samples) or salesforce.guess(samples)


FORM = Form("journal", TABLES, read, guess)
