"""Months of warm-up, period and drain."""

from __future__ import annotations

import calendar
from datetime import date
from typing import NamedTuple

DAYS_PER_MONTH = 365.25 / 12


class Months(NamedTuple):
    """A horizon in months."""

    warm_up: int
    period: int
    drain: int


def months_later(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
