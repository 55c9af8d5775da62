"""What the oracle is told: the firm in plain words, and the table of what chance came to.

Nothing here comes from the package. Times are integers, microseconds since the first midnight (T1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

HOUR = 3_600_000_000
DAY = 24 * HOUR
WON = "won"
LOST = "lost"


def whole(microseconds: float) -> int:
    """Round a duration once, halves up; what is longer than any horizon is cut (T2)."""
    return math.floor(min(microseconds, 1e18) + 0.5)


@dataclass
class Team:
    """How its leads find a rep."""

    assignment: str = "round_robin"
    queue_order: str = "fifo"
    sticky: bool = True
    max_open: int = 10**9
    commission: float = 0.0
    turn: int = 0


@dataclass
class Rep:
    """A person; `skill` and `speed` are what was drawn, at full strength."""

    team: int
    calendar: int = 0
    skill: float = 1.0
    speed: float = 1.0
    joins: int = -1
    leaves: int | None = None
    ramp: int = 0
    skill_from: float = 1.0
    speed_from: float = 1.0
    pay_per_month: float = 0.0
    weight: float = 1.0
    segments: list[int] = field(default_factory=list)  # that the rep knows best


@dataclass
class Stage:
    """Routes are (cumulative share, stage number or WON or LOST, reason)."""

    team: int | None
    odds: float
    nexts: list[tuple[float, int | str, int]]
    elses: list[tuple[float, int | str, int]]
    makes_lead: bool = False
    theorist_odds: float = 1.0
    heat_odds: tuple[float, ...] = (1.0, 1.0, 1.0)
    heat_skill: tuple[float, ...] = (1.0, 1.0, 1.0)
    cost_per_visit: float = 0.0
    points: list[tuple[float, float]] = field(default_factory=list)  # (log hours, log odds)
    odds_of: dict[int, float] = field(default_factory=dict)  # S1: by segment, where they differ
    cost_of: dict[int, float] = field(default_factory=dict)


@dataclass
class Channel:
    """Where its inquiries enter and what it costs."""

    stage: int = 0
    cost_per_inquiry: float = 0.0
    cost_per_month: float = 0.0
    spend: list[float] = field(default_factory=list)  # weight of each day's month; empty: 1 throughout
    price_per_lead: float = 0.0
    promotion: tuple[int, int] = (0, 0)  # from, until
    price_cut: float = 0.0


@dataclass
class Segment:
    """What a kind of customer changes."""

    odds: float = 1.0
    customer_time: float = 1.0
    years: float = 1.0
    margin: float = 1.0
    mean_value: float = 0.0  # of a contract, per year


@dataclass
class Inquiry:
    """A company, its inquiry, and what was drawn for it once."""

    entity: int
    channel: int
    arrives: int
    fit: float = 1.0
    heat: int = 1
    segment: int = 0
    theorist: bool = False
    value: float = 0.0  # of a contract, per year


@dataclass
class Draws:
    """The table of what chance came to, per visit: each takes (entity, stage, round)."""

    patience: Callable[[int, int, int], int | None]  # microseconds, None: for ever
    effort_hours: Callable[[int, int, int], float]
    advances: Callable[[int, int, int], float]  # a number in (0, 1)
    customer_days: Callable[[int, int, int], float]
    route: Callable[[int, int, int], float]  # a number in (0, 1)
    luck: Callable[[int, int, int], float] = lambda *_: 0.5  # P15: in (0, 1), by it chance chooses a rep


@dataclass
class Firm:
    """All that is simulated; `inquiries` come in the order of their channel's index."""

    calendars: list[list[tuple[int, int]]]  # opening times
    teams: list[Team]
    reps: list[Rep]
    stages: list[Stage]
    channels: list[Channel]
    segments: list[Segment]
    inquiries: list[Inquiry]
    month_days: list[int]  # of the calendar month, for each day
    horizon: int
    odds_by_day: list[float] = field(default_factory=list)  # factor on all odds; empty: 1 throughout
