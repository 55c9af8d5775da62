"""The odds ratios and factors that move a conversion or a duration away from the typed one."""

from __future__ import annotations

import math

from funnelsim.model.model import QUARTER
from funnelsim.model.words import Heat
from funnelsim.scenario.schema import Contents, Stage

_HEATS = tuple(heat.name.lower() for heat in Heat)


def stage_odds(stage: Stage) -> float:
    """Return the odds of a stage's reference lead, infinite where checks decide (J5)."""
    return math.inf if stage.conversion is None else odds_of(stage.conversion)


def odds_of(probability: float) -> float:
    """Turn a probability into odds, infinite for 1.

    >>> odds_of(0.75)
    3.0
    """
    return math.inf if probability == 1 else probability / (1.0 - probability)


def theorist_odds(scenario: Contents, stage: Stage) -> float:
    """Return the odds ratio of a theorist in a stage."""
    here = stage.effects.theorist
    return scenario.effects.theorist if here is None else here


def committee_effect(scenario: Contents, segment: str) -> tuple[float, float]:
    """Return a segment's odds ratio and its factor on customer time, including its committee's size."""
    own, extra = scenario.segments[segment], scenario.effects.extra_decider
    beyond_first = own.committee_size - 1
    odds = own.odds_ratio * extra.odds_ratio**beyond_first
    return odds, own.customer_time_factor * extra.customer_time**beyond_first


def by_calendar_month(stage: Stage, fiscal_year_starts: int) -> list[float]:
    """Return a stage's odds ratios by the number of the calendar month, modulo 3 (V28).

    Parameters
    ----------
    stage : Stage
        Whose ratios are those of the first, second and third month of the fiscal quarter.
    fiscal_year_starts : int
        Month in which the fiscal year begins, from 1.

    Examples
    --------
    In a fiscal year that begins in February, January (number 0 of a year) is the third month of a quarter:

    >>> from funnelsim.scenario.schema import StageEffects
    >>> busy_at_the_end = StageEffects(month_of_quarter=(0.5, 1.0, 2.0))
    >>> by_calendar_month(Stage(conversion=0.5, effects=busy_at_the_end), fiscal_year_starts=2)
    [2.0, 0.5, 1.0]
    """
    ratios = stage.effects.month_of_quarter or (1.0,) * QUARTER
    return [ratios[(month - fiscal_year_starts + 1) % QUARTER] for month in range(QUARTER)]


def by_heat(everywhere: object, here: object) -> list[float]:
    """Return the values for hot, warm and future leads in a stage: its own if it has any."""
    own = (getattr(here, heat) for heat in _HEATS)
    common = (getattr(everywhere, heat) for heat in _HEATS)
    return [float(b if a is None else a) for a, b in zip(own, common, strict=True)]
