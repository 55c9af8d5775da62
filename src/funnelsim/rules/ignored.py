"""Leads that a rep is given and never takes up."""

from __future__ import annotations

from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.rules.loads import effect_of_open_leads
from funnelsim.rules.visits import CERTAIN, occurrence, stage_for


@rule
def is_ignored(pursuit: Record) -> bool:
    """Return whether a pursuit lies with a rep who will never take it up (B9)."""
    return bool(pursuit["ignored"] == 1)


@rare
def will_be_ignored(model: Model, world: Record, pursuit: Record, others: int) -> bool:
    """Decide, as a rep is chosen in a stage where some are ignored, whether this pursuit is (B8).

    Parameters
    ----------
    model, world, pursuit
        The pursuit in its stage.
    others : int
        How many open leads the rep has before this one.
    """
    if pursuit["attempt"] > 0 or pursuit["interrupted"] == 1:
        return False
    row = model.ignored[stage_for(model, pursuit)["ignored"] - 1]
    odds = row["odds"] * effect_of_open_leads(model, row["first_load"], row["loads"], others)
    if odds > CERTAIN:
        return True
    u, _ = uniforms(world, pursuit["entity"], row["key"], occurrence(pursuit))
    return bool(u < odds / (1.0 + odds))


@rare
def reason(model: Model, pursuit: Record) -> int:
    """Return the reason for which a pursuit that is ignored will go cold (B9)."""
    return int(model.ignored[stage_for(model, pursuit)["ignored"] - 1]["reason"])
