"""Customers: a contract runs from term to term until its customer leaves."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.pool import begin_pursuit, free_slot, take_slot
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, write
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOTHING, Due, Event
from funnelsim.rules import contracts, customers, products


@rare
def subscribe(model: Model, world: Record, state: State, ledger: Ledger, deal_slot: int) -> None:
    """Let the contract of a new customer begin (CU1)."""
    deal, now = state.pursuits[deal_slot], state.clock[0]["now"]
    paid, mean_paid, share = customers.signed(model, world, deal)
    slot = take_slot(state)
    contract = state.pursuits[slot]
    state.pursuits[slot] = deal
    begin_pursuit(contract, customers.contract_of(deal), SALE, deal["stage"])
    contract["account"] = NOTHING
    contract["began"] = now
    contract["terms"] = 0
    contract["paid"] = paid
    contract["mean_paid"] = mean_paid
    contract["price_share"] = share
    write(ledger, now, contract, Event.SUBSCRIBED.value, 0, contract["company"], customers.mrr(paid))
    begin_term(model, state, slot)


@rule
def begin_term(model: Model, state: State, slot: int) -> None:
    """Let a term of a contract begin (CU2)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    contract["since"] = now
    await_next(model, state, slot, now + products.term_of(model, contract["product"]), Due.TERM_ENDS.value)


@rare
def end_term(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """End a term: the customer pays for another one, or leaves (CU3, CU4)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    if customers.stays(model, world, contract):
        pay_for_next_term(model, ledger, contract, now)
        begin_term(model, state, slot)
    else:
        began, mrr = contract["began"], customers.mrr(contract["paid"])
        write(ledger, now, contract, Event.CHURNED.value, now - began, began, mrr)
        free_slot(state, slot)


@rule
def pay_for_next_term(model: Model, ledger: Ledger, contract: Record, now: int) -> None:
    """Let a customer who stays pay for another term (CU5, CU6, CU7)."""
    product, began = model.products[contract["product"]], contract["began"]
    paid, mean_paid = customers.next_term(model, contract, now)
    value, mean_value = paid * product["months"], mean_paid * product["months"]
    if product["typed_term"] == 1:
        write(ledger, now, contract, Event.RENEWED.value, now - contract["since"], began, value)
    change = customers.change_of_mrr(contract["paid"], paid)
    if change != 0.0:
        write(ledger, now, contract, customers.told_as(change), 0, began, abs(change))
    contract["paid"] = paid
    contract["mean_paid"] = mean_paid
    contract["terms"] += 1
    share, term = contract["price_share"], product["term"]
    margin = contracts.margin_at(model, contract, value, share)
    mean_margin = contracts.margin_at(model, contract, mean_value, share)
    write(ledger, now, contract, Event.MARGIN.value, term, began, margin)
    write(ledger, now, contract, Event.EXPECTED_MARGIN.value, 0, began, mean_margin)
    write(ledger, now, contract, Event.REVENUE.value, term, began, value)


@rare
def note_running_on(model: Model, ledger: Ledger, contract: Record) -> None:
    """Write that a contract is in force at the horizon (CU8)."""
    waited, mrr = model.horizon - contract["since"], customers.mrr(contract["paid"])
    write(ledger, model.horizon, contract, Event.RUNS_ON.value, waited, contract["began"], mrr)
