"""Referrals: customers refer others, who ask if there is room for them in the market."""

from __future__ import annotations

from collections.abc import Callable

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.customers import contracts_in_force
from funnelsim.engines.reference.kin import born_of
from funnelsim.engines.reference.office import Office, Story
from funnelsim.engines.reference.welcome import welcome
from funnelsim.model.model import SALE
from funnelsim.model.words import Due
from funnelsim.rules import arrivals, market, referrals


def referrers_of(office: Office, pursuit: Record) -> list[Record]:
    """Find the referrer of a pursuit's company, if there is one."""
    return [
        each
        for each in office.open_pursuits.values()
        if each["company"] == pursuit["company"] and each["phase"] == Due.REFERS
    ]


def new_referrer(office: Office, parent: Record) -> Record | None:
    """Let a referrer be born of a contract or a deal, if its company has none (RF1)."""
    if not referrals.are_there(office.model) or referrers_of(office, parent):
        return None
    referrer = born_of(office, parent, referrals.referrer_of(parent), SALE, int(parent["stage"]))
    referrer["began"], referrer["delivered"] = office.now, parent["delivered"]
    return referrer


def refer(office: Office, referrer: Record, begin: Callable[[Record], None]) -> Story:
    """Refer others, again and again; who of them asks begins its pursuit (RF2, RF4)."""
    while True:
        number = int(referrer["round"]) + 1
        gap = referrals.next_referral(office.model, office.world, referrer, number)
        yield office.due(office.now + gap, Due.REFERS, referrer)
        referrer["round"] = number
        ask(office, referrer, number, begin)


def ask(office: Office, referrer: Record, number: int, begin: Callable[[Record], None]) -> None:
    """Let the n-th company that is referred ask, if it is accepted (RF3, RF4, RF6)."""
    model, segment = office.model, int(referrer["segment"])
    if referrals.needs_a_contract(model, referrer) and not contracts_in_force(office, referrer):
        return
    candidate, channel = referrals.candidate_of(referrer, number), referrals.channel_of(model)
    accepted, cooling = referrals.accepts(model, office.world, referrer, office.taken[segment], candidate)
    if not accepted:
        return
    finite = market.is_finite(model, segment)
    office.taken[segment] += finite
    place = (market.TAKEN, cooling) if finite else (market.OUTSIDE, 0.0)
    reports = int(office.channels[channel]["reports"])
    fit, heat, _, theorist = arrivals.profile(
        model, office.world, model.channels[channel], candidate, reports
    )
    begin(welcome(office, channel, candidate, (fit, heat, segment, theorist), place))
