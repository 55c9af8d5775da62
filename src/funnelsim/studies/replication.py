"""Which worlds to run: strategies in the same worlds, in parallel, with progress, until done or stopped."""

from __future__ import annotations

import _thread
import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from joblib import Parallel, delayed

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record
from funnelsim.engines import ENGINES, Ledger, new_ledger, pages
from funnelsim.engines.compiled.blocks import PAGE, live_block
from funnelsim.engines.fold import Tally, fold, new_tally, stack
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Model, Names
from funnelsim.model.own_policy import BUILT_IN, policy_names

BLOCK = {"compiled": 5, "reference": 1}  # worlds run between two reports of progress

TWINS = 100  # worlds that are lived through twice where something is uncertain
TWIN = 1 << 31  # what a twin's replication is raised by: chance of its own

Progress = Callable[[int], None]
Models = Model | Callable[[Record], Model]  # one model, or that of each world


@dataclass(frozen=True)
class Plan:
    """What to run.

    Parameters
    ----------
    replications : int
        Simulated worlds of each strategy, numbered from 0.
    seed : int
        Of all draws, below 2**32.
    engine : str
        "compiled" or "reference".
    jobs : int
        Worlds that run at the same time; 0 takes every processor.
    digest : bool
        Whether to hash the ledgers as well.

    Raises
    ------
    ValueError
        A number out of range, or an engine that does not exist.

    Examples
    --------
    >>> Plan(replications=0)
    Traceback (most recent call last):
    ...
    ValueError: replications must be a whole number from 1 to 1,000,000, not 0
    """

    replications: int = 400
    seed: int = 1
    engine: str = "compiled"
    jobs: int = 0
    digest: bool = False

    def __post_init__(self) -> None:
        for name, low, high in (
            ("replications", 1, 1_000_000),
            ("seed", 0, 2**32 - 1),
            ("jobs", 0, 1_024),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}, not {value!r}")
        if self.engine not in ENGINES:
            raise ValueError(f"engine must be {' or '.join(ENGINES)}, not {self.engine!r}")

    def blocks(self) -> list[range]:
        """Cut the worlds into the blocks that are run as one."""
        size = BLOCK[self.engine]
        return [
            range(first, min(first + size, self.replications)) for first in range(0, self.replications, size)
        ]


class World(NamedTuple):
    """What one strategy came to in one world."""

    tally: Tally
    rows: int  # of its ledger
    digest: bytes  # SHA-256 of its ledger, empty where none was asked for
    twin: Tally | None = None  # the same uncertain numbers with fresh chance


@dataclass(frozen=True)
class Replications:
    """What one strategy came to in the worlds that were finished, in their order."""

    tally: Tally  # with a leading axis of worlds
    digests: tuple[bytes, ...]
    rows: int  # of all ledgers
    numbers: tuple[int, ...]  # of the worlds
    twins: Tally | None = None  # of the first of the worlds, where the models are uncertain

    @property
    def digest(self) -> str:
        """SHA-256 over the ledgers' SHA-256s in order."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()


def replicate(
    strategies: Mapping[str, tuple[Models, Names]], plan: Plan, progress: Progress = lambda _: None
) -> dict[str, Replications]:
    """Run every strategy in the same worlds.

    Stopped by Ctrl-C, it returns the worlds that every strategy has finished.

    Parameters
    ----------
    strategies : mapping of str to (Model or callable, Names)
        The lowered strategies. Where a callable gives the model of each world, the first `TWINS` worlds are
        lived through once more with the same model and fresh chance; digests and rows are without the twins.
    plan : Plan
        What to run.
    progress : callable
        Called with the number of simulations (one strategy in one world) that have just finished.

    Returns
    -------
    dict of str to Replications
        By strategy, in the order given; all have the same worlds.

    Raises
    ------
    KeyboardInterrupt
        Stopped before any world was finished by every strategy.
    StuckError
        Leads go round at one instant for ever.
    """
    done: dict[str, dict[int, World]] = {name: {} for name in strategies}
    try:
        for name, block, worlds in _results(strategies, plan):
            done[name].update(zip(block, worlds, strict=True))
            progress(len(worlds))
    except KeyboardInterrupt:
        if not _finished_by_all(done):
            raise
    numbers = _finished_by_all(done)
    return {name: _gathered(numbers, [worlds[i] for i in numbers]) for name, worlds in done.items()}


def _finished_by_all(done: dict[str, dict[int, World]]) -> list[int]:
    """List the worlds that every strategy has finished."""
    return sorted(set.intersection(*(set(worlds) for worlds in done.values())))


def _results(
    strategies: Mapping[str, tuple[Models, Names]], plan: Plan
) -> Iterator[tuple[str, range, list[World]]]:
    """Run the blocks world by world, so that what is finished can be compared at any time."""
    tasks = [(name, block) for block in plan.blocks() for name in strategies]
    jobs = min(plan.jobs or os.cpu_count() or 1, len(tasks))
    if jobs == 1:
        with _insistent_ctrl_c():
            for name, block in tasks:
                yield name, block, run_block(*strategies[name], plan, block)
        return
    # Policies of the user's own are registered in this process only.
    backend = "threading" if plan.engine == "compiled" or policy_names() != BUILT_IN else "loky"
    pool = Parallel(n_jobs=jobs, backend=backend, return_as="generator")
    results = pool(delayed(run_block)(*strategies[name], plan, block) for name, block in tasks)
    for (name, block), worlds in zip(tasks, results, strict=True):
        yield name, block, worlds


@contextmanager
def _insistent_ctrl_c() -> Iterator[None]:
    """Repeat a Ctrl-C until it has stopped what runs in this thread.

    An exception that is raised while Python throws away a generator is lost, and the reference engine's are
    thrown away by the thousand at the end of a world: one Ctrl-C in ten had no effect.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # somebody else takes care of signals
        return
    pressed, over = threading.Event(), threading.Event()

    def interrupt(*_: object) -> None:
        if not over.is_set():
            pressed.set()
            raise KeyboardInterrupt

    def insist() -> None:
        pressed.wait()
        while not over.wait(0.3):
            _thread.interrupt_main()

    watcher = threading.Thread(target=insist, daemon=True)
    signal.signal(signal.SIGINT, interrupt)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        pressed.set()
        watcher.join()
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run_block(models: Models, names: Names, plan: Plan, block: range) -> list[World]:
    """Run one strategy in a block of worlds (U8)."""
    live = _at_once if plan.engine == "compiled" and not plan.digest else _page_by_page
    if not callable(models):
        return live(models, names, plan, [world_of(plan.seed, number) for number in block])
    worlds = []
    for number in block:
        both = [world_of(plan.seed, number)]
        if number < TWINS:
            both.append(world_of(plan.seed, number + TWIN))
        lived, *twin = live(models(both[0]), names, plan, both)
        worlds.append(lived._replace(twin=twin[0].tally) if twin else lived)
    return worlds


def _at_once(model: Model, names: Names, plan: Plan, worlds: list[Record]) -> list[World]:  # noqa: ARG001
    """Live through worlds in one compiled call."""
    return [World(tally, rows, b"") for tally, rows in live_block(model, len(names.reasons), worlds)]


def _page_by_page(model: Model, names: Names, plan: Plan, worlds: list[Record]) -> list[World]:
    """Live through worlds on either engine, and hash their ledgers if that is asked for."""
    ledger = new_ledger(PAGE + rows_of_a_step(model))
    return [_live(model, names, plan, world, ledger) for world in worlds]


def _live(model: Model, names: Names, plan: Plan, world: Record, ledger: Ledger) -> World:
    """Live through one world and add up its ledger, page by page."""
    tally = new_tally(model, len(names.reasons))
    sha = hashlib.sha256()
    rows = 0
    for page in pages(ENGINES[plan.engine], model, world, ledger):
        fold(page, model, tally)
        rows += len(page)
        if plan.digest:
            sha.update(page.data)
    return World(tally, rows, sha.digest() if plan.digest else b"")


def _gathered(numbers: list[int], worlds: list[World]) -> Replications:
    """Put worlds side by side."""
    twins = [world.twin for world in worlds if world.twin is not None]
    return Replications(
        tally=stack([world.tally for world in worlds]),
        digests=tuple(world.digest for world in worlds),
        rows=sum(world.rows for world in worlds),
        numbers=tuple(numbers),
        twins=stack(twins) if twins else None,
    )
