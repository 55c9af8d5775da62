"""What the text says of good deliveries, and of what customers make of them."""

from __future__ import annotations

import math

from .firm import Delivery


def chance_of_a_good_one(delivery: Delivery, took: int, times_sent_back: int) -> float:
    """Return the chance that what has been delivered is good (DE3, DE4)."""
    if math.isinf(delivery.odds):
        return 1.0
    late = delivery.late if took > delivery.promised else 1.0
    odds = delivery.odds * late * delivery.defect**times_sent_back
    return 1.0 if odds > 1e300 else odds / (1.0 + odds)


def with_odds_ratio(chance: float, ratio: float) -> float:
    """Multiply the odds of a chance that is neither 0 nor 1 (AV5, DE7)."""
    if chance in (0.0, 1.0):
        return chance
    odds = chance / (1.0 - chance) * ratio
    return 1.0 if math.isinf(odds) else odds / (1.0 + odds)
