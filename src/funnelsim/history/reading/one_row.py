"""A row a deal, with dates and status, in one or more tables that share the deal's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.history import OUTCOMES
from funnelsim.history.mapping import IGNORE, LOST_BECAUSE, ExportMapping
from funnelsim.history.reading.deals import one_row_each
from funnelsim.history.reading.forms import ANY, PLACE, Form, Kind, Reading, Table
from funnelsim.history.reading.headers import guess_rows

_ENTERED = "entered."
_OF_A_DEAL = ("created", "channel", "segment", "value", "rep", "merged_into")

TABLE = Table(
    {
        "deal": Kind.TEXT,
        "created": Kind.TIME,
        "status": Kind.TEXT,
        "stage": Kind.TEXT,
        "entered": Kind.TIME,
        "entered.*": Kind.TIME,
        "closed": Kind.TIME,
        "won": Kind.TIME,
        "lost": Kind.TIME,
        "channel": Kind.TEXT,
        "segment": Kind.TEXT,
        "value": Kind.NUMBER,
        "rep": Kind.TEXT,
        "reason": Kind.TEXT,
        "merged_into": Kind.TEXT,
    }
)


def read(tables: Mapping[str, pd.DataFrame], mapping: ExportMapping, dirt: DirtList) -> Reading:
    """Read a row a deal: a deal is in the first stage when it is created, unless dates of stages say more."""
    deals = _joined([one_row_each(rows, dirt) for rows in tables.values()])
    if "status" in deals:
        ignored = deals["status"].map(mapping.meanings) == IGNORE
        rows = deals[ignored]
        dirt.add(Dirt.IGNORED, rows["file"], rows["line"], rows["status"])
        deals = deals[~ignored]
    # of what has the same date, the order of the stages is the likely one, and the end comes last
    moves = [*_dated_entries(deals, mapping), *_current_stage(deals, mapping), *_ends(deals, mapping)]
    return Reading(
        deals=deals[["deal", *(name for name in _OF_A_DEAL if name in deals), *PLACE]],
        moves=pd.concat(moves, ignore_index=True),
        first=mapping.stages[0],
    )


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of a deal in several tables side by side; where both say something, the later table."""
    if len(tables) == 1:
        return tables[0]
    together = pd.concat(tables, ignore_index=True)
    texts = [name for name, kind in TABLE.roles.items() if kind == Kind.TEXT and name in together]
    together = together.fillna(dict.fromkeys(texts, ""))
    return one_row_each(together, DirtList())  # rows of different tables are no dirt


def _dated_entries(deals: pd.DataFrame, mapping: ExportMapping) -> Iterator[pd.DataFrame]:
    """Read the columns that say when a deal entered each stage."""
    for stage in mapping.stages:
        if _ENTERED + stage in deals:
            dated = deals[deals[_ENTERED + stage].notna()]
            yield _moves(dated, stage, dated[_ENTERED + stage])


def _current_stage(deals: pd.DataFrame, mapping: ExportMapping) -> Iterator[pd.DataFrame]:
    """Read in which stage a deal is, or was when it was closed.

    Where its date is not in the file, it was after the deal was created and by its end (HI3).
    """
    meanings = mapping.meanings
    dated = [stage for stage in mapping.stages if _ENTERED + stage in deals]
    for column in ("status", "stage"):
        if column not in deals:
            continue
        means = deals[column].map(meanings)
        known = means.isin(mapping.stages) | means.isna()  # what is unknown is told later, all at once
        rows = deals[known & ~means.isin(dated) & ~((column == "stage") & (deals[column] == ""))]
        if "entered" in deals:
            # a date of the last change is blank where there was none
            yield _moves(rows, rows[column], rows["entered"].fillna(_created(rows)))
        else:
            rows = rows[means[rows.index] != mapping.stages[0]]  # in it since it was created
            yield _moves(rows, rows[column], _end_dates(rows, mapping)).assign(after=_created(rows))


def _ends(deals: pd.DataFrame, mapping: ExportMapping) -> Iterator[pd.DataFrame]:
    """Read who was won or lost, and when."""
    if "status" not in deals:
        for outcome in OUTCOMES:
            if outcome in deals:
                rows = deals[deals[outcome].notna()]
                yield _moves(rows, outcome, rows[outcome])
        return
    rows = deals[_outcomes(deals, mapping) != ""]
    yield _moves(rows, rows["status"], _end_dates(rows, mapping))


def _outcomes(deals: pd.DataFrame, mapping: ExportMapping) -> pd.Series[str]:
    means = deals["status"].map(mapping.meanings)
    outcome = means.mask(means.str.startswith(LOST_BECAUSE, na=False), OUTCOMES[1])
    return outcome.where(outcome.isin(OUTCOMES) & ~means.isin(mapping.stages), "")


def _end_dates(deals: pd.DataFrame, mapping: ExportMapping) -> pd.Series[pd.Timestamp]:
    """Return when deals were won or lost, NaT for those that are open: their closing date is a plan."""
    blank = pd.Series(pd.NaT, deals.index, dtype="datetime64[us]")
    if "status" not in deals:
        dates = [deals[outcome] for outcome in OUTCOMES if outcome in deals]
        return dates[0].fillna(dates[-1]) if dates else blank
    outcome = _outcomes(deals, mapping)
    found = deals["closed"].where(outcome != "") if "closed" in deals else blank
    for each in OUTCOMES:
        if each in deals:
            found = found.fillna(deals[each].where(outcome == each))
    return found


def _created(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    return rows["created"] if "created" in rows else pd.Series(pd.NaT, rows.index, dtype="datetime64[us]")


def _moves(rows: pd.DataFrame, to: str | pd.Series[str], at: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    moves = rows[["deal", *(name for name in ("reason",) if name in rows), *PLACE]].assign(to=to, at=at)
    return moves.astype({"to": "str"})


FORM = Form("one row a deal", {ANY: TABLE}, read, guess_rows)
