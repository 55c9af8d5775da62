"""Every command with --out leaves a folder that `funnelsim repeat` makes again, to the last byte."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from funnelsim.app.cli import app
from funnelsim.keeping.questions import QUESTIONS
from funnelsim.scenario import preset_text

from .seen_bars import Seen, seen

__all__ = ["seen"]
HORIZON = "[horizon]\nwarm_up_months = 1\nperiod_months = 3\ndrain_months = 1\n"
SLOW = 'assumptions.slow.change = { "channels.*.inquiries_per_month *=" = 0.5 }'
UNSURE = 'uncertainties."stages.proposal.conversion" = { low = 0.2, likely = 0.3, high = 0.4 }'
PEOPLE = '"teams.sales.people" = { low = 1, high = 3 }'
STUDY = f'scenario = "firm.toml"\nstop = {{ margin = 3_000, at_most = 200 }}\n[levers]\n{PEOPLE}'
SEARCH = (
    f'scenario = "firm.toml"\nmargin = 5_000\ntrials = 10\nreplications = 25\nfresh = 20\n[levers]\n{PEOPLE}'
)
FEW = ["--replications", "20"]
COMMANDS = {
    "run": ["run", "firm.toml", *FEW],
    "compare": ["compare", "firm.toml", *FEW],
    "assumptions": ["compare", "firm.toml", "--assumptions", *FEW],
    "decide": ["compare", "firm.toml", "--margin", "5000", "--at-most", "50", "--no-best"],
    "decide assumptions": ["compare", "firm.toml", "--margin", "5000", "--at-most", "50", "--assumptions"],
    "study": ["study", "study.toml"],
    "optimise": ["optimise", "search.toml"],
    "optimise firm": ["optimise", "firm.toml", "--trials", "10", "--margin", "50000"],
    "select": ["select", "firm.toml", "--margin", "50000", "--fresh", "20", "--assumption", "slow"],
    "measure-next": ["measure-next", "firm.toml", "--worlds", "1000"],
    "tornado": ["explain", "firm.toml", "--show", "tornado", *FEW],
    "tipping": ["explain", "firm.toml", "--show", "tipping", *FEW],
    "bottleneck": ["explain", "firm.toml", "--show", "bottleneck", *FEW],
    "marginal": ["explain", "firm.toml", "--show", "marginal", "--next", "5000", *FEW],
    "bridge": ["explain", "firm.toml", "--show", "bridge", "--to", "one_more_rep", *FEW],
}
ELSEWHERE = ("run", "compare", "measure-next")  # tested in test_out.py, and below
FILES = {  # beside the manifest and the scenario
    "decide": {"verdict.txt", "table.csv", "risks.csv", "results.json", "figures.xlsx"},
    "decide assumptions": {"verdict.txt", "table.csv", "risks.csv", "results.json", "figures.xlsx"},
    "study": {"page.txt", "table.csv", "years.npz", "study.json", "figures.xlsx"},
    "optimise firm": {"optimise.txt", "tried.csv", "results.json", "figures.xlsx"},
    "optimise": {"optimise.txt", "tried.csv", "results.json", "figures.xlsx"},
    "select": {"selection.txt", "race.csv", "results.json", "figures.xlsx"},
    "measure-next": {"measure_next.txt", "worth.csv", "results.json", "figures.xlsx"},
    "tornado": {"tornado.txt", "tornado.csv", "results.json", "figures.xlsx"},
}


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = "\n".join([SLOW, UNSURE, re.sub(r"\[horizon\][^\[]*", HORIZON, preset_text("first_steps"))])
    Path("firm.toml").write_text(text, encoding="utf-8")
    Path("study.toml").write_text(STUDY.replace("high = 3 }", "high = 3, steps = 3 }"), encoding="utf-8")
    Path("search.toml").write_text(SEARCH, encoding="utf-8")
    return tmp_path


def test_every_kind_of_question_is_tried() -> None:
    assert COMMANDS.keys() == QUESTIONS.keys()


@pytest.mark.parametrize("kind", [kind for kind in COMMANDS if kind not in ELSEWHERE])
def test_a_folder_is_made_again_to_the_last_byte(kind: str, firm: Path, seen: Seen) -> None:
    made = call(*COMMANDS[kind], "--out", "one")
    assert made.exit_code == 0, made.output
    seen.must_have_told_the_end()
    seen.clear()
    manifest = json.loads((firm / "one/MANIFEST.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["whole"]) == (kind, True)
    there = {name for name in files(firm / "one") if not name.startswith(("scenario/", "MANIFEST"))}
    assert there == FILES.get(kind, there)
    for gone in ("firm.toml", "study.toml", "search.toml"):
        (firm / gone).unlink()
    again = call("repeat", "one/MANIFEST.json", "--out", "two")
    assert again.exit_code == 0, again.output
    seen.must_have_told_the_end()
    assert again.stdout.startswith("Repeated: every figure of ")
    assert files(firm / "one") == files(firm / "two")


def test_a_figure_that_was_changed_is_found(firm: Path) -> None:
    assert call(*COMMANDS["bridge"], "--out", "one").exit_code == 0
    found = json.loads((firm / "one/MANIFEST.json").read_text(encoding="utf-8"))
    found["options"]["goal"] = "more_inquiries"
    (firm / "other.json").write_text(json.dumps(found), encoding="utf-8")
    again = call("repeat", "other.json")
    assert (again.exit_code, "NOT THE SAME: bridge.csv, results.json" in again.stdout) == (1, True)


def test_what_a_manifest_of_a_search_asks_for_is_checked(firm: Path) -> None:
    assert call(*COMMANDS["study"], "--out", "one").exit_code == 0
    found = json.loads((firm / "one/MANIFEST.json").read_text(encoding="utf-8"))
    found["options"]["document"] = "levers = 3"
    (firm / "other.json").write_text(json.dumps(found), encoding="utf-8")
    again = call("repeat", "other.json")
    assert (again.exit_code, "levers is 3; expected a table [levers]" in again.stderr) == (2, True)


@pytest.mark.slow
def test_what_it_is_worth_to_measure_is_made_again(firm: Path) -> None:
    assert call(*COMMANDS["measure-next"], "--out", "one").exit_code == 0
    again = call("repeat", "one/MANIFEST.json", "--out", "two")
    assert again.exit_code == 0, again.output
    assert files(firm / "one") == files(firm / "two")
