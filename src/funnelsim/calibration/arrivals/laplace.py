"""The level of each channel by month, its growth and its week, given how much they vary.

The model is that of the simulation (A7, A9, H4 to H7). A day of weekday j in month m has a Poisson-gamma
number of deals; its day factor has mean 1 and the channel's day variation. Its mean is

    exp(level[m] + growth x years + season[m] + week[j]) / the sum of exp(week) over the days of the month,

where `level` is a random walk whose exponential is a martingale: the steps have two parts, one shared by all
channels and one of the channel's own, and the drift -variance / 2. Growth counts from the last month.

Priors, which are the distribution of truths in the coverage study: the level of the first month
N(log 30, 3^2); growth (the logarithm of 1 + growth a year) N(common, 0.15^2) with common N(0, 0.2^2); each
weekday's logarithm N(common, 0.3^2) with common N(0, 1); each month's of the season N(0, 0.3^2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln

from funnelsim.calibration.arrivals.arrowhead import Arrowhead
from funnelsim.calibration.arrivals.counts import Counts, cells
from funnelsim.compiling.arrays import Floats, Integers

FIRST_LEVEL = (np.log(30.0), 3.0)  # mean and standard deviation of the logarithm of deals a month
GROWTH, GROWTH_APART = 0.2, 0.15  # standard deviations: of all channels, and of each about it
WEEK, WEEK_APART = 1.0, 0.3
SEASON = 0.3
MONTHS_FOR_SEASON = 24
_LONGEST_STEP = 1.5  # of Newton's, in logarithms: far from the mode the quadratic misleads


@dataclass(frozen=True)
class Variation:
    """How much things vary, given which all else is found.

    Attributes
    ----------
    shared, own : float
        Standard deviations of a month's step: of all channels alike, and of each.
    days : array
        Day variation of each channel; shape (channels,).
    """

    shared: float
    own: float
    days: Floats


@dataclass(frozen=True)
class Mode:
    """The most probable numbers for a variation.

    Attributes
    ----------
    at : array
        The numbers, in the order of `Series`.
    variation : Variation
        For which they are found.
    log_posterior : float
        Of the variation, up to a constant and without its own prior (Laplace).
    """

    at: Floats
    variation: Variation
    log_posterior: float


class Series:
    """The deals of some channels, by month and weekday.

    The numbers stand in this order: levels by month and, within, by channel; growth by channel, then common;
    weekdays by channel, then common; months of the year, where there are `MONTHS_FOR_SEASON` months.
    """

    def __init__(self, counts: Counts) -> None:
        self.deals, self.days, self.calendar = cells(counts)
        self.channels, self.months = self.deals.shape[:2]
        self.years = (np.arange(self.months) - (self.months - 1)) / 12
        self.season: Integers | None = None
        if self.months >= MONTHS_FOR_SEASON:
            self.season = np.asarray(counts.months.month, np.int64) - 1
        self._tallies = [
            np.bincount(row[use]) for row, use in zip(counts.by_day, counts.counted, strict=True)
        ]

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Return where each kind of number stands."""
        sizes = {
            "level": self.channels * self.months,
            "growth": self.channels,
            "common growth": 1,
            "week": 7 * self.channels,
            "common week": 7,
            "season": 0 if self.season is None else 12,
        }
        ends = np.cumsum(list(sizes.values()))
        return {name: slice(int(e) - n, int(e)) for (name, n), e in zip(sizes.items(), ends, strict=True)}

    @cached_property
    def border(self) -> Floats:
        """Return the prior precision of growth, week and season: each channel about what is common."""
        channels = self.channels
        size = self.slices["season"].stop - self.slices["level"].stop
        corner = np.zeros((size, size))
        for apart, common, own, shared, width in (
            (GROWTH_APART, GROWTH, 0, channels, 1),
            (WEEK_APART, WEEK, channels + 1, 8 * channels + 1, 7),
        ):
            for number in range(width):
                rows = own + number + width * np.arange(channels)
                corner[rows, rows] = apart**-2
                corner[rows, shared + number] = corner[shared + number, rows] = -(apart**-2)
                corner[shared + number, shared + number] = channels * apart**-2 + common**-2
        season = np.arange(8 * channels + 8, size)
        corner[season, season] = SEASON**-2
        return corner

    def start(self) -> Floats:
        """Return numbers to begin from: an even level."""
        at = np.zeros(self.slices["season"].stop)
        share = np.maximum(self.days.sum((1, 2)), 1) / self.calendar.sum() * self.months
        mean = (self.deals.sum((1, 2)) + 0.5) / share
        at[self.slices["level"]] = np.tile(np.log(mean), self.months)
        return at

    def mode(self, variation: Variation, start: Floats) -> Mode:
        """Find the most probable numbers by Newton's method, and the evidence about them."""
        prior = _Prior(self, variation)
        at = start
        for _ in range(60):
            here = _Here(self, variation, at)
            precision = prior.with_data(here)
            step = precision.solve(here.gradient - prior.slope(at))
            longest = float(np.abs(step).max())
            at = at + step * min(1.0, _LONGEST_STEP / max(longest, 1e-300))
            if longest < 1e-3:
                break
        here = _Here(self, variation, at)
        density = here.log_likelihood + self._spread_of_days(variation.days) + prior.log_density(at)
        return Mode(at, variation, density - precision.log_determinant / 2)

    def precision(self, mode: Mode) -> Arrowhead:
        """Return the precision of the normal distribution about a mode.

        It is not kept with the mode: it is a thousand times as large, and seldom needed.
        """
        return _Prior(self, mode.variation).with_data(_Here(self, mode.variation, mode.at))

    def draws(self, mode: Mode, number: int, rng: np.random.Generator) -> Floats:
        """Draw from the normal distribution about a mode; shape (numbers, draws)."""
        normal = rng.standard_normal((len(mode.at), number))
        return mode.at[:, None] + self.precision(mode).deviates(normal)

    def _spread_of_days(self, days: Floats) -> float:
        """Return what the log-likelihood has for each day whatever its mean."""
        return sum(
            float(tally @ (gammaln(np.arange(len(tally)) + size) - gammaln(size)))
            for tally, size in zip(self._tallies, days**-2, strict=True)
        )


class _Here:
    """The log-likelihood at some numbers, its slope and its expected curvature."""

    def __init__(self, series: Series, variation: Variation, at: Floats) -> None:
        self._series, where = series, series.slices
        level = at[where["level"]].reshape(series.months, series.channels).T
        week = at[where["week"]].reshape(series.channels, 7)
        weight = series.calendar * np.exp(week)[:, None, :]
        whole = weight.sum(2)
        self._part = weight / whole[:, :, None]
        by_month = level + at[where["growth"], None] * series.years - np.log(whole)
        if series.season is not None:
            by_month = by_month + at[where["season"]][series.season]
        log_mean = by_month[:, :, None] + week[:, None, :]
        size = (variation.days**-2)[:, None, None]
        mean = np.exp(log_mean)
        over = 1 + mean / size
        # Poisson-gamma, less what `_spread_of_days` has
        n, s = series.days, series.deals
        self.log_likelihood = float((s * (log_mean - np.log(size)) - (s + n * size) * np.log(over)).sum())
        self.residual = (s - n * mean) / over
        self.weight = n * mean / over
        self.of_month = self.weight.sum(2)

    @cached_property
    def gradient(self) -> Floats:
        """Return the slope."""
        series, part = self._series, self._part
        of_month = self.residual.sum(2)
        week = self.residual.sum(1) - (part * of_month[:, :, None]).sum(1)
        season = np.empty(0, np.float64)
        if series.season is not None:
            season = np.bincount(series.season, of_month.sum(0), 12).astype(np.float64)
        growth = of_month @ series.years
        return np.concatenate([of_month.T.ravel(), growth, [0.0], week.ravel(), np.zeros(7), season])

    def information(self) -> tuple[Floats, Floats, Floats]:
        """Return the expected curvature: of the levels, of them with the border, and of the border."""
        series, where = self._series, self._series.slices
        first = where["level"].stop
        border = where["season"].stop - first
        tilt = self.weight - self._part * self.of_month[:, :, None]  # level with week
        side = np.zeros((series.months, series.channels, border))
        corner = np.zeros((border, border))
        for channel in range(series.channels):
            growth = channel
            week = slice(series.channels + 1 + 7 * channel, series.channels + 8 + 7 * channel)
            of_month, own, part = self.of_month[channel], tilt[channel], self._part[channel]
            side[:, channel, growth] = of_month * series.years
            side[:, channel, week] = own
            corner[growth, growth] = of_month @ series.years**2
            corner[growth, week] = corner[week, growth] = series.years @ own
            cross = part.T @ self.weight[channel]
            corner[week, week] = np.diag(self.weight[channel].sum(0)) - cross - cross.T
            corner[week, week] += (part * of_month[:, None]).T @ part
            if series.season is not None:
                _with_season(series, channel, side, corner, (of_month, own, week))
        return self.of_month.T.ravel(), side.reshape(-1, border), corner


def _with_season(
    series: Series, channel: int, side: Floats, corner: Floats, of_channel: tuple[Floats, Floats, slice]
) -> None:
    """Add what the months of the year have in common with the other numbers of a channel."""
    of_month, own, week = of_channel
    season = np.asarray(series.season)
    is_month = np.eye(12)[season]
    first = side.shape[2] - 12
    side[:, channel, first:] = is_month * of_month[:, None]
    growth = slice(channel, channel + 1)
    for rows, block in ((growth, (of_month * series.years)[None, :] @ is_month), (week, own.T @ is_month)):
        corner[rows, first:] = block
        corner[first:, rows] = block.T
    corner[first:, first:] += np.diag(np.bincount(season, of_month, 12))


class _Prior:
    """The normal prior of the numbers, given the variation."""

    def __init__(self, series: Series, variation: Variation) -> None:
        self._series = series
        channels = series.channels
        spread = variation.shared**2 * np.ones((channels, channels)) + variation.own**2 * np.eye(channels)
        self._steps = np.linalg.inv(spread)
        self._log_steps = -float(np.linalg.slogdet(spread)[1])
        self._drift = -(variation.shared**2 + variation.own**2) / 2
        self._corner = series.border

    def _walk(self, at: Floats) -> tuple[Floats, Floats]:
        """Return first levels (channels,), and steps without their drift (months - 1, channels)."""
        level = at[self._series.slices["level"]].reshape(self._series.months, -1)
        return level[0] - FIRST_LEVEL[0], np.diff(level, axis=0) - self._drift

    def log_density(self, at: Floats) -> float:
        """Return the logarithm of the density, up to a constant."""
        first, steps = self._walk(at)
        rest = at[self._series.slices["level"].stop :]
        squares = (first @ first) / FIRST_LEVEL[1] ** 2 + np.sum(steps @ self._steps * steps)
        return float(len(steps) * self._log_steps - squares - rest @ self._corner @ rest) / 2

    def slope(self, at: Floats) -> Floats:
        """Return the slope of minus that."""
        first, steps = self._walk(at)
        level = np.zeros((self._series.months, self._series.channels))
        pull = steps @ self._steps
        level[1:] += pull
        level[:-1] -= pull
        level[0] += first / FIRST_LEVEL[1] ** 2
        rest = at[self._series.slices["level"].stop :]
        return np.concatenate([level.ravel(), self._corner @ rest])

    @cached_property
    def _band(self) -> Floats:
        """Return the precision of the levels, upper diagonals first."""
        months, channels = self._series.months, self._series.channels
        band = np.zeros((2 * channels, months, channels))
        both = np.full(months, 2.0)
        both[[0, -1]] -= 1.0
        last = 2 * channels - 1
        for j in range(channels):
            for i in range(channels):
                if i <= j:  # the same month
                    band[last + i - j, :, j] = both * self._steps[i, j]
                band[last + i - j - channels, 1:, j] = -self._steps[i, j]  # with the month before
            band[last, 0, j] += FIRST_LEVEL[1] ** -2
        return band.reshape(2 * channels, -1)

    def with_data(self, here: _Here) -> Arrowhead:
        """Return the precision of the numbers, prior and data together."""
        diagonal, side, corner = here.information()
        band = self._band.copy()
        band[-1] += diagonal
        return Arrowhead(band, side, corner + self._corner)
