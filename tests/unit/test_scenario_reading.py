"""A scenario file says what it seems to say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from funnelsim.chance.distributions import Constant, Lognormal, Pert, Quantiles, Sample, Scipy
from funnelsim.scenario import Scenario, json_schema, load, origins, parse, presets, strategy_names
from funnelsim.scenario.files import preset_text
from funnelsim.scenario.lines import line_of, lines_of_keys
from funnelsim.scenario.paths import leaves, written

README_EXAMPLE = """
start = 2026-01-01
currency = "USD"
[horizon]
period_months = 12                        # warm_up and drain have defaults
[segments.default]
contract_value_per_year = { median = 92_000, p90 = 155_000 }
gross_margin = 0.45
[channels.seo]
kind = "seo"
inquiries_per_month = 25
cost_per_month = 4000
temperature = { hot = 0.15, warm = 0.40, future = 0.45 }
[teams.sales]
people = 3
hours_per_week = 28
cost_per_person_month = 9000
commission = 0.05
skill = { low = 0.7, likely = 1.0, high = 1.3 }   # odds ratio
assignment = "round_robin"
[stages.discovery]
team = "sales"
effort_hours = { median = 3, p90 = 7 }
customer_takes_days = { median = 7, p90 = 21 }
goes_cold_after_days = { median = 10, p90 = 40 }
conversion = 0.50
[goals.clients]
metric = "won"
at_least = 2
each = "average_month"
[strategies.one_more_rep]
about = "Hire a fourth rep"
change = { "teams.sales.people" = 4 }
"""

MINIMAL = """
start = 2026-03-01
segments.all.contract_value_per_year = 1000
channels.web = { kind = "seo", inquiries_per_month = 10 }
stages.talk.conversion = 0.5
"""


def with_stage(value: str, key: str = "customer_takes_days") -> str:
    return MINIMAL.replace(
        "stages.talk.conversion = 0.5", f"[stages.talk]\nconversion = 0.5\n{key} = {value}"
    )


def test_the_example_of_the_readme_loads() -> None:
    scenario = parse(README_EXAMPLE)
    assert scenario.start == date(2026, 1, 1)
    assert scenario.segments["default"].contract_value_per_year == Lognormal(92_000, 155_000)
    assert scenario.teams["sales"].skill == Pert(0.7, 1.0, 1.3)
    assert scenario.stages["discovery"].conversion == 0.5
    assert strategy_names(scenario) == ["today", "one_more_rep"]
    assert scenario.strategy("one_more_rep").teams["sales"].people == 4


def test_a_minimal_scenario_has_documented_defaults() -> None:
    scenario = parse(MINIMAL)
    channel = scenario.channels["web"]
    assert (channel.temperature.hot, channel.temperature.warm, channel.temperature.future) == (0, 1, 0)
    assert channel.fit == Constant(1.0)
    assert scenario.effects.temperature.warm == 1
    assert scenario.effects.theorist == 0.1
    assert scenario.horizon.period_months == 12


def test_every_key_has_a_description() -> None:
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    without = [
        f"{table['title']}.{key}"
        for table in tables
        for key, value in table.get("properties", {}).items()
        if not value.get("description")
    ]
    assert without == []
    json.dumps(schema)  # no distribution is left in a default


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", Constant(3.0)),
        ("{ median = 3, p90 = 7 }", Lognormal(3, 7)),
        ("{ median = 3, p90 = 3 }", Constant(3)),
        ("{ low = 1, likely = 2, high = 4 }", Pert(1, 2, 4)),
        ('{ scipy = "gamma", a = 2.0, scale = 3.0 }', Scipy("gamma", {"a": 2.0, "scale": 3.0})),
        ('{ scipy = "gamma", a = 2.0, times = 3.0 }', Scipy("gamma", {"a": 2.0}).scaled(3.0)),
        ('{ quantiles = { "0" = 1, "0.5" = 3, "1" = 20 } }', Quantiles((0, 0.5, 1), (1, 3, 20))),
        ("{ quantiles = { levels = [0, 0.5, 1], values = [1, 3, 20] } }", Quantiles((0, 0.5, 1), (1, 3, 20))),
    ],
)
def test_distributions_take_many_forms(text: str, expected: object) -> None:
    assert parse(with_stage(text)).stages["talk"].customer_takes_days == expected


def test_quantiles_are_sorted_by_level() -> None:
    scenario = parse(with_stage('{ quantiles = { "1" = 20, "0" = 1, "0.5" = 3 } }'))
    assert scenario.stages["talk"].customer_takes_days == Quantiles((0, 0.5, 1), (1, 3, 20))


def test_a_sample_lies_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("deal,days\n1,3\n2,5\n", encoding="utf-8")
    (tmp_path / "plain.csv").write_text("4\n6\n", encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(with_stage('{ sample = "days.csv", column = "days", times = 2 }'), encoding="utf-8")
    assert load(file).stages["talk"].customer_takes_days == Sample((6.0, 10.0))
    file.write_text(with_stage('{ sample = "plain.csv" }'), encoding="utf-8")
    scenario = load(str(file))
    assert scenario.stages["talk"].customer_takes_days == Sample((4.0, 6.0))
    changed = scenario.with_changes({"stages.talk.customer_takes_days *=": 3})
    assert changed.stages["talk"].customer_takes_days == Sample((12.0, 18.0))


@pytest.mark.parametrize("name", presets())
def test_presets_are_valid_with_all_their_strategies(name: str) -> None:
    scenario = load(name)
    for strategy in strategy_names(scenario):
        assert isinstance(scenario.strategy(strategy), Scenario)


def test_a_preset_says_where_its_values_come_from() -> None:
    rows = origins(load("first_steps"))
    assert {row.origin for row in rows} == {"assumed: round figures for a first look", "assumed: default"}
    by_path = {row.path: row for row in rows}
    assert by_path["stages.proposal.effort_hours"].value == {"median": 6, "p90": 14}
    assert by_path["effects.theorist"].origin == "assumed: default"
    assert by_path["teams.sales.people"].value == 2


def test_the_longest_pattern_tells_the_origin() -> None:
    text = MINIMAL + '[origins]\n"*" = "assumed: all"\n"channels.*" = "source: a book"\n'
    rows = {row.path: row.origin for row in origins(parse(text))}
    assert rows["channels.web.inquiries_per_month"] == "source: a book"
    assert rows["stages.talk.conversion"] == "assumed: all"
    assert {row.origin for row in origins(parse(MINIMAL))} == {"not stated", "assumed: default"}


def test_a_strategy_may_say_where_its_values_come_from() -> None:
    text = MINIMAL + (
        '[strategies.twice]\nchange = { "channels.web.inquiries_per_month" = 20 }\n'
        '[origins]\n"strategies.twice.*" = "measured: last year"\n"*" = "assumed: all"\n'
    )
    scenario = parse(text)
    twice = scenario.strategy("twice")
    assert twice.origins == scenario.origins
    again = twice.with_changes({"stages.talk.conversion": 0.25})
    assert (again.channels["web"].inquiries_per_month, again.stages["talk"].conversion) == (20, 0.25)


def test_every_leaf_has_an_origin_row() -> None:
    scenario = load("first_steps")
    rows = {row.path for row in origins(scenario)}
    missing = {written(path) for path, value in leaves(scenario) if value not in (None, (), {})} - rows
    assert {path.split(".")[0] for path in missing} <= {"about", "goals", "plan", "strategies", "origins"}


def test_lines_are_found_through_strings_lists_and_quotes() -> None:
    text = 'about = """\n[stages.not_here]\nx = 1\n"""\nlist = [\n  1, # ]\n  2,\n]\n'
    text += '["a b".c]\nd.e = { f = 1 }\n'
    lines = lines_of_keys(text)
    assert lines[("about",)] == 1
    assert lines[("list",)] == 5
    assert lines[("a b", "c")] == 9
    assert lines[("a b", "c", "d", "e")] == 10
    assert line_of(("a b", "c", "d", "e", "f"), lines) == 10
    assert line_of(("a b",), lines) == 9
    assert line_of(("stages",), lines) is None


def test_the_text_of_a_preset_can_be_copied(tmp_path: Path) -> None:
    copy = tmp_path / "mine.toml"
    copy.write_text(preset_text("first_steps"), encoding="utf-8")
    assert load(copy).document == load("first_steps").document


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINIMAL, encoding="utf-8-sig")
    assert load(file).start == date(2026, 3, 1)
