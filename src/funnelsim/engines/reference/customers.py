"""Customers: a contract runs from term to term until its customer leaves."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.kin import OF_THE_COMPANY, end
from funnelsim.engines.reference.office import Office, Story
from funnelsim.model.model import SALE
from funnelsim.model.words import Due, Event
from funnelsim.rules import contracts, customers, products


def become_customer(office: Office, deal: Record) -> None:
    """Let a contract be born of a deal, if that makes a customer (CU1)."""
    if not customers.becomes_customer(office.model, deal["product"], office.now):
        return
    contract = office.new_pursuit(customers.contract_of(deal), SALE, int(deal["stage"]))
    for name in OF_THE_COMPANY:
        contract[name] = deal[name]
    contract["began"] = contract["since"] = office.now
    paid, mean_paid, share = customers.signed(office.model, office.world, deal)
    contract["paid"], contract["mean_paid"], contract["price_share"] = paid, mean_paid, share
    office.write(contract, Event.SUBSCRIBED, worked=contract["company"], money=customers.mrr(paid))
    office.env.process(run_on(office, contract))


def run_on(office: Office, contract: Record) -> Story:
    """Live through the terms of a contract, until its customer leaves (CU2, CU3, CU4)."""
    while True:
        term = products.term_of(office.model, contract["product"])
        yield office.due(office.now + term, Due.TERM_ENDS, contract)
        if not customers.stays(office.model, office.world, contract):
            break
        pay_for_next_term(office, contract)
    waited, mrr = office.now - contract["began"], customers.mrr(contract["paid"])
    office.write(contract, Event.CHURNED, waited=waited, worked=contract["began"], money=mrr)
    end(office, contract)


def pay_for_next_term(office: Office, contract: Record) -> None:
    """Let a customer who stays pay for another term (CU5, CU6, CU7)."""
    model, began, before = office.model, int(contract["began"]), float(contract["paid"])
    product = model.products[contract["product"]]
    paid, mean_paid = customers.next_term(model, contract, office.now)
    value, mean_value = paid * product["months"], mean_paid * product["months"]
    if product["typed_term"]:
        over = office.now - contract["since"]
        office.write(contract, Event.RENEWED, waited=over, worked=began, money=value)
    change = customers.change_of_mrr(before, paid)
    if change != 0.0:
        office.write(contract, customers.told_as(change), worked=began, money=abs(change))
    contract["paid"], contract["mean_paid"], contract["since"] = paid, mean_paid, office.now
    contract["terms"] += 1
    share, term = contract["price_share"], int(product["term"])
    margin = contracts.margin_at(model, contract, value, share)
    mean_margin = contracts.margin_at(model, contract, mean_value, share)
    office.write(contract, Event.MARGIN, waited=term, worked=began, money=margin)
    office.write(contract, Event.EXPECTED_MARGIN, worked=began, money=mean_margin)
    office.write(contract, Event.REVENUE, waited=term, worked=began, money=value)
