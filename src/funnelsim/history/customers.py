"""The customers of a firm in its history: contracts by product and segment, signed and ended."""

from __future__ import annotations

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.names import name_of

CUSTOMERS = ("customer", "product", "segment", "signed", "ended", "mrr")


def no_customers() -> pd.DataFrame:
    """Return the table of a history without customers."""
    kinds = dict.fromkeys(CUSTOMERS, "str") | {"mrr": "float"}
    kinds |= dict.fromkeys(("signed", "ended"), "datetime64[us]")
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def customers_read(rows: pd.DataFrame, until: pd.Timestamp, dirt: DirtList) -> pd.DataFrame:
    """Check the customers of an export: what has no date, or lies beyond the history, is left out (HI7).

    Parameters
    ----------
    rows : DataFrame
        Of the export, with `file` and `line`; any of `CUSTOMERS`.
    until : Timestamp
        Nothing from then on is in the history.
    dirt : DirtList
        Takes what is left out.

    Returns
    -------
    DataFrame
        With the columns of `CUSTOMERS`; `ended` is NaT while a contract is in force.
    """
    rows = rows.reindex(columns=[*CUSTOMERS, "file", "line"])
    undated, late = rows["signed"].isna(), rows["signed"] >= until
    for kind, wrong in ((Dirt.NO_DATE, undated), (Dirt.AFTER_END, late)):
        dirt.add(kind, rows["file"][wrong], rows["line"][wrong], rows["customer"][wrong])
    kept = rows[~(undated | late)].reset_index(drop=True)
    kept["ended"] = kept["ended"].astype("datetime64[us]").mask(kept["ended"] >= until)
    return kept[list(CUSTOMERS)]


def in_force(customers: pd.DataFrame, instant: pd.Timestamp) -> pd.DataFrame:
    """Return those customers whose contracts were in force at an instant (HI4), with names as scenarios have.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> row = ["A 7", "Team", "Small", day("2025-03-05"), day("2026-02-01"), 300.0]
    >>> customers = pd.DataFrame([row], columns=CUSTOMERS)
    >>> in_force(customers, day("2026-01-01"))[["customer", "ended"]].to_dict("records")
    [{'customer': 'A 7', 'ended': NaT}]
    >>> len(in_force(customers, day("2026-03-01")))
    0
    """
    found = customers[(customers["signed"] < instant) & ~(customers["ended"] < instant)]
    names = {name: found[name].map(name_of) for name in ("product", "segment")}
    never = pd.Series(pd.NaT, found.index, dtype="datetime64[us]")
    return found.assign(**names, ended=never).reset_index(drop=True)
