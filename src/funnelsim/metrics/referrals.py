"""Figures of referrals: how many inquiries customers bring, and what these earn."""

from __future__ import annotations

from funnelsim.engines.fold import AFTERWARDS, EARNED_REVENUE, Basis, Measure
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.words import Event

_ORIGIN = ("all", "month", "segment")
_MONEY = Measure.MONEY


@figure("Referrals", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def referred(cut: Cut) -> Parts:
    """Inquiries of the period that customers have referred."""
    return (cut.period(AFTERWARDS, Measure.REFERRED),)


@figure("Referrals, of inquiries", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN, whole=True)
def referred_share(cut: Cut) -> Parts:
    """Share of the inquiries of the period that customers have referred."""
    return cut.period(AFTERWARDS, Measure.REFERRED), cut.period(Event.INQUIRY)


@figure("Revenue from referrals", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN)
def referred_revenue_share(cut: Cut) -> Parts:
    """Share of revenue from those whom customers have referred."""
    return cut.period(AFTERWARDS, _MONEY), cut.period(EARNED_REVENUE, _MONEY)
