"""What the oracle makes of what channels and reps have lived through."""

from __future__ import annotations


def moved(typed: float, most: float, half: float, events: int) -> float:
    """Move a typed number by memory (W2)."""
    return typed + most * events / (events + half)


def counts(now: int, period_begins: int) -> bool:
    """Say whether what happens now is remembered (W1)."""
    return now >= period_begins
