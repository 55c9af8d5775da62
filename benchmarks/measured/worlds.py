"""What the engine makes of a firm, and what the firm's records show of it, exported and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.measured.firms import START, Firm, scenario_of
from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import history
from funnelsim.history import History
from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import read_export
from funnelsim.model.model import DEMAND_OF_ALL, DEMAND_OF_CHANNELS, Model, Names
from funnelsim.model.words import Event
from funnelsim.rules.shocks import multiply
from funnelsim.scenario import lower

Floats = npt.NDArray[np.float64]

KINDS = TIMES, DAYS, WEEKS = "times", "days only", "one look a week"
BEFORE, SEEN = 6, 12  # months: of the world before the records begin, and of the records
_WEEK, _MORNING = pd.Timedelta(days=7), pd.Timedelta(hours=8)
_ENDS = {Event.WON: "won", Event.LOST: "lost", Event.WENT_COLD: "lost"}


class World(NamedTuple):
    """A firm as it was.

    Attributes
    ----------
    deals : DataFrame
        A row a deal: `deal`, `created`, a column `entered STAGE` for each stage, `closed`, `status` ("won",
        "lost" or "open"), `channel`, `segment`, `rep` and `value`.
    moved : dict of str to array
        By channel, the factor by which shocks moved the demand of each day.
    """

    deals: pd.DataFrame
    moved: Mapping[str, Floats]


def world_lived(firm: Firm, months: int, seed: int) -> World:
    """Simulate a firm for so many months from START on."""
    model, names = lower(scenario_of(firm, months))
    return World(_deals(history("compiled", model, seed), names), _moved(model, names, seed))


def _deals(rows: Records, names: Names) -> pd.DataFrame:
    """Write a row a deal from the rows of a ledger."""
    kept = rows[np.isin(rows["event"], [Event.INQUIRY, Event.ENTERED, *_ENDS])]
    columns = ("pursuit", "time", "event", "stage", "channel", "segment", "rep", "money")
    lived = pd.DataFrame({name: kept[name] for name in columns})
    lived["time"] = pd.Timestamp(START) + pd.to_timedelta(lived["time"], unit="us")
    last = lived.groupby("pursuit").last()
    deals = pd.DataFrame({"created": lived.groupby("pursuit")["time"].first()})
    entered = lived[lived["event"] == Event.ENTERED].pivot(index="pursuit", columns="stage", values="time")
    for number, stage in enumerate(names.stages):
        deals[f"entered {stage}"] = entered.get(number)
    deals["status"] = last["event"].map(_ENDS).fillna("open")
    deals["closed"] = last["time"].where(deals["status"] != "open")
    for field in ("channel", "segment"):
        deals[field] = last[field].map(dict(enumerate(getattr(names, f"{field}s"))))
    deals["rep"] = last["rep"].map(dict(enumerate(names.reps)))
    deals["value"] = last["money"].where(deals["status"] == "won")
    return deals.reset_index(names="deal").astype({"deal": "str"})


def _moved(model: Model, names: Names, seed: int) -> dict[str, Floats]:
    found = {}
    for number, channel in enumerate(names.channels):
        factors = np.ones(len(model.month_days))
        for row in (DEMAND_OF_ALL, DEMAND_OF_CHANNELS + number):
            multiply(model, world_of(seed, 0), model.shocks[row], factors, 0, 0)
        found[channel] = factors
    return found


# ---- what the records show ----------------------------------------------------------------------


def records_read(world: World, stages: tuple[str, ...], kind: str, until: pd.Timestamp) -> History:
    """Export what a firm's records show before `until`, and read it as any firm's export is read.

    Deals that had been closed before the records begin are not in them.
    """
    first = pd.Timestamp(START) + pd.DateOffset(months=BEFORE)
    deals = world.deals[~(world.deals["closed"] < first) & (world.deals["created"] < until)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deals.csv"
        export = _snapshots if kind == WEEKS else _a_row_a_deal
        rows, meaning = export(deals, stages, kind, (first, until))
        rows.to_csv(file, index=False)
        common = {"stages": list(stages), "never_changes": ["channel", "segment", "rep"]}
        return read_export([file], mapping_from(common | {"final_when_closed": ["value"]} | meaning)).history


_Span = tuple[pd.Timestamp, pd.Timestamp]
_Export = tuple[pd.DataFrame, dict[str, Any]]


def _a_row_a_deal(deals: pd.DataFrame, stages: tuple[str, ...], kind: str, span: _Span) -> _Export:
    """Write the dates of each deal, as known at the end."""
    times = ["created", "closed", *(f"entered {stage}" for stage in stages)]
    rows = deals.copy()
    for name in times:
        rows[name] = deals[name].where(deals[name] < span[1]).dt.floor("D" if kind == DAYS else "s")
    rows["status"] = deals["status"].where(rows["closed"].notna(), "open")
    rows["value"] = deals["value"].where(rows["closed"].notna())
    columns = {f"entered.{stage}": f"entered {stage}" for stage in stages}
    same = ("deal", "created", "status", "closed", "channel", "segment", "value", "rep")
    columns |= {name: name for name in same}
    meaning = {"form": "one row a deal", "columns": columns}
    return rows, meaning | {"seen_from": span[0].date(), "seen_until": span[1].date()}


def _snapshots(deals: pd.DataFrame, stages: tuple[str, ...], _kind: str, span: _Span) -> _Export:
    """Write who is open at each look, in which stage, and who has been closed since the last."""
    looks = pd.date_range(span[0] + _MORNING, span[1], freq="7D", inclusive="left")
    return pd.concat([_look(deals, stages, at) for at in looks]), {
        "form": "snapshots",
        "vanished": "lost",
        "columns": {
            name: name for name in ("deal", "at", "stage", "created", "channel", "segment", "value", "rep")
        },
    }


def _look(deals: pd.DataFrame, stages: tuple[str, ...], at: pd.Timestamp) -> pd.DataFrame:
    there = deals[(deals["created"] <= at) & ~(deals["closed"] <= at - _WEEK)]
    stage = pd.Series(stages[0], there.index)
    for name in stages[1:]:
        stage = stage.mask(there[f"entered {name}"] <= at, name)
    over = there["closed"] <= at
    stage = stage.mask(over, there["status"])
    fields = there[["deal", "channel", "segment", "rep"]]
    return fields.assign(
        at=at, stage=stage, created=there["created"].dt.floor("s"), value=there["value"].where(over)
    )
