"""The simulation among forecasters: what it says is in the words of the records."""

from __future__ import annotations

import pandas as pd

from funnelsim.calibration.backtest.windows import LOSSES, WINS
from funnelsim.calibration.forecaster import Simulated, as_recorded
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

from ..made_history import made, on


def test_names_are_those_of_the_records_and_blanks_have_none() -> None:
    day = pd.Timestamp("2026-01-02")
    rows = [
        ["a", day, day, pd.NaT, "lost", "price, too high", "web", "small + new", 1.0, "Ann"],
        ["b", day, day, pd.NaT, "lost", "", "", "small + new", 1.0, ""],
    ]
    empty = [pd.DataFrame(columns=columns) for columns in (ENTRIES, FIELDS, WORK)]
    history = History(pd.DataFrame(rows, columns=DEALS), *empty, ("offer",), day, pd.Timestamp("2026-04-01"))
    channel_of = {"web": "web", "web, at offer": "web", "unknown": "unknown"}
    assert as_recorded(history, channel_of) == {
        "channel": {"web": "web", "web, at offer": "web"},
        "segment": {"small and new": "small + new"},
        "rep": {"Ann": "Ann"},
        "reason": {"price too high": "price, too high"},
    }


def test_what_is_typed_holds_in_place_of_what_is_measured() -> None:
    known = made(120, 4)
    none_lost = Simulated(worlds=2, draws=10, typed={"stages.offer.conversion": 1.0})
    flows = none_lost.forecast(known, on(120), [on(127)]).flows
    assert flows[WINS].min() > 0
    assert flows[LOSSES].max() == 0
