"""What a scenario file may say about the firm's money: how it is billed, and when it is paid."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from funnelsim.chance.distributions import Constant, Distribution
from funnelsim.scenario.quantities import Delay, Share
from funnelsim.scenario.samples import LARGEST
from funnelsim.scenario.section import Section

AT_ONCE = Constant(0.0)
LONGEST_CREDIT = 366  # days after the end of a month
When = Literal["at_signing", "at_delivery", "monthly"]
_DaysAfterMonth = Annotated[int, Field(ge=0, le=LONGEST_CREDIT)]


class Billing(Section):
    """When contracts are billed, and when bills are paid; what is not given of a product is the firm's."""

    when: When | None = Field(
        default=None,
        description="When the rest after the deposit is billed: at_signing, at_delivery, or monthly in "
        "advance. Default: monthly for a recurring product, else at_signing.",
    )
    deposit: Share | None = Field(
        default=None, description="Share of the bookings that is billed at signing. Default: 0."
    )
    paid_after_days: Delay | None = Field(
        default=None, description="Days from a bill until it is paid. Default: 0."
    )
    bad_debt: Share | None = Field(
        default=None, description="Share of the bills that are never paid. Default: 0."
    )


class Finance(Section):
    """The firm's money. Cash is counted where anything is typed of it."""

    discount_rate_per_year: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.0, description="By which what customers bring later is worth less, in their lifetime value."
    )
    opening_balance: Annotated[float, Field(ge=-LARGEST, le=LARGEST)] | None = Field(
        default=None,
        description="Cash as the period begins; below 0: what is owed to the bank. Default: 0.",
    )
    billing: Billing | None = Field(
        default=None, description="How all contracts are billed. Products may have their own."
    )
    salaries_paid_after_days: _DaysAfterMonth | None = Field(
        default=None,
        description="Whole days after the end of a month until its salaries are paid. "
        "Default: 0, on its last day.",
    )
    commission_paid_after_days: _DaysAfterMonth | None = Field(
        default=None,
        description="The same of commission on the contracts that the month has brought. Default: 0.",
    )
    channels_paid_after_days: _DaysAfterMonth | None = Field(
        default=None,
        description="The same of what channels cost: by the month, inquiry and lead. Default: 0.",
    )

    @property
    def speaks_of_cash(self) -> bool:
        """Return whether anything is typed of cash."""
        typed = (
            self.opening_balance,
            self.billing,
            self.salaries_paid_after_days,
            self.commission_paid_after_days,
            self.channels_paid_after_days,
        )
        return any(each is not None for each in typed)


class Bills(NamedTuple):
    """A billing without anything left open (CA1)."""

    when: When
    deposit: float
    paid_after_days: Distribution
    bad_debt: float


def bills_of(firm: Billing | None, own: Billing | None, recurring: bool) -> Bills:
    """Fill in what a product's billing does not say: first from the firm's, then with what is assumed.

    Examples
    --------
    >>> bills = bills_of(Billing(deposit=0.25, when="at_delivery"), Billing(deposit=0.5), recurring=False)
    >>> bills.when, bills.deposit, bills.bad_debt
    ('at_delivery', 0.5, 0.0)
    >>> bills_of(None, None, recurring=True).when
    'monthly'
    """
    said: dict[str, Any] = {}
    for each in (firm, own):
        if each is not None:
            said |= {name: value for name, value in each if value is not None}
    assumed = Bills("monthly" if recurring else "at_signing", 0.0, AT_ONCE, 0.0)
    return assumed._replace(**said)
