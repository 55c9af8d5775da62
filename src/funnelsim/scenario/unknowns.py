"""What an uncertain value is drawn from: a distribution, or the rows of a file of draws."""

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
from funnelsim.scenario.draws import DrawsFile
from funnelsim.scenario.errors import nearest, shown
from funnelsim.scenario.quantities import DISTRIBUTION_SCHEMA, number, read_distribution, reject
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.spreadsheets import SampleError

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

    def in_words(self) -> str:
        """Say what is drawn, in a few words."""
        return f"median {self.at(MEDIAN):.3g}"

    @cached_property
    def _table(self) -> tuple[Record, Floats]:
        family, location, scale, knots = self.distribution.table()
        row = (location, scale, 0, family.value, len(knots) // 2)
        return np.array([row], DISTRIBUTION)[0], knots


@dataclass(frozen=True)
class Drawn:
    """The values of a column of a file of draws, named by the key (U9): x `times`, + `plus`."""

    file: DrawsFile
    times: float = 1.0
    plus: float = 0.0

    def in_words(self) -> str:
        """Say what is drawn, in a few words."""
        return f"drawn from {self.file.name}"


def read_drawn(value: Mapping[str, Any], reading: Samples) -> Drawn:
    """Read the name of a file of draws; `times` and `plus` move its values."""
    for key in value:
        if key not in ("draws", "times", "plus"):
            reject("is not a key here", "only draws, times, plus", key, nearest(key, ("times", "plus")))
    name = value["draws"]
    if not isinstance(name, str):
        reject(f"is {shown(name)}", "the name of a file of draws", "draws")
    times, plus = number(value.get("times", 1.0), "times"), number(value.get("plus", 0.0), "plus")
    try:
        return Drawn(reading.draws(name), times, plus)
    except SampleError as error:
        reject(error.wrong, error.expected, "draws", error.near)


def read_unknown(value: object, reading: Samples) -> Unknown:
    """Read a distribution as elsewhere in a scenario; `plus` shifts it."""
    if isinstance(value, Mapping) and "plus" in value:
        rest = {key: item for key, item in value.items() if key != "plus"}
        return Unknown(read_distribution(rest, reading), number(value["plus"], "plus"))
    return Unknown(read_distribution(value, reading))


def _validated(value: object, info: ValidationInfo) -> Unknown | Drawn:
    if isinstance(value, Unknown | Drawn):
        return value
    reading = info.context if isinstance(info.context, Samples) else Samples()
    if isinstance(value, Mapping) and "draws" in value:
        return read_drawn(value, reading)
    return read_unknown(value, reading)


def _with_plus(form: dict[str, Any]) -> dict[str, Any]:
    """Allow `plus` in a table."""
    if "properties" not in form:
        return form
    return {**form, "properties": {**form["properties"], "plus": {"type": "number"}}}


_NUMBER = {"type": "number"}
_DRAWS = {
    "type": "object",
    "properties": {"draws": {"type": "string"}, "times": _NUMBER, "plus": _NUMBER},
    "required": ["draws"],
    "additionalProperties": False,
}
Uncertain = Annotated[
    Unknown | Drawn,
    PlainValidator(_validated),
    WithJsonSchema({"anyOf": [*(_with_plus(form) for form in DISTRIBUTION_SCHEMA["anyOf"]), _DRAWS]}),
]
