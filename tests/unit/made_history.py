"""A firm whose deals are made by a process that is known exactly, and the forecaster that knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.looks import open_deals
from funnelsim.calibration.backtest.windows import NEW_WINS, OPEN_WINS, WINS, WindowForecast
from funnelsim.history.history import DEALS, ENTRIES, FIELDS, WORK, History, Known

START = pd.Timestamp("2024-01-01")
PER_DAY, WON, DAYS = 3.0, 0.4, 10.0  # deals created a day, share won, mean days until a deal is decided


def history_of(rows: Sequence[tuple[object, ...]], days: int, **changes: object) -> History:
    """Make a history of deals: name, day created, day closed or None, outcome, segment, value."""
    deals = pd.DataFrame(
        [
            (name, on(created), on(closed), pd.NaT, outcome, "", "web", segment, value, "")
            for name, created, closed, outcome, segment, value in rows
        ],
        columns=[*DEALS],
    )
    deals["closed_after"] = deals["closed_after"].astype("datetime64[us]")
    entries = pd.DataFrame(
        {
            "deal": deals["deal"],
            "stage": "offer",
            "entered": deals["created"],
            "entered_after": pd.NaT,
            "rep": "",
        },
        columns=[*ENTRIES],
    )
    fields = pd.DataFrame(columns=[*FIELDS])
    fields["since"] = pd.to_datetime(fields["since"])
    work = pd.DataFrame(columns=[*WORK])
    for column in ("start", "end"):
        work[column] = pd.to_datetime(work[column])
    known = {"channel": Known.CREATED, "segment": Known.CREATED, "value": Known.CLOSED}
    kept: dict[str, object] = {"known": known, **changes}
    return History(deals, entries, fields, work, ("offer",), START, on(days), **kept)  # type: ignore[arg-type]


def on(day: object) -> pd.Timestamp:
    """Return the instant so many days after the start."""
    return pd.NaT if day is None else START + pd.Timedelta(days=float(day))  # type: ignore[arg-type,return-value]


def made(days: int, seed: int) -> History:
    """Simulate the firm: Poisson arrivals, exponential times, and won or lost by the toss of a coin."""
    rng = np.random.default_rng(seed)
    created = np.sort(rng.uniform(0, days, rng.poisson(PER_DAY * days)))
    decided = created + rng.exponential(DAYS, len(created))
    won = rng.random(len(created)) < WON
    values = rng.lognormal(5, 1, len(created))
    rows = [
        (f"deal {number}", day, end, "won" if is_won else "lost", "ab"[number % 2], value)
        if end < days
        else (f"deal {number}", day, None, "", "ab"[number % 2], value)
        for number, (day, end, is_won, value) in enumerate(zip(created, decided, won, values, strict=True))
    ]
    return history_of(rows, days)


@dataclass(frozen=True)
class Knowing:
    """Forecasts wins from the process itself, times a factor that makes it wrong."""

    name: str = "the process itself"
    factor: float = 1.0
    draws: int = 400

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        assert history.seen_until == origin
        rng = np.random.default_rng(origin.value % 2**32)
        days = np.array([0.0, *((end - origin) / pd.Timedelta(days=1) for end in ends)])
        decided = 1 - np.exp(-days / DAYS)  # by then, of a deal that is open: no memory
        pipeline = open_deals(history)
        shares = np.append(WON * np.diff(decided), 0.0) * self.factor
        shares[-1] = 1 - shares.sum()
        open_wins = rng.multinomial(len(pipeline), shares, self.draws)[:, :-1].astype(float)
        new = PER_DAY * WON * np.diff(days - DAYS * decided) * self.factor
        new_wins = rng.poisson(new, (self.draws, len(ends))).astype(float)
        flows = {WINS: open_wins + new_wins, OPEN_WINS: open_wins, NEW_WINS: new_wins}
        return WindowForecast(flows, None, dict.fromkeys(pipeline.index, float(shares[:-1].sum())))
