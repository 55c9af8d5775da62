"""Figures of people: what they are able to do."""

from __future__ import annotations

from funnelsim.engines.fold import Basis, Measure
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure
from funnelsim.model.words import Event

_REP = ("all", "month", "rep", "team")


@figure("Skill", Unit.RATIO, Basis.PERIOD, Better.MORE, _REP)
def mean_skill(cut: Cut) -> Parts:
    """Mean odds ratio of those on staff at the end of each month, with ramp-up, leads worked and training.

    Of the people of teams whose skill can grow: those with `learning` or `training`.
    """
    return cut.period(Event.SKILL, Measure.MONEY), cut.period(Event.SKILL)
