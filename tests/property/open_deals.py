"""Random deals that are open at time 0, or whose companies cool off then, for any model."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np

from funnelsim.chance.keys import open_deal
from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.model import SALE, Chapters, Model
from funnelsim.model.records import OPEN_DEAL
from funnelsim.model.words import DAY, HOUR, LOST, NEVER, NOBODY, NOTHING, WON, Due
from funnelsim.rules import products

PHASES = (
    *(Due.GOES_COLD, Due.WORK_ENDS, Due.TRIES_AGAIN, Due.CUSTOMER_ANSWERS, Due.BEGINS),
    Due.COOLS_OFF,  # it was lost before
)
SPANS = (0, 1, HOUR, 8 * HOUR, DAY, 3 * DAY)  # many end at one instant


def with_open_deals(chapters: Chapters, count: int, world: Record) -> Chapters:
    """Let so many deals be open at time 0, each in any phase; the same in all chapters."""
    if not count:
        return chapters
    deals = random_deals(chapters[0].model, count, world)
    return tuple(replace(each, model=each.model._replace(open_deals=deals)) for each in chapters)


def random_deals(model: Model, count: int, world: Record) -> Records:
    """Make open deals of any stage of the sale, channel, segment and rep."""
    chance = random.Random(int(world["seed"]) + count)
    deals = np.zeros(count, OPEN_DEAL)
    deals["entity"] = sorted(open_deal(f"deal {number}") for number in range(count))
    stages = np.flatnonzero(model.stages["process"] == SALE).tolist()
    for deal in deals:
        deal["stage"], deal["channel"] = chance.choice(stages), chance.randrange(len(model.channels))
        deal["segment"] = chance.randrange(len(model.segments))
        deal["rep"] = chance.randrange(NOBODY, len(model.reps))
        age = chance.choice(SPANS)
        deal["entered"], deal["created"] = -age, -age - chance.choice(SPANS) - 2
        deal["contact"] = chance.randrange(age + 1)
        deal["since"] = -chance.randrange(age - int(deal["contact"]) + 1)
        deal["due"], deal["effort"] = chance.choice((*SPANS, NEVER)), chance.choice((*SPANS, NEVER))
        deal["value"], deal["fit"] = chance.choice((math.nan, 0.0, 99.99)), chance.choice((0.5, 1, 2))
        deal["heat"], deal["theorist"] = chance.randrange(3), chance.random() < 0.2
        deal["traits"] = chance.randrange(1 << len(model.traits))
        deal["product"] = product_of(model, world, deal)
        in_phase(chance, model, deal)
    return deals


def product_of(model: Model, world: Record, deal: Record) -> int:
    """Return what a deal is about, where its segment is sold products."""
    if not products.sells_products(model, deal["segment"]):
        return NOTHING
    return products.product_of(model, world, deal["segment"], deal["entity"], 0)


def in_phase(chance: random.Random, model: Model, deal: Record) -> None:
    """Let a deal be in a phase, with what goes with that."""
    stage = model.stages[deal["stage"]]
    deal["phase"], deal["outcome"] = chance.choice(PHASES), NOTHING
    tries, attempted = int(stage["most_attempts"]), chance.random() < 0.5
    if deal["phase"] == Due.GOES_COLD:
        deal["held"] = chance.random() < 0.4
        deal["ignored"] = not deal["held"] and chance.random() < 0.3
    if tries and (deal["phase"] != Due.GOES_COLD or (attempted and not deal["held"] + deal["ignored"])):
        deal["attempt"] = chance.randint(1, tries)
        if deal["phase"] == Due.GOES_COLD:
            deal["due"] = NEVER  # Y4
    if deal["phase"] == Due.WORK_ENDS:
        deal["missed"] = deal["attempt"] > 0 and chance.random() < 0.5
        deal["rejected"] = stage["rejection"] > 0 and not deal["missed"] and chance.random() < 0.5
    if deal["phase"] == Due.COOLS_OFF:
        deal["rep"], deal["due"] = NOBODY, chance.choice((*SPANS[1:], NEVER))
    if deal["phase"] == Due.CUSTOMER_ANSWERS:
        deal["outcome"] = chance.choice((NOTHING, NOTHING, WON, LOST))
