"""How contracts are billed, and how long after that they are paid."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile, varies
from funnelsim.chance.keys import DEPOSIT, PAYMENT, uniforms_if
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Billed
from funnelsim.rules.contracts import CENTS, cents, term
from funnelsim.rules.deliveries import is_earned_later
from funnelsim.rules.products import MONTH
from funnelsim.rules.visits import duration

NEVER_PAID = -1  # in place of a delay


@rule
def has_cash(model: Model) -> bool:
    """Return whether cash is counted."""
    return bool(model.firm[0]["cash"] == 1)


@rule
def billing_of(model: Model, product: int) -> Record:
    """Find how contracts about a product are billed; those about NOTHING as the firm says (CA1)."""
    row: Record = model.billing[product + 1]
    return row


@rule
def is_monthly(model: Model, product: int) -> bool:
    """Return whether what is left after the deposit is billed in instalments."""
    return bool(billing_of(model, product)["when"] == Billed.MONTHLY)


@rule
def share_at_signing(model: Model, product: int) -> float:
    """Return the share of the bookings that is billed as a contract is won, whatever is earned (CA2)."""
    billing = billing_of(model, product)
    return 1.0 if billing["when"] == Billed.AT_SIGNING else float(billing["deposit"])


@rule
def begins_monthly(model: Model, product: int) -> bool:
    """Return whether instalments begin as a contract is won (CA2)."""
    return is_monthly(model, product) and not is_earned_later(model, product)


@rule
def instalments(model: Model, pursuit: Record) -> int:
    """Count the months over which a contract is billed by the month (CA3)."""
    return max((term(model, pursuit) + MONTH // 2) // MONTH, 1)


@rule
def in_cents(value: float) -> float:
    """Round a bill to whole cents, halves up (CA3)."""
    return cents(value) / CENTS


@rule
def purpose_at_signing(share: float) -> int:
    """Return what the payment of a bill at signing is drawn for, by the share that is billed then (CA7)."""
    return PAYMENT if share == 1.0 else DEPOSIT


@rare
def delay(model: Model, world: Record, pursuit: Record, purpose: int, terms: int) -> int:
    """Draw how long after a bill it is paid; NEVER_PAID where it is bad debt (CA7).

    Parameters
    ----------
    pursuit : PURSUIT record
        Whose bill it is.
    purpose, terms : int
        Of the draw: DEPOSIT or PAYMENT, and how many terms of a contract are over.
    """
    billing = billing_of(model, pursuit["product"])
    days, bad_debt = model.distributions[billing["delay"]], float(billing["bad_debt"])
    looked_at = varies(days) or bad_debt > 0.0
    when, never = uniforms_if(looked_at, world, pursuit["entity"], purpose, terms)
    if never < bad_debt:
        return NEVER_PAID
    return duration(quantile(days, model.knots, when), DAY)
