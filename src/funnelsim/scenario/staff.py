"""What a team's people go through: when they are absent, what they learn, and how they are trained."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from funnelsim.scenario.quantities import AboveZero, Duration, Holidays, NotNegative, Positive
from funnelsim.scenario.section import ONE, Section

ZERO: Any = 0.0  # as a file would write it
Day = date  # where a key is called `date`


class Learning(Section):
    """Skill that grows with leads worked: by `most` in the end, by half of that after `half` leads."""

    most: NotNegative = Field(
        description="What leads worked add to a rep's skill, an odds ratio, at most.", examples=[0.5]
    )
    half: Positive = Field(
        description="Leads worked after which they have added half of `most`.", examples=[100.0]
    )
    a_win_counts: int = Field(
        default=0, ge=0, le=10_000, description="A contract closed counts as so many more leads worked."
    )
    leads_worked: int = Field(
        default=0,
        ge=0,
        le=1_000_000_000,
        description="Leads that each of those on staff from the start has worked before the period.",
    )


class Absence(Section):
    """When a team's people are absent: by plan and by chance. Their leads wait, and they get no new ones."""

    dates: Holidays = Field(
        default=(), description="Days on which all are absent, and spans, as in a team's `holidays`."
    )
    days_off_per_year: float = Field(
        default=0.0,
        ge=0,
        le=300,
        description="Calendar days off a person and year, in blocks evenly spread, each at times of its own.",
    )
    days_off_at_once: float = Field(
        default=7.0, gt=0, le=300, description="Calendar days in a block of days off."
    )
    spells_per_year: float = Field(
        default=0.0,
        ge=0,
        le=300,
        description="Spells of absence by chance a person and year, such as illness.",
    )
    spell_days: Duration = Field(
        default=ONE, description="Calendar days that a spell lasts, from the midnight with which it begins."
    )


class Turnover(Section):
    """How long people without names of their own stay, and when somebody else comes into the seat."""

    tenure_months: AboveZero = Field(
        description="Months from joining to leaving. Who is there at first has what is left of a tenure.",
        examples=[24.0],
    )
    replacement_days: Duration = Field(
        default=ZERO, description="Days until the seat is filled; who comes joins at a midnight."
    )
    cost: NotNegative = Field(default=0.0, description="Cost of hiring whoever comes into a seat.")


class Training(Section):
    """A training of a team's people on a day: what it costs, and an effect that fades."""

    date: Day = Field(description="The day of the training.", examples=[date(2026, 1, 5)])
    hours: float = Field(
        default=0.0, ge=0, le=2000, description="Working hours that it takes each, from that day on."
    )
    cost: NotNegative = Field(default=0.0, description="Cost per person trained.")
    odds_ratio: Positive = Field(
        default=1.0, description="Factor on the skill of those trained, at first. Default: none."
    )
    half_life_days: Positive = Field(
        default=180.0, description="Days in which the logarithm of the factor falls to half. Assumed."
    )
