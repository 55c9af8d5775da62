"""Inputs as a workbook, and back: unchanged, the same file; what is wrong is said by cell (TE7)."""

from __future__ import annotations

import codecs
import io
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.reports import inputs_workbook
from funnelsim.scenario import preset_text
from funnelsim.scenario.all_inputs import Listed, all_inputs, changes_of
from funnelsim.scenario.rewriting import rewritten

QUOTAS = """
[plan]
quota = [100_000, 120_000, 90_000, 150_000]  # the board's
[plan.teams.sales]
quota_per_rep = 60_000
"""


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def another(entry: Listed) -> Any:
    """Another value of the kind of an entry."""
    if isinstance(entry.value, bool):
        return not entry.value
    if isinstance(entry.value, str):
        return next((each for each in entry.choices if each not in (entry.value, "none")), entry.value)
    if isinstance(entry.value, date):
        return entry.value + timedelta(days=1)
    return entry.value + 1 if isinstance(entry.value, int) else entry.value * 0.9 or 0.1


def edited(path: Path, edit: Callable[[Any], None]) -> None:
    book = openpyxl.load_workbook(path)
    edit(book["inputs"])
    book.save(path)


def cell_of(sheet: Any, path: str) -> Any:
    return next(row[2] for row in sheet.iter_rows(min_row=2) if row[5].value == path)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario with quotas, and its workbook, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(preset_text("first_steps") + QUOTAS, encoding="utf-8")
    assert call("inputs", "mine.toml", "--excel", "inputs.xlsx").exit_code == 0
    return tmp_path


def back() -> Result:
    return call("inputs", "mine.toml", "--from-excel", "inputs.xlsx", "--out", "new.toml")


# ---- there and back -------------------------------------------------------------------------


@pytest.mark.parametrize("preset", fs.presets())
def test_every_input_of_a_preset_goes_to_excel_and_back(preset: str, tmp_path: Path) -> None:
    scenario = fs.load(preset)
    entries = all_inputs(scenario)
    file = tmp_path / "inputs.xlsx"
    file.write_bytes(inputs_workbook.written(entries))
    values, cells, _ = inputs_workbook.read(file, entries)
    assert changes_of(entries, values, scenario) == {}
    assert set(values) == {each.path for each in entries} == set(cells)
    out = tmp_path / "same.toml"
    words = ["--from-excel", str(file), "--out", str(out)]
    assert f"{out}: nothing is changed" in call("inputs", preset, *words).stdout
    assert out.read_bytes() == preset_text(preset).encode()


def test_line_ends_and_the_mark_of_windows_stay(mine: Path) -> None:
    windows = codecs.BOM_UTF8 + (mine / "mine.toml").read_bytes().replace(b"\n", b"\r\n")
    (mine / "mine.toml").write_bytes(windows)
    assert back().exit_code == 0
    assert (mine / "new.toml").read_bytes() == windows
    (mine / "new.toml").unlink()
    edited(mine / "inputs.xlsx", lambda sheet: setattr(cell_of(sheet, "teams.sales.people"), "value", 3))
    assert "teams.sales.people (people in sales): 2 -> 3 people" in back().stdout
    assert (mine / "new.toml").read_bytes() == windows.replace(b"people = 2", b"people = 3")


@pytest.mark.parametrize(("preset", "every"), [("first_steps", 1), ("installer", 4)])
def test_a_change_of_any_input_changes_it_alone(preset: str, every: int) -> None:
    scenario, text = fs.load(preset), preset_text(preset)
    entries = all_inputs(scenario)
    tried = 0
    for entry in entries[::every]:
        try:
            changed = scenario.with_changes(changes_of(entries, {entry.path: another(entry)}, scenario))
        except fs.ScenarioError:  # it cannot be changed alone
            continue
        new = rewritten(text, scenario.document, changed.document)
        assert tomllib.loads(new) == changed.document
        comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
        assert [line.partition("#")[2] for line in new.splitlines() if "#" in line] == comments
        tried += 1
    assert tried > len(entries[::every]) / 2


def test_changed_cells_are_listed_and_written(mine: Path) -> None:
    def edit(sheet: Any) -> None:
        cell_of(sheet, "teams.sales.people").value = 4
        cell_of(sheet, "teams.sales.assignment").value = "shared_queue"
        cell_of(sheet, "stages.proposal.effort_hours").value = 3
        cell_of(sheet, "plan.quota[4]").value = 200_000
        cell_of(sheet, "plan.teams.sales.quota_per_rep").value = 65_000

    edited(mine / "inputs.xlsx", edit)
    told = back()
    assert told.exit_code == 0, told.output
    assert "new.toml: 5 of 24 values changed" in told.stdout
    assert "  teams.sales.people (people in sales): 2 -> 4 people\n" in told.stdout
    assert "  plan.quota[4] (quota of the firm in quarter 4 of 4): 150,000 -> 200,000 USD\n" in told.stdout
    new = fs.load(mine / "new.toml")
    assert (new.teams["sales"].people, new.teams["sales"].assignment) == (4, "shared_queue")
    before = fs.load(mine / "mine.toml").document["stages"]["proposal"]["effort_hours"]
    assert new.document["stages"]["proposal"]["effort_hours"] == {k: v / 2 for k, v in before.items()}
    assert new.document["plan"]["quota"] == [100_000, 120_000, 90_000, 200_000]
    assert "# the board's" in (mine / "new.toml").read_text(encoding="utf-8")


def test_every_row_has_a_unit_and_an_origin(mine: Path) -> None:
    sheet = openpyxl.load_workbook(mine / "inputs.xlsx")["inputs"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    by_path = {row[5]: row for row in rows}
    assert by_path["teams.sales.people"][:5] == [
        *("people", "people in sales", 2, "people", "assumed: round figures for a first look")
    ]
    assert by_path["plan.quota[2]"][:4] == ["quotas", "quota of the firm in quarter 2 of 4", 120_000, "USD"]
    assert all(row[4] for row in rows)
    assert cell_of(sheet, "stages.proposal.conversion").number_format.endswith("%")


def test_people_with_names_are_counted_and_cannot_be_typed() -> None:
    scenario = fs.load("subscription_software")
    named = {name: team.reps for name, team in scenario.teams.items() if team.reps}
    entries = [each for each in all_inputs(scenario) if each.group == "head counts"]
    assert {each.path: each.value for each in entries} == {
        f"teams.{n}.reps": len(r) for n, r in named.items()
    }
    entry = Listed("teams.a.reps", "people with names in a", "head counts", "people", 2, fixed="in the file")
    assert entry.read(2) == 2
    with pytest.raises(ValueError, match="is 3 instead of 2: in the file"):
        entry.read(3)


# ---- what is wrong --------------------------------------------------------------------------


def test_all_that_is_wrong_is_said_at_once_with_sheet_and_cell(mine: Path) -> None:
    def edit(sheet: Any) -> None:
        cell_of(sheet, "teams.sales.people").value = "many"
        cell_of(sheet, "teams.sales.queue_order").value = "alphabetical"
        cell_of(sheet, "teams.sales.hours_per_week").value = "=20+2"
        cell_of(sheet, "stages.proposal.conversion").value = None
        cell_of(sheet, "plan.quota[1]").value = datetime(2026, 1, 1)
        sheet.cell(sheet.max_row, 6).value = "teams.sales.peple"

    edited(mine / "inputs.xlsx", edit)
    result = back()
    assert result.exit_code == 2
    told = result.stderr
    assert "inputs.xlsx has 6 problems:" in told
    assert 'inputs!C2: teams.sales.people is "many"; expected a number' in told
    assert 'teams.sales.queue_order is "alphabetical"; expected one of fifo' in told
    assert "teams.sales.hours_per_week is the formula =20+2, whose value is not stored in the file" in told
    assert "stages.proposal.conversion is empty; expected a value" in told
    assert "plan.quota[1] is 2026-01-01; expected a number" in told
    assert '"teams.sales.peple" is no input of the scenario; did you mean "teams.sales.people"?' in told
    assert not (mine / "new.toml").exists()


def test_what_no_scenario_may_have_is_said_with_its_cell(mine: Path) -> None:
    def edit(sheet: Any) -> None:
        cell_of(sheet, "stages.proposal.conversion").value = 1.4
        cell_of(sheet, "channels.website.cost_per_month").value = -1
        cell_of(sheet, "teams.sales.people").value = "many"

    edited(mine / "inputs.xlsx", edit)
    told = back().stderr
    assert "stages.proposal.conversion is 1.4" in told
    assert "channels.website.cost_per_month is -1" in told
    assert 'teams.sales.people is "many"; expected a number' in told
    assert told.count("inputs!C") == 3
    assert not (mine / "new.toml").exists()


def test_a_formula_counts_as_the_value_that_is_stored(mine: Path) -> None:
    """As Excel writes it: the formula, and beside it its value."""
    edited(mine / "inputs.xlsx", lambda sheet: setattr(cell_of(sheet, "teams.sales.people"), "value", "=1+4"))
    with zipfile.ZipFile(mine / "inputs.xlsx") as before:
        parts = {name: before.read(name) for name in before.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<f>1+4</f><v />" in parts[sheet] or b"<f>1+4</f><v></v>" in parts[sheet]
    parts[sheet] = parts[sheet].replace(b"<f>1+4</f><v />", b"<f>1+4</f><v>5</v>")
    parts[sheet] = parts[sheet].replace(b"<f>1+4</f><v></v>", b"<f>1+4</f><v>5</v>")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as after:
        for name, content in parts.items():
            after.writestr(name, content)
    (mine / "inputs.xlsx").write_bytes(written.getvalue())
    assert "teams.sales.people (people in sales): 2 -> 5 people" in back().stdout


def test_a_row_that_is_removed_or_twice(mine: Path) -> None:
    edited(mine / "inputs.xlsx", lambda sheet: sheet.delete_rows(3))
    assert "nothing is changed" in back().stdout
    (mine / "new.toml").unlink()

    def twice(sheet: Any) -> None:
        for column in range(1, 7):
            sheet.cell(sheet.max_row + (column == 1), column).value = sheet.cell(2, column).value

    edited(mine / "inputs.xlsx", twice)
    assert "teams.sales.people is there twice, first in inputs!C2" in back().stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no workbook", "is no Excel workbook"),
        (None, 'has no sheet "inputs"; it has Sheet'),
    ],
)
def test_what_is_no_such_workbook_is_refused(mine: Path, content: bytes | None, sentence: str) -> None:
    if content is None:
        openpyxl.Workbook().save(mine / "inputs.xlsx")
    else:
        (mine / "inputs.xlsx").write_bytes(content)
    result = back()
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_nothing_is_overwritten(mine: Path) -> None:
    assert "inputs.xlsx exists already" in call("inputs", "mine.toml", "--excel", "inputs.xlsx").stderr
    (mine / "new.toml").write_text("mine", encoding="utf-8")
    assert "new.toml exists already" in back().stderr
    assert (mine / "new.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("mine")
def test_a_folder_that_is_not_there_is_named() -> None:
    told = call("inputs", "mine.toml", "--excel", "nodir/inputs.xlsx").stderr
    assert told == "nodir/inputs.xlsx cannot be written: the folder nodir does not exist\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--excel a.xlsx --from-excel b.xlsx", "ask for one of them"),
        ("--from-excel a.xlsx", "give both"),
        ("--out new.toml", "give both"),
        ("--from-excel nothing.xlsx --out new.toml", "nothing.xlsx cannot be read"),
    ],
)
def test_options_that_do_not_go_together(words: str, sentence: str) -> None:
    result = call("inputs", "first_steps", *words.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_without_a_workbook_the_list_is_printed() -> None:
    page = " ".join(call("inputs", "first_steps").stdout.split())
    assert "teams.sales.people (people in sales) 2 people" in page
    assert "stages.proposal.conversion (conversion in proposal) 30 %" in page


def test_a_workbook_of_inputs_is_the_same_each_time(mine: Path) -> None:
    entries = all_inputs(fs.load(mine / "mine.toml"))
    assert inputs_workbook.written(entries) == (mine / "inputs.xlsx").read_bytes()
