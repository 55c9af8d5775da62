"""The lowered scenario: a few arrays that rules and engines read and never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from funnelsim.compiling.arrays import Floats, Integers, Records
from funnelsim.compiling.handles import by_pointer


@by_pointer
class Model(NamedTuple):
    """One strategy of a scenario as arrays.

    Record types are in `vocabulary`; the records of channels, teams and reps are their state at
    the first midnight, which an engine copies. Shapes: C channels, S stages, D days.
    """

    channels: Records  # CHANNEL (C,)
    segments: Records  # SEGMENT
    teams: Records  # TEAM
    reps: Records  # REP, those of a team side by side
    stages: Records  # STAGE (S,), in funnel order
    variants: Records  # STAGE, a row for each segment of the stages that differ by segment
    routes: Records  # ROUTE, found by the offsets of channels and stages
    points: Records  # POINT, the effect of waiting, found by the offsets of stages
    heat_odds: Floats  # (S, 3) odds ratio by stage and heat
    heat_skill: Floats  # (S, 3) exponent of skill by stage and heat, 1 where they do not interact
    distributions: Records  # DISTRIBUTION
    knots: Floats  # quantile tables, found by the offsets of distributions
    hours: Records  # HOURS, opening times of each team up to the horizon
    expected: Floats  # (C * (D + 1),) cumulative expected inquiries at each midnight
    spend: Floats  # (C, D) cost per month on each day, relative to the average month
    month_days: Integers  # (D,) days of the calendar month that each day lies in
    months: Integers  # (M + 1,) bounds of the period's months; the period is [first, last)
    horizon: int  # end of the drain: the simulation's last instant, exclusive


@dataclass(frozen=True)
class Names:
    """What the numbers of a model are called, in the order of its arrays."""

    channels: tuple[str, ...]
    segments: tuple[str, ...]
    teams: tuple[str, ...]
    reps: tuple[str, ...]
    stages: tuple[str, ...]
    reasons: tuple[str, ...]  # reason 0 is "gone cold"
    months: tuple[str, ...]  # "2026-01", one for each month of the period
    currency: str
    start: str  # the first day of the warm-up, ISO date: time 0
