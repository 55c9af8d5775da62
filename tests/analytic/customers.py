"""Customers: how many stay, what they pay and bring, and where they move up, by the formulas of textbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Event
from funnelsim.rules.products import MONTH

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Observe, Worlds, observed, tallied
from .queues import figures_of

YEARS = 12
HIGH_END = (0.668, 3.806, (86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4))
REGULAR = (0.704, 1.182, (63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3))
PRICE, MARGIN = 1000.0, 0.6  # for a month
COUNT, PAID = range(2)  # what `in_force` adds up


def in_force(months: int, terms: int) -> Observe:
    """Observe the contracts in force after each of so many terms, by product: (terms + 1, products, 2).

    A row of revenue names when its customer signed, and what is paid for the term that begins.
    """

    def observe(rows: Records, model: Model) -> Floats:
        found = np.zeros((terms + 1, len(model.products), 2))
        signed = rows[rows["event"] == Event.SUBSCRIBED]
        paid = rows[(rows["event"] == Event.REVENUE) & (rows["worked"] > 0)]
        age = (paid["time"] - paid["worked"]) // (months * MONTH)
        paid, age = paid[age <= terms], age[age <= terms]
        for chosen, at in ((signed, np.zeros(len(signed), int)), (paid, age)):
            np.add.at(found[..., COUNT], (at, chosen["product"]), 1.0)
            np.add.at(found[..., PAID], (at, chosen["product"]), chosen["money"])
        return found

    return observe


def left(found: Floats) -> Floats:
    """Return the share of those who signed that is left after each term, whatever they have by then."""
    counts = found[..., COUNT].sum(axis=2)
    return np.asarray(counts / counts[:, :1])


def after(years: int) -> str:
    """Name a figure of retention."""
    return f"left after {years} year{'s' * (years > 1)}"


def loyalty(alpha: float, beta: float, published: Sequence[float]) -> Truth:
    """Own chances to leave after a year, from a beta distribution: the shifted beta-geometric.

    Published: what became of the two cohorts in P. Fader and B. Hardie (2007), How to project customer
    retention, Journal of Interactive Marketing 21.
    """
    plan = {"price_per_month": PRICE, "term_months": 12, "loyalty": {"alpha": alpha, "beta": beta}}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.subscriptions(12 * YEARS + 2, 3.0, {"plan": plan})
        stayed = left(observed(systems.model(text), in_force(12, YEARS), worlds))
        return [
            Figure(
                f"{after(years)} (published {share} %)",
                theory.shifted_beta_geometric(alpha, beta, years),
                stayed[:, years],
            )
            for years, share in enumerate(published, start=1)
        ]

    return Truth(f"loyalty of each customer's own, beta ({alpha}, {beta})", 0.0, 40, compare)


def loyalty_and_visits(alpha: float, beta: float, kept: float) -> Truth:
    """The same, where a visit is made before each term ends: the odds to stay, multiplied (AV5)."""
    plan = {"price_per_month": PRICE, "term_months": 12, "loyalty": {"alpha": alpha, "beta": beta}}
    program = {"every_days": 100, "kept_odds_ratio": kept}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.subscriptions(
            12 * 5 + 2,
            3.0,
            {"plan": plan},
            systems.table("account_visits.review", program),
            systems.table("account_visits.review.stages.visit", {}),
        )
        stayed = left(observed(systems.model(text), in_force(12, 5), worlds))
        return [
            Figure(after(years), theory.loyal(alpha, beta, kept, years), stayed[:, years])
            for years in (1, 2, 5)
        ]

    name = f"the same loyalty, beta ({alpha}, {beta}), and visits that are kept: odds ratio {kept:g}"
    return Truth(name, 0.0, 30, compare)


def churning(churn: float, growth: float) -> Truth:
    """One chance to leave after each month, and a price that rises every year."""
    plan = {"price_per_month": PRICE, "churn_per_month": churn, "price_growth_per_year": growth}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.subscriptions(27, 3.0, {"plan": plan})
        found = observed(systems.model(text), in_force(1, 25), worlds)
        stayed, paid = left(found), found[:, 25, 0, PAID] / found[:, 0, 0, COUNT] / PRICE
        return [
            *(
                Figure(f"left after {months} months", (1 - churn) ** months, stayed[:, months])
                for months in (3, 6, 24)
            ),
            Figure(
                "paid in the 26th month, of what they paid in the first",
                (1 - churn) ** 25 * (1 + growth) ** 2,
                paid,
            ),
        ]

    return Truth(f"churn {churn} a month, prices +{growth:.0%} a year", 0.0, 40, compare)


def retained(churn: float, months: int) -> Truth:
    """Customers from the start, anywhere in their months, who only leave: retention by calendar month."""
    plan = {"price_per_month": PRICE, "churn_per_month": churn}
    ages = {"scipy": "uniform", "scale": 2 * MONTH / DAY}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.customers_from_the_start(months, plan, 1000, customers_since_days=ages)
        model = systems.model(text)
        everything = cut(model, tallied(model, worlds), "all")
        gone_by = (model.months - model.months[0]) / MONTH
        there = [theory.left_at(float(time), churn) for time in gone_by]
        expected = sum(there[1:]) / sum(there[:-1])
        named = {"nrr": expected, "grr": expected, "logo_churn": 1 - expected}
        values = {name: FIGURES[name].values(everything)[:, 0] for name in (*named, "customers")}
        return [
            *(Figure(FIGURES[name].title, share, values[name]) for name, share in named.items()),
            Figure(f"left after {months} calendar months", there[-1], values["customers"] / 1000),
        ]

    return Truth(f"churn {churn} a month, customers from the start", 0.0, 30, compare)


def renewing(renewal: float) -> Truth:
    """One chance to renew after each half year: the rate of renewal."""
    plan = {"price_per_month": PRICE, "term_months": 6, "renewal": renewal}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.customers_from_the_start(36, plan, 1000)
        return [Figure(FIGURES["renewal_rate"].title, renewal, figures_of(text, worlds)("renewal_rate"))]

    return Truth(f"terms of six months, renewed with chance {renewal}", 0.0, 30, compare)


def moving_up(churn: Mapping[str, float], opens: float) -> Truth:
    """A product that opens another: a Markov chain of two states, from which customers leave."""
    basic, pro = ((1 - churn[name]) for name in ("basic", "pro"))
    chain = [[basic * (1 - opens), basic * opens], [0.0, pro]]
    products: dict[str, dict[str, Any]] = {
        name: {"price_per_month": PRICE, "churn_per_month": leaving} for name, leaving in churn.items()
    }
    products["basic"]["opens"] = {"pro": opens}

    def compare(worlds: Worlds) -> Outcome:
        text = systems.subscriptions(14, 3.0, products)
        found = observed(systems.model(text), in_force(1, 12), worlds)
        shares = found[..., COUNT] / found[:, :1, :1, COUNT]
        return [
            Figure(
                f"{name} after {months} months",
                theory.shares_of_chain(chain, months)[number],
                shares[:, months, number],
            )
            for months in (3, 6, 12)
            for number, name in enumerate(churn)
        ]

    return Truth(f"a product that opens another with chance {opens} a month", 0.0, 40, compare)


def lifetime(renewal: float, discount: float, terms: int) -> Truth:
    """What the customers of a month bring in so many years, each paid as it begins, and discounted."""
    plan = {"price_per_month": PRICE, "gross_margin": MARGIN, "term_months": 12, "renewal": renewal}
    margin = 12 * PRICE * MARGIN

    def compare(worlds: Worlds) -> Outcome:
        finance = systems.table("finance", {"discount_rate_per_year": discount})
        text = systems.subscriptions(12 * terms - 5, 1.0, {"plan": plan}, finance)
        model = systems.model(text)
        tallies = tallied(model, worlds)
        signed = cut(model, tallies, "month").period(Event.SUBSCRIBED)[:, 0]
        brought = tallies.lifetime[:, 0].sum(axis=1) / signed
        return [Figure("lifetime value", theory.lifetime_value(margin, renewal, discount, terms), brought)]

    name = f"{terms} yearly terms, renewed with chance {renewal}, discounted at {discount:.0%}"
    return Truth(name, 0.0, 30, compare)
