"""What reps do first: hot leads that interrupt, and hours of prospecting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, Event

from . import systems, theory
from .figures import Count, Figure, Outcome, Truth
from .observation import COUNT, WAITED, Worlds, observed
from .queues import calls, check_warm_up

PER_HOUR = 1.5  # inquiries that an hour of prospecting finds
RESERVED = 10  # hours a week


def interrupting(rates: Sequence[float], replications: int) -> Truth:
    """One rep and two heats, of which hot ones interrupt: the mean time of each in the queue."""
    expected = theory.preemptive_waits(rates, 1.0)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(sum(rates), 1.0, 1)
        counts = calls(systems.interrupted(rates, systems.LONGEST), worlds)
        waited = counts[:, :, Event.STARTED, WAITED] + counts[:, :, Event.RESUMED, WAITED]
        waits = waited / counts[:, :, Event.STARTED, COUNT]
        return [
            Figure(f"mean wait, {heat}", expected[number], waits[:, number])
            for number, heat in enumerate(("hot", "warm"))
        ]

    return Truth("M/M/1, hot ones interrupt (preemptive resume)", sum(rates), replications, compare)


def by_day(rows: Records, model: Model) -> Floats:
    """Count the period's inquiries of the channel that is prospected, and hours of prospecting: (2, days)."""
    first, days = int(model.months[0]), int(model.months[-1] - model.months[0]) // DAY
    prospected = np.flatnonzero(model.channels["prospected"])[0]
    rows = rows[(rows["time"] >= first) & (rows["time"] < model.months[-1])]
    rows = rows[rows["channel"] == prospected]
    found, made = (rows[rows["event"] == event] for event in (Event.INQUIRY, Event.PROSPECTED))
    counted = np.bincount((found["time"] - first) // DAY, minlength=days)
    worked = np.bincount((made["time"] - first) // DAY, made["worked"] / HOUR, minlength=days)
    return np.stack([counted, worked]).astype(float)


def reserved_hours(replications: int) -> Truth:
    """Two reps who prospect two hours on each working day: Poisson counts."""

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(systems.outbound(PER_HOUR, RESERVED, 0.0, 24))
        counted, worked = np.moveaxis(observed(model, by_day, worlds), 1, 0)
        on = worked[0] > 0
        counts = counted[:, on]
        return [
            Count(
                "working days with four hours of it",
                worked[:, on].size,
                int((worked[:, on] != 4.0).sum()),
                at_least=10_000,
            ),
            Figure("inquiries a working day", 4 * PER_HOUR, counts.mean(axis=1)),
            Figure("their variance / mean", 1.0, counts.var(axis=1, ddof=1) / counts.mean(axis=1)),
        ]

    return Truth("prospecting in reserved hours", 0.0, replications, compare)


def idle_hours(replications: int) -> Truth:
    """Two reps who prospect when they are not busy with leads: what they find follows their hours.

    The more they find, the less they prospect; but no hour of it finds more than another.
    """

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(systems.outbound(PER_HOUR, None, 0.5, 24))
        counted, worked = np.moveaxis(observed(model, by_day, worlds), 1, 0)
        count, hours = counted.sum(axis=1), worked.sum(axis=1)
        typical = PER_HOUR * float(hours.mean())
        return [
            Figure("inquiries less rate x hours", 0.0, count - PER_HOUR * hours, yardstick=typical),
        ]

    return Truth("prospecting in idle hours", 0.0, replications, compare)
