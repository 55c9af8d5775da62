"""How often the ranges of what is measured of arrivals hold what is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.measured.study import Range, Study
from funnelsim.calibration.arrivals import measure_arrivals
from funnelsim.calibration.arrivals.drawn import DAYS, STEP
from funnelsim.calibration.arrivals.laplace import GROWTH, GROWTH_APART, WEEK, WEEK_APART
from funnelsim.calibration.calibrate import DRAWS

Floats = npt.NDArray[np.float64]

FIRST = pd.Timestamp("2024-07-01")
A_DAY = 5.0
ABOUT = f"""
Channels with {A_DAY:g} deals a day when records begin: in turn, one of 18 months and three of 12. All else is
drawn from what calibration takes of it beforehand.
"""
CASES = ((1, 18), (3, 12))  # channels, and months of record


class Firm(NamedTuple):
    """How many deals the channels of a firm bring in truth."""

    growth: Floats  # logarithm, a year; (channels,)
    week: Floats  # weights, 1 on average; (channels, 7)
    days: Floats  # day variation; (channels,)
    shared: float
    own: float


def drawn_firm(channels: int, rng: np.random.Generator) -> Firm:
    """Draw a firm from the priors."""

    def about(common: float, apart: float, size: int) -> Floats:
        return np.asarray(rng.normal(0, common, size) + rng.normal(0, apart, (channels, size)))

    week = np.exp(about(WEEK, WEEK_APART, 7))
    deviations = np.exp(rng.normal(np.log(STEP.median), STEP.deviation, 2))
    return Firm(
        growth=about(GROWTH, GROWTH_APART, 1)[:, 0],
        week=week / week.mean(axis=1, keepdims=True),
        days=np.exp(rng.normal(np.log(DAYS.median), DAYS.deviation, channels)),
        shared=float(deviations[0]) if channels > 1 else 0.0,
        own=float(deviations[1]),
    )


def records(firm: Firm, months: int, rng: np.random.Generator) -> tuple[pd.DataFrame, Floats]:
    """Simulate deals, and return them with the level of each channel in the month after the last (A7, H4)."""
    channels = len(firm.days)
    end = FIRST + pd.DateOffset(months=months)
    days = pd.date_range(FIRST, end, inclusive="left")
    month = ((days.year - FIRST.year) * 12 + days.month - FIRST.month).to_numpy()
    steps = rng.normal(0, firm.own, (channels, months)) + rng.normal(0, firm.shared, months)
    drift = (firm.growth / 12 - (firm.own**2 + firm.shared**2) / 2)[:, None]
    level = np.log(A_DAY * 30.4) + np.cumsum(steps + drift, axis=1)
    weight = firm.week[:, days.day_of_week]
    whole = np.stack([np.bincount(month, row) for row in weight])
    factor = rng.gamma((firm.days**-2)[:, None], (firm.days**2)[:, None], weight.shape)
    number = rng.poisson(np.exp(level)[:, month] * weight / whole[:, month] * factor)
    rows = [
        pd.DataFrame({"created": days.repeat(counts), "channel": f"channel {channel}"})
        for channel, counts in enumerate(number)
    ]
    return pd.concat(rows), np.exp(level[:, -1] + firm.growth / 12)


def truths(firm: Firm, level: Floats) -> Iterator[tuple[str, str, float]]:
    """Say what is true of each path, by the name under which it is told."""
    for channel in range(len(level)):
        at = f"channels.channel {channel}"
        yield f"{at}.inquiries_per_month", "inquiries a month", level[channel]
        yield f"{at}.growth_per_year", "share a year", np.expm1(firm.growth[channel])
        yield f"{at}.day_variation", "deviation of a day's factor", firm.days[channel]
        if channel == 0:  # the channels have one deviation in common: it is measured once
            yield f"{at}.demand_shock", "deviation of a month's step", firm.own
        for day in ("Monday", "Saturday"):
            weight = firm.week[channel, ("Monday", "Saturday").index(day) * 5]
            yield f"{at}.weekday_profile", f"{day}, the average day is 1", weight
    if len(level) > 1:
        yield "shocks.demand", "deviation of a month's step", firm.shared


def run(seed: int) -> Iterable[Range]:
    """Draw a firm of one of the cases, make up its records, and measure them."""
    channels, months = CASES[seed % len(CASES)]
    kind = f"{channels} channels, {months} months" if channels > 1 else f"1 channel, {months} months"
    rng = np.random.default_rng([seed, channels])
    firm = drawn_firm(channels, rng)
    deals, level = records(firm, months, rng)
    end = FIRST + pd.DateOffset(months=months)
    found = measure_arrivals(deals, FIRST, end, by_day=True, draws=DRAWS, seed=seed)
    by_path = {each.path: each for each in found.estimates()}
    for path, name, truth in truths(firm, level):
        if path in by_path:  # a rare channel has no shock of its own
            yield Range(_what(path), kind, *by_path[path].interval(name), truth)


def _what(path: str) -> str:
    return "shock of all channels" if path == "shocks.demand" else path.rpartition(".")[2]


STUDY = Study(ABOUT, run)
