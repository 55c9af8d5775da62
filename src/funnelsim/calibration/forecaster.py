"""The simulation as a forecaster: measured on what is known, started from what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from funnelsim.calibration.backtest.windows import (
    CREATED,
    DAY,
    LOSSES,
    NEW_WINS,
    OPEN_WINS,
    VALUE,
    WINS,
    WindowForecast,
    instants,
    lost_for,
    of,
)
from funnelsim.calibration.calibrate import calibrate
from funnelsim.calibration.document import firm_of
from funnelsim.compiling.arrays import Floats, Records
from funnelsim.history import History
from funnelsim.history.names import name_of
from funnelsim.history.snapshot import snapshot_of
from funnelsim.studies.today.ends import LOST, NEW, WON
from funnelsim.studies.today.forecast import TodayResult
from funnelsim.studies.today.restart import forecast_from
from funnelsim.studies.today.snapshot import Snapshot

_MICROSECOND = pd.Timedelta(1, "us")


@dataclass(frozen=True)
class Simulated:
    """Our own forecast: calibrate on what is known, start from the deals that are open, simulate.

    Attributes
    ----------
    worlds : int
        Simulated for each window.
    draws : int
        Rows of the file of draws.
    seed : int
        Of everything drawn.
    recent_months : int, optional
        Measure from the last months alone.
    typed : mapping of str to value, optional
        What is known beforehand and cannot be measured, such as holidays: values of the scenario by path, in
        place of what is measured there.
    """

    worlds: int = 200
    draws: int = 100
    seed: int = 1
    recent_months: int | None = None
    typed: Mapping[str, Any] | None = None
    name: str = "simulation"

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast from a history that ends at the origin.

        Raises
        ------
        UnusableError
            If the history tells too little.
        """
        found = calibrate(history, draws=self.draws, seed=self.seed, recent_months=self.recent_months)
        scenario = firm_of(found).scenario()
        if self.typed:
            scenario = scenario.with_changes(self.typed)
        snapshot = Snapshot(origin, snapshot_of(found.history, origin))
        result = forecast_from(
            scenario,
            snapshot,
            until=ends[-1],
            replications=self.worlds,
            seed=self.seed,
            jobs=1,
            look_at=0,
        )
        return window_of(result, origin, ends, as_recorded(history, found.starts.of))


def as_recorded(history: History, channel_of: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Say what the records call each channel, segment, rep and reason of the scenario.

    Parameters
    ----------
    history : History
        With its own names.
    channel_of : mapping of str to str
        The channel, by channel of the scenario: there may be several for one of the records.

    Returns
    -------
    dict of str to dict of str to str
        By field, then by name in the scenario. What is blank in the records has no name there.
    """
    named = {
        field: {name_of(each): str(each) for each in history.deals[field].dropna().unique() if each}
        for field in ("channel", "segment", "rep", "reason")
    }
    named["channel"] = {
        name: named["channel"][channel] for name, channel in channel_of.items() if channel in named["channel"]
    }
    return named


def window_of(
    result: TodayResult,
    origin: pd.Timestamp,
    ends: Sequence[pd.Timestamp],
    recorded: Mapping[str, Mapping[str, str]],
) -> WindowForecast:
    """Count what happens in each part of a window, world by world.

    Parameters
    ----------
    result : TodayResult
        Simulated to the last of the ends, at least.
    origin, ends
        As in `Forecaster.forecast`.
    recorded : mapping of str to mapping of str to str
        As `as_recorded` returns it.
    """
    edges = (instants([origin, *ends]) - instants([origin])[0]) // np.timedelta64(1, "us")
    edges = edges.astype(np.int64)
    happened = result.ends
    won = happened[happened["outcome"] == WON]
    count = _Counting(edges, result.replications)
    flows = {
        WINS: count(won),
        OPEN_WINS: count(won[won["deal"] != NEW]),
        NEW_WINS: count(won[won["deal"] == NEW]),
        VALUE: count(won, won["money"]),
        CREATED: count(result.inquiries),
    }
    lost = happened[happened["outcome"] == LOST]
    flows[LOSSES] = count(lost)
    for reason, rows in _named(lost, "reason", result.names.reasons, recorded["reason"]):
        flows[lost_for(reason)] = count(rows)
    for what, names in (
        ("segment", result.names.segments),
        ("rep", result.names.reps),
        ("channel", result.names.channels),
    ):
        for name, rows in _named(won, what, names, recorded[what]):
            flows[of(WINS, what, name)] = count(rows)
    chances = dict(zip(result.snapshot.open["deal"], result.chances.tolist(), strict=True))
    return WindowForecast(flows, _cycles(won, result.replications), chances)


def _named(
    happened: Records, field: str, names: Sequence[str], recorded: Mapping[str, str]
) -> Iterator[tuple[str, Records]]:
    """Split what happened by what the records call a field."""
    for name in dict.fromkeys(recorded.values()):
        numbers = [number for number, each in enumerate(names) if recorded.get(each) == name]
        yield name, happened[np.isin(happened[field], numbers)]


@dataclass(frozen=True)
class _Counting:
    """Adds up what happens between edges, world by world."""

    edges: npt.NDArray[np.int64]
    worlds: int

    def __call__(self, rows: Records, weights: Floats | None = None) -> Floats:
        parts = len(self.edges) - 1
        part = np.searchsorted(self.edges, rows["time"], side="right") - 1
        inside = (part >= 0) & (part < parts)
        place = rows["world"][inside].astype(np.int64) * parts + part[inside]
        weighed = None if weights is None else weights[inside]
        found = np.bincount(place, weighed, minlength=self.worlds * parts)
        return found.astype(np.float64).reshape(self.worlds, parts)


def _cycles(won: Records, worlds: int) -> Floats:
    """Return the median days from created to won in each world; NaN without a win."""
    days = (won["time"] - won["began"]) / (DAY / _MICROSECOND)
    medians = pd.Series(days).groupby(won["world"]).median()
    return medians.reindex(range(worlds)).to_numpy(np.float64)
