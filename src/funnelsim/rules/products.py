"""Products: which of them a deal is about, and what is paid for it."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import PRODUCT, uniforms_if
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING
from funnelsim.rules.routes import route

AT_SIGNING = 1  # microsecond: over which a contract earns that earns all at once
MONTH = int(30.4375 * DAY)  # of a term: a twelfth of 365.25 days (PC3)


@rule
def sells_products(model: Model, segment: int) -> bool:
    """Return whether the deals of a segment are about products."""
    return bool(model.segments[segment]["products"] > 0)


@rare
def product_of(model: Model, world: Record, segment: int, company: int) -> int:
    """Draw the product that a company's deal is about (PC1)."""
    row = model.segments[segment]
    u, _ = uniforms_if(row["products"] > 1, world, company, PRODUCT, 0)
    chosen = route(model.routes, row["first_product"], row["products"], u)
    return int(model.routes[chosen]["target"])


@rule
def is_recurring(model: Model, product: int) -> bool:
    """Return whether a product is paid for by the month; NOTHING is not."""
    return bool(product != NOTHING and model.products[product]["term"] > 0)


@rule
def price_row(model: Model, pursuit: Record) -> Record:
    """Find the price of a pursuit's product in its segment."""
    row: Record = model.prices[pursuit["product"] * len(model.segments) + pursuit["segment"]]
    return row


@rare
def full_price(model: Model, world: Record, pursuit: Record) -> float:
    """Draw the price of the product for a company, of a month where it is recurring (PC2)."""
    price = model.distributions[price_row(model, pursuit)["distribution"]]
    key = model.products[pursuit["product"]]["price_key"]
    u, _ = uniforms_if(varies(price), world, pursuit["company"], key, 0)
    return quantile(price, model.knots, u)


@rule
def term_of(model: Model, product: int) -> int:
    """Return the term of a recurring product's contracts, in microseconds (PC3, CU2, CU9)."""
    return int(model.products[product]["term"])


@rule
def months_at_first(model: Model, product: int) -> int:
    """Count the months of the first term; 1 for a one-off product (PC3, PC4)."""
    return max(int(model.products[product]["months"]), 1)


@rule
def earns_over(model: Model, product: int) -> int:
    """Return how long a contract about a product earns its bookings (PC4)."""
    row = model.products[product]
    if row["term"] > 0:
        return int(row["term"])
    return max(int(row["earned_over"]), AT_SIGNING)
