"""Sample files as spreadsheets save them are read rightly, or refused with a sentence about the place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from funnelsim.scenario import ScenarioError, load, parse

from .good_scenario import edited


def values(folder: Path, content: bytes | str, column: str = "", name: str = "hours.csv") -> list[float]:
    """Read a file as the effort of a stage; return its values, sorted."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return named(folder, name, column)


def named(folder: Path, name: str, column: str = "") -> list[float]:
    what = f", column = '{column}'" if column else ""
    text = edited("effort_hours = 1", f"effort_hours = {{ sample = '{name}'{what} }}")
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return list(load(file).stages["talk"].effort_hours.values)  # type: ignore[attr-defined]


def told(folder: Path, content: bytes | str, column: str = "") -> str:
    with pytest.raises(ScenarioError) as caught:
        values(folder, content, column)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0].sentence()


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        ("1\n2.5\n", "", [1, 2.5]),
        ("hours\n1\n2.5\n", "", [1, 2.5]),
        ("hours;days\n3,5;1\n4,25;2\n", "hours", [3.5, 4.25]),  # as Excel saves it in Germany
        ("hours\tdays\n3,5\t1\n4\t2\n", "hours", [3.5, 4]),
        ('hours,days\n"3,5",1\n"4,25",2\n', "hours", [3.5, 4.25]),
        ('hours\n"1,250,000"\n"3.5"\n', "", [3.5, 1_250_000]),
        ("hours;\n1.250,50;\n2;\n", "", [2, 1250.5]),
        ("1.250\n2\n", "", [1.25, 2]),  # a point alone is a decimal point
        ("hours;days\n1.250;1\n3,5;2\n", "hours", [3.5, 1250]),  # the comma below tells what the point is
        ("hours\n1\u00a0250\n1\u202f300\n1'400\n", "", [1250, 1300, 1400]),
        ("hours\r\n1\r\n\r\n2\r\n;;\r\n".replace(";;", ""), "", [1, 2]),
        ("a;b\n1;2\n;\n3;4\n", "b", [2, 4]),
        ("\ufeffhours\n1\n", "hours", [1]),
        ("hours\n1\n2,5\n".replace("\n", ";\n"), "hours", [1, 2.5]),
        (" hours ,x\n 1 ,2\n", "hours", [1]),
        ("Stunden\n3,5\n4\n", "", [3.5, 4]),  # as Excel saves one column in Germany
        ("Stunden\r\n3,5\r\n2,25\r\n", "Stunden", [2.25, 3.5]),
        ("3,5\n4\n1.250,5\n", "", [3.5, 4, 1250.5]),
        ("sep=;\nhours;days\n3,5;1\n4;2\n", "hours", [3.5, 4]),
        ("sep=,\r\nhours,days\r\n3.5,1\r\n", "hours", [3.5]),
        ("sep=;\nhours\n3,5\n", "hours", [3.5]),
        (",hours\n0,3.5\n1,4.5\n", "hours", [3.5, 4.5]),  # pandas leaves the index without a name
        ("hours\n1e1\n.5\n5.\n", "", [0.5, 5, 10]),
        ("Ko\u0308ln\n1\n", "K\u00f6ln", [1]),
        ("K\u00f6ln\n1\n", "Ko\u0308ln", [1]),
    ],
)
def test_what_spreadsheets_save_is_read(
    tmp_path: Path, content: str, column: str, expected: list[float]
) -> None:
    assert values(tmp_path, content, column) == expected


def test_the_text_of_unicode_spreadsheets_is_read(tmp_path: Path) -> None:
    assert values(tmp_path, "hours\tdays\n3,5\t1\n".encode("utf-16"), "hours") == [3.5]


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        (
            "hours\n3,5 h\n4\n",
            "",
            "line 2 has 2 columns and line 1 has 1 column; expected rows of equal length",
        ),
        ("Stunden\n1,250\n", "", '"1,250" on line 2 can be 1250 or 1.25'),
        ("sep=;\nhours;days\n3;1\n4\n", "hours", "line 4 has 1 column and line 2 has 2 columns"),
        (
            b"PK\x03\x04\x14\0",
            "",
            "is a workbook, not a table in plain text; expected its sheet saved as CSV",
        ),
        (b"\xd0\xcf\x11\xe0\xa1", "", "is a workbook"),
        ("3,5\n2,5\n", "", "2 columns without names; expected one value a row (with a decimal point: 3.5"),
        ("hours,days\n1,2\n3\n", "hours", "line 3 has 1 column and line 1 has 2 columns"),
        ("hours,days\n1,2\n3,4,5\n", "days", "line 3 has 3 columns and line 1 has 2 columns"),
        ('hours\n"1,250"\n', "", '"1,250" on line 2 can be 1250 or 1.25; expected numbers alone'),
        ('hours\n"3,5"\n4.5\n', "", '"4.5" on line 3 has another decimal mark than the values before it'),
        ("hours,hours\n1,2\n", "hours", "2 columns of this name"),
        ("hours,days\n1,2\n", "", "2 columns; expected column = one of hours, days"),
        ("hours,days\n1,2\n", "hour", 'did you mean "hours"'),
        ("1,2\n3,4\n", "hours", "no names of columns; expected a first row with names"),
        ("3 h\n4 h\n", "", '"3 h" on line 1 has a unit, or is not a number alone'),
        ("hours\n3 h\n", "", '"3 h" on line 2 has a unit'),
        ("EUR 3\nEUR 4\n", "", "has a unit"),
        ("\u20ac3\n", "", "has a unit"),
        ("35%\n", "", "has a unit"),
        ("n/a\n3\n", "", '"n/a" on line 1 is not a number'),
        ("nan\n3\n", "", '"nan" on line 1 is not a number'),
        ("hours\n1_000\n", "", '"1_000" on line 2 is not a number'),
        ("hours\n\u0663\n", "", "is not a number"),  # a digit of another script
        ("a;b\n1;\n2;3\n", "b", 'where "" on line 2 is not a number'),
        ('hours\n"1\n2\n', "", "which is no table (unexpected end of data)"),
        ("hours\n1e16\n", "", "1e16 on line 2 is too large"),
        (b"Z\xe4hler\n1\n", "", "not UTF-8 text; expected a file saved as CSV in UTF-8"),
        (b"1\n\0\n", "", "which is no text"),
    ],
)
def test_what_could_be_misread_is_refused(
    tmp_path: Path, content: bytes | str, column: str, words: str
) -> None:
    assert words in told(tmp_path, content, column)


# ---- where they may lie ---------------------------------------------------------------------


def refused(folder: Path, name: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        named(folder, name)
    [problem] = caught.value.problems
    return problem.sentence()


@pytest.mark.parametrize("name", ["/etc/passwd", "../mine.csv", "data/../../mine.csv"])
def test_files_elsewhere_are_not_read(tmp_path: Path, name: str) -> None:
    home = tmp_path / "plans"
    home.mkdir()
    (tmp_path / "mine.csv").write_text("1\n", encoding="utf-8")
    sentence = refused(home, name)
    assert "lies outside the scenario's folder" in sentence
    assert "root" not in sentence


def test_links_that_lead_elsewhere_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").symlink_to("/etc/passwd")
    assert "lies outside the scenario's folder: it is a link" in refused(tmp_path, "mine.csv")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "real.csv").write_text("3\n", encoding="utf-8")
    (tmp_path / "near.csv").symlink_to("data/real.csv")
    assert named(tmp_path, "near.csv") == [3]


def test_another_folder_is_read_if_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("3\n", encoding="utf-8")
    text = edited("effort_hours = 1", "effort_hours = { sample = 'mine.csv' }")
    assert parse(text, folder=tmp_path).sample_files == {"mine.csv": b"3\n"}


def test_pipes_devices_and_huge_files_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "it is not a regular file" in refused(tmp_path, "pipe.csv")
    with (tmp_path / "huge.csv").open("wb") as opened:
        opened.truncate(1 << 34)
    assert "it has more than 16,777,216 bytes" in refused(tmp_path, "huge.csv")
    (tmp_path / "folder").mkdir()
    assert "it is a folder" in refused(tmp_path, "folder")


def test_a_file_whose_accents_are_written_in_another_way_is_found(tmp_path: Path) -> None:
    assert values(tmp_path, "7\n", name="Ko\u0308ln.csv") == [7]
    assert values(tmp_path, "8\n", name="Z\u00fcrich.csv") == [8]


def test_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("3\n", encoding="utf-8")
    scenario = parse(edited("effort_hours = 1", "effort_hours = { sample = 'mine.csv' }"), folder=tmp_path)
    (tmp_path / "mine.csv").unlink()
    changed = scenario.with_changes({"stages.offer.effort_hours": {"sample": "./mine.csv"}})
    assert changed.sample_files == {"mine.csv": b"3\n"}
