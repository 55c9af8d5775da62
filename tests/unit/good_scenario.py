"""A small good scenario, and what is wrong with it after an edit."""

from __future__ import annotations

import pytest

from funnelsim.scenario import Problem, ScenarioError, parse

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
