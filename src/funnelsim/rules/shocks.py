"""Shocks from month to month: demand and odds that are high or low for months.

The logarithm of a factor is a Gaussian AR(1) by calendar month, or a random walk (G. Box and G. Jenkins 1976,
Time Series Analysis, chapter 3).
"""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import ODDS_OF_ALL, Model
from funnelsim.model.words import DAY

ONWARD, BACK = 1, -1


@rule
def moves(shock: Record) -> bool:
    """Return whether a shock moves anything."""
    return bool(shock["deviation"] > 0.0)


@rule
def z_of(model: Model, world: Record, shock: Record, day: int) -> float:
    """Draw the standard normal value of a shock in the calendar month of a day (H1)."""
    u, _ = uniforms(world, shock["owner"], shock["purpose"], model.calendar_months[day])
    return quantile(model.distributions[shock["normal"]], model.knots, u)


@rule
def next_level(shock: Record, level: float, z: float) -> float:
    """Compute the level of the month after one with this level, or of the month before it (H3, H4)."""
    persistence = shock["persistence"]
    share = 1.0 if persistence == 1.0 else math.sqrt(1.0 - persistence * persistence)
    return float(persistence * level + shock["deviation"] * share * z)


@rule
def factor(shock: Record, level: float, steps: int) -> float:
    """Compute the factor of a level: of mean 1 if it moves demand, of median 1 if it moves odds (H5, H6, H8).

    Parameters
    ----------
    shock, level
        The shock, and the logarithm of its factor before its mean is set.
    steps : int
        How many steps led to this level, if the shock is a random walk.
    """
    if shock["mean_is_one"] == 0:
        return math.exp(level)
    variance = shock["deviation"] * shock["deviation"]
    if shock["persistence"] == 1.0:
        variance *= steps
    return math.exp(level - variance / 2.0)


@rare
def multiply(model: Model, world: Record, shock: Record, numbers: Floats, first: int, today: int) -> None:
    """Multiply numbers by the factors of a shock, from a day on, if it moves anything (H1, H10).

    Parameters
    ----------
    model, world, shock
        The shock of a model, as it is in a world.
    numbers : array of float
        Multiplied in place: one number for each day, from position `first` on.
    today : int
        The number of the first day that is multiplied.
    """
    if moves(shock):
        start = int(model.months[0] // DAY)
        multiply_along(model, world, shock, numbers, first, today, start, ONWARD)
        if today < start:
            multiply_along(model, world, shock, numbers, first, today, start, BACK)


@rare
def multiply_along(
    model: Model, world: Record, shock: Record, numbers: Floats, first: int, today: int, start: int, way: int
) -> None:
    """Multiply the numbers of the days from the period's start on, or of those before it (H2)."""
    level, steps = shock["deviation"] * z_of(model, world, shock, start), 1
    of_month = factor(shock, level, steps)
    begin, end = (start, len(model.month_days)) if way == ONWARD else (start - 1, -1)
    month = model.calendar_months[start]
    for day in range(begin, end, way):
        if model.calendar_months[day] != month:
            month = model.calendar_months[day]
            if way == BACK and shock["persistence"] == 1.0:
                level, steps = 0.0, 0
            else:
                level, steps = next_level(shock, level, z_of(model, world, shock, day)), steps + 1
            of_month = factor(shock, level, steps)
        if day >= today:
            numbers[first + day] *= of_month


@rare
def expect_odds(model: Model, world: Record, odds_by_day: Floats) -> None:
    """Write the odds factor of each day in a world (H8).

    Parameters
    ----------
    model, world
        What is simulated.
    odds_by_day : array of float
        Filled in place if a shock moves the odds; else nothing reads it.
    """
    if moves(model.shocks[ODDS_OF_ALL]):
        for day in range(len(model.month_days)):
            odds_by_day[day] = 1.0
        multiply(model, world, model.shocks[ODDS_OF_ALL], odds_by_day, 0, 0)


@rule
def in_month(model: Model, odds_by_day: Floats, odds: float, instant: int) -> float:
    """Multiply odds by the factor of the month in which an instant lies, if a shock moves them (H8).

    Before time 0, when open deals have queued already, it is that of time 0 (OD6).
    """
    if moves(model.shocks[ODDS_OF_ALL]):
        return float(odds * odds_by_day[max(instant, 0) // DAY])
    return odds
