"""What is forecast for a window, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.history.history import History

CREATED = "deals created"
WINS = "wins"
OPEN_WINS = "wins of open deals"  # of those that were open at the origin
NEW_WINS = "wins of new deals"  # of those created in the window
VALUE = "value of wins"
LOSSES = "losses"
CYCLE = "median cycle, days"  # from created to won, of the deals won in the window

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class WindowForecast:
    """What a forecaster says of the time from an origin to the last of its ends.

    Attributes
    ----------
    flows : mapping of str to array (draws, parts)
        Samples of what happens in each part of the window, such as `WINS` and `VALUE`; the parts of a row
        belong to one world. Only what is in it is scored.
    cycle : array (draws,) or None
        Samples of the median days from created to won, of the deals won in the window; NaN in a world
        without a win.
    chances : mapping of str to float
        For open deals by name, the chance to be won by the end of the window.
    """

    flows: Mapping[str, Floats]
    cycle: Floats | None
    chances: Mapping[str, float]

    @property
    def draws(self) -> int:
        """Return how many samples there are of each quantity."""
        return len(next(iter(self.flows.values())))


class Forecaster(Protocol):
    """Anything that forecasts from what is known: a baseline, or the simulation."""

    @property
    def name(self) -> str:
        """As it is called on the page."""

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast from a history that ends at the origin.

        Parameters
        ----------
        history : History
            As known at the origin (HI4, HI5).
        origin : Timestamp
            Where the window begins.
        ends : sequence of Timestamp
            Where its parts end; the next begins there.
        """


@dataclass(frozen=True)
class WhatCame:
    """What came of a window: the quantities of a `WindowForecast`.

    Attributes
    ----------
    flows : dict of str to array (parts,)
        What happened in each part.
    cycle : float
        NaN without a win.
    won : Series of bool
        For the deals open at the origin, by name, whether they were won by the end.
    """

    flows: dict[str, Floats]
    cycle: float
    won: pd.Series[bool]


def what_came(
    history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp], by: Sequence[str] = ()
) -> WhatCame:
    """Read what came of a window off a history that reaches beyond it.

    Parameters
    ----------
    history : History
        Of the whole time.
    origin, ends
        As in `Forecaster.forecast`.
    by : sequence of str
        Fields of a deal, such as "segment", by whose values wins are counted too.
    """
    deals = history.deals
    edges = instants([origin, *ends])
    flows = happenings(deals, edges)
    before = (deals["created"] < origin).to_numpy()
    won = (deals["outcome"] == "won").to_numpy()
    flows[OPEN_WINS] = count(deals["closed"][won & before], edges)
    flows[NEW_WINS] = count(deals["closed"][won & ~before], edges)
    for field in by:
        for value, some in deals[won].groupby(field):
            flows[of(WINS, field, str(value))] = count(some["closed"], edges)
    in_window = deals[won & deals["closed"].between(origin, ends[-1], inclusive="left").to_numpy()]
    is_open = before & ~(deals["closed"] < origin).to_numpy()
    by_end = won & (deals["closed"] < ends[-1]).to_numpy()
    names = pd.Index(deals["deal"][is_open], name="deal")
    return WhatCame(flows, median_cycle(in_window), pd.Series(by_end[is_open], index=names))


def of(quantity: str, field: str, value: str) -> str:
    """Name a quantity of the deals with a value in a field.

    >>> of(WINS, "segment", "small")
    'wins, segment small'
    """
    return f"{quantity}, {field} {value}"


def lost_for(reason: str) -> str:
    """Name the losses with a reason."""
    return of(LOSSES, "reason", reason)


def happenings(deals: pd.DataFrame, edges: npt.NDArray[np.datetime64]) -> dict[str, Floats]:
    """Count what happened between instants: (edges - 1,) for each quantity that needs no origin.

    Losses and values are there if the deals have any.
    A win without a value counts as 0 to their value.
    """
    won, lost = (deals[deals["outcome"] == outcome] for outcome in ("won", "lost"))
    found = {CREATED: count(deals["created"], edges), WINS: count(won["closed"], edges)}
    if len(lost):
        found[LOSSES] = count(lost["closed"], edges)
    if won["value"].notna().any():
        order = won.sort_values("closed")
        total = np.concatenate([[0.0], order["value"].fillna(0.0).cumsum().to_numpy(np.float64)])
        found[VALUE] = np.diff(total[np.searchsorted(instants(order["closed"]), edges)])
    for reason, some in lost[lost["reason"] != ""].groupby("reason"):
        found[lost_for(str(reason))] = count(some["closed"], edges)
    return found


def count(times: pd.Series[pd.Timestamp], edges: npt.NDArray[np.datetime64]) -> Floats:
    """Count times from each edge on until before the next."""
    return np.diff(np.searchsorted(np.sort(instants(times)), edges)).astype(np.float64)


def instants(times: Sequence[pd.Timestamp] | pd.Series[pd.Timestamp]) -> npt.NDArray[np.datetime64]:
    """Return times as an array, to the microsecond (HI2)."""
    return pd.Series(times, dtype="datetime64[us]").to_numpy()


def median_cycle(won: pd.DataFrame) -> float:
    """Return the median days from created to won; NaN if nothing was."""
    days = cycles(won)
    return float(np.median(days)) if len(days) else np.nan


def cycles(won: pd.DataFrame) -> Floats:
    """Return the days from created to won of each deal."""
    return days_between(won["created"], won["closed"])


def days_between(since: pd.Series[pd.Timestamp], until: pd.Series[pd.Timestamp]) -> Floats:
    """Return the days from each time to that of the same row."""
    return (instants(until) - instants(since)) / np.timedelta64(1, "D")
