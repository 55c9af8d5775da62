"""One row a deal: rows without a deal, duplicates, and deals that were merged."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.reading.forms import PLACE
from funnelsim.io.writing import UnusableError


def named(rows: pd.DataFrame, dirt: DirtList) -> pd.DataFrame:
    """Leave out the rows that name no deal."""
    nameless = rows["deal"] == ""
    if nameless.any():
        dirt.add(Dirt.NO_DEAL, rows["file"][nameless], rows["line"][nameless], [""] * int(nameless.sum()))
        rows = rows[~nameless]
    return rows


def without_duplicates(rows: pd.DataFrame, dirt: DirtList, *, by_file: bool = False) -> pd.DataFrame:
    """Leave out rows that repeat another one in everything, within a file where that matters."""
    place = {"line"} if by_file else PLACE
    again = rows.duplicated([name for name in rows.columns if name not in place])
    if again.any():
        dirt.add(Dirt.DUPLICATE, rows["file"][again], rows["line"][again], rows["deal"][again])
        rows = rows[~again]
    return rows


def absorbed(deals: pd.DataFrame, dirt: DirtList) -> dict[str, str]:
    """Find the deals that were merged into others, and into which in the end.

    Only a deal whose other is in the file counts: else nothing would be left of the sale.

    Raises
    ------
    UnusableError
        If deals are merged into each other in a circle.
    """
    if "merged_into" not in deals:
        return {}
    rows = deals[(deals["merged_into"] != "") & (deals["merged_into"] != deals["deal"])]
    into = dict(zip(rows["deal"], rows["merged_into"], strict=True))
    there = set(deals["deal"])
    last = {deal: _end_of_chain(deal, into) for deal in into}
    found = {deal: other for deal, other in last.items() if other in there}
    rows = rows[rows["deal"].isin(list(found))]
    dirt.add(Dirt.MERGED, rows["file"], rows["line"], rows["deal"], rows["deal"].map(found))
    return found


def _end_of_chain(deal: str, into: Mapping[str, str]) -> str:
    seen = {deal}
    at = into[deal]
    while at in into:
        if at in seen:
            raise UnusableError(f"the deals {', '.join(sorted(seen))} are merged into each other in a circle")
        seen.add(at)
        at = into[at]
    return at


def one_row_each(deals: pd.DataFrame, dirt: DirtList) -> pd.DataFrame:
    """Make one row of all rows of a deal: of each column, the last that has something there."""
    repeated = deals["deal"].duplicated(keep=False)
    if not repeated.any():
        return deals
    rows = deals[repeated]
    earlier = rows["deal"].duplicated(keep="last")
    last = rows.drop_duplicates("deal", keep="last").set_index("deal")["line"]
    dirt.add(
        Dirt.REPEATED,
        rows["file"][earlier],
        rows["line"][earlier],
        rows["deal"][earlier],
        "line " + rows["deal"][earlier].map(last).astype(str),
    )
    blank = rows.mask(rows == "")
    filled = blank.groupby("deal", sort=False, as_index=False).last()
    filled = filled.fillna({name: "" for name in rows if rows[name].dtype == "str"})
    return pd.concat([deals[~repeated], filled[deals.columns]], ignore_index=True)
