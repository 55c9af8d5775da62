"""Lower a scenario to a `Model`: names become numbers, dates microseconds, distributions tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from funnelsim.distributions import Constant, Distribution, Scipy, Tables
from funnelsim.model import Model, Names
from funnelsim.policies import BUILT_IN, policy_number
from funnelsim.randomness import entity, hash24, purpose
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.channels import Promotion
from funnelsim.scenario.checks import GONE_COLD_NAME
from funnelsim.scenario.flow import LOSS, WIN, advancing, failing, first_stage, lead_maker, mix, stage_of
from funnelsim.scenario.horizon import DAYS_PER_MONTH
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents, Rep, Stage, Team, Wait
from funnelsim.scenario.volumes import expected_inquiries, mean_share, spend_by_day
from funnelsim.vocabulary import (
    CHANNEL,
    DAY,
    HOUR,
    HOURS,
    LOST,
    NEVER,
    NOBODY,
    NOTHING,
    POINT,
    REP,
    ROUTE,
    SECOND,
    SEGMENT,
    STAGE,
    TEAM,
    WON,
    Assignment,
    Entity,
    Floats,
    Heat,
    QueueOrder,
    Records,
)
from funnelsim.worktime import Weekly, even_week, opening_hours

LONG_AGO = -NEVER // 2  # on staff, and at full strength, before anything happens
LEAST_VARIATION = 0.001  # of days: less cannot be seen
NAMED_REPS = 1 << 31  # named reps draw by their names, beyond the numbers of the others

Row = dict[str, Any]


class Lowered(NamedTuple):
    """A scenario as engines take it, and what its numbers are called."""

    model: Model
    names: Names


def lower(scenario: Scenario) -> Lowered:
    """Turn a scenario into arrays.

    Parameters
    ----------
    scenario : Scenario
        Valid, as `load` returns it; of a strategy, as `Scenario.strategy` returns it.

    Returns
    -------
    Lowered
        `model`, the arrays, and `names`, in the order of the arrays.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> model, names = lower(load("first_steps"))
    >>> names.stages, len(model.reps)
    (('first_call', 'proposal'), 2)
    """
    groundwork = Groundwork(scenario)
    return Lowered(groundwork.model(scenario), groundwork.names)


class Groundwork:
    """What does not depend on uncertain numbers: names, days, hours, certain inquiries.

    Laid once for a scenario; `model` then lowers it, or the same with other numbers, in a few milliseconds.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._calendar = Calendar(scenario.start, scenario.months)
        self._days = len(self._calendar.days)
        self._month_days = self._calendar.month_days()
        self._months = np.array(
            [self._calendar.instant(day) for day in self._calendar.month_starts()], np.int64
        )
        self._hours = [
            opening_hours(weekly(team), set(team.holidays), self._calendar.first_day, self._days)
            for team in scenario.teams.values()
        ]
        self._spend = np.array([spend_by_day(each, self._calendar) for each in scenario.channels.values()])
        self._certain = scenario
        self._expected = {
            name: expected_inquiries(scenario, name, self._calendar) for name in scenario.channels
        }
        self.names = Names(
            channels=tuple(scenario.channels),
            segments=tuple(scenario.segments),
            teams=tuple(scenario.teams),
            reps=tuple(person.name for people in self._staff(scenario) for person in people),
            stages=tuple(scenario.stages),
            reasons=tuple(_reasons(scenario)),
            months=tuple(f"{day:%Y-%m}" for day in self._calendar.month_starts()[:-1]),
            currency=scenario.currency,
            start=self._calendar.first_day.isoformat(),
        )

    def model(self, scenario: Contents) -> Model:
        """Lower a scenario that has the same people, days and names."""
        pools = _Pools()
        staff = self._staff(scenario)
        reasons = list(self.names.reasons)
        reps = [
            _rep(number, team, person, pools, list(scenario.segments))
            for number, (team, people) in enumerate(zip(scenario.teams.values(), staff, strict=True))
            for person in people
        ]
        channels = [_channel(scenario, name, pools, self._calendar) for name in scenario.channels]
        segments = [_segment(scenario, name, pools) for name in scenario.segments]
        stages = [_stage(scenario, name, pools, reasons) for name in scenario.stages]
        variants = _variants(scenario, stages, pools)
        distributions, knots = pools.tables.records()  # complete only after all of the above
        heat_odds, heat_skill = _heat(scenario)
        return Model(
            channels=_records(CHANNEL, channels),
            segments=_records(SEGMENT, segments),
            teams=_records(TEAM, _teams(scenario, self._hours, staff)),
            reps=_records(REP, reps),
            stages=_records(STAGE, stages),
            variants=_records(STAGE, variants),
            routes=_records(ROUTE, pools.routes),
            points=_records(POINT, pools.points),
            heat_odds=heat_odds,
            heat_skill=heat_skill,
            distributions=distributions,
            knots=knots,
            hours=np.concatenate([np.zeros(0, HOURS), *self._hours]),
            expected=np.concatenate([self._inquiries(scenario, name) for name in scenario.channels]),
            spend=self._spend,
            month_days=self._month_days,
            months=self._months,
            horizon=self._days * DAY,
        )

    def _staff(self, scenario: Contents) -> list[list[_Person]]:
        return [_staff(name, team, self._calendar) for name, team in scenario.teams.items()]

    def _inquiries(self, scenario: Contents, name: str) -> Floats:
        """Add up a channel's expected inquiries, anew only where the channel or the mix is another."""
        before = self._certain
        if scenario.channels[name] is before.channels[name] and scenario.mix is before.mix:
            return self._expected[name]
        return expected_inquiries(scenario, name, self._calendar)


class _Pools:
    """What channels and stages point into: distributions, routes, points."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.routes: list[Row] = []
        self.points: list[Row] = []
        self._curves: dict[Wait, tuple[int, int]] = {}

    def distribution(self, distribution: Distribution) -> int:
        """Add a distribution and return its number."""
        return self.tables.add(distribution)

    def route(self, ways: Iterable[tuple[float, int, int]]) -> tuple[int, int]:
        """Add ways out (share, target, reason); return the first one's number and how many there are."""
        possible = [way for way in ways if way[0] > 0]
        total = math.fsum(share for share, _, _ in possible)
        ends = [end / total for end in accumulate(share for share, _, _ in possible)]
        if ends:
            ends[-1] = 1.0
        first = len(self.routes)
        for end, (_, target, reason) in zip(ends, possible, strict=True):
            self.routes.append({"up_to": end, "target": target, "reason": reason})
        return first, len(possible)

    def curve(self, wait: Wait) -> tuple[int, int]:
        """Add an effect of waiting once; return its first point's number and how many there are.

        Where waiting has no effect there is none.
        """
        if set(wait.odds_ratio) == {1}:
            return 0, 0
        if wait not in self._curves:
            self._curves[wait] = (len(self.points), len(wait.hours))
            for hours, odds in zip(wait.hours, wait.odds_ratio, strict=True):
                self.points.append(
                    {
                        "waited": round(hours * HOUR),
                        "odds": odds,
                        "log_hours": math.log(hours),
                        "log_odds": math.log(odds),
                    }
                )
        return self._curves[wait]


def _records(kind: np.dtype[np.void], rows: list[Row]) -> Records:
    """Fill records by the names of their fields; what a row does not name is 0."""
    records = np.zeros(len(rows), kind)
    for number, row in enumerate(rows):
        for name, value in row.items():
            records[name][number] = value
    return records


def _reasons(scenario: Contents) -> list[str]:
    """Number the reasons to lose a lead in the order of the file, "gone cold" first."""
    named = (reason for stage in scenario.stages.values() for reason in stage.lost_reasons)
    return list(dict.fromkeys([GONE_COLD_NAME, *named]))


# ---- channels and segments --------------------------------------------------------------------


def _channel(scenario: Contents, name: str, pools: _Pools, calendar: Calendar) -> Row:
    channel = scenario.channels[name]
    order = list(scenario.segments)
    ways = ((share, order.index(segment), NOTHING) for segment, share in mix(scenario, name).items())
    first_segment, segments = pools.route(ways)
    heat = channel.temperature
    return {
        "entity": entity(Entity.LEAD, name),
        "key": entity(Entity.CHANNEL, name),
        "first_date": calendar.first_day.toordinal(),
        "opens": channel.arrives_between.opens * SECOND,
        "closes": channel.arrives_between.closes * SECOND,
        "first_expected": list(scenario.channels).index(name) * (len(calendar.days) + 1),
        "cost_per_inquiry": channel.cost_per_inquiry,
        "cost_per_month": channel.cost_per_month,
        "price_per_lead": channel.price_per_lead,
        **_promotion(channel.promotion, calendar),
        **_share(scenario, name, pools),
        "busy": _day_factor(channel.day_variation, pools),
        "busy_all": _day_factor(scenario.mix.day_variation, pools),
        "theorists": channel.theorist_share,
        "hot": heat.hot,
        "hot_or_warm": 1.0 if heat.future == 0 else heat.hot + heat.warm,
        "stage": list(scenario.stages).index(first_stage(scenario, name)),
        "fit": pools.distribution(channel.fit),
        "first_segment": first_segment,
        "segments": segments,
    }


def _promotion(promotion: Promotion | None, calendar: Calendar) -> Row:
    """Say from when to when a channel's inquiries buy at a lower price."""
    if promotion is None:
        return {}
    return {
        "cut_from": calendar.instant(promotion.starts),
        "cut_until": calendar.instant(promotion.ends),
        "price_cut": promotion.price_cut,
    }


def _share(scenario: Contents, name: str, pools: _Pools) -> Row:
    """Say how uncertain a channel's share of the total is: Dirichlet(certainty x shares)."""
    share, certainty = mean_share(scenario, name), scenario.mix.certainty
    if share == 0 or certainty is None:
        return {}
    return {
        "mean_share": share,
        "weight": pools.distribution(_gamma(certainty * share, 1.0)),
    }


def _day_factor(variation: float, pools: _Pools) -> int:
    """Add the distribution of a day's factor: gamma with mean 1 and this standard deviation."""
    if variation < LEAST_VARIATION:
        return NOTHING
    k = 1.0 / variation**2
    return pools.distribution(_gamma(k, 1.0 / k))


@lru_cache(maxsize=1024)
def _gamma(shape: float, scale: float) -> Scipy:
    """Make a gamma distribution once: scipy takes a while to."""
    return Scipy("gamma", {"a": shape, "scale": scale})


def _segment(scenario: Contents, name: str, pools: _Pools) -> Row:
    segment = scenario.segments[name]
    odds, customer_time = committee_effect(scenario, name)
    return {
        "odds": odds,
        "customer_time": customer_time,
        "years": segment.term_years,
        "margin": segment.gross_margin,
        "value": pools.distribution(segment.contract_value_per_year),
    }


# ---- teams and reps ---------------------------------------------------------------------------


class _Person(NamedTuple):
    name: str
    entity: int
    joins: int
    leaves: int
    rep: Rep


def weekly(team: Team) -> Weekly:
    """Return a team's opening times by weekday, in seconds of the day."""
    if team.hours is None:
        return even_week(team.hours_per_week)
    return [getattr(team.hours, day) for day in type(team.hours).model_fields]


def _staff(name: str, team: Team, calendar: Calendar) -> list[_Person]:
    """List a team's people: the numbered, then the named; without those gone before time 0."""
    people = [
        _Person(f"{name} {number + 1}", entity(Entity.REP, name, number), LONG_AGO, NEVER, Rep())
        for number in range(team.people)
    ]
    for own_name, rep in team.reps.items():
        joins = LONG_AGO if rep.hired is None else calendar.instant(rep.hired)
        leaves = NEVER if rep.leaves is None else calendar.instant(rep.leaves)
        if leaves > 0:
            key = entity(Entity.REP, name, NAMED_REPS + hash24(own_name))
            people.append(_Person(own_name, key, joins, leaves, rep))
    return people


def _teams(scenario: Contents, hours: list[Records], staff: list[list[_Person]]) -> list[Row]:
    rows = []
    first_rep = first_hours = 0
    for team, opening, people in zip(scenario.teams.values(), hours, staff, strict=True):
        rows.append(
            {
                "commission": team.commission,
                "max_open": NEVER if team.max_open is None else team.max_open,
                "first_rep": first_rep,
                "reps": len(people),
                "first_hours": first_hours,
                "hours": len(opening),
                **_policy(team.assignment),
                "queue_order": QueueOrder[team.queue_order.upper()].value,
                "sticky": int(team.sticky),
            }
        )
        first_rep += len(people)
        first_hours += len(opening)
    return rows


def _policy(name: str) -> Row:
    if name in BUILT_IN:
        return {"assignment": Assignment[name.upper()].value}
    return {"assignment": Assignment.OWN.value, "own_policy": policy_number(name)}


def _rep(number: int, team: Team, person: _Person, pools: _Pools, order: list[str]) -> Row:
    rep, ramp = person.rep, team.ramp_up
    newcomer = ramp is not None and rep.hired is not None
    pay = team.cost_per_person_month if rep.cost_per_month is None else rep.cost_per_month
    skill = team.skill if rep.skill is None else Constant(rep.skill)
    speed = team.speed if rep.speed is None else Constant(rep.speed)
    known = team.segments if rep.segments is None else rep.segments
    first_segment, segments = pools.route((1.0, order.index(name), NOTHING) for name in dict.fromkeys(known))
    return {
        "entity": person.entity,
        "joins": person.joins,
        "leaves": person.leaves,
        "ramp": round(ramp.months * DAYS_PER_MONTH * DAY) if ramp and newcomer else 0,
        "skill": 1.0,  # until an engine draws it
        "speed": 1.0,
        "skill_from": ramp.skill_from if ramp and newcomer else 1.0,
        "speed_from": ramp.speed_from if ramp and newcomer else 1.0,
        "pay_per_month": pay + team.seat_cost_per_month,
        "skill_distribution": pools.distribution(skill),
        "speed_distribution": pools.distribution(speed),
        "weight": rep.weight,
        "first_segment": first_segment,
        "segments": segments,
        "team": number,
        "on_staff": int(person.joins <= 0),
    }


# ---- stages -----------------------------------------------------------------------------------


def _stage(scenario: Contents, name: str, pools: _Pools, reasons: list[str]) -> Row:
    stage = scenario.stages[name]
    targets = {target: number for number, target in enumerate(scenario.stages)} | {WIN: WON}
    first_next, nexts = pools.route(
        (share, targets[target], NOTHING) for target, share in advancing(scenario, name).items()
    )
    first_else, elses = pools.route(_ways_back(stage, targets, reasons))
    first_point, points = pools.curve(stage.effects.wait or scenario.effects.wait)
    return {
        **_what_segments_change(stage, pools),
        "theorist_odds": theorist_odds(scenario, stage),
        "patience_key": purpose("patience", name),
        "work_key": purpose("work", name),
        "answer_key": purpose("answer", name),
        "assignment_key": purpose("assignment", name),
        "team": NOBODY if stage.team is None else list(scenario.teams).index(stage.team),
        "makes_lead": int(name == lead_maker(scenario)),
        "first_next": first_next,
        "nexts": nexts,
        "first_else": first_else,
        "elses": elses,
        "first_point": first_point,
        "points": points,
    }


def _variants(scenario: Contents, stages: list[Row], pools: _Pools) -> list[Row]:
    """Make a row for each segment of the stages that differ by segment, and say in the stages where."""
    variants: list[Row] = []
    for (name, stage), row in zip(scenario.stages.items(), stages, strict=True):
        if stage.segments:
            row |= {"first_variant": len(variants), "variants": len(scenario.segments)}
            own = (stage_of(scenario, name, segment) for segment in scenario.segments)
            variants += [row | _what_segments_change(each, pools) for each in own]
    return variants


def _what_segments_change(stage: Stage, pools: _Pools) -> Row:
    """Lower what a segment may change of a stage."""
    patience = stage.goes_cold_after_days
    return {
        "odds": odds_of(stage.conversion),
        "cost_per_visit": stage.cost_per_visit,
        "effort": pools.distribution(stage.effort_hours),
        "customer_time": pools.distribution(stage.customer_takes_days),
        "patience": NOTHING if patience is None else pools.distribution(patience),
    }


def _ways_back(
    stage: Stage, targets: Mapping[str, int], reasons: list[str]
) -> Iterable[tuple[float, int, int]]:
    for target, share in failing(stage).items():
        if target == LOSS:
            for reason, part in stage.lost_reasons.items():
                yield share * part, LOST, reasons.index(reason)
        else:
            yield share, targets[target], NOTHING


# ---- effects ----------------------------------------------------------------------------------


def odds_of(probability: float) -> float:
    """Turn a probability into odds, infinite for 1.

    >>> odds_of(0.75)
    3.0
    """
    return math.inf if probability == 1 else probability / (1.0 - probability)


def theorist_odds(scenario: Contents, stage: Stage) -> float:
    """Return the odds ratio of a theorist in a stage."""
    here = stage.effects.theorist
    return scenario.effects.theorist if here is None else here


def committee_effect(scenario: Contents, segment: str) -> tuple[float, float]:
    """Return a segment's odds ratio and factor on customer time, its committee's size included."""
    own, extra = scenario.segments[segment], scenario.effects.extra_decider
    beyond_first = own.committee_size - 1
    odds = own.odds_ratio * extra.odds_ratio**beyond_first
    return odds, own.customer_time_factor * extra.customer_time**beyond_first


def by_heat(everywhere: object, here: object) -> list[float]:
    """Return the values for hot, warm and future leads in a stage, its own where it has some."""
    values = []
    for heat in Heat:
        own = getattr(here, heat.name.lower())
        values.append(float(getattr(everywhere, heat.name.lower()) if own is None else own))
    return values


def _heat(scenario: Contents) -> tuple[Floats, Floats]:
    effects, stages = scenario.effects, scenario.stages.values()
    odds = [by_heat(effects.temperature, stage.effects.temperature) for stage in stages]
    skill = [by_heat(effects.skill_by_temperature, stage.effects.skill_by_temperature) for stage in stages]
    return np.array(odds), np.array(skill)
