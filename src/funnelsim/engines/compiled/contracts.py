"""What a contract earns and pays."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.bills import bill_at_signing
from funnelsim.engines.compiled.customers import subscribe
from funnelsim.engines.compiled.kin import spawn
from funnelsim.engines.compiled.orders import begin_to_buy
from funnelsim.engines.compiled.referrals import begin_to_refer
from funnelsim.engines.compiled.state import State
from funnelsim.engines.ledger import Ledger, credit, write
from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY, NOTHING, Event
from funnelsim.rules import billing, contracts, customers, deliveries, market, orders, people, referrals


@rare
def sign(model: Model, world: Record, state: State, ledger: Ledger, slot: int, value: float) -> None:
    """Book what a contract earns and pays, and let what follows from it be born (M4, M7, CU1, DE1, DE5, CA2).

    A company of the market is taken for good (O4).
    """
    pursuit = state.pursuits[slot]
    if pursuit["market"] == market.TAKEN:
        pursuit["market"] = market.CUSTOMER
    now, closer = state.clock[0]["now"], pursuit["closer"]
    later = deliveries.is_earned_later(model, pursuit["product"])
    term = 0 if later else contracts.term(model, pursuit)
    expected = contracts.expected_bookings(model, pursuit)
    margin = contracts.margin(model, pursuit, value)
    write_for(ledger, now, closer, pursuit, Event.MARGIN.value, term, margin)
    write_for(ledger, now, closer, pursuit, Event.EXPECTED.value, 0, expected)
    margin = contracts.margin(model, pursuit, expected)
    write_for(ledger, now, closer, pursuit, Event.EXPECTED_MARGIN.value, 0, margin)
    if not later:
        write_for(ledger, now, closer, pursuit, Event.REVENUE.value, term, value)
    if closer != NOBODY:
        reward(model, state, ledger, pursuit, value, expected)
    if billing.has_cash(model):
        bill_at_signing(model, world, ledger, now, pursuit, value, 0)
    if pursuit["product"] != NOTHING:
        follow_up(model, world, state, ledger, slot)
    if referrals.refers_as_it_signs(model, pursuit["product"], now):
        begin_to_refer(model, world, state, slot, customers.NO_MEMORY)


@rare
def follow_up(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Let a contract about a product begin, and its delivery (CU1, DE1)."""
    deal, now = state.pursuits[slot], state.clock[0]["now"]
    paid, mean_paid, share = customers.signed(model, world, deal)
    deal["paid"] = paid
    deal["mean_paid"] = mean_paid
    deal["price_share"] = share
    deal["seller"] = deal["closer"]
    product, process = deal["product"], deliveries.delivery_of(model, deal["product"])
    later = deliveries.is_earned_later(model, product)
    deal["earned_later"] = 1 if later else 0
    if not later and customers.becomes_customer(model, product, now):
        subscribe(model, world, state, ledger, slot, customers.NO_MEMORY)
    if process != deliveries.NOTHING_TO_DELIVER:
        spawn(model, world, state, slot, model.processes[process]["birth"], 1)
    if orders.may_buy_again(model, product, now):
        begin_to_buy(model, world, state, slot)


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
    write(ledger, now, pursuit, event, waited, pursuit["signed"], money)
    credit(ledger, rep)
