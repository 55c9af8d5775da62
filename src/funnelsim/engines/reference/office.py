"""The office: what stands at an instant, its clock, and what is due.

SimPy breaks ties by priority: a `Happening` has its place in the order of an instant (wave, kind, entity),
and grants of capacity come after everything that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, cast

import numpy as np
import simpy
from simpy.events import EventPriority

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import Ledger, write
from funnelsim.engines.protocol import MOST_WAVES, StuckError
from funnelsim.model.model import Model
from funnelsim.model.records import CHANNEL_STATE, PURSUIT, REP_STATE, TEAM_STATE
from funnelsim.model.words import NEVER, NOBODY, NOTHING, Due
from funnelsim.rules import visits

AFTER_ALL_THAT_IS_DUE = 1 << 128  # the priority of grants
AFTER_SIMPYS_OWN = 2  # URGENT is 0 and NORMAL 1: a decision is finished before the next one
UNTIL_IT_HAPPENS = ("joined", "leaves", "left", "successor", "away_from", "away_until")  # of a rep: NEVER
WITHDRAWN = "withdrawn"  # the result of a wait that another pursuit of the company ends
INTERRUPTED = "interrupted"  # the result of a wait for work to end

Story = Generator[simpy.Event, Any, None]


class Happening(simpy.Event):
    """Something due at a time, in the order of that instant (T3, I1, I2)."""

    def __init__(self, office: Office, time: int, kind: Due, entity: int) -> None:
        super().__init__(office.env)
        self._ok = True
        self._value = None
        self.pursuit: Record | None = None
        self.wave = office.wave + 1 if time == office.now else 0
        self.callbacks = [office.decide]
        if time < office.model.horizon:
            order = (self.wave << 72) + (kind << 64) + entity + AFTER_SIMPYS_OWN
            office.env.schedule(self, cast(EventPriority, order), delay=int(time) - office.now)

    def then(self, action: Callable[[simpy.Event], None]) -> None:
        """Do this when it is due."""
        assert self.callbacks is not None
        self.callbacks.append(action)

    def call_off(self) -> None:
        """Call the happening off."""
        self.callbacks = []


class Office:
    """One replication: the clock, the teams and reps at work, and the pursuits in their queues.

    Parameters
    ----------
    model : Model
        The strategy, of the first chapter.
    world : Record
        The world that is drawn.
    grant : callable
        What grants capacity when nothing more is due at an instant.
    """

    def __init__(self, model: Model, world: Record, grant: Callable[[Office], None]) -> None:
        self.model = model
        self.world = world
        self.grant = grant
        self.env = simpy.Environment(initial_time=0)
        self.wave = 0
        self.ledger: Ledger
        self.channels = np.zeros(len(model.channels), CHANNEL_STATE)
        self.expected = model.expected.copy()
        self.taken = [0] * len(model.segments)  # companies of each segment's market
        self.odds_by_day = np.ones(len(model.month_days))
        self.teams = np.zeros(len(model.teams), TEAM_STATE)
        self.teams["own_policy"] = model.teams["own_policy"]
        self.reps = np.zeros(len(model.reps), REP_STATE)
        for name in UNTIL_IT_HAPPENS:
            self.reps[name] = NEVER
        self.order = np.arange(len(model.reps))
        self.own_queues: list[list[Record]] = [[] for _ in model.reps]
        self.piles: list[list[Record]] = [[] for _ in model.reps]  # what each rep ignores
        self.team_queues: list[list[Record]] = [[] for _ in model.teams]
        self.held: list[list[Record]] = [[] for _ in range(1 + len(model.gates))]  # 0: the gate is gone
        self.loads = np.zeros(1 + len(model.gates), np.int64)
        self.waiting: dict[int, tuple[simpy.Event, Happening]] = {}  # a wait, and what ends it
        self.to_come: dict[int, Happening] = {}  # what each open pursuit has due
        self.of_the_firm: dict[tuple[Due, int], Happening] = {}  # what reps, calendars, channels have due
        self.open_pursuits: dict[int, Record] = {}
        self.grant_is_scheduled = False
        self.left_to_book: list[Record] | None = None  # while the simulation closes

    def start(self, story: Story) -> None:
        """Begin a story at once, up to where it waits for the first time."""
        self.env.process(story)
        self.env.step()

    @property
    def now(self) -> int:
        """The instant, in microseconds."""
        return int(self.env.now)

    def decide(self, happening: simpy.Event) -> None:
        """Note the wave of this decision, and that capacity may be granted afterwards (I5)."""
        assert isinstance(happening, Happening)
        self.wave = happening.wave
        if self.wave > MOST_WAVES:
            raise StuckError(int(self.now), self.stages_due(happening))
        self.schedule_grant()

    def stages_due(self, first: Happening) -> tuple[int, ...]:
        """Name the stages of the pursuits that go in circles at this instant."""
        due = [event for time, _, _, event in self.env._queue if time == self.now]
        found = [e.pursuit for e in (first, *due) if isinstance(e, Happening) and e.pursuit is not None]
        return tuple(sorted({int(pursuit["stage"]) for pursuit in found}))

    def schedule_grant(self) -> None:
        """Grant capacity when nothing more is due at this instant (I3)."""
        if not self.grant_is_scheduled:
            self.grant_is_scheduled = True
            granting = self.env.event()
            granting._ok, granting._value = True, None
            granting.callbacks = [lambda _: self.grant(self)]
            self.env.schedule(granting, cast(EventPriority, AFTER_ALL_THAT_IS_DUE))

    def call_up(self, pursuit: Record, rep: int) -> None:
        """End a pursuit's wait: a rep starts on it, or it is handed over and nobody yet does."""
        called_up, goes_cold = self.waiting.pop(int(pursuit["entity"]))
        goes_cold.call_off()
        called_up.succeed(rep)
        self.schedule_grant()

    def new_pursuit(self, entity: int, process: int, stage: int) -> Record:
        """Open the record of a pursuit."""
        pursuit: Record = np.zeros(1, PURSUIT)[0]
        pursuit["entity"], pursuit["process"], pursuit["stage"] = entity, process, stage
        pursuit["rep"] = pursuit["opener"] = pursuit["closer"] = pursuit["seller"] = NOBODY
        pursuit["product"] = NOTHING
        self.open_pursuits[entity] = pursuit
        return pursuit

    def due(self, time: int, kind: Due, pursuit: Record) -> Happening:
        """Note what a pursuit has due, before the horizon or not (T4)."""
        pursuit["due"], pursuit["phase"] = time, kind
        happening = Happening(self, time, kind, int(pursuit["entity"]))
        happening.pursuit = pursuit
        self.to_come[int(pursuit["entity"])] = happening
        return happening

    def due_for(self, number: int, time: int, kind: Due, entity: int) -> Happening:
        """Note what the rep, the calendar or the channel of a number has due."""
        happening = Happening(self, time, kind, entity)
        self.of_the_firm[kind, number] = happening
        return happening

    def wait_for(self, pursuit: Record, own_end: Happening) -> simpy.Event:
        """Wait until the wait ends by itself, with None, or something else ends it."""
        called_up = self.env.event()

        def end_by_itself(_: simpy.Event) -> None:
            del self.waiting[int(pursuit["entity"])]
            called_up.succeed(None)

        own_end.then(end_by_itself)
        self.waiting[int(pursuit["entity"])] = (called_up, own_end)
        return called_up

    def team_of(self, pursuit: Record) -> int:
        """Name the team of a pursuit's stage, or NOBODY."""
        return visits.team_for(self.model, pursuit)

    def gate_of(self, pursuit: Record) -> int:
        """Name the gate of a pursuit's stage, 0 if there is none."""
        return int(visits.stage_for(self.model, pursuit)["gate"])

    def write(
        self, pursuit: Record, event: int, waited: int = 0, worked: int = 0, money: float = 0.0
    ) -> None:
        """Write a row about a pursuit."""
        write(self.ledger, self.now, pursuit, event, waited, worked, money)
