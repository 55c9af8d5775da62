"""What the text says of bills."""

from __future__ import annotations

import math

from .firm import MONTH, Billing


def in_cents(money: float) -> float:
    """Return money in whole cents, halves up (CA3)."""
    return math.floor(money * 100 + 0.5) / 100


def instalments(billing: Billing, term: int) -> int:
    """Return in how many parts a term is billed: one for each month where that is monthly (CA3)."""
    if billing.when != "monthly":
        return 1
    return max(math.floor(term / MONTH + 0.5), 1)


def months_begun(since: int, now: int) -> int:
    """Return how many months of a term have begun before an instant (CA6)."""
    return math.ceil((now - since) / MONTH)
