"""The workbook of results: real numbers, texts that are no formulas, the same bytes (TE6)."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.io.files import Files
from funnelsim.metrics import FIGURES
from funnelsim.planning.bridge import bridge
from funnelsim.planning.measure_next import measure_next
from funnelsim.planning.select import select
from funnelsim.reports import answers, saving, workbook
from funnelsim.reports.question_sheets import result_workbook
from funnelsim.reports.questions import NAMES, QUESTIONS
from funnelsim.reports.study_files import study_files
from funnelsim.scenario import AS_TYPED, preset_text
from funnelsim.studies.designed.running import run_study
from funnelsim.studies.designed.study import study_of

FEW = ["--replications", "3", "--jobs", "1"]


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take longer than all the rest of a folder."""
    monkeypatch.setattr(saving, "drawn", lambda _: Files({}))


@pytest.fixture(scope="module")
def result() -> fs.ComparisonResult:
    return fs.compare(fs.load("first_steps"), replications=20)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def rows(sheet: Any) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def test_there_is_a_sheet_for_the_answer_and_for_each_question(result: fs.ComparisonResult) -> None:
    book = opened(result_workbook(result))
    assert book.sheetnames == ["answer", *NAMES, "about"]
    for sheet in book:
        assert sheet.freeze_panes == "B2"
        assert all(sheet.column_dimensions[cell.column_letter].width > 3 for cell in sheet[1])
    assert opened(result_workbook(result["today"])).sheetnames == [*NAMES, "about"]


def test_cells_have_the_figures_themselves_and_heads_their_units(result: fs.ComparisonResult) -> None:
    book = opened(result_workbook(result))
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
    book = opened(result_workbook(result))
    for question in QUESTIONS:
        heads = " ".join(str(cell.value) for cell in book[question.name][1])
        assert all(FIGURES[name].title.split(",")[0].split(" (")[0] in heads for name in question.figures)


def test_the_same_result_gives_the_same_bytes(
    result: fs.ComparisonResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = result_workbook(result)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 1, 0))
    assert result_workbook(result) == first


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


# ---- assumptions, and answers other than a comparison -----------------------------------------

SLOW = """
assumptions.slow_market = { title = "=slow", change = { "channels.*.inquiries_per_month *=" = 0.7 } }
"""


@pytest.fixture(scope="module")
def unsure() -> fs.Scenario:
    """A short firm with an assumption whose title begins like a formula, and an uncertain number."""
    document = fs.parse(SLOW + preset_text("first_steps")).document
    document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    document["uncertainties"] = {"stages.proposal.conversion": {"low": 0.1, "likely": 0.3, "high": 0.5}}
    return fs.load("first_steps").beginning(document)


@pytest.fixture(scope="module")
def assumed(unsure: fs.Scenario) -> fs.AssumptionsResult:
    return fs.compare_assumptions(unsure, replications=20, jobs=1)


def book_of(files: Any) -> Any:
    return opened(dict(files)[workbook.NAME])


def test_assumptions_have_a_sheet_of_winners_and_their_rows_in_each_question(
    assumed: fs.AssumptionsResult,
) -> None:
    book = opened(result_workbook(assumed))
    assert book.sheetnames == ["assumptions", "answer", *NAMES, "about"]
    winners = {row["Assumption"]: row for row in rows(book["assumptions"])}
    assert list(winners) == [AS_TYPED, "=slow"]
    for name, title in assumed.titles.items():
        gain = assumed.table.loc[name, "gain"]
        shown = winners[title]["Its profit against today, USD\nmean"]
        assert shown == (None if math.isnan(gain) else pytest.approx(gain, rel=1e-12))
    for sheet, head, figure in (
        ("answer", "Profit, USD\nP10", "profit"),
        ("money", "Cost, USD\nP10", "cost"),
        ("bottleneck", "Busy, share\nP10", "utilisation"),
    ):
        found = {
            (r["Assumption"], r["Strategy"]): r[head]
            for r in rows(book[sheet])
            if r.get("By") in (None, "all")
        }
        want = assumed.summary[assumed.summary.index.get_level_values("figure") == figure]["p10"]
        assert found == {
            (assumed.titles[name], strategy): pytest.approx(value, rel=1e-9)
            for (name, strategy, _), value in want.items()
        }


def test_titles_that_begin_like_a_formula_are_texts_in_every_sheet(assumed: fs.AssumptionsResult) -> None:
    book = opened(result_workbook(assumed))
    cells = [cell for sheet in book for row in sheet for cell in row if str(cell.value).startswith("=")]
    assert cells
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


def test_a_verdict_at_any_time_has_its_pairs_its_risks_and_the_questions(unsure: fs.Scenario) -> None:
    found = fs.decide(unsure, margin=5_000, at_most=50, jobs=1)
    book = book_of(answers.decision_files(found))
    assert book.sheetnames == ["table", "risks", *NAMES, "about"]
    pairs = {(row["Strategy"], row["Against"]): row for row in rows(book["table"])}
    assert list(pairs) == list(found.table.index)
    want = found.table.loc[("one_more_rep", "today")]
    assert pairs["one_more_rep", "today"]["Profit against that one, USD\nlow"] == pytest.approx(
        want["profit_gain_low"]
    )
    assert pairs["one_more_rep", "today"]["Years ahead, share\nestimate"] == want["ahead"]
    goals = {row["Strategy"]: row["Chance of contracts, share\nestimate"] for row in rows(book["risks"])}
    assert goals == found.risks["contracts"].to_dict()
    assert found.verdict in [row["In words"] for row in rows(book["about"])]


def test_verdicts_under_assumptions_have_the_titles_of_these(unsure: fs.Scenario) -> None:
    found = fs.decide_assumptions(unsure, margin=5_000, at_most=50, jobs=1)
    book = book_of(answers.decisions_files(found))
    for sheet in ("table", "risks", "money"):
        assert {row["Assumption"] for row in rows(book[sheet])} == {AS_TYPED, "=slow"}


def test_a_selection_has_its_race_and_the_winner_in_fresh_years(unsure: fs.Scenario) -> None:
    found = select(unsure, margin=20_000, at_most=200, fresh=20, jobs=1)
    book = book_of(answers.selection_files(found))
    race = {row["Strategy"]: row["Profit, which has served to select, USD"] for row in rows(book["race"])}
    assert race == pytest.approx(found.table["mean"].to_dict(), rel=1e-12)
    assert ("money" in book.sheetnames) == (found.confirmed is not None)


def test_what_to_measure_next_has_the_worth_of_each_number(unsure: fs.Scenario) -> None:
    found = measure_next(unsure, worlds=1000, jobs=1)
    book = book_of(answers.measure_next_files(found))
    (row,) = rows(book["worth"])
    (want,) = found.table.to_dict("records")
    assert row["Worth knowing, USD\nestimate"] == want["worth"]
    assert row["Worth knowing, USD\nhigh"] == want["high"]
    assert row["Share of variance, share\nlow"] == want["share_low"]


def test_a_bridge_has_its_parts(unsure: fs.Scenario) -> None:
    found = bridge(unsure, start="today", goal="one_more_rep", replications=20, jobs=1)
    book = book_of(answers.explanation_files("bridge", found))
    parts = {row["Part"]: row["Adds to profit, USD\nestimate"] for row in rows(book["bridge"])}
    assert parts == {name: pytest.approx(value) for name, value in found.table["adds"].items()}


@pytest.fixture(scope="module")
def studied(unsure: fs.Scenario) -> Any:
    levers = {"teams.sales.people": [2, 3]}
    tables = {"scenario": unsure, "replications": 60, "levers": levers, "metrics": ["profit", "won"]}
    return run_study(study_of(tables | {"title": "people", "by": {"month": ["won"]}}), jobs=1)


def test_a_study_has_its_rows_with_the_paths_of_levers_as_heads(studied: Any) -> None:
    book = book_of(study_files(studied))
    assert book.sheetnames == ["table", "by_month", "about"]
    found = rows(book["table"])
    assert [row["teams.sales.people"] for row in found] == [2, 3]
    assert [row["Contracts\nlow"] for row in found] == pytest.approx(list(studied.table["won_low"]))
    months = [row["Contracts\nestimate"] for row in rows(book["by_month"])]
    assert months == pytest.approx(list(studied.by("month")["won"]))


def test_a_table_with_too_many_cells_is_left_to_its_csv(
    studied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_CELLS", len(studied.table) * 20)
    monkeypatch.setattr(type(studied), "by", lambda *_: studied.table.loc[studied.table.index.repeat(50)])
    book = book_of(study_files(studied))
    assert book.sheetnames == ["table", "about"]
    told = {row["What"]: row["In words"] for row in rows(book["about"])}
    assert told["by_month"] == "left out: 100 rows are too many; the CSV has them"
