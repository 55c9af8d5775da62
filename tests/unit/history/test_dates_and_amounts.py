"""Dates, times and amounts as files write them: against datetime, zoneinfo, and reading by eye."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelsim.history.reading.dates import Clock
from funnelsim.history.reading.numbers import amounts
from funnelsim.io.writing import UnusableError

from .exports import ROWS, day, imported, row, with_columns

VIENNA = Clock("Europe/Vienna", "Europe/Vienna")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-04", "2026-03-04"),
        ("2026-03-04 6:49:18", "2026-03-04 06:49:18"),
        ("2026-03-04T06:49:18.123456", "2026-03-04 06:49:18.123456"),
        ("2026/3/4", "2026-03-04"),
        ("04.03.2026", "2026-03-04"),
        ("4.3.26 14:05", "2026-03-04 14:05"),
        ("4 Mar 2026", "2026-03-04"),
        ("04-Mar-2026", "2026-03-04"),
        ("March 4, 2026", "2026-03-04"),
        ("Mar 4, 2026, 2:05 PM", "2026-03-04 14:05"),
        ("46085", "2026-03-04"),
        ("46085.25", "2026-03-04 06:00"),
        ("2026-03-04T23:30:00Z", "2026-03-05 00:30"),
        ("2026-07-04T23:30:00-04:00", "2026-07-05 05:30"),
        ("2026-07-04 23:30:00+0000", "2026-07-05 01:30"),
        ("1772580600000", "2026-03-04 00:30"),
    ],
)
def test_a_date_that_can_be_read_in_one_way(text: str, read: str) -> None:
    one, other = VIENNA.wall([text])
    assert one[0] == other[0] == np.datetime64(read)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "13/13/2026", "yesterday", "99999", "4 Foo 2026", "2026-13-01"]
)
def test_what_is_no_date(text: str) -> None:
    one, other = VIENNA.wall([text])
    assert np.isnat(one[0])
    assert np.isnat(other[0])


@given(st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31), timezones=st.just(ZoneInfo("UTC"))))
def test_times_with_an_offset_are_those_of_the_firms_clock(instant: datetime) -> None:
    there = instant.astimezone(ZoneInfo("America/New_York"))
    right = np.datetime64(instant.astimezone(ZoneInfo("Europe/Vienna")).replace(tzinfo=None), "us")
    one, _ = VIENNA.wall([instant.isoformat(), there.isoformat()])
    assert list(one) == [right, right]


def test_times_of_another_zone_and_days() -> None:
    """A day is that day on every clock; the hour that clocks skip has no times."""
    clock = Clock("Europe/Vienna", "America/New_York")
    texts = ["2026-01-15 20:00", "2026-01-15", "1/15/2026 8:00 PM", "2026-03-08 02:30"]
    _, found = clock.wall(texts)
    assert list(found[:3]) == [np.datetime64("2026-01-16 02:00"), np.datetime64("2026-01-15"), found[0]]
    assert np.isnat(found[3])


# ---- how a file tells which way is meant ------------------------------------------------------

HEAD = "deal,created,status,closed\n"


def test_one_date_tells_how_all_of_the_file_are_meant(tmp_path: Path) -> None:
    found = imported(tmp_path, HEAD + "a,03/04/2026,Open,\nb,01/02/2026,Won,25/04/2026\n", ROWS)
    assert row(found, "a")["created"] == day("2026-04-03")
    found = imported(tmp_path, HEAD + "a,03/04/2026,Open,\nb,01/02/2026,Won,04/25/2026\n", ROWS)
    assert row(found, "a")["created"] == day("2026-03-04")


AMBIGUOUS = HEAD + "a,03/04/2026,Open,\nb,01/02/2026,Won,05/06/2026\n"


def test_dates_that_no_date_explains_are_an_error_that_asks(tmp_path: Path) -> None:
    with pytest.raises(
        UnusableError, match=r"deals.csv, line 2: 03/04/2026 can be read in two ways"
    ) as wrong:
        imported(tmp_path, AMBIGUOUS, ROWS)
    for answer in ('dates = "day/month/year"', 'dates = "month/day/year"'):
        assert answer in str(wrong.value)


@pytest.mark.parametrize(
    ("answer", "created"), [("day/month/year", "2026-04-03"), ("month/day/year", "2026-03-04")]
)
def test_the_mapping_answers(answer: str, created: str, tmp_path: Path) -> None:
    found = imported(tmp_path, AMBIGUOUS, {**ROWS, "dates": answer})
    assert row(found, "a")["created"] == day(created)


def test_dates_of_two_kinds_are_an_error_unless_the_mapping_says_which(tmp_path: Path) -> None:
    text = HEAD + "a,25/04/2026,Open,\nb,01/02/2026,Won,04/25/2026\nc,05/02/2026,Open,\n"
    with pytest.raises(
        UnusableError, match=r"dates of two kinds: 25/04/2026 .*line 2.* and 04/25/2026 .*line 3"
    ):
        imported(tmp_path, text, ROWS)
    found = imported(tmp_path, text, {**ROWS, "dates": "day/month/year"})
    assert found.dirt.counts() == {"unreadable date": 1, "no date": 1}


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1250", 1250, 1250),
        ("1,250.50", 1250.5, None),
        ("1.250,50", None, 1250.5),
        ("1 250,50 €", None, 1250.5),
        ("CHF 1'250.50", 1250.5, None),
        ("US$1,250,000", 1_250_000, None),
        ("-7.5", -7.5, None),
        ("(7.5)", -7.5, None),
        ("1,250", 1250, 1.25),
        ("12.5%", None, None),
        ("twelve", None, None),
    ],
)
def test_amounts(text: str, point: float | None, comma: float | None) -> None:
    for found, right in zip(amounts([text]), (point, comma), strict=True):
        assert (None if np.isnan(found[0]) else found[0]) == right


def test_decimal_commas_and_marks_between_thousands_in_a_file(tmp_path: Path) -> None:
    text = "deal;created;status;closed;value\na;2026-01-02;Won;2026-02-03;1.250,00 €\n"
    text += "b;2026-01-05;Won;2026-02-05;1.250\n"
    found = imported(tmp_path, text, with_columns(ROWS, "value"))
    assert list(found.history.deals["value"]) == [1250.0, 1250.0]


def test_amounts_that_no_amount_explains_are_an_error_that_asks(tmp_path: Path) -> None:
    text = "deal,created,status,closed,value\na,2026-01-02,Won,2026-02-03,1.250\nb,2026-01-05,Open,,n/a\n"
    with pytest.raises(UnusableError, match=r'1.250 can be read in two ways.*decimal = "."'):
        imported(tmp_path, text, with_columns(ROWS, "value"))
    found = imported(tmp_path, text, {**with_columns(ROWS, "value"), "decimal": ","})
    assert row(found, "a")["value"] == 1250
    assert pd.isna(row(found, "b")["value"])
