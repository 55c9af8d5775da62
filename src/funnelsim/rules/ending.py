"""How a lead leaves a stage, and what that makes of it."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import Model
from funnelsim.model.words import LOST, WON, Event


@rule
def leaving(lead: Record) -> int:
    """Name the event of a lead that leaves its stage for its target."""
    if lead["target"] == WON:
        return Event.WON.value
    if lead["target"] == LOST:
        return Event.LOST.value
    if lead["target"] > lead["stage"]:
        return Event.ADVANCED.value
    return Event.SENT_BACK.value


@rule
def is_lead_at(model: Model, stage: int) -> bool:
    """Say whether a stage lies beyond the one that makes leads."""
    beyond = False
    for earlier in range(stage):
        beyond = beyond or model.stages[earlier]["makes_lead"] == 1
    return beyond


@rule
def makes_lead(model: Model, lead: Record) -> bool:
    """Say whether going to its target makes an inquiry a lead, for the first time."""
    target = lead["target"]
    if lead["is_lead"] == 1 or target == LOST:
        return False
    return target == WON or is_lead_at(model, target)
