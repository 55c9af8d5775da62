"""Figures of delivery: how many, how long they take, in time, good, cancelled."""

from __future__ import annotations

from funnelsim.engines.fold import DELIVERY, UNDELIVERED, Basis, Measure
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.words import DAY

_ORIGIN = ("all", "month", "channel", "segment")


@figure("Delivered", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def delivered(cut: Cut) -> Parts:
    """Contracts that are delivered in the period."""
    return (cut.period(DELIVERY),)


@figure("Delivered in time", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN, whole=True)
def delivered_in_time(cut: Cut) -> Parts:
    """Of the contracts delivered in the period, the share that is delivered within the promised days."""
    return cut.period(DELIVERY, Measure.IN_TIME), cut.period(DELIVERY)


@figure("Good deliveries", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN, whole=True)
def good_deliveries(cut: Cut) -> Parts:
    """Of the contracts delivered in the period, the share that satisfies the customer."""
    return cut.period(DELIVERY, Measure.GOOD), cut.period(DELIVERY)


@figure("Days to deliver", Unit.DAYS, Basis.PERIOD, Better.LESS, _ORIGIN)
def days_to_deliver(cut: Cut) -> Parts:
    """Mean time from signing to delivery, of the contracts delivered in the period."""
    return cut.period(DELIVERY, Measure.TAKEN) / DAY, cut.period(DELIVERY)


@figure("Cancelled", Unit.COUNT, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def cancelled(cut: Cut) -> Parts:
    """Contracts that are cancelled in the period, before they are delivered."""
    return (cut.period(UNDELIVERED),)
