"""What happens to a lead in a stage: how long it waits, how it is worked, where it goes."""

from __future__ import annotations

import math

from funnelsim.distributions import quantile, varies
from funnelsim.model import Model
from funnelsim.randomness import VALUE, uniforms_if
from funnelsim.rules.arrivals import route
from funnelsim.rules.costs import price
from funnelsim.vocabulary import DAY, HOUR, LOST, NEVER, NOTHING, WON, Event, Record, rule

THOUSANDTHS = 1_000  # of money, in which worth is counted
MOST_WORTH = 1 << 60
CERTAIN = 1e300  # odds beyond which a conversion is sure; a typed 1.0 has infinite odds


@rule
def duration(amount: float, unit: int) -> int:
    """Round a length of time to microseconds once, clamped before the cast (T2)."""
    length = amount * unit
    if length >= NEVER:
        return NEVER
    return int(length + 0.5)


@rule
def stage_for(model: Model, lead: Record) -> Record:
    """Find the row of a lead's stage: its segment's own where the stage differs by segment (S1, S2)."""
    row: Record = model.stages[lead["stage"]]
    if row["variants"] > 0:
        row = model.variants[row["first_variant"] + lead["segment"]]
    return row


@rule
def patience(model: Model, world: Record, lead: Record) -> int:
    """Draw how long a lead waits in this stage's queue before it goes cold (V2)."""
    stage = stage_for(model, lead)
    if stage["patience"] == NOTHING:
        return NEVER
    patience = model.distributions[stage["patience"]]
    u, _ = uniforms_if(varies(patience), world, lead["entity"], stage["patience_key"], lead["round"])
    return duration(quantile(patience, model.knots, u), DAY)


@rule
def fate(model: Model, world: Record, lead: Record) -> tuple[float, float, float, float]:
    """Draw, as a lead enters a stage, what chance has in store for the visit (K7).

    Drawn ahead, because a processor can then draw and do other things at the same time.

    Returns
    -------
    tuple of float
        Hours of work at speed 1, days of the customer's time, and the uniforms of advancing and of the route.
    """
    stage = stage_for(model, lead)
    effort, customer_time = model.distributions[stage["effort"]], model.distributions[stage["customer_time"]]
    works = stage["odds"] <= CERTAIN or varies(effort)
    answers = stage["nexts"] > 1 or stage["elses"] > 1 or varies(customer_time)
    entity, turn = lead["entity"], lead["round"]
    for_effort, luck = uniforms_if(works, world, entity, stage["work_key"], turn)
    for_time, way = uniforms_if(answers, world, entity, stage["answer_key"], turn)
    hours = quantile(effort, model.knots, for_effort)
    return hours, quantile(customer_time, model.knots, for_time), luck, way


@rule
def work(model: Model, lead: Record, skill: float, speed: float, waited: int) -> tuple[int, int]:
    """Decide, as work starts, how much working time it takes and whether the lead will advance (V7, V9)."""
    advances = 1 if lead["luck"] < conversion(model, lead, skill, waited) else 0
    return duration(lead["hours"] / speed, HOUR), advances


@rule
def conversion(model: Model, lead: Record, skill: float, waited: int) -> float:
    """Compute the probability that a lead advances, from its odds ratios in this stage (V9, V10).

    odds = stage's x segment's x fit x heat's x theorist's x wait's x skill^exponent, where the
    stage's odds are those of the reference lead: warm, average fit, average rep, contacted
    within a day. A conversion typed as 1 is certain, whatever the odds ratios.
    """
    stage = stage_for(model, lead)
    if stage["odds"] > CERTAIN:
        return 1.0
    heat = lead["heat"]
    odds = stage["odds"] * model.segments[lead["segment"]]["odds"] * lead["fit"]
    odds *= model.heat_odds[lead["stage"], heat]
    if lead["theorist"] == 1:
        odds *= stage["theorist_odds"]
    odds *= effect_of_waiting(model, stage, waited)
    exponent = model.heat_skill[lead["stage"], heat]
    odds *= skill if exponent == 1.0 else math.pow(skill, exponent)
    if odds > CERTAIN:
        return 1.0
    return float(odds / (1.0 + odds))


@rule
def effect_of_waiting(model: Model, stage: Record, waited: int) -> float:
    """Read the odds ratio of a wait: linear in log time between points, flat outside (V11)."""
    count = stage["points"]
    if count == 0:
        return 1.0
    points, first = model.points, stage["first_point"]
    last = first + count - 1
    if waited <= points[first]["waited"]:
        return float(points[first]["odds"])
    if waited >= points[last]["waited"]:
        return float(points[last]["odds"])
    right = first + 1
    while points[right]["waited"] < waited:
        right += 1
    left = points[right - 1]
    log_hours = math.log(waited / HOUR)
    share = (log_hours - left["log_hours"]) / (points[right]["log_hours"] - left["log_hours"])
    return math.exp(left["log_odds"] + share * (points[right]["log_odds"] - left["log_odds"]))


@rule
def answer(model: Model, lead: Record) -> tuple[int, int, int]:
    """Decide how long the customer takes, where the lead goes and why (V15, V16)."""
    stage = stage_for(model, lead)
    takes = duration(lead["days"] * model.segments[lead["segment"]]["customer_time"], DAY)
    if lead["advances"] == 1:
        chosen = route(model.routes, stage["first_next"], stage["nexts"], lead["way"])
    else:
        chosen = route(model.routes, stage["first_else"], stage["elses"], lead["way"])
    return takes, model.routes[chosen]["target"], model.routes[chosen]["reason"]


@rule
def leaving(lead: Record) -> int:
    """Name the event of a lead that leaves its stage for its target (V17)."""
    if lead["target"] == WON:
        return Event.WON.value
    if lead["target"] == LOST:
        return Event.LOST.value
    if lead["target"] > lead["stage"]:
        return Event.ADVANCED.value
    return Event.SENT_BACK.value


@rule
def is_lead_at(model: Model, stage: int) -> bool:
    """Return whether a stage lies beyond the one that makes leads (V19, A5)."""
    beyond = False
    for earlier in range(stage):
        beyond = beyond or model.stages[earlier]["makes_lead"] == 1
    return beyond


@rule
def makes_lead(model: Model, lead: Record) -> bool:
    """Return whether going to its target makes an inquiry a lead, for the first time (V19)."""
    target = lead["target"]
    if lead["is_lead"] == 1 or target == LOST:
        return False
    return target == WON or is_lead_at(model, target)


@rule
def bookings(model: Model, world: Record, lead: Record) -> float:
    """Draw what a contract is worth over its term, at the price of the day of its inquiry (M1)."""
    segment = model.segments[lead["segment"]]
    per_year = model.distributions[segment["value"]]
    u, _ = uniforms_if(varies(per_year), world, lead["entity"], VALUE, 0)
    value = quantile(per_year, model.knots, u) * segment["years"]
    return float(value * price(model.channels[lead["channel"]], lead["created"]))


@rule
def worth(model: Model, world: Record, lead: Record, skill: float, waited: int) -> int:
    """Compute what working on a lead in this stage is expected to bring, in thousandths of money (Q5).

    worth = bookings x chance to advance, rounded halves up, at most 2^60. A whole number, so that
    leads are ordered alike wherever the last bits of a logarithm differ.
    """
    expected = bookings(model, world, lead) * conversion(model, lead, skill, waited) * THOUSANDTHS
    if expected >= MOST_WORTH:
        return MOST_WORTH
    return int(expected + 0.5)
