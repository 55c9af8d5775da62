"""The oracle: a second simulator, slow and naive on purpose, that shares nothing with the package.

It was written from the text of ARCHITECTURE.md, whose clauses it cites, and imports nothing of funnelsim. It
is told what the firm is and what every draw came to, and answers with one record per visit and per lead. At
each step it looks at everything there is for the earliest thing due: no agenda, no heap, no cleverness, and
no random number. Where it and an engine disagree, one of them misreads the text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from .firm import DAY, HOUR, LOST, WON, Draws, Firm, Inquiry, Rep, Segment, Stage, whole

MOST_WAVES = 10_000  # I5
COLD = "gone cold"
KINDS = (  # I1
    "day ends",
    "rep leaves",
    "rep joins",
    "calendar opens",
    "inquiry",
    "work ends",
    "customer answers",
    "goes cold",
)


@dataclass
class Visit:
    """One lead's stay in one stage; what did not happen is None."""

    lead: int
    stage: int
    round: int
    entered: int
    started: int | None = None
    rep: int | None = None  # who works; the owner where nobody needs to
    effort: int | None = None
    worked: int | None = None
    left: int | None = None
    how: str = "open"  # advanced, sent back, won, lost, gone cold
    reason: int | None = None


@dataclass
class Walk:
    """One lead from its inquiry to the end: the state of the simulation and its answer."""

    inquiry: Inquiry
    stage: int
    phase: str = "new"  # queue, work, customer, over
    round: int = 0
    rep: int | None = None
    queue: int | str = ""  # a rep's number, or "team"
    until: int | None = None  # when its phase ends by itself
    advances: bool = False
    target: int | str = LOST
    reason: int = 0
    became_lead: int | None = None
    outcome: str = "open"
    ended: int | None = None
    owner: int | None = None  # at the end
    bookings: float = 0.0
    commission: float = 0.0
    visits: list[Visit] = field(default_factory=list)


@dataclass
class Cost:
    """Money spent at an instant; `whose` is a channel or a rep."""

    kind: str
    time: int
    whose: int
    money: float


@dataclass
class History:
    """What the simulator answers, leads by entity."""

    leads: dict[int, Walk]
    costs: list[Cost]
    log: list[tuple[int, str, int]]  # (instant, what, lead or -1), in the order in which it was decided

    def visits(self) -> list[Visit]:
        """Return every visit, lead by lead, in the order in which they were made."""
        return [visit for entity in sorted(self.leads) for visit in self.leads[entity].visits]

    def total(self, kind: str) -> float:
        """Sum the costs of one kind: media, pay, inquiry, lead, visit, commission."""
        return math.fsum(cost.money for cost in self.costs if cost.kind == kind)


def chance_of_advancing(
    stage: Stage, walk: Walk, segment: Segment, skill: float, wait: int, month: float
) -> float:
    """Multiply the odds by every ratio that applies and turn them into a probability (V9)."""
    inquiry = walk.inquiry
    odds = stage.odds_of.get(inquiry.segment, stage.odds)  # S1
    if math.isinf(odds):
        return 1.0  # V10
    odds = odds * segment.odds * inquiry.fit
    odds *= stage.heat_odds[inquiry.heat]
    if inquiry.theorist:
        odds *= stage.theorist_odds
    odds *= effect_of_waiting(stage.points, wait) * skill ** stage.heat_skill[inquiry.heat] * month
    return 1.0 if odds > 1e300 else odds / (1.0 + odds)  # V10


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


def strength(rep: Rep, first_share: float, now: int) -> float:
    """Return the share of full strength: straight from the first share at joining to 1 (V8)."""
    tenure = now - rep.joins
    if tenure >= rep.ramp:
        return 1.0
    return first_share + (1.0 - first_share) * tenure / rep.ramp


class Simulation:
    """One history of one firm."""

    def __init__(self, firm: Firm, draws: Draws) -> None:
        self.firm = firm
        self.draws = draws
        self.now = 0
        self.leads: dict[int, Walk] = {}
        self.costs: list[Cost] = []
        self.log: list[tuple[int, str, int]] = []
        self.days_booked = 0
        self.turns = [team.turn for team in firm.teams]
        self.openings_left = [[opens for opens, _ in spans if opens >= 0] for spans in firm.calendars]
        self.coming = [
            [inquiry for inquiry in firm.inquiries if inquiry.channel == channel]
            for channel in range(len(firm.channels))
        ]
        # R1
        self.on_staff = [rep.joins <= 0 and (rep.leaves is None or rep.leaves >= 0) for rep in firm.reps]
        self.will_join = [rep.joins > 0 for rep in firm.reps]
        self.will_leave = [rep.leaves is not None and rep.leaves >= 0 for rep in firm.reps]
        self.working_on: list[int | None] = [None for _ in firm.reps]
        self.idle_since = [0 for _ in firm.reps]
        self.gone: list[int | None] = [None for _ in firm.reps]  # when a leaver's last work was done
        self.lead_stage = next((i for i, stage in enumerate(firm.stages) if stage.makes_lead), None)

    def run(self) -> History:
        """Live through every instant before the horizon, then book the last day and what is open."""
        while True:
            following = [when for when, _, _ in self.everything_to_come()]
            if not following or min(following) >= self.firm.horizon:  # T3
                break
            self.now = min(following)
            self.live_through_the_instant()
        self.now = self.firm.horizon
        self.day_ends()  # D2
        for number in range(len(self.firm.reps)):
            if self.on_staff[number] or self.working_on[number] is not None:
                self.say("on staff")  # D5
        for entity, walk in sorted(self.leads.items()):
            if walk.outcome == "open":
                self.say("open", entity)  # D3
        return History(self.leads, self.costs, self.log)

    def say(self, what: str, lead: int = -1) -> None:
        """Log that something happens; what is about no lead has lead -1 (D4)."""
        self.log.append((self.now, what, lead))

    def spend(self, kind: str, whose: int, money: float) -> None:
        """Book a cost."""
        self.costs.append(Cost(kind, self.now, whose, money))

    def live_through_the_instant(self) -> None:
        """Decide all that is due, wave after wave; grant once; again, until nothing stirs (I2, I3, I4)."""
        waves = 0
        while True:
            due = sorted((kind, who) for when, kind, who in self.everything_to_come() if when == self.now)
            if due and waves > MOST_WAVES:
                raise RuntimeError(f"more than {MOST_WAVES} waves at {self.now}")
            for kind, who in due:
                self.decide(KINDS[kind], who)
            if due:
                waves += 1
            elif not self.grant_once():
                return

    def everything_to_come(self) -> list[tuple[int, int, int]]:
        """Look at everything: (when, kind, who)."""
        coming = [((self.days_booked + 1) * DAY, KINDS.index("day ends"), 0)]
        for number, rep in enumerate(self.firm.reps):
            if self.will_leave[number] and rep.leaves is not None:
                coming.append((rep.leaves, KINDS.index("rep leaves"), number))
            if self.will_join[number]:
                coming.append((rep.joins, KINDS.index("rep joins"), number))
        for number, openings in enumerate(self.openings_left):
            coming += [(opens, KINDS.index("calendar opens"), number) for opens in openings[:1]]
        for inquiries in self.coming:
            # A2
            coming += [(one.arrives, KINDS.index("inquiry"), one.entity) for one in inquiries[:1]]
        kinds = {"work": "work ends", "customer": "customer answers", "queue": "goes cold"}
        for entity, walk in self.leads.items():
            if walk.phase != "over" and walk.until is not None:
                coming.append((walk.until, KINDS.index(kinds[walk.phase]), entity))
        return coming

    def decide(self, kind: str, who: int) -> None:
        """Let one thing that is due happen."""
        if kind == "day ends":
            self.day_ends()
        elif kind == "rep leaves":
            self.rep_leaves(who)
        elif kind == "rep joins":  # R3
            self.will_join[who] = False
            self.on_staff[who] = True
            self.idle_since[who] = self.now
        elif kind == "calendar opens":
            self.openings_left[who].pop(0)
        elif kind == "inquiry":
            self.inquiry_arrives(who)
        elif kind == "work ends":
            self.work_ends(self.leads[who])
        elif kind == "customer answers":
            self.customer_answers(self.leads[who])
        else:
            self.goes_cold(self.leads[who])

    # Days and people

    def day_ends(self) -> None:
        """Book what the day that ends now has cost: media, then pay (D1)."""
        begins, ends = self.now - DAY, self.now
        days = self.firm.month_days[self.days_booked]
        self.days_booked += 1
        for number, channel in enumerate(self.firm.channels):
            weight = channel.spend[self.days_booked - 1] if channel.spend else 1.0  # M5
            if channel.cost_per_month * weight > 0:
                self.spend("media", number, channel.cost_per_month * weight / days)
                self.say("media")
        for number, rep in enumerate(self.firm.reps):
            gone = self.gone[number]
            there = (ends if gone is None else min(ends, gone)) - max(begins, rep.joins)  # M6
            if rep.pay_per_month > 0 and there > 0:
                self.spend("pay", number, rep.pay_per_month / days * (there / DAY))
                self.say("pay")

    def rep_leaves(self, number: int) -> None:
        """Stop taking leads; those of its own queue are placed anew in queue order (R4, R5)."""
        self.will_leave[number] = False
        self.on_staff[number] = False
        for walk in self.queue_of(number):
            self.place(walk)
        if self.working_on[number] is None:
            self.goes_home(number)

    def goes_home(self, number: int) -> None:
        """Be gone for good, and paid no longer (R7, R9)."""
        self.gone[number] = self.now
        self.say("on staff")

    # A visit

    def inquiry_arrives(self, entity: int) -> None:
        """Begin a walk; its channel's next inquiry comes into sight (A1, A2)."""
        channel = next(
            number for number, coming in enumerate(self.coming) if coming and coming[0].entity == entity
        )
        inquiry = self.coming[channel].pop(0)
        walk = Walk(inquiry, self.firm.channels[channel].stage)
        self.leads[entity] = walk
        self.spend("inquiry", channel, self.firm.channels[channel].cost_per_inquiry)
        self.say("inquiry", entity)
        if self.lead_stage is not None and walk.stage > self.lead_stage:
            self.becomes_lead(walk)  # A5
        self.enter(walk, walk.stage)

    def enter(self, walk: Walk, stage: int) -> None:
        """Begin a visit: queue for a rep, or start at once where none is needed (V1)."""
        entity = walk.inquiry.entity
        walk.stage = stage
        self.say("entered", entity)
        walk.visits.append(Visit(entity, stage, walk.round, self.now))
        if self.firm.stages[stage].team is None:
            self.start(walk, None)  # V4
            return
        patience = self.draws.patience(entity, stage, walk.round)
        walk.phase = "queue"
        # V2
        walk.until = None if patience is None else self.now + patience
        self.place(walk)

    def place(self, walk: Walk) -> None:
        """Put a lead into its rep's queue, another rep's or the team's (P1)."""
        number = self.firm.stages[walk.stage].team
        assert number is not None
        team = self.firm.teams[number]
        own = walk.rep
        if team.sticky and own is not None and self.firm.reps[own].team == number and self.on_staff[own]:
            walk.queue = own  # P2
            return
        # P3, R6
        walk.rep = None
        # P4
        pull = team.assignment in ("shared_queue", "priority_queue", "cherry_pick")
        chosen = None if pull else self.choose(number, walk)
        if chosen is None:
            walk.queue = "team"
        else:
            walk.rep = chosen
            walk.queue = chosen

    def choose(self, number: int, walk: Walk) -> int | None:
        """Let the team's policy push the lead to one of its reps, or to none (P5)."""
        team = self.firm.teams[number]
        members = self.members(number)
        eligible = [rep for rep in members if self.on_staff[rep] and self.open_leads(rep) < team.max_open]
        if not eligible:
            return None
        if team.assignment == "round_robin":  # P6
            turn = self.turns[number]
            for position in [*range(turn, len(members)), *range(turn)]:
                if members[position] in eligible:
                    self.turns[number] = (position + 1) % len(members)
                    return members[position]
        if team.assignment == "hot_to_best":  # P8
            best_first = sorted(eligible, key=lambda rep: (-self.skill_now(rep), rep))
            away = [abs(place * 3 // len(best_first) - walk.inquiry.heat) for place in range(len(best_first))]
            eligible = [rep for rep, tiers in zip(best_first, away, strict=True) if tiers == min(away)]
        if team.assignment == "best_skill":  # P12
            return min(eligible, key=lambda rep: (-self.skill_now(rep), self.open_leads(rep), rep))
        if team.assignment == "segment_match":  # P13
            eligible = [
                rep for rep in eligible if walk.inquiry.segment in self.firm.reps[rep].segments
            ] or eligible
        if team.assignment == "last_with_room":  # P14: the user's own
            return eligible[-1]
        if team.assignment in ("random", "weighted"):
            return self.draw_lots(team.assignment, eligible, walk)
        return min(eligible, key=lambda rep: (self.open_leads(rep), rep))  # P7

    def draw_lots(self, assignment: str, eligible: list[int], walk: Walk) -> int:
        """Let chance choose among the eligible, with the same luck throughout a visit (P15)."""
        u = self.draws.luck(walk.inquiry.entity, walk.stage, walk.round)
        if assignment == "random":  # P9
            return eligible[math.floor(u * len(eligible))]
        weights = [self.firm.reps[rep].weight for rep in eligible]
        ends = accumulate(weights)  # P10
        return next(
            (rep for rep, end in zip(eligible, ends, strict=True) if end > u * sum(weights)), eligible[-1]
        )

    def start(self, walk: Walk, rep: int | None) -> None:
        """Begin the work of a visit and see at once whether it will succeed."""
        visit = walk.visits[-1]
        stage = self.firm.stages[walk.stage]
        key = (walk.inquiry.entity, walk.stage, walk.round)
        skill, effort, ends = 1.0, 0, self.now
        if rep is not None:
            skill = self.skill_now(rep)  # V8
            record = self.firm.reps[rep]
            speed = record.speed * strength(record, record.speed_from, self.now)
            effort = whole(self.draws.effort_hours(*key) / speed * HOUR)  # V7
            ends = end_of_work(self.firm.calendars[record.calendar], self.now, effort)
            self.working_on[rep] = walk.inquiry.entity
            walk.rep = rep  # G6
        # V12: an inquiry enters its first stage as it arrives; back there, it waits since it came back.
        segment = self.firm.segments[walk.inquiry.segment]
        month = self.odds_of_month(self.now)  # H8
        chance = chance_of_advancing(stage, walk, segment, skill, self.now - visit.entered, month)
        walk.advances = self.draws.advances(*key) < chance
        walk.phase, walk.queue, walk.until = "work", "", ends
        visit.started, visit.rep, visit.effort = self.now, walk.rep, effort  # V5, V6
        self.spend("visit", walk.stage, stage.cost_of.get(walk.inquiry.segment, stage.cost_per_visit))
        self.say("started", walk.inquiry.entity)

    def work_ends(self, walk: Walk) -> None:
        """Free the rep; the customer takes its time, and where it will go is known (V14)."""
        visit = walk.visits[-1]
        stage = self.firm.stages[walk.stage]
        key = (walk.inquiry.entity, walk.stage, walk.round)
        visit.worked = self.now
        self.say("worked", walk.inquiry.entity)
        if stage.team is not None:
            self.working_on[visit.rep] = None
            self.idle_since[visit.rep] = self.now
            if not self.on_staff[visit.rep]:
                self.goes_home(visit.rep)
        # V15
        days = self.draws.customer_days(*key) * self.firm.segments[walk.inquiry.segment].customer_time
        walk.phase, walk.until = "customer", self.now + whole(days * DAY)
        at = self.draws.route(*key)  # V16
        routes = stage.nexts if walk.advances else stage.elses
        _, walk.target, walk.reason = next((route for route in routes if at < route[0]), routes[-1])

    def customer_answers(self, walk: Walk) -> None:
        """Leave the stage for another one, or for good (V17)."""
        visit = walk.visits[-1]
        visit.left = self.now
        visit.how = {LOST: "lost", WON: "won"}.get(walk.target, "")
        if walk.target == LOST:
            visit.reason = walk.reason
            self.say("lost", walk.inquiry.entity)
            self.finish(walk)
            return
        past = len(self.firm.stages) if walk.target == WON else int(walk.target)
        visit.how = visit.how or ("advanced" if past > walk.stage else "sent back")
        self.say(visit.how, walk.inquiry.entity)
        if self.lead_stage is not None and walk.became_lead is None and past > self.lead_stage:
            self.becomes_lead(walk)
        if walk.target == WON:
            self.wins(walk)
            self.finish(walk)
            return
        walk.round += visit.how == "sent back"  # V18
        team = self.firm.stages[walk.stage].team
        if team is not None and not self.firm.teams[team].sticky:
            walk.rep = None  # V20
        self.enter(walk, past)

    def becomes_lead(self, walk: Walk) -> None:
        """Get past the stage that makes leads for the first time (V19)."""
        walk.became_lead = self.now
        self.spend("lead", walk.inquiry.channel, self.firm.channels[walk.inquiry.channel].price_per_lead)
        self.say("became lead", walk.inquiry.entity)

    def wins(self, walk: Walk) -> None:
        """Book the contract and the owner's commission (M4)."""
        segment, share_of_price = self.firm.segments[walk.inquiry.segment], self.share_of_price(walk)
        full = walk.inquiry.value * segment.years
        walk.bookings = full * share_of_price  # M1
        self.spend("margin", walk.inquiry.segment, walk.bookings - (1 - segment.margin) * full)  # M3
        self.say("margin", walk.inquiry.entity)
        expected = segment.mean_value * segment.years * share_of_price  # M7
        self.spend("expected", walk.inquiry.segment, expected)
        self.say("expected", walk.inquiry.entity)
        if walk.rep is not None:
            share = self.firm.teams[self.firm.reps[walk.rep].team].commission
            walk.commission = walk.bookings * share
            self.spend("commission", walk.rep, walk.commission)
            if walk.commission > 0:
                self.say("commission", walk.inquiry.entity)

    def share_of_price(self, walk: Walk) -> float:
        """Return the share of the full price that a contract is sold at: less in a promotion (M2)."""
        channel = self.firm.channels[walk.inquiry.channel]
        begins, ends = channel.promotion
        return 1 - channel.price_cut if begins <= walk.inquiry.arrives < ends else 1.0

    def goes_cold(self, walk: Walk) -> None:
        """Give up waiting (V3)."""
        visit = walk.visits[-1]
        visit.left, visit.how, visit.reason = self.now, COLD, 0
        self.say(COLD, walk.inquiry.entity)
        self.finish(walk)

    def finish(self, walk: Walk) -> None:
        """End a walk; the owner's slot is free again (V21)."""
        walk.phase, walk.outcome, walk.ended, walk.until = "over", walk.visits[-1].how, self.now, None
        walk.owner, walk.rep, walk.queue = walk.rep, None, ""

    # Capacity

    def grant_once(self) -> bool:
        """Give one waiting lead to one idle rep, if any can be had; say whether."""
        for number, team in enumerate(self.firm.teams):
            idle = [  # G1, G7
                rep
                for rep in self.members(number)
                if self.on_staff[rep] and self.at_work(rep) and self.working_on[rep] is None
            ]
            for rep in idle:  # G2
                own = self.queue_of(rep)
                if own:
                    self.start(own[0], rep)
                    return True
            able = [rep for rep in idle if self.open_leads(rep) < team.max_open]  # G4
            waiting = self.team_queue(number)
            if able and waiting:
                rep = min(able, key=lambda rep: (self.idle_since[rep], rep))  # G3
                self.start(self.take(team.assignment, waiting, rep), rep)
                return True
        return False

    def at_work(self, rep: int) -> bool:
        """Return whether now lies in a rep's opening times (G1)."""
        spans = self.firm.calendars[self.firm.reps[rep].calendar]
        return any(opens <= self.now < closes for opens, closes in spans)

    def take(self, assignment: str, waiting: list[Walk], rep: int) -> Walk:
        """Return the lead that a rep takes from the queue: the first, or the best of the first 20 (G5)."""
        if assignment != "cherry_pick":
            return waiting[0]
        skill = self.skill_now(rep)
        worths = [self.worth(walk, skill, self.now - walk.visits[-1].entered) for walk in waiting[:20]]
        return waiting[worths.index(max(worths))]

    def worth(self, walk: Walk, skill: float, wait: int) -> int:
        """Return the bookings times the chance to advance, in thousandths (Q5)."""
        segment = self.firm.segments[walk.inquiry.segment]
        month = self.odds_of_month(walk.visits[-1].entered + wait)  # H9
        chance = chance_of_advancing(self.firm.stages[walk.stage], walk, segment, skill, wait, month)
        value = walk.inquiry.value * segment.years * self.share_of_price(walk)
        return min(math.floor(value * chance * 1000 + 0.5), 2**60)

    def odds_of_month(self, when: int) -> float:
        """Return the factor on all odds in the month of an instant."""
        return self.firm.odds_by_day[when // DAY] if self.firm.odds_by_day else 1.0

    def members(self, team: int) -> list[int]:
        """Return the numbers of a team's reps."""
        return [number for number, rep in enumerate(self.firm.reps) if rep.team == team]

    def open_leads(self, rep: int) -> int:
        """Count the leads that the rep owns and that have not ended."""
        return sum(walk.rep == rep for walk in self.leads.values())

    def skill_now(self, rep: int) -> float:
        """Return the rep's skill at this moment of its ramp."""
        record = self.firm.reps[rep]
        return record.skill * strength(record, record.skill_from, self.now)

    def queue_of(self, rep: int) -> list[Walk]:
        """Return the leads in a rep's own queue, the first one first (Q1)."""
        order = self.firm.teams[self.firm.reps[rep].team].queue_order
        waiting = [walk for walk in self.leads.values() if walk.phase == "queue" and walk.queue == rep]

        def place(walk: Walk) -> tuple[int, int, int]:
            since = walk.visits[-1].entered
            # Q2, Q3: nothing in a rank changes while a lead waits
            ranks = {"fifo": 0, "lifo": -since, "hottest": walk.inquiry.heat}
            rank = ranks.get(order, walk.inquiry.arrives)
            return rank, since, walk.inquiry.entity

        return sorted(waiting, key=place)

    def team_queue(self, team: int) -> list[Walk]:
        """Return the leads that wait for any rep of the team: first come first, or those worth most (Q4)."""
        by_worth = self.firm.teams[team].assignment == "priority_queue"
        waiting = [
            walk
            for walk in self.leads.values()
            if walk.phase == "queue" and walk.queue == "team" and self.firm.stages[walk.stage].team == team
        ]

        def place(walk: Walk) -> tuple[int, int, int]:
            rank = -self.worth(walk, 1.0, 0) if by_worth else 0
            return rank, walk.visits[-1].entered, walk.inquiry.entity

        return sorted(waiting, key=place)


def simulate(firm: Firm, draws: Draws) -> History:
    """Run the firm to its horizon on the given draws."""
    return Simulation(firm, draws).run()
