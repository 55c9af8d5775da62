"""The hand-over limit: what a scenario may say of it, its rows, and what figures say of those held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.oracle.naive import History, Visit
from tests.oracle.situations import held_before_the_hand_over
from tests.oracle.table import history_of

from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.records import PURSUIT
from funnelsim.model.words import DAY, NOTHING, QueueOrder
from funnelsim.rules.handover import new_gate
from funnelsim.scenario import Months, lower, parse

from .good_scenario import problems_of

SCENARIO = """
start = 2026-01-01
[segments.small]
contract_value = 1000
[segments.large]
contract_value = 9000
[channels.web]
kind = "seo"
inquiries_per_month = 90
segments = { small = 0.5, large = 0.5 }
[teams.desk]
people = 2
[teams.sales]
people = 1
reps.Ann = {}
[teams.large]
people = 3
[stages.form]
team = "desk"
conversion = 0.5
[stages.call]
team = "sales"
conversion = 0.5
segments.large.team = "large"
hand_over = { per_rep = 2.5, patience_days = 10, order = "hottest", cost_per_lead = 3 }
[stages.offer]
team = "large"
conversion = 0.5
hand_over = { per_rep = 0.3333333 }
"""


def test_each_team_of_a_limited_stage_has_a_gate() -> None:
    model = lower(parse(SCENARIO.replace("0.3333333", "0.5")).with_months(Months(0, 1, 0))).model
    assert model.gates[["team", "stage"]].tolist() == [(1, 1), (2, 1), (2, 2)]
    assert model.gates["per_rep"].tolist() == [2_500_000, 2_500_000, 500_000]
    assert model.gates["order"].tolist() == [QueueOrder.HOTTEST, QueueOrder.HOTTEST, QueueOrder.FIFO]
    assert model.gates["cost_per_lead"].tolist() == [3, 3, 0]
    assert (model.gates["patience"] == NOTHING).tolist() == [False, False, True]
    assert model.stages["gate"].tolist() == [0, 1, 3]
    own = model.variants[model.stages["first_variant"][1] :]
    assert own["gate"].tolist() == [1, 2]  # small, large


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "conversion = 0.5\nhand_over.per_rep = 3\n[stages.call]",
            "is given, but the stage has no team; expected a team, or no such limit",
        ),
        ("per_rep = 0.2", "is 0.2, less than one lead for all 3 in large; expected 0.334 or more"),
        ("per_rep = 0", "is 0; expected more than 0"),
        ("per_rep = -2", "is -2; expected more than 0"),
        ('per_rep = 2, order = "newest"', 'is "newest"'),
        ("per_rep = 2, patience_days = -1", "a duration that is never negative"),
    ],
)
def test_bad_limits_are_told_in_one_sentence(typed: str, sentence: str) -> None:
    text = SCENARIO.replace("per_rep = 0.3333333", typed)
    if typed.startswith("conversion"):
        text = SCENARIO.replace('team = "desk"\nconversion = 0.5\n[stages.call]', typed)
        text = text.replace("0.3333333", "1")
    [problem] = problems_of(text)
    assert "hand_over" in problem.path
    assert sentence in problem.sentence()


# ---- figures, against what the oracle says of each visit --------------------------------------------

Span = Callable[[Visit], tuple[int | None, int | None]]


def while_held(visit: Visit) -> tuple[int | None, int | None]:
    return (visit.entered, visit.left if visit.admitted is None else visit.admitted) if visit.held else (0, 0)


DELIVERED = """
start = 2026-01-01
segments.all.products = { kitchen = 1 }
products.kitchen = { price = 100, delivery = "setup" }
channels.web = { kind = "seo", inquiries_per_month = 40 }
teams.sales.people = 2
teams.builders.people = 2
stages.ask = { team = "sales", effort_hours = 1, conversion = 0.5 }
deliveries.setup.stages.plan = { team = "builders", effort_hours = 1 }
deliveries.setup.stages.build = { team = "builders", effort_hours = 4 }
[strategies.few]
starts = 2026-03-01
change."deliveries.setup.stages.plan.hand_over" = { per_rep = 1 }
"""


def test_a_gate_that_comes_into_a_delivery_counts_whoever_is_delivered_to() -> None:
    """C26: in the same process, at or before the stage; of the sale it counts nobody."""
    scenario = parse(DELIVERED).with_months(Months(1, 6, 1))
    before, after = (
        lower(each.scenario.with_months(scenario.months)).model for each in scenario.timeline("few")
    )
    assert after.stages["process"].tolist() == [0, 1, 1]
    pursuit = np.zeros(1, PURSUIT)[0]
    builders = int(after.stages["team"][1])
    for process, stage, gate in ((1, 1, 1), (1, 2, 1), (0, 0, 0), (0, 2, 0)):
        pursuit["process"], pursuit["stage"] = process, stage
        assert new_gate(before, after, pursuit, builders) == gate


def while_queued(visit: Visit) -> tuple[int | None, int | None]:
    if visit.held and visit.admitted is None:
        return 0, 0
    return visit.admitted if visit.held else visit.entered, visit.started or visit.left


def average(history: History, span: Span, since: int, until: int, stage: int) -> float:
    """Return how many are in a span of a stage, on average over some time."""
    total = 0
    for visit in history.visits():
        if visit.stage == stage:
            begins, ends = span(visit)
            total += max(0, min(until if ends is None else ends, until) - max(begins or 0, since))
    return total / (until - since)


@pytest.fixture(scope="module")
def found() -> tuple[Any, Any, History]:
    model = held_before_the_hand_over()
    model = model._replace(months=np.array([3 * DAY, 9 * DAY, 14 * DAY], np.int64))
    tally = new_tally(model, 2)
    fold(history("reference", model, 3), model, tally)
    return model, stack([tally]), history_of(model, 3)


def test_those_held_are_not_in_the_queue(found: tuple[Any, Any, History]) -> None:
    model, tallies, oracle = found
    months = [(3 * DAY, 9 * DAY), (9 * DAY, 14 * DAY)]
    by_stage, by_month = (cut(model, tallies, dimension) for dimension in ("stage", "month"))
    with_team = [0, 1, 3]
    for name, span in (("held", while_held), ("queue", while_queued)):
        expected = [average(oracle, span, 3 * DAY, 14 * DAY, stage) for stage in range(4)]
        assert min(expected[stage] for stage in with_team) > 0
        assert FIGURES[name].values(by_stage)[0][with_team] == pytest.approx(
            [expected[stage] for stage in with_team], rel=1e-9
        )
        expected = [sum(average(oracle, span, *month, stage) for stage in with_team) for month in months]
        assert FIGURES[name].values(by_month)[0] == pytest.approx(expected, rel=1e-9)


def test_what_becomes_of_those_held(found: tuple[Any, Any, History]) -> None:
    model, tallies, oracle = found
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    days: dict[int, list[float]] = defaultdict(list)
    for walk in oracle.leads.values():
        for visit in (visit for visit in walk.visits if visit.held):
            counts["leads_held"][visit.stage] += 3 * DAY <= visit.entered < 14 * DAY
            cold = visit.admitted is None and visit.how == "gone cold"
            counts["cold_while_held"][visit.stage] += cold and 3 * DAY <= visit.left < 14 * DAY
            ends = visit.left if visit.admitted is None else visit.admitted
            if ends is not None and 3 * DAY <= walk.began < 14 * DAY:
                days[visit.stage].append((ends - visit.entered) / DAY)
    part = cut(model, tallies, "stage")
    for name in ("leads_held", "cold_while_held"):
        assert FIGURES[name].values(part)[0].tolist() == [counts[name][stage] for stage in range(4)]
    assert sum(counts["cold_while_held"].values()) > 5
    expected = [np.mean(days[stage]) if days[stage] else np.nan for stage in range(4)]
    assert FIGURES["time_held"].values(part)[0] == pytest.approx(expected, nan_ok=True)
    costs = [1.25 * counts["leads_held"][0], 0.5 * counts["leads_held"][1], 0, 0]
    assert FIGURES["holding_cost"].values(part)[0] == pytest.approx(costs)
    everything = cut(model, tallies, "all")
    assert FIGURES["marketing_cost"].values(everything)[0] == pytest.approx([sum(costs)])
