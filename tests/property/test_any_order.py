"""Replications come to the same in any order and on two threads, in random scenarios."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from funnelsim.engines.compiled.blocks import Workplace
from funnelsim.scenario import Course, course_of, parse
from funnelsim.studies.replication import Plan, Replications, replicate, run_block

from . import any_order
from .any_order import REPLICATIONS, branches_agree, worlds_agree
from .parity import in_any_order, with_one_past
from .scenes import INSTANTS

EXAMPLES = 20
STRATEGIES = 12


def test_threads_and_order_do_not_matter() -> None:
    seen = in_any_order(EXAMPLES)
    assert seen["scenarios"] >= EXAMPLES
    assert seen["twins"] > 4 * REPLICATIONS
    assert seen["worlds"] > EXAMPLES * REPLICATIONS // 2  # worlds without inquiries are alike


RESERVED = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.customers]
contract_value = 1000
[channels.outbound]
kind = "personal_selling"
prospecting = { team = "front", inquiries_per_hour = 2, hours_per_week = 5, block_hours = 0.5 }
[teams.front]
people = 2
hours_per_week = 168
[stages.call]
team = "front"
effort_hours = 1
conversion = 0.5
[strategies.other]
starts = 2026-06-20
change = { "teams.front.people" = 3 }
"""


def test_a_day_begins_alike_whether_or_not_another_strategy_begins_on_it() -> None:
    seen: Counter[str] = Counter()
    branches_agree(RESERVED, 7, seen)  # at that midnight, reps look for the time that the new day reserves
    assert seen["one past"] == 1


def test_strategies_that_live_one_past_are_what_each_is_alone() -> None:
    seen = with_one_past(STRATEGIES)
    assert seen["scenarios"] >= STRATEGIES
    assert seen["one past"] > STRATEGIES // 4


def test_strategies_that_are_the_same_each_have_results() -> None:
    text = next(iter(INSTANTS.values())).text + "[strategies.other]\n"
    branches_agree(text, 1, Counter())
    assert replicate(dict.fromkeys("ab", course_of(parse(text), "today")), Plan(replications=1))["a"].rows > 0


def test_a_world_that_depends_on_the_one_before_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check could fail: one world is run in place of another."""
    lived: list[Replications] = []

    def with_a_memory(
        course: Course, plan: Plan, found: Replications, places: range, workplace: Workplace
    ) -> None:
        lived.append(found)
        run_block(course, plan, replace(found, worlds=lived[0].worlds), places, workplace)

    monkeypatch.setattr(any_order, "run_block", with_a_memory)
    scene = next(iter(INSTANTS.values()))
    with pytest.raises(AssertionError):
        worlds_agree(scene.text, 1, Counter())
