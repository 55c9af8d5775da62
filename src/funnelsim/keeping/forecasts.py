"""Forecasts that are kept, each in a folder of its own: dated, hashed, and with what makes it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.io.provenance import versions
from funnelsim.io.reading import read_bytes
from funnelsim.io.writing import UnusableError, new_folder
from funnelsim.keeping.manifest import SCENARIO_FILE, Inputs
from funnelsim.reports.document import as_json
from funnelsim.reports.forecast_document import SPANS, forecast_document
from funnelsim.reports.forecast_page import forecast_page
from funnelsim.reports.grid import as_text
from funnelsim.scenario import Scenario, parse, parse_assignment
from funnelsim.studies.today.bridge import Told, told_by
from funnelsim.studies.today.forecast import TodayResult
from funnelsim.studies.today.snapshot import COLUMNS

FORMAT = 1
NAME = "forecast.json"
SCENARIO = "scenario"
LARGEST = 1 << 30  # bytes


@dataclass(frozen=True, eq=False)
class Kept:
    """A forecast that was kept.

    Attributes
    ----------
    folder : path
        Its own.
    told : Told
        What it told.
    strategy, currency, source : str
        Of its scenario; the source is the name of its file.
    replications, seed : int
    changes : tuple of str
        As `--set` takes them.
    assumption : str or None
    """

    folder: Path
    told: Told
    strategy: str
    currency: str
    source: str
    replications: int
    seed: int
    changes: tuple[str, ...]
    assumption: str | None

    def scenario(self) -> Scenario:
        """Read the scenario that the forecast was made with.

        Raises
        ------
        ScenarioError, UnusableError
            If it can no longer be read.
        """
        folder = self.folder / SCENARIO
        try:
            text = read_bytes(folder / SCENARIO_FILE, LARGEST).decode()
        except OSError as error:
            raise UnusableError(f"{folder / SCENARIO_FILE} cannot be read: {error.strerror}") from None
        found = parse(text, self.source, folder)
        if self.changes:
            found = found.with_changes(dict(parse_assignment(each) for each in self.changes))
        return found if self.assumption is None else found.under(self.assumption)


def keep_forecast(home: Path, result: TodayResult, given: Inputs) -> Path:
    """Keep a forecast in a new folder, named by its day and the beginning of its SHA-256.

    Parameters
    ----------
    home : path
        The folder of forecasts; made if it is not there.
    result : TodayResult
    given : Inputs
        What the scenario was read from.

    Raises
    ------
    FileExistsError
        If the same forecast is there already.
    OSError
        If it cannot be written.
    """
    content = (json.dumps(_document(result, given), indent=1, ensure_ascii=False) + "\n").encode()
    name = f"{result.snapshot.at:%Y-%m-%d}-{hashlib.sha256(content).hexdigest()[:16]}"
    with new_folder(home / name) as folder:
        folder.write(f"{SCENARIO}/{SCENARIO_FILE}", given.text.encode())
        for sample, bytes_of in given.samples.items():
            folder.write(f"{SCENARIO}/{sample}", bytes_of)
        for file, text in _to_read(result):
            folder.write(file, text)
        folder.write(NAME, content)
    return home / name


def _to_read(result: TodayResult) -> Iterator[tuple[str, bytes]]:
    """Write what a person reads of a forecast, and the records that it was made of."""
    yield "forecast.txt", as_text(forecast_page(result, "", every_deal=True)).encode()
    yield "results.json", (as_json(forecast_document(result)) + "\n").encode()
    tables = {"deals": result.deals} | {f"by_{what}": result.by(what).reset_index() for what in SPANS}
    snapshot = result.snapshot
    tables["snapshot"] = snapshot.deals.assign(at=snapshot.at)[list(COLUMNS)]
    if snapshot.customers is not None:
        tables["customers"] = snapshot.customers.table
    for name, table in tables.items():
        yield f"{name}.csv", table.to_csv(index=False, lineterminator="\n").encode()


def _document(result: TodayResult, given: Inputs) -> dict[str, Any]:
    told = told_by(result)
    return {
        "format": FORMAT,
        **{name: getattr(told, name).isoformat() for name in ("at", "since", "until")},
        "won_so_far": told.won_so_far,
        "new": told.new,
        "deals": told.deals.to_dict("list"),
        "totals": told.totals.tolist(),
        "strategy": result.strategy,
        "currency": result.names.currency,
        "source": given.name,
        "replications": result.replications,
        "seed": result.seed,
        "changes": list(given.changes),
        "assumption": given.assumption,
        "versions": versions(),
    }


def read_forecasts(home: Path) -> list[Kept]:
    """Read the forecasts that are kept in a folder, the earliest first.

    Raises
    ------
    UnusableError
        If there is none, or one is damaged.
    """
    folders = sorted(each.parent for each in home.glob(f"*/{NAME}"))
    if not folders:
        raise UnusableError(
            f"{home} has no forecast; keep one with funnelsim run --pipeline ... --keep {home}"
        )
    return sorted(map(_read, folders), key=lambda kept: kept.told.at)


def _read(folder: Path) -> Kept:
    try:
        content = read_bytes(folder / NAME, LARGEST)
    except OSError as error:
        raise UnusableError(f"{folder / NAME} cannot be read: {error.strerror}") from None
    if not folder.name.endswith(hashlib.sha256(content).hexdigest()[:16]):
        raise UnusableError(
            f"{folder / NAME} was changed after it was kept: its hash is not that of its folder"
        )
    found = json.loads(content)
    if found.get("format") != FORMAT:
        raise UnusableError(
            f"{folder / NAME} is not of the form {FORMAT} that this version of funnelsim reads"
        )
    told = Told(
        at=pd.Timestamp(found["at"]),
        since=pd.Timestamp(found["since"]),
        until=pd.Timestamp(found["until"]),
        won_so_far=found["won_so_far"],
        new=found["new"],
        deals=pd.DataFrame(found["deals"]),
        totals=np.array(found["totals"]),
    )
    names = ("strategy", "currency", "source", "replications", "seed", "assumption")
    alike = {name: found[name] for name in names}
    return Kept(folder=folder, told=told, changes=tuple(found["changes"]), **alike)
