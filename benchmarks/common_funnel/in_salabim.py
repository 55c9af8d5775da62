"""The common funnel in salabim: a component per lead, trace and monitors off.

Written with `yield`: without it ("yieldless") salabim switches greenlets, which is slower here.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from time import perf_counter

import salabim

from benchmarks.common_funnel import FUNNEL, Program, Run, Runner

LEADS = 10_000  # about two seconds of it


class Funnel:
    """The pools, the stream of random numbers and the sojourns."""

    def __init__(self, seed: int) -> None:
        self.env = salabim.Environment(trace=False, yieldless=False)
        self.chance = random.Random(seed)
        self.sojourns: list[float] = []
        self.stages = [
            (salabim.Resource(capacity=stage.servers, monitor=False), 1 / stage.mean, stage.advances)
            for stage in FUNNEL
        ]


class Lead(salabim.Component):
    """A lead passes the stages until one does not let it advance."""

    def process(self, funnel: Funnel) -> Generator[None, None, None]:
        """Live."""
        came = self.env.now()
        for pool, rate, advances in funnel.stages:
            yield self.request(pool)
            yield self.hold(funnel.chance.expovariate(rate))
            self.release(pool)
            if funnel.chance.random() >= advances:
                return
        funnel.sojourns.append(self.env.now() - came)


class Arrivals(salabim.Component):
    """Leads come, one per unit of time on average."""

    def process(self, funnel: Funnel, leads: int) -> Generator[None, None, None]:
        """Live."""
        for _ in range(leads):
            yield self.hold(funnel.chance.expovariate(1.0))
            Lead(funnel=funnel, suppress_trace=True)


def prepare(leads: int) -> Runner:
    """Nothing needs preparing."""

    def run(seed: int) -> Run:
        funnel = Funnel(seed)
        Arrivals(funnel=funnel, leads=leads)
        began = perf_counter()
        funnel.env.run()
        seconds = perf_counter() - began
        return Run.of(leads, seconds, funnel.sojourns)

    return run


PROGRAM = Program(
    name="salabim",
    written="a component per lead, pools as `Resource`; trace and monitors off",
    does="processes, pools, names of components, the list of sojourns",
    spares="statistics, records, keys, calendars",
    prepare=prepare,
    leads=LEADS,
)
