"""What the oracle is told: the firm in plain words, and the table of what chance came to.

Nothing here comes from the package. Times are integers, microseconds since the first midnight (T1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

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
    opener_share: float = 0.0
    tiers: list[tuple[int, float]] = field(default_factory=list)  # M11: (cents from which on, share)
    quota_months: int = 1
    turn: int = 0
    interrupts: bool = False  # G8
    splits: bool = False  # G15: its effort, between new and existing business
    prospects: int | None = None  # G12: for which channel
    block: int = 0  # working time
    reserved: float = 0.0  # share of a day's working time; 0: idle time


@dataclass
class Rep:
    """A person; `skill` and `speed` are what was drawn, at full strength.

    By `who` a person is found again in later chapters, and named in the answer: their number, unless another
    name is given (C2).
    """

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
    who: int | None = None


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
    customers: list[tuple[int, int]] | None = None  # V26: when they count time; None: always
    share_of_day: float = 1.0  # that a working day of the customers has
    of: dict[int, Stage] = field(default_factory=dict)  # S1: what it is to a segment, where it differs


@dataclass
class Channel:
    """When its inquiries come, where they enter and what it costs."""

    expected: list[float]  # at each midnight, how many by then, as typed
    spans: list[tuple[int, int, float]] = field(
        default_factory=lambda: [(0, DAY, 1)]
    )  # from, to, share by then
    stage: int = 0
    cost_per_inquiry: float = 0.0
    cost_per_month: float = 0.0
    spend: list[float] = field(default_factory=list)  # weight of each day's month; empty: 1 throughout
    price_per_lead: float = 0.0
    promotion: tuple[int, int] = (0, 0)  # from, until
    price_cut: float = 0.0
    share: float = 1.0  # the world's factor on its share of a total (A8)
    busy: list[float] = field(default_factory=list)  # the world's factor on each day (A9); empty: none
    demand: list[list[float]] = field(default_factory=list)  # shocks, each with a factor for each day (H7)
    varies: bool = False  # whether any of these may be other than 1
    per_hour: float | None = None  # A13: what an hour of prospecting finds; None: inquiries come by the day


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
    """A company, its inquiry, and what is drawn for it as it arrives (A11)."""

    entity: int
    channel: int
    total: float | Fraction  # the channel's exponentials, added up to this inquiry's (A3)
    fit: float = 1.0
    heat: int = 1
    segment: int = 0
    theorist: bool = False


@dataclass
class Draws:
    """The table of what chance came to in a chapter.

    For a visit, each takes (entity, segment, stage, round).
    """

    patience: Callable[[int, int, int, int], int | None]  # microseconds, None: for ever
    effort_hours: Callable[[int, int, int, int], float]
    advances: Callable[[int, int, int, int], float]  # a number in (0, 1)
    customer_days: Callable[[int, int, int, int], float]
    route: Callable[[int, int, int, int], float]  # a number in (0, 1)
    luck: Callable[[int, int, int, int], float] = lambda *_: 0.5  # P15: in (0, 1), by it chance chooses a rep
    value: Callable[[int, int], float] = lambda *_: 0.0  # of (entity, segment): a contract's, per year


@dataclass
class Firm:
    """All that is simulated; `inquiries` come in the order of their channel's index.

    There are as many as may come, in whatever chapter; who comes later than the horizon does not matter.
    """

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
    calendar_months: list[int] = field(default_factory=list)  # of each day: year * 12 + month - 1
    one_off_cost: float = 0.0  # as it begins (C18)
    cost_per_month: float = 0.0


@dataclass
class Chapter:
    """A firm, and what chance comes to in it, from a midnight on (C1)."""

    begins: int
    firm: Firm
    draws: Draws
