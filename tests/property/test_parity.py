"""Two engines, one history: random scenarios, bit for bit, and what they covered."""

from __future__ import annotations

from collections import Counter

import pytest

from .parity import by_hand, never_occurred, slices
from .scenes import FLOORS, INSTANTS, LARGE
from .watching import COVERED

EXAMPLES = 120


def test_both_engines_write_the_same_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = Counter()
    by_hand(INSTANTS | FLOORS | LARGE, seen)
    for part in slices(EXAMPLES):
        part.search(seen)
    with capsys.disabled():
        print(f"\n{seen['scenarios']} scenarios were bit-equal on both engines; so often occurred")
        for name in COVERED:
            print(f"{seen[name]:8,}  {name}")
    assert seen["scenarios"] >= EXAMPLES
    assert not never_occurred(seen)
