"""Repeat purchase: when a customer buys a one-off product again, what it pays, and when it drops out.

The BG/NBD of P. Fader, B. Hardie and K. Lee (2005), "Counting your customers" the easy way, Marketing
Science 24: each customer's own rate of orders is drawn from a gamma distribution, and its own chance to drop
out after each order from a beta distribution.
"""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import BUYER, BUYING, ORDER, descendant, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, NOTHING
from funnelsim.rules.products import prices_of
from funnelsim.rules.visits import duration, occurrence

MOST_COUNTED = (1 << 15) - 1  # what the count of a row can tell


@rule
def may_buy_again(model: Model, product: int, now: int) -> bool:
    """Return whether who signs for a product now may buy it again (RP1)."""
    return bool(model.products[product]["rate"] != NOTHING and now >= model.stocks_from)


@rule
def buyer_of(deal: Record) -> int:
    """Return the entity of the buyer that is born of a deal (RP1, K9)."""
    return descendant(deal["entity"], BUYER, occurrence(deal))


@rare
def habits(model: Model, world: Record, buyer: Record) -> tuple[float, float]:
    """Draw a customer's own rate of orders, a day, and its chance to drop out after each (RP2)."""
    product = model.products[buyer["product"]]
    of_rate, of_chance = uniforms(world, buyer["company"], BUYING, 0)
    rate = quantile(model.distributions[product["rate"]], model.knots, of_rate)
    return rate, quantile(model.distributions[product["dropout"]], model.knots, of_chance)


@rule
def luck(world: Record, buyer: Record, number: int) -> tuple[float, float]:
    """Draw the uniforms of an order: when it comes, and whether the customer drops out after it (K8)."""
    return uniforms(world, buyer["company"], ORDER, number)


@rare
def next_order(model: Model, world: Record, buyer: Record, number: int) -> int:
    """Draw how long after the one before an order comes, in microseconds (RP3, RP7)."""
    rate, _ = habits(model, world, buyer)
    u, _ = luck(world, buyer, number)
    if rate <= 0.0:
        return NEVER
    return duration(-math.log(1.0 - u) / rate, DAY)


@rare
def drops_out(model: Model, world: Record, buyer: Record, number: int) -> bool:
    """Decide whether a customer buys no more after an order (RP6)."""
    _, chance = habits(model, world, buyer)
    _, u = luck(world, buyer, number)
    return u < chance


@rare
def ordered(model: Model, world: Record, buyer: Record, number: int) -> tuple[float, float, float]:
    """Return what is paid for an order, the same at the mean price, and the share of the price (RP4)."""
    product, segment, company = int(buyer["product"]), int(buyer["segment"]), int(buyer["company"])
    share = 1.0 - model.products[product]["price_cut"]
    price, mean_price = prices_of(model, world, product, segment, company, number)
    return price * share, mean_price * share, float(share)
