"""Repeat purchase: how often customers of a one-off product buy it again, by the formulas of the BG/NBD."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Worlds, observed

CDNOW = (0.243, 4.414, 0.793, 2.426)  # r, alpha (weeks), a and b of P. Fader, B. Hardie and K. Lee (2005)
WEEK = 7
WEEKS = 39
FEW = 4  # repeat purchases of which the share of customers is compared
CUSTOMERS, ALL = FEW + 1, FEW + 2  # what `bought` counts besides those with so many repeat purchases


def bought(rows: Records, model: Model) -> Floats:  # noqa: ARG001 (an observation takes it)
    """Count the customers who reach so many repeat purchases in their first 39 weeks; customers; repeats."""
    orders = rows[rows["event"] == Event.ORDERED]
    orders = orders[orders["time"] - orders["worked"] <= WEEKS * WEEK * DAY]
    reach = np.bincount(np.minimum(orders["count"], FEW + 1), minlength=FEW + 2)
    return np.array([*reach[1:], (rows["event"] == Event.WON).sum(), len(orders)], float)


def bought_again(r: float, alpha: float, a: float, b: float) -> Truth:
    """Customers' own rates and chances to drop out, as fitted to the buyers of CDs of a quarter."""
    again = {"shape": r, "scale_days": WEEK * alpha, "a": a, "b": b}
    product = {"price": 1.0, "repeat_purchase": again}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.subscriptions(11, 3.0, {"disc": product})
        found = observed(systems.model(text), bought, worlds)
        customers = found[:, CUSTOMERS]
        reach = np.column_stack([customers, found[:, : FEW + 1]])
        shares = (reach[:, :-1] - reach[:, 1:]) / customers[:, None]
        by_customer = theory.repeat_purchases(r, alpha, a, b, WEEKS)
        return [
            Figure(
                f"repeat purchases of a customer in {WEEKS} weeks", by_customer, found[:, ALL] / customers
            ),
            *(
                Figure(
                    f"customers with {number}",
                    theory.share_with_repeats(r, alpha, a, b, WEEKS, number),
                    shares[:, number],
                )
                for number in range(3)
            ),
        ]

    return Truth(f"repeat purchase, BG/NBD ({r}, {alpha}, {a}, {b})", 0.0, 60, compare)
