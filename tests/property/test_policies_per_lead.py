"""Where nothing depends on when a lead is worked or by whom, each lead ends alike under every policy."""
# ruff: noqa: ARG001 (a policy takes what it is given)

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import ENGINES, history
from funnelsim.model.own_policy import BUILT_IN, register_policy
from funnelsim.model.words import Event, QueueOrder
from funnelsim.scenario import Scenario, lower, parse

SALES_FLOOR = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 6 }
effects = { wait = { hours = [1.0], odds_ratio = [1.0] } }
[segments.small]
contract_value_per_year = { median = 9000, p90 = 20000 }
[segments.large]
contract_value_per_year = { low = 20000, likely = 50000, high = 90000 }
odds_ratio = 0.6
[channels.web]
kind = "seo"
inquiries_per_month = 10
monthly_profile = [0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0]   # 120 in June, none later
temperature = { hot = 0.3, warm = 0.3, future = 0.4 }
fit = { low = 0.5, likely = 1.0, high = 2.0 }
theorist_share = 0.2
segments = { small = 0.7, large = 0.3 }
[teams.sales]
people = 3
hours_per_week = 30
max_open = 12
[teams.sales.reps.Ada]
weight = 3
segments = ["large"]
[stages.call]
team = "sales"
effort_hours = { median = 2, p90 = 5 }
customer_takes_days = { median = 1, p90 = 4 }
conversion = 0.6
lost_reasons = { "no need" = 0.7, timing = 0.3 }
[stages.call.segments.large]
effort_hours = 3
conversion = 0.4
cost_per_visit = 1
[stages.trial]
customer_takes_days = 2
conversion = 0.8
next = { offer = 3, deal = 1 }
back_to = { call = 0.5 }
[stages.offer]
team = "sales"
effort_hours = { median = 4, p90 = 9 }
customer_takes_days = { median = 3, p90 = 9 }
conversion = 0.5
back_to = { offer = 0.2, trial = 0.2 }
[stages.deal]
team = "sales"
effort_hours = 1
conversion = 0.8
"""
WORLDS = (1, 2)


def last_of_all(
    team: Record,
    reps: Records,
    states: Records,
    lead: Record,
    now: int,
    u: float,
) -> int:
    """Always choose the last of the team, full or not."""
    return len(reps) - 1


register_policy("last_of_all", last_of_all)
POLICIES = (*BUILT_IN, "last_of_all")
End = tuple[int, int, float]  # event, reason, bookings


def policies(scenario: Scenario) -> Iterator[Scenario]:
    """Change a scenario to every policy, queue order, and way to keep a rep."""
    for policy, order, sticky in product(POLICIES, QueueOrder, (True, False)):
        changes = {"assignment": policy, "queue_order": order.name.lower(), "sticky": sticky}
        yield scenario.with_changes({f"teams.sales.{key}": choice for key, choice in changes.items()})


def ends(scenario: Scenario, seed: int, engine: str = "compiled") -> dict[int, End]:
    """Tell how each lead ended."""
    rows = history(engine, lower(scenario).model, seed)
    assert not (rows["event"] == Event.OPEN).any()
    return {
        int(row["pursuit"]): (int(row["event"]), int(row["reason"]), float(row["money"]))
        for row in rows
        if row["event"] in (Event.WON, Event.LOST, Event.WENT_COLD)
    }


@pytest.mark.parametrize("seed", WORLDS)
def test_each_lead_ends_alike_under_every_policy(seed: int) -> None:
    scenario = parse(SALES_FLOOR)
    first = ends(scenario, seed)
    assert len(first) > 80
    assert {event for event, _, _ in first.values()} == {Event.WON, Event.LOST}
    assert {reason for event, reason, _ in first.values() if event == Event.LOST} == {1, 2, 3}
    times = set()
    for changed in policies(scenario):
        assert ends(changed, seed) == first
        times.add(history("compiled", lower(changed).model, seed)["time"].tobytes())
    assert len(times) > 20  # the policies do differ in who is worked when


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_each_lead_ends_alike_on_each_engine(engine: str) -> None:
    scenario = parse(SALES_FLOOR)
    shared = scenario.with_changes({"teams.sales.assignment": "shared_queue"})
    assert ends(scenario, 3, engine) == ends(shared, 3, engine)


@pytest.mark.parametrize(
    "difference",
    [
        {"teams.sales.reps.Ada.skill": 4.0},
        {"effects.wait.hours": [1.0, 100.0], "effects.wait.odds_ratio": [1.0, 0.05]},
    ],
)
def test_one_difference_is_enough_for_the_policy_to_matter(difference: dict[str, object]) -> None:
    scenario = parse(SALES_FLOOR).with_changes(difference)
    found = [ends(changed, 1) for changed in policies(scenario)]
    assert any(each != found[0] for each in found)


def test_impatience_is_enough_for_the_policy_to_matter() -> None:
    scenario = parse(SALES_FLOOR).with_changes({"stages.call.goes_cold_after_days": 1})
    found = [ends(changed, 1) for changed in policies(scenario)]
    assert any(each != found[0] for each in found)
