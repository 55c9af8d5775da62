"""Deliveries: what is earned as one is delivered, and what is taken back as one is cancelled."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.contracts import write_for
from funnelsim.engines.reference.office import Office
from funnelsim.model.words import Event
from funnelsim.rules import contracts


def earn_at_delivery(office: Office, delivery: Record) -> None:
    """Earn what was signed from now on (DE5)."""
    value, margin = contracts.worth_signed(office.model, delivery, delivery["paid"])
    term, seller = contracts.term(office.model, delivery), int(delivery["seller"])
    write_for(office, seller, delivery, Event.REVENUE, value, waited=term)
    write_for(office, seller, delivery, Event.EARNED, margin, waited=term)


def cancel(office: Office, delivery: Record) -> None:
    """Take back what was signed, if it was to be earned at delivery (DE6)."""
    model, seller = office.model, int(delivery["seller"])
    value, margin = contracts.worth_signed(model, delivery, delivery["paid"])
    _, mean_margin = contracts.worth_signed(model, delivery, delivery["mean_paid"])
    write_for(office, seller, delivery, Event.CANCELLED, value)
    if delivery["earned_later"]:
        write_for(office, seller, delivery, Event.MARGIN, -margin)
        write_for(office, seller, delivery, Event.EXPECTED_MARGIN, -mean_margin)
