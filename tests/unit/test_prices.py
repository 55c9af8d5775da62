"""A price that changes while the gross margin stays: what is said, and the margin that keeps the cost."""

from __future__ import annotations

import pytest

import funnelsim as fs
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.scenario_page import pilot_page
from funnelsim.scenario import TODAY, parse, prices_without_margins
from funnelsim.studies.pilot import pilot

from .test_reports import text

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 12, drain_months = 1 }
[segments.homes]
contract_value_per_year = 20_000
gross_margin = 0.28
[segments.firms]
contract_value = { median = 20_000, p90 = 50_000 }
gross_margin = 0.5
[channels.web]
kind = "seo"
inquiries_per_month = 10
segments = { homes = 0.5, firms = 0.5 }
[stages.offer]
conversion = 0.5
"""


def said(change: str, more: str = "") -> tuple[str, ...]:
    return prices_without_margins(parse(f"{FIRM}\n[strategies.s]\nchange = {{ {change} }}\n{more}"), "s")


def test_a_discount_says_which_margin_keeps_the_cost_of_delivery() -> None:
    """0.72 of 20,000 is 14,400 to deliver, and 14,400 of 19,000 is 0.758: the margin is 0.242."""
    assert said('"segments.homes.contract_value_per_year *=" = 0.95') == (
        "From 2026-01-01 the price of homes falls by 5 %, but its gross_margin stays at 0.28, so delivery "
        "gets cheaper too; if delivery costs as much as before, set segments.homes.gross_margin to 0.242.",
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('"segments.homes.contract_value_per_year" = 25_000', ["homes rises by 25 %", "dearer", "to 0.424."]),
        ('"segments.homes.contract_value_per_year +=" = -2000', ["homes falls by 10 %", "to 0.2."]),
        ('"segments.firms.contract_value *=" = 0.8', ["firms falls by 20 %", "to 0.375."]),
        (
            '"segments.firms.contract_value" = { median = 10_000, p90 = 25_000 }',
            ["firms falls by 50 %", "to 0."],
        ),
        ('"segments.homes.contract_value" = 10_000', ["homes falls by 50 %", "costs more than the price."]),
    ],
)
def test_every_way_to_change_a_price_is_seen(change: str, told: list[str]) -> None:
    (sentence,) = said(change)
    for each in told:
        assert each in sentence


@pytest.mark.parametrize(
    "change",
    [
        '"segments.homes.contract_value_per_year *=" = 0.95, "segments.homes.gross_margin" = 0.242',
        '"segments.homes.contract_value_per_year *=" = 0.95, "segments.homes.gross_margin" = 0.28',
        '"segments.homes.contract_value_per_year *=" = 1',
        '"segments.homes.contract_value" = 20_000',  # the same for a term of one year
        '"segments.homes.gross_margin" = 0.3',
        '"segments.homes.term_years" = 2',
    ],
)
def test_nothing_is_said_where_the_margin_is_set_or_the_price_stays(change: str) -> None:
    assert said(change) == ()


def test_a_margin_of_1_has_no_cost_of_delivery() -> None:
    whole = FIRM.replace("gross_margin = 0.28\n", "")
    whole += '[strategies.s]\nchange = { "segments.homes.contract_value_per_year *=" = 0.5 }'
    assert prices_without_margins(parse(whole), "s") == ()


DISCOUNT = """
[strategies.discount]
change = { "segments.homes.contract_value_per_year *=" = 0.95 }
[[changes]]
date = 2026-03-01
change = { "segments.firms.contract_value *=" = 1.25 }
[assumptions.price_war]
change = { "segments.firms.contract_value *=" = 0.8 }
"""


def test_dated_changes_assumptions_and_set_are_told_of_the_base() -> None:
    scenario = parse(FIRM + DISCOUNT)
    (list_price,) = prices_without_margins(scenario, TODAY)
    assert list_price.startswith("From 2026-03-01 the price of firms rises by 25 %")
    assert list_price.endswith("set segments.firms.gross_margin to 0.6.")
    assert [each[:38] for each in prices_without_margins(scenario, "discount")] == [
        "From 2026-01-01 the price of homes fal"
    ]
    _, war = prices_without_margins(scenario.under("price_war"), TODAY)
    assert war.startswith("The price of firms falls by 20 %")
    _, tried = prices_without_margins(
        scenario.with_changes({"segments.*.gross_margin": 0.5, "segments.firms.contract_value *=": 0.8}),
        TODAY,
    )
    assert tried == war


def test_compare_and_validate_tell_it_under_watch() -> None:
    scenario = parse(FIRM + DISCOUNT)
    found = fs.compare(scenario, replications=2, engine="reference")
    page = " ".join(text(comparison_page(found, "next", everything=True)).split())
    checked = " ".join(text(pilot_page(scenario, pilot(scenario), "next")).split())
    for each in (page, checked):
        watch = each.split("Watch")[1]
        assert "discount: From 2026-01-01 the price of homes falls by 5 %" in watch
        assert "today: From 2026-03-01 the price of firms rises by 25 %" in watch
    assert "under price_war: today: The price of firms falls by 20 %" in checked
    (told,) = found["discount"].price_notes
    assert told in found["discount"].warnings
