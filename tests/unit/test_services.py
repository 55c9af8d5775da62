"""Stages of deliveries and of account visits have conversions, as those of the sale have."""

from __future__ import annotations

import pytest

from funnelsim.scenario import parse
from funnelsim.studies.study import simulate

VISITED_AND_DELIVERED = """
start = 2026-01-01
horizon = {{ warm_up_months = 0, period_months = 4, drain_months = 0 }}
[products.plan]
price_per_month = 100
gross_margin = 0.5
churn_per_month = 0.05
delivery = "setup"
[deliveries.setup.stages.plan]
team = "crew"
effort_hours = 1
[deliveries.setup.stages.build]
team = "crew"
effort_hours = 1
conversion = {build}
[account_visits.check]
every_days = 5
asked = "{asked}"
[account_visits.check.stages.look]
team = "crew"
effort_hours = 0.1
conversion = {look}
[segments.all]
[channels.web]
kind = "seo"
inquiries_per_month = 60
[teams.sales]
people = 3
[teams.crew]
people = 9
[stages.call]
team = "sales"
effort_hours = 1
conversion = 0.5
"""


@pytest.mark.parametrize("asked", ["after_last", "regularly"])
def test_who_leaves_the_last_stage_as_it_should_has_passed_it(asked: str) -> None:
    text = VISITED_AND_DELIVERED.format(build=1.0, look=1.0, asked=asked)
    assert passed(text, replications=3) == {"plan": 1, "build": 1, "look": 1}


def test_who_is_lost_in_the_last_stage_has_not_passed_it() -> None:
    text = VISITED_AND_DELIVERED.format(build=0.5, look=0.2, asked="after_last")
    shares = passed(text, replications=30)
    assert shares["build"] == pytest.approx(0.5, abs=0.03)
    assert shares["look"] == pytest.approx(0.2, abs=0.03)


def passed(text: str, replications: int) -> dict[str, float]:
    """Return the conversions of the stages that are not of the sale."""
    forecast = simulate(parse(text), replications=replications, jobs=1).forecast
    found = zip(forecast.names.stages, forecast.outcomes("conversion", "stage"), strict=True)
    return {stage: outcome.value for stage, outcome in found if stage != "call"}
