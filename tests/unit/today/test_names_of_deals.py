"""Names of deals, whatever they are: shown as they are where deals are listed, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.made_up_report import HARM
from tests.unit.test_cli import call

import funnelsim as fs
from funnelsim.reports.document import as_json
from funnelsim.reports.forecast_document import forecast_document
from funnelsim.reports.forecast_page import forecast_page
from funnelsim.reports.grid import as_text
from funnelsim.scenario import preset_text

from .made import OPEN, result

NAMES = [HARM, "[bold red]Acme[/]", '=HYPERLINK("//x")', "+1", "-1", "@SUM(A1)"]


@pytest.mark.parametrize("name", NAMES)
def test_a_forecast_shows_a_name_as_it_is(name: str) -> None:
    """No markup of the terminal or of a browser comes of it."""
    found = result(deals=({**OPEN[0], "deal": name}, OPEN[1]))
    assert name in as_text(forecast_page(found, "", width=200, every_deal=True))
    assert json.loads(as_json(forecast_document(found)))["deals"][0]["deal"] == name
    assert "<img" not in found.deals.to_html()
    assert not hasattr(found, "_repr_html_")  # so that a notebook shows plain text


def test_a_name_steers_no_terminal() -> None:
    found = result(deals=({**OPEN[0], "deal": "Acme\x1b[2J\u202e"}, OPEN[1]))
    page = as_text(forecast_page(found, "", width=200, every_deal=True))
    assert "Acme" in page
    assert not {"\x1b", "\u202e"} & set(page)


@pytest.mark.parametrize("command", [["report", "--out", "made.html"], ["what-if", "--no-browser"]])
def test_a_scenario_has_no_deals(command: list[str], tmp_path: Path) -> None:
    """So none reaches report or what-if page: a file that names one is refused in a sentence."""
    file = tmp_path / "firm.toml"
    file.write_text(f"{preset_text('first_steps')}\n[deals.{json.dumps(HARM)}]\nvalue = 1\n")
    words = [str(tmp_path / each) if each.endswith("html") else each for each in command[1:]]
    refused = call(command[0], str(file), *words)
    assert refused.exit_code == 2
    assert "deals is not a key here" in refused.output
    assert [each.name for each in tmp_path.iterdir()] == ["firm.toml"]


def test_deals_beside_a_scenario_are_not_in_its_report(tmp_path: Path) -> None:
    (tmp_path / "firm.toml").write_text(preset_text("first_steps"))
    (tmp_path / "snapshot.csv").write_text(f"deal,stage,status\n{json.dumps(HARM)},proposal,open\n")
    made = fs.report(fs.load(tmp_path / "firm.toml"), replications=10, jobs=1).html
    assert "onerror" not in made
