"""Figures of time: how long things take, and how busy people are."""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import FIRST_CONTACT, Basis, Measure
from funnelsim.metrics.ages import mean_cycle
from funnelsim.metrics.cut import CUTS, Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, ratio, total
from funnelsim.metrics.funnel import decided
from funnelsim.model.words import DAY, HOUR, Event

_WAITED = Measure.WAITED
_ANSWERS = (Event.ADVANCED, Event.SENT_BACK, Event.WON, Event.LOST)
_STAGE = ("all", "stage")


def _answering(cut: Cut) -> Floats:
    """Add up the customers' time until they answer, µs: (R, n)."""
    return sum((cut.cohort(event, _WAITED) for event in _ANSWERS), start=cut.cohort(Event.WORKED) * 0)


def _velocity(value: Floats, contracts: Floats, days: Floats) -> Floats:
    """Divide value by the mean cycle, days / contracts."""
    return ratio(value * contracts, days)


@figure("Sales cycle", Unit.DAYS, Basis.COHORT, Better.LESS, CUTS, mean_cycle, page=("all",))
def cycle_length(cut: Cut) -> Parts:
    """Mean time from inquiry to contract: the sum of the cycles of those won / contracts.

    In all, it is corrected for the long cycles of leads still open when the simulation ends (Aalen-Johansen);
    by month, channel and the like it is that of the contracts won by then.
    """
    return cut.cohort(Event.WON, Measure.AGE) / DAY, cut.cohort(Event.WON), cut.ages


@figure("Time to first contact", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS, page=("all",))
def time_to_first_contact(cut: Cut) -> Parts:
    """Mean clock time from the inquiry until a rep starts to work on it in the stage that it came in by.

    Of those that a rep took up: those gone cold before never had a contact.
    """
    return cut.cohort(FIRST_CONTACT, _WAITED) / HOUR, cut.cohort(FIRST_CONTACT)


@figure("Wait", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS, page=("stage", "rep"))
def wait(cut: Cut) -> Parts:
    """Mean clock time in the queue of a stage, of visits whose work started: waited / started."""
    return cut.cohort(Event.STARTED, _WAITED) / HOUR, cut.cohort(Event.STARTED)


@figure("Effort", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS)
def effort(cut: Cut) -> Parts:
    """Mean working time of a visit: worked / visits worked."""
    return cut.cohort(Event.WORKED, Measure.WORKED) / HOUR, cut.cohort(Event.WORKED)


@figure("Customer's time", Unit.DAYS, Basis.COHORT, Better.LESS, _STAGE)
def customer_time(cut: Cut) -> Parts:
    """Mean clock time from the end of work until the customer answers."""
    return _answering(cut) / DAY, decided(cut)


@figure("Time in stage", Unit.DAYS, Basis.COHORT, Better.LESS, _STAGE, page=("stage",))
def time_in_stage(cut: Cut) -> Parts:
    """Mean clock time of a visit from entering to leaving, of visits that ended.

    The sum of the waits, the work and the customers' time / (answered + gone cold).
    """
    spans = (Event.STARTED, Event.WORKED, Event.WENT_COLD)
    spent = sum((cut.cohort(event, _WAITED) for event in spans), start=_answering(cut))
    return spent / DAY, decided(cut) + cut.cohort(Event.WENT_COLD)


@figure(
    "Busy",
    Unit.SHARE,
    Basis.PERIOD,
    Better.NEITHER,
    ("all", "month", "rep", "team"),
    whole=True,
    page=("all", "month", "rep"),
)
def utilisation(cut: Cut) -> Parts:
    """Working time spent on leads / working time on staff, in the period."""
    return cut.busy, cut.available


@figure(
    "Queue",
    Unit.COUNT,
    Basis.PERIOD,
    Better.LESS,
    ("all", "month", "stage"),
    total,
    stock=True,
    page=("month", "stage"),
)
def backlog(cut: Cut) -> Parts:
    """Leads that wait for a rep at the end of the period, or of each month."""
    return (cut.queue,)


@figure("Sales velocity", Unit.MONEY, Basis.COHORT, Better.MORE, ("all", "channel", "segment"), _velocity)
def sales_velocity(cut: Cut) -> Parts:
    """Leads x lead-to-contract x value of a contract / days of the sales cycle, in money per day of cycle.

    Over the period's inquiries; the same as their bookings / mean cycle.
    """
    won, days = cut.cohort(Event.WON), cut.cohort(Event.WON, Measure.AGE) / DAY
    return cut.cohort(Event.WON, Measure.MONEY), won, days
