"""Two engines that write the same ledger from the same rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnelsim.engines.compiled import CompiledEngine
from funnelsim.engines.ledger import Ledger, new_ledger, rows_of_a_step
from funnelsim.engines.protocol import Engine, StuckError
from funnelsim.engines.reference import ReferenceEngine
from funnelsim.model import Model
from funnelsim.vocabulary import WORLD, Record, Records

__all__ = ["ENGINES", "Engine", "Ledger", "StuckError", "history", "new_ledger", "pages", "world_of"]

ENGINES: dict[str, Engine] = {"compiled": CompiledEngine(), "reference": ReferenceEngine()}


def world_of(seed: int, replication: int) -> Record:
    """Make the key of all draws of one replication.

    Raises
    ------
    ValueError
        A seed or replication that is not a whole number from 0 to 2**32 - 1.
    """
    for name, number in (("seed", seed), ("replication", replication)):
        if not 0 <= number < 2**32:
            raise ValueError(f"the {name} must be a whole number from 0 to {2**32 - 1:,}, not {number:,}")
    world: Record = np.array([(seed, replication)], WORLD)[0]
    return world


def pages(engine: Engine, model: Model, world: Record, ledger: Ledger) -> Iterator[Records]:
    """Live through one replication and give out its rows, page by page.

    Parameters
    ----------
    engine : Engine
        One of ENGINES.
    model : Model
        A lowered scenario.
    world : Record
        From `world_of`.
    ledger : Ledger
        The page that is filled again and again; what is given out is a view of it.

    Yields
    ------
    Records
        Ledger rows, in the order in which they were written.

    Raises
    ------
    ValueError
        The ledger has no room for a single step.
    """
    if len(ledger.rows) < rows_of_a_step(model):
        raise ValueError(f"a page needs room for {rows_of_a_step(model)} rows, not {len(ledger.rows)}")
    state = engine.start(model, world)
    ledger.clear()
    while not engine.advance(state, model.horizon, ledger):
        yield ledger.written()
        ledger.clear()
    while not engine.close(state, ledger):
        yield ledger.written()
        ledger.clear()
    yield ledger.written()


def history(engine: str, model: Model, seed: int = 1, replication: int = 0) -> Records:
    """Live through one replication and keep all its rows."""
    ledger = new_ledger(4096 + rows_of_a_step(model))
    world = world_of(seed, replication)
    return np.concatenate([page.copy() for page in pages(ENGINES[engine], model, world, ledger)])
