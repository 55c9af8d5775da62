"""What must hold to the microsecond and lead by lead, with no standard error."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics.cut import queueing
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import HOUR, Event
from funnelsim.scenario import load, lower, presets
from funnelsim.studies.pilot import settled

from . import systems
from .figures import Count
from .observation import Worlds

LEAVES = (Event.ADVANCED, Event.SENT_BACK, Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN)
WORK_BEGINS = (Event.STARTED, Event.RESUMED)
WORK_ENDS = (Event.WORKED, Event.NOT_REACHED, Event.INTERRUPTED)
SPANS = (*WORK_BEGINS, *WORK_ENDS, Event.QUEUED_AGAIN, *LEAVES)  # rows whose `waited` is a part of a visit
QUEUE_BEGINS = (Event.ENTERED, Event.INTERRUPTED, Event.QUEUED_AGAIN)
QUEUE_ENDS = (*WORK_BEGINS, Event.WENT_COLD)
REASONS = 10  # of loss, at least as many as a preset has
ROUNDING = 1e-12  # of a month: what floats may lose where 2^53 µs are exceeded


def occupancy_adds_up(worlds: Worlds) -> list[Count]:
    """Little's law at every stage, as integers: the area under a stage's occupancy is its leads' time in it.

    The area comes from when leads enter and leave, the time from the spans that rows close: waiting,
    work and the customer's time of those who went on, were lost, went cold or are open at the end.

    Source: J. Little (1961), A proof for the queuing formula L = lambda W, Operations Research 9.
    """
    counts = []
    firms = {name: lower(settled(load(name))).model for name in presets()}
    firms["patient firm, from empty to empty"] = systems.model(
        systems.patient_firm("least_loaded", "lifo", True)
    )
    for name, model in firms.items():
        rows = [history("compiled", model, seed + 1) for seed in range(worlds.count)]
        of_sale = range(model.processes[SALE]["stages"])  # elsewhere pursuits rest between visits
        pairs = [(_area(each, stage), _time(each, stage)) for each in rows for stage in of_sale]
        visits = sum(int(np.sum(each["event"] == Event.ENTERED)) for each in rows)
        wrong = sum(area != time for area, time in pairs)
        hours = sum(time for _, time in pairs) / HOUR
        counts.append(
            Count(
                f"{name}: stages of worlds with {visits:,} visits, {hours:,.0f} hours", len(pairs), wrong, 3
            )
        )
    return counts


def queues_add_up(worlds: Worlds) -> list[Count]:
    """Little's law for the figure *queue*: over a month, its integral is the time that leads wait in it.

    Time is that of each visit in the queue, from each row that begins a wait to the one that ends it or to
    the horizon, cut off at the ends of the month.
    """
    counts = []
    for name in presets():
        model = lower(settled(load(name))).model
        compared = wrong = 0
        waiting = 0.0
        for seed in range(worlds.count):
            rows = history("compiled", model, seed + 1)
            tally = new_tally(model, REASONS)
            fold(rows, model, tally)
            lengths = np.diff(model.months)
            figure = queueing(model, stack([tally]))[0].sum(axis=2) * lengths[:, None]
            expected = _waits(rows[rows["process"] == SALE], model)
            figure, expected = (each[:, : model.processes[SALE]["stages"]] for each in (figure, expected))
            compared += expected.size
            wrong += int(np.sum(np.abs(figure - expected) > ROUNDING * lengths[:, None]))
            waiting += expected.sum() / HOUR
        counts.append(
            Count(f"{name}: stages and months, {waiting:,.0f} hours in queues", compared, wrong, 24)
        )
    return counts


def _waits(rows: Records, model: Model) -> Floats:
    """Add up the time that each visit queues in each month: (months, stages), µs, visit by visit."""
    found = np.zeros((len(model.months) - 1, len(model.stages)))
    entered: dict[int, tuple[int, int]] = {}
    for row in rows[rows["pursuit"] >= 0]:
        lead, stage, now = int(row["pursuit"]), int(row["stage"]), int(row["time"])
        if row["event"] in QUEUE_BEGINS:
            entered[lead] = (stage, now)
        elif row["event"] in QUEUE_ENDS:
            _add_wait(found, model, *entered.pop(lead), now)
    for stage, since in entered.values():
        _add_wait(found, model, stage, since, int(model.horizon))
    return found


def _add_wait(found: Floats, model: Model, stage: int, since: int, until: int) -> None:
    inside = np.minimum(until, model.months[1:]) - np.maximum(since, model.months[:-1])
    found[:, stage] += np.maximum(inside, 0)


def _area(rows: Records, stage: int) -> int:
    """Integrate how many leads are in a stage over time, µs."""
    here = rows[(rows["stage"] == stage) & (rows["pursuit"] >= 0)]
    change = (here["event"] == Event.ENTERED).astype(np.int64) - np.isin(here["event"], LEAVES)
    return int(np.sum(np.cumsum(change)[:-1] * np.diff(here["time"])))


def _time(rows: Records, stage: int) -> int:
    """Add up the spans that leads spend in a stage, µs."""
    here = rows[(rows["stage"] == stage) & np.isin(rows["event"], SPANS)]
    return int(here["waited"].sum())


def every_lead_the_same(worlds: Worlds) -> list[Count]:
    """Patient leads and equal reps: a policy decides when and by whom, never what becomes of a lead.

    A lead's walk is its stages, the work they took, the customer's time, outcome, reason and money.
    """
    usual, *others = [
        systems.model(systems.patient_firm(*policy))
        for policy in product(systems.ASSIGNMENTS, systems.QUEUE_ORDERS, (True, False))
    ]
    compared = differing = moved = 0
    for seed in range(worlds.count):
        walks, ends = _walks(usual, seed + 1)
        for model in others:
            other_walks, other_ends = _walks(model, seed + 1)
            compared += len(walks)
            differing += sum(walk != other_walks.get(lead) for lead, walk in walks.items())
            differing += len(other_walks.keys() - walks.keys())
            moved += sum(end != other_ends.get(lead) for lead, end in ends.items())
    return [
        Count(f"walks of leads under {len(others) + 1} policies", compared, differing, 20_000),
        Count("of these, ended at another instant", moved, 0, 10_000),
    ]


def equal_worths_are_a_pool(worlds: Worlds) -> list[Count]:
    """Where all leads are worth the same, who takes the best takes the first: row by row the shared queue."""
    counts = []
    for assignment in ("priority_queue", "cherry_pick"):
        pools = [
            systems.model(systems.pool({"web": 1.6}, 4, systems.exponential(2.0), 12, 0.1, policy))
            for policy in ("shared_queue", assignment)
        ]
        compared = differing = 0
        for seed in range(worlds.count):
            shared, other = (history("compiled", model, seed + 1) for model in pools)
            compared += len(shared)
            differing += int(np.sum(shared != other)) if len(shared) == len(other) else len(shared)
        counts.append(Count(f"rows of a pool by {assignment}", compared, differing, 50_000))
    return counts


def _walks(model: Model, seed: int) -> tuple[dict[int, list[Any]], dict[int, int]]:
    """Return the walk of each lead, and when it ended."""
    rows = history("compiled", model, seed)
    rows = rows[rows["pursuit"] >= 0]
    walks: dict[int, list[Any]] = {}
    for row in rows[np.isin(rows["event"], (Event.WORKED, Event.BECAME_LEAD, *LEAVES))]:
        customer = 0 if row["event"] == Event.WORKED else row["waited"]
        step = (*(row[name] for name in ("stage", "event", "worked", "reason", "money")), customer)
        walks.setdefault(int(row["pursuit"]), []).append(step)
    return walks, dict(zip(rows["pursuit"].tolist(), rows["time"].tolist(), strict=True))
