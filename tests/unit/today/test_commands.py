"""From an export to a forecast that is scored in the next quarter, as typed in a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.history.made import firm
from tests.unit.history.made_exports import one_row
from typer.testing import CliRunner, Result

from funnelsim.app.cli import app

MAPPING = """
form = "one row a deal"
time_zone = "Europe/Berlin"
currency = "EUR"
stages = ["Qualify", "Demo", "Proposal", "Negotiation"]
never_changes = ["channel", "segment", "rep", "value"]

[files.deals]
name = "deals.csv"
[files.deals.columns]
deal = "Deal ID"
created = "Created"
status = "Status"
stage = "Stage"
entered = "Last stage change date"
closed = "Closed"
channel = "Source"
segment = "Segment"
rep = "Owner"
value = "Amount"
merged_into = "Merged into"

[files.customers]
name = "contracts.csv"
[files.customers.columns]
customer = "Account"
product = "Plan"
segment = "Size"
signed = "Start"
ended = "End"
mrr = "MRR"
"""
CONTRACTS = """Account,Plan,Size,Start,End,MRR
Ada Ltd,Team,Small,2025-02-03,,300
Ben Ltd,Team,Small,2025-03-03,2025-12-15,300
Cem Ltd,Team,Large,2025-12-01,,900
Dora Ltd,Team,Large,,,900
Eve Ltd,Team,Large,2026-03-01,,900
"""
SCENARIO = """
start = 2025-11-10
currency = "EUR"

[horizon]
period_months = 3
warm_up_months = 3
drain_months = 0

[products.Team]
price_per_month = 300
churn_per_month = 0.02

[segments.Small]
[segments.Large]

[channels.Web]
kind = "recorded"
inquiries_per_month = 20
cost_per_month = 0
segments = { Small = 0.5, Large = 0.5 }
[channels.Referral]
kind = "recorded"
inquiries_per_month = 10
cost_per_month = 0
segments = { Small = 0.5, Large = 0.5 }
[channels."Trade fair"]
kind = "recorded"
inquiries_per_month = 10
cost_per_month = 0
segments = { Small = 0.5, Large = 0.5 }

[kinds.recorded]

[stages.Qualify]
conversion = 0.5
customer_takes_days = { median = 20, p90 = 60 }
makes = "lead"
[stages.Demo]
conversion = 0.7
customer_takes_days = { median = 10, p90 = 30 }
[stages.Proposal]
conversion = 0.7
customer_takes_days = { median = 10, p90 = 30 }
[stages.Negotiation]
conversion = 0.7
customer_takes_days = { median = 10, p90 = 30 }

[plan]
quota = 400_000

[uncertainties]
"stages.Qualify.conversion" = { low = 0.3, likely = 0.5, high = 0.7 }

[strategies.close_better]
starts = 2025-11-20
change = { "stages.Negotiation.conversion" = 1.0 }
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm's history, its scenario, and snapshots of three days."""
    folder = tmp_path_factory.mktemp("firm")
    (deals,) = one_row(firm(), folder)
    (folder / "contracts.csv").write_text(CONTRACTS)
    (folder / "mapping.toml").write_text(MAPPING)
    (folder / "scenario.toml").write_text(SCENARIO)
    history = folder / "history"
    found = called(
        "import", deals, folder / "contracts.csv", "--mapping", folder / "mapping.toml", "--out", history
    )
    assert found.exit_code == 0, found.output
    assert "3 contracts of customers, 1 of them ended" in found.output
    for day in ("2025-11-10", "2025-12-08", "2026-01-02"):
        words = ("--at", day, "--since", "2025-10-01", "--customers", folder / f"customers {day}.csv")
        done = called("snapshot", history, *words, "--out", folder / f"{day}.csv")
        assert done.exit_code == 0, done.output
    return folder


def called(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def forecast(home: Path, *words: object, day: str = "2025-11-10") -> Result:
    found = called(
        "run", home / "scenario.toml", "--pipeline", home / f"{day}.csv", "--replications", "20", *words
    )
    assert found.exit_code == 0, found.output
    return found


def test_customers_are_those_whose_contracts_were_in_force(home: Path) -> None:
    then = pd.read_csv(home / "customers 2025-11-10.csv")
    assert then["customer"].tolist() == ["Ada Ltd", "Ben Ltd"]
    assert then["ended"].isna().all()  # what came later was not known
    later = pd.read_csv(home / "customers 2026-01-02.csv")
    assert later["customer"].tolist() == ["Ada Ltd", "Cem Ltd"]
    dirt = pd.read_csv(home / "history" / "dirt.csv")
    assert dirt.loc[dirt["file"] == "contracts.csv", "found"].tolist() == ["Dora Ltd", "Eve Ltd"]


def test_a_forecast_is_made_again_and_scored_in_the_next_quarter(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "forecasts"
    customers = ("--customers", home / "customers 2025-11-10.csv")
    page = " ".join(forecast(home, *customers, "--keep", kept).output.split())
    assert "open deals of the records and the 2 customers of the records." in page
    assert "400 thousand EUR are planned" in page
    (folder,) = kept.iterdir()
    names = {each.name for each in folder.iterdir()}
    assert {"forecast.txt", "results.json", "deals.csv", "by_week.csv", "by_month.csv", "by_rep.csv"} <= names
    bridge = called("since", kept, "--pipeline", home / "2025-12-08.csv").output
    assert "Quarter to 2025-12-31" in bridge
    scored = called("since", kept, "--pipeline", home / "2026-01-02.csv", "--json")
    (score,) = json.loads(scored.stdout)["scores"]
    deals = pd.read_csv(home / "2026-01-02.csv", parse_dates=["closed"])
    of_quarter = deals[(deals["status"] == "won") & (deals["closed"] < "2026-01-01")]
    assert score["bookings"] == of_quarter["value"].sum() > 0
    known = pd.read_csv(home / "2025-11-10.csv")
    assert score["deals"] == (known["status"] == "open").sum()


def test_a_kept_forecast_has_all_that_makes_it_again(home: Path, tmp_path: Path) -> None:
    customers = ("--customers", home / "customers 2025-11-10.csv")
    forecast(home, *customers, "--keep", tmp_path / "forecasts")
    (kept,) = (tmp_path / "forecasts").iterdir()
    records = ("--pipeline", kept / "snapshot.csv", "--customers", kept / "customers.csv")
    words = ("--replications", "20", "--keep", tmp_path / "again")
    found = called("run", kept / "scenario" / "scenario.toml", *records, *words)
    assert found.exit_code == 0, found.output
    (again,) = (tmp_path / "again").iterdir()
    for name in ("deals.csv", "by_week.csv", "snapshot.csv", "customers.csv"):
        assert (again / name).read_bytes() == (kept / name).read_bytes()


def test_a_snapshot_without_the_quarter_scores_nothing(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "forecasts"
    forecast(home, "--keep", kept)
    late = tmp_path / "late.csv"
    called("snapshot", home / "history", "--at", "2026-01-02", "--out", late)  # since 1 January
    found = called("since", kept, "--pipeline", late)
    assert found.exit_code == 2
    assert "funnelsim snapshot --since 2025-10-01 writes one that has" in found.output


def test_a_strategy_that_changes_later_brings_more(home: Path) -> None:
    plain, better = (
        json.loads(forecast(home, "--strategy", name, "--json").stdout) for name in ("today", "close_better")
    )
    assert better["open"]["contracts"]["mean"] > plain["open"]["contracts"]["mean"] > 0
    assert len(better["by_week"]) == len(plain["by_week"])


def test_what_is_uncertain_is_drawn_in_each_world(home: Path, tmp_path: Path) -> None:
    certain = tmp_path / "scenario.toml"
    certain.write_text(
        SCENARIO.replace("low = 0.3, likely = 0.5, high = 0.7", "low = 0, likely = 0, high = 0")
    )
    words = ("--pipeline", home / "2025-11-10.csv", "--replications", "5", "--json")
    found = json.loads(called("run", certain, *words).stdout)
    early = [deal["chance"] for deal in found["deals"] if deal["stage"] == "Qualify"]
    assert len(early) > 0
    assert max(early) == 0  # nobody advances from there


@pytest.mark.parametrize(
    ("starts", "makes_a_difference"),
    [("2025-10-01", True), ("2025-11-20", True), ("2026-06-01", False)],
)
def test_a_strategy_counts_from_today_until_the_end(
    home: Path, tmp_path: Path, starts: str, makes_a_difference: bool
) -> None:
    text = SCENARIO.replace("starts = 2025-11-20", f"starts = {starts}")
    text = text.replace("start = 2025-11-10", "start = 2025-09-01").replace(
        "period_months = 3", "period_months = 12"
    )
    (tmp_path / "scenario.toml").write_text(text)
    words = ("--pipeline", home / "2025-11-10.csv", "--replications", "5", "--json")
    plain, better = (
        json.loads(called("run", tmp_path / "scenario.toml", *words, "--strategy", name).stdout)
        for name in ("today", "close_better")
    )
    assert (better["total"] != plain["total"]) == makes_a_difference


@pytest.mark.parametrize("option", ["--keep", "--customers"])
def test_what_belongs_to_a_pipeline_is_told_without_one(home: Path, option: str) -> None:
    found = called("run", home / "scenario.toml", option, home / "nothing")
    assert found.exit_code == 2
    assert "belong to the forecast of --pipeline: give it, too" in " ".join(found.output.split())
