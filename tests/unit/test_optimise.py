"""Optimising levers within limits: against a known optimum, and what it says of bad input."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize

import funnelsim as fs
from funnelsim.planning import optimise as planning
from funnelsim.planning.limits import Limits, Measured, Total
from funnelsim.studies.designed.levers import Lever

from .test_cli import call, says

# ---- a known optimum --------------------------------------------------------------------------

CURVES = {"ads": (90.0, 6_000.0), "fairs": (40.0, 3_000.0), "web": (120.0, 14_000.0)}  # most, half at
BUDGET = 15_000.0  # a month
CONVERSION, VALUE, MARGIN = 0.2, 4_000.0, 0.5
COSTS = {name: f"channels.{name}.cost_per_month" for name in CURVES}


def inquiries(name: str, cost: float) -> float:
    """Return the inquiries a month of a Hill curve, written down apart from the package."""
    most, half = CURVES[name]
    return most * cost / (half + cost)


def known_profit(costs: dict[str, float]) -> float:
    """Return the expected profit of twelve months: no team, so nobody waits and all are answered."""
    brought = sum(inquiries(name, cost) for name, cost in costs.items())
    return 12 * (brought * CONVERSION * VALUE * MARGIN - sum(costs.values()))


def known_optimum() -> dict[str, float]:
    """Spend the budget so that the next unit of money brings the same everywhere (Lagrange)."""

    def spent(multiplier: float) -> dict[str, float]:
        # d/dc most c / (half + c) = most half / (half + c)^2
        worth = {name: CONVERSION * VALUE * MARGIN * most * half for name, (most, half) in CURVES.items()}
        return {
            name: max(0.0, math.sqrt(worth[name] / multiplier) - CURVES[name][1]) for name in CURVES
        }

    if sum(spent(1.0).values()) <= BUDGET:
        return spent(1.0)
    return spent(optimize.brentq(lambda each: sum(spent(each).values()) - BUDGET, 1.0, 100.0))


def separable() -> fs.Scenario:
    channels = "".join(
        f"""
[channels.{name}]
kind = "advertising"
cost_per_month = {BUDGET / 3}
inquiries_per_month = {inquiries(name, BUDGET / 3)}
response = {{ at_cost_per_month = {BUDGET / 3}, half_at = {half}, curve = "hill" }}
"""
        for name, (_, half) in CURVES.items()
    )
    return fs.parse(
        f"""
start = 2026-01-01
currency = "USD"
horizon = {{ warm_up_months = 0, period_months = 12, drain_months = 1 }}
segments.all = {{ contract_value_per_year = {VALUE}, gross_margin = {MARGIN} }}
stages.order = {{ conversion = {CONVERSION} }}
{channels}"""
    )


def search(**others: Any) -> dict[str, Any]:
    levers = {path: {"low": 0.0, "high": BUDGET} for path in COSTS.values()}
    total = {"of": list(COSTS.values()), "at_most": BUDGET}
    asked: dict[str, Any] = {"levers": levers, "constraints": {"totals": [total]}, "margin": 1_000, "jobs": 1}
    return asked | others


def test_the_known_optimum_is_one() -> None:
    best = known_optimum()
    assert sum(best.values()) == pytest.approx(BUDGET)
    for first in best:
        for second in best:
            moved = best | {first: best[first] + 1, second: best[second] - 1}
            assert first == second or known_profit(moved) < known_profit(best)


def test_the_known_profit_is_that_of_the_scenario() -> None:
    profit = fs.simulate(separable(), replications=400, jobs=1).forecast.estimate("profit")
    assert profit.low < known_profit(dict.fromkeys(CURVES, BUDGET / 3)) < profit.high


def test_the_optimum_is_within_one_percent_of_the_known_one() -> None:
    result = fs.optimise(separable(), **search(trials=150, replications=100, fresh=200))
    found = known_profit({name: result.point[path] for name, path in COSTS.items()})
    assert found > 0.99 * known_profit(known_optimum())
    print(found/known_profit(known_optimum()), known_profit(dict.fromkeys(CURVES, BUDGET / 3))/known_profit(known_optimum()), result.point, known_optimum(), *result.sentences)
    assert 0 <= result.search.limits.unspent(result.point)[0] < 0.1 * BUDGET
