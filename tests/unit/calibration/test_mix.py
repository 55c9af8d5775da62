"""Which segments come by which channel."""

from __future__ import annotations

import pandas as pd

from funnelsim.calibration.mix import first_stages, measure_mix
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History


def test_deals_that_lasted_until_the_records_begin_do_not_tell_which_come() -> None:
    first = pd.Timestamp("2026-01-01")
    created = [first - pd.Timedelta(days=9)] * 90 + [first] * 40
    deals = pd.DataFrame({"deal": [str(number) for number in range(130)], "created": created})
    deals["segment"] = ["slow"] * 90 + ["slow", "quick"] * 20
    deals = deals.assign(channel="web", closed=pd.NaT, closed_after=pd.NaT, outcome="", reason="", rep="")
    entries = deals[["deal"]].assign(stage="offer", entered=created, entered_after=pd.NaT, rep="")
    blank = [pd.DataFrame(columns=list(columns)) for columns in (FIELDS, WORK)]
    until = first + pd.Timedelta(days=30)
    frames = deals.assign(value=1.0)[list(DEALS)], entries[list(ENTRIES)], *blank
    history = History(*frames, ("offer",), first, until)
    (found,) = measure_mix(first_stages(history), history, draws=100, seed=1)
    assert found.n == 40
    assert found.value == {"quick": 0.5, "slow": 0.5}
