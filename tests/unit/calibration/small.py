"""Histories of a few deals that are made in a line or two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

FROM, UNTIL = pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01")


def history_of(rows: Iterable[Mapping[str, Any]], stages: tuple[str, ...] = ("offer",)) -> History:
    """Make a history of deals that go through all the stages: a lost one ends in the first."""
    deals, entries = [], []
    for number, row in enumerate(rows):
        deal = {"deal": f"d{number}", "closed": pd.NaT, "closed_after": pd.NaT, "outcome": ""}
        deal |= {"reason": "", "channel": "", "segment": "", "value": np.nan, "rep": ""} | dict(row)
        first = row.get("first", stages[0])
        reached = stages[stages.index(first) :] if deal["outcome"] == "won" else (first,)
        hours = pd.to_timedelta(range(len(reached)), unit="h")
        entries += [
            (deal["deal"], stage, deal["created"] + later, pd.NaT, deal["rep"])
            for stage, later in zip(reached, hours, strict=True)
        ]
        deals.append([deal[name] for name in DEALS])
    frames = (pd.DataFrame(columns=list(names)) for names in (FIELDS, WORK))
    times = {"created": "datetime64[us]", "closed": "datetime64[us]", "closed_after": "datetime64[us]"}
    return History(
        pd.DataFrame(deals, columns=list(DEALS)).astype(times),
        pd.DataFrame(entries, columns=list(ENTRIES)).astype(
            {"entered": "datetime64[us]", "entered_after": "datetime64[us]"}
        ),
        *frames,
        stages,
        FROM,
        UNTIL,
    )


def drawn(count: int, seed: int, mean_days: float = 20.0, won: float = 0.5) -> list[dict[str, Any]]:
    """Draw deals of the year, whose lengths are exponential; those that end later are open."""
    rng = np.random.default_rng(seed)
    created = FROM + pd.to_timedelta(np.sort(rng.uniform(0, 365, count)), unit="D").floor("s")
    closed = created + pd.to_timedelta(rng.exponential(mean_days, count) + 0.2, unit="D").floor("s")
    outcome = np.where(rng.random(count) < won, "won", "lost")
    return [
        {"created": begin, "closed": end, "outcome": str(how)} if end < UNTIL else {"created": begin}
        for begin, end, how in zip(created, closed, outcome, strict=True)
    ]
