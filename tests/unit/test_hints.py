"""Messages that say what was probably meant: frequent words, percentages, part-timers, other spellings."""

from __future__ import annotations

import tomllib

import pytest

import funnelsim as fs
from funnelsim.scenario import ScenarioError, parse, preset_text
from funnelsim.scenario.channels import KINDS
from funnelsim.scenario.paths import kind_at
from funnelsim.scenario.schema import GOAL_METRICS
from funnelsim.scenario.synonyms import _MEANT, meant

FIRST = preset_text("first_steps")


def told(text: str) -> list[str]:
    """Return the sentences about a text."""
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    return [problem.sentence() for problem in caught.value.problems]


def first_steps_with(table: str, line: str) -> str:
    """Write a line below a header of the smallest preset, in place of the same key there."""
    kept = (FIRST if f"[{table}]" in FIRST else f"{FIRST}\n[{table}]").splitlines()
    at = kept.index(f"[{table}]") + 1
    end = next((at + number for number, row in enumerate(kept[at:]) if row.startswith("[")), len(kept))
    own = [row for row in kept[at:end] if not row.startswith(line.partition("=")[0])]
    return "\n".join([*kept[:at], line, *own, *kept[end:]])


@pytest.mark.parametrize(
    ("table", "line", "right"),
    [
        ("teams.sales", "salary = 4500", "cost_per_person_month"),
        ("teams.sales", "cost = 4500", "cost_per_person_month"),
        ("stages.first_call", "hours = 0.5", "effort_hours"),
        ("stages.first_call", "cost = 5", "cost_per_visit"),
        ("channels.website", "cost = 4000", "cost_per_month"),
        ("channels.website", "months = [2, 9]", "monthly_profile"),
        ("channels.website", 'kind = "recommendation"', "referral"),
        ("channels.website", 'kind = "trade_fair"', "sales_promotion"),
        ("goals.clients", 'metric = "contracts"', "won"),
    ],
)
def test_frequent_words_are_understood(table: str, line: str, right: str) -> None:
    sentences = told(first_steps_with(table, line))
    assert any(each.endswith(f'did you mean "{right}"?') for each in sentences), sentences


def test_what_is_meant_exists() -> None:
    sections = ["segments.x", "teams.x", "channels.x", "stages.x", "goals.x", "horizon", "strategies.x"]
    keys = {key for path in sections for key in kind_at(tuple(path.split("."))).model_fields}
    for word, names in _MEANT.items():
        for name in names.split():
            assert name in {*keys, *KINDS, *GOAL_METRICS}, word
            assert meant(word.upper(), [name]) == name
    assert meant("salary", ["people"]) is None


def test_a_kind_of_ones_own_is_offered() -> None:
    known = "seo, advertising, personal_selling, direct_marketing, sales_promotion, pr, referral"
    (unlike,) = told(FIRST.replace('kind = "seo"', 'kind = "zeppelin"'))
    assert f"expected {known}, reactivation, outsourced, or [kinds.zeppelin], which makes a kind" in unlike
    (fair,) = told(FIRST.replace('kind = "seo"', 'kind = "fair"'))
    assert fair.endswith(
        'expected [kinds.fair], which makes a kind of your own; did you mean "sales_promotion"?'
    )


@pytest.mark.parametrize(
    ("table", "line", "right"),
    [
        ("stages.first_call", "conversion = 70", "a share of at most 1, such as 0.7"),
        ("segments.default", "gross_margin = 30", "a share of at most 1, such as 0.3"),
        ("channels.website", "segments = { default = 95 }", "a share of at most 1, such as 0.95"),
        ("teams.sales", "commission = 5", "a share of at most 1, such as 0.05"),
        ("stages.first_call", "conversion = 1.2", "at most 1"),  # too much, and no percentage
        ("effects.temperature", "warm = 2", "at most 1"),  # 1 by definition
        ("teams.sales", "people = 2.5", "teams.sales.reps.NAME.hours_per_week"),
        ("teams.sales", 'holidays = ["1.4.2027"]', "2027-04-01, without quotes"),
    ],
)
def test_values_that_are_meant_otherwise(table: str, line: str, right: str) -> None:
    (sentence, *_) = told(first_steps_with(table, line))
    assert sentence.endswith(right), sentence


def test_half_a_person_more_is_a_named_one() -> None:
    with pytest.raises(ScenarioError, match=r"has a name: teams\.sales\.reps\.NAME\.hours_per_week"):
        fs.load("first_steps").with_changes({"teams.sales.people +=": 0.5})


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("website.cost_per_month *=", "channels.website.cost_per_month"),
        ("sales.people", "teams.sales.people"),
        ("first_call.conversion *=", "stages.first_call.conversion"),
    ],
)
def test_a_path_without_its_first_part_is_completed(key: str, right: str) -> None:
    with pytest.raises(ScenarioError, match=rf'did you mean "{right}"\?'):
        fs.load("first_steps").with_changes({key: 2})


def test_many_choices_are_not_all_listed() -> None:
    (sentence, *_) = told(f'{FIRST}\n[goals.odd]\nmetric = "zzz"\nat_least = 1\n')
    assert sentence.count(",") < 12
    assert "docs/model.md has all" in sentence


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("start = 2026-4-1", "2026-04-01"),
        ("start = 31/1/2026", "2026-01-31"),
        ("start = 4/1/2026", "a date such as 2026-01-31"),  # April or January
        ("holidays = [1.1.2027, 2027-05-01]", "2027-01-01"),
        ("holidays = [2027-05-01, 24.12.2027]", "2027-12-24"),
        ("currency = \u201cEUR\u201d", 'straight ones: "'),
        ("currency = \u201eEUR\u201c", 'straight ones: "'),
        ("[segments.home owners]", '[segments."home owners"]'),
        ("[segments.H\u00e4user]", '[segments."H\u00e4user"]'),
        ("[[changes x]]", '[["changes x"]]'),
        ("H\u00e4user = 0.5", '"H\u00e4user"'),
        ("segments = { new = 0.5, H\u00e4user = 0.5 }", '"H\u00e4user"'),
        ("cost per month = 4", '"cost per month", or cost_per_month'),
        ("teams.sales.people += 1", '"teams.sales.people +=" = ...'),
        ("change = { teams.sales.people *= 2 }", '"teams.sales.people *=" = ...'),
    ],
)
def test_what_is_not_toml_is_answered_with_the_right_spelling(line: str, right: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(line)
    (sentence,) = told(f"a = 1\n{line}\nb = 2\n")
    assert sentence.startswith("line 2: ")
    assert sentence.endswith(f"; expected {right}")


def test_all_spellings_are_told_at_once() -> None:
    text = 'start = 1.4.2026\n[segments.home owners]\nkind = \u201cseo\u201d\nabout = "Petra\u2019s"\n'
    assert [each.split(":")[0] for each in told(text)] == ["line 1", "line 2", "line 3"]


@pytest.mark.parametrize("mark", ['"""', "'''"])
def test_texts_of_several_lines_are_not_read_as_values(mark: str) -> None:
    text = (
        f"start = 1.4.2026\nabout = {mark}We say\n\u201cfine\u201d from 1.5.2026 on\n{mark}\nend = 1.5.2026\n"
    )
    assert [each.split(":")[0] for each in told(text)] == ["line 1", "line 5"]


def test_what_has_no_plain_meaning_stays_with_the_parser() -> None:
    (sentence,) = told("a = 1\nb = [1, 2\n")
    assert "this is not TOML" in sentence
