"""When companies inquire, and which companies."""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import (
    ARRIVAL,
    BUSY,
    BUSY_ALL,
    KIND,
    PROFILE,
    SHARE,
    Entity,
    uniforms,
    uniforms_if,
)
from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import DEMAND_OF_ALL, DEMAND_OF_CHANNELS, Model
from funnelsim.model.words import DAY, NEVER, NOTHING, Heat
from funnelsim.rules.memory import effect
from funnelsim.rules.routes import route
from funnelsim.rules.shocks import moves, multiply

_ALL_CHANNELS = Entity.CHANNEL.value << 56  # the owner of draws that all channels share


@rule
def next_total(world: Record, channel: Record, state: Record) -> float:
    """Add the unit exponential of a channel's next inquiry to those of the inquiries before it (A3)."""
    u, _ = uniforms(world, channel["entity"] + state["index"], ARRIVAL, 0)
    return float(state["total"] - math.log(1.0 - u))


@rule
def arrival(model: Model, channel: Record, state: Record, expected: Floats) -> tuple[int, int]:
    """Find when a channel's next inquiry arrives (A3, A4).

    The sum of unit exponentials is rescaled by the channel's cumulative expected inquiries, so that
    inquiry i is the same company at every rate
    (inversion of the integrated rate: Çinlar 1975, Introduction to Stochastic Processes).

    Parameters
    ----------
    model, channel
        The channel.
    state : CHANNEL_STATE record
        Its sum of exponentials, and a day on which the inquiry cannot have come earlier.
    expected : array of float
        As Model.expected, of this world.

    Returns
    -------
    tuple of int and int
        The day on which it comes, and the instant (NEVER past the horizon).
    """
    total, first = state["total"], channel["first_expected"]
    day = int(state["day"])
    if total >= expected[first + len(model.month_days)]:
        return day, NEVER
    while expected[first + day + 1] <= total:
        day += 1
    before = expected[first + day]
    share = (total - before) / (expected[first + day + 1] - before)
    arrives = day * DAY + time_of_day(model, channel, share)
    if arrives >= model.horizon:
        return day, NEVER
    return day, arrives


@rule
def time_of_day(model: Model, channel: Record, share: float) -> int:
    """Find when a share of a channel's inquiries of a day has come, in microseconds from midnight (A4)."""
    spans, number = model.spans, channel["first_span"]
    last, before = number + channel["spans"] - 1, 0.0
    while number < last and share >= spans[number]["up_to"]:
        before = spans[number]["up_to"]
        number += 1
    part = (share - before) / (spans[number]["up_to"] - before)
    return int(spans[number]["opens"] + int(part * (spans[number]["closes"] - spans[number]["opens"])))


@rule
def differs(model: Model, number: int) -> bool:
    """Return whether a channel's expected inquiries differ between worlds (A6)."""
    channel = model.channels[number]
    days_vary = channel["busy"] != NOTHING or channel["busy_all"] != NOTHING
    months_vary = moves(model.shocks[DEMAND_OF_ALL]) or moves(model.shocks[DEMAND_OF_CHANNELS + number])
    return bool(channel["mean_share"] > 0.0 or days_vary or months_vary)


@rule
def share_factor(model: Model, world: Record, number: int) -> float:
    """Draw a channel's share of the total over its mean share; 1 if it has no uncertain share (A8).

    Dirichlet shares are normalised gamma weights (Devroye 1986, Non-Uniform Random Variate Generation, XI.4).
    """
    mean_share = model.channels[number]["mean_share"]
    if mean_share == 0.0:
        return 1.0
    total = 0.0
    for other in range(len(model.channels)):
        if model.channels[other]["mean_share"] > 0.0:
            total += share_weight(model, world, model.channels[other])
    return float(share_weight(model, world, model.channels[number]) / total / mean_share)


@rule
def share_weight(model: Model, world: Record, channel: Record) -> float:
    """Draw the weight of a channel among those that share a total (A8)."""
    u, _ = uniforms(world, channel["key"], SHARE, 0)
    return quantile(model.distributions[channel["weight"]], model.knots, u)


@rule
def day_factor(model: Model, world: Record, channel: Record, day: int) -> float:
    """Draw a calendar day's factor: the channel's own times that of all channels (A7, A9, A10).

    Gamma with mean 1 and variance 1/k, so that a day's count is negative binomial: its variance is
    mean + mean^2 / k (Johnson, Kemp and Kotz 2005, Univariate Discrete Distributions, ch. 5).
    """
    date = channel["first_date"] + day
    factor = 1.0
    if channel["busy"] != NOTHING:
        own, _ = uniforms(world, channel["key"], BUSY, date)
        factor *= quantile(model.distributions[channel["busy"]], model.knots, own)
    if channel["busy_all"] != NOTHING:
        common, _ = uniforms(world, _ALL_CHANNELS, BUSY_ALL, date)
        factor *= quantile(model.distributions[channel["busy_all"]], model.knots, common)
    return factor


@rule
def profile(
    model: Model, world: Record, channel: Record, entity: int, reports: int
) -> tuple[float, int, int, int]:
    """Draw a lead's profile: fit (odds ratio), heat, segment, and whether it is a theorist (A11, K11, W6).

    Parameters
    ----------
    reports : int
        What the channel has learnt from.
    """
    fits = model.distributions[channel["fit"]]
    mixed = channel["hot"] > 0.0 or channel["hot_or_warm"] < 1.0
    for_fit, for_heat = uniforms_if(mixed or varies(fits), world, entity, PROFILE, 0)
    theorists = channel["theorists"]
    if channel["half"] > 0.0:
        theorists = effect(theorists, channel["theorists_most"], channel["half"], reports)
    of_kinds = channel["segments"] > 1 or theorists > 0.0
    for_segment, for_theorist = uniforms_if(of_kinds, world, entity, KIND, 0)
    fit = quantile(fits, model.knots, for_fit)
    heat = Heat.WARM.value  # also if all are warm, and nothing is drawn
    if for_heat < channel["hot"]:
        heat = Heat.HOT.value
    elif for_heat >= channel["hot_or_warm"]:
        heat = Heat.FUTURE.value
    segment = route(model.routes, channel["first_segment"], channel["segments"], for_segment)
    theorist = 1 if for_theorist < theorists else 0
    return fit, heat, model.routes[segment]["target"], theorist


@rule
def expect_inquiries(model: Model, world: Record, expected: Floats, today: int) -> None:
    """Fill in the cumulative expected inquiries of a world from a day on, as a chapter begins (A6, C9, H7).

    Parameters
    ----------
    model, world
        What is simulated.
    expected : array of float
        As Model.expected, filled in place; up to the midnight at which `today` begins it is there already.
    today : int
        The number of the first day that is filled in.
    """
    days = len(model.month_days)
    for number in range(len(model.channels)):
        channel = model.channels[number]
        first = channel["first_expected"]
        share = share_factor(model, world, number)
        if differs(model, number) or expected[first + today] != model.expected[first + today]:
            for day in range(today, days):
                mean = model.expected[first + day + 1] - model.expected[first + day]
                expected[first + day + 1] = mean * share * day_factor(model, world, channel, day)
            multiply(model, world, model.shocks[DEMAND_OF_ALL], expected, first + 1, today)
            multiply(model, world, model.shocks[DEMAND_OF_CHANNELS + number], expected, first + 1, today)
            for day in range(today, days):
                expected[first + day + 1] += expected[first + day]
        else:
            for day in range(today, days):
                expected[first + day + 1] = model.expected[first + day + 1]
