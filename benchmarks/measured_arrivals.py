"""How often 95 % intervals of arrivals and values hold the truth: `python -m benchmarks.measured_arrivals`.

Each run draws a truth from the priors that the measuring declares, simulates a firm's records, and measures
them. A class of number holds in as many runs as its interval has the truth in it.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from funnelsim.calibration.amounts import FAMILIES
from funnelsim.calibration.amounts.fitted import PLACES_APART, SPREADS, SPREADS_APART
from funnelsim.calibration.arrivals import measure_arrivals
from funnelsim.calibration.arrivals.drawn import DAYS, STEP
from funnelsim.calibration.arrivals.laplace import GROWTH, GROWTH_APART, WEEK, WEEK_APART
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.values import measure_values

Floats = npt.NDArray[np.float64]
FIRST = pd.Timestamp("2024-07-01")
A_DAY = 5.0
DRAWS = 400
WON = {"small": 12, "middle": 60, "large": 240}  # deals by segment


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
        yield f"{at}.demand_shock", "deviation of a month's step", firm.own
        for day in ("Monday", "Saturday"):
            weight = firm.week[channel, ("Monday", "Saturday").index(day) * 5]
            yield f"{at}.weekday_profile", f"{day}, the average day is 1", weight
    if len(level) > 1:
        yield "shocks.demand", "deviation of a month's step", firm.shared


def held_in_a_run(channels: int, months: int, seed: int) -> Iterator[tuple[str, bool]]:
    """Simulate and measure once; yield each class of number, and whether its interval holds the truth."""
    rng = np.random.default_rng([seed, channels])
    firm = drawn_firm(channels, rng)
    deals, level = records(firm, months, rng)
    end = FIRST + pd.DateOffset(months=months)
    found = measure_arrivals(deals, FIRST, end, by_day=True, draws=DRAWS, seed=seed)
    by_path = {each.path: each for each in found.estimates()}
    for path, name, truth in truths(firm, level):
        if path in by_path:  # a rare channel has no shock of its own
            yield path.rsplit(".", 1)[-1], holds(by_path[path], name, truth)


def holds(estimate: Estimate, name: str, truth: float) -> bool:
    """Return whether an interval holds the truth."""
    low, high = estimate.interval(name)
    return low <= truth <= high


def values_held(seed: int) -> Iterator[tuple[str, bool]]:
    """Simulate and measure the values of a firm; yield each class of number, and whether it is held."""
    rng = np.random.default_rng([seed, 77])
    family = FAMILIES[rng.integers(len(FAMILIES))]
    apart = np.abs(rng.normal(0, (PLACES_APART, SPREADS_APART)))
    places = rng.normal(9, apart[0], len(WON))
    spreads = np.minimum(rng.normal(rng.normal(*SPREADS), apart[1], len(WON)), family.widest)
    rows = [
        pd.DataFrame({"segment": name, "value": family.quantile(place, spread, rng.random(n))})
        for (name, n), place, spread in zip(WON.items(), places, spreads, strict=True)
    ]
    won = pd.concat(rows).assign(closed=FIRST)
    by_path = {each.path: each for each in measure_values(won, draws=DRAWS, seed=seed).estimates()}
    for name, place, spread in zip(WON, places, spreads, strict=True):
        found = by_path[f"segments.{name}.contract_value"]
        yield "mean value", holds(found, "mean", float(family.mean(place, spread)))
        yield "median value", holds(found, "median", float(family.quantile(place, spread, 0.5)))


def coverage(runs: int, cases: tuple[tuple[int, int], ...] = ((1, 18), (3, 12))) -> dict[str, float]:
    """Return the share of intervals that hold, by class of number.

    Parameters
    ----------
    runs : int
        Firms of each case, and as many whose values are measured.
    cases : tuple of (int, int)
        Channels, and months of record.
    """
    found: dict[str, list[bool]] = defaultdict(list)
    for seed in range(runs):
        for channels, months in cases:
            for name, held in held_in_a_run(channels, months, seed):
                found[f"{name}, {channels} channels, {months} months"].append(held)
        for name, held in values_held(seed):
            found[name].append(held)
    return {name: float(np.mean(held)) for name, held in found.items()}


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    for name, share in coverage(parser.parse_args().runs).items():
        print(f"{name:45} {100 * share:.1f} %")


if __name__ == "__main__":
    main()
