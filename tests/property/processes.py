"""Processes that no scenario can say yet: what rests and comes back, is born of a contract, and is withdrawn.

A model is given a second process, and ends that use all of it: who is lost or has gone cold rests and
comes back, a contract brings a delivery and a visit, a delivery brings the next one, and one that fails calls
off the others.
"""

from __future__ import annotations

import numpy as np

from funnelsim.chance.distributions import Lognormal, Quantiles, Tables
from funnelsim.chance.keys import purpose
from funnelsim.compiling.arrays import Records
from funnelsim.model.model import EVENTS, SALE, Model, plain_ends
from funnelsim.model.records import PROCESS, SPAWN
from funnelsim.model.words import GONE_COLD, LOST, NOTHING, WON, Event

SERVICE = 1  # the second process
RESTS = (Quantiles((0, 1), (3, 9)), Quantiles((0, 1), (0, 2)), Lognormal(median=5, p90=20))
KINDS = len(RESTS) + 1  # 0: the model as it is
FOR_GOOD = KINDS  # one kind more, in which nobody rests


def with_processes(model: Model, kind: int) -> Model:
    """Give a model a second process, if it has none; kind 0 leaves it as it is, the others differ in rests.

    In the kind `FOR_GOOD` there is none. A model that has other processes has them anyway.
    """
    if kind == 0 or len(model.processes) > 1:
        return model
    rest = len(model.distributions)
    model = with_distribution(model, RESTS[kind % len(RESTS) - 1])
    first = len(model.stages)
    processes = np.zeros(2, PROCESS)
    processes["first_stage"], processes["stages"] = (0, first), (first, 2)
    stages, routes = service_stages(model, first)
    spawns = np.zeros(3, SPAWN)
    spawns["purpose"] = purpose("delivery"), purpose("visit"), purpose("next delivery")
    spawns["process"], spawns["delay"] = SERVICE, rest
    return model._replace(
        stages=stages,
        heat_odds=np.vstack([model.heat_odds, model.heat_odds[-1:], model.heat_odds[-1:]]),
        heat_skill=np.vstack([model.heat_skill, model.heat_skill[-1:], model.heat_skill[-1:]]),
        quarter_odds=np.vstack([model.quarter_odds, model.quarter_odds[-1:], model.quarter_odds[-1:]]),
        routes=routes,
        processes=processes,
        ends=busy_ends(rest, kind),
        spawns=spawns,
    )


def with_distribution(model: Model, given: Quantiles | Lognormal) -> Model:
    """Add a distribution."""
    tables = Tables()
    tables.add(given)
    distributions, knots = tables.records()
    distributions["first"] += len(model.knots)
    return model._replace(
        distributions=np.concatenate([model.distributions, distributions]),
        knots=np.concatenate([model.knots, knots]),
    )


def service_stages(model: Model, first: int) -> tuple[Records, Records]:
    """Add two stages like the first and the last: from the one to the other, and to the end."""
    routes = np.zeros(3, model.routes.dtype)
    routes["up_to"], routes["reason"] = 1.0, (NOTHING, NOTHING, GONE_COLD)
    routes["target"] = first + 1, WON, LOST
    at = len(model.routes)
    made = model.stages[[0, len(model.stages) - 1]].copy()
    made["process"], made["variants"], made["makes_lead"], made["is_lead"] = SERVICE, 0, 0, 1
    made["first_next"], made["nexts"] = (at, at + 1), 1
    made["first_else"], made["elses"] = at + 2, 1
    made["odds"], made["heat"] = 3.0, len(model.heat_odds) + np.arange(2)
    for key in ("patience_key", "work_key", "answer_key", "assignment_key", "attempt_key", "interval_key"):
        made[key] = [purpose(key, "service 1"), purpose(key, "service 2")]
    return np.concatenate([model.stages, made]), np.concatenate([model.routes, routes])


def busy_ends(rest: int, kind: int) -> Records:
    """Say what follows in both processes."""
    ends = plain_ends(2).reshape(2, EVENTS)
    sale, service = ends[SALE], ends[SERVICE]
    for event in () if kind == FOR_GOOD else (Event.LOST, Event.WENT_COLD)[: 1 + kind % 2]:
        sale["target"][event], sale["rest"][event] = 0, rest
        sale["rest_key"][event] = purpose("rest", event.name)
    sale["first_spawn"][Event.WON], sale["spawns"][Event.WON] = 0, 2
    service["first_spawn"][Event.WON], service["spawns"][Event.WON] = 2, 1
    service["withdraws"][Event.LOST] = service["withdraws"][Event.WENT_COLD] = SERVICE
    return ends.reshape(-1)
