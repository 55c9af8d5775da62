"""The whole path: a firm is simulated, its records are exported and read, and all of it is measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.measured.firms import AGES, QUICK, START, STEADY, Firm, Stage, drawn_firm
from benchmarks.measured.study import Range, Study
from benchmarks.measured.worlds import BEFORE, KINDS, SEEN, WEEKS, World, records_read, world_lived
from funnelsim.calibration.arrivals.measured import WEEKDAYS
from funnelsim.calibration.calibrate import Calibration, calibrate
from funnelsim.calibration.outcomes import TEAM, Outcomes
from funnelsim.calibration.outcomes.layout import ages, months

Floats = npt.NDArray[np.float64]

ABOUT = f"""
A firm of two channels, two segments, four reps and two or three stages is drawn (see `drawn_firm`), and the
engine simulates {BEFORE + SEEN} months of it: the records show the last {SEEN} of them, some 600
deals, in which those closed before are not. The records are exported as CSV, read by a mapping and
measured, all by the functions that a user's own records go through. In turn, they have times, days only, or
what one look a week shows. A look does not see the stage that a deal passes between two looks; so the stages
of the firms with weekly looks are slower and steadier, their medians about 40 days. An odds ratio is
relative to the mean of the visits that ended, on the log scale, and so is its truth. *A visit's chance*:
that of advancing, of a visit of each stage that is chosen at random.
"""


def run(seed: int) -> Iterable[Range]:
    """Draw a firm, let it live, read its records, and measure them."""
    kind = KINDS[seed % len(KINDS)]
    firm = drawn_firm(seed, STEADY if kind == WEEKS else QUICK)
    world = world_lived(firm, BEFORE + SEEN, seed)
    until = pd.Timestamp(START) + pd.DateOffset(months=BEFORE + SEEN)
    history = records_read(world, tuple(firm.stages), kind, until)
    if not (history.deals["outcome"] == "won").any():
        return  # such a history is refused
    found = calibrate(history, seed=seed)
    intervals = {(each.path, name): each.interval(name) for each in found.estimates for name in each.told}
    for true in truths(firm, world, found):
        if true[:2] in intervals:  # what a history is too short to tell is not measured
            yield Range(true.what, kind, *intervals[true[:2]], true.value)
    yield from _chances(firm, found.outcomes, kind, np.random.default_rng([seed, 1]))


STUDY = Study(ABOUT, run)


class Truth(NamedTuple):
    """What is true of a number told."""

    path: str
    name: str
    value: float
    what: str  # class of number


def truths(firm: Firm, world: World, found: Calibration) -> Iterator[Truth]:
    """Say what is true of each number, as calibration tells it."""
    yield from _of_lengths(firm)
    yield from _of_outcomes(firm, found.outcomes)
    yield from _of_arrivals(firm, world, found)
    for name, worth in firm.worth.items():
        place, spread = np.asarray(worth.place), np.asarray(worth.spread)
        mean = float(worth.family.mean(place, spread))
        median = float(worth.family.quantile(place, spread, 0.5))
        path = f"segments.{name}.contract_value"
        yield Truth(path, "mean", mean, "value: mean")
        yield Truth(path, "median", median, "value: median")


def _of_lengths(firm: Firm) -> Iterator[Truth]:
    for name, stage in firm.stages.items():
        takes = f"stages.{name}.customer_takes_days"
        yield Truth(takes, "median, days", stage.median, "length: median")
        yield Truth(takes, "p90, days", stage.p90, "length: p90")
        yield Truth(f"stages.{name}.never_decides", "share", stage.never, "length: share that never decides")


def _of_outcomes(firm: Firm, found: Outcomes) -> Iterator[Truth]:
    """Odds ratios are relative to the mean of the visits that ended; so is what is true."""
    ended = found.visits
    center = {field: _ratios(firm, field, ended).mean() for field in firm.ratios}
    paths = {
        "segment": "segments.{}.odds_ratio",
        "channel": "channels.{}.fit",
        "rep": f"teams.{TEAM}.reps.{{}}.skill",
    }
    for field, ratios in firm.ratios.items():
        for name, log_ratio in ratios.items():
            value = float(np.exp(log_ratio - center[field]))
            yield Truth(paths[field].format(name), "odds ratio", value, f"outcome: odds ratio of a {field}")
    for name, stage in firm.stages.items():
        own = ended[ended["stage"] == name]
        if own.empty:
            continue
        age, month = _by_age(stage, ages(own)).mean(), stage.months
        level = stage.level + sum(center.values()) + age
        yield Truth(f"stages.{name}.conversion", "share advancing", _share(level), "outcome: conversion")
        path = f"stages.{name}.effects"
        for day in found.layout.stages[name].age.points:
            value = float(np.exp(_by_age(stage, np.array([day]))[0] - age))
            yield Truth(
                f"{path}.time_in_stage", f"odds ratio at {day:g} days", value, "outcome: odds ratio by age"
            )
        for number, log_ratio in enumerate(month, start=1):
            told = f"odds ratio in month {number} of the quarter"
            yield Truth(
                f"{path}.month_of_quarter",
                told,
                float(np.exp(log_ratio)),
                "outcome: odds ratio by month of the quarter",
            )


def _of_arrivals(firm: Firm, world: World, found: Calibration) -> Iterator[Truth]:
    last = found.arrivals.counts.months[-1]
    day = (last.to_timestamp() - pd.Timestamp(START)).days
    years = ((last.year - START.year) * 12 + last.month - START.month + found.arrivals.next_month) / 12
    for name, own in firm.channels.items():
        level = own.level * np.exp(own.growth * years) * world.moved[name][day]
        at = f"channels.{name}"
        yield Truth(f"{at}.inquiries_per_month", "inquiries a month", float(level), "arrivals: level")
        yield Truth(f"{at}.growth_per_year", "share a year", float(np.expm1(own.growth)), "arrivals: growth")
        for weekday, weight in zip(WEEKDAYS, own.week.tolist(), strict=True):
            told = f"{weekday}, the average day is 1"
            yield Truth(f"{at}.weekday_profile", told, weight, "arrivals: weekday")
        yield Truth(f"{at}.day_variation", "deviation of a day's factor", own.days, "arrivals: day variation")
        yield Truth(
            f"{at}.demand_shock",
            "deviation of a month's step",
            firm.own,
            "arrivals: month's step, of a channel",
        )
        for segment, share in zip(firm.worth, own.shares.tolist(), strict=True):
            yield Truth(f"{at}.segments", f"share of {segment}", share, "arrivals: share of a segment")
    yield Truth("shocks.demand", "deviation of a month's step", firm.shared, "arrivals: month's step, of all")


def _chances(firm: Firm, found: Outcomes, kind: str, rng: np.random.Generator) -> Iterator[Range]:
    """Compare the chance of a visit of each stage, chosen at random, with what it is in truth."""
    for name, stage in firm.stages.items():
        own = found.visits[found.visits["stage"] == name]
        if own.empty:
            continue
        visit = own.iloc[[int(rng.integers(len(own)))]]
        logit = stage.level + _by_age(stage, ages(visit))[0] + stage.months[months(visit)[0]]
        logit += sum(float(_ratios(firm, field, visit)[0]) for field in firm.ratios)
        low, high = np.quantile(found.chances(visit)[:, 0], (0.025, 0.975))
        yield Range("outcome: a visit's chance", kind, float(low), float(high), _share(logit))


def _by_age(stage: Stage, days: Floats) -> Floats:
    """Return the log odds ratio by age: straight lines in log time, flat outside (V11, V28)."""
    return np.asarray(np.interp(np.log(days), np.log(AGES), stage.ages))


def _ratios(firm: Firm, field: str, visits: pd.DataFrame) -> Floats:
    return np.asarray(visits[field].map(firm.ratios[field]).fillna(0.0).to_numpy(float))


def _share(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
