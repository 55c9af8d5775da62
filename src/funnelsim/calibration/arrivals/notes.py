"""What was left out of arrivals, and what the file cannot tell, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from funnelsim.calibration.arrivals.counts import SURE, Counts
from funnelsim.calibration.arrivals.laplace import MONTHS_FOR_SEASON

_SHOWN = 5  # days listed; the others are only counted
_YEAR = 12
_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def notes_on(counts: Counts, *, timed: bool, rare: Sequence[str]) -> tuple[str, ...]:
    """Say what was left out, and what is not known."""
    return (*_days(counts), *_channels(counts, rare), *_unknown(counts, timed))


def _days(counts: Counts) -> Iterator[str]:
    closed = [name for name, is_so in zip(_NAMES, counts.closed, strict=True) if is_so]
    if closed:
        yield f"Nothing ever arrives on {', '.join(closed)}."
    off = [f"{day:%Y-%m-%d}" for day in counts.days_off]
    if off:
        more = f" and {len(off) - _SHOWN} more" if len(off) > _SHOWN else ""
        yield (
            f"{len(off)} days on which nothing arrived though much was to be expected are taken for days off "
            f"and left out: {', '.join(off[:_SHOWN])}{more}. A forecast expects arrivals on such days."
        )


def _channels(counts: Counts, rare: Sequence[str]) -> Iterator[str]:
    for name, deals, counted in zip(counts.channels, counts.by_day, counts.counted, strict=True):
        first, last = np.flatnonzero(deals)[[0, -1]]
        if not counted[:first].any() and counted[first:].any() and first > 0:
            yield f"{name} is taken to have begun on {counts.days[first]:%Y-%m-%d}, with its first deal."
        rate = deals.sum() / max(int(counted.sum()), 1)
        silent = int(counted[last + 1 :].sum())
        if silent * rate > SURE:
            yield (
                f"{name} has had no deal since {counts.days[last]:%Y-%m-%d}, when {silent * rate:.0f} were "
                "to be expected: if it has ended, switch it off."
            )
    if rare and len(counts.channels) > 1:
        names = ", ".join(rare)
        yield f"Too few deals for a profile of their own, so that of all channels is taken: {names}."


def _unknown(counts: Counts, timed: bool) -> Iterator[str]:
    months = len(counts.months)
    record = f"A record of {months} month{'s' if months > 1 else ''}"
    if months < MONTHS_FOR_SEASON:
        yield (
            f"{record} cannot tell months of the year from growth: {MONTHS_FOR_SEASON} are needed. No season "
            "is assumed."
        )
    if months < _YEAR:
        yield (
            f"{record} says little of how much months differ and how inquiries grow: mostly what is usual is "
            "assumed: steps of about 10 % a month, and growth from -40 % to 60 % a year."
        )
    if not timed:
        yield "Times of day are not known: inquiries are taken to arrive around the clock."
