"""Live through worlds with the clock running: what every part times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import NamedTuple

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, Ledger, new_ledger, pages
from funnelsim.engines.fold import Tally, fold, new_tally
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Model, Names
from funnelsim.model.words import Event

PAGE = 16_384  # rows: 1 MB, which stays in the cache of a core


class Life(NamedTuple):
    """What it took to live through some worlds, and what was written."""

    seconds: float  # simulating, the ledger written
    folding: float  # seconds of adding up
    rows: int
    leads: int

    def __add__(self, other: object) -> Life:
        """Add two lives up."""
        if not isinstance(other, Life):
            return NotImplemented
        return Life(
            self.seconds + other.seconds,
            self.folding + other.folding,
            self.rows + other.rows,
            self.leads + other.leads,
        )


def page_for(model: Model) -> Ledger:
    """Make a page that a step of this model fits into."""
    return new_ledger(PAGE + rows_of_a_step(model))


def simulated(
    engine: str, model: Model, seed: int, replication: int, ledger: Ledger, read: Callable[[Records], object]
) -> float:
    """Live through a world and return the seconds; the clock stands still while a page is read."""
    seconds, began = 0.0, perf_counter()
    for page in pages(ENGINES[engine], model, world_of(seed, replication), ledger):
        seconds += perf_counter() - began
        read(page)
        began = perf_counter()
    return seconds + perf_counter() - began


def lived(
    engine: str, model: Model, names: Names, ledger: Ledger, worlds: Iterable[int], *, folded: bool
) -> Life:
    """Live through worlds of seed 1; count the rows and the leads besides."""
    total = Life(0.0, 0.0, 0, 0)
    for replication in worlds:
        tally = new_tally(model, len(names.reasons))
        seen: list[Life] = []

        def read(page: Records, tally: Tally = tally, seen: list[Life] = seen) -> None:
            began = perf_counter()
            if folded:
                fold(page, model, tally)
            folding = perf_counter() - began if folded else 0.0
            seen.append(Life(0.0, folding, len(page), inquiries(page)))

        seconds = simulated(engine, model, 1, replication, ledger, read)
        total = sum(seen, start=total + Life(seconds, 0.0, 0, 0))
    return total


def inquiries(page: Records) -> int:
    """Count the inquiries that came."""
    return int(np.count_nonzero(page["event"] == Event.INQUIRY))
