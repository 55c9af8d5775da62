"""The rows of billing: of contracts about no product, and of each product; and the checks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from funnelsim.model.records import BILLING
from funnelsim.model.words import Billed
from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.finance import Bills, bills_of
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Array, Draft, Sheet, fill
from funnelsim.scenario.volumes import Era

_WHEN = {"at_signing": Billed.AT_SIGNING, "at_delivery": Billed.AT_DELIVERY, "monthly": Billed.MONTHLY}


def counts_cash(contents: Contents) -> bool:
    """Return whether a scenario says anything of cash: then it is counted."""
    own = any(product.billing is not None for product in contents.products.values())
    return own or contents.finance.speaks_of_cash


def bills(contents: Contents, product: str | None) -> Bills:
    """Return how contracts about a product, or about none, are billed (CA1)."""
    firm = contents.finance.billing
    if product is None:
        return bills_of(firm, None, recurring=False)
    return bills_of(firm, contents.products[product].billing, contents.products[product].is_recurring)


def blank_billing(contents: Contents) -> dict[str, Array]:
    """Make the array for the rows."""
    return {"billing": np.zeros(1 + len(contents.products), BILLING)}


@dataclass(frozen=True)
class BillingRow:
    """How contracts about a product are billed, or about none; nothing where no cash is counted."""

    product: str | None
    number: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write when it is billed."""
        if counts_cash(scenario):
            draft.array("firm")["cash"] = 1
            when = {"when": _WHEN[bills(scenario, self.product).when].value}
            fill(draft.array("billing"), self.number, when)

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the firm's money and the product."""
        contents = eras[-1].contents
        return contents.finance, None if self.product is None else contents.products[self.product]

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write deposit, delay and bad debt."""
        contents = eras[-1].contents
        if counts_cash(contents):
            found = bills(contents, self.product)
            row = {
                "deposit": found.deposit,
                "bad_debt": found.bad_debt,
                "delay": sheet.distribution(found.paid_after_days),
            }
            fill(sheet.array("billing"), self.number, row)


def billing_rows(contents: Contents) -> list[BillingRow]:
    """List who is billed in a way of its own: contracts about no product, then each product."""
    return [BillingRow(product, number) for number, product in enumerate((None, *contents.products))]


def check_billing(contents: Contents) -> Problems:
    """Find what is billed at a delivery that there is not, and deposits where all is billed at signing."""
    firm = contents.finance.billing
    if not contents.products:
        yield from _checked(bills(contents, None), "finance.billing", "finance.billing", "")
    for name, product in contents.products.items():
        own, found = f"products.{name}.billing", bills(contents, name)
        typed = set() if product.billing is None else product.billing.model_fields_set
        ours = {
            key: own if key in typed or firm is None else "finance.billing" for key in ("when", "deposit")
        }
        delivered = product.delivery is not None
        yield from _checked(found, ours["when"], ours["deposit"], f" of {name}", delivered)


def _checked(found: Bills, when: str, deposit: str, what: str, delivered: bool = False) -> Problems:
    """Find what is wrong with a billing of which two keys are typed in these tables."""
    if found.when == "at_delivery" and not delivered:
        wrong = f"is at_delivery, but there is no delivery{what}"
        yield Problem(f"{when}.when", wrong, "at_signing, monthly or a delivery")
    if found.deposit > 0 and found.when == "at_signing":
        wrong = f"is a share billed at signing, but all is billed then{what}"
        yield Problem(f"{deposit}.deposit", wrong, f'{when}.when = "at_delivery" or "monthly"')


def check_cash_over_time(where: str, day: date, before: Contents, after: Contents) -> Problems:
    """Refuse changes by which cash begins or ceases to be counted, or begins with another balance."""
    if counts_cash(before) != counts_cash(after):
        wrong = f"begins to count cash on {day}, or ceases to"
        yield Problem(where, wrong, "finance.opening_balance to be typed in the scenario itself")
    elif before.finance.opening_balance != after.finance.opening_balance and day != after.start:
        wrong = f"changes finance.opening_balance on {day}, but that is the cash as the period begins"
        yield Problem(where, wrong, f"a change on {after.start}, or one that costs something")
