"""Columns of figures as text: one scale and one number of decimals, and which interval it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from funnelsim.decisions import Difference
from funnelsim.forecast import Chance, Estimate, Interval
from funnelsim.metrics import TIMES, Unit
from funnelsim.metrics.wording import UNDEFINED, ends, fixed, in_percent, number, places_of, to_places

RANGE = "P10-P90"  # of single simulated years
PRECISION = "95 %"  # of the mean over them
ANY_TIME = "at any time"  # a confidence sequence
NOTHING = 1e-12  # smaller values are left over from rounding
DECIDED = 1e-7  # of a value: an interval not wider than this is left over from rounding, too
_SCALES = ((1e9, "billion"), (1e6, "million"), (1e4, "thousand"))  # from these amounts on


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its kind of interval, and its cells.

    `intervals` has a text for each value, empty if there is none.
    """

    title: str
    unit: str
    interval: str
    values: tuple[str, ...]
    intervals: tuple[str, ...]

    def beside(self) -> tuple[str, ...]:
        """Write each interval in brackets after its value."""
        pairs = zip(self.values, self.intervals, strict=True)
        return tuple(f"{value} ({interval})" if interval else value for value, interval in pairs)

    def beneath(self) -> tuple[str, ...]:
        """Write each interval in a line of its own."""
        pairs = zip(self.values, self.intervals, strict=True)
        return tuple(f"{value}\n{interval}".rstrip() for value, interval in pairs)

    def at(self, rows: Sequence[int]) -> Column:
        """Keep these rows.

        >>> text_column("Who", ["Ada", "Ben", "Cem"]).at([0, 2]).values
        ('Ada', 'Cem')
        """
        values, intervals = (tuple(of[row] for row in rows) for of in (self.values, self.intervals))
        return replace(self, values=values, intervals=intervals)


def outcome(estimate: Estimate) -> Interval:
    """Return the mean with the range of single simulated years."""
    return Interval(estimate.mean, estimate.p10, estimate.p90)


def precision(found: Estimate | Difference) -> Interval:
    """Return the mean with its precision."""
    return Interval(found.mean, found.low, found.high)


def chance(found: Chance) -> Interval:
    """Return the share of simulated years that reach a goal with its precision."""
    return Interval(found.share, found.low, found.high)


def standing(found: Chance) -> Interval:
    """Return where the figure of a goal stands, with its range of outcomes."""
    return Interval(found.mean, found.p10, found.p90)


def text_column(title: str, values: Sequence[str]) -> Column:
    """Make a column of words, without intervals."""
    return Column(title, "", "", tuple(values), ("",) * len(values))


def figure_column(
    title: str,
    unit: Unit,
    currency: str,
    figures: Sequence[Interval | None],
    interval: str = "",
    beside: Sequence[Interval | None] = (),
) -> Column:
    """Write figures with their intervals in one scale (TE9).

    Parameters
    ----------
    title : str
        In users' words.
    unit : Unit
        Of the figures.
    currency : str
        Of money.
    figures : sequence of Interval or None
        None and undefined values are written "-".
    interval : str
        RANGE or PRECISION; empty if no intervals are written.
    beside : sequence of Interval or None
        Figures of a column beside this one, which has the same scale.

    Examples
    --------
    >>> column = figure_column("Cost", Unit.MONEY, "USD", [Interval(352_340, 349e3, 361e3)], RANGE)
    >>> column.unit, column.beside()
    ('thousand USD', ('352 (349 to 361)',))
    """
    nothing = Interval(math.nan, math.nan, math.nan)
    filled = [nothing if each is None else each for each in figures]
    numbers = [end for each in filled for end in (each if interval else each[:1]) if math.isfinite(end)]
    largest = max((abs(end) for end in [*numbers, *_ends(beside)]), default=0.0)
    scale, words = scale_of(largest, unit, currency)
    finest = _places(largest / scale)
    places = 0 if _whole([each.value / scale for each in filled]) else finest
    if unit is Unit.SHARE:  # rounded as per cent, not as parts of one
        filled, scale = [Interval(*(end / scale for end in each)) for each in filled], 1.0
    return Column(
        title=title,
        unit=words,
        interval=interval,
        values=tuple(_value(each, unit, interval, scale, places) for each in filled),
        intervals=tuple(_span(each, scale, finest) if interval else "" for each in filled),
    )


def chance_column(title: str, chances: Sequence[Interval | None], interval: str = "") -> Column:
    """Write chances, with their intervals if these have a name.

    Examples
    --------
    >>> chance_column("Loss", [Interval(0.0333, 0.0092, 0.112), None], PRECISION).beside()
    ('3 (0.9 to 11)', '-')
    """
    return Column(
        title=title,
        unit="%",
        interval=interval,
        values=tuple(UNDEFINED if each is None else in_percent(each.value) for each in chances),
        intervals=tuple(_chance_span(each) if each and interval else "" for each in chances),
    )


def _chance_span(found: Interval) -> str:
    if _is_decided(found) or not math.isfinite(found.high - found.low):
        return ""
    return f"{in_percent(found.low)} to {in_percent(found.high)}"


def _value(figure: Interval, unit: Unit, interval: str, scale: float, places: int) -> str:
    """Write a share as sentences do, a mean to the place of its precision, all else to that of the column."""
    value = figure.value / scale
    if unit is Unit.SHARE:
        return "0" if abs(value) < NOTHING else number(value)
    if interval == PRECISION and math.isfinite(value) and _has_width(figure):
        return to_places(value, places_of(figure.low, figure.high, scale))
    return rounded(value, places)


def _ends(figures: Sequence[Interval | None]) -> list[float]:
    """List the known values and ends of figures."""
    return [end for each in figures if each is not None for end in each if math.isfinite(end)]


def rounded(value: float, places: int) -> str:
    """Write a number with this many decimals; with more if it would be rounded to nothing.

    Examples
    --------
    >>> rounded(3.14159, 2), rounded(-0.0004, 2), rounded(0.0, 1), rounded(float("inf"), 1)
    ('3.14', '-0.0004', '0', '-')
    """
    if not math.isfinite(value):
        return UNDEFINED
    if abs(value) < NOTHING:
        return "0"
    text = fixed(value, places)
    if any(digit in text for digit in "123456789"):
        return text
    return number(value, 1)


def _span(figure: Interval, scale: float, places: int) -> str:
    """Write an interval; nothing where it has no width."""
    if _is_decided(figure) or math.isnan(figure.high - figure.low):
        return ""
    if _has_width(figure):
        return " to ".join(ends(figure.low, figure.high, scale))
    return _open(figure.low / scale, figure.high / scale, places)


def _open(low: float, high: float, places: int) -> str:
    """Write an interval that is a single value, or that has no end on one side."""
    if math.isinf(low) and math.isinf(high):
        return ""
    first, last = (rounded(end, 0 if _whole([end]) else places) for end in (low, high))
    if math.isinf(high):
        return f"{first} or more"
    return f"{last} or less" if math.isinf(low) else f"{first} to {last}"


def _has_width(figure: Interval) -> bool:
    """Return whether an interval has two ends that are not the same but for rounding."""
    return 0 < figure.high - figure.low < math.inf and not _same(figure.low, figure.high)


def _is_decided(figure: Interval) -> bool:
    """Return whether an interval says nothing: that of what is typed and the same in all years."""
    return _same(figure.value, figure.low) and _same(figure.value, figure.high)


def _same(one: float, other: float) -> bool:
    """Return whether two values differ by no more than rounding."""
    return math.isclose(one, other, rel_tol=DECIDED, abs_tol=NOTHING)


def scale_of(largest: float, unit: Unit, currency: str) -> tuple[float, str]:
    """Choose the divisor of figures that are shown together, and name it.

    >>> scale_of(352_340, Unit.MONEY, "USD"), scale_of(0.2, Unit.SHARE, ""), scale_of(12.0, Unit.DAYS, "")
    ((1000.0, 'thousand USD'), (0.01, '%'), (1.0, 'days'))
    """
    if unit is Unit.SHARE:
        return 0.01, "%"
    if unit is Unit.MONEY:
        for bound, word in _SCALES:
            if largest >= 0.9995 * bound:
                return (1e3 if word == "thousand" else bound), f"{word} {currency}".strip()
        return 1.0, currency
    return 1.0, unit.value if unit in TIMES else ""


def _places(largest: float) -> int:
    """Choose decimals that give the largest number of a column three digits."""
    return min(max(2 - math.floor(math.log10(largest)), 0), 6) if largest > 0 else 0


def _whole(numbers: Sequence[float]) -> bool:
    """Return whether all known values are whole numbers."""
    return all(each == round(each) for each in numbers if math.isfinite(each))
