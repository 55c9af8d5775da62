"""Deliveries by a pool, and by crews of several people at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import HOUR, Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Observe, Worlds, observed, tallied
from .queues import check_warm_up


def longer_than(hours: Sequence[float]) -> Observe:
    """Count the deliveries of the period, and those that took longer than so many hours: (1 + hours,)."""

    def observe(rows: Records, model: Model) -> Floats:
        done = rows[(rows["event"] == Event.DELIVERED) & (rows["time"] >= model.months[0])]
        taken = (done["time"] - done["worked"]) / HOUR
        return np.array([len(done), *((taken > each).sum() for each in hours)], float)

    return observe


def in_time(arrival: float, service: float, servers: int, hours: Sequence[float], replications: int) -> Truth:
    """M/M/c: the share of deliveries that take longer than so many hours, work included."""

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival, service, servers)
        text = systems.delivering(arrival, servers, 1, systems.exponential(1 / service))
        found = observed(systems.model(text), longer_than(hours), worlds)
        return [
            Figure(
                f"P(longer than {each:g})",
                theory.takes_longer(each, arrival, service, servers),
                found[:, number] / found[:, 0],
            )
            for number, each in enumerate(hours, start=1)
        ]

    load = arrival / (servers * service)
    return Truth(f"delivery, M/M/{servers}, λ = {arrival:g}, μ = {service:g}", load, replications, compare)


def by_crews(arrival: float, people: int, replications: int) -> Truth:
    """M/M/1: a team that is always needed as a whole is one server, whose people are all busy at once."""
    hours = (1.0, 4.0)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival, 1.0, 1)
        model = systems.model(systems.delivering(arrival, people, people, systems.exponential(1.0)))
        found = observed(model, longer_than(hours), worlds)
        by_rep = cut(model, tallied(model, worlds), "rep")
        busy = FIGURES["utilisation"].values(by_rep)
        return [
            *(
                Figure(
                    f"P(longer than {each:g})",
                    theory.takes_longer(each, arrival, 1.0, 1),
                    found[:, number] / found[:, 0],
                )
                for number, each in enumerate(hours, start=1)
            ),
            *(Figure(f"busy, person {rep + 1}", arrival, busy[:, rep]) for rep in range(people)),
        ]

    return Truth(f"delivery by crews of {people}, of {people} people: M/M/1", arrival, replications, compare)
