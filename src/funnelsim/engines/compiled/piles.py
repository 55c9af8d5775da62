"""What lies with a rep who will never take it up."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.queues import NONE, first, join, leave
from funnelsim.engines.compiled.state import State
from funnelsim.engines.ledger import Ledger, write
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.rules import ignored


@rare
def decide_if_ignored(model: Model, world: Record, state: State, pursuit: Record) -> None:
    """Decide whether the rep who has been chosen ignores a pursuit (B8)."""
    if ignored.will_be_ignored(model, world, pursuit, state.reps[pursuit["rep"]]["open"]):
        pursuit["ignored"] = 1
        pursuit["reason"] = ignored.reason(model, pursuit)


@rare
def lay_aside(state: State, slot: int) -> None:
    """Put a pursuit on the pile of its rep (B9)."""
    pursuit = state.pursuits[slot]
    join(state.links, state.piles[pursuit["rep"]], slot, 0, pursuit["since"], pursuit["entity"])


@rare
def leave_pile(state: State, slot: int) -> None:
    """Take a pursuit off the pile of its rep."""
    leave(state.links, state.piles[state.pursuits[slot]["rep"]], slot)


@rare
def take_from_pile(state: State, rep: int) -> int:
    """Take the first off a rep's pile, ignored no longer; NONE if it is empty (B10)."""
    slot = first(state.links, state.piles[rep])
    if slot != NONE:
        leave_pile(state, slot)
        ignore_no_longer(state.pursuits[slot])
    return slot


@rule
def ignore_no_longer(pursuit: Record) -> None:
    """Let a pursuit be placed anew."""
    pursuit["ignored"] = 0


@rare
def note_ignored(state: State, ledger: Ledger, pursuit: Record) -> None:
    """Write first that a pursuit that goes cold was ignored, if it was (B9)."""
    if ignored.is_ignored(pursuit):
        now = state.clock[0]["now"]
        write(ledger, now, pursuit, Event.IGNORED.value, now - pursuit["since"], 0, 0.0)
