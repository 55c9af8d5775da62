"""Run a study: simulate what is not kept yet, block of worlds by block of worlds."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from funnelsim.decisions.profits import PROFIT
from funnelsim.engines.fold import new_tally
from funnelsim.io.memory import available_memory
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError
from funnelsim.metrics import labels, reads_values
from funnelsim.scenario import TODAY, Course, Months, Scenario, courses_of
from funnelsim.studies.designed.blocks import Block, Brought, Here
from funnelsim.studies.designed.cluster import Cluster
from funnelsim.studies.designed.results import OPEN_SHARE, Places, Row, StudyResult
from funnelsim.studies.designed.study import Study
from funnelsim.studies.designed.sums import (
    Sums,
    content_of,
    is_ones_own,
    joined,
    read_sums,
    sums_of,
    wanted_for,
)
from funnelsim.studies.pilot import alike, settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.store import STUDIES, WORLDS, Arrays, Key, Memory, Store, packed
from funnelsim.studies.study import replicated

if TYPE_CHECKING:
    from distributed import Client

BLOCK = 100  # worlds in a file
POINTS = 200  # that are strategies of one scenario at a time
_HELD = 8  # scenarios with points that are kept at hand
TALLIES = 1 << 28  # bytes of tallies at a time
ASKED_FROM = 100_000  # simulated years from which on time and size are estimated first
LONG = 3_600.0  # seconds that a study may take unasked
LARGE = 10_000_000_000  # bytes that it may keep unasked
_FLOAT = 8  # bytes
_PLACES = 24  # months, channels, ... of a figure that is broken down: the right order of magnitude


class LargeStudyError(UnusableError):
    """A study that would take so long, or so much room, that it has to be asked for."""


Enough = Callable[[StudyResult], bool]


def run_study(
    study: Study,
    *,
    store: str | os.PathLike[str] | None = None,
    jobs: int = 0,
    client: Client | None = None,
    yes: bool = False,
    enough: Enough | None = None,
    progress: Progress = lambda _: None,
) -> StudyResult:
    """Simulate a study: what its store has already is not simulated again.

    All rows have the same worlds, block by block of 100, and the same months. Stopped or killed at any
    moment, the next run with the same store goes on where this one was.

    Parameters
    ----------
    study : Study
        From `read_study` or `study_of`.
    store : str or path, optional
        The folder of a store, or a new one. Default: nothing is kept.
    jobs : int
        Years that run at the same time; 0 takes every processor.
    client : distributed.Client, optional
        Of a Dask cluster whose workers simulate, to the same bits. Default: the threads of this machine.
    yes : bool
        Whether to run even what takes more than an hour or 10 GB.
    enough : callable, optional
        A rule that stops the study, instead of its own: asked with the result so far after each block of
        worlds, and after a tenth more where there are many.
    progress : callable
        Called with the number of simulated years that have just been finished, or were in the store.

    Returns
    -------
    StudyResult

    Raises
    ------
    ScenarioError
        If a point of the design is not valid, or would outgrow memory.
    LargeStudyError
        If it takes more than an hour or 10 GB and `yes` does not say so, or outgrows memory.
    StoreError
        If the store cannot be used.
    ClusterError
        If the cluster cannot be used.
    UnusableError
        If there is a store or a cluster, and a policy of the user's own decides: nothing says what it does.
    ValueError, EndlessLoopError, KeyboardInterrupt
        As in `compare`. Stopped by Ctrl-C, whole blocks are in the store.

    Examples
    --------
    >>> import tempfile
    >>> from funnelsim.studies.designed.study import study_of
    >>> asked = {"scenario": "first_steps", "levers": {"teams.sales.people": [2, 3]}, "replications": 4}
    >>> study = study_of(asked)
    >>> folder = tempfile.mkdtemp()
    >>> first, again = (run_study(study, store=folder, jobs=1) for _ in range(2))
    >>> first.simulated, again.simulated, again.table.equals(first.table)
    (8, 0, True)
    """
    Plan(study.replications, study.seed, jobs=jobs)
    box: Store | Memory = Memory() if store is None else Store.open(Path(store))
    place = Here() if client is None else Cluster(client)
    if not yes:
        _check_size(study, jobs, place)
    _check_memory(study)
    rule = enough or (_decided if study.stop else None)
    return _Run(study, box, jobs, place, progress).until(rule)


def _decided(result: StudyResult) -> bool:
    """Return whether nothing that a study asks is open (ST12)."""
    return all(each.suffices for each in result.any_time.values())


@dataclass(frozen=True)
class Ready:
    """A study whose points are lowered: what each row is simulated from, and in which months (ST4).

    Attributes
    ----------
    months : Months
    doubts : dict of str to list of int
        What readers must know of the months, in sentences, and of which rows, counted from 1.
    contents : dict of str to list of str
        By assumption: what each strategy of each point is simulated from, point by point.
    is_expected : bool
        Whether nothing in any row reads the values drawn.
    places : dict of str to list of dict
        By assumption: of each strategy of each point the names of the months, channels, ... that figures are
        broken down by (ST10).
    today : dict of str to str
        By assumption: what today is simulated from, where a rule compares with it.
    """

    months: Months
    doubts: dict[str, list[int]]
    contents: dict[str, list[str]]
    is_expected: bool
    places: dict[str, list[Places]]
    today: dict[str, str]

    def rows(self, study: Study) -> tuple[Row, ...]:
        """List the rows, in the order of points, then assumptions, then strategies."""
        return tuple(
            Row(number // len(study.strategies) + 1, assumption, strategy, self.contents[assumption][number])
            for number, assumption, strategy in _in_order(study)
        )

    def places_of_rows(self, study: Study) -> tuple[Places, ...]:
        """Name the months, channels, ... of each row, in the order of rows."""
        return tuple(self.places[assumption][number] for number, assumption, _ in _in_order(study))


def key_of_study(study: Study) -> Key:
    """Return the key of what a study's rows are simulated from: not of figures in all, seed and years."""
    said: dict[str, Any] = {
        "scenario": study.scenario.document,
        "samples": {
            name: hashlib.sha256(content).hexdigest() for name, content in study.scenario.sample_files.items()
        },
        "strategies": study.strategies,
        "assumptions": study.assumptions,
        "points": study.points,
        "starts": study.starts,
        "always": study.always,
        "today": study.against_today,
    }
    if study.by:
        said["by"] = study.by
    plain = json.dumps(said, sort_keys=True, default=str)
    content = {"title": study.name, "rows": study.rows, "says": hashlib.sha256(plain.encode()).hexdigest()}
    return Key(STUDIES, "study", content)


def ready_of(arrays: Arrays) -> Ready:
    """Read what was kept of a study."""
    found = json.loads(arrays["ready"].tobytes())
    return Ready(**found | {"months": Months(*found["months"])})


class _Run:
    """A study being run."""

    def __init__(
        self, study: Study, box: Store | Memory, jobs: int, place: Here | Cluster, progress: Progress
    ) -> None:
        self._study, self._box, self._jobs, self._progress = study, box, jobs, progress
        self._place = place
        self._scenarios: dict[_Part, Scenario] = {}
        self._simulated = 0
        asked = (*study.metrics, OPEN_SHARE, *([PROFIT] if study.stop else []))
        self._figures = tuple(dict.fromkeys(asked))
        kept = box.read(key_of_study(study))
        self._ready = self._made_ready() if kept is None else ready_of(kept)
        self._rows = self._ready.rows(study)
        self._first: dict[str, Row] = {}  # of each content: the others are the same
        bases = [Row(0, name, TODAY, content) for name, content in self._ready.today.items()]
        for row in (*self._rows, *bases):
            self._first.setdefault(row.content, row)
        self._times = Counter(row.content for row in (*self._rows, *bases))
        worlds = range(study.replications)
        self._blocks = [worlds[first : first + BLOCK] for first in worlds[::BLOCK]]
        self._found: dict[range, dict[str, Sums]] = {}  # by content, of the blocks looked at so far

    def until(self, enough: Enough | None) -> StudyResult:
        """Run block after block, until all is done or, where there is a rule, it is enough."""
        look = 1
        with closing(self._place.simulate(self._tasks(), self._progress)) as coming:
            for number, worlds in enumerate(self._blocks, 1):
                while len(self._sums(worlds)) < len(self._first):
                    self._keep(*next(coming))
                if enough is not None and number >= look:
                    if enough(self._result(number)):
                        break
                    look = number + max(1, number // 10)
        return self._result(number)

    def _result(self, count: int) -> StudyResult:
        """Tell what the first blocks, so many, have brought."""
        blocks = self._blocks[:count]
        return StudyResult(
            study=self._study,
            months=self._ready.months,
            rows=self._rows,
            doubts=self._ready.doubts,
            sums={
                content: joined([self._found[worlds][content] for worlds in blocks])
                for content in self._first
            },
            is_expected=self._ready.is_expected,
            simulated=self._simulated,
            today=self._ready.today,
            damaged=tuple(dict.fromkeys(map(str, self._box.damaged))),
            places=self._ready.places_of_rows(self._study),
        )

    def _sums(self, worlds: range) -> dict[str, Sums]:
        """Return the sums of a block of worlds that there are so far: at first, those that are kept."""
        if worlds not in self._found:
            found = self._found.setdefault(worlds, {})
            for content, row in self._first.items():
                kept = self._box.read(self._key(row, worlds), wanted_for(self._figures))
                if kept is not None:
                    found[content] = read_sums(kept, self._figures, self._study.by)
                    self._progress(self._times[content] * len(worlds))
        return self._found[worlds]

    def _tasks(self) -> Iterator[tuple[_Task, Block]]:
        """List what is not kept, block by block: rows of a part in a block of worlds, ready to simulate."""
        for worlds in self._blocks:
            parts: dict[_Part, list[Row]] = {}
            for content, row in self._first.items():
                if content not in self._sums(worlds):
                    parts.setdefault(_part_of(row), []).append(row)
            for part, rows in parts.items():
                for batch in self._batches(part, rows):
                    yield _Task(worlds, batch), self._block(part, batch, worlds)

    def _block(self, part: _Part, rows: Sequence[Row], worlds: range) -> Block:
        """Lower rows of a part, to be simulated in a block of worlds."""
        scenario, names = self._scenario(part), [self._name(row) for row in rows]
        plan = Plan(len(worlds), self._study.seed, jobs=self._jobs, first=worlds.start)
        scenarios = {name: scenario.strategy(name) for name in names}
        return Block(scenarios, courses_of(scenario, names), plan, self._study.by)

    def _keep(self, task: _Task, brought: Brought) -> None:
        """Keep what rows have brought in a block of worlds."""
        for row in task.rows:
            kept = brought[self._name(row)]
            self._box.write(self._key(row, task.worlds), kept)
            self._found[task.worlds][row.content] = read_sums(kept, self._figures, self._study.by)
            self._progress((self._times[row.content] - 1) * len(task.worlds))
        self._simulated += len(task.rows) * len(task.worlds)

    def _key(self, row: Row, worlds: range) -> Key:
        content: dict[str, Any] = {
            "content": row.content,
            "seed": self._study.seed,
            "first": worlds.start,
            "worlds": len(worlds),
        }
        if self._study.by:  # what else is kept (ST10)
            content["by"] = self._study.by
        return Key(WORLDS, "scenario" if self._is_uncertain else "model", content)

    @property
    def _is_uncertain(self) -> bool:
        return bool(self._study.scenario.uncertainties)

    def _name(self, row: Row) -> str:
        """Name the strategy of a row in the scenario of its assumption."""
        if row.point == 0:
            return TODAY
        return self._study.names(row.point - 1)[self._study.strategies.index(row.strategy)]

    def _batches(self, part: _Part, rows: Sequence[Row]) -> Iterator[list[Row]]:
        """Divide rows so that their tallies fit into a part of memory: those of a batch share their past."""
        name = self._name(rows[0])
        course = courses_of(self._scenario(part), [name])[name]
        a_world = sum(each.nbytes for each in new_tally(course.typed[-1].model, len(course.names.reasons)))
        most = self._place.rows_at_once(len(self._first) * len(self._blocks))
        most = max(1, min(most, TALLIES // (a_world * BLOCK)))
        waiting = iter(rows)
        yield from iter(lambda: list(islice(waiting, most)), [])

    # ---- from points to contents ----------------------------------------------------------------

    def _scenario(self, part: _Part) -> Scenario:
        """Return the scenario of a part, in the months of the study."""
        if part not in self._scenarios:
            under = self._study.under(part.assumption, part.points(self._study))
            self._hold(part, under.with_months(self._ready.months))
        return self._scenarios[part]

    def _hold(self, part: _Part, scenario: Scenario) -> None:
        """Keep a scenario at hand, and forget the oldest if there are many."""
        self._scenarios[part] = scenario
        if len(self._scenarios) > _HELD:
            del self._scenarios[next(iter(self._scenarios))]

    def _made_ready(self) -> Ready:
        """Lower every row, in the longest months that one of them needs, and keep what it is made from."""
        study, found = self._study, {}
        for part in _parts(study):
            under = study.under(part.assumption, part.points(study))
            names = [*part.names(study), *([TODAY] if study.stop else [])]
            found[part] = settled(under, self._jobs, list(dict.fromkeys(names)), self._progress)
        scenarios = alike(found)
        months = next(iter(scenarios.values())).months
        contents: dict[str, list[str]] = {each: [] for each in study.assumptions}
        places: dict[str, list[Places]] = {each: [] for each in study.assumptions}
        ready = Ready(months, {}, contents, is_expected=True, places=places, today={})
        for part, scenario in scenarios.items():
            ready = self._with_part(ready, part, scenario)
        said = json.dumps(asdict(ready))
        self._box.write(key_of_study(study), {"ready": np.frombuffer(said.encode(), np.uint8)})
        return ready

    def _with_part(self, ready: Ready, part: _Part, scenario: Scenario) -> Ready:
        """Add what the rows of a part are made from."""
        self._hold(part, scenario)
        contents = ready.contents[part.assumption]
        reads = False
        for name, course in _courses(scenario, part.names(self._study)):
            self._must_be_known(name, course)
            row = _number_of(self._study, part.assumption, len(contents))
            contents.append(content_of(course, scenario, name))
            ready.places[part.assumption].append({cut: labels(course.names, cut) for cut in self._study.cuts})
            reads |= _reads_values(course)
            for doubt in scenario.strategy(name).doubts:
                ready.doubts.setdefault(doubt, []).append(row)
        if part.number == 0 and part.assumption in self._study.against_today:
            course = courses_of(scenario, [TODAY])[TODAY]
            ready.today[part.assumption] = content_of(course, scenario, TODAY)
            reads |= _reads_values(course)
        return replace(ready, is_expected=ready.is_expected and not reads)

    def _must_be_known(self, name: str, course: Course) -> None:
        """Refuse to keep what a policy of the user's own decides (ST8)."""
        if is_ones_own(course) and (isinstance(self._box, Store) or isinstance(self._place, Cluster)):
            raise UnusableError(
                f'in "{name}" a policy of your own assigns leads, and nothing tells a store or a cluster '
                "what it does: run the study without them"
            )


class _Task(NamedTuple):
    """Rows of a part in a block of worlds, which are simulated together."""

    worlds: range
    rows: Sequence[Row]


class _Part(NamedTuple):
    """Points that are strategies of one scenario: those of an assumption, so many at a time."""

    assumption: str
    number: int

    def points(self, study: Study) -> range:
        """Return which points, counted from 0."""
        return range(self.number * POINTS, min((self.number + 1) * POINTS, study.count))

    def names(self, study: Study) -> list[str]:
        """Name the strategies of the points."""
        return [name for point in self.points(study) for name in study.names(point)]


def _part_of(row: Row) -> _Part:
    return _Part(row.assumption, max(row.point - 1, 0) // POINTS)


def _reads_values(course: Course) -> bool:
    return any(reads_values(chapter.model) for chapter in course.typed)


def _parts(study: Study) -> list[_Part]:
    """Divide the rows of a study, each assumption's in the order of points."""
    return [_Part(each, number) for each in study.assumptions for number in range(-(-study.count // POINTS))]


def _in_order(study: Study) -> Iterator[tuple[int, str, str]]:
    """List the rows in order: their number among those of their assumption, assumption and strategy."""
    for point in range(study.count):
        for assumption in study.assumptions:
            for place, strategy in enumerate(study.strategies):
                yield point * len(study.strategies) + place, assumption, strategy


def _number_of(study: Study, assumption: str, place: int) -> int:
    """Number the row that is at a place among those of an assumption, from 1."""
    point, strategy = divmod(place, len(study.strategies))
    before = point * len(study.assumptions) + study.assumptions.index(assumption)
    return before * len(study.strategies) + strategy + 1


def _courses(scenario: Scenario, names: Sequence[str]) -> Iterator[tuple[str, Course]]:
    """Lower strategies, a few at a time: what they share is lowered once, and then forgotten."""
    waiting = iter(names)
    for few in iter(lambda: list(islice(waiting, 32)), []):
        yield from courses_of(scenario, few).items()


# ---- how long it takes, and how much room -------------------------------------------------------


def _check_memory(study: Study) -> None:
    """Refuse a study whose figures outgrow memory."""
    left = available_memory()
    figures = len(study.metrics) + len(study.by) * _PLACES
    needed = 6 * study.simulated_years * figures * _FLOAT  # sums of both kinds, and arrays
    if left is not None and needed > left:
        raise LargeStudyError(
            f"the study has {_counted(study)}, whose figures take {needed / 1e9:,.1f} GB of memory; "
            f"{left / 1e9:,.1f} GB are left: choose a smaller design, or fewer replications"
        )


def _check_size(study: Study, jobs: int, place: Here | Cluster) -> None:
    """Refuse a study that takes long or much room, and say how much.

    Measured here on a block of worlds of the scenario as it is, so it is the right order of magnitude.
    """
    if study.simulated_years < ASKED_FROM:
        return
    begun = time.perf_counter()
    alone = settled(study.scenario, jobs)
    courses = courses_of(alone, [TODAY])
    model = courses[TODAY].typed[-1].model
    each = (time.perf_counter() - begun) / (1 + len(alone.strategies))
    begun = time.perf_counter()
    plan = Plan(BLOCK, jobs=1 if isinstance(place, Cluster) else jobs)
    found = replicated({TODAY: alone}, courses, plan, lambda _: None)[TODAY]
    a_year = (time.perf_counter() - begun) / BLOCK / place.at_once
    seconds = study.rows * each + a_year * study.simulated_years
    size = len(packed(sums_of(model, found, study.by))) / BLOCK * study.simulated_years
    if seconds > LONG or size > LARGE:
        raise LargeStudyError(
            f"the study has {_counted(study)}: {place.named} about {_duration(seconds)}, and "
            f"{size / 1e9:,.1f} GB in a store; run it all the same with --yes (yes=True in Python), or "
            "choose a smaller design, such as a Latin hypercube of 200 points"
        )


def _counted(study: Study) -> str:
    """Say how large a study is."""
    axes = [_number(study.count, "point")]
    axes += [
        _number(len(names), unit)
        for names, unit in ((study.assumptions, "assumption"), (study.strategies, "strategy"))
        if len(names) > 1
    ]
    years = f"{'at most ' if study.stop else ''}{study.replications:,} years"
    axes[0] += " and today" if study.stop else ""
    return f"{' x '.join(axes)} x {years} = {study.simulated_years:,} simulated years"


def _number(count: int, unit: str) -> str:
    plural = unit if count == 1 else f"{unit.removesuffix('y')}ies" if unit.endswith("y") else f"{unit}s"
    return f"{count:,} {plural}"


def _duration(seconds: float) -> str:
    """Write a length of time in words.

    >>> _duration(200.0), _duration(7_300.0), _duration(1e6)
    ('3 minutes', '2.0 hours', '12 days')
    """
    if seconds < LONG:
        return f"{max(1, round(seconds / 60))} minutes"
    return f"{seconds / LONG:.1f} hours" if seconds < 48 * LONG else f"{seconds / LONG / 24:,.0f} days"
