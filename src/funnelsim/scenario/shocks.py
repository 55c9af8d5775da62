"""What a scenario file may say about shocks: what is high or low for months."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from funnelsim.scenario.quantities import Share
from funnelsim.scenario.section import Section


class Shock(Section):
    """A factor that differs from month to month and lasts: its logarithm is an AR(1), or a random walk."""

    deviation: Annotated[float, Field(ge=0, le=1)] = Field(
        description="Standard deviation of the factor's logarithm: 0.2 is about 20 % up or down. "
        "With `persistence = 1`, that of one month's step. 0: no shock.",
        examples=[0.1],
    )
    persistence: Share = Field(
        description="Correlation of a month with the next one. 0: each month by itself; "
        "1: a random walk from the start of the period.",
        examples=[0.5],
    )


class Shocks(Section):
    """Shocks that all channels share, and all stages."""

    demand: Shock | None = Field(
        default=None, description="What moves the inquiries of all channels alike. Default: nothing."
    )
    odds: Shock | None = Field(
        default=None, description="What moves the odds of every stage alike. Default: nothing."
    )
