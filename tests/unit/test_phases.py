"""What each phase of a customer's life costs, and what a customer is worth, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.compiling.arrays import Records
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import Event
from funnelsim.scenario import lower, parse

AN_HOUR = 10.0  # 22 working days of June, 8 hours each, for 1,760
# Ten customers, signed 15 days before June, leave in its middle; on its tenth day each asks for two visits.
FIRM = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[products.plan]
price_per_month = 100
gross_margin = 0.8
churn_per_month = 1
segments.all = { customers = 10, customers_since_days = 15 }
[segments.all]
[channels.web]
kind = "seo"
inquiries_per_month = INQUIRIES
cost_per_inquiry = 3
[teams.sales]
people = 1
cost_per_person_month = 1760
[teams.care]
people = 1
cost_per_person_month = 1760
[stages.call]
team = "sales"
effort_hours = 0.5
cost_per_visit = 1
conversion = 0.9
[account_visits.review]
every_days = 9
[account_visits.review.stages.meet]
team = "care"
effort_hours = 1
cost_per_visit = 2
[account_visits.grow]
every_days = 9
purpose = "develop"
[account_visits.grow.stages.talk]
team = "care"
effort_hours = 2
"""


def lived(text: str) -> tuple[Records, dict[str, float]]:
    """Live through a firm; return its rows, and its figures of the period."""
    model, names = lower(parse(text))
    rows = history("compiled", model)
    tally = new_tally(model, len(names.reasons))
    fold(rows, model, tally)
    period = cut(model, stack([tally]), "all")
    return rows, {name: float(figure.values(period)[0, 0]) for name, figure in FIGURES.items()}


def test_visits_cost_their_hours_and_what_they_are_for_says_to_which_phase() -> None:
    _, found = lived(FIRM.replace("INQUIRIES", "0"))
    worked_out = {
        "acquisition_cost": 0,
        "delivery_cost": 0,
        "retention_cost": 10 * (AN_HOUR + 2),
        "development_cost": 10 * 2 * AN_HOUR,
        "win_back_cost": 0,
        "idle_cost": 2 * 1760 - 10 * AN_HOUR - 10 * 2 * AN_HOUR,
        "cost": 2 * 1760 + 10 * 2,
        "cost_to_retain": AN_HOUR + 2,  # ten customers as June begins
        "cost_to_develop": np.inf,  # nothing came of it
        "lifetime_value": 100 * 0.8,  # all leave in a month
        "margin_beyond": 0,
        "cost_to_acquire": np.nan,
    }
    assert {name: found[name] for name in worked_out} == {
        name: pytest.approx(each, nan_ok=True) for name, each in worked_out.items()
    }


def test_a_customer_costs_what_was_spent_on_sales_and_pays_it_back_by_the_month() -> None:
    rows, found = lived(FIRM.replace("INQUIRIES", "40"))
    asked, won = (int((rows["event"] == event).sum()) for event in (Event.INQUIRY, Event.WON))
    calls = int(((rows["event"] == Event.WORKED) & (rows["process"] == 0)).sum())
    spent = 3 * asked + calls * (1 + 0.5 * AN_HOUR)
    assert won > 20
    assert found["acquisition_cost"] == pytest.approx(spent)
    assert found["cost_to_acquire"] == pytest.approx(spent / won)
    assert found["payback"] == pytest.approx(spent / (won * 100 * 0.8))
    assert found["margin_beyond"] == pytest.approx(won * 100 * 0.8)  # a month each, as all leave in a month
    assert found["ltv_to_cac"] == pytest.approx(found["lifetime_value"] / (spent / won))


LEFT = """
[nurture.letters]
reasons = ["churned"]
interval_days = 3
chance = 1
most_touches = 3
cost_per_touch = 1.5
returns_to = "call"
"""


def test_who_is_won_back_costs_touches_visits_commission_and_hours() -> None:
    text = FIRM.replace("INQUIRIES", "0").replace("conversion = 0.9", "conversion = 1")
    text = text.replace("[teams.care]", "commission = 0.05\n[teams.care]")
    rows, found = lived(text + LEFT)
    back = int((rows["event"] == Event.REACTIVATED).sum())
    assert back == 10
    spent = 10 * (1.5 + 1 + 0.5 * AN_HOUR + 0.05 * 100)
    assert found["win_back_cost"] == pytest.approx(spent)
    assert found["cost_to_win_back"] == pytest.approx(spent / 10)
    assert found["acquisition_cost"] == pytest.approx(0)
    assert np.isnan(found["cost_to_acquire"])
