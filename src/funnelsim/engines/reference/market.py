"""The market that companies come from, and to which they return when they have cooled off."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.office import Happening, Office
from funnelsim.model.words import Due, Event
from funnelsim.rules import market


def ask_market(office: Office, segment: int, company: int) -> tuple[int, float] | None:
    """Take a company from its market; return its place there, and by what it will cool off (O2, O3).

    None if it is refused.
    """
    if not market.is_finite(office.model, segment):
        return market.OUTSIDE, 0.0
    accepted, cooling = market.accepts(office.model, office.world, segment, office.taken[segment], company)
    if not accepted:
        return None
    office.taken[segment] += 1
    return market.TAKEN, cooling


def cool_off(office: Office, pursuit: Record) -> None:
    """Let the company of a pursuit that has ended cool off (O4)."""
    company = pursuit.copy()
    company["since"] = office.now
    give_back_at(office, company, office.now + market.cools_for(office.model, pursuit, office.now))


def give_back_at(office: Office, company: Record, when: int) -> None:
    """Let a company have cooled off at an instant."""
    cooled_off = Happening(office, when, Due.COOLS_OFF, int(company["entity"]))
    cooled_off.then(lambda _: give_back(office, company))


def give_back(office: Office, company: Record) -> None:
    """Give a company that has cooled off back to the market (O5)."""
    office.taken[company["segment"]] -= 1
    office.write(company, Event.COOLED_OFF, waited=office.now - company["since"])
