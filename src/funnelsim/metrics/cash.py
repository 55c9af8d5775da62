"""Figures of cash: what is billed, received and paid, what is left, and whether it runs out."""

from __future__ import annotations

import numpy as np

from funnelsim.engines.fold import Basis
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Stock, Unit, figure, total

_ALL = ("all", "month")


@figure("Billed", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, total)
def billed(cut: Cut) -> Parts:
    """What is billed in the period: deposits, the rest, instalments and later terms, in whole cents."""
    return (cut.cash.billed,)


@figure("Bad debt", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def bad_debt(cut: Cut) -> Parts:
    """What is billed in the period and never paid."""
    return (cut.cash.bad_debt,)


@figure("Cash received", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, total)
def cash_received(cut: Cut) -> Parts:
    """What customers pay in the period, also for what was billed before it."""
    return (cut.cash.received,)


@figure("Cash paid", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def cash_paid(cut: Cut) -> Parts:
    """What the firm pays in the period: costs, and what contracts cost to deliver, when that is due.

    Salaries, commission and channels by the month; what contracts cost to deliver (bookings - gross margin)
    at the end of each month in which it is earned; all else as it occurs.
    """
    return (cut.cash.paid,)


@figure("Billed and not yet paid", Unit.MONEY, Basis.PERIOD, Better.NEITHER, _ALL, total, stock=Stock.AT_END)
def receivables(cut: Cut) -> Parts:
    """Receivables at the end of the month or period: billed - bad debt - received, since the warm-up."""
    return (cut.cash.due,)


@figure("Cash at the end", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, total, stock=Stock.AT_END)
def cash(cut: Cut) -> Parts:
    """Cash at the end of the month or period: opening balance + cash received - cash paid, to the cent."""
    return (cut.cash.at_end,)


@figure("Lowest cash", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, total, stock=Stock.EVERY_DAY)
def lowest_cash(cut: Cut) -> Parts:
    """The least that there is at the end of any day of the month or period."""
    return (cut.cash.lowest,)


@figure("Runs out of cash", Unit.SHARE, Basis.PERIOD, Better.LESS, _ALL, chance=True)
def ran_out_of_cash(cut: Cut) -> Parts:
    """Chance that cash has been below 0 at the end of a day, by the end of the month or period.

    The share of simulated years in which it has since the period began, also in the middle of a month.
    """
    return cut.cash.ran_out, np.ones_like(cut.cash.ran_out)
