"""What the public CRM file says of how sales end: months of the quarter matter, agents and age do not."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from funnelsim.calibration.outcomes import measure_outcomes
from funnelsim.calibration.outcomes.bands import by_age, by_month
from funnelsim.calibration.skill import skill_of

BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"
FILE = Path(os.environ.get("FUNNELSIM_DATA", BESIDE)) / "crm_sales" / "sales_pipeline.csv"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not FILE.is_file(), reason=f"{FILE} is not there: let FUNNELSIM_DATA name its folder"),
]


@pytest.fixture(scope="module")
def measured():
    deals = pd.read_csv(FILE, parse_dates=["engage_date", "close_date"])
    deals = deals[deals["deal_stage"].isin(["Won", "Lost"])].reset_index(drop=True)
    days = (deals["close_date"] - deals["engage_date"]).dt.days
    visits = pd.DataFrame(
        {
            "deal": deals["opportunity_id"],
            "stage": "engaging",
            "segment": deals["product"],
            "channel": "",
            "rep": deals["sales_agent"],
            "ended": deals["close_date"],
            "low": np.maximum(days - 1.0, 0.0),
            "high": days + 1.0,
            "went_to": deals["deal_stage"].str.lower(),
        }
    )
    return measure_outcomes(visits, ("engaging",), draws=400, seed=1)


def test_agents_differ_no_more_than_chance(measured) -> None:
    skill = skill_of(measured, seed=1)
    assert skill.judged == 30
    assert round(skill.variance, 5) == 0.00134  # as counted beforehand
    assert skill.by_chance == pytest.approx(0.00121, abs=0.00004)
    assert not skill.differs
    assert skill.deviation[0] < 0.15
    assert ((skill.reps["low"] < 1) & (skill.reps["high"] > 1)).all()


def test_the_last_month_of_the_quarter_is_found(measured) -> None:
    found = {each.path: each for each in measured.estimates()}
    month = found["stages.engaging.effects.month_of_quarter"]
    assert month.interval("odds ratio in month 3 of the quarter")[0] > 1.8
    table = by_month(measured, "engaging")
    assert table["fitted"].to_numpy() == pytest.approx(table["share"].to_numpy(), abs=0.01)
    assert table.loc[3, "share"] > table.loc[1, "share"] + 0.25


def test_age_tells_nothing_beside_the_month(measured) -> None:
    found = {each.path: each for each in measured.estimates()}
    age = found["stages.engaging.effects.time_in_stage"]
    assert all(age.interval(name)[0] < 1 < age.interval(name)[1] for name in age.told)
    table = by_age(measured, "engaging")
    assert table["n"].sum() == 6711
    assert table["share"].iloc[-1] > table["share"].iloc[0] + 0.1  # as the months would have it
    assert ((table["fitted_low"] <= table["high"]) & (table["fitted_high"] >= table["low"])).all()
