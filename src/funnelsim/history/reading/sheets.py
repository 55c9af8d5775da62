"""The sheets of a system's journal: by which columns each is known, and what mapping they suggest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from funnelsim.history.reading.forms import Sample
from funnelsim.history.reading.headers import Names, columns_named, sorted_out

DEALS, STATES, CHANGES = "deals", "states", "changes"  # the tables of the form "journal"


@dataclass(frozen=True)
class Sheet:
    """A table that a system writes.

    Attributes
    ----------
    table : str
        What it is in a mapping: `DEALS`, `STATES` or `CHANGES`.
    names : mapping of str to sequence of str
        What its columns are called, in small letters, by role.
    known_by : sequence of str
        The roles without which it is another sheet.
    in_utc : bool
        Whether its times are UTC, as in a warehouse; else they are those of the user's clock.
    properties : mapping of str to str
        What its properties are, if it has changes of them.
    """

    table: str
    names: Names
    known_by: Sequence[str]
    in_utc: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)


def propose(samples: Sequence[Sample], sheets: Sequence[Sheet]) -> dict[str, Any] | None:
    """Propose the mapping of a journal, if every file is one of the sheets and one of them is a journal.

    The first sheet of which a file has the columns is meant.
    """
    found = [_sheet_of(sample, sheets) for sample in samples]
    known = [(sample, *pair) for sample, pair in zip(samples, found, strict=True) if pair is not None]
    tables = [sheet.table for _, sheet, _ in known]
    if len(known) < len(samples) or set(tables) <= {DEALS} or len(set(tables)) < len(tables):
        return None
    properties = {name: means for _, sheet, _ in known for name, means in sheet.properties.items()}
    texts: dict[str, None] = {}
    for sample, sheet, columns in known:
        texts |= dict.fromkeys(_stages(sample, sheet, columns))
    stages, status = sorted_out(list(texts))
    document: dict[str, Any] = {"form": "journal", "time_zone": "UTC"}
    if any(sheet.in_utc for _, sheet, _ in known):
        document["times_in"] = "UTC"
    document["stages"] = stages or ["sale"]
    document["files"] = {
        sheet.table: {"name": sample.name, "columns": columns} for sample, sheet, columns in known
    }
    return document | ({"properties": properties} if properties else {}) | {"status": status}


def _sheet_of(sample: Sample, sheets: Sequence[Sheet]) -> tuple[Sheet, dict[str, str]] | None:
    for sheet in sheets:
        columns = columns_named(sample.header, sheet.names)
        if set(sheet.known_by) <= columns.keys():
            return sheet, columns
    return None


def _stages(sample: Sample, sheet: Sheet, columns: Mapping[str, str]) -> list[str]:
    """List the stages and outcomes in the beginning of a file."""
    if sheet.table != CHANGES:
        return sample.values(columns["stage"]) if "stage" in columns else []
    place = list(sample.header).index(columns["property"])
    of_stage = [row for row in sample.rows if sheet.properties.get(row[place].strip()) == "stage"]
    moved = Sample(sample.name, sample.header, of_stage)
    return [text for role in ("old", "value") if role in columns for text in moved.values(columns[role])]
