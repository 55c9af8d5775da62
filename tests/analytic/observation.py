"""Living through worlds and counting what happens in them, page by page."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from funnelsim.chance.keys import hash32, world_of
from funnelsim.compiling.arrays import Floats, Integers, Record, Records
from funnelsim.engines import ENGINES, new_ledger, pages
from funnelsim.engines.fold import Tally, fold, new_tally, stack
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, Event

PAGE = 65_536  # rows
REASONS = 2  # of loss, in a system that types none
COUNT, DELAYED, WAITED = range(3)  # what `visits` adds up: rows, rows that close a span above 0, hours

Observe = Callable[[Records, Model], Floats]


class Worlds(NamedTuple):
    """The worlds of a system: seeds 1, 2, 3, ..., and luck that no other system has."""

    system: str
    count: int

    def each(self) -> list[Record]:
        """Return the key of all draws of each world."""
        return [world_of(seed + 1, hash32(self.system)) for seed in range(self.count)]


def observed(model: Model, observe: Observe, worlds: Worlds) -> Floats:
    """Add up what is observed on each page of each world; shape (worlds, ...)."""
    jobs = Parallel(n_jobs=os.cpu_count() or 1, backend="threading")
    return np.stack(jobs(delayed(_one_world)(model, observe, key) for key in worlds.each()))


def _one_world(model: Model, observe: Observe, world: Record) -> Floats:
    total: Floats = np.zeros(())
    for page in pages(ENGINES["compiled"], model, world, new_ledger(PAGE)):
        total = total + observe(page, model)
    return total


def tallied(model: Model, worlds: Worlds) -> Tally:
    """Live through each world and fold its ledger; stacked."""
    jobs = Parallel(n_jobs=os.cpu_count() or 1, backend="threading")
    return stack(jobs(delayed(_one_tally)(model, key) for key in worlds.each()))


def _one_tally(model: Model, world: Record) -> Tally:
    tally = new_tally(model, REASONS)
    for page in pages(ENGINES["compiled"], model, world, new_ledger(PAGE)):
        fold(page, model, tally)
    return tally


def visits(rows: Records, model: Model) -> Floats:
    """Count the period's rows by channel, stage and event: (channels, stages, events, 3)."""
    rows = rows[(rows["time"] >= model.months[0]) & (rows["pursuit"] >= 0)]
    shape = len(model.channels), len(model.stages), len(Event)
    place = np.ravel_multi_index((rows["channel"], rows["stage"], rows["event"]), shape)
    waited = rows["waited"]
    columns = [None, waited > 0, waited]
    sums = [np.bincount(place, column, minlength=int(np.prod(shape))) for column in columns]
    counted = np.stack(sums, axis=-1, dtype=float).reshape(*shape, len(columns))
    counted[..., WAITED] /= HOUR
    return counted


def wins_by_day(rows: Records, model: Model) -> Floats:
    """Count the period's contracts by channel, segment and day: (channels, segments, days)."""
    first, end = int(model.months[0]), int(model.months[-1])
    won = rows[(rows["event"] == Event.WON) & (rows["time"] >= first)]
    shape = len(model.channels), len(model.segments), (end - first) // DAY
    place = np.ravel_multi_index((won["channel"], won["segment"], (won["time"] - first) // DAY), shape)
    return np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(float)


def by_calendar_month(rows: Records, model: Model) -> Floats:
    """Count inquiries and contracts by calendar month, those of the warm-up included: (2, months)."""
    first, last = model.calendar_months[0], model.calendar_months[-1]
    times = [rows["time"][rows["event"] == event] for event in (Event.INQUIRY, Event.WON)]
    months = [model.calendar_months[of_event // DAY] - first for of_event in times]
    return np.stack([np.bincount(each, minlength=last - first + 1) for each in months]).astype(float)


def instants_of_inquiries(model: Model, worlds: Worlds) -> list[Integers]:
    """List when inquiries arrive in each world, µs."""
    ledger = new_ledger(PAGE)
    lists = []
    for world in worlds.each():
        written = pages(ENGINES["compiled"], model, world, ledger)
        lists.append(np.concatenate([page["time"][page["event"] == Event.INQUIRY] for page in written]))
    return lists
