"""Referrals as a scenario says them: what fits together, and what the firm's row says of them."""

from __future__ import annotations

from typing import Any

from funnelsim.scenario.channels import KINDS, Channel, Referrals
from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.prospecting import OF_DAYS
from funnelsim.scenario.schema import Contents

KIND = "referral"


def referrals_of(contents: Contents) -> tuple[int, Referrals] | None:
    """Return which channel's inquiries customers bring, and how; None if no channel's."""
    for number, channel in enumerate(contents.channels.values()):
        if channel.referrals is not None:
            return number, channel.referrals
    return None


def row_of_referrals(contents: Contents) -> dict[str, Any]:
    """Return what the firm's row says of referrals (RF2, RF5, RF6)."""
    found = referrals_of(contents)
    if found is None:
        return {"referred_to": 0, "referral_rate": 0.0}
    number, referrals = found
    is_off = list(contents.channels.values())[number].off
    return {
        "referred_to": 1 + number,
        "referral_rate": 0.0 if is_off else referrals.per_customer_per_month,
        "bad_delivery": referrals.after_bad_delivery,
        "missed_visit": referrals.after_missed_visit,
        "while_customer": int(referrals.lasts == "while_customer"),
    }


def check_referrals(contents: Contents) -> Problems:
    """Find what does not fit together where customers refer others."""
    first = ""
    for name, channel in contents.channels.items():
        if channel.referrals is None:
            continue
        path = f"channels.{name}.referrals"
        yield from _of_the_channel(channel, name)
        if first:
            yield Problem(path, f"is given beside channels.{first}.referrals", "one channel for all")
        first = first or name
        for key, table, what in (
            ("after_bad_delivery", contents.deliveries, "[deliveries]"),
            ("after_missed_visit", contents.account_visits, "[account_visits]"),
        ):
            if getattr(channel.referrals, key) != 1 and not table:
                yield Problem(f"{path}.{key}", f"is given without {what}", f"{what}, or no such key")


def _of_the_channel(channel: Channel, name: str) -> Problems:
    """Check that a channel says nothing that has no effect where customers bring its inquiries."""
    path = f"channels.{name}"
    if channel.kind in KINDS and channel.kind != KIND:
        yield Problem(f"{path}.referrals", f'is given for kind "{channel.kind}"', f'kind = "{KIND}"')
    unchanged = type(channel)(kind=channel.kind)
    for key in (*OF_DAYS, "segments"):
        if getattr(channel, key) != getattr(unchanged, key):
            right = "no such key: who is referred comes as customers refer, in their segment"
            yield Problem(f"{path}.{key}", "has no effect where customers refer others", right)
    if channel.promotion is not None and channel.promotion.inquiries_factor != 1:
        wrong = "has no effect where customers refer others"
        yield Problem(f"{path}.promotion.inquiries_factor", wrong, "no such key, or 1")
