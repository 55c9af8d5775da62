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
MONTH = DAY * 487 // 16  # PC3: 30.4375 days
WON = "won"
LOST = "lost"


def whole(microseconds: float) -> int:
    """Round a duration once, halves up; what is longer than any horizon is cut (T2)."""
    return math.floor(min(microseconds, 1e18) + 0.5)


@dataclass
class Training:
    """A day on which a team's people learn (Z3)."""

    begins: int
    cost: float = 0.0
    odds: float = 1.0
    half_life: float = 1.0  # days


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
    learns: tuple[float, float, int] = (0.0, 1.0, 0)  # Z2: most, half, what a win counts
    trainings: list[Training] = field(default_factory=list)
    hiring_cost: float = 0.0
    interrupts: bool = False  # G8
    split: str = ""  # G15: new_first, accounts_first or shares, of its effort
    new_share: int = 0  # thousandths
    prospects: int | None = None  # G12: for which channel
    block: int = 0  # working time
    reserved: float = 0.0  # share of a day's working time; 0: idle time


@dataclass
class Turnover:
    """What is drawn for each who comes into a seat, by their number from 0 (R17)."""

    stays: Callable[[int, bool], int]  # microseconds; whether from time 0, where they were already (R18)
    comes_after: Callable[[int], int]  # microseconds since the seat was left


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
    turnover: Turnover | None = None
    talent: Callable[[int], tuple[float, float]] | None = None  # skill and speed of each in the seat
    spells: list[tuple[int, int]] = field(default_factory=list)  # R11: (from, until), in any order
    grows: bool = False  # whether the skill may grow (Z1)
    worked_before: int = 0
    who: int | None = None


@dataclass
class Attempts:
    """How often the buyer is tried, the chance of each attempt, and the reason if all are in vain (Y1)."""

    chance: float
    most: int
    reason: int


@dataclass
class Limit:
    """How many a team in a stage takes on (B1); of those held, what they cost and their order."""

    millionths: int  # for each rep
    order: str = "fifo"
    cost: float = 0.0


@dataclass
class Trait:
    """What it does to the odds of those who lack it, and of those who have it (J2)."""

    missing: float = 1.0
    present: float = 1.0


@dataclass
class Check:
    """A check of a trait, by its number, or of whether a lead is no theorist; chances of a good answer."""

    trait: int | None
    if_so: float
    if_not: float


@dataclass
class Rejection:
    """How sales rejects; `odds` are those of the reference lead under the management at hand (J9)."""

    odds: float
    reason: int
    effort_share: float = 1.0
    needs: set[int] = field(default_factory=set)  # numbers of traits
    missing: list[float] = field(default_factory=list)  # odds ratio for each trait that is lacking
    theorist: float = 1.0
    skill_exponent: float = 0.0
    loads: list[tuple[int, float]] = field(default_factory=list)  # J10: (open leads, odds ratio)


@dataclass
class Neglect:
    """How reps ignore leads that they are given; `odds` are those under the management at hand (B8)."""

    odds: float
    reason: int
    loads: list[tuple[int, float]] = field(default_factory=list)  # J10: (open leads, odds ratio)


@dataclass
class Stage:
    """Routes are (cumulative share, stage number or WON or LOST, reason)."""

    team: int | None
    odds: float
    nexts: list[tuple[float, int | str, int]]
    elses: list[tuple[float, int | str, int]]
    makes_lead: bool = False
    process: int = 0
    people: int = 1  # CR1: of the team, at once
    theorist_odds: float = 1.0
    heat_odds: tuple[float, ...] = (1.0, 1.0, 1.0)
    heat_skill: tuple[float, ...] = (1.0, 1.0, 1.0)
    cost_per_visit: float = 0.0
    points: list[tuple[float, float]] = field(default_factory=list)  # (log hours, log odds)
    late: bool = False  # V28: it decides as the customer answers; then ...
    ages: list[tuple[float, float]] = field(default_factory=list)  # ... (log hours in the stage, log odds)
    quarter: tuple[float, ...] = (1.0, 1.0, 1.0)  # ... odds by the number of the calendar month, modulo 3
    customers: list[tuple[int, int]] | None = None  # V26: when they count time; None: always
    share_of_day: float = 1.0  # that a working day of the customers has
    attempts: Attempts | None = None
    limits: dict[int, Limit] = field(default_factory=dict)  # by team
    checks: list[Check] = field(default_factory=list)  # J3: they decide, where there are any
    passes_at: int = 0
    rejection: Rejection | None = None
    ignored: Neglect | None = None
    of: dict[int, Stage] = field(default_factory=dict)  # S1: what it is to a segment, where it differs


@dataclass
class Nurture:
    """What becomes of those who are lost for a reason (N1)."""

    interval: int
    by_touch: list[float]  # N3: the chance to have come back by each touch
    stage: int  # where they come back
    most_returns: int = 1
    odds: float = 1.0
    cost: float = 0.0  # of a touch


@dataclass
class Learning:
    """What a channel learns: by memory its shares move from what is typed, so far at most (W6)."""

    half: float  # reports
    theorists: tuple[float, float]  # typed, most
    traits: list[tuple[float, float]] = field(default_factory=list)
    honest: float = 1.0  # share of reports that are made


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
    learning: Learning | None = None


@dataclass
class Segment:
    """What a kind of customer changes."""

    odds: float = 1.0
    customer_time: float = 1.0
    years: float = 1.0
    margin: float = 1.0
    mean_value: float = 0.0  # of a contract, per year
    companies: int = 0  # of the market; 0: no market
    customers: int = 0
    products: list[tuple[float, int]] = field(default_factory=list)  # (cumulative share, product); or none


@dataclass
class Price:
    """What a product is sold for to a segment, by the month where it is recurring (PC2, PC4)."""

    mean: float
    margin: float = 0.5
    customers: list[int] = field(default_factory=list)  # CU11: entities of those as the period begins


@dataclass
class Product:
    """What is sold: recurring where it has months, else one-off."""

    prices: list[Price]  # in each segment
    months: int = 0  # of a term (PC3)
    typed_term: bool = False  # else it runs from month to month
    stays: float = 1.0  # chance after a term
    own_loyalty: bool = False  # CU3: each customer has a chance of its own to leave
    growth: float = 0.0  # of the price by the year
    earned_over: int = 0  # one-off
    term: int | None = None  # None: as the months say
    delivery: int | None = None  # number; None: there is nothing to deliver
    at_delivery: bool = False  # DE5: recognised then
    discount: float = 0.0  # PC5: share of the price
    odds: float = 1.0  # ... and odds ratio of its deals
    launched: int = 0  # PC6
    opens: list[tuple[float, int]] = field(default_factory=list)  # CU10: (cumulative share, product)
    bought_again: bool = False  # RP1

    @property
    def length(self) -> int:
        """The length of a term."""
        return self.months * MONTH if self.term is None else self.term


@dataclass
class Billing:
    """How contracts are billed (CA1): "at signing", "at delivery" or "monthly", what the deposit leaves."""

    when: str = "at signing"
    deposit: float = 0.0


@dataclass
class Delivery:
    """How what is sold is delivered (DE): the first of its stages, what is promised, and what is good."""

    stage: int
    promised: int = DAY
    odds: float = math.inf  # of a good one; infinite: certain
    late: float = 1.0
    defect: float = 1.0
    good: float = 1.0  # odds ratio of staying after a good one, and after a bad one (DE7)
    bad: float = 1.0
    process: int = 1


@dataclass
class Program:
    """Account visits: the stages of one, in a row, and what a visit does to the chance to stay (AV5)."""

    stages: range
    regularly: bool = False  # AV4; else after the last one (AV3)
    kept: float = 1.0
    missed: float = 1.0
    process: int = 1


@dataclass
class Referrals:
    """How customers refer others, and by which channel these come (RF)."""

    channel: int
    rate: float  # candidates a month
    bad_delivery: float = 1.0  # RF5: share of them that is left then
    missed_visit: float = 1.0
    while_customer: bool = False  # RF6


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
    accepted_below: float = 0.0  # O2: in (0, 1)
    by_product: float = 0.5  # PC1: in (0, 1)
    traits: set[int] = field(default_factory=set)  # numbers of those that it has, by the chapter at hand
    by_luck: tuple[float, ...] = ()  # W6: a theorist, and each trait, if below the share; in (0, 1)


@dataclass
class OpenDeal:
    """A deal that is open at time 0: what the records say of it, and its donor (OD1, OD3).

    Or one that was lost before, whose company cools off (OD9).
    """

    company: Inquiry  # of which the entity is that of the deal
    stage: int
    created: int
    entered: int  # its stage
    phase: str  # held, queue, work, between attempts, customer, cooling; or "new": it enters its stage
    until: int | None  # when that ends by itself
    since: int  # when it began: with the customer, between attempts, or queued again
    left_to_do: int = 0  # of the effort of work in hand
    waited: int = 0  # before work in the stage first started
    rep: int | None = None  # by `who`
    product: int | None = None
    value: float | None = None  # bookings; None: drawn
    ignored: bool = False
    attempt: int = 0  # how many have begun in the visit
    reached: bool = True  # by the work in hand
    rejected: bool = False  # ... at the end of which its rep rejects it
    outcome: str = ""  # OD7: WON or LOST, where it is overridden


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
    # Of the above and the attempt, from 0. Y2: hours, and a number in (0, 1); Y4: microseconds.
    attempt: Callable[[int, int, int, int, int], tuple[float, float]] = lambda *_: (0.0, 0.5)
    interval: Callable[[int, int, int, int, int], int] = lambda *_: DAY
    held_patience: Callable[[int, int, int, int], int | None] = lambda *_: None
    back: Callable[[int, int, int], float] = lambda *_: 0.5  # N3: in (0, 1), of (entity, reason, round)
    value: Callable[[int, int], float] = lambda *_: 0.0  # of (entity, segment): a contract's, per year
    price: Callable[[int, int, int], float] = lambda *_: 0.0  # PC2: of (entity, segment, product), in full
    contract: Callable[[int, int], int] = lambda entity, _: ~entity  # of (entity, round): a contract's entity
    delivery: Callable[[int, int, int], int] = lambda entity, *_: 1000 + entity  # of (entity, round, number)
    good: Callable[[int], float] = lambda _: 0.5  # DE4: in (0, 1), of a delivery's entity
    # CA7: of a pursuit's entity, the product, the purpose, terms before: microseconds; -1: never
    payment: Callable[[int, int | None, str, int], int] = lambda *_: 0
    leaving: Callable[[int, int], float] = lambda *_: 0.5  # CU3: in (0, 1), of (contract, terms before)
    loyalty: Callable[[int, int], float] = lambda *_: 0.0  # of (entity, product): its own chance to leave
    moving: Callable[[int, int], float] = lambda *_: 0.5  # CU10: in (0, 1), of (contract, terms before)
    age: Callable[[int, int, int], int] = lambda *_: 0  # CU11: of (company, segment, product)
    buyer: Callable[[int, int], int] = lambda entity, _: 2000 + entity  # of (deal, its round): its entity
    # RP2: of (company, product): orders a day, and the chance to drop out
    buying: Callable[[int, int], tuple[float, float]] = lambda *_: (0.0, 0.0)
    order: Callable[[int, int], tuple[float, float]] = lambda *_: (0.5, 0.5)  # of (company, n): in (0, 1)
    order_price: Callable[[int, int, int, int], float] = lambda *_: (
        0.0
    )  # of (company, segment, product, n), in full
    win_back: Callable[[int], int] = lambda entity: 3000 + entity  # of a contract: its entity
    referrer: Callable[[int, int], int] = lambda entity, _: 4000 + entity  # of (deal or contract, its round)
    referral: Callable[[int, int], float] = lambda *_: 0.5  # RF2: of (company, n): in (0, 1)
    referred: Callable[[int, int], int] = lambda entity, number: entity * 100 + number  # of (company, n)
    # RF3: who somebody is, of (entity, channel, segment)
    company: Callable[[int, int, int], Inquiry] = lambda entity, channel, segment: Inquiry(
        entity, channel, 0, segment=segment
    )
    visit: Callable[[int, int, int], int] = lambda *_: -1  # K9: entity born of (parent, its round, program)
    delay: Callable[[int, int], int] = lambda *_: DAY  # X5: of (visit, program)
    rest: Callable[[int, int, int], int] = lambda *_: DAY  # AV3: of (visit, program, round)
    cooling: Callable[[int, int], int | None] = lambda *_: (
        None
    )  # of (entity, segment): a rest, None: for ever
    check: Callable[[int, int, int, int], tuple[float, float]] = lambda *_: (
        0.0,
        0.5,
    )  # of (entity, stage, round, number of the check there): hours, and a number in (0, 1)
    ignored: Callable[[int, int, int], float] = lambda *_: 0.5  # as rejection
    report: Callable[[int, int, int], float] = lambda *_: 0.5  # of (entity, stage, round): in (0, 1)
    rejection: Callable[[int, int, int], float] = lambda *_: 0.5  # of (entity, stage, round): in (0, 1)
    ripening: Callable[[int], int | None] = lambda _: None  # of an entity: microseconds; None: never


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
    period_begins: int = 0
    traits: list[Trait] = field(default_factory=list)
    odds_by_day: list[float] = field(default_factory=list)  # factor on all odds; empty: 1 throughout
    calendar_months: list[int] = field(default_factory=list)  # of each day: year * 12 + month - 1
    months: list[int] = field(default_factory=list)  # when those of the period begin, and the last ends
    one_off_cost: float = 0.0  # as it begins (C18)
    cost_per_month: float = 0.0
    nurture: dict[int, Nurture] = field(default_factory=dict)  # by reason
    churned: int = 0  # the reason of customers who leave (WB1); 0: nobody is won back
    products: list[Product] = field(default_factory=list)
    billing: list[Billing] = field(default_factory=list)  # about no product, about each; empty: no cash
    deliveries: list[Delivery] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    referrals: Referrals | None = None
    open_deals: list[OpenDeal] = field(default_factory=list)  # at time 0, in the order of entities


@dataclass
class Chapter:
    """A firm, and what chance comes to in it, from a midnight on (C1)."""

    begins: int
    firm: Firm
    draws: Draws
