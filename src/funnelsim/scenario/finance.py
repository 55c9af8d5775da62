"""What a scenario file may say about the firm's money."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from funnelsim.scenario.section import Section


class Finance(Section):
    """The firm's money."""

    discount_rate_per_year: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.0, description="By which what customers bring later is worth less, in their lifetime value."
    )
