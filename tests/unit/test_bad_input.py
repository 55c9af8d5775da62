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

from funnelsim.randomness import hash24
from funnelsim.scenario import Problem, ScenarioError, from_document, load, lower, outlook, parse, preset_text
from funnelsim.scenario.files import LARGEST_FILE, parse_toml

GOOD = """
start = 2026-01-01
[segments.small]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 10
[teams.sales]
people = 2
[stages.talk]
team = "sales"
effort_hours = 1
conversion = 0.5
[stages.offer]
team = "sales"
effort_hours = 2
conversion = 0.5
"""


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "mine.toml")
    assert str(caught.value).startswith("mine.toml")
    return caught.value.problems


def edited(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def after(line: str, *lines: str) -> str:
    return edited(line, "\n".join((line, *lines)))


def line_number(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


ONE_MISTAKE = [
    # (text, path, words of the sentence, part of the line where it stands)
    (edited("people", "peple"), "teams.sales.peple", 'did you mean "people"', "peple"),
    (edited("[channels.web]", "[chanels.web]"), "chanels", 'did you mean "channels"', "[chanels"),
    (edited("people = 2", "people = 2.5"), "teams.sales.people", "a whole number", "people"),
    (edited("people = 2", 'people = "2"'), "teams.sales.people", 'is "2"', "people"),
    (edited("people = 2", "people = true"), "teams.sales.people", "is true", "people"),
    (edited("people = 2", "people = 0"), "teams.sales.people", "nobody", "people"),
    (edited("people = 2", ""), "teams.sales.people", "nobody", "[teams.sales]"),
    (edited("people = 2", "people = 10_001"), "teams.sales.people", "at most 10000", "people"),
    (
        after("people = 2", "hours_per_week = 0"),
        "teams.sales.hours_per_week",
        "more than 0",
        "hours_per_week",
    ),
    (after("people = 2", "hours = {}"), "teams.sales.hours", "never open", "hours"),
    (after("people = 2", 'hours.monday = ["9-17"]'), "teams.sales.hours.monday", "time of day", "hours"),
    (
        after("people = 2", 'hours.monday = ["17:00-09:00"]'),
        "teams.sales.hours.monday",
        "after the begin",
        "hours",
    ),
    (
        after("people = 2", 'hours.monday = ["09:00-12:00", "11:00-13:00"]'),
        "teams.sales.hours.monday",
        "overlap",
        "hours",
    ),
    (
        after("people = 2", "hours_per_week = 30", 'hours.monday = ["09:00-12:00"]'),
        "teams.sales.hours",
        "beside hours_per_week",
        "hours.monday",
    ),
    (
        after("people = 2", "reps.dora = { hired = 2026-03-01, leaves = 2026-02-01 }"),
        "teams.sales.reps.dora.leaves",
        "a later date",
        "dora",
    ),
    (after("people = 2", 'reps."sales 1" = {}'), "teams.sales.reps.sales 1", "another rep", "reps"),
    (after("people = 2", 'holidays = ["2026-01-01"]'), "teams.sales.holidays", "without quotes", "holidays"),
    (
        after("people = 2", 'assignment = "round robin"'),
        "teams.sales.assignment",
        '"round_robin"',
        "assignment",
    ),
    (
        after("people = 2", "speed = { low = 0, likely = 1, high = 2 }"),
        "teams.sales.speed",
        "above 0",
        "speed",
    ),
    (
        edited("effort_hours = 1", "effort_hours = -1"),
        "stages.talk.effort_hours",
        "negative",
        "effort_hours = -1",
    ),
    (
        edited("effort_hours = 1", "effort_hours = nan"),
        "stages.talk.effort_hours",
        "finite",
        "effort_hours = nan",
    ),
    (
        edited("effort_hours = 1", "effort_hours = inf"),
        "stages.talk.effort_hours",
        "finite",
        "effort_hours = inf",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gama", a = 1 }'),
        "stages.talk.effort_hours.scipy",
        'did you mean "gamma"',
        "gama",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gamma", alpha = 1 }'),
        "stages.talk.effort_hours.alpha",
        "not a parameter",
        "alpha",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gamma" }'),
        "stages.talk.effort_hours",
        "without a",
        "ga",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gamma", a = -1 }'),
        "stages.talk.effort_hours",
        "does not exist",
        "gamma",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "norm" }'),
        "stages.talk.effort_hours",
        "below 0",
        "norm",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {median = 3}"),
        "stages.talk.effort_hours",
        "without p90",
        "median",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {median = 3, p90 = 2}"),
        "stages.talk.effort_hours",
        "median <= p90",
        "median",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {low = 3, likely = 2, high = 4}"),
        "stages.talk.effort_hours",
        "low <= likely",
        "likely",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {mean = 3}"),
        "stages.talk.effort_hours",
        'did you mean "median"',
        "mean",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = {quantiles = {"0.1" = 1, "1" = 2}}'),
        "stages.talk.effort_hours.quantiles",
        "from 0 to 1",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = {quantiles = {"0" = 3, "1" = 2}}'),
        "stages.talk.effort_hours.quantiles",
        "do not fall",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = {quantiles = {"low" = 3, "1" = 2}}'),
        "stages.talk.effort_hours.quantiles",
        "levels between 0 and 1",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {quantiles = {levels = [0, 1], values = [1]}}"),
        "stages.talk.effort_hours.quantiles",
        "as many levels as values",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { sample = "nowhere.csv" }'),
        "stages.talk.effort_hours.sample",
        "nowhere.csv",
        "sample",
    ),
    (
        edited("effort_hours = 1", "effort_hours = [1, 2]"),
        "stages.talk.effort_hours",
        "{ median, p90 }",
        "[1, 2]",
    ),
    (edited("conversion = 0.5", "conversion = 1.2"), "stages.talk.conversion", "at most 1", "1.2"),
    (edited("conversion = 0.5", ""), "stages.talk.conversion", "is missing", "[stages.talk]"),
    (edited('team = "sales"', 'team = "sale"'), "stages.talk.team", 'did you mean "sales"', '"sale"'),
    (edited('team = "sales"', ""), "stages.talk.effort_hours", "no team", "effort_hours = 1"),
    (after("[stages.talk]", 'next = "ofer"'), "stages.talk.next", 'did you mean "offer"', "ofer"),
    (after("[stages.talk]", "next = { offer = 0 }"), "stages.talk.next", "all 0", "next"),
    (after("[stages.talk]", "next = { offer = -1 }"), "stages.talk.next.offer", "at least 0", "next"),
    (after("[stages.talk]", "back_to = { offer = 0.5 }"), "stages.talk.back_to", "one before it", "back_to"),
    (
        after("[stages.offer]", "back_to = { talk = 0.6, offer = 0.6 }"),
        "stages.offer.back_to",
        "sums to 1.2",
        "bac",
    ),
    (
        after("[stages.talk]", "lost_reasons = { price = 0.6 }"),
        "stages.talk.lost_reasons",
        "sums to 0.6",
        "lost",
    ),
    (
        after("[stages.talk]", 'lost_reasons = { "gone cold" = 1 }'),
        "stages.talk.lost_reasons",
        "gone cold",
        "lost",
    ),
    (after("[stages.talk]", 'next = "won"'), "stages.offer", "reached by no path", "[stages.offer]"),
    (
        edited("conversion = 0.5\n[stages.offer]", "conversion = 0\nback_to = { talk = 1 }\n[stages.offer]"),
        "stages.talk",
        "loops for ever",
        "[stages.talk]",
    ),
    (
        edited("effort_hours = 2\nconversion = 0.5", 'effort_hours = 2\nconversion = 1\nnext = "offer"'),
        "stages.offer",
        "loops for ever",
        "[stages.offer]",
    ),
    (edited("[stages.offer]", "[stages.won]"), "stages.won", "meaning of its own", "[stages.won]"),
    (
        edited("[stages.offer]", 'makes = "lead"\n[stages.offer]\nmakes = "lead"'),
        "stages.offer.makes",
        "one stage",
        None,
    ),
    (
        edited("inquiries_per_month = 10", "inquiries_per_month = -1"),
        "channels.web.inquiries_per_month",
        "0",
        "inq",
    ),
    (
        edited("inquiries_per_month = 10", "inquiries_per_month = 9e8"),
        "channels.web.inquiries_per_month",
        "fewer than",
        "inq",
    ),
    (
        after("inquiries_per_month = 10", "growth_per_year = -1"),
        "channels.web.growth_per_year",
        "than -1",
        "gro",
    ),
    (edited('kind = "seo"', 'kind = "pre"'), "channels.web.kind", 'did you mean "pr"', "kind"),
    (after('kind = "seo"', "temperature = { hot = 0.5 }"), "channels.web.temperature", "sums to 0.5", "temp"),
    (
        after('kind = "seo"', "monthly_profile = [1, 2]"),
        "channels.web.monthly_profile",
        "at least 12",
        "monthly",
    ),
    (
        after('kind = "seo"', f"weekday_profile = {[0] * 7}"),
        "channels.web.weekday_profile",
        "0 everywhere",
        "week",
    ),
    (
        after('kind = "seo"', 'arrives_between = ["18:00", "09:00"]'),
        "channels.web.arrives_between",
        "after",
        "arr",
    ),
    (
        after('kind = "seo"', 'arrives_between = ["25:00", "26:00"]'),
        "channels.web.arrives_between",
        "25:00",
        "arr",
    ),
    (
        after('kind = "seo"', 'first_stage = "tolk"'),
        "channels.web.first_stage",
        'did you mean "talk"',
        "tolk",
    ),
    (
        after('kind = "seo"', "segments = { smal = 1 }"),
        "channels.web.segments",
        'did you mean "small"',
        "smal ",
    ),
    (
        after('kind = "seo"', "segments = { small = 0.9 }"),
        "channels.web.segments",
        "sums to 0.9",
        "segments =",
    ),
    (
        after("contract_value_per_year = 1000", "[segments.big]", "contract_value_per_year = 9000"),
        "channels.web.segments",
        "is missing",
        "[channels.web]",
    ),
    (edited("contract_value_per_year = 1000", "contract_value_per_year = 0"), None, "above 0", "= 0"),
    (edited("[segments.small]\ncontract_value_per_year = 1000", ""), "segments", "segments is missing", None),
    (
        edited("[segments.small]\ncontract_value_per_year = 1000", "segments = {}"),
        "segments",
        "is empty",
        "segm",
    ),
    (
        edited("[segments.small]\ncontract_value_per_year = 1000", "segments.a = 3"),
        "segments.a",
        "a table",
        "segm",
    ),
    (
        edited("[segments.small]\ncontract_value_per_year = 1000", "segments = 3"),
        "segments",
        "a table",
        "segm",
    ),
    (edited("start = 2026-01-01", 'start = "2026-01-01"'), "start", "without quotes", "start"),
    (edited("start = 2026-01-01", "start = 1066-10-14"), "start", "from 1900", "start"),
    (edited("start = 2026-01-01", ""), "start", "is missing", None),
    (
        after("start = 2026-01-01", "horizon.period_months = 241"),
        "horizon.period_months",
        "at most 240",
        "horizon",
    ),
    (
        after("start = 2026-01-01", "horizon = { period_months = 200, drain_months = 41 }"),
        "horizon",
        "241 months",
        "horizon",
    ),
    (after("start = 2026-01-01", "effects.wait.hours = [3, 1, 2]"), "effects.wait.hours", "rise", "effects"),
    (after("start = 2026-01-01", "effects.wait.hours = [3]"), "effects.wait", "as many", "effects"),
    (
        after("start = 2026-01-01", "effects.temperature.warm = 2"),
        "effects.temperature.warm",
        "at most 1",
        "effects",
    ),
    (
        after("[stages.talk]", "effects.wait = { hours = [2, 1], odds_ratio = [1, 1] }"),
        None,
        "rise",
        "effects",
    ),
    (GOOD + "[goals.a]\nmetric = 'won'\n", "goals.a", "no bound", "goals"),
    (GOOD + "[goals.a]\nmetric = 'won'\nat_least = 1\nat_most = 2\n", "goals.a", "two bounds", "goals"),
    (GOOD + "[goals.a]\nmetric = 'wonn'\nat_least = 1\n", "goals.a.metric", 'did you mean "won"', "metric"),
    (GOOD + '[strategies.s]\nchange = { "teams.sale.people" = 1 }', None, '"teams.sales.people"', "change"),
    (GOOD + '[strategies.s]\nchange = { "teams.sales.people" = 0 }', "strategies.s", "nobody", "strategies"),
    (GOOD + "[strategies.s]\nchange = { teams.sales.people = 1 }", None, "is a whole table", "change"),
    (
        GOOD + '[strategies.today]\nchange = { "teams.sales.people" = 1 }',
        None,
        "unchanged scenario",
        "change",
    ),
    (GOOD + '[origins]\n"teams.sale.people" = "assumed: x"', None, "matches no value", "assumed"),
    (GOOD + '[origins]\n"teams.*" = "I made it up"', None, "begins with source:", "made"),
    (
        after("inquiries_per_month = 10", "[teams.other]", "people = 9_999"),
        "teams",
        "at most 10,000 in all",
        None,
    ),
    (after("[stages.talk]", "customer_takes_days = { sample = 'x.csv', times = 0 }"), None, "x.csv", "times"),
    (
        after("[stages.talk]", "customer_takes_days = { scipy = 'expon', times = 0 }"),
        None,
        "factor above 0",
        "times",
    ),
    (after("[stages.talk]", "next = 3"), "stages.talk.next", "the name of a stage", "next"),
    (edited("[stages.talk]", '[stages." talk"]'), None, "is not a name", '" talk"'),
    (edited("[stages.talk]", '[stages."a.b"]'), None, "is not a name", '"a.b"'),
]


@pytest.mark.parametrize(("text", "path", "words", "place"), ONE_MISTAKE)
def test_one_mistake_is_one_problem(text: str, path: str | None, words: str, place: str | None) -> None:
    problems = problems_of(text)
    told = [problem.sentence() for problem in problems]
    assert len(problems) == 1, told
    assert words in told[0]
    assert path is None or problems[0].path == path
    if place is not None:
        assert problems[0].line == line_number(text, place)


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
    assert "is a folder" in told_of(tmp_path)
    for content, words in [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"a\0b", "is binary"),
        (b"a = 1\nb = '\xff'", "line 2: the file is not UTF-8 text"),
        (b"#" * (LARGEST_FILE + 1), "is huge"),
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
    assert "is not a file" in told_of(tmp_path / "pipe.toml")
    assert "is not a file" in told_of(Path("/dev/zero"))
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
        (b"\xff\n", "cannot be read"),
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
        lower(scenario)
        outlook(scenario)
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


def test_the_good_one_is_good() -> None:
    lower(parse(GOOD))


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
