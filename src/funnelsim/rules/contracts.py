"""What a contract is worth, and what work on a lead is expected to bring."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import VALUE, uniforms_if
from funnelsim.compiling.arrays import Floats, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOTHING
from funnelsim.rules import products
from funnelsim.rules.open_deals import has_value, is_open_deal, own_value
from funnelsim.rules.visits import conversion, duration

THOUSANDTHS = 1_000  # the unit of worth, in money
MOST_WORTH = 1 << 60
CENTS = 100  # the unit of what is counted towards a quota, in money
MOST_CENTS = 1 << 60
DAYS_A_YEAR = 365.25  # of a term
MONTH, QUARTER, YEAR = 1, 3, 12  # quota periods, in calendar months


@rule
def price(channel: Record, began: int) -> float:
    """Compute the share of the full price that a pursuit pays, by its start: less in a promotion (M2)."""
    if channel["cut_from"] <= began < channel["cut_until"]:
        return float(1.0 - channel["price_cut"])
    return 1.0


@rule
def share_of_price(model: Model, pursuit: Record) -> float:
    """Compute the share of the full price that a deal pays, promotion and discount taken off (M2, PC5).

    Who was a customer as the period began has no channel, and came in no promotion.
    """
    share = 1.0
    if pursuit["channel"] != NOTHING:
        share = price(model.channels[pursuit["channel"]], pursuit["began"])
    if pursuit["product"] != NOTHING:
        share *= 1.0 - model.products[pursuit["product"]]["price_cut"]
    return float(share)


@rule
def bookings(model: Model, world: Record, pursuit: Record) -> float:
    """Draw the value of a contract over its term, at the price of the day on which the pursuit began.

    Of a deal that was open at time 0 it is the value in the records, if there is one. (M1, C17, PC4, OD6)
    """
    if is_open_deal(pursuit) and has_value(own_value(model, pursuit)):
        return own_value(model, pursuit)
    if pursuit["product"] != NOTHING:
        product, segment = pursuit["product"], pursuit["segment"]
        price, _ = products.prices_of(model, world, product, segment, pursuit["company"], 0)
        return of_product(model, pursuit, price)
    segment = model.segments[pursuit["segment"]]
    per_year = model.distributions[segment["value"]]
    u, _ = uniforms_if(varies(per_year), world, pursuit["company"], VALUE, 0)
    value = quantile(per_year, model.knots, u) * segment["years"]
    return float(value * share_of_price(model, pursuit))


@rule
def expected_bookings(model: Model, pursuit: Record) -> float:
    """Compute a contract's bookings at the mean of the table that values are drawn from.

    (M7, PC4, OD6)
    """
    if is_open_deal(pursuit) and has_value(own_value(model, pursuit)):
        return own_value(model, pursuit)
    if pursuit["product"] != NOTHING:
        return of_product(model, pursuit, float(products.price_row(model, pursuit)["mean"]))
    segment = model.segments[pursuit["segment"]]
    value = segment["mean_value"] * segment["years"]
    return float(value * share_of_price(model, pursuit))


@rare
def of_product(model: Model, pursuit: Record, full_price: float) -> float:
    """Compute what is paid for a product: where it is recurring, for the months of its first term (PC4)."""
    share = share_of_price(model, pursuit)
    return full_price * share * products.months_at_first(model, pursuit["product"])


@rule
def margin(model: Model, pursuit: Record, value: float) -> float:
    """Compute the gross margin of a deal's contract.

    (M3)
    """
    return margin_at(model, pursuit, value, share_of_price(model, pursuit))


@rule
def margin_at(model: Model, pursuit: Record, value: float, share_of_price: float) -> float:
    """Compute the gross margin of what is paid; delivery costs as much in a promotion as at full price.

    (M3, PC4)
    """
    share = model.segments[pursuit["segment"]]["margin"]
    if pursuit["product"] != NOTHING:
        share = products.price_row(model, pursuit)["margin"]
    if share_of_price == 1.0:
        return float(value * share)
    return float(value - (1.0 - share) * (value / share_of_price))


@rule
def term(model: Model, pursuit: Record) -> int:
    """Return how long a contract earns its bookings, in microseconds (M8, PC4)."""
    if pursuit["product"] != NOTHING:
        return products.earns_over(model, pursuit["product"])
    return max(duration(model.segments[pursuit["segment"]]["years"] * DAYS_A_YEAR, DAY), 1)


@rule
def worth_signed(model: Model, deal: Record, paid: float) -> tuple[float, float]:
    """Compute the bookings of a contract about a product, and their gross margin (M3, PC4).

    Parameters
    ----------
    deal : PURSUIT record
        With the share of the full price that is paid.
    paid : float
        For a month, or in all.
    """
    value = float(paid * products.months_at_first(model, deal["product"]))
    return value, margin_at(model, deal, value, deal["price_share"])


@rule
def cents(value: float) -> int:
    """Count money in whole cents, halves up (M10)."""
    if value >= MOST_CENTS / CENTS:
        return MOST_CENTS
    return int(value * CENTS + 0.5)


@rule
def booked(state: Record, month: int, period: int) -> int:
    """Return how many cents a rep has booked in a quota period so far (M10).

    Parameters
    ----------
    state : REP_STATE record
        Of the rep.
    month : int
        The calendar month at hand: year * 12 + month - 1.
    period : int
        MONTH, QUARTER or YEAR.
    """
    if state["booked_in"] // period != month // period:
        return 0
    if period == MONTH:
        return int(state["booked_month"])
    return int(state["booked_quarter"] if period == QUARTER else state["booked_year"])


@rule
def counted(model: Model, state: Record, now: int, value: float) -> tuple[int, int, int, int]:
    """Add a contract to what a rep has booked: the month, and the cents in month, quarter and year (M10)."""
    month, added = int(model.calendar_months[now // DAY]), cents(value)
    return (
        month,
        min(booked(state, month, MONTH) + added, MOST_CENTS),
        min(booked(state, month, QUARTER) + added, MOST_CENTS),
        min(booked(state, month, YEAR) + added, MOST_CENTS),
    )


@rule
def commission(model: Model, states: Records, pursuit: Record, now: int, value: float) -> tuple[float, float]:
    """Compute the commission of a contract: of the rep who closed, and of the one who opened (M4, M12).

    Parameters
    ----------
    states : REP_STATE records
        Of all reps, before the contract is counted.
    pursuit : PURSUIT record
        With a closer.
    now, value : int, float
        When it is won, and its bookings.
    """
    closer = pursuit["closer"]
    team = model.teams[model.reps[closer]["team"]]
    paid = team["commission"] * value
    if team["tiers"] > 0:
        before = booked(states[closer], int(model.calendar_months[now // DAY]), int(team["quota_months"]))
        paid = in_tiers(model, team, before, min(before + cents(value), MOST_CENTS))
    if pursuit["opener"] == closer:
        return float(paid), 0.0
    of_opener = team["opener_share"] * paid
    return float(paid - of_opener), float(of_opener)


@rule
def in_tiers(model: Model, team: Record, before: int, after: int) -> float:
    """Add up what the cents from `before` to `after` pay, each by the share of its tier (M11)."""
    paid = 0.0
    last = team["first_tier"] + team["tiers"] - 1
    for number in range(team["first_tier"], last + 1):
        ends = after if number == last else min(after, model.tiers[number + 1]["begins"])
        within = ends - max(before, model.tiers[number]["begins"])
        if within > 0:
            paid += model.tiers[number]["share"] * (within / CENTS)
    return float(paid)


@rule
def worth(
    model: Model, world: Record, odds_by_day: Floats, pursuit: Record, skill: float, waited: int
) -> int:
    """Compute what work on a pursuit in this stage is expected to bring, in thousandths of money (Q5).

    worth = bookings x chance to advance, rounded halves up, at most 2^60. A whole number, so that
    pursuits have the same order even if the last bits of a logarithm differ.
    """
    chance = conversion(model, odds_by_day, pursuit, skill, waited)
    expected = bookings(model, world, pursuit) * chance * THOUSANDTHS
    if expected >= MOST_WORTH:
        return MOST_WORTH
    return int(expected + 0.5)
