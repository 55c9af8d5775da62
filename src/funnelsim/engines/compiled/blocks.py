"""A block of replications in one compiled call: lived through and folded, and no word of Python in between.

State, page and books are made once and used by every replication of the block. The call comes back when it
needs more room, or after some pages so that Ctrl-C is heard, and is made again to go on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from funnelsim.chance.keys import WORLD
from funnelsim.compiling.arrays import Integers, Record, Records
from funnelsim.compiling.handles import by_pointer
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines import Ledger, new_ledger
from funnelsim.engines.compiled.loop import FINISHED, LEDGER_FULL, finish, help_on, live
from funnelsim.engines.compiled.state import State, new_state
from funnelsim.engines.fold import Books, Tally, fold_page, new_books
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Model

PAGE = 4_096  # rows of a ledger at once: with the books they stay in the cache of a core
_PAGES = 256  # of a call: a tenth of a second


@by_pointer
class Progress(NamedTuple):
    """How far a block is."""

    worlds: Records  # WORLD, one a replication
    finished: Integers  # (1,) replications
    rows: Integers  # of the ledger of each replication


def live_block(
    model: Model, reasons: int, worlds: Sequence[Record], page: int = PAGE
) -> list[tuple[Tally, int]]:
    """Live through replications of one model on the compiled engine.

    Parameters
    ----------
    model : Model
        A lowered scenario.
    reasons : int
        How many reasons of loss there are: `len(names.reasons)`.
    worlds : sequence of WORLD records
        From `world_of`, one for each replication.
    page : int
        Rows of the ledger at once.

    Returns
    -------
    list of (Tally, int)
        The sums of each replication, and how many rows its ledger had.

    Raises
    ------
    StuckError
        Leads go round at one instant for ever.

    Examples
    --------
    >>> from funnelsim.chance.keys import world_of
    >>> from funnelsim.scenario import load, lower
    >>> model, names = lower(load("first_steps"))
    >>> block = live_block(model, len(names.reasons), [world_of(1, number) for number in range(3)])
    >>> [rows > 0 for _, rows in block]
    [True, True, True]
    """
    keys = np.array([(world["seed"], world["replication"]) for world in worlds], WORLD)
    progress = Progress(keys, np.zeros(1, np.int64), np.zeros(len(keys), np.int64))
    books = new_books(model, reasons, len(keys))
    ledger = new_ledger(page + rows_of_a_step(model))
    state = new_state(model)
    why = LEDGER_FULL
    while why != FINISHED:
        why = _go_on(model, state, ledger, books, progress, reasons, _PAGES)
        if why not in (FINISHED, LEDGER_FULL):
            state = help_on(state, why)
    return [(books.tally(number, model), int(rows)) for number, rows in enumerate(progress.rows)]


@compiled
def _go_on(
    model: Model, state: State, ledger: Ledger, books: Books, progress: Progress, reasons: int, pages: int
) -> int:
    """Go on with the replication at hand and the next ones, for some pages; say why it returns."""
    number = progress.finished[0]
    while number < len(progress.worlds):
        if pages == 0:
            return LEDGER_FULL
        pages -= 1
        why = live(model, progress.worlds[number], state, model.horizon, ledger)
        if why == FINISHED:
            why = finish(model, state, ledger)
        if why not in (FINISHED, LEDGER_FULL):
            return why
        fold_page(ledger, model, books, number, reasons)
        progress.rows[number] += ledger.used[0]
        ledger.used[0] = 0
        if why == FINISHED:
            number += 1
            progress.finished[0] = number
    return FINISHED
