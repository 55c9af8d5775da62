"""A block of replications, simulated and folded in one compiled call without going back to Python.

State, page and books are made once for each thread and strategy, and used by every replication. The call
returns when it needs more room, and after some pages so that Ctrl-C works. It is then made again and goes on
where it stopped.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Integers, Records
from funnelsim.compiling.handles import apart, by_pointer
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.compiled.loop import FINISHED, LEDGER_FULL, finish, help_on, live
from funnelsim.engines.compiled.state import State, new_state, with_pool_of
from funnelsim.engines.fold import Books, Tally, add_up, fold_page, new_books
from funnelsim.engines.ledger import Ledger, new_ledger, rows_of_a_step
from funnelsim.model.model import Model

PAGE = 4_096  # rows of a ledger at once: with the books they stay in the cache of a core
_PAGES = 256  # in a call: a tenth of a second


@dataclass(frozen=True, eq=False)
class Replications:
    """The results of one strategy, world by world: the first axis of every array."""

    worlds: Records  # WORLD, in the order of their numbers
    tally: Tally
    ledger_rows: Integers
    sha256: npt.NDArray[np.uint8]  # (worlds, 32) of the ledgers, (worlds, 0) if none was asked for
    twins: Replications | None = None  # of the first worlds: the same uncertain numbers with fresh chance

    def __len__(self) -> int:
        """Count the worlds."""
        return len(self.worlds)

    @property
    def rows(self) -> int:
        """Count the rows of all ledgers."""
        return int(self.ledger_rows.sum())

    @property
    def digests(self) -> tuple[bytes, ...]:
        """SHA-256 of each ledger; empty if not asked for."""
        return tuple(map(bytes, self.sha256))

    @property
    def digest(self) -> str:
        """SHA-256 over the ledgers' SHA-256s in order."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()

    def only(self, finished: npt.NDArray[np.bool_]) -> Replications:
        """Keep the worlds that were finished."""
        if finished.all():
            return self
        return Replications(
            worlds=self.worlds[finished],
            tally=Tally._make(array[finished] for array in self.tally),
            ledger_rows=self.ledger_rows[finished],
            sha256=self.sha256[finished],
            twins=self.twins and self.twins.only(finished[: len(self.twins)]),
        )

    def fill(self, block: range, found: Replications) -> None:
        """Copy the results of a block that was simulated elsewhere."""
        for ours, theirs in zip(self._arrays(), found._arrays(), strict=True):
            ours[block.start : block.stop] = theirs

    def _arrays(self) -> list[Any]:
        twins = [] if self.twins is None else self.twins._arrays()
        return [*self.tally, self.ledger_rows, self.sha256, *twins]


@by_pointer
class Course(NamedTuple):
    """The progress of a block."""

    worlds: Records  # WORLD, one a replication
    rows: Integers  # of the ledger of each replication
    block: Integers  # (2,) the first replication that is not finished, and the end


class _Kept(NamedTuple):
    """What a thread keeps for one strategy."""

    state: State
    books: Books
    course: Course
    reasons: int


class Workplace:
    """Where one thread simulates worlds, with everything that it keeps from block to block.

    Memory that compiled code often writes to is apart from that of other threads, and nothing is made anew
    for a block. Otherwise threads would wait for each other's memory, and for the interpreter.

    Parameters
    ----------
    stopped : Event
        When it is set, work stops at once.
    page : int
        Rows of the ledger at once.
    """

    def __init__(self, stopped: Event, page: int = PAGE) -> None:
        self.stopped = stopped
        self._page = page
        self._ledger = new_ledger(0)
        self._kept: dict[Replications, _Kept] = {}

    def live(self, model: Model, found: Replications, numbers: range) -> None:
        """Simulate replications of one model on the compiled engine.

        Parameters
        ----------
        model : Model
            A lowered scenario. All models whose results go into the same `found` have the same people,
            channels and days.
        found : Replications
            Where their results are added up.
        numbers : range
            Which of its worlds.

        Raises
        ------
        StuckError
            Leads go in circles at one instant without end.
        """
        if found not in self._kept:
            self._set_up(model, found)
        kept = self._kept[found]
        kept.course.block[:] = numbers.start, numbers.stop
        while not self.stopped.is_set():
            why = _go_on(model, *kept, self._ledger, _PAGES)
            if why == FINISHED:
                return
            if why != LEDGER_FULL:
                self._share_pool(help_on(kept.state, why))
                kept = self._kept[found]

    def _set_up(self, model: Model, found: Replications) -> None:
        """Make everything that is kept for a strategy."""
        reasons = found.tally.reasons.shape[-1]
        state = apart(new_state(model))
        books = apart(new_books(model, reasons)).over(found.tally)
        course = Course(found.worlds, found.ledger_rows, np.zeros(2, np.int64))
        others = list(self._kept.values())
        self._kept[found] = _Kept(state, books, course, reasons)
        if others:
            self._share_pool(others[0].state)
        room = self._page + rows_of_a_step(model)
        if room > len(self._ledger.rows):
            self._ledger = apart(new_ledger(room))

    def _share_pool(self, owner: State) -> None:
        """Give all states the same pool of pursuits, since only one state is in use at a time."""
        for found, kept in self._kept.items():
            self._kept[found] = kept._replace(state=with_pool_of(kept.state, owner))


@compiled
def _go_on(
    model: Model, state: State, books: Books, course: Course, reasons: int, ledger: Ledger, pages: int
) -> int:
    """Continue with this replication and the next ones, for some pages; return why it stopped."""
    number = course.block[0]
    while number < course.block[1]:
        if pages == 0:
            return LEDGER_FULL
        pages -= 1
        why = live(model, course.worlds[number], state, model.horizon, ledger)
        if why == FINISHED:
            why = finish(model, state, ledger)
        if why not in (FINISHED, LEDGER_FULL):
            return why
        fold_page(ledger, model, books, number, reasons)
        course.rows[number] += ledger.used[0]
        ledger.used[0] = 0
        if why == FINISHED:
            add_up(books, number, reasons)
            number += 1
            course.block[0] = number
    return FINISHED
