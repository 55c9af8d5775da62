"""What a scenario file may say about who is worth a rep's hour: traits, checks, rejection, management."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from funnelsim.scenario.quantities import Duration, NotNegative, Positive, Share
from funnelsim.scenario.section import Section

NO_TIME: Any = 0.0
MOST_TRAITS = 32


class Management(Section):
    """How far management looks into what becomes of leads."""

    control: Share = Field(
        default=0.0,
        description="How far management asks for the reason of every rejection: 0 not at all, 1 always.",
    )
    honest_reports: Share = Field(
        default=1.0,
        description="Share of rejections, failed checks and wins that marketing is told of without any "
        "control; with `control = 1` it is told of all.",
    )


class Trait(Section):
    """What a company has or lacks, such as a budget."""

    share: Share | None = Field(
        default=None, description="Share of companies that have it, where their channel says nothing."
    )
    missing: NotNegative = Field(default=1.0, description="Odds ratio, in every stage, of those who lack it.")
    present: NotNegative = Field(
        default=1.0, description="Odds ratio, in every stage, of those who have it; they are the reference."
    )


class Check(Section):
    """A question that a stage asks about each lead: good answers are counted."""

    trait: str | None = Field(default=None, description="The trait that it asks about. This or `theorist`.")
    theorist: bool = Field(
        default=False, description="Whether it asks if the lead means to buy: theorists do not."
    )
    effort_hours: Duration = Field(
        default=NO_TIME, description="Working hours that it takes, on top of the stage's own."
    )
    sensitivity: Share = Field(
        default=1.0,
        description="Chance of a good answer where the company has the trait, or the lead is no theorist.",
    )
    specificity: Share = Field(
        default=1.0,
        description="Chance of a bad answer where the company lacks the trait, or the lead is a theorist.",
    )


_Count = Annotated[int, Field(ge=0, le=1_000_000)]


class OpenLeads(Section):
    """What a rep's open leads do: linear between the points, flat outside."""

    open: tuple[_Count, ...] = Field(
        min_length=1,
        max_length=100,
        description="Open leads of the rep besides the one at hand, rising.",
        examples=[(0,)],
    )
    odds_ratio: tuple[Positive, ...] = Field(
        min_length=1, max_length=100, description="Odds ratio at each of `open`.", examples=[(1.0,)]
    )


class Rejection(Section):
    """How sales rejects leads as junk, at first contact in a stage."""

    probability: Share = Field(
        description="Probability that an average rep rejects a lead that lacks nothing, and is no theorist.",
        examples=[0.0],
    )
    effort_share: Share = Field(
        default=1.0, description="Share of the visit's effort that it takes until a lead is rejected."
    )
    needs: tuple[str, ...] = Field(
        default=(),
        max_length=MOST_TRAITS,
        description="Traits that a lead must have: without one of them, or as a theorist, it is truly junk.",
    )
    missing: dict[str, NotNegative] = Field(
        default={}, description="Odds ratios of rejection for leads that lack a trait, by its name."
    )
    theorist: NotNegative = Field(default=1.0, description="Odds ratio of rejection for a theorist.")
    skill_exponent: Annotated[float, Field(ge=-10, le=10)] = Field(
        default=0.0,
        description="Odds of rejection are multiplied by the rep's skill raised to it; below 0, the skilled "
        "reject less.",
    )
    control: Positive = Field(
        default=1.0,
        description="Odds ratio of rejection at full control: odds x this ^ `management.control`.",
    )
    open_leads: OpenLeads | None = Field(
        default=None, description="Odds ratio of rejection by the rep's open leads. Default: 1."
    )
