"""The common funnel in SimPy: a process per lead, as its documentation writes a bank's customers."""

from __future__ import annotations

import random
from collections.abc import Generator
from time import perf_counter

import simpy

from benchmarks.common_funnel import FUNNEL, Program, Run, Runner


class Funnel:
    """The pools, the stream of random numbers and the sojourns."""

    def __init__(self, seed: int) -> None:
        self.env = simpy.Environment()
        self.chance = random.Random(seed)
        self.sojourns: list[float] = []
        self.stages = [
            (simpy.Resource(self.env, stage.servers), 1 / stage.mean, stage.advances) for stage in FUNNEL
        ]

    def lead(self) -> Generator[simpy.Event, None, None]:
        """Pass the stages until one does not let it advance."""
        came = self.env.now
        for pool, rate, advances in self.stages:
            with pool.request() as request:
                yield request
                yield self.env.timeout(self.chance.expovariate(rate))
            if self.chance.random() >= advances:
                return
        self.sojourns.append(self.env.now - came)

    def arrivals(self, leads: int) -> Generator[simpy.Event, None, None]:
        """Let leads come, one per unit of time on average."""
        for _ in range(leads):
            yield self.env.timeout(self.chance.expovariate(1.0))
            self.env.process(self.lead())


def prepare(leads: int) -> Runner:
    """Nothing needs preparing."""

    def run(seed: int) -> Run:
        funnel = Funnel(seed)
        funnel.env.process(funnel.arrivals(leads))
        began = perf_counter()
        funnel.env.run()
        seconds = perf_counter() - began
        return Run.of(leads, seconds, funnel.sojourns)

    return run


PROGRAM = Program(
    name="SimPy",
    written="a process per lead, pools as `Resource`",
    does="processes, pools, the list of sojourns",
    spares="statistics, records, keys, calendars",
    prepare=prepare,
)
