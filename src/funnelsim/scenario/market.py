"""What a scenario file may say about the size of a segment's market."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from funnelsim.scenario.quantities import Duration
from funnelsim.scenario.section import Section

LARGEST_MARKET = 1e9


class Market(Section):
    """The companies of a segment: who asks takes one of them from the market."""

    companies: Annotated[float, Field(ge=1, le=LARGEST_MARKET)] = Field(
        description="Companies in all, customers included; rounded to a whole number.", examples=[1000.0]
    )
    customers: Annotated[float, Field(ge=0, le=LARGEST_MARKET)] = Field(
        default=0.0,
        description="Companies that are customers as the period begins; rounded to a whole number.",
    )
    cooling_off_days: Duration | None = Field(
        default=None,
        description="Days after a lost lead until its company can ask again. Default: it never does.",
    )
