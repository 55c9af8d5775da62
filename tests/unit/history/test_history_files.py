"""History folders and snapshots: what is written is read back; what a person writes is checked."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from funnelsim.app import cli
from funnelsim.history.files import csv_of, read_history, write_history
from funnelsim.history.history import History
from funnelsim.history.snapshot import COLUMNS, snapshot_of
from funnelsim.io.toml import toml_text
from funnelsim.io.writing import UnusableError, new_folder

from .exports import ROWS, day, imported, with_columns
from .test_forms import EVENTS_CSV, LOG

FRAMES = ("deals", "entries", "fields", "work")


@pytest.fixture
def log(tmp_path: Path) -> History:
    return imported(tmp_path, EVENTS_CSV, LOG).history


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = imported(tmp_path, EVENTS_CSV, LOG)
    with new_folder(tmp_path / "history") as folder:
        write_history(folder, found)
    again = read_history(tmp_path / "history")
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found.history, name))
    for name in ("stages", "seen_from", "seen_until", "by_day", "known", "time_zone", "currency"):
        assert getattr(again, name) == getattr(found.history, name)


def test_days_stay_days(tmp_path: Path) -> None:
    found = imported(tmp_path, "deal,created,status,closed\na,2026-01-02,Won,2026-02-03\n", ROWS)
    with new_folder(tmp_path / "history") as folder:
        write_history(folder, found)
    assert (
        (tmp_path / "history" / "deals.csv")
        .read_text()
        .splitlines()[1]
        .startswith("a,2026-01-02,2026-02-03,")
    )
    assert read_history(tmp_path / "history").by_day


ABOUT = 'format = 1\nstages = ["call", "offer"]\nseen_from = 2026-01-01\nseen_until = 2026-04-01\n'
DEALS = "deal,created,closed,outcome\na,2026-01-02,2026-02-03,won\nb,2026-01-05 14:30,,\n"
ENTRIES = "deal,stage,entered\na,call,2026-01-02\na,offer,2026-01-12\nb,call,2026-01-05 14:30\n"


def by_hand(folder: Path, **files: str) -> Path:
    written = {"history": ABOUT, "deals": DEALS, "entries": ENTRIES, **files}
    for name, text in written.items():
        if text:
            (folder / f"{name}.{'toml' if name == 'history' else 'csv'}").write_text(text)
    return folder


def test_the_least_that_a_person_writes_will_do(tmp_path: Path) -> None:
    history = read_history(by_hand(tmp_path))
    assert list(history.deals["outcome"]) == ["won", ""]
    assert list(history.entries["entered"]) == [day("2026-01-02"), day("2026-01-12"), day("2026-01-05 14:30")]
    assert history.seen_until == day("2026-04-01")
    assert history.work.empty
    assert history.as_of(day("2026-01-10")).deals["outcome"].tolist() == ["", ""]


MISTAKES = [
    ({"history": ""}, "is no history: it has no history.toml"),
    ({"history": "format = one"}, "is not TOML"),
    ({"history": ABOUT.replace("format = 1", "format = 2")}, "format is 2; this version reads format 1"),
    ({"history": ABOUT + "tme_zone = 'UTC'\n"}, 'tme_zone is not known; did you mean "time_zone"?'),
    ({"history": ABOUT.replace("2026-04-01", "'April'")}, "seen_until is 'April'; expected a date"),
    ({"history": ABOUT + "[known]\nvalue = 'soon'\n"}, 'known.value is "soon"; expected created, closed'),
    ({"deals": DEALS.replace("created", "begun")}, "deals.csv: the column created is missing"),
    ({"deals": DEALS.replace("outcome", "outcme")}, 'the column outcme is not known; did you mean'),
    ({"deals": DEALS.replace("2026-01-02", "2.1.2026")}, 'line 2: created is "2.1.2026"; expected a date'),
    ({"deals": DEALS.replace(",won", ",Won")}, 'line 2: the deal "a" has an outcome other than'),
    ({"deals": DEALS.replace("2026-02-03", "")}, 'line 2: the deal "a" has an outcome and no date'),
    ({"deals": DEALS.replace("2026-02-03", "2025-12-30")}, 'line 2: the deal "a" is closed before it'),
    ({"deals": DEALS.replace("2026-02-03", "2026-05-30")}, 'the deal "a" is closed on or after seen_until'),
    ({"deals": DEALS + "b,2026-01-07,,\n"}, 'line 4: the deal "b" is there twice'),
    ({"entries": ENTRIES.replace("offer", "ofer")}, 'entries.csv, line 3: "ofer" is no stage; did you'),
    ({"entries": ENTRIES + "c,call,2026-01-09\n"}, 'entries.csv, line 5: the deal "c" is not in deals.csv'),
    ({"entries": ENTRIES.replace("2026-01-02", "2026-01-01")}, 'line 2: the deal "a" enters a stage before'),
]  # fmt: skip


@pytest.mark.parametrize(("files", "sentence"), MISTAKES, ids=[sentence[:50] for _, sentence in MISTAKES])
def test_a_mistake_is_told_with_file_and_line(files: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableError) as wrong:
        read_history(by_hand(tmp_path, **files))
    assert sentence in str(wrong.value)


def test_toml_is_read_as_it_was_written() -> None:
    document = {
        "form": 'a "quoted" \\ text\nof two lines',
        "stages": ["first call", "Köln"],
        "seen_from": day("2026-01-02").date(),
        "by_day": True,
        "share": 0.1,
        "columns": {"deal": "Deal - ID", "entered": {"first call": "x.y"}},
        "empty": {},
    }
    assert tomllib.loads(toml_text({**document, "none": None})) == document


# ---- snapshots --------------------------------------------------------------------------------


def test_a_snapshot_has_who_is_open_and_who_was_closed_in_the_quarter(tmp_path: Path) -> None:
    text = (
        "deal,created,status,closed,value\n"
        "old,2026-01-02,Won,2026-03-31,90\n"
        "new,2026-01-05,Won,2026-04-01,80\n"
        "late,2026-01-05,Lost,2026-05-05,70\n"
        "open,2026-02-01,Open,,60\n"
        "after,2026-05-05,Open,,60\n"
    )
    history = imported(
        tmp_path, text, {**with_columns(ROWS, "value"), "final_when_closed": ["value"]}
    ).history
    found = snapshot_of(history, day("2026-05-05"))
    assert tuple(found.columns) == COLUMNS
    assert dict(zip(found["deal"], found["status"], strict=True)) == {
        "new": "won",
        "late": "open",
        "open": "open",
    }
    values = found.set_index("deal")["value"]
    assert values["new"] == 80
    assert pd.isna(values["late"])
    assert set(found["at"]) == {day("2026-05-05")}


def test_a_snapshot_has_the_stage_of_that_day(log: History) -> None:
    for instant, stage, entered in (
        ("2026-10-27 10:00", "call", "2026-10-25 02:59"),
        ("2026-10-27 10:01", "offer", "2026-10-27 10:00"),
        ("2026-10-29 12:00", "call", "2026-10-29 10:00"),
    ):
        first = snapshot_of(log, day(instant)).set_index("deal").loc["7"]
        assert (first["stage"], first["entered"]) == (stage, day(entered))


@pytest.mark.parametrize("instant", ["2026-10-24", "2026-12-01"])
def test_a_snapshot_of_another_time_is_refused(instant: str, log: History) -> None:
    with pytest.raises(UnusableError, match=f"from 2026-10-25 to 2026-10-30, and {instant} is not in it"):
        snapshot_of(log, day(instant))


# ---- commands ---------------------------------------------------------------------------------

CSV = "deal,created,status,closed,rep\na,2026-01-02,Won,2026-02-03,Ada\nb,2026-01-05,Open,,Bob\n,,,,x\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "deals.csv").write_text(CSV)
    document = {**with_columns(ROWS, "rep"), "never_changes": ["rep"]}
    (tmp_path / "mapping.toml").write_text(toml_text(document))
    return tmp_path


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def test_import_writes_a_history_and_says_what_is_in_it(export: Path) -> None:
    out = export / "history"
    result = call("import", export / "deals.csv", "--mapping", export / "mapping.toml", "--out", out)
    assert result.exit_code == 0, result.output
    assert "2 deals from 2026-01-02 00:00:00 to 2026-02-04 00:00:00: 1 won, 0 lost, 1 open" in result.stdout
    assert "(never_changes): rep" in result.stdout
    assert "does not name a deal: the row is left out" in result.stdout
    about = tomllib.loads((out / "history.toml").read_text())
    assert about["dirt"] == {"no deal": 1}
    assert about["mapping"]["never_changes"] == ["rep"]
    snapshot = pd.read_csv(out / "snapshot.csv")
    assert list(snapshot["deal"]) == ["a", "b"]
    again = call("import", export / "deals.csv", "--mapping", export / "mapping.toml", "--out", out)
    assert again.exit_code == 2
    assert "exists already" in again.output


def test_nothing_is_written_where_the_export_is_wrong(export: Path) -> None:
    (export / "deals.csv").write_text(CSV.replace("Open", "Opne"))
    out = export / "history"
    result = call("import", export / "deals.csv", "--mapping", export / "mapping.toml", "--out", out)
    assert result.exit_code == 2
    assert 'the status "Opne" (1 rows)' in result.output
    assert not out.exists()


def test_snapshot_is_written_for_any_day(export: Path) -> None:
    out, target = export / "history", export / "january.csv"
    call("import", export / "deals.csv", "--mapping", export / "mapping.toml", "--out", out)
    result = call("snapshot", out, "--at", "2026-01-05", "--out", target)
    assert result.exit_code == 0, result.output
    right = snapshot_of(read_history(out), day("2026-01-05"))
    assert target.read_bytes() == csv_of(right)
    assert list(right["deal"]) == ["a"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["snapshot", "{}", "--out", "s.csv"], "is no history: it has no history.toml"),
        (["import", "{}/none.csv", "--guess"], "none.csv cannot be read: No such file"),
        (
            ["import", "{}/none.csv", "--mapping", "{}/mapping.toml", "--out", "{}/h"],
            "none.csv cannot be read",
        ),
        (["import", "{}/deals.csv"], "--mapping says what the columns mean, and --out where"),
        (
            ["import", "{}/deals.csv", "--mapping", "{}/none.toml", "--out", "{}/h"],
            "none.toml cannot be read",
        ),
    ],
)
def test_commands_say_what_is_wrong(words: list[str], sentence: str, export: Path) -> None:
    result = call(*(word.format(export) for word in words))
    assert result.exit_code == 2
    assert sentence in result.output


def test_a_date_that_is_none_is_told(export: Path) -> None:
    out = export / "history"
    call("import", export / "deals.csv", "--mapping", export / "mapping.toml", "--out", out)
    result = call("snapshot", out, "--at", "March", "--out", export / "s.csv")
    assert result.exit_code == 2
    assert "--at is March; expected a date such as 2026-04-01" in result.output
    assert not (export / "s.csv").exists()


def test_guess_prints_a_mapping(export: Path) -> None:
    result = call("import", export / "deals.csv", "--guess")
    assert result.exit_code == 0
    assert tomllib.loads(result.stdout)["columns"]["rep"] == "rep"
