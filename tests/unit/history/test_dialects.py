"""One export in every dialect of CSV: the same history."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest

from funnelsim.io.writing import UnusableError

from .exports import ROWS, imported, row, with_columns

HEADER = ["deal", "created", "status", "closed", "rep", "note"]
CELLS = [
    ["a", "2026-01-02", "Won", "2026-02-03", "Zoë Müller", 'two\nlines, and "more"; all\tin one cell'],
    ["b", "2026-01-05", "Open", "", "Ada", ""],
]
DOCUMENT = with_columns(ROWS, "rep")


def written(delimiter: str = ",", line_end: str = "\r\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows([HEADER, *CELLS])
    return text.getvalue()


DIALECTS = {
    "comma": written().encode(),
    "semicolon": written(";").encode(),
    "tab": written("\t").encode(),
    "bar": written("|").encode(),
    "line feeds": written(line_end="\n").encode(),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + written().encode(),
    "UTF-16": written("\t").encode("utf-16"),
    "UTF-16 without a mark": written("\t").encode("utf-16-le"),
    "Windows": written(";").encode("cp1252"),
    "Excel's first line": b"sep=;\r\n" + written(";").encode(),
    "gzip": gzip.compress(written().encode()),
    "blank lines": written(line_end="\r\n\r\n").encode(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_read_alike(dialect: str, tmp_path: Path) -> None:
    found = imported(tmp_path, DIALECTS[dialect], DOCUMENT)
    assert found.dirt.counts() == {}
    assert list(found.history.deals["deal"]) == ["a", "b"]
    assert row(found, "a")["rep"] == "Zoë Müller"


@pytest.mark.parametrize(("dialect", "line"), [("comma", 5), ("Excel's first line", 6)])
def test_lines_are_those_of_the_file_though_a_cell_has_two(dialect: str, line: int, tmp_path: Path) -> None:
    delimiter = "," if dialect == "comma" else ";"
    bad = delimiter.join(["c", "someday", "Open", "", "", ""]) + "\r\n"
    found = imported(tmp_path, DIALECTS[dialect] + bad.encode(), DOCUMENT)
    assert set(found.dirt.table()["line"]) == {line}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "deals.csv is empty"),
        (b"\n\n", "deals.csv is empty"),
        (b"deal,created,status,closed,rep\n", "there is no deal in deals.csv"),
        (b'deal,created,status,closed,rep\na,2026-01-02,Won,"2026' + b"x" * 200_000, "line 2.*never closed"),
        (DIALECTS["gzip"][:-20], "deals.csv is compressed, and damaged"),
        (b"<html><body/></html>", "not an event log in XES"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=sentence):
        imported(tmp_path, content, DOCUMENT)
