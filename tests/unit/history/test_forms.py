"""A row a deal, and event logs: what becomes of each, told by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import read_export

from .exports import EVENTS, ROWS, day, imported, moves, row, with_columns

THREE = {**ROWS, "stages": ["call", "offer", "contract"]}


# ---- a row a deal -----------------------------------------------------------------------------


def test_dates_of_stages_are_entries_in_their_order(tmp_path: Path) -> None:
    text = (
        "deal,created,status,closed,c,o,k\n"
        "a,2026-01-02,Won,2026-02-03,,2026-01-20,2026-02-01\n"
        "b,2026-01-05,Open,,2026-01-05,2026-01-07,2026-01-07\n"
        "c,2026-01-05,Open,,2026-01-05,,2026-01-06\n"
    )
    document = with_columns(THREE, entered={"call": "c", "offer": "o", "contract": "k"})
    found = imported(tmp_path, text, document)
    assert moves(found, "a") == [
        ("call", day("2026-01-02")),
        ("offer", day("2026-01-20")),
        ("contract", day("2026-02-01")),
    ]
    assert [stage for stage, _ in moves(found, "b")] == ["call", "offer", "contract"]
    assert [stage for stage, _ in moves(found, "c")] == ["call", "contract"]


def test_a_stage_without_a_date_was_entered_at_some_time(tmp_path: Path) -> None:
    """HI3: after the deal was created, and by its end or that of the file."""
    text = "deal,created,status,closed,stage\na,2026-01-02,Lost,2026-02-03,offer\nb,2026-01-05,Open,,offer\n"
    text += "c,2026-01-05,Open,2027-05-06,call\n"
    found = imported(tmp_path, text, with_columns(ROWS, "stage"))
    entries = found.history.entries
    between = entries[entries["stage"] == "offer"].set_index("deal")
    assert found.history.seen_until == day("2026-02-04")
    assert between["entered_after"].to_dict() == {"a": day("2026-01-02"), "b": day("2026-01-05")}
    assert between["entered"].to_dict() == {"a": day("2026-02-03"), "b": day("2026-02-03")}
    assert moves(found, "c") == [("call", day("2026-01-05"))]
    assert pd.isna(row(found, "c")["closed"])


def test_a_blank_date_of_the_last_change_means_since_it_was_created(tmp_path: Path) -> None:
    text = "deal,created,status,closed,stage,entered\na,2026-01-02,Open,,offer,\n"
    text += "b,2026-01-05,Open,,offer,2026-01-09\n"
    found = imported(tmp_path, text, with_columns(ROWS, "stage", "entered"))
    assert moves(found, "a") == [("offer", day("2026-01-02"))]
    assert moves(found, "b") == [("call", day("2026-01-05")), ("offer", day("2026-01-09"))]


def test_renamed_names_are_those_of_today(tmp_path: Path) -> None:
    text = "deal,created,status,closed,stage,entered,segment,rep\n"
    text += "a,2026-01-02,Open,,Quote,2026-01-08,GTXPro,Ada Lovelace\n"
    renamed = {"stage": {"Quote": "offer"}, "segment": {"GTXPro": "GTX Pro"}, "rep": {"Ada Lovelace": "Ada"}}
    document = with_columns({**ROWS, "renamed": renamed}, "stage", "entered", "segment", "rep")
    found = imported(tmp_path, text, document)
    assert [stage for stage, _ in moves(found, "a")] == ["call", "offer"]
    assert (row(found, "a")["segment"], row(found, "a")["rep"]) == ("GTX Pro", "Ada")


def test_two_tables_are_put_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,from,origin\na,2026-01-02,web\nb,2026-01-05,fair\n")
    (tmp_path / "won.csv").write_text("lead,on\nb,2026-02-03\n")
    files = {
        "leads": {"name": "leads*.csv", "columns": {"deal": "id", "created": "from", "channel": "origin"}},
        "won": {"name": "won*.csv", "columns": {"deal": "lead", "won": "on"}},
    }
    document = {"form": "one row a deal", "stages": ["lead"], "files": files}
    found = read_export([tmp_path / "won.csv", tmp_path / "leads.csv"], mapping_from(document))
    assert found.dirt.counts() == {}
    assert (row(found, "b")["channel"], row(found, "b")["closed"]) == ("fair", day("2026-02-03"))
    assert row(found, "a")["outcome"] == ""


def test_a_file_of_merges(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "deal,created,status,closed\na,2026-01-02,Won,2026-02-03\nb,2026-01-05,Open,\nc,2026-01-06,Open,\n"
    )
    (tmp_path / "merges.csv").write_text("old,new\nc,b\nb,a\n")
    files = {
        "deals": {"name": "deals.csv", "columns": ROWS["columns"]},
        "merges": {"name": "merges.csv", "columns": {"deal": "old", "merged_into": "new"}},
    }
    document = {name: value for name, value in ROWS.items() if name != "columns"} | {"files": files}
    found = read_export([tmp_path / "deals.csv", tmp_path / "merges.csv"], mapping_from(document))
    assert list(found.history.deals["deal"]) == ["a"]
    listed = found.dirt.table()
    assert dict(zip(listed["found"], listed["instead"], strict=True)) == {"b": "a", "c": "a"}


# ---- event logs -------------------------------------------------------------------------------

EVENTS_CSV = (
    "case,activity,transition,resource,time,amount\n"
    "7,call,complete,Ada,2026-10-25T02:59:00+02:00,900\n"
    "7,phone,START,,2026-10-25T09:00:00+01:00,900\n"
    "7,note,complete,Ada,2026-10-25T09:05:00+01:00,900\n"
    "7,phone,COMPLETE,Bob,2026-10-25T09:30:00+01:00,900\n"
    "7,offer,complete,Bob,2026-10-27T10:00:00+01:00,950\n"
    "7,call,complete,Ada,2026-10-29T10:00:00+01:00,950\n"
    "7,phone,START,Ada,2026-10-30T10:00:00+01:00,950\n"
    "8,call,complete,Ada,2026-10-26T10:00:00+01:00,300\n"
    "8,refused,complete,Ada,2026-10-28T10:00:00+01:00,300\n"
)
LOG = {
    **with_columns(EVENTS, "transition", rep="resource", value="amount"),
    "time_zone": "Europe/Vienna",
    "work": {"phone": "call"},
}


def as_xes(rows: str) -> str:
    """Write the events as XES, a trace a case."""
    lines = [line.split(",") for line in rows.splitlines()[1:]]
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xmlns="http://www.xes-standard.org/">']
    parts.append('<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>')
    for case in dict.fromkeys(line[0] for line in lines):
        parts.append(f'<trace><string key="concept:name" value="{case}"/>')
        for _, activity, transition, resource, time, amount in (line for line in lines if line[0] == case):
            parts.append(f'<event><string key="concept:name" value="{activity}"/>')
            parts.append(f'<string key="lifecycle:transition" value="{transition}"/>')
            if resource:
                parts.append(f'<string key="org:resource" value="{resource}"/>')
            parts.append(f'<date key="time:timestamp" value="{time}"/>')
            parts.append(f'<float key="amount" value="{amount}"/></event>')
        parts.append("</trace>")
    return "".join([*parts, "</log>"])


XES_COLUMNS = {
    "deal": "case:concept:name",
    "activity": "concept:name",
    "time": "time:timestamp",
    "transition": "lifecycle:transition",
    "rep": "org:resource",
    "value": "amount",
}


@pytest.mark.parametrize("form", ["CSV", "XES"])
def test_a_log_is_stages_outcomes_work_and_dated_amounts(form: str, tmp_path: Path) -> None:
    if form == "CSV":
        found = imported(tmp_path, EVENTS_CSV, LOG)
    else:
        found = imported(tmp_path, as_xes(EVENTS_CSV), {**LOG, "columns": XES_COLUMNS}, "log.xes")
    assert found.dirt.counts() == {}
    assert moves(found, "7") == [
        ("call", day("2026-10-25 02:59")),
        ("offer", day("2026-10-27 10:00")),
        ("call", day("2026-10-29 10:00")),
    ]
    assert list(found.history.entries["rep"]) == ["Ada", "Bob", "Ada", "Ada"]
    refused = row(found, "8")
    assert (refused["outcome"], refused["reason"], refused["closed"]) == (
        "lost",
        "price",
        day("2026-10-28 10:00"),
    )
    work = found.history.work
    assert list(work["stage"]) == ["call", "call"]
    assert list(work["rep"]) == ["Bob", "Ada"]
    assert list(work["start"]) == [day("2026-10-25 09:00"), day("2026-10-30 10:00")]
    assert work["end"].iloc[0] == day("2026-10-25 09:30")
    assert pd.isna(work["end"].iloc[1])


def test_amounts_of_events_are_known_since_their_events(tmp_path: Path) -> None:
    found = imported(tmp_path, EVENTS_CSV, LOG)
    values = {
        instant: found.history.as_of(day(instant)).deals.set_index("deal")["value"].to_dict()
        for instant in ("2026-10-26", "2026-10-28")
    }
    assert values == {"2026-10-26": {"7": 900.0}, "2026-10-28": {"7": 950.0, "8": 300.0}}


def test_amounts_of_a_trace_are_not(tmp_path: Path) -> None:
    text = as_xes(EVENTS_CSV).replace(
        '<string key="concept:name" value="7"/><event>',
        '<string key="concept:name" value="7"/><float key="AMOUNT" value="900"/><event>',
    )
    document = {**LOG, "columns": {**XES_COLUMNS, "value": "case:AMOUNT"}}
    found = imported(tmp_path, text, document, "log.xes")
    assert row(found, "7")["value"] == 900
    assert np.isnan(found.history.as_of(day("2026-10-28")).deals["value"]).all()
    assert "value" in found.history.not_known


def test_a_deal_that_is_reopened_keeps_what_was_known_of_it(tmp_path: Path) -> None:
    text = (
        "case,activity,transition,resource,time,amount\n"
        "7,call,complete,Ada,2026-01-02T09:00,900\n"
        "7,phone,start,Ada,2026-01-03T09:00,\n7,phone,complete,Ada,2026-01-03T10:00,\n"
        "7,refused,complete,Ada,2026-01-05T09:00,800\n"
        "7,offer,complete,Bob,2026-02-02T09:00,\n"
        "7,phone,start,Bob,2026-02-03T09:00,\n7,phone,complete,Bob,2026-02-03T10:00,\n"
        "7,signed,complete,Bob,2026-02-09T09:00,950\n"
    )
    history = imported(tmp_path, text, LOG).history
    assert list(history.work["deal"]) == ["7", "7#2"]
    found = {
        instant: history.as_of(day(instant)).deals.set_index("deal")[["outcome", "value"]].to_dict("index")
        for instant in ("2026-01-31", "2026-02-05")
    }
    first = {"outcome": "lost", "value": 800.0}
    assert found["2026-01-31"] == {"7": first}
    assert found["2026-02-05"] == {"7": first, "7#2": {"outcome": "", "value": 800.0}}


@pytest.mark.parametrize("day_of_change", ["2026-10-26 12:00", "2026-10-28 09:00"])
def test_what_happens_later_changes_nothing_that_was_known(day_of_change: str, tmp_path: Path) -> None:
    """HI4: whatever the export says of later times, what was known is the same to the bit."""
    instant = day(day_of_change)
    lines = EVENTS_CSV.splitlines(keepends=True)
    offset = "+01:00"
    kept = [line for line in lines[1:] if day(line.split(",")[4][:19]) < instant]
    later = [
        f"7,offer,complete,Eve,{day_of_change[:10]}T23:00:00{offset},1\n",
        f"7,refused,complete,Eve,2026-11-05T09:00:00{offset},2\n",
        f"7,call,complete,Eve,2026-11-06T09:00:00{offset},3\n",
        f"9,call,complete,Eve,2026-11-06T09:00:00{offset},4\n",
    ]
    one = imported(tmp_path, EVENTS_CSV, LOG).history.as_of(instant)
    other = imported(tmp_path, "".join([lines[0], *kept, *later]), LOG).history.as_of(instant)
    for name in ("deals", "entries", "fields", "work"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_an_activity_that_starts_and_completes_is_entered_once(tmp_path: Path) -> None:
    text = (
        "case,activity,transition,time\n7,call,start,2026-01-02T09:00\n7,offer,start,2026-01-02T09:30\n"
        "7,call,complete,2026-01-02T10:00\n7,offer,complete,2026-01-02T11:00\n"
    )
    found = imported(tmp_path, text, with_columns(EVENTS, "transition"))
    assert [stage for stage, _ in moves(found, "7")] == ["call", "offer"]


def test_the_last_look_is_the_end_of_a_history_though_nothing_has_changed(tmp_path: Path) -> None:
    looks = [("2026-01-05", "offer"), ("2026-01-12", "won"), ("2026-01-26", "won")]
    lines = [f"7,{at} 08:00,{stage},2026-01-02 10:30" for at, stage in looks]
    file = tmp_path / "looks.csv"
    file.write_text("\n".join(["deal,at,stage,created", *lines, "8,2026-01-26 08:00,offer,2026-01-03 11:00"]))
    columns = {name: name for name in ("deal", "at", "stage", "created")}
    meaning = {"form": "snapshots", "stages": ["offer"], "columns": columns, "vanished": "open"}
    found = read_export([file], mapping_from(meaning)).history
    assert found.seen_from == pd.Timestamp("2026-01-05 08:00")
    assert found.seen_until == pd.Timestamp("2026-01-26 08:00:00.000001")
