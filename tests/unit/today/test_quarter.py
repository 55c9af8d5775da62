"""Fiscal quarters, and what is planned for them."""

from __future__ import annotations

import pandas as pd
import pytest

from funnelsim.scenario.plans import Plan
from funnelsim.studies.today.quarter import quarter_of, quota_of


@pytest.mark.parametrize(
    ("at", "starts", "first", "end"),
    [
        ("2026-01-01", 1, "2026-01-01", "2026-04-01"),
        ("2026-03-31 23:59", 1, "2026-01-01", "2026-04-01"),
        ("2026-01-15", 12, "2025-12-01", "2026-03-01"),
        ("2026-01-15", 11, "2025-11-01", "2026-02-01"),
    ],
)
def test_a_quarter_has_three_calendar_months(at: str, starts: int, first: str, end: str) -> None:
    found = quarter_of(pd.Timestamp(at), Plan(fiscal_year_starts=starts))
    assert found == (pd.Timestamp(first), pd.Timestamp(end))


def test_the_quota_is_that_of_the_firm_of_teams_or_of_reps() -> None:
    people = {"sales": ("ann", "bob"), "more": ("cid",)}
    quarter = pd.Timestamp("2026-02-10")
    of_reps = {"sales": {"quota_per_rep": 10}, "more": {"quota": [5, 6, 7, 8]}}
    plan = Plan.model_validate({"teams": of_reps, "reps": {"bob": {"quota": 3}}, "fiscal_year_starts": 11})
    assert quota_of(quarter, plan, people) == 10 + 3 + 6  # February is in the second quarter
    assert quota_of(quarter, Plan.model_validate({"quota": 100, "teams": of_reps}), people) == 100
    assert quota_of(quarter, Plan(), people) is None
