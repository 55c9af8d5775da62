"""The days of a simulation: dates to microseconds, months, and inquiries expected by day."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np

from funnelsim.scenario.channels import Channel
from funnelsim.scenario.horizon import Months, months_later
from funnelsim.vocabulary import DAY, Floats, Integers


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
    >>> days = Calendar(date(2026, 3, 1), Months(warm_up=1, period=12, drain=2, cycle_days=20.0))
    >>> days.first_day, len(days.days)
    (datetime.date(2026, 2, 1), 454)
    """

    start: date
    length: Months

    @property
    def first_day(self) -> date:
        """The day whose midnight is time 0."""
        return months_later(self.start, -self.length.warm_up)

    @cached_property
    def days(self) -> list[date]:
        """All days, in order."""
        end = months_later(self.start, self.length.period + self.length.drain)
        return [self.first_day + timedelta(days=day) for day in range((end - self.first_day).days)]

    def instant(self, day: date) -> int:
        """Return the midnight at which a day begins, in microseconds since time 0."""
        return (day - self.first_day).days * DAY

    def month_starts(self) -> list[date]:
        """Return the first days of the period's months and the day after the last."""
        return [months_later(self.start, month) for month in range(self.length.period + 1)]

    def month_days(self) -> Integers:
        """Return for each day how many days its calendar month has; shape (days,)."""
        return np.array([calendar.monthrange(day.year, day.month)[1] for day in self.days], dtype=np.int64)

    def inquiries_by_day(self, channel: Channel, per_month: float) -> Floats:
        """Spread a channel's inquiries per month over the days; shape (days,).

        A calendar month has `per_month` x its weight in the monthly profile x growth, spread
        over its days by the weekday profile. Growth compounds by month from `start`.
        """
        months, month, weekday = self._places
        by_month = np.array([self._per_weight(channel, per_month, *each) for each in months])
        return np.asarray(by_month[month] * np.array(channel.weekday_profile)[weekday])

    @cached_property
    def _places(self) -> tuple[list[tuple[int, int]], Integers, Integers]:
        """List the calendar months, and say for each day which of them and which weekday it is."""
        months = list(dict.fromkeys((day.year, day.month) for day in self.days))
        number = {month: place for place, month in enumerate(months)}
        month = np.array([number[day.year, day.month] for day in self.days], np.int64)
        return months, month, np.array([day.weekday() for day in self.days], np.int64)

    def _per_weight(self, channel: Channel, per_month: float, year: int, month: int) -> float:
        """Compute the inquiries of a calendar month for each unit of its days' weights."""
        profile, weights = channel.monthly_profile, channel.weekday_profile
        since_start = (year - self.start.year) * 12 + month - self.start.month
        volume = per_month * profile[month - 1] * 12 / math.fsum(profile)
        volume *= (1.0 + channel.growth_per_year) ** (since_start / 12)
        return float(volume / _weight_of_month(weights, year, month))


@lru_cache(maxsize=4096)
def _weight_of_month(weights: tuple[float, ...], year: int, month: int) -> float:
    """Add up the weights of a calendar month's days."""
    first, length = calendar.monthrange(year, month)
    return math.fsum(weights[(first + number) % 7] for number in range(length))
