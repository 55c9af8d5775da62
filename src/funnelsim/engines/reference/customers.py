"""Customers: a contract runs from term to term until its customer leaves."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.bills import bill_next_term, bill_the_rest
from funnelsim.engines.reference.kin import born_of, end, withdraw_kin
from funnelsim.engines.reference.office import Office, Story
from funnelsim.model.model import SALE
from funnelsim.model.words import NEVER, NOTHING, Due, Event, Heat, Kind
from funnelsim.rules import billing, contracts, customers, products


def subscribe(office: Office, deal: Record) -> Record:
    """Let the contract of a new customer be born of a deal, or of a delivery (CU1, DE5, WB4)."""
    contract = born_of(office, deal, customers.contract_of(deal), SALE, int(deal["stage"]))
    contract["began"] = contract["since"] = office.now
    contract["signed"], contract["returns"] = customers.first_signed(deal, office.now), deal["returns"]
    waited, mrr = office.now - contract["signed"], customers.mrr(contract["paid"])
    office.write(contract, customers.signs_as(deal), waited=waited, worked=contract["company"], money=mrr)
    return contract


def first_customers(office: Office) -> list[Record]:
    """Open the records of those who are customers as the period begins (CU11)."""
    found = []
    for number, row in enumerate(office.model.prices):
        product, segment = divmod(number, len(office.model.segments))
        for index in range(row["customers"]):
            contract = office.new_pursuit(int(row["first_customer"]) + index, SALE, 0)
            contract["company"], contract["channel"] = contract["entity"], NOTHING
            contract["segment"], contract["product"] = segment, product
            contract["fit"], contract["heat"], contract["is_lead"] = 1.0, Heat.WARM, 1
            contract["began"] = NEVER
            found.append(contract)
    return found


def begin_first(office: Office, contract: Record) -> None:
    """Let somebody be a customer as the period begins (CU11)."""
    began, since, *paid = customers.first_contract(office.model, office.world, contract, office.now)
    contract["created"] = contract["began"] = contract["signed"] = began
    contract["since"] = since
    contract["paid"], contract["mean_paid"], contract["price_share"] = paid
    left = since + products.term_of(office.model, contract["product"]) - office.now
    mrr = customers.mrr(contract["paid"])
    office.write(contract, Event.WAS_CUSTOMER, waited=left, worked=began, money=mrr)
    if billing.has_cash(office.model):
        bill_the_rest(office.model, office.world, office.ledger, office.now, contract)


def run_on(office: Office, contract: Record) -> Story:
    """Live through the terms of a contract, until its customer does not stay (CU2, CU3)."""
    while True:
        ends = contract["since"] + products.term_of(office.model, contract["product"])
        yield office.due(int(ends), Due.TERM_ENDS, contract)
        if not customers.stays(office.model, office.world, contract):
            break
        pay_for_next_term(office, contract)


def end_contract(office: Office, contract: Record) -> None:
    """End a contract, and withdraw the visits of its company (CU4, AV6)."""
    office.to_come[int(contract["entity"])].call_off()
    waited, mrr = office.now - contract["began"], customers.mrr(contract["paid"])
    office.write(contract, Event.CHURNED, waited=waited, worked=contract["signed"], money=mrr)
    for number, process in enumerate(office.model.processes):
        if process["kind"] == Kind.VISITING:
            withdraw_kin(office, contract, number)
    end(office, contract)


def contracts_in_force(office: Office, pursuit: Record) -> list[Record]:
    """Find the contract in force of a pursuit's company, if there is one."""
    return [
        each
        for each in office.open_pursuits.values()
        if each["company"] == pursuit["company"] and each["phase"] == Due.TERM_ENDS
    ]


def is_last_visit(office: Office, visit: Record, event: int) -> bool:
    """Let the visit's contract remember it as it ends; return whether that is not in force (AV5, AV6)."""
    if not customers.ends_visit(event):
        return False
    in_force = [each for each in contracts_in_force(office, visit) if not customers.is_over_for(each, visit)]
    if in_force:
        remember(office, visit, "visit", customers.remembered(visit, event == Event.DONE))
    return not in_force


def remember(office: Office, pursuit: Record, what: str, memory: int) -> None:
    """Let the contract and the referrer of a company remember a visit or a delivery (AV5, DE7, RF5)."""
    for each in office.open_pursuits.values():
        if each["company"] == pursuit["company"] and each["phase"] in (Due.TERM_ENDS, Due.REFERS):
            each[what] = memory


def pay_for_next_term(office: Office, contract: Record) -> None:
    """Let a customer who stays pay for another term (CU5, CU6, CU7, CU10, CA5)."""
    model, signed, before = office.model, int(contract["signed"]), float(contract["paid"])
    renewed = model.products[contract["product"]]["typed_term"]
    number, paid, mean_paid = customers.next_term(model, office.world, contract, office.now)
    contract["product"] = number
    value, margin = contracts.worth_signed(model, contract, paid)
    _, mean_margin = contracts.worth_signed(model, contract, mean_paid)
    if renewed:
        over = office.now - contract["since"]
        office.write(contract, Event.RENEWED, waited=over, worked=signed, money=value)
    change = customers.change_of_mrr(before, paid)
    if change != 0.0:
        again = customers.since_return(contract, office.now)
        office.write(contract, customers.told_as(change), waited=again, worked=signed, money=abs(change))
    contract["paid"], contract["mean_paid"], contract["since"] = paid, mean_paid, office.now
    contract["terms"] += 1
    term = int(model.products[number]["term"])
    office.write(contract, Event.MARGIN, waited=term, worked=signed, money=margin)
    office.write(contract, Event.EXPECTED_MARGIN, worked=signed, money=mean_margin)
    office.write(contract, Event.REVENUE, waited=term, worked=signed, money=value)
    if billing.has_cash(model):
        bill_next_term(model, office.world, office.ledger, office.now, contract, value)
