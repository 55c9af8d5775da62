"""The formulas give the figures that the literature gives, before anything is simulated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from . import systems, theory
from .__main__ import page
from .customers import HIGH_END, REGULAR
from .figures import Count, Figure
from .nurture import until_it_happens


@pytest.mark.parametrize(
    ("queue", "chance", "wait"),
    [
        ((1.6, 0.5, 4), 0.5964, 1.4911),
        ((4.5, 1, 5), 0.7625, 1.5250),
        ((9, 1, 10), 0.6687, 0.6687),
        ((0.8, 1, 1), 0.8, 4.0),
    ],
)
def test_erlang_c(queue: tuple[float, float, int], chance: float, wait: float) -> None:
    assert theory.erlang_c(*queue) == pytest.approx((chance, wait), abs=5e-5)


@pytest.mark.parametrize(
    ("queue", "abandon"),
    [
        ((4.5, 1, 5, 0.5), 0.1099),
        ((6, 1, 5, 0.5), 0.2264),
        ((10, 1, 5, 0.5), 0.5007),
        ((20, 1, 5, 0.5), 0.7500),
        ((0.9, 1, 1, 0.5), 0.2850),
    ],
)
def test_erlang_a(queue: tuple[float, float, int, float], abandon: float) -> None:
    assert theory.erlang_a(*queue).abandon == pytest.approx(abandon, abs=5e-5)


def test_erlang_a_without_impatience_is_erlang_c() -> None:
    assert theory.erlang_a(1.6, 0.5, 4, 1e-9).chance == pytest.approx(theory.erlang_c(1.6, 0.5, 4).chance)


def test_junk_and_its_fluid_limit() -> None:
    junk = (0, 1, 2, 4, 8, 16)
    exact = [theory.good_served(4, amount, 1, 5, 0.5) for amount in junk]
    assert exact == pytest.approx([3.688, 3.415, 3.094, 2.470, 1.666, 1.000], abs=5e-4)
    assert all(
        theory.good_served_by_fluid(4, amount, 1, 5) >= exact[n] - 1e-6 for n, amount in enumerate(junk)
    )


def test_trials_until_something_happens() -> None:
    assert until_it_happens(0.3, 5) == pytest.approx((0.83193, 2.7731), abs=5e-5)
    assert until_it_happens(0.05, 12) == pytest.approx((0.45964, 9.1928), abs=5e-5)


def test_a_market_of_ten_and_its_three_reps() -> None:
    in_team, waiting, busy = theory.repair(10, 0.2, 1, 3)
    assert in_team == pytest.approx(1.8043, abs=5e-5)
    assert (waiting, busy) == pytest.approx((0.16516, 0.54638), abs=5e-6)
    assert 1 - in_team / 10 == pytest.approx(0.81957, abs=5e-6)
    assert 2 * (1 - in_team / 10) == pytest.approx(1.63914, abs=5e-6)


def test_with_a_rep_for_each_company_the_share_left_is_engset_s() -> None:
    in_team = theory.repair(10, 0.2, 1, 10).down
    assert 1 - in_team / 10 == pytest.approx(theory.share_there(10, 2, 1))


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "served"), [(1.0, 0.0, 1.6665), (0.9, 0.8, 3.0183), (1.0, 1.0, 3.6881)]
)
def test_what_a_check_restores(sensitivity: float, specificity: float, served: float) -> None:
    found = theory.good_served(4 * sensitivity, 8 * (1 - specificity), 1, 5, 0.5)
    assert found == pytest.approx(served, abs=5e-5)


def test_checks_add_up() -> None:
    """Of two fair coins at least one shows heads three times in four."""
    assert theory.at_least(1, [0.5, 0.5]) == 0.75
    assert theory.at_least(2, [0.5, 0.25]) == 0.125
    assert theory.at_least(0, [0.3]) == 1.0


def test_bayes() -> None:
    """Of 1,000, 100 have it; 90 of them and 180 of the others pass."""
    assert theory.passing(0.1, 0.9, 0.2) == pytest.approx(0.27)
    assert theory.posterior(0.1, 0.9, 0.2) == pytest.approx(1 / 3)


def test_true_and_false_junk() -> None:
    """Nobody learns; one half is rejected at odds of 1, the other, which lacks what is needed, at 3."""
    assert theory.junk(0.5, 0.0, 0.5, 3.0, 9.0) == pytest.approx((5 / 8, 1 / 2, 2 / 5))


def test_ripe_in_time() -> None:
    assert theory.ripe_in_time(0.0, 0.7) == 0.7
    assert theory.ripe_in_time(0.5, 1.0) == 1.0
    assert theory.ripe_in_time(0.5, 0.5) == pytest.approx(sum(0.5**k * 0.5**k for k in range(1, 99)))


def test_wins_by_memory_add_up() -> None:
    """After half 2: 0.2, then 0.2 + 0.6 / 3, then 0.5; or none of it where nobody is heard."""
    assert theory.won_by_memory(3, 0.2, 0.6, 2, 1) == pytest.approx(0.2 + 0.4 + 0.5)
    assert theory.won_by_memory(2, 0.2, 0.6, 2, 0.5) == pytest.approx(0.2 + 0.3)


def test_priorities_conserve_the_mean_wait() -> None:
    rates = (0.2, 0.3, 0.3)
    waits = theory.priority_waits(rates, 1.0)
    assert np.average(waits, weights=rates) == pytest.approx(theory.erlang_c(0.8, 1, 1).mean)


def test_priorities_of_a_pool() -> None:
    assert theory.priority_waits_of_a_pool((1, 1.4), 1.0, 3) == pytest.approx((0.32360, 1.61798), abs=5e-6)
    alone = (0.2, 0.3, 0.3)
    assert theory.priority_waits_of_a_pool(alone, 1.0, 1) == pytest.approx(theory.priority_waits(alone, 1.0))


@pytest.mark.parametrize(("base", "matched", "random"), [(-2, 0.518, 0.378), (0, 1, 1), (1, 1.222, 1.342)])
def test_the_gain_of_hot_to_best_turns(base: float, matched: float, random: float) -> None:
    assert theory.wins_of_a_pair(base) == pytest.approx((matched, random), abs=5e-4)


@pytest.mark.parametrize(("alpha", "beta", "published"), [HIGH_END, REGULAR])
def test_loyalty_as_published(alpha: float, beta: float, published: Sequence[float]) -> None:
    """The parameters were fitted to the first seven years: in these the model is near the cohorts."""
    modelled = [100 * theory.shifted_beta_geometric(alpha, beta, years) for years in range(1, 8)]
    assert modelled == pytest.approx(published[:7], abs=2)


def test_who_is_asked_more_kindly_stays_longer() -> None:
    """With an odds ratio of 1 the quadrature is the formula."""
    for terms in (1, 5, 12):
        plain = theory.shifted_beta_geometric(0.704, 1.182, terms)
        assert theory.loyal(0.704, 1.182, 1.0, terms) == pytest.approx(plain)
        assert theory.loyal(0.704, 1.182, 2.0, terms) > plain


def test_lifetime_value_adds_up() -> None:
    assert theory.lifetime_value(10, 0.8, 0.1, 4) == pytest.approx(
        sum(10 * (0.8 / 1.1) ** n for n in range(4))
    )


def test_a_chain_keeps_what_does_not_leave() -> None:
    assert theory.shares_of_chain([[0.9, 0.1], [0, 1]], 2) == pytest.approx([0.81, 0.19])


def test_every_day_of_a_system_expects_the_same() -> None:
    model = systems.model(systems.pool({"web": 0.8}, 1, systems.exponential(1.0), systems.LONGEST))
    midnights = np.arange(len(model.expected))
    np.testing.assert_allclose(model.expected, 0.8 * 24 * midnights, rtol=1e-11)
    assert len(model.hours) == 1
    assert model.months[-1] == model.horizon


def test_a_figure_can_fail() -> None:
    near = 2 + 0.01 * np.sin(np.arange(40.0))
    assert not Figure("right", 2.0, near).problem()
    assert "standard errors" in Figure("wrong", 2.01, near).problem()
    assert "proves nothing" in Figure("vague", 2.0, near * np.linspace(0.5, 1.5, 40)).problem()
    assert "proves nothing" in Figure("nothing", 2.0, near * np.nan).problem()
    assert "too few" in Figure("few", 2.0, near[:29]).problem()
    assert "differ" in Count("leads", 100, 1, at_least=100).problem()
    assert "fewer" in Count("leads", 99, 0, at_least=100).problem()


def test_the_page_has_a_row_for_each_figure_and_count() -> None:
    figure = Figure("mean wait", 4.0, np.array([3.0, 5.5]))
    written = page([("a queue", [figure]), ("a firm", [Count("leads", 12_345, 0, at_least=1)])])
    assert "| a queue | mean wait | 4 | 4.25 | 1.2 | +0.20 | 2 |\n" in written
    assert written.endswith("| a firm | leads | 12,345 | 0 |\n")
