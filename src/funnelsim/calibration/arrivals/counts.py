"""Deals by channel and day, and the days that can be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Booleans, Floats, Integers
from funnelsim.io.writing import UnusableError

_DAY = pd.Timedelta(days=1)
_A_WEEK = 7
_WEEKS_AROUND = 8  # of the same weekday, that say what is usual around a day
_RARELY = 1e-3  # a quiet day this improbable is taken for a day off
SURE = 7.0  # deals expected: that none comes has a chance of one in a thousand
_LEAST_USUAL = 3.0  # deals a day, below which an empty day says nothing


@dataclass(frozen=True)
class Counts:
    """Deals by channel and day.

    Attributes
    ----------
    channels : tuple of str
        By name.
    days : DatetimeIndex
        All whole days, from the first to the last.
    by_day : array of int
        Deals; shape (channels, days).
    counted : array of bool
        Whether a day counts for a channel: not a day off, and not before the channel began; of the shape of
        `by_day`.
    closed : array of bool
        Weekdays on which nothing ever comes, Monday first; shape (7,).
    days_off : DatetimeIndex
        Other days on which nothing came though much was to be expected.
    """

    channels: tuple[str, ...]
    days: pd.DatetimeIndex
    by_day: Integers
    counted: Booleans
    closed: Booleans
    days_off: pd.DatetimeIndex

    @property
    def months(self) -> pd.PeriodIndex:
        """Return the calendar months, first to last."""
        return pd.period_range(self.days[0], self.days[-1], freq="M")

    def month_of_day(self) -> Integers:
        """Return the number of each day's month among them; shape (days,)."""
        number = self.days.year * 12 + self.days.month
        return np.asarray(number - number[0], np.int64)

    def of(self, channels: Sequence[str]) -> Counts:
        """Keep some of the channels."""
        rows = [self.channels.index(name) for name in channels]
        return Counts(
            tuple(channels),
            self.days,
            self.by_day[rows],
            self.counted[rows],
            self.closed,
            self.days_off,
        )

    def together(self) -> Counts:
        """Count the deals of all channels as one."""
        return Counts(
            ("all channels",),
            self.days,
            self.by_day.sum(axis=0, keepdims=True),
            np.asarray(self.counted.any(axis=0, keepdims=True)),
            self.closed,
            self.days_off,
        )


def whole_days(seen_from: pd.Timestamp, seen_until: pd.Timestamp) -> pd.DatetimeIndex:
    """List the days of which nothing is missing.

    Raises
    ------
    UnusableError
        If there is none.

    Examples
    --------
    >>> days = whole_days(pd.Timestamp("2026-01-01 12:00"), pd.Timestamp("2026-01-04"))
    >>> [f"{day:%d}" for day in days]
    ['02', '03']
    """
    first, end = seen_from.ceil("D"), seen_until.floor("D")
    if end <= first:
        raise UnusableError(
            f"the history from {seen_from} to {seen_until} has no whole day: arrivals are measured by the day"
        )
    return pd.date_range(first, end - _DAY, freq="D")


def created_on(created: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Keep the deals created on some days in a row, their channels named: what has none is "unknown" (HI6).

    Raises
    ------
    UnusableError
        If there is none, or all are of the same day of a longer record.
    """
    inside = created[(created["created"] >= days[0]) & (created["created"] < days[-1] + _DAY)]
    if inside.empty:
        raise UnusableError(
            f"no deal was created from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}: there are no arrivals to "
            "measure"
        )
    if len(inside) > 1 and len(days) > _A_WEEK and inside["created"].dt.floor("D").nunique() == 1:
        raise UnusableError(
            f"all {len(inside)} deals were created on {inside['created'].iloc[0]:%Y-%m-%d}: that is when "
            "they were written into the file, and not when they arrived"
        )
    names = inside["channel"].fillna("").astype(str).str.strip().replace("", "unknown")
    return inside.assign(channel=names).reset_index(drop=True)


def count(created: pd.DataFrame, days: pd.DatetimeIndex) -> Counts:
    """Count deals by channel and day, and find the days that tell nothing.

    Parameters
    ----------
    created : DataFrame
        `created` and `channel` of each deal, all created on these days.
    days : DatetimeIndex
        In a row.

    Examples
    --------
    >>> deals = pd.DataFrame({"created": pd.to_datetime(["2026-01-02 10:00"] * 3), "channel": ["web"] * 3})
    >>> found = count(deals, pd.date_range("2026-01-02", periods=2))
    >>> found.channels, found.by_day.tolist()
    (('web',), [[3, 0]])
    """
    channels, row = np.unique(created["channel"].to_numpy(str), return_inverse=True)
    column = (created["created"].dt.floor("D") - days[0]) // _DAY
    by_day = np.zeros((len(channels), len(days)), np.int64)
    np.add.at(by_day, (row, column.to_numpy(np.int64)), 1)
    off, closed = _days_off(by_day.sum(axis=0), days)
    counted = ~off & _begun(by_day, ~off)
    only_off = days[off & ~closed[days.day_of_week]]
    return Counts(tuple(map(str, channels)), days, by_day, counted, closed, only_off)


def _days_off(total: Integers, days: pd.DatetimeIndex) -> tuple[Booleans, Booleans]:
    """Find empty days on which much was to be expected, and weekdays on which nothing ever comes.

    What is usual is the median of the same weekday in the weeks around. An empty day is a day off if it would
    be rare by a Poisson-gamma number about it, with the variation of the days that are not empty.
    """
    weekday = np.asarray(days.day_of_week)
    sums, times = np.bincount(weekday, total, 7), np.bincount(weekday, minlength=7)
    closed = (sums == 0) & (times * total.mean() > SURE)
    usual = np.zeros(len(days))
    for each in np.unique(weekday):
        of_weekday = pd.Series(total[weekday == each], dtype=float)
        window = of_weekday.rolling(2 * _WEEKS_AROUND + 1, center=True, min_periods=1)
        usual[weekday == each] = window.median()
    busy = (total > 0) & (usual >= _LEAST_USUAL)
    variance = 0.0
    if busy.sum() > 1:
        variance = float(np.var(total[busy] / usual[busy]) - np.mean(1 / usual[busy]))
    variance = max(variance, 1e-6)
    chance = np.exp(-np.log1p(variance * usual) / variance)
    off = (total == 0) & (usual >= _LEAST_USUAL) & (chance < _RARELY)
    return off | closed[weekday], closed


def _begun(by_day: Integers, open_: Booleans) -> Booleans:
    """Return the days that count for each channel: from its first deal on, if one before were sure."""
    begun = np.ones(by_day.shape, np.bool_)
    for row, deals in enumerate(by_day):
        first = int(np.argmax(deals > 0))
        before, after = int(open_[:first].sum()), int(open_[first:].sum())
        if before * deals.sum() / max(after, 1) > SURE:
            begun[row, :first] = False
    return begun


def cells(counts: Counts) -> tuple[Floats, Floats, Floats]:
    """Add up by calendar month and weekday.

    Returns
    -------
    array, array, array
        Deals, and days counted, of each channel: shape (channels, months, 7). Days of each whole calendar
        month on which anything comes: shape (months, 7).
    """
    month, weekday = counts.month_of_day(), np.asarray(counts.days.day_of_week)
    shape = (len(counts.channels), int(month[-1]) + 1, 7)
    deals, days = np.zeros(shape), np.zeros(shape)
    rows = np.arange(shape[0])[:, None]
    np.add.at(deals, (rows, month, weekday), counts.by_day * counts.counted)
    np.add.at(days, (rows, month, weekday), counts.counted)
    whole = np.zeros(shape[1:])
    for number, period in enumerate(counts.months):
        of_month = pd.date_range(period.start_time, periods=period.days_in_month)
        whole[number] = np.bincount(of_month.day_of_week, minlength=7)
    return deals, days, whole * ~counts.closed
