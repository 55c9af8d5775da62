"""Two engines that write the same ledger from the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines.ledger import Ledger, new_ledger, rows_of_a_step
from funnelsim.engines.protocol import Engine, StuckError
from funnelsim.model.model import Model

__all__ = ["ENGINES", "Engine", "Ledger", "StuckError", "history", "new_ledger", "pages"]


_HOMES = {
    "compiled": ("funnelsim.engines.compiled.loop", "CompiledEngine"),
    "reference": ("funnelsim.engines.reference", "ReferenceEngine"),
}


class _Engines(Mapping[str, Engine]):
    """The engines by name, each imported when it is first used, because a run needs only one."""

    def __getitem__(self, name: str) -> Engine:
        module, engine = _HOMES[name]
        made: Engine = getattr(import_module(module), engine)()
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


ENGINES: Mapping[str, Engine] = _Engines()


def pages(engine: Engine, model: Model, world: Record, ledger: Ledger) -> Iterator[Records]:
    """Simulate one replication and yield its rows, page by page.

    Parameters
    ----------
    engine : Engine
        One of ENGINES.
    model : Model
        A lowered scenario.
    world : Record
        From `world_of`.
    ledger : Ledger
        The page, filled again and again; each yield is a view of it.

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
    """Simulate one replication and keep all its rows."""
    ledger = new_ledger(4096 + rows_of_a_step(model))
    world = world_of(seed, replication)
    return np.concatenate([page.copy() for page in pages(ENGINES[engine], model, world, ledger)])
