"""Leads that go in circles without end, in words."""

from __future__ import annotations

from collections.abc import Sequence

from funnelsim.engines import StuckError
from funnelsim.model.model import Names


class EndlessLoopError(RuntimeError):
    """Leads go in circles between stages at one instant without end."""


def in_words(stuck: StuckError, names: Sequence[Names]) -> EndlessLoopError:
    """Name the stages that send leads in circles without end."""
    known = max((each.stages for each in names), key=len)  # a strategy may add a stage at the end
    stages = ", ".join(known[number] for number in stuck.stages)
    return EndlessLoopError(
        f"leads go round for ever without time passing, in these stages: {stages}; give one of them "
        "working hours or customer time, or let fewer leads come back"
    )
