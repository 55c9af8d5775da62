"""Two engines, one history: random scenarios, bit for bit, and what they covered."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from .living import COVERED, parity
from .scenarios import POLICIES, Toml, scenarios, seeds

EXAMPLES = 150
EXAMPLES_OF_A_POLICY = 15  # besides, so that each has enough to choose from
SEED = 20_260_101

stops = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 1, -1])), max_size=3)


def test_both_engines_write_the_same_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = Counter(dict.fromkeys(COVERED, 0))

    def live(examples: int, policy: str | None) -> None:
        @seed(SEED)
        @settings(max_examples=examples, deadline=None, database=None)
        @given(scenarios(policy), seeds(), stops)
        def both_engines(text: Toml, seed: int, stops: list[tuple[float, int]]) -> None:
            seen["scenarios"] += 1
            parity(text, seed, stops, seen)

        both_engines()

    live(EXAMPLES, None)
    for policy in POLICIES:
        live(EXAMPLES_OF_A_POLICY, policy)
    with capsys.disabled():
        print(f"\n{seen['scenarios']} scenarios were bit-equal on both engines; so often occurred")
        for name in COVERED:
            print(f"{seen[name]:8,}  {name}")
    assert seen["scenarios"] >= EXAMPLES
    assert not [name for name in COVERED if seen[name] == 0]
