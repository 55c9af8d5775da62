"""What common random numbers save is measured rightly, and is there."""

from __future__ import annotations

import re
from types import ModuleType

import numpy as np
import pytest

import funnelsim as fs

from .scripts import ROOT, script


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    return script("crn", "benchmarks", "crn.py")


def test_the_ratio_of_variances_is_covered(benchmark: ModuleType) -> None:
    """Of 200 intervals around a known ratio of 9, about 95 % hold it."""
    chance = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        found = benchmark.saved(chance.normal(size=100), 3 * chance.normal(size=100))
        held += found.low <= 9 <= found.high
    assert 0.90 * 200 <= held <= 0.99 * 200


def test_equal_differences_save_nothing(benchmark: ModuleType) -> None:
    gains = np.array([1.0, 4.0, 2.0, 8.0])
    assert benchmark.saved(gains, gains + 5) == pytest.approx((1.0, 1.0, 1.0))


def test_keyed_draws_have_less_variance_than_independent_seeds(benchmark: ModuleType) -> None:
    scenario = fs.load("first_steps")
    keyed = fs.compare(scenario, strategies=["today", "one_more_rep"], replications=100, seed=1, jobs=1)
    other = fs.simulate(scenario, strategy="one_more_rep", replications=100, seed=2, jobs=1)
    won = {name: each.forecast.values("won")[:, 0] for name, each in keyed.simulations.items()}
    paired = won["one_more_rep"] - won["today"]
    apart = other.forecast.values("won")[:, 0] - won["today"]
    assert benchmark.saved(paired, apart).low > 1


def test_the_page_has_a_row_for_each_strategy_and_figure(benchmark: ModuleType) -> None:
    page = benchmark.PAGE.read_text(encoding="utf-8")
    for study in benchmark.STUDIES:
        _, _, after = page.partition(f"\n## {study.preset}\n")
        of_study, _, _ = after.partition("\n## ")
        for strategy in study.strategies:
            assert of_study.count(f"\n| {strategy} | ") == len(benchmark.METRICS)


def test_the_words_follow_the_figures(benchmark: ModuleType) -> None:
    saved = benchmark.Saved
    alike = {"keyed": [saved(1.1, 0.9, 1.3)], "one stream": [saved(1.0, 0.8, 1.2)]}
    told = " ".join(benchmark.reading({"won": alike}).split())
    assert "keyed draws have 1.1 to 1.1 times less variance" in told
    assert "In 0 of the 1 rows the interval of keyed draws lies above that of one stream" in told
    assert "in 1 of them one stream cannot be told from independent seeds" in told


def test_methods_quote_the_page() -> None:
    page, methods = (
        " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())
        for name in ("common_random_numbers.md", "methods.md")
    )
    found = re.search(r"For profit, keyed draws have (.+?) times .+? stream (.+?) times", page)
    assert found is not None
    assert f"variance of the difference in profit is {found[1]} times smaller" in methods
    assert f"it is {found[2]} times smaller" in methods
