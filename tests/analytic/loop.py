"""The loop back to marketing: a channel that hears of its leads brings others, by the memory typed."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines import ENGINES, new_ledger, pages
from funnelsim.model.words import Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import PAGE, Worlds

FIRST = (50, 200)  # inquiries of a world


def heard(honest: float) -> Truth:
    """Each lead ends at once, won if it has the trait: the i-th by what was heard of those before."""
    typed, most, half = 0.2, 0.6, 25.0
    text = systems.learning(typed, most, half, honest, months=2)

    def compare(worlds: Worlds) -> Outcome:
        won = _won(text, worlds)
        found = []
        for first in FIRST:
            expected = theory.won_by_memory(first, typed, most, half, honest)
            found.append(Figure(f"won of the first {first}", expected, won[:, :first].sum(axis=1)))
        return found

    return Truth(f"a channel that hears of {honest:.0%} of its leads", 0.0, 1000, compare)


def _won(text: str, worlds: Worlds) -> Floats:
    """Return which of the first inquiries of each world were won: (worlds, inquiries)."""
    model, ledger = systems.model(text), new_ledger(PAGE)
    found = []
    for world in worlds.each():
        written = pages(ENGINES["compiled"], model, world, ledger)
        events = np.concatenate([page["event"].copy() for page in written])
        ends = events[np.isin(events, (Event.WON, Event.LOST))][: max(FIRST)]
        if len(ends) < max(FIRST):
            raise ValueError(f"{len(ends)} inquiries are too few")
        found.append(ends == Event.WON)
    return np.array(found, float)
