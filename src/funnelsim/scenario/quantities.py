"""The values of a scenario: shares, odds ratios, clock times and distributions, read from plain TOML."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, NoReturn

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from funnelsim.chance.distributions import Constant, Distribution, Lognormal, Pert, Quantiles, Sample, Scipy
from funnelsim.chance.distributions.curves import is_discrete, scipy_families
from funnelsim.scenario.errors import nearest, shown
from funnelsim.scenario.numerals import as_date, as_toml
from funnelsim.scenario.samples import LARGEST, Samples
from funnelsim.scenario.spreadsheets import SampleError

DAY_SECONDS = 86_400

Share = Annotated[float, Field(ge=0, le=1)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]  # a share that is never all
NotNegative = Annotated[float, Field(ge=0, le=LARGEST)]
Positive = Annotated[float, Field(gt=0, le=LARGEST)]


class Span(NamedTuple):
    """A span of a day, in seconds since midnight."""

    opens: int
    closes: int

    def written(self) -> str:
        """Write a span as a scenario file does.

        >>> Span(32_400, 64_800).written()
        '09:00-18:00'
        """
        return "-".join(f"{end // 3600:02d}:{end // 60 % 60:02d}" for end in self)

    def within_the_day(self) -> list[Span]:
        """Cut a span at midnight: what comes after it is the beginning of a day.

        >>> [each.written() for each in Span(79_200, 7_200).within_the_day()]
        ['22:00-24:00', '00:00-02:00']
        """
        if self.opens < self.closes:
            return [self]
        return [
            part for part in (Span(self.opens, DAY_SECONDS), Span(0, self.closes)) if part.opens < part.closes
        ]


WHOLE = Span(0, DAY_SECONDS)


def reject(wrong: str, expected: str, key: str = "", suggestion: str | None = None) -> NoReturn:
    """Refuse a value inside a validator, with the text of a `Problem`."""
    raise PydanticCustomError(
        "scenario",
        "{wrong}; expected {expected}",
        {"wrong": wrong, "expected": expected, "key": key, "nearest": suggestion},
    )


def number(value: object, key: str = "") -> float:
    """Read a finite number, neither text nor true or false."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        reject(f"is {shown(value)}", unquoted(value, "a number"), key)
    if not -LARGEST <= value <= LARGEST:  # false for NaN, too
        reject(f"is {shown(value)}", "a finite number of at most 1e15", key)
    return float(value)


def unquoted(value: object, expected: str) -> str:
    """Say what is expected; of a text that is a number, how it is written.

    >>> unquoted("0,35", "a number"), unquoted("x", "a number")
    ('0.35, without quotes', 'a number')
    """
    right = as_toml(value) if isinstance(value, str) else None
    return expected if right is None else f"{right}, without quotes"


# ---- distributions ----------------------------------------------------------------------------

FORMS = (
    "a number, { median, p90 }, { low, likely, high }, { scipy = name, parameters }, "
    "{ quantiles = { level = value } } or { sample = file }"
)


def read_distribution(value: object, reading: Samples) -> Distribution:
    """Read any of the forms that a distribution can take in a scenario."""
    if not isinstance(value, Mapping):
        if isinstance(value, bool) or not isinstance(value, int | float):
            reject(f"is {shown(value)}", unquoted(value, FORMS))
        return Constant(number(value))
    try:
        found = _from_table(value, reading)
        found.table()  # refuses distributions that no table can hold; kept for the lowering
    except ValueError as error:
        if isinstance(error, PydanticCustomError):
            raise
        reject(f"is {shown(value)}", f"a distribution that can be computed ({error})")
    return found


def _from_table(value: Mapping[str, Any], reading: Samples) -> Distribution:
    if "scipy" in value:
        return _times(_scipy(value), value)
    if "quantiles" in value:
        return _quantiles(value)
    if "sample" in value:
        return _times(_sample(value, reading), value)
    for names, build in ((("median", "p90"), _lognormal), (("low", "likely", "high"), _pert)):
        if set(value) & set(names):
            _only(value, names)
            return build(value, *(number(value[name], name) for name in names))
    known = ("median", "p90", "low", "likely", "high", "scipy", "quantiles", "sample")
    stray = next(iter(value), "")
    return reject(f"is {shown(value)}", FORMS, suggestion=nearest(str(stray), known))


def _times(distribution: Distribution, value: Mapping[str, Any]) -> Distribution:
    factor = number(value.get("times", 1.0), "times")
    if factor <= 0:
        reject(f"is {shown(factor)}", "a factor above 0", "times")
    return distribution.scaled(factor)


def _only(value: Mapping[str, Any], names: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    known = [name for name in names + optional if name != "scipy"]
    for key in value:
        if key not in names + optional:
            reject(
                "is not a parameter here",
                "only " + ", ".join(known),
                key,
                nearest(key, known),
            )
    for name in names:
        if name not in value:
            needed = ", ".join(each for each in names if each != "scipy")
            reject(f"is {shown(value)}, without {name}", f"all of {needed}")


def _lognormal(value: Mapping[str, Any], median: float, p90: float) -> Distribution:
    if median <= 0 or p90 < median:
        reject(f"is {shown(value)}", "0 < median <= p90")
    return Constant(median) if p90 == median else Lognormal(median, p90)


def _pert(value: Mapping[str, Any], low: float, likely: float, high: float) -> Distribution:
    if not low <= likely <= high:
        reject(f"is {shown(value)}", "low <= likely <= high")
    return Constant(low) if low == high else Pert(low, likely, high)


@cache
def _scipy_parameters() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the shapes and the optional parameters of all distributions of scipy.stats, by name."""
    known: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for name, family in scipy_families().items():
        shapes = tuple(family.shapes.split(", ")) if family.shapes else ()
        known[name] = (shapes, ("loc",) if is_discrete(family) else ("loc", "scale"))
    return known


def _scipy(value: Mapping[str, Any]) -> Distribution:
    name, known = value["scipy"], _scipy_parameters()
    if not isinstance(name, str) or name not in known:
        near = nearest(str(name), known)
        reject(f"is {shown(name)}", "the name of a distribution of scipy.stats", "scipy", near)
    shapes, optional = known[name]
    _only(value, ("scipy", *shapes), (*optional, "times"))
    parameters = {key: number(value[key], key) for key in (*shapes, *optional) if key in value}
    return Scipy(name, parameters)


def _quantiles(value: Mapping[str, Any]) -> Distribution:
    table = value["quantiles"]
    _only(value, ("quantiles",))
    if not isinstance(table, Mapping):
        reject(f"is {shown(table)}", 'a table such as { "0" = 1, "0.5" = 3, "1" = 20 }', "quantiles")
    if set(table) == {"levels", "values"}:
        pairs = _paired(table["levels"], table["values"])
    else:
        pairs = sorted((_level(level), number(item, "quantiles")) for level, item in table.items())
    levels, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(pairs) < 2 or levels[0] != 0 or levels[-1] != 1 or _falls(levels, strictly=True):
        reject(f"has the levels {shown(levels)}", "levels that rise from 0 to 1", "quantiles")
    if _falls(values):
        reject(f"has the values {shown(values)}", "values that do not fall", "quantiles")
    return Constant(values[0]) if values[0] == values[-1] else Quantiles(tuple(levels), tuple(values))


def _paired(levels: object, values: object) -> list[tuple[float, float]]:
    if (
        not isinstance(levels, list | tuple)
        or not isinstance(values, list | tuple)
        or len(levels) != len(values)
    ):
        reject(f"is {shown([levels, values])}", "as many levels as values", "quantiles")
    return [(number(a, "quantiles"), number(b, "quantiles")) for a, b in zip(levels, values, strict=True)]


def _level(text: str) -> float:
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not 0 <= level <= 1:
        reject(f'has the level "{text}"', "levels between 0 and 1", "quantiles")
    return level


def _falls(values: list[float], strictly: bool = False) -> bool:
    return any(b <= a if strictly else b < a for a, b in pairwise(values))


def _sample(value: Mapping[str, Any], reading: Samples) -> Distribution:
    _only(value, ("sample",), ("column", "times"))
    name, column = value["sample"], value.get("column", "")
    if not isinstance(name, str) or not isinstance(column, str):
        reject(f"is {shown(value)}", "the name of a file and of a column", "sample")
    try:
        return reading.sample(name, column)
    except SampleError as error:
        reject(error.wrong, error.expected, error.key, error.near)


def _at_least_zero(value: object, info: ValidationInfo, what: str) -> Distribution:
    found = _of(value, info)
    if found.lowest() < 0:
        reject(f"is {shown(value)}, which can be below 0", what)
    return found


@lru_cache(maxsize=1024)
def least_drawn(distribution: Distribution) -> float:
    """Return the least value that can be drawn: that of the lowest uniform.

    >>> least_drawn(Lognormal(3, 7)) > 0
    True
    """
    return distribution.quantile(2.0**-53)


def _above_zero(value: object, info: ValidationInfo, what: str) -> Distribution:
    found = _of(value, info)
    lowest = found.lowest()
    tapers = isinstance(found, Lognormal | Scipy)  # may come near 0 without reaching it
    if lowest < 0 or (lowest == 0 and not tapers) or least_drawn(found) <= 0:
        reject(f"is {shown(value)}, which can be 0 or less", what)
    return found


def _of(value: object, info: ValidationInfo) -> Distribution:
    if isinstance(value, Constant | Lognormal | Pert | Quantiles | Sample | Scipy):
        return value
    return read_distribution(value, info.context if isinstance(info.context, Samples) else Samples())


_NUMBER = {"type": "number"}


def _table(**properties: dict[str, Any]) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


DISTRIBUTION_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _NUMBER,
        _table(median=_NUMBER, p90=_NUMBER),
        _table(low=_NUMBER, likely=_NUMBER, high=_NUMBER),
        {
            "type": "object",
            "properties": {"scipy": {"type": "string"}, "times": _NUMBER},
            "required": ["scipy"],
            "additionalProperties": _NUMBER,
        },
        _table(quantiles={"type": "object"}),
        {
            "type": "object",
            "properties": {"sample": {"type": "string"}, "column": {"type": "string"}, "times": _NUMBER},
            "required": ["sample"],
            "additionalProperties": False,
        },
    ]
}

Duration = Annotated[
    Distribution,
    PlainValidator(partial(_at_least_zero, what="a duration that is never negative")),
    WithJsonSchema(DISTRIBUTION_SCHEMA),
]
Delay = Annotated[
    Distribution,
    PlainValidator(partial(_at_least_zero, what="a delay that is never negative: no payment before billing")),
    WithJsonSchema(DISTRIBUTION_SCHEMA),
]
OddsRatio = Annotated[
    Distribution,
    PlainValidator(partial(_at_least_zero, what="an odds ratio that is never negative")),
    WithJsonSchema(DISTRIBUTION_SCHEMA),
]
AboveZero = Annotated[
    Distribution,
    PlainValidator(partial(_above_zero, what="something that is always above 0")),
    WithJsonSchema(DISTRIBUTION_SCHEMA),
]


# ---- clock times ------------------------------------------------------------------------------


def clock(text: object) -> int:
    """Read a time of day such as "09:30" as seconds since midnight; "24:00" ends the day."""
    hours, colon, minutes = text.strip().partition(":") if isinstance(text, str) else ("", "", "")
    good = colon == ":" and all(
        len(part) == 2 and part.isascii() and part.isdigit() for part in (hours, minutes)
    )
    if not good or int(minutes) > 59 or int(hours) * 60 + int(minutes) > 24 * 60:
        reject(f"is {shown(text)}", 'a time of day such as "09:00"')
    return (int(hours) * 60 + int(minutes)) * 60


def read_span(value: object) -> Span:
    """Read a span of a day: "09:00-12:00", or two times of day."""
    if isinstance(value, Span):
        return value
    ends = value.split("-") if isinstance(value, str) else value
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        reject(f"is {shown(value)}", 'two times of day, such as "09:00" and "18:00"')
    span = Span(clock(ends[0]), clock(ends[1]))
    if span.closes <= span.opens:
        reject(f"is {shown(value)}", "an end after the beginning (split a span at midnight in two)")
    return span


def read_times(value: object) -> tuple[Span, ...]:
    """Read times of day: two, or several spans such as "09:00-12:00"; a span may go over midnight."""
    if isinstance(value, tuple) and value and all(isinstance(each, Span) for each in value):
        return value
    if not isinstance(value, list | tuple) or not value:
        spans = [value]
    else:
        two_times = all(isinstance(each, str) and "-" not in each for each in value)
        spans = [value] if two_times else list(value)
    times = tuple(_over_midnight(each) for each in spans)
    parts = sorted(part for each in times for part in each.within_the_day())
    if any(later.opens < earlier.closes for earlier, later in pairwise(parts)):
        reject(f"is {shown(value)}, times that overlap", "times apart from each other")
    return times


def _over_midnight(value: object) -> Span:
    """Read a span of a day that may end on the next."""
    ends = value.split("-") if isinstance(value, str) else value
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        reject(f"is {shown(value)}", '["08:00", "18:00"], or spans such as ["09:00-12:00", "22:00-02:00"]')
    span = Span(clock(ends[0]), clock(ends[1]))
    if span.opens % DAY_SECONDS == span.closes % DAY_SECONDS and span != WHOLE:
        reject(
            f"is {shown(value)}, which has no length", 'an end after the beginning; all day is "00:00-24:00"'
        )
    return span


OpenSpan = Annotated[
    Span, PlainValidator(read_span), WithJsonSchema({"type": "string", "examples": ["09:00-12:00"]})
]
TimesOfDay = Annotated[
    tuple[Span, ...],
    PlainValidator(read_times),
    WithJsonSchema(
        {"type": "array", "items": {"type": "string"}, "examples": [["09:00-12:00", "13:00-18:00"]]}
    ),
]


# ---- days off -----------------------------------------------------------------------------------

MOST_HOLIDAYS = 10_000


def read_holidays(value: object) -> tuple[date, ...]:
    """Read days off: dates, and spans with both their ends.

    Examples
    --------
    >>> [str(day) for day in read_holidays([date(2027, 5, 1), "2027-12-30 to 2028-01-01"])]
    ['2027-05-01', '2027-12-30', '2027-12-31', '2028-01-01']
    """
    if not isinstance(value, list | tuple):
        reject(f"is {shown(value)}", "a list in brackets")
    days: list[date] = []
    for each in value:
        first, last = _ends_of(each)
        if last < first:
            reject(f"is {shown(each)}", "an end after the beginning")
        count = (last - first).days + 1
        if len(days) + count > MOST_HOLIDAYS:
            reject(f"has more than {MOST_HOLIDAYS:,} days", f"at most {MOST_HOLIDAYS:,}")
        days += [first + timedelta(days=day) for day in range(count)]
    return tuple(days)


def _ends_of(value: object) -> tuple[date, date]:
    """Return the first and the last day of a span, or a day twice."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value, value
    ends = [end.strip() for end in value.split(" to ")] if isinstance(value, str) else []
    try:
        first, last = (date.fromisoformat(end) for end in ends)
    except ValueError:
        right = [as_date(end) or end for end in ends]
        known = bool(right) and all(_ISO.fullmatch(end) for end in right)
        if known and len(right) < 3:
            reject(
                f"is {shown(value)}",
                f'"{right[0]} to {right[1]}"' if right[1:] else f"{right[0]}, without quotes",
            )
        reject(
            f"is {shown(value)}", 'a date such as 2027-12-24, or a span such as "2027-12-24 to 2027-12-31"'
        )
    return first, last


_ISO = re.compile(r"\d{4}-\d\d-\d\d")

Holidays = Annotated[
    tuple[date, ...],
    PlainValidator(read_holidays),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string"},
            "examples": [["2027-05-01", "2027-12-24 to 2027-12-31"]],
        }
    ),
]


# ---- weights ----------------------------------------------------------------------------------


def read_targets(value: object) -> dict[str, float]:
    """Read where to go next: one name, or a table of weights by name."""
    if isinstance(value, str):
        return {value: 1.0}
    if not isinstance(value, Mapping) or not value:
        reject(f"is {shown(value)}", 'the name of a stage, "won", or a table of weights by name')
    return {str(name): _weight(item, str(name)) for name, item in value.items()}


class EffortSplit(NamedTuple):
    """How reps split their effort between new and existing business.

    Attributes
    ----------
    first : str
        "new" or "accounts", if one always comes first; else "".
    new : float
        The share of new business; 0 where one comes first.
    """

    first: str
    new: float


SPLITS = {"new_first": EffortSplit("new", 0.0), "accounts_first": EffortSplit("accounts", 0.0)}
_A_SPLIT = '"new_first", "accounts_first" or a share of new business such as { new = 0.6 }'


def read_split(value: object) -> EffortSplit:
    """Read how effort is split: what comes first, or a table with the share of new business."""
    if isinstance(value, str) and value in SPLITS:
        return SPLITS[value]
    if not isinstance(value, Mapping) or set(value) != {"new"}:
        reject(f"is {shown(value)}", _A_SPLIT)
    share = number(value["new"], "new")
    if not 0.001 <= share <= 0.999:
        reject(f"is {shown(value['new'])}", "a share from 0.001 to 0.999", "new")
    return EffortSplit("", share)


Splits = Annotated[
    EffortSplit,
    PlainValidator(read_split),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(SPLITS)},
                {
                    "type": "object",
                    "properties": {"new": {"type": "number", "minimum": 0.001, "maximum": 0.999}},
                    "required": ["new"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


def _weight(value: object, name: str) -> float:
    weight = number(value, name)
    if weight < 0:
        reject(f"is {shown(value)}", "a weight of at least 0", name)
    return weight


Targets = Annotated[
    dict[str, float],
    PlainValidator(read_targets),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
            ]
        }
    ),
]
