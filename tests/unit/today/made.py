"""A made forecast: two open deals in four worlds, ends written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.model.model import Names
from funnelsim.model.words import DAY
from funnelsim.scenario import load
from funnelsim.studies.today.donors_seen import DonorsSeen
from funnelsim.studies.today.ends import ENDS, INQUIRIES, LOST, NEW, WON
from funnelsim.studies.today.forecast import TodayResult
from funnelsim.studies.today.snapshot import COLUMNS, Snapshot

AT = pd.Timestamp("2026-05-20")
NAMES = Names(
    channels=("web",),
    segments=("all",),
    products=(),
    teams=("sales",),
    reps=("ann", "bob"),
    stages=("offer",),
    reasons=(),
    months=(),
    currency="EUR",
    start="2026-05-20",
)
# world, deal, days from now, outcome, money, rep
HAND = (
    (0, 0, 10.5, WON, 100.0, 0),
    (0, NEW, 20.5, WON, 30.0, 1),
    (1, 0, 3.5, LOST, 0.0, 0),
    (1, 1, 20.5, WON, 50.0, 1),
    (2, 0, 30.5, WON, 100.0, 0),
    (2, 1, 20.5, WON, 50.0, 1),
    (2, NEW, 40.5, WON, 10.0, -1),
)


def rows_of(*deals: dict[str, object]) -> pd.DataFrame:
    """Write rows of a snapshot; what is not given is blank."""
    texts = dict.fromkeys(("stage", "channel", "segment", "rep", "why", "category"), "")
    frame = pd.DataFrame([{**texts, **deal} for deal in deals], columns=COLUMNS[1:])
    for name in ("entered", "created", "closed", "close"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.astype({"value": float, "probability": float})


OPEN = (
    {"deal": "A", "stage": "offer", "entered": "2026-05-01", "rep": "ann", "value": 100.0, "status": "open"},
    {"deal": "B", "stage": "offer", "entered": "2026-01-01", "rep": "bob", "value": 50.0, "status": "open"},
)
SIGNED = {"deal": "C", "status": "won", "closed": "2026-04-03", "value": 20.0}
EARLIER = {"deal": "D", "status": "won", "closed": "2026-03-03", "value": 7.0}


def result(*, quota: float | None = 140.0, deals: tuple[dict[str, object], ...] = OPEN) -> TodayResult:
    """Make the forecast."""
    ends = np.zeros(len(HAND), ENDS)
    for row, (world, deal, days, outcome, money, rep) in zip(ends, HAND, strict=True):
        row["world"], row["deal"], row["time"] = world, deal, days * DAY
        row["outcome"], row["money"], row["rep"] = outcome, money, rep
    return TodayResult(
        scenario=load("first_steps"),
        strategy="today",
        snapshot=Snapshot(AT, rows_of(*deals, SIGNED, EARLIER)),
        since=pd.Timestamp("2026-04-01"),
        until=pd.Timestamp("2026-07-01"),
        replications=4,
        seed=1,
        names=NAMES,
        ends=ends,
        quota_amount=quota,
        inquiries=np.zeros(0, INQUIRIES),
        ask_donors=lambda: DonorsSeen(
            np.array([False, True]), np.array([0.5, np.nan]), np.array([True, False])
        ),
    )
