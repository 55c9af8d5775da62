"""Two engines that write the same ledger from the same rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines.ledger import Ledger, new_ledger, rows_of_a_step
from funnelsim.engines.protocol import Engine, StuckError
from funnelsim.model.model import Chapters, Model, chapters_of

__all__ = ["ENGINES", "Engine", "Ledger", "StuckError", "history", "new_ledger", "pages", "pages_by_chapter"]


_HOMES = {
    "compiled": ("funnelsim.engines.compiled.engine", "CompiledEngine"),
    "reference": ("funnelsim.engines.reference.engine", "ReferenceEngine"),
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


def pages(engine: Engine, model: Model | Chapters, world: Record, ledger: Ledger) -> Iterator[Records]:
    """Simulate one replication and yield its rows, page by page.

    Parameters
    ----------
    engine : Engine
        One of ENGINES.
    model : Model or tuple of Chapter
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
    for _, page in pages_by_chapter(engine, chapters_of(model), world, ledger):
        yield page


def pages_by_chapter(
    engine: Engine, chapters: Chapters, world: Record, ledger: Ledger
) -> Iterator[tuple[int, Records]]:
    """Simulate one replication and yield its rows, page by page, with the number of their chapter.

    A page ends where a chapter ends, because the next one may number reps otherwise (C2). See `pages`.
    """
    needed = max(rows_of_a_step(each.model) for each in chapters)
    if len(ledger.rows) < needed:
        raise ValueError(f"a page needs room for {needed} rows, not {len(ledger.rows)}")
    state = engine.start(chapters[0].model, world)
    ledger.clear()
    for number, chapter in enumerate(chapters):
        if chapter.begins > 0:
            yield from _until_done(number - 1, ledger, partial(engine.end_day, state, chapter.begins))
        if number > 0:
            yield from _until_done(number, ledger, partial(engine.change, state, chapter.model))
        until = chapters[number + 1].begins if number + 1 < len(chapters) else chapter.model.horizon
        yield from _until_done(number, ledger, partial(engine.advance, state, until))
    yield from _until_done(len(chapters) - 1, ledger, partial(engine.close, state))


def _until_done(
    number: int, ledger: Ledger, go_on: Callable[[Ledger], bool]
) -> Iterator[tuple[int, Records]]:
    """Go on until it is done, and yield each page."""
    done = False
    while not done:
        done = go_on(ledger)
        yield number, ledger.written()
        ledger.clear()


def history(engine: str, model: Model | Chapters, seed: int = 1, replication: int = 0) -> Records:
    """Simulate one replication and keep all its rows."""
    chapters = chapters_of(model)
    ledger = new_ledger(4096 + max(rows_of_a_step(each.model) for each in chapters))
    world = world_of(seed, replication)
    return np.concatenate([page.copy() for page in pages(ENGINES[engine], chapters, world, ledger)])
