"""Cash day by day in each simulated year, and what it comes to in each month or in all (F17)."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import Cash, Tally
from funnelsim.model.model import Model
from funnelsim.model.words import DAY
from funnelsim.rules.contracts import CENTS


@dataclass(frozen=True)
class Balances:
    """Cash of R replications in n months, or in all: each (R, n); NaN where none is counted."""

    billed: Floats
    bad_debt: Floats  # of what is billed
    received: Floats
    paid: Floats
    due: Floats  # at the end: billed, and neither received nor bad debt
    at_end: Floats
    lowest: Floats  # at the end of any day
    ran_out: Floats  # 1 where it has been below 0 at the end of a day, since the period began


def no_balances(nothing: Floats) -> Balances:
    """Return balances that are all alike, where there are none.

    Parameters
    ----------
    nothing : array (R, n)
    """
    return Balances(**{each.name: nothing for each in fields(Balances)})


def by_day(tallies: Tally) -> tuple[Floats, Floats]:
    """Return the flows of cash, and cash at the end of each day of the period.

    Parameters
    ----------
    tallies : Tally
        Stacked.

    Returns
    -------
    flows : array (R, flows, 1 + days)
        In money, each in whole cents; all before the period comes first.
    balances : array (R, days)
    """
    flows = _in_cents(tallies.cash)
    change = flows[:, Cash.RECEIVED, 1:] - flows[:, Cash.PAID, 1:]
    balances = _in_cents(tallies.opening) + change.cumsum(axis=1)
    return flows / CENTS, balances / CENTS


def balances(model: Model, tallies: Tally, dimension: str) -> Balances:
    """Cut cash by "month", or into one piece for "all".

    Parameters
    ----------
    model : Model
        The strategy that the tallies are of.
    tallies : Tally
        Stacked.
    """
    days = (model.months - model.months[0]) // DAY
    starts, ends = (days[:-1], days[1:]) if dimension == "month" else (days[:1], days[-1:])
    if tallies.cash.shape[2] == 0:
        return no_balances(np.full((len(tallies.cash), len(starts)), np.nan))
    flows, daily = by_day(tallies)
    sums = np.add.reduceat(flows[:, :, 1:], starts, axis=2)
    billed, bad_debt, received, paid = (sums[:, flow] for flow in Cash)
    owed = flows[:, Cash.BILLED] - flows[:, Cash.BAD_DEBT] - flows[:, Cash.RECEIVED]
    below = np.maximum.accumulate(daily < 0, axis=1)
    return Balances(
        billed=billed,
        bad_debt=bad_debt,
        received=received,
        paid=paid,
        due=owed.cumsum(axis=1)[:, ends],
        at_end=daily[:, ends - 1],
        lowest=np.minimum.reduceat(daily, starts, axis=1),
        ran_out=below[:, ends - 1].astype(np.float64),
    )


def one_contract(worth: Floats, margin: Floats) -> Balances:
    """Return what a contract alone would bring that is billed and paid at once: each (1, segments)."""
    paid, nothing = worth - margin, np.zeros((1, len(worth)))
    return Balances(
        billed=worth[None],
        bad_debt=nothing,
        received=worth[None],
        paid=paid[None],
        due=nothing,
        at_end=margin[None],
        lowest=margin[None],
        ran_out=nothing,
    )


def _in_cents(money: Floats) -> Floats:
    """Round money to whole cents, halves up."""
    return np.floor(money * CENTS + 0.5)
