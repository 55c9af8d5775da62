"""What a contract earns and pays."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.bills import bill_at_signing
from funnelsim.engines.ledger import credit
from funnelsim.engines.reference.office import Office
from funnelsim.model.words import NOBODY, Event
from funnelsim.rules import billing, contracts, deliveries, market, people


def sign(office: Office, pursuit: Record, value: float) -> None:
    """Book what a contract earns and pays, count it for the rep who closed it, and bill it (M4, M7, CA2)."""
    if pursuit["market"] == market.TAKEN:
        pursuit["market"] = market.CUSTOMER  # O4
    closer, later = int(pursuit["closer"]), deliveries.is_earned_later(office.model, pursuit["product"])
    term = 0 if later else contracts.term(office.model, pursuit)  # DE5
    expected = contracts.expected_bookings(office.model, pursuit)
    write_for(
        office, closer, pursuit, Event.MARGIN, contracts.margin(office.model, pursuit, value), waited=term
    )
    write_for(office, closer, pursuit, Event.EXPECTED, expected)
    margin = contracts.margin(office.model, pursuit, expected)
    write_for(office, closer, pursuit, Event.EXPECTED_MARGIN, margin)
    if not later:
        write_for(office, closer, pursuit, Event.REVENUE, value, waited=term)
    if closer != NOBODY:
        reward(office, pursuit, value, expected)
    if billing.has_cash(office.model):
        bill_at_signing(office.model, office.world, office.ledger, office.now, pursuit, value, 0)


def reward(office: Office, pursuit: Record, value: float, expected: float) -> None:
    """Pay commission on a contract, and count it for the rep who closed it (M4, M13)."""
    pay(office, pursuit, Event.COMMISSION, value)
    pay(office, pursuit, Event.EXPECTED_COMMISSION, expected)
    closer = int(pursuit["closer"])
    state = office.reps[closer]
    state["booked_in"], state["booked_month"], state["booked_quarter"], state["booked_year"] = (
        contracts.counted(office.model, state, office.now, value)
    )
    state["won"] += people.counts(office.model, office.model.reps[closer], office.now)


def pay(office: Office, pursuit: Record, event: Event, value: float) -> None:
    """Write what closer and opener are paid for a contract of this value (M12)."""
    paid, of_opener = contracts.commission(office.model, office.reps, pursuit, office.now, value)
    if paid > 0.0:
        write_for(office, int(pursuit["closer"]), pursuit, event, paid)
    if of_opener > 0.0:
        write_for(office, int(pursuit["opener"]), pursuit, event, of_opener)


def write_for(office: Office, rep: int, pursuit: Record, event: int, money: float, waited: int = 0) -> None:
    """Write a row of a contract, in the name of a rep (M4)."""
    office.write(pursuit, event, waited=waited, worked=pursuit["signed"], money=money)
    credit(office.ledger, rep)
