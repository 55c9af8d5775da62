"""From records to open deals: donors by hand, from rows that are written here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from funnelsim.chance.keys import DONOR, open_deal, uniforms, world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import history
from funnelsim.engines.donor_choice import choose_donors
from funnelsim.engines.donors import ASKED, Past, donor_world, open_deals
from funnelsim.engines.visits_seen import VISIT
from funnelsim.model.model import Model
from funnelsim.model.records import LEDGER
from funnelsim.model.words import DAY, HOUR, LOST, NEVER, NOBODY, NOTHING, WON, Due, Event, Flag
from funnelsim.rules.arrivals import profile
from funnelsim.scenario import lower, parse

FIRM = """
start = 2026-01-01
horizon = {{ warm_up_months = 0, period_months = {months}, drain_months = 0 }}
[segments.small]
contract_value = 100
[segments.large]
contract_value = 900
[channels.web]
kind = "seo"
inquiries_per_month = 400
segments = {{ small = 0.5, large = 0.5 }}
temperature = {{ hot = 0.5, future = 0.5 }}
[channels.fair]
kind = "pr"
inquiries_per_month = 5
segments = {{ large = 1.0 }}
[teams.sales]
people = 2
hours_per_week = 168
[stages.talk]
team = "sales"
conversion = 0.5
effort_hours = 2
customer_takes_days = 5
goes_cold_after_days = 2
attempts = {{ chance = 0.5, interval_hours = 6, most = 3 }}
[stages.offer]
conversion = 0.5
"""
SMALL, LARGE = 0, 1
WEEK = 7 * DAY
WEB, FAIR = 0, 1
TALK, OFFER = 0, 1
WORLD = world_of(7, 3)
MODEL, LONGER = (lower(parse(FIRM.format(months=months))).model for months in (1, 6))
FIRST = int(MODEL.channels[WEB]["entity"])
CALLED = ((0, Event.INQUIRY), (0, Event.ENTERED), (HOUR, Event.STARTED))


def rows_of(*steps: tuple[Any, ...], lead: int = 0, segment: int = SMALL, channel: int = WEB) -> Records:
    """Write the rows of a lead: times, events, and what else they say."""
    rows = np.zeros(len(steps), LEDGER)
    for row, (time, event, *more) in zip(rows, steps, strict=True):
        row["time"], row["event"], row["pursuit"] = time, event, FIRST + lead
        row["segment"], row["channel"], row["product"], row["count"] = segment, channel, NOTHING, 1
        row["rep"], row["reason"] = NOBODY if event in (Event.INQUIRY, Event.ENTERED) else 0, NOTHING
        for name, value in dict(*more).items():
            row[name] = value
    return rows


def asked_of(**fields: Any) -> Records:
    """Ask for a deal in the first stage of which nothing else is known."""
    asked = np.zeros(1, ASKED)
    asked["entity"], asked["ends"] = open_deal("a"), NEVER
    asked["value"] = asked["chance"] = math.nan
    asked["channel"] = asked["segment"] = NOTHING
    asked["rep"] = NOBODY
    for name, value in fields.items():
        asked[name] = value
    return asked


def opened(rows: Records, model: Model = LONGER, **fields: Any) -> Record:
    """Open the deal that is asked for."""
    deal: Record = open_deals(MODEL, WORLD, Past(model, rows), asked_of(**fields)).deals[0]
    return deal


def test_a_deal_with_its_customer_waits_for_what_its_donor_still_waited() -> None:
    rows = rows_of(*CALLED, (3 * HOUR, Event.WORKED, {"worked": 2 * HOUR}), (5 * DAY, Event.WON))
    deal = opened(rows, age=2 * DAY, age_of_deal=9 * DAY, value=77.0, rep=1)
    assert (deal["phase"], deal["due"]) == (Due.CUSTOMER_ANSWERS, 3 * DAY)
    assert (deal["entered"], deal["created"]) == (-2 * DAY, -9 * DAY)
    assert (deal["since"], deal["contact"]) == (-(2 * DAY - 3 * HOUR), HOUR)
    assert (deal["value"], deal["rep"], deal["segment"], deal["channel"]) == (77.0, 1, SMALL, WEB)


def test_a_customer_who_never_answers_does_not_here_either() -> None:
    rows = rows_of(*CALLED, (3 * HOUR, Event.WORKED, {"worked": 2 * HOUR}))
    deal = opened(rows, age=2 * DAY)
    assert (deal["phase"], deal["due"]) == (Due.CUSTOMER_ANSWERS, NEVER)


def test_a_deal_that_queues_has_the_patience_that_is_left() -> None:
    rows = rows_of(*CALLED, (3 * HOUR, Event.WORKED, {"worked": 2 * HOUR}), (5 * DAY, Event.WON))
    deal = opened(rows, age=HOUR // 2)
    assert (deal["phase"], deal["due"]) == (Due.GOES_COLD, 2 * DAY - HOUR // 2)
    assert (deal["held"], deal["ignored"], deal["attempt"]) == (0, 0, 0)


def test_a_deal_that_is_ignored_goes_cold_when_its_donor_did() -> None:
    rows = rows_of(*CALLED[:2], (2 * DAY, Event.IGNORED), (2 * DAY, Event.WENT_COLD, {"reason": 0}))
    deal = opened(rows, age=DAY)
    assert (deal["phase"], deal["ignored"], deal["due"]) == (Due.GOES_COLD, 1, DAY)


@pytest.mark.parametrize(
    ("age", "left"), [(HOUR, 2 * HOUR), (2 * HOUR, HOUR), (3 * HOUR - 1, 1), (4 * HOUR, 30 * 60_000_000)]
)
def test_work_in_hand_has_the_effort_that_is_left(age: int, left: int) -> None:
    """Two hours of work are done from the first on; or half an hour more, after two of interruption."""
    halves = ((3 * HOUR, Event.INTERRUPTED, {"worked": 2 * HOUR}), (5 * HOUR, Event.RESUMED))
    done = (5 * HOUR + HOUR // 2, Event.WORKED, {"worked": HOUR // 2})
    interrupted = rows_of(*CALLED, *halves, done, (5 * DAY, Event.LOST))
    at_a_stretch = rows_of(*CALLED, (3 * HOUR, Event.WORKED, {"worked": 2 * HOUR}), (5 * DAY, Event.LOST))
    deal = opened(interrupted if age > 3 * HOUR else at_a_stretch, age=age)
    assert (deal["phase"], deal["effort"], deal["due"]) == (Due.WORK_ENDS, left, NEVER)
    assert (deal["missed"], deal["rejected"], deal["contact"]) == (0, 0, HOUR)


ATTEMPT = {"flags": Flag.ATTEMPT}
TRIED = (
    *CALLED[:2],
    (HOUR, Event.STARTED, ATTEMPT),
    (2 * HOUR, Event.NOT_REACHED, ATTEMPT | {"worked": HOUR}),
    (8 * HOUR, Event.QUEUED_AGAIN),
    (9 * HOUR, Event.STARTED, ATTEMPT | {"count": 2}),
    (12 * HOUR, Event.WORKED, ATTEMPT | {"count": 2, "worked": 3 * HOUR}),
    (5 * DAY, Event.WON),
)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (HOUR + HOUR // 2, {"phase": Due.WORK_ENDS, "attempt": 1, "missed": 1, "effort": HOUR // 2}),
        (4 * HOUR, {"phase": Due.TRIES_AGAIN, "attempt": 1, "due": 4 * HOUR, "since": -2 * HOUR}),
        (8 * HOUR + 1, {"phase": Due.GOES_COLD, "attempt": 1, "due": NEVER, "since": -1}),
        (10 * HOUR, {"phase": Due.WORK_ENDS, "attempt": 2, "missed": 0, "effort": 2 * HOUR}),
        (DAY, {"phase": Due.CUSTOMER_ANSWERS, "attempt": 2, "due": 4 * DAY, "contact": HOUR}),
    ],
)
def test_attempts_are_where_the_donor_s_were(age: int, expected: dict[str, int]) -> None:
    deal = opened(rows_of(*TRIED), age=age)
    assert {name: int(deal[name]) for name in expected} == expected


def of_a_few(*leads: tuple[int, int, int], stays: int = 9 * DAY) -> Records:
    """Write the rows of leads that enter at an instant, of a channel and a segment."""
    found = []
    for number, (entered, channel, segment) in enumerate(leads):
        steps = ((entered, Event.INQUIRY), (entered, Event.ENTERED), (entered + stays, Event.LOST))
        found.append(rows_of(*steps, lead=number, channel=channel, segment=segment))
    rows = np.concatenate(found)
    ordered: Records = rows[np.argsort(rows["time"], kind="stable")]
    return ordered


def test_the_nearest_donors_are_those_of_channel_and_segment_then_of_segment() -> None:
    rows = of_a_few((0, WEB, SMALL), (1, WEB, LARGE), (2, FAIR, LARGE))
    of_both, of_none = {"channel": FAIR, "segment": LARGE}, {"channel": FAIR, "segment": SMALL}
    for names in (of_both, of_none, {"segment": SMALL}):
        for number in range(20):
            deal = opened(rows, age=DAY, entity=open_deal(str(number)), **names)
            told = {"channel": WEB, "segment": SMALL} | names
            assert {name: deal[name] for name in told} == told


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (2 * WEEK - HOUR, WEEK + DAY - HOUR),  # at midnight; at that of another weekday
        (WEEK + 4 * HOUR, WEEK + 6 * HOUR),  # at 5, and at 7
        (2 * DAY - 7 * HOUR, DAY - 8 * HOUR),  # at 18, and at 17, of other weekdays
    ],
)
def test_a_donor_was_seen_at_such_an_hour_as_the_deal(right: int, wrong: int) -> None:
    rows = of_a_few((right, FAIR, LARGE), (wrong, WEB, LARGE))
    deals = [opened(rows, age=HOUR, entity=open_deal(f"deal {number}")) for number in range(20)]
    assert {int(deal["channel"]) for deal in deals} == {FAIR}
    assert opened(of_a_few((wrong, WEB, LARGE)), age=HOUR)["channel"] == WEB  # who else


def may_be_donors(seen: Records, told: Record) -> list[int]:
    """List the visits of which the donor of a deal is one, by the text of OD2 alone."""
    of_age = [
        number
        for number, visit in enumerate(seen)
        if visit["stage"] == told["stage"] and visit["least"] <= told["age"] <= visit["most"]
    ]
    segment, channel = (None if told[name] < 0 else int(told[name]) for name in ("segment", "channel"))
    of_segment = [number for number in of_age if segment == seen["segment"][number]]
    of_both = [number for number in of_segment if channel == seen["channel"][number]]
    nearest = of_both or of_segment or of_age
    since = seen["entered"][nearest] + told["age"] + 6 * HOUR
    of_week, of_day = (np.array(nearest)[since % cycle < 12 * HOUR].tolist() for cycle in (WEEK, DAY))
    return of_week or of_day or nearest


def test_donors_are_of_the_nearest_kind_and_each_may_be_one() -> None:
    chance = np.random.default_rng(5)
    seen, asked = np.zeros(300, VISIT), np.zeros(1_000, ASKED)
    for records in (seen, asked):
        records["stage"] = chance.integers(0, 2, len(records))
        records["segment"] = chance.integers(0, 2, len(records))
        records["channel"] = chance.integers(0, 2, len(records))
    asked["segment"][::3] = NOTHING
    asked["channel"][::2] = NOTHING
    asked["entity"] = [open_deal(f"deal {number}") for number in range(len(asked))]
    asked["age"] = chance.integers(0, 20, len(asked)) * DAY
    seen["entered"] = chance.integers(0, 100 * 24, len(seen)) * HOUR
    seen["least"] = np.maximum(10 * DAY - seen["entered"], 0)
    seen["most"] = seen["least"] + chance.integers(1, 30 * 24, len(seen)) * HOUR
    chosen, ages = choose_donors(MODEL, WORLD, LONGER, seen, asked)
    assert (ages == asked["age"]).all()
    sizes = []
    for told, donor in zip(asked, chosen, strict=True):
        among = may_be_donors(seen, told)
        sizes.append(len(among))
        u, _ = uniforms(WORLD, told["entity"], DONOR, 0)
        assert int(donor) in among
        if len(among) == 2:
            assert int(donor) == in_order(seen, told, among)[int(2 * u)]
    assert {1, 2, 3, 4} < set(sizes)


def in_order(seen: Records, told: Record, among: list[int]) -> list[int]:
    """Sort donors by segment, channel, the night and the time of the week at which they were entered."""

    def place(number: int) -> tuple[int, ...]:
        visit, phase = seen[number], int(seen["entered"][number]) % WEEK
        opens = -int(told["age"]) - 6 * HOUR
        night = (phase - opens) % WEEK // DAY
        wraps = phase < (opens + night * DAY) % WEEK
        return int(visit["segment"]), int(visit["channel"]), int(night), int(wraps), phase

    return sorted(among, key=place)


def test_donors_are_taken_alike_by_the_uniform_of_the_deal() -> None:
    """Of three whose patience ends one after the other, the one at u x 3 by position is taken."""
    rows = of_a_few((0, WEB, SMALL), (WEEK, WEB, SMALL), (3 * WEEK, WEB, SMALL), stays=5 * DAY)
    for number in range(30):
        entity = open_deal(f"deal {number}")
        u, _ = uniforms(WORLD, entity, DONOR, 0)
        deal = opened(rows, age=HOUR, entity=entity)
        expected = donor_traits(int(3 * u))
        assert (deal["heat"], deal["fit"]) == expected


def donor_traits(lead: int) -> tuple[int, float]:
    """Return the heat and the fit of a lead of the donors' world."""
    found = profile(LONGER, donor_world(WORLD), LONGER.channels[WEB], FIRST + lead, 0)
    return found[1], found[0]


def test_visits_that_are_not_seen_for_long_enough_are_no_donors() -> None:
    last = LONGER.horizon - MODEL.horizon
    early, late = of_a_few((last - DAY, WEB, SMALL)), of_a_few((last - DAY + 1, WEB, SMALL))
    assert opened(early, age=DAY)["phase"] == Due.GOES_COLD
    found = open_deals(MODEL, WORLD, Past(LONGER, late), asked_of(age=DAY))
    assert (found.without_donor, found.of_less_age) == (0, 1)


def test_a_deal_older_than_any_visit_is_as_the_oldest_was() -> None:
    rows = rows_of(*CALLED, (3 * HOUR, Event.WORKED, {"worked": 2 * HOUR}), (5 * DAY, Event.WON))
    found = open_deals(MODEL, WORLD, Past(LONGER, rows), asked_of(age=40 * DAY, age_of_deal=50 * DAY))
    assert (found.without_donor, found.of_less_age) == (0, 1)
    [deal] = found.deals
    assert (deal["phase"], deal["due"], deal["entered"]) == (Due.CUSTOMER_ANSWERS, 1, -40 * DAY)


def test_a_stage_without_any_visit_is_entered_anew() -> None:
    rows = rows_of(*CALLED)
    found = open_deals(MODEL, WORLD, Past(LONGER, rows), asked_of(stage=OFFER, age=DAY, age_of_deal=2 * DAY))
    assert found.without_donor == 1
    [deal] = found.deals
    assert (deal["phase"], deal["entered"], deal["created"]) == (Due.BEGINS, -DAY, -2 * DAY)


@pytest.mark.parametrize(("chance", "outcome"), [(0.0, LOST), (1.0, WON)])
def test_a_deal_may_be_overridden(chance: float, outcome: int) -> None:
    deal = opened(rows_of(*CALLED), age=HOUR // 2, chance=chance, ends=6 * DAY)
    assert (deal["phase"], deal["due"], deal["outcome"]) == (Due.CUSTOMER_ANSWERS, 6 * DAY, outcome)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"chance": 0.5}, "both a chance"),
        ({"ends": DAY}, "both a chance"),
        ({"chance": 2.0, "ends": 1}, "0 to 1"),
    ],
)
def test_half_an_override_is_refused(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        opened(rows_of(*CALLED), **fields)


def test_two_deals_of_one_name_and_a_short_past_are_refused() -> None:
    twice = np.concatenate([asked_of(), asked_of()])
    with pytest.raises(ValueError, match="name of its own"):
        open_deals(MODEL, WORLD, Past(LONGER, rows_of(*CALLED)), twice)
    with pytest.raises(ValueError, match="longer than the forecast"):
        open_deals(MODEL, WORLD, Past(MODEL, rows_of(*CALLED), settled=1), asked_of())


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_engines_go_on_with_what_was_open(engine: str) -> None:
    """A deal is won on the day to which it is overridden, at its value; one answers as its donor did."""
    rows = rows_of(*CALLED, (3 * HOUR, Event.WORKED, {"worked": 2 * HOUR}), (5 * DAY, Event.WON))
    asked = np.concatenate(
        [
            asked_of(age=DAY, age_of_deal=DAY, value=5.5, chance=1.0, ends=6 * DAY),
            asked_of(entity=open_deal("b"), age=2 * DAY, age_of_deal=DAY, value=8.0),
        ]
    )
    deals = open_deals(MODEL, WORLD, Past(LONGER, rows), asked).deals
    found = history(engine, MODEL._replace(open_deals=deals), 7, 3)
    ours = {name: found[found["pursuit"] == open_deal(name)] for name in "ab"}
    assert [each["event"][0] for each in ours.values()] == [Event.WAS_OPEN, Event.WAS_OPEN]
    [won] = ours["a"][ours["a"]["event"] == Event.WON]
    assert (won["time"], won["money"], won["waited"]) == (6 * DAY, 5.5, 6 * DAY + DAY - 3 * HOUR)
    opening, answered = ours["b"][:2]
    assert (opening["waited"], opening["worked"], opening["count"]) == (2 * DAY, -2 * DAY, 0)
    assert (answered["time"], answered["waited"]) == (3 * DAY, 5 * DAY - 3 * HOUR)
    assert answered["event"] in (Event.ADVANCED, Event.LOST)
