"""Running strategies in the same worlds: in parallel, with progress, until done or stopped."""

from __future__ import annotations

import _thread
import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from funnelsim.chance.keys import WORLD
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, new_ledger, pages_by_chapter
from funnelsim.engines.compiled.blocks import PAGE, Replications, Standing, Workplace
from funnelsim.engines.fold import Sums, Tally, new_tallies
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.io.progress import Progress
from funnelsim.model.model import Chapters
from funnelsim.model.own_policy import BUILT_IN, policy_names
from funnelsim.scenario import Course
from funnelsim.studies.checkpoint import Checkpoint
from funnelsim.studies.trees import Tree, trees_of

BLOCK = {"compiled": 5, "reference": 1}  # worlds run between two reports of progress

TWINS = 100  # worlds that are simulated twice if something is uncertain (U8)
TWIN = 1 << 31  # added to a twin's replication, so that its chance is its own

LOOK = 50  # worlds to the first look at what is finished, where a study ends when that is enough

_PAUSE = 0.1  # seconds between two looks at what threads have finished

Strategies = Mapping[str, Course]
Enough = Callable[[dict[str, Replications]], bool]


@dataclass(frozen=True)
class Plan:
    """What to run.

    Parameters
    ----------
    replications : int
        Simulated worlds of each strategy.
    seed : int
        Of all draws, below 2**32.
    engine : str
        "compiled" or "reference".
    jobs : int
        Worlds that run at the same time; 0 takes every processor.
    digest : bool
        Whether to hash the ledgers as well.
    first : int
        The number of the first world; the same number is the same world in every study of a seed.
    twins : bool
        Whether worlds 0 to 99 are simulated twice if something is uncertain (U8).

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
    first: int = 0
    twins: bool = True

    def __post_init__(self) -> None:
        for name, low, high in (
            ("replications", 1, 1_000_000),
            ("seed", 0, 2**32 - 1),
            ("jobs", 0, 1_024),
            ("first", 0, TWIN - 1_000_000),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}, not {value!r}")
        if self.engine not in ENGINES:
            raise ValueError(f"engine must be {' or '.join(ENGINES)}, not {self.engine!r}")

    @property
    def at_once(self) -> bool:
        """Return whether worlds are simulated and added up without going back to Python for each page."""
        return self.engine == "compiled" and not self.digest

    @property
    def numbers(self) -> range:
        """Return the numbers of the worlds."""
        return range(self.first, self.first + self.replications)

    def blocks(self) -> list[range]:
        """Divide the worlds into blocks, each run as one: their places, counted from 0."""
        size = BLOCK[self.engine]
        return [
            range(first, min(first + size, self.replications)) for first in range(0, self.replications, size)
        ]


def new_replications(course: Course, plan: Plan, numbers: range) -> Replications:
    """Make room for the results of one strategy's worlds."""
    worlds, twins = worlds_of_plan(plan, numbers)
    whole = _with_room(worlds, course, plan)
    return replace(whole, twins=_with_room(twins, course, plan)) if course.uncertain else whole


def worlds_of_plan(plan: Plan, numbers: range) -> tuple[Records, Records]:
    """Return worlds, and the twins of those that have one if something is uncertain (U8)."""
    worlds = np.zeros(len(numbers), WORLD)
    worlds["seed"] = plan.seed
    worlds["replication"] = numbers
    twins = worlds[worlds["replication"] < (TWINS if plan.twins else 0)]
    twins["replication"] += TWIN
    return worlds, twins


def _with_room(worlds: Records, course: Course, plan: Plan) -> Replications:
    return Replications(
        worlds=worlds,
        tally=new_tallies(course.typed[-1].model, len(course.names.reasons), len(worlds)),
        ledger_rows=np.zeros(len(worlds), np.int64),
        sha256=np.zeros((len(worlds), hashlib.sha256().digest_size if plan.digest else 0), np.uint8),
    )


def next_look(looked: int) -> int:
    """Return at how many worlds to look next: 50 more, or a tenth more in whole fifties (SQ6).

    A look takes longer with more worlds: so looks take a part of the time that does not grow.

    Examples
    --------
    >>> next_look(0), next_look(50), next_look(5_000)
    (50, 100, 5500)
    """
    return looked + LOOK * max(1, looked // (10 * LOOK))


def first_worlds(found: Replications, count: int) -> Replications:
    """Look at the first worlds, without a copy."""
    return Replications(
        worlds=found.worlds[:count],
        tally=Tally._make(array[:count] for array in found.tally),
        ledger_rows=found.ledger_rows[:count],
        sha256=found.sha256[:count],
        twins=found.twins and first_worlds(found.twins, count),
    )


def joined(parts: Sequence[Replications]) -> Replications:
    """Join the results of one strategy in worlds that follow each other."""
    twins = [part.twins for part in parts if part.twins is not None]
    arrays = zip(*(part.tally for part in parts), strict=True)
    return Replications(
        worlds=np.concatenate([part.worlds for part in parts]),
        tally=Tally._make(map(np.concatenate, arrays)),
        ledger_rows=np.concatenate([part.ledger_rows for part in parts]),
        sha256=np.concatenate([part.sha256 for part in parts]),
        twins=joined(twins) if twins else None,
    )


def replicate(
    strategies: Strategies,
    plan: Plan,
    progress: Progress = lambda _: None,
    since: Checkpoint | None = None,
    enough: Enough | None = None,
) -> dict[str, Replications]:
    """Run every strategy in the same worlds.

    Stopped by Ctrl-C, it returns the worlds that every strategy has finished.

    Parameters
    ----------
    strategies : mapping of str to Course
        The lowered strategies. If something is uncertain, the first `TWINS` worlds are
        simulated again with the same model and new chance; digests and rows are without the twins.
    plan : Plan
        What to run.
    progress : callable
        Called with the number of simulations (one strategy in one world) that have just been finished.
    since : Checkpoint, optional
        From which all strategies go on.
    enough : callable, optional
        Asked about the first worlds, as many as `next_look` says, as they are finished. When it answers yes,
        these are all that is returned (SQ6). Only with the compiled engine.

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
    study = _Study(strategies, plan, progress, since, enough)
    try:
        study.run()
    except KeyboardInterrupt:
        if not study.finished().any():
            raise
    if study.sufficed:
        return {name: first_worlds(found, study.sufficed) for name, found in study.found.items()}
    finished = study.finished()
    return {name: found.only(finished) for name, found in study.found.items()}


class _Study:
    """The worlds of every strategy, in blocks that are each run once, and their results."""

    def __init__(
        self,
        strategies: Strategies,
        plan: Plan,
        progress: Progress,
        since: Checkpoint | None,
        enough: Enough | None,
    ) -> None:
        self._strategies = strategies
        self._enough = enough
        self._looked = 0  # at how many of the first worlds
        self.sufficed = 0  # how many of the first worlds are enough, if any number is
        self._since = since
        self._plan = plan
        self._progress = progress
        self.found = {name: new_replications(each, plan, plan.numbers) for name, each in strategies.items()}
        self._trees = trees_of(strategies, self.found) if plan.at_once else []
        tasks = [tuple(tree.names) for tree in self._trees] or [(name,) for name in strategies]
        # World by world, so that finished worlds can be compared at any time.
        self._blocks = [(names, block) for block in plan.blocks() for names in tasks]
        self._done: list[tuple[tuple[str, ...], range]] = []
        self._told = 0  # how many of these are reported
        self._simulations = 0  # in them: one strategy in one world

    def finished(self) -> npt.NDArray[np.bool_]:
        """Return for each world whether every strategy has finished it."""
        finished = {name: np.zeros(self._plan.replications, bool) for name in self._strategies}
        for names, block in self._done:
            for name in names:
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

    def _look(self) -> bool:
        """Ask, as further worlds are finished, whether the first ones are enough (SQ6)."""
        worlds = self._plan.replications
        while self._enough and not self.sufficed and self._looked < worlds:
            count = min(next_look(self._looked), worlds)
            if self._simulations < count * len(self.found) or not self.finished()[:count].all():
                return False
            self._looked = count
            if self._enough({name: first_worlds(found, count) for name, found in self.found.items()}):
                self.sufficed = count
        return self.sufficed > 0

    def _in_this_thread(self) -> None:
        workplace = Workplace(threading.Event())
        for names, block in self._blocks:
            self._live(names, block, workplace)
            self._report()
            if self._look():
                return

    def _on_threads(self, jobs: int) -> None:
        """Run blocks on threads until none is left, one fails or this thread is interrupted.

        Each thread has its workplace, and none waits for another; this one only watches.
        """
        waiting = enumerate(self._blocks)
        stopped = threading.Event()
        errors: dict[int, BaseException] = {}

        def work() -> None:
            workplace = Workplace(stopped)
            for number, (names, block) in waiting:
                try:
                    self._live(names, block, workplace)
                except BaseException as error:
                    errors[number] = error
                if errors or stopped.is_set():
                    return

        threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive() and not self._look():
                    thread.join(_PAUSE)
                    self._report()
        finally:
            stopped.set()
        for thread in threads:
            thread.join()
        self._report()
        if not self._look() and errors:
            raise errors[min(errors)]

    def _in_processes(self, jobs: int) -> None:
        from joblib import Parallel, delayed  # noqa: PLC0415 (takes longer than a small run, which does not need it)

        alone = delayed(_alone)
        pool = Parallel(n_jobs=jobs, backend="loky", return_as="generator")
        results = pool(alone(self._strategies[name], self._plan, block) for (name,), block in self._blocks)
        for (names, block), found in zip(self._blocks, results, strict=True):
            self.found[names[0]].fill(block, found)
            self._done.append((names, block))
            self._report()

    def _live(self, names: tuple[str, ...], block: range, workplace: Workplace) -> None:
        for tree in self._trees:
            if tree.names == list(names):
                live_together(tree, self.found[names[0]], block, workplace, self._since)
        if not self._trees:
            live_page_by_page(self._strategies[names[0]], self._plan, self.found[names[0]], block, workplace)
        if not workplace.stopped.is_set():
            self._done.append((names, block))

    def _report(self) -> None:
        """Report how many simulations were done since the last report."""
        blocks = self._done[self._told :]
        self._told += len(blocks)
        if blocks:
            simulations = sum(len(names) * len(block) for names, block in blocks)
            self._simulations += simulations
            self._progress(simulations)


def _alone(course: Course, plan: Plan, block: range) -> Replications:
    """Run one strategy in a block of worlds, in a process of its own."""
    found = new_replications(course, plan, plan.numbers[block.start : block.stop])
    run_block(course, plan, found, range(len(found)), Workplace(threading.Event()))
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


def run_block(course: Course, plan: Plan, found: Replications, numbers: range, workplace: Workplace) -> None:
    """Run one strategy in some of the worlds of `found`, and add up their results there."""
    if plan.at_once:
        (tree,) = trees_of({"": course}, {"": found})
        live_together(tree, found, numbers, workplace)
    else:
        live_page_by_page(course, plan, found, numbers, workplace)


def live_together(
    tree: Tree, found: Replications, numbers: range, workplace: Workplace, since: Checkpoint | None = None
) -> None:
    """Run strategies that have a past in common in some worlds, and add up their results.

    Parameters
    ----------
    tree : Tree
        The strategies.
    found : Replications
        Of one of them, which has the worlds of all.
    numbers : range
        Which worlds.
    workplace : Workplace
        Of this thread.
    since : Checkpoint, optional
        From which they go on.
    """
    root = tree.root
    if since is not None:
        root = tree.chapters_before(since.instant)[-1]
    elif not tree.uncertain:
        workplace.live(tree.root, tree.models(found.worlds[0]), numbers, found.worlds)
        return
    lowered = [
        tree.models(found.worlds[number]) for number in numbers
    ]  # one after the other: the code that lowers them stays in the cache
    for number, models in zip(numbers, lowered, strict=True):
        one = range(number, number + 1)
        stood = None if since is None else since.worlds[number]
        workplace.live(root, models, one, found.worlds, stood=stood)
        if found.twins and number < len(found.twins):
            stood = None if since is None else since.twins[number]
            workplace.live(root, models, one, found.twins.worlds, twins=True, stood=stood)


def stand(tree: Tree, plan: Plan, instant: int, progress: Progress) -> tuple[list[Standing], list[Standing]]:
    """Run the past of strategies up to a midnight; return how things stand in each world, and in its twin."""
    worlds, twins = worlds_of_plan(plan, plan.numbers)
    workplace, chain = Workplace(threading.Event()), tree.chapters_before(instant)
    found: tuple[list[Standing], list[Standing]] = [], []
    for number in range(len(worlds)):
        models = tree.models(worlds[number])
        found[0].append(workplace.stand(chain, models, number, worlds, instant, twins=False))
        if tree.uncertain and number < len(twins):
            found[1].append(workplace.stand(chain, models, number, twins, instant, twins=True))
        progress(1)
    return found


def live_page_by_page(
    course: Course, plan: Plan, found: Replications, numbers: range, workplace: Workplace
) -> None:
    """Run one strategy in some worlds on either engine, page by page, and hash its ledgers if asked to."""
    for number in numbers:
        chapters = course.chapters(found.worlds[number])
        _page_by_page(chapters, course, plan, found, number, workplace)
        if found.twins and number < len(found.twins):
            _page_by_page(chapters, course, plan, found.twins, number, workplace)


def _page_by_page(
    chapters: Chapters, course: Course, plan: Plan, found: Replications, number: int, workplace: Workplace
) -> None:
    """Simulate a world of one strategy."""
    ledger = new_ledger(PAGE + max(rows_of_a_step(each.model) for each in chapters))
    sums = Sums(chapters, [len(each.names.reasons) for each in course.pieces])
    sha = hashlib.sha256()
    for chapter, page in pages_by_chapter(ENGINES[plan.engine], chapters, found.worlds[number], ledger):
        sums.fold(chapter, page)
        found.ledger_rows[number] += len(page)
        if plan.digest:
            sha.update(page.data)
        if workplace.stopped.is_set():
            return
    for whole, part in zip(found.tally, sums.tally, strict=True):
        whole[number] = part
    if plan.digest:
        found.sha256[number] = np.frombuffer(sha.digest(), np.uint8)
