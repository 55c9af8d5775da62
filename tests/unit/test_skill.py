"""Whether reps differ: not where chance alone is at work, nor by the months in which they close."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from funnelsim.calibration.outcomes import measure_outcomes
from funnelsim.calibration.skill import skill_of


def visits_with(
    chance: np.ndarray, each: int, rng: np.random.Generator, months: object = None
) -> pd.DataFrame:
    rep = np.repeat([f"rep {number:02}" for number in range(len(chance))], each)
    ended = pd.Timestamp("2026-03-04") if months is None else months
    won = rng.random(len(rep)) < np.repeat(chance, each)
    return pd.DataFrame({"rep": rep, "went_to": np.where(won, "won", "lost"), "ended": ended}).assign(
        deal="", stage="offer", segment="", channel="", low=3.0, high=3.0
    )


def found(visits: pd.DataFrame):
    return skill_of(measure_outcomes(visits, ("offer",), draws=200, seed=1), seed=1)


def test_p_value_is_uniform_where_reps_are_alike() -> None:
    rng = np.random.default_rng(5)
    values = [found(visits_with(np.full(8, 0.4), 30, rng)).p_value for _ in range(60)]
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_variance_by_chance_is_the_binomial_one() -> None:
    skill = found(visits_with(np.full(20, 0.4), 60, np.random.default_rng(2)))
    share = skill.reps["share"].mean()  # as many visits for each rep
    assert skill.by_chance == pytest.approx(share * (1 - share) / 60, rel=0.02)
    assert skill.variance == pytest.approx(skill.reps["share"].var(ddof=1))
    assert not skill.differs
    assert "as much as chance alone would have them" in skill.sentence()


def test_reps_who_differ_are_told_apart_and_pulled_together() -> None:
    chance = 1 / (1 + np.exp(-np.linspace(-1.2, 1.2, 10)))
    skill = found(visits_with(chance, 60, np.random.default_rng(3)))
    assert skill.differs
    assert skill.deviation[1] > 0.3
    assert "more than chance alone" in skill.sentence()
    own = np.log(skill.reps["share"] / (1 - skill.reps["share"]))
    pooled = np.log(skill.reps["odds_ratio"])
    assert pooled.var() < own.var()
    assert list(skill.reps.index[:1]) == [skill.reps["share"].idxmax()]


def test_closing_in_a_good_month_is_no_skill() -> None:
    rng = np.random.default_rng(4)
    good = np.repeat(np.arange(10) % 2 == 0, 60)  # every other rep closes in March only, when all is easier
    months = np.where(good, np.datetime64("2026-03-04"), np.datetime64("2026-02-04"))
    chance = np.where(np.arange(10) % 2 == 0, 0.8, 0.4)
    skill = found(visits_with(chance, 60, rng, months))
    assert skill.variance > 0.02
    assert not skill.differs


def test_one_rep_or_few_visits_say_nothing() -> None:
    rng = np.random.default_rng(4)
    assert found(visits_with(np.array([0.5]), 60, rng)) is None
    assert found(visits_with(np.full(4, 0.5), 9, rng)) is None
