"""Deliveries of what has been sold: are they good, and when is what they bring earned."""

from __future__ import annotations

import math

from funnelsim.chance.keys import GOOD_DELIVERY, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import NOTHING
from funnelsim.rules.visits import CERTAIN

NOTHING_TO_DELIVER = 0  # in place of a process


@rule
def delivery_of(model: Model, product: int) -> int:
    """Return the process that delivers a product; NOTHING_TO_DELIVER if none does (DE1)."""
    if product == NOTHING:
        return NOTHING_TO_DELIVER
    return int(model.products[product]["delivery"])


@rule
def is_earned_later(model: Model, product: int) -> bool:
    """Return whether what is paid for a product is earned from its delivery on (DE5)."""
    return bool(product != NOTHING and model.products[product]["at_delivery"] == 1)


@rule
def is_late(model: Model, process: int, taken: int) -> bool:
    """Return whether a delivery that has taken so long is late (DE3)."""
    return bool(taken > model.processes[process]["promised"])


@rare
def is_good(model: Model, world: Record, delivery: Record, now: int) -> bool:
    """Decide whether what is delivered now is good (DE4)."""
    process = model.processes[delivery["process"]]
    odds = float(process["good"])
    if odds > CERTAIN:
        return True
    if is_late(model, delivery["process"], now - delivery["began"]):
        odds *= process["late"]
    odds *= math.pow(process["defect"], float(delivery["round"]))
    u, _ = uniforms(world, delivery["entity"], GOOD_DELIVERY, 0)
    return u < odds / (1.0 + odds)
