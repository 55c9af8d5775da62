"""Figures of nurture: who is cared for, who comes back, what that costs and brings."""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import EARNED_BACK, IN_NURTURE, PARKED_COLD, TOUCH, WON_BACK, Basis, Measure
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Stock, Unit, figure, total
from funnelsim.model.words import Event

_ORIGIN = ("all", "month", "channel", "segment")
_STAGE = (*_ORIGIN, "stage")
_MONEY = Measure.MONEY


def parked(cut: Cut) -> Floats:
    """Count who is taken into nurture in the period: (R, n)."""
    return cut.period(Event.PARKED)


def back(cut: Cut) -> Floats:
    """Count who comes back in the period: (R, n)."""
    return cut.period(Event.RETURNED)


def touches(cut: Cut) -> Floats:
    """Add up what the touches of the period cost: (R, n)."""
    return cut.period(TOUCH, _MONEY)


@figure("Taken into nurture", Unit.COUNT, Basis.PERIOD, Better.NEITHER, _STAGE, total)
def taken_into_nurture(cut: Cut) -> Parts:
    """Companies that would be lost or gone cold in the period, and are nurtured instead."""
    return (parked(cut),)


@figure("Taken into nurture, gone cold", Unit.COUNT, Basis.PERIOD, Better.NEITHER, _STAGE, total)
def nurtured_gone_cold(cut: Cut) -> Parts:
    """Companies that gave up waiting for a rep in the period, and are nurtured: a part of those taken in."""
    return (cut.period(PARKED_COLD),)


@figure("In nurture", Unit.COUNT, Basis.PERIOD, Better.NEITHER, _STAGE, total, stock=Stock.ON_AVERAGE)
def in_nurture(cut: Cut) -> Parts:
    """Companies in nurture, on average over the period, or over each month: their time in it / the time."""
    return (cut.period(IN_NURTURE, Measure.WAITED) / cut.lengths,)


@figure(
    "In nurture at the end", Unit.COUNT, Basis.PERIOD, Better.NEITHER, ("month",), total, stock=Stock.AT_END
)
def in_nurture_at_end(cut: Cut) -> Parts:
    """Companies in nurture as each month ends."""
    return (cut.period(IN_NURTURE),)


@figure("Reactivated", Unit.COUNT, Basis.PERIOD, Better.MORE, _STAGE, total)
def reactivated(cut: Cut) -> Parts:
    """Companies that come back from nurture in the period."""
    return (back(cut),)


@figure("Reactivated, of nurtured", Unit.SHARE, Basis.COHORT, Better.MORE, _ORIGIN)
def reactivated_share(cut: Cut) -> Parts:
    """Share of those taken into nurture that come back, over the period's inquiries: returns / nurtured."""
    return cut.cohort(Event.RETURNED), cut.cohort(Event.PARKED)


@figure("Contracts of reactivated", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def won_reactivated(cut: Cut) -> Parts:
    """Contracts signed in the period with companies that came back; they count for their first channel."""
    return (cut.period(WON_BACK),)


@figure("Bookings from reactivated", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def bookings_from_reactivated(cut: Cut) -> Parts:
    """Value of the contracts signed in the period with companies that came back, over their terms."""
    return (cut.period(WON_BACK, _MONEY),)


@figure("Revenue from reactivated", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def revenue_from_reactivated(cut: Cut) -> Parts:
    """What the contracts of companies that came back earn in the period."""
    return (cut.period(EARNED_BACK, _MONEY),)


@figure("Cost of nurture", Unit.MONEY, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def nurture_cost(cut: Cut) -> Parts:
    """What touches cost, each in the month in which it falls."""
    return (touches(cut),)


@figure("Nurture cost per reactivated lead", Unit.MONEY, Basis.PERIOD, Better.LESS, _ORIGIN)
def cost_per_reactivated(cut: Cut) -> Parts:
    """What it costs to bring one back: cost of nurture / reactivated."""
    return touches(cut), back(cut)
