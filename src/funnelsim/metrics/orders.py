"""Figures of repeat purchase: how often customers buy one-off products again, how many, and for how much."""

from __future__ import annotations

from funnelsim.engines.fold import AFTERWARDS, Basis, Measure
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.words import Event

_ORIGIN = ("all", "month", "channel", "segment")


@figure("Repeat purchases", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def repeat_purchases(cut: Cut) -> Parts:
    """Orders in the period of customers who buy a one-off product again."""
    return (cut.period(Event.ORDERED),)


@figure("Customers who buy again", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def repeat_customers(cut: Cut) -> Parts:
    """Customers whose first repeat purchase comes in the period."""
    return (cut.period(AFTERWARDS),)


@figure("Value of repeat purchases", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def repeat_purchase_value(cut: Cut) -> Parts:
    """What customers pay for their repeat purchases of the period; no part of bookings."""
    return (cut.period(Event.ORDERED, Measure.MONEY),)
