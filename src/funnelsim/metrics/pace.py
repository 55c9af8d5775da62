"""Figures of time: how long things take, and how busy people are."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import (
    CONTACT_BY_CLOCK,
    CONTACT_BY_WORKING_HOURS,
    FIRST_CONTACT,
    OF_NO_VISIT,
    PARKED_COLD,
    PROMPT_HOURS,
    Basis,
    Measure,
)
from funnelsim.metrics.ages import mean_cycle
from funnelsim.metrics.cut import CUTS, Cut
from funnelsim.metrics.figure import Better, Parts, Stock, Unit, figure, ratio, total
from funnelsim.metrics.funnel import cold, decided
from funnelsim.model.words import DAY, HOUR, Event

_WAITED = Measure.WAITED
_ANSWERS = (Event.ADVANCED, Event.SENT_BACK, Event.WON, Event.LOST)
_STAGE = ("all", "stage")
_ORIGIN = ("all", "month", "channel", "segment")
_PEOPLE = ("all", "month", "rep", "team")


def _answering(cut: Cut) -> Floats:
    """Add up the customers' time until they answer, µs: (R, n)."""
    nurtured = cut.cohort(Event.PARKED, _WAITED) - cut.cohort(PARKED_COLD, _WAITED)
    return sum((cut.cohort(event, _WAITED) for event in _ANSWERS), start=nurtured)


def _waited(cut: Cut) -> Floats:
    """Add up the time in the queue before work starts, and while it is interrupted, µs: (R, n)."""
    return cut.cohort(Event.STARTED, _WAITED) + cut.cohort(Event.RESUMED, _WAITED)


def _velocity(value: Floats, contracts: Floats, days: Floats) -> Floats:
    """Divide value by the mean cycle, days / contracts."""
    return ratio(value * contracts, days)


@figure("Sales cycle", Unit.DAYS, Basis.COHORT, Better.LESS, CUTS, mean_cycle)
def cycle_length(cut: Cut) -> Parts:
    """Mean time from inquiry to contract: the sum of the cycles of those won / contracts.

    In all, it is corrected for the long cycles of leads still open when the simulation ends (Aalen-Johansen);
    by month, channel and the like it is that of the contracts won by then.
    """
    return cut.cohort(Event.WON, Measure.AGE) / DAY, cut.cohort(Event.WON), cut.ages


@figure("Time to first contact", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS)
def time_to_first_contact(cut: Cut) -> Parts:
    """Mean clock time from the inquiry until a rep starts to work on it in the stage that it came in by.

    Of those that a rep took up: those gone cold before never had a contact.
    """
    return cut.cohort(FIRST_CONTACT, _WAITED) / HOUR, cut.cohort(FIRST_CONTACT)


@figure("Working hours to first contact", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS)
def working_time_to_first_contact(cut: Cut) -> Parts:
    """Mean time from the inquiry until a rep starts to work on it, in opening hours of the rep's team.

    Of those that a rep took up: nights, weekends and holidays do not count.
    """
    opened = cut.cohort(CONTACT_BY_WORKING_HOURS, Measure.OPENED)
    return opened / HOUR, cut.cohort(FIRST_CONTACT)


def _contact_within(position: int, event: int, word: str, explained: str) -> None:
    """Register the share of inquiries whose first contact comes within so many hours."""
    hours = PROMPT_HOURS[position]
    plural = "" if hours == 1 else "s"

    def share(cut: Cut) -> Parts:
        return cut.cohort(event, position), cut.cohort(CONTACT_BY_CLOCK, Measure.ASKING)

    share.__name__ = f"first_contact_within_{hours}_{word}hour{plural}"
    share.__doc__ = (
        f"Share of the period's inquiries on which a rep starts within {hours} {explained.format(plural)}, "
        "in the stage that they came in by.\n\n"
        "Those gone cold before, and those never taken up, count as later; those that come in by a stage\n"
        "without a team do not count."
    )
    title = f"First contact within {hours} {word.replace('_', ' ')}hour{plural}"
    by = (*_ORIGIN, "stage", "team")
    figure(title, Unit.SHARE, Basis.COHORT, Better.MORE, by)(share)


for _position in range(len(PROMPT_HOURS)):
    _contact_within(_position, CONTACT_BY_CLOCK, "", "hour{} by the clock")
for _position in range(len(PROMPT_HOURS)):
    _contact_within(_position, CONTACT_BY_WORKING_HOURS, "working_", "opening hour{} of the rep's team")


@figure("Wait", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS)
def wait(cut: Cut) -> Parts:
    """Mean clock time in the queue of a stage, of visits whose work started: waited / started.

    Where work is interrupted, the time until it is resumed counts too; where the buyer has to be reached,
    the time in the queue before each attempt does.
    """
    started = cut.cohort(Event.STARTED) - cut.cohort(OF_NO_VISIT, Measure.STARTED_AGAIN)
    return _waited(cut) / HOUR, started


@figure("Effort", Unit.HOURS, Basis.COHORT, Better.LESS, CUTS)
def effort(cut: Cut) -> Parts:
    """Mean working time of a visit: worked / visits worked. Of interrupted work all parts count.

    Attempts that do not reach the buyer are not in it.
    """
    parts = cut.cohort(Event.WORKED, Measure.WORKED) + cut.cohort(Event.INTERRUPTED, Measure.WORKED)
    return parts / HOUR, cut.cohort(Event.WORKED)


@figure("Customer's time", Unit.DAYS, Basis.COHORT, Better.LESS, _STAGE)
def customer_time(cut: Cut) -> Parts:
    """Mean clock time from the end of work until the customer answers."""
    return _answering(cut) / DAY, decided(cut)


# The spans of a visit, each booked by the row that closes it: waiting for a rep, or for the next attempt ...
_IN_QUEUES = (Event.STARTED, Event.RESUMED, Event.WENT_COLD, PARKED_COLD, Event.QUEUED_AGAIN)
_IN_WORK = (Event.WORKED, Event.INTERRUPTED, Event.NOT_REACHED)  # ... and for the rep to be done


def spans_of_visits(cut: Cut) -> Parts:
    """Add up the time of visits that ended: waiting for us, in work, waiting for the customer, µs: (R, n)."""
    queues, work = (
        np.sum([cut.cohort(event, _WAITED) for event in spans], axis=0) for spans in (_IN_QUEUES, _IN_WORK)
    )
    return queues, work, _answering(cut)


def ended_visits(cut: Cut) -> Floats:
    """Count the visits that ended: answered or gone cold: (R, n)."""
    return decided(cut) + cold(cut)


@figure("Time in stage", Unit.DAYS, Basis.COHORT, Better.LESS, _STAGE)
def time_in_stage(cut: Cut) -> Parts:
    """Mean clock time of a visit from entering to leaving, of visits that ended.

    The sum of the waits, the work and the customers' time / (answered + gone cold).
    """
    queues, work, answering = spans_of_visits(cut)
    return (queues + work + answering) / DAY, ended_visits(cut)


@figure("Busy", Unit.SHARE, Basis.PERIOD, Better.NEITHER, _PEOPLE, whole=True)
def utilisation(cut: Cut) -> Parts:
    """Working time spent on leads / working time on staff, absences left out, in the period.

    Prospecting is told apart: see `prospecting_share`.
    """
    return cut.busy, cut.available


@figure("Hours of prospecting", Unit.HOURS, Basis.PERIOD, Better.NEITHER, (*_PEOPLE, "channel"), total)
def prospecting_hours(cut: Cut) -> Parts:
    """Working hours in which reps look for inquiries, in blocks that end in the period."""
    return (cut.period(Event.PROSPECTED, Measure.WORKED) / HOUR,)


@figure("Prospecting", Unit.SHARE, Basis.PERIOD, Better.NEITHER, _PEOPLE)
def prospecting_share(cut: Cut) -> Parts:
    """Working time spent on prospecting / working time on staff, in the period."""
    return cut.period(Event.PROSPECTED, Measure.WORKED), cut.available


@figure(
    "Work interrupted", Unit.COUNT, Basis.PERIOD, Better.NEITHER, (*_ORIGIN, "stage", "rep", "team"), total
)
def interruptions(cut: Cut) -> Parts:
    """How often a hot lead interrupts work on another one in the period; cut by the one that gives way."""
    return (cut.period(Event.INTERRUPTED),)


@figure(
    "Queue",
    Unit.COUNT,
    Basis.PERIOD,
    Better.LESS,
    ("all", "month", "segment", "stage", "team"),
    total,
    stock=Stock.ON_AVERAGE,
)
def queue(cut: Cut) -> Parts:
    """Leads that wait for a rep, on average over the period, or over each month: nights and weekends count.

    The integral of the queue's length over the time / the time. By Little's law it is arrivals a day x mean
    wait in days, those who go cold included.
    """
    return (cut.queue,)


@figure("Market available", Unit.SHARE, Basis.PERIOD, Better.NEITHER, ("all", "month", "segment"), whole=True)
def market_available(cut: Cut) -> Parts:
    """Share of a market's companies that can be approached, on average over the period, or over each month.

    Those available / all: without customers, and without those that are pursued or cool off. Of segments with
    a market.
    """
    return cut.untaken, cut.companies


@figure(
    "Market available at the end",
    Unit.SHARE,
    Basis.PERIOD,
    Better.NEITHER,
    ("all", "month", "segment"),
    whole=True,
)
def market_available_at_end(cut: Cut) -> Parts:
    """Share of a market's companies that can be approached at the end of the period, or of each month."""
    return cut.untaken_at_end, cut.companies


@figure("Sales velocity", Unit.MONEY, Basis.COHORT, Better.MORE, ("all", "channel", "segment"), _velocity)
def sales_velocity(cut: Cut) -> Parts:
    """Leads x lead-to-contract x value of a contract / days of the sales cycle, in money per day of cycle.

    Over the period's inquiries; the same as their bookings / mean cycle.
    """
    won, days = cut.cohort(Event.WON), cut.cohort(Event.WON, Measure.AGE) / DAY
    return cut.cohort(Event.WON, Measure.MONEY), won, days
