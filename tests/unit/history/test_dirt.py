"""Every kind of dirt: what is counted, what is listed, and what the history has instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from funnelsim.history.dirt import Dirt
from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import Imported, read_export

from .exports import EVENTS, ROWS, day, imported, moves, row, with_columns

PAGE = Path(__file__).parents[3] / "docs" / "import.md"
HEAD = "deal,created,status,closed\n"
GOOD = "a,2026-01-02,Won,2026-02-03\nb,2026-01-05,Open,\n"  # lines 2 and 3


@dataclass
class Case:
    """An export with one row that is dirty, and what is made of it."""

    text: str
    check: Callable[[Imported], Any]
    line: int = 4
    found: str = ""
    document: dict[str, Any] = field(default_factory=lambda: ROWS)


def names(found: Imported) -> list[str]:
    return sorted(found.history.deals["deal"])


MERGED = with_columns(ROWS, "merged_into")
STAGES = with_columns(ROWS, entered={"call": "to_call", "offer": "to_offer"})
STEPS = {**with_columns(EVENTS, "transition"), "work": {"phone": "call"}}
LOG = "case,activity,time,transition\na,call,2026-01-02T09:00,complete\na,offer,2026-01-09T09:00,complete\n"

CASES = {
    Dirt.TORN: Case(
        HEAD + GOOD + "c,2026,01,07,Won\n", lambda found: names(found) == ["a", "b"], found="5 cells"
    ),
    Dirt.NO_DEAL: Case(HEAD + GOOD + " ,2026-01-07,Open,\n", lambda found: names(found) == ["a", "b"]),
    Dirt.BAD_DATE: Case(
        HEAD + GOOD + "c,2026-01-07,Open,2026-02-31\n",
        lambda found: row(found, "c")["outcome"] == "",
        found="2026-02-31",
    ),
    Dirt.BAD_NUMBER: Case(
        "deal,created,status,closed,value\na,2026-01-02,Won,2026-02-03,90\nb,2026-01-05,Open,,lots\n",
        lambda found: row(found, "a")["value"] == 90 and pd.isna(row(found, "b")["value"]),
        line=3,
        found="lots",
        document=with_columns(ROWS, "value"),
    ),
    Dirt.DUPLICATE: Case(HEAD + GOOD + "b,2026-01-05,Open,\n", lambda found: names(found) == ["a", "b"]),
    Dirt.REPEATED: Case(
        HEAD + GOOD + "b,2026-01-05,Lost,2026-03-04\n",
        lambda found: row(found, "b")["closed"] == day("2026-03-04"),
        line=3,
    ),
    Dirt.MERGED: Case(
        "deal,created,status,closed,merged_into\na,2026-01-02,Won,2026-02-03,\nb,2026-01-05,Open,,a\n",
        lambda found: names(found) == ["a"],
        line=3,
        found="b",
        document=MERGED,
    ),
    Dirt.IGNORED: Case(
        HEAD + GOOD + "c,2026-01-07,Test,\n",
        lambda found: names(found) == ["a", "b"],
        found="Test",
        document={**ROWS, "status": {**ROWS["status"], "Test": "ignore"}},  # type: ignore[dict-item]
    ),
    Dirt.NO_DATE: Case(
        HEAD + GOOD + "c,2026-01-07,Won,\n", lambda found: names(found) == ["a", "b"], found="won"
    ),
    Dirt.NO_CREATED: Case(
        "deal,created,status,closed,to_call,to_offer\na,2026-01-02,Won,2026-02-03,,\nb,,Open,,2026-01-09,\n",
        lambda found: row(found, "b")["created"] == day("2026-01-09"),
        line=3,
        document=STAGES,
    ),
    Dirt.REPEATED_STAGE: Case(
        "case,activity,time\na,call,2026-01-02\na,call,2026-01-03\na,signed,2026-01-09\n",
        lambda found: moves(found, "a") == [("call", day("2026-01-02"))],
        line=3,
        found="call",
        document=EVENTS,
    ),
    Dirt.EARLY_ENTRY: Case(
        "deal,created,status,closed,to_call,to_offer\n"
        "a,2026-01-02,Won,2026-02-03,,\nb,2026-01-09,Open,,2026-01-05,2026-01-12\n",
        lambda found: (
            row(found, "b")["created"] == day("2026-01-05")
            and moves(found, "b") == [("call", day("2026-01-05")), ("offer", day("2026-01-12"))]
        ),
        line=3,
        found="2026-01-09",
        document=STAGES,
    ),
    Dirt.BACKWARDS: Case(
        HEAD + GOOD + "c,2026-01-07,Lost,2026-01-03\n",
        lambda found: row(found, "c")["created"] == day("2026-01-03") and moves(found, "c") == [],
        found="2026-01-07",
    ),
    Dirt.APPEARS_CLOSED: Case(
        HEAD
        + "a,2026-01-02 10:00,Won,2026-02-03 11:00\nb,2026-01-05 10:00,Open,\n"
        + "c,2026-01-07 12:00,Won,2026-01-07 12:00\n",
        lambda found: row(found, "c")["outcome"] == "won" and moves(found, "c") == [],
    ),
    Dirt.REOPENED: Case(
        "case,activity,time\na,call,2026-01-02\na,refused,2026-01-05\na,offer,2026-02-01\na,signed,2026-02-09\n",
        lambda found: (
            names(found) == ["a", "a#2"]
            and (row(found, "a")["outcome"], row(found, "a")["reason"]) == ("lost", "price")
            and (row(found, "a#2")["outcome"], row(found, "a#2")["reason"]) == ("won", "")
            and row(found, "a#2")["created"] == day("2026-02-01")
            and moves(found, "a#2") == [("offer", day("2026-02-01"))]
        ),
        found="a",
        document=EVENTS,
    ),
    Dirt.OTHER_STEP: Case(
        LOG + "a,phone,2026-01-03T10:00,schedule\n",
        lambda found: found.history.work.empty,
        found="phone schedule",
        document=STEPS,
    ),
    Dirt.STARTED_AGAIN: Case(
        LOG
        + "a,phone,2026-01-03T10:00,start\na,phone,2026-01-03T11:00,start\n"
        + "a,phone,2026-01-03T11:30,complete\n",
        lambda found: list(found.history.work["start"]) == [day("2026-01-03 11:00")],
        document=STEPS,
    ),
    Dirt.NO_START: Case(
        LOG + "a,phone,2026-01-03T10:00,complete\n",
        lambda found: found.history.work.empty,
        document=STEPS,
    ),
    Dirt.ENDED_BEFORE: Case(
        HEAD + GOOD + "c,2026-01-03,Lost,2026-01-15\n",
        lambda found: names(found) == ["a", "b"] and found.history.seen_from == day("2026-02-01"),
        document={**ROWS, "seen_from": day("2026-02-01").date()},
        found="2026-01-15",
    ),
    Dirt.AFTER_END: Case(
        HEAD + GOOD + "c,2026-01-03,Lost,2026-03-15\n",
        lambda found: row(found, "c")["outcome"] == "" and found.history.seen_until == day("2026-03-01"),
        document={**ROWS, "seen_until": day("2026-03-01").date()},
        found="2026-03-15",
    ),
}


ELSEWHERE = {Dirt.NEGATIVE_WORK}  # needs a second file: below


@pytest.mark.parametrize("kind", [kind for kind in Dirt if kind not in ELSEWHERE], ids=str)
def test_every_kind_is_counted_listed_and_treated_as_the_table_says(kind: Dirt, tmp_path: Path) -> None:
    case = CASES[kind]
    found = imported(tmp_path, case.text, case.document)
    assert found.dirt.counts() == {str(kind): 1}
    [listed] = found.dirt.table().to_dict("records")
    assert (listed["file"], listed["line"], listed["kind"]) == ("deals.csv", case.line, str(kind))
    assert case.found in listed["found"]
    assert case.check(found)


def test_work_that_ends_before_it_starts_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "work.csv").write_text(
        "deal,stage,start,end\na,call,2026-01-05 09:00,2026-01-05 09:30\n"
        "a,call,2026-01-06 09:00,2026-01-06 08:30\n"
    )
    (tmp_path / "deals.csv").write_text(HEAD + GOOD)
    files = {
        "deals": {"name": "deals.csv", "columns": ROWS["columns"]},
        "work": {"name": "work.csv", "columns": {name: name for name in ("deal", "stage", "start", "end")}},
    }
    document = {**ROWS, "files": files}
    del document["columns"]
    found = read_export([tmp_path / "work.csv", tmp_path / "deals.csv"], mapping_from(document))
    assert found.dirt.counts() == {str(Dirt.NEGATIVE_WORK): 1}
    assert list(found.dirt.table()["line"]) == [3]
    assert list(found.history.work["end"]) == [day("2026-01-05 09:30")]


def test_the_page_has_the_same_table() -> None:
    rows = [f"| {kind} | {kind.wrong} | {kind.done} |" for kind in Dirt]
    head = "| kind | what is wrong | what is done |\n|---|---|---|\n"
    assert head + "\n".join(rows) + "\n\n" in PAGE.read_text(encoding="utf-8")


def test_nothing_is_wrong_with_a_clean_file(tmp_path: Path) -> None:
    found = imported(tmp_path, HEAD + GOOD, ROWS)
    assert found.dirt.counts() == {}
    assert names(found) == ["a", "b"]
    assert moves(found, "a") == [("call", day("2026-01-02"))]
