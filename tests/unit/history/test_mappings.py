"""Mappings: what is wrong with them is told, all at once, with what would be right."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from funnelsim.history.guess import guess_mapping
from funnelsim.history.mapping import MappingError, mapping_from, read_mapping
from funnelsim.history.reading.export import FORMS, fitted, read_export
from funnelsim.io.writing import UnusableError

from .exports import EVENTS, ROWS, imported, row, with_columns

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```toml mapping\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ON_THE_PAGE = BLOCK.findall((ROOT / "docs" / "import.md").read_text(encoding="utf-8"))
OF_EXPERIMENTS = [
    ROOT / "experiments" / name / "mapping.toml" for name in ("crm_sales", "olist", "loan_leads")
]


@pytest.mark.parametrize("text", ON_THE_PAGE)
def test_mappings_of_the_page_are_right(text: str) -> None:
    form, _ = fitted(mapping_from(tomllib.loads(text)))
    assert form.name in FORMS


def test_the_page_has_mappings_of_both_forms() -> None:
    assert {tomllib.loads(text)["form"] for text in ON_THE_PAGE} == {"one row a deal", "event log"}


@pytest.mark.parametrize("file", OF_EXPERIMENTS, ids=lambda file: file.parent.name)
def test_mappings_of_experiments_are_right(file: Path) -> None:
    fitted(read_mapping(file))


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"colums": {}}, 'colums is not a key of a mapping; did you mean "columns"?'),
    ({"time_zone": "Europe/Wien"}, "time_zone: Europe/Wien is not a time zone"),
    ({"stages": []}, "stages is empty; expected the stages of the sale, first to last"),
    ({"stages": ["call", "offer", "call"]}, 'stages names "call" twice'),
    ({"dates": "dd/mm/yyyy"}, "dates is \"dd/mm/yyyy\"; expected 'day/month/year' or 'month/day/year'"),
    ({"never_changes": ["owner"]}, 'never_changes.0 is "owner"; expected'),
    ({"never_changes": ["value"], "final_when_closed": ["value"]}, "value is in never_changes and in final"),
    ({"status": {"Won": "one"}}, 'status."Won" is "one"; did you mean "won"?; expected "won", "lost"'),
    ({"renamed": {"stage": {"Quote": "ofer"}}}, 'renamed.stage."Quote" is "ofer", which is no stage'),
    ({"work": {"phone": "cal"}}, 'work."phone" is "cal", which is not a stage; did you mean "call"?'),
    ({"form": "one row per deal"}, 'form is "one row per deal"; did you mean "one row a deal"?'),
    ({"columns": {"deal": "id", "closd": "x"}}, 'columns.closd is not known; did you mean "closed"?'),
    ({"columns": {"created": "from"}}, "columns.deal is missing"),
    ({"columns": {"deal": "id", "entered": {"cal": "x"}}}, 'columns.entered."cal" is no stage; did you mean'),
    ({"columns": {"deal": 7}}, "columns.deal is not a text in quotes"),
    ({"files": {"all": {"name": "*", "columns": {"deal": "id"}}}}, "[columns] is for one table and"),
    ({"seen_from": tomllib.loads("d = 2026-02-01")["d"], "seen_until": tomllib.loads("d = 2026-01-01")["d"]},
     "seen_until, 2026-01-01, is not after seen_from, 2026-02-01"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), MISTAKES, ids=[sentence[:40] for _, sentence in MISTAKES])
def test_a_mistake_is_told_with_what_would_be_right(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MappingError, match=re.escape(sentence)):
        fitted(mapping_from({**ROWS, **change}))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text('form = 7\nstages = "call"\ncurency = "EUR"\n')
    with pytest.raises(MappingError) as wrong:
        read_mapping(file)
    told = str(wrong.value).splitlines()
    assert told[0] == f"{file}:"
    assert told[1:] == [
        "form is not a text in quotes",
        "stages is not a list",
        'curency is not a key of a mapping; did you mean "currency"?',
    ]


def test_a_mapping_that_is_no_toml_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text("form = one row\n")
    with pytest.raises(MappingError, match="is not TOML"):
        read_mapping(file)


TEXT = "deal,created,status,closed\na,2026-01-02,Won,2026-02-03\nb,2026-01-05,Opne,\nc,2026-01-05,Opne,\n"


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UnusableError) as wrong:
        imported(tmp_path, TEXT, with_columns(ROWS, created="creatd", rep="owner"))
    sentence = (
        'deals.csv: created is "creatd", and there is no such column; did you mean "created"?; '
        'rep is "owner", and there is no such column. '
        'Its columns are "deal", "created", "status", "closed"'
    )
    assert str(wrong.value) == sentence


def test_a_status_that_means_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableError) as wrong:
        imported(tmp_path, TEXT, ROWS)
    assert str(wrong.value).startswith('deals.csv, line 3: the status "Opne" (2 rows) is no stage')
    assert 'did you mean "open"?' in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("deal,created,status,closed\na,2026-01-02,Open,\nb,2026-01-02,Open,\n", "all dates are 2026-01-02"),
        ("deal,created,status,closed\na,,Open,\n", "no deal with a date"),
        ("deal,created,status,closed\n" + "".join(
            f"{number},2026-01-{number % 28 + 1:02},Open,\n" for number in range(200)
        ) + "z,2106-01-05,Open,\n", "last date in the file, 2106-01-05 .* more than a year .* seen_until"),
    ],
)  # fmt: skip
def test_a_file_of_which_nothing_can_be_made_is_told(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=sentence):
        imported(tmp_path, text, ROWS)


def test_deals_merged_in_a_circle_are_told(tmp_path: Path) -> None:
    text = "deal,created,status,closed,merged_into\na,2026-01-02,Open,,b\nb,2026-01-05,Open,,a\n"
    with pytest.raises(UnusableError, match="a, b are merged into each other in a circle"):
        imported(tmp_path, text, with_columns(ROWS, "merged_into"))


# ---- guesses ----------------------------------------------------------------------------------

PIPEDRIVE = (
    "Deal - ID,Deal - Title,Deal - Stage,Deal - Status,Deal - Deal created,Deal - Last stage change,"
    "Deal - Won time,Deal - Lost time,Deal - Lost reason,Deal - Source channel,Deal - Value,Deal - Owner\n"
    "1,Roof,Proposal,Won,2026-01-02 09:00,2026-01-12 09:00,2026-02-03 10:00,,,Website,900,Ada\n"
    "2,Door,Call,Open,2026-01-05 09:00,,,,,Fair,500,Bob\n"
    "3,Gate,Call,Lost,2026-01-07 09:00,,,2026-01-17 12:00,Price,Fair,100,Bob\n"
)
ODOO = (
    "ID,Opportunity,Created on,Stage,Last Stage Update,Closed Date,Is Won,Lost Reason,Source,Sales Team,"
    "Expected Revenue,Salesperson\n"
    "1,Roof,2026-01-02 09:00:00,Proposal,2026-01-12 09:00:00,2026-02-03 10:00:00,Won,,Website,East,900,Ada\n"
    "2,Door,2026-01-05 09:00:00,Call,2026-01-05 09:00:00,,Pending,,Fair,East,500,Bob\n"
    "3,Gate,2026-01-07 09:00:00,Call,2026-01-07 09:00:00,2026-01-17 12:00:00,Lost,Price,Fair,East,100,Bob\n"
)
LOG = "case,activity,timestamp,resource\n7,call,2026-01-02T09:00,Ada\n7,won,2026-01-05T09:00,Ada\n"


@pytest.mark.parametrize("text", [PIPEDRIVE, ODOO], ids=["Pipedrive", "Odoo"])
def test_a_guess_reads_the_export_it_was_made_of(text: str, tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(text)
    document = tomllib.loads(guess_mapping([file]))
    assert set(document["stages"]) == {"Proposal", "Call"}
    found = read_export([file], mapping_from({**document, "stages": ["Call", "Proposal"]}))
    assert found.dirt.counts() == {}
    assert [row(found, deal)["outcome"] for deal in "123"] == ["won", "", "lost"]
    first = row(found, "1")
    assert (first["channel"], first["value"], first["rep"]) == ("Website", 900, "Ada")
    assert row(found, "3")["reason"] == "Price"
    rows = found.history.entries
    assert list(rows["stage"][rows["deal"] == "1"]) == ["Call", "Proposal"]


def test_a_log_is_told_from_rows(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(LOG)
    document = tomllib.loads(guess_mapping([file]))
    assert document["form"] == EVENTS["form"]
    assert (document["stages"], document["status"]) == (["call"], {"won": "won"})


def test_a_file_of_no_form_is_told_with_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("account,sector\nAcme,steel\n")
    with pytest.raises(UnusableError, match=r"accounts\.csv has account, sector"):
        guess_mapping([file])
