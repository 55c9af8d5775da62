"""A block of replications, simulated and folded in one compiled call without going back to Python.

State, page and books are made once for each thread and chapter, and used by every replication. The call
returns when it needs more room, and after some pages so that Ctrl-C works. It is then made again and goes on
where it stopped. Strategies that begin in one past live it together: their chapters branch off from it (C3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Integers, Records
from funnelsim.compiling.handles import apart, by_pointer
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.compiled.changing import book_day_that_ends, carry_over
from funnelsim.engines.compiled.engine import help_on
from funnelsim.engines.compiled.loop import FINISHED, LEDGER_FULL, finish, live
from funnelsim.engines.compiled.state import State, new_state, with_pool_of, with_room_for
from funnelsim.engines.fold import Books, Tally, add_up, fold_page, new_books, new_tallies, take_over
from funnelsim.engines.ledger import Ledger, new_ledger, rows_of_a_step
from funnelsim.model.model import Model, other_numbers

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


@dataclass(eq=False)
class Branch:
    """A chapter of one strategy or of several, and the chapters that begin from it.

    Attributes
    ----------
    begins : int
        Microseconds.
    reasons : int
        How many reasons of loss there are.
    found : Replications or None
        Where the results of a strategy go whose last chapter this is.
    next : list of Branch
        Chapters that go on from what has happened in this one.
    """

    begins: int
    reasons: int
    found: Replications | None = None
    next: list[Branch] = field(default_factory=list)

    def stops(self) -> Iterator[tuple[int, list[Branch]]]:
        """Return the instants at which other chapters begin, and these, in the order of time."""
        for begins in sorted({branch.begins for branch in self.next}):
            yield begins, [branch for branch in self.next if branch.begins == begins]


Models = Mapping[Branch, Model]  # the lowered chapters of a world


@by_pointer
class Course(NamedTuple):
    """The progress of a block."""

    worlds: Records  # WORLD, one a replication
    rows: Integers  # of the ledger of each replication
    block: Integers  # (4,)


# What the numbers of a Course's block are: the first replication that is not finished, the end of the block,
# when to stop (as another chapter begins, or at the horizon), and the first replication in the books.
NUMBER, END, UNTIL, FIRST = range(4)


class Standing(NamedTuple):
    """How things stand in a world at a midnight: plain arrays."""

    state: State
    tally: Tally  # so far, each array flat
    rows: int


class _Kept(NamedTuple):
    """What a thread keeps for one branch."""

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
        self._kept: dict[tuple[Branch, bool], _Kept] = {}
        self._numbers: dict[tuple[Branch, Branch], tuple[Integers, Integers]] = {}
        self._pools: list[State] = []  # by depth: one chapter at a time goes on at each

    def live(
        self,
        root: Branch,
        models: Models,
        numbers: range,
        worlds: Records,
        *,
        twins: bool = False,
        stood: Standing | None = None,
    ) -> None:
        """Simulate replications of a tree of chapters on the compiled engine.

        Parameters
        ----------
        root : Branch
            The first chapter.
        models : mapping of Branch to Model
            The lowered chapters. In all calls a chapter has the same people, channels and days.
        numbers : range
            Which of the worlds.
        worlds : WORLD records
            All of them.
        twins : bool
            Whether these are the twins of the worlds.
        stood : Standing, optional
            How things stood in the first chapter of the only world, from `stand`. Default: at time 0.

        Raises
        ------
        StuckError
            Leads go in circles at one instant without end.
        """
        for block in [range(number, number + 1) for number in numbers] if root.next else [numbers]:
            self._set_up(root, models[root], worlds, twins, 0)
            self._begin_anew()
            self._begin(root, block, twins)
            if stood is not None:
                self._go_back_to(stood, root, twins)
            self._go_on(root, models, block, twins, 0)

    def stand(
        self,
        chain: Sequence[Branch],
        models: Models,
        number: int,
        worlds: Records,
        until: int,
        *,
        twins: bool,
    ) -> Standing:
        """Simulate a world up to a midnight, the day that ends included; return how things stand (E7).

        Parameters
        ----------
        chain : sequence of Branch
            The chapters up to then.
        models, worlds, twins
            As in `live`.
        number : int
            Which of the worlds.
        until : int
            The midnight.
        """
        block = range(number, number + 1)
        for depth, branch in enumerate(chain):
            self._set_up(branch, models[branch], worlds, twins, depth)
            self._begin(branch, block, twins)
            if depth == 0:
                self._begin_anew()
            else:
                self._carry_over(chain[depth - 1], branch, models, twins, depth)
            ends = chain[depth + 1].begins if depth + 1 < len(chain) else until
            self._live_until(branch, models[branch], ends, twins, depth)
        kept = self._kept[chain[-1], twins]
        sums = Tally._make(array[0].copy() for array in kept.books[: len(Tally._fields)])
        return Standing(State._make(array.copy() for array in kept.state), sums, int(kept.course.rows[0]))

    def _begin_anew(self) -> None:
        """Let the first chapter begin at time 0, wherever it was left for other chapters."""
        clock = self._pools[0].clock[0]
        clock["begun"] = 0
        clock["now"] = 0

    def _go_back_to(self, stood: Standing, branch: Branch, twins: bool) -> None:
        """Let a chapter go on from how things stood."""
        kept = self._kept[branch, twins]
        pairs = zip(stood.state, kept.state, strict=True)
        # A file has bytes, not records.
        state = State._make(theirs.copy().view(ours.dtype) for theirs, ours in pairs)
        state.teams["own_policy"] = kept.state.teams["own_policy"]  # where this process has it
        row = kept.course.block[NUMBER] - kept.course.block[FIRST]
        for ours, theirs in zip(kept.books[: len(Tally._fields)], stood.tally, strict=True):
            ours[row] = theirs
        kept.course.rows[row] = stood.rows
        self._pools[0] = state
        self._kept[branch, twins] = kept._replace(state=state)

    def _go_on(self, branch: Branch, models: Models, block: range, twins: bool, depth: int) -> None:
        """Live a chapter, and at each stop those that begin there, to the end."""
        model = models[branch]
        for begins, others in branch.stops():
            clock = self._kept[branch, twins].state.clock[0]
            if clock["begun"] == 0 or clock["now"] < begins:
                self._live_until(branch, model, begins, twins, depth)
            if self.stopped.is_set():
                return  # in the middle of an instant
            for other in others:
                self._set_up(other, models[other], self._kept[branch, twins].course.worlds, twins, depth + 1)
                self._begin(other, block, twins)
                self._carry_over(branch, other, models, twins, depth + 1)
                self._go_on(other, models, block, twins, depth + 1)
        if branch.found is not None:
            self._live_until(branch, model, model.horizon, twins, depth)

    def _live_until(self, branch: Branch, model: Model, until: int, twins: bool, depth: int) -> None:
        """Go on until another chapter begins, or to the end of the block."""
        self._kept[branch, twins].course.block[UNTIL] = until
        while not self.stopped.is_set():
            kept = self._kept[branch, twins]
            why = _go_on(model, *kept, self._ledger, _PAGES)
            if why == FINISHED:
                return
            if why != LEDGER_FULL:
                self._pools[depth] = help_on(kept.state, why)
                self._kept[branch, twins] = kept._replace(state=self._pools[depth])

    def _set_up(self, branch: Branch, model: Model, worlds: Records, twins: bool, depth: int) -> None:
        """Make what is kept for a branch, once; its pools are those of its depth."""
        if (branch, twins) not in self._kept:
            found = branch.found.twins if branch.found and twins else branch.found
            tally = new_tallies(model, branch.reasons, 1) if found is None else found.tally
            rows = np.zeros(1, np.int64) if found is None else found.ledger_rows
            books = apart(new_books(model, branch.reasons)).over(tally)
            course = Course(worlds, rows, np.zeros(4, np.int64))
            self._kept[branch, twins] = _Kept(apart(new_state(model)), books, course, branch.reasons)
        kept = self._kept[branch, twins]
        if depth == len(self._pools):
            self._pools.append(kept.state)
        self._kept[branch, twins] = kept._replace(state=with_pool_of(kept.state, self._pools[depth]))
        self._pools[depth] = self._kept[branch, twins].state
        room = self._page + rows_of_a_step(model)
        if room > len(self._ledger.rows):
            self._ledger = apart(new_ledger(room))

    def _begin(self, branch: Branch, block: range, twins: bool) -> None:
        """Note which replications a branch is about to live; sums that nobody asks for begin anew."""
        kept = self._kept[branch, twins]
        kept.course.block[:] = block.start, block.stop, 0, 0 if branch.found else block.start
        if branch.found is None:
            kept.course.rows[0] = 0
            for sums in kept.books[: len(Tally._fields)]:
                sums[0] = 0

    def _carry_over(self, branch: Branch, other: Branch, models: Models, twins: bool, depth: int) -> None:
        """Let a chapter begin from another, which stays as it is."""
        if (branch, other) not in self._numbers:
            self._numbers[branch, other] = other_numbers(models[branch], models[other])
        before, kept = self._kept[branch, twins], self._kept[other, twins]
        self._pools[depth] = with_room_for(kept.state, before.state)
        kept = self._kept[other, twins] = kept._replace(state=self._pools[depth])
        was, becomes = self._numbers[branch, other]
        number = before.course.block[NUMBER]
        old, row = (number - each.course.block[FIRST] for each in (before, kept))
        take_over(before.books, old, before.reasons, kept.books, row, kept.reasons, becomes)
        kept.course.rows[row] = before.course.rows[old]
        world = kept.course.worlds[number]
        carry_over(models[branch], before.state, models[other], world, kept.state, was, becomes, self._ledger)


@compiled
def _go_on(
    model: Model, state: State, books: Books, course: Course, reasons: int, ledger: Ledger, pages: int
) -> int:
    """Continue with this replication and the next ones, for some pages; return why it stopped.

    At the end of a block that goes on in another chapter, the day that ends has been booked.
    """
    block = course.block
    until = block[UNTIL]
    while block[NUMBER] < block[END]:
        if pages == 0:
            return LEDGER_FULL
        pages -= 1
        number = block[NUMBER]
        why = live(model, course.worlds[number], state, until, ledger)
        if why == FINISHED and until == model.horizon:
            why = finish(model, course.worlds[number], state, ledger)
        elif why == FINISHED and until > 0:
            book_day_that_ends(model, course.worlds[number], state, ledger, until)
        if why not in (FINISHED, LEDGER_FULL):
            return why
        row = number - block[FIRST]
        fold_page(ledger, model, books, row, reasons)
        course.rows[row] += ledger.used[0]
        ledger.used[0] = 0
        if why == FINISHED and until < model.horizon:
            return FINISHED
        if why == FINISHED:
            add_up(books, row, reasons)
            block[NUMBER] = number + 1
    return FINISHED
