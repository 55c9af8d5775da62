"""Figures of the funnel: how many come, go on, are won, are lost."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import OF_NO_VISIT, PARKED_COLD, Basis, Measure
from funnelsim.metrics.cut import CUTS, Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import Event

_ORIGIN = ("all", "month", "channel", "segment")
_STAGE = ("stage",)


def stages_of_the_sale(model: Model) -> list[int]:
    """List the numbers of the stages on the way from an inquiry to a contract (TE11).

    Those of deliveries and account visits are none: only customers come to them.

    Examples
    --------
    >>> import funnelsim as fs
    >>> forecast = fs.simulate(fs.load("installer"), replications=1, jobs=1).forecast
    >>> [forecast.names.stages[number] for number in stages_of_the_sale(forecast.model)]
    ['call', 'site_visit', 'offer']
    """
    numbers: list[int] = np.flatnonzero(model.stages["process"] == SALE).tolist()
    return numbers


def decided(cut: Cut) -> Floats:
    """Count the visits to a stage, worked to a decision, that came to one: (R, n)."""
    return advanced(cut) + cut.cohort(Event.SENT_BACK) + refused(cut)


def refused(cut: Cut) -> Floats:
    """Count the visits to a stage that ended with a no, also of those nurtured afterwards: (R, n)."""
    nurtured = cut.cohort(Event.PARKED) - cut.cohort(PARKED_COLD)
    return cut.cohort(Event.LOST) - cut.cohort(OF_NO_VISIT) + nurtured


def cold(cut: Cut) -> Floats:
    """Count the visits to a stage that ended as patience did, also of those nurtured afterwards: (R, n)."""
    return cut.cohort(Event.WENT_COLD) - cut.cohort(OF_NO_VISIT, Measure.COLD_LATER) + cut.cohort(PARKED_COLD)


def advanced(cut: Cut) -> Floats:
    """Count the visits to a stage that ended with the next stage or a contract: (R, n)."""
    return cut.cohort(Event.ADVANCED) + cut.cohort(Event.WON)


@figure("Inquiries", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def inquiries(cut: Cut) -> Parts:
    """Companies that ask for the first time in the period."""
    return (cut.period(Event.INQUIRY),)


@figure("Leads", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def leads(cut: Cut) -> Parts:
    """Inquiries that pass the stage that makes leads, for the first time, in the period."""
    return (cut.period(Event.BECAME_LEAD),)


@figure("Contracts", Unit.COUNT, Basis.PERIOD, Better.MORE, CUTS, total)
def won(cut: Cut) -> Parts:
    """Contracts signed in the period."""
    return (cut.period(Event.WON),)


@figure("Contracts of the period's inquiries", Unit.COUNT, Basis.COHORT, Better.MORE, _ORIGIN, total)
def won_of_inquiries(cut: Cut) -> Parts:
    """Contracts of the inquiries that arrive in the period, whenever they are signed.

    `won` has those signed in the period, whenever their inquiries arrived.
    """
    return (cut.cohort(Event.WON),)


@figure("Lost", Unit.COUNT, Basis.PERIOD, Better.LESS, CUTS, total)
def lost(cut: Cut) -> Parts:
    """Companies that said no in the period, whatever the reason; those that went cold are not among them."""
    return (cut.period(Event.LOST),)


@figure("Reports to marketing", Unit.COUNT, Basis.PERIOD, Better.MORE, ("all", "month", "channel"), total)
def reports(cut: Cut) -> Parts:
    """Wins, rejections and failed checks of the period that marketing was told of, where a channel learns."""
    return (cut.period(Event.REPORTED),)


@figure("Gone cold", Unit.COUNT, Basis.PERIOD, Better.LESS, (*_ORIGIN, "stage"), total)
def gone_cold(cut: Cut) -> Parts:
    """Companies that gave up waiting for a rep in the period."""
    return (cut.period(Event.WENT_COLD),)


@figure("Gone cold, of inquiries", Unit.SHARE, Basis.COHORT, Better.LESS, _ORIGIN)
def gone_cold_share(cut: Cut) -> Parts:
    """Share of the period's inquiries that gave up waiting for a rep, at any stage: gone cold / inquiries."""
    return cut.cohort(Event.WENT_COLD), cut.cohort(Event.INQUIRY)


@figure("Still open", Unit.SHARE, Basis.COHORT, Better.NEITHER, _ORIGIN)
def open_share(cut: Cut) -> Parts:
    """Share of the period's inquiries that are neither won nor lost at the very end: open / inquiries."""
    return cut.cohort(Event.OPEN), cut.cohort(Event.INQUIRY)


@figure("Inquiry to lead", Unit.SHARE, Basis.COHORT, Better.MORE, _ORIGIN)
def inquiry_to_lead(cut: Cut) -> Parts:
    """Share of the period's inquiries that become leads: leads / inquiries."""
    return cut.cohort(Event.BECAME_LEAD), cut.cohort(Event.INQUIRY)


@figure("Lead to contract", Unit.SHARE, Basis.COHORT, Better.MORE, _ORIGIN)
def lead_to_contract(cut: Cut) -> Parts:
    """Contracts per lead, over the period's inquiries: won / leads (Carroll's lead-to-contract ratio)."""
    return cut.cohort(Event.WON), cut.cohort(Event.BECAME_LEAD)


@figure("Inquiry to contract", Unit.SHARE, Basis.COHORT, Better.MORE, _ORIGIN)
def inquiry_to_contract(cut: Cut) -> Parts:
    """Contracts per inquiry, over the period's inquiries: won / inquiries."""
    return cut.cohort(Event.WON), cut.cohort(Event.INQUIRY)


@figure("Visits", Unit.COUNT, Basis.COHORT, Better.NEITHER, _STAGE, total)
def visits(cut: Cut) -> Parts:
    """How often the period's inquiries enter a stage, returns included."""
    return (cut.cohort(Event.ENTERED),)


@figure("Conversion", Unit.SHARE, Basis.COHORT, Better.MORE, _STAGE)
def conversion(cut: Cut) -> Parts:
    """Share of visits that lead to a later stage or a contract, of those worked to a decision.

    (advanced + won) / (advanced + won + sent back + lost); visits that went cold were not worked.
    """
    return advanced(cut), decided(cut)


@figure("Gone cold, of visits", Unit.SHARE, Basis.COHORT, Better.LESS, _STAGE)
def gone_cold_of_visits(cut: Cut) -> Parts:
    """Share of visits to a stage that end because nobody had time: gone cold / visits."""
    return cold(cut), cut.cohort(Event.ENTERED)


@figure("Lost, of visits", Unit.SHARE, Basis.COHORT, Better.LESS, _STAGE)
def lost_of_visits(cut: Cut) -> Parts:
    """Share of visits to a stage that end with a no: lost / visits."""
    return refused(cut), cut.cohort(Event.ENTERED)
