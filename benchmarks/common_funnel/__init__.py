"""One funnel, written for several engines: the same arrivals, pools, services and chances to advance.

Leads come as a Poisson process, one per unit of time, and pass four stages. Each stage has a pool of servers
and one queue, first come, first served; services are exponential; a lead advances by chance or is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

LEADS = 200_000  # arrivals in a full run
SCENARIO = Path(__file__).parent / "scenario.toml"


class Stage(NamedTuple):
    """A pool of servers and what becomes of a lead there."""

    servers: int
    mean: float  # of the service, in units of time
    advances: float  # chance


FUNNEL = (Stage(3, 2.4, 0.5), Stage(3, 4.8, 0.6), Stage(2, 16 / 3, 0.5), Stage(2, 32 / 3, 1.0))


class Run(NamedTuple):
    """What a program did with one seed."""

    leads: int  # that came
    seconds: float  # of simulating; neither compiling nor reading results
    finished: int  # leads that passed the last stage
    sojourn: float  # their mean time since they came, in units

    @classmethod
    def of(cls, leads: int, seconds: float, sojourns: Sequence[float]) -> Run:
        """Sum up a run of which the sojourn of each lead that finished is known."""
        return cls(leads, seconds, len(sojourns), sum(sojourns) / len(sojourns))


class MissingError(RuntimeError):
    """A program cannot run here; the message is a sentence that says why."""


Runner = Callable[[int], Run]  # of a seed


@dataclass(frozen=True)
class Program:
    """The funnel as written for one engine."""

    name: str
    written: str  # how
    does: str  # for its time
    spares: str  # itself and the reader: what the others do and it does not
    prepare: Callable[[int], Runner]  # of the number of leads; compiles what needs compiling
    leads: int = LEADS  # arrivals in a run
    runs: int = 1  # in each round: many where a run is short
