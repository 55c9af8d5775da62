"""What `validate` says of money: values as typed, what is left out, and what looks as if it were mistyped."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, Group

import funnelsim as fs
from funnelsim.reports.money_typed import doubtful, money_typed
from funnelsim.scenario import ScenarioError, parse
from funnelsim.scenario.numerals import as_toml
from funnelsim.scenario.thousands import thousands

ROOT = Path(__file__).parents[2]
TEXT = """
start = 2027-01-01
currency = "EUR"
[segments.home]
contract_value_per_year = { low = 10_000, likely = 20_000, high = 30_000 }
[segments.firms]
contract_value_per_year = 90_000
gross_margin = 0.24
term_years = 3
[kinds.fair]
cost_per_month = 2000
[channels.website]
kind = "seo"
inquiries_per_month = 60
segments = { home = 0.9, firms = 0.1 }
[channels.expo]
kind = "fair"
inquiries_per_month = 10
cost_per_inquiry = 12.5
segments = { home = 0.9, firms = 0.1 }
[teams.advisers]
people = 2
cost_per_person_month = 4500
commission = 0.01
[teams.advisers.reps.Petra]
cost_per_month = 2300
[teams.crew]
people = 1
[stages.call]
team = "advisers"
conversion = 0.4
"""


def rows(text: str) -> dict[str, list[str]]:
    """Return the words of each line of the tables, by the first of them."""
    console = Console(width=110)
    with console.capture() as printed:
        console.print(Group(*money_typed(parse(text), 110)))
    return {words[0]: words[1:] for words in map(str.split, printed.get().splitlines()) if words}


def test_values_margins_costs_and_pay_are_those_of_the_file() -> None:
    found = rows(TEXT)
    assert found["home"] == [
        "20,000",
        "EUR",
        "a",
        "year",
        "100",
        "%",
        "*",
        "1",
        "year",
        "*",
    ]  # the mean of a PERT
    assert found["firms"] == ["90,000", "EUR", "a", "year", "24", "%", "3", "years"]
    assert found["website"] == ["0", "EUR", "*", "-"]
    assert found["expo"] == ["2,000", "EUR", "12.5", "EUR"]  # its kind says so
    assert found["advisers"] == ["4,500", "EUR", "1", "%"]
    assert found["advisers:"] == ["Petra", "2,300", "EUR", "-"]
    assert found["crew"] == ["0", "EUR", "*", "0", "%", "*"]
    assert found["*"] == ["Left", "out", "in", "the", "file,", "and", "so", "assumed."]


def test_a_one_off_sale_is_shown_as_such() -> None:
    text = TEXT.replace("contract_value_per_year = 90_000", "contract_value = 90_000")
    assert rows(text)["firms"] == ["90,000", "EUR", "in", "all", "24", "%", "3", "years"]


def test_where_all_is_typed_nothing_is_said_to_be_left_out() -> None:
    text = TEXT.replace("[segments.firms]", "gross_margin = 0.3\nterm_years = 1\n[segments.firms]")
    text = text.replace('kind = "seo"', 'kind = "seo"\ncost_per_month = 0')
    text = text.replace("[teams.crew]", "[teams.crew]\ncost_per_person_month = 0\ncommission = 0")
    assert "*" not in rows(text)


def test_uncertain_money_is_shown_by_its_median() -> None:
    text = f'{TEXT}[uncertainties]\n"segments.home.gross_margin" = {{ low = 0.2, likely = 0.3, high = 0.4 }}'
    found = rows(text)
    assert found["home"][4:6] == ["30", "%"]  # symmetric: the median is the most likely
    assert found["At"] == ["the", "median:", "segments.home.gross_margin."]


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("contract_value_per_year = 18.000", "18000 or 18_000"),
        ("contract_value_per_year = { median = 18.500, p90 = 26.5 }", "18500 or 18_500"),
        ("channels.seo.cost_per_month = 1.500  # euros", "1500 or 1_500"),
        ('change = { "teams.sales.cost_per_person_month" = 4.250 }', "4250 or 4_250"),
        ('"channels.seo.cost_per_month +=" = 1.250', "1250 or 1_250"),
        ("inquiries_per_month = 4.000", "4000 or 4_000"),
        ("[segments.home.contract_value_per_year]\nmedian = 90.125", "90125 or 90_125"),
    ],
)
def test_what_looks_like_thousands_is_told(line: str, right: str) -> None:
    tomllib.loads(line)
    (sentence,) = thousands(line)
    assert sentence.endswith(f"write {right}.")
    assert sentence.startswith(f"Line {1 + line.count(chr(10))}: ")


@pytest.mark.parametrize(
    "line",
    [
        "# cost_per_month = 4.000",
        "cost_per_month = 0.125",  # no thousands begin with 0
        "cost_per_month = 4.50",
        "cost_per_month = 4000.000",
        "gross_margin = 0.300",
        "day_variation = 1.125",  # no money
        '"channels.seo.cost_per_month *=" = 1.050',  # a factor
    ],
)
def test_what_is_no_thousand_is_not_told(line: str) -> None:
    assert thousands(line) == []


def test_every_key_of_money_is_looked_at() -> None:
    pages: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "docs" / "model.toml").read_text())
    money = [key for key, columns in pages.items() if columns["unit"].startswith("money")]
    assert len(money) > 5
    for key in money:
        assert thousands(f"{key.split('.')[-1]} = 18.500"), key


def test_validating_tells_what_was_perhaps_not_meant() -> None:
    text = TEXT.replace("90_000", "90.000").replace("commission = 0.01", "commission = 1")
    first, second = doubtful(parse(text))
    assert first.startswith("Line 7: contract_value_per_year has 90.000, which is read as 90")
    assert second.startswith("teams.advisers.commission is 1, which is 100 %")
    assert doubtful(parse(TEXT)) == []


@pytest.mark.parametrize("name", fs.presets())
def test_presets_are_meant_as_they_are(name: str) -> None:
    assert doubtful(fs.load(name)) == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("4.000 \u20ac", "4000 (or 4.0)"),
        ("4,000", "4000 (or 4.0)"),
        ("1.250.000", "1250000"),
        ("2.125 %", "0.02125 (or 21.25)"),
        ("0,125", "0.125"),
    ],
)
def test_the_likelier_meaning_comes_first(text: str, right: str) -> None:
    assert str(as_toml(text)) == right


@pytest.mark.parametrize(
    "where",
    ["teams.crew", "teams.advisers.reps.Petra", "customer_hours", "segments.home.customer_hours"],
)
def test_a_holiday_in_a_year_far_away_is_mistyped(where: str) -> None:
    hours = '\nmonday = ["09:00-17:00"]' if where.endswith("customer_hours") else ""
    table = f"[{where}]" + hours
    plain = TEXT if table in TEXT else f"{TEXT}{table}\n"
    with pytest.raises(ScenarioError, match=rf"{where}.holidays has 2207-01-01, more than 20 years from"):
        parse(plain.replace(table, f"{table}\nholidays = [2207-01-01, 2027-01-02]"))
    parse(plain.replace(table, f"{table}\nholidays = [2007-01-01, 2047-12-31]"))
