"""Journals and snapshots of a few rows: what is proposed for them, what is odd, and what is refused."""

from __future__ import annotations

import csv
import os
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.unit.history import made_exports
from tests.unit.history.made import firm
from tests.unit.history.ready import documents

from funnelsim.history import History
from funnelsim.history.guess import guess_mapping
from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import Imported, read_export
from funnelsim.io.writing import UnusableError

NOT_NAMED = {"merged_into", "absorbed"}  # fields that each firm calls as it likes
DATA = Path(os.environ.get("FUNNELSIM_DATA", Path(__file__).parents[4] / "shared" / "data"))
REAL = DATA / "crm_formats"
real = [
    pytest.mark.realdata,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"needs the public data sets: there is no {REAL}"),
]
STATES = {
    "form": "journal",
    "stages": ["call", "offer"],
    "files": {"states": {"name": "*", "columns": {"deal": "id", "at": "at", "stage": "stage"}}},
}
CHANGES = {
    "form": "journal",
    "stages": ["call", "offer"],
    "files": {
        "deals": {"name": "deals*", "columns": {"deal": "id", "created": "created", "rep": "rep"}},
        "changes": {
            "name": "changes*",
            "columns": {"deal": "id", "at": "at", "property": "field", "value": "new", "old": "old"},
        },
    },
    "properties": {"Stage": "stage", "Owner": "rep", "Amount": "value"},
}
SNAPSHOTS = {
    "form": "snapshots",
    "stages": ["call", "offer"],
    "columns": {"deal": "id", "created": "created", "stage": "stage"},
}


def read(folder: Path, document: dict[str, Any], **files: str) -> Imported:
    """Read files, given as their names without .csv and their texts."""
    paths = []
    for name, text in files.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text)
    return read_export(paths, mapping_from(document))


def entries(history: History) -> list[tuple[str, str, str]]:
    times = history.entries["entered"].dt.strftime("%m-%d")
    return list(zip(history.entries["deal"], history.entries["stage"], times, strict=True))


def columns_of(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    tables = {name: table["columns"] for name, table in document.get("files", {}).items()}
    tables |= {"": document["columns"]} if "columns" in document else {}
    return {(name, role): column for name, found in tables.items() for role, column in found.items()}


@pytest.mark.parametrize("name", documents())
def test_each_form_is_recognised_by_its_header(name: str, tmp_path: Path) -> None:
    """The proposal is the mapping of the page, but for fields of the firm's own, and can be used."""
    proposed = tomllib.loads(guess_mapping(getattr(made_exports, name)(firm(), tmp_path)))
    page = documents()[name]
    assert proposed["form"] == page["form"]
    wanted = {key: column for key, column in columns_of(page).items() if key[1] not in NOT_NAMED}
    found = columns_of(proposed)
    assert {key: found.get(key) for key in wanted} == wanted
    assert proposed.get("properties", {}).items() >= page.get("properties", {}).items()
    assert proposed.get("times_in") == page.get("times_in")
    mapping_from(proposed)


@pytest.mark.parametrize("name", ["salesforce_history", "salesforce_fields", "salesforce_versions"])
def test_a_proposal_reads_the_files_for_which_it_was_made(name: str, tmp_path: Path) -> None:
    """All deals are there; those that were merged are in a field of the firm's own, which is not proposed."""
    files = getattr(made_exports, name)(firm(60), tmp_path)
    found = read_export(files, mapping_from(tomllib.loads(guess_mapping(files)))).history
    assert set(found.deals["deal"].str.partition("#")[0]) == {deal.name for deal in firm(60)}


def test_states_are_folded_and_put_in_order(tmp_path: Path) -> None:
    """Rows come newest first; a stage saved again is none (HI1); two at one time are in their order."""
    rows = "id,at,stage\n7,2026-02-03,won\n7,2026-01-09,offer\n7,2026-01-09,call\n7,2026-01-05,call\n"
    found = read(tmp_path, STATES, journal=rows)
    assert entries(found.history) == [("7", "call", "01-05"), ("7", "offer", "01-09")]
    assert found.dirt.counts() == {"repeated stage": 1}
    assert found.history.deals["created"].tolist() == [pd.Timestamp("2026-01-05")]


DEALS = "id,created,rep\n7,2026-01-05,Ben\n8,2026-01-06,Ada\n"
MOVES = "7,2026-01-09,Stage,call,offer\n8,2026-01-12,Stage,call,lost\n"


def test_what_a_field_was_from_the_beginning_is_its_first_old_value(tmp_path: Path) -> None:
    rows = "id,at,field,old,new\n" + MOVES + "7,2026-01-08,Owner,Ada,Ben\n"
    found = read(tmp_path, CHANGES, deals=DEALS, changes=rows).history
    assert entries(found)[:2] == [("7", "call", "01-05"), ("7", "offer", "01-09")]
    owners = found.fields[found.fields["field"] == "rep"]
    told = zip(owners["deal"], owners["since"].dt.strftime("%m-%d"), owners["value"], strict=True)
    assert list(told) == [("7", "01-05", "Ada"), ("7", "01-08", "Ben"), ("8", "01-06", "Ada")]


def test_a_field_without_any_row_is_not_known_for_the_past(tmp_path: Path) -> None:
    """It may not be tracked (HI5)."""
    found = read(tmp_path, CHANGES, deals=DEALS, changes="id,at,field,old,new\n" + MOVES).history
    assert "rep" in found.not_known
    assert found.as_of(pd.Timestamp("2026-01-10")).deals["rep"].tolist() == ["", ""]


def test_amounts_among_other_values_are_read_as_amounts(tmp_path: Path) -> None:
    rows = 'id,at,field,old,new\n7,2026-01-07,Amount,"€ 1.250,50",soon\n8,2026-01-08,Amount,,"2.000,00"\n'
    found = read(tmp_path, CHANGES, deals=DEALS, changes=rows + MOVES)
    sums = found.history.fields[found.history.fields["field"] == "value"]
    assert [float(text) if text else None for text in sums["value"]] == [1250.5, None, 2000.0]
    assert found.dirt.counts() == {"unreadable number": 1}


def test_deals_that_a_record_has_absorbed_are_left_out(tmp_path: Path) -> None:
    document = STATES | {
        "files": STATES["files"]
        | {"deals": {"name": "deals*", "columns": {"deal": "id", "absorbed": "merged"}}}
    }
    document["files"]["states"] = document["files"]["states"] | {"name": "journal*"}
    rows = "id,at,stage\n7,2026-01-05,call\n8,2026-01-06,call\n9,2026-01-07,call\n7,2026-01-20,won\n"
    found = read(tmp_path, document, deals="id,merged\n7,8;9\n", journal=rows)
    assert found.history.deals["deal"].tolist() == ["7"]
    assert found.dirt.counts() == {"merged deal": 2}


@pytest.mark.parametrize(
    ("vanished", "outcomes"), [("lost", ["lost", ""]), ("won", ["won", ""]), ("open", [""])]
)
def test_a_deal_that_vanishes_and_comes_back(vanished: str, outcomes: list[str], tmp_path: Path) -> None:
    """It was closed between the last look and the next, and reopened; or nothing was the matter (HI3)."""
    looks = {
        "at_2026-01-05": "id,created,stage\n7,2026-01-02,call\n8,2026-01-03,call\n",
        "at_2026-01-12": "id,created,stage\n8,2026-01-03,call\n",
        "at_2026-01-19": "id,created,stage\n7,2026-01-02,offer\n8,2026-01-03,call\n",
    }
    found = read(tmp_path, SNAPSHOTS | {"vanished": vanished}, **looks).history
    lives = found.deals[found.deals["deal"].str.startswith("7")]
    assert lives["outcome"].tolist() == outcomes
    offer = found.entries[found.entries["stage"] == "offer"].iloc[0]
    assert (offer["entered_after"], offer["entered"]) == (
        pd.Timestamp("2026-01-12"),
        pd.Timestamp("2026-01-19"),
    )
    if vanished != "open":
        assert lives["closed_after"].iloc[0] == pd.Timestamp("2026-01-05")
        assert lives["closed"].iloc[0] == pd.Timestamp("2026-01-12")


def refusal(folder: Path, document: dict[str, Any], **files: str) -> str:
    with pytest.raises(UnusableError) as refused:
        read(folder, document, **files)
    return str(refused.value)


def test_bad_input_is_refused_in_sentences(tmp_path: Path) -> None:
    only_deals = {**STATES, "files": {"deals": CHANGES["files"]["deals"]}}
    assert refusal(tmp_path, only_deals, deals=DEALS) == (
        "there is no journal: the mapping needs a table files.states or files.changes"
    )
    unknown = "id,at,field,old,new\n7,2026-01-09,Status,call,offer\n"
    assert refusal(tmp_path, CHANGES, deals=DEALS, changes=unknown) == (
        'changes.csv: none of its properties is in [properties] of the mapping: "Status"'
    )
    looks = {
        "at_2026-01-05": "id,created,stage\n7,2026-01-02,call\n8,2026-01-03,call\n",
        "at_2026-01-12": "id,created,stage\n8,2026-01-03,call\n",
    }
    assert refusal(tmp_path, SNAPSHOTS, **looks) == (
        "1 deals vanish from the snapshots, such as 7 after 2026-01-05; "
        'say in the mapping what that means: vanished = "lost", "won" or "open"'
    )
    assert refusal(tmp_path, SNAPSHOTS, pipeline=looks["at_2026-01-05"]) == (
        "pipeline.csv: the day of the snapshot is not in the name of the file; "
        'call it as in "pipeline_2026-01-12.csv", or name the column of the day, "at", in the mapping'
    )
    dated = {**SNAPSHOTS, "columns": SNAPSHOTS["columns"] | {"at": "at"}}
    rows = "id,created,stage,at\n7,2026-01-02,call,2026-01-05\n8,2026-01-03,call,\n"
    assert refusal(tmp_path, dated, looks=rows) == "looks.csv, line 3: the row does not say when it was seen"


def real_rows(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize(
    ("names", "deal", "tables"),
    [
        pytest.param(["hubspot_deal_stage_data.csv"], "deal_id", {"states"}, marks=real),
        pytest.param(
            ["hubspot_deal_data.csv", "hubspot_deal_stage_data.csv"],
            "deal_id",
            {"deals", "states"},
            marks=real,
        ),
        pytest.param(["salesforce_opportunity_history_data.csv"], "id", {"states"}, marks=real),
    ],
)
def test_real_tables_of_states_are_recognised_and_read(names: list[str], deal: str, tables: set[str]) -> None:
    """Each deal of the table has one row: it is in that stage from then on. The values are hashed."""
    files = [REAL / name for name in names]
    document = tomllib.loads(guess_mapping(files))
    assert set(document["files"]) == tables
    found = read_export(files, mapping_from(document)).history
    told = {row[deal] for row in real_rows(names[-1])}
    assert sorted(found.entries["deal"]) == sorted(told)
    assert told <= set(found.deals["deal"])


@pytest.mark.parametrize("name", [pytest.param("hubspot_deal_property_history_data.csv", marks=real)])
def test_a_real_property_history_is_read(name: str) -> None:
    """The names of the properties are hashed: the most frequent one stands for the stage."""
    rows = real_rows(name)
    names = [row["name"] for row in rows]
    most = max(set(names), key=names.count)
    mine = [row for row in rows if row["name"] == most]
    document = tomllib.loads(guess_mapping([REAL / name])) | {
        "properties": {most: "stage"},
        "stages": sorted({row["value"] for row in mine if row["value"]}),
    }
    found = read_export([REAL / name], mapping_from(document)).history
    first = {}
    for row in sorted(mine, key=lambda row: row["timestamp"]):
        first.setdefault(row["deal_id"], row["value"])
    entered = found.entries.drop_duplicates("deal").set_index("deal")["stage"].to_dict()
    assert entered == first


@pytest.mark.parametrize("name", [pytest.param("salesforce_opportunity_data.csv", marks=real)])
def test_real_opportunities_alone_are_no_journal(name: str) -> None:
    assert tomllib.loads(guess_mapping([REAL / name]))["form"] == "one row a deal"
