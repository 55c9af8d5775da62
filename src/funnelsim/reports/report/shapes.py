"""Where the marks of a picture are, in percent of its width or height: no figure is made here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import number
from funnelsim.reports.columns import scale_of

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # between ticks, times a power of ten
_MOST_TICKS = 5


class Tick(NamedTuple):
    """A mark of an axis."""

    at: float  # percent
    text: str


@dataclass(frozen=True)
class Scale:
    """From amounts to percent of an axis.

    Attributes
    ----------
    low, high : float
        The amounts at its ends.
    divisor : float
        Of the numbers at its ticks.
    unit : str
        Of these numbers, in words.
    """

    low: float
    high: float
    divisor: float = 1.0
    unit: str = ""

    def at(self, amount: float) -> float:
        """Return the place of an amount, 0 to 100, to a hundredth.

        >>> Scale(0.0, 200.0).at(50.0), Scale(0.0, 0.0).at(0.0)
        (25.0, 0.0)
        """
        if not self.high > self.low:
            return 0.0
        return round(min(max(100 * (amount - self.low) / (self.high - self.low), 0.0), 100.0), 2)

    @property
    def has_zero(self) -> bool:
        """Return whether nothing is inside it, and not at its end."""
        return self.low < 0 < self.high

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Return marks at round numbers.

        >>> [each.text for each in Scale(0.0, 430.0).ticks], [each.at for each in Scale(-1.0, 1.0).ticks]
        (['0', '100', '200', '300', '400'], [0.0, 25.0, 50.0, 75.0, 100.0])
        """
        step = _step((self.high - self.low) / self.divisor)
        if step == 0:
            return ()
        first = math.ceil(self.low / self.divisor / step - 1e-9)
        last = math.floor(self.high / self.divisor / step + 1e-9)
        return tuple(
            Tick(self.at(place * step * self.divisor), number(place * step))
            for place in range(first, last + 1)
        )


def _step(width: float) -> float:
    """Return a round number that divides an axis of this width into few parts; 0 if it has none."""
    if not 0 < width < math.inf:
        return 0.0
    power = 10.0 ** math.floor(math.log10(width / _MOST_TICKS))
    return next(step * power for step in _STEPS if width / (step * power) <= _MOST_TICKS)


def scale_over(
    amounts: Iterable[float],
    unit: Unit,
    currency: str,
    zero: bool = False,
    told: Iterable[Interval] = (),
) -> Scale:
    """Make a scale over amounts, with a little room at its ends.

    Parameters
    ----------
    amounts : iterable of float
        Those that are not finite are left out.
    unit : Unit
        Of the amounts.
    currency : str
        Of money.
    zero : bool
        Whether 0 is in it, and is its end if all amounts are on one side.
    told : iterable of Interval
        What is written beside it, in the unit of its numbers.
    """
    known = [each for each in amounts if math.isfinite(each)] or [0.0]
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    written = [abs(end) for each in told for end in each if math.isfinite(end)]
    divisor, words = scale_of(max([abs(low), abs(high), *written]), unit, currency)
    room = 0.04 * (high - low)
    at_zero = (zero and low == 0.0, zero and high == 0.0)
    return Scale(low if at_zero[0] else low - room, high if at_zero[1] else high + room, divisor, words)


def line(places: Sequence[tuple[float, float]]) -> str:
    """Write points as SVG takes them.

    >>> line([(0.0, 12.5), (50.0, 3.0)])
    '0.0,12.5 50.0,3.0'
    """
    return " ".join(f"{across},{down}" for across, down in places)
