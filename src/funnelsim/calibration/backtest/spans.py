"""Horizons and the days on which a forecast would have been made."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from funnelsim.history.history import History
from funnelsim.io.writing import UnusableError

_UNITS = {"d": "day", "w": "week", "m": "month"}


@dataclass(frozen=True)
class Span:
    """A length of time in whole days, weeks or calendar months."""

    count: int
    unit: str  # "d", "w" or "m"

    @classmethod
    def read(cls, text: str, option: str) -> Span:
        """Read a span as it is typed.

        Raises
        ------
        UnusableError
            If it is none; the sentence names the option.

        Examples
        --------
        >>> Span.read("3m", "--horizon").words()
        '3 months'
        >>> Span.read("soon", "--horizon")
        Traceback (most recent call last):
        ...
        funnelsim.io.writing.UnusableError: --horizon is a number of days, weeks or months, such as 90d, \
8w or 3m, not 'soon'
        """
        found = re.fullmatch(r"([1-9]\d{0,3})([dwm])", text.strip())
        if found is None:
            raise UnusableError(
                f"{option} is a number of days, weeks or months, such as 90d, 8w or 3m, not {text!r}"
            )
        return cls(int(found[1]), found[2])

    def after(self, instant: pd.Timestamp, times: int = 1) -> pd.Timestamp:
        """Return the instant so many spans later; earlier if `times` is negative."""
        count = self.count * times
        if self.unit == "m":
            return instant + pd.DateOffset(months=count)
        return instant + pd.Timedelta(days=count * (7 if self.unit == "w" else 1))

    def parts(self, origin: pd.Timestamp, each: Span | None = None) -> tuple[pd.Timestamp, ...]:
        """Return the ends of the parts of a window: by default its months or weeks; one of days has no parts.

        The last part is as long as what is left.

        Examples
        --------
        >>> [f"{end:%d %B}" for end in Span(3, "m").parts(pd.Timestamp("2026-01-01"))]
        ['01 February', '01 March', '01 April']
        >>> [f"{end:%d %B}" for end in Span(1, "m").parts(pd.Timestamp("2026-03-01"), Span(2, "w"))]
        ['15 March', '29 March', '01 April']
        """
        each = each or (self if self.unit == "d" else Span(1, self.unit))
        end, ends = self.after(origin), [each.after(origin)]
        while ends[-1] < end:
            ends.append(each.after(origin, len(ends) + 1))
        return (*ends[:-1], end)

    def words(self) -> str:
        """Write the span as it is spoken."""
        return f"{self.count} {_UNITS[self.unit]}{'s' if self.count > 1 else ''}"


def before(origin: pd.Timestamp, end: pd.Timestamp, times: int) -> pd.Timestamp:
    """Return the instant so many parts before an origin, each as long as that from the origin to an end.

    Examples
    --------
    >>> april, may = pd.Timestamp("2026-04-01"), pd.Timestamp("2026-05-01")
    >>> f"{before(april, may, 2):%d %B}", f"{before(may, pd.Timestamp('2026-05-08'), 2):%d %B}"
    ('01 February', '17 April')
    """
    month = Span(1, "m")
    if month.after(origin) == end:
        return month.after(origin, -times)
    return origin - times * (end - origin)


def origins(history: History, horizon: Span, every: Span) -> tuple[pd.Timestamp, ...]:
    """Choose the days on which to forecast: each has a past and a future of at least the horizon.

    The last is as late as can be, the others lie `every` before it. Where that is in months, all are firsts
    of a month.

    Raises
    ------
    UnusableError
        If the history is too short for a single one.

    Examples
    --------
    >>> from funnelsim.history.history import DEALS, ENTRIES, FIELDS, WORK
    >>> frames = [pd.DataFrame(columns=columns) for columns in (DEALS, ENTRIES, FIELDS, WORK)]
    >>> history = History(*frames, ("offer",), pd.Timestamp("2026-01-01"), pd.Timestamp("2026-09-10"))
    >>> [f"{day:%d %B}" for day in origins(history, Span(3, "m"), Span(1, "m"))]
    ['01 April', '01 May', '01 June']
    """
    last = horizon.after(history.seen_until, -1).floor("D")
    if every.unit == "m":
        last = last.replace(day=1)
    earliest = horizon.after(history.seen_from)
    found = []
    day = last
    while day >= earliest:
        found.append(day)
        day = every.after(last, -len(found))
    if not found:
        raise UnusableError(
            f"the history is from {history.seen_from:%Y-%m-%d} to {history.seen_until:%Y-%m-%d}: a horizon "
            f"of {horizon.words()} needs a past of {horizon.words()} to learn from, and {horizon.words()} "
            "afterwards to be scored on"
        )
    return tuple(reversed(found))


def check_origins(history: History, horizon: Span, days: tuple[pd.Timestamp, ...]) -> None:
    """Refuse a day whose past or whose window is not in the history.

    Raises
    ------
    UnusableError
        Naming the day, and the days that are possible.
    """
    first, last = horizon.after(history.seen_from), horizon.after(history.seen_until, -1)
    for day in days:
        if not first <= day or horizon.after(day) > history.seen_until:
            raise UnusableError(
                f"a forecast of {horizon.words()} made on {day:%Y-%m-%d} cannot be scored: the history is "
                f"from {history.seen_from:%Y-%m-%d} to {history.seen_until:%Y-%m-%d}, "
                + (
                    f"so it can be made from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
                    if first <= last
                    else "which is too short for this horizon"
                )
            )
