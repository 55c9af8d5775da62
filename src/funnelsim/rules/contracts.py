"""What a contract is worth, and what work on a lead is expected to bring."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import VALUE, uniforms_if
from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY
from funnelsim.rules.visits import conversion

THOUSANDTHS = 1_000  # the unit of worth, in money
MOST_WORTH = 1 << 60


@rule
def price(channel: Record, began: int) -> float:
    """Compute the share of the full price that a pursuit pays, by its start: less in a promotion (M2)."""
    if channel["cut_from"] <= began < channel["cut_until"]:
        return float(1.0 - channel["price_cut"])
    return 1.0


@rule
def bookings(model: Model, world: Record, pursuit: Record) -> float:
    """Draw the value of a contract over its term, at the price of the day on which the pursuit began.

    (M1, C17)
    """
    segment = model.segments[pursuit["segment"]]
    per_year = model.distributions[segment["value"]]
    u, _ = uniforms_if(varies(per_year), world, pursuit["company"], VALUE, 0)
    value = quantile(per_year, model.knots, u) * segment["years"]
    return float(value * price(model.channels[pursuit["channel"]], pursuit["began"]))


@rule
def expected_bookings(model: Model, pursuit: Record) -> float:
    """Compute a contract's bookings at the mean of the table that values are drawn from.

    (M7)
    """
    segment = model.segments[pursuit["segment"]]
    value = segment["mean_value"] * segment["years"]
    return float(value * price(model.channels[pursuit["channel"]], pursuit["began"]))


@rule
def margin(model: Model, pursuit: Record, value: float) -> float:
    """Compute the gross margin of a contract; delivery costs as much in a promotion as at full price.

    (M3)
    """
    share = model.segments[pursuit["segment"]]["margin"]
    share_of_price = price(model.channels[pursuit["channel"]], pursuit["began"])
    if share_of_price == 1.0:
        return float(value * share)
    return float(value - (1.0 - share) * (value / share_of_price))


@rule
def commission(model: Model, pursuit: Record, value: float) -> float:
    """Compute the commission of the rep who owns a contract; 0 if nobody owns it (M4)."""
    if pursuit["rep"] == NOBODY:
        return 0.0
    return float(model.teams[model.reps[pursuit["rep"]]["team"]]["commission"] * value)


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
