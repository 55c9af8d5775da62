"""What a contract is worth, and what working on a lead is expected to bring."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import VALUE, uniforms_if
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import Model
from funnelsim.rules.visits import conversion

THOUSANDTHS = 1_000  # of money, in which worth is counted
MOST_WORTH = 1 << 60


@rule
def price(channel: Record, created: int) -> float:
    """Compute the share of the full price that a lead of this age pays: less in a promotion."""
    if channel["cut_from"] <= created < channel["cut_until"]:
        return float(1.0 - channel["price_cut"])
    return 1.0


@rule
def bookings(model: Model, world: Record, lead: Record) -> float:
    """Draw what a contract is worth over its term, at the price of the day of its inquiry."""
    segment = model.segments[lead["segment"]]
    per_year = model.distributions[segment["value"]]
    u, _ = uniforms_if(varies(per_year), world, lead["entity"], VALUE, 0)
    value = quantile(per_year, model.knots, u) * segment["years"]
    return float(value * price(model.channels[lead["channel"]], lead["created"]))


@rule
def worth(model: Model, world: Record, lead: Record, skill: float, waited: int) -> int:
    """Compute what working on a lead in this stage is expected to bring, in thousandths of money.

    worth = bookings x chance to advance, rounded halves up, at most 2^60. A whole number, so that
    leads are ordered alike wherever the last bits of a logarithm differ.
    """
    expected = bookings(model, world, lead) * conversion(model, lead, skill, waited) * THOUSANDTHS
    if expected >= MOST_WORTH:
        return MOST_WORTH
    return int(expected + 0.5)
