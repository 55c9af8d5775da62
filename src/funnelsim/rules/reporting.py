"""What marketing is told of a lead's fate, and what its channel learns from it."""

from __future__ import annotations

from funnelsim.chance.keys import uniforms_if
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import REJECTED, Event
from funnelsim.rules.nurture import NO_COHORT
from funnelsim.rules.visits import occurrence, stage_for

NO_REPORT, BAD, GOOD = -1, 0, 1


@rule
def learns(model: Model, pursuit: Record) -> bool:
    """Return whether the channel of a lead learns from what is reported of it (WB3)."""
    if pursuit["process"] != SALE or pursuit["created"] == NO_COHORT:
        return False
    return bool(model.channels[pursuit["channel"]]["half"] > 0.0)


@rare
def fate_of(model: Model, pursuit: Record, event: int) -> int:
    """Tell what an event, with which a lead leaves a visit, says of it: GOOD, BAD or NO_REPORT (W3)."""
    if event == Event.WENT_COLD:
        return NO_REPORT
    if event == Event.WON:
        return GOOD
    if pursuit["target"] == REJECTED:
        return BAD
    if stage_for(model, pursuit)["checks"] > 0 and pursuit["advances"] == 0:
        return BAD
    return NO_REPORT


@rare
def report_of(model: Model, world: Record, pursuit: Record, event: int) -> int:
    """Decide what marketing is told as a lead leaves a visit: GOOD, BAD or NO_REPORT (W4)."""
    fate = fate_of(model, pursuit, event)
    if fate == NO_REPORT:
        return NO_REPORT
    honest = model.channels[pursuit["channel"]]["honest"]
    key = model.stages[pursuit["stage"]]["report_key"]
    u, _ = uniforms_if(honest < 1.0, world, pursuit["entity"], key, occurrence(pursuit))
    if u >= honest:  # not if nothing is drawn
        return NO_REPORT
    return fate
