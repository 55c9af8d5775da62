"""An event log as CSV: a row for each event, in the order of time, with the mark that spreadsheets need."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import IO

from funnelsim.keeping.eventlog.entries import Entry

COLUMNS = (
    "case:concept:name",
    "concept:name",
    "org:resource",
    "time:timestamp",
    "case:channel",
    "case:segment",
    "stage",
    "waited_hours",
    "worked_hours",
    "cost",
    "value",
    "reason",
)


class CsvLog:
    """Writes entries as they come and keeps none.

    Parameters
    ----------
    opened : binary file
    """

    def __init__(self, opened: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(opened, encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow(COLUMNS)

    def write(self, found: Iterable[Entry]) -> None:
        """Write entries, None as nothing."""
        self._rows.writerows(entry[: len(COLUMNS)] for entry in found)

    def close(self) -> None:
        """Write what is left; the file stays open."""
        self._text.detach()
