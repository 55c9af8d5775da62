"""The books of customers to the cent: a firm worked out by hand, and MRR forward and backward."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Records
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, Cut, cut
from funnelsim.model.model import Model
from funnelsim.model.words import Event

from . import systems
from .figures import Count
from .observation import REASONS, Worlds

# A month of a contract has 30.4375 days: a price of 3,043.75 a month is 100 a day.
BASIC, PRO, BRIEF, YEARLY = 3043.75, 6087.50, 608.75, 9131.25
BY_HAND = {
    # As the year begins there are 2 basic, 3 brief and 1 yearly customers: 6,087.50 + 1,826.25 + 9,131.25.
    # The brief ones leave on 21 January. On 1 March two companies sign for basic. All four move up to pro in
    # April, which is sold from the 1st on; the yearly one pays a fifth less from its anniversary in June on.
    "customers": (3, 3, *[5] * 10),
    "new_customers": (0, 0, 2, *[0] * 9),
    "churned_customers": (3, *[0] * 11),
    "mrr": (15218.75, 15218.75, 21306.25, 33481.25, 33481.25, *[31655] * 7),
    "new_mrr": (0, 0, 6087.50, *[0] * 9),
    "expansion_mrr": (0, 0, 0, 12175, *[0] * 8),
    "contraction_mrr": (*[0] * 5, 1826.25, *[0] * 6),
    "churned_mrr": (1826.25, *[0] * 11),
    # A basic customer pays 100 a day, a pro 200, a brief one 20; the yearly one 300, then 240. The brief ones
    # stay for 20.4375 days. The old ones move up after 21.75 days of April, the new ones after 29.875; the
    # anniversary is 14.25 days after 1 June.
    "revenue": (
        *(6200 + 1226.25 + 9300, 5600 + 8400, 6200 + 6200 + 9300),
        *(2 * (2175 + 1650) + 2 * (2987.50 + 25) + 9000, 24800 + 9300, 24000 + 4275 + 3780),
        *(24800 + 7440, 24800 + 7440, 24000 + 7200, 24800 + 7440, 24000 + 7200, 24800 + 7440),
    ),
    # Of basic 50 a day are left, of pro 120, of brief 8; of the yearly one 240, then 192.
    "revenue_margin": (
        *(3100 + 490.50 + 7440, 2800 + 6720, 3100 + 3100 + 7440),
        *(2 * (1087.50 + 990) + 2 * (1493.75 + 15) + 7200, 14880 + 7440, 14400 + 3420 + 3024),
        *(14880 + 5952, 14880 + 5952, 14400 + 5760, 14880 + 5952, 14400 + 5760, 14880 + 5952),
    ),
}
CENTS = 100
FIRMS = 10  # drawn at random
BRIDGE = {"new": 1, "expansion": 1, "contraction": -1, "churned": -1}
ON_SUNDAYS = {"weekday_profile": [0] * 6 + [1], "arrives_between": ["00:00", "00:01"]}
IN_MARCH = [0, 0, 1, *[0] * 9]


def firm_by_hand() -> str:
    """Write a firm in which nothing is left to chance: two companies are all who can ask, and do at once."""
    products: dict[str, dict[str, Any]] = {
        "basic": {"price_per_month": BASIC, "gross_margin": 0.5, "churn_per_month": 0, "opens": {"pro": 1}},
        "brief": {"price_per_month": BRIEF, "gross_margin": 0.4, "churn_per_month": 1},
        "yearly": {
            **{"price_per_month": YEARLY, "gross_margin": 0.8, "term_months": 12, "renewal": 1},
            "price_growth_per_year": -0.2,
        },
        "pro": {"price_per_month": PRO, "gross_margin": 0.6, "churn_per_month": 0},
    }
    for name, customers, days in (("basic", 2, 10), ("brief", 3, 10), ("yearly", 1, 200)):
        there = {"customers": customers, "customers_since_days": days}
        products[name]["segments"] = {"any": there}
    segment = {"products": {"basic": 1}, "market": {"companies": 2}}
    volume = {"inquiries_per_month": 1e5, "monthly_profile": IN_MARCH, **ON_SUNDAYS}
    return "\n".join(
        [
            systems.opening(12, "2026-01-01", warm_up=0, segment=segment),
            *(systems.table(f"products.{name}", keys) for name, keys in products.items()),
            "launched = 2026-04-01",  # the last of them, pro
            systems.table("channels.web", {"kind": "seo", **volume}),
            systems.stage("form"),
        ]
    )


def year_by_hand(worlds: Worlds) -> list[Count]:
    """A year of the firm, month by month, to the cent."""
    model = systems.model(firm_by_hand())
    compared = differing = 0
    for world in range(worlds.count):
        months = _months(history("compiled", model, 1, world), model)
        for name, expected in BY_HAND.items():
            compared += len(expected)
            differing += int((_figure(name, months) != _cents(np.array(expected, float))).sum())
    return [Count("MRR, customers, revenue and its margin, to the cent", compared, differing, 100)]


def any_firm(number: int) -> str:
    """Write a firm of three products, whose prices, terms and chances are drawn at random."""
    draw = Random(number)
    products: dict[str, dict[str, Any]] = {
        "basic": {"churn_per_month": draw.uniform(0.01, 0.2), "opens": {"pro": draw.uniform(0, 0.3)}},
        "pro": {"term_months": draw.choice([1, 3, 12]), "renewal": draw.uniform(0.5, 1)},
        "top": {"term_months": draw.choice([2, 6]), "loyalty": {"alpha": draw.uniform(0.5, 2), "beta": 4}},
    }
    products["pro"]["opens"] = {"top": draw.uniform(0, 0.5)}
    for product in products.values():
        median = draw.uniform(5, 500)
        product["price_per_month"] = {"median": median, "p90": median * draw.uniform(1.1, 4)}
        product["price_growth_per_year"] = draw.uniform(-0.3, 0.3)
        product["segments"] = {"any": {"customers": draw.randrange(1, 60)}}
    sold = {"basic": 0.6, "pro": 0.3, "top": 0.1}
    return "\n".join(
        [
            systems.opening(24, warm_up=1, segment={"products": sold}),
            *(systems.table(f"products.{name}", keys) for name, keys in products.items()),
            systems.channel("web", draw.uniform(0.01, 0.1)),
            systems.stage("form", conversion=0.5),
        ]
    )


def mrr_adds_up(worlds: Worlds) -> list[Count]:
    """MRR at the end of each month, counted on from its start, and back from who is left in the end (F8)."""
    compared = differing = 0
    for number in range(FIRMS):
        model = systems.model(any_firm(number))
        for world in range(worlds.count):
            rows = history("compiled", model, number + 1, world)
            months = _months(rows, model)
            at_end = _figure("mrr", months)
            moved = sum(sign * _figure(f"{name}_mrr", months) for name, sign in BRIDGE.items())
            counted_back = np.array([_mrr_before(int(moment), rows) for moment in model.months])
            compared += len(at_end)
            wrong = (at_end != counted_back[1:]) | (counted_back[:-1] + moved != counted_back[1:])
            differing += int(wrong.sum())
    return [Count("MRR at the ends of months of random firms, in whole cents", compared, differing, 1000)]


def _mrr_before(moment: int, rows: Records) -> int:
    """Return how many cents contracts in force pay for a month, from what becomes of them later."""
    later = rows[(rows["time"] >= moment) & (rows["worked"] < moment)]
    signs = {Event.RUNS_ON: 1, Event.CHURNED: 1, Event.EXPANDED: -1, Event.CONTRACTED: 1}
    return sum(
        sign * int(_cents(later["money"][later["event"] == event]).sum()) for event, sign in signs.items()
    )


def _months(rows: Records, model: Model) -> Cut:
    """Fold a ledger, and cut it by month."""
    tally = new_tally(model, REASONS)
    fold(rows, model, tally)
    return cut(model, stack([tally]), "month")


def _figure(name: str, months: Cut) -> Integers:
    """Return a figure by month: cents, or hundredths of customers."""
    return _cents(FIGURES[name].values(months)[0])


def _cents(money: Floats) -> Integers:
    return np.rint(money * CENTS).astype(np.int64)
