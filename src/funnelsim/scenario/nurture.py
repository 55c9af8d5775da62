"""What a scenario file may say about nurture: programs that take those who are lost, by reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from funnelsim.scenario.errors import shown
from funnelsim.scenario.quantities import NotNegative, Positive, number, reject
from funnelsim.scenario.section import Section

MOST_TOUCHES = 1_000
MOST_RETURNS = 1_000
CHURNED_NAME = "churned"  # the reason of customers who leave


def _chance(value: object, name: str = "") -> float:
    chance = number(value, name)
    if not 0 <= chance <= 1:
        reject(f"is {shown(value)}", "a chance from 0 to 1", name)
    return chance


def read_chance(value: object) -> float | dict[str, float]:
    """Read a chance for all reasons, or a table of chances by reason."""
    if not isinstance(value, Mapping):
        return _chance(value)
    if not value:
        reject("is empty", "a chance, or a table of chances by reason")
    return {str(reason): _chance(item, str(reason)) for reason, item in value.items()}


Chance = Annotated[
    float | dict[str, float],
    PlainValidator(read_chance),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}},
            ]
        }
    ),
]


class Nurture(Section):
    """A program that cares for those who would be lost, until they come back or have had enough touches."""

    reasons: tuple[str, ...] = Field(
        min_length=1,
        max_length=127,
        description='Reasons of loss that the program takes: those of `lost_reasons`, "gone cold", and '
        '"churned" of customers who leave.',
        examples=[("gone cold",)],
    )
    interval_days: Annotated[float, Field(gt=0, le=3650)] = Field(
        description="Days from one touch to the next, by the clock.", examples=[30.0]
    )
    chance: Chance = Field(
        description="Chance that a company comes back at a touch; or a table of chances by reason.",
        examples=[0.05],
    )
    most_touches: int = Field(
        ge=1, le=MOST_TOUCHES, description="Touches without a return after which it is lost.", examples=[12]
    )
    returns_to: str = Field(description="Stage where those who come back go on.", examples=["first stage"])
    most_returns: int = Field(
        default=1,
        ge=1,
        le=MOST_RETURNS,
        description="Returns of a company, from whatever program, after which this one takes it no more.",
    )
    odds_ratio: Positive = Field(
        default=1.0,
        description="Odds ratio in every stage of those who come back; it multiplies with every return.",
    )
    cost_per_touch: NotNegative = Field(default=0.0, description="Cost of each touch.")

    def chance_of(self, reason: str) -> float:
        """Return the chance to come back at a touch, for those lost for a reason.

        Examples
        --------
        >>> plan = {"reasons": ("price", "timing"), "interval_days": 30.0, "most_touches": 6}
        >>> program = Nurture(**plan, returns_to="call", chance={"price": 0.05, "timing": 0.1})
        >>> program.chance_of("timing")
        0.1
        """
        return self.chance[reason] if isinstance(self.chance, dict) else self.chance


Programs = Mapping[str, Nurture]


def program_by_reason(programs: Programs) -> dict[str, tuple[str, Nurture]]:
    """Return the program that takes each reason, with its name: the first that names it (N1)."""
    found: dict[str, tuple[str, Nurture]] = {}
    for name, program in programs.items():
        for reason in program.reasons:
            found.setdefault(reason, (name, program))
    return found


def returning_by(chance: float, touches: int) -> list[float]:
    """Compute the chance to have come back by each touch: 1 - (1 - chance)^k for the k-th (N3).

    >>> returning_by(0.5, 3)
    [0.5, 0.75, 0.875]
    """
    found, away = [], 1.0
    for _ in range(touches):
        away *= 1.0 - chance
        found.append(1.0 - away)
    return found
