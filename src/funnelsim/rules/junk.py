"""What sales rejects at first contact, rightly or not."""

from __future__ import annotations

import math

from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import Flag
from funnelsim.rules.loads import effect_of_open_leads
from funnelsim.rules.nurture import is_win_back
from funnelsim.rules.traits import has
from funnelsim.rules.visits import CERTAIN, duration, occurrence, stage_for

MOST_STAGES = 62  # the first of the file, a bit each in what a pursuit has met
REJECTED_BEFORE = 1 << MOST_STAGES  # a bit of its own, which stays


@rule
def rejection_of(model: Model, pursuit: Record) -> Record:
    """Find how sales rejects in a pursuit's stage, which has a rejection."""
    row: Record = model.rejections[model.stages[pursuit["stage"]]["rejection"] - 1]
    return row


@rule
def is_after_hand_over(pursuit: Record) -> bool:
    """Return whether no rep has met a pursuit in this stage, since it began or last returned (J7)."""
    return bool(pursuit["met"] >> pursuit["stage"] & 1 == 0)


@rule
def met(pursuit: Record) -> int:
    """Return where reps have met a pursuit, the stage at hand included (J7)."""
    return int(pursuit["met"] | 1 << pursuit["stage"])


@rule
def met_on_return(pursuit: Record) -> int:
    """Return where reps have met a pursuit that comes back from a rest: nowhere (J7)."""
    return int(pursuit["met"] & REJECTED_BEFORE)


@rule
def is_out_of_profile(model: Model, pursuit: Record) -> bool:
    """Return whether a pursuit is truly junk: a theorist, or without a trait that the stage needs (J8)."""
    needs = rejection_of(model, pursuit)["needs"]
    return bool(pursuit["theorist"] == 1 or pursuit["traits"] & needs != needs)


@rule
def flags_of(model: Model, pursuit: Record) -> int:
    """Return the flags that a pursuit's rows have from a first contact after hand-over on (J8)."""
    flags = int(pursuit["flags"]) & ~Flag.OUT_OF_PROFILE.value
    if is_out_of_profile(model, pursuit):
        flags = flags | Flag.OUT_OF_PROFILE.value
    return flags


@rule
def rejects(model: Model, world: Record, pursuit: Record, skill: float, others: int) -> bool:
    """Decide whether a rep rejects a pursuit at first contact (J9).

    Parameters
    ----------
    skill : float
        Of the rep at this moment, an odds ratio.
    others : int
        How many open leads the rep has besides this one.
    """
    key = rejection_of(model, pursuit)["key"]
    u, _ = uniforms(world, pursuit["entity"], key, occurrence(pursuit))
    return bool(u < chance_of_rejection(model, pursuit, skill, others))


@rule
def chance_of_rejection(model: Model, pursuit: Record, skill: float, others: int) -> float:
    """Compute the probability that sales rejects a pursuit, from its odds ratios (J9).

    odds = stage's x missing traits' x theorist's x open leads' x skill^exponent, where the stage's odds are
    those of the reference pursuit, with an average rep who has few others, under the management at hand.
    """
    rejection = rejection_of(model, pursuit)
    odds = float(rejection["odds"])
    if odds > CERTAIN:
        return 1.0
    number = model.stages[pursuit["stage"]]["rejection"] - 1
    for trait in range(len(model.traits)):
        if not has(pursuit["traits"], trait):
            odds *= model.junk_odds[number, trait]
    if pursuit["theorist"] == 1:
        odds *= rejection["theorist"]
    odds *= effect_of_open_leads(model, rejection["first_load"], rejection["loads"], others)
    odds *= math.pow(skill, rejection["skill_exponent"])
    if odds > CERTAIN:
        return 1.0
    return float(odds / (1.0 + odds))


@rule
def effort_of_rejection(model: Model, pursuit: Record) -> int:
    """Return the working time until a pursuit is rejected: a share of the visit's effort (J11)."""
    return duration(pursuit["effort"] * rejection_of(model, pursuit)["effort_share"], 1)


@rare
def cost_of_rejected(model: Model, pursuit: Record) -> float:
    """Return what a rejected pursuit has cost by itself: its inquiry, its lead and this visit (J12).

    One that was rejected before, or of a customer, has only cost this visit (WB3).
    """
    cost = float(stage_for(model, pursuit)["cost_per_visit"])
    asked = pursuit["process"] == SALE and not is_win_back(pursuit)
    if asked and pursuit["met"] & REJECTED_BEFORE == 0:
        channel = model.channels[pursuit["channel"]]
        cost += channel["cost_per_inquiry"]
        if pursuit["is_lead"] == 1:
            cost += channel["price_per_lead"]
    return cost
