"""What theory says about the common funnel."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.common_funnel import FUNNEL, Stage


def mean_wait(arrivals: float, stage: Stage) -> float:
    """Return the mean time in the queue of M/M/c: Erlang's C, from Erlang's B by its recursion.

    Source: R. Cooper (1981), Introduction to Queueing Theory, 2nd edition, chapter 3.

    >>> round(mean_wait(0.8, Stage(1, 1.0, 1.0)), 9)  # M/M/1: load / (1 - load) services
    4.0
    """
    offered = arrivals * stage.mean
    blocked = 1.0
    for server in range(1, stage.servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    waits = blocked / (1.0 - offered / stage.servers * (1.0 - blocked))
    return waits * stage.mean / (stage.servers - offered)


def mean_sojourn(funnel: Iterable[Stage] = FUNNEL, arrivals: float = 1.0) -> float:
    """Return the mean time from coming to the end of the last stage, of those who get there.

    What leaves M/M/c is Poisson, and so is a share of it that is drawn by lot: each stage is an M/M/c of its
    own, and the means add up.

    Source: P. Burke (1956), The output of a queuing system, Operations Research 4.

    >>> round(mean_sojourn([Stage(1, 1.0, 0.5), Stage(1, 1.0, 1.0)], arrivals=0.8), 9)  # 1 / 0.2 + 1 / 0.6
    6.666666667
    """
    total = 0.0
    for stage in funnel:
        total += mean_wait(arrivals, stage) + stage.mean
        arrivals *= stage.advances
    return total
