"""Working calendars against an oracle that walks from interval to interval."""

from datetime import date, timedelta

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelsim.model.records import HOURS
from funnelsim.model.words import DAY, HOUR, NEVER, SECOND
from funnelsim.model.worktime import even_week, is_open, next_opening, opening_hours, work_ends, worked_by

MONDAY = date(2026, 1, 5)
NINE, FIVE = 9 * 3600, 17 * 3600
OFFICE = (((NINE, FIVE),),) * 5 + ((), ())
ROUND_THE_CLOCK = (((0, 86_400),),) * 7

COMPILED = {question: numba.njit(question) for question in (is_open, next_opening, worked_by, work_ends)}


def walk(intervals, start, effort):
    """Work through the intervals one by one."""
    if effort == 0:
        return start
    for opens, closes in intervals:
        begin = max(opens, start)
        if closes > begin:
            if effort <= closes - begin:
                return begin + effort
            effort -= closes - begin
    return NEVER


@st.composite
def slices(draw):
    """Three teams' opening times in one array, and the slice of one of them."""
    teams = []
    for _ in range(3):
        bounds = sorted(draw(st.sets(st.integers(0, 60), max_size=10)))
        pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
        teams.append(pairs)
    rows, firsts = [], []
    for pairs in teams:
        firsts.append(len(rows))
        worked = 0
        for opens, closes in pairs:
            rows.append((opens, closes, worked))
            worked += closes - opens
    chosen = draw(st.integers(0, 2))
    return np.array(rows, HOURS), firsts[chosen], teams[chosen]


@given(slices(), st.integers(0, 65), st.integers(0, 40))
@settings(max_examples=500)
def test_working_time_is_what_walking_finds_in_python_and_compiled(team, now, effort):
    hours, first, intervals = team
    team_slice = (hours, first, len(intervals))
    expected = {
        is_open: any(opens <= now < closes for opens, closes in intervals),
        next_opening: min((opens for opens, _ in intervals if opens > now), default=NEVER),
        worked_by: sum(1 for t in range(now) if any(opens <= t < closes for opens, closes in intervals)),
    }
    for question, answer in expected.items():
        assert question(*team_slice, now) == answer
        assert COMPILED[question](*team_slice, now) == answer
    assert work_ends(*team_slice, now, effort) == walk(intervals, now, effort)
    assert COMPILED[work_ends](*team_slice, now, effort) == walk(intervals, now, effort)


@given(slices(), st.integers(0, 65), st.integers(0, 40))
@settings(max_examples=200)
def test_work_ends_is_the_earliest_instant_with_the_effort_done(team, start, effort):
    hours, first, intervals = team
    team_slice = (hours, first, len(intervals))
    end = work_ends(*team_slice, start, effort)
    done = [
        t for t in range(start, 70) if worked_by(*team_slice, t) - worked_by(*team_slice, start) == effort
    ]
    assert end == (done[0] if done else NEVER)


def test_sixteen_half_hours_from_nine_end_at_five():
    hours = opening_hours(OFFICE, set(), MONDAY, days=2)
    now = 9 * HOUR
    for _ in range(16):
        now = work_ends(hours, 0, len(hours), now, HOUR // 2)
    assert now == 17 * HOUR
    assert not is_open(hours, 0, len(hours), now)
    assert work_ends(hours, 0, len(hours), now, 1) == DAY + 9 * HOUR + 1


def test_work_that_the_table_cannot_hold_never_ends():
    hours = opening_hours(OFFICE, set(), MONDAY, days=5)
    assert work_ends(hours, 0, 5, 0, 40 * HOUR) == 4 * DAY + 17 * HOUR
    assert work_ends(hours, 0, 5, 0, 40 * HOUR + 1) == NEVER
    assert work_ends(hours, 0, 5, 0, NEVER) == NEVER
    assert next_opening(hours, 0, 5, 4 * DAY + 9 * HOUR) == NEVER


def test_a_team_that_never_opens():
    hours = opening_hours(((),) * 7, set(), MONDAY, days=9)
    assert len(hours) == 0
    assert not is_open(hours, 0, 0, HOUR)
    assert next_opening(hours, 0, 0, HOUR) == NEVER
    assert worked_by(hours, 0, 0, HOUR) == 0
    assert work_ends(hours, 0, 0, HOUR, 1) == NEVER
    assert work_ends(hours, 0, 0, HOUR, 0) == HOUR


@given(
    weekly=st.lists(
        st.sets(st.integers(0, 24), max_size=6).map(
            lambda bounds: tuple(
                (a * 3600, b * 3600) for a, b in zip(sorted(bounds)[::2], sorted(bounds)[1::2], strict=False)
            )
        ),
        min_size=7,
        max_size=7,
    ),
    closed=st.sets(st.integers(0, 29), max_size=5),
    start=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)
@settings(max_examples=100)
def test_opening_hours_open_exactly_when_the_week_says(weekly, closed, start):
    days = 30
    hours = opening_hours(weekly, {start + timedelta(days=day) for day in closed}, start, days)
    assert (hours["closes"] > hours["opens"]).all()
    assert (hours["opens"][1:] > hours["closes"][:-1]).all(), "what touches is one"
    worked = 0
    for hour in range(days * 24):
        day, of_day = divmod(hour, 24)
        today = weekly[(start + timedelta(days=day)).weekday()]
        expected = day not in closed and any(a <= of_day * 3600 < b for a, b in today)
        assert is_open(hours, 0, len(hours), hour * HOUR) == expected
        assert worked_by(hours, 0, len(hours), hour * HOUR) == worked
        worked += HOUR * expected


def test_a_team_open_round_the_clock_has_one_opening():
    hours = opening_hours(ROUND_THE_CLOCK, set(), MONDAY, days=365)
    assert hours.tolist() == [(0, 365 * DAY, 0)]


def test_a_holiday_parts_what_midnight_joins():
    hours = opening_hours(ROUND_THE_CLOCK, {MONDAY + timedelta(days=1)}, MONDAY, days=3)
    assert hours.tolist() == [(0, DAY, 0), (2 * DAY, 3 * DAY, DAY)]


@pytest.mark.parametrize(
    ("hours_per_week", "days", "opens", "closes"),
    [
        (40, 5, NINE, FIVE),
        (75, 5, NINE, 86_400),
        (84, 7, NINE, 21 * 3600),
        (105, 7, NINE, 86_400),
        (140, 7, 4 * 3600, 86_400),
        (168, 7, 0, 86_400),
        (37.5, 5, NINE, NINE + 27_000),
        (0.0001, 5, NINE, NINE + 1),
    ],
)
def test_an_even_week(hours_per_week, days, opens, closes):
    assert even_week(hours_per_week) == (((opens, closes),),) * days + ((),) * (7 - days)


@given(st.floats(0.01, 168))
def test_an_even_week_has_its_hours_to_the_second_of_a_day(hours_per_week):
    hours = opening_hours(even_week(hours_per_week), set(), MONDAY, days=7)
    assert worked_by(hours, 0, len(hours), 7 * DAY) / HOUR == pytest.approx(
        hours_per_week, abs=7 * 0.5 * SECOND / HOUR
    )


@pytest.mark.parametrize("hours_per_week", [0, -1, 168.1, float("nan")])
def test_a_week_has_168_hours(hours_per_week):
    with pytest.raises(ValueError, match="above 0 and at most 168"):
        even_week(hours_per_week)


@pytest.mark.parametrize("day", [((5, 4),), ((5, 5),), ((0, 86_401),), ((-1, 4),), ((0, 10), (9, 20))])
def test_impossible_opening_times_are_refused(day):
    with pytest.raises(ValueError, match="Tuesday's opening times"):
        opening_hours(((), day, (), (), (), (), ()), set(), MONDAY, days=7)


def test_a_week_has_seven_days():
    with pytest.raises(ValueError, match="7 days, not 5"):
        opening_hours(OFFICE[:5], set(), MONDAY, days=7)
