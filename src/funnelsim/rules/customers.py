"""What becomes of customers: whether they stay after each term, and what they pay in the next."""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import AGE, CONTRACT, LEAVING, LOYALTY, MOVING, Entity, descendant, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING, Event
from funnelsim.rules.contracts import CENTS, cents, share_of_price
from funnelsim.rules.nurture import is_win_back
from funnelsim.rules.open_deals import has_value, is_open_deal, own_value
from funnelsim.rules.products import MONTH, is_launched, is_recurring, months_at_first, prices_of
from funnelsim.rules.routes import route
from funnelsim.rules.visits import duration, occurrence

YEAR = 12 * MONTH  # microseconds: of a contract
NO_MEMORY = 0  # of visits, or of deliveries, before the first one


@rule
def becomes_customer(model: Model, product: int, now: int) -> bool:
    """Return whether who signs for a product, or has it delivered, becomes a customer now (CU1, DE5)."""
    return bool(is_recurring(model, product) and now >= model.stocks_from)


@rule
def contract_of(deal: Record) -> int:
    """Return the entity of the contract that is born of a deal (CU1, K9)."""
    return descendant(deal["entity"], CONTRACT, occurrence(deal))


@rare
def signed(model: Model, world: Record, deal: Record) -> tuple[float, float, float]:
    """Return what is signed for a month: what is paid, the same at the mean price, the share of the price.

    (CU1, PC2, OD6)
    """
    share = share_of_price(model, deal)
    if is_open_deal(deal) and has_value(own_value(model, deal)):
        paid = own_value(model, deal) / months_at_first(model, deal["product"])
        return paid, paid, share
    price, mean_price = prices_of(model, world, deal["product"], deal["segment"], deal["company"], 0)
    return price * share, mean_price * share, share


@rule
def first_signed(deal: Record, now: int) -> int:
    """Return when the company of a deal first signed, now that its contract begins (WB5)."""
    return int(deal["signed"]) if is_win_back(deal) else int(now)


@rule
def signs_as(deal: Record) -> int:
    """Name the event of a contract that begins, for the first time or again (CU1, WB4)."""
    return Event.REACTIVATED.value if is_win_back(deal) else Event.SUBSCRIBED.value


@rule
def since_return(contract: Record, now: int) -> int:
    """Return how long ago a customer signed again; 0 for one who has not left before (WB5)."""
    return 0 if contract["signed"] == contract["began"] else int(now - contract["began"])


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
    return u < after(model, contract["delivered"], after(model, contract["visit"], chance))


@rule
def after(model: Model, remembered: int, chance: float) -> float:
    """Return a customer's chance to stay, by what is remembered of a visit or a delivery (AV5, DE7)."""
    if remembered == NO_MEMORY or chance >= 1.0:
        return chance
    process = model.processes[remembered // 2]
    odds = chance / (1.0 - chance) * (process["kept"] if remembered % 2 == 1 else process["missed"])
    return float(odds / (1.0 + odds))


@rule
def remembered(pursuit: Record, went_well: bool) -> int:
    """Return what a contract remembers of an account visit or a delivery (AV5, DE7)."""
    return int(2 * pursuit["process"] + (1 if went_well else 0))


@rule
def ends_visit(event: int) -> bool:
    """Return whether an account visit ends with an event (AV2)."""
    return event in (Event.DONE, Event.LOST, Event.WENT_COLD)


@rule
def is_over_for(contract: Record, visit: Record) -> bool:
    """Return whether a visit is of an earlier contract than the one that its company has now (AV6, WB4)."""
    return bool(visit["began"] < contract["began"])


@rare
def growth(model: Model, contract: Record, now: int) -> float:
    """Return the factor on what is paid in the term that begins: for each year that the last one completed.

    (CU5)
    """
    product, began = model.products[contract["product"]], contract["began"]
    years = (now - began) // YEAR - (contract["since"] - began) // YEAR
    return math.pow(1.0 + product["growth"], float(years))


@rare
def next_term(model: Model, world: Record, contract: Record, now: int) -> tuple[int, float, float]:
    """Return the product of the term that begins, and what is paid for a month of it.

    By this customer, and at the mean price. (CU5, CU10)
    """
    product = moves_to(model, world, contract, now)
    if product == contract["product"]:
        factor = growth(model, contract, now)
        return product, contract["paid"] * factor, contract["mean_paid"] * factor
    share = contract["price_share"]
    price, mean_price = prices_of(model, world, product, contract["segment"], contract["company"], 0)
    return product, price * share, mean_price * share


@rule
def moves_to(model: Model, world: Record, contract: Record, now: int) -> int:
    """Return the product that a customer who stays moves up to, or the product that it has (CU10)."""
    product = int(contract["product"])
    row = model.products[product]
    if row["moves"] > 0:
        u, _ = uniforms(world, contract["entity"], MOVING, contract["terms"])
        target = int(model.routes[route(model.routes, row["first_move"], row["moves"], u)]["target"])
        if is_launched(model, target, now):
            product = target
    return product


# ---- customers as the period begins ---------------------------------------------------------


@rule
def is_first(contract: Record) -> bool:
    """Return whether somebody is a customer as the period begins (CU11)."""
    return bool(contract["entity"] >> 56 == Entity.CUSTOMER)


@rare
def count_first(model: Model) -> int:
    """Count the customers that there are as the period begins."""
    count = 0
    for number in range(len(model.prices)):
        count += int(model.prices[number]["customers"])
    return count


@rare
def first_contract(
    model: Model, world: Record, contract: Record, now: int
) -> tuple[int, int, float, float, float]:
    """Return how things stand in the contract of somebody who is a customer as the period begins (CU11).

    Returns
    -------
    tuple of int and float
        When it was signed and when the term at hand began; what is paid for a month, the same at the mean
        price, and the share of the price.
    """
    product, segment, company = int(contract["product"]), contract["segment"], int(contract["company"])
    u, _ = uniforms(world, company, AGE, 0)
    days = model.distributions[model.prices[product * len(model.segments) + segment]["age"]]
    age, term = duration(quantile(days, model.knots, u), DAY), model.products[product]["term"]
    share = share_of_price(model, contract)
    since = age % term
    years = (age - since) // YEAR
    grown = share * math.pow(1.0 + model.products[product]["growth"], float(years))
    price, mean_price = prices_of(model, world, product, segment, company, 0)
    return int(now - age), int(now - since), price * grown, mean_price * grown, share


@rule
def mrr(paid: float) -> float:
    """Compute a contract's monthly recurring revenue: what is paid for a month, in whole cents (CU1)."""
    return cents(paid) / CENTS


@rule
def change_of_mrr(before: float, after: float) -> float:
    """Compute by how much monthly recurring revenue rises, in whole cents (CU6)."""
    return (cents(after) - cents(before)) / CENTS
