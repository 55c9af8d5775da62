"""Figures of people: how many there are, and what they are able to do."""

from __future__ import annotations

from funnelsim.engines.fold import Basis, Measure
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Stock, Unit, figure, total
from funnelsim.model.words import Event

_REP = ("all", "month", "rep", "team")


@figure("On staff", Unit.COUNT, Basis.PERIOD, Better.NEITHER, _REP, total, stock=Stock.ON_AVERAGE)
def on_staff(cut: Cut) -> Parts:
    """People on staff, on average over the period, or over each month: the absent, and who finishes work.

    The sum over people of the share of the time from joining until they are gone.
    """
    return (cut.staff,)


@figure("Absent", Unit.SHARE, Basis.PERIOD, Better.LESS, _REP, whole=True)
def absence(cut: Cut) -> Parts:
    """Working time that absences and trainings take / working time of those on staff, absences included."""
    return cut.absent, cut.absent + cut.available


@figure("Skill", Unit.RATIO, Basis.PERIOD, Better.MORE, _REP)
def mean_skill(cut: Cut) -> Parts:
    """Mean odds ratio of those on staff at the end of each month, with ramp-up, leads worked and training.

    Of the people of teams whose skill can grow: those with `learning` or `training`.
    """
    return cut.period(Event.SKILL, Measure.MONEY), cut.period(Event.SKILL)
