"""Cohorts of customers as a frame, their pictures and files, and customers in the event log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import funnelsim as fs
from funnelsim.keeping.eventlog import write_event_log
from funnelsim.reports.saving import result_files

from .good_scenario import GOOD

mpl.use("Agg")
YEARS = 24
PRODUCTS = """
[horizon]
warm_up_months = 1
period_months = 5
drain_months = 0
[products.plan]
price_per_month = { median = 100, p90 = 200 }
gross_margin = 0.5
churn_per_month = 0.2
price_growth_per_year = 0.1
segments.small = { customers = 6 }
"""
FIRM = GOOD.replace("contract_value_per_year = 1000\n", "").replace("month = 10", "month = 40") + PRODUCTS


@pytest.fixture(scope="module")
def result() -> fs.SimulationResult:
    return fs.simulate(fs.parse(FIRM), replications=YEARS, jobs=1)


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    mpl.pyplot.close("all")


def test_cohorts_have_a_row_for_each_month_from_that_of_signing_on(result: fs.SimulationResult) -> None:
    found = result.cohorts
    months = result.by_month.index.tolist()
    assert found.index.names == ["cohort", "month"]
    assert found.index.tolist() == [(a, b) for i, a in enumerate(months) for b in months[i:]]
    assert found["age"].tolist() == [later - i for i in range(5) for later in range(i, 5)]


def test_those_left_of_all_cohorts_are_the_customers_who_signed(result: fs.SimulationResult) -> None:
    """Who was a customer as the period began is in no cohort."""
    left = result.cohorts["customers"].groupby("month").sum()
    assert (result.by_month["customers", "mean"] - left).iloc[-1] < 6 * 0.8**3
    last = result.cohorts.xs(result.by_month.index[-1], level="month")
    signed = result.by_month["new_customers", "mean"]
    assert (last["customers"] / signed).to_numpy() == pytest.approx(last["retention"].to_numpy())
    known = last.dropna()
    assert len(known) >= 3
    assert (known["retention_low"] < known["retention"]).all()
    assert (known["retention"] < known["retention_high"]).all()


def test_a_cohort_shrinks_and_brings_more_and_more(result: fs.SimulationResult) -> None:
    for _, cohort in result.cohorts.groupby("cohort"):
        assert (np.diff(cohort["retention"]) < 0).all()
        assert (np.diff(cohort["lifetime_value"]) > 0).all()


def test_retention_is_drawn_by_the_months_since_signing(result: fs.SimulationResult) -> None:
    ax = result.plot_retention()
    *_, together = (line for line in ax.lines if len(line.get_xdata()) == 5)
    found = result.cohorts.set_index("age", append=True)["customers"]
    signed = result.by_month["new_customers", "mean"]
    share = found.xs(1, level="age").sum() / signed.iloc[:4].sum()
    assert together.get_ydata()[1] == pytest.approx(100 * share)
    assert [each.get_text() for each in ax.get_legend().get_texts()] == [
        *("those who signed in one month", "all together")
    ]
    assert result.plot_retention(ax) is ax


def test_the_bridge_leads_from_the_first_mrr_to_the_last(result: fs.SimulationResult) -> None:
    ax = result.plot_mrr_bridge()
    bars = [bar.get_height() for container in ax.containers for bar in container]
    assert sum(bars[:-1]) == pytest.approx(bars[-1])
    assert bars[-1] * 1000 == pytest.approx(result.summary.loc["mrr", "mean"])
    assert bars[1] * 1000 == pytest.approx(result.summary.loc["new_mrr", "mean"])
    assert ax.get_ylabel() == "MRR, thousand"
    assert ax.texts[4].get_text().startswith("-")


def test_a_folder_has_cohorts_and_their_pictures(result: fs.SimulationResult) -> None:
    files = dict(result_files(result))
    assert {"retention.png", "mrr_bridge.png"} <= set(files)
    read = pd.read_csv(io.BytesIO(files["cohorts.csv"]), index_col=["cohort", "month"])
    pd.testing.assert_frame_equal(read, result.cohorts, rtol=1e-12, check_names=False)


def test_without_customers_there_is_nothing_to_draw() -> None:
    result = fs.simulate(fs.load("first_steps"), replications=2, jobs=1)
    with pytest.raises(ValueError, match="nobody signs a contract about a recurring product"):
        result.plot_retention()
    with pytest.raises(ValueError, match="nobody signs a contract about a recurring product"):
        result.plot_mrr_bridge()


def test_a_customer_is_a_case_of_its_own_in_the_log(tmp_path: Path) -> None:
    write_event_log(tmp_path / "log.csv", fs.parse(FIRM))
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    first = [row for row in rows if row["concept:name"] == "is a customer as the period begins"]
    assert len({row["case:concept:name"] for row in first}) == len(first) == 6
    assert all(row["case:concept:name"].startswith("customer-") for row in first)
    assert {row["case:channel"] for row in first} == {""}
    cases: dict[str, list[str]] = {}
    for row in rows:
        cases.setdefault(row["case:concept:name"], []).append(row["concept:name"])
    contracts = [steps for steps in cases.values() if "becomes a customer" in steps]
    assert contracts
    assert all(steps[0] == "becomes a customer" for steps in contracts)
    assert all(steps[-1] in ("leaves", "still a customer") for steps in contracts)
