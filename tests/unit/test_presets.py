"""Presets that say the same thing twice say the same."""

from __future__ import annotations

import pytest
from experiments.junk_leads.levers import ALL, LEVERS

import funnelsim as fs

TOGETHER = {
    ("junk_leads", ALL): LEVERS,
    ("alignment", "closed_loop"): ("marketing_learns", "keep_them_warm"),
}


@pytest.mark.parametrize(("preset", "whole"), TOGETHER)
def test_a_strategy_that_is_several_at_once_has_the_values_of_all_of_them(preset: str, whole: str) -> None:
    scenario = fs.load(preset)
    at_once, one_by_one = (scenario.timeline(name) for name in (whole, "+".join(TOGETHER[preset, whole])))
    assert all(one.is_same(other) for one, other in zip(at_once, one_by_one, strict=True))
    assert not at_once[-1].is_same(scenario.timeline("today")[-1])


def test_the_levers_are_all_strategies_of_their_preset() -> None:
    assert {*fs.load("junk_leads").strategies} == {"today", *LEVERS, ALL}
