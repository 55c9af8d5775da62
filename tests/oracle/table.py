"""From a model and a world to what the oracle is told; from a ledger to what it can be held against."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import (
    ARRIVAL,
    BUSY,
    BUSY_ALL,
    KIND,
    PROFILE,
    REP,
    SHARE,
    VALUE,
    WORLD,
    Entity,
    uniforms,
)
from funnelsim.compiling.arrays import Record
from funnelsim.model.model import DEMAND_OF_ALL, DEMAND_OF_CHANNELS, ODDS_OF_ALL, Model
from funnelsim.model.words import LOST, NEVER, NOBODY, NOTHING, WON, Assignment, QueueOrder

from . import firm as told
from .firm import DAY, Draws, Firm, whole
from .plan import OWN_POLICY


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
        segments = {inquiry.entity: inquiry.segment for inquiry in self.inquiries()}

        def row(lead: int, stage: int) -> Record:
            return self.row(stage, segments[lead])

        def patience(lead: int, stage: int, round_: int) -> int | None:
            if row(lead, stage)["patience"] == NOTHING:
                return None
            u, _ = self.uniforms(lead, stages[stage]["patience_key"], round_)
            return whole(self.value(row(lead, stage)["patience"], u) * DAY)

        def work(lead: int, stage: int, round_: int) -> tuple[float, float]:
            return self.uniforms(lead, stages[stage]["work_key"], round_)

        def answer(lead: int, stage: int, round_: int) -> tuple[float, float]:
            return self.uniforms(lead, stages[stage]["answer_key"], round_)

        return Draws(
            patience=patience,
            effort_hours=lambda lead, at, round_: self.value(
                row(lead, at)["effort"], work(lead, at, round_)[0]
            ),
            advances=lambda lead, at, round_: work(lead, at, round_)[1],
            customer_days=lambda lead, at, round_: self.value(
                row(lead, at)["customer_time"], answer(lead, at, round_)[0]
            ),
            route=lambda lead, at, round_: answer(lead, at, round_)[1],
            luck=lambda lead, at, round_: self.uniforms(lead, stages[at]["assignment_key"], round_)[0],
        )

    def row(self, stage: int, segment: int) -> Record:
        """Find what a stage is to a segment; keys are the stage's (S1, S2)."""
        usual: Record = self.model.stages[stage]
        return self.model.variants[usual["first_variant"] + segment] if usual["variants"] else usual

    def inquiries(self) -> list[told.Inquiry]:
        """Return the inquiries of each channel in the order of their index."""
        return [
            self.inquiry(number, int(channel["entity"]) + index, arrives)
            for number, channel in enumerate(self.model.channels)
            for index, arrives in enumerate(self.arrivals(number, channel))
        ]

    def arrivals(self, number: int, channel: Record) -> list[int]:
        """Re-scale unit exponentials by the cumulative expected number of inquiries (A3)."""
        midnights = self.midnights(number, channel)
        opens, closes = int(channel["opens"]), int(channel["closes"])
        found: list[int] = []
        total = 0.0
        while True:
            u, _ = self.uniforms(int(channel["entity"]) + len(found), ARRIVAL)
            total += -math.log(1.0 - u)
            day = next((day for day, (_, after) in enumerate(pairwise(midnights)) if total < after), None)
            if day is None:
                return found
            share = (total - midnights[day]) / (midnights[day + 1] - midnights[day])
            # A4: rounded down, so that the window's last instant is before its closing.
            arrives = day * DAY + opens + math.floor(float(share) * (closes - opens))
            if arrives >= self.model.horizon:
                return found
            found.append(arrives)

    def midnights(self, number: int, channel: Record) -> list[float]:
        """Add up what a channel expects in this world, day by day (A6, A7)."""
        first = int(channel["first_expected"])
        expected = [float(one) for one in self.model.expected[first : first + len(self.model.month_days) + 1]]
        mix = [each for each in self.model.channels if each["mean_share"] > 0]
        uncertain = [name for name in ("busy", "busy_all") if channel[name] != NOTHING]
        demand = [
            self.by_day(self.model.shocks[row])  # H7
            for row in (DEMAND_OF_ALL, DEMAND_OF_CHANNELS + number)
            if self.model.shocks[row]["deviation"] > 0
        ]
        if not uncertain and not demand and not channel["mean_share"] > 0:
            return expected
        share = 1.0
        if channel["mean_share"] > 0:
            # A8
            weights = [self.value(each["weight"], self.uniforms(each["key"], SHARE)[0]) for each in mix]
            own = next(w for w, each in zip(weights, mix, strict=True) if each["key"] == channel["key"])
            total = 0.0
            for weight in weights:
                total += weight
            share = own / total / float(channel["mean_share"])
        found = [0.0]
        for day, (before, after) in enumerate(pairwise(expected)):
            factor = 1.0
            for name in uncertain:
                whose = channel["key"] if name == "busy" else Entity.CHANNEL << 56
                purpose = BUSY if name == "busy" else BUSY_ALL
                u, _ = self.uniforms(whose, purpose, int(channel["first_date"]) + day)  # A9, A10
                factor *= self.value(channel[name], u)
            expects = (after - before) * share * factor
            for by_day in demand:
                expects *= by_day[day]
            found.append(found[-1] + expects)
        return found

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

    def inquiry(self, number: int, lead: int, arrives: int) -> told.Inquiry:
        """Draw what a company is (A11)."""
        channel = self.model.channels[number]
        fit, heat = self.uniforms(lead, PROFILE)
        kind, theorist = self.uniforms(lead, KIND)
        mix = self.routes(channel["first_segment"], channel["segments"])
        segment = next((target for up_to, target, _ in mix if kind < up_to), mix[-1][1])
        value, _ = self.uniforms(lead, VALUE)
        return told.Inquiry(
            lead,
            number,
            arrives,
            fit=self.value(channel["fit"], fit),
            heat=0 if heat < channel["hot"] else 1 if heat < channel["hot_or_warm"] else 2,
            segment=int(segment),
            theorist=bool(theorist < channel["theorists"]),
            value=self.value(self.model.segments[int(segment)]["value"], value),
        )

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

    def firm(self) -> Firm:
        """Describe the model in plain words, with the draws that are made once."""
        model = self.model
        return Firm(
            calendars=[self.openings(calendar) for calendar in model.calendars],
            teams=[self.team(team) for team in model.teams],
            reps=[self.rep(rep) for rep in model.reps],
            stages=[self.stage(number) for number in range(len(model.stages))],
            channels=[
                told.Channel(
                    int(each["stage"]),
                    float(each["cost_per_inquiry"]),
                    float(each["cost_per_month"]),
                    spend=[float(weight) for weight in model.spend[number]],
                    price_per_lead=float(each["price_per_lead"]),
                    promotion=(int(each["cut_from"]), int(each["cut_until"])),
                    price_cut=float(each["price_cut"]),
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
                )
                for each in model.segments
            ],
            inquiries=self.inquiries(),
            month_days=[int(days) for days in model.month_days],
            odds_by_day=self.by_day(model.shocks[ODDS_OF_ALL])
            if model.shocks[ODDS_OF_ALL]["deviation"]
            else [],
            horizon=int(model.horizon),
        )

    def openings(self, calendar: Record) -> list[tuple[int, int]]:
        """List the opening times of a calendar."""
        first = int(calendar["first_hours"])
        spans = self.model.hours[first : first + int(calendar["hours"])]
        return [(int(span["opens"]), int(span["closes"])) for span in spans]

    def team(self, team: Record) -> told.Team:
        """Describe a team."""
        return told.Team(
            assignment=OWN_POLICY
            if team["assignment"] == Assignment.OWN
            else Assignment(int(team["assignment"])).name.lower(),
            queue_order=QueueOrder(int(team["queue_order"])).name.lower(),
            sticky=bool(team["sticky"]),
            max_open=int(team["max_open"]),
            commission=float(team["commission"]),
        )

    def rep(self, rep: Record) -> told.Rep:
        """Describe a rep, with the skill and speed of this world."""
        skill, speed = self.uniforms(rep["entity"], REP)
        return told.Rep(
            team=int(rep["team"]),
            calendar=int(rep["calendar"]),
            skill=self.value(rep["skill_distribution"], skill),
            speed=self.value(rep["speed_distribution"], speed),
            joins=int(rep["joins"]),
            leaves=None if rep["leaves"] >= NEVER else int(rep["leaves"]),
            ramp=int(rep["ramp"]),
            skill_from=float(rep["skill_from"]),
            speed_from=float(rep["speed_from"]),
            pay_per_month=float(rep["pay_per_month"]),
            weight=float(rep["weight"]),
            segments=[int(known) for _, known, _ in self.routes(rep["first_segment"], rep["segments"])],
        )

    def stage(self, number: int) -> told.Stage:
        """Describe a stage."""
        stage = self.model.stages[number]
        first, points = int(stage["first_point"]), int(stage["points"])
        rows = {segment: self.row(number, segment) for segment in range(len(self.model.segments))}
        return told.Stage(
            odds_of={segment: float(row["odds"]) for segment, row in rows.items()},
            cost_of={segment: float(row["cost_per_visit"]) for segment, row in rows.items()},
            team=None if stage["team"] == NOBODY else int(stage["team"]),
            odds=float(stage["odds"]),
            nexts=self.routes(stage["first_next"], stage["nexts"]),
            elses=self.routes(stage["first_else"], stage["elses"]),
            makes_lead=bool(stage["makes_lead"]),
            theorist_odds=float(stage["theorist_odds"]),
            heat_odds=tuple(float(ratio) for ratio in self.model.heat_odds[number]),
            heat_skill=tuple(float(power) for power in self.model.heat_skill[number]),
            cost_per_visit=float(stage["cost_per_visit"]),
            points=[
                (float(point["log_hours"]), float(point["log_odds"]))
                for point in self.model.points[first : first + points]
            ],
        )
