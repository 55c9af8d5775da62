"""The bills that both engines write: what is billed, and how long after that it is paid."""

from __future__ import annotations

from funnelsim.chance.keys import PAYMENT
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.ledger import Ledger, credit, note_count, note_work, write
from funnelsim.model.model import Model
from funnelsim.model.words import NOBODY, Event
from funnelsim.rules import billing, contracts
from funnelsim.rules.products import MONTH


@rare
def bill_at_signing(
    model: Model, world: Record, ledger: Ledger, now: int, deal: Record, value: float, number: int
) -> None:
    """Bill what is due as a contract is won, or an order comes; note the share that is billed (CA2, CA8).

    Parameters
    ----------
    number : int
        Of the order; 0 for a contract.
    """
    product, closer = deal["product"], deal["closer"]
    share = billing.share_at_signing(model, product)
    deal["billed"] = share
    if share > 0.0:
        delay = billing.delay(model, world, deal, billing.purpose_at_signing(share), number)
        _bill(ledger, now, deal, closer, delay, 1, value * share)
    if billing.begins_monthly(model, product):
        deal["billed"] = 1.0
        delay = billing.delay(model, world, deal, PAYMENT, number)
        _bill(ledger, now, deal, closer, delay, billing.instalments(model, deal), value * (1.0 - share))


@rare
def bill_what_is_delivered(model: Model, world: Record, ledger: Ledger, now: int, delivery: Record) -> None:
    """Bill the share of what was signed that has not been billed (CA4)."""
    share = 1.0 - delivery["billed"]
    if share > 0.0:
        value, _ = contracts.worth_signed(model, delivery, delivery["paid"])
        delay = billing.delay(model, world, delivery, PAYMENT, 0)
        _bill(ledger, now, delivery, delivery["seller"], delay, _count(model, delivery), value * share)


@rare
def bill_next_term(
    model: Model, world: Record, ledger: Ledger, now: int, contract: Record, value: float
) -> None:
    """Bill what is paid for a term that begins (CA5)."""
    delay = billing.delay(model, world, contract, PAYMENT, contract["terms"])
    _bill(ledger, now, contract, NOBODY, delay, _count(model, contract), value)


@rare
def bill_the_rest(model: Model, world: Record, ledger: Ledger, now: int, contract: Record) -> None:
    """Bill what is left of the term at hand of somebody who is a customer as the period begins (CA6)."""
    over = (now - contract["since"] + MONTH - 1) // MONTH
    count = billing.instalments(model, contract) - over
    if count > 0 and billing.is_monthly(model, contract["product"]):
        delay = billing.delay(model, world, contract, PAYMENT, 0)
        _bill(ledger, now, contract, NOBODY, delay, count, contract["paid"] * count)
        note_work(ledger, contract["since"] + over * MONTH)


@rule
def _count(model: Model, pursuit: Record) -> int:
    """Count the instalments of what is billed at delivery or for a term (CA4, CA5)."""
    return billing.instalments(model, pursuit) if billing.is_monthly(model, pursuit["product"]) else 1


@rule
def _bill(ledger: Ledger, now: int, pursuit: Record, rep: int, delay: int, count: int, value: float) -> None:
    """Write a bill of so many instalments, in the name of a rep (CA3, CA7)."""
    money = billing.in_cents(value / count)
    if money > 0.0:
        write(ledger, now, pursuit, Event.BILLED.value, delay, now, money)
        note_count(ledger, count)
        credit(ledger, rep)
