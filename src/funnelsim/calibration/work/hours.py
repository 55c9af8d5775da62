"""When people work: opening hours by weekday, days off, and how many are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OPENS, _CLOSES = 0.02, 0.98  # of the starts of work lie before and after
_STEP = 900.0  # seconds to which hours are rounded
_DAY = 86_400.0
_CLOSED = 0.05  # of the starts on the busiest weekday, below which a weekday is closed
_OFF = 0.1  # of the usual starts of a weekday, below which a day is one off


@dataclass(frozen=True)
class Hours:
    """When a team works.

    Attributes
    ----------
    opens, closes : array
        Seconds from midnight by weekday, Monday first; equal where it is closed; shape (7,).
    days : DatetimeIndex
        Days of the record on which it worked.
    days_off : DatetimeIndex
        Days of the record on which it would have been open, and was not.
    """

    opens: Floats
    closes: Floats
    days: pd.DatetimeIndex
    days_off: pd.DatetimeIndex

    def written(self) -> dict[str, list[str]]:
        """Return the opening times as a scenario file has them."""
        return written(self.opens, self.closes)

    @property
    def a_week(self) -> float:
        """Return the hours of a week."""
        return float((self.closes - self.opens).sum() / 3600)


def written(opens: Floats, closes: Floats) -> dict[str, list[str]]:
    """Write opening times by weekday as a scenario file does.

    >>> opens, closes = np.full(7, 32_400.0), np.array([61_200.0, 61_200.0, *[32_400.0] * 5])
    >>> written(opens, closes)
    {'monday': ['09:00-17:00'], 'tuesday': ['09:00-17:00']}
    """

    def clock(seconds: float) -> str:
        return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}"

    return {
        day: [f"{clock(first)}-{clock(last)}"]
        for day, first, last in zip(WEEKDAYS, opens, closes, strict=True)
        if last > first
    }


def team_hours(start: pd.Series[Any], first: pd.Timestamp, last: pd.Timestamp) -> Hours:
    """Find the opening hours of a team from when work starts.

    On each weekday the team opens when 2 % of the starts have come and closes when 98 % have, rounded
    outwards to a quarter of an hour. A weekday with few starts, against the busiest one, is closed.

    Parameters
    ----------
    start : Series
        Times at which work starts.
    first, last : Timestamp
        First and last day of the record.

    Examples
    --------
    >>> week = pd.date_range("2026-01-05", periods=5)
    >>> starts = pd.Series([day + pd.Timedelta(hours=h) for day in week for h in range(9, 18)])
    >>> team_hours(starts, week[0], week[-1]).written()["friday"]
    ['09:00-17:00']
    """
    days = pd.date_range(first.floor("D"), last.floor("D"))
    day = start.dt.floor("D")
    by_day = day.value_counts().reindex(days, fill_value=0).to_numpy(float)
    weekday = np.asarray(days.day_of_week)
    usual = np.array(
        [by_day[weekday == each].mean() if (weekday == each).any() else 0.0 for each in range(7)]
    )
    is_open = usual > _CLOSED * usual.max()
    seconds = (start - day).dt.total_seconds().to_numpy()
    opens, closes = np.zeros(7), np.zeros(7)
    of_start = start.dt.day_of_week.to_numpy()
    for each in np.flatnonzero(is_open):
        low, high = np.quantile(seconds[of_start == each], (_OPENS, _CLOSES))
        opens[each] = np.floor(low / _STEP) * _STEP
        closes[each] = min(max(np.ceil(high / _STEP) * _STEP, opens[each] + _STEP), _DAY)
    median = np.array([np.median(by_day[weekday == each]) if is_open[each] else 0.0 for each in range(7)])
    off = is_open[weekday] & (by_day < _OFF * median[weekday])
    return Hours(opens, closes, days[is_open[weekday] & ~off], days[off])


def presence(spells: pd.DataFrame, hours: Hours) -> pd.DataFrame:
    """Return how long each rep was there on each day: from the first start to the last start or end.

    Parameters
    ----------
    spells : DataFrame
        `rep`, `start` and `end` of each spell of a known rep.
    hours : Hours
        Of the team: only days on which it works count, and only time within its hours.

    Returns
    -------
    DataFrame
        `rep`, `day`, `begins` and `ends` (seconds from midnight), and `hours`.
    """
    day = spells["start"].dt.floor("D")
    begins = (spells["start"] - day).dt.total_seconds()
    ends = (spells["end"] - day).dt.total_seconds().where(lambda seconds: seconds < _DAY).fillna(begins)
    seen = pd.DataFrame({"rep": spells["rep"], "day": day, "begins": begins, "ends": ends})
    seen = seen[seen["day"].isin(hours.days)]
    found = seen.groupby(["rep", "day"]).agg(begins=("begins", "min"), ends=("ends", "max")).reset_index()
    weekday = found["day"].dt.day_of_week.to_numpy()
    for edge in ("begins", "ends"):
        found[edge] = np.clip(found[edge], hours.opens[weekday], hours.closes[weekday])
    return found.assign(hours=(found["ends"] - found["begins"]) / 3600)


def people_by_day(there: pd.DataFrame, hours: Hours) -> pd.DataFrame:
    """Return how many people were at work on each day.

    Returns
    -------
    DataFrame
        `day`, `people` (different reps) and `at_once` (their hours over the opening hours of the day).
    """
    days = pd.DataFrame({"day": hours.days})
    by_day = there.groupby("day")["hours"].agg(["size", "sum"]).reindex(hours.days, fill_value=0)
    weekday = np.asarray(hours.days.day_of_week)
    length = (hours.closes - hours.opens)[weekday] / 3600
    return days.assign(people=by_day["size"].to_numpy(), at_once=by_day["sum"].to_numpy(float) / length)


def own_hours(there: pd.DataFrame, hours: Hours, rep: str) -> tuple[Floats, Floats]:
    """Return the hours of a rep by weekday: as long, on average, as the rep was there, absences included.

    Returns
    -------
    array, array
        Opening and closing, in seconds from midnight; equal where the rep never works; shape (7,).
    """
    own = there[there["rep"] == rep]
    since = own["day"].min()
    opens, closes = np.zeros(7), np.zeros(7)
    for weekday in range(7):
        here = own[own["day"].dt.day_of_week == weekday]
        days = int(((hours.days >= since) & (hours.days.day_of_week == weekday)).sum())
        if here.empty:
            continue
        length = np.round(here["hours"].sum() * 3600 / days / _STEP) * _STEP
        latest = hours.closes[weekday] - length
        begin = np.round(min(here["begins"].median(), latest) / _STEP) * _STEP
        opens[weekday] = max(begin, hours.opens[weekday])
        closes[weekday] = opens[weekday] + length
    return opens, closes
