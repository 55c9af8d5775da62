"""Months of warm-up, period and drain."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

DAYS_PER_MONTH = 365.25 / 12


class Months(NamedTuple):
    """A horizon in months."""

    warm_up: int
    period: int
    drain: int


def longest(horizons: Iterable[Months]) -> Months:
    """Return the longest of each part.

    >>> longest([Months(1, 12, 5), Months(4, 12, 3)])
    Months(warm_up=4, period=12, drain=5)
    """
    return Months(*map(max, zip(*horizons, strict=True)))


def months_later(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
