"""Firms whose numbers are drawn from a declared distribution, as scenarios."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from funnelsim.calibration.amounts import FAMILIES as AMOUNTS
from funnelsim.calibration.amounts.families import Family as Amounts
from funnelsim.calibration.amounts.fitted import SPREADS
from funnelsim.calibration.arrivals.drawn import DAYS, STEP
from funnelsim.calibration.arrivals.laplace import GROWTH, GROWTH_APART, WEEK, WEEK_APART
from funnelsim.calibration.durations import FAMILIES, Family, Prior
from funnelsim.calibration.outcomes import TEAM
from funnelsim.calibration.outcomes.logit import SCALE
from funnelsim.scenario import Months, Scenario, from_document

Floats = npt.NDArray[np.float64]

STAGES = ("call", "offer", "contract")
CHANNELS, SEGMENTS, REPS = ("fair", "web"), ("large", "small"), ("Ann", "Bea", "Cem", "Dan")
AGES = (2.0, 14.0, 98.0)  # days, at which odds ratios by age are drawn
START = datetime.date(2024, 1, 1)  # a Monday
_A_MONTH = 25.0  # deals of a channel
_CERTAIN = 1e-4  # no spread of amounts or lengths is below
_MOST = 0.25  # of a month's step: a walk that gets far makes firms of thousands of deals, or of none


class Stage(NamedTuple):
    """How long visits to a stage last in truth, and how they end."""

    family: Family
    median: float
    p90: float
    never: float
    level: float  # log odds of advancing
    ages: Floats  # log odds ratios at AGES
    months: Floats  # log odds ratios by month of the quarter


class Arriving(NamedTuple):
    """How deals come by a channel in truth."""

    level: float  # a month, as the world begins
    growth: float  # logarithm, a year
    week: Floats  # weights, 1 on average
    days: float  # day variation
    shares: Floats  # of segments


class Worth(NamedTuple):
    """What contracts of a segment are worth in truth."""

    family: Amounts
    place: float
    spread: float


class Firm(NamedTuple):
    """All that is true of a firm."""

    stages: Mapping[str, Stage]
    channels: Mapping[str, Arriving]
    worth: Mapping[str, Worth]  # by segment
    ratios: Mapping[str, Mapping[str, float]]  # log odds ratios by field and name
    own: float  # deviation of a month's step, of a channel's own
    shared: float  # ... and of all channels alike


QUICK = Prior(log_median_deviation=0.55, log_spread_deviation=0.3)  # of lengths
STEADY = replace(
    QUICK, log_median=float(np.log(40.0)), log_median_deviation=0.35, log_spread=float(np.log(0.7))
)


def drawn_firm(seed: int, lengths: Prior = QUICK) -> Firm:
    """Draw a firm.

    Numbers are drawn from what calibration takes of them beforehand, but for these, which are drawn from the
    middle of it, so that there are won deals and visits that end: a stage's median and spread, its log odds
    (standard deviation 0.8), and the level of a channel.

    Parameters
    ----------
    seed : int
    lengths : Prior
        Of the stages.
    """
    rng = np.random.default_rng(seed)
    apart = dict(
        zip(("age", "month", "segment", "channel", "rep"), np.abs(rng.normal(0, SCALE, 5)), strict=True)
    )
    names = {"segment": SEGMENTS, "channel": CHANNELS, "rep": REPS}
    stages = STAGES[: rng.integers(2, len(STAGES) + 1)]
    week, growth = rng.normal(0, WEEK, 7), rng.normal(0, GROWTH)
    steps = np.minimum(np.exp(rng.normal(np.log(STEP.median), STEP.deviation, 2)), _MOST)
    family = AMOUNTS[rng.integers(len(AMOUNTS))]
    return Firm(
        {name: _stage(rng, lengths, apart["age"], apart["month"]) for name in stages},
        {name: _arriving(rng, growth, week) for name in CHANNELS},
        {name: _worth(rng, family) for name in SEGMENTS},
        {
            field: dict(zip(each, rng.normal(0, apart[field], len(each)).tolist(), strict=True))
            for field, each in names.items()
        },
        float(steps[0]),
        float(steps[1]),
    )


def _stage(rng: np.random.Generator, lengths: Prior, by_age: float, by_month: float) -> Stage:
    ((center, log_spread, odds),) = lengths.draw(1, rng)
    rises = rng.normal(0, by_age * np.sqrt(np.diff(np.log(AGES))))
    months = rng.normal(0, by_month, 3)
    return Stage(
        FAMILIES[rng.integers(len(FAMILIES))],
        float(np.exp(center)),
        float(np.exp(center + np.exp(log_spread))),
        float(1 / (1 + np.exp(-odds))),
        float(rng.normal(0, 0.8)),
        np.concatenate([[0.0], np.cumsum(rises)]),
        months - months.mean(),
    )


def _arriving(rng: np.random.Generator, growth: float, week: Floats) -> Arriving:
    weights = np.exp(week + rng.normal(0, WEEK_APART, 7))
    return Arriving(
        float(_A_MONTH * np.exp(rng.normal(0, 0.4))),
        growth + float(rng.normal(0, GROWTH_APART)),
        weights / weights.mean(),
        float(np.exp(rng.normal(np.log(DAYS.median), DAYS.deviation))),
        rng.dirichlet(np.full(len(SEGMENTS), 3.0)),
    )


def _worth(rng: np.random.Generator, family: Amounts) -> Worth:
    spread = min(rng.normal(SPREADS[0], 0.4), family.widest)
    return Worth(family, float(rng.normal(9, 0.5)), max(spread, np.log(_CERTAIN)))


def scenario_of(firm: Firm, months: int) -> Scenario:
    """Write a firm as a scenario of so many months from START on."""
    everybody = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    people = {name: {"weight": 1.0, "skill": _ratio(firm, "rep", name)} for name in REPS}
    team = {"hours": {day: ["00:00-24:00"] for day in everybody}, "cost_per_person_month": 0.0}
    document = {
        "about": "A firm whose numbers were drawn",
        "start": START,
        "horizon": {"period_months": months},
        "kinds": {"recorded": {}},
        "segments": {name: _segment(firm, name) for name in SEGMENTS},
        "channels": {name: _channel(firm, name) for name in CHANNELS},
        "stages": {name: _stage_written(stage) for name, stage in firm.stages.items()},
        "teams": {TEAM: team | {"assignment": "weighted", "sticky": True, "reps": people}},
        "shocks": {"demand": {"deviation": firm.shared, "persistence": 1.0}},
    }
    return from_document(document).with_months(Months(0, months, 0))


def _ratio(firm: Firm, field: str, name: str) -> float:
    return float(np.exp(firm.ratios[field][name]))


def _segment(firm: Firm, name: str) -> dict[str, Any]:
    worth = firm.worth[name]
    value = worth.family.written(worth.place, worth.spread)
    return {"odds_ratio": _ratio(firm, "segment", name), "gross_margin": 1.0, "contract_value": value}


def _channel(firm: Firm, name: str) -> dict[str, Any]:
    own = firm.channels[name]
    return {
        "kind": "recorded",
        "first_stage": STAGES[0],
        "cost_per_month": 0.0,
        "fit": _ratio(firm, "channel", name),
        "inquiries_per_month": own.level,
        "growth_per_year": float(np.expm1(own.growth)),
        "weekday_profile": own.week.tolist(),
        "day_variation": own.days,
        "demand_shock": {"deviation": firm.own, "persistence": 1.0},
        "segments": dict(zip(SEGMENTS, own.shares.tolist(), strict=True)),
    }


def _stage_written(stage: Stage) -> dict[str, Any]:
    return {
        "team": TEAM,
        "effort_hours": 0.0,
        "decided": "when_answered",
        "conversion": float(1 / (1 + np.exp(-stage.level))),
        "customer_takes_days": stage.family.written(stage.median, stage.p90),
        "never_decides": stage.never,
        "effects": {
            "time_in_stage": {"days": list(AGES), "odds_ratio": np.exp(stage.ages).tolist()},
            "month_of_quarter": np.exp(stage.months).tolist(),
        },
    }
