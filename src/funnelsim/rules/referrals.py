"""Referrals: which customers refer others, when, and who of these asks."""

from __future__ import annotations

import math

from funnelsim.chance.keys import MARKET, REFERRAL, REFERRED, REFERRER, descendant, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER
from funnelsim.rules import market
from funnelsim.rules.customers import NO_MEMORY
from funnelsim.rules.products import MONTH, is_recurring
from funnelsim.rules.visits import duration, occurrence


@rule
def are_there(model: Model) -> bool:
    """Return whether customers refer others."""
    return bool(model.firm[0]["referred_to"] > 0)


@rule
def channel_of(model: Model) -> int:
    """Return the channel of those who are referred."""
    return int(model.firm[0]["referred_to"] - 1)


@rule
def is_referral(model: Model, channel: int) -> bool:
    """Return whether a channel's inquiries are referrals (F14)."""
    return bool(are_there(model) and channel == channel_of(model))


@rule
def refers_as_it_signs(model: Model, product: int, now: int) -> bool:
    """Return whether a referrer is born of a deal that is won now, and not of a contract (RF1)."""
    return bool(are_there(model) and now >= model.stocks_from and not is_recurring(model, product))


@rule
def referrer_of(parent: Record) -> int:
    """Return the entity of the referrer that is born of a contract or a deal (RF1, K9)."""
    return descendant(parent["entity"], REFERRER, occurrence(parent))


@rare
def next_referral(model: Model, world: Record, referrer: Record, number: int) -> int:
    """Draw how long after the one before a candidate comes, in microseconds (RF2)."""
    rate = model.firm[0]["referral_rate"]
    u, _ = uniforms(world, referrer["company"], REFERRAL, number)
    if rate <= 0.0:
        return NEVER
    return duration(-math.log(1.0 - u) / rate, MONTH)


@rare
def due_now(before: Model, model: Model, world: Record, referrer: Record, now: int) -> int:
    """Find when the candidate that is due comes as a chapter begins (RF7)."""
    was, rate = before.firm[0]["referral_rate"], model.firm[0]["referral_rate"]
    if was == rate:
        return int(referrer["due"])
    if was <= 0.0:
        return now + next_referral(model, world, referrer, referrer["round"] + 1)
    if rate <= 0.0:
        return NEVER
    return now + duration((referrer["due"] - now) * (was / rate), 1)


@rule
def candidate_of(referrer: Record, number: int) -> int:
    """Return the entity of the n-th company that is referred (RF3, K9)."""
    return descendant(referrer["company"], REFERRED, number)


@rule
def satisfaction(model: Model, referrer: Record) -> float:
    """Return the share of candidates that a customer refers, by its latest delivery and visit (RF5)."""
    share = 1.0
    if referrer["delivered"] != NO_MEMORY and referrer["delivered"] % 2 == 0:
        share *= model.firm[0]["bad_delivery"]
    if referrer["visit"] != NO_MEMORY and referrer["visit"] % 2 == 0:
        share *= model.firm[0]["missed_visit"]
    return float(share)


@rule
def needs_a_contract(model: Model, referrer: Record) -> bool:
    """Return whether a customer refers no longer than its contract is in force (RF6)."""
    return bool(model.firm[0]["while_customer"] == 1 and is_recurring(model, referrer["product"]))


@rare
def accepts(model: Model, world: Record, referrer: Record, taken: int, candidate: int) -> tuple[bool, float]:
    """Decide whether who is referred asks (RF4).

    Returns
    -------
    bool
        Whether it is accepted.
    float
        The uniform by which it will cool off.
    """
    share, segment = satisfaction(model, referrer), referrer["segment"]
    u, for_cooling = uniforms(world, candidate, MARKET, 0)
    if market.is_finite(model, segment):
        share *= market.share_available(model, segment, taken)
    return u < share, for_cooling
