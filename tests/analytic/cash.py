"""Cash to the cent: a firm worked out by hand; and what is owed where customers take their time to pay."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import DAY

from . import systems
from .books import BASIC, CENTS, IN_MARCH, ON_SUNDAYS, YEARLY
from .figures import Count, Figure, Truth
from .observation import REASONS, Worlds, tallied

OPENING = 3_000
# Two basic customers are billed 3,043.75 each on 21 Jan, 20 Feb, 23 Mar, 22 Apr, 23 May and 22 Jun, and
# pay ten days later: on 31 Jan, 2 Mar, 2 Apr, 2 May and 2 Jun. The yearly one is billed 9,131.25 on 14 Jan,
# 13 Feb, 15 Mar, 15 Apr and 15 May, and a fifth less from its anniversary on 15 June on; it pays thirty days
# later: on 13 Feb, 15 Mar, 14 Apr, 15 May and 14 Jun. On 1 March two companies buy a kit of 10,000: three
# tenths are billed at once, the rest as it is delivered, twenty days later; both are paid after ten days,
# on 11 and 31 March.
BILLED = (15218.75, 15218.75, 15218.75 + 20000, 15218.75, 15218.75, 6087.50 + 7305)
RECEIVED = (6087.50, 9131.25, 15218.75 + 6000 + 14000, 15218.75, 15218.75, 15218.75)
# On the last of each month: pay of 3,100, and what contracts cost: 50 a day for a basic customer, 60 for
# the yearly one, later 48; 4,000 for a kit as it is delivered. The ads of a month, 900, are paid on the 15th
# of the next one, the commission on the kits, 500 each, on 30 April, thirty days after the end of March. Each
# delivery costs 1,000 as it starts, on 1 March: that day ends below 0, and no month does.
PAID = (
    3100 + 3100 + 1860,
    3100 + 2800 + 1680 + 900,
    3100 + 3100 + 1860 + 900 + 8000 + 2000,
    3100 + 3000 + 1800 + 900 + 1000,
    3100 + 3100 + 1860 + 900,
    3100 + 3000 + 855 + 756 + 900,
)
BY_HAND = {
    "billed": BILLED,
    "bad_debt": (0,) * 6,
    "cash_received": RECEIVED,
    "cash_paid": PAID,
    "receivables": (9131.25, 15218.75, 15218.75, 15218.75, 15218.75, 13392.50),
    "cash": (1027.50, 1678.75, 17937.50, 23356.25, 29615, 36222.75),
    "lowest_cash": (1027.50, 1027.50, -321.25, 17937.50, 23356.25, 29615),
    "ran_out_of_cash": (0, 0, 1, 1, 1, 1),
}
IN_ALL = {"cash": 36222.75, "lowest_cash": -321.25, "ran_out_of_cash": 1, "cash_received": sum(RECEIVED)}
RATE, PRICE, DELAY, BAD_DEBT = 2.0, 10.0, 30.0, 0.2  # inquiries an hour; money; days; share


def firm_by_hand() -> str:
    """Write a firm of which every payment is known to the day."""
    products: dict[str, dict[str, Any]] = {
        "basic": {"price_per_month": BASIC, "gross_margin": 0.5, "churn_per_month": 0},
        "yearly": {
            **{"price_per_month": YEARLY, "gross_margin": 0.8, "term_months": 12, "renewal": 1},
            "price_growth_per_year": -0.2,
            "billing": {"paid_after_days": 30},
        },
        "kit": {
            **{"price": 10_000, "gross_margin": 0.6, "delivery": "fit", "recognised": "at_delivery"},
            "billing": {"deposit": 0.3, "when": "at_delivery"},
        },
    }
    for name, customers, days in (("basic", 2, 10), ("yearly", 1, 200)):
        products[name]["segments"] = {"any": {"customers": customers, "customers_since_days": days}}
    segment = {"products": {"kit": 1}, "market": {"companies": 2}}
    volume = {"inquiries_per_month": 1e5, "monthly_profile": IN_MARCH, **ON_SUNDAYS}
    finance = {
        "opening_balance": OPENING,
        "billing": {"paid_after_days": 10},
        "commission_paid_after_days": 30,
        "channels_paid_after_days": 15,
    }
    return "\n".join(
        [
            systems.opening(6, "2026-01-01", warm_up=0, segment=segment),
            systems.table("finance", finance),
            *(systems.table(f"products.{name}", keys) for name, keys in products.items()),
            systems.table("channels.web", {"kind": "seo", "cost_per_month": 900, **volume}),
            systems.team("crew", 1, cost_per_person_month=3100, commission=0.05),
            systems.stage("form", team="crew"),
            systems.table("deliveries.fit.stages.fitting", {"team": "crew", "customer_takes_days": 20}),
            "cost_per_visit = 1_000",
        ]
    )


def half_a_year_by_hand(worlds: Worlds) -> list[Count]:
    """Half a year of the firm, month by month and in all, to the cent."""
    model = systems.model(firm_by_hand())
    compared = differing = 0
    for world in range(worlds.count):
        tally = new_tally(model, REASONS)
        fold(history("compiled", model, 1, world), model, tally)
        for dimension, expected in (("month", BY_HAND), ("all", IN_ALL)):
            found = cut(model, stack([tally]), dimension)
            for name, amounts in expected.items():
                values = FIGURES[name].values(found)[0]
                compared += len(values)
                differing += int((_cents(values) != _cents(np.atleast_1d(amounts))).sum())
    return [Count("cash and what it is made of, to the cent", compared, differing, 100)]


def owed(months: int = 3) -> Truth:
    """Customers who pay after an exponential time: open bills are the customers of M/M/∞ from empty.

    Bills come at a rate, and each is paid after a mean of d days, so that after t days
    rate x d x (1 - e^(-t/d)) are open, and all others are paid, bad debt apart.
    """
    billing = {"paid_after_days": systems.exponential(DELAY), "bad_debt": BAD_DEBT}
    text = "\n".join(
        [
            systems.opening(months, warm_up=0, segment={"products": {"kit": 1}}),
            systems.table("products.kit", {"price": PRICE, "billing": billing}),
            systems.channel("web", RATE),
            systems.stage("form"),
        ]
    )

    def measured(worlds: Worlds) -> list[Figure]:
        model = systems.model(text)
        found = cut(model, tallied(model, worlds), "month")
        days = (model.months[1:] - model.months[0]) / DAY
        good = 24 * RATE * PRICE * (1 - BAD_DEBT)
        figures = []
        for month, t in enumerate(days.tolist()):
            open_ = good * DELAY * (1 - math.exp(-t / DELAY))
            figures.append(Figure(f"owed after {t:.0f} days", open_, _of("receivables", found, month)))
        received = np.sum([_of("cash_received", found, month) for month in range(months)], axis=0)
        bad = np.sum([_of("bad_debt", found, month) for month in range(months)], axis=0)
        figures.append(Figure("received by then", good * days[-1] - open_, received))
        figures.append(Figure("never paid", good * days[-1] * BAD_DEBT / (1 - BAD_DEBT), bad))
        return figures

    return Truth("customers who take an exponential time to pay", 0.0, 30, measured)


def _of(name: str, found: Any, month: int) -> Floats:
    """Return a figure of a month in each world."""
    return FIGURES[name].values(found)[:, month]


def _cents(money: Floats) -> Floats:
    return np.rint(np.asarray(money, float) * CENTS)
