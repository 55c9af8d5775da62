"""The pool: a slot for each pursuit, free again when it has ended."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.engines.compiled.state import State
from funnelsim.model.words import NOBODY
from funnelsim.rules import market


@rule
def take_slot(state: State) -> int:
    """Take a free slot of the pool."""
    clock = state.clock[0]
    slot = clock["free"]
    clock["free"] = state.links[slot]["next"]
    clock["vacant"] -= 1
    return int(slot)


@rule
def begin_pursuit(pursuit: Record, entity: int, process: int, stage: int) -> None:
    """Fill in what every pursuit begins with."""
    pursuit["entity"] = entity
    pursuit["process"] = process
    pursuit["stage"] = stage
    pursuit["rep"] = NOBODY
    pursuit["opener"] = NOBODY
    pursuit["closer"] = NOBODY
    pursuit["round"] = 0
    pursuit["attempt"] = 0
    pursuit["flags"] = 0
    pursuit["gate"] = 0
    pursuit["ignored"] = 0
    pursuit["returns"] = 0
    pursuit["touches"] = 0
    pursuit["market"] = market.OUTSIDE
    pursuit["interrupted"] = 0
    pursuit["met"] = 0


@rule
def free_slot(state: State, slot: int) -> None:
    """Let another pursuit have a slot of the pool."""
    state.pursuits[slot]["entity"] = 0
    state.links[slot]["next"] = state.clock[0]["free"]
    state.clock[0]["free"] = slot
    state.clock[0]["vacant"] += 1
