"""The six verbs, by hand: small made-up processes whose every row is known, on both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funnelsim.chance.keys import Entity, purpose
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, history, new_ledger
from funnelsim.engines.compiled import state
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import EVENTS, SALE, Model, plain_ends
from funnelsim.model.records import PROCESS, SPAWN
from funnelsim.model.words import DAY, LOST, NEVER, NOTHING, WON, Due, Event, Flag

from ..oracle.plan import Plan, daily

engines = pytest.mark.parametrize("engine", sorted(ENGINES))
Story = list[tuple[str, float]]  # what happens, and on which day after the inquiry
VISIT = ("ENTERED", "STARTED", "WORKED")  # where nobody is needed: all at one instant


def model_of(
    plan: Plan, starts: list[int], ends: dict[tuple[int, Event], dict[str, Any]], *born: dict
) -> Model:
    """Divide the stages of a plan among processes from `starts` on; `ends` are those that are not plain."""
    model = plan.model()
    processes = np.zeros(len(starts), PROCESS)
    processes["first_stage"] = starts
    processes["stages"] = np.diff([*starts, len(model.stages)])
    model.stages["process"] = np.repeat(np.arange(len(starts)), processes["stages"])
    table = plain_ends(len(starts)).reshape(len(starts), EVENTS)
    for (process, event), row in ends.items():
        for name, value in row.items():
            table[name][process, event] = value
    spawns = np.zeros(len(born), SPAWN)
    for spawn, row in zip(spawns, born, strict=True):
        for name, value in row.items():
            spawn[name] = value
    return model._replace(processes=processes, ends=table.reshape(-1), spawns=spawns)


def stories(rows: Records) -> dict[int, Story]:
    """Tell each pursuit's rows, in days since its company's inquiry."""
    found: dict[int, Story] = {}
    for row in rows[rows["pursuit"] != NOTHING]:
        day = float((row["time"] - row["created"]) / DAY)
        found.setdefault(int(row["pursuit"]), []).append((Event(int(row["event"])).name, day))
    return found


def told(*parts: tuple[str, float]) -> Story:
    """Write a story, a visit where nobody is needed as one word."""
    return [(event, day) for what, day in parts for event in (VISIT if what == "VISIT" else (what,))]


def sold(day: float) -> tuple[tuple[str, float], ...]:
    """Tell what a contract is booked as."""
    booked = ("WON", "MARGIN", "EXPECTED", "EXPECTED_MARGIN", "REVENUE")
    return tuple((event, day) for event in booked)


@engines
def test_who_is_lost_may_rest_and_come_back(engine: str) -> None:
    plan = Plan(days=12)
    rest = plan.distribution(2.0)
    plan.stage(customer=1.0, conversion=0.0)
    plan.stage(customer=0.5)
    plan.channel([9.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 9, 9)
    parked = {"target": 1, "rest": rest, "rest_key": purpose("rest")}
    rows = history(engine, model_of(plan, [0], {(SALE, Event.LOST): parked}))
    every = stories(rows)
    assert len(every) > 1
    for story in every.values():
        first = told(("INQUIRY", 0), ("VISIT", 0), ("PARKED", 1), ("RETURNED", 3), ("VISIT", 3))
        won, *booked = sold(3.5)
        assert story == [*first, won, ("BECAME_LEAD", 3.5), *booked]
    parked_rows = rows[rows["event"] == Event.PARKED]
    assert set(parked_rows["reason"]) == {1}  # that of the loss
    assert set(parked_rows["worked"]) == {0}  # it has not ended
    assert set(rows[rows["event"] == Event.RETURNED]["waited"]) == {2 * DAY}
    after = np.isin(rows["event"], (Event.RETURNED, Event.WON))
    assert set(rows[after]["flags"] & Flag.RETURNED) == {Flag.RETURNED}
    assert set(rows[rows["event"] == Event.PARKED]["flags"]) == {0}


def contract_with(delay: float, *services: dict[str, Any]) -> tuple[Plan, list[dict[str, Any]]]:
    """Plan a sale of a day, whose contract brings a delivery of two days and something else after a delay."""
    plan = Plan(days=20)
    plan.stage(customer=1.0)
    plan.stage(customer=2.0)
    for service in services:
        plan.stage(**service)
    plan.channel([9.0, *[0.0] * 19], 9, 9)
    born = [
        {"purpose": purpose("delivery"), "process": 1, "delay": plan.distribution(0.0)},
        {"purpose": purpose("term"), "process": 2, "delay": plan.distribution(delay)},
    ]
    return plan, born


SPAWNS = {(SALE, Event.WON): {"first_spawn": 0, "spawns": 2}}
CALLS_OFF = SPAWNS | {(1, Event.WON): {"withdraws": 2}}


def by_process(rows: Records, process: int) -> list[Story]:
    """List the stories of the pursuits of a process."""
    return list(stories(rows[(rows["process"] == process) & (rows["pursuit"] != NOTHING)]).values())


@engines
def test_a_contract_gives_rise_to_others(engine: str) -> None:
    plan, born = contract_with(5.0, {"customer": 1.0})
    rows = history(engine, model_of(plan, [0, 1, 2], SPAWNS, *born))
    sales, deliveries, terms = (by_process(rows, process) for process in range(3))
    assert len(sales) == len(deliveries) == len(terms) > 1
    assert all(story == told(("BEGAN", 1), ("VISIT", 1), *sold(3)) for story in deliveries)
    assert all(story == told(("BEGAN", 6), ("VISIT", 6), *sold(7)) for story in terms)
    began = rows[rows["event"] == Event.BEGAN]
    assert set(began["worked"]) == set(rows[rows["event"] == Event.INQUIRY]["pursuit"])
    assert set(began["pursuit"] >> 56) == {Entity.DESCENDANT}
    won = rows[(rows["event"] == Event.WON) & (rows["process"] == 2)]
    assert set(won["time"] - won["worked"]) == {DAY}  # its own cycle


@engines
def test_who_has_not_begun_is_called_off_without_a_row(engine: str) -> None:
    plan, born = contract_with(5.0, {"customer": 1.0})
    rows = history(engine, model_of(plan, [0, 1, 2], CALLS_OFF, *born))
    assert by_process(rows, 1)
    assert by_process(rows, 2) == []


@engines
def test_who_waits_is_withdrawn(engine: str) -> None:
    plan = Plan(days=20)
    closed = plan.team(daily(20, closed=tuple(range(20))), [{}])
    other, born = contract_with(1.0, {"team": closed, "patience": 9.0})
    other.rows |= {name: plan.rows[name] for name in ("teams", "reps", "calendars")}
    rows = history(engine, model_of(other, [0, 1, 2], CALLS_OFF, *born))
    terms = by_process(rows, 2)
    assert len(terms) > 1
    assert all(story == [("BEGAN", 2), ("ENTERED", 2), ("WITHDRAWN", 3)] for story in terms)
    assert set(rows[rows["event"] == Event.WITHDRAWN]["waited"]) == {DAY}


@engines
def test_who_rests_is_withdrawn(engine: str) -> None:
    plan, born = contract_with(0.0, {"customer": 1.0, "conversion": 0.0})
    parked = {"target": 2, "rest": plan.distribution(9.0), "rest_key": purpose("rest")}
    rows = history(engine, model_of(plan, [0, 1, 2], CALLS_OFF | {(2, Event.LOST): parked}, *born))
    terms = by_process(rows, 2)
    assert len(terms) > 1
    assert all(story == told(("BEGAN", 1), ("VISIT", 1), ("PARKED", 2), ("WITHDRAWN", 3)) for story in terms)


@engines
def test_who_awaits_an_answer_goes_on(engine: str) -> None:
    plan, born = contract_with(0.0, {"customer": 4.0})
    rows = history(engine, model_of(plan, [0, 1, 2], CALLS_OFF, *born))
    assert all(story == told(("BEGAN", 1), ("VISIT", 1), *sold(5)) for story in by_process(rows, 2))


@engines
def test_who_rests_at_the_horizon_is_open(engine: str) -> None:
    plan = Plan(days=4)
    plan.stage(customer=1.0, conversion=0.0)
    plan.channel([9.0, 0, 0, 0], 9, 9)
    parked = {"target": 0, "rest": plan.distribution(40.0), "rest_key": purpose("rest")}
    rows = history(engine, model_of(plan, [0], {(SALE, Event.LOST): parked}))
    still_open = rows[rows["event"] == Event.OPEN]
    assert len(still_open) == (rows["event"] == Event.INQUIRY).sum() > 1
    assert (still_open["waited"] == still_open["time"] - still_open["created"] - DAY).all()


@engines
def test_a_chain_of_births_keeps_its_keys(engine: str) -> None:
    """A delivery brings the next one: each has an entity of its own, the same in every strategy."""
    plan = Plan(days=30)
    plan.stage(customer=1.0)
    plan.stage(customer=2.0)
    plan.channel([9.0, *[0.0] * 29], 9, 9)
    born = {"purpose": purpose("next"), "process": 1, "delay": plan.distribution(1.0)}
    once = {"first_spawn": 0, "spawns": 1}
    model = model_of(plan, [0, 1], {(SALE, Event.WON): once, (1, Event.WON): once}, born)
    rows = history(engine, model)
    began = rows[rows["event"] == Event.BEGAN]
    assert len(np.unique(began["pursuit"])) == len(began)
    days = sorted(set(((began["time"] - began["created"]) // DAY).tolist()))
    assert days == list(range(2, 30, 3))
    later = history(engine, model._replace(stages=slower(model)))
    born_later = set(later[later["event"] == Event.BEGAN]["pursuit"])
    assert born_later < set(began["pursuit"])  # fewer before the horizon, none with another key


def slower(model: Model) -> Records:
    """Let a delivery take as long as a sale and a delivery, and a sale as long as a delivery."""
    stages = model.stages.copy()
    stages["customer_time"][0] = stages["customer_time"][1]
    return stages


def test_pools_grow_before_a_step_that_needs_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "FIRST_POOL", 1)
    monkeypatch.setattr(state, "FIRST_COMPANIES", 1)
    plan, born = contract_with(5.0, {"customer": 1.0})
    model = model_of(plan, [0, 1, 2], SPAWNS, *born)
    assert history("compiled", model).tobytes() == history("reference", model).tobytes()


def test_what_is_due_is_remembered_past_the_horizon() -> None:
    """An answer after the horizon, and patience without end, stand in the pursuit's record."""
    plan = Plan(days=3)
    team = plan.team(daily(3, closed=(0, 1, 2)), [{}])
    plan.stage(customer=90.0, nexts=[(1.0, WON, NOTHING)], elses=[(1.0, LOST, 1)])
    plan.stage(team)
    plan.channel(9.0, 9, 9)
    plan.channel(9.0, 9, 9, stage=1)
    model = plan.model()
    engine, world = ENGINES["compiled"], np.zeros(1, [("seed", "<i8"), ("replication", "<i8")])[0]
    living = engine.start(model, world)
    assert engine.advance(living, model.horizon, new_ledger(4096 + rows_of_a_step(model)))
    pursuits = living.state.pursuits[living.state.pursuits["entity"] > 0]
    answering, waiting = (pursuits[pursuits["stage"] == stage] for stage in (0, 1))
    assert len(answering) > 0
    assert set(answering["phase"]) == {Due.CUSTOMER_ANSWERS}
    assert (answering["due"] == answering["since"] + 90 * DAY).all()
    assert len(waiting) > 0
    assert set(waiting["phase"]) == {Due.GOES_COLD}
    assert (waiting["due"] >= NEVER).all()
