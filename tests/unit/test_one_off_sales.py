"""Contracts whose value is typed in whole: one-off sales."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.engines import ENGINES, history
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import Months, Scenario, from_document, lower, parse

FIRM = """
start = 2026-01-01
[horizon]
warm_up_months = 0
period_months = 12
drain_months = 0
[segments.homes]
contract_value = 18_000
term_years = 0.25
gross_margin = 0.28
[channels.web]
kind = "seo"
inquiries_per_month = 10
[stages.offer]
conversion = 1
"""
YEAR = 365.25 * DAY


def changed(**values: object) -> Scenario:
    return parse(FIRM).with_changes({f"segments.homes.{key}": value for key, value in values.items()})


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_one_off_sale_is_earned_within_its_term(engine: str) -> None:
    """Of each contract the year has the part of the quarter from its signing that lies before the end."""
    model = lower(parse(FIRM)).model
    rows = history(engine, model, seed=3)
    signed = rows[rows["event"] == Event.WON]["time"]
    parts = np.minimum((model.months[-1] - signed) / (0.25 * YEAR), 1)
    assert 0 < np.count_nonzero(parts < 1) < len(signed)
    found = fs.simulate(parse(FIRM), replications=1, seed=3, engine=engine).summary["mean"]
    assert found["bookings"] == pytest.approx(18_000 * len(signed), rel=1e-12)
    assert found["revenue"] == pytest.approx(18_000 * parts.sum(), rel=1e-9)
    assert found["revenue_margin"] == pytest.approx(0.28 * 18_000 * parts.sum(), rel=1e-9)


@pytest.mark.parametrize("term", [0.001, 0.17, 1, 2.5, 100])
def test_a_whole_contract_is_as_one_of_that_much_per_year(term: float) -> None:
    per_year = {"contract_value_per_year": 18_000 / term, "term_years": term}
    whole, yearly = (
        fs.simulate(scenario, replications=3, engine="reference").summary["mean"]
        for scenario in (changed(term_years=term), changed(**per_year))
    )
    assert yearly["won"] > 0
    assert whole["bookings"] == pytest.approx(18_000 * whole["won"], rel=1e-12)
    assert whole[["bookings", "revenue", "profit"]].tolist() == pytest.approx(
        yearly[["bookings", "revenue", "profit"]].tolist(), rel=1e-12
    )


def test_a_term_that_is_uncertain_or_changes_leaves_the_whole_as_it_is() -> None:
    document = parse(FIRM).document
    document["uncertainties"] = {"segments.homes.term_years *=": {"low": 0.2, "likely": 1, "high": 3}}
    slower = {"starts": date(2026, 7, 1), "change": {"segments.homes.term_years *=": 2}}
    document["strategies"] = {"slower": slower}
    found = fs.compare(from_document(document), replications=4, engine="reference")
    for name in ("today", "slower"):
        summary = found[name].summary["mean"]
        assert summary["bookings"] == pytest.approx(18_000 * summary["won"], rel=1e-12)
    assert found["slower"].summary["mean"]["revenue"] < found["today"].summary["mean"]["revenue"]


def test_a_segment_has_one_of_the_two_values() -> None:
    with pytest.raises(fs.ScenarioError) as both:
        parse(FIRM.replace("term_years", "contract_value_per_year = 9\nterm_years"))
    assert "segments.homes has both contract_value_per_year and contract_value" in str(both.value)
    with pytest.raises(fs.ScenarioError) as none:
        parse(FIRM.replace("contract_value = 18_000\n", ""))
    assert "segments.homes has neither contract_value_per_year nor contract_value" in str(none.value)


def test_a_change_may_move_from_one_value_to_the_other() -> None:
    yearly = changed(contract_value_per_year=70_000)
    assert yearly.segments["homes"].contract_value is None
    assert "contract_value" not in yearly.document["segments"]["homes"]
    with pytest.raises(fs.ScenarioError) as refused:
        parse(FIRM).with_changes({"segments.homes.contract_value_per_year *=": 2})
    assert "segments.homes.contract_value stands in its place" in str(refused.value)
    unsure = (
        FIRM + '[uncertainties]\n"segments.homes.contract_value *=" = { low = 0.5, likely = 1, high = 2 }'
    )
    assert parse(unsure).with_months(Months(0, 1, 0)).uncertainties
    nothing = unsure.replace("contract_value *=", "contract_value_per_year")
    with pytest.raises(fs.ScenarioError) as lacking:
        parse(nothing)
    assert "has no value that could be uncertain" in str(lacking.value)
