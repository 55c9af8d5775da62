"""Bad input is told in words, all of it at once, and never ends in a traceback."""

from __future__ import annotations

import copy
import os
import random
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from funnelsim.chance.keys import hash24
from funnelsim.scenario import Months, ScenarioError, from_document, load, lower, parse, preset_text
from funnelsim.scenario.files import LARGEST_FILE, parse_toml

from .good_scenario import GOOD, edited, problems_of


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """
    start = 2026-01-01
    [segment.small]
    contract_value_per_year = { median = 3, p99 = 4 }
    gross_margin = 1.5
    [channels.web]
    kind = "seo"
    inquiries_per_month = nan
    temperature = { hot = 0.5, warm = 0.6 }
    [teams.sales]
    people = 0
    assignment = "robin"
    [stages.talk]
    team = "sale"
    customer_takes_days = -4
    conversion = 1.2
    next = "ofer"
    [stages.offer]
    conversion = 0.5
    back_to = { talk = 2 }
    [strategies.more]
    change = { "teams.sales.peple" = 3 }
    [strategies.worse]
    change = { "channels.web.cost_per_month" = -3 }
    """
    paths = [problem.path for problem in problems_of(text)]
    assert paths == [
        "segment",
        "segment.small.contract_value_per_year.p99",
        "segment.small.gross_margin",
        "channels.web.inquiries_per_month",
        "channels.web.temperature",
        "teams.sales.people",
        "teams.sales.assignment",
        "stages.talk.team",
        "stages.talk.customer_takes_days",
        "stages.talk.conversion",
        "stages.talk.next",
        "stages.offer.back_to.talk",
        'strategies.more.change."teams.sales.peple"',
        "strategies.worse",
    ]


def test_mistakes_of_a_strategy_are_told_with_its_name() -> None:
    text = (
        GOOD
        + """
[strategies.bold]
change = { "stages.talk.conversion *=" = 3, "stages.offer.team" = "nobody" }
"""
    )
    told = [problem.sentence() for problem in problems_of(text)]
    assert told == [
        "line 19: strategies.bold makes a scenario in which stages.talk.conversion is 1.5; "
        "expected at most 1",
        'line 19: strategies.bold makes a scenario in which stages.offer.team names "nobody"; '
        "expected a team: sales",
    ]


def collide(*names: str) -> str:
    return GOOD + "\n".join(f'[channels."{name}"]\nkind = "pr"\ninquiries_per_month = 1' for name in names)


def test_names_that_share_a_key_are_refused() -> None:
    """Among 2^13 names, two share a hash of 24 bits with near certainty (the birthday problem)."""
    seen: dict[int, str] = {}
    for number in range(1 << 16):
        name = f"channel {number}"
        other = seen.setdefault(hash24(name), name)
        if other != name:
            break
    assert "by chance" in problems_of(collide(name, other))[0].sentence()
    parse(collide(name))


# ---- files ------------------------------------------------------------------------------------


def told_of(file: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(file)
    return str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert "does not exist" in told_of(file)
    assert told_of(tmp_path).endswith(": the file is a folder; expected a scenario file")
    for content, words in [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"a\0b", "is binary"),
        (b"a = 1\nb = '\xff'", "line 2: the file is not UTF-8 text"),
        (b"#" * (LARGEST_FILE + 1), "has more than 1,048,576 bytes"),
        (b"a = 1\nb = ", "line 2: this is not TOML (column 5)"),
        (b"a = 1\na = 2", "this is not TOML"),
        (b"a = " + b"[" * 100_000, "nests too deeply"),
        (b"[" + b".".join([b"a"] * 1000) + b"]", "nests too deeply"),
        (b"a = " + b"9" * 10_000, "cannot be read"),
        (b"a = 2026-02-30", "mine.toml"),
        (b"\x1b[2J = 1", "this is not TOML"),
    ]:
        file.write_bytes(content)
        assert words in told_of(file)
        assert "\x1b" not in told_of(file)


def test_devices_pipes_and_odd_names_are_no_scenarios(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "the file is not a regular file" in told_of(tmp_path / "pipe.toml")
    assert "the file is not a regular file" in told_of(Path("/dev/zero"))
    assert "cannot be read" in told_of(Path("a" * 5000))
    with pytest.raises(ScenarioError, match="cannot be read"):
        load("a\0b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")
    file.chmod(0)
    assert "cannot be read (Permission denied)" in told_of(file)


def test_a_misspelt_preset_is_told() -> None:
    with pytest.raises(ScenarioError, match=r'did you mean "first_steps"\?'):
        load("first_step")
    with pytest.raises(ScenarioError, match="is not a preset"):
        preset_text("../first_steps")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no values"),
        (b"days\n", "no values"),
        (b"1\ntwo\n", "two"),
        (b"1\nnan\n", "nan"),
        (b"1\n-inf\n", "-inf"),
        (b"1\n-2\n", "below 0"),
        (b"\xff\n", "is not UTF-8 text"),
    ],
)
def test_samples_that_cannot_be_used(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "sample.csv").write_bytes(content)
    file = tmp_path / "mine.toml"
    file.write_text(edited("effort_hours = 1", 'effort_hours = { sample = "sample.csv" }'), encoding="utf-8")
    assert words in told_of(file)


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "sample.csv").write_text("hours,days\n1,2\n", encoding="utf-8")
    file = tmp_path / "mine.toml"
    sample = '{ sample = "sample.csv", column = "hour" }'
    file.write_text(edited("effort_hours = 1", f"effort_hours = {sample}"), encoding="utf-8")
    assert 'did you mean "hours"' in told_of(file)


# ---- never a traceback ------------------------------------------------------------------------

ODD_NUMBERS = (-1, 0, 1, 2, 0.5, 1.5, 1e300, -1e300, 10**400, float("nan"), float("inf"), True)
ODD_TEXTS = ("", "x", "today", "won", "\x1b[2J", date(2026, 1, 1), date(1, 1, 1), date(9999, 12, 31))
ODD_TABLES = ({}, {"x": 1}, {"median": 1}, {"scipy": "gamma"}, {"scipy": 3}, {"scipy": "norm", "loc": "x"})
ODD_FILES = ({"sample": 3}, {"sample": "/etc"}, {"sample": "a\0b"})
ODD_LEVELS = ({"quantiles": 3}, {"quantiles": {}}, {"quantiles": {"levels": 1, "values": 2}}, {"levels": [0]})
ODD_VALUES = (*ODD_NUMBERS, *ODD_TEXTS, *ODD_TABLES, *ODD_FILES, *ODD_LEVELS, [], [1], [[]])


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all tables, lists and values of a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += spots(item, (*path, key))
    return found


def damaged(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Change, remove or rename something in a document."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 5))):
        path = chance.choice(spots(document))
        table: Any = document
        for part in path[:-1]:
            table = table[part]
        deed = chance.random()
        if deed < 0.6:
            table[path[-1]] = copy.deepcopy(chance.choice(ODD_VALUES))
        elif deed < 0.8 or not isinstance(table, dict):
            del table[path[-1]]
        else:
            table[chance.choice(("x", "people", "a.b", str(path[-1])[:-1]))] = table.pop(path[-1])
        if not document:
            return document
    return document


def outcome_of(document: dict[str, Any]) -> str:
    try:
        scenario = from_document(document)
    except ScenarioError as error:
        told = str(error)
    else:
        lower(scenario.with_months(Months(1, scenario.horizon.period_months, 1)))
        return "works"
    assert all(line.isprintable() for line in told.split("\n"))
    return "told"


def test_damaged_scenarios_are_told_or_work() -> None:
    """Whatever passes the checks can be lowered; whatever does not is told in words."""
    document = parse_toml(preset_text("first_steps"), "")
    outcomes = {"works": 0, "told": 0}
    for seed in range(500):
        tried = damaged(document, random.Random(seed))
        outcomes[outcome_of(tried)] += 1
    assert min(outcomes.values()) > 20  # the test met both


def test_a_file_of_nothing_but_mistakes_is_told_quickly() -> None:
    text = GOOD + "\n".join(f"x{number} = {number}" for number in range(30_000))
    began = time.perf_counter()
    problems = problems_of(text)
    assert len(problems) >= 30_000
    assert time.perf_counter() - began < 20


def test_leads_without_any_chance_must_have_a_way_out() -> None:
    """A theorist whose odds are 0 would go round for ever where all who fail go back."""
    loop = edited(
        "conversion = 0.5\n[stages.offer]", "conversion = 0.5\nback_to = { talk = 1 }\n[stages.offer]"
    )
    parse(loop)
    problems = problems_of(loop.replace("start = 2026-01-01", "start = 2026-01-01\neffects.theorist = 0"))
    assert [problem.sentence() for problem in problems] == [
        'line 11: stages.talk loops for ever; expected a way to "won", or some who are lost'
    ]


def test_a_certain_conversion_leads_even_hopeless_leads_out() -> None:
    text = preset_text("first_steps").replace("conversion = 0.35", "conversion = 1.0")
    changes = {"channels.website.theorist_share": 0.5, "effects.theorist": 0.0}
    parse(text).with_changes(changes)
