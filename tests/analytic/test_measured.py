"""The ranges of what is measured hold what is true; `make measured` has more runs."""

from __future__ import annotations

import pytest
from benchmarks.measured import whole_path
from benchmarks.measured.__main__ import STUDIES
from benchmarks.measured.study import ALL, held
from scipy import stats

ALONE = ("How long visits last", "How visits end", "How deals come", "What contracts are worth")
WHOLE_PATH = "the whole path"
RUNS = {title: STUDIES[title].run for title in ALONE} | {WHOLE_PATH: whole_path.run}
LEAST, MOST, FEW = 0.90, 0.99, 24


@pytest.mark.slow
@pytest.mark.parametrize("title", RUNS)
def test_intervals_hold_what_is_true(title: str) -> None:
    assert _wrong(RUNS[title], 200) == {}


@pytest.mark.parametrize("title", RUNS)
def test_few_runs_do_not_speak_against_it(title: str) -> None:
    counts = held(each for seed in range(FEW) for each in RUNS[title](seed))
    misses = {name: (below + above, n) for (name, kind), (below, above, n) in counts.items() if kind == ALL}
    # ranges of a run depend on each other: as many as there are runs tell, at least
    chance = {
        name: stats.binom(min(n, FEW), 0.05).sf(missed * min(n, FEW) / n - 1)
        for name, (missed, n) in misses.items()
    }
    assert len(chance) > (15 if title == WHOLE_PATH else 0)
    assert {name: value for name, value in chance.items() if value < 0.001 / len(chance)} == {}


def _wrong(run, runs: int) -> dict[str, float]:
    counts = held(each for seed in range(runs) for each in run(seed))
    shares = {
        name: 1 - (below + above) / n for (name, kind), (below, above, n) in counts.items() if kind == ALL
    }
    assert shares
    return {name: share for name, share in shares.items() if not LEAST <= share <= MOST}
