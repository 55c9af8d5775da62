"""Figures in words: the only place where numbers become text."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal

from funnelsim.metrics.figure import TIMES, Unit

UNDEFINED = "-"
Called = Callable[[str], str]  # from a name to what a sentence calls it
_CERTAIN = 12  # digits of a number that no rounding of its sums or scale has touched
_EXACT = Context(prec=400)  # digits: enough for every float
_SCALES = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def number(value: float, digits: int = 3) -> str:
    """Write a number with this many significant digits, whole numbers in full.

    Examples
    --------
    >>> number(12345.6), number(2.346), number(-0.5), number(float("nan")), number(float("inf"))
    ('12,346', '2.35', '-0.5', '-', '-')
    """
    if not math.isfinite(value):
        return UNDEFINED
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = fixed(value, places)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def fixed(value: float, places: int) -> str:
    """Write a number with this many decimals: the same one, whatever it was scaled by before.

    Examples
    --------
    >>> share = 211 / 400
    >>> fixed(100 * share, 1), fixed(share / 0.01, 1), fixed(12_345.6, 0), fixed(23.95, 1), fixed(26.05, 1)
    ('52.8', '52.8', '12,346', '24.0', '26.0')
    """
    return f"{_rounded(value, places):,.{places}f}"


def amount(value: float, unit: Unit, currency: str = "") -> str:
    """Write a value in its unit.

    Examples
    --------
    >>> amount(0.1234, Unit.SHARE), amount(36_400, Unit.MONEY, "USD"), amount(21.04, Unit.DAYS)
    ('12.3 %', '36.4 thousand USD', '21 days')
    >>> amount(float("nan"), Unit.SHARE), amount(1804.2, Unit.COUNT)
    ('-', '1,804')
    """
    if not math.isfinite(value):
        return UNDEFINED
    if unit is Unit.SHARE:
        return f"{number(100 * value)} %"
    if unit is Unit.MONEY:
        return money(value, currency)
    return f"{number(value)} {unit.value}" if unit in TIMES else number(value)


def ends(low: float, high: float, scale: float = 1.0) -> tuple[str, str]:
    """Write the ends of an interval, rounded to the same place in every scale (TE9).

    Parameters
    ----------
    low, high : float
        Finite; the same number twice is written as `number` does.
    scale : float
        A power of ten that both are divided by.

    Examples
    --------
    >>> ends(4_120, 103_400, 1e3), ends(4_120, 103_400), ends(4_120, 103_400, 1e6)
    (('4', '103'), ('4,000', '103,000'), ('0.004', '0.103'))
    >>> ends(18.0, 23.0), ends(41.02, 41.38), ends(-0.004, 1.2)
    (('18', '23'), ('41.02', '41.38'), ('0.0', '1.2'))
    """
    if low == high:
        return number(low / scale), number(high / scale)
    places = places_of(low, high, scale)
    texts = [to_places(each / scale, places) for each in (low, high)]
    while all("." in each and each[-1] in "0." for each in texts):
        texts = [each[:-1] for each in texts]
    return texts[0], texts[1]


def places_of(low: float, high: float, scale: float = 1.0) -> int:
    """Return how many places right of the point an interval justifies (TE9).

    They give two digits of its width; yet whole numbers up to 1,000, thousands up to a million, and so on.

    Parameters
    ----------
    low, high : float
        Different numbers.
    scale : float
        A power of ten that the number to be rounded is divided by.

    Examples
    --------
    >>> places_of(4.12, 23.4), places_of(-77, 477), places_of(4_120, 9_260), places_of(4_120, 9_260, 1e3)
    (0, 0, -2, 1)
    """
    width = math.floor(math.log10(float(f"{abs(high - low):.{_CERTAIN}g}"))) - 1
    coarsest = 3 * math.floor(math.log10(max(abs(low), abs(high), 1.0)) / 3)
    return round(math.log10(scale)) - min(width, coarsest)


def to_places(value: float, places: int) -> str:
    """Round to a place right or left of the point: the same one in every scale.

    >>> to_places(4150, -2), to_places(4.15, 1), to_places(-0.04, 1)
    ('4,200', '4.2', '0.0')
    """
    return f"{_rounded(value, places) + 0:,.{max(places, 0)}f}"


def _rounded(value: float, places: int) -> Decimal:
    """Round a number to a place; a half, as it is written and not as it is stored, to the even digit."""
    return Decimal(f"{value:.{_CERTAIN}g}").quantize(Decimal(1).scaleb(-places), context=_EXACT)


def in_percent(share: float) -> str:
    """Write the number of a chance in whole percent; with a digit more close to never and to always (TE9).

    Examples
    --------
    >>> in_percent(0.126), in_percent(0.0031), in_percent(0.9975), in_percent(0.0), in_percent(1.0)
    ('13', '0.3', '99.8', '0', '100')
    """
    if not math.isfinite(share):
        return UNDEFINED
    close = min(share, 1 - share)
    close_to_an_end = 0 < close < 0.01
    return fixed(100 * share, -math.floor(math.log10(100 * close)) if close_to_an_end else 0)


def percent(share: float) -> str:
    """Write a chance in percent.

    Examples
    --------
    >>> percent(0.126), percent(float("nan"))
    ('13 %', '-')
    """
    return f"{in_percent(share)} %" if math.isfinite(share) else UNDEFINED


def money(value: float, currency: str) -> str:
    """Write an amount of money with three digits.

    Examples
    --------
    >>> money(1_234_000, "USD"), money(-36_400, "EUR"), money(870, "USD"), money(999_900, "USD")
    ('1.23 million USD', '-36.4 thousand EUR', '870 USD', '1 million USD')
    """
    return _joined(number(value / _scale(value)), value, currency) if math.isfinite(value) else UNDEFINED


def money_range(low: float, high: float, currency: str) -> str:
    """Write a range of money in the scale of its larger end.

    Examples
    --------
    >>> money_range(36_123, 62_380, "USD"), money_range(800_000, 1_200_000, "EUR")
    ('36 to 62 thousand USD', '0.8 to 1.2 million EUR')
    >>> money_range(-4_000, 12_000, "USD"), money_range(41_020, 41_380, "USD"), money_range(5, 5, "USD")
    ('-4 to 12 thousand USD', '41.02 to 41.38 thousand USD', '5 USD')
    """
    if not math.isfinite(low) or not math.isfinite(high):
        return UNDEFINED
    larger = max(low, high, key=abs)
    if math.isclose(low, high, rel_tol=10.0**-_CERTAIN):
        return money(larger, currency)
    scale = _scale(larger)
    return _joined(" to ".join(ends(low, high, scale)), larger, currency)


def simulated(worlds: int, months: int) -> str:
    """State how much was simulated.

    Examples
    --------
    >>> simulated(400, 12), simulated(1, 12), simulated(400, 6)
    ('400 simulated years', '1 simulated year', '400 simulated periods of 6 months')
    """
    plural = "" if worlds == 1 else "s"
    if months == 12:
        return f"{worlds:,} simulated year{plural}"
    return f"{worlds:,} simulated period{plural} of {span(months)}"


def periods(months: int) -> str:
    """Call the periods that are simulated.

    >>> periods(12), periods(6)
    ('years', 'periods')
    """
    return "years" if months == 12 else "periods"


def too_few(more: float, rare: bool) -> str:
    """State that there are too few simulated years for an interval, and how many more it would take.

    Parameters
    ----------
    more : float
        Years; infinite if nobody can tell.
    rare : bool
        Whether it is for want of rare events, not of years as such.

    Examples
    --------
    >>> print(too_few(317, rare=True))
    too few years with a large contract: about 320 more
    >>> too_few(12, rare=False), too_few(math.inf, rare=True)
    ('too few years: about 12 more', 'too few years with a large contract')
    """
    text = "too few years with a large contract" if rare else "too few years"
    if not math.isfinite(more):
        return text
    return f"{text}: about {rounded_up(more)} more"


def rounded_up(count: float) -> str:
    """Write a count, rounded up to two digits.

    Examples
    --------
    >>> rounded_up(317), rounded_up(12), rounded_up(0.5), rounded_up(12_001)
    ('320', '12', '1', '13,000')
    """
    step = 10 ** max(0, math.floor(math.log10(max(count, 1))) - 1)
    return f"{math.ceil(count / step) * step:,}"


def period(months: int) -> str:
    """Name the time in which contracts are signed and money is spent.

    Examples
    --------
    >>> period(12), period(6), period(1)
    ('the year', 'the 6 months', 'the month')
    """
    if months == 12:
        return "the year"
    return "the month" if months == 1 else f"the {span(months)}"


def signed(months: int, terms: tuple[float, float] | None, renews: bool = False) -> str:
    """State of which contracts profit is, and over which time: not of the period alone.

    Terms of up to a year are not named: such contracts are earned soon after they are signed.

    Parameters
    ----------
    months : int
        Of the period.
    terms : (float, float) or None
        The shortest and the longest term, in years; None where they are not known.
    renews : bool
        Whether customers go on to pay for other terms.

    Examples
    --------
    >>> signed(12, (1.0, 4.0))
    'from the contracts signed in the year, over their terms of up to 4 years'
    >>> signed(6, (1.5, 1.5)), signed(12, None)[-11:]
    ('from the contracts signed in the 6 months, over their terms of 18 months', 'their terms')
    >>> signed(12, (0.2, 1.0))
    'from the contracts signed in the year'
    >>> signed(36, (0.1, 1.0), renews=True)
    'from what is signed and renewed in the 36 months'
    """
    begins = f"from {'what is signed and renewed' if renews else 'the contracts signed'} in {period(months)}"
    if terms is None:
        return f"{begins}, over their terms"
    shortest, longest = terms
    if longest <= 1:
        return begins
    return f"{begins}, over their terms of {'' if shortest == longest else 'up to '}{_years(longest)}"


def _years(years: float) -> str:
    """Write a length of time in years, or in months where it is no whole number of years.

    >>> _years(2), _years(2.5), _years(1.01)
    ('2 years', '30 months', '12.1 months')
    """
    return f"{number(years)} years" if years == round(years) else f"{number(12 * years)} months"


def span(months: int) -> str:
    """State a number of months.

    Examples
    --------
    >>> span(1), span(6)
    ('1 month', '6 months')
    """
    return f"{months} month{'' if months == 1 else 's'}"


def listed(names: list[str], last: str = "and") -> str:
    """Join names with commas and "and", or another word.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    return "".join(names) if len(names) < 2 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def spoken(name: str) -> str:
    """Write a name as in a sentence.

    Examples
    --------
    >>> spoken("one_more_rep"), spoken("one_more_rep+shared_queue")
    ('one more rep', 'one more rep + shared queue')
    """
    return name.replace("_", " ").replace("+", " + ")


def _scale(value: float) -> float:
    """Find the scale that an amount is written in, after rounding to three digits."""
    return next((scale for scale, _ in _SCALES if abs(value) >= 0.9995 * scale), 1.0)


def _joined(text: str, value: float, currency: str) -> str:
    """Put number, scale and currency together."""
    return " ".join(word for word in (text, dict(_SCALES).get(_scale(value), ""), currency) if word)
