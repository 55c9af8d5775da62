"""The workbook of results: real numbers, texts that are no formulas, the same bytes (TE6)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.metrics import FIGURES
from funnelsim.reports import saving, workbook
from funnelsim.reports.questions import NAMES, QUESTIONS

FEW = ["--replications", "3", "--jobs", "1"]


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take longer than all the rest of a folder."""
    monkeypatch.setattr(saving, "drawn", lambda _: iter(()))


@pytest.fixture(scope="module")
def result() -> fs.ComparisonResult:
    return fs.compare(fs.load("first_steps"), replications=20)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def rows(sheet: Any) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def test_there_is_a_sheet_for_the_answer_and_for_each_question(result: fs.ComparisonResult) -> None:
    book = opened(workbook.workbook(result))
    assert book.sheetnames == ["answer", *NAMES, "about"]
    for sheet in book:
        assert sheet.freeze_panes == "B2"
        assert all(sheet.column_dimensions[cell.column_letter].width > 3 for cell in sheet[1])
    assert opened(workbook.workbook(result["today"])).sheetnames == [*NAMES, "about"]


def test_cells_have_the_figures_themselves_and_heads_their_units(result: fs.ComparisonResult) -> None:
    book = opened(workbook.workbook(result))
    answer = {row["Strategy"]: row for row in rows(book["answer"])}
    assert list(answer) == result.comparison.ranked()
    for name in result:
        profit = result.summary.loc[(name, "profit")]
        assert answer[name]["Profit, USD\nmean"] == pytest.approx(profit["mean"], rel=1e-12)
        assert answer[name]["Profit, USD\nP90"] == pytest.approx(profit["p90"], rel=1e-12)
    gain = result.differences.loc[("one_more_rep", "profit")]
    assert answer["one_more_rep"]["Profit against today, USD\n95 % low"] == gain["low"]
    assert answer["today"]["Profit against today, USD\nmean"] is None
    stages = {(r["Strategy"], r["Of"]): r for r in rows(book["funnel"]) if r["By"] == "stage"}
    want = result["today"].by_stage.loc["proposal", ("lost_of_visits", "mean")]
    assert stages["today", "proposal"]["Lost, of visits, share\nmean"] == pytest.approx(want, rel=1e-12)
    shares = [c for c in book["funnel"][2] if "share" in (book["funnel"].cell(1, c.column).value or "")]
    assert shares
    assert all(cell.number_format == "0.0%" for cell in shares if cell.value is not None)


def test_figures_of_every_question_are_in_its_sheet(result: fs.ComparisonResult) -> None:
    book = opened(workbook.workbook(result))
    for question in QUESTIONS:
        heads = " ".join(str(cell.value) for cell in book[question.name][1])
        assert all(FIGURES[name].title.split(",")[0].split(" (")[0] in heads for name in question.figures)


def test_the_same_result_gives_the_same_bytes(
    result: fs.ComparisonResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = workbook.workbook(result)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 1, 0))
    assert workbook.workbook(result) == first


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_a_text_is_never_a_formula(text: str) -> None:
    book = openpyxl.Workbook()
    workbook.put(book.active, 1, 1, text)
    cell = opened(workbook.saved(book)).active.cell(1, 1)
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.usefixtures("without_pictures")
def test_without_openpyxl_there_is_no_workbook_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: fs.ComparisonResult
) -> None:
    monkeypatch.setattr(workbook, "find_spec", lambda _: None)
    assert workbook.NAME not in dict(saving.result_files(result))
    told = CliRunner().invoke(app, ["run", "first_steps", *FEW, "--out", str(tmp_path / "out")])
    assert told.exit_code == 0
    assert "figures.xlsx is left out: it takes openpyxl" in told.stderr
    assert not (tmp_path / "out" / workbook.NAME).exists()
    again = CliRunner().invoke(app, ["repeat", str(tmp_path / "out" / "MANIFEST.json")])
    assert again.exit_code == 0


@pytest.mark.usefixtures("without_pictures")
def test_a_folder_with_a_workbook_is_repeated_where_there_is_no_openpyxl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert CliRunner().invoke(app, ["run", "first_steps", *FEW, "--out", str(out)]).exit_code == 0
    assert (out / workbook.NAME).exists()
    monkeypatch.setattr(workbook, "find_spec", lambda _: None)
    assert CliRunner().invoke(app, ["repeat", str(out / "MANIFEST.json")]).exit_code == 0
