"""The studies of `make coverage-table` say what the package says of the same years."""

from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.coverage_table import (
    RARE,
    Case,
    Cell,
    Contest,
    Gains,
    Pool,
    covered,
    made_up,
    reading_of_intervals,
    reading_of_verdicts,
    wrong,
)
from scipy import stats

import funnelsim as fs
from funnelsim.decisions import Comparison
from funnelsim.decisions.profits import PROFIT
from funnelsim.forecast import bootstrap_t
from funnelsim.metrics.figure import total

YEARS = 60
CASES = {each.title: each for each in made_up()}


@pytest.fixture(scope="module", params=["first_steps", "rare"])
def comparison(request: pytest.FixtureRequest) -> Comparison:
    scenario = fs.parse(RARE) if request.param == "rare" else fs.load(request.param)
    return fs.compare(scenario, replications=YEARS, jobs=1).comparison


@pytest.mark.parametrize("figure", [PROFIT, "roi", "cac", "won"])
def test_a_study_of_all_years_has_the_interval_of_the_forecast(comparison: Comparison, figure: str) -> None:
    forecast = comparison.forecasts["today"]
    pool = Pool(forecast, figure)
    study = pool.years(np.arange(YEARS)[:, None])
    found, told = bootstrap_t(study.parts, pool.formula, rare=study.rare), forecast.estimate(figure)
    assert found.value[0] == pytest.approx(told.mean)
    assert pool.truth == pytest.approx(told.mean)
    assert found.more[0] == told.more_years
    assert (found.low[0], found.high[0]) == pytest.approx((told.low, told.high), nan_ok=True)


def test_a_study_of_all_years_has_the_verdicts_of_the_comparison(comparison: Comparison) -> None:
    told = comparison.differences()
    gains = Gains(comparison.forecasts).years(np.arange(YEARS)[:, None])
    for each, difference in zip(gains, told.values(), strict=True):
        found = bootstrap_t(each.parts, total, with_value=each.with_value, rare=each.rare)
        assert found.value[0] == pytest.approx(difference.mean)
        assert found.more[0] == difference.more_years
        assert float(found.p_value[0]) == pytest.approx(difference.p_value, nan_ok=True)


def test_a_cell_says_what_it_has_counted() -> None:
    assert Cell(2000, 1000, 951).words() == "95.1 (50)"
    assert Cell(2000, 99, 90).words() == "- (5)"
    assert [Cell(2000, 2000, count).far_from_95 for count in (1859, 1860, 1940, 1941)] == [
        True,
        False,
        False,
        True,
    ]
    assert Cell(2000, 2000, 120).p_value_of_5 == pytest.approx(stats.binom.sf(119, 2000, 0.05))


def test_the_page_says_which_cells_are_not_as_they_should_be() -> None:
    good, few = Cell(2000, 2000, 1900), Cell(2000, 150, 120)
    wrong = {("a", "b"): [good, Cell(2000, 2000, 1700), good, good, good, few]}
    told = reading_of_intervals(wrong)
    assert "1 of 5 cells lie outside of 93 to 97 %: a, b at 20." in told
    assert told.endswith("so that they miss more often: a, b at 400.")
    assert reading_of_intervals({("a", "b"): [good] * 6}).endswith("0 of 6 cells lie outside of 93 to 97 %.")
    # 117 of 2,000 have a p value of 4.8 %, 150 one of 3 in 10^6.
    cells = {("a",): [Cell(2000, 2000, count) for count in (0, 90, 100, 117, 100, 150)]}
    assert (
        "2 of the 6 cells are significantly above 5 % if each is tested alone, 1 if"
        in reading_of_verdicts(cells)
    )


def test_ten_years_never_have_an_interval() -> None:
    case, contest = CASES["exponential years"], CASES["8 equal strategies, 2 contracts of their own a year"]
    assert isinstance(case, Case)
    assert isinstance(contest, Contest)
    assert covered(case, 10, 50, 1) == Cell(studies=50, printed=0, counted=0)
    assert wrong(contest, 10, 50, 1) == Cell(studies=50, printed=0, counted=0)


@pytest.mark.parametrize("title", ["exponential years", "costs per contract, 5 a year"])
def test_intervals_of_skewed_years_hold(title: str) -> None:
    case = CASES[title]
    assert isinstance(case, Case)
    found = covered(case, 200, 400, 1)
    assert found.printed > 380
    share = found.counted / found.printed
    assert abs(share - 0.95) < 4 * math.sqrt(0.95 * 0.05 / found.printed)


def test_a_wrong_verdict_would_be_counted() -> None:
    """Planted fault: gains that are called equal, and are not."""
    contest = CASES["a strategy without effect, 0.15 large contracts of its own a year"]
    assert isinstance(contest, Contest)

    def better(rng: np.random.Generator, years: int, studies: int) -> list[object]:
        return [each._replace(parts=(each.parts[0] + 1e6,)) for each in contest.draw(rng, years, studies)]

    assert wrong(contest._replace(draw=better), 200, 100, 1).counted > 95
    assert wrong(contest, 200, 100, 1).counted < 15
