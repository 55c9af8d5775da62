"""Account visits that compete for the reps' hours: machine repair, and priorities in a pool."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import HOUR, Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Worlds, observed, tallied
from .queues import check_warm_up

CUSTOMERS, REPS = 10, 3
EFFORT = systems.exponential(1.0)


def asked_after_the_last(rate: float, months: int) -> Truth:
    """A visit is asked for some time after the last one ended: the machine-repair queue M/M/3//10.

    Customers are there as the period begins, so its first month is left out.

    Source: R. Cooper (1981), Introduction to Queueing Theory, section 3.8.
    """
    expected = theory.repair(CUSTOMERS, rate, 1.0, REPS)
    text = systems.visited(months, CUSTOMERS, "after_last", 1 / rate, 0.0, REPS, EFFORT)

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(text)
        by_month = cut(model, tallied(model, worlds), "month")

        def later(name: str) -> Floats:
            values = FIGURES[name].values(by_month)[:, 1:]
            return np.asarray(np.average(values, axis=1, weights=by_month.lengths[1:]))

        waiting, busy = later("queue"), later("utilisation")
        return [
            Figure("waiting or worked on", expected.down, waiting + REPS * busy),
            Figure("waiting", expected.waiting, waiting),
            Figure("busy, of each rep", expected.busy, busy),
        ]

    return Truth(f"visits to {CUSTOMERS} customers, asked after the last: M/M/3//10", 0.55, 30, compare)


def waits(rows: Records, model: Model) -> Floats:
    """Count the starts of work after the first month of the period, and hours waited: (stages, 2)."""
    begun = rows[(rows["event"] == Event.STARTED) & (rows["time"] >= model.months[1])]
    counted = [
        np.bincount(begun["stage"], each, len(model.stages)) for each in (None, begun["waited"] / HOUR)
    ]
    return np.stack(counted, axis=-1)


def first_served(effort_split: str, replications: int) -> Truth:
    """New business or customers first: M/M/3 with two classes, of which the first has rate 1, the other 1.4.

    Visits are asked regularly, at exponential times: each customer is a Poisson stream, and so are all. They
    begin with the period, so its first month is left out.
    """
    classes = (1.0, 1.4)
    expected = theory.priority_waits_of_a_pool(classes, 1.0, REPS)
    new, accounts = classes if effort_split == "new_first" else reversed(classes)
    places = (0, 1) if effort_split == "new_first" else (1, 0)
    text = systems.visited(
        systems.LONGEST,
        CUSTOMERS,
        "regularly",
        CUSTOMERS / accounts,
        new,
        REPS,
        EFFORT,
        effort_split=effort_split,
    )

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(sum(classes), 1.0, REPS)
        counts, hours = np.moveaxis(observed(systems.model(text), waits, worlds), -1, 0)
        names = ("sale", "visits")
        return [
            Figure(f"mean wait, {names[place]}", wait, hours[:, place] / counts[:, place])
            for place, wait in zip(places, expected, strict=True)
        ]

    return Truth(f"M/M/3, sale and account visits, {effort_split}", 0.8, replications, compare)
