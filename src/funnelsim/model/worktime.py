"""Working calendars: clock time <-> working time, in integer microseconds.

A calendar is that of a team or of a rep. Its opening times up to the horizon are one slice of the array
`Model.hours`, in order, each with the working time before it. All questions are then binary searches and
sums of integers: sixteen half-hours from 9:00 end at 17:00, not a rounding error later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np

from funnelsim.compiling.arrays import Records
from funnelsim.compiling.decorators import rule
from funnelsim.model.records import HOURS
from funnelsim.model.words import DAY, NEVER, SECOND

Weekly = Sequence[Sequence[tuple[int, int]]]  # by weekday, Monday first: (from, to) in seconds of the day

_DAY_SECONDS = 86_400


@rule
def last_opened(hours: Records, first: int, count: int, now: int) -> int:
    """Return the row of the last opening at or before `now`, or the row before the first."""
    low = first - 1
    high = first + count
    while high - low > 1:
        middle = (low + high) // 2
        if hours[middle]["opens"] <= now:
            low = middle
        else:
            high = middle
    return low


@rule
def is_open(hours: Records, first: int, count: int, now: int) -> bool:
    """Return whether those of a calendar are at work: opens <= now < closes (G1).

    Parameters
    ----------
    hours : HOURS records
        The opening times of all calendars.
    first, count : int
        The calendar's slice.
    now : int
        Microseconds.

    Examples
    --------
    >>> from datetime import date
    >>> hours = opening_hours(even_week(40), set(), date(2026, 1, 5), days=7)
    >>> [is_open(hours, 0, len(hours), hour * 3600 * SECOND) for hour in (8, 9, 16, 17)]
    [False, True, True, False]
    """
    row = last_opened(hours, first, count, now)
    return row >= first and now < int(hours[row]["closes"])


@rule
def next_opening(hours: Records, first: int, count: int, now: int) -> int:
    """Return the first opening after `now`, or NEVER.

    Parameters
    ----------
    hours : HOURS records
        The opening times of all calendars.
    first, count : int
        The calendar's slice.
    now : int
        Microseconds.

    Examples
    --------
    >>> from datetime import date
    >>> hours = opening_hours(even_week(40), set(), date(2026, 1, 5), days=7)
    >>> next_opening(hours, 0, len(hours), 0) // SECOND / 3600
    9.0
    """
    row = last_opened(hours, first, count, now) + 1
    if row < first + count:
        return int(hours[row]["opens"])
    return NEVER


@rule
def worked_by(hours: Records, first: int, count: int, now: int) -> int:
    """Return a calendar's working time before `now`.

    Parameters
    ----------
    hours : HOURS records
        The opening times of all calendars.
    first, count : int
        The calendar's slice.
    now : int
        Microseconds.

    Returns
    -------
    int
        Microseconds since time 0.

    Examples
    --------
    >>> from datetime import date
    >>> hours = opening_hours(even_week(40), set(), date(2026, 1, 5), days=7)
    >>> worked_by(hours, 0, len(hours), DAY) // SECOND / 3600
    8.0
    """
    row = last_opened(hours, first, count, now)
    if row < first:
        return 0
    until = min(int(now), int(hours[row]["closes"]))
    return int(hours[row]["worked"]) + until - int(hours[row]["opens"])


@rule
def work_ends(hours: Records, first: int, count: int, start: int, effort: int) -> int:
    """Return the earliest instant at which the working time since `start` equals `effort` (V13).

    Parameters
    ----------
    hours : HOURS records
        The opening times of all calendars.
    first, count : int
        The calendar's slice.
    start : int
        Microseconds; need not lie inside opening hours.
    effort : int
        Working time in microseconds, at least 0.

    Returns
    -------
    int
        Microseconds: `start` for no effort, a closing time where the work just fits, NEVER where the
        opening times run out.

    Examples
    --------
    >>> from datetime import date
    >>> hours = opening_hours(even_week(40), set(), date(2026, 1, 5), days=7)
    >>> monday_16h, two_hours = 16 * 3600 * SECOND, 2 * 3600 * SECOND
    >>> (work_ends(hours, 0, len(hours), monday_16h, two_hours) - DAY) // SECOND / 3600
    10.0
    """
    row = last_opened(hours, first, count, start)
    if row >= first:
        return work_ends_from(hours, row, first + count, start, effort)
    if effort == 0:
        return int(start)
    if count == 0:
        return NEVER
    return work_ends_from(hours, first, first + count, int(hours[first]["opens"]), effort)


@rule
def work_ends_from(hours: Records, opening: int, end: int, start: int, effort: int) -> int:
    """Return when work ends, as `work_ends` does, if the opening is known.

    Parameters
    ----------
    hours : HOURS records
        The opening times of all calendars.
    opening : int
        The row of the last opening at or before `start`.
    end : int
        The row after the calendar's last.
    start, effort : int
        As `work_ends` takes them.

    Examples
    --------
    >>> from datetime import date
    >>> hours = opening_hours(even_week(40), set(), date(2026, 1, 5), days=7)
    >>> work_ends_from(hours, 0, len(hours), 9 * 3600 * SECOND, 3600 * SECOND) // SECOND / 3600
    10.0
    """
    if effort == 0:
        return int(start)
    row = int(opening)
    worked = min(int(start), int(hours[row]["closes"])) - int(hours[row]["opens"])
    target = int(hours[row]["worked"]) + worked + int(effort)
    while row + 1 < end and hours[row + 1]["worked"] < target:
        row += 1
    ends = int(hours[row]["opens"]) + target - int(hours[row]["worked"])
    if ends > int(hours[row]["closes"]):
        return NEVER
    return ends


def even_week(hours_per_week: float) -> Weekly:
    """Spread a week's hours over equal days.

    Parameters
    ----------
    hours_per_week : float
        Above 0, up to 168.

    Returns
    -------
    Weekly
        Monday to Friday from 9:00, to the second. What does not fit between 9:00 and midnight on five
        days takes seven; what does not fit on seven starts earlier and ends at midnight.

    Raises
    ------
    ValueError
        If the hours are not above 0 or more than a week has.

    Examples
    --------
    >>> [[(opens // 3600, closes // 3600) for opens, closes in day] for day in even_week(40)][4:]
    [[(9, 17)], [], []]
    """
    if not 0 < hours_per_week <= 168:
        raise ValueError(f"hours per week must be above 0 and at most 168, not {hours_per_week:g}")
    days = 5 if hours_per_week <= 5 * 15 else 7
    length = max(1, round(hours_per_week * 3600 / days))
    opens = min(9 * 3600, _DAY_SECONDS - length)
    return (((opens, opens + length),),) * days + ((),) * (7 - days)


def opening_hours(weekly: Weekly, holidays: Collection[date], start: date, days: int) -> Records:
    """List a calendar's opening times, day after day.

    Parameters
    ----------
    weekly : Weekly
        Seven days, Monday first, each with its opening times (from, to) in seconds of the day.
    holidays : collection of date
        Closed all day.
    start : date
        The day whose midnight is time 0.
    days : int
        How many days to write out.

    Returns
    -------
    HOURS records
        In order, in microseconds. If one opening time ends when the next begins, midnight included,
        the two are one: a team open round the clock has one row.

    Raises
    ------
    ValueError
        If the week does not have seven days, or opening times overlap or reach beyond their day.

    Examples
    --------
    >>> from datetime import date
    >>> hours = opening_hours(even_week(40), {date(2026, 1, 6)}, date(2026, 1, 5), days=7)
    >>> (hours["opens"] // DAY).tolist()
    [0, 2, 3, 4]
    >>> (hours["worked"] // (3600 * SECOND)).tolist()
    [0, 8, 16, 24]
    """
    week = _checked(weekly)
    rows: list[tuple[int, int, int]] = []
    worked = 0
    for day in range(days):
        today = start + timedelta(days=day)
        if today in holidays:
            continue
        for begin, end in week[today.weekday()]:
            opens, closes = day * DAY + begin * SECOND, day * DAY + end * SECOND
            if rows and rows[-1][1] == opens:
                rows[-1] = (rows[-1][0], closes, rows[-1][2])
            else:
                rows.append((opens, closes, worked))
            worked += closes - opens
    return np.array(rows, dtype=HOURS)


def _checked(weekly: Weekly) -> list[list[tuple[int, int]]]:
    """Sort each day's opening times; refuse those that overlap or reach beyond the day."""
    if len(weekly) != 7:
        raise ValueError(f"a week needs opening times for 7 days, not {len(weekly)}")
    week = [sorted(day) for day in weekly]
    for name, day in zip(("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"), week, strict=True):
        before = 0
        for begin, end in day:
            if not before <= begin < end <= _DAY_SECONDS:
                raise ValueError(f"{name}day's opening times {day} overlap, are empty or leave the day")
            before = end
    return week
