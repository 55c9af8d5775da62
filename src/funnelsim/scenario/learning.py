"""What a scenario file may say about the loop back to marketing: what a channel learns from reports."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from funnelsim.scenario.section import Section

Shift = Annotated[float, Field(ge=-1, le=1)]
FEWEST_REPORTS, MOST_REPORTS = 0.01, 1e9


class Learning(Section):
    """How a channel comes to bring other companies, the more it hears of what became of its leads."""

    half: Annotated[float, Field(ge=FEWEST_REPORTS, le=MOST_REPORTS)] = Field(
        description="Reports after which the shares have moved half as far as they ever will.",
        examples=[50.0],
    )
    theorist_share: Shift = Field(
        default=0.0, description="How far the channel's share of theorists moves at most; below 0, down."
    )
    traits: dict[str, Shift] = Field(
        default={}, description="How far the channel's shares of traits move at most, by trait."
    )


def honest_share(honest_reports: float, control: float) -> float:
    """Return the share of reports that are made: under full control, all.

    >>> [honest_share(0.25, control) for control in (0.0, 0.5, 1.0)]
    [0.25, 0.625, 1.0]
    """
    return honest_reports + (1.0 - honest_reports) * control
