"""Strategies and assumptions that add what today does not have: every command takes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.reports.comparison_page import goals_in_words
from funnelsim.reports.strategy_columns import busy_columns, goal_columns

ADDED = {
    "desk": '"teams.desk" = { people = 1 }, "stages.call.team" = "desk"',
    "firms": '"segments.firms" = { contract_value_per_year = 40_000 }, '
    '"channels.website.segments" = { home = 0.7, firms = 0.3 }',
    "press": '"channels.press" = { kind = "pr", inquiries_per_month = 5 }',
    "visit": '"stages.visit" = { team = "sales", conversion = 0.5, effort_hours = 2 }',
    "petra": '"teams.sales.reps.Petra" = { hired = 2027-04-01 }',
    "reason": '"stages.call.lost_reasons" = { price = 0.4, "too late" = 0.6 }',
    "target": '"goals.few" = { metric = "won", at_most = 2, segment = "home" }',
    "quota": '"plan.teams.sales" = { quota = [1000, 1000, 1000, 1000] }',
    "fair": '"kinds.fair" = { theorist_share = 0.2 }, '
    '"channels.fair" = { kind = "fair", inquiries_per_month = 3 }',
}
TEXT = """
start = 2027-01-01
segments = { home = { contract_value_per_year = 18_000 } }
channels = { website = { kind = "seo", inquiries_per_month = 20 } }
teams = { sales = { people = 2 } }
stages = { call = { team = "sales", conversion = 0.4, effort_hours = 2 } }
[assumptions.helpers]
change = { "teams.helpers" = { people = 1 } }
"""
ALWAYS, FROM_APRIL = "always = true", "starts = 2027-04-01"
FEW = ["--replications", "3", "--jobs", "1"]


@pytest.fixture(params=[ALWAYS, FROM_APRIL], ids=["always", "from April"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a file in which each strategy adds something, and go where it is."""
    strategies = [
        f"[strategies.{name}]\n{request.param}\nchange = {{ {change} }}" for name, change in ADDED.items()
    ]
    (tmp_path / "firm.toml").write_text("\n".join([TEXT, *strategies]))
    monkeypatch.chdir(tmp_path)
    return "firm.toml"


def call(*words: str) -> Result:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result


def test_validate_has_a_dash_for_a_team_that_a_strategy_lacks(file: str) -> None:
    hours = call("validate", file).stdout.split("Hours a week")[1].split("\n\n")[0]
    rows = {line.split()[0]: line for line in hours.splitlines() if line.startswith(("today", *ADDED))}
    assert "desk" in hours.splitlines()[1]
    for name, row in rows.items():
        assert row.rstrip().endswith(" -") == (name != "desk"), row


def test_compare_takes_what_is_added(file: str) -> None:
    found = call("compare", file, *FEW, "--json", "--out", "compared")
    assert set(json.loads(found.stdout)["strategies"]) == {"today", *ADDED}
    call("compare", file, *FEW, "--all")


@pytest.mark.parametrize("names", [["desk", "target", "today"], ["today", "target", "desk"]])
def test_every_team_and_goal_has_a_column_whatever_the_order(file: str, names: list[str]) -> None:
    result = fs.compare(fs.load(file), strategies=names, replications=3, jobs=1)
    ranked, columns = result.comparison.ranked(), [*busy_columns(result), *goal_columns(result)]
    values = {each.title: dict(zip(ranked, each.values, strict=True)) for each in columns}
    assert values["desk busy"]["today"] == values["desk busy"]["target"] == "-" != values["desk busy"]["desk"]
    assert "-" not in values["sales busy"].values()
    assert values["Chance of few"]["today"] == "-" != values["Chance of few"]["target"]
    assert goals_in_words(result) == ["Goal few: contracts, at most 2 for segment home."]


def test_run_and_trace_take_what_is_added(file: str) -> None:
    for name in ADDED:
        call("run", file, "--strategy", name, *FEW)
        call("trace", file, "--strategy", name, "--out", f"{name}.csv")


def test_assumptions_are_kept_with_months_from_a_pilot(file: str) -> None:
    call("compare", file, "--assumptions", *FEW, "--out", "kept")
    kept = json.loads(Path("kept/MANIFEST.json").read_text())
    assert set(kept["months"]) == {"warm_up", "period", "drain"}


def test_baselines_and_origins_take_what_is_added(file: str) -> None:
    call("check", file, "--baseline", "firm.baseline.toml", "--update")
    call("check", file, "--baseline", "firm.baseline.toml")
    call("scenarios", "show", file)
