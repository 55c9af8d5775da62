"""The page of a calibration, and the command that writes it."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from tests.unit.calibration.small import FROM, UNTIL, drawn, history_of
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.calibration.calibrate import Calibration
from funnelsim.history import History
from funnelsim.history.files import csv_of
from funnelsim.io.toml import toml_text
from funnelsim.reports import html
from funnelsim.reports.calibration_page import as_html
from funnelsim.reports.calibration_pictures import pictures

CHANNEL = "<b>Web</b> & more"
STAGES = ("call", "offer")


def firm() -> History:
    rows = drawn(150, seed=5)
    for row in rows:
        row["channel"] = CHANNEL
        row["value"] = 100.0 + row["created"].day if row.get("outcome") == "won" else float("nan")
    return history_of(rows, STAGES)


@pytest.fixture(scope="module")
def found() -> Calibration:
    return fs.calibrate(firm(), draws=40)


def test_there_is_a_picture_of_each_fit(found: Calibration) -> None:
    titles = [each.title for each in pictures(found)]
    assert titles == [
        f"Deals created, {CHANNEL}",
        f"Days of the week, {CHANNEL}",
        *(
            title
            for stage in STAGES
            for title in (
                f"How long a visit to {stage} lasts",
                f"Who advances from {stage}, by age at the end",
                f"Who advances from {stage}, by month of the quarter",
            )
        ),
        "Value of a contract, all",
    ]


def test_the_page_has_every_picture_and_every_value_and_escapes_names(found: Calibration) -> None:
    page = as_html(found, fs.firm_of(found))
    assert page.count("<svg") == page.count("<figure>") == len(list(pictures(found)))
    assert "<b>" not in page
    assert "&lt;b&gt;Web&lt;/b&gt; &amp; more" in page
    cells = set(re.findall(r"<td>([^<]*)</td>", page))
    assert {"stages.call.conversion", "stages.offer.customer_takes_days"} <= cells
    low, high = next(each for each in found.estimates if each.path == "stages.call.conversion").interval(
        "share advancing"
    )
    assert f"{low:.4g} to {high:.4g}" in cells
    for assumed in fs.firm_of(found).assumed:
        assert {escape(assumed.path), assumed.why} <= cells


def test_a_page_needs_nothing_else() -> None:
    page = html.page(
        "a < b", [html.paragraph("c & d"), html.table(("e",), [("<i>",)]), html.bullets(["f > g"])]
    )
    assert page.startswith("<!doctype html>")
    assert "<title>a &lt; b</title>" in page
    for escaped in ("<p>c &amp; d</p>", "<td>&lt;i&gt;</td>", "<li>f &gt; g</li>"):
        assert escaped in page
    assert "http" not in page


# ---- the command ----------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Write a history by hand."""
    folder, history = tmp_path / "history", firm()
    folder.mkdir()
    (folder / "deals.csv").write_bytes(csv_of(history.deals))
    (folder / "entries.csv").write_bytes(csv_of(history.entries))
    about = {"format": 1, "stages": list(STAGES), "seen_from": FROM.date(), "seen_until": UNTIL.date()}
    (folder / "history.toml").write_text(toml_text(about), encoding="utf-8")
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["calibrate", *map(str, words)])


def test_the_command_writes_scenario_draws_and_page(kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "firm"
    result = run(kept, "--out", out, "--draws", 30, "--at", "2025-12-01", "--recent", 9)
    assert result.exit_code == 0, result.output
    assert sorted(each.name for each in out.iterdir()) == ["calibration.html", "draws.csv", "scenario.toml"]
    scenario = fs.load(str(out / "scenario.toml"))
    assert list(scenario.stages) == list(STAGES)
    assert scenario.start.isoformat() == "2025-12-01"
    assert f"funnelsim run {out / 'scenario.toml'}" in result.output.replace("\n", "")
    again = run(kept, "--out", out)
    assert again.exit_code == 2
    assert "exists already" in again.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--at", "2027-01-01"), "2027-01-01 is not in it"),
        (("--at", "soon"), "--at is soon; expected a date"),
        (("--at", "2025-01-01"), "the history has no deals"),
    ],
)
def test_what_cannot_be_measured_is_said_and_nothing_is_written(
    kept: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    result = run(kept, "--out", tmp_path / "firm", *words)
    assert result.exit_code == 2
    assert sentence in result.output
    assert not (tmp_path / "firm").exists()


def test_a_history_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing", "--out", tmp_path / "firm")
    assert result.exit_code == 2
    assert "nothing" in result.output
    assert not (tmp_path / "firm").exists()
