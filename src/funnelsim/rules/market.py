"""How much of a segment's market is left, who of it may ask, and when a company can be approached again.

Companies have no identity before they ask: a count for each segment serves all channels.
"""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import MARKET, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, NOTHING
from funnelsim.rules.visits import duration

OUTSIDE, TAKEN, CUSTOMER = range(3)  # where a pursuit's company is: in no market, taken by it, won by it


@rule
def is_finite(model: Model, segment: int) -> bool:
    """Return whether a segment has a market."""
    return bool(model.segments[segment]["companies"] > 0)


@rare
def is_anywhere(model: Model) -> bool:
    """Return whether any segment has a market."""
    most = 0
    for segment in range(len(model.segments)):
        most = max(most, int(model.segments[segment]["companies"]))
    return most > 0


@rare
def share_available(model: Model, segment: int, taken: int) -> float:
    """Compute the share of a market that can be approached, where so many companies are taken (O1)."""
    row = model.segments[segment]
    left = row["companies"] - row["customers"] - taken
    return float(max(left, 0) / row["companies"])


@rare
def accepts(model: Model, world: Record, segment: int, taken: int, company: int) -> tuple[bool, float]:
    """Decide whether a candidate inquires (O2).

    Candidates come at the typed rate, so that the i-th one is the same company whatever is left of the
    market; a Poisson stream thinned like this has a rate in proportion to what is left
    (Lewis and Shedler 1979, Simulation of nonhomogeneous Poisson processes by thinning).

    Returns
    -------
    bool
        Whether it is accepted.
    float
        The uniform by which it will cool off.
    """
    u, for_cooling = uniforms(world, company, MARKET, 0)
    return u < share_available(model, segment, taken), for_cooling


@rare
def cools_for(model: Model, pursuit: Record, now: int) -> int:
    """Find how long a company cools off whose pursuit ends now; NEVER if it does not (O4, O6)."""
    rest = NEVER
    if pursuit["market"] == TAKEN:
        rest = cooling_off(model, pursuit["segment"], pursuit["cooling"])
    if rest == NEVER and now < model.stocks_from:
        return 0
    return rest


@rare
def cooling_off(model: Model, segment: int, u: float) -> int:
    """Return for how long a company of a segment cools off, by its uniform; NEVER: for ever (O4)."""
    table = model.segments[segment]["cooling"]
    if table == NOTHING:
        return NEVER
    return duration(quantile(model.distributions[table], model.knots, u), DAY)
