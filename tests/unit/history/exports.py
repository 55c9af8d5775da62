"""Small exports for tests: text in, history out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import Imported, read_export

ROWS = {
    "form": "one row a deal",
    "stages": ["call", "offer"],
    "columns": {name: name for name in ("deal", "created", "status", "closed")},
    "status": {"Won": "won", "Lost": "lost", "Open": "open"},
}
EVENTS = {
    "form": "event log",
    "stages": ["call", "offer"],
    "columns": {"deal": "case", "activity": "activity", "time": "time"},
    "status": {"signed": "won", "refused": "lost: price", "note": "open"},
}


def imported(
    folder: Path, text: str | bytes, document: Mapping[str, Any], name: str = "deals.csv"
) -> Imported:
    """Import one file."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_export([file], mapping_from(document))


def with_columns(document: Mapping[str, Any], *names: str, **columns: Any) -> dict[str, Any]:
    """Add columns to a mapping: some that are called as their roles, and others."""
    return {**document, "columns": document["columns"] | {name: name for name in names} | columns}


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def moves(found: Imported, deal: str) -> list[tuple[str, pd.Timestamp]]:
    """List the entries of a deal."""
    rows = found.history.entries
    rows = rows[rows["deal"] == deal]
    return list(zip(rows["stage"], rows["entered"], strict=True))


def row(found: Imported, deal: str) -> dict[str, Any]:
    """Return the row of a deal."""
    deals = found.history.deals
    [found_row] = deals[deals["deal"] == deal].to_dict("records")
    return {str(name): value for name, value in found_row.items()}
