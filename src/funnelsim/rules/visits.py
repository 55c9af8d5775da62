"""What happens to a lead in a stage: how long it waits, how long work takes, what the customer answers."""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import uniforms, uniforms_if
from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import QUARTER, SALE, Model
from funnelsim.model.words import DAY, HOUR, NEVER, NOBODY, NOTHING
from funnelsim.model.worktime import work_ends
from funnelsim.rules.routes import route
from funnelsim.rules.shocks import in_month
from funnelsim.rules.traits import with_traits

CERTAIN = 1e300  # odds beyond which a conversion is sure; a typed 1.0 has infinite odds


@rule
def duration(amount: float, unit: int) -> int:
    """Round a length of time to microseconds once, clamped before the cast (T2)."""
    length = amount * unit
    if length >= NEVER:
        return NEVER
    return int(length + 0.5)


@rule
def occurrence(pursuit: Record) -> int:
    """Return the occurrence of a pursuit's draws, but for those of attempts: the round (K10)."""
    return int(pursuit["round"])


@rule
def stage_for(model: Model, pursuit: Record) -> Record:
    """Find the row of a lead's stage: its segment's own if the stage differs by segment (S1, S2)."""
    row: Record = model.stages[pursuit["stage"]]
    if row["variants"] > 0:
        row = model.variants[row["first_variant"] + pursuit["segment"]]
    return row


@rule
def team_for(model: Model, pursuit: Record) -> int:
    """Return the team of a lead's stage, or NOBODY (S3)."""
    return int(stage_for(model, pursuit)["team"])


@rule
def patience(model: Model, world: Record, pursuit: Record) -> int:
    """Draw how long a lead waits in this stage's queue before it goes cold (V2)."""
    stage = stage_for(model, pursuit)
    if stage["patience"] == NOTHING:
        return NEVER
    patience = model.distributions[stage["patience"]]
    key = stage["patience_key"]
    u, _ = uniforms_if(varies(patience), world, pursuit["entity"], key, occurrence(pursuit))
    return duration(quantile(patience, model.knots, u), DAY)


@rule
def fate(model: Model, world: Record, pursuit: Record) -> tuple[float, float, float, float]:
    """Draw all random values of a visit as a lead enters the stage (K7, V23).

    They are drawn ahead, because a processor can then do other things at the same time. If the model does not
    look at a value, it is NaN, never a made-up number: under another model, the keys give the true one.

    Returns
    -------
    tuple of float
        Hours of work at speed 1, days of the customer's time, and the uniforms of advancing and of the route.
    """
    stage = stage_for(model, pursuit)
    effort, customer_time = model.distributions[stage["effort"]], model.distributions[stage["customer_time"]]
    works = stage["odds"] <= CERTAIN or varies(effort)
    never = stage["never"]
    answers = stage["nexts"] > 1 or stage["elses"] > 1 or varies(customer_time) or never > 0.0
    entity, visit = pursuit["entity"], occurrence(pursuit)
    for_effort, luck = uniforms_if(works, world, entity, stage["work_key"], visit)
    for_time, way = uniforms_if(answers, world, entity, stage["answer_key"], visit)
    hours = quantile(effort, model.knots, for_effort)
    if never > 0.0:
        return hours, days_of_some(model, customer_time, never, for_time), luck, way
    return hours, quantile(customer_time, model.knots, for_time), luck, way


@rare
def days_of_some(model: Model, customer_time: Record, never: float, u: float) -> float:
    """Return the days that a customer takes where a share never decides: infinite for one of these (V27)."""
    if u >= 1.0 - never:
        return math.inf
    return float(quantile(customer_time, model.knots, u / (1.0 - never)))


@rule
def work(
    model: Model, odds_by_day: Floats, pursuit: Record, skill: float, speed: float, waited: int
) -> tuple[int, int]:
    """Decide, when work starts, how much working time it takes and whether the lead will advance (V7, V9)."""
    chance = conversion(model, odds_by_day, pursuit, skill, waited)
    advances = 0 if pursuit["luck"] >= chance else 1  # also if it is NaN
    return duration(pursuit["hours"] / speed, HOUR), advances


@rule
def conversion(model: Model, odds_by_day: Floats, pursuit: Record, skill: float, waited: int) -> float:
    """Compute the probability that a lead advances, from its odds in this stage and month (V9, V10, H9).

    A conversion typed as 1 is certain, whatever the odds ratios; so is that of a stage which decides by
    checks, until they are made (J5).
    """
    if stage_for(model, pursuit)["odds"] > CERTAIN:
        return 1.0
    odds = odds_of_work(model, pursuit, skill, waited)
    odds = in_month(model, odds_by_day, odds, pursuit["since"] + waited)
    if odds > CERTAIN:
        return 1.0
    return float(odds / (1.0 + odds))


@rule
def odds_of_work(model: Model, pursuit: Record, skill: float, waited: int) -> float:
    """Multiply the odds of a lead in this stage, but for those of the month (V9).

    odds = stage's x segment's x fit x heat's x theorist's x traits' x wait's x skill^exponent, where the
    stage's odds are those of the reference pursuit: warm, average fit, average rep, contacted within a day.
    """
    stage = stage_for(model, pursuit)
    heat = pursuit["heat"]
    odds = stage["odds"] * model.segments[pursuit["segment"]]["odds"] * pursuit["fit"]
    odds *= model.heat_odds[stage["heat"], heat]
    if pursuit["theorist"] == 1:
        odds *= stage["theorist_odds"]
    if pursuit["product"] != NOTHING and pursuit["process"] == SALE:
        odds *= model.products[pursuit["product"]]["odds"]  # PC5
    if len(model.traits) > 0:
        odds = with_traits(model, pursuit, odds)
    odds *= effect_of_time(model, stage["first_point"], stage["points"], waited)
    exponent = model.heat_skill[stage["heat"], heat]
    return float(odds * (skill if exponent == 1.0 else math.pow(skill, exponent)))


@rule
def effect_of_time(model: Model, first: int, count: int, waited: int) -> float:
    """Read the odds ratio of a time from points: linear in log time between them, flat outside (V11, V28)."""
    if count == 0:
        return 1.0
    points = model.points
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
def answer(model: Model, pursuit: Record) -> tuple[int, int, int]:
    """Decide, for a lead that advances or not, how long the customer takes, where it goes and why.

    (V15, V16)
    """
    takes = duration(pursuit["days"] * model.segments[pursuit["segment"]]["customer_time"], DAY)
    chosen = way_out(model, pursuit, pursuit["advances"], pursuit["way"])
    return takes, model.routes[chosen]["target"], model.routes[chosen]["reason"]


@rule
def way_out(model: Model, pursuit: Record, advances: int, way: float) -> int:
    """Find the route of a lead that advances, or of one that does not (V16)."""
    stage = stage_for(model, pursuit)
    if advances == 1:
        return int(route(model.routes, stage["first_next"], stage["nexts"], way))
    return int(route(model.routes, stage["first_else"], stage["elses"], way))


@rare
def ratio_needed(model: Model, pursuit: Record, skill: float, waited: int) -> float:
    """Return the odds ratio that must be exceeded, as the customer answers, for a lead to advance (V28).

    Nothing else of the start of work is needed then: u < p is the same as u / (1 - u) / odds < ratio.
    """
    if stage_for(model, pursuit)["odds"] > CERTAIN:
        return 0.0
    odds = odds_of_work(model, pursuit, skill, waited)
    if odds == 0.0:
        return math.inf
    return float(pursuit["luck"] / (1.0 - pursuit["luck"]) / odds)


@rare
def decided_late(
    model: Model, world: Record, odds_by_day: Floats, pursuit: Record, now: int
) -> tuple[int, int, int]:
    """Decide, as the customer answers, whether a lead advances, where it goes and why (V28, V29).

    The way out is drawn anew from its key: the chapter in which the work started may have had only one.
    """
    stage = stage_for(model, pursuit)
    ratio = effect_of_time(model, stage["first_age"], stage["ages"], now - pursuit["entered"])
    ratio *= model.quarter_odds[stage["heat"], model.calendar_months[now // DAY] % QUARTER]
    ratio = in_month(model, odds_by_day, ratio, now)
    advances = 1 if pursuit["luck"] < ratio else 0
    _, way = uniforms(world, pursuit["entity"], stage["answer_key"], occurrence(pursuit))
    chosen = way_out(model, pursuit, advances, way)
    return advances, model.routes[chosen]["target"], model.routes[chosen]["reason"]


@rule
def answers_at(model: Model, pursuit: Record, now: int) -> int:
    """Find when the customer answers, whose time begins now (V15)."""
    if stage_for(model, pursuit)["customer_share"] > 0.0:
        return in_customers_hours(model, pursuit, now)
    return int(now + pursuit["takes"])


@rare
def in_customers_hours(model: Model, pursuit: Record, now: int) -> int:
    """Count the customer's time in the hours of the customers (V26, C23)."""
    stage = stage_for(model, pursuit)
    takes = duration(pursuit["takes"] * stage["customer_share"], 1)
    return work_ends(model.hours, stage["first_customer_hours"], stage["customer_hours"], now, takes)


@rule
def is_first_contact(pursuit: Record, rep: int, entered: int) -> bool:
    """Return whether a rep starts, for the first time, on a visit that began when the pursuit began (V24)."""
    return bool(rep != NOBODY and entered == pursuit["began"] and pursuit["attempt"] == 0)


@rule
def credited(model: Model, pursuit: Record, rep: int) -> tuple[int, int]:
    """Return the opener and the closer of a pursuit that a rep starts to work on (V25).

    The opener is the first rep; the closer is the last rep of a team that is paid commission, else the last.
    """
    opener = rep if pursuit["opener"] == NOBODY else int(pursuit["opener"])
    closer = int(pursuit["closer"])
    if closer == NOBODY or is_paid(model, rep) or not is_paid(model, closer):
        closer = rep
    return opener, closer


@rule
def is_paid(model: Model, rep: int) -> bool:
    """Return whether a rep's team is paid commission."""
    team = model.teams[model.reps[rep]["team"]]
    return bool(team["commission"] > 0.0 or team["tiers"] > 0)
