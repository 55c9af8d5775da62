"""What a scenario file may say about leads that a rep is given and never takes up."""

from __future__ import annotations

from pydantic import Field

from funnelsim.scenario.qualifying import OpenLeads
from funnelsim.scenario.quantities import NotNegative, Share
from funnelsim.scenario.section import Section


class Ignored(Section):
    """How many leads reps ignore, as these are given to them."""

    probability: Share = Field(
        description="Probability that a rep never takes a lead up; it stays with the rep until it goes cold.",
        examples=[0.1],
    )
    control: NotNegative = Field(
        default=1.0, description="Odds ratio at full control: odds x this ^ `management.control`."
    )
    open_leads: OpenLeads | None = Field(
        default=None,
        description="What the rep's open leads before this one do to the odds. Default: nothing.",
    )
