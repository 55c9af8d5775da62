"""The days of a simulation: dates to microseconds, months, and inquiries expected by day."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.model.words import DAY, HOUR, SECOND
from funnelsim.scenario.channels import Channel
from funnelsim.scenario.months import Months, months_later

_HOUR = HOUR // SECOND


@dataclass(frozen=True)
class Calendar:
    """The days from the first of the warm-up to the last of the drain.

    Attributes
    ----------
    start : date
        First day of the period.
    length : Months
        Warm-up, period and drain.

    Examples
    --------
    >>> days = Calendar(date(2026, 3, 1), Months(warm_up=1, period=12, drain=2))
    >>> days.first_day, len(days.days)
    (datetime.date(2026, 2, 1), 454)
    """

    start: date
    length: Months

    @cached_property
    def first_day(self) -> date:
        """The day whose midnight is time 0."""
        return months_later(self.start, -self.length.warm_up)

    @cached_property
    def days(self) -> list[date]:
        """All days, in order."""
        end = months_later(self.start, self.length.period + self.length.drain)
        first = self.first_day
        return [first + timedelta(days=day) for day in range((end - first).days)]

    def instant(self, day: date) -> int:
        """Return the midnight at which a day begins, in microseconds since time 0."""
        return (day - self.first_day).days * DAY

    def month_starts(self) -> list[date]:
        """Return the first days of the period's months and the day after the last."""
        return [months_later(self.start, month) for month in range(self.length.period + 1)]

    def month_names(self) -> tuple[str, ...]:
        """Name the period's months: a calendar month as 2026-03, any other by its first and last day.

        >>> Calendar(date(2026, 1, 31), Months(0, 2, 0)).month_names()
        ('2026-01-31 to 2026-02-27', '2026-02-28 to 2026-03-30')
        """
        spans = pairwise(self.month_starts())
        return tuple(_name_of_month(since, until - timedelta(days=1)) for since, until in spans)

    def month_days(self) -> Integers:
        """Return for each day how many days its calendar month has; shape (days,)."""
        by_month = [calendar.monthrange(*month)[1] for month in self.calendar_months]
        return np.array(by_month, np.int64)[self.month]

    def month_numbers(self) -> Integers:
        """Return for each day the number of its calendar month, year * 12 + month - 1; shape (days,)."""
        by_month = [year * 12 + month - 1 for year, month in self.calendar_months]
        return np.array(by_month, np.int64)[self.month]

    def inquiries_by_day(self, channel: Channel, per_month: float, growth: Growth) -> Floats:
        """Spread a channel's inquiries per month over the days; shape (days,).

        A calendar month has `per_month` x its weight in the monthly profile x growth, spread
        over its days by the weekday profile.
        """
        spread = _spread(self, channel.monthly_profile, channel.weekday_profile)
        by_month = per_month * spread.profile * 12 / spread.total
        if growth.rate != 0 or growth.level != 1:
            by_month *= [growth.factor(years) for years in spread.years]
        return np.asarray((by_month / spread.weights)[self.month] * spread.weekdays)

    def years_to(self, day: date) -> float:
        """Return the years from the month of `start` to the month of a day."""
        return ((day.year - self.start.year) * 12 + day.month - self.start.month) / 12

    @cached_property
    def calendar_months(self) -> list[tuple[int, int]]:
        """The calendar months, as (year, month)."""
        return list(dict.fromkeys((day.year, day.month) for day in self.days))

    @cached_property
    def month(self) -> Integers:
        """The number of each day's calendar month among them; shape (days,)."""
        number = {month: position for position, month in enumerate(self.calendar_months)}
        return np.array([number[day.year, day.month] for day in self.days], np.int64)

    @cached_property
    def weekday(self) -> Integers:
        """Each day's weekday, Monday 0; shape (days,)."""
        return np.array([day.weekday() for day in self.days], np.int64)


def _name_of_month(first: date, last: date) -> str:
    """Name a month of the period."""
    return f"{first:%Y-%m}" if first.day == 1 else f"{first} to {last}"


class Growth(NamedTuple):
    """How inquiries grow: compounding by month.

    Attributes
    ----------
    rate : float
        Share per year.
    since : float
        Years from the month of `start` to that in which `level` was so.
    level : float
        Factor on the inquiries typed.
    """

    rate: float
    since: float = 0.0
    level: float = 1.0

    def factor(self, years: float) -> float:
        """Return the factor on the inquiries typed, some years after the month of `start`."""
        return float(self.level * (1.0 + self.rate) ** (years - self.since))


class _Spread(NamedTuple):
    """What spreads a channel's inquiries over the days, whatever their number."""

    profile: Floats  # the weight of each calendar month, of which those of a year sum to
    total: float
    years: list[float]  # from `start` to each calendar month
    weights: Floats  # of the days of each calendar month together
    weekdays: Floats  # weight of each day


def spans_of_the_day(channel: Channel) -> list[tuple[int, int, float]]:
    """Cut a channel's day into spans in which inquiries come at an even rate (A12).

    Returns
    -------
    list of (int, int, float)
        From and to, in microseconds from midnight, and the share of the day's inquiries that comes by then.

    Examples
    --------
    >>> busy_at_nine = (*[1.0] * 9, 2.0, *[1.0] * 14)
    >>> channel = Channel(kind="seo", arrives_between=["09:00", "12:00"], hourly_profile=busy_at_nine)
    >>> [(opens // HOUR, closes // HOUR, share) for opens, closes, share in spans_of_the_day(channel)]
    [(9, 10, 0.5), (10, 12, 1.0)]
    """
    pieces: list[tuple[int, int, float]] = []
    for opens, closes in sorted(part for span in channel.arrives_between for part in span.within_the_day()):
        for hour in range(opens // _HOUR, -(-closes // _HOUR)):
            begin, end = max(opens, hour * _HOUR), min(closes, (hour + 1) * _HOUR)
            weight = channel.hourly_profile[hour]
            if pieces and pieces[-1][1:] == (begin, weight):
                begin = pieces.pop()[0]
            if weight > 0:
                pieces.append((begin, end, weight))
    inquiries = list(accumulate((end - begin) * weight for begin, end, weight in pieces))
    spans: list[tuple[int, int, float]] = []
    before = 0.0
    for (begin, end, _), by_then in zip(pieces, inquiries, strict=True):
        share = by_then / inquiries[-1]
        if share > before:
            spans.append((begin * SECOND, end * SECOND, share))
            before = share
    return spans


@lru_cache(maxsize=64)
def calendar_of(start: date, length: Months) -> Calendar:
    """Return the calendar of a horizon, made once for all strategies and calls.

    >>> months = Months(warm_up=1, period=12, drain=2)
    >>> calendar_of(date(2026, 3, 1), months) is calendar_of(date(2026, 3, 1), months)
    True
    """
    return Calendar(start, length)


@lru_cache(maxsize=1024)
def _spread(calendar: Calendar, profile: tuple[float, ...], weekdays: tuple[float, ...]) -> _Spread:
    """Work out once what is the same in every world."""
    months = calendar.calendar_months
    return _Spread(
        profile=np.array([profile[month - 1] for _, month in months]),
        total=math.fsum(profile),
        years=[calendar.years_to(date(year, month, 1)) for year, month in months],
        weights=np.array([_weight_of_month(weekdays, *month) for month in months]),
        weekdays=np.array(weekdays)[calendar.weekday],
    )


def _weight_of_month(weights: tuple[float, ...], year: int, month: int) -> float:
    """Add up the weights of a calendar month's days."""
    first, length = calendar.monthrange(year, month)
    return math.fsum(weights[(first + number) % 7] for number in range(length))
