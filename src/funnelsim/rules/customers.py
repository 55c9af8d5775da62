"""What becomes of customers: whether they stay after each term, and what they pay in the next."""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import CONTRACT, LEAVING, LOYALTY, descendant, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import NOTHING, Event
from funnelsim.rules.contracts import CENTS, cents, price
from funnelsim.rules.products import MONTH, full_price, is_recurring, price_row
from funnelsim.rules.visits import occurrence

YEAR = 12 * MONTH  # microseconds: of a contract


@rule
def becomes_customer(model: Model, product: int, now: int) -> bool:
    """Return whether who signs a contract about a product now becomes a customer (CU1)."""
    return bool(is_recurring(model, product) and now >= model.stocks_from)


@rule
def contract_of(deal: Record) -> int:
    """Return the entity of the contract that is born of a deal (CU1, K9)."""
    return descendant(deal["entity"], CONTRACT, occurrence(deal))


@rare
def signed(model: Model, world: Record, deal: Record) -> tuple[float, float, float]:
    """Return what is signed for a month: what is paid, the same at the mean price, the share of the price.

    (CU1, PC2)
    """
    share = price(model.channels[deal["channel"]], deal["began"])
    return full_price(model, world, deal) * share, float(price_row(model, deal)["mean"] * share), share


@rule
def told_as(change: float) -> int:
    """Name the event of a change of monthly recurring revenue (CU6)."""
    return Event.EXPANDED.value if change > 0.0 else Event.CONTRACTED.value


@rare
def stays(model: Model, world: Record, contract: Record) -> bool:
    """Decide whether a customer stays as a term ends (CU3)."""
    product = model.products[contract["product"]]
    chance = float(product["stays"])
    if product["loyalty"] != NOTHING:
        u, _ = uniforms(world, contract["company"], LOYALTY, 0)
        chance = 1.0 - quantile(model.distributions[product["loyalty"]], model.knots, u)
    u, _ = uniforms(world, contract["entity"], LEAVING, contract["terms"])
    return u < chance


@rare
def growth(model: Model, contract: Record, now: int) -> float:
    """Return the factor on what is paid in the term that begins: for each year that the last one completed.

    (CU5)
    """
    product, began = model.products[contract["product"]], contract["began"]
    years = (now - began) // YEAR - (contract["since"] - began) // YEAR
    return math.pow(1.0 + product["growth"], float(years))


@rare
def next_term(model: Model, contract: Record, now: int) -> tuple[float, float]:
    """Return what is paid for a month of the term that begins: by this customer, and at the mean price."""
    factor = growth(model, contract, now)
    return contract["paid"] * factor, contract["mean_paid"] * factor


@rule
def mrr(paid: float) -> float:
    """Compute a contract's monthly recurring revenue: what is paid for a month, in whole cents (CU1)."""
    return cents(paid) / CENTS


@rule
def change_of_mrr(before: float, after: float) -> float:
    """Compute by how much monthly recurring revenue rises, in whole cents (CU6)."""
    return (cents(after) - cents(before)) / CENTS
