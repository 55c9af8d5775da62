"""The steps of docs/scenario.md by which typed conversions come to give those of one's records."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import funnelsim as fs
from funnelsim.scenario import parse
from funnelsim.scenario.effects import odds_of

RECORDS = {"first_call": 0.6, "proposal": 0.8}
FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 3, period_months = 12, drain_months = 6 }
[segments.homes]
contract_value = 18_000
committee_size = 3
[channels.web]
kind = "seo"
inquiries_per_month = 400
temperature = { hot = 0.1, warm = 0.4, future = 0.5 }
theorist_share = 0.1
[teams.sales]
people = 9
skill = { low = 0.5, likely = 1, high = 1.5 }
[stages.first_call]
team = "sales"
effort_hours = 1
conversion = 0.6
[stages.proposal]
team = "sales"
effort_hours = 2
customer_takes_days = 5
conversion = 0.8
"""


def test_the_steps_of_the_docs_bring_simulated_conversions_to_the_records() -> None:
    scenario, misses = parse(FIRM), []
    for _ in range(3):
        shown = fs.simulate(scenario, replications=40).conversions
        misses.append(max(abs(shown.loc[stage, "mean"] - share) for stage, share in RECORDS.items()))
        typed = {
            stage: odds_of(share) * odds_of(shown.loc[stage, "typed"]) / odds_of(shown.loc[stage, "mean"])
            for stage, share in RECORDS.items()
        }
        scenario = scenario.with_changes(
            {f"stages.{stage}.conversion": odds / (1 + odds) for stage, odds in typed.items()}
        )
    assert misses[0] > 0.05
    assert misses[1] < misses[0] / 4
    assert misses[2] < 0.01


def test_the_examples_of_odds_ratios_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
    row = r"^\| (\d+) % \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) % \| ([\d.]+) \| ([\d.]+) % \|$"
    rows = re.findall(row, page, re.MULTILINE)
    assert len(rows) == 3
    for typed, before, *after in (map(float, row) for row in rows):
        assert odds_of(typed / 100) == pytest.approx(before, abs=0.0005)
        for ratio, odds, found in ((1.1, *after[:2]), (2, *after[2:])):
            exact = ratio * odds_of(typed / 100)
            assert (odds, found) == pytest.approx((exact, 100 * exact / (1 + exact)), abs=0.05)
