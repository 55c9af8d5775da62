"""From a model and a world to what the oracle is told; from a ledger to what it can be held against."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import (
    ABSENCE,
    AGE,
    ARRIVAL,
    BUSY,
    BUSY_ALL,
    BUYER,
    BUYING,
    CONTRACT,
    DAYS_OFF,
    DEPOSIT,
    GOOD_DELIVERY,
    KIND,
    LEAVING,
    LOYALTY,
    MARKET,
    MOVING,
    ORDER,
    PAYMENT,
    PRODUCT,
    PROFILE,
    REFERRAL,
    REFERRED,
    REFERRER,
    REP,
    REPLACEMENT,
    REST,
    RIPENING,
    SHARE,
    TENURE,
    VALUE,
    WIN_BACK,
    WORLD,
    Entity,
    descendant,
    uniforms,
)
from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.model import (
    DEMAND_OF_ALL,
    DEMAND_OF_CHANNELS,
    EVENTS,
    ODDS_OF_ALL,
    Chapters,
    Model,
    chapters_of,
)
from funnelsim.model.words import (
    LOST,
    NEVER,
    NOBODY,
    NOTHING,
    WON,
    Assignment,
    Due,
    Event,
    Kind,
    QueueOrder,
    Split,
)

from . import firm as told
from .firm import DAY, HOUR, Draws, Firm, whole
from .naive import History, simulate
from .plan import OWN_POLICY

PHASES = {
    Due.GOES_COLD: "queue",
    Due.WORK_ENDS: "work",
    Due.TRIES_AGAIN: "between attempts",
    Due.CUSTOMER_ANSWERS: "customer",
    Due.BEGINS: "new",
    Due.COOLS_OFF: "cooling",
}
TRAINED = {"begins": int, "cost": float, "odds": float, "half_life": float}  # the fields of a training


class Table:
    """Every draw of one world, as values, made by key as the text says (K8)."""

    def __init__(self, model: Model, seed: int, replication: int) -> None:
        self.model = model
        self.world = np.array([(seed, replication)], WORLD)[0]

    def value(self, distribution: int, u: float) -> float:
        """Look a distribution up."""
        return quantile(self.model.distributions[distribution], self.model.knots, u)

    def uniforms(self, entity: int, purpose: int, occurrence: int = 0) -> tuple[float, float]:
        """Draw a block."""
        return uniforms(self.world, int(entity), int(purpose), occurrence)

    def draws(self) -> Draws:
        """Return the table of visits."""
        stages = self.model.stages

        def patience(lead: int, segment: int, stage: int, round_: int) -> int | None:
            distribution = self.row(stage, segment)["patience"]
            if distribution == NOTHING:
                return None
            u, _ = self.uniforms(lead, stages[stage]["patience_key"], round_)
            return whole(self.value(distribution, u) * DAY)

        def cooling(lead: int, segment: int) -> int | None:
            distribution = self.model.segments[segment]["cooling"]
            if distribution == NOTHING:
                return None
            return whole(self.value(distribution, self.uniforms(lead, MARKET)[1]) * DAY)

        def held_patience(lead: int, segment: int, stage: int, round_: int) -> int | None:
            gate = self.model.gates[self.row(stage, segment)["gate"] - 1]
            if gate["patience"] == NOTHING:
                return None
            u, _ = self.uniforms(lead, gate["patience_key"], round_)
            return whole(self.value(gate["patience"], u) * DAY)

        def work(lead: int, stage: int, round_: int) -> tuple[float, float]:
            return self.uniforms(lead, stages[stage]["work_key"], round_)

        def answer(lead: int, stage: int, round_: int) -> tuple[float, float]:
            return self.uniforms(lead, stages[stage]["answer_key"], round_)

        return Draws(
            patience=patience,
            held_patience=held_patience,
            effort_hours=lambda lead, of, at, round_: self.value(
                self.row(at, of)["effort"], work(lead, at, round_)[0]
            ),
            advances=lambda lead, _, at, round_: work(lead, at, round_)[1],
            customer_days=lambda lead, of, at, round_: self.days_of_some(
                self.row(at, of), answer(lead, at, round_)[0]
            ),
            route=lambda lead, _, at, round_: answer(lead, at, round_)[1],
            luck=lambda lead, _, at, round_: self.uniforms(lead, stages[at]["assignment_key"], round_)[0],
            attempt=self.attempt,
            interval=self.interval,
            back=lambda lead, reason, round_: self.uniforms(lead, self.model.reasons[reason]["key"], round_)[
                0
            ],
            value=lambda lead, of: self.value(
                self.model.segments[of]["value"], self.uniforms(lead, VALUE)[0]
            ),
            price=self.price,
            contract=lambda lead, round_: descendant(lead, CONTRACT, round_),
            leaving=lambda contract, terms: self.uniforms(contract, LEAVING, terms)[0],
            loyalty=lambda lead, product: self.value(
                self.model.products[product]["loyalty"], self.uniforms(lead, LOYALTY)[0]
            ),
            moving=lambda contract, terms: self.uniforms(contract, MOVING, terms)[0],
            age=self.age,
            payment=self.payment,
            delivery=lambda deal, round_, number: self.born(deal, round_, self.deliveries[number]),
            buyer=lambda deal, round_: descendant(deal, BUYER, round_),
            buying=self.buying,
            order=lambda company, number: self.uniforms(company, ORDER, number),
            order_price=self.price,
            win_back=lambda contract: descendant(contract, WIN_BACK, 0),
            referrer=lambda parent, round_: descendant(parent, REFERRER, round_),
            referral=lambda company, number: self.uniforms(company, REFERRAL, number)[0],
            referred=lambda company, number: descendant(company, REFERRED, number),
            company=self.referred,
            good=lambda delivery: self.uniforms(delivery, GOOD_DELIVERY)[0],
            visit=lambda parent, round_, number: self.born(parent, round_, self.programs[number]),
            delay=self.delay,
            rest=self.rest,
            cooling=cooling,
            check=self.check,
            ignored=lambda lead, at, round_: self.uniforms(
                lead, self.model.ignored[stages[at]["ignored"] - 1]["key"], round_
            )[0],
            report=lambda lead, at, round_: self.uniforms(lead, stages[at]["report_key"], round_)[0],
            rejection=lambda lead, at, round_: self.uniforms(
                lead, self.model.rejections[stages[at]["rejection"] - 1]["key"], round_
            )[0],
            ripening=self.ripening,
        )

    def price(self, lead: int, segment: int, product: int, order: int = 0) -> float:
        """Draw the full price of a product, or of an order of it (PC2, RP4)."""
        row, key = self.prices(product)[segment], self.model.products[product]["price_key"]
        return self.value(row["distribution"], self.uniforms(lead, key, order)[0])

    def buying(self, company: int, product: int) -> tuple[float, float]:
        """Draw how often a company buys again, and whether it drops out (RP2)."""
        row, (rate, dropout) = self.model.products[product], self.uniforms(company, BUYING)
        return self.value(row["rate"], rate), self.value(row["dropout"], dropout)

    def prices(self, product: int) -> Records:
        """Find the prices of a product in each segment."""
        count = len(self.model.segments)
        return self.model.prices[product * count : (product + 1) * count]

    def age(self, company: int, segment: int, product: int) -> int:
        """Draw how long somebody has been a customer as the period begins (CU11)."""
        days = self.prices(product)[segment]["age"]
        return whole(self.value(days, self.uniforms(company, AGE)[0]) * DAY)

    def payment(self, entity: int, product: int | None, purpose: str, terms: int) -> int:
        """Draw how long after a bill it is paid; -1 where it never is (CA7)."""
        row = self.model.billing[0 if product is None else product + 1]
        keys = {"deposit": DEPOSIT, "payment": PAYMENT}
        when, never = self.uniforms(entity, keys[purpose], terms)
        return -1 if never < row["bad_debt"] else whole(self.value(row["delay"], when) * DAY)

    def processes(self, kind: Kind) -> list[int]:
        """List the numbers of the processes of a kind."""
        return [int(number) for number in np.flatnonzero(self.model.processes["kind"] == kind)]

    @property
    def deliveries(self) -> list[int]:
        """The processes by which what is sold is delivered."""
        return self.processes(Kind.DELIVERING)

    @property
    def programs(self) -> list[int]:
        """The processes of account visits."""
        return self.processes(Kind.VISITING)

    def birth(self, process: int) -> Record:
        """Find how the pursuits of a process are born."""
        found: Record = self.model.spawns[self.model.processes[process]["birth"]]
        return found

    def born(self, parent: int, round_: int, process: int) -> int:
        """Return the entity of a pursuit of a process that is born of another (K9)."""
        return descendant(parent, int(self.birth(process)["purpose"]), round_)

    def delay(self, visit: int, program: int) -> int:
        """Draw when a visit that is born begins (AV1, AV4)."""
        days = self.birth(self.programs[program])["delay"]
        return whole(self.value(days, self.uniforms(visit, REST)[0]) * DAY)

    def rest(self, visit: int, program: int, round_: int) -> int:
        """Draw how long a visit rests before the next one (AV3)."""
        end = self.model.ends[self.programs[program] * EVENTS + Event.DONE]
        return whole(self.value(end["rest"], self.uniforms(visit, end["rest_key"], round_)[0]) * DAY)

    def check(self, lead: int, stage: int, round_: int, number: int) -> tuple[float, float]:
        """Draw the hours of a check of a stage, and the uniform of its answer."""
        check = self.model.checks[self.model.stages[stage]["first_check"] + number]
        for_hours, for_answer = self.uniforms(lead, check["key"], round_)
        return self.value(check["effort"], for_hours), for_answer

    def ripening(self, lead: int) -> int | None:
        """Draw after which time a theorist is none any more (J6)."""
        days = self.model.firm[0]["ripening"]
        if days == NOTHING:
            return None
        return whole(self.value(days, self.uniforms(lead, RIPENING)[0]) * DAY)

    def traits(self, number: int, lead: int) -> set[int]:
        """Draw which traits a company has (J1)."""
        shares = self.model.trait_shares[number]
        return {
            trait
            for trait, share in enumerate(shares)
            if self.uniforms(lead, self.model.traits[trait]["key"])[0] < share
        }

    def attempt(self, lead: int, of: int, at: int, round_: int, number: int) -> tuple[float, float]:
        """Draw the hours of an attempt, and the number by which it reaches the buyer."""
        row = self.row(at, of)
        u, luck = self.uniforms(lead, row["attempt_key"], number << 24 | round_)
        return self.value(row["attempt_effort"], u), luck

    def interval(self, lead: int, of: int, at: int, round_: int, number: int) -> int:
        """Draw how long a lead rests after an attempt."""
        row = self.row(at, of)
        u, _ = self.uniforms(lead, row["interval_key"], number << 24 | round_)
        return whole(self.value(row["attempt_interval"], u) * HOUR)

    def luck(self, lead: int, theorist: float) -> tuple[float, ...]:
        """Draw by what a company is a theorist, and has each trait."""
        return theorist, *(self.uniforms(lead, trait["key"])[0] for trait in self.model.traits)

    def learning(self, number: int) -> told.Learning | None:
        """Describe what a channel learns."""
        channel = self.model.channels[number]
        if channel["half"] == 0:
            return None
        pairs = zip(self.model.trait_shares[number], self.model.trait_shifts[number], strict=True)
        return told.Learning(
            half=float(channel["half"]),
            theorists=(float(channel["theorists"]), float(channel["theorists_most"])),
            traits=[(float(typed), float(most)) for typed, most in pairs],
            honest=float(channel["honest"]),
        )

    def row(self, stage: int, segment: int) -> Record:
        """Find what a stage is to a segment; keys are the stage's (S1, S2)."""
        usual: Record = self.model.stages[stage]
        return self.model.variants[usual["first_variant"] + segment] if usual["variants"] else usual

    def inquiries(self, number: int, most: float) -> list[told.Inquiry]:
        """Return those who may come by a channel, while their exponentials add up to `most` (A3)."""
        entity = int(self.model.channels[number]["entity"])
        found: list[told.Inquiry] = []
        total = 0.0
        while total < most:
            u, _ = self.uniforms(entity + len(found), ARRIVAL)
            total += -math.log(1.0 - u)
            found.append(self.inquiry(number, entity + len(found), total))
        return found

    def demand(self, number: int) -> list[list[float]]:
        """Draw the shocks of a channel's demand, those of all channels first (H7)."""
        shocks = [self.model.shocks[row] for row in (DEMAND_OF_ALL, DEMAND_OF_CHANNELS + number)]
        return [self.by_day(shock) for shock in shocks if shock["deviation"] > 0]

    def by_day(self, shock: Record) -> list[float]:
        """Return a shock's factor on each day: that of the calendar month (H6, H8)."""
        levels = self.levels(shock)
        half = 0.5 if shock["mean_is_one"] else 0.0
        factors = {month: math.exp(level - half * variance) for month, (level, variance) in levels.items()}
        return [factors[int(month)] for month in self.model.calendar_months]

    def levels(self, shock: Record) -> dict[int, tuple[float, float]]:
        """Return a shock's level in each calendar month, and its variance.

        They depend on the calendar and on the month in which the period begins, on nothing else (H10).
        """
        deviation, persistence = float(shock["deviation"]), float(shock["persistence"])

        def z(month: int) -> float:
            return self.value(
                shock["normal"], self.uniforms(shock["owner"], shock["purpose"], month)[0]
            )  # H1

        months = sorted({int(month) for month in self.model.calendar_months})
        first = int(self.model.calendar_months[int(self.model.months[0]) // DAY])
        later = [month for month in months if month > first]
        earlier = [month for month in reversed(months) if month < first]
        found = {first: (deviation * z(first), deviation**2)}  # H2
        if persistence == 1.0:  # H4, H5
            found |= dict.fromkeys(earlier, (0.0, 0.0))
            for steps, (before, month) in enumerate(pairwise([first, *later]), 2):
                found[month] = (found[before][0] + deviation * z(month), steps * deviation**2)
            return found
        fresh = deviation * math.sqrt(1.0 - persistence**2)
        for known, month in [*pairwise([first, *later]), *pairwise([first, *earlier])]:
            found[month] = (persistence * found[known][0] + fresh * z(month), deviation**2)  # H3
        return found

    def expected(self, channel: Record) -> list[float]:
        """Read how many inquiries a channel expects by each midnight, as typed."""
        first = int(channel["first_expected"])
        return [float(one) for one in self.model.expected[first : first + len(self.model.month_days) + 1]]

    def share(self, channel: Record) -> float:
        """Draw the factor on a channel's share of the total (A8)."""
        if not channel["mean_share"] > 0:
            return 1.0
        mix = [each for each in self.model.channels if each["mean_share"] > 0]
        weights = [self.value(each["weight"], self.uniforms(each["key"], SHARE)[0]) for each in mix]
        own = next(w for w, each in zip(weights, mix, strict=True) if each["key"] == channel["key"])
        total = 0.0
        for weight in weights:
            total += weight
        return own / total / float(channel["mean_share"])

    def busy(self, channel: Record) -> list[float]:
        """Draw the factor on each day: the channel's own times that of all channels (A9, A10)."""
        if not self.uncertain(channel):
            return []
        found = []
        for day in range(len(self.model.month_days)):
            factor = 1.0
            for name in self.uncertain(channel):
                whose = channel["key"] if name == "busy" else Entity.CHANNEL << 56
                purpose = BUSY if name == "busy" else BUSY_ALL
                u, _ = self.uniforms(whose, purpose, int(channel["first_date"]) + day)
                factor *= self.value(channel[name], u)
            found.append(factor)
        return found

    def uncertain(self, channel: Record) -> list[str]:
        """List the factors that a channel's days have."""
        return [name for name in ("busy", "busy_all") if channel[name] != NOTHING]

    def inquiry(self, number: int, lead: int, total: float) -> told.Inquiry:
        """Draw what a company is (A11)."""
        channel = self.model.channels[number]
        fit, heat = self.uniforms(lead, PROFILE)
        kind, theorist = self.uniforms(lead, KIND)
        mix = self.routes(channel["first_segment"], channel["segments"])
        segment = next((target for up_to, target, _ in mix if kind < up_to), mix[-1][1])
        return told.Inquiry(
            lead,
            number,
            total,
            fit=self.value(channel["fit"], fit),
            heat=0 if heat < channel["hot"] else 1 if heat < channel["hot_or_warm"] else 2,
            segment=int(segment),
            theorist=bool(theorist < channel["theorists"]),
            accepted_below=self.uniforms(lead, MARKET)[0],
            by_product=self.uniforms(lead, PRODUCT)[0],
            traits=self.traits(number, lead),
            by_luck=self.luck(lead, theorist),
        )

    def referred(self, company: int, channel: int, segment: int) -> told.Inquiry:
        """Draw what a company is that is referred, of the segment of who refers it (RF3)."""
        return replace(self.inquiry(channel, company, 0.0), segment=segment)

    def routes(self, first: int, count: int) -> list[tuple[float, int | str, int]]:
        """Read routes."""
        ends: dict[int, str] = {WON: told.WON, LOST: told.LOST}
        return [
            (
                float(route["up_to"]),
                ends.get(int(route["target"]), int(route["target"])),
                int(route["reason"]),
            )
            for route in self.model.routes[first : first + count]
        ]

    @property
    def volume(self) -> float:
        """How many inquiries the channel with most of them expects by the horizon."""
        found = []
        for number, channel in enumerate(self.model.channels):
            days = [after - before for before, after in pairwise(self.expected(channel))]
            for factors in (self.busy(channel), *self.demand(number)):
                days = [one * factor for one, factor in zip(days, factors or [1.0] * len(days), strict=True)]
            found.append(self.share(channel) * math.fsum(days))
            hours = [
                closes - opens
                for rep in self.model.reps
                for opens, closes in self.openings(self.model.calendars[rep["calendar"]])
            ]
            found.append(float(channel["per_hour"]) * sum(hours) / HOUR)
        return max(found)

    def firm(self, most: float = 0.0) -> Firm:
        """Describe the model in plain words, with the companies that may come.

        They are so many as come if no more than `most` are expected in a channel: needed where other chapters
        expect more than this one.
        """
        model = self.model
        most = max(most, self.volume + 1e-6)  # rounding
        return Firm(
            calendars=[self.openings(calendar) for calendar in model.calendars],
            teams=[self.team(team) for team in model.teams],
            reps=[self.rep(rep) for rep in model.reps],
            stages=[self.stage(number) for number in range(len(model.stages))],
            channels=[
                told.Channel(
                    self.expected(each),
                    self.spans(each),
                    int(each["stage"]),
                    float(each["cost_per_inquiry"]),
                    float(each["cost_per_month"]),
                    spend=[float(weight) for weight in model.spend[number]],
                    price_per_lead=float(each["price_per_lead"]),
                    promotion=(int(each["cut_from"]), int(each["cut_until"])),
                    price_cut=float(each["price_cut"]),
                    share=self.share(each),
                    busy=self.busy(each),
                    demand=self.demand(number),
                    varies=bool(each["mean_share"] > 0 or self.uncertain(each) or self.demand(number)),
                    per_hour=float(each["per_hour"]) if each["prospected"] else None,
                    learning=self.learning(number),
                )
                for number, each in enumerate(model.channels)
            ],
            segments=[
                told.Segment(
                    float(each["odds"]),
                    float(each["customer_time"]),
                    float(each["years"]),
                    float(each["margin"]),
                    float(each["mean_value"]),
                    int(each["companies"]),
                    int(each["customers"]),
                    self.products_of(each),
                )
                for each in model.segments
            ],
            inquiries=[
                inquiry for number in range(len(model.channels)) for inquiry in self.inquiries(number, most)
            ],
            month_days=[int(days) for days in model.month_days],
            odds_by_day=self.by_day(model.shocks[ODDS_OF_ALL])
            if model.shocks[ODDS_OF_ALL]["deviation"]
            else [],
            calendar_months=[int(month) for month in model.calendar_months],
            traits=[told.Trait(float(each["missing"]), float(each["present"])) for each in model.traits],
            horizon=int(model.horizon),
            months=[int(month) for month in model.months],
            period_begins=int(model.months[0]),
            one_off_cost=float(model.plan[0]["one_off_cost"]),
            cost_per_month=float(model.plan[0]["cost_per_month"]),
            nurture={
                int(reason): self.nurture(reason) for reason in np.flatnonzero(model.reasons["most_touches"])
            },
            churned=int(model.firm[0]["churned"]),
            products=[self.product(number) for number in range(len(model.products))],
            billing=self.billing() if model.firm[0]["cash"] else [],
            deliveries=[self.delivery(number) for number in self.deliveries],
            programs=[self.program(number) for number in self.programs],
            referrals=self.referrals(model.firm[0]),
            open_deals=[self.open_deal(deal) for deal in model.open_deals],
        )

    def open_deal(self, deal: Record) -> told.OpenDeal:
        """Describe a deal that is open at time 0."""
        traits = {number for number in range(len(self.model.traits)) if int(deal["traits"]) >> number & 1}
        company = told.Inquiry(
            int(deal["entity"]),
            int(deal["channel"]),
            0.0,
            fit=float(deal["fit"]),
            heat=int(deal["heat"]),
            segment=int(deal["segment"]),
            theorist=bool(deal["theorist"]),
            traits=traits,
        )
        return told.OpenDeal(
            company,
            stage=int(deal["stage"]),
            created=int(deal["created"]),
            entered=int(deal["entered"]),
            phase="held" if deal["held"] else PHASES[Due(int(deal["phase"]))],
            until=None if deal["due"] >= NEVER else int(deal["due"]),
            since=int(deal["since"]),
            left_to_do=int(deal["effort"]),
            waited=int(deal["contact"]),
            rep=None if deal["rep"] == NOBODY else int(self.model.reps[deal["rep"]]["entity"]),
            product=None if deal["product"] == NOTHING else int(deal["product"]),
            value=None if math.isnan(deal["value"]) else float(deal["value"]),
            ignored=bool(deal["ignored"]),
            attempt=int(deal["attempt"]),
            reached=not deal["missed"],
            rejected=bool(deal["rejected"]),
            outcome={WON: told.WON, LOST: told.LOST}.get(int(deal["outcome"]), ""),
        )

    def referrals(self, row: Record) -> told.Referrals | None:
        """Describe how customers refer others (RF2, RF5, RF6)."""
        if not row["referred_to"]:
            return None
        return told.Referrals(
            int(row["referred_to"]) - 1,
            float(row["referral_rate"]),
            bad_delivery=float(row["bad_delivery"]),
            missed_visit=float(row["missed_visit"]),
            while_customer=bool(row["while_customer"]),
        )

    def billing(self) -> list[told.Billing]:
        """Describe how contracts about no product are billed, and about each."""
        names = ("at signing", "at delivery", "monthly")
        return [told.Billing(names[row["when"]], float(row["deposit"])) for row in self.model.billing]

    def delivery(self, number: int) -> told.Delivery:
        """Describe how what is sold is delivered (DE3, DE4, DE7)."""
        row = self.model.processes[number]
        return told.Delivery(
            int(row["first_stage"]),
            promised=int(row["promised"]),
            odds=float(row["good"]),
            late=float(row["late"]),
            defect=float(row["defect"]),
            good=float(row["kept"]),
            bad=float(row["missed"]),
            process=number,
        )

    def program(self, process: int) -> told.Program:
        """Describe a program of account visits."""
        row, done = self.model.processes[process], self.model.ends[process * EVENTS + Event.DONE]
        first = int(row["first_stage"])
        return told.Program(
            range(first, first + int(row["stages"])),
            regularly=bool(done["rest"] == NOTHING),
            kept=float(row["kept"]),
            missed=float(row["missed"]),
            process=process,
        )

    def products_of(self, segment: Record) -> list[tuple[float, int]]:
        """List what the deals of a segment are about (PC1)."""
        listed = self.routes(segment["first_product"], segment["products"])
        return [(up_to, int(product)) for up_to, product, _ in listed]

    def product(self, number: int) -> told.Product:
        """Describe a product (PC3)."""
        row = self.model.products[number]
        return told.Product(
            [
                told.Price(
                    float(each["mean"]),
                    float(each["margin"]),
                    [int(each["first_customer"]) + index for index in range(int(each["customers"]))],
                )
                for each in self.prices(number)
            ],
            months=int(row["months"]),
            typed_term=bool(row["typed_term"]),
            stays=float(row["stays"]),
            own_loyalty=bool(row["loyalty"] != NOTHING),
            growth=float(row["growth"]),
            earned_over=int(row["earned_over"]),
            term=int(row["term"]),
            discount=float(row["price_cut"]),
            odds=float(row["odds"]),
            launched=int(row["launched"]),
            delivery=self.deliveries.index(int(row["delivery"])) if row["delivery"] else None,
            at_delivery=bool(row["at_delivery"]),
            bought_again=bool(row["rate"] != NOTHING),
            opens=[
                (up_to, int(product))
                for up_to, product, _ in self.routes(row["first_move"], row["moves"])
                if product != number
            ],
        )

    def nurture(self, reason: int) -> told.Nurture:
        """Describe what becomes of those who are lost for a reason."""
        row = self.model.reasons[reason]
        first = int(row["first_touch"])
        return told.Nurture(
            interval=int(row["interval"]),
            by_touch=[float(one) for one in self.model.returns[first : first + int(row["most_touches"])]],
            stage=int(row["target"]),
            most_returns=int(row["most_returns"]),
            odds=float(row["odds"]),
            cost=float(row["cost_per_touch"]),
        )

    def spans(self, channel: Record) -> list[tuple[int, int, float]]:
        """List the spans of a channel's day (A4)."""
        first = int(channel["first_span"])
        found = self.model.spans[first : first + int(channel["spans"])]
        return [(int(span["opens"]), int(span["closes"]), float(span["up_to"])) for span in found]

    def openings(self, row: Record, kind: str = "hours") -> list[tuple[int, int]]:
        """List the opening times of a calendar, or of the customers of a stage."""
        first = int(row[f"first_{kind}"])
        spans = self.model.hours[first : first + int(row[kind])]
        return [(int(span["opens"]), int(span["closes"])) for span in spans]

    def team(self, team: Record) -> told.Team:
        """Describe a team."""
        return told.Team(
            assignment=OWN_POLICY
            if team["assignment"] == Assignment.OWN
            else Assignment(int(team["assignment"])).name.lower(),
            queue_order=QueueOrder(int(team["queue_order"])).name.lower(),
            sticky=bool(team["sticky"]),
            interrupts=bool(team["interrupts"]),
            split="" if team["split"] == Split.NONE else Split(int(team["split"])).name.lower(),
            new_share=int(team["new_share"]),
            prospects=int(team["prospected_channel"]) if team["prospects"] else None,
            block=int(team["block"]),
            reserved=float(team["reserved"]),
            max_open=int(team["max_open"]),
            commission=float(team["commission"]),
            opener_share=float(team["opener_share"]),
            tiers=[(int(tier["begins"]), float(tier["share"])) for tier in self.slice("tiers", team)],
            quota_months=int(team["quota_months"]),
            hiring_cost=float(team["hiring_cost"]),
            learns=(float(team["learns_most"]), float(team["learns_half"]), int(team["win_counts"])),
            trainings=[
                told.Training(*(each(training[name]) for name, each in TRAINED.items()))
                for training in self.slice("trainings", team)
            ],
        )

    def slice(self, what: str, team: Record) -> Records:
        """Find the tiers of a team's commission, or its trainings."""
        first = int(team[f"first_{what[:-1]}"])
        found: Records = getattr(self.model, what)[first : first + int(team[what])]
        return found

    def rep(self, rep: Record) -> told.Rep:
        """Describe a rep, with the skill and speed of this world."""

        def talent(generation: int) -> tuple[float, float]:
            skill, speed = self.uniforms(rep["entity"], REP, generation)
            return self.value(rep["skill_distribution"], skill), self.value(rep["speed_distribution"], speed)

        skill, speed = talent(0)
        return told.Rep(
            team=int(rep["team"]),
            calendar=int(rep["calendar"]),
            skill=skill,
            speed=speed,
            talent=talent,
            turnover=self.turnover(rep),
            joins=int(rep["joins"]),
            leaves=None if rep["leaves"] >= NEVER else int(rep["leaves"]),
            ramp=int(rep["ramp"]),
            skill_from=float(rep["skill_from"]),
            speed_from=float(rep["speed_from"]),
            pay_per_month=float(rep["pay_per_month"]),
            weight=float(rep["weight"]),
            segments=[int(known) for _, known, _ in self.routes(rep["first_segment"], rep["segments"])],
            spells=self.spells(rep) if rep["may_be_absent"] else [],
            grows=bool(rep["grows"]),
            worked_before=int(rep["worked_before"]),
            who=int(rep["entity"]),
        )

    def turnover(self, rep: Record) -> told.Turnover | None:
        """Tell how long each who comes into a seat stays (R17)."""
        team = self.model.teams[rep["team"]]
        if not rep["turns_over"] or team["tenure"] == NOTHING:
            return None

        def stays(generation: int, from_time_0: bool) -> int:
            u, _ = self.uniforms(rep["entity"], TENURE, generation)
            return max(whole(self.value(team["residual" if from_time_0 else "tenure"], u) * DAY), 1)

        def comes_after(generation: int) -> int:
            u, _ = self.uniforms(rep["entity"], REPLACEMENT, generation)
            return whole(self.value(team["replacement"], u) * DAY)

        return told.Turnover(stays, comes_after)

    def spells(self, rep: Record) -> list[tuple[int, int]]:
        """Draw a rep's spells of absence, and read those by plan (R11)."""
        team, found = self.model.teams[rep["team"]], []
        for day in range(len(self.model.month_days)):
            date, midnight = int(team["first_date"]) + day, day * DAY
            if team["spells"] > 0:
                begins, length = self.uniforms(rep["entity"], ABSENCE, date)
                if begins < team["spells"]:
                    found.append((midnight, midnight + whole(self.value(team["spell_days"], length) * DAY)))
            if team["off_every"] > 0:
                phase = self.uniforms(rep["entity"], DAYS_OFF)[0]
                before, now = (math.floor(each / team["off_every"] - phase) for each in (date - 1, date))
                if now > before:
                    found.append((midnight, midnight + whole(team["off_days"] * DAY)))
        planned = self.model.aways[rep["first_away"] : rep["first_away"] + rep["aways"]]
        return found + [(int(each["begins"]), int(each["ends"])) for each in planned]

    def stage(self, number: int) -> told.Stage:
        """Describe a stage, with what it is to each segment."""
        stage = self.model.stages[number]
        found = self.described(stage)
        found.limits = {
            int(gate["team"]): told.Limit(
                int(gate["per_rep"]),
                QueueOrder(int(gate["order"])).name.lower(),
                float(gate["cost_per_lead"]),
            )
            for gate in self.model.gates
            if gate["stage"] == number
        }
        if stage["variants"]:
            rows = [self.row(number, segment) for segment in range(len(self.model.segments))]
            found.of = {segment: self.described(row) for segment, row in enumerate(rows)}
        return found

    def described(self, row: Record) -> told.Stage:
        """Describe a stage's row."""
        by_clock = row["customer_share"] == 0
        return told.Stage(
            team=None if row["team"] == NOBODY else int(row["team"]),
            odds=float(row["odds"]),
            nexts=self.routes(row["first_next"], row["nexts"]),
            elses=self.routes(row["first_else"], row["elses"]),
            makes_lead=bool(row["makes_lead"]),
            process=int(row["process"]),
            people=int(row["people"]),
            theorist_odds=float(row["theorist_odds"]),
            heat_odds=tuple(float(ratio) for ratio in self.model.heat_odds[row["heat"]]),
            heat_skill=tuple(float(power) for power in self.model.heat_skill[row["heat"]]),
            cost_per_visit=float(row["cost_per_visit"]),
            points=self.curve(row["first_point"], row["points"]),
            late=bool(row["decides_late"]),
            ages=self.curve(row["first_age"], row["ages"]),
            quarter=tuple(float(ratio) for ratio in self.model.quarter_odds[row["heat"]]),
            customers=None if by_clock else self.openings(row, "customer_hours"),
            share_of_day=float(row["customer_share"]),
            attempts=told.Attempts(float(row["reached"]), int(row["most_attempts"]), int(row["not_reached"]))
            if row["most_attempts"]
            else None,
            checks=[self.told_check(check) for check in self.checks(row)],
            passes_at=int(row["passes_at"]),
            ignored=self.neglect(int(row["ignored"])) if row["ignored"] else None,
            rejection=self.rejection(int(row["rejection"])) if row["rejection"] else None,
        )

    def curve(self, first: int, points: int) -> list[tuple[float, float]]:
        """Describe an effect of time."""
        return [
            (float(point["log_hours"]), float(point["log_odds"]))
            for point in self.model.points[first : first + points]
        ]

    def days_of_some(self, row: Record, u: float) -> float:
        """Return the days that a customer takes, of whom a share never decides (V27)."""
        some = 1.0 - float(row["never"])
        return self.value(row["customer_time"], u / some) if u < some else math.inf

    def checks(self, row: Record) -> Records:
        """Find the checks of a stage."""
        first = int(row["first_check"])
        return self.model.checks[first : first + int(row["checks"])]

    def told_check(self, check: Record) -> told.Check:
        """Describe a check."""
        trait = None if check["trait"] == NOTHING else int(check["trait"])
        return told.Check(trait, float(check["sensitivity"]), float(check["false_good"]))

    def neglect(self, number: int) -> told.Neglect:
        """Describe how reps ignore leads, by the number of the row, from 1."""
        row = self.model.ignored[number - 1]
        first = int(row["first_load"])
        loads = self.model.loads[first : first + int(row["loads"])]
        return told.Neglect(
            float(row["odds"]),
            int(row["reason"]),
            [(int(load["open"]), float(load["odds"])) for load in loads],
        )

    def rejection(self, number: int) -> told.Rejection:
        """Describe how sales rejects; numbers are counted from 1."""
        row = self.model.rejections[number - 1]
        first = int(row["first_load"])
        loads = self.model.loads[first : first + int(row["loads"])]
        return told.Rejection(
            odds=float(row["odds"]),
            reason=int(row["reason"]),
            effort_share=float(row["effort_share"]),
            needs={trait for trait in range(len(self.model.traits)) if int(row["needs"]) >> trait & 1},
            missing=[float(ratio) for ratio in self.model.junk_odds[number - 1]],
            theorist=float(row["theorist"]),
            skill_exponent=float(row["skill_exponent"]),
            loads=[(int(load["open"]), float(load["odds"])) for load in loads],
        )


def history_of(chapters: Model | Chapters, seed: int, replication: int = 0) -> History:
    """Let the oracle live through chapters in a world."""
    return simulate(*told_of(chapters, seed, replication))


def told_of(chapters: Model | Chapters, seed: int, replication: int = 0) -> list[told.Chapter]:
    """Tell the oracle what chapters are in a world (C1)."""
    tables = [(each.begins, Table(each.model, seed, replication)) for each in chapters_of(chapters)]
    most = math.fsum(table.volume for _, table in tables)  # each adds no more than that to the number reached
    return [told.Chapter(begins, table.firm(most), table.draws()) for begins, table in tables]
