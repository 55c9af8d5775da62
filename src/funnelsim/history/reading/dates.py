"""Dates and times as files write them, in the firm's own clock (HI2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import numpy.typing as npt
import pandas as pd

DAY_FIRST, MONTH_FIRST = "day/month/year", "month/day/year"  # the two meanings of 03/04/2026

Times = npt.NDArray[np.datetime64]

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_ZONED = re.compile(r":\d\d.*(?:Z|[+-]\d\d:?\d\d)$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:[T,]?\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_WRITTEN = [
    re.compile(days + _TIME)
    for days in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)",
        r"(?P<day>\d{1,2})\.?[ -](?P<name>[A-Za-z]{3,9})\.?,?[ -](?P<year>\d{4})",
        r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
    )
]
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")  # Excel's days, from 1954 to 2119
_EPOCH = re.compile(r"1\d{12}")  # milliseconds since 1970, as HubSpot has them
_EXCEL_BEGINS = datetime(1899, 12, 30)  # so that serials from March 1900 on are right


@dataclass(frozen=True)
class Clock:
    """Whose clock times are of.

    Attributes
    ----------
    firm : str
        The time zone of the firm.
    file : str
        That of times in the file that have no offset.
    """

    firm: str
    file: str

    def wall(self, texts: Sequence[str]) -> tuple[Times, Times]:
        """Read dates and times in both ways: day before month, and month before day.

        Parameters
        ----------
        texts : sequence of str
            ISO, numbers with the year at either end, English names of months, Excel's serial days,
            milliseconds since 1970; with or without a time of day and an offset.

        Returns
        -------
        day_first, month_first : arrays of datetime64[us]
            By the firm's clock. NaT for what is no date when read so. A day without a time stays that day.

        Examples
        --------
        >>> clock = Clock("Europe/Amsterdam", "Europe/Amsterdam")
        >>> one, other = clock.wall(["2026-03-04T23:30:00Z", "3/4/2026", "31.12.26", "46085.5"])
        >>> print(one.astype("datetime64[h]"))
        ['2026-03-05T00' '2026-04-03T00' '2026-12-31T00' '2026-03-04T12']
        >>> print(other.astype("datetime64[h]"))
        ['2026-03-05T00' '2026-03-04T00' '2026-12-31T00' '2026-03-04T12']
        """
        one = np.full(len(texts), np.datetime64("NaT"), "datetime64[us]")
        iso = np.fromiter((_ISO.fullmatch(text) is not None for text in texts), bool, len(texts))
        one[iso] = self._iso([text for text, is_iso in zip(texts, iso, strict=True) if is_iso])
        other = one.copy()
        for at in np.flatnonzero(~iso):
            one[at], other[at] = (self._moment(found) for found in _both(texts[int(at)]))
        return one, other

    def _iso(self, texts: list[str]) -> Times:
        """Read what is written as the standard says, all at once."""
        zoned = np.array([_ZONED.search(text) is not None for text in texts], bool)
        timed = np.array([len(text) > 10 for text in texts], bool)
        read = pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601", errors="coerce", utc=True)
        found: Times = read.dt.tz_localize(None).to_numpy("datetime64[us]", copy=True)
        found[zoned] = self._in_firm(pd.DatetimeIndex(found[zoned]).tz_localize("UTC"))
        bare = timed & ~zoned
        found[bare] = self._from_file(found[bare])
        return found

    def _moment(self, found: date | None) -> np.datetime64:
        if found is None:
            return np.datetime64("NaT")
        if not isinstance(found, datetime):  # a day is the same day on every clock
            return np.datetime64(found, "us")
        if found.tzinfo is not None:
            return self._in_firm(pd.DatetimeIndex([found]).tz_convert("UTC"))[0]  # type: ignore[no-any-return]
        return self._from_file(np.array([found], "datetime64[us]"))[0]  # type: ignore[no-any-return]

    def _in_firm(self, instants: pd.DatetimeIndex) -> Times:
        return instants.tz_convert(self.firm).tz_localize(None).to_numpy("datetime64[us]")

    def _from_file(self, moments: Times) -> Times:
        """Turn times of the file's clock into the firm's.

        The hour that clocks skip has no times: NaT. In the one that they repeat, it is the first pass.
        """
        if self.file == self.firm or not len(moments):
            return moments
        first = np.ones(len(moments), bool)
        there = pd.DatetimeIndex(moments).tz_localize(self.file, ambiguous=first, nonexistent="NaT")
        return self._in_firm(there)


def _both(text: str) -> tuple[date | None, date | None]:
    """Read one text with the day first, and with the month first."""
    if _SERIAL.fullmatch(text):
        days = float(text.replace(",", "."))
        serial = _EXCEL_BEGINS + timedelta(seconds=round(days * 86400))
        return (serial.date(), serial.date()) if days.is_integer() else (serial, serial)
    if _EPOCH.fullmatch(text):
        moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        return moment, moment
    for pattern in _WRITTEN:
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            if "one" not in parts:
                month = parts.get("month") or _named(parts["name"])
                found = _built(parts, month, parts["day"])
                return found, found
            one, other = parts["one"], parts["other"]
            day_first = _built(parts, other, one)
            # nobody writes points behind a month that comes first
            return day_first, day_first if parts["mark"] == "." else _built(parts, one, other)
    return None, None


def _named(name: str) -> int:
    """Return the number of a month, 0 if there is none of this name."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _built(parts: dict[str, str | None], month: str | int, day: str | None) -> date | None:
    year = int(parts["year"] or 0)
    year += 0 if year >= 100 else 2000 if year < 70 else 1900
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"] in "Pp" else 0)
    micro = int((parts["part"] or "").ljust(6, "0")[:6])
    zone = parts["zone"]
    try:
        found = datetime(
            year, int(month), int(day or 0), hour, int(parts["minute"] or 0), int(parts["second"] or 0), micro
        )
        if parts["hour"] is None:
            return found.date()
        return found if zone is None else found.replace(tzinfo=_offset(zone))
    except ValueError:
        return None


def _offset(zone: str) -> timezone:
    if zone[0] not in "+-":
        return UTC
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
