"""The simulation as a forecaster: measured on what is known, started from what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """

    worlds: int = 200
    draws: int = 200
    seed: int = 1
    recent_months: int | None = None
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
        snapshot = Snapshot(origin, snapshot_of(found.history, origin))
        result = forecast_from(
            scenario, snapshot, until=ends[-1], replications=self.worlds, seed=self.seed, jobs=1
        )
        return window_of(result, origin, ends, found.starts.of)


def window_of(
    result: TodayResult,
    origin: pd.Timestamp,
    ends: Sequence[pd.Timestamp],
    channel_of: Mapping[str, str],
) -> WindowForecast:
    """Count what happens in each part of a window, world by world.

    Parameters
    ----------
    result : TodayResult
        Simulated to the last of the ends, at least.
    origin, ends
        As in `Forecaster.forecast`.
    channel_of : mapping of str to str
        The channel of the records, by channel of the scenario.
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
    for number, reason in enumerate(result.names.reasons):
        flows[lost_for(reason)] = count(lost[lost["reason"] == number])
    channels = [channel_of.get(name, name) for name in result.names.channels]
    for field, names in (
        ("segment", result.names.segments),
        ("rep", result.names.reps),
        ("channel", channels),
    ):
        for name in dict.fromkeys(names):
            numbers = [number for number, each in enumerate(names) if each == name]
            flows[of(WINS, field, name)] = count(won[np.isin(won[field], numbers)])
    chances = {str(deal): float(chance) for deal, chance in result.deals[["deal", "chance"]].to_numpy()}
    return WindowForecast(flows, _cycles(won, result.replications), chances)


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
