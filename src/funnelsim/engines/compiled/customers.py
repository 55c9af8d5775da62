"""Customers: a contract runs from term to term until its customer leaves."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.bills import bill_next_term, bill_the_rest
from funnelsim.engines.compiled.kin import born_of, end, join_account, join_company, spawn, withdraw_kin
from funnelsim.engines.compiled.pool import begin_pursuit, take_slot
from funnelsim.engines.compiled.queues import NONE
from funnelsim.engines.compiled.referrals import begin_to_refer, of_company
from funnelsim.engines.compiled.rests import begin_nurture, rest
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, write
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NEVER, NOBODY, NOTHING, Due, Event, Heat, Kind
from funnelsim.rules import billing, contracts, customers, nurture, products, referrals


@rare
def subscribe(
    model: Model, world: Record, state: State, ledger: Ledger, deal_slot: int, delivered: int
) -> None:
    """Let a customer's contract begin: of a deal, or of a delivery that it remembers (CU1, DE7, WB4)."""
    deal, now = state.pursuits[deal_slot], state.clock[0]["now"]
    slot = born_of(state, deal_slot, customers.contract_of(deal), SALE, deal["stage"])
    contract = state.pursuits[slot]
    contract["began"] = now
    contract["signed"] = customers.first_signed(deal, now)
    contract["returns"] = deal["returns"]
    begin_contract(contract, now, delivered)
    if len(model.processes) > 1 or referrals.are_there(model):
        join_company(state, slot, deal_slot)
    mrr, waited = customers.mrr(contract["paid"]), now - contract["signed"]
    write(ledger, now, contract, customers.signs_as(deal), waited, contract["company"], mrr)
    await_end_of_term(model, state, slot)
    visit(model, world, state, slot)
    begin_to_refer(model, world, state, slot, delivered)


@rule
def begin_contract(contract: Record, since: int, delivered: int) -> None:
    """Fill in what a contract begins with, whose term began at `since`."""
    contract["account"] = NOTHING
    contract["since"] = since
    contract["terms"] = 0
    contract["visit"] = customers.NO_MEMORY
    contract["delivered"] = delivered


@rule
def await_end_of_term(model: Model, state: State, slot: int) -> None:
    """Put the end of the term at hand on the agenda (CU2)."""
    contract = state.pursuits[slot]
    ends = contract["since"] + products.term_of(model, contract["product"])
    await_next(model, state, slot, ends, Due.TERM_ENDS.value)


@rare
def visit(model: Model, world: Record, state: State, slot: int) -> None:
    """Let the account visits of a contract be born (AV1)."""
    for number in range(len(model.processes)):
        if model.processes[number]["kind"] == Kind.VISITING:
            spawn(model, world, state, slot, model.processes[number]["birth"], 1)


@rare
def end_term(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """End a term: the customer pays for another one, or leaves (CU3, CU4, AV6)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    if customers.stays(model, world, contract):
        pay_for_next_term(model, world, ledger, contract, now)
        contract["since"] = now
        await_end_of_term(model, state, slot)
        return
    end_contract(model, world, state, ledger, slot)


@rare
def end_contract(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """End a contract, and withdraw the visits of its company, which may be won back (CU4, AV6, WB1)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    mrr, waited = customers.mrr(contract["paid"]), now - contract["began"]
    write(ledger, now, contract, Event.CHURNED.value, waited, contract["signed"], mrr)
    for number in range(len(model.processes)):
        if model.processes[number]["kind"] == Kind.VISITING:
            withdraw_kin(model, state, slot, number)
    if nurture.wins_back(model, contract):
        win_back(model, world, state, ledger, slot)
    end(model, state, slot)


@rare
def win_back(model: Model, world: Record, state: State, ledger: Ledger, contract_slot: int) -> None:
    """Let a customer who leaves be cared for, and perhaps come back to the sale (WB1, WB2)."""
    contract, now = state.pursuits[contract_slot], state.clock[0]["now"]
    slot = born_of(state, contract_slot, nurture.win_back_of(contract), SALE, contract["stage"])
    pursuit = state.pursuits[slot]
    pursuit["created"] = nurture.NO_COHORT
    pursuit["theorist"] = 0
    pursuit["is_lead"] = 1
    pursuit["began"] = now
    pursuit["since"] = now
    pursuit["returns"] = contract["returns"]
    if contract["account"] != NOTHING:
        join_account(state, slot, contract["account"])
    write(ledger, now, pursuit, Event.BEGAN.value, 0, pursuit["company"], 0.0)
    reason = model.firm[0]["churned"]
    until = begin_nurture(model, world, state, ledger, slot, Event.LOST.value, reason)
    rest(model, state, slot, until)


@rule
def pay_for_next_term(model: Model, world: Record, ledger: Ledger, contract: Record, now: int) -> None:
    """Let a customer who stays pay for another term (CU5, CU6, CU7, CU10, CA5)."""
    renewed, signed = model.products[contract["product"]]["typed_term"] == 1, contract["signed"]
    number, paid, mean_paid = customers.next_term(model, world, contract, now)
    contract["product"] = number
    value, margin = contracts.worth_signed(model, contract, paid)
    _, mean_margin = contracts.worth_signed(model, contract, mean_paid)
    if renewed:
        write(ledger, now, contract, Event.RENEWED.value, now - contract["since"], signed, value)
    change = customers.change_of_mrr(contract["paid"], paid)
    if change != 0.0:
        again = customers.since_return(contract, now)
        write(ledger, now, contract, customers.told_as(change), again, signed, abs(change))
    contract["paid"] = paid
    contract["mean_paid"] = mean_paid
    contract["terms"] += 1
    term = model.products[number]["term"]
    write(ledger, now, contract, Event.MARGIN.value, term, signed, margin)
    write(ledger, now, contract, Event.EXPECTED_MARGIN.value, 0, signed, mean_margin)
    write(ledger, now, contract, Event.REVENUE.value, term, signed, value)
    if billing.has_cash(model):
        bill_next_term(model, world, ledger, now, contract, value)


@rare
def contract_of_company(state: State, slot: int) -> int:
    """Find the contract in force of a pursuit's company; return its slot, or NONE (AV5, AV6, RF6)."""
    return of_company(state, slot, Due.TERM_ENDS.value)


@rare
def is_last_visit(state: State, slot: int, event: int) -> bool:
    """Let the visit's contract remember it as it ends; return whether that is not in force (AV5, AV6)."""
    if not customers.ends_visit(event):
        return False
    contract = contract_of_company(state, slot)
    if contract == NONE or customers.is_over_for(state.pursuits[contract], state.pursuits[slot]):
        return True
    went_well = event == Event.DONE
    state.pursuits[contract]["visit"] = customers.remembered(state.pursuits[slot], went_well)
    referrer = of_company(state, slot, Due.REFERS.value)
    if referrer != NONE:
        state.pursuits[referrer]["visit"] = customers.remembered(state.pursuits[slot], went_well)
    return False


@rare
def expect_first_customers(model: Model, state: State) -> None:
    """Let those be on the agenda who are customers as the period begins (CU11)."""
    for number in range(len(model.prices)):
        row = model.prices[number]
        for index in range(row["customers"]):
            slot = take_slot(state)
            contract = state.pursuits[slot]
            begin_pursuit(contract, row["first_customer"] + index, SALE, 0)
            contract["company"] = contract["entity"]
            contract["channel"] = NOTHING
            contract["fit"] = 1.0
            contract["heat"] = Heat.WARM.value
            contract["theorist"] = 0
            contract["traits"] = 0
            contract["is_lead"] = 1
            contract["segment"] = number % len(model.segments)
            contract["product"] = number // len(model.segments)
            contract["account"] = NOTHING
            contract["seller"] = NOBODY
            contract["signed"] = 0
            contract["began"] = NEVER
            await_next(model, state, slot, model.stocks_from, Due.BEGINS.value)


@rare
def begin_first(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Let somebody be a customer as the period begins (CU11)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    began, since, paid, mean_paid, share = customers.first_contract(model, world, contract, now)
    contract["created"] = began
    contract["began"] = began
    contract["signed"] = began
    begin_contract(contract, since, customers.NO_MEMORY)
    contract["paid"] = paid
    contract["mean_paid"] = mean_paid
    contract["price_share"] = share
    await_end_of_term(model, state, slot)
    mrr, left = customers.mrr(paid), contract["due"] - now
    write(ledger, now, contract, Event.WAS_CUSTOMER.value, left, began, mrr)
    if billing.has_cash(model):
        bill_the_rest(model, world, ledger, now, contract)
    visit(model, world, state, slot)
    begin_to_refer(model, world, state, slot, customers.NO_MEMORY)


@rare
def note_running_on(model: Model, ledger: Ledger, contract: Record) -> None:
    """Write that a contract is in force at the horizon (CU8)."""
    waited, mrr = model.horizon - contract["since"], customers.mrr(contract["paid"])
    write(ledger, model.horizon, contract, Event.RUNS_ON.value, waited, contract["signed"], mrr)
