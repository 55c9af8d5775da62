"""Nurture of those who say no: touches at intervals, until they come back or are lost for good."""

from __future__ import annotations

from funnelsim.chance.keys import WIN_BACK, descendant, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import LOST, NOTHING
from funnelsim.rules.visits import occurrence

NO_COHORT = -1  # in place of when the company's first inquiry arrived


@rule
def takes(model: Model, pursuit: Record, reason: int) -> bool:
    """Return whether a pursuit that would be lost for a reason, or for NOTHING, is nurtured (N1, N2)."""
    if reason == NOTHING or model.reasons[reason]["most_touches"] == 0:
        return False
    fewer = pursuit["returns"] < model.reasons[reason]["most_returns"]
    return bool(fewer and pursuit["process"] == SALE)


@rule
def wins_back(model: Model, contract: Record) -> bool:
    """Return whether a customer who leaves is cared for, so that it may come back (WB1)."""
    reason = int(model.firm[0]["churned"])
    return bool(reason > 0 and takes(model, contract, reason))


@rule
def win_back_of(contract: Record) -> int:
    """Return the entity of the win-back that is born of a contract (WB1, K9)."""
    return descendant(contract["entity"], WIN_BACK, occurrence(contract))


@rule
def is_win_back(pursuit: Record) -> bool:
    """Return whether a pursuit, or what is born of it, belongs to no cohort of inquiries (WB1)."""
    return bool(pursuit["created"] == NO_COHORT)


@rare
def touches(model: Model, world: Record, pursuit: Record, reason: int) -> tuple[int, int]:
    """Draw how nurture ends: after how many touches, and at which stage, or LOST (N3, N4)."""
    row = model.reasons[reason]
    most = int(row["most_touches"])
    u, _ = uniforms(world, pursuit["entity"], row["key"], occurrence(pursuit))
    for touch in range(most):
        if u < model.returns[row["first_touch"] + touch]:
            return touch + 1, int(row["target"])
    return most, LOST


@rule
def touches_by(pursuit: Record, now: int) -> int:
    """Count the touches that a nurtured pursuit has had by now (N5)."""
    return int(min(pursuit["touches"], (now - pursuit["since"]) // pursuit["interval"]))


@rule
def comes_back(pursuit: Record) -> bool:
    """Return whether a nurtured pursuit comes back at its last touch (N4, N6)."""
    return bool(pursuit["target"] != LOST)


@rule
def warmed(model: Model, pursuit: Record) -> float:
    """Return the odds ratio of a pursuit that comes back: its own, times that of its nurture (N6, N7)."""
    return float(pursuit["fit"] * model.reasons[pursuit["reason"]]["odds"])
