"""A block of replications in one compiled call: lived through and folded, and no word of Python in between.

State, page and books are made once for each thread and strategy, and used by every replication. The call
comes back when it needs more room, or after some pages so that Ctrl-C is heard, and is made again to go on
where it stopped.
"""

from __future__ import annotations

from threading import Event
from typing import NamedTuple

import numpy as np

from funnelsim.compilation import compiled
from funnelsim.engines import Ledger, new_ledger
from funnelsim.engines.compiled import FINISHED, LEDGER_FULL, finish, help_on, live
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.engines.state import State, new_state, with_pool_of
from funnelsim.handles import apart, by_pointer
from funnelsim.metrics import Books, Tally, fold_page, new_books
from funnelsim.model import Model
from funnelsim.vocabulary import Integers, Records

PAGE = 4_096  # rows of a ledger at once: with the books they stay in the cache of a core
_PAGES = 256  # of a call: a tenth of a second


@by_pointer
class Progress(NamedTuple):
    """How far a block is."""

    worlds: Records  # WORLD, one a replication
    finished: Integers  # (1,) replications
    rows: Integers  # of the ledger of each replication


class Workplace:
    """Where one thread lives through worlds, with all that is kept from block to block.

    What compiled code writes to often lies apart from what other threads write to, and nothing is made anew
    for a world: else threads would wait for each other's memory.

    Parameters
    ----------
    stopped : Event
        Once it is set, work ends where it is.
    page : int
        Rows of the ledger at once.

    Examples
    --------
    >>> from funnelsim.engines import world_of
    >>> from funnelsim.metrics import new_tallies
    >>> from funnelsim.scenario import load, lower
    >>> model, names = lower(load("first_steps"))
    >>> worlds = np.array([world_of(1, number) for number in range(3)])
    >>> tallies, rows = new_tallies(model, len(names.reasons), 3), np.zeros(3, np.int64)
    >>> Workplace(Event()).live("today", model, worlds, tallies, rows)
    >>> [int(count) > 0 for count in rows]
    [True, True, True]
    """

    def __init__(self, stopped: Event, page: int = PAGE) -> None:
        self.stopped = stopped
        self._page = page
        self._ledger = new_ledger(0)
        self._places: dict[str, tuple[State, Books]] = {}
        self._pool: State | None = None  # the state that has the pool of leads

    def live(self, strategy: str, model: Model, worlds: Records, tallies: Tally, rows: Integers) -> None:
        """Live through replications of one model on the compiled engine.

        Parameters
        ----------
        strategy : str
            Models of one strategy have the same people, channels and days.
        model : Model
            A lowered scenario.
        worlds : WORLD records
            The key of each replication.
        tallies : Tally
            Where the sums of each replication are added: from `new_tallies`, or a part of it.
        rows : array of int
            Where the rows of each replication's ledger are counted.

        Raises
        ------
        StuckError
            Leads go round at one instant for ever.
        """
        reasons = tallies.reasons.shape[-1]
        state, books = self._taken_up(strategy, model, reasons)
        books = books.over(tallies)
        progress = Progress(worlds, np.zeros(1, np.int64), rows)
        why = LEDGER_FULL
        while why != FINISHED and not self.stopped.is_set():
            why = _go_on(model, state, self._ledger, books, progress, reasons, _PAGES)
            if why not in (FINISHED, LEDGER_FULL):
                state = help_on(state, why)
        self._pool = state

    def _taken_up(self, strategy: str, model: Model, reasons: int) -> tuple[State, Books]:
        """Take up what is kept for a strategy, made where this is its first block."""
        if strategy not in self._places:
            self._places[strategy] = apart(new_state(model)), apart(new_books(model, reasons))
            room = max(len(self._ledger.rows), self._page + rows_of_a_step(model))
            self._ledger = apart(new_ledger(room))
        state, books = self._places[strategy]
        return state if self._pool is None else with_pool_of(state, self._pool), books


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
