"""What a scenario file may say about attempts to reach the buyer, before a stage's work."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from funnelsim.scenario.quantities import Duration, Share
from funnelsim.scenario.section import Section

MOST_ATTEMPTS = 255  # what the bits of a key can tell apart
NOT_REACHED_NAME = "not reached"
ZERO: Any = 0.0  # as a file would write it


class Attempts(Section):
    """How often a rep tries to reach the buyer; the stage's effort follows at once when that succeeds."""

    chance: Share = Field(description="Chance of each attempt to reach the buyer.", examples=[0.3])
    interval_hours: Duration = Field(
        description="Hours by the clock from an attempt that fails until the next one is due.",
        examples=[24.0],
    )
    most: int = Field(
        ge=1,
        le=MOST_ATTEMPTS,
        description='Attempts after which the lead is lost, with the reason "not reached".',
        examples=[5],
    )
    effort_hours: Duration = Field(default=ZERO, description="Working hours of each attempt.")
