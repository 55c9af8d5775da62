"""Months of warm-up, period and drain; if a scenario does not give them, they are chosen from its cycle."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from datetime import date

from funnelsim.scenario.flow import advancing, first_stage, stage_of
from funnelsim.scenario.schema import Contents

DAYS_PER_MONTH = 365.25 / 12
LONGEST_CHOICE = 24  # months; scenarios with longer cycles give their own
LONGEST_WAIT = 60.0  # days: few leads wait longer for a rep
SLACK = 3.0  # days in a stage for queue and work


@dataclass(frozen=True)
class Months:
    """A horizon in months, and the cycle that the chosen parts come from (days, P90 of each step)."""

    warm_up: int
    period: int
    drain: int
    cycle_days: float

    def at_least(self, *others: Months) -> Months:
        """Return the longest of horizons, part by part."""
        every = (self, *others)
        return Months(
            max(each.warm_up for each in every),
            max(each.period for each in every),
            max(each.drain for each in every),
            max(each.cycle_days for each in every),
        )


def months_for(contents: Contents) -> Months:
    """Choose warm-up and drain if they are not given: the cycle of a slow deal, rounded up to months.

    The cycle is that of the longest path without a step back: for each stage the P90 of the
    customer's time and of patience (at most 60 days) and 3 days for queue and work. At least 1 month,
    at most 24.
    """
    cycle = longest_cycle(contents)
    chosen = min(max(math.ceil(cycle / DAYS_PER_MONTH), 1), LONGEST_CHOICE)
    horizon = contents.horizon
    warm_up = chosen if horizon.warm_up_months is None else horizon.warm_up_months
    drain = chosen if horizon.drain_months is None else horizon.drain_months
    return Months(warm_up, horizon.period_months, drain, cycle)


def longest_cycle(contents: Contents) -> float:
    """Compute the days of the longest path without a step back, every step at its P90."""
    order = list(contents.stages)
    remaining: dict[str, float] = {}
    for position in range(len(order) - 1, -1, -1):
        name = order[position]
        after = [remaining.get(target, 0.0) for target in advancing(contents, name)]  # none for a step back
        slowest = max(_slow_visit(contents, name, segment) for segment in contents.segments)
        remaining[name] = slowest + max(after)
    return max(remaining[first_stage(contents, channel)] for channel in contents.channels)


def _committee(contents: Contents, segment: str) -> float:
    extra = contents.segments[segment].committee_size - 1
    return float(contents.effects.extra_decider.customer_time**extra)


def _slow_visit(contents: Contents, name: str, segment: str) -> float:
    stage = stage_of(contents, name, segment)
    factor = contents.segments[segment].customer_time_factor * _committee(contents, segment)
    days = stage.customer_takes_days.quantile(0.9) * factor
    if stage.team is not None:
        patience = stage.goes_cold_after_days
        days += SLACK + (0.0 if patience is None else min(patience.quantile(0.9), LONGEST_WAIT))
    return min(days, LONGEST_CHOICE * DAYS_PER_MONTH)


def months_later(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
