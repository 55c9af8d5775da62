"""The customers that a firm has as a forecast from today begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import funnelsim as fs
from funnelsim.engines import history
from funnelsim.io.writing import UnusableError
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import Months, Scenario, lower
from funnelsim.studies.today.customers import Customers, paid_by_price, read_customers, with_customers

AT = pd.Timestamp("2026-02-14")
ROWS = (
    "A,team,small,2025-02-10,,280",
    "B,team,small,2026-02-13,,280",
    "C,business,large,2023-04-05,2026-02-15,1500",
    "D,business,large,2023-04-05,2026-02-14,1500",  # has ended
    "E,team,large,2026-02-15,,280",  # has not signed
)


def firm() -> Scenario:
    """Return the preset with prices that are the same for all."""
    prices = {"products.team.price_per_month": 280, "products.business.price_per_month": 1500}
    return fs.load("subscription_software").with_changes(prices)


def read(folder: Path, *rows: str, head: str = "customer,product,segment,signed,ended,mrr") -> Customers:
    (folder / "customers.csv").write_text("\n".join((head, *rows)), encoding="utf-8")
    return read_customers(folder / "customers.csv", AT)


def test_customers_whose_contract_is_in_force_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS)
    assert found.table["customer"].tolist() == ["A", "B", "C"]
    assert (found.others, found.paid_per_month) == (2, 2060.0)
    assert read(tmp_path, "team,small,2025-02-10", head="product,segment,signed").paid_per_month is None


def test_the_first_day_has_the_customers_of_the_records(tmp_path: Path) -> None:
    growth = {f"products.{name}.price_growth_per_year": 0 for name in ("team", "business")}
    scenario = with_customers(firm().with_changes(growth), read(tmp_path, *ROWS), AT)
    course = lower(scenario.with_months(Months(0, 1, 0)))
    rows = history("reference", course.model, 1, 0)
    first = rows[rows["event"] == Event.WAS_CUSTOMER]
    there = sorted(
        (course.names.products[row["product"]], course.names.segments[row["segment"]]) for row in first
    )
    assert there == [("business", "large"), ("team", "small"), ("team", "small")]
    assert first["money"].sum() == 280 + 280 + 1500
    ages = {round(age) for age in -first["worked"] / DAY}  # drawn from those in the records
    assert ages <= {369, 1, (AT - pd.Timestamp("2023-04-05")).days}


def test_what_is_paid_grows_with_the_years_that_are_over(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS)
    # team, from month to month: 1 year of 369 days; business, by the year: 2 terms of 1046 days
    expected = 280 * 1.03 + 280 + 1500 * 1.06**2
    assert paid_by_price(found.table, firm(), AT) == pytest.approx(expected)


def test_products_and_segments_that_the_scenario_does_not_have_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, "A,teem,small,2025-02-10,,", "B,team,tiny,2025-02-10,,")
    with pytest.raises(UnusableError) as caught:
        with_customers(firm(), found, AT)
    assert 'the scenario has no product "teem"; did you mean "team"?' in str(caught.value)
    assert 'no segment "tiny"; expected one of small, large' in str(caught.value)
    with pytest.raises(UnusableError, match='no product "team"; it has none'):
        with_customers(fs.load("first_steps"), read(tmp_path, ROWS[0]), AT)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("A,,small,2025-02-10,,", "line 2: product is blank; expected one of the scenario's products"),
        ("A,team,small,,,", "line 2: signed is blank; expected when the customer signed"),
        ("A,team,small,2025-02-10,2025-01-10,", "line 2: ended is 2025-01-10 00:00:00, before signed"),
        ("A,team,small,2025-02-10,,-3", "line 2: mrr is -3; expected an amount of at least 0"),
    ],
)
def test_a_row_that_cannot_be_is_told(tmp_path: Path, row: str, sentence: str) -> None:
    with pytest.raises(UnusableError) as caught:
        read(tmp_path, row)
    assert sentence in str(caught.value)


def test_the_customers_of_the_scenario_are_left_out(tmp_path: Path) -> None:
    found = with_customers(firm(), read(tmp_path, ROWS[0]), AT)
    counts = [own.customers for each in found.products.values() for own in each.segments.values()]
    assert sorted(counts) == [0, 0, 0, 1]
    assert np.isclose(found.products["team"].segments["small"].customers_since_days.mean(), 369)
