"""Figures of junk: what sales rejects at first contact, rightly or not, and what it costs."""

from __future__ import annotations

from funnelsim.engines.fold import HANDED_OVER, Basis, Measure
from funnelsim.metrics.cut import CUTS, Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.words import HOUR, Event


@figure("First contacts after hand-over", Unit.COUNT, Basis.PERIOD, Better.NEITHER, CUTS, total)
def handed_over(cut: Cut) -> Parts:
    """How often a rep meets a lead for the first time in a stage in which sales may reject it.

    In the period; those held, ignored or gone cold before are not among them.
    """
    return (cut.period(HANDED_OVER),)


@figure("Junk rate", Unit.SHARE, Basis.COHORT, Better.LESS, CUTS)
def junk_rate(cut: Cut) -> Parts:
    """Share of the first contacts after hand-over that sales rejects: rejected / first contacts.

    Of the inquiries that arrive in the period; whether they are truly junk or not.
    """
    return cut.cohort(Event.REJECTED), cut.cohort(HANDED_OVER)


@figure("Truly junk, of first contacts", Unit.SHARE, Basis.COHORT, Better.LESS, CUTS)
def true_junk_share(cut: Cut) -> Parts:
    """Share of the first contacts after hand-over that are truly junk: truly junk / first contacts.

    That is theorists, and companies that lack what the stage needs, whether sales rejects them or not.
    """
    return cut.cohort(HANDED_OVER, Measure.TRULY_JUNK), cut.cohort(HANDED_OVER)


@figure("Rejected wrongly, of rejected", Unit.SHARE, Basis.COHORT, Better.LESS, CUTS)
def false_rejections(cut: Cut) -> Parts:
    """Share of the rejected that are not truly junk: (rejected - rejected and truly junk) / rejected."""
    rejected = cut.cohort(Event.REJECTED)
    return rejected - cut.cohort(HANDED_OVER, Measure.JUSTLY_REJECTED), rejected


@figure("Hours spent on junk", Unit.HOURS, Basis.PERIOD, Better.LESS, CUTS, total)
def junk_hours(cut: Cut) -> Parts:
    """Working hours of the visits that end with a rejection in the period.

    Of these visits alone: what the leads took before, in qualification, is not counted.
    """
    return (cut.period(Event.REJECTED, Measure.WORKED) / HOUR,)


@figure("Money spent on junk", Unit.MONEY, Basis.PERIOD, Better.LESS, CUTS, total)
def junk_cost(cut: Cut) -> Parts:
    """What those rejected in the period have cost by themselves, whether truly junk or not.

    For each, its channel's cost per inquiry, its price per lead if it is a lead, and the cost of the visit in
    which it is rejected, at the prices of that day; only the last for one that was rejected before. What
    channels and people cost by the month is not divided among leads: see the hours.
    """
    return (cut.period(Event.REJECTED, Measure.MONEY),)
