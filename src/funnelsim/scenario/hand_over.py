"""What a scenario file may say about the hand-over: how many a team takes on, and who waits before it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from funnelsim.scenario.quantities import Duration, NotNegative
from funnelsim.scenario.section import Section

MOST_PER_REP = 1_000_000


class HandOver(Section):
    """How many leads a stage hands over to its team; the others are held before it."""

    per_rep: Annotated[float, Field(gt=0, le=MOST_PER_REP)] = Field(
        description="Leads handed over and not yet done with, for each rep on staff; "
        "a team's limit is rounded down.",
        examples=[8.0],
    )
    patience_days: Duration | None = Field(
        default=None, description="Days after which a lead that is held goes cold. Default: waits for ever."
    )
    order: Literal["fifo", "lifo", "hottest", "oldest_inquiry"] = Field(
        default="fifo", description="In which order those held are handed over."
    )
    cost_per_lead: NotNegative = Field(
        default=0.0, description="What marketing pays to hold a lead, booked as it begins to wait."
    )
