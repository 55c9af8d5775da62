"""A firm of three people, and twenty days of its history written by hand."""

from __future__ import annotations

import numpy as np

from funnelsim.chance.distributions.lookup import DISTRIBUTION
from funnelsim.compiling.arrays import Records
from funnelsim.model.model import Model, Names
from funnelsim.model.records import CHANNEL, HOURS, LEDGER, POINT, REP, ROUTE, SEGMENT, STAGE, TEAM
from funnelsim.model.words import DAY, HOUR, NOBODY, NOTHING, Event

ADS, SEO = 0, 1
SMALL, LARGE = 0, 1
CONTACT, TALKS, PAPER = 0, 1, 2
ANN, BOB, CAT = 0, 1, 2  # Ann and Bob sell, Cat answers inquiries
NAMES = Names(
    channels=("ads", "seo"),
    segments=("small", "large"),
    teams=("sales", "desk"),
    reps=("Ann", "Bob", "Cat"),
    stages=("contact", "talks", "paper"),
    reasons=("gone cold", "price", "timing"),
    months=("first", "second"),
    currency="USD",
    start="2026-01-01",
)


def firm() -> Model:
    """Two months of ten days from day 10 on, then twenty days of drain; open 9 to 17 on every day."""
    days = np.arange(50)
    opening = np.zeros(50, HOURS)
    opening["opens"], opening["closes"] = days * DAY + 9 * HOUR, days * DAY + 17 * HOUR
    opening["worked"] = days * 8 * HOUR
    channels = np.zeros(2, CHANNEL)
    channels["cut_from"][SEO], channels["cut_until"][SEO] = 5 * DAY, 6 * DAY
    channels["price_cut"][SEO] = 0.2
    segments = np.zeros(2, SEGMENT)
    segments["margin"] = 0.5, 0.4
    teams = np.zeros(2, TEAM)
    teams["first_rep"], teams["reps"] = (0, 2), (2, 1)
    teams["hours"] = 50
    reps = np.zeros(3, REP)
    reps["team"] = 0, 0, 1
    reps["joins"] = -1, 15 * DAY, -1
    reps["leaves"] = 1 << 61
    stages = np.zeros(3, STAGE)
    stages["team"] = 1, 0, NOBODY
    stages["odds"] = 1.0, np.inf, 3.0
    return Model(
        channels=channels,
        segments=segments,
        teams=teams,
        reps=reps,
        stages=stages,
        variants=np.zeros(0, STAGE),
        routes=np.zeros(0, ROUTE),
        points=np.zeros(0, POINT),
        heat_odds=np.ones((3, 3)),
        heat_skill=np.ones((3, 3)),
        distributions=np.zeros(0, DISTRIBUTION),
        knots=np.zeros(0),
        hours=opening,
        expected=np.zeros(0),
        spend=np.ones((2, 50)),
        month_days=np.full(50, 10),
        months=np.array([10, 20, 30]) * DAY,
        horizon=50 * DAY,
    )


def _lead(number: int, channel: int, segment: int, created: tuple[int, int], *rows: tuple) -> Records:
    """Write rows of (day, hour, event, waited hours, stage, rep, {worked hours, money, reason})."""
    ledger = np.zeros(len(rows), LEDGER)
    ledger["lead"], ledger["channel"], ledger["segment"] = number, channel, segment
    ledger["created"] = created[0] * DAY + created[1] * HOUR
    ledger["reason"] = NOTHING
    for row, (day, hour, event, waited, stage, rep, *more) in zip(ledger, rows, strict=True):
        row["time"], row["waited"] = day * DAY + hour * HOUR, waited * HOUR
        row["event"], row["stage"], row["rep"] = event, stage, rep
        for name, value in (more[0] if more else {}).items():
            row[name] = value * HOUR if name == "worked" else value
    return ledger


def _costs() -> Records:
    """Write ads at 10 and Ann at 50 a day, at the midnight after; odd amounts outside the period."""
    ledger = np.zeros(2 * 22, LEDGER)
    ledger["lead"] = ledger["stage"] = ledger["segment"] = ledger["reason"] = NOTHING
    days = np.repeat(np.arange(9, 31), 2)
    media = np.arange(44) % 2 == 0
    ledger["time"] = ledger["created"] = (days + 1) * DAY
    ledger["event"] = np.where(media, Event.MEDIA, Event.PAY)
    ledger["channel"] = np.where(media, ADS, NOTHING)
    ledger["rep"] = np.where(media, NOBODY, ANN)
    ledger["money"] = np.where(media, 10, 50)
    ledger["money"][[0, 1]] = 999
    ledger["money"][[-2, -1]] = 777
    return ledger


def history() -> Records:
    """Write five companies: won, won from before the period, gone cold after it, lost, and open."""
    won = _lead(
        *(1, ADS, SMALL, (11, 9)),
        (11, 9, Event.INQUIRY, 0, CONTACT, NOBODY, {"money": 20}),
        (11, 9, Event.ENTERED, 0, CONTACT, NOBODY),
        (11, 11, Event.STARTED, 2, CONTACT, CAT, {"money": 5}),
        (11, 12, Event.WORKED, 1, CONTACT, CAT, {"worked": 1}),
        (12, 12, Event.ADVANCED, 24, CONTACT, CAT),
        (12, 12, Event.BECAME_LEAD, 0, CONTACT, CAT, {"money": 30}),
        (12, 12, Event.ENTERED, 0, TALKS, NOBODY),
        (12, 16, Event.STARTED, 4, TALKS, ANN),
        (13, 10, Event.WORKED, 18, TALKS, ANN, {"worked": 2}),
        (21, 10, Event.WON, 192, TALKS, ANN, {"money": 1000}),
        (21, 10, Event.COMMISSION, 0, TALKS, ANN, {"money": 100}),
    )
    earlier = _lead(
        *(2, SEO, LARGE, (5, 9)),
        (25, 9, Event.WON, 100, TALKS, BOB, {"money": 3000}),
        (25, 9, Event.COMMISSION, 0, TALKS, BOB, {"money": 300}),
    )
    cold = _lead(
        *(3, SEO, SMALL, (28, 9)),
        (28, 9, Event.INQUIRY, 0, CONTACT, NOBODY),
        (28, 9, Event.ENTERED, 0, CONTACT, NOBODY),
        (33, 9, Event.WENT_COLD, 120, CONTACT, NOBODY, {"reason": 0}),
    )
    lost = _lead(
        *(4, ADS, LARGE, (22, 9)),
        (22, 9, Event.INQUIRY, 0, CONTACT, NOBODY, {"money": 20}),
        (22, 9, Event.ENTERED, 0, CONTACT, NOBODY),
        (22, 9, Event.STARTED, 0, CONTACT, CAT, {"money": 5}),
        (22, 10, Event.WORKED, 1, CONTACT, CAT, {"worked": 1}),
        (23, 10, Event.LOST, 24, CONTACT, CAT, {"reason": 2}),
    )
    still_open = _lead(
        *(5, ADS, SMALL, (15, 10)),
        (15, 10, Event.INQUIRY, 0, CONTACT, NOBODY),
        (15, 10, Event.ENTERED, 0, CONTACT, NOBODY),
        (19, 16, Event.STARTED, 102, CONTACT, CAT, {"money": 5}),
        (20, 10, Event.WORKED, 18, CONTACT, CAT, {"worked": 2}),
        (20, 10, Event.SENT_BACK, 0, CONTACT, CAT),
        (20, 10, Event.ENTERED, 0, CONTACT, NOBODY),
        (50, 0, Event.OPEN, 710, CONTACT, NOBODY),
    )
    rows = np.concatenate([won, earlier, cold, lost, still_open, _costs()])
    return rows[np.argsort(rows["time"], kind="stable")]
