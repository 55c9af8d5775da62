"""Repeat purchase: a buyer orders again, until it drops out."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.bills import bill_at_signing
from funnelsim.engines.ledger import note_count
from funnelsim.engines.reference.kin import born_of
from funnelsim.engines.reference.office import Office
from funnelsim.model.model import SALE
from funnelsim.model.words import NOBODY, Event
from funnelsim.rules import billing, contracts, deliveries, orders


def new_buyer(office: Office, deal: Record) -> Record:
    """Let a buyer be born of a deal (RP1)."""
    buyer = born_of(office, deal, orders.buyer_of(deal), SALE, int(deal["stage"]))
    buyer["began"] = buyer["since"] = buyer["signed"] = office.now
    buyer["seller"] = NOBODY
    return buyer


def order(office: Office, buyer: Record) -> None:
    """Write what is ordered, what that earns, and its bill (RP4, RP5, CA8)."""
    model, number = office.model, int(buyer["round"])
    later = deliveries.is_earned_later(model, buyer["product"])
    term = 0 if later else contracts.term(model, buyer)
    value, mean_value, share = orders.ordered(model, office.world, buyer, number)
    buyer["paid"], buyer["mean_paid"], buyer["price_share"] = value, mean_value, share
    buyer["earned_later"] = later
    waited, signed = office.now - buyer["since"], int(buyer["signed"])
    office.write(buyer, Event.ORDERED, waited=waited, worked=signed, money=value)
    note_count(office.ledger, min(number, orders.MOST_COUNTED))
    margin = contracts.margin_at(model, buyer, value, share)
    mean_margin = contracts.margin_at(model, buyer, mean_value, share)
    office.write(buyer, Event.MARGIN, waited=term, worked=signed, money=margin)
    office.write(buyer, Event.EXPECTED_MARGIN, worked=signed, money=mean_margin)
    if not later:
        office.write(buyer, Event.REVENUE, waited=term, worked=signed, money=value)
    if billing.has_cash(model):
        bill_at_signing(model, office.world, office.ledger, office.now, buyer, value, number)
    buyer["since"] = office.now
