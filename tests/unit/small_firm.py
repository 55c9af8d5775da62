"""A firm of three people, and twenty days of its history written by hand."""

from __future__ import annotations

import numpy as np

from funnelsim.chance.distributions.lookup import DISTRIBUTION
from funnelsim.compiling.arrays import Records
from funnelsim.model.model import Model, Names, one_process, plain_ends
from funnelsim.model.records import (
    AWAY,
    BILLING,
    CALENDAR,
    CHANNEL,
    CHECK,
    FIRM,
    GATE,
    HOURS,
    IGNORED,
    LEDGER,
    LOAD,
    OPEN_DEAL,
    PLAN,
    POINT,
    PRICE,
    PROCESS,
    PRODUCT,
    REASON,
    REJECTION,
    REP,
    ROUTE,
    SEGMENT,
    SHOCK,
    SPAN,
    SPAWN,
    STAGE,
    TEAM,
    TIER,
    TRAINING,
    TRAIT,
)
from funnelsim.model.words import DAY, HOUR, NOBODY, NOTHING, Event, Flag

ADS, SEO = 0, 1
SMALL, LARGE = 0, 1
CONTACT, TALKS, PAPER = 0, 1, 2
YEARLY, MONTHLY = 0, 1  # products: one with a term, one that is paid from month to month
ANN, BOB, CAT = 0, 1, 2  # Ann and Bob sell, Cat answers inquiries
NAMES = Names(
    channels=("ads", "seo"),
    segments=("small", "large"),
    teams=("sales", "desk"),
    reps=("Ann", "Bob", "Cat"),
    stages=("contact", "talks", "paper"),
    products=("yearly", "monthly"),
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
    teams["first_calendar"], teams["calendars"] = (0, 1), 1
    calendars = np.zeros(2, CALENDAR)
    calendars["hours"], calendars["team"] = 50, (0, 1)
    reps = np.zeros(3, REP)
    reps["team"] = reps["calendar"] = 0, 0, 1
    reps["joins"] = -1, 15 * DAY, -1
    reps["leaves"] = 1 << 61
    products, prices = np.zeros(2, PRODUCT), np.zeros(4, PRICE)
    products["term"], products["typed_term"] = 30 * DAY, (1, 0)
    prices["margin"] = 0.25
    stages = np.zeros(3, STAGE)
    stages["team"] = 1, 0, NOBODY
    stages["people"] = 1
    stages["odds"] = 1.0, np.inf, 3.0
    return Model(
        channels=channels,
        spans=np.zeros(0, SPAN),
        shocks=np.zeros(4, SHOCK),
        segments=segments,
        products=products,
        prices=prices,
        billing=np.zeros(3, BILLING),
        teams=teams,
        tiers=np.zeros(0, TIER),
        aways=np.zeros(0, AWAY),
        trainings=np.zeros(0, TRAINING),
        reps=reps,
        stages=stages,
        variants=np.zeros(0, STAGE),
        gates=np.zeros(0, GATE),
        ignored=np.zeros(0, IGNORED),
        processes=one_process(3),
        ends=plain_ends(),
        spawns=np.zeros(0, SPAWN),
        reasons=np.zeros(3, REASON),
        returns=np.zeros(0),
        plan=np.zeros(1, PLAN),
        routes=np.zeros(0, ROUTE),
        points=np.zeros(0, POINT),
        traits=np.zeros(0, TRAIT),
        trait_shares=np.zeros((2, 0)),
        trait_shifts=np.zeros((2, 0)),
        checks=np.zeros(0, CHECK),
        rejections=np.zeros(0, REJECTION),
        junk_odds=np.zeros((0, 0)),
        loads=np.zeros(0, LOAD),
        firm=np.zeros(1, FIRM),
        heat_odds=np.ones((3, 3)),
        heat_skill=np.ones((3, 3)),
        quarter_odds=np.ones((3, 3)),
        distributions=np.zeros(0, DISTRIBUTION),
        knots=np.zeros(0),
        calendars=calendars,
        hours=opening,
        expected=np.zeros(0),
        spend=np.ones((2, 50)),
        month_days=np.full(50, 10),
        calendar_months=days // 10,
        months=np.array([10, 20, 30]) * DAY,
        stocks_from=10 * DAY,
        open_deals=np.zeros(0, OPEN_DEAL),
        horizon=50 * DAY,
    )


def two_processes() -> Model:
    """The firm, with the paper work as a process of its own."""
    processes = np.zeros(2, PROCESS)
    processes["first_stage"], processes["stages"] = (0, 2), (2, 1)
    return firm()._replace(processes=processes, ends=plain_ends(2))


def lead(number: int, channel: int, segment: int, created: tuple[int, int], *rows: tuple) -> Records:
    """Write rows of (day, hour, event, waited hours, stage, rep, {worked hours, money, reason, flags})."""
    ledger = np.zeros(len(rows), LEDGER)
    ledger["pursuit"], ledger["channel"], ledger["segment"] = number, channel, segment
    ledger["created"] = created[0] * DAY + created[1] * HOUR
    ledger["reason"] = ledger["product"] = NOTHING
    ledger["count"] = 1
    for row, (day, hour, event, waited, stage, rep, *more) in zip(ledger, rows, strict=True):
        row["time"], row["waited"] = day * DAY + hour * HOUR, waited * HOUR
        row["event"], row["stage"], row["rep"] = event, stage, rep
        if event == Event.INQUIRY:
            row["worked"] = number  # its company
        if event in (Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN):
            row["worked"] = row["created"]  # when it began
        for name, value in (more[0] if more else {}).items():
            row[name] = value * HOUR if name == "worked" else value
    return ledger


def _about_none(rows: int) -> Records:
    """Make rows that are about no pursuit."""
    ledger = np.zeros(rows, LEDGER)
    for name in ("pursuit", "stage", "segment", "channel", "rep", "reason", "product"):
        ledger[name] = NOTHING
    ledger["count"] = 1
    return ledger


def _costs() -> Records:
    """Write ads at 10 and Ann at 50 a day, at the midnight after; odd amounts outside the period."""
    ledger = _about_none(2 * 22)
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


def _staff() -> Records:
    """Write at the horizon how long each rep was on staff: Bob from day 15."""
    ledger = _about_none(3)
    ledger["time"] = ledger["created"] = 50 * DAY
    ledger["event"], ledger["rep"] = Event.ON_STAFF, (ANN, BOB, CAT)
    ledger["waited"] = np.array([50, 35, 50]) * DAY
    return ledger


def _skills() -> Records:
    """Write how skilled Ann is at the end of each month."""
    ledger = _about_none(2)
    ledger["time"] = ledger["created"] = np.array([20, 30]) * DAY
    ledger["event"], ledger["rep"], ledger["money"] = Event.SKILL, ANN, (1.5, 2.5)
    return ledger


FIRST = {"flags": Flag.FIRST_CONTACT, "money": 5}


def history() -> Records:
    """Write six companies: three won, one of them before the period, gone cold after it, lost, and open."""
    won = lead(
        *(1, ADS, SMALL, (11, 9)),
        (11, 9, Event.INQUIRY, 0, CONTACT, NOBODY, {"money": 20}),
        (11, 9, Event.ENTERED, 0, CONTACT, NOBODY),
        (11, 11, Event.STARTED, 2, CONTACT, CAT, FIRST),
        (11, 12, Event.WORKED, 1, CONTACT, CAT, {"worked": 1}),
        (12, 12, Event.ADVANCED, 24, CONTACT, CAT),
        (12, 12, Event.BECAME_LEAD, 0, CONTACT, CAT, {"money": 30}),
        (12, 12, Event.ENTERED, 0, TALKS, NOBODY),
        (12, 16, Event.STARTED, 4, TALKS, ANN),
        (13, 10, Event.WORKED, 18, TALKS, ANN, {"worked": 2}),
        (21, 10, Event.WON, 192, TALKS, ANN, {"money": 1000}),
        (21, 10, Event.MARGIN, 20 * 24, TALKS, ANN, {"money": 500}),
        (21, 10, Event.EXPECTED, 0, TALKS, ANN, {"money": 900}),
        (21, 10, Event.EXPECTED_MARGIN, 0, TALKS, ANN, {"money": 450}),
        (21, 10, Event.REVENUE, 20 * 24, TALKS, ANN, {"money": 1000}),
        (21, 10, Event.COMMISSION, 0, TALKS, ANN, {"money": 100}),
        (21, 10, Event.EXPECTED_COMMISSION, 0, TALKS, ANN, {"money": 90}),
    )
    earlier = lead(
        *(2, SEO, LARGE, (5, 9)),
        (25, 9, Event.WON, 100, TALKS, BOB, {"money": 3000}),
        (25, 9, Event.MARGIN, 4 * 24, TALKS, BOB, {"money": 3000 - 0.6 * 3750}),
        (25, 9, Event.EXPECTED, 0, TALKS, BOB, {"money": 3200}),
        (25, 9, Event.EXPECTED_MARGIN, 0, TALKS, BOB, {"money": 3200 - 0.6 * 4000}),
        (25, 9, Event.REVENUE, 4 * 24, TALKS, BOB, {"money": 3000}),
        (25, 9, Event.COMMISSION, 0, TALKS, BOB, {"money": 300}),
        (25, 9, Event.EXPECTED_COMMISSION, 0, TALKS, BOB, {"money": 320}),
    )
    in_the_warm_up = lead(
        *(6, ADS, SMALL, (4, 9)),
        (8, 0, Event.WON, 0, TALKS, ANN, {"money": 4000}),
        (8, 0, Event.MARGIN, 40 * 24, TALKS, ANN, {"money": 1000}),
        (8, 0, Event.EXPECTED, 0, TALKS, ANN, {"money": 4000}),
        (8, 0, Event.EXPECTED_MARGIN, 0, TALKS, ANN, {"money": 1000}),
        (8, 0, Event.REVENUE, 40 * 24, TALKS, ANN, {"money": 4000}),
    )
    cold = lead(
        *(3, SEO, SMALL, (28, 9)),
        (28, 9, Event.INQUIRY, 0, CONTACT, NOBODY),
        (28, 9, Event.ENTERED, 0, CONTACT, NOBODY),
        (33, 9, Event.WENT_COLD, 120, CONTACT, NOBODY, {"reason": 0}),
    )
    lost = lead(
        *(4, ADS, LARGE, (22, 9)),
        (22, 9, Event.INQUIRY, 0, CONTACT, NOBODY, {"money": 20}),
        (22, 9, Event.ENTERED, 0, CONTACT, NOBODY),
        (22, 9, Event.STARTED, 0, CONTACT, CAT, FIRST),
        (22, 10, Event.WORKED, 1, CONTACT, CAT, {"worked": 1}),
        (23, 10, Event.LOST, 24, CONTACT, CAT, {"reason": 2}),
    )
    still_open = lead(
        *(5, ADS, SMALL, (15, 10)),
        (15, 10, Event.INQUIRY, 0, CONTACT, NOBODY),
        (15, 10, Event.ENTERED, 0, CONTACT, NOBODY),
        (19, 16, Event.STARTED, 102, CONTACT, CAT, FIRST),
        (20, 10, Event.WORKED, 18, CONTACT, CAT, {"worked": 2}),
        (20, 10, Event.SENT_BACK, 0, CONTACT, CAT),
        (20, 10, Event.ENTERED, 0, CONTACT, NOBODY),
        (50, 0, Event.OPEN, 710, CONTACT, NOBODY),
    )
    rows = np.concatenate(
        [won, earlier, in_the_warm_up, cold, lost, still_open, _costs(), _staff(), _skills()]
    )
    return rows[np.argsort(rows["time"], kind="stable")]
