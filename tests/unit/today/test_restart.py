"""Forecasts that begin with the deals of a snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.analytic.restarting import sample

import funnelsim as fs
from funnelsim.io.writing import UnusableError
from funnelsim.keeping.forecasts import keep_forecast, read_forecasts
from funnelsim.keeping.manifest import inputs
from funnelsim.studies.today.bridge import told_by
from funnelsim.studies.today.restart import forecast_from
from funnelsim.studies.today.snapshot import Snapshot

from .made import rows_of

AT = pd.Timestamp("2026-02-14")
DEAL = {"deal": "A", "stage": "proposal", "entered": "2026-02-01", "created": "2026-01-20", "status": "open"}


def forecast(*deals: dict[str, object], replications: int = 30) -> fs.studies.today.forecast.TodayResult:
    scenario = fs.load("first_steps").with_changes({"plan.quota": 50_000})
    return forecast_from(scenario, Snapshot(AT, rows_of(*deals)), replications=replications, jobs=1)


def test_a_deal_with_a_value_brings_that_value() -> None:
    found = forecast({**DEAL, "value": 4321.0}, {**DEAL, "deal": "B", "stage": "first_call", "value": 17.0})
    of_deals = found.ends[(found.ends["deal"] >= 0) & (found.ends["outcome"] == 1)]
    assert len(of_deals) > 0
    values = found.snapshot.open["value"].to_numpy()[of_deals["deal"]]
    assert (of_deals["money"] == values).all()
    assert found.until == pd.Timestamp("2026-04-01")
    assert (found.ends["time"] < (found.until - AT) // pd.Timedelta(1, "us")).all()


def test_an_override_is_what_happens_and_the_rest_is_told_without_it() -> None:
    sure = {**DEAL, "value": 100.0, "probability": 1.0, "close": "2026-03-02", "why": "signed tomorrow"}
    never = {**DEAL, "deal": "B", "value": 100.0, "probability": 0.0, "why": "they are bankrupt"}
    found = forecast(sure, never)
    deals = found.deals.set_index("deal")
    assert deals["chance"].to_dict() == {"A": 1.0, "B": 0.0}
    assert deals.loc["A", "close"] == pd.Timestamp("2026-03-02")
    assert found.plain is not None
    assert 0 < found.plain.deals["chance"].max() < 1


def test_names_that_the_scenario_does_not_have_are_told() -> None:
    with pytest.raises(UnusableError, match=r'no stage "porposal" \(deal A\); did you mean "proposal"'):
        forecast({**DEAL, "stage": "porposal"})
    assert forecast({**DEAL, "rep": "zoe"}, replications=1).unknown_reps == ("zoe",)


def test_a_forecast_that_is_kept_is_read_as_it_was(tmp_path: Path) -> None:
    found = forecast({**DEAL, "value": 100.0})
    scenario = fs.load("first_steps")
    folder = keep_forecast(tmp_path, found, inputs("first_steps", scenario, ["plan.quota=50000"]))
    (kept,) = read_forecasts(tmp_path)
    assert kept.told.expected == told_by(found).expected
    assert (kept.told.at, kept.told.until) == (AT, found.until)
    assert kept.scenario().plan.quota == (50_000,) * 4
    (folder / "forecast.json").write_text("{}")
    with pytest.raises(UnusableError, match="was changed after it was kept"):
        read_forecasts(tmp_path)


def test_restarted_worlds_are_not_far_from_those_that_go_on() -> None:
    found = sample("first_steps", range(60))
    assert abs(found.z) < 3.9  # one in ten thousand


def test_deals_keep_their_value_and_their_rep_where_the_firm_changes_in_between() -> None:
    document = fs.load("first_steps").document | {
        "changes": [{"date": date(2026, 2, 20), "change": {"teams.sales.people +=": 1}}]
    }
    deal = {**DEAL, "value": 4321.0, "rep": "sales 2"}
    found = forecast_from(
        fs.scenario.from_document(document), Snapshot(AT, rows_of(deal)), replications=30, jobs=1
    )
    won = found.ends[(found.ends["deal"] == 0) & (found.ends["outcome"] == 1)]
    assert len(won) > 0
    assert (won["money"] == 4321.0).all()
