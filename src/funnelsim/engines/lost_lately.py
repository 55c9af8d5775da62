"""From a firm's records to the companies that cool off today: those of deals that were lost lately (OD9)."""

from __future__ import annotations

import math

import numpy as np

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import MARKET, uniforms
from funnelsim.compiling.arrays import Record, Records, record
from funnelsim.compiling.decorators import rare
from funnelsim.compiling.on_disk import compiled
from funnelsim.model.model import Model
from funnelsim.model.records import OPEN_DEAL
from funnelsim.model.words import NEVER, NOBODY, NOTHING, Due
from funnelsim.rules import arrivals, market

LOST_DEAL = record(  # what the records say of a deal that was lost before today
    ("entity", "<i8"),  # of `keys.open_deal`
    ("ago", "<i8"),  # the time since it was lost
    ("age_of_deal", "<i8"),  # the time since it was created
    ("stage", "<i4"),  # in which it was lost
    ("channel", "<i4"),  # NOTHING: not known
    ("segment", "<i4"),  # NOTHING: not known
)


def cooling_off(model: Model, world: Record, lost: Records) -> Records:
    """Find whose companies still cool off at time 0 (OD9).

    Parameters
    ----------
    model : Model
        Of the forecast: its time 0 is today.
    world : Record
        The key of the world that is forecast.
    lost : Records
        LOST_DEAL rows.

    Returns
    -------
    Records
        OPEN_DEAL rows of those that do, with the phase COOLS_OFF, in the order of `lost`.

    Examples
    --------
    >>> from funnelsim.chance.keys import open_deal, world_of
    >>> from funnelsim.model.words import DAY
    >>> from funnelsim.scenario import Months, load, lower
    >>> model = lower(load("outbound_and_inbound").with_months(Months(0, 12, 0))).model
    >>> lost = np.zeros(2, LOST_DEAL)
    >>> lost["entity"], lost["ago"] = [open_deal("A"), open_deal("B")], [DAY, 2_000 * DAY]
    >>> cooling_off(model, world_of(1, 0), lost)["since"] // DAY
    array([-1])
    """
    if not (model.segments["companies"] > 0).any():
        return np.zeros(0, OPEN_DEAL)
    found = np.zeros(len(lost), OPEN_DEAL)
    _cool_on(model, world, lost, found)
    return found[found["due"] > 0]


def longest_cooling_off(model: Model) -> float:
    """Return the days for which nine in ten companies cool off at most, in the slowest segment; else 0.

    >>> from funnelsim.scenario import Months, load, lower
    >>> round(longest_cooling_off(lower(load("outbound_and_inbound").with_months(Months(0, 12, 0))).model))
    480
    """
    return max(
        (
            float(quantile(model.distributions[segment["cooling"]], model.knots, 0.9))
            for segment in model.segments
            if segment["companies"] > 0 and segment["cooling"] != NOTHING
        ),
        default=0.0,
    )


@compiled
def _cool_on(model: Model, world: Record, lost: Records, found: Records) -> None:
    """Fill in the rows; `due` is 0 of companies that do not cool off at time 0."""
    for number in range(len(lost)):
        told, deal = lost[number], found[number]
        deal["entity"] = told["entity"]
        deal["since"] = -max(int(told["ago"]), 0)
        deal["created"] = min(-int(told["age_of_deal"]), int(deal["since"]), -2)
        deal["entered"] = deal["since"]
        deal["stage"] = told["stage"]
        deal["channel"] = max(int(told["channel"]), 0)
        deal["segment"] = _segment(model, world, told)
        deal["rep"] = NOBODY
        deal["product"] = NOTHING
        deal["value"] = math.nan
        deal["outcome"] = NOTHING
        deal["phase"] = Due.COOLS_OFF.value
        if market.is_finite(model, deal["segment"]):
            _, u = uniforms(world, told["entity"], MARKET, 0)
            rest = market.cooling_off(model, deal["segment"], u)
            deal["due"] = NEVER if rest == NEVER else max(int(deal["since"]) + rest, 0)


@rare
def _segment(model: Model, world: Record, told: Record) -> int:
    """Return the segment of a deal; where the records do not tell, that of its own company (OD3)."""
    if told["segment"] != NOTHING:
        return int(told["segment"])
    origin = model.channels[max(int(told["channel"]), 0)]
    _, _, segment, _ = arrivals.profile(model, world, origin, told["entity"], 0)
    return int(segment)
