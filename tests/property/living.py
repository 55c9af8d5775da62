"""Ways to live through a scenario, on one engine, at a stretch or in pieces; all come to the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import ENGINES, StuckError, new_ledger, pages
from funnelsim.engines.compiled import state
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Model
from funnelsim.model.records import LEDGER
from funnelsim.scenario import Lowered, lower_in, parse
from funnelsim.studies.replication import TWIN

from .processes import with_processes
from .watching import FULL, GROWN, UNTIL, WatchedEngine, noted, varieties


@dataclass(frozen=True)
class Example:
    """A scenario, and how it is lived through.

    A replication from 2^31 on is a twin: the same uncertain numbers with chance of its own. `stops` are
    places in the history, as shares of its rows, and microseconds beside the instant of that row. `pool` is
    how many leads the compiled engine has room for before it must grow; `processes` are of a kind of
    `with_processes`.
    """

    text: str
    seed: int
    replication: int = 0
    stops: tuple[tuple[float, int], ...] = ()
    pool: int = state.FIRST_POOL
    processes: int = 0

    @property
    def world(self) -> Record:
        """The key of all draws."""
        return world_of(self.seed, self.replication)

    def lowered(self) -> Lowered:
        """Lower the scenario as it is in its world, and give it its processes."""
        model, names = lower_in(parse(self.text), world_of(self.seed, self.replication % TWIN))
        more = ("service 1", "service 2") if self.processes else ()
        named = replace(names, stages=(*names.stages, *more))
        return Lowered(with_processes(model, self.processes), named)


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


def model_of(text: str, seed: int = 1) -> Model:
    """Read a scenario and lower it as it is in the first world."""
    return Example(text, seed).lowered().model


def parity(example: Example, seen: Counter[str]) -> None:
    """Require that both engines write the same bytes, at a stretch and in pieces.

    Raises
    ------
    ParityError
        They do not; named are the first two outcomes that differ.
    """
    model = example.lowered().model
    with patch.object(state, "FIRST_POOL", example.pool):
        ways = outcomes(example, model, seen)
        told = next(ways)
        for other in ways:
            if told.stuck != other.stuck or told.rows.tobytes() != other.rows.tobytes():
                raise ParityError(example, told, other)
    seen["scenarios"] += 1
    seen["rows"] += len(told.rows)
    seen["number that is uncertain"] += len(parse(example.text).uncertainties)
    seen["world: another than the first"] += 0 < example.replication < TWIN
    seen["world: the twin of one"] += example.replication >= TWIN


def outcomes(example: Example, model: Model, seen: Counter[str]) -> Iterator[Outcome]:
    """Live through an example in every way, the reference engine, watched, first."""
    told = outcome("reference", lambda: watched(model, example.world, seen))
    yield told
    yield outcome("compiled", lambda: at_a_stretch("compiled", model, example.world))
    times = [0, *told.rows["time"].tolist()]
    instants = [times[int(place * (len(times) - 1))] + beside for place, beside in example.stops]
    for engine in sorted(ENGINES):
        yield outcome(f"{engine} in pieces", in_pieces_of(engine, model, example.world, instants, seen))


def in_pieces_of(
    engine: str, model: Model, world: Record, instants: list[int], seen: Counter[str]
) -> Callable[[], Records]:
    """Prepare to live in pieces."""
    return lambda: in_pieces(engine, model, world, instants, seen)


def outcome(how: str, live: Callable[[], Records]) -> Outcome:
    """Live, and tell what it came to; where leads go round for ever, both engines should say so alike."""
    try:
        return Outcome(how, live())
    except StuckError as stuck:
        return Outcome(how, np.zeros(0, LEDGER), str(stuck))
    except Exception as broken:
        return Outcome(how, np.zeros(0, LEDGER), f"{how} broke: {broken!r}")


def at_a_stretch(engine: str, model: Model, world: Record) -> Records:
    """Live through one replication on large pages."""
    ledger = new_ledger(4096 + rows_of_a_step(model))
    return np.concatenate([page.copy() for page in pages(ENGINES[engine], model, world, ledger)])


def in_pieces(engine: str, model: Model, world: Record, stops: Iterable[int], seen: Counter[str]) -> Records:
    """Live through one replication on the smallest legal page, stopping at instants besides."""
    ledger = new_ledger(rows_of_a_step(model))
    found = []

    def turn_the_page() -> None:
        found.append(ledger.written().copy())
        ledger.clear()
        seen[FULL + engine] += 1

    simulation = ENGINES[engine].start(model, world)
    for until in [*sorted(stops), model.horizon]:
        while not ENGINES[engine].advance(simulation, until, ledger):
            turn_the_page()
        if not (ledger.written()["time"] < until).all():
            raise ValueError(f"rows at or after {until}, where it was to stop")
        seen[UNTIL + engine] += until < model.horizon
    while not ENGINES[engine].close(simulation, ledger):
        turn_the_page()
    if engine == "compiled":
        seen[GROWN] += int(math.log2(len(simulation.state.pursuits) / state.FIRST_POOL))
    return np.concatenate([*found, ledger.written()])


def watched(model: Model, world: Record, seen: Counter[str]) -> Records:
    """Live through one replication on the reference engine, and count what it decides and grants."""
    ledger = new_ledger(4096 + rows_of_a_step(model))
    with noted():
        found = [page.copy() for page in pages(WatchedEngine(seen), model, world, ledger)]
    rows = np.concatenate(found)
    seen.update(varieties(model, rows))
    return rows
