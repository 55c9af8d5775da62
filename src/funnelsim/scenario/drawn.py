"""What a scenario draws in a world: numbers by themselves, and values from the rows of files of draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from funnelsim.chance.distributions import Constant, Distribution
from funnelsim.chance.keys import DRAWS, Entity, entity, uniforms
from funnelsim.compiling.arrays import Floats, Record
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.paths import reader_at
from funnelsim.scenario.structure import expected_of, frozen
from funnelsim.scenario.unknowns import MEDIAN, Drawn, Unknown

_OPERAND = TypeAdapter(float)  # of " *=" and " +="

Uncertainties = Mapping[str, Unknown | Drawn]


def alone(uncertainties: Uncertainties) -> dict[str, Unknown]:
    """Return the numbers that are drawn each by itself."""
    return {key: each for key, each in uncertainties.items() if isinstance(each, Unknown)}


def from_files(uncertainties: Uncertainties) -> dict[str, Drawn]:
    """Return what is drawn from files of draws."""
    return {key: each for key, each in uncertainties.items() if isinstance(each, Drawn)}


class WrongCellError(ValueError):
    """A cell that is none that the scenario may have there."""

    def __init__(self, row: int, expected: str) -> None:
        super().__init__(expected)
        self.row, self.expected = row, expected


def column_of(key: str, drawn: Drawn) -> tuple[Any, ...]:
    r"""Return the values of a key, one for each row of its file, as the scenario holds them.

    Raises
    ------
    WrongCellError
        If a value is none that the scenario may have there.

    Examples
    --------
    >>> from funnelsim.scenario.draws import draws_of
    >>> lines = b"stages.offer.customer_takes_days", b'"{ low = 1, likely = 2, high = 9 }"'
    >>> column_of("stages.offer.customer_takes_days", Drawn(draws_of(b"\n".join(lines), "draws.csv")))
    (Pert(low=1.0, likely=2.0, high=9.0),)
    """
    read, moved = drawn.file.read, (key, drawn.times, drawn.plus)
    if moved not in read:
        values = _as_held(key, drawn.file.columns[key])
        is_as_typed = drawn.times == 1 and drawn.plus == 0
        read[moved] = values if is_as_typed else tuple(_moved(value, drawn) for value in values)
    return read[moved]


def _as_held(key: str, cells: Sequence[object]) -> tuple[Any, ...]:
    """Read cells: what the path takes, or a number where the key multiplies or adds."""
    path, operation = split_key(key)
    reader, values = _OPERAND if operation else reader_at(path), []
    for row, cell in enumerate(cells):
        try:
            values.append(reader.validate_python(frozen(cell), strict=True))
        except ValidationError as error:
            raise WrongCellError(row, expected_of(error)) from None
    return tuple(values)


def _moved(value: Any, drawn: Drawn) -> Any:
    """Move a value as strategies do (U5)."""
    if isinstance(value, Constant):
        return Constant(value.value * drawn.times + drawn.plus)
    if isinstance(value, Distribution):
        return value.scaled(drawn.times)
    return value * drawn.times + drawn.plus


def numbers_of(key: str, drawn: Drawn) -> Floats | None:
    """Return the number in each row, of a distribution its median; None if the values are tables."""
    values = column_of(key, drawn)
    if all(isinstance(each, float) for each in values):
        return np.array(values)
    if all(isinstance(each, Distribution) for each in values):
        return np.array([each.quantile(MEDIAN) for each in values])
    return None


def row_in(world: Record, drawn: Drawn) -> int:
    """Draw a row of a file, the same for all its columns (U9)."""
    level = uniforms(world, entity(Entity.UNCERTAINTY, drawn.file.name), DRAWS, 0)[0]
    return int(level * len(drawn.file))


def of_row(drawn: Mapping[str, Drawn], rows: Mapping[str, int]) -> dict[str, Any]:
    """Return the values of a row of each file, by key."""
    return {key: column_of(key, each)[rows[each.file.name]] for key, each in drawn.items()}


def at_middle(uncertainties: Uncertainties) -> dict[str, Any]:
    """Return what stands for the numbers of all worlds: medians.

    Of values from a file only factors and summands: the others are as typed, because those of a row belong
    together and their medians need not.
    """
    middle: dict[str, Any] = {key: each.at(MEDIAN) for key, each in alone(uncertainties).items()}
    for key, each in from_files(uncertainties).items():
        if split_key(key)[1]:
            middle[key] = float(np.median(column_of(key, each)))
    return middle
