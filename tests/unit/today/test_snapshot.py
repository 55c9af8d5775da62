"""Snapshots of a pipeline: what is read, and what is refused in which words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from funnelsim.io.writing import UnusableError
from funnelsim.studies.today.snapshot import Snapshot, read_snapshot

HEAD = "at,deal,stage,entered,created,channel,segment,rep,value,status,closed,probability,close,why,category"
OPEN = "2026-04-10,A 1,offer,2026-03-05,2026-02-01,web,,ann,1200.5,open,,,,,best case"
WON = "2026-04-10,A 2,,,2026-02-01,web,,ann,900,won,2026-04-02,,,,"


def read(folder: Path, *rows: str, head: str = HEAD) -> Snapshot:
    (folder / "now.csv").write_text("\n".join((head, *rows)), encoding="utf-8")
    return read_snapshot(folder / "now.csv")


def wrong(folder: Path, *rows: str, head: str = HEAD) -> str:
    with pytest.raises(UnusableError) as caught:
        read(folder, *rows, head=head)
    return str(caught.value)


def test_what_records_say_is_read(tmp_path: Path) -> None:
    snapshot = read(tmp_path, OPEN, WON)
    assert snapshot.at == pd.Timestamp("2026-04-10")
    (deal,) = snapshot.open.to_dict("records")
    assert (deal["deal"], deal["stage"], deal["value"]) == ("A 1", "offer", 1200.5)
    assert deal["entered"] == pd.Timestamp("2026-03-05")
    assert deal["segment"] == ""
    assert snapshot.won_since(pd.Timestamp("2026-04-01"))["value"].tolist() == [900.0]
    assert snapshot.won_since(pd.Timestamp("2026-04-03")).empty


def test_spreadsheets_with_decimal_commas_and_few_columns_are_read(tmp_path: Path) -> None:
    row = "2026-04-10T12:00;A 1;offer;2026-03-05;open;1200,5"
    snapshot = read(tmp_path, row, head="at;deal;stage;entered;status;value")
    assert snapshot.open["value"].tolist() == [1200.5]
    assert snapshot.open["created"].isna().all()


def test_overrides_can_be_left_out(tmp_path: Path) -> None:
    snapshot = read(tmp_path, OPEN.replace("open,,,,,", "open,,0.9,2026-05-01,the CEO said so,"))
    assert snapshot.overridden["deal"].tolist() == ["A 1"]
    assert snapshot.without_overrides().overridden.empty


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("open,,", "opne,,", 'line 2: status is "opne"; expected open, won or lost; is "open" meant?'),
        ("2026-03-05", "2026-04-11", "line 2: entered is 2026-04-11 00:00:00, after 2026-04-10"),
        ("2026-03-05", "5.3.2026", 'line 2: entered is "5.3.2026"; expected a date such as 2026-03-31'),
        ("2026-03-05", "2026-01-05", "line 2: entered is 2026-01-05 00:00:00, before created"),
        ("offer", "", "line 2: stage is blank"),
        ("A 1", "", "line 2: deal is blank"),
        ("1200.5", "many", 'line 2: value is "many", which is not a number'),
        ("1200.5", "-3", "line 2: value is -3; expected an amount of at least 0"),
        ("open,,,,,", "open,,0.5,,,", "line 2: probability overrides the forecast, and why is blank"),
        ("open,,,,,", "open,,50,,sure,", "line 2: probability is 50; expected a share between 0 and 1"),
        ("open,,,,,", "open,,,2026-01-01,sure,", "line 2: close is 2026-01-01, before 2026-04-10"),
        ("open,", "open,2026-04-01", "line 2: closed is 2026-04-01, and the deal is open"),
        ("2026-04-10", "2026-04-10T09:00+02:00", "with a time zone"),
    ],
)
def test_a_row_that_cannot_be_is_told(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in OPEN
    assert sentence in wrong(tmp_path, OPEN.replace(old, new, 1))


def test_what_is_wrong_with_the_file_is_told(tmp_path: Path) -> None:
    assert "the deal A 1 is on line 2 as well" in wrong(tmp_path, OPEN, OPEN)
    assert "expected one snapshot a file" in wrong(tmp_path, OPEN, WON.replace("2026-04-10", "2026-04-11"))
    assert "has no rows" in wrong(tmp_path)
    assert 'no column deal; is "deals" meant?' in wrong(tmp_path, OPEN, head=HEAD.replace("deal", "deals"))
    with pytest.raises(UnusableError, match="cannot be read"):
        read_snapshot(tmp_path / "none.csv")


def test_every_wrong_row_is_told_at_once(tmp_path: Path) -> None:
    told = wrong(tmp_path, OPEN.replace("offer", ""), WON.replace("won,2026-04-02", "won,"))
    assert "line 2: stage is blank" in told
    assert "line 3: closed is blank; expected when the deal was won" in told
