"""Deals that are open at time 0: what is known of them, and how they go on from there."""

from __future__ import annotations

import math

from funnelsim.chance.keys import MARKET, Entity, uniforms
from funnelsim.compiling.arrays import Floats, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import (
    LOST,
    MISSED,
    NEVER,
    NOBODY,
    NOTHING,
    REJECTED,
    UNDECIDED,
    WON,
    Due,
)
from funnelsim.rules import people, qualifying, visits
from funnelsim.rules.junk import rejection_of

AVERAGE_SKILL = 1.0


@rule
def is_open_deal(pursuit: Record) -> bool:
    """Return whether a pursuit is of a deal that was open at time 0 (OD1)."""
    return bool(pursuit["entity"] >> 56 == Entity.OPEN_DEAL)


@rare
def deal_of(model: Model, pursuit: Record) -> Record:
    """Find what the model says of an open deal, by its entity: rows are in their order."""
    low, high = 0, len(model.open_deals) - 1
    while low < high:
        middle = (low + high) // 2
        if model.open_deals[middle]["entity"] < pursuit["entity"]:
            low = middle + 1
        else:
            high = middle
    deal: Record = model.open_deals[low]
    return deal


@rare
def own_value(model: Model, pursuit: Record) -> float:
    """Return the bookings of an open deal that the records tell; NaN where they tell none (OD6)."""
    return float(deal_of(model, pursuit)["value"])


@rare
def phase_at_first(model: Model, pursuit: Record, deal: Record) -> int:
    """Return the phase in which an open deal begins: BEGINS where its stage has not that of its donor (OD5).

    A stage without a team has no queue, one without attempts nobody to be reached, one without a gate holds
    nobody, and work of several people is not taken up in its middle.
    """
    stage, phase = visits.stage_for(model, pursuit), int(deal["phase"])
    possible = phase == Due.CUSTOMER_ANSWERS or stage["team"] != NOBODY
    if phase == Due.TRIES_AGAIN or deal["missed"] == 1:
        possible = possible and stage["most_attempts"] > 0
    if phase == Due.WORK_ENDS:
        possible = possible and stage["people"] == 1
    if deal["held"] == 1:
        possible = possible and stage["gate"] > 0
    return phase if possible else Due.BEGINS.value


@rare
def attempts_made(model: Model, pursuit: Record, deal: Record) -> int:
    """Return how many attempts have begun in the visit at hand: one at least where work has (OD5)."""
    if visits.stage_for(model, pursuit)["most_attempts"] == 0:
        return 0
    begun = deal["phase"] in (Due.WORK_ENDS, Due.TRIES_AGAIN, Due.CUSTOMER_ANSWERS)
    return max(int(deal["attempt"]), 1 if begun else 0)


@rule
def queues(phase: int) -> bool:
    """Return whether an open deal in a phase waits for a rep: work that has started is interrupted (OD5)."""
    return phase in (Due.GOES_COLD, Due.WORK_ENDS)


@rule
def awaits(phase: int) -> int:
    """Return what an open deal in a phase has due: interrupted work has no patience, as it waits (G10)."""
    return Due.GOES_COLD.value if phase == Due.WORK_ENDS else phase


@rule
def due_at_first(deal: Record, phase: int) -> int:
    """Return when the phase in which an open deal begins ends by itself (OD5)."""
    return NEVER if phase == Due.WORK_ENDS else int(deal["due"])


@rare
def skill_at_first(model: Model, states: Records, pursuit: Record) -> float:
    """Return the skill with which an open deal is decided: that of its rep at time 0, if on staff (OD6).

    Where no team works the stage, nobody's skill matters (V4).
    """
    if pursuit["rep"] == NOBODY or states[pursuit["rep"]]["on_staff"] == 0:
        return AVERAGE_SKILL
    if visits.team_for(model, pursuit) == NOBODY:
        return AVERAGE_SKILL
    return float(people.skill_in(model, model.reps[pursuit["rep"]], states[pursuit["rep"]], 0))


@rare
def decided_at_first(
    model: Model, world: Record, odds_by_day: Floats, pursuit: Record, deal: Record, skill: float
) -> tuple[int, float]:
    """Decide whether an open deal on which work has started advances, by its own keys (OD6).

    The wait is that before its work; the month is that of time 0.

    Parameters
    ----------
    pursuit : PURSUIT record
        With `since` so long before time 0 as it had waited.

    Returns
    -------
    int
        As `advances` of a pursuit.
    float
        As `luck` of a pursuit.
    """
    stage, waited, luck = visits.stage_for(model, pursuit), int(deal["contact"]), float(pursuit["luck"])
    _, advances = visits.work(model, odds_by_day, pursuit, skill, 1.0, waited)
    if stage["decides_late"] == 1:
        advances, luck = UNDECIDED, visits.ratio_needed(model, pursuit, skill, waited)
    if stage["checks"] > 0:
        _, advances = qualifying.checked(model, world, pursuit, 1.0)
    if deal["missed"] == 1:
        advances = MISSED
    if deal["outcome"] != NOTHING:
        advances = 1 if deal["outcome"] == WON else 0
    return int(advances), luck


@rare
def answer_at_first(model: Model, pursuit: Record, deal: Record) -> tuple[int, int, int]:
    """Return how long the customer of such a deal takes, where it goes and why (OD6, OD7, J11)."""
    if deal["rejected"] == 1:
        return 0, REJECTED, int(rejection_of(model, pursuit)["reason"])
    takes, target, reason = visits.answer(model, pursuit)
    if deal["outcome"] == WON:
        return takes, WON, NOTHING
    if deal["outcome"] == LOST:
        return takes, LOST, reason_of_a_loss(model, pursuit)
    return takes, target, reason


@rare
def reason_of_a_loss(model: Model, pursuit: Record) -> int:
    """Return the first reason for which deals are lost in a stage; 0 if none is lost there (OD7)."""
    stage = visits.stage_for(model, pursuit)
    for number in range(stage["first_else"], stage["first_else"] + stage["elses"]):
        if model.routes[number]["target"] == LOST:
            return int(model.routes[number]["reason"])
    return 0


@rare
def cools_off_by(world: Record, pursuit: Record) -> float:
    """Draw the uniform by which the company of an open deal will cool off (O3, O4)."""
    _, for_cooling = uniforms(world, pursuit["company"], MARKET, 0)
    return for_cooling


@rule
def has_value(value: float) -> bool:
    """Return whether the records tell a value."""
    return not math.isnan(value)
