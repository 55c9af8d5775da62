"""Customers who refer others in a market that dries up: a pure birth process."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.rules.products import MONTH

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Worlds, observed

OWN, BY_REFERRAL = 0.03, 0.38  # a month: p and q of the mean of 213 products (Sultan, Farley, Lehmann 1990)
PEAK = 6.1926  # months: when most are won, in a market without end, log(q / p) / (p + q)
MONTHS = 7


def won_by_the_peak(rows: Records, model: Model) -> Floats:  # noqa: ARG001 (an observation takes it)
    """Count who is won until then: on their own, and by referral."""
    won = rows[(rows["event"] == Event.WON) & (rows["time"] <= PEAK * MONTH)]
    return np.bincount(won["channel"], minlength=2).astype(float)


def recommended(companies: int, copies: int, replications: int) -> Truth:
    """Referrals that last for ever at a constant rate, at random companies, who are won at once."""
    expected = theory.share_born(companies, OWN, BY_REFERRAL, PEAK)

    def compare(worlds: Worlds) -> Outcome:
        text = systems.referring(copies, companies, OWN, BY_REFERRAL, MONTHS)
        won = observed(systems.model(text), won_by_the_peak, worlds).sum(axis=1)
        return [Figure("share won", expected, won / (copies * companies))]

    name = f"referrals in a market of {companies:,}: pure birth, p = {OWN}, q = {BY_REFERRAL}"
    return Truth(name, 0.0, replications, compare)
