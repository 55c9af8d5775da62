"""Chapters for any model: what may change on a day, made at random, array by array.

Each function of `CHANGES` returns a model that holds from `now` on, a midnight, after the one given. What
lowering sees to is seen to here: opening times are those of the model before up to the change (C4), a channel
that is new expects nobody before it, and whoever is new joins then or later (C6).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from funnelsim.chance.keys import Entity, entity, hash32, purpose
from funnelsim.compiling.arrays import Records
from funnelsim.model.model import SALE, Chapter, Chapters, Model
from funnelsim.model.records import CHECK, GATE, REJECTION, TRAIT
from funnelsim.model.words import (
    DAY,
    HOUR,
    LOST,
    NEVER,
    NOBODY,
    NOTHING,
    WON,
    Assignment,
    Billed,
    Kind,
    QueueOrder,
    Split,
)

from .naive import both

Change = Callable[[random.Random, Model, int], Model]


def each(records: Records, **columns: Callable[[Any], Any]) -> Records:
    """Copy records with other values in some columns, each made from its record."""
    made = records.copy()
    for name, value in columns.items():
        made[name] = [value(record) for record in records]
    return made


def other_policies(chance: random.Random, model: Model, _: int) -> Model:
    return model._replace(teams=each(model.teams, assignment=lambda _: chance.choice(list(Assignment))))


def other_orders(chance: random.Random, model: Model, _: int) -> Model:
    return model._replace(teams=each(model.teams, queue_order=lambda _: chance.choice(list(QueueOrder))))


def other_limits(chance: random.Random, model: Model, _: int) -> Model:
    return model._replace(teams=each(model.teams, max_open=lambda _: chance.choice([1, 2, 4, 10**6])))


def other_urgency(chance: random.Random, model: Model, _: int) -> Model:
    return model._replace(teams=each(model.teams, interrupts=lambda _: chance.randint(0, 1)))


def other_split(chance: random.Random, model: Model, _: int) -> Model:
    shares = {"new_share": lambda _: chance.choice([1, 500])}
    return model._replace(teams=each(model.teams, split=lambda _: chance.choice(list(Split)), **shares))


def other_prospecting(chance: random.Random, model: Model, _: int) -> Model:
    """Let channels that are prospected be so by other teams, in other hours, and find more or less."""
    found = [number for number, channel in enumerate(model.channels) if channel["prospected"]]
    by_team = dict(zip(chance.sample(range(len(model.teams)), len(model.teams)), found, strict=False))
    teams = model.teams.copy()
    for number, team in enumerate(teams):
        team["prospects"], team["prospected_channel"] = number in by_team, by_team.get(number, 0)
        team["block"], team["reserved"] = chance.choice([HOUR // 4, 2 * HOUR]), chance.choice([0.0, 0.2])
    per_hour = {"per_hour": lambda channel: channel["prospected"] * chance.choice([0.5, 3.0])}
    return model._replace(teams=teams, channels=each(model.channels, **per_hour))


def other_stickiness(_: random.Random, model: Model, __: int) -> Model:
    return model._replace(teams=each(model.teams, sticky=lambda team: 1 - team["sticky"]))


def other_teams(chance: random.Random, model: Model, _: int) -> Model:
    """Let other teams work the stages, also those that no team has worked; for each segment another."""

    def team(stage: Any) -> int:
        return chance.randrange(len(model.teams)) if chance.random() < 0.7 else int(stage["team"])

    stages, variants = each(model.stages, team=team), each(model.variants, team=team)
    return with_gates(model._replace(stages=stages, variants=variants), limits_of(model))


def limits_of(model: Model) -> dict[int, Any]:
    """Return a gate of each stage that has one."""
    return {int(gate["stage"]): gate.copy() for gate in model.gates}


def with_gates(model: Model, limits: dict[int, Any]) -> Model:
    """Limit what is handed over in some stages to each team that works them (B1)."""
    stages, variants, gates = model.stages.copy(), model.variants.copy(), []
    stages["gate"] = variants["gate"] = 0
    for team in range(len(model.teams)):
        for number in sorted(limits):
            stage = stages[number : number + 1]
            own = variants[stage["first_variant"][0] :][: stage["variants"][0]]
            works = [records["team"] == team for records in (stage, own)]
            if works[0].any() or works[1].any():
                gates.append(limits[number].copy())
                gates[-1]["team"] = team
                stage["gate"][works[0]] = own["gate"][works[1]] = len(gates)
    made = np.array(gates, GATE) if gates else np.zeros(0, GATE)
    return model._replace(stages=stages, variants=variants, gates=made)


def other_hand_overs(chance: random.Random, model: Model, _: int) -> Model:
    """Limit the hand-over in other stages, or in another way, or no longer."""
    patience = [NOTHING, *model.stages["patience"]]
    limits = {}
    for number in range(len(model.stages)):
        if chance.random() < 0.5:
            limit = np.zeros(1, GATE)[0]
            limit["stage"], limit["patience_key"] = number, purpose("held", f"stage {number}")
            limit["per_rep"] = chance.choice([400_000, 1_000_000, 2_500_000])
            limit["patience"], limit["order"] = chance.choice(patience), chance.choice(list(QueueOrder))
            limit["cost_per_lead"] = 2.0
            limits[number] = limit
    return with_gates(model, limits)


def leavers(chance: random.Random, model: Model, now: int) -> Model:
    """Let some leave, at the change or later, and some stay who were to leave."""

    def leaves(rep: Any) -> int:
        if rep["leaves"] <= now:
            return int(rep["leaves"])
        later = [NEVER, now, now + 10 * HOUR, now + 2 * DAY]
        return chance.choice([when for when in later if when > rep["joins"]])

    return model._replace(reps=each(model.reps, leaves=leaves))


def newcomers(chance: random.Random, model: Model, now: int) -> Model:
    """Let people come, in front of others or behind them, at the change or later."""
    for number in range(len(model.teams)):
        team = model.teams[number]
        place = int(team["first_rep"]) + chance.randint(0, int(team["reps"]))
        rep = model.reps[chance.choice(range(team["first_rep"], team["first_rep"] + team["reps"]))].copy()
        rep["entity"] = entity(Entity.REP, f"new in team {number}", now // DAY)
        rep["joins"], rep["leaves"] = now + chance.choice([0, 0, 9 * HOUR, DAY]), NEVER
        rep["ramp"], rep["speed_from"] = chance.choice([0, 4 * DAY]), 0.5
        teams = model.teams.copy()
        teams["reps"][number] += 1
        teams["first_rep"][number + 1 :] += 1
        reps = np.concatenate([model.reps[:place], rep[None], model.reps[place:]])
        model = model._replace(teams=teams, reps=reps)
    return model


def other_hours(chance: random.Random, model: Model, now: int) -> Model:
    """Let calendars open and close at other times from the change on; customers keep theirs."""
    made: list[tuple[int, int, int]] = []
    calendars = model.calendars.copy()
    for calendar in calendars:
        before = model.hours[calendar["first_hours"] : calendar["first_hours"] + calendar["hours"]]
        opens, closes = chance.choice([(0, 24), (6, 10), (12, 20), (9, 17)])
        days = range(model.horizon // DAY)
        closed = {day for day in days if chance.random() < 0.2}
        after = [(day * DAY + opens * HOUR, day * DAY + closes * HOUR) for day in days if day not in closed]
        spans = both([(int(span["opens"]), int(span["closes"])) for span in before], after, now)
        calendar["first_hours"], calendar["hours"] = len(made), len(spans)
        worked = 0
        for start, end in spans:
            made.append((start, end, worked))
            worked += end - start
    moved = len(made)
    hours = np.concatenate([np.array(made, model.hours.dtype), model.hours])

    def first(stage: Any) -> int:
        return int(stage["first_customer_hours"]) + moved

    stages, variants = (
        each(records, first_customer_hours=first) for records in (model.stages, model.variants)
    )
    return model._replace(calendars=calendars, hours=hours, stages=stages, variants=variants)


def other_customers(chance: random.Random, model: Model, _: int) -> Model:
    """Let customers count time in other hours, or round the clock; for each segment in others."""
    days = range(model.horizon // DAY)
    opens, closes = chance.choice([(0, 24), (9, 17), (20, 22)])
    open_on = [day for day in days if chance.random() < 0.7]
    worked = [number * (closes - opens) * HOUR for number in range(len(open_on))]
    spans = [(day * DAY + opens * HOUR, day * DAY + closes * HOUR) for day in open_on]
    made = [(*span, before) for span, before in zip(spans, worked, strict=True)]
    columns = {
        "first_customer_hours": lambda _: len(model.hours),
        "customer_hours": lambda _: len(made),
        "customer_share": lambda _: chance.choice([0.0, (closes - opens) / 24]),
    }
    hours = np.concatenate([model.hours, np.array(made, model.hours.dtype)])
    stages, variants = (each(records, **columns) for records in (model.stages, model.variants))
    return model._replace(hours=hours, stages=stages, variants=variants)


def other_crews(chance: random.Random, model: Model, _: int) -> Model:
    """Let jobs need more people, or fewer."""
    stages, variants = (
        each(records, people=lambda _: chance.randint(1, 3)) for records in (model.stages, model.variants)
    )
    return model._replace(stages=stages, variants=variants)


def with_crews(before: Model, model: Model) -> Model:
    """Let teams that have crews in any chapter, and stages that do, be as they are to be in all (CR1)."""
    alone = ("sticky", "interrupts", "split", "prospects")
    pulls = {Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE}
    teams, stages, variants = model.teams.copy(), model.stages.copy(), model.variants.copy()
    crews = teams["crews"] == 1
    if not crews.any():
        return model._replace(
            stages=each(stages, people=lambda _: 1), variants=each(variants, people=lambda _: 1)
        )
    for name in alone:
        teams[name][crews] = 0
    teams["assignment"][crews & ~np.isin(teams["assignment"], list(pulls))] = Assignment.SHARED_QUEUE
    for records, known in ((stages, before.stages), (variants, before.variants)):
        records["most_attempts"][: len(known)][known["most_attempts"] == 0] = 0
        records["people"][(records["team"] == NOBODY) | ~crews[records["team"]]] = 1
    for stage in stages:
        own = variants[stage["first_variant"] :][: stage["variants"]]
        if stage["most_attempts"] or own["most_attempts"].any():
            stage["people"] = own["people"] = 1
    return model._replace(teams=teams, stages=stages, variants=variants)


def other_work(chance: random.Random, model: Model, _: int) -> Model:
    """Let stages take other times, be more or less successful, and leads more or less patient."""
    stages = model.stages
    worked = stages[stages["team"] != NOBODY]
    efforts = worked["effort"] if len(worked) else stages["effort"]
    made = each(
        stages,
        effort=lambda stage: stage["effort"] if stage["team"] == NOBODY else chance.choice(list(efforts)),
        customer_time=lambda _: chance.choice(list(stages["customer_time"])),
        patience=lambda _: chance.choice(list(stages["patience"])),
        odds=lambda stage: np.inf if stage["checks"] else chance.choice([0.25, 1.0, 4.0, np.inf]),
        cost_per_visit=lambda _: chance.choice([0.0, 4.5]),
    )
    return model._replace(stages=made)


def other_routes(chance: random.Random, model: Model, _: int) -> Model:
    """Let routes lead elsewhere: stages close, and others open."""
    routes = model.routes.copy()
    rows = [(number, stage) for number, stage in enumerate(model.stages)]
    for number, stage in enumerate(model.stages):
        own = slice(stage["first_variant"], stage["first_variant"] + stage["variants"])
        rows += [(number, variant) for variant in model.variants[own]]
    for number, stage in rows:
        own = stages_of(model, int(stage["process"]))
        for route in range(stage["first_next"], stage["first_next"] + stage["nexts"]):
            routes["target"][route] = chance.choice([WON, *range(number + 1, own.stop)])
        for route in range(stage["first_else"], stage["first_else"] + stage["elses"]):
            lost = routes["target"][route] == LOST
            routes["target"][route] = LOST if lost else chance.choice(own)
    return model._replace(routes=routes)


def stages_of(model: Model, process: int) -> range:
    """Return the stages of a process."""
    row = model.processes[process]
    return range(int(row["first_stage"]), int(row["first_stage"] + row["stages"]))


def other_effects(chance: random.Random, model: Model, _: int) -> Model:
    """Let temperature, theory and waiting matter more, or less."""
    heat_odds = model.heat_odds * chance.choice([0.5, 2.0])
    stages = each(
        model.stages,
        points=lambda stage: stage["points"] and 1,
        ages=lambda stage: stage["ages"] and 1,
        never=lambda _: chance.choice([0.0, 0.4]),
        decides_late=lambda stage: int(not (stage["checks"] or stage["rejection"]) and chance.random() < 0.5),
        theorist_odds=lambda _: 0.25,
    )
    effects = {"heat_odds": heat_odds, "heat_skill": model.heat_skill * 0.5}
    effects |= {"quarter_odds": np.flip(model.quarter_odds, axis=1).copy()}
    return model._replace(**effects, stages=stages)


def other_money(chance: random.Random, model: Model, now: int) -> Model:
    """Let everything cost and bring something else."""
    segments = each(
        model.segments,
        years=lambda _: chance.choice([1.0, 2.5]),
        margin=lambda _: 0.25,
        mean_value=lambda _: 33.0,
        value=lambda _: chance.choice(list(model.segments["value"])),
        customer_time=lambda _: 0.75,
        odds=lambda _: 2.0,
    )
    channels = each(
        model.channels,
        cost_per_month=lambda _: chance.choice([0.0, 900.0]),
        cost_per_inquiry=lambda _: 3.5,
        price_per_lead=lambda _: 8.0,
        cut_from=lambda _: now - DAY,
        cut_until=lambda _: now + DAY,
        price_cut=lambda _: 0.5,
    )
    plan = each(model.plan, one_off_cost=lambda _: 99.0, cost_per_month=lambda _: chance.choice([0.0, 60.0]))
    teams = each(
        model.teams,
        commission=lambda _: 0.2,
        opener_share=lambda _: 0.4,
        quota_months=lambda _: chance.choice([1, 3, 12]),
        tiers=lambda team: chance.choice([0, team["tiers"]]),
    )
    reps = each(model.reps, pay_per_month=lambda _: chance.choice([0.0, 6000.0]))
    return model._replace(segments=segments, channels=channels, plan=plan, teams=teams, reps=reps)


def other_products(chance: random.Random, model: Model, now: int) -> Model:
    """Let products cost something else, run for longer and keep other customers; another one may come."""
    if not len(model.products):
        return model
    drawn = [NOTHING, *model.products["loyalty"]]
    prices = each(
        model.prices,
        margin=lambda _: chance.choice([0.2, 0.8]),
        mean=lambda price: price["mean"] * 2,
        distribution=lambda _: chance.choice(list(model.prices["distribution"])),
    )
    products = each(
        model.products,
        typed_term=lambda row: int(row["months"] > 0 and chance.random() < 0.5),
        loyalty=lambda row: chance.choice(drawn) if row["months"] else NOTHING,
        stays=lambda _: chance.choice([0.3, 0.8]),
        growth=lambda _: chance.choice([0.0, 0.2, -0.2]),
        earned_over=lambda row: 0 if row["months"] else chance.choice([0, 3 * DAY]),
        price_cut=lambda _: chance.choice([0.0, 0.15]),
        odds=lambda _: chance.choice([0.5, 3.0]),
        launched=lambda row: row["launched"] and now + chance.choice([-DAY, 0, DAY]),
        moves=lambda row: chance.choice([0, row["moves"]]),
    )
    if chance.random() < 0.5:
        products["term"], products["months"] = 2 * products["term"], 2 * products["months"]
    segments = each(model.segments, first_product=lambda _: chance.choice(model.segments["first_product"]))
    changed = model._replace(products=products, prices=prices, segments=segments)
    return changed if chance.random() < 0.5 else with_a_new_product(changed, now)


def other_purchases(chance: random.Random, model: Model, _: int) -> Model:
    """Let what is sold once be bought again more or less often, and be delivered otherwise (RP7)."""
    rates, dropouts = ([int(row[name]) for row in model.products] for name in ("rate", "dropout"))
    delivering = np.flatnonzero(model.processes["kind"] == Kind.DELIVERING).tolist()
    products = each(
        model.products,
        rate=lambda row: row["rate"] if row["rate"] == NOTHING else chance.choice(drawn(rates)),
        dropout=lambda row: row["dropout"] if row["rate"] == NOTHING else chance.choice(drawn(dropouts)),
        delivery=lambda row: row["delivery"] if row["months"] else chance.choice([0, *delivering]),
    )
    recognised = {"at_delivery": lambda row: int(row["delivery"] > 0 and chance.random() < 0.5)}
    return model._replace(products=each(products, **recognised))


def drawn(distributions: list[int]) -> list[int]:
    """Leave out where there is none."""
    return [number for number in distributions if number != NOTHING]


def with_a_new_product(model: Model, now: int) -> Model:
    """Let half of all deals be about a product that is like the first, but for its price."""
    product, count = model.products[:1].copy(), len(model.products)
    product["price_key"] = purpose("price", f"new product {now // DAY}")
    product["launched"] = now
    routes, segments = [model.routes], model.segments.copy()
    for segment in segments:
        sold = model.routes[segment["first_product"] : segment["first_product"] + segment["products"]].copy()
        sold["up_to"] /= 2
        new = sold[:1].copy()
        new["up_to"], new["target"] = 1.0, count
        segment["first_product"], segment["products"] = sum(map(len, routes)), len(sold) + 1
        routes += [sold, new]
    return model._replace(
        products=np.concatenate([model.products, product]),
        prices=np.concatenate([model.prices, each(model.prices[: len(segments)], customers=lambda _: 0)]),
        billing=np.concatenate([model.billing, model.billing[1:2]]),
        segments=segments,
        routes=np.concatenate(routes),
    )


def other_bills(chance: random.Random, model: Model, _: int) -> Model:
    """Let everything be billed at another time, and paid by others."""
    billing = each(
        model.billing,
        when=lambda _: chance.choice(list(Billed)),
        deposit=lambda _: chance.choice([0.0, 0.5]),
        bad_debt=lambda _: chance.choice([0.0, 0.5]),
        delay=lambda _: chance.choice(list(model.billing["delay"])),
    )
    return model._replace(billing=billing)


def other_visits(chance: random.Random, model: Model, _: int) -> Model:
    """Let account visits and deliveries matter more or less, and visits be due at other times."""
    processes, spawns, ends = model.processes.copy(), model.spawns.copy(), model.ends.copy()
    others = len(processes) - 1
    processes["kept"][1:] = [chance.choice([0.5, 1.0, 5.0]) for _ in range(others)]
    processes["missed"][1:] = [chance.choice([0.1, 1.0]) for _ in range(others)]
    births = processes["birth"][processes["kind"] == Kind.VISITING]
    days = [int(stage["customer_time"]) for stage in model.stages]
    every = [*spawns["delay"][births].tolist(), *days]
    spawns["delay"][births] = [chance.choice(every) for _ in births]
    for rests in ends["rest"].reshape(len(processes), -1):
        rests[rests != NOTHING] = chance.choice(every)
    return model._replace(processes=processes, spawns=spawns, ends=ends)


def other_talent(chance: random.Random, model: Model, _: int) -> Model:
    """Let people be more or less skilled and quick, whose ramp-up may be longer or shorter."""
    reps = each(
        model.reps,
        skill_distribution=lambda _: chance.choice(list(model.reps["skill_distribution"])),
        speed_distribution=lambda _: chance.choice(list(model.reps["speed_distribution"])),
        ramp=lambda _: chance.choice([0, 9 * DAY]),
        skill_from=lambda _: 0.5,
        speed_from=lambda _: 0.25,
        weight=lambda _: chance.choice([0.5, 2.0]),
    )
    return model._replace(reps=reps)


def other_absences(chance: random.Random, model: Model, _: int) -> Model:
    """Let people be absent at other times, and more or less often."""
    days = len(model.month_days)
    begins = sorted(chance.sample(range(days), min(days, 4)))
    aways = np.zeros(len(begins), model.aways.dtype)
    aways["begins"] = [day * DAY for day in begins]
    aways["ends"] = [day * DAY + chance.choice([DAY, 12 * HOUR, 3 * DAY]) for day in begins]
    reps = each(
        model.reps,
        may_be_absent=lambda _: chance.choice([0, 1, 1]),
        first_away=lambda _: len(model.aways) + chance.choice([0, 2]),
        aways=lambda _: chance.choice([0, 1, 2]),
    )
    drawn = [int(team["spell_days"]) for team in model.teams if team["spell_days"] != NOTHING]
    teams = each(
        model.teams,
        spells=lambda _: chance.choice([0.0, 0.3]) if drawn else 0.0,
        spell_days=lambda _: chance.choice(drawn) if drawn else NOTHING,
        off_every=lambda _: chance.choice([0.0, 3.5]),
        off_days=lambda _: 0.75,
    )
    return model._replace(reps=reps, teams=teams, aways=np.concatenate([model.aways, aways]))


def other_turnover(chance: random.Random, model: Model, _: int) -> Model:
    """Let people stay for longer, for less time, for good, or no longer for good."""
    drawn = [int(each) for each in model.reps["speed_distribution"]]
    stays = chance.choice([True, True, False])
    teams = each(
        model.teams,
        tenure=lambda _: chance.choice(drawn) if stays else NOTHING,
        residual=lambda _: chance.choice(drawn) if stays else NOTHING,
        replacement=lambda _: chance.choice(drawn) if stays else NOTHING,
        hiring_cost=lambda _: 8.5,
    )
    return model._replace(teams=teams, reps=each(model.reps, turns_over=lambda _: chance.choice([0, 1, 1])))


def other_growth(chance: random.Random, model: Model, now: int) -> Model:
    """Let people learn more or less than before, or none the more, and train them on other days."""
    teams = each(
        model.teams,
        learns_most=lambda _: chance.choice([0.0, 2.0]),
        learns_half=lambda _: 1.5,
        win_counts=lambda _: chance.choice([0, 3]),
    )
    made = []
    for team in teams:
        first = int(team["first_training"])
        held = model.trainings[first : first + team["trainings"]]
        held = held[held["begins"] < now]
        new = np.zeros(chance.randint(0, 1), model.trainings.dtype)
        new["begins"], new["odds"], new["half_life"] = now + chance.choice([0, DAY]), 0.25, 3.0
        team["first_training"] = sum(map(len, made))
        made += [held, new]
        team["trainings"] = len(held) + len(new)
    reps = each(model.reps, grows=lambda _: chance.choice([0, 1]))
    return model._replace(teams=teams, trainings=np.concatenate([model.trainings[:0], *made]), reps=reps)


def other_volumes(chance: random.Random, model: Model, _: int) -> Model:
    """Let more or fewer ask, at other hours."""
    factors = [[chance.choice([0.0, 0.5, 2.0, 2.0])] for _ in model.channels]
    expected = model.expected.reshape(len(model.channels), -1) * factors
    opens = chance.choice([0, 8 * HOUR])
    spans = np.zeros(2, model.spans.dtype)
    spans["opens"], spans["up_to"] = (opens, 22 * HOUR), (chance.choice([0.25, 1.0]), 1.0)
    spans["closes"] = chance.choice([opens, 20 * HOUR]), DAY
    count = 2 if spans["up_to"][0] < 1 else 1
    channels = each(model.channels, first_span=lambda _: len(model.spans), spans=lambda _: count)
    spans = np.concatenate([model.spans, spans])
    return model._replace(expected=expected.ravel(), channels=channels, spans=spans)


def other_days(_: random.Random, model: Model, __: int) -> Model:
    """Let days vary that did not, and the other way round."""
    varying = int(model.channels["fit"][0])
    busy = each(model.channels, busy=lambda channel: varying if channel["busy"] == NOTHING else NOTHING)
    return model._replace(channels=busy)


def other_shocks(chance: random.Random, model: Model, _: int) -> Model:
    """Let months differ that did not, by numbers that lie on a line, where normal ones would on a curve."""
    shocks = each(
        model.shocks,
        deviation=lambda _: chance.choice([0.0, 0.5]),
        persistence=lambda _: chance.choice([0.0, 0.5, 1.0]),
        normal=lambda _: int(model.channels["fit"][0]),
    )
    return model._replace(shocks=shocks)


def other_referrals(chance: random.Random, model: Model, _: int) -> Model:
    """Let customers refer more or less often, or begin to, by the last channel that expects nobody (RF7)."""
    nobody = model.expected.reshape(len(model.channels), -1)[:, -1] == 0
    free = np.flatnonzero(nobody & (model.channels["prospected"] == 0))
    if not len(free):
        return model
    firm = each(
        model.firm,
        referred_to=lambda _: free[-1] + 1,
        referral_rate=lambda _: chance.choice([0.0, 3.0, 9.0, 20.0]),
        bad_delivery=lambda _: chance.choice([0.2, 1.0]),
        missed_visit=lambda _: chance.choice([0.3, 1.0]),
        while_customer=lambda _: chance.randint(0, 1),
    )
    return model._replace(firm=firm)


def other_companies(chance: random.Random, model: Model, _: int) -> Model:
    """Let other companies ask, in another stage."""
    channels = each(
        model.channels,
        hot=lambda _: 0.5,
        hot_or_warm=lambda _: chance.choice([0.5, 1.0]),
        theorists=lambda _: 0.3,
        fit=lambda _: chance.choice(list(model.channels["fit"])),
        stage=lambda _: chance.choice(stages_of(model, SALE)),
    )
    return model._replace(channels=channels)


def other_attempts(chance: random.Random, model: Model, _: int) -> Model:
    """Let buyers be harder or easier to reach, who could be reached at once or could not."""
    efforts = [int(stage["effort"]) for stage in model.stages]

    def most(stage: Any) -> int:
        if stage["team"] == NOBODY:
            return 0
        return chance.choice([1, 3] if stage["most_attempts"] else [0, 1, 3])  # C2: they are never taken away

    columns = {
        "reached": lambda _: chance.choice([0.2, 0.7]),
        "most_attempts": most,
        "not_reached": lambda _: 2,
        "attempt_effort": lambda _: chance.choice(efforts),
        "attempt_interval": lambda _: chance.choice(efforts),
    }
    return model._replace(stages=each(model.stages, **columns))


def other_nurture(chance: random.Random, model: Model, _: int) -> Model:
    """Let nurture take others, more or less often, and lead elsewhere; what one touch brings stays."""
    touches = int(model.reasons["most_touches"].max())
    taken = {"most_touches": lambda row: chance.choice([0, touches]) if row["interval"] else 0}
    reasons = each(
        model.reasons,
        **taken,
        interval=lambda row: row["interval"] and chance.choice([3 * HOUR, DAY]),
        cost_per_touch=lambda _: chance.choice([0.0, 7.0]),
        odds=lambda _: chance.choice([0.5, 3.0]),
        target=lambda _: chance.choice(stages_of(model, SALE)),
        most_returns=lambda _: chance.choice([1, 2]),
        first_touch=lambda _: 0,
    )
    reasons["odds"][reasons["most_touches"] == 0] = 1.0  # as it is where nobody is nurtured
    return model._replace(reasons=reasons, returns=np.linspace(0.1, 0.9, max(touches, 1)))


def other_markets(chance: random.Random, model: Model, _: int) -> Model:
    """Let a market begin, end, be larger or smaller, or cool off otherwise."""
    segments = each(
        model.segments,
        companies=lambda _: chance.choice([0, 6, 20, 50]),
        customers=lambda _: chance.choice([0, 4]),
        cooling=lambda _: chance.choice([NOTHING, *model.stages["customer_time"]]),
    )
    return model._replace(segments=segments)


def a_new_channel(_: random.Random, model: Model, now: int) -> Model:
    """Let a channel open."""
    channel = model.channels[0].copy()
    name = f"new channel {now // DAY}"
    channel["entity"], channel["key"] = entity(Entity.INQUIRY, name), entity(Entity.CHANNEL, name)
    channel["first_expected"], channel["mean_share"] = len(model.expected), 0.0
    days = np.arange(len(model.month_days) + 1) - now // DAY
    return model._replace(
        channels=np.concatenate([model.channels, channel[None]]),
        expected=np.concatenate([model.expected, np.maximum(days, 0) * 2.5]),
        spend=np.concatenate([model.spend, model.spend[:1]]),
        trait_shares=np.concatenate([model.trait_shares, model.trait_shares[:1]]),
        trait_shifts=np.concatenate([model.trait_shifts, model.trait_shifts[:1]]),
        shocks=np.concatenate([model.shocks, model.shocks[-1:]]),
    )


def a_new_stage(chance: random.Random, model: Model, _: int) -> Model:
    """Let a stage open: at the end of the last process, with a way from another stage of that."""
    number, process = len(model.stages), len(model.processes) - 1
    before = stages_of(model, process)
    stage = model.stages[chance.choice(before)].copy()
    stage["makes_lead"], stage["is_lead"], stage["first_variant"], stage["variants"] = 0, 1, 0, 0
    stage["heat"] = len(model.heat_odds)
    for key in ("patience", "work", "answer", "assignment", "attempt", "interval", "report"):
        stage[f"{key}_key"] = purpose(key, f"stage {number}")
    routes = model.routes.copy()
    routes["target"][stage["first_next"] : stage["first_next"] + stage["nexts"]] = WON
    first = model.stages[before.start]
    ahead = routes[first["first_next"] : first["first_next"] + first["nexts"]]
    if len(ahead) > 1 or len(before) > 1:
        ahead["target"][chance.randrange(len(ahead))] = number
    processes = model.processes.copy()
    processes["stages"][process] += 1
    stage["gate"] = stage["ignored"] = 0
    return model._replace(
        stages=np.concatenate([model.stages, stage[None]]),
        heat_odds=np.concatenate([model.heat_odds, model.heat_odds[:1]]),
        heat_skill=np.concatenate([model.heat_skill, model.heat_skill[:1]]),
        quarter_odds=np.concatenate([model.quarter_odds, model.quarter_odds[:1]]),
        routes=routes,
        processes=processes,
    )


def other_learning(chance: random.Random, model: Model, _: int) -> Model:
    """Let channels learn, or no longer; quickly, and as far as they can; and sales tell more or less."""
    channels = each(
        model.channels,
        half=lambda _: chance.choice([0.0, 0.5, 3.0]),
        theorists_most=lambda channel: chance.choice([1.0 - channel["theorists"], -channel["theorists"]]),
        honest=lambda _: chance.choice([0.0, 0.5, 1.0]),
    )
    shifts = chance.choice([1.0 - model.trait_shares, -model.trait_shares])
    return model._replace(channels=channels, trait_shifts=shifts)


def other_traits(chance: random.Random, model: Model, now: int) -> Model:
    """Let traits be more common or matter more, and let another one come."""
    traits = each(model.traits, missing=lambda _: chance.choice([0.25, 1.0]), present=lambda _: 1.5)
    shares = np.array([[chance.choice([0.0, 0.3, 1.0]) for _ in row] for row in model.trait_shares])
    shares = shares.reshape(model.trait_shares.shape)
    shifts, odds = model.trait_shifts, model.junk_odds * 2.0
    if len(traits) < 30:
        new = np.zeros(1, TRAIT)
        new["key"], new["missing"], new["present"] = purpose("trait", f"of day {now // DAY}"), 0.5, 2.0
        traits = np.concatenate([traits, new])
        shares = np.hstack([shares, np.full((len(shares), 1), 0.6)])
        shifts = np.hstack([shifts, np.full((len(shifts), 1), -0.5)])
        odds = np.hstack([odds, np.full((len(odds), 1), 4.0)])
    return model._replace(traits=traits, trait_shares=shares, trait_shifts=shifts, junk_odds=odds)


def other_checks(chance: random.Random, model: Model, _: int) -> Model:
    """Let checks find more or less, and more of them be needed; where there is none, let one come."""
    if not len(model.checks):
        return a_first_check(model)
    checks = each(model.checks, sensitivity=lambda _: chance.choice([0.6, 1.0]), false_good=lambda _: 0.4)
    stages = each(model.stages, passes_at=lambda stage: min(2, stage["checks"]))
    return model._replace(checks=checks, stages=stages)


def a_first_check(model: Model) -> Model:
    """Let the first stage ask whether leads mean it."""
    checks = np.zeros(1, CHECK)
    checks["key"], checks["trait"] = hash32("check", "stage 0", "means it"), NOTHING
    checks["sensitivity"], checks["false_good"], checks["effort"] = 0.8, 0.3, model.channels["fit"][0]
    stages, variants = model.stages.copy(), model.variants.copy()
    first, count = int(stages[0]["first_variant"]), int(stages[0]["variants"])
    for rows in (stages[:1], variants[first : first + count]):
        rows["checks"], rows["passes_at"], rows["odds"] = 1, 1, np.inf
        rows["decides_late"] = 0  # a stage that decides by checks does so as work starts (J3)
    return model._replace(checks=checks, stages=stages, variants=variants)


def other_rejections(chance: random.Random, model: Model, _: int) -> Model:
    """Let sales reject more or less, also where it did not, and theorists ripen at other times."""
    if not len(model.rejections):
        made = np.zeros(1, REJECTION)
        made["key"], made["odds"], made["theorist"], made["effort_share"] = (
            purpose("rejection"),
            0.5,
            4.0,
            0.5,
        )
        made["reason"] = 1
        model = model._replace(rejections=made, junk_odds=np.full((1, len(model.traits)), 2.0))
    rejections = each(
        model.rejections,
        odds=lambda _: chance.choice([0.2, 1.0, np.inf]),
        theorist=lambda _: 3.0,
        needs=lambda _: chance.randrange(1 << len(model.traits)),
        effort_share=lambda _: chance.choice([0.0, 0.5]),
    )

    def rejection(_: Any) -> int:
        return chance.randrange(len(rejections) + 1)

    days = int(model.channels["fit"][0])
    firm = each(model.firm, ripening=lambda _: chance.choice([NOTHING, days]))
    stages = each(model.stages, rejection=rejection)
    return model._replace(rejections=rejections, firm=firm, stages=stages)


def other_neglect(chance: random.Random, model: Model, _: int) -> Model:
    """Let reps ignore more, or fewer, or nobody where they did."""
    own = {int(stage["ignored"]) for stage in model.stages}
    kept = {number for number in own if number == 0 or chance.random() < 0.7}
    ignored = each(model.ignored, odds=lambda _: chance.choice([0.0, 0.5, np.inf]))
    stages, variants = (
        each(records, ignored=lambda row: row["ignored"] if row["ignored"] in kept else 0)
        for records in (model.stages, model.variants)
    )
    return model._replace(ignored=ignored, stages=stages, variants=variants)


CHANGES: dict[str, Change] = {
    made.__name__.replace("_", " "): made
    for made in (
        other_policies,
        other_orders,
        other_limits,
        other_urgency,
        other_split,
        other_prospecting,
        other_stickiness,
        other_teams,
        other_hand_overs,
        leavers,
        newcomers,
        other_hours,
        other_customers,
        other_crews,
        other_work,
        other_routes,
        other_effects,
        other_money,
        other_products,
        other_bills,
        other_purchases,
        other_visits,
        other_talent,
        other_absences,
        other_turnover,
        other_growth,
        other_volumes,
        other_days,
        other_shocks,
        other_companies,
        other_referrals,
        other_attempts,
        other_nurture,
        other_markets,
        other_traits,
        other_learning,
        other_checks,
        other_rejections,
        other_neglect,
        a_new_channel,
        a_new_stage,
    )
}


def changed_once(chance: random.Random, first: Model, change: Change) -> Chapters:
    """Let a change be made in the middle of the history."""
    begins = len(first.month_days) // 2 * DAY
    return Chapter(0, first), Chapter(begins, with_crews(first, change(chance, first, begins)))


def changed_often(chance: random.Random, first: Model) -> Chapters:
    """Let several changes be made on each of several days."""
    chapters = [Chapter(0, first)]
    days = chance.sample(range(1, len(first.month_days)), chance.randint(1, 3))
    for begins in sorted(day * DAY for day in days):
        model = chapters[-1].model
        model = model._replace(plan=np.zeros_like(model.plan))
        for change in chance.sample(list(CHANGES.values()), chance.randint(1, 5)):
            model = with_crews(model, change(chance, model, begins))
        chapters.append(Chapter(begins, model))
    return tuple(chapters)
