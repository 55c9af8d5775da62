"""Figures of the hand-over: who is held before it, and whom reps ignore after it."""

from __future__ import annotations

from funnelsim.engines.fold import Basis, Measure
from funnelsim.metrics.cut import CUTS, Cut
from funnelsim.metrics.figure import Better, Parts, Stock, Unit, figure, total
from funnelsim.model.words import DAY, Event

_ORIGIN = ("all", "month", "channel", "segment", "stage")


@figure(
    "Held",
    Unit.COUNT,
    Basis.PERIOD,
    Better.LESS,
    ("all", "month", "segment", "stage"),
    total,
    stock=Stock.ON_AVERAGE,
)
def held(cut: Cut) -> Parts:
    """Leads held before a hand-over, on average over the period, or over each month.

    They are not in the queue of the stage.
    """
    return (cut.held,)


@figure("Leads held", Unit.COUNT, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def leads_held(cut: Cut) -> Parts:
    """How often a lead is held in the period because its team has no room for it."""
    return (cut.period(Event.HELD),)


@figure("Time held", Unit.DAYS, Basis.COHORT, Better.LESS, _ORIGIN)
def time_held(cut: Cut) -> Parts:
    """Mean time held before a hand-over, of those who were: until it, or until the lead went cold."""
    waited = cut.cohort(Event.ADMITTED, Measure.WAITED) + cut.cohort(Event.HELD, Measure.WAITED)
    return waited / DAY, cut.cohort(Event.ADMITTED) + cut.cohort(Event.HELD, Measure.COLD)


@figure("Gone cold while held", Unit.COUNT, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def cold_while_held(cut: Cut) -> Parts:
    """Companies that gave up in the period while they were held before a hand-over.

    They are among those gone cold.
    """
    return (cut.period(Event.HELD, Measure.COLD),)


@figure("Cost of holding", Unit.MONEY, Basis.PERIOD, Better.LESS, ("all", "month", "channel", "stage"), total)
def holding_cost(cut: Cut) -> Parts:
    """What marketing pays to hold leads before a hand-over, booked as each begins to wait."""
    return (cut.period(Event.HELD, Measure.MONEY),)


@figure("Ignored leads", Unit.COUNT, Basis.PERIOD, Better.LESS, CUTS, total)
def ignored_leads(cut: Cut) -> Parts:
    """Leads that go cold in the period because their rep never took them up: part of those gone cold."""
    return (cut.period(Event.IGNORED),)


@figure(
    "Ignored, of inquiries", Unit.SHARE, Basis.COHORT, Better.LESS, ("all", "month", "channel", "segment")
)
def ignored_share(cut: Cut) -> Parts:
    """Share of the period's inquiries that went cold because a rep ignored them: ignored / inquiries."""
    return cut.cohort(Event.IGNORED), cut.cohort(Event.INQUIRY)


@figure("Ignored, of visits", Unit.SHARE, Basis.COHORT, Better.LESS, ("stage",))
def ignored_of_visits(cut: Cut) -> Parts:
    """Share of visits to a stage that ended because the rep ignored the lead: ignored / visits."""
    return cut.cohort(Event.IGNORED), cut.cohort(Event.ENTERED)
