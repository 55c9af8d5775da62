"""The rows of a model, section by section of the file.

Names, dates, people and choices are the same in every world: `prepare` writes them, once. Numbers that
may be uncertain are the rest: `write` writes them, and what they point into, only from the tables of the
file that `made_of` lists. If these are the same objects, the rows are the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

from funnelsim.chance.distributions import Constant, Distribution, Gamma, Scaled, Scipy, mean, tabulate
from funnelsim.chance.keys import (
    DEMAND_SHOCK,
    DEMAND_SHOCK_ALL,
    ODDS_SHOCK,
    Entity,
    entity,
    hash24,
    purpose,
)
from funnelsim.model.model import DEMAND_OF_ALL, DEMAND_OF_CHANNELS, ODDS_OF_ALL
from funnelsim.model.own_policy import BUILT_IN, policy_number
from funnelsim.model.words import DAY, HOUR, LOST, NEVER, NOBODY, NOTHING, WON, Assignment, QueueOrder, Split
from funnelsim.rules.contracts import CENTS, MONTH, MOST_CENTS, QUARTER, YEAR
from funnelsim.rules.effort_split import THOUSAND
from funnelsim.scenario.attempts import NOT_REACHED_NAME
from funnelsim.scenario.calendars import Calendar, spans_of_the_day
from funnelsim.scenario.channels import Promotion, Prospecting
from funnelsim.scenario.effects import (
    by_calendar_month,
    by_heat,
    committee_effect,
    stage_odds,
    theorist_odds,
)
from funnelsim.scenario.flow import (
    LOSS,
    WIN,
    advancing,
    customer_hours,
    differs_by_segment,
    failing,
    first_stage,
    lead_maker,
    mix,
    stage_of,
)
from funnelsim.scenario.gates import gates_of
from funnelsim.scenario.ignored_rows import ignoring
from funnelsim.scenario.learning import honest_share
from funnelsim.scenario.market import Market
from funnelsim.scenario.months import DAYS_PER_MONTH
from funnelsim.scenario.product_rows import FREE, products_sold
from funnelsim.scenario.prospecting import share_reserved
from funnelsim.scenario.qualifying_rows import QualifyingRows, trait_share
from funnelsim.scenario.quantities import EffortSplit
from funnelsim.scenario.rotas import Customers, Rota
from funnelsim.scenario.schema import Contents, Rep, Segment, Stage, Team
from funnelsim.scenario.sheets import Draft, OtherShapeError, Sheet, Way, fill, points_of
from funnelsim.scenario.shocks import Shock
from funnelsim.scenario.staff_rows import (
    Held,
    absence_of,
    learning_of,
    may_be_absent,
    numbers_of_training,
    turnover_of,
)
from funnelsim.scenario.volumes import Era, cost_per_month, expected_inquiries, mean_share

LONG_AGO = -NEVER // 2  # on staff, and at full strength, before anything happens
LEAST_VARIATION = 0.001  # of days: a smaller one cannot be seen
LOTS = 1 << 20  # of a weight of 1: sums of whole lots are exact, in any order (P11)
SEAT_BITS = 24  # of a rep's number: a seat; above them the generation
MOST_GENERATIONS = 127
QUOTA_MONTHS = {"month": MONTH, "quarter": QUARTER, "year": YEAR}
NAMED_REPS = 1 << 31  # named reps draw by their names, with numbers above those of the others

Row = dict[str, Any]
Eras = tuple[Era, ...]  # what holds, and what held before


class Rows(Protocol):
    """The rows of one section of the file."""

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write what is the same in every world."""

    def made_of(self, eras: Eras) -> tuple[object, ...]:
        """List the tables of the file whose numbers are in the rows."""

    def write(self, eras: Eras, sheet: Sheet) -> None:
        """Write the numbers."""


# ---- channels and segments --------------------------------------------------------------------


@dataclass(frozen=True)
class ChannelRows:
    """A channel and the inquiries expected of it."""

    name: str
    number: int
    calendar: Calendar
    segments: dict[str, int]

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write the keys of draws, the spans of the day, and where inquiries enter."""
        channel = scenario.channels[self.name]
        first_span, spans = draft.day(spans_of_the_day(channel))
        row = {
            "entity": entity(Entity.INQUIRY, self.name),
            "key": entity(Entity.CHANNEL, self.name),
            "first_date": self.calendar.first_day.toordinal(),
            "first_span": first_span,
            "spans": spans,
            "first_expected": self._first_expected,
            **self._promoted(channel.promotion),
            "stage": list(scenario.stages).index(first_stage(scenario, self.name)),
            "prospected": int(channel.prospecting is not None),
        }
        fill(draft.array("channels"), self.number, row)
        if channel.prospecting is not None:
            which = {"prospected_channel": self.number}
            fill(draft.array("teams"), list(scenario.teams).index(channel.prospecting.team), which)
        keys = {"owner": row["key"], "purpose": DEMAND_SHOCK, "mean_is_one": 1}
        fill(draft.array("shocks"), DEMAND_OF_CHANNELS + self.number, keys)

    def made_of(self, eras: Eras) -> tuple[object, ...]:
        """List the channel and the mix of all eras, and the team of whose hours prospecting is a part."""
        contents = [era.contents for era in eras]
        mixes = (each for own in contents for each in (own.channels.get(self.name), own.mix))
        last = contents[-1]
        prospecting = last.channels[self.name].prospecting
        team = None if prospecting is None else last.teams[prospecting.team]
        return (last.traits, last.management, team, *mixes)

    def write(self, eras: Eras, sheet: Sheet) -> None:
        """Write costs, shares, distributions, and inquiries by day."""
        scenario = eras[-1].contents
        channel = scenario.channels[self.name]
        heat, promotion = channel.temperature, channel.promotion
        ways = ((share, self.segments[name], NOTHING) for name, share in mix(scenario, self.name).items())
        first_segment, segments = sheet.route(ways)
        row = {
            "cost_per_inquiry": channel.cost_per_inquiry,
            "cost_per_month": cost_per_month(channel),
            "price_per_lead": channel.price_per_lead,
            "price_cut": 0.0 if promotion is None else promotion.price_cut,
            **_share(scenario, self.name, sheet),
            "busy": _day_factor(channel.day_variation, sheet),
            "busy_all": _day_factor(scenario.mix.day_variation, sheet),
            "theorists": channel.theorist_share,
            **self._learning(scenario),
            "hot": heat.hot,
            "hot_or_warm": 1.0 if heat.future == 0 else heat.hot + heat.warm,
            "fit": sheet.distribution(channel.fit),
            "first_segment": first_segment,
            "segments": segments,
        }
        fill(sheet.array("channels"), self.number, row)
        if channel.prospecting is not None:
            self._prospected(scenario, channel.prospecting, sheet)
        shares = [trait_share(scenario, self.name, trait) for trait in scenario.traits]
        sheet.array("trait_shares")[self.number] = shares
        shifts = {} if channel.learning is None else channel.learning.traits
        sheet.array("trait_shifts")[self.number] = [shifts.get(trait, 0.0) for trait in scenario.traits]
        fill(sheet.array("shocks"), DEMAND_OF_CHANNELS + self.number, _shock(channel.demand_shock, sheet))
        expected = expected_inquiries(eras, self.name, self.calendar)
        sheet.array("expected")[self._first_expected : self._first_expected + len(expected)] = expected

    def _prospected(self, scenario: Contents, prospecting: Prospecting, sheet: Sheet) -> None:
        """Write how much an hour of prospecting finds, and how much time its team spends on it."""
        fill(sheet.array("channels"), self.number, {"per_hour": prospecting.inquiries_per_hour})
        off = scenario.channels[self.name].off
        spends = {
            "prospects": int(prospecting.hours_per_week != 0 and not off),
            "block": round(prospecting.block_hours * HOUR),
            "reserved": 0.0 if off else share_reserved(scenario, prospecting),
        }
        fill(sheet.array("teams"), list(scenario.teams).index(prospecting.team), spends)

    def _learning(self, scenario: Contents) -> Row:
        """Return how a channel learns, and how much marketing is told (W4, W5)."""
        learning, management = scenario.channels[self.name].learning, scenario.management
        if learning is None:
            return {"half": 0.0, "theorists_most": 0.0, "honest": 0.0}
        return {
            "half": learning.half,
            "theorists_most": learning.theorist_share,
            "honest": honest_share(management.honest_reports, management.control),
        }

    @property
    def _first_expected(self) -> int:
        return self.number * (len(self.calendar.days) + 1)

    def _promoted(self, promotion: Promotion | None) -> Row:
        """Return from when to when a channel's inquiries buy at a lower price."""
        if promotion is None:
            return {}
        return {
            "cut_from": self.calendar.instant(promotion.starts),
            "cut_until": self.calendar.instant(promotion.ends),
        }


def _share(scenario: Contents, name: str, sheet: Sheet) -> Row:
    """Write how uncertain a channel's share of the total is: Dirichlet(certainty x shares) (A8)."""
    share, certainty = mean_share(scenario, name), scenario.mix.certainty
    if share == 0 or certainty is None:
        return {"mean_share": 0.0, "weight": 0}
    return {"mean_share": share, "weight": sheet.distribution(_gamma(certainty * share, 1.0))}


def _day_factor(variation: float, sheet: Sheet) -> int:
    """Write the distribution of a day's factor: gamma with mean 1 and this standard deviation (A9)."""
    if variation < LEAST_VARIATION:
        return NOTHING
    k = 1.0 / variation**2
    return sheet.distribution(_gamma(k, 1.0 / k))


@lru_cache(maxsize=1024)
def _gamma(shape: float, scale: float) -> Gamma:
    """Make a gamma distribution once: its table takes a while."""
    return Gamma(shape, scale)


@dataclass(frozen=True)
class ShockRows:
    """The shocks that all channels share, and all stages."""

    def prepare(self, scenario: Contents, draft: Draft) -> None:  # noqa: ARG002 (keys have no names)
        """Write the keys of draws."""
        shocks = draft.array("shocks")
        demand = {"owner": Entity.CHANNEL << 56, "purpose": DEMAND_SHOCK_ALL, "mean_is_one": 1}
        fill(shocks, DEMAND_OF_ALL, demand)
        fill(shocks, ODDS_OF_ALL, {"owner": Entity.FIRM << 56, "purpose": ODDS_SHOCK})

    def made_of(self, eras: Eras) -> tuple[object, ...]:
        """List the shocks."""
        return (eras[-1].contents.shocks,)

    def write(self, eras: Eras, sheet: Sheet) -> None:
        """Write how much and how long they last."""
        fill(sheet.array("shocks"), DEMAND_OF_ALL, _shock(eras[-1].contents.shocks.demand, sheet))
        fill(sheet.array("shocks"), ODDS_OF_ALL, _shock(eras[-1].contents.shocks.odds, sheet))


def _shock(shock: Shock | None, sheet: Sheet) -> Row:
    """Write how far a shock goes and how long it lasts; one that goes nowhere is none (H1)."""
    if shock is None or shock.deviation == 0:
        return {"deviation": 0.0, "persistence": 0.0, "normal": NOTHING}
    normal = sheet.distribution(_standard_normal())
    return {"deviation": shock.deviation, "persistence": shock.persistence, "normal": normal}


@cache
def _standard_normal() -> Scipy:
    """Make the standard normal distribution once: its table takes a while."""
    return Scipy("norm")


def value_per_year(segment: Segment) -> Distribution:
    """Return the value of a contract per year: that of a whole contract is divided by its term (M1).

    Raises
    ------
    ValueError
        If contracts have no value.

    Examples
    --------
    >>> value_per_year(Segment(contract_value=18_000, term_years=0.5)).mean()
    36000.0
    """
    if segment.contract_value is not None:
        return Scaled(segment.contract_value, 1 / segment.term_years)
    if segment.contract_value_per_year is None:
        raise ValueError("contracts have no value")
    return segment.contract_value_per_year


@dataclass(frozen=True)
class SegmentRow:
    """A segment."""

    name: str
    number: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write nothing: a segment is all numbers."""

    def made_of(self, eras: Eras) -> tuple[object, ...]:
        """List the segment and the effects."""
        return eras[-1].contents.segments[self.name], eras[-1].contents.effects

    def write(self, eras: Eras, sheet: Sheet) -> None:
        """Write what a segment's leads are worth and how they decide."""
        scenario = eras[-1].contents
        segment = scenario.segments[self.name]
        odds, customer_time = committee_effect(scenario, self.name)
        per_year = FREE if scenario.products else value_per_year(segment)
        first_product, products = sheet.route(products_sold(scenario, self.name))
        row = {
            "odds": odds,
            "customer_time": customer_time,
            "years": segment.term_years,
            "margin": segment.gross_margin,
            "mean_value": mean(tabulate(per_year)),
            "value": sheet.distribution(per_year),
            "first_product": first_product,
            "products": products,
            **_market(segment.market, sheet),
        }
        fill(sheet.array("segments"), self.number, row)


def _market(market: Market | None, sheet: Sheet) -> Row:
    """Write how many companies a segment has, and how long they cool off."""
    if market is None:
        return {"companies": 0, "customers": 0, "cooling": NOTHING}
    rest = market.cooling_off_days
    return {
        "companies": max(round(market.companies), 1),
        "customers": round(market.customers),
        "cooling": NOTHING if rest is None else sheet.distribution(rest),
    }


# ---- teams and reps ---------------------------------------------------------------------------


class Person(NamedTuple):
    """A person on staff: when they join and leave, and their name in the file, if any."""

    name: str
    entity: int
    joins: int
    leaves: int
    own_name: str | None


def staff_of(name: str, teams: Sequence[tuple[int, Team]], calendar: Calendar) -> list[Person]:
    """List everybody who has been in a team, or will be: by seat, then by name (C2, C6, C7).

    Without those gone before time 0 (R2).

    Parameters
    ----------
    name : str
        The team.
    teams : sequence of (int, Team)
        The team as it is from each day on, days by their numbers.
    calendar : Calendar
        Its days.
    """
    return [*_in_seats(name, teams), *_with_names(name, teams, calendar)]


def _in_seats(name: str, teams: Sequence[tuple[int, Team]]) -> list[Person]:
    """List those without a name of their own: seat by seat, one after the other."""
    seats: list[list[Person]] = []
    taken = 0
    for first_day, team in teams:
        joins = first_day * DAY if first_day > 0 else LONG_AGO
        for seat in range(team.people, taken):
            seats[seat][-1] = seats[seat][-1]._replace(leaves=joins)
        for seat in range(taken, team.people):
            seats += [[]] if seat == len(seats) else []
            generation = min(len(seats[seat]), MOST_GENERATIONS)
            called = f"{name} {seat + 1}" + (f" ({generation + 1})" if generation else "")
            key = entity(Entity.REP, name, seat + (generation << SEAT_BITS))
            seats[seat].append(Person(called, key, joins, NEVER, None))
        taken = team.people
    return [person for seat in seats for person in seat]


def _with_names(name: str, teams: Sequence[tuple[int, Team]], calendar: Calendar) -> list[Person]:
    """List those with a name of their own, who may be hired and leave; who was there once stays (C2)."""
    people: dict[str, Person] = {}
    there = set()
    for first_day, team in teams:
        today = first_day * DAY
        for own_name, rep in team.reps.items():
            known = people.get(own_name)
            earliest = today if first_day > 0 and (known is None or known.joins >= today) else LONG_AGO
            joins = max(earliest, LONG_AGO if rep.hired is None else calendar.instant(rep.hired))
            if known is not None and known.joins < today:
                joins = known.joins
            leaves = NEVER if rep.leaves is None else calendar.instant(rep.leaves)
            key = entity(Entity.REP, name, NAMED_REPS + hash24(own_name))
            people[own_name] = Person(own_name, key, joins, leaves, own_name)
            if leaves > 0:
                there.add(own_name)
    return [person for person in people.values() if person.name in there]


@dataclass(frozen=True)
class TeamRows:
    """A team and its reps."""

    name: str
    number: int
    people: list[Person]
    first_rep: int
    first_calendar: int
    first_tier: int
    first_training: int
    rota: Rota
    segments: dict[str, int]
    trainings: Sequence[Held]
    aways: Sequence[tuple[int, int]]  # of each person: the first, and how many
    calendar: Calendar

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write how the team works, its people, and the segments they know best."""
        team = scenario.teams[self.name]
        row = {
            "max_open": NEVER if team.max_open is None else team.max_open,
            "first_rep": self.first_rep,
            "reps": len(self.people),
            "first_calendar": self.first_calendar,
            "calendars": len(self.rota.openings),
            **_policy(team.assignment),
            "queue_order": QueueOrder[team.queue_order.upper()].value,
            "sticky": int(team.sticky),
            "interrupts": int(team.interrupts == "hot"),
            **_split(team.effort_split),
            "first_tier": self.first_tier,
            "tiers": tiers_of(team),
            "first_training": self.first_training,
            "trainings": len(self.trainings),
            "first_date": self.calendar.first_day.toordinal(),
            "quota_months": QUOTA_MONTHS[team.commission_tiers.period] if team.commission_tiers else MONTH,
        }
        fill(draft.array("teams"), self.number, row)
        for number, (person, away) in enumerate(zip(self.people, self.aways, strict=True)):
            planned = {"first_away": away[0], "aways": away[1]}
            row = self._place_of(person, team, draft) | planned
            fill(draft.array("reps"), self.first_rep + number, row)
        for number, held in enumerate(self.trainings, start=self.first_training):
            fill(draft.array("trainings"), number, {"begins": held.begins})

    def _place_of(self, person: Person, team: Team, draft: Draft) -> Row:
        own = None if person.own_name is None else team.reps[person.own_name].segments
        known = dict.fromkeys(team.segments if own is None else own)
        first_segment, segments = draft.route((1.0, self.segments[name], NOTHING) for name in known)
        return {
            "entity": person.entity,
            "joins": person.joins,
            "leaves": person.leaves,
            "first_segment": first_segment,
            "segments": segments,
            "team": self.number,
            "calendar": self.first_calendar + self.rota.by_rep.get(person.own_name, 0),
            "turns_over": int(team.turnover is not None and person.own_name is None),
            "grows": int(team.learning is not None or bool(self.trainings)),
            "worked_before": _worked_before(person, team),
        }

    def made_of(self, eras: Eras) -> tuple[object, ...]:
        """List the team, and what it was in the eras before, whose trainings still count."""
        return tuple(era.contents.teams.get(self.name) for era in eras)

    def write(self, eras: Eras, sheet: Sheet) -> None:
        """Write pay, commission, skill, speed and how newcomers grow."""
        team = eras[-1].contents.teams[self.name]
        pay = {"commission": team.commission, "opener_share": team.opener_share}
        growth = learning_of(team.learning) | absence_of(team.absence, sheet)
        stays = turnover_of(team.turnover, sheet)
        fill(sheet.array("teams"), self.number, pay | growth | stays)
        for number, held in enumerate(self.trainings, start=self.first_training):
            training = eras[held.era].contents.teams[self.name].training[held.name]
            fill(sheet.array("trainings"), number, numbers_of_training(training))
        for number, tier in enumerate(_tiers(team), start=self.first_tier):
            fill(sheet.array("tiers"), number, tier)
        reps = sheet.array("reps")
        as_all = _numbers_of(team, Rep()) | {
            "skill_distribution": sheet.distribution(team.skill),
            "speed_distribution": sheet.distribution(team.speed),
        }
        fill(reps, slice(self.first_rep, self.first_rep + len(self.people)), as_all)
        for number, (_, aways) in enumerate(self.aways, start=self.first_rep):
            fill(reps, number, {"may_be_absent": may_be_absent(aways, team.absence)})
        for number, person in enumerate(self.people, start=self.first_rep):
            if person.own_name is not None:
                rep = team.reps[person.own_name]
                fill(reps, number, _numbers_of(team, rep) | _strength_of(rep, sheet))
            if person.joins != LONG_AGO or (team.turnover is not None and person.own_name is None):
                fill(reps, number, _ramp_of(team))


def _worked_before(person: Person, team: Team) -> int:
    """Return the leads that a rep has worked before anything is counted (Z1)."""
    rep = Rep() if person.own_name is None else team.reps[person.own_name]
    if rep.leads_worked is not None:
        return rep.leads_worked
    return team.learning.leads_worked if team.learning and person.joins == LONG_AGO else 0


def tiers_of(team: Team) -> int:
    """Count the rows of a team's commission in tiers; 0 where it has none."""
    return len(_tiers(team))


def _tiers(team: Team) -> list[Row]:
    """Lower commission in tiers: what is paid from which cents on (M11)."""
    tiers = team.commission_tiers
    if tiers is None:
        return []
    begins = [0, *(min(round(part * tiers.quota * CENTS), MOST_CENTS) for part in tiers.attainment)]
    shares = [team.commission, *tiers.commission]
    return [{"begins": at, "share": share} for at, share in zip(begins, shares, strict=True)]


def _policy(name: str) -> Row:
    if name in BUILT_IN:
        return {"assignment": Assignment[name.upper()].value}
    return {"assignment": Assignment.OWN.value, "own_policy": policy_number(name)}


def _split(split: EffortSplit | None) -> Row:
    """Lower how a team splits its effort (G16)."""
    if split is None:
        return {}
    if split.first:
        return {"split": Split.NEW_FIRST.value if split.first == "new" else Split.ACCOUNTS_FIRST.value}
    return {"split": Split.SHARES.value, "new_share": math.floor(split.new * THOUSAND + 0.5)}


def _numbers_of(team: Team, rep: Rep) -> Row:
    """Lower a rep's pay and weight, from its own numbers and its team's; it needs no time to grow."""
    pay = team.cost_per_person_month if rep.cost_per_month is None else rep.cost_per_month
    return {
        "ramp": 0,
        "skill_from": 1.0,
        "speed_from": 1.0,
        "pay_per_month": pay + team.seat_cost_per_month,
        "weight": max(1, round(rep.weight * LOTS)) / LOTS,
    }


def _ramp_of(team: Team) -> Row:
    """Lower how those who join grow to full strength."""
    ramp = team.ramp_up
    if ramp is None:
        return {}
    months = round(ramp.months * DAYS_PER_MONTH * DAY)
    return {"ramp": months, "skill_from": ramp.skill_from, "speed_from": ramp.speed_from}


def _strength_of(rep: Rep, sheet: Sheet) -> Row:
    """Lower a rep's own skill and speed."""
    own = {"skill_distribution": rep.skill, "speed_distribution": rep.speed}
    return {name: sheet.distribution(Constant(value)) for name, value in own.items() if value is not None}


# ---- stages -----------------------------------------------------------------------------------


class Place(NamedTuple):
    """A row of a stage: the array that it is in, its number there, and whose row it is, if one segment's."""

    records: str
    number: int
    segment: str | None


@dataclass(frozen=True)
class StageRows:
    """A stage, and its rows for each segment if it differs for any."""

    name: str
    number: int
    first_variant: int
    variants: int
    targets: dict[str, int]
    reasons: dict[str, int]
    customers: Customers
    qualifying: QualifyingRows

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write keys, teams, the effects of waiting, and when customers count time."""
        common = {
            "patience_key": purpose("patience", self.name),
            "work_key": purpose("work", self.name),
            "answer_key": purpose("answer", self.name),
            "assignment_key": purpose("assignment", self.name),
            "attempt_key": purpose("attempt", self.name),
            "interval_key": purpose("interval", self.name),
            "report_key": purpose("report", self.name),
            "makes_lead": int(self.name == lead_maker(scenario)),
            "is_lead": int(self.number > list(scenario.stages).index(lead_maker(scenario))),
            "first_variant": self.first_variant if self.variants else 0,
            "variants": self.variants,
            **self.qualifying.prepared(scenario, draft, self.reasons),
        }
        gates = gates_of(scenario)
        for place in self._places(scenario):
            stage = stage_of(scenario, self.name, place.segment)
            first_point, points = draft.curve(stage.effects.wait or scenario.effects.wait)
            hours = customer_hours(scenario, self.name, place.segment)
            own = {
                "team": NOBODY if stage.team is None else list(scenario.teams).index(stage.team),
                "people": 1 if stage.team is None else stage.people,
                "ignored": ignoring(scenario).get(self.name, 0),
                "gate": 0 if stage.team is None else gates.get((stage.team, self.name), 0),
                "first_point": first_point,
                "points": points,
                **_room_for_ages(stage, draft),
                "decides_late": int(stage.decided == "when_answered"),
                "heat": self._heat(scenario, place),
                **self._limit_of_attempts(stage),
                **({} if hours is None else self.customers[hours]),
            }
            fill(draft.array(place.records), place.number, common | own)
            if own["people"] > 1:
                fill(draft.array("teams"), own["team"], {"crews": 1})

    def _limit_of_attempts(self, stage: Stage) -> Row:
        """Return how often a rep tries to reach the buyer; never where no team works the stage (S3)."""
        if stage.team is None or stage.attempts is None:
            return {"most_attempts": 0, "not_reached": NOTHING}
        return {"most_attempts": stage.attempts.most, "not_reached": self.reasons[NOT_REACHED_NAME]}

    def made_of(self, eras: Eras) -> tuple[object, ...]:
        """List the stage and the effects."""
        contents = eras[-1].contents
        return contents.stages[self.name], contents.effects, contents.management

    def write(self, eras: Eras, sheet: Sheet) -> None:
        """Write odds, durations, costs and ways out (S1)."""
        scenario = eras[-1].contents
        self.qualifying.write(scenario, sheet)
        usual = self._ways_out(scenario, None, sheet)
        for place in self._places(scenario):
            stage = stage_of(scenario, self.name, place.segment)
            elsewhere = place.segment in _leading_elsewhere(scenario.stages[self.name])
            ways = self._ways_out(scenario, place.segment, sheet) if elsewhere else usual
            row = ways | _numbers_of_stage(scenario, stage, sheet)
            fill(sheet.array(place.records), place.number, row)
            effects, here, heat = scenario.effects, stage.effects, self._heat(scenario, place)
            sheet.array("heat_odds")[heat] = by_heat(effects.temperature, here.temperature)
            exponents = by_heat(effects.skill_by_temperature, here.skill_by_temperature)
            sheet.array("heat_skill")[heat] = exponents
            sheet.array("quarter_odds")[heat] = by_calendar_month(stage, scenario.plan.fiscal_year_starts)
            _write_ages(stage, sheet.array(place.records)[place.number], sheet)

    def _places(self, scenario: Contents) -> list[Place]:
        """List the rows of the stage, that for all segments first."""
        own = enumerate(scenario.segments, start=self.first_variant) if self.variants else ()
        return [Place("stages", self.number, None), *(Place("variants", *each) for each in own)]

    def _heat(self, scenario: Contents, place: Place) -> int:
        """Return which row of the effects of heat is a row's."""
        return place.number if place.segment is None else len(scenario.stages) + place.number

    def _ways_out(self, scenario: Contents, segment: str | None, sheet: Sheet) -> Row:
        """Write where those go who advance, and those who do not."""
        onward = advancing(scenario, self.name, segment)
        first_next, nexts = sheet.route(
            (share, self.targets[name], NOTHING) for name, share in onward.items()
        )
        first_else, elses = sheet.route(self._ways_back(stage_of(scenario, self.name, segment)))
        return {"first_next": first_next, "nexts": nexts, "first_else": first_else, "elses": elses}

    def _ways_back(self, stage: Stage) -> Iterable[Way]:
        for target, share in failing(stage).items():
            if target == LOSS:
                for reason, part in stage.lost_reasons.items():
                    yield share * part, LOST, self.reasons[reason]
            else:
                yield share, self.targets[target], NOTHING


def _room_for_ages(stage: Stage, draft: Draft) -> Row:
    """Make room for the points of the effect of the time in a stage."""
    effect = stage.effects.time_in_stage
    if effect is None:
        return {}
    return {"first_age": draft.room_for_points(len(effect.days)), "ages": len(effect.days)}


def _write_ages(stage: Stage, row: Any, sheet: Sheet) -> None:
    """Write the points of the effect of the time in a stage, as many as there is room for (V28)."""
    effect = stage.effects.time_in_stage
    if row["ages"] != (0 if effect is None else len(effect.days)):
        raise OtherShapeError
    if effect is not None:
        hours = [24.0 * days for days in effect.days]
        sheet.points(int(row["first_age"]), points_of(hours, effect.odds_ratio))


def _leading_elsewhere(stage: Stage) -> set[str]:
    """Name the segments whose leads have ways out of their own."""
    keys = ("next", "back_to", "lost_reasons")
    return {
        name for name, own in stage.segments.items() if any(getattr(own, key) is not None for key in keys)
    }


def _numbers_of_stage(scenario: Contents, stage: Stage, sheet: Sheet) -> Row:
    """Lower odds, durations and cost of a stage; without a team there is no effort and no patience (S3)."""
    patience = None if stage.team is None else stage.goes_cold_after_days
    return {
        "theorist_odds": theorist_odds(scenario, stage),
        "odds": stage_odds(stage),
        "cost_per_visit": stage.cost_per_visit,
        "never": stage.never_decides,
        "effort": sheet.distribution(_NO_TIME if stage.team is None else stage.effort_hours),
        "customer_time": sheet.distribution(stage.customer_takes_days),
        "patience": NOTHING if patience is None else sheet.distribution(patience),
        **_numbers_of_attempts(stage, sheet),
    }


def _numbers_of_attempts(stage: Stage, sheet: Sheet) -> Row:
    """Lower the chance, the effort and the interval of attempts to reach the buyer."""
    attempts = stage.attempts
    if stage.team is None or attempts is None:
        return {}
    return {
        "reached": attempts.chance,
        "attempt_effort": sheet.distribution(attempts.effort_hours),
        "attempt_interval": sheet.distribution(attempts.interval_hours),
    }


_NO_TIME = Constant(0.0)


# ---- all of them ------------------------------------------------------------------------------


def team_sections(
    scenario: Contents,
    staff: dict[str, list[Person]],
    rotas: dict[str, Rota],
    trainings: dict[str, list[Held]],
    aways: dict[str, list[tuple[int, int]]],
    calendar: Calendar,
) -> list[TeamRows]:
    """Divide reps and calendars among the teams."""
    segments = _numbered(scenario.segments)
    sections = []
    first_rep = first_calendar = first_tier = first_training = 0
    for number, (name, people) in enumerate(staff.items()):
        rota, held = rotas[name], trainings[name]
        firsts = (first_rep, first_calendar, first_tier, first_training)
        sections.append(TeamRows(name, number, people, *firsts, rota, segments, held, aways[name], calendar))
        first_training += len(held)
        first_rep += len(people)
        first_tier += tiers_of(scenario.teams[name])
        first_calendar += len(rota.openings)
    return sections


def channel_sections(scenario: Contents, calendar: Calendar) -> list[ChannelRows]:
    """List the channels."""
    segments = _numbered(scenario.segments)
    return [ChannelRows(name, number, calendar, segments) for number, name in enumerate(scenario.channels)]


def segment_sections(scenario: Contents) -> list[SegmentRow]:
    """List the segments."""
    return [SegmentRow(name, number) for number, name in enumerate(scenario.segments)]


def stage_sections(scenario: Contents, reasons: Iterable[str], customers: Customers) -> list[StageRows]:
    """List the stages; those that differ by segment have variants."""
    targets, numbers = _numbered(scenario.stages) | {WIN: WON}, _numbered(reasons)
    traits = _numbered(scenario.traits)
    sections = []
    first = first_check = rejection = 0
    for number, name in enumerate(scenario.stages):
        variants = len(scenario.segments) if differs_by_segment(scenario, name) else 0
        qualifying = QualifyingRows(name, first_check, rejection, traits)
        sections.append(StageRows(name, number, first, variants, targets, numbers, customers, qualifying))
        first += variants
        first_check += len(scenario.stages[name].checks)
        rejection += scenario.stages[name].rejection is not None
    return sections


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}
