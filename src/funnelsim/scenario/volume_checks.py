"""Checks of channels' inquiries: their source, and the effects of money, time and people."""

from __future__ import annotations

from collections.abc import Callable

from funnelsim.scenario.channels import KINDS, Response
from funnelsim.scenario.errors import Problem, Problems, sum_to_one, unknown
from funnelsim.scenario.response import Curve, curve_through
from funnelsim.scenario.samples import LARGEST
from funnelsim.scenario.schema import LONGEST_HORIZON, Contents, Horizon
from funnelsim.scenario.volumes import inquiries_per_month, mean_share, most_found_per_month

MOST_INQUIRIES = 2**31  # an inquiry's number has 32 bits in its key
USUAL_MONTHS = 24  # of a warm-up or drain that is not typed: few pilots find that more is needed
LEAST_WEIGHT = 0.05  # of certainty x share: below, no quantile table of the gamma distribution is accurate


def check_volumes(contents: Contents) -> Problems:
    """Find what does not fit together in a channel's inquiries."""
    for name in contents.channels:
        for check in _CHECKS:
            yield from check(contents, name)


def check_the_mix(contents: Contents) -> Problems:
    """Find what does not fit together in the shares of a total."""
    mix = contents.mix
    if not mix.shares:
        for key in ("inquiries_per_month", "certainty"):
            if getattr(mix, key) is not None:
                yield Problem(f"mix.{key}", "is given without shares", "shares of the total by channel")
        return
    if mix.inquiries_per_month is None:
        yield Problem("mix.inquiries_per_month", "is missing", "inquiries per month of all shares together")
    for name in mix.shares:
        if name not in contents.channels:
            yield unknown("mix.shares", name, contents.channels, "a channel")
    yield from sum_to_one("mix.shares", mix.shares.values())
    positive = [share for share in mix.shares.values() if share > 0]
    if mix.certainty is not None and positive and mix.certainty * min(positive) < LEAST_WEIGHT:
        least = LEAST_WEIGHT / min(positive)
        yield Problem(
            "mix.certainty",
            f"is {mix.certainty:g}",
            f"at least {least:.3g} for a share of {min(positive):g}",
            None,
            mix.certainty,
        )


def _source(contents: Contents, name: str) -> Problems:
    """Check that a channel's inquiries come from exactly one of four sources."""
    channel, path = contents.channels[name], f"channels.{name}"
    typed = channel.inquiries_per_month is not None
    others = [
        *(key for key in ("prospecting", "referrals") if getattr(channel, key) is not None),
        *(["a share in [mix]"] if name in contents.mix.shares else []),
    ]
    if typed and others:
        yield Problem(f"{path}.inquiries_per_month", f"is given beside {others[0]}", "one of them")
    elif len(others) > 1:
        yield Problem(f"{path}.{others[0]}", f"is given beside {others[1]}", "one of them")
    elif not typed and not others:
        yield Problem(
            f"{path}.inquiries_per_month", "is missing", "a number of inquiries in an average calendar month"
        )


def _response(contents: Contents, name: str) -> Problems:
    channel, path = contents.channels[name], f"channels.{name}.response"
    response = channel.response
    if response is None:
        return
    if channel.prospecting is not None or channel.referrals is not None:
        return  # reported already
    if (response.ceiling is None) == (response.half_at is None):
        count = "neither ceiling nor half_at" if response.ceiling is None else "both ceiling and half_at"
        yield Problem(path, f"has {count}", "one of them")
    elif response.ceiling is not None and response.ceiling <= inquiries_per_month(contents, name):
        yield Problem(
            f"{path}.ceiling",
            f"is {response.ceiling:g}",
            f"more than the {inquiries_per_month(contents, name):g} inquiries per month at the given cost",
            None,
            response.ceiling,
        )
    elif _curve(response, inquiries_per_month(contents, name)) is None:
        yield Problem(path, "is too steep to be computed", "a reference cost nearer to half of the most")
    if response.curve == "tanh" and "steepness" in response.model_fields_set:
        yield Problem(f"{path}.steepness", "is given for a tanh curve", 'curve = "hill", or no steepness')


def _curve(response: Response, inquiries: float) -> Curve | None:
    """Find the curve of a response; None if there is none or floats cannot hold it."""
    try:
        curve = curve_through(response, inquiries)
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    return curve if curve.most <= LARGEST and 0 < curve.scale <= LARGEST else None


def _promotion(contents: Contents, name: str) -> Problems:
    promotion = contents.channels[name].promotion
    if promotion is not None and promotion.ends <= promotion.starts:
        yield Problem(
            f"channels.{name}.promotion.ends",
            f"is {promotion.ends}, not after starts = {promotion.starts}",
            "a later date",
            None,
            promotion.ends,
        )


def _supplier(contents: Contents, name: str) -> Problems:
    """Check that of our kinds only suppliers are paid by the lead."""
    channel, path = contents.channels[name], f"channels.{name}"
    if channel.price_per_lead > 0 and channel.kind in KINDS and channel.kind != "outsourced":
        yield Problem(f"{path}.price_per_lead", f'is given for kind "{channel.kind}"', 'kind = "outsourced"')


def _number(contents: Contents, name: str) -> Problems:
    """Check that the number of every inquiry fits into its key."""
    volume = largest_month(contents, name)
    growth = max(1.0, (1 + contents.channels[name].growth_per_year) ** (LONGEST_HORIZON / 12))
    months = contents.horizon.period_months + sum(_warm_up_and_drain(contents.horizon))
    if volume * months * growth >= MOST_INQUIRIES and _grows_too_far(contents, name, volume):
        key = "mix" if name in contents.mix.shares else f"channels.{name}"
        yield Problem(
            f"{key}.inquiries_per_month",
            f"is {volume:g}" if volume == inquiries_per_month(contents, name) else f"can reach {volume:g}",
            f"fewer than {MOST_INQUIRIES:,} inquiries in all, growth included",
            None,
            inquiries_per_month(contents, name),
        )


def largest_month(contents: Contents, name: str) -> float:
    """Return a bound of a channel's expected inquiries per month, without growth."""
    channel = contents.channels[name]
    volume = inquiries_per_month(contents, name)
    if channel.response is not None and (curve := _curve(channel.response, volume)) is not None:
        volume = curve.most
    if contents.mix.certainty is not None and mean_share(contents, name) > 0:
        volume /= mean_share(contents, name)  # as if the whole total came through it
    volume += most_found_per_month(contents, name)
    return volume * max(1.0, channel.promotion.inquiries_factor if channel.promotion else 1.0)


def _grows_too_far(contents: Contents, name: str, volume: float) -> bool:
    channel = contents.channels[name]
    warm_up, drain = _warm_up_and_drain(contents.horizon)
    months = contents.horizon.period_months + drain
    rates = ((1 + channel.growth_per_year) ** (month / 12) for month in range(-warm_up, months))
    return bool(volume * sum(rates) >= MOST_INQUIRIES)


def _warm_up_and_drain(horizon: Horizon) -> tuple[int, int]:
    """Return the months typed, and for those not typed the usual ones."""
    warm_up, drain = horizon.warm_up_months, horizon.drain_months
    return USUAL_MONTHS if warm_up is None else warm_up, USUAL_MONTHS if drain is None else drain


_CHECKS: tuple[Callable[[Contents, str], Problems], ...] = (
    _source,
    _response,
    _promotion,
    _supplier,
    _number,
)
