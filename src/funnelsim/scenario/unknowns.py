"""The distribution of an uncertain number, drawn from once per world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from funnelsim.chance.distributions import Distribution, quantile
from funnelsim.chance.distributions.lookup import DISTRIBUTION
from funnelsim.compiling.arrays import Floats, Record
from funnelsim.scenario.quantities import DISTRIBUTION_SCHEMA, number, read_distribution
from funnelsim.scenario.samples import Samples

LOWEST, HIGHEST = 2.0**-53, 1 - 2.0**-53  # the lowest and highest probability that can be drawn
MEDIAN = 0.5


@dataclass(frozen=True)
class Unknown:
    """A distribution of an uncertain value, shifted by `plus`.

    Examples
    --------
    >>> read_unknown({"low": 1, "likely": 2, "high": 3, "plus": 10}, Samples()).at(MEDIAN)
    12.0
    """

    distribution: Distribution
    plus: float = 0.0

    def at(self, level: float) -> float:
        """Return the value at a probability, a multiple of 2^-53, as engines look it up."""
        record, knots = self._table
        return quantile(record, knots, level) + self.plus

    @cached_property
    def _table(self) -> tuple[Record, Floats]:
        family, location, scale, knots = self.distribution.table()
        row = (location, scale, 0, family.value, len(knots) // 2)
        return np.array([row], DISTRIBUTION)[0], knots


def read_unknown(value: object, reading: Samples) -> Unknown:
    """Read a distribution as elsewhere in a scenario; `plus` shifts it."""
    if isinstance(value, Mapping) and "plus" in value:
        rest = {key: item for key, item in value.items() if key != "plus"}
        return Unknown(read_distribution(rest, reading), number(value["plus"], "plus"))
    return Unknown(read_distribution(value, reading))


def _validated(value: object, info: ValidationInfo) -> Unknown:
    if isinstance(value, Unknown):
        return value
    return read_unknown(value, info.context if isinstance(info.context, Samples) else Samples())


def _with_plus(form: dict[str, Any]) -> dict[str, Any]:
    """Allow `plus` in a table."""
    if "properties" not in form:
        return form
    return {**form, "properties": {**form["properties"], "plus": {"type": "number"}}}


Uncertain = Annotated[
    Unknown,
    PlainValidator(_validated),
    WithJsonSchema({"anyOf": [_with_plus(form) for form in DISTRIBUTION_SCHEMA["anyOf"]]}),
]
