"""Ways to live through a scenario, on one engine, at a stretch or in pieces; all come to the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import ENGINES, Ledger, StuckError, new_ledger, pages
from funnelsim.engines.compiled import state
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Chapters, Model, Names
from funnelsim.model.records import LEDGER
from funnelsim.scenario import TODAY, Course, course_of, parse
from funnelsim.studies.replication import TWIN

from .changing import kinds
from .open_deals import with_open_deals
from .processes import with_processes
from .watching import FULL, GROWN, UNTIL, WatchedEngine, noted, over_changes, varieties


@dataclass(frozen=True)
class Example:
    """A scenario, and how it is lived through.

    A replication from 2^31 on is a twin: the same uncertain numbers with chance of its own. `stops` are
    places in the history, as shares of its rows, and microseconds beside the instant of that row. `pool` is
    how many leads the compiled engine has room for before it must grow; `processes` are of a kind of
    `with_processes`. `strategy` is the one that is lived through. So many `deals` are open at time 0.
    """

    text: str
    seed: int
    replication: int = 0
    stops: tuple[tuple[float, int], ...] = ()
    pool: int = state.FIRST_POOL
    processes: int = 0
    strategy: str = TODAY
    deals: int = 0

    @property
    def world(self) -> Record:
        """The key of all draws."""
        return world_of(self.seed, self.replication)

    @cached_property
    def course(self) -> Course:
        """What holds under the strategy, and from when on."""
        return course_of(parse(self.text), self.strategy)

    @cached_property
    def chapters(self) -> Chapters:
        """The chapters as they are in the world, with their processes."""
        chapters = self.course.chapters(world_of(self.seed, self.replication % TWIN))
        chapters = tuple(replace(each, model=with_processes(each.model, self.kind)) for each in chapters)
        return with_open_deals(chapters, self.deals, self.world)

    @property
    def kind(self) -> int:
        """The kind of processes: none where there are others, or a stage comes with their number (C2)."""
        grows = len({len(each.names.stages) for each in self.course.pieces}) > 1
        others = any(len(each.model.processes) > 1 for each in self.course.typed)
        return 0 if grows or others else self.processes

    @property
    def names(self) -> Names:
        """What the numbers of the last chapter are called."""
        more = ("service 1", "service 2") if self.kind else ()
        return replace(self.course.names, stages=(*self.course.names.stages, *more))


class Outcome(NamedTuple):
    """What living came to."""

    how: str  # it was lived
    rows: Records
    stuck: str = ""  # why it went no further; what was written until then is not compared


class ParityError(AssertionError):
    """Two ways to live through an example came to different histories."""

    def __init__(self, example: Example, one: Outcome, other: Outcome) -> None:
        super().__init__(f"{one.how} and {other.how} differ")
        self.example, self.one, self.other = example, one, other

    def __reduce__(self) -> tuple[type[ParityError], tuple[Example, Outcome, Outcome]]:
        """Name what it is made of, so that it can come from another process."""
        return ParityError, (self.example, self.one, self.other)


def model_of(text: str, seed: int = 1) -> Model:
    """Read a scenario and lower it as it is in the first world."""
    return Example(text, seed).chapters[0].model


def parity(example: Example, seen: Counter[str]) -> None:
    """Require that both engines write the same bytes, at a stretch and in pieces.

    Raises
    ------
    ParityError
        They do not; named are the first two outcomes that differ.
    """
    with patch.object(state, "FIRST_POOL", example.pool):
        ways = outcomes(example, seen)
        told = next(ways)
        for other in ways:
            if told.stuck != other.stuck or told.rows.tobytes() != other.rows.tobytes():
                raise ParityError(example, told, other)
    if example.strategy != TODAY:
        seen.update(kinds(example.text))
    seen["scenarios"] += 1
    seen["rows"] += len(told.rows)
    scenario = parse(example.text)
    seen["number that is uncertain"] += len(scenario.uncertainties)
    own = [each for each in scenario.channels.values() if each.kind in scenario.kinds]
    seen["channel: of a kind of one's own"] += len(own)
    seen["world: another than the first"] += 0 < example.replication < TWIN
    seen["world: the twin of one"] += example.replication >= TWIN


def outcomes(example: Example, seen: Counter[str]) -> Iterator[Outcome]:
    """Live through an example in every way, the reference engine, watched, first."""
    chapters, world = example.chapters, example.world
    told = outcome("reference", lambda: watched(chapters, world, seen))
    yield told
    yield outcome("compiled", lambda: at_a_stretch("compiled", chapters, world))
    times = [0, *told.rows["time"].tolist()]
    instants = [times[int(place * (len(times) - 1))] + beside for place, beside in example.stops]
    for engine in sorted(ENGINES):
        yield outcome(f"{engine} in pieces", partial(in_pieces, engine, chapters, world, instants, seen))


def outcome(how: str, live: Callable[[], Records]) -> Outcome:
    """Live, and tell what it came to; where leads go round for ever, both engines should say so alike."""
    try:
        return Outcome(how, live())
    except StuckError as stuck:
        return Outcome(how, np.zeros(0, LEDGER), str(stuck))
    except Exception as broken:
        return Outcome(how, np.zeros(0, LEDGER), f"{how} broke: {broken!r}")


def at_a_stretch(engine: str, chapters: Chapters, world: Record) -> Records:
    """Live through one replication on large pages."""
    return on_pages_of(4096 + smallest_page(chapters), engine, chapters, world)


def on_pages_of(rows: int, engine: str, chapters: Chapters, world: Record) -> Records:
    """Live through one replication on pages with room for so many rows."""
    found = pages(ENGINES[engine], chapters, world, new_ledger(rows))
    return np.concatenate([page.copy() for page in found])


def smallest_page(chapters: Chapters) -> int:
    """Count the rows for which a page must have room."""
    return max(rows_of_a_step(each.model) for each in chapters)


def in_pieces(
    engine: str, chapters: Chapters, world: Record, stops: Iterable[int], seen: Counter[str]
) -> Records:
    """Live through one replication on the smallest legal page, stopping at instants besides."""
    ledger = new_ledger(smallest_page(chapters))
    found = []

    def turn_the_page() -> None:
        found.append(ledger.written().copy())
        ledger.clear()
        seen[FULL + engine] += 1

    def until_done(go_on: Callable[[Ledger], bool]) -> None:
        while not go_on(ledger):
            turn_the_page()

    lives = ENGINES[engine]
    simulation = lives.start(chapters[0].model, world)
    ends = [*(each.begins for each in chapters[1:]), chapters[0].model.horizon]
    for chapter, end in zip(chapters, ends, strict=True):
        if chapter is not chapters[0]:
            if chapter.begins > 0:
                until_done(partial(lives.end_day, simulation, chapter.begins))
            until_done(partial(lives.change, simulation, chapter.model))
        for until in [*(stop for stop in sorted(stops) if chapter.begins < stop < end), end]:
            until_done(partial(lives.advance, simulation, until))
            if not (ledger.written()["time"] < until).all():
                raise ValueError(f"rows at or after {until}, where it was to stop")
            seen[UNTIL + engine] += until < end
    until_done(partial(lives.close, simulation))
    if engine == "compiled":
        seen[GROWN] += int(math.log2(len(simulation.state.pursuits) / state.FIRST_POOL))
    return np.concatenate([*found, ledger.written()])


def watched(chapters: Chapters, world: Record, seen: Counter[str]) -> Records:
    """Live through one replication on the reference engine, and count what it decides and grants."""
    ledger = new_ledger(4096 + smallest_page(chapters))
    with noted():
        found = [page.copy() for page in pages(WatchedEngine(seen), chapters, world, ledger)]
    rows = np.concatenate(found)
    seen.update(varieties(chapters[-1].model, rows))
    seen.update(over_changes(chapters, rows))
    return rows
