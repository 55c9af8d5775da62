"""The lowered scenario: a few arrays that rules and engines read and never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Records
from funnelsim.compiling.handles import by_pointer
from funnelsim.model.records import END, PROCESS
from funnelsim.model.words import ENDED, NOBODY, NOTHING, ROUTE, Event

SALE = 0  # the process of the first inquiries
DEMAND_OF_ALL, ODDS_OF_ALL, DEMAND_OF_CHANNELS = range(3)  # rows of shocks; a row for each channel comes last
EVENTS = len(Event)
QUARTER = 3  # months


@by_pointer
class Model(NamedTuple):
    """One strategy of a scenario as arrays.

    Record types are in `records`. Shapes: C channels, S stages, D days.
    """

    channels: Records  # CHANNEL (C,)
    spans: Records  # SPAN, of the day, found by the offsets of channels
    shocks: Records  # SHOCK (2 + C,)
    segments: Records  # SEGMENT
    products: Records  # PRODUCT
    prices: Records  # PRICE, products x segments
    billing: Records  # BILLING, of contracts about no product, then of each product
    teams: Records  # TEAM
    tiers: Records  # TIER, found by the offsets of teams
    aways: Records  # AWAY, found by the offsets of reps
    trainings: Records  # TRAINING, found by the offsets of teams, in the order of their days
    reps: Records  # REP, those of a team side by side
    stages: Records  # STAGE (S,), in funnel order
    variants: Records  # STAGE, a row for each segment of the stages that differ by segment
    gates: Records  # GATE, in the order of teams, then of stages
    ignored: Records  # IGNORED, found by the numbers of stages
    processes: Records  # PROCESS, the sale first
    ends: Records  # END, a row for each process and event
    spawns: Records  # SPAWN, found by the offsets of ends
    reasons: Records  # REASON, "gone cold" first
    returns: Floats  # chance to have come back from nurture by each touch, found by the offsets of reasons
    routes: Records  # ROUTE, found by the offsets of channels and stages
    points: Records  # POINT, the effects of waiting and of time in a stage, found by the offsets of stages
    traits: Records  # TRAIT (T,), 32 at most
    trait_shares: Floats  # (C, T) share of a channel's inquiries that have a trait
    trait_shifts: Floats  # (C, T) how far it moves at most, where the channel learns
    checks: Records  # CHECK, found by the offsets of stages
    rejections: Records  # REJECTION (R,), found by stages
    junk_odds: Floats  # (R, T) odds ratio of rejection for those who lack a trait
    loads: Records  # LOAD, the effect of open leads, found by the offsets of rejections
    firm: Records  # FIRM (1,)
    heat_odds: Floats  # (S + variants, 3) odds ratio by heat, found by the rows of stages
    heat_skill: Floats  # (S + variants, 3) exponent of skill by heat, 1 where they do not interact
    quarter_odds: Floats  # (S + variants, 3) odds ratio by the number of the calendar month, modulo QUARTER
    distributions: Records  # DISTRIBUTION
    knots: Floats  # quantile tables, found by the offsets of distributions
    calendars: Records  # CALENDAR, those of a team side by side
    hours: Records  # HOURS, opening times of each calendar, and of customers, up to the horizon
    plan: Records  # PLAN (1,)
    expected: Floats  # (C * (D + 1),) cumulative expected inquiries at each midnight
    spend: Floats  # (C, D) cost per month on each day, relative to the average month
    month_days: Integers  # (D,) days of the calendar month that each day lies in
    calendar_months: Integers  # (D,) calendar month that each day lies in: year * 12 + month - 1
    months: Integers  # (M + 1,) bounds of the period's months; the period is [first, last)
    stocks_from: int  # as the period begins: until then what has no steady state stands as typed
    open_deals: Records  # OPEN_DEAL, those that are open at time 0, in the order of entities
    horizon: int  # end of the drain: the first instant that is not simulated


@dataclass(frozen=True)
class Chapter:
    """A model that holds from a midnight on, until the next chapter or the horizon (C1).

    Attributes
    ----------
    begins : int
        Microseconds; 0 for the first chapter.
    model : Model
        With all that the chapters before have (C2).
    """

    begins: int
    model: Model


Chapters = tuple[Chapter, ...]


def chapters_of(model: Model | Chapters) -> Chapters:
    """Return the chapters of a history; a model alone is the only one."""
    return (Chapter(0, model),) if isinstance(model, Model) else model


def pays_in_tiers(model: Model) -> bool:
    """Return whether any team's commission is not in proportion to a contract's value, but in tiers."""
    return bool((model.teams["tiers"] > 0).any())


def other_numbers(before: Model, after: Model) -> tuple[Integers, Integers]:
    """Find the reps of two chapters in each other, by entity (C2).

    Returns
    -------
    tuple of arrays of int
        For each rep of the later chapter its number in the earlier one, NOBODY if it is new; for each rep of
        the earlier chapter its number in the later one.

    Raises
    ------
    ValueError
        If somebody is no longer in the model: who has left stays there.
    """
    numbers = {int(entity): number for number, entity in enumerate(before.reps["entity"])}
    was = np.array([numbers.get(int(entity), NOBODY) for entity in after.reps["entity"]], np.int64)
    becomes = np.full(len(before.reps), NOBODY, np.int64)
    becomes[was[was != NOBODY]] = np.flatnonzero(was != NOBODY)
    if (becomes == NOBODY).any():
        raise ValueError("a chapter lacks a rep of the one before")
    return was, becomes


def plain_ends(processes: int = 1) -> Records:
    """Make a table of ends in which nothing is born, rests or is withdrawn.

    A pursuit that advances or is sent back goes where the answer leads; every other event ends it.

    Examples
    --------
    >>> ends = plain_ends()
    >>> bool(ends[Event.SENT_BACK]["target"] == ROUTE), bool(ends[Event.LOST]["target"] == ENDED)
    (True, True)
    """
    ends = np.zeros(processes * EVENTS, END)
    ends["target"] = ENDED
    ends["rest"] = ends["withdraws"] = NOTHING
    goes_on = [Event.ADVANCED, Event.SENT_BACK]
    ends.reshape(processes, EVENTS)["target"][:, goes_on] = ROUTE
    return ends


def one_process(stages: int) -> Records:
    """Make the only process of a model: the sale, with all stages."""
    sale = np.zeros(1, PROCESS)
    sale["stages"] = stages
    return sale


@dataclass(frozen=True)
class Names:
    """What the numbers of a model are called, in the order of its arrays."""

    channels: tuple[str, ...]
    segments: tuple[str, ...]
    products: tuple[str, ...]
    teams: tuple[str, ...]
    reps: tuple[str, ...]
    stages: tuple[str, ...]
    reasons: tuple[str, ...]  # reason 0 is "gone cold"
    months: tuple[str, ...]  # of the period: "2026-01", or the first and the last day of one
    currency: str
    start: str  # the first day of the warm-up, ISO date: time 0
