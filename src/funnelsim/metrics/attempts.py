"""Figures of attempts to reach the buyer."""

from __future__ import annotations

from funnelsim.engines.fold import ATTEMPT, Basis, Measure
from funnelsim.metrics.cut import CUTS, Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.words import HOUR, Event

_STAGE = ("all", "month", "channel", "segment", "stage")


@figure("Attempts", Unit.COUNT, Basis.PERIOD, Better.NEITHER, CUTS, total)
def attempts(cut: Cut) -> Parts:
    """Attempts to reach the buyer that end in the period."""
    return (cut.period(ATTEMPT),)


@figure("Attempts per lead", Unit.RATIO, Basis.COHORT, Better.LESS, _STAGE)
def attempts_per_lead(cut: Cut) -> Parts:
    """Mean attempts of a visit whose buyer has to be reached: attempts / visits with an attempt."""
    return cut.cohort(ATTEMPT), cut.cohort(ATTEMPT, Measure.FIRST)


@figure("Reached", Unit.SHARE, Basis.COHORT, Better.MORE, _STAGE)
def reached_share(cut: Cut) -> Parts:
    """Share of visits whose buyer is reached in the end: reached / (reached + not reached)."""
    reached = cut.cohort(ATTEMPT, Measure.REACHED)
    return reached, reached + cut.cohort(ATTEMPT, Measure.GIVEN_UP)


@figure("Not reached", Unit.COUNT, Basis.PERIOD, Better.LESS, CUTS, total)
def not_reached(cut: Cut) -> Parts:
    """Visits given up in the period because the buyer was not reached in so many attempts."""
    return (cut.period(ATTEMPT, Measure.GIVEN_UP),)


@figure("Hours of attempts that fail", Unit.HOURS, Basis.PERIOD, Better.LESS, CUTS, total)
def hours_not_reached(cut: Cut) -> Parts:
    """Working hours in the period on attempts that do not reach the buyer."""
    return (cut.period(Event.NOT_REACHED, Measure.WORKED) / HOUR,)
