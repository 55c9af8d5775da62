"""Deliveries: what follows as one is delivered, or cancelled."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.bills import bill_what_is_delivered
from funnelsim.engines.compiled.contracts import write_for
from funnelsim.engines.compiled.customers import contract_of_company, end_contract, subscribe
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.referrals import of_company
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, note_count
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER, Due, Event
from funnelsim.rules import billing, contracts, customers, deliveries, ending


@rare
def end_delivery(model: Model, world: Record, state: State, ledger: Ledger, slot: int, event: int) -> None:
    """Let follow what follows an event of a delivery, if that ends it (DE2)."""
    if event == Event.DELIVERED:
        deliver(model, world, state, ledger, slot)
    elif ending.fails(event):
        cancel(model, world, state, ledger, slot)


@rare
def deliver(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Earn and bill what is due; its company remembers how good it was (DE4, DE5, DE7, CA4, RF5)."""
    delivery, now = state.pursuits[slot], state.clock[0]["now"]
    good = deliveries.is_good(model, world, delivery, now)
    note_count(ledger, 1 if good else 0)
    memory = customers.remembered(delivery, good)
    if delivery["earned_later"] == 1:
        earn_at_delivery(model, ledger, delivery, now)
    if billing.has_cash(model):
        bill_what_is_delivered(model, world, ledger, now, delivery)
    contract, referrer = contract_of_company(state, slot), of_company(state, slot, Due.REFERS.value)
    if contract != NONE:
        state.pursuits[contract]["delivered"] = memory
    if referrer != NONE:
        state.pursuits[referrer]["delivered"] = memory
    if delivery["earned_later"] == 1 and customers.becomes_customer(model, delivery["product"], now):
        subscribe(model, world, state, ledger, slot, memory)


@rule
def earn_at_delivery(model: Model, ledger: Ledger, delivery: Record, now: int) -> None:
    """Earn what was signed from now on (DE5)."""
    value, margin = contracts.worth_signed(model, delivery, delivery["paid"])
    term, seller = contracts.term(model, delivery), delivery["seller"]
    write_for(ledger, now, seller, delivery, Event.REVENUE.value, term, value)
    write_for(ledger, now, seller, delivery, Event.EARNED.value, term, margin)


@rare
def cancel(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Take back what was signed, or end the contract in force (DE6)."""
    delivery, now = state.pursuits[slot], state.clock[0]["now"]
    seller = delivery["seller"]
    value, margin = contracts.worth_signed(model, delivery, delivery["paid"])
    _, mean_margin = contracts.worth_signed(model, delivery, delivery["mean_paid"])
    write_for(ledger, now, seller, delivery, Event.CANCELLED.value, 0, value)
    if delivery["earned_later"] == 1:
        write_for(ledger, now, seller, delivery, Event.MARGIN.value, 0, -margin)
        write_for(ledger, now, seller, delivery, Event.EXPECTED_MARGIN.value, 0, -mean_margin)
        return
    contract = contract_of_company(state, slot)
    if contract != NONE:
        await_next(model, state, contract, NEVER, Due.TERM_ENDS.value)  # its term ends no more
        end_contract(model, world, state, ledger, contract)
