"""The snapshot of a pipeline: the deals that are open at an instant, and those closed in its quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.scenario.errors import nearest
from funnelsim.studies.today.customers import Customers, read_customers
from funnelsim.studies.today.tables import Columns, Sentences, read_table, refuse

COLUMNS = (
    *("at", "deal", "stage", "entered", "created", "channel", "segment", "rep", "value"),
    *("status", "closed", "probability", "close", "why", "category"),
)
_TABLE = Columns(
    known=COLUMNS,
    needed=("at", "deal", "stage", "entered", "status"),
    times=("at", "entered", "created", "closed", "close"),
    numbers=("value", "probability"),
    empty="has no rows: nothing says as of when it is",
)
STATUSES = ("open", "won", "lost")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a firm's records show at an instant.

    Attributes
    ----------
    at : Timestamp
        As of when, of the firm's own clock.
    deals : DataFrame
        A row a deal, with `COLUMNS` but `at`: blank texts, NaT and NaN where the records do not say. `status`
        is "open", "won" or "lost".
    customers : Customers, optional
        Whose contracts are in force; None where that is left to the scenario.
    """

    at: pd.Timestamp
    deals: pd.DataFrame
    customers: Customers | None = None

    @property
    def open(self) -> pd.DataFrame:
        """The deals that are open."""
        return self.deals[self.deals["status"] == "open"].reset_index(drop=True)

    @property
    def lost(self) -> pd.DataFrame:
        """The deals that were lost."""
        return self.deals[self.deals["status"] == "lost"].reset_index(drop=True)

    @property
    def overridden(self) -> pd.DataFrame:
        """The open deals of which somebody knows better (OD7)."""
        return self.open[_is_overridden(self.open).to_numpy()].reset_index(drop=True)

    def without_overrides(self) -> Snapshot:
        """Return the same records as if nobody knew better."""
        deals = self.deals.assign(probability=np.nan, close=pd.Timestamp("NaT"), why="")
        return replace(self, deals=deals)

    def closed_since(self, day: pd.Timestamp) -> pd.DataFrame:
        """Return the deals that were won or lost from a day on."""
        return self.deals[self.deals["closed"] >= day]

    def won_since(self, day: pd.Timestamp) -> pd.DataFrame:
        """Return the deals that were won from a day on."""
        closed = self.closed_since(day)
        return closed[closed["status"] == "won"]


def _is_overridden(deals: pd.DataFrame) -> pd.Series[bool]:
    return deals["probability"].notna() | deals["close"].notna()


def read_snapshot(path: Path, customers: Path | None = None) -> Snapshot:
    r"""Read a snapshot of a pipeline.

    Parameters
    ----------
    path : path
        A table in plain text; its first row has the names of columns. `at`, `deal`, `stage`, `entered` and
        `status` must be there; `created`, `channel`, `segment`, `rep`, `value`, `closed`, `probability`,
        `close`, `why` and `category` may be.
    customers : path, optional
        A table of customers, as `read_customers` takes it.

    Raises
    ------
    UnusableError
        If one is no such table; tells every row that is wrong, twenty at most.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "snapshot.csv"
    >>> _ = file.write_text("at,deal,stage,entered,status\n2026-04-01,A 7,offer,2026-03-05,open\n")
    >>> read_snapshot(file).open.loc[0, "stage"]
    'offer'
    """
    deals, lines = read_table(path, _TABLE)
    at = deals.pop("at")
    refuse([*_not_one_instant(at, lines), *_wrong_rows(deals, at.iloc[0], lines)], path)
    found = None if customers is None else read_customers(customers, at.iloc[0])
    return Snapshot(at.iloc[0], deals, found)


def _not_one_instant(at: pd.Series[Any], lines: Sequence[int]) -> Sentences:
    """Find rows that are as of another instant than the first."""
    if at.isna().any():
        yield f"line {lines[int(at.isna().argmax())]}: at is blank; expected as of when the snapshot is"
    elif at.nunique() > 1:
        odd = int((at != at.iloc[0]).argmax())
        yield f"line {lines[odd]}: at is {at.iloc[odd]}, and {at.iloc[0]} above; expected one snapshot a file"


def _wrong_rows(deals: pd.DataFrame, at: pd.Timestamp, lines: Sequence[int]) -> Sentences:
    """Find deals whose row cannot be, and what would be right."""
    seen: dict[str, int] = {}
    for row, deal in enumerate(deals.to_dict("records")):
        name, where = deal["deal"], f"line {lines[row]}: "
        if not name:
            yield f"{where}deal is blank; expected a name or a number that no other deal has"
        elif name in seen:
            yield f"{where}the deal {name} is on line {seen[name]} as well; expected each deal once"
        seen.setdefault(name, lines[row])
        for sentence in (*_wrong_status(deal), *_wrong_times(deal, at), *_wrong_override(deal, at)):
            yield f"{where}{sentence}"


def _wrong_status(deal: Mapping[Any, Any]) -> Sentences:
    status = deal["status"]
    if status not in STATUSES:
        near = nearest(status, STATUSES)
        yield f'status is "{status}"; expected open, won or lost' + (f'; is "{near}" meant?' if near else "")
    elif status == "open":
        if not deal["stage"]:
            yield "stage is blank; expected the stage that the open deal is in"
        if pd.isna(deal["entered"]):
            yield "entered is blank; expected when the open deal entered its stage"
        if not pd.isna(deal["closed"]):
            yield f"closed is {deal['closed']:%Y-%m-%d}, and the deal is open; expected one of the two"
    elif pd.isna(deal["closed"]):
        yield f"closed is blank; expected when the deal was {status}"
    if deal["value"] < 0:
        yield f"value is {deal['value']:g}; expected an amount of at least 0"


def _wrong_times(deal: Mapping[Any, Any], at: pd.Timestamp) -> Sentences:
    for name in ("created", "entered", "closed"):
        if deal[name] > at:  # false where it is blank
            yield f"{name} is {deal[name]}, after {at}, when the snapshot was taken"
    if deal["created"] > deal["entered"]:
        yield f"entered is {deal['entered']}, before created, {deal['created']}"


def _wrong_override(deal: Mapping[Any, Any], at: pd.Timestamp) -> Sentences:
    given = [name for name in ("probability", "close") if not pd.isna(deal[name])]
    if given and deal["status"] != "open":
        yield f"{given[0]} is given, and the deal is {deal['status']}; expected that of open deals only"
        return
    if given and not deal["why"]:
        yield f"{given[0]} overrides the forecast, and why is blank; expected the reason in a few words"
    if not pd.isna(deal["probability"]) and not 0 <= deal["probability"] <= 1:
        yield f"probability is {deal['probability']:g}; expected a share between 0 and 1, such as 0.8"
    if deal["close"] < at:
        yield f"close is {deal['close']:%Y-%m-%d}, before {at}; expected a day to come"
