"""The ranges of what is measured hold what is true; `python -m benchmarks.measured` has more runs."""

from __future__ import annotations

import pytest
from benchmarks.measured import ALL, STUDIES, held

RUNS = 200


@pytest.mark.parametrize("title", STUDIES)
def test_intervals_hold_what_is_true(title: str) -> None:
    counts = held(each for seed in range(RUNS) for each in STUDIES[title].run(seed))
    shares = {
        name: 1 - (below + above) / n for (name, kind), (below, above, n) in counts.items() if kind == ALL
    }
    assert shares
    assert {name: share for name, share in shares.items() if not 0.90 <= share <= 0.99} == {}
