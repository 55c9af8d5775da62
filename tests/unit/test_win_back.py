"""Win-back: a ledger, a bridge and a cohort worked out by hand, and what is wrong in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.compiling.arrays import Records
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import DAY, Event, Flag
from funnelsim.scenario import Months, lower, parse

from .good_scenario import GOOD
from .test_products import sentences_of

MONTH = 30.4375  # days
AGE, INTERVAL = 15, 10  # days
# One customer, in its first month, who leaves after every month and comes back after ten days, twice.
LEAVES = [MONTH - AGE, 2 * MONTH - AGE + INTERVAL, 3 * MONTH - AGE + 2 * INTERVAL]
RETURNS = [LEAVES[0] + INTERVAL, LEAVES[1] + INTERVAL]
FIRM = f"""
start = 2026-01-01
horizon = {{ warm_up_months = 0, period_months = 4, drain_months = 0 }}
[products.plan]
price_per_month = 99.99
gross_margin = 0.5
churn_per_month = 1
segments.all = {{ customers = 1, customers_since_days = {AGE} }}
[segments.all]
[channels.web]
kind = "seo"
inquiries_per_month = 0
[stages.call]
conversion = 1
[nurture.letters]
reasons = ["churned"]
interval_days = {INTERVAL}
chance = 1
most_touches = 3
most_returns = 2
cost_per_touch = 1.5
returns_to = "call"
"""


@pytest.fixture(scope="module", params=["reference", "compiled"])
def rows(request: pytest.FixtureRequest) -> Records:
    return history(request.param, lower(parse(FIRM)).model)


def told(rows: Records, *events: Event) -> list[tuple[str, float, float, float, float]]:
    """List what rows of events say: when, how long, since when, and the money; in days."""
    return [
        (
            Event(int(row["event"])).name,
            *(float(row[name]) / DAY for name in ("time", "waited", "worked")),
            float(row["money"]),
        )
        for row in rows[np.isin(rows["event"], events)]
    ]


def test_who_leaves_is_touched_and_comes_back_twice(rows: Records) -> None:
    company = float(rows["pursuit"][0]) / DAY
    found = told(rows, Event.WAS_CUSTOMER, Event.CHURNED, Event.TOUCHED, Event.REACTIVATED)
    assert found == [
        ("WAS_CUSTOMER", 0.0, MONTH - AGE, -AGE, 99.99),
        ("CHURNED", LEAVES[0], MONTH, -AGE, 99.99),
        ("TOUCHED", RETURNS[0], INTERVAL, LEAVES[0], 1.5),
        ("REACTIVATED", RETURNS[0], RETURNS[0] + AGE, company, 99.99),
        ("CHURNED", LEAVES[1], MONTH, -AGE, 99.99),
        ("TOUCHED", RETURNS[1], INTERVAL, LEAVES[1], 1.5),
        ("REACTIVATED", RETURNS[1], RETURNS[1] + AGE, company, 99.99),
        ("CHURNED", LEAVES[2], MONTH, -AGE, 99.99),
    ]


def test_a_deal_that_is_won_back_knows_since_when(rows: Records) -> None:
    assert told(rows, Event.BEGAN, Event.PARKED, Event.RETURNED)[:3] == [
        ("BEGAN", LEAVES[0], 0.0, float(rows["pursuit"][0]) / DAY, 0.0),
        ("PARKED", LEAVES[0], 0.0, 0.0, 0.0),
        ("RETURNED", RETURNS[0], INTERVAL, 0.0, 0.0),
    ]
    assert told(rows, Event.MARGIN, Event.REVENUE) == [
        (name, day, MONTH, -AGE, pytest.approx(money))
        for day in RETURNS
        for name, money in (("MARGIN", 99.99 / 2), ("REVENUE", 99.99))
    ]
    sold = rows[np.isin(rows["event"], (Event.WON, Event.REVENUE))]
    assert set(sold["created"].tolist()) == {-1}
    assert (sold["flags"] & Flag.RETURNED != 0).all()


def test_the_bridge_adds_up_in_whole_cents(rows: Records) -> None:
    model = lower(parse(FIRM)).model
    tally = new_tally(model, 3)
    fold(rows, model, tally)
    by_month = cut(model, stack([tally]), "month")
    months = {
        "mrr": (99.99, 0, 99.99, 0),
        "reactivated_mrr": (99.99, 0, 99.99, 0),
        "churned_mrr": (99.99, 99.99, 0, 99.99),
        "new_mrr": (0, 0, 0, 0),
        "customers": (1, 0, 1, 0),
        "new_customers": (0, 0, 0, 0),
        "customers_won_back": (1, 0, 1, 0),
        "win_back_cost": (1.5, 0, 1.5, 0),
        "nurture_cost": (1.5, 0, 1.5, 0),
        "won": (1, 0, 1, 0),
        "later_term_value": (0, 0, 0, 0),
        "logo_churn": (1, 1, np.nan, 1),
    }
    found = {name: FIGURES[name].values(by_month)[0] for name in months}
    assert found == {name: pytest.approx(each, nan_ok=True) for name, each in months.items()}
    assert tally.left.sum() == 0  # a customer as the period begins is of no cohort


CALLED_OFF = (
    FIRM.replace("gross_margin = 0.5", 'gross_margin = 0.5\ndelivery = "install"').replace(
        "customers = 1,", "customers = 2,"
    )
    + """
[teams.crew]
people = 1
[deliveries.install.stages.fit]
team = "crew"
effort_hours = 1
goes_cold_after_days = 0
"""
)


def test_who_is_won_back_and_calls_off_at_once_is_not_lost_twice() -> None:
    """Two customers leave in January, come back on one day, and call the delivery off at that instant."""
    model = lower(parse(CALLED_OFF)).model
    tally = new_tally(model, 4)
    fold(history("compiled", model), model, tally)
    by_month = cut(model, stack([tally]), "month")
    leave, were_there = (part[0].tolist() for part in FIGURES["logo_churn"].parts(by_month))
    assert (leave, were_there) == ([2, 0, 0, 0], [2, 0, 0, 0])
    assert FIGURES["customers_won_back"].values(by_month)[0].tolist() == [2, 2, 0, 0]
    assert FIGURES["nrr"].values(by_month)[0, 0] == 0


def test_who_signs_as_the_period_begins_is_there_as_it_begins() -> None:
    """Three customers of age 0 leave after a month of 30.4375 days, in January."""
    text = FIRM.replace("customers = 1,", "customers = 3,").replace(f"= {AGE} }}", "= 0 }")
    model = lower(parse(text)).model
    tally = new_tally(model, 3)
    fold(history("compiled", model), model, tally)
    by_month = cut(model, stack([tally]), "month")
    leave, were_there = (part[0].tolist() for part in FIGURES["logo_churn"].parts(by_month))
    assert (leave[0], were_there[0]) == (3, 3)
    assert FIGURES["nrr"].values(by_month)[0, 0] == pytest.approx(0, abs=1e-12)


def test_who_comes_back_is_left_of_the_cohort_again() -> None:
    text = FIRM.replace("segments.all = { customers = 1, customers_since_days = 15 }\n", "")
    text = text.replace("inquiries_per_month = 0", "inquiries_per_month = 40").replace(
        "[stages.call]", "[[changes]]\ndate = 2026-02-01\nchange = {}\n[stages.call]"
    )
    model = lower(parse(text)).model
    tally = new_tally(model, 3)
    found = history("compiled", model)
    fold(found, model, tally)
    signed = found[found["event"] == Event.SUBSCRIBED]
    of_january = signed["pursuit"][signed["time"] < 31 * DAY]
    assert len(of_january) > 20
    at_end = np.array([31, 59, 90, 120]) * DAY
    for month, moment in enumerate(at_end):
        there = 0
        for since in signed["time"][signed["time"] < 31 * DAY].tolist():
            age, cycle = moment - since, int((MONTH + INTERVAL) * DAY)
            there += age > 0 and age % cycle < MONTH * DAY and age // cycle < 3
        assert len(of_january) - tally.left[0, : month + 1].sum() == there


def test_nobody_leaves_who_does_not_pay_by_the_month() -> None:
    program = FIRM[FIRM.index("[nurture.letters]") :].replace('"call"', '"talk"')
    told = 'nurture.letters.reasons names "churned"; expected a reason of loss: gone cold, unstated'
    assert told in sentences_of(GOOD + program)


def test_who_leaves_has_a_reason_of_its_own() -> None:
    stages = "[stages.call]\nlost_reasons = { churned = 1 }"
    told = 'stages.call.lost_reasons names "churned", which is why customers leave who are nurtured; expected'
    assert f"{told} other reasons" in sentences_of(FIRM.replace("[stages.call]", stages))


def test_the_reason_has_a_number_where_a_program_takes_it() -> None:
    model, names = lower(parse(FIRM))
    assert names.reasons[model.firm["churned"][0]] == "churned"
    without = parse(FIRM.replace('"churned"', '"unstated"')).with_months(Months(0, 4, 0))
    assert lower(without).model.firm["churned"][0] == 0
