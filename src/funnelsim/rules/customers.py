"""What becomes of customers: whether they stay after each term, and what they pay in the next."""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import LEAVING, LOYALTY, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import NOTHING
from funnelsim.rules.contracts import cents
from funnelsim.rules.products import is_recurring

MONTHS_A_YEAR = 12


@rule
def becomes_customer(model: Model, product: int, now: int) -> bool:
    """Return whether who signs a contract about a product now becomes a customer (CU1)."""
    return bool(is_recurring(model, product) and now >= model.stocks_from)


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
def growth(model: Model, contract: Record) -> float:
    """Return the factor on what is paid in the next term: for each year since signing that it completes (CU5).

    Parameters
    ----------
    contract : PURSUIT record
        As a term ends, which is not counted yet.
    """
    product = model.products[contract["product"]]
    before = contract["terms"] * product["months"] // MONTHS_A_YEAR
    after = (contract["terms"] + 1) * product["months"] // MONTHS_A_YEAR
    return math.pow(1.0 + product["growth"], float(after - before))


@rule
def mrr(paid: float) -> int:
    """Compute a contract's monthly recurring revenue, in cents (CU1)."""
    return cents(paid)
