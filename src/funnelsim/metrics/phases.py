"""Figures of the phases of a customer's life: what each costs, and whether a customer is worth the first.

Everything that is spent belongs to one phase, but for idle and absent hours, training, hiring and changes:
these keep the firm going, whoever is in it. An hour that is worked costs what the rep is paid for an hour.
"""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import (
    ACCOUNT_VISIT,
    AFTERWARDS,
    DELIVERY,
    EARNED_MARGIN,
    EARNED_REVENUE,
    OF_EXISTING,
    UNDELIVERED,
    WON_BACK,
    Basis,
    Measure,
)
from funnelsim.metrics.customers import customers_at_start, mrr_at_end, mrr_at_start
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, ratio, total
from funnelsim.metrics.money import marketing, prospecting
from funnelsim.model.words import Event, Phase

_ALL = ("all", "month")
_MONEY = Measure.MONEY


def _cost_of(cut: Cut, phase: Phase) -> Floats:
    """Add up what is spent on a phase, pay of the hours that are worked for it included: (R, n) (F18)."""
    develops = cut.period(ACCOUNT_VISIT, Measure.DEVELOPING)
    besides_pay = {
        Phase.DELIVER: cut.period(UNDELIVERED, _MONEY),
        Phase.RETAIN: cut.period(ACCOUNT_VISIT, _MONEY) - develops,
        Phase.DEVELOP: develops,
        Phase.WIN_BACK: cut.period(AFTERWARDS, Measure.WON_BACK_FOR),
    }
    besides_pay[Phase.ACQUIRE] = (
        marketing(cut)
        + cut.period(Event.COMMISSION, _MONEY)
        + cut.period(Event.STARTED, _MONEY)
        - besides_pay[Phase.WIN_BACK]
    )
    return np.asarray(besides_pay[phase] + cut.pay_of_work[:, :, phase])


def _first_contracts(cut: Cut) -> Floats:
    """Count the contracts of those who had not been customers before: (R, n)."""
    return cut.period(Event.WON) - cut.period(WON_BACK, Measure.HAD_LEFT)


def _lifetime_value(mrr: Floats, leave: Floats, margin: Floats, revenue: Floats) -> Floats:
    """Divide what a customer brings in a month by the chance to leave in it."""
    return ratio(mrr, leave) * ratio(margin, revenue)


def _value_of_all(
    mrr_at_end: Floats, there: Floats, leave: Floats, margin: Floats, revenue: Floats
) -> Floats:
    """Divide what all customers bring in a month by the chance to leave in it."""
    return np.asarray(mrr_at_end * ratio(margin, revenue) * ratio(there, leave))


def _value_to_cost(
    mrr: Floats, leave: Floats, margin: Floats, revenue: Floats, spent: Floats, contracts: Floats
) -> Floats:
    """Divide what a customer brings by what it costs to win one."""
    return ratio(_lifetime_value(mrr, leave, margin, revenue), ratio(spent, contracts))


def _months_to_pay_back(spent: Floats, new_mrr: Floats, margin: Floats, revenue: Floats) -> Floats:
    """Divide what customers cost to win by the gross margin that they bring in a month; NaN without any."""
    return ratio(np.where(new_mrr > 0, spent, np.nan), new_mrr * ratio(margin, revenue))


def _of_lifetime(cut: Cut) -> Parts:
    """List MRR as months begin, who of its customers leave, and what is earned of which revenue."""
    return mrr_at_start(cut), cut.period(OF_EXISTING), *_earned(cut)


def _earned(cut: Cut) -> tuple[Floats, Floats]:
    """List what is earned, and of which revenue."""
    return cut.period(EARNED_MARGIN, _MONEY), cut.period(EARNED_REVENUE, _MONEY)


@figure("Cost of acquiring", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def acquisition_cost(cut: Cut) -> Parts:
    """What it costs to win contracts of new customers.

    Marketing cost, commission, cost of visits, and the pay of hours worked on sales, but for what is spent on
    winning customers back.
    """
    return (_cost_of(cut, Phase.ACQUIRE),)


@figure("Cost of delivering", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def delivery_cost(cut: Cut) -> Parts:
    """What work on deliveries costs: the pay of the hours, and what it costs besides them."""
    return (_cost_of(cut, Phase.DELIVER),)


@figure("Cost of retaining", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def retention_cost(cut: Cut) -> Parts:
    """What account visits cost that are to keep customers: pay of the hours, and what they cost besides."""
    return (_cost_of(cut, Phase.RETAIN),)


@figure("Cost of developing", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def development_cost(cut: Cut) -> Parts:
    """What account visits cost that are to make customers buy more: with `purpose = "develop"`."""
    return (_cost_of(cut, Phase.DEVELOP),)


@figure("Cost of winning back", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def win_back_cost(cut: Cut) -> Parts:
    """What is spent on customers who had left: touches, and visits, commission and hours of those who return.

    The touches are a part of the cost of nurture.
    """
    return (_cost_of(cut, Phase.WIN_BACK),)


@figure("Pay without work", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def idle_cost(cut: Cut) -> Parts:
    """Pay of hours in which reps are idle or absent: pay - pay of hours worked or spent on prospecting.

    The costs of the five phases, this, training, turnover and changes add up to cost.
    """
    return (cut.period(Event.PAY, _MONEY) - prospecting(cut) - cut.pay_of_work.sum(axis=2),)


@figure("Cost of acquiring, per contract", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL)
def cost_to_acquire(cut: Cut) -> Parts:
    """Cost of acquiring / contracts, without those of customers won back. With idle time, it is `cac`."""
    return _cost_of(cut, Phase.ACQUIRE), _first_contracts(cut)


@figure("Cost of delivering, per delivery", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL)
def cost_to_deliver(cut: Cut) -> Parts:
    """Cost of delivering / contracts delivered in the period."""
    return _cost_of(cut, Phase.DELIVER), cut.period(DELIVERY)


@figure("Cost of retaining, per customer and month", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL)
def cost_to_retain(cut: Cut) -> Parts:
    """Cost of retaining / customers as each month begins, added up over the months."""
    return _cost_of(cut, Phase.RETAIN), customers_at_start(cut)


@figure("Cost of developing, per expansion", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL)
def cost_to_develop(cut: Cut) -> Parts:
    """Cost of developing / contracts that rise in the period."""
    return _cost_of(cut, Phase.DEVELOP), cut.period(Event.EXPANDED)


@figure("Cost of winning back, per customer", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL)
def cost_to_win_back(cut: Cut) -> Parts:
    """Cost of winning back / customers won back in the period."""
    return _cost_of(cut, Phase.WIN_BACK), cut.period(Event.REACTIVATED)


@figure("Lifetime value", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, _lifetime_value)
def lifetime_value(cut: Cut) -> Parts:
    """What a customer of a recurring product brings: gross margin of a month's payments / monthly churn.

    (MRR per customer x gross margin / revenue) / logo churn, without discount, as if churn stayed what it is.
    Cohort tables say what customers of each month have brought so far. Source: Gupta and Lehmann (2003),
    Customers as assets, Journal of Interactive Marketing 17.
    """
    return _of_lifetime(cut)


@figure("Gross margin beyond the end", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, _value_of_all)
def margin_beyond(cut: Cut) -> Parts:
    """What customers at the end of the period, or of a month, will still bring: no part of profit.

    MRR x gross margin / revenue / logo churn, without discount, as if churn stayed what it is.
    """
    return mrr_at_end(cut), customers_at_start(cut), cut.period(OF_EXISTING), *_earned(cut)


@figure("Lifetime value, of cost to acquire", Unit.RATIO, Basis.PERIOD, Better.MORE, _ALL, _value_to_cost)
def ltv_to_cac(cut: Cut) -> Parts:
    """LTV:CAC: lifetime value / cost of acquiring per contract. Above 1, a customer is worth its cost.

    For firms that sell by subscription: the cost of acquiring is that of all contracts.
    """
    return *_of_lifetime(cut), _cost_of(cut, Phase.ACQUIRE), _first_contracts(cut)


@figure("Payback", Unit.MONTHS, Basis.PERIOD, Better.LESS, _ALL, _months_to_pay_back)
def payback(cut: Cut) -> Parts:
    """Months until new customers have paid back what they cost to win: CAC payback.

    Cost of acquiring / (new MRR x gross margin / revenue), if nobody leaves meanwhile. For firms that sell by
    subscription: the cost of acquiring is that of all contracts.
    """
    return _cost_of(cut, Phase.ACQUIRE), cut.period(Event.SUBSCRIBED, _MONEY), *_earned(cut)
