"""Draws of what is measured of channels, jointly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelsim.calibration.arrivals.counts import Counts
from funnelsim.calibration.arrivals.grid import About, Posterior, explore
from funnelsim.calibration.arrivals.laplace import Mode, Series, Variation
from funnelsim.compiling.arrays import Floats, Integers

STEP = About(0.1, 0.7)  # of a month's step: its median speaks where there are few months
DAYS = About(0.2, 0.8)  # of a day's factor
_HIGHEST = 1.0, 3.0  # that a scenario may have


@dataclass(frozen=True)
class Drawn:
    """Draws of channels measured together; each array's last axis is the draws.

    Attributes
    ----------
    channels : tuple of str
        By name.
    level : array
        Logarithm of the deals of an average month of the year, by month; shape (channels, months, draws).
    growth : array
        Logarithm of 1 + growth a year; shape (channels, draws).
    week : array
        Weights of Monday to Sunday, 1 on average; shape (channels, 7, draws).
    days : array
        Day variation; shape (channels, draws).
    season : array or None
        Weights of January to December, 1 on average; shape (12, draws).
    shared, own : array
        Standard deviations of a month's step, shared by the channels and of each; shape (draws,).
    """

    channels: tuple[str, ...]
    level: Floats
    growth: Floats
    week: Floats
    days: Floats
    season: Floats | None
    shared: Floats
    own: Floats

    def by_month(self) -> Floats:
        """Return the logarithm of the deals expected in each month; shape (channels, months, draws)."""
        years = (np.arange(self.level.shape[1]) - (self.level.shape[1] - 1)) / 12
        return np.asarray(self.level + self.growth[:, None, :] * years[:, None])


def draw_channels(counts: Counts, draws: int, rng: np.random.Generator) -> Drawn:
    """Measure channels together and draw from what is known of them then."""
    if len(counts.channels) == 1:
        series = Series(counts)
        alone = _alone(series)
        points, numbers = alone.draw(draws, rng)
        deviations = np.stack([np.zeros(draws), numbers[:, 0]])
        return _drawn(counts, series, _numbers(series, alone, points, rng), deviations, numbers[:, 1][None])
    each = [_alone(Series(counts.of([name]))) for name in counts.channels]
    days = np.stack([found.draw(draws, rng)[1][:, 1] for found in each])
    series = Series(counts)
    together = _together(series, np.array([found.middle(1) for found in each]))
    points, numbers = together.draw(draws, rng)
    return _drawn(counts, series, _numbers(series, together, points, rng), numbers.T, days)


def _alone(series: Series) -> Posterior[Mode]:
    """Measure the month's step and the day variation of a single channel."""
    at = series.start()

    def evaluate(numbers: Floats) -> tuple[float, Mode]:
        nonlocal at
        mode = series.mode(Variation(0.0, numbers[0], numbers[1:]), at)
        at = mode.at  # the next point is near
        return mode.log_posterior, mode

    return explore(evaluate, [STEP, DAYS], _HIGHEST)


def _together(series: Series, days: Floats) -> Posterior[Mode]:
    """Measure the month's step that channels share, and that of each, for a given day variation."""
    at = series.start()

    def evaluate(numbers: Floats) -> tuple[float, Mode]:
        nonlocal at
        mode = series.mode(Variation(numbers[0], numbers[1], days), at)
        at = mode.at
        return mode.log_posterior, mode

    return explore(evaluate, [STEP, STEP], (_HIGHEST[0], _HIGHEST[0]))


def _numbers(series: Series, found: Posterior[Mode], points: Integers, rng: np.random.Generator) -> Floats:
    """Draw all numbers of a series, each draw at the point of the grid drawn for it; (numbers, draws)."""
    drawn = np.empty((len(found.found[0].at), len(points)))
    for point in np.unique(points):
        here = np.flatnonzero(points == point)
        drawn[:, here] = series.draws(found.found[point], len(here), rng)
    return drawn


def _drawn(counts: Counts, series: Series, numbers: Floats, deviations: Floats, days: Floats) -> Drawn:
    """Read the numbers of a series as a scenario has them."""
    where, draws = series.slices, numbers.shape[1]
    level = numbers[where["level"]].reshape(series.months, series.channels, draws).transpose(1, 0, 2)
    week = np.exp(numbers[where["week"]].reshape(series.channels, 7, draws)) * ~counts.closed[:, None]
    season = None
    if series.season is not None:
        weights = np.exp(numbers[where["season"]])
        mean = weights.mean(axis=0)
        level, season = level + np.log(mean), weights / mean
    return Drawn(
        channels=counts.channels,
        level=level,
        growth=numbers[where["growth"]],
        week=week / week.mean(axis=1, keepdims=True),
        days=days,
        season=season,
        shared=deviations[0],
        own=deviations[1],
    )


def draw_rare(pooled: Drawn, counts: Counts, draws: int, rng: np.random.Generator) -> Drawn:
    """Draw channels with few deals: their number is their own, all else that of all channels together.

    The deals of a channel, given the profile of all, are Poisson. The prior of its rate is Jeffreys's.

    Parameters
    ----------
    pooled : Drawn
        Of all channels as one.
    counts : Counts
        Of the rare channels.
    draws : int
        How many; as many as `pooled` has.
    rng : Generator
        Of random numbers.
    """
    series = Series(counts)
    shape = pooled.by_month()[0] - pooled.level[0, -1]  # relative to the last month; (months, draws)
    if pooled.season is not None:
        shape = shape + np.log(pooled.season[np.asarray(series.season)])
    weight = pooled.week[0]
    part = (
        series.days @ weight / (series.calendar @ weight)
    )  # of each month that counts; (channels, months, draws)
    exposure = (part * np.exp(shape)).sum(axis=1)
    rate = rng.gamma(series.deals.sum((1, 2))[:, None] + 0.5, 1 / exposure)
    channels = len(counts.channels)
    return Drawn(
        channels=counts.channels,
        level=np.log(rate)[:, None, :] + (pooled.level[0] - pooled.level[0, -1]),
        growth=np.repeat(pooled.growth, channels, axis=0),
        week=np.repeat(pooled.week, channels, axis=0),
        days=np.repeat(pooled.days, channels, axis=0),
        season=pooled.season,
        shared=pooled.shared,
        own=np.zeros(draws),
    )
