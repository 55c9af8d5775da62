"""The common funnel in Cimba for Python: a process per server, leads handed on through stores.

Cimba's own M/M/1 benchmark is written so. Numba compiles the processes, Cimba's C library runs them as
coroutines. One worker: Cimba can run replications on several threads.
"""

# Cimba reads the annotations of a model when the class is made.

from time import perf_counter

import cimba
from cimba.random import exponential, uniform

from benchmarks.common_funnel import FUNNEL, Program, Run, Runner

FIRST, SECOND, THIRD, FOURTH = FUNNEL


class Funnel(cimba.Model):
    """Four pools of servers; a lead is the instant at which it came."""

    leads: cimba.Param[int]
    first: cimba.Store[float]
    second: cimba.Store[float]
    third: cimba.Store[float]
    fourth: cimba.Store[float]
    finished: cimba.Output[int]
    sojourns: cimba.Output[float]

    @cimba.on_start
    def begin(self) -> None:
        """Nobody has finished yet."""
        self.finished = 0
        self.sojourns = 0.0

    @cimba.process
    def arrivals(self) -> None:
        """Let leads come, one per unit of time on average."""
        for _ in range(self.leads):
            cimba.hold(exponential(1.0))
            self.first.put(cimba.now())

    @cimba.process(copies=FIRST.servers)
    def in_the_first(self) -> None:
        """Serve a lead after the other."""
        while True:
            came = self.first.get()
            cimba.hold(exponential(FIRST.mean))
            if uniform() < FIRST.advances:
                self.second.put(came)

    @cimba.process(copies=SECOND.servers)
    def in_the_second(self) -> None:
        """Serve a lead after the other."""
        while True:
            came = self.second.get()
            cimba.hold(exponential(SECOND.mean))
            if uniform() < SECOND.advances:
                self.third.put(came)

    @cimba.process(copies=THIRD.servers)
    def in_the_third(self) -> None:
        """Serve a lead after the other."""
        while True:
            came = self.third.get()
            cimba.hold(exponential(THIRD.mean))
            if uniform() < THIRD.advances:
                self.fourth.put(came)

    @cimba.process(copies=FOURTH.servers)
    def in_the_fourth(self) -> None:
        """Serve a lead after the other, and add up how long they took."""
        while True:
            came = self.fourth.get()
            cimba.hold(exponential(FOURTH.mean))
            self.finished += 1
            self.sojourns += cimba.now() - came


def prepare(leads: int) -> Runner:
    """Compile the model once; a run makes its own experiment."""
    model = Funnel()
    model.leads = leads

    def run(seed: int) -> Run:
        experiment = cimba.Experiment(model, window=cimba.Window.until_idle(), seed=seed)
        began = perf_counter()
        results = experiment.run(workers=1)[model]
        seconds = perf_counter() - began
        finished = int(results.finished.values[0, 0])
        return Run(leads, seconds, finished, float(results.sojourns.values[0, 0]) / finished)

    return run


PROGRAM = Program(
    name="Cimba for Python",
    written="a process per server, leads handed on through `Store`; compiled by Numba, run in C",
    does="coroutines, stores, one sum",
    spares="a process per lead, records, keys, calendars; an exponential by ziggurat, not by logarithm",
    prepare=prepare,
    runs=5,
)
