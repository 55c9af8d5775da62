"""What a contract earns and pays."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.customers import subscribe
from funnelsim.engines.compiled.state import State
from funnelsim.engines.ledger import Ledger, credit, write
from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY, Event
from funnelsim.rules import contracts, customers, market, people


@rare
def sign(model: Model, world: Record, state: State, ledger: Ledger, slot: int, value: float) -> None:
    """Book what a contract earns and pays; its company may be a customer from now on (M4, M7, CU1).

    A company of the market is taken for good (O4).
    """
    pursuit = state.pursuits[slot]
    if pursuit["market"] == market.TAKEN:
        pursuit["market"] = market.CUSTOMER
    now, closer, term = state.clock[0]["now"], pursuit["closer"], contracts.term(model, pursuit)
    expected = contracts.expected_bookings(model, pursuit)
    margin = contracts.margin(model, pursuit, value)
    write_for(ledger, now, closer, pursuit, Event.MARGIN.value, term, margin)
    write_for(ledger, now, closer, pursuit, Event.EXPECTED.value, 0, expected)
    margin = contracts.margin(model, pursuit, expected)
    write_for(ledger, now, closer, pursuit, Event.EXPECTED_MARGIN.value, 0, margin)
    write_for(ledger, now, closer, pursuit, Event.REVENUE.value, term, value)
    if closer != NOBODY:
        reward(model, state, ledger, pursuit, value, expected)
    if customers.becomes_customer(model, pursuit["product"], now):
        subscribe(model, world, state, ledger, slot)


@rule
def reward(
    model: Model, state: State, ledger: Ledger, pursuit: Record, value: float, expected: float
) -> None:
    """Pay commission on a contract, and count it for the rep who closed it (M4, M13)."""
    pay(model, state, ledger, pursuit, Event.COMMISSION.value, value)
    pay(model, state, ledger, pursuit, Event.EXPECTED_COMMISSION.value, expected)
    now, closer = state.clock[0]["now"], pursuit["closer"]
    rep = state.reps[closer]
    month, in_month, in_quarter, in_year = contracts.counted(model, rep, now, value)
    rep["booked_in"] = month
    rep["booked_month"] = in_month
    rep["booked_quarter"] = in_quarter
    rep["booked_year"] = in_year
    if people.counts(model, model.reps[closer], now):
        rep["won"] += 1


@rule
def pay(model: Model, state: State, ledger: Ledger, pursuit: Record, event: int, value: float) -> None:
    """Write what closer and opener are paid for a contract of this value (M12)."""
    now = state.clock[0]["now"]
    paid, of_opener = contracts.commission(model, state.reps, pursuit, now, value)
    if paid > 0.0:
        write_for(ledger, now, pursuit["closer"], pursuit, event, 0, paid)
    if of_opener > 0.0:
        write_for(ledger, now, pursuit["opener"], pursuit, event, 0, of_opener)


@rule
def write_for(
    ledger: Ledger, now: int, rep: int, pursuit: Record, event: int, waited: int, money: float
) -> None:
    """Write a row of a contract, in the name of a rep (M4)."""
    write(ledger, now, pursuit, event, waited, 0, money)
    credit(ledger, rep)
