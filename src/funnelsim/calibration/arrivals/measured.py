"""Measure arrivals, and write them as values of a scenario."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.calibration.arrivals.counts import Counts, cells, count, created_on, whole_days
from funnelsim.calibration.arrivals.drawn import Drawn, draw_channels, draw_rare
from funnelsim.calibration.arrivals.hours import are_days, hourly
from funnelsim.calibration.arrivals.notes import notes_on
from funnelsim.calibration.estimate import LEVELS, Estimate
from funnelsim.calibration.shapes import on_grid, rounded
from funnelsim.compiling.arrays import Floats
from funnelsim.scenario.checks import FARTHEST

FEWEST = 30  # deals of a channel that is measured by itself
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_OF_A_STEP = math.floor(100 * FARTHEST / math.sqrt(12)) / 100  # so that a year of a scenario is allowed
_METHOD = "Poisson-gamma days about a level that is a random walk by month"
_RARE = "Poisson, with the profile of all channels: fewer than 30 deals"


def measure_arrivals(
    created: pd.DataFrame,
    seen_from: pd.Timestamp,
    seen_until: pd.Timestamp,
    *,
    by_day: bool,
    draws: int,
    seed: int,
) -> Arrivals:
    """Measure how many deals each channel brings, how that grows and varies, and when they come (ME4, ME5).

    A channel with at least 30 deals has a level, a growth, a week and a day variation of its own, shrunk
    towards those of all channels by its data. A rarer one has only its own level. What moves the months is
    split into what all channels share and what each has of its own.

    Parameters
    ----------
    created : DataFrame
        `created` and `channel` of each deal.
    seen_from, seen_until : Timestamp
        Since when and until when the file has all deals that were created. The level is that at `seen_until`.
    by_day : bool
        Whether only the days of `created` are known.
    draws : int
        Draws of all numbers together.
    seed : int
        Of random numbers.

    Returns
    -------
    Arrivals
        What is measured, as values of a scenario and as data for pictures.

    Raises
    ------
    UnusableError
        If there is no whole day, no deal was created on one, or all were created on the same.

    Examples
    --------
    >>> days = pd.date_range("2026-01-01", "2026-03-31")
    >>> deals = pd.DataFrame({"created": days.repeat(2), "channel": "web"})
    >>> found = measure_arrivals(deals, days[0], pd.Timestamp("2026-04-01"), by_day=True, draws=100, seed=1)
    >>> level = found.estimates()[0]
    >>> level.path, 50 < level.value < 70
    ('channels.web.inquiries_per_month', True)
    """
    days = whole_days(seen_from, seen_until)
    inside = created_on(created, days)
    counts = count(inside, days)
    rng = np.random.default_rng([seed, 0xA2])
    deals = counts.by_day.sum(axis=1)
    often = [name for name, number in zip(counts.channels, deals, strict=True) if number >= FEWEST]
    rare = [name for name in counts.channels if name not in often]
    groups = [draw_channels(counts.of(often), draws, rng)] if often else []
    if rare:
        alone = len(counts.channels) == 1
        pooled = groups[0] if len(often) == 1 else draw_channels(counts.together(), draws, rng)
        groups.append(
            replace(pooled, channels=tuple(rare)) if alone else draw_rare(pooled, counts.of(rare), draws, rng)
        )
    hours = {}
    timed = not by_day and not are_days(inside["created"])
    if timed:
        hours = hourly(inside, counts.channels, draws, rng)
    next_month = seen_until.to_period("M") > counts.months[-1]
    return Arrivals(counts, tuple(groups), hours, bool(next_month), notes_on(counts, timed=timed, rare=rare))


@dataclass(frozen=True)
class Arrivals:
    """What is measured of arrivals.

    Attributes
    ----------
    counts : Counts
        The data.
    groups : tuple of Drawn
        Channels measured together: those with many deals, those with few.
    hours : dict of str to array
        Draws of the weights of the hours of the day, by channel; shape (24, draws). Empty where times are not
        known.
    next_month : bool
        Whether the forecast starts in the month after the last one.
    notes : tuple of str
        What was left out, and what the file cannot tell, in words.
    """

    counts: Counts
    groups: tuple[Drawn, ...]
    hours: dict[str, Floats]
    next_month: bool
    notes: tuple[str, ...]

    def estimates(self) -> list[Estimate]:
        """Return the values of a scenario that are measured, one after the other by channel.

        The level is that of the month in which the forecast starts, and growth counts from there (C20). The
        deviation of the months is that of a random walk (H4): in `[shocks]` what all channels share, in
        `demand_shock` what a channel has of its own.
        """
        found = [each for name in self.counts.channels for each in self._of_channel(name)]
        if len(self.counts.channels) > 1:
            first = self.groups[0]
            alone = len(first.channels) == 1
            deviation = first.own if alone else first.shared
            found.append(_shock("shocks.demand", deviation, len(self.counts.months)))
        return found

    def _of_channel(self, name: str) -> Iterator[Estimate]:
        group, row = self._place(name)
        deals = int(self.counts.by_day[self.counts.channels.index(name)].sum())
        rare = deals < FEWEST and len(self.counts.channels) > 1
        at, method = f"channels.{name}", _RARE if rare else _METHOD
        level = self._level(group, row)
        yield _number(f"{at}.inquiries_per_month", level, deals, method, "inquiries a month")
        growth = np.expm1(group.growth[row])
        yield _number(f"{at}.growth_per_year", growth, deals, method, "share a year")
        week = {f"{day}, the average day is 1": group.week[row, k] for k, day in enumerate(WEEKDAYS)}
        yield _profile(f"{at}.weekday_profile", group.week[row], deals, method, week)
        if group.season is not None:
            told = {f"month {k + 1}, the average month is 1": group.season[k] for k in range(12)}
            yield _profile(f"{at}.monthly_profile", group.season, deals, "all channels together", told)
        if name in self.hours:
            told = {f"hour {k}, the average hour is 1": self.hours[name][k] for k in range(24)}
            yield _profile(
                f"{at}.hourly_profile", self.hours[name], deals, "counts by hour (Dirichlet)", told
            )
        days = np.array([on_grid(each) for each in group.days[row]])
        yield _number(f"{at}.day_variation", days, deals, method, "deviation of a day's factor")
        if len(self.counts.channels) == 1 or (not rare and len(self.groups[0].channels) > 1):
            yield _shock(f"{at}.demand_shock", group.own, len(self.counts.months))

    def _place(self, name: str) -> tuple[Drawn, int]:
        """Return the group and the position of a channel."""
        return next((group, group.channels.index(name)) for group in self.groups if name in group.channels)

    def _level(self, group: Drawn, row: int) -> Floats:
        """Draw the inquiries of the average month, as of the month in which the forecast starts."""
        ahead = 1 / 12 if self.next_month else 0.0
        return np.asarray(np.exp(group.level[row, -1] + group.growth[row] * ahead))

    def by_month(self) -> pd.DataFrame:
        """Return deals by channel and month beside the level that is found.

        Returns
        -------
        DataFrame
            `channel`, `month` (its first day), `deals` and `share` (of the month's usual volume that the days
            counted have), and `level`, `low`, `high`: the deals expected in the whole month, by its median
            and 95 % interval.
        """
        deals, days, calendar = cells(self.counts)
        rows = []
        for number, name in enumerate(self.counts.channels):
            group, row = self._place(name)
            expected = np.exp(group.by_month()[row])
            if group.season is not None:
                expected = expected * group.season[np.asarray(self.counts.months.month) - 1]
            low, level, high = np.quantile(expected, (LEVELS[0], 0.5, LEVELS[1]), axis=1)
            week = group.week[row].mean(axis=1)
            share = (days[number] @ week) / (calendar @ week)
            rows.append(
                pd.DataFrame(
                    {
                        "channel": name,
                        "month": self.counts.months.to_timestamp(),
                        "deals": deals[number].sum(axis=1).astype(int),
                        "share": share,
                        "level": level,
                        "low": low,
                        "high": high,
                    }
                )
            )
        return pd.concat(rows, ignore_index=True)

    def by_weekday(self) -> pd.DataFrame:
        """Return deals a day by channel and weekday beside the week that is found.

        Returns
        -------
        DataFrame
            `channel`, `weekday`, `deals`, `days`, `seen` (deals a day, relative to the average weekday), and
            `weight`, `low`, `high`: the same as found, by its median and 95 % interval.
        """
        deals, days, _ = cells(self.counts)
        rows = []
        for number, name in enumerate(self.counts.channels):
            group, row = self._place(name)
            low, weight, high = np.quantile(group.week[row], (LEVELS[0], 0.5, LEVELS[1]), axis=1)
            counted = days[number].sum(axis=0)
            a_day = deals[number].sum(axis=0) / np.maximum(counted, 1)
            rows.append(
                pd.DataFrame(
                    {
                        "channel": name,
                        "weekday": WEEKDAYS,
                        "deals": deals[number].sum(axis=0).astype(int),
                        "days": counted.astype(int),
                        "seen": a_day / a_day.mean(),
                        "weight": weight,
                        "low": low,
                        "high": high,
                    }
                )
            )
        return pd.concat(rows, ignore_index=True)


def _number(path: str, draws: Floats, n: int, method: str, unit: str) -> Estimate:
    """Write a number: its mean."""
    return Estimate(path, rounded(draws.mean()), [rounded(each) for each in draws], n, method, {unit: draws})


def _profile(path: str, draws: Floats, n: int, method: str, told: dict[str, Floats]) -> Estimate:
    """Write weights: their means; `draws` has the shape (weights, draws)."""
    value = [rounded(each) for each in draws.mean(axis=1)]
    return Estimate(path, value, [[rounded(each) for each in row] for row in draws.T], n, method, told)


def _shock(path: str, draws: Floats, months: int) -> Estimate:
    """Write the deviation of a random walk."""

    def table(deviation: float) -> dict[str, Any]:
        return {"deviation": min(rounded(deviation), _MOST_OF_A_STEP), "persistence": 1.0}

    method = f"steps of a random walk over {months} months; beforehand about 0.1"
    told = {"deviation of a month's step": draws}
    return Estimate(path, table(float(draws.mean())), [table(each) for each in draws], months, method, told)
