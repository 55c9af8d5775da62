"""Odds: conversions come out as typed, and the gain of sending hot leads to the best reps turns its sign."""

from __future__ import annotations

import math

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.model.words import Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import COUNT, Worlds, observed, visits


def hot_to_best(base: float, replications: int) -> Truth:
    """Two heats, two skills, capacity to spare: wins of a pair of leads, hot to the best or by chance.

    Heats come in no order, so a rep in turn is a rep by chance, too.
    """
    expected = theory.wins_of_a_pair(base)

    def wins(assignment: str, worlds: Worlds) -> Floats:
        text = systems.two_reps(assignment, math.e, theory.logistic(base), 2)
        by_event = observed(systems.model(text), visits, worlds)[:, 0, 0, :, COUNT]
        won, lost = by_event[:, Event.WON], by_event[:, Event.LOST]
        return np.asarray(2 * won / (won + lost))

    def compare(worlds: Worlds) -> Outcome:
        matched, random = wins("hot_to_best", worlds), wins("random", worlds)
        gain = expected.hot_to_best - expected.random
        return [
            Figure("hot to best", expected.hot_to_best, matched),
            Figure("random", expected.random, random),
            Figure("in turn", expected.random, wins("round_robin", worlds)),
            Figure("gain", round(gain, 12) + 0.0, matched - random, yardstick=gain if base else 1.0),
        ]

    return Truth(f"wins of a pair, base {base:+g}", 0.2, replications, compare)


CONVERSIONS = {"call": 0.35, "meeting": 0.6, "offer": 0.3, "closing": 0.8}


def conversions() -> Truth:
    """The reference lead advances as typed, with all effects at their defaults."""

    def compare(worlds: Worlds) -> Outcome:
        counts = observed(systems.model(systems.funnel(CONVERSIONS, 4)), visits, worlds)[:, 0, :, :, COUNT]
        on = counts[..., Event.ADVANCED] + counts[..., Event.WON]
        shares = on / (on + counts[..., Event.LOST])
        return [
            Figure(f"conversion of {name}", typed, shares[:, number])
            for number, (name, typed) in enumerate(CONVERSIONS.items())
        ]

    return Truth("a funnel of reference leads", 0.25, 30, compare)
