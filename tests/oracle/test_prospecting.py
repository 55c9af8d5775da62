"""Reps who prospect: histories worked out by hand, which the oracle must live through."""

from __future__ import annotations

import math
from dataclasses import replace

from .by_hand import NINE_TO_FIVE, asks, at, channel, firm, from_day, live, spans, table
from .firm import DAY, HOUR, Channel, Firm, Inquiry, Rep, Team
from .naive import History

NOBODY_BY_DAY = [0.0] * 11


def prospecting(
    team: Team, totals: list[float], per_hour: float, arrivals: tuple[int, ...] = (), **more: object
) -> Firm:
    """Make a firm with a channel by the day and one that is prospected, with these sums of exponentials."""
    found = [Inquiry(100 + number, 1, total) for number, total in enumerate(totals)]
    by_day = [asks(number, 0, when) for number, when in enumerate(arrivals)]
    never = [asks(99, 0, 11 * DAY), Inquiry(199, 1, math.inf)]
    both = [channel(), Channel(NOBODY_BY_DAY, per_hour=per_hour)]
    inquiries = [*by_day, *found, *never]
    plain = firm([], teams=[team], channels=both, inquiries=inquiries, horizon=2 * DAY)
    return replace(plain, **{"calendar_months": [7] * 10} | more)


def began(history: History) -> list[int]:
    """List when those who were found came."""
    return [walk.began for entity, walk in sorted(history.leads.items()) if entity >= 100]


def blocks(history: History) -> list[tuple[int, int]]:
    """List the blocks: when each ended, and its working time."""
    return [(cost.time, int(cost.money)) for cost in history.costs if cost.kind == "prospected"]


IDLE = Team(prospects=1, block=HOUR)


def test_hours_times_the_rate_find_the_next_one() -> None:
    # Two an hour: after the first hour 2 are reached, after the second 4.
    history = live(prospecting(IDLE, [0.5, 2.0, 2.5, 4.5], 2.0), table(effort=30))
    assert began(history) == [at(0, 10), at(0, 10)]  # then the rep works on the first, for days
    assert blocks(history) == [(at(0, 10), HOUR)]


def test_leads_come_before_prospecting_and_nothing_interrupts_it() -> None:
    urgent = replace(IDLE, interrupts=True)
    one = prospecting(urgent, [99.0], 1.0, (at(0, 9), at(0, 9), at(0, 11.25)))
    for inquiry in one.inquiries:
        inquiry.heat = 0
    history = live(one, table(effort=1))
    assert spans(history) == [(at(0, 9), at(0, 10), 0), (at(0, 10), at(0, 11), 0), (at(0, 12), at(0, 13), 0)]
    assert blocks(history)[0] == (at(0, 12), HOUR)


def test_a_block_goes_over_a_night() -> None:
    one = prospecting(IDLE, [99.0], 1.0, (at(0, 9),))
    history = live(one, table(effort=7.5))
    assert blocks(history)[:2] == [(at(1, 9.5), HOUR), (at(1, 10.5), HOUR)]


def test_reserved_hours_come_before_leads() -> None:
    # A quarter of eight hours: a block of 50 minutes, then one of the 70 that are left.
    minute = HOUR // 60
    quarter = Team(prospects=1, block=50 * minute, reserved=0.25)
    history = live(prospecting(quarter, [99.0], 1.0, (at(0, 8),)), table(effort=2))
    assert spans(history) == [(at(0, 11), at(0, 13), 0)]
    day = [(9 * HOUR + 50 * minute, 50 * minute), (11 * HOUR, 70 * minute)]
    assert blocks(history) == [*day, *((DAY + ended, length) for ended, length in day)]


def test_work_in_hand_goes_before_reserved_hours() -> None:
    eighth = Team(prospects=1, block=HOUR, reserved=0.125)
    one = prospecting(eighth, [99.0], 1.0, (at(0, 10), at(0, 10)))
    history = live(one, table(effort=8))
    assert blocks(history) == [(at(0, 10), HOUR), (at(1, 11), HOUR)]
    assert spans(history) == [(at(0, 10), at(1, 10), 0), (at(1, 11), None, 0)]


def test_a_leaver_finishes_the_block() -> None:
    one = prospecting(IDLE, [0.5], 1.0, reps=[Rep(0, leaves=at(0, 9.5)), Rep(0, joins=at(1, 9))])
    history = live(one, table())
    assert blocks(history)[0] == (at(0, 10), HOUR)
    assert history.log[:2] == [(at(0, 10), "prospected", -1), (at(0, 10), "on staff", -1)]


def test_the_pay_of_a_month_is_spread_over_its_working_hours() -> None:
    # 31 days of 100 are 3,100; of these, the ten days at hand are paid 1,000, for eighty hours.
    rep = Rep(0, pay_per_month=3100)
    one = prospecting(IDLE, [99.0], 1.0, reps=[rep], month_days=[31] * 10, horizon=10 * DAY)
    history = live(replace(one, calendar_months=[7] * 10), table())
    pays = [cost.money for cost in history.costs if cost.kind == "prospected by"]
    assert len(pays) == 80
    assert math.isclose(sum(pays), 1000)
    assert math.isclose(history.total("pay"), 1000)


def test_a_month_without_a_working_day_before_it_changes_no_pay() -> None:
    # In the second month, of five days, only one is worked: its eight hours have the pay of five days.
    hours = [NINE_TO_FIVE[0], NINE_TO_FIVE[9]]
    months = [7] * 5 + [8] * 5
    one = prospecting(IDLE, [99.0], 1.0, reps=[Rep(0, pay_per_month=3100)], calendars=[hours])
    one = replace(one, month_days=[31] * 10, horizon=10 * DAY, calendar_months=months)
    pays = [cost.money for cost in live(one, table()).costs if cost.kind == "prospected by"]
    assert len(pays) == 16
    assert math.isclose(pays[-1], 500 / 8)


def test_another_rate_goes_on_from_the_number_reached() -> None:
    slow = prospecting(IDLE, [8.5, 9.5, 99.0], 1.0)
    fast = prospecting(IDLE, [8.5, 9.5, 99.0], 4.0)
    history = live(slow, table(effort=9), from_day(1, fast, table(effort=9)))
    # Eight are reached on the first day; four more with the first block of the second.
    assert began(history) == [at(1, 10), at(1, 10)]
