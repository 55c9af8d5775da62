"""Random floors on which it is asked who is worth a rep's hour: traits, checks, ripening and rejection."""

from __future__ import annotations

import random

from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY, NOTHING, WON, Assignment

from .plan import TO_LOST, Plan, between, daily, either

DAYS = 12
QUALIFY, CALL, OFFER = range(3)


def floor(seed: int) -> Model:
    """Make a desk that checks and sales that reject, with what makes either differ."""
    chance = random.Random(seed)
    plan = Plan(DAYS)
    for _ in range(3):
        plan.trait(chance.choice([0.2, 1.0]), chance.choice([1.0, 2.0]))
    if chance.random() < 0.7:
        plan.ripening(chance.choice([0.0, 2.0, between(0.0, 4.0)]))
    for odds in (1.0, 2.0):
        plan.segment(either(80.0, 120.0), odds=odds)
    desk = plan.team(daily(DAYS), [{}], sticky=chance.choice([0, 1]))
    policies = [Assignment.ROUND_ROBIN, Assignment.PRIORITY_QUEUE, Assignment.HOT_TO_BEST]
    sales = plan.team(
        daily(DAYS, 8, 16),
        [{"skill": between(0.5, 2.0), "speed": chance.choice([0.5, 1.0])} for _ in range(2)],
        chance.choice([*policies, Assignment.CHERRY_PICK]),
        sticky=chance.choice([0, 1]),
    )
    checks = [
        (chance.choice([NOTHING, 0, 1, 2]), chance.choice([0.0, 0.25, between(0.1, 0.5)]), 0.9, 0.7)
        for _ in range(chance.randint(1, 4))
    ]
    work = {
        "effort": between(0.0, 0.5),
        "elses": chance.choice([TO_LOST, [(0.5, QUALIFY, NOTHING), *half()]]),
    }
    varied = [{}, {"team": NOBODY}] if chance.random() < 0.3 else None
    plan.stage(
        desk,
        nexts=[(0.8, CALL, NOTHING), (0.2, OFFER, NOTHING)],
        checks=checks,
        passes_at=chance.randint(1, len(checks)),
        segments=varied,
        makes_lead=1,
        **work,
    )
    rejection = {
        "probability": chance.choice([0.05, 0.3]),
        "needs": chance.choice([0, 1, 5]),
        "missing": [chance.choice([1.0, 3.0]) for _ in range(3)],
        "theorist": chance.choice([1.0, 6.0]),
        "skill_exponent": chance.choice([0.0, -0.5, 1.0]),
        "effort_share": chance.choice([0.0, 0.2, 1.0]),
        "loads": chance.choice([[], [(2, 1.0), (6, 4.0)], [(1, 0.5)]]),
        "reason": 2,
    }
    back = [(0.4, QUALIFY, NOTHING), (0.3, CALL, NOTHING), (0.3, *TO_LOST[0][1:])]
    plan.stage(
        sales,
        conversion=0.5,
        effort=between(0.5, 3.0),
        customer=either(0.0, 1.0),
        nexts=[(1.0, OFFER, NOTHING)],
        elses=back,
        cost_per_visit=2.5,
        rejection=rejection,
    )
    plan.stage(
        sales,
        conversion=0.6,
        effort=2.0,
        nexts=[(1.0, WON, NOTHING)],
        elses=[(0.5, CALL, NOTHING), *half()],
        rejection=chance.choice([None, rejection | {"probability": 0.2}]),
    )
    if chance.random() < 0.5:
        plan.nurture(2, 0.75, [0.4, 0.7], chance.choice([QUALIFY, CALL]), cost_per_touch=1.5)
    for shares in ([0.3, 0.8, 0.0], [1.0, 0.5, 0.5]):
        costs = {"cost_per_inquiry": 7.5, "price_per_lead": 4.0}
        plan.channel(6.0, traits=shares, theorists=0.4, segments=[0.6, 0.4], **costs)
    return plan.model()


def half() -> list[tuple[float, int, int]]:
    return [(0.5, *TO_LOST[0][1:])]
