"""Products: which of them a deal is about, and what is paid for it."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import PRODUCT, uniforms_if
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING

AT_SIGNING = 1  # microsecond: over which a contract earns that earns all at once
MONTH = int(30.4375 * DAY)  # of a term: a twelfth of 365.25 days (PC3)


@rule
def sells_products(model: Model, segment: int) -> bool:
    """Return whether the deals of a segment are about products."""
    return bool(model.segments[segment]["products"] > 0)


@rare
def product_of(model: Model, world: Record, segment: int, company: int, now: int) -> int:
    """Draw the product that a company's deal is about, of those launched by now (PC1, PC6)."""
    row = model.segments[segment]
    first, end = row["first_product"], row["first_product"] + row["products"]
    u, _ = uniforms_if(row["products"] > 1, world, company, PRODUCT, 0)
    launched = 0.0
    for number in range(first, end):
        launched += share_launched(model, number, first, now)
    chosen, so_far = NOTHING, 0.0
    for number in range(first, end):
        share = share_launched(model, number, first, now)
        if share > 0.0 and (chosen == NOTHING or so_far <= u * launched):
            chosen = int(model.routes[number]["target"])
        so_far += share
    return chosen


@rule
def share_launched(model: Model, number: int, first: int, now: int) -> float:
    """Return the share of a route to a product, if that has been launched by now, else 0."""
    if not is_launched(model, model.routes[number]["target"], now):
        return 0.0
    before = 0.0 if number == first else model.routes[number - 1]["up_to"]
    return float(model.routes[number]["up_to"] - before)


@rule
def is_launched(model: Model, product: int, now: int) -> bool:
    """Return whether a product is sold by now (PC6)."""
    return bool(model.products[product]["launched"] <= now)


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
def prices_of(
    model: Model, world: Record, product: int, segment: int, company: int, order: int
) -> tuple[float, float]:
    """Draw the price of a product for a company, of a month where it is recurring; and return the mean price.

    (PC2, RP4)

    Parameters
    ----------
    order : int
        Which order of the company it is for; 0: a deal.
    """
    row = model.prices[product * len(model.segments) + segment]
    price = model.distributions[row["distribution"]]
    u, _ = uniforms_if(varies(price), world, company, model.products[product]["price_key"], order)
    return quantile(price, model.knots, u), float(row["mean"])


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
