"""Numbers as people and spreadsheets write them: decimal commas, thousands marks, percent signs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

POINT, COMMA = ".", ","  # what stands before the decimals

_WHOLE = r"(?P<whole>\d+|[1-9]\d{0,2}(?P<mark>['\u2019\u00a0\u2009\u202f.,])\d{3}(?:(?P=mark)\d{3})*)"
_BEFORE = re.compile(rf"(?P<sign>[-+\u2212]?)(?:{_WHOLE})?(?P<power>[eE][-+]?\d+)?", re.ASCII)
_AFTER = re.compile(r"(?P<decimals>\d*)(?P<power>[eE][-+]?\d+)?", re.ASCII)
_MONEY = r"[\u00a3\u20ac$]|[A-Z]{3}"
_MEASURED = re.compile(
    rf"(?:{_MONEY})?\s*(?P<number>[-+\u2212]?[\d.,][^A-Za-z%]*?)\s*(?P<unit>%|{_MONEY}|[A-Za-z.]*)"
)
_MISSING = {"", "-", "--", "?", "na", "n/a", "#n/a", "nan", "null", "none", "inf", "-inf", "infinity"}


def meanings(text: str) -> dict[str, float]:
    """Return what a text can mean as a number, by the decimal mark; nothing if it is no number.

    Examples
    --------
    >>> meanings("3.5"), meanings("3,5"), meanings("1.250,5"), meanings("1,250,000")
    ({'.': 3.5}, {',': 3.5}, {',': 1250.5}, {'.': 1250000.0})
    >>> meanings("1,250"), meanings("12"), meanings("1 250"), meanings("3 h"), meanings("nan")
    ({'.': 1250.0, ',': 1.25}, {'.': 12.0, ',': 12.0}, {}, {}, {})
    """
    found: dict[str, float] = {}
    for decimal in (POINT, COMMA):
        value = _read(text.strip(), decimal)
        if value is not None:
            found[decimal] = value
    return found


def _read(text: str, decimal: str) -> float | None:
    """Read a number whose decimals stand behind a given mark."""
    whole, mark, decimals = text.partition(decimal)
    before, after = _BEFORE.fullmatch(whole), _AFTER.fullmatch(decimals)
    if before is None or after is None or (mark and before["power"]):
        return None
    if not before["whole"] and not after["decimals"]:
        return None
    sign = "-" if before["sign"] in ("-", "\u2212") else ""
    digits = re.sub(r"\D", "", before["whole"] or "0")
    power = before["power"] or after["power"] or ""
    return float(f"{sign}{digits}.{after['decimals'] or 0}{power}")


class MixedError(ValueError):
    """Numbers that cannot all be read in one way; the message is about one of them."""

    def __init__(self, text: str, wrong: str) -> None:
        super().__init__(wrong)
        self.text = text


def column(texts: Iterable[str]) -> list[float]:
    """Read numbers that are all written in the same way.

    Raises
    ------
    MixedError
        If one is no number, if they have different decimal marks, or if they can mean two things.

    Examples
    --------
    >>> column(["3,5", "1.250"]), column(["3.5", "1,250"]), column(["1.250", "2"])
    ([3.5, 1250.0], [3.5, 1250.0], [1.25, 2.0])
    >>> column(["1,250", "2"])
    Traceback (most recent call last):
    funnelsim.scenario.numerals.MixedError: can be 1250 or 1.25
    """
    cells = list(texts)
    found: list[dict[str, float]] = []
    marks = {POINT, COMMA}
    for text in cells:
        meant = meanings(text)
        if not meant:
            raise MixedError(
                text, "has a unit, or is not a number alone" if is_measured(text) else "is not a number"
            )
        if not marks & meant.keys():
            [mark] = marks
            raise MixedError(
                text, f"has another decimal mark than the values before it, which have a {_named(mark)}"
            )
        marks &= meant.keys()
        found.append(meant)
    if len(marks) == 2:
        for text, meant in zip(cells, found, strict=True):
            if COMMA in text and meant[POINT] != meant[COMMA]:
                raise MixedError(text, f"can be {meant[POINT]:.10g} or {meant[COMMA]:.10g}")
    mark = POINT if POINT in marks else COMMA
    return [meant[mark] for meant in found]


def _named(mark: str) -> str:
    return "point" if mark == POINT else "comma"


def is_measured(text: str) -> bool:
    """Return whether a text is a number with a unit or a currency beside it.

    Examples
    --------
    >>> [is_measured(text) for text in ("3 h", "EUR 4.5", "35%", "4", "two", "Q1 hours")]
    [True, True, True, True, False, False]
    """
    match = _MEASURED.fullmatch(text.strip())
    return match is not None and bool(meanings(match["number"]))


def is_heading(cells: Sequence[str]) -> bool:
    """Return whether a row has names of columns: at least one, and no value, right or wrong.

    Examples
    --------
    >>> [is_heading(cells) for cells in (["hours"], ["", "hours 2025"], ["3,5"], ["3 h"], ["n/a"])]
    [True, True, False, False, False]
    """
    named = [cell for cell in cells if cell.strip().lower() not in _MISSING]
    return bool(named) and not any(meanings(cell) or is_measured(cell) for cell in named)


class Spelt(NamedTuple):
    """A number spelt as TOML takes it, and another that the text could mean."""

    right: str
    other: str = ""

    def __str__(self) -> str:
        return f"{self.right} (or {self.other})" if self.other else self.right


def as_toml(text: str) -> Spelt | None:
    """Spell a number as TOML takes it, if a text is one in another spelling; the likelier meaning first.

    Three digits behind a mark are rather thousands than decimals; of a percentage, they are decimals.

    Examples
    --------
    >>> str(as_toml("0,35")), str(as_toml("35 %")), str(as_toml("4,000")), str(as_toml("EUR 1.250,50"))
    ('0.35', '0.35', '4000 (or 4.0)', '1250.5')
    >>> str(as_toml("4.000 EUR")), str(as_toml("2.125 %")), str(as_toml("0.125"))
    ('4000 (or 4.0)', '0.02125 (or 21.25)', '0.125')
    >>> as_toml("4 k"), as_toml("sales")
    (None, None)
    """
    match = _MEASURED.fullmatch(text.strip())
    if match is None or (
        re.fullmatch(r"[a-z.]\w*", match["unit"], re.IGNORECASE) and not match["unit"].isupper()
    ):
        return None
    share = 0.01 if match["unit"] == "%" else 1.0
    meant = sorted(meanings(match["number"]).values(), reverse=match["unit"] != "%")
    values = list(dict.fromkeys(_spelt(value * share) for value in meant))
    return (
        Spelt(values[0], *(each if "." in each else f"{each}.0" for each in values[1:])) if values else None
    )


_DAY = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})")


def as_date(text: str) -> str | None:
    """Spell a date as TOML takes it, if a text is one in another spelling; an example where it can be two.

    Examples
    --------
    >>> as_date("31.1.2026"), as_date("2026-4-1"), as_date("1/31/2026"), as_date("4/1/2026"), as_date("1.5")
    ('2026-01-31', '2026-04-01', '2026-01-31', 'a date such as 2026-01-31', None)
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    first, middle, last = int(match[1]), int(match[3]), int(match[4])
    orders = [(first, middle, last)] if len(match[1]) == 4 else [(last, middle, first)]
    if match[2] == "/" and len(match[1]) < 4:
        orders.append((last, first, middle))
    found = {day for day in map(_day, orders) if day is not None}
    return found.pop() if len(found) == 1 else "a date such as 2026-01-31"


def _day(parts: tuple[int, int, int]) -> str | None:
    try:
        return datetime.date(*parts).isoformat() if parts[0] >= 1000 else None
    except ValueError:
        return None


_WORDS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


def spelling(text: str) -> str | None:
    """Spell a number, a date, true or false, or a name as TOML takes it, if that is what a text is meant as.

    Examples
    --------
    >>> spelling("4,000"), spelling("35%"), spelling("31.01.2026"), spelling("Yes"), spelling("sales")
    ('4000 (or 4.0)', '0.35', '2026-01-31', 'true', '"sales", in quotes')
    """
    number = as_toml(text)
    if number is not None:
        return str(number)
    day = as_date(text)
    if day is not None:
        return day
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    return f'"{text}", in quotes' if re.fullmatch(r"[^\W\d][\w -]*", text) else None


def _spelt(value: float) -> str:
    return f"{value:.12g}"
