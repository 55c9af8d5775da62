"""Running strategies in the same worlds: in parallel, with progress, until done or stopped."""

from __future__ import annotations

import _thread
import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from funnelsim.chance.keys import WORLD
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import ENGINES, new_ledger, pages
from funnelsim.engines.compiled.blocks import PAGE, Replications, Workplace
from funnelsim.engines.fold import Tally, fold, new_tallies
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Model, Names
from funnelsim.model.own_policy import BUILT_IN, policy_names

BLOCK = {"compiled": 5, "reference": 1}  # worlds run between two reports of progress

TWINS = 100  # worlds that are simulated twice if something is uncertain (U8)
TWIN = 1 << 31  # added to a twin's replication, so that its chance is its own

_PAUSE = 0.1  # seconds between two looks at what threads have finished

Progress = Callable[[int], None]
Models = Model | Callable[[Record], Model]  # one model, or one for each world
Strategies = Mapping[str, tuple[Models, Names]]


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
        """Divide the worlds into blocks, each run as one."""
        size = BLOCK[self.engine]
        return [
            range(first, min(first + size, self.replications)) for first in range(0, self.replications, size)
        ]


def new_replications(models: Models, names: Names, plan: Plan, numbers: range) -> Replications:
    """Make room for the results of one strategy's worlds."""
    worlds = np.zeros(len(numbers), WORLD)
    worlds["seed"] = plan.seed
    worlds["replication"] = numbers
    if not callable(models):
        return _with_room(worlds, models, names, plan)
    twins = worlds[worlds["replication"] < TWINS]
    twins["replication"] += TWIN
    model = models(worlds[0])
    whole = _with_room(worlds, model, names, plan)
    return replace(whole, twins=_with_room(twins, model, names, plan))


def _with_room(worlds: Records, model: Model, names: Names, plan: Plan) -> Replications:
    return Replications(
        worlds=worlds,
        tally=new_tallies(model, len(names.reasons), len(worlds)),
        ledger_rows=np.zeros(len(worlds), np.int64),
        sha256=np.zeros((len(worlds), hashlib.sha256().digest_size if plan.digest else 0), np.uint8),
    )


def replicate(
    strategies: Strategies, plan: Plan, progress: Progress = lambda _: None
) -> dict[str, Replications]:
    """Run every strategy in the same worlds.

    Stopped by Ctrl-C, it returns the worlds that every strategy has finished.

    Parameters
    ----------
    strategies : mapping of str to (Model or callable, Names)
        The lowered strategies. If a callable gives the model of each world, the first `TWINS` worlds are
        simulated again with the same model and new chance; digests and rows are without the twins.
    plan : Plan
        What to run.
    progress : callable
        Called with the number of simulations (one strategy in one world) that have just been finished.

    Returns
    -------
    dict of str to Replications
        By strategy, in the order given; all have the same worlds.

    Raises
    ------
    KeyboardInterrupt
        Stopped before any world was finished by every strategy.
    StuckError
        Leads go in circles at one instant without end.
    """
    study = _Study(strategies, plan, progress)
    try:
        study.run()
    except KeyboardInterrupt:
        if not study.finished().any():
            raise
    finished = study.finished()
    return {name: found.only(finished) for name, found in study.found.items()}


class _Study:
    """The worlds of every strategy, in blocks that are each run once, and their results."""

    def __init__(self, strategies: Strategies, plan: Plan, progress: Progress) -> None:
        self._strategies = strategies
        self._plan = plan
        self._progress = progress
        # World by world, so that finished worlds can be compared at any time.
        self._blocks = [(name, block) for block in plan.blocks() for name in strategies]
        self._done: list[tuple[str, range]] = []
        self._told = 0  # how many simulations are done
        worlds = range(plan.replications)
        self.found = {name: new_replications(*each, plan, worlds) for name, each in strategies.items()}

    def finished(self) -> npt.NDArray[np.bool_]:
        """Return for each world whether every strategy has finished it."""
        finished = {name: np.zeros(self._plan.replications, bool) for name in self._strategies}
        for name, block in self._done:
            finished[name][block.start : block.stop] = True
        together: npt.NDArray[np.bool_] = np.all(list(finished.values()), axis=0)
        return together

    def run(self) -> None:
        """Run all blocks."""
        jobs = min(self._plan.jobs or os.cpu_count() or 1, len(self._blocks))
        if jobs == 1:
            with _insistent_ctrl_c():
                self._in_this_thread()
        # Policies of the user's own are registered in this process only.
        elif self._plan.engine == "compiled" or policy_names() != BUILT_IN:
            self._on_threads(jobs)
        else:
            self._in_processes(jobs)

    def _in_this_thread(self) -> None:
        workplace = Workplace(threading.Event())
        for name, block in self._blocks:
            self._live(name, block, workplace)
            self._report()

    def _on_threads(self, jobs: int) -> None:
        """Run blocks on threads until none is left, one fails or this thread is interrupted.

        Each thread has its workplace, and none waits for another; this one only watches.
        """
        waiting = enumerate(self._blocks)
        stopped = threading.Event()
        errors: dict[int, BaseException] = {}

        def work() -> None:
            workplace = Workplace(stopped)
            for number, (name, block) in waiting:
                try:
                    self._live(name, block, workplace)
                except BaseException as error:
                    errors[number] = error
                if errors or stopped.is_set():
                    return

        threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(_PAUSE)
                    self._report()
        finally:
            stopped.set()
        self._report()
        if errors:
            raise errors[min(errors)]

    def _in_processes(self, jobs: int) -> None:
        from joblib import Parallel, delayed  # noqa: PLC0415 (takes longer than a small run, which does not need it)

        alone = delayed(_alone)
        pool = Parallel(n_jobs=jobs, backend="loky", return_as="generator")
        results = pool(alone(*self._strategies[name], self._plan, block) for name, block in self._blocks)
        for (name, block), found in zip(self._blocks, results, strict=True):
            self.found[name].fill(block, found)
            self._done.append((name, block))
            self._report()

    def _live(self, name: str, block: range, workplace: Workplace) -> None:
        models, _ = self._strategies[name]
        run_block(models, self._plan, self.found[name], block, workplace)
        if not workplace.stopped.is_set():
            self._done.append((name, block))

    def _report(self) -> None:
        """Report how many simulations were done since the last report."""
        blocks = self._done[self._told :]
        self._told += len(blocks)
        if blocks:
            self._progress(sum(len(block) for _, block in blocks))


def _alone(models: Models, names: Names, plan: Plan, block: range) -> Replications:
    """Run one strategy in a block of worlds, in a process of its own."""
    found = new_replications(models, names, plan, block)
    run_block(models, plan, found, range(len(found)), Workplace(threading.Event()))
    return found


@contextmanager
def _insistent_ctrl_c() -> Iterator[None]:
    """Repeat a Ctrl-C until it has stopped this thread's work.

    An exception that is raised while Python throws away a generator is lost, and the reference engine's are
    thrown away by the thousand at the end of a world: without this, one Ctrl-C in ten had no effect.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # other code handles signals
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


def run_block(models: Models, plan: Plan, found: Replications, numbers: range, workplace: Workplace) -> None:
    """Run one strategy in some of the worlds of `found`, and add up their results there."""
    live = _at_once if plan.engine == "compiled" and not plan.digest else _page_by_page
    if not callable(models):
        live(models, plan, found, numbers, workplace)
        return
    lowered = [
        models(found.worlds[number]) for number in numbers
    ]  # one after the other: the code that lowers them stays in the cache
    for number, model in zip(numbers, lowered, strict=True):
        live(model, plan, found, range(number, number + 1), workplace)
        if found.twins and number < len(found.twins):
            live(model, plan, found.twins, range(number, number + 1), workplace)


def _at_once(model: Model, plan: Plan, found: Replications, numbers: range, workplace: Workplace) -> None:  # noqa: ARG001
    """Simulate worlds in one compiled call."""
    workplace.live(model, found, numbers)


def _page_by_page(
    model: Model, plan: Plan, found: Replications, numbers: range, workplace: Workplace
) -> None:
    """Simulate worlds on either engine, and hash their ledgers if asked to."""
    ledger = new_ledger(PAGE + rows_of_a_step(model))
    for number in numbers:
        tally = Tally._make(array[number] for array in found.tally)
        sha = hashlib.sha256()
        for page in pages(ENGINES[plan.engine], model, found.worlds[number], ledger):
            fold(page, model, tally)
            found.ledger_rows[number] += len(page)
            if plan.digest:
                sha.update(page.data)
            if workplace.stopped.is_set():
                return
        if plan.digest:
            found.sha256[number] = np.frombuffer(sha.digest(), np.uint8)
