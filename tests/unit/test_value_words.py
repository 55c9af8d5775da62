"""Values as people write them, where the report says where each number comes from (RE4)."""

from __future__ import annotations

from datetime import date

import pytest

import funnelsim as fs
from funnelsim.reports.report.sources import sources
from funnelsim.scenario.input_words import SHARE, key_in_words
from funnelsim.scenario.inputs import inputs
from funnelsim.scenario.value_words import value_in_words
from funnelsim.scenario.withheld import Withheld

SERVICES = fs.load("professional_services")
MILLIONS = "low 1,000,000, likely 2,000,000, high 4,000,000 USD"
SHARES = "low 10 %, likely 20 %, high 45 %"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("segments.mid.contract_value", {"median": 92000, "p90": 155000}, "median 92,000, P90 155,000 USD"),
        ("segments.mid.contract_value", {"low": 1e6, "likely": 2e6, "high": 4e6}, MILLIONS),
        ("stages.proposal.conversion", 0.15, "15 %"),
        ("stages.proposal.conversion", {"low": 0.1, "likely": 0.2, "high": 0.45}, SHARES),
        ("stages.proposal.conversion *=", {"median": 1, "p90": 1.25}, "times median 1, P90 1.25"),
        ("teams.sales.assignment", "shared_queue", "shared queue"),
        ("teams.sales.sticky", True, "yes"),
        ("teams.sales.hours_per_week", 37.5, "37.5"),  # its words say what it is
        ("channels.seo.launched", date(2026, 4, 1), "2026-04-01"),
        ("segments.mid.term_years", 1.0, "1 year"),
        ("segments.mid.customer_time_factor", 1.5, "times 1.5"),
        ("stages.proposal.effort_hours", {"sample": "hours.csv"}, '{ sample = "hours.csv" }'),
    ],
)
def test_a_value_is_written_as_people_do(path, value, said):
    assert value_in_words(path, value, SERVICES) == said


@pytest.mark.parametrize("preset", fs.presets())
def test_no_preset_has_the_syntax_of_a_file_in_its_report(preset):
    """But for quantiles, which stand as they are typed; nothing is called by a path."""
    scenario = fs.load(preset)
    found, _ = sources(scenario, Withheld(scenario))
    values = [row for each in found for row in each.values]
    assert [
        row for row in values if any(sign in row[1] for sign in '{}="[]') and "quantiles" not in row[1]
    ] == []
    assert [name for name, _ in values if "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}" in name] == []


def test_every_share_among_the_inputs_is_in_percent():
    shares = [each for each in inputs(SERVICES) if each.unit == SHARE and not each.spread]
    assert len(shares) > 10
    for each in shares:
        said = value_in_words(each.path, each.value, SERVICES)
        assert float(said.removesuffix(" %")) == pytest.approx(100 * each.value), each.path


def test_what_is_no_input_has_words():
    assert key_in_words("effects.temperature.warm", SERVICES) == "odds of a warm lead"
    assert key_in_words("stages.proposal.team", SERVICES) == "who does the work in proposal"
