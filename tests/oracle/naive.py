"""The oracle: a second simulator, slow and naive on purpose, that shares nothing with the package.

It was written from the text of ARCHITECTURE.md, whose clauses it cites, and imports nothing of funnelsim. It
is told what the firm is and what every draw came to, and answers with one record per visit and per lead. At
each step it looks at everything there is for the earliest thing due: no agenda, no heap, no cleverness, and
no random number. Where it and an engine disagree, one of them misreads the text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from itertools import accumulate, pairwise

from . import memory
from .bills import in_cents, instalments, months_begun
from .deliveries import chance_of_a_good_one, with_odds_ratio
from .firm import (
    DAY,
    HOUR,
    LOST,
    MONTH,
    WON,
    Billing,
    Channel,
    Chapter,
    Firm,
    Inquiry,
    Limit,
    Nurture,
    OpenDeal,
    Product,
    Rejection,
    Rep,
    Segment,
    Stage,
    Team,
    Trait,
    whole,
)
from .memory import counts, moved

Spans = list[tuple[int, int]]

MOST_WAVES = 10_000  # I5
YEAR = 12 * MONTH  # CU5
PULLS = ("shared_queue", "priority_queue", "cherry_pick")  # P4
FOR_EVER = 10**18  # microseconds: what is longer is cut
COLD = "gone cold"
NO_COHORT = -1  # WB1
KINDS = (  # I1
    "day ends",
    "rep leaves",
    "rep joins",
    "absence",
    "calendar opens",
    "inquiry",
    "prospecting ends",
    "work ends",
    "customer answers",
    "goes cold",
    "next attempt",
    "rest is over",
    "begins",
    "withdrawn",
    "cools off",
    "term ends",
    "orders",
    "refers",
)

PHASES = {  # what each ends with
    "work": "work ends",
    "customer": "customer answers",
    "queue": "goes cold",
    "held": "goes cold",
    "between attempts": "next attempt",
    "nurture": "rest is over",
    "resting": "rest is over",
    "to begin": "begins",
    "called off": "withdrawn",
}


@dataclass
class Pause:
    """An interruption of the work of a visit."""

    at: int
    done: int  # working time of the part before it
    resumed: int | None = None
    rep: int | None = None  # by `who`: who resumes it


@dataclass
class Try:
    """An attempt that has not reached the buyer (Y3)."""

    started: int
    rep: int | None  # who began
    effort: int
    ended: int
    pauses: list[Pause]


@dataclass
class Part:
    """What a member of a crew has worked up to an instant, since the part before it (CR5, CR6)."""

    time: int
    rep: int  # by `who`
    waited: int
    worked: int


@dataclass
class Visit:
    """One lead's stay in one stage; what did not happen is None."""

    lead: int
    stage: int
    round: int
    entered: int
    started: int | None = None
    rep: int | None = None  # by `who`: who works; the owner where nobody needs to
    effort: int | None = None
    pauses: list[Pause] = field(default_factory=list)
    worked: int | None = None
    people: int = 0  # who have done the work
    parts: list[Part] = field(default_factory=list)  # of a crew
    held: bool = False
    admitted: int | None = None
    ignored: bool = False  # to the end
    left: int | None = None
    how: str = "open"  # advanced, sent back, won, delivered, done, lost, gone cold, parked
    reason: int | None = None
    tries: list[Try] = field(default_factory=list)  # what follows `started` is of the last attempt
    handed_over: bool = False  # J7: the first contact after hand-over
    rejected: bool = False


@dataclass
class Spell:
    """One stay in nurture; `ended` is None until it has (N5)."""

    began: int
    interval: int
    cost: float  # of a touch
    touches: int
    ended: int | None = None


@dataclass
class Referrer:
    """Who refers others (RF1)."""

    entity: int
    company: Inquiry
    of_contract: bool
    delivered_well: bool = True  # the latest delivery
    kept: bool = True  # the latest visit
    number: int = 1  # of the candidate that is due
    due: int | None = None


@dataclass(eq=False)
class Person:
    """A rep through all chapters: what the chapter at hand says of it, and what has happened to it."""

    who: int
    number: int  # in the chapter at hand
    record: Rep
    hours: Spans  # opening times of all chapters so far
    joins: int
    leaves: int | None
    will_join: bool
    will_leave: bool
    on_staff: bool
    working_on: int | None = None
    block: int = 0  # of prospecting in hand, working time
    block_for: int = 0  # channel
    block_since: int = 0
    block_ends: int | None = None
    blocks: dict[int, int] = field(default_factory=dict)  # working time started by day
    idle_since: int = 0
    gone: int | None = None  # when a leaver's last work was done
    booked: list[tuple[int, int]] = field(
        default_factory=list
    )  # the calendar month and cents of each contract
    worked: int = 0  # Z1
    won: int = 0
    levels: dict[bool, int] = field(
        default_factory=lambda: {True: 0, False: 0}
    )  # G17: of new business, or not
    spells: Spans = field(default_factory=list)  # of absence, past and to come, united (R12)
    absent: bool = False
    generation: int = 0  # how many have been in the seat before
    tenure_ends: int | None = None
    next_joins: int | None = None

    @property
    def talent(self) -> tuple[float, float]:
        """Skill and speed of who is in the seat, at full strength (R20)."""
        if self.record.talent is None:
            return self.record.skill, self.record.speed
        return self.record.talent(self.generation)

    def stays(self, from_time_0: bool = False) -> int | None:
        """Return for how long who is in the seat stays (R17)."""
        turnover = self.record.turnover
        return None if turnover is None else turnover.stays(self.generation, from_time_0)

    @property
    def leaving(self) -> int | None:
        """When a rep on staff leaves: as typed, or at the end of the tenure (R17)."""
        ends = [self.leaves if self.will_leave else None, self.tenure_ends]
        return min((end for end in ends if end is not None), default=None) if self.on_staff else None

    @property
    def is_there(self) -> bool:
        """Whether the rep is on staff, or still finishes work."""
        return self.on_staff or (self.is_busy and self.gone is None)

    def hours_at_work(self) -> Spans:
        """Leave the spells of absence out of the opening times (R13)."""
        return without(self.hours, self.spells)

    @property
    def is_busy(self) -> bool:
        """Whether the rep works on a lead, or prospects."""
        return self.working_on is not None or self.block > 0


@dataclass
class Stream:
    """The inquiries of a channel: who comes, how many are expected by each midnight, which one is next."""

    companies: list[Inquiry]  # as the chapter at hand draws them
    midnights: list[float]
    index: int = 0
    reports: int = 0  # from which the channel has learnt
    due: int | None = None  # None: not before the horizon
    found: float = 0.0  # the number reached by prospecting up to the latest change of the rate
    prospected: int = 0  # working time since then


@dataclass
class Walk:
    """One pursuit, of the sale from its inquiry to the end: the state of the simulation and its answer."""

    inquiry: Inquiry  # of its company
    began: int
    stage: int
    entity: int
    created: int  # when its company's inquiry arrived
    process: int = 0  # 0: the sale
    program: int | None = None  # of account visits, of which it is one; None: it is of the sale
    customer: Contract | None = None  # ... whom it is about
    deal: Walk | None = None  # of which it was born, if it is a delivery
    delivery: int = 0  # ... and by which
    bill: Bill | None = None  # for what is won, or delivered
    booked: list[tuple[str, int | None, int]] = field(default_factory=list)  # what, whose, since when
    good: bool | None = None
    phase: str = "new"  # held, queue, work, customer, between attempts, nurture, over; of visits, see below
    ignored: bool = False  # by its rep: it is in no queue (B9)
    ignored_reason: int = 0
    gate: tuple[int, int] | None = None  # the team and the stage of that at which it counts (B3)
    company: str = "outside"  # of any market, taken, customer, cooling, free again
    advances: bool = False  # after the work in hand, as decided when it started
    undecided: bool = False  # V28: it is decided as the customer answers, ...
    odds: float = 1.0  # ... by the odds when the work started, ...
    luck: float = 0.0  # ... and what chance had in store
    told: list[bool] = field(default_factory=list)  # what has been reported of it: whether it was good
    cool: int | None = None  # when a company that cools off is free again
    round: int = 0
    rep: Person | None = None
    opener: Person | None = None
    closer: Person | None = None
    queue: Person | int | None = None  # a rep's own, or that of the team with this number
    rank: int = 0
    until: int | None = None  # when its phase ends by itself
    left_to_do: int = 0  # of the effort of its visit, when the work was started or resumed
    works_since: int = 0
    waits_since: int = 0  # its time queued
    interrupted: bool = False
    takes: int = 0  # the customer, when the work is done
    target: int | str = LOST
    reason: int = 0
    wait: int = 0  # V12, Y6: from entering to the first attempt
    reached: bool = True  # by the work in hand
    other_at_hand: bool = False  # for whoever started on it, of the other class (G17)
    product: int | None = None  # PC1; None: a contract is that of the segment
    theorist: bool = False  # still
    traits: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)  # stages in which a rep has met it (J7)
    truly_junk: bool = False  # as judged last (J8)
    is_junk: bool = False  # for the rep who rejects it (J9)
    contacts: list[bool] = field(default_factory=list)  # whether truly junk, at each first contact
    rejections: list[bool] = field(default_factory=list)  # ... and at each rejection
    became_lead: int | None = None
    outcome: str = "open"
    ended: int | None = None
    owner: int | None = None  # at the end, by `who`; of a contract, who closed it
    bookings: float = 0.0
    term: int = 0
    commission: float = 0.0
    visits: list[Visit] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    returned: int = 0  # from nurture, its customer's earlier deals included (WB1)
    parked_for: int = 0  # the reason
    left_as: tuple[int, int] | None = None  # of a win-back: the stage and the reason with which it begins
    first_signed: int | None = None  # WB5: when its company did, of a win-back and its delivery
    was_open: tuple[int | None, bool, bool] | None = None  # OD4: whose, and whether it queued or was held
    value: float | None = None  # OD6: its bookings, as the records have them
    warmth: float = 1.0  # N6
    lost_as: str = ""  # N4: what it would have been, had there been no nurture

    @property
    def was_lead(self) -> bool:
        """Whether it was a lead before time 0 (OD1)."""
        return self.became_lead is not None and self.became_lead < 0

    @property
    def is_lead(self) -> bool:
        """Whether it is of the sale."""
        return self.program is None and self.deal is None

    @property
    def is_win_back(self) -> bool:
        """Whether it is of the sale, and born of a contract (WB1)."""
        return self.is_lead and self.first_signed is not None


@dataclass
class Bill:
    """What is paid for a deal, or for an order: for a month, or for the whole."""

    paid: float
    usual: float  # at the mean price
    share: float  # of the full price
    at_delivery: bool  # DE5
    closer: int | None  # by `who`
    since: int = 0  # RP5, WB5: when the deal of an order was won, or when who is won back first signed
    unbilled: float = 1.0  # share of it (CA4)


@dataclass
class Step:
    """What a row says of a contract; None where the text says nothing."""

    what: str
    time: int
    money: float
    waited: int | None = None
    worked: int | None = None
    product: int = 0
    count: int | None = None


@dataclass
class Buyer:
    """Who may buy a one-off product again (RP1)."""

    entity: int
    deal: Walk
    product: int
    won: int
    due: int | None
    latest: int  # the order before, or the deal
    orders: int = 0
    steps: list[Step] = field(default_factory=list)


@dataclass
class Contract:
    """What a customer has signed about a recurring product: its state, and the answer (CU1)."""

    entity: int
    company: Inquiry
    deal: Walk | None  # or the delivery, where it was born of that; None: a customer as the period begins
    product: int
    signed: int
    paid: float  # for a month
    usual: float  # ... at the mean price
    share: float  # of the full price
    mrr: int  # cents
    term_began: int
    term_ends: int | None  # None: it has ended
    first_signed: int = 0  # WB5: when its company did
    returns: int = 0  # WB1
    terms: int = 0  # that are over
    latest: tuple[int, bool] | None = None  # AV5: the program of the latest visit, and whether it was kept
    delivered: Walk | None = None  # DE7
    steps: list[Step] = field(default_factory=list)

    @property
    def created(self) -> int:
        """When its company's inquiry arrived."""
        return self.signed if self.deal is None else self.deal.created


@dataclass
class Cost:
    """Money spent at an instant; `whose` is a channel, a stage, a segment or who a rep is."""

    kind: str
    time: int
    whose: int
    money: float


@dataclass
class History:
    """What the simulator answers, leads and contracts by entity."""

    leads: dict[int, Walk]
    contracts: dict[int, Contract]
    buyers: dict[int, Buyer]
    costs: list[Cost]
    log: list[tuple[int, str, int]]  # (instant, what, lead or -1), in the order in which it was decided
    cast: list[tuple[int, list[int]]]  # for each chapter, when it begins, and who its reps are
    deals: dict[int, OpenDeal]  # that were open at time 0
    lost_lately: dict[int, OpenDeal]  # before time 0, of those whose companies cooled off then

    def visits(self) -> list[Visit]:
        """Return every visit, lead by lead, in the order in which they were made."""
        return [visit for entity in sorted(self.leads) for visit in self.leads[entity].visits]

    def total(self, kind: str) -> float:
        """Sum the costs of one kind: media, pay, inquiry, lead, visit, commission."""
        return math.fsum(cost.money for cost in self.costs if cost.kind == kind)


def chance_of_advancing(odds: float, ratio: float) -> float:
    """Turn odds, and the ratio of the month by which they are multiplied, into a probability (V9, V10)."""
    if math.isinf(odds) or odds * ratio > 1e300:
        return 1.0
    return odds * ratio / (1.0 + odds * ratio)


def odds_of_work(
    stage: Stage,
    walk: Walk,
    segment: Segment,
    skill: float,
    wait: int,
    traits: Sequence[Trait] = (),
    discount: float = 1.0,
) -> float:
    """Multiply the odds by every ratio that applies to work, but for that of the month (V9, PC5)."""
    inquiry = walk.inquiry
    if math.isinf(stage.odds) or stage.checks:
        return math.inf  # V10, J5
    odds = stage.odds * segment.odds * (inquiry.fit * walk.warmth)  # N6
    odds *= stage.heat_odds[inquiry.heat] * discount
    if walk.theorist:
        odds *= stage.theorist_odds
    for number, trait in enumerate(traits):  # J2
        odds *= trait.present if number in walk.traits else trait.missing
    return odds * (effect_of_waiting(stage.points, wait) * skill ** stage.heat_skill[inquiry.heat])


def effect_of_waiting(points: list[tuple[float, float]], wait: int) -> float:
    """Return the odds ratio of a wait: linear between the points on log scales, level outside (V11)."""
    if not points:
        return 1.0
    at = math.log(wait / HOUR) if wait > 0 else -math.inf
    if at <= points[0][0]:
        return math.exp(points[0][1])
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return math.exp(low + (high - low) * (at - left) / (right - left))
    return math.exp(points[-1][1])


def effect_of_open_leads(points: list[tuple[int, float]], others: int) -> float:
    """Return the odds ratio of a rep's other open leads: straight between the points, level outside (J10)."""
    if not points:
        return 1.0
    if others <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if others <= right:
            return low + (high - low) * (others - left) / (right - left)
    return points[-1][1]


def pay_of(team: Team, cents: int) -> Fraction:
    """Return what so many cents pay in all, from nothing on, in cents (M11)."""
    ends = [begins for begins, _ in team.tiers[1:]] + [cents]
    parts = zip(team.tiers, ends, strict=True)
    return sum(
        (Fraction(share) * max(min(cents, end) - begins, 0) for (begins, share), end in parts), Fraction(0)
    )


def cents_of(money: float) -> int:
    """Count money in whole cents, halves up (M10)."""
    return math.floor(money * 100 + 0.5)


def end_of_work(hours: list[tuple[int, int]], start: int, effort: int) -> int | None:
    """Walk the opening times one by one until the effort is done (V13)."""
    if effort == 0:
        return start
    for opens, closes in hours:
        begins = max(opens, start)
        if begins < closes:
            if effort <= closes - begins:
                return begins + effort
            effort -= closes - begins
    return None


def working_time(hours: Spans, since: int, until: int) -> int:
    """Add up the opening times between two instants."""
    return sum(max(min(closes, until) - max(opens, since), 0) for opens, closes in hours)


def united(spells: Spans) -> Spans:
    """Unite spells that overlap or touch (R12)."""
    found: Spans = []
    for begins, ends in sorted(spells):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        elif begins < ends:
            found.append((begins, ends))
    return found


def without(hours: Spans, spells: Spans) -> Spans:
    """Cut spells out of opening times."""
    left = []
    for opens, closes in hours:
        at = opens
        for begins, ends in spells:
            if at < begins < closes:
                left.append((at, begins))
            if begins < closes:
                at = max(at, ends)
        if at < closes:
            left.append((at, closes))
    return left


def in_common(one: Spans, other: Spans) -> Spans:
    """List when both are open."""
    found = [(max(opens, begins), min(closes, ends)) for opens, closes in one for begins, ends in other]
    return [(opens, closes) for opens, closes in found if opens < closes]


def strength(rep: Person, first_share: float, now: int) -> float:
    """Return the share of full strength: straight from the first share at joining to 1 (V8)."""
    tenure = now - rep.joins
    if tenure >= rep.record.ramp:
        return 1.0
    return first_share + (1.0 - first_share) * tenure / rep.record.ramp


def both(before: Spans, after: Spans, change: int) -> Spans:
    """Join the opening times before a change and those from then on; one that goes on is cut (C4)."""
    return [(opens, min(closes, change)) for opens, closes in before if opens < change] + [
        (max(opens, change), closes) for opens, closes in after if closes > change
    ]


def going_on(reached: list[float], channel: Channel, today: int) -> list[float]:
    """Add the channel's own number of each day from today on to the number reached by then (C9).

    From a midnight at which as many are expected as typed, it is what is typed, as it stands (A6).
    """
    midnights = reached[: today + 1]
    if not channel.varies and midnights[-1] == channel.expected[today]:
        return midnights + channel.expected[today + 1 :]
    for day, (before, after) in enumerate(pairwise(channel.expected)):
        if day >= today:
            busy = channel.busy[day] if channel.busy else 1.0
            expects = (after - before) * channel.share * busy  # A7
            for by_day in channel.demand:  # H7, C22
                expects *= by_day[day]
            midnights.append(midnights[-1] + expects)
    return midnights


def reached(channel: Channel, stream: Stream) -> float:
    """Return how many inquiries prospecting has reached (A13)."""
    return float(stream.found + (channel.per_hour or 0.0) * (stream.prospected / HOUR))


def instant_of(total: float | Fraction, channel: Channel, midnights: list[float]) -> int | None:
    """Find when the expected number reaches a sum of exponentials (A3, A4)."""
    for day, (before, after) in enumerate(pairwise(midnights)):
        if total < after:
            share = (total - before) / (after - before)
            starts: float = 0
            for opens, closes, by_then in channel.spans:
                if share < by_then:
                    return (
                        day * DAY
                        + opens
                        + math.floor((share - starts) / (by_then - starts) * (closes - opens))
                    )
                starts = by_then
    return None


def rate_of_referrals(firm: Firm) -> float:
    """Return how many candidates a customer refers in a month (RF2)."""
    return 0.0 if firm.referrals is None else firm.referrals.rate


class Simulation:
    """One history of one firm, chapter by chapter."""

    def __init__(self, chapters: list[Chapter]) -> None:
        first, *self.chapters_to_come = chapters
        self.firm = first.firm
        self.draws = first.draws
        self.yet_to_open = first.firm.open_deals
        self.deals: dict[int, OpenDeal] = {}
        self.lost_lately: dict[int, OpenDeal] = {}  # before time 0 (OD9)
        self.cool_yet: set[int] = set()  # of these, by entity
        self.products_at_first = first.firm.products
        self.now = 0
        self.leads: dict[int, Walk] = {}
        self.contracts: dict[int, Contract] = {}
        self.buyers: dict[int, Buyer] = {}
        self.referrers: dict[int, Referrer] = {}  # by company
        self.costs: list[Cost] = []
        self.log: list[tuple[int, str, int]] = []
        self.days_booked = 0
        self.turns = [team.turn for team in self.firm.teams]
        self.openings_left = [[opens for opens, _ in spans if opens >= 0] for spans in self.firm.calendars]
        self.people = [self.here_from_the_start(number) for number in range(len(self.firm.reps))]
        self.cast = [(first.begins, [person.who for person in self.people])]
        self.streams = [
            Stream(self.companies(number), going_on([0.0], channel, 0))
            for number, channel in enumerate(self.firm.channels)
        ]
        for number in range(len(self.streams)):
            self.find_next_inquiry(number)

    def here_from_the_start(self, number: int) -> Person:
        """Describe a rep of the first chapter (R1)."""
        rep = self.firm.reps[number]
        stays = rep.leaves is None or rep.leaves >= 0
        # R10
        spells = united([spell for spell in rep.spells if spell[0] >= 0]) if rep.joins <= 0 else []
        stays_yet = rep.turnover.stays(0, True) if rep.turnover and rep.joins <= 0 else None  # R18
        return Person(
            tenure_ends=stays_yet,
            spells=spells,
            absent=bool(spells) and spells[0][0] == 0,
            who=number if rep.who is None else rep.who,
            number=number,
            record=rep,
            hours=self.firm.calendars[rep.calendar],
            joins=rep.joins,
            leaves=rep.leaves,
            will_join=rep.joins > 0,
            will_leave=rep.leaves is not None and stays,
            on_staff=rep.joins <= 0 and stays,
        )

    def run(self) -> History:
        """Live through every instant before the horizon, then book the last day and what is open."""
        while True:
            following = [when for when, _, _ in self.everything_to_come()]
            following += [chapter.begins for chapter in self.chapters_to_come[:1]]
            following += [0] if self.yet_to_open else []
            if not following or min(following) >= self.firm.horizon:  # T3
                break
            self.now = min(following)
            self.live_through_the_instant()
        self.now = self.firm.horizon
        self.day_ends()  # D2
        for person in self.people:
            if person.is_there:
                if person.absent:
                    self.tells_of_absence(person)  # R15
                self.say("on staff")  # D5
        for entity in sorted([*self.leads, *self.contracts]):  # D3
            if entity in self.contracts:
                self.runs_on(self.contracts[entity])
            elif self.leads[entity].outcome == "open" and self.leads[entity].phase != "to begin":  # X6
                if self.leads[entity].phase == "nurture":
                    self.nurture_is_over(self.leads[entity], self.now - 1)
                self.say("open", entity)
        told = self.leads, self.contracts, self.buyers, self.costs, self.log, self.cast
        return History(*told, self.deals, self.lost_lately)

    def say(self, what: str, lead: int = -1) -> None:
        """Log that something happens; what is about no lead has lead -1 (D4)."""
        self.log.append((self.now, what, lead))

    def spend(self, kind: str, whose: int, money: float) -> None:
        """Book a cost."""
        self.costs.append(Cost(kind, self.now, whose, money))

    def live_through_the_instant(self) -> None:
        """Decide all that is due, wave after wave; grant once; again, until nothing stirs (I2, I3, I4)."""
        while self.chapters_to_come and self.chapters_to_come[0].begins == self.now:
            if self.now == (self.days_booked + 1) * DAY:
                self.day_ends()  # C3: by the chapter that ends
            self.chapter_begins(self.chapters_to_come.pop(0))
        for deal in self.yet_to_open:  # OD4
            if deal.phase == "cooling":
                self.was_lost(deal)
            else:
                self.was_open(self.with_attempts(deal))
        self.yet_to_open = []
        waves = 0
        while True:
            due = sorted((kind, who) for when, kind, who in self.everything_to_come() if when == self.now)
            if due and waves > MOST_WAVES:
                raise RuntimeError(f"more than {MOST_WAVES} waves at {self.now}")
            for kind, who in due:
                self.decide(KINDS[kind], who)
            if due:
                waves += 1
            elif not self.grant_once():  # C16: also where nothing but a change was due
                return

    def everything_to_come(self) -> list[tuple[int, int, int]]:
        """Look at everything: (when, kind, who)."""
        coming = [((self.days_booked + 1) * DAY, KINDS.index("day ends"), 0), *self.turns_of_people()]
        for number, openings in enumerate(self.openings_left):
            coming += [(opens, KINDS.index("calendar opens"), number) for opens in openings[:1]]
        for stream in self.streams:
            if stream.due is not None:  # A2
                coming.append((stream.due, KINDS.index("inquiry"), stream.companies[stream.index].entity))
        for entity, walk in self.leads.items():
            if walk.phase != "over" and walk.until is not None:
                coming.append((walk.until, KINDS.index(PHASES[walk.phase]), entity))
            if walk.company == "cooling" and walk.cool is not None:
                coming.append((walk.cool, KINDS.index("cools off"), entity))
        for entity in self.cool_yet:
            until = self.lost_lately[entity].until
            if until is not None:
                coming.append((until, KINDS.index("cools off"), entity))
        return coming + self.turns_of_customers()

    def turns_of_customers(self) -> list[tuple[int, int, int]]:
        """Look at who is a customer as the period begins, at whose term ends, who orders and who refers."""
        coming = [
            (self.firm.period_begins, KINDS.index("begins"), entity) for entity in self.first_customers()
        ]
        for entity, contract in self.contracts.items():
            if contract.term_ends is not None:  # CU2
                coming.append((contract.term_ends, KINDS.index("term ends"), entity))
        for entity, buyer in self.buyers.items():
            if buyer.due is not None:
                coming.append((buyer.due, KINDS.index("orders"), entity))
        coming += [
            (each.due, KINDS.index("refers"), each.entity)
            for each in self.referrers.values()
            if each.due is not None
        ]
        return coming

    def turns_of_people(self) -> list[tuple[int, int, int]]:
        """Look at who joins, leaves, and goes or comes back."""
        coming = []
        for person in self.people:
            coming += self.to_come_for(person)
        return coming

    def to_come_for(self, person: Person) -> list[tuple[int, int, int]]:
        """Look at a rep: (when, kind, number)."""
        turn, seat_ends = self.next_turn(person), person.record.leaves
        coming = [
            (person.leaving, "rep leaves"),
            (person.joins if person.will_join else None, "rep joins"),
            (turn, "absence"),
            (person.block_ends, "prospecting ends"),
        ]
        if person.next_joins is not None and (seat_ends is None or person.next_joins < seat_ends):  # R19
            coming.append((person.next_joins, "rep joins"))
        return [(when, KINDS.index(kind), person.number) for when, kind in coming if when is not None]

    def joins(self, person: Person) -> None:
        """Put somebody on staff: the first in a seat, or the successor of another (R3, R20)."""
        if person.next_joins is not None:
            person.generation += 1
            person.joins, person.next_joins, person.gone = self.now, None, None
            person.booked, person.worked, person.won = [], 0, 0
            person.levels = {True: 0, False: 0}
            self.spend("joined", person.who, self.firm.teams[person.record.team].hiring_cost)
            self.say("joined")
            person.leaves, person.will_leave = person.record.leaves, person.record.leaves is not None
        person.will_join = False
        person.on_staff = True
        person.idle_since = self.now
        stays = person.stays()
        person.tenure_ends = None if stays is None else self.now + stays
        person.spells = united([spell for spell in person.record.spells if spell[0] >= self.now])

    def next_turn(self, person: Person) -> int | None:
        """Return when an absence begins or is over, unless the rep leaves by then (R14)."""
        if not person.is_there:
            return None
        past = [ends for _, ends in person.spells if ends > self.now or (person.absent and ends == self.now)]
        turns = past[:1] if person.absent else [begins for begins, _ in person.spells if begins >= self.now]
        if not turns or (person.leaving is not None and person.leaving <= turns[0]):
            return None
        return turns[0]

    def absence_turns(self, person: Person) -> None:
        """Let an absence begin, or be over (R13)."""
        person.absent = not person.absent
        if not person.absent:
            self.tells_of_absence(person)
            if not person.is_busy:
                person.idle_since = self.now

    def tells_of_absence(self, person: Person) -> None:
        """Tell how long a rep was absent, and what that took of the work in hand (R15, CR7)."""
        begun = max(begins for begins, _ in person.spells if begins <= self.now)
        lead = None if person.working_on is None else self.leads[person.working_on]
        takes = lead is not None and not self.has_crew(lead)
        self.spend("absent", person.who, self.now - begun)
        self.spend("taken", person.who, working_time(person.hours, begun, self.now) if takes else 0)
        self.say("absent")

    def decide(self, kind: str, who: int) -> None:
        """Let one thing that is due happen."""
        if kind == "day ends":
            self.day_ends()
        elif kind == "rep leaves":
            self.rep_leaves(self.people[who])
        elif kind == "rep joins":  # R3
            self.joins(self.people[who])
        elif kind == "absence":
            self.absence_turns(self.people[who])
        elif kind == "calendar opens":
            self.openings_left[who].pop(0)
        elif kind == "inquiry":
            self.inquiry_arrives(who)
        elif kind == "prospecting ends":
            self.block_is_over(self.people[who])
        elif kind in ("term ends", "orders", "refers"):
            self.decide_of_customer(kind, who)
        elif who not in self.leads:
            self.decide_of_the_past(kind, who)
        else:
            self.decide_of(self.leads[who], kind)

    def decide_of_the_past(self, kind: str, who: int) -> None:
        """Let somebody be a customer from the beginning, or a company cool off that was lost before."""
        if kind == "begins":
            self.was_customer(who, *self.first_customers()[who])
        else:
            self.cool_yet.remove(who)
            self.say("cooled off", who)

    def decide_of_customer(self, kind: str, who: int) -> None:
        """Let a term end, a buyer order or a referrer refer."""
        if kind == "term ends":
            self.term_is_over(self.contracts[who])
        elif kind == "orders":
            self.orders(self.buyers[who])
        else:
            self.refers(next(each for each in self.referrers.values() if each.entity == who))

    def decide_of(self, walk: Walk, kind: str) -> None:
        """Let something happen to a pursuit, unless something else has just ended what was due (T4)."""
        if kind in ("cools off", PHASES.get(walk.phase)):
            of_leads = {
                "work ends": self.work_ends,
                "customer answers": self.customer_answers,
                "goes cold": self.goes_cold,
                "next attempt": self.queues_again,
                "rest is over": self.rest_is_over,
                "begins": self.begins,
                "withdrawn": self.is_withdrawn,
                "cools off": self.cools_off,
            }
            of_leads[kind](walk)

    def cools_off(self, walk: Walk) -> None:
        """Give a company back to the market (O5)."""
        walk.company = "free again"
        self.say("cooled off", walk.entity)

    # Chapters

    def chapter_begins(self, chapter: Chapter) -> None:
        """Change the firm (C3): what is due anew, and who queues where; what is due now comes afterwards."""
        before = self.firm
        queueing = self.all_who_queue()
        self.teams_before = before.teams
        next_in_turn = [self.members(number)[turn] for number, turn in enumerate(self.turns)]
        self.firm, self.draws = chapter.firm, chapter.draws
        if self.yet_to_open:
            self.yet_to_open = chapter.firm.open_deals  # C1: it begins at time 0
        self.find_the_reps_again()
        self.turns = [self.members(team).index(rep) for team, rep in enumerate(next_in_turn)]  # C15
        self.turns += [team.turn for team in self.firm.teams[len(self.turns) :]]
        self.put_inquiries_anew(before)
        if len(self.firm.traits) > len(before.traits):
            for walk in self.leads.values():
                if walk.inquiry.channel < 0:
                    continue
                _, now_drawn = self.as_it_comes(self.company(walk))  # C27
                walk.traits |= {trait for trait in now_drawn if trait >= len(before.traits)}
        for walk in self.leads.values():  # C12: all else stays as it was when the work started
            if self.workers_on(walk):
                walk.until = end_of_work(self.hours_for(walk), walk.works_since, walk.left_to_do)  # CR8
        for person in self.people:
            if person.block:
                person.block_ends = end_of_work(person.hours_at_work(), person.block_since, person.block)
        for referrer in self.referrers.values():
            self.refers_anew(referrer, before)
        self.pay_once()
        self.queue_anew(queueing, before)
        self.take_over_limits(before)

    def pay_once(self) -> None:
        """Book what the chapter costs as it begins (C18)."""
        if self.firm.one_off_cost > 0:
            self.spend("one off", -1, self.firm.one_off_cost)
            self.say("one off")

    def find_the_reps_again(self) -> None:
        """Let each rep be who they were, and give those who are new their first day (C2, C6)."""
        known = {person.who: person for person in self.people}
        self.people = [
            self.find_again(number, known.pop(number if rep.who is None else rep.who, None))
            for number, rep in enumerate(self.firm.reps)
        ]
        assert not known, "who has left stays in the model"
        self.cast.append((self.now, [person.who for person in self.people]))
        # C5: who is open by now, is open already; openings are only looked up to know when to look for grants
        self.openings_left = [
            [opens for opens, _ in spans if opens >= self.now] for spans in self.firm.calendars
        ]

    def find_again(self, number: int, known: Person | None) -> Person:
        """Describe a rep in a chapter that begins now; skill and speed are in the record (C8)."""
        rep = self.firm.reps[number]
        hours = self.firm.calendars[rep.calendar]
        if known is None:
            who = number if rep.who is None else rep.who
            known = Person(who, number, rep, [], 0, None, will_join=True, will_leave=False, on_staff=False)
        if known.on_staff:
            self.stays_on(known, rep)
        if known.next_joins is not None:
            known.next_joins = max(known.next_joins, self.now)
        self.splits_anew(known, rep)
        known.number, known.record = number, rep  # Z6: what is counted stays
        known.hours = both(known.hours, hours, self.now)
        begun = [spell for spell in known.spells if spell[0] < self.now]  # R16
        known.spells = united(begun + [spell for spell in rep.spells if spell[0] >= self.now])
        if known.will_join:
            known.joins = max(self.now, rep.joins)
            known.leaves = rep.leaves
            if known.leaves is not None and known.leaves <= known.joins:
                known.will_join = False  # never comes
                known.gone = known.joins
            known.will_leave = known.will_join and known.leaves is not None
        elif known.on_staff:
            known.leaves = None if rep.leaves is None else max(self.now, rep.leaves)
            known.will_leave = known.leaves is not None
        return known

    def splits_anew(self, person: Person, rep: Rep) -> None:
        """Begin at 0 where effort is split in another way (C29)."""
        before, after = (
            teams[who.team] for teams, who in ((self.teams_before, person.record), (self.firm.teams, rep))
        )
        if (before.split, before.new_share) != (after.split, after.new_share):
            person.levels = {True: 0, False: 0}

    def stays_on(self, person: Person, rep: Rep) -> None:
        """Let the rest of a tenure be longer or shorter, as the whole would be (R21)."""
        from_time_0 = person.generation == 0 and person.joins <= 0
        before = person.stays(from_time_0)
        after = rep.turnover.stays(person.generation, from_time_0) if rep.turnover else None
        if before is None:
            person.tenure_ends = None if after is None else self.now + after
        elif after != before:
            left = (person.tenure_ends or 0) - self.now
            person.tenure_ends = None if after is None else self.now + whole(left * (after / before))

    def put_inquiries_anew(self, before: Firm) -> None:
        """Go on in each channel from the number reached; new channels begin (C9, C10)."""
        today = self.now // DAY
        for number, stream in enumerate(self.streams):  # C28
            if before.channels[number].per_hour != self.firm.channels[number].per_hour:
                stream.found = reached(before.channels[number], stream)
                stream.prospected = 0
        for number, channel in enumerate(self.firm.channels):
            if number == len(self.streams):
                self.streams.append(Stream([], [0.0] * (today + 1)))
            stream = self.streams[number]
            stream.companies = self.companies(number)
            stream.midnights = going_on(stream.midnights, channel, today)
            self.find_next_inquiry(number)

    def all_who_queue(self) -> list[Walk]:
        """Go through the queues: teams in file order, own queues by number, then the team's (C13)."""
        found = []
        for number in range(len(self.firm.teams)):
            for person in self.members(number):
                found += self.in_order(person)
                found += self.ignored_by(person)
            found += self.in_order(number)
        return found

    def queue_anew(self, queueing: list[Walk], before: Firm) -> None:
        """Move leads to where they belong now; all others stay, ranked anew in own queues (C13, C14)."""
        moved = [walk for walk in queueing if self.is_moved(walk, before)]
        for walk in queueing:
            if isinstance(walk.queue, Person):
                walk.rank = self.rank_in_own_queue(walk)
        for walk in moved:
            walk.queue = None
            walk.ignored = False
        for walk in moved:
            self.place(walk)

    def is_moved(self, walk: Walk, before: Firm) -> bool:
        """Return whether another team works the stage now, or the team's queue works another way (C13)."""
        number, team_now = self.stage_for(walk, before).team, self.stage_for(walk).team
        if number != team_now:
            return True
        if isinstance(walk.queue, Person) or walk.ignored:
            return False
        assert number is not None
        was, now = before.teams[number], self.firm.teams[number]
        return (was.assignment, was.queue_order, was.max_open, was.interrupts) != (
            now.assignment,
            now.queue_order,
            now.max_open,
            now.interrupts,
        )

    # Days and people

    def day_ends(self) -> None:
        """Book what the day that ends now has cost: media, pay, then what changes cost (D1, C18)."""
        begins, ends = self.now - DAY, self.now
        days = self.firm.month_days[self.days_booked]
        self.days_booked += 1
        for number, channel in enumerate(self.firm.channels):
            weight = channel.spend[self.days_booked - 1] if channel.spend else 1.0  # M5
            if channel.cost_per_month * weight > 0:
                self.spend("media", number, channel.cost_per_month * weight / days)
                self.say("media")
        for person in self.people:
            there = (ends if person.gone is None else min(ends, person.gone)) - max(
                begins, person.joins
            )  # M6
            if person.record.pay_per_month > 0 and there > 0:
                self.spend("pay", person.who, person.record.pay_per_month / days * (there / DAY))
                self.say("pay")
        for person in self.people:
            if person.record.grows:
                self.notes_growth(person, begins)
        if self.firm.cost_per_month > 0:
            self.spend("running", -1, self.firm.cost_per_month / days)
            self.say("running")
        if self.now in self.firm.months and self.now < self.firm.horizon:
            self.tells_of_crews_at_work()

    def notes_growth(self, person: Person, midnight: int) -> None:
        """Book who was trained on the day that ends, and at the end of a month how skilled they are."""
        team = self.firm.teams[person.record.team]
        for training in team.trainings:  # Z4
            if training.begins == midnight and person.on_staff and person.joins <= midnight:
                self.spend("trained", person.who, training.cost)
                self.say("trained")
        if person.on_staff and self.now in self.firm.months[1:]:  # Z5
            self.spend("skill", person.who, self.skill_now(person))
            self.say("skill")

    def counts(self, person: Person) -> bool:
        """Return whether what a rep does now is counted (Z1)."""
        begins = self.firm.months[0] if self.firm.months else 0
        return person.record.grows and memory.counts(self.now, begins)

    def rep_leaves(self, person: Person) -> None:
        """Stop taking leads; those of its own queue are placed anew in queue order (R4, R5)."""
        person.will_leave = False
        person.on_staff = False
        person.tenure_ends = None
        for walk in [*self.in_order(person), *self.ignored_by(person)]:  # B10
            walk.ignored = False
            self.place(walk)
        if not person.is_busy:
            self.goes_home(person)

    def goes_home(self, person: Person) -> None:
        """Be gone for good, and paid no longer (R7, R9)."""
        if person.absent:
            self.tells_of_absence(person)  # R15
            person.absent = False
        person.gone = self.now
        if person.record.turnover is not None:  # R19
            comes = self.now + person.record.turnover.comes_after(person.generation + 1)
            person.next_joins = -(-comes // DAY) * DAY
        self.say("on staff")

    # A visit

    def inquiry_arrives(self, entity: int) -> None:
        """Begin a walk; its channel's next inquiry comes into sight (A1, A2)."""
        channel = next(
            number
            for number, stream in enumerate(self.streams)
            if stream.due is not None and stream.companies[stream.index].entity == entity
        )
        stream = self.streams[channel]
        company = stream.companies[stream.index]
        stream.index += 1
        self.find_next_inquiry(channel)
        if company.accepted_below < self.share_available(company.segment):  # O2
            self.inquires(company, channel)

    def inquires(self, company: Inquiry, channel: int) -> None:
        """Begin a walk (A1)."""
        entity = company.entity
        walk = Walk(company, self.now, self.firm.channels[channel].stage, entity, self.now)
        if self.firm.segments[company.segment].companies:
            walk.company = "taken"  # O3
        self.leads[entity] = walk
        self.spend("inquiry", channel, self.firm.channels[channel].cost_per_inquiry)
        self.say("inquiry", entity)
        if walk.stage > self.lead_stage:
            self.becomes_lead(walk)  # A5
        walk.theorist, walk.traits = self.as_it_comes(walk.inquiry)  # J1
        walk.product = self.product_for(walk.inquiry)
        self.enter(walk, walk.stage)

    def product_for(self, company: Inquiry) -> int | None:
        """Return what a deal is about: one of the products that have been launched (PC1, PC6)."""
        listed = self.firm.segments[company.segment].products
        shares = [
            up_to - before
            for (up_to, _), before in zip(listed, [0.0, *(up_to for up_to, _ in listed)], strict=False)
        ]
        sold = [
            (share, product)
            for share, (_, product) in zip(shares, listed, strict=True)
            if self.firm.products[product].launched <= self.now
        ]
        up_to, u = 0.0, company.by_product * sum(share for share, _ in sold)
        for share, product in sold:
            up_to += share
            if u < up_to:
                return product
        return sold[-1][1] if sold else None

    def as_it_comes(self, company: Inquiry) -> tuple[bool, set[int]]:
        """Return whether a company that asks now is a theorist, and its traits, as its channel has learnt."""
        learning = self.firm.channels[company.channel].learning
        if learning is None:
            return company.theorist, set(company.traits)
        reports = self.streams[company.channel].reports
        typed = (learning.theorists, *learning.traits)
        shares = [moved(*each, learning.half, reports) for each in typed]
        below = [u < share for u, share in zip(company.by_luck, shares, strict=True)]  # W6
        return below[0], {number for number, has in enumerate(below[1:]) if has}

    def reports(self, walk: Walk) -> None:
        """Tell marketing what a lead that leaves a visit has shown, if there is anything (W3, W4)."""
        channel = walk.inquiry.channel
        learning = None if channel < 0 else self.firm.channels[channel].learning
        failed = bool(self.stage_for(walk).checks) and walk.reached and not walk.advances
        if learning is None or walk.is_win_back or not (walk.target == WON or walk.is_junk or failed):
            return
        if self.draws.report(walk.entity, walk.stage, walk.round) < learning.honest:
            self.say("reported", walk.entity)
            walk.told.append(walk.target == WON)
            self.streams[walk.inquiry.channel].reports += counts(self.now, self.firm.period_begins)

    def share_available(self, segment: int) -> float:
        """Return the share of a segment's market that nobody has taken (O1, O7)."""
        market = self.firm.segments[segment]
        if not market.companies:
            return 1.0
        own = [walk for walk in self.leads.values() if walk.inquiry.segment == segment]
        taken = sum(walk.company in ("taken", "customer", "cooling") for walk in own)
        taken += sum(self.lost_lately[each].company.segment == segment for each in self.cool_yet)
        return max(market.companies - market.customers - taken, 0) / market.companies

    def lets_go(self, walk: Walk) -> None:
        """Let the company of a walk that has ended cool off, or not at all (O4)."""
        rest = self.draws.cooling(walk.inquiry.entity, walk.inquiry.segment)
        if walk.outcome == "won":
            walk.company, rest = "customer", None
        never = rest is None or rest >= FOR_EVER
        if never and self.now < self.firm.period_begins:  # O6
            never, rest = False, 0
        if not never and rest is not None:
            walk.company, walk.cool = "cooling", self.now + rest

    def companies(self, channel: int) -> list[Inquiry]:
        """List those who may come by a channel."""
        return [inquiry for inquiry in self.firm.inquiries if inquiry.channel == channel]

    def company(self, walk: Walk) -> Inquiry:
        """Find who inquired, as the chapter at hand draws companies."""
        companies, entity = self.streams[walk.inquiry.channel].companies, walk.inquiry.entity
        found = next((each for each in companies if each.entity == entity), None)
        return found or self.draws.company(entity, walk.inquiry.channel, walk.inquiry.segment)

    def find_next_inquiry(self, number: int) -> None:
        """Find when a channel's next inquiry comes; past the horizon, never."""
        stream = self.streams[number]
        stream.due = None
        channel = self.firm.channels[number]
        if channel.per_hour is not None:  # A13, A14
            found = stream.companies[stream.index].total <= reached(channel, stream)
            stream.due = self.now if found else None
        elif stream.index < len(stream.companies):
            total = stream.companies[stream.index].total
            due = instant_of(total, self.firm.channels[number], stream.midnights)
            stream.due = None if due is None or due >= self.firm.horizon else due

    def enter(self, walk: Walk, stage: int, back: bool = False) -> None:
        """Begin a visit: queue for a rep, or start at once where none is needed (V1)."""
        walk.stage = stage
        ripens = self.draws.ripening(walk.inquiry.entity) if walk.theorist else None
        if ripens is not None and self.now >= walk.created + ripens:  # J6
            walk.theorist = False
        self.say("entered", walk.entity)
        walk.visits.append(Visit(walk.entity, stage, walk.round, self.now))
        walk.waits_since = self.now
        team = self.stage_for(walk).team
        if team is None:
            self.start(walk, None)  # V4
            return
        if walk.gate is not None and walk.gate[0] != team:
            walk.gate = None  # B3
        if self.limit_for(walk) is not None and walk.gate != (team, stage):  # B2
            if not back and (self.all_held(team, stage) or not self.has_room(team, stage)):
                self.hold(walk)
                return
            walk.gate = (team, stage)
        self.wait_for_a_rep(walk)

    def wait_for_a_rep(self, walk: Walk) -> None:
        """Queue (V2)."""
        patience = self.draws.patience(walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        walk.phase = "queue"  # V2
        walk.until = None if patience is None else self.now + patience
        self.place(walk)

    # Deals that are open at time 0

    def was_open(self, deal: OpenDeal) -> None:
        """Go on with a deal that is open at time 0, or let it enter its stage (OD4, OD5)."""
        walk = self.deal_as_it_is(deal)
        self.leads[walk.entity], self.deals[walk.entity] = walk, deal
        is_there = self.has_phase(walk, deal)
        phase = deal.phase if is_there else "new"
        whose = None if walk.rep is None else walk.rep.who
        walk.was_open = whose, phase in ("queue", "work"), phase == "held"
        if phase in ("work", "customer"):
            self.decides_at_first(walk, deal)
        self.say("was open", walk.entity)
        if phase == "new":
            walk.visits = []
            self.enter(walk, walk.stage)
            return
        walk.phase, walk.until = phase, deal.until
        limit, team = self.limit_for(walk), self.stage_for(walk).team
        if phase == "held":
            assert limit is not None
            walk.rep, walk.rank = None, self.rank_if_held(limit, walk)
            return
        walk.gate = None if limit is None or team is None else (team, walk.stage)  # B3
        if phase == "work":
            walk.phase, walk.until, walk.waits_since = "queue", None, 0  # G11
            walk.interrupted, walk.left_to_do = True, deal.left_to_do
        if walk.phase == "queue":
            self.queues_from_now_on(walk, deal)

    def was_lost(self, deal: OpenDeal) -> None:
        """Leave the company of a deal that was lost alone until it has cooled off (OD9)."""
        if self.firm.segments[deal.company.segment].companies:
            self.lost_lately[deal.company.entity] = deal
            self.cool_yet.add(deal.company.entity)

    def with_attempts(self, deal: OpenDeal) -> OpenDeal:
        """Count the attempts that have begun in the visit: where work has begun, one at least (OD5)."""
        if self.stage_at(deal.stage, deal.company.segment).attempts is None:
            return replace(deal, attempt=0)
        begun = deal.phase in ("work", "between attempts", "customer")
        return replace(deal, attempt=max(deal.attempt, begun))

    def deal_as_it_is(self, deal: OpenDeal) -> Walk:
        """Return an open deal with what is known of it (OD1, OD8)."""
        company = deal.company
        walk = Walk(company, deal.created, deal.stage, company.entity, deal.created)
        walk.rep = next((person for person in self.people if person.who == deal.rep), None)
        walk.opener = walk.closer = walk.rep
        walk.became_lead = deal.created if deal.stage > self.lead_stage else None
        walk.product, walk.value = deal.product, deal.value
        walk.theorist, walk.traits = company.theorist, set(company.traits)
        walk.wait, walk.waits_since = deal.waited, deal.entered
        walk.visits = [visit_so_far(deal)]
        if self.firm.segments[company.segment].companies:
            walk.company = "taken"  # O3
        return walk

    def has_phase(self, walk: Walk, deal: OpenDeal) -> bool:
        """Return whether a deal's stage has the phase in which its donor was (OD5)."""
        stage = self.stage_for(walk)
        if deal.phase == "customer" or stage.team is None:
            return deal.phase == "customer"
        if deal.phase == "held":
            return self.limit_for(walk) is not None
        if deal.phase == "between attempts" or not deal.reached:
            return stage.attempts is not None
        return deal.phase == "queue" or stage.people == 1

    def queues_from_now_on(self, walk: Walk, deal: OpenDeal) -> None:
        """Join the own queue of its rep, or lie on the pile; without that rep be placed (OD5)."""
        own, stage = walk.rep, self.stage_for(walk)
        assert stage.team is not None
        team = self.firm.teams[stage.team]
        owned = team.sticky or team.assignment not in PULLS or deal.attempt > 0
        if own is None or not own.on_staff or own.record.team != stage.team or not owned:
            self.place(walk)
            return
        if deal.ignored and stage.ignored is not None:
            walk.ignored, walk.ignored_reason = True, stage.ignored.reason
            return
        walk.queue = own
        walk.rank = self.rank_in_own_queue(walk)

    def decides_at_first(self, walk: Walk, deal: OpenDeal) -> None:
        """Note what comes of work that started before time 0, and the customer's time (OD6)."""
        stage, segment = self.stage_for(walk), self.firm.segments[walk.inquiry.segment]
        key = (walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        worked = stage.team is not None and walk.rep is not None and walk.rep.on_staff
        skill = self.skill_now(walk.rep) if worked and walk.rep is not None else 1.0
        traits, of_deal = self.firm.traits, self.odds_of_deal(walk)
        walk.odds = odds_of_work(stage, walk, segment, skill, deal.waited, traits, of_deal)
        walk.luck, walk.reached = self.draws.advances(*key), deal.reached
        walk.undecided = stage.late and deal.reached
        chance = chance_of_advancing(walk.odds, self.odds_of_month(0))
        self.heads_for(walk, self.passes(walk) if stage.checks else walk.luck < chance)
        walk.takes = whole(self.draws.customer_days(*key) * segment.customer_time * DAY)
        if stage.rejection is not None and deal.reached:
            walk.met.add(walk.stage)  # J7
            walk.truly_junk = walk.theorist or not stage.rejection.needs <= walk.traits
        if deal.rejected:
            assert stage.rejection is not None
            walk.is_junk = True
            walk.target, walk.reason, walk.takes = LOST, stage.rejection.reason, 0  # J11
        if deal.outcome:
            self.is_overridden(walk, deal.outcome)

    def is_overridden(self, walk: Walk, outcome: str) -> None:
        """Let a deal be won, or lost for the first reason for which deals are lost in its stage (OD7)."""
        walk.advances, walk.undecided, walk.target = outcome == WON, False, outcome
        reasons = [reason for _, target, reason in self.stage_for(walk).elses if target == LOST]
        walk.reason = next(iter(reasons), 0)

    # Before the hand-over

    def limit_for(self, walk: Walk) -> Limit | None:
        """Return the limit of the team in the lead's stage (B1)."""
        team = self.stage_for(walk).team
        return None if team is None else self.firm.stages[walk.stage].limits.get(team)

    def all_held(self, team: int | None, stage: int) -> list[Walk]:
        """List those held in a stage for a team, in order."""
        found = [
            walk
            for walk in self.leads.values()
            if walk.phase == "held" and walk.stage == stage and self.stage_for(walk).team == team
        ]
        return sorted(found, key=lambda walk: (walk.rank, walk.visits[-1].entered, walk.entity))

    def has_room(self, team: int, stage: int) -> bool:
        """Count who counts, and who is on staff; where it is too many, nobody goes (B1, B7)."""
        load = sum(walk.gate == (team, stage) and walk.phase != "over" for walk in self.leads.values())
        on_staff = sum(person.on_staff for person in self.members(team))
        return load < self.firm.stages[stage].limits[team].millionths * on_staff // 1_000_000

    def hold(self, walk: Walk) -> None:
        """Wait for room, without an owner (B4)."""
        limit = self.limit_for(walk)
        assert limit is not None
        walk.gate = walk.rep = None
        walk.phase, walk.rank = "held", self.rank_if_held(limit, walk)
        walk.visits[-1].held = True
        self.spend("holding", walk.stage, limit.cost)
        self.say("held", walk.entity)
        patience = self.draws.held_patience(walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        walk.until = None if patience is None else self.now + patience

    def rank_if_held(self, limit: Limit, walk: Walk) -> int:
        """Return where a lead belongs among those held (B4)."""
        ranks = {"fifo": 0, "lifo": -walk.visits[-1].entered, "hottest": walk.inquiry.heat}
        return ranks.get(limit.order, walk.began)

    def next_admitted(self) -> Walk | None:
        """Find who is admitted (B5)."""
        held = [walk for walk in self.leads.values() if walk.phase == "held"]
        unlimited = [walk for walk in held if self.limit_for(walk) is None]  # C25
        if unlimited:
            return min(unlimited, key=lambda walk: (walk.visits[-1].entered, walk.entity))
        for team in range(len(self.firm.teams)):
            for stage in range(len(self.firm.stages)):
                waiting = self.all_held(team, stage)
                if waiting and self.has_room(team, stage):
                    return waiting[0]
        return None

    def admit(self, walk: Walk) -> None:
        """Hand a lead over that was held; its wait counts from entering all the same (B6)."""
        team = self.stage_for(walk).team
        assert team is not None
        walk.gate = None if self.limit_for(walk) is None else (team, walk.stage)
        walk.visits[-1].admitted = self.now
        self.say("admitted", walk.entity)
        self.wait_for_a_rep(walk)

    def take_over_limits(self, before: Firm) -> None:
        """Find who counts where in the chapter that begins; rank those held anew (C25, C26)."""
        for walk in self.leads.values():
            if walk.phase in ("over", "nurture", "resting", "to begin"):
                continue
            limit, team = self.limit_for(walk), self.stage_for(walk).team
            if walk.phase == "held":
                walk.rank = 0 if limit is None else self.rank_if_held(limit, walk)
                continue
            if walk.gate is not None:
                own, stage = walk.gate
                stays = own in self.firm.stages[stage].limits and team in (None, own)
                walk.gate = walk.gate if stays else None
            if walk.gate is None and team is not None:
                new = [
                    stage
                    for stage in range(walk.stage + 1)
                    if self.firm.stages[stage].process == walk.process
                    and team in self.firm.stages[stage].limits
                    and not (stage < len(before.stages) and team in before.stages[stage].limits)
                ]
                walk.gate = (team, new[-1]) if new else None

    def first_stage(self, walk: Walk) -> int:
        """Return the first stage of a pursuit's process."""
        if walk.deal is not None:
            return self.firm.deliveries[walk.delivery].stage
        return 0 if walk.program is None else self.firm.programs[walk.program].stages.start

    # In the stage

    def stage_for(self, walk: Walk, firm: Firm | None = None) -> Stage:
        """Find what the lead's stage is to its segment: also which team works it (S1, S3)."""
        return self.stage_at(walk.stage, walk.inquiry.segment, firm)

    def stage_at(self, number: int, segment: int, firm: Firm | None = None) -> Stage:
        """Find what a stage is to a segment."""
        stage = (firm or self.firm).stages[number]
        return stage.of.get(segment, stage)  # S2: its place in the funnel is that of the stage

    def place(self, walk: Walk) -> None:
        """Put a lead into its rep's queue, another rep's or the team's (P1)."""
        number = self.stage_for(walk).team
        assert number is not None
        team = self.firm.teams[number]
        own = walk.rep
        if not (team.sticky and own is not None and own.record.team == number and own.on_staff):  # P2
            # P3, R6
            walk.rep = None
            # P4
            walk.rep = None if team.assignment in PULLS else self.choose(number, walk)
            walk.ignored = walk.rep is not None and self.ignores(walk.rep, walk)
        if walk.ignored:
            walk.queue = None
        elif walk.rep is None:
            walk.queue = number
            rank = -self.worth(walk, 1.0, 0) if team.assignment == "priority_queue" else 0  # Q2, Q4
            walk.rank = self.goes_ahead(walk, rank)
        else:
            walk.queue = walk.rep
            walk.rank = self.rank_in_own_queue(walk)

    def ignores(self, person: Person, walk: Walk) -> bool:
        """Return whether the rep who has been chosen will never take a lead up (B8)."""
        neglect = self.stage_for(walk).ignored
        if neglect is None or walk.visits[-1].tries or walk.interrupted:
            return False
        others = self.open_leads(person) - 1
        odds = neglect.odds * effect_of_open_leads(neglect.loads, others)
        u = self.draws.ignored(walk.entity, walk.stage, walk.round)
        walk.ignored_reason = neglect.reason
        return odds > 1e300 or u < odds / (1 + odds)

    def ignored_by(self, person: Person) -> list[Walk]:
        """List what a rep ignores, in the order of time queued, then of entity (B10)."""
        found = [walk for walk in self.leads.values() if walk.ignored and walk.rep is person]
        return sorted(found, key=lambda walk: (walk.visits[-1].entered, walk.entity))

    def rank_in_own_queue(self, walk: Walk) -> int:
        """Return where a lead belongs among those that wait for one rep (Q3)."""
        team = self.stage_for(walk).team
        assert team is not None
        order = self.firm.teams[team].queue_order
        ranks = {"fifo": 0, "lifo": -walk.waits_since, "hottest": walk.inquiry.heat}
        return self.goes_ahead(walk, ranks.get(order, walk.began))

    def goes_ahead(self, walk: Walk, rank: int) -> int:
        """Let hot leads come first where the team says so, and then work that was interrupted (G8, G11)."""
        team = self.stage_for(walk).team
        assert team is not None
        hot = self.firm.teams[team].interrupts and walk.inquiry.heat == 0
        return (-(2**61) if walk.interrupted else rank) - (2**62 if hot else 0)

    def choose(self, number: int, walk: Walk) -> Person | None:
        """Let the team's policy push the lead to one of its reps, or to none (P5)."""
        team = self.firm.teams[number]
        members = self.members(number)
        eligible = [
            rep
            for rep in members
            if rep.on_staff and not rep.absent and self.open_leads(rep) < team.max_open  # R13
        ]
        if not eligible:
            return None
        if team.assignment == "round_robin":  # P6
            turn = self.turns[number]
            for position in [*range(turn, len(members)), *range(turn)]:
                if members[position] in eligible:
                    self.turns[number] = (position + 1) % len(members)
                    return members[position]
        if team.assignment == "hot_to_best":  # P8
            best_first = sorted(eligible, key=lambda rep: (-self.skill_now(rep), rep.number))
            away = [abs(place * 3 // len(best_first) - walk.inquiry.heat) for place in range(len(best_first))]
            eligible = [rep for rep, tiers in zip(best_first, away, strict=True) if tiers == min(away)]
        if team.assignment == "best_skill":  # P12
            return min(eligible, key=lambda rep: (-self.skill_now(rep), self.open_leads(rep), rep.number))
        if team.assignment == "segment_match":  # P13
            eligible = [rep for rep in eligible if walk.inquiry.segment in rep.record.segments] or eligible
        if team.assignment == "last_with_room":  # P14: the user's own
            return eligible[-1]
        if team.assignment in ("random", "weighted"):
            return self.draw_lots(team.assignment, eligible, walk)
        return min(eligible, key=lambda rep: (self.open_leads(rep), rep.number))  # P7

    def draw_lots(self, assignment: str, eligible: list[Person], walk: Walk) -> Person:
        """Let chance choose among the eligible, with the same luck throughout a visit (P15)."""
        u = self.draws.luck(walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        if assignment == "random":  # P9
            return eligible[math.floor(u * len(eligible))]
        weights = [rep.record.weight for rep in eligible]
        ends = accumulate(weights)  # P10
        return next(
            (rep for rep, end in zip(eligible, ends, strict=True) if end > u * sum(weights)), eligible[-1]
        )

    def start(self, walk: Walk, rep: Person | None, crew: Sequence[Person] = ()) -> None:
        """Begin the work of a visit; how it will end is known at once, by what chance says now (C11).

        The rep leads the crew, if there is one.
        """
        if walk.interrupted:
            assert rep is not None
            self.resume(walk, rep)
            return
        visit = walk.visits[-1]
        stage = self.stage_for(walk)
        if rep is not None:
            walk.other_at_hand = bool(self.at_hand(rep, rep.record.team, not walk.is_lead))
        key = (walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        skill, effort, ends, walk.reached = 1.0, 0, self.now, True
        if rep is not None:
            skill = self.skill_now(rep)  # V8
            speed = rep.talent[1] * strength(rep, rep.record.speed_from, self.now)
            hours = self.draws.effort_hours(*key)
            for number in range(len(stage.checks)):  # J4
                hours += self.draws.check(walk.entity, walk.stage, walk.round, number)[0]
            effort = self.with_an_attempt(walk, whole(hours / speed * HOUR), speed)  # V7
            for member in crew or [rep]:
                member.working_on = walk.entity  # CR3
            walk.rep = rep  # G6
            self.credit(walk, rep)
        # V12: an inquiry enters its first stage as it arrives; back there, it waits since it came back.
        segment = self.firm.segments[walk.inquiry.segment]
        if not visit.tries:
            walk.wait = self.now - visit.entered  # Y6
        walk.odds = odds_of_work(
            stage, walk, segment, skill, walk.wait, self.firm.traits, self.odds_of_deal(walk)
        )
        walk.luck, walk.undecided = self.draws.advances(*key), stage.late and walk.reached
        chance = chance_of_advancing(walk.odds, self.odds_of_month(self.now))  # H8
        self.heads_for(walk, self.passes(walk) if stage.checks else walk.luck < chance)
        walk.takes = whole(self.draws.customer_days(*key) * segment.customer_time * DAY)  # V15
        unmet = walk.reached and walk.stage not in walk.met
        if rep is not None and stage.rejection is not None and unmet:
            effort = self.meets(walk, rep, skill, effort, stage.rejection)
        if rep is not None:
            ends = end_of_work(self.hours_for(walk), self.now, effort)
            self.puts_in(rep, walk, effort)
        walk.phase, walk.queue, walk.until = "work", None, ends
        walk.works_since, walk.left_to_do = self.now, effort
        visit.started, visit.effort = self.now, effort  # V6
        visit.rep = None if walk.rep is None else walk.rep.who  # V5
        self.spend("visit", walk.stage, 0.0 if visit.tries else stage.cost_per_visit)  # Y3
        self.say("started", walk.entity)

    def heads_for(self, walk: Walk, advances: bool) -> None:
        """Note whether a lead advances, where it goes and why (V16)."""
        stage, walk.advances = self.stage_for(walk), bool(advances)
        routes = stage.nexts if advances else stage.elses
        at = self.draws.route(walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        _, walk.target, walk.reason = next((route for route in routes if at < route[0]), routes[-1])

    def decide_late(self, walk: Walk) -> None:
        """Decide as the customer answers, by the odds of the start of work (V28, V29)."""
        stage = self.stage_for(walk)
        ratio = effect_of_waiting(stage.ages, self.now - walk.visits[-1].entered)
        ratio *= stage.quarter[self.firm.calendar_months[self.now // DAY] % 3]
        self.heads_for(walk, walk.luck < chance_of_advancing(walk.odds, ratio * self.odds_of_month(self.now)))
        walk.undecided = False

    def odds_of_deal(self, walk: Walk) -> float:
        """Return the odds ratio of what a deal is about, of which there is none in a visit (PC5)."""
        product = self.product_of(walk) if walk.is_lead else None
        return 1.0 if product is None else product.odds

    def passes(self, walk: Walk) -> bool:
        """Make the checks and count the good answers (J3)."""
        stage, good = self.stage_for(walk), 0
        for number, check in enumerate(stage.checks):
            truly = not walk.theorist if check.trait is None else check.trait in walk.traits
            _, u = self.draws.check(walk.entity, walk.stage, walk.round, number)
            good += u < (check.if_so if truly else check.if_not)
        return good >= stage.passes_at

    def meets(self, walk: Walk, rep: Person, skill: float, effort: int, rejection: Rejection) -> int:
        """Judge a lead at first contact after hand-over; return the effort, less if it is rejected (J7)."""
        walk.met.add(walk.stage)
        walk.truly_junk = walk.theorist or not rejection.needs <= walk.traits  # J8
        visit = walk.visits[-1]
        visit.handed_over = True
        walk.contacts.append(walk.truly_junk)
        odds = rejection.odds * effect_of_open_leads(rejection.loads, self.open_leads(rep) - 1)
        for number, ratio in enumerate(rejection.missing):
            odds *= 1.0 if number in walk.traits else ratio
        odds *= (rejection.theorist if walk.theorist else 1.0) * skill**rejection.skill_exponent
        certain = math.isinf(rejection.odds) or odds > 1e300
        u = self.draws.rejection(walk.entity, walk.stage, walk.round)
        if not (certain or u < odds / (1.0 + odds)):  # J9
            return effort
        walk.is_junk, walk.undecided = True, False
        walk.target, walk.reason, walk.takes = LOST, rejection.reason, 0  # J11
        return whole(effort * rejection.effort_share)

    def work_ends(self, walk: Walk) -> None:
        """Free the rep; the customer takes its time (V14), or is tried again (Y4), or never more (Y5)."""
        visit, workers = walk.visits[-1], self.workers_on(walk)
        if walk.reached:
            visit.worked, visit.people = self.now, max(len(workers), 1)
        self.say("worked" if walk.reached else "not reached", walk.entity)
        if self.has_crew(walk):
            for worker in workers:
                self.tells_of_part(walk, worker, walk.left_to_do)
        for worker in workers:
            worker.working_on = None
            worker.idle_since = self.now
            worker.worked += self.counts(worker)  # Z1, CR9
            if not worker.on_staff:
                self.goes_home(worker)
        if not walk.reached and self.tries_again_later(walk):
            return
        walk.phase, walk.until = "customer", self.answer_comes(walk)

    # Crews

    def workers_on(self, walk: Walk) -> list[Person]:
        """List who works on a lead, by number: one, a crew (CR2), or nobody."""
        return [person for person in self.people if person.working_on == walk.entity]

    def has_crew(self, walk: Walk) -> bool:
        """Return whether several work on a lead."""
        return len(self.workers_on(walk)) > 1

    def hours_for(self, walk: Walk) -> Spans:
        """List when the work in hand goes on: while all are at work (V13, CR4)."""
        return reduce(in_common, [person.hours_at_work() for person in self.workers_on(walk)])

    def tells_of_crews_at_work(self) -> None:
        """Tell at the end of a month what crews have worked until now (CR6)."""
        for person in self.people:
            walk = None if person.working_on is None else self.leads[person.working_on]
            if walk is not None and self.has_crew(walk):
                done = working_time(self.hours_for(walk), walk.works_since, self.now)
                self.tells_of_part(walk, person, done)

    def tells_of_part(self, walk: Walk, person: Person, done: int) -> None:
        """Tell what a member has done of the work in hand, of which so much is done (CR5)."""
        parts = walk.visits[-1].parts
        told = sum(part.worked for part in parts if part.rep == person.who)
        parts.append(Part(self.now, person.who, self.now - walk.works_since, done - told))
        self.say("in crew", walk.entity)

    def with_an_attempt(self, walk: Walk, effort: int, speed: float) -> int:
        """Return the working time of the spell that begins, and note whether it reaches the buyer (Y2)."""
        attempts, walk.reached = self.stage_for(walk).attempts, True
        if attempts is None:
            return effort
        key = (walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        hours, u = self.draws.attempt(*key, len(walk.visits[-1].tries))
        walk.reached = u < attempts.chance
        return whole(hours / speed * HOUR) + (effort if walk.reached else 0)

    def tries_again_later(self, walk: Walk) -> bool:
        """Rest before the next attempt (Y4); the last one in vain is a no, at once (Y5)."""
        visit, attempts = walk.visits[-1], self.stage_for(walk).attempts
        assert attempts is not None
        assert visit.started is not None
        assert visit.effort is not None
        visit.tries.append(Try(visit.started, visit.rep, visit.effort, self.now, visit.pauses))
        visit.pauses = []
        if len(visit.tries) >= attempts.most:
            walk.target, walk.reason, walk.takes = LOST, attempts.reason, 0
            return False
        key = (walk.entity, walk.inquiry.segment, walk.stage, walk.round)
        walk.phase = "between attempts"
        walk.until = self.now + self.draws.interval(*key, len(visit.tries) - 1)
        return True

    def queues_again(self, walk: Walk) -> None:
        """Queue for the next attempt: with its rep if it can, and with no patience to end (Y4)."""
        self.say("queued again", walk.entity)
        walk.phase, walk.until, walk.waits_since = "queue", None, walk.visits[-1].entered
        own = walk.rep
        if own is not None and own.on_staff and own.record.team == self.stage_for(walk).team:
            walk.queue = own
            walk.rank = self.rank_in_own_queue(walk)
        else:
            self.place(walk)

    def answer_comes(self, walk: Walk) -> int | None:
        """Find when the customer answers: by the clock, or by the hours that customers have now (C23)."""
        stage = self.stage_for(walk)
        if stage.customers is None:
            return self.now + walk.takes
        return end_of_work(stage.customers, self.now, whole(walk.takes * stage.share_of_day))  # V26

    def customer_answers(self, walk: Walk) -> None:
        """Leave the stage for another one, or for good (V17)."""
        if walk.undecided:
            self.decide_late(walk)
        visit = walk.visits[-1]
        visit.left = self.now
        done = "won" if walk.is_lead else "done" if walk.deal is None else "delivered"  # AV2, DE2
        visit.how = {LOST: "lost", WON: done}.get(walk.target, "")
        if walk.is_junk:
            visit.rejected = True
            self.rejects(walk)
        if walk.is_lead:
            self.reports(walk)
        if walk.target == LOST:
            visit.reason = walk.reason
            self.lose(walk)
            return
        if visit.how == "done":
            self.visit_is_over(walk, walk.customer)
            return
        past = len(self.firm.stages) if walk.target == WON else int(walk.target)
        visit.how = visit.how or ("advanced" if past > walk.stage else "sent back")
        self.say(visit.how, walk.entity)
        is_new = walk.is_lead and not walk.is_win_back and walk.became_lead is None
        if is_new and past > self.lead_stage:
            self.becomes_lead(walk)
        if walk.target == WON:
            if walk.deal is None:
                self.wins(walk)
            else:
                self.delivers(walk)
            self.finish(walk)
            return
        walk.round += visit.how == "sent back"  # V18
        team = self.stage_for(walk).team
        if team is not None and not self.firm.teams[team].sticky:
            walk.rep = None  # V20
        self.enter(walk, past, back=visit.how == "sent back")

    def rejects(self, walk: Walk) -> None:
        """Note what a lead that sales rejects has cost (J12)."""
        cost = self.stage_for(walk).cost_per_visit
        if walk.is_lead and not walk.is_win_back and not walk.rejections:  # WB3
            channel = self.firm.channels[walk.inquiry.channel]
            cost += channel.cost_per_inquiry
            cost += channel.price_per_lead if walk.became_lead is not None else 0.0
        walk.rejections.append(walk.truly_junk)
        self.spend("junk", walk.inquiry.channel, cost)
        self.say("rejected", walk.entity)

    @property
    def lead_stage(self) -> int:
        """The number of the stage that makes leads; beyond all stages where none does."""
        makes = [number for number, stage in enumerate(self.firm.stages) if stage.makes_lead]
        return makes[0] if makes else len(self.firm.stages) + 1

    def becomes_lead(self, walk: Walk) -> None:
        """Get past the stage that makes leads for the first time (V19)."""
        walk.became_lead = self.now
        self.spend("lead", walk.inquiry.channel, self.firm.channels[walk.inquiry.channel].price_per_lead)
        self.say("became lead", walk.entity)

    def wins(self, walk: Walk) -> None:
        """Book the contract in the name of its closer (M4)."""
        share_of_price, product = self.share_of_price(walk), self.product_of(walk)
        # C17: what the chapter at hand says
        price, usual, margin = self.prices(walk)
        if walk.value is not None:  # OD6
            price = usual = walk.value / share_of_price / self.times(walk)
        walk.bill = Bill(
            price * share_of_price,
            usual * share_of_price,
            share_of_price,
            at_delivery=product is not None and product.at_delivery,
            closer=None if walk.closer is None else walk.closer.who,
            since=walk.first_signed or 0,
        )
        full, usual = price * self.times(walk), usual * self.times(walk)
        walk.bookings = self.bookings(walk)
        expected = usual * share_of_price  # M7
        self.books(walk, "margin", walk.bookings - (1 - margin) * full)  # M3
        self.books(walk, "expected", expected)
        self.books(walk, "expected margin", expected - (1 - margin) * usual)
        if not walk.bill.at_delivery:
            walk.term = max(self.earns_over(walk), 1)  # M8
            self.books(walk, "revenue", walk.bookings)
        if walk.closer is not None:
            self.pays_commission(walk, walk.closer, expected)
        if self.firm.billing:
            for each in self.due_at_signing(walk.product, walk.bill, walk.bookings, walk.term):
                self.bills(walk, *each)
        if not walk.bill.at_delivery:
            self.subscribes(walk, walk.bill)
        if product is not None and product.delivery is not None:
            self.is_to_be_delivered(walk, walk.entity, walk.round, product.delivery, walk.bill)
        if product is not None and not product.months:
            self.may_buy_again(walk, product)
        if (product is None or not product.months) and self.now >= self.firm.period_begins:
            self.may_refer(walk.inquiry, self.draws.referrer(walk.entity, walk.round))

    def books(self, walk: Walk, what: str, money: float) -> None:
        """Book what a contract brings for its segment."""
        assert walk.bill is not None
        since = self.now if what == "billed" else walk.bill.since  # CA7
        walk.booked.append((what, walk.bill.closer, since))
        self.spend(what, walk.inquiry.segment, money)
        self.say(what, walk.entity)

    # Bills

    def billing(self, product: int | None) -> Billing:
        """Return how contracts about a product, or about none, are billed."""
        return self.firm.billing[0 if product is None else product + 1]

    def due_at_signing(
        self, product: int | None, bill: Bill, value: float, term: int
    ) -> list[tuple[float, int, str]]:
        """List what is billed at once: all or the deposit, and the rest if monthly, not at delivery (CA2)."""
        how = self.billing(product)
        first = 1.0 if how.when == "at signing" else how.deposit
        bill.unbilled = 1 - first
        due = [(value * first, 1, "deposit" if bill.unbilled else "payment")]
        if how.when == "monthly" and not bill.at_delivery:
            due.append((value * bill.unbilled, instalments(how, term), "payment"))
            bill.unbilled = 0.0
        return due

    def bills_the_rest(self, walk: Walk, bill: Bill) -> None:
        """Bill what has not been billed as something is delivered (CA4)."""
        value = self.worth_now(walk, bill)[0] * bill.unbilled
        term = max(self.earns_over(walk), 1)
        self.bills(walk, value, instalments(self.billing(walk.product), term), "payment")

    def bills_an_order(self, buyer: Buyer, bill: Bill, term: int) -> None:
        """Bill what has been ordered (CA8)."""
        for value, count, purpose in self.due_at_signing(buyer.product, bill, bill.paid, term):
            money = in_cents(value / count)
            if money > 0:
                delay = self.draws.payment(buyer.entity, buyer.product, purpose, buyer.orders)
                buyer.steps.append(Step("billed", self.now, money, delay, self.now, buyer.product, count))
                self.say("billed", buyer.entity)

    def bills(self, walk: Walk, value: float, count: int, purpose: str) -> None:
        """Write a bill of so many instalments (CA3, CA7)."""
        money = in_cents(value / count)
        if money > 0:
            self.books(walk, "billed", money)
            delay = self.draws.payment(walk.entity, walk.product, purpose, 0)
            self.says_of_a_bill(walk.inquiry, count, self.now, delay)

    def bills_a_term(self, contract: Contract, each: float, count: int, first: int) -> None:
        """Write a bill of a contract, whose first instalment is billed at an instant (CA5, CA6)."""
        money = in_cents(each)
        if money > 0:
            delay = self.draws.payment(contract.entity, contract.product, "payment", contract.terms)
            self.tells(contract, "billed", money, delay, first)
            self.says_of_a_bill(contract.company, count, first, delay)

    def says_of_a_bill(self, company: Inquiry, count: int, first: int, delay: int) -> None:
        """Say how many instalments a bill has, from when on, and when each is paid."""
        self.spend("instalments", company.segment, count)
        self.spend("first instalment", company.segment, first)
        self.spend("delay of a bill", company.segment, delay)

    # Referrals

    def may_refer(self, company: Inquiry, entity: int, *, of_contract: bool = False) -> None:
        """Let a referrer be born of a contract, or of a deal, if its company has none (RF1)."""
        if self.firm.referrals is None or company.entity in self.referrers:
            return
        referrer = Referrer(entity, company, of_contract)
        self.referrers[company.entity] = referrer
        referrer.due = self.candidate_comes(referrer)

    def candidate_comes(self, referrer: Referrer) -> int | None:
        """Find when the next candidate comes, a whole gap from now (RF2)."""
        rate = rate_of_referrals(self.firm)
        u = self.draws.referral(referrer.company.entity, referrer.number)
        return self.now + whole(-math.log(1 - u) / rate * MONTH) if rate > 0 else None

    def refers_anew(self, referrer: Referrer, before: Firm) -> None:
        """Let the candidate that is due come sooner or later (RF7)."""
        was, rate = rate_of_referrals(before), rate_of_referrals(self.firm)
        if was == rate:
            return
        if was == 0 or rate == 0:
            referrer.due = self.candidate_comes(referrer)
        else:
            assert referrer.due is not None
            referrer.due = self.now + whole((referrer.due - self.now) * (was / rate))

    def refers(self, referrer: Referrer) -> None:
        """Let a candidate inquire, if it is accepted (RF3, RF4)."""
        referrals = self.firm.referrals
        assert referrals is not None
        entity = self.draws.referred(referrer.company.entity, referrer.number)
        candidate = self.draws.company(entity, referrals.channel, referrer.company.segment)
        satisfaction = 1.0 if referrer.delivered_well else referrals.bad_delivery
        satisfaction *= 1.0 if referrer.kept else referrals.missed_visit
        lasts = not (referrals.while_customer and referrer.of_contract) or self.is_customer(referrer.company)
        if lasts and candidate.accepted_below < satisfaction * self.share_available(candidate.segment):
            self.inquires(candidate, referrals.channel)
        referrer.number += 1
        referrer.due = self.candidate_comes(referrer)

    def is_customer(self, company: Inquiry) -> bool:
        """Return whether a contract of a company is in force (RF6)."""
        own = [each for each in self.contracts.values() if each.company.entity == company.entity]
        return any(contract.term_ends is not None for contract in own)

    # Orders

    def may_buy_again(self, walk: Walk, product: Product) -> None:
        """Let a buyer be born of a deal (RP1)."""
        if not product.bought_again or walk.product is None or self.now < self.firm.period_begins:
            return
        entity = self.draws.buyer(walk.entity, walk.round)
        self.buyers[entity] = Buyer(entity, walk, walk.product, self.now, None, self.now)
        self.waits_for_an_order(self.buyers[entity])

    def waits_for_an_order(self, buyer: Buyer) -> None:
        """Find when the next order comes (RP3)."""
        company = buyer.deal.inquiry.entity
        rate, _ = self.draws.buying(company, buyer.product)
        gap, _ = self.draws.order(company, buyer.orders + 1)
        buyer.latest = self.now
        buyer.due = self.now + whole(-math.log(1 - gap) / rate * DAY) if rate > 0 else None

    def orders(self, buyer: Buyer) -> None:
        """Let a buyer buy again (RP4)."""
        company, product = buyer.deal.inquiry, self.firm.products[buyer.product]
        buyer.orders += 1
        price = self.draws.order_price(company.entity, company.segment, buyer.product, buyer.orders)
        mean, share = product.prices[company.segment].mean, 1 - product.discount
        bill = Bill(price * share, mean * share, share, product.at_delivery, None, buyer.won)
        self.tells_of_order(buyer, "ordered", bill.paid, self.now - buyer.latest, min(buyer.orders, 32_767))
        lost = 1 - product.prices[company.segment].margin
        term = max(product.earned_over, 1)
        self.tells_of_order(buyer, "margin", bill.paid - lost * price, 0 if bill.at_delivery else term)
        self.tells_of_order(buyer, "expected margin", bill.usual - lost * mean)
        if not bill.at_delivery:  # RP5
            self.tells_of_order(buyer, "revenue", bill.paid, term)
        if self.firm.billing:
            self.bills_an_order(buyer, bill, term)
        if product.delivery is not None:
            self.is_to_be_delivered(buyer.deal, buyer.entity, buyer.orders, product.delivery, bill)
        buyer.due = None
        _, u = self.draws.order(company.entity, buyer.orders)
        if u >= self.draws.buying(company.entity, buyer.product)[1]:  # RP6
            self.waits_for_an_order(buyer)

    def tells_of_order(
        self, buyer: Buyer, what: str, money: float, waited: int | None = None, count: int | None = None
    ) -> None:
        """Say what a buyer does."""
        buyer.steps.append(Step(what, self.now, money, waited, buyer.won, buyer.product, count))
        self.say(what, buyer.entity)

    # Deliveries

    def is_to_be_delivered(self, deal: Walk, parent: int, occurrence: int, number: int, bill: Bill) -> None:
        """Let a delivery be born of a deal, or of a buyer, and begin in the next wave (DE1, RP5, X5)."""
        entity = self.draws.delivery(parent, occurrence, number)
        how = self.firm.deliveries[number]
        delivery = Walk(deal.inquiry, self.now, how.stage, entity, deal.created, how.process)
        delivery.deal, delivery.delivery, delivery.bill = deal, number, bill
        delivery.product, delivery.warmth = deal.product, deal.warmth
        delivery.returned, delivery.first_signed = deal.returned, deal.first_signed
        delivery.theorist, delivery.traits = deal.theorist, set(deal.traits)
        delivery.phase, delivery.until = "to begin", self.now
        self.leads[entity] = delivery

    def delivers(self, walk: Walk) -> None:
        """Say whether what has been delivered is good, and recognise it, if that is so (DE4, DE5)."""
        delivery = self.firm.deliveries[walk.delivery]
        chance = chance_of_a_good_one(delivery, self.now - walk.began, walk.round)
        walk.good = self.draws.good(walk.entity) < chance
        assert walk.bill is not None
        if walk.bill.at_delivery:
            walk.term = max(self.earns_over(walk), 1)
            value, margin, _ = self.worth_now(walk, walk.bill)
            self.books(walk, "revenue", value)
            self.books(walk, "earned", margin)
        if self.firm.billing:
            self.bills_the_rest(walk, walk.bill)
        if walk.bill.at_delivery:
            self.subscribes(walk, walk.bill)
        for contract in self.in_force(walk):  # DE7
            contract.delivered = walk
        if walk.inquiry.entity in self.referrers:  # RF5
            self.referrers[walk.inquiry.entity].delivered_well = walk.good

    def cancels(self, walk: Walk) -> None:
        """Take back what has been booked but not earned, or end the contract (DE6)."""
        assert walk.bill is not None
        value, margin, expected = self.worth_now(walk, walk.bill)
        self.books(walk, "cancelled", value)
        if walk.bill.at_delivery:
            self.books(walk, "margin", -margin)
            self.books(walk, "expected margin", -expected)
            return
        for contract in self.in_force(walk):
            self.churns(contract)

    def worth_now(self, walk: Walk, bill: Bill) -> tuple[float, float, float]:
        """Return bookings, their margin, and that at the mean price, of what was paid as it is now (C17)."""
        lost = 1 - self.prices(walk)[2]
        value, usual = (paid * self.times(walk) for paid in (bill.paid, bill.usual))
        return value, value - lost * (value / bill.share), usual - lost * (usual / bill.share)

    def in_force(self, walk: Walk) -> list[Contract]:
        """List the contract of a walk's company, if it has one that has not ended."""
        return [
            contract
            for contract in self.contracts.values()
            if contract.company.entity == walk.inquiry.entity and contract.term_ends is not None
        ]

    def product_of(self, walk: Walk) -> Product | None:
        """Return what a lead would buy, as it is in the chapter at hand."""
        return None if walk.product is None else self.firm.products[walk.product]

    def prices(self, walk: Walk) -> tuple[float, float, float]:
        """Return a contract's full price, the mean of such prices, and the margin: of a year or a month."""
        if walk.product is None:
            segment = self.firm.segments[walk.inquiry.segment]
            value = self.draws.value(walk.inquiry.entity, walk.inquiry.segment)
            return value, segment.mean_value, segment.margin
        return self.prices_of(walk.product, walk.inquiry)

    def prices_of(self, product: int, company: Inquiry) -> tuple[float, float, float]:
        """Return the full price of a product for a company, the mean of such prices, and the margin (PC2)."""
        price = self.firm.products[product].prices[company.segment]
        return self.draws.price(company.entity, company.segment, product), price.mean, price.margin

    def times(self, walk: Walk) -> float:
        """Return how many times a contract's price is paid: years, months of the first term, once (PC4)."""
        product = self.product_of(walk)
        return self.firm.segments[walk.inquiry.segment].years if product is None else product.months or 1

    def bookings(self, walk: Walk) -> float:
        """Return what is paid for a contract (M1, PC4); of a delivery, which is asked for by Q5."""
        if walk.value is not None:
            return walk.value  # OD6
        price, times, share = self.prices(walk)[0], self.times(walk), self.share_of_price(walk)
        return price * times * share if walk.product is None else price * share * times

    def earns_over(self, walk: Walk) -> int:
        """Return for how long a contract earns its bookings (M8, PC4)."""
        product = self.product_of(walk)
        if product is None:
            return whole(self.firm.segments[walk.inquiry.segment].years * 365.25 * DAY)
        return product.length if product.months else product.earned_over

    # Customers

    def subscribes(self, walk: Walk, bill: Bill) -> None:
        """Let a contract be born of a recurring product's deal, or of its delivery, in the period (CU1)."""
        product = self.product_of(walk)
        if product is None or walk.product is None or not product.months:
            return
        if self.now < self.firm.period_begins:
            return
        entity = self.draws.contract(walk.entity, walk.round)
        contract = Contract(
            entity,
            walk.inquiry,
            walk,
            walk.product,
            signed=self.now,
            paid=bill.paid,
            usual=bill.usual,
            share=bill.share,
            mrr=cents_of(bill.paid),
            term_began=self.now,
            term_ends=self.now + product.length,
            first_signed=self.now if walk.first_signed is None else walk.first_signed,
            returns=walk.returned,
        )
        self.contracts[entity] = contract
        company = walk.inquiry.entity
        if walk.first_signed is None:
            self.tells(contract, "subscribed", contract.mrr / 100, worked=company)
        else:  # WB4
            waited = self.now - contract.first_signed
            self.tells(contract, "reactivated", contract.mrr / 100, waited, company)
        self.asks_for_visits(contract)

    def first_customers(self) -> dict[int, tuple[int, int]]:
        """List who is yet to be a customer as the period begins: product and segment by entity (CU11)."""
        if self.now > self.firm.period_begins:
            return {}
        return {
            entity: (number, segment)
            for number, product in enumerate(self.products_at_first)
            for segment, price in enumerate(product.prices)
            for entity in price.customers
            if entity not in self.contracts
        }

    def was_customer(self, entity: int, number: int, segment: int) -> None:
        """Let somebody be a customer who signed before the period began (CU11)."""
        product, company = self.firm.products[number], Inquiry(entity, -1, 0, segment=segment)
        age = self.draws.age(entity, segment, number)
        over = age // product.length
        price, usual, _ = self.prices_of(number, company)
        grown = (1.0 + product.growth) ** (over * product.length // YEAR)
        share = 1 - product.discount
        contract = Contract(
            entity,
            company,
            None,
            number,
            signed=self.now - age,
            paid=price * share * grown,
            usual=usual * share * grown,
            share=share,
            mrr=cents_of(price * share * grown),
            term_began=self.now - age + over * product.length,
            term_ends=self.now - age + (over + 1) * product.length,
            first_signed=self.now - age,
        )
        self.contracts[entity] = contract
        left = (over + 1) * product.length - age
        self.tells(contract, "was customer", contract.mrr / 100, left, contract.signed)
        if self.firm.billing and self.billing(number).when == "monthly":
            begun = months_begun(contract.term_began, self.now)
            left = instalments(self.billing(number), product.length) - begun
            if left > 0:
                first = contract.term_began + begun * MONTH
                self.bills_a_term(contract, contract.paid, left, first)
        self.asks_for_visits(contract)

    def tells(
        self,
        contract: Contract,
        what: str,
        money: float,
        waited: int | None = None,
        worked: int | None = None,
    ) -> None:
        """Say what happens to a contract."""
        contract.steps.append(Step(what, self.now, money, waited, worked, contract.product))
        self.say(what, contract.entity)

    def term_is_over(self, contract: Contract) -> None:
        """Let the customer leave, or another term begin; the chapter at hand is asked (CU3, CU9)."""
        if contract.term_ends is None:  # DE6: something has ended it just now
            return
        stays = self.draws.leaving(contract.entity, contract.terms) < self.chance_to_stay(contract)
        if stays:
            contract.terms += 1
            self.goes_on(contract)
        else:
            self.churns(contract)

    def churns(self, contract: Contract) -> None:
        """Let a customer leave (CU4)."""
        contract.term_ends = None
        ran = self.now - contract.signed
        self.tells(contract, "churned", contract.mrr / 100, ran, contract.first_signed)
        self.calls_off(contract)
        program = self.firm.nurture.get(self.firm.churned)
        if self.firm.churned and program is not None and contract.returns < program.most_returns:
            self.is_to_be_won_back(contract, program)

    def is_to_be_won_back(self, contract: Contract, program: Nurture) -> None:
        """Let a win-back be born of a contract that ends (WB1, WB2)."""
        entity, deal = self.draws.win_back(contract.entity), contract.deal
        walk = Walk(contract.company, self.now, 0 if deal is None else deal.stage, entity, NO_COHORT)
        walk.product, walk.first_signed, walk.returned = (
            contract.product,
            contract.first_signed,
            contract.returns,
        )
        if deal is not None:
            walk.warmth, walk.traits = deal.warmth, set(deal.traits)
        self.leads[entity] = walk
        self.say("began", entity)
        self.is_nurtured(walk, self.firm.churned, program)
        walk.lost_as, walk.left_as = "lost", (walk.stage, walk.parked_for)

    def chance_to_stay(self, contract: Contract) -> float:
        """Return the chance of CU3, after the latest account visit (AV5), and after the delivery (DE7)."""
        product = self.firm.products[contract.product]
        p = product.stays
        if product.own_loyalty:
            p = 1.0 - self.draws.loyalty(contract.company.entity, contract.product)
        if contract.latest is not None:
            number, kept = contract.latest
            program = self.firm.programs[number]
            p = with_odds_ratio(p, program.kept if kept else program.missed)
        if contract.delivered is not None:
            delivery = self.firm.deliveries[contract.delivered.delivery]
            p = with_odds_ratio(p, delivery.good if contract.delivered.good else delivery.bad)
        return p

    def goes_on(self, contract: Contract) -> None:
        """Begin another term, at the price of the year (CU5), or about another product (CU10)."""
        before, over = contract.term_began, self.now - contract.term_began
        was_typed = self.firm.products[contract.product].typed_term
        if not self.moves_up(contract):
            growth = self.firm.products[contract.product].growth
            years = (self.now - contract.signed) // YEAR - (before - contract.signed) // YEAR
            contract.paid *= (1.0 + growth) ** years
            contract.usual *= (1.0 + growth) ** years
        product = self.firm.products[contract.product]
        contract.term_began, contract.term_ends = self.now, self.now + product.length
        value = contract.paid * product.months
        if was_typed:  # that which is over
            self.tells(contract, "renewed", value, over, contract.first_signed)
        mrr, contract.mrr = contract.mrr, cents_of(contract.paid)
        if contract.mrr != mrr:  # CU6
            what = "expanded" if contract.mrr > mrr else "contracted"
            again = contract.first_signed != contract.signed
            since = self.now - contract.signed if again else None  # WB5
            self.tells(contract, what, abs(contract.mrr - mrr) / 100, since, contract.first_signed)
        self.earns(contract, product, "margin", contract.paid, product.length)  # CU7
        self.earns(contract, product, "expected margin", contract.usual)
        self.tells(contract, "revenue", value, product.length, contract.first_signed)
        if self.firm.billing:
            count = instalments(self.billing(contract.product), product.length)
            self.bills_a_term(contract, value / count, count, self.now)

    def moves_up(self, contract: Contract) -> bool:
        """Let a customer who stays move up to another product, if chance has it (CU10)."""
        u = self.draws.moving(contract.entity, contract.terms - 1)
        ways = self.firm.products[contract.product].opens
        above = [product for up_to, product in ways if u < up_to][:1]
        if not above or self.firm.products[above[0]].launched > self.now:
            return False
        contract.product = above[0]
        price, usual, _ = self.prices_of(contract.product, contract.company)
        contract.paid, contract.usual = price * contract.share, usual * contract.share
        return True

    def earns(
        self, contract: Contract, product: Product, what: str, paid: float, term: int | None = None
    ) -> None:
        """Tell of the margin of a term: what is delivered costs as much as at full price (M3)."""
        lost = 1 - product.prices[contract.company.segment].margin
        value = paid * product.months
        self.tells(contract, what, value - lost * (value / contract.share), term, contract.first_signed)

    def runs_on(self, contract: Contract) -> None:
        """Tell of a contract in force at the horizon (CU8)."""
        if contract.term_ends is not None:
            waited = self.now - contract.term_began
            self.tells(contract, "runs on", contract.mrr / 100, waited, contract.first_signed)

    # Account visits

    def asks_for_visits(self, contract: Contract) -> None:
        """Let a visit of each program be born of a contract (AV1), and then who refers others (RF1)."""
        for program in range(len(self.firm.programs)):
            self.is_born(contract.entity, 0, contract, program).product = contract.product
        self.may_refer(contract.company, self.draws.referrer(contract.entity, 0), of_contract=True)

    def is_born(self, parent: int, round_: int, contract: Contract, number: int) -> Walk:
        """Let a visit be born, which begins after its delay (X5)."""
        entity, deal = self.draws.visit(parent, round_, number), contract.deal
        stage = self.firm.programs[number].stages.start
        process = self.firm.programs[number].process
        visit = Walk(contract.company, self.now, stage, entity, contract.created, process, number, contract)
        if deal is not None:
            visit.warmth, visit.theorist, visit.traits = deal.warmth, deal.theorist, set(deal.traits)
        visit.phase, visit.until = "to begin", self.now + self.draws.delay(entity, number)
        self.leads[entity] = visit
        return visit

    def begins(self, walk: Walk) -> None:
        """Begin a delivery, or a visit (X6), of which the next one may be born (AV4)."""
        walk.began = self.now
        self.say("began", walk.entity)
        if walk.program is not None and self.firm.programs[walk.program].regularly:
            assert walk.customer is not None
            following = self.is_born(walk.entity, walk.round, walk.customer, walk.program)
            following.product = walk.product
        self.enter(walk, self.first_stage(walk))

    def visit_is_over(self, walk: Walk, contract: Contract | None) -> None:
        """Remember a visit (AV5), and let it rest until the next one (AV3), or end (AV2)."""
        assert walk.program is not None
        assert contract is not None
        visit = walk.visits[-1]
        has_left = contract.term_ends is None  # AV6
        if not has_left:
            contract.latest = (walk.program, visit.how == "done")
            if contract.company.entity in self.referrers:  # RF5
                self.referrers[contract.company.entity].kept = visit.how == "done"
        if has_left or self.firm.programs[walk.program].regularly:
            self.say(visit.how, walk.entity)
            self.finish(walk)
            return
        visit.how = "parked"
        self.say("parked", walk.entity)
        walk.rep = walk.queue = walk.gate = None
        walk.ignored = False
        walk.phase, walk.until = "resting", self.now + self.draws.rest(walk.entity, walk.program, walk.round)

    def comes_again(self, walk: Walk) -> None:
        """Begin the next visit of a pursuit that has rested (X4)."""
        walk.returned += 1
        walk.round += 1  # V18
        walk.met, walk.is_junk = set(), False  # J7
        self.say("returned", walk.entity)
        self.enter(walk, self.first_stage(walk))

    def calls_off(self, contract: Contract) -> None:
        """Withdraw the visits of a customer who leaves, but for those in progress (AV6, X7)."""
        for walk in self.leads.values():
            waits = ("queue", "held", "between attempts", "resting", "to begin")
            own = walk.customer is not None and walk.customer.company.entity == contract.company.entity
            if own and walk.phase in waits:
                walk.lost_as, walk.phase = walk.phase, "called off"
                walk.queue, walk.until = None, self.now
                walk.ignored = False

    def is_withdrawn(self, walk: Walk) -> None:
        """End a visit that has been called off (X8)."""
        if walk.lost_as == "to begin":
            del self.leads[walk.entity]
            return
        visit = walk.visits[-1]
        if walk.lost_as != "resting":
            visit.left, visit.how = self.now, "withdrawn"
        self.say("withdrawn", walk.entity)
        self.finish(walk)
        walk.outcome = "withdrawn"

    def credit(self, walk: Walk, rep: Person) -> None:
        """Note who opens and who closes, as a rep starts to work (V25)."""
        walk.opener = walk.opener or rep
        if walk.closer is None or self.is_paid(rep) or not self.is_paid(walk.closer):
            walk.closer = rep

    def is_paid(self, rep: Person) -> bool:
        """Return whether a rep's team pays commission."""
        team = self.firm.teams[rep.record.team]
        return team.commission > 0 or bool(team.tiers)

    def pays_commission(self, walk: Walk, closer: Person, expected: float) -> None:
        """Pay closer and opener, then count the contract as the closer's (C24)."""
        team = self.firm.teams[closer.record.team]
        walk.commission = self.commission_on(walk.bookings, closer)
        usual = self.commission_on(expected, closer)  # M13
        for what, commission in (("commission", walk.commission), ("expected commission", usual)):
            of_opener = 0.0 if walk.opener is closer else commission * team.opener_share  # M12
            for who, paid in ((closer, commission - of_opener), (walk.opener, of_opener)):
                if paid > 0 and who is not None:
                    self.spend(what, who.who, paid)
                    walk.booked.append((what, who.who, walk.first_signed or 0))
                    self.say(what, walk.entity)
        closer.won += self.counts(closer)
        closer.booked.append((self.month, cents_of(walk.bookings)))

    @property
    def month(self) -> int:
        """The calendar month at hand."""
        return self.firm.calendar_months[self.now // DAY] if self.firm.calendar_months else 0

    def commission_on(self, bookings: float, closer: Person) -> float:
        """Work out the commission on a contract before it is counted (M4, M11)."""
        team = self.firm.teams[closer.record.team]
        if not team.tiers:
            return bookings * team.commission
        period = self.month // team.quota_months
        before = sum(each for when, each in closer.booked if when // team.quota_months == period)
        return float((pay_of(team, before + cents_of(bookings)) - pay_of(team, before)) / 100)

    def share_of_price(self, walk: Walk) -> float:
        """Return the share of the full price that a contract is sold at: less in a promotion (M2)."""
        product = self.product_of(walk)
        share = 1.0 if product is None else 1 - product.discount  # PC5
        if walk.inquiry.channel < 0:
            return share
        channel = self.firm.channels[walk.inquiry.channel]
        begins, ends = channel.promotion
        return share * (1 - channel.price_cut if begins <= walk.began < ends else 1.0)

    def goes_cold(self, walk: Walk) -> None:
        """Give up waiting (V3)."""
        visit = walk.visits[-1]
        visit.left, visit.how, visit.reason = self.now, COLD, 0
        if walk.ignored:  # B9
            visit.reason, visit.ignored = walk.ignored_reason, True
            self.say("ignored", walk.entity)
        self.lose(walk)

    # Nurture

    def lose(self, walk: Walk) -> None:
        """Lose a lead, or nurture it instead (N2)."""
        visit = walk.visits[-1]
        if walk.program is not None:
            self.visit_is_over(walk, walk.customer)
            return
        if walk.deal is not None:
            self.say(visit.how, walk.entity)
            self.cancels(walk)
            self.finish(walk)
            return
        assert visit.reason is not None
        program = self.firm.nurture.get(visit.reason)
        if program is None or walk.returned >= program.most_returns:
            self.say(visit.how, walk.entity)
            self.finish(walk)
            return
        walk.lost_as, visit.how = visit.how, "parked"
        self.is_nurtured(walk, visit.reason, program)

    def is_nurtured(self, walk: Walk, reason: int, program: Nurture) -> None:
        """Begin nurture, of which the end is known at once (N3)."""
        self.say("parked", walk.entity)
        walk.rep = walk.queue = walk.gate = None
        walk.ignored, walk.parked_for = False, reason
        u = self.draws.back(walk.entity, reason, walk.round)
        earlier = [number for number, chance in enumerate(program.by_touch, 1) if u < chance]  # N3
        touches = min(earlier, default=len(program.by_touch))
        walk.target = program.stage if earlier else LOST
        walk.spells.append(Spell(self.now, program.interval, program.cost, touches))
        walk.phase, walk.until = "nurture", self.now + touches * program.interval

    def rest_is_over(self, walk: Walk) -> None:
        """End nurture: lose the lead for good, or let it come back (N4, N6); or visit a customer again."""
        if not walk.is_lead:
            self.comes_again(walk)
            return
        self.nurture_is_over(walk, self.now)
        if walk.target == LOST:
            self.say(walk.lost_as, walk.entity)
            self.finish(walk)
            walk.outcome = walk.lost_as
            return
        program = self.firm.nurture.get(walk.parked_for)
        walk.warmth *= 1.0 if program is None else program.odds  # N7
        walk.returned += 1
        walk.round += 1  # V18
        walk.met, walk.is_junk = set(), False  # J7
        self.say("returned", walk.entity)
        self.enter(walk, int(walk.target))

    def nurture_is_over(self, walk: Walk, last: int) -> None:
        """Count the touches that there have been, the last of them at this moment or before (N5)."""
        spell = walk.spells[-1]
        spell.ended = self.now
        spell.touches = min(spell.touches, (last - spell.began) // spell.interval)
        self.say("touched", walk.entity)

    def finish(self, walk: Walk) -> None:
        """End a walk; the owner's slot is free again (V21)."""
        walk.phase, walk.ended, walk.until = "over", self.now, None
        walk.outcome = walk.visits[-1].how if walk.visits else "lost"
        named = walk.closer if walk.outcome == "won" else walk.rep
        walk.owner = None if named is None else named.who
        walk.rep = walk.queue = None
        walk.ignored = False
        if walk.company == "taken":
            self.lets_go(walk)

    # Capacity

    def grant_once(self) -> bool:
        """Give one waiting lead to one idle rep, if any can be had; say whether.

        Reserved time comes before all leads, prospecting in idle time after them.
        """
        self.prospect(reserved=True)
        if self.grant_a_lead():
            return True
        self.prospect(reserved=False)
        return False

    def prospect(self, *, reserved: bool) -> None:
        """Let all who can start on a block of prospecting (G13, G14)."""
        today = self.now // DAY
        for number, team in enumerate(self.firm.teams):
            if team.prospects is None or (team.reserved > 0) is not reserved:
                continue
            for rep in self.members(number):
                block = team.block
                if reserved:
                    there = working_time(rep.hours, today * DAY, (today + 1) * DAY)
                    left = whole(team.reserved * there) - rep.blocks.get(today, 0)
                    block = team.block if left >= 2 * team.block else max(left, 0)
                if block and rep.on_staff and self.at_work(rep) and not rep.is_busy:
                    rep.block, rep.block_for, rep.block_since = block, team.prospects, self.now
                    rep.blocks[today] = rep.blocks.get(today, 0) + block
                    rep.block_ends = end_of_work(rep.hours_at_work(), self.now, block)  # G12

    def block_is_over(self, rep: Person) -> None:
        """Count a block for its channel, whose next inquiries come (A14)."""
        self.spend("prospected", rep.block_for, rep.block)
        self.spend("prospected by", rep.who, self.pay_of_block(rep))
        self.spend("prospected since", rep.who, rep.block_since)
        self.say("prospected")
        self.streams[rep.block_for].prospected += rep.block
        rep.block, rep.block_ends, rep.idle_since = 0, None, self.now
        if not rep.on_staff:
            self.goes_home(rep)
        self.find_next_inquiry(rep.block_for)

    def pay_of_block(self, rep: Person) -> float:
        """Work out what the block is paid that ends now (M14)."""
        months, last = self.firm.calendar_months, (self.now - 1) // DAY
        days = [day for day, month in enumerate(months) if month == months[last]]
        calendar = self.firm.calendars[rep.record.calendar]  # of who comes with a chapter, also before it
        hours = sum(working_time(calendar, day * DAY, (day + 1) * DAY) for day in days)
        return rep.record.pay_per_month * len(days) / self.firm.month_days[last] * rep.block / hours

    def grant_a_lead(self) -> bool:
        """Admit a lead, or give a waiting one to one idle rep, if any can be had; say whether."""
        admitted = self.next_admitted()
        if admitted is not None:  # B5
            self.admit(admitted)
            return True
        for number, team in enumerate(self.firm.teams):
            if team.interrupts and self.grant_a_hot_one(number, team):
                return True
            idle = [  # G1, G7
                rep for rep in self.members(number) if rep.on_staff and self.at_work(rep) and not rep.is_busy
            ]
            if team.split and self.grant_by_class(number, team, idle):
                return True
            if team.split:
                continue
            for rep in idle:  # G2
                own = self.in_order(rep)
                if own:
                    self.start(own[0], rep)
                    return True
            able = [rep for rep in idle if self.open_leads(rep) < team.max_open]  # G4
            waiting = self.in_order(number)
            able.sort(key=lambda rep: (rep.idle_since, rep.number))  # G3
            people = self.stage_for(waiting[0]).people if waiting else 1
            if waiting and len(able) >= people:
                walk = self.take(team.assignment, waiting, able[0])
                self.start(walk, able[0], able[:people])  # CR2
                return True
        return False

    def grant_by_class(self, number: int, team: Team, idle: list[Person]) -> bool:
        """Ask the idle in turn: new business or existing business, whichever is to come first (G15)."""
        for rep in sorted(idle, key=lambda rep: (rep.idle_since, rep.number)):
            own = self.in_order(rep)
            if own and own[0].interrupted:
                self.start(own[0], rep)
                return True
            found = {new: self.at_hand(rep, number, new) for new in (True, False)}
            if found[True] or found[False]:
                new = bool(found[True]) and (not found[False] or self.new_comes_first(team, rep))
                self.start(self.take(team.assignment, found[new], rep), rep)
                return True
        return False

    def new_comes_first(self, team: Team, rep: Person) -> bool:
        """Return whether a rep who has both at hand takes new business (G16)."""
        if team.split == "shares":
            return rep.levels[True] <= rep.levels[False]
        return team.split == "new_first"

    def at_hand(self, rep: Person, number: int, new: bool) -> list[Walk]:
        """List what a rep could start on of a class, the first to come first; of the own queue it is one."""
        own = [walk for walk in self.in_order(rep) if walk.is_lead is new]
        if own:
            return own[:1]
        has_room = self.open_leads(rep) < self.firm.teams[number].max_open
        return [walk for walk in self.in_order(number) if walk.is_lead is new] if has_room else []

    def puts_in(self, rep: Person, walk: Walk, effort: int) -> None:
        """Count what a rep puts into a class of business (G17)."""
        team, new = self.firm.teams[rep.record.team], walk.is_lead
        if not team.split:
            return
        if not walk.other_at_hand:
            rep.levels[not new] = max(rep.levels[not new], rep.levels[new])
        of_the_other = 1000 - team.new_share if new else team.new_share
        rep.levels[new] += min(effort, self.firm.horizon) * of_the_other

    def grant_a_hot_one(self, number: int, team: Team) -> bool:
        """Give a hot lead to an idle rep, or else to one who works on another lead; say whether (G9)."""

        def hot(queue: Person | int) -> list[Walk]:
            return [walk for walk in self.in_order(queue)[:1] if walk.inquiry.heat == 0]

        there = [rep for rep in self.members(number) if rep.on_staff and self.at_work(rep)]
        idle = [rep for rep in there if not rep.is_busy]
        colder = [
            rep for rep in there if rep.working_on is not None and self.leads[rep.working_on].inquiry.heat > 0
        ]
        longest = sorted(idle, key=lambda rep: (rep.idle_since, rep.number))
        latest = sorted(colder, key=lambda rep: (-self.leads[rep.working_on].works_since, rep.number))
        for of_own, of_team in ((idle, longest), (colder, latest)):
            able = [rep for rep in of_team if self.open_leads(rep) < team.max_open]
            given = [(rep, walk) for rep in of_own for walk in hot(rep)]
            given += [(rep, walk) for rep in able for walk in hot(number)]
            for rep, walk in given[:1]:
                if rep.working_on is not None:
                    self.interrupt(rep, self.leads[rep.working_on])
                self.start(walk, rep)
                return True
        return False

    def interrupt(self, rep: Person, walk: Walk) -> None:
        """Put the work in hand aside (G10)."""
        done = working_time(rep.hours_at_work(), walk.works_since, self.now)
        walk.visits[-1].pauses.append(Pause(self.now, done))
        walk.left_to_do -= done
        walk.phase, walk.queue, walk.until = "queue", rep, None
        walk.interrupted, walk.waits_since = True, self.now
        walk.rank = self.goes_ahead(walk, 0)
        self.say("interrupted", walk.entity)

    def resume(self, walk: Walk, rep: Person) -> None:
        """Go on with work that was put aside (G11)."""
        rep.working_on = walk.entity
        walk.rep = rep
        self.credit(walk, rep)
        walk.interrupted, walk.works_since = False, self.now
        walk.phase, walk.queue = "work", None
        walk.until = end_of_work(rep.hours_at_work(), self.now, walk.left_to_do)
        pause = walk.visits[-1].pauses[-1]
        pause.resumed, pause.rep = self.now, rep.who
        self.say("resumed", walk.entity)

    def at_work(self, rep: Person) -> bool:
        """Return whether now lies in a rep's opening times (G1)."""
        return not rep.absent and any(opens <= self.now < closes for opens, closes in rep.hours)

    def take(self, assignment: str, waiting: list[Walk], rep: Person) -> Walk:
        """Return the lead that a rep takes from the queue: the first, or the best of the first 20 (G5)."""
        if assignment != "cherry_pick":
            return waiting[0]
        skill = self.skill_now(rep)
        worths = [self.worth(walk, skill, self.now - walk.waits_since) for walk in waiting[:20]]
        return waiting[worths.index(max(worths))]

    def worth(self, walk: Walk, skill: float, wait: int) -> int:
        """Return the bookings times the chance to advance, in thousandths (Q5)."""
        segment = self.firm.segments[walk.inquiry.segment]
        month = self.odds_of_month(walk.waits_since + wait)  # H9
        traits = self.firm.traits
        of_deal = self.odds_of_deal(walk)
        odds = odds_of_work(self.stage_for(walk), walk, segment, skill, wait, traits, of_deal)
        chance = chance_of_advancing(odds, month)
        return min(math.floor(self.bookings(walk) * chance * 1000 + 0.5), 2**60)

    def odds_of_month(self, when: int) -> float:
        """Return the factor on all odds in the month of an instant."""
        return self.firm.odds_by_day[max(when, 0) // DAY] if self.firm.odds_by_day else 1.0

    def members(self, team: int) -> list[Person]:
        """Return a team's reps, by number."""
        return [person for person in self.people if person.record.team == team]

    def open_leads(self, rep: Person) -> int:
        """Count the leads that the rep owns and that have not ended."""
        return sum(walk.rep is rep for walk in self.leads.values())

    def skill_now(self, rep: Person) -> float:
        """Return the rep's skill at this moment of its ramp."""
        skill = rep.talent[0]
        if rep.record.grows:
            team = self.firm.teams[rep.record.team]
            most, half, a_win = team.learns
            before = rep.record.worked_before if rep.generation == 0 else 0
            leads = before + rep.worked + a_win * rep.won
            skill = memory.moved(skill, most, half, leads)  # Z2
            for training in team.trainings:  # Z3
                if rep.joins <= training.begins < self.now:
                    days = (self.now - training.begins) / DAY
                    skill *= training.odds ** (0.5 ** (days / training.half_life))
        return skill * strength(rep, rep.record.skill_from, self.now)

    def in_order(self, queue: Person | int) -> list[Walk]:
        """Return the leads in a rep's own queue, or in that of the team with this number, in order (Q1)."""
        waiting = [walk for walk in self.leads.values() if walk.queue == queue]
        return sorted(waiting, key=lambda walk: (walk.rank, walk.waits_since, walk.entity))


def visit_so_far(deal: OpenDeal) -> Visit:
    """Return the visit in which an open deal is, with what is known of it."""
    visit = Visit(deal.company.entity, deal.stage, 0, deal.entered, rep=deal.rep)
    begun = deal.phase in ("work", "customer")
    before = deal.attempt - (begun and deal.attempt > 0)  # which ended in vain
    visit.tries = [Try(deal.entered, None, 0, deal.entered, []) for _ in range(before)]
    if begun:
        visit.started = deal.entered + deal.waited
    if deal.phase == "work":
        visit.effort = deal.left_to_do
        visit.pauses.append(Pause(0, 0))  # OD5
    if deal.phase == "customer":
        visit.worked = deal.since
    visit.held = deal.phase == "held"
    return visit


def simulate(*chapters: Chapter) -> History:
    """Live through the chapters, the first of which begins at time 0, to the horizon."""
    return Simulation(list(chapters)).run()
