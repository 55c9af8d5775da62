"""What a scenario file may say about quotas: the bookings planned for each quarter of the fiscal year."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from funnelsim.scenario.errors import shown
from funnelsim.scenario.quantities import number, reject
from funnelsim.scenario.samples import LARGEST
from funnelsim.scenario.section import Section

QUARTERS = 4
Quarters = tuple[float, float, float, float]


def read_quarters(value: object) -> Quarters:
    """Read what is planned for each quarter: one number for all, or four.

    >>> read_quarters(100), read_quarters([1, 2, 3, 4])
    ((100.0, 100.0, 100.0, 100.0), (1.0, 2.0, 3.0, 4.0))
    """
    if not isinstance(value, list | tuple):
        amount = _amount(value)
        return amount, amount, amount, amount
    if len(value) != QUARTERS:
        reject(f"is {shown(value)}", "a number, or four: one for each quarter of the fiscal year")
    first, second, third, fourth = map(_amount, value)
    return first, second, third, fourth


def _amount(value: object) -> float:
    amount = number(value)
    if amount < 0:
        reject(f"is {shown(value)}", "an amount of at least 0")
    return amount


_AMOUNT = {"type": "number", "minimum": 0, "maximum": LARGEST}
Quota = Annotated[
    Quarters,
    PlainValidator(read_quarters),
    WithJsonSchema(
        {"anyOf": [_AMOUNT, {"type": "array", "items": _AMOUNT, "minItems": QUARTERS, "maxItems": QUARTERS}]}
    ),
]


class QuotaOfTeam(Section):
    """What is planned for a team."""

    quota: Quota | None = Field(
        default=None,
        description="Bookings of the team in a fiscal quarter: one number, or four. Default: its reps'.",
    )
    quota_per_rep: Quota | None = Field(
        default=None,
        description="Bookings of each rep in a fiscal quarter, in proportion to the time on staff.",
    )


class QuotaOfRep(Section):
    """What is planned for a rep."""

    quota: Quota = Field(
        description="Bookings of the rep in a fiscal quarter, in proportion to the time on staff.",
        examples=[1.0],
    )


class Plan(Section):
    """Quotas: the bookings planned for each quarter; results tell attainment, gap and chance."""

    fiscal_year_starts: int = Field(
        default=1, ge=1, le=12, description="Month in which the fiscal year begins: 4 is April."
    )
    quota: Quota | None = Field(
        default=None,
        description="Bookings of the firm in a fiscal quarter: one number, or four. Default: its teams'.",
    )
    teams: dict[str, QuotaOfTeam] = Field(
        default={}, max_length=1000, description="Quotas of teams, by name."
    )
    reps: dict[str, QuotaOfRep] = Field(
        default={}, max_length=10_000, description='Quotas of reps, by name: "sales 1".'
    )

    @property
    def is_empty(self) -> bool:
        """Return whether nobody has a quota."""
        return self.quota is None and not self.teams and not self.reps
