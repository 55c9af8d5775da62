"""Sales floors whose contracts are billed in every way, for money that comes late or never."""

from __future__ import annotations

import random

from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Billed

from .plan import Plan, between, daily, either

LATE = between(0, 60)
ALL_AT_ONCE = (Billed.AT_SIGNING, 0.0, 0.2, either(0, 10, 30))


def bills_of_all_kinds(recognised: int) -> Model:
    """Sell for months and once, with deliveries and without, to who was a customer before and who was not."""
    plan = Plan(days=200, warm_up=20)
    plan.segment(sells=[0.2, 0.2, 0.2, 0.2, 0.2])
    there = {"customers": [9], "age": between(0, 400)}
    plan.product([between(50, 150)], 1, stays=0.9, growth=0.1, price_cut=0.1, **there)
    plan.product([100.33], 3, stays=0.8, growth=-0.3, typed_term=1, opens={0: 0.3}, **there)
    plan.product([between(10, 99)], 12, stays=0.8, typed_term=1, delivery=1, at_delivery=recognised, **there)
    plan.product([either(300, 900)], earned_over=100 * DAY, delivery=1, at_delivery=recognised)
    plan.product([0.015], delivery=1)  # a cent and a half
    plan.bills(
        ALL_AT_ONCE,
        (Billed.MONTHLY, 0.25, 0.1, LATE),
        (Billed.MONTHLY, 0.0, 0.0, 14.0),
        (Billed.MONTHLY, 0.5, 0.5, LATE),
        (Billed.MONTHLY, 0.2, 0.3, LATE),
        (Billed.AT_DELIVERY, 0.5, 0.0, LATE),
    )
    team = plan.team(daily(200, closed=(9, 10)), [{}, {}], commission=0.1)
    plan.stage(team, effort=either(0, 0.5, 1), conversion=0.8, patience=between(0, 5))
    plan.delivery(4, 0.9)
    plan.stage(team, effort=either(2, 4), patience=between(1, 9), conversion=0.9)
    plan.channel(1.5, 9, 9, segments=[1.0])
    return plan.model()


def mixed_bills(chance: random.Random, plan: Plan) -> None:
    """Bill everything in a way chosen at random, in every other firm."""
    if chance.random() < 0.5:
        ways = [*Billed, Billed.MONTHLY]
        plan.bills(
            *(
                (chance.choice(ways), chance.choice([0.0, 0.3]), chance.choice([0.0, 0.5]), between(0, 20))
                for _ in range(1 + len(plan.rows.get("products", [])))
            )
        )


def bills_of_segments(when: Billed) -> Model:
    """Bill contracts about no product, which run for two years and a half, or for a moment."""
    plan = Plan(days=60)
    plan.segment(between(1000, 2000), years=2.5)
    plan.segment(70.0, years=1e-9)
    plan.bills((when, 0.3 if when != Billed.AT_SIGNING else 0.0, 0.25, LATE))
    plan.stage(customer=either(0, 1, 3), conversion=0.7)
    plan.channel(1.0, 9, 9, segments=[0.6, 0.4])
    return plan.model()
