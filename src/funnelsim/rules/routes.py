"""Which of several routes a uniform chooses, by their cumulative shares."""

from __future__ import annotations

from funnelsim.compiling.arrays import Records
from funnelsim.compiling.decorators import rule


@rule
def route(routes: Records, first: int, count: int, u: float) -> int:
    """Choose a route by its share; the last one's `up_to` is 1 (V16)."""
    chosen = first
    while chosen < first + count - 1 and u >= routes[chosen]["up_to"]:
        chosen += 1
    return chosen
