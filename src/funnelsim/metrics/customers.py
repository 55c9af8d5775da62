"""Figures of customers: how many there are, what they pay by the month, who leaves, what they bring."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import (
    ACCOUNT_VISIT,
    AT_STARTS,
    EARNED_FROM_EXISTING,
    EARNED_REVENUE,
    OF_EXISTING,
    TERM_OVER,
    Basis,
    Measure,
)
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Stock, Unit, figure, total
from funnelsim.model.words import Event

_ORIGIN = ("all", "month", "channel", "segment")
_MONEY = Measure.MONEY
MONTHS_A_YEAR = 12
CENTS = 100


def _by_month(cut: Cut) -> bool:
    """Return whether the places of a cut are months, one after the other."""
    return len(cut.lengths) > 1


def _whole_cents(money: Floats) -> Floats:
    """Round a sum of whole cents to what it is: adding floats has left its last bits."""
    return np.asarray(np.round(money * CENTS) / CENTS)


def _change_of_customers(cut: Cut) -> Floats:
    """Count by how many customers there are more: (R, n)."""
    return cut.period(Event.SUBSCRIBED) + cut.period(Event.REACTIVATED) - cut.period(Event.CHURNED)


def _change_of_mrr(cut: Cut) -> Floats:
    """Add up by how much monthly recurring revenue rises: (R, n)."""
    signed = cut.period(Event.SUBSCRIBED, _MONEY) + cut.period(Event.REACTIVATED, _MONEY)
    gained = signed + cut.period(Event.EXPANDED, _MONEY)
    return gained - cut.period(Event.CONTRACTED, _MONEY) - cut.period(Event.CHURNED, _MONEY)


def _so_far(cut: Cut, amounts: Floats) -> Floats:
    """Add up amounts to the end of each month, where a cut has months: (R, n)."""
    return np.asarray(amounts.cumsum(axis=1)) if _by_month(cut) else amounts


def _customers(cut: Cut) -> Floats:
    """Count customers at the end of the period, or of each month: (R, n) (F8)."""
    return _so_far(cut, cut.period(Event.WAS_CUSTOMER) + _change_of_customers(cut))


def mrr_at_end(cut: Cut) -> Floats:
    """Return monthly recurring revenue at the end of the period, or of each month: (R, n) (F8)."""
    return _whole_cents(_so_far(cut, cut.period(Event.WAS_CUSTOMER, _MONEY) + _change_of_mrr(cut)))


def customers_at_start(cut: Cut) -> Floats:
    """Count customers as each month begins; of a period, the sum of those of its months: (R, n) (F9)."""
    return _customers(cut) - _change_of_customers(cut) if _by_month(cut) else cut.period(AT_STARTS)


def mrr_at_start(cut: Cut) -> Floats:
    """Return MRR as each month begins; of a period, the sum of those of its months: (R, n) (F9)."""
    then = mrr_at_end(cut) - _change_of_mrr(cut) if _by_month(cut) else cut.period(AT_STARTS, Measure.MRR)
    return _whole_cents(then)


@figure("Customers", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total, stock=Stock.AT_END)
def customers(cut: Cut) -> Parts:
    """Companies with a contract about a recurring product at the end of the period, or of each month."""
    return (_customers(cut),)


@figure("New customers", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def new_customers(cut: Cut) -> Parts:
    """Companies that sign a contract about a recurring product in the period, for the first time."""
    return (cut.period(Event.SUBSCRIBED),)


@figure("Customers who leave", Unit.COUNT, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def churned_customers(cut: Cut) -> Parts:
    """Companies whose contract ends in the period, because they do not stay."""
    return (cut.period(Event.CHURNED),)


@figure("Customers won back", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def customers_won_back(cut: Cut) -> Parts:
    """Companies that had left as customers, and sign again in the period."""
    return (cut.period(Event.REACTIVATED),)


@figure("Customers who leave, per month", Unit.SHARE, Basis.PERIOD, Better.LESS, _ORIGIN, whole=True)
def logo_churn(cut: Cut) -> Parts:
    """Logo churn: of the customers as a month begins, the share who leave in it; over all months."""
    return cut.period(OF_EXISTING), customers_at_start(cut)


@figure("Contracts renewed", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN, whole=True)
def renewal_rate(cut: Cut) -> Parts:
    """Of the contracts with a typed term whose term ends in the period, the share that is renewed."""
    return cut.period(TERM_OVER, Measure.RENEWED), cut.period(TERM_OVER)


@figure("MRR", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total, stock=Stock.AT_END)
def mrr(cut: Cut) -> Parts:
    """Monthly recurring revenue: what customers pay for a month, at the end of the period or a month."""
    return (mrr_at_end(cut),)


@figure("ARR", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total, stock=Stock.AT_END)
def arr(cut: Cut) -> Parts:
    """Annual recurring revenue: 12 x MRR at the end of the period, or of each month."""
    return (MONTHS_A_YEAR * mrr_at_end(cut),)


@figure("MRR, new", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def new_mrr(cut: Cut) -> Parts:
    """MRR of the customers who sign in the period, for the first time."""
    return (_whole_cents(cut.period(Event.SUBSCRIBED, _MONEY)),)


@figure("MRR, won back", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def reactivated_mrr(cut: Cut) -> Parts:
    """MRR of the customers who had left, and sign again in the period."""
    return (_whole_cents(cut.period(Event.REACTIVATED, _MONEY)),)


@figure("MRR, expansion", Unit.MONEY, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def expansion_mrr(cut: Cut) -> Parts:
    """MRR by which contracts rise in the period."""
    return (_whole_cents(cut.period(Event.EXPANDED, _MONEY)),)


@figure("MRR, contraction", Unit.MONEY, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def contraction_mrr(cut: Cut) -> Parts:
    """MRR by which contracts fall in the period."""
    return (_whole_cents(cut.period(Event.CONTRACTED, _MONEY)),)


@figure("MRR, lost", Unit.MONEY, Basis.PERIOD, Better.LESS, _ORIGIN, total)
def churned_mrr(cut: Cut) -> Parts:
    """MRR of the customers who leave in the period."""
    return (_whole_cents(cut.period(Event.CHURNED, _MONEY)),)


@figure("Net revenue retention, per month", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN)
def nrr(cut: Cut) -> Parts:
    """Of the MRR of those who are customers as a month begins, what is left at its end, expansion included.

    (MRR + expansion - contraction - lost) / MRR, of these customers alone; of a period, over all its months.
    """
    mrr_then = mrr_at_start(cut)
    lost = cut.period(OF_EXISTING, Measure.REDUCED) + cut.period(OF_EXISTING, Measure.LOST)
    return mrr_then + cut.period(OF_EXISTING, Measure.ADDED) - lost, mrr_then


@figure("Gross revenue retention, per month", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN)
def grr(cut: Cut) -> Parts:
    """As net revenue retention, without expansion: (MRR - contraction - lost) / MRR of existing customers."""
    mrr_then = mrr_at_start(cut)
    lost = cut.period(OF_EXISTING, Measure.REDUCED) + cut.period(OF_EXISTING, Measure.LOST)
    return mrr_then - lost, mrr_then


@figure("Revenue from existing customers", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN)
def existing_revenue_share(cut: Cut) -> Parts:
    """Share of revenue from customers who signed in an earlier month."""
    return cut.period(EARNED_FROM_EXISTING, _MONEY), cut.period(EARNED_REVENUE, _MONEY)


@figure("Account visits made", Unit.COUNT, Basis.PERIOD, Better.MORE, _ORIGIN, total)
def account_visits(cut: Cut) -> Parts:
    """Visits to customers that are made in the period."""
    return (cut.period(ACCOUNT_VISIT, Measure.MADE),)


@figure("Account visits made, of those due", Unit.SHARE, Basis.PERIOD, Better.MORE, _ORIGIN, whole=True)
def account_visits_made(cut: Cut) -> Parts:
    """Of the visits to customers that are over, the share that was made; nobody had time for the others."""
    return cut.period(ACCOUNT_VISIT, Measure.MADE), cut.period(ACCOUNT_VISIT)
