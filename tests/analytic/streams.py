"""Streams of inquiries and contracts: Poisson, in the rhythm typed, and thinned as typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from funnelsim.compiling.arrays import Integers
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR

from . import systems, theory
from .figures import Count, Figure, Outcome, Truth
from .observation import Worlds, instants_of_inquiries, observed, wins_by_day


def thinning() -> Truth:
    """Channel, segment, conversion and the customer's time leave Poisson streams, independent of each other.

    Source: J. Kingman (1993), Poisson Processes, chapters 2 and 5.
    """
    rates = {"web": 2.0, "friends": 1.0}
    mixes = {"web": {"any": 0.7, "large": 0.3}, "friends": {"any": 0.4, "large": 0.6}}
    conversion = 0.25
    text = systems.thinned(rates, mixes, conversion, systems.LONGEST)

    def compare(worlds: Worlds) -> Outcome:
        wins = observed(systems.model(text), wins_by_day, worlds)
        streams = [(channel, segment) for channel in rates for segment in ("any", "large")]
        by_stream = wins.reshape(len(wins), len(streams), -1)
        centred = by_stream - by_stream.mean(axis=2, keepdims=True)
        covariance = centred @ centred.transpose(0, 2, 1) / (by_stream.shape[2] - 1)
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        apart = np.triu_indices(len(streams), 1)
        scale = np.sqrt(variance[:, apart[0]] * variance[:, apart[1]])
        correlation = covariance[:, apart[0], apart[1]] / scale
        means = [
            Figure(
                f"wins a day, {channel}, {segment}",
                24 * rates[channel] * mixes[channel][segment] * conversion,
                by_stream[:, number].mean(axis=1),
            )
            for number, (channel, segment) in enumerate(streams)
        ]
        return [
            *means,
            Figure("variance / mean of wins a day", 1.0, (variance / by_stream.mean(axis=2)).mean(axis=1)),
            Figure("correlation of two streams", 0.0, correlation.mean(axis=1), yardstick=1.0),
        ]

    return Truth("a Poisson stream, thinned four ways", 0.0, 30, compare)


def departures() -> Truth:
    """What leaves M/M/1 is a Poisson stream (P. Burke, 1956, Operations Research 4)."""

    def compare(worlds: Worlds) -> Outcome:
        text = systems.pool({"web": 0.8}, 1, systems.exponential(1.0), systems.LONGEST)
        wins = observed(systems.model(text), wins_by_day, worlds)[:, 0, 0]
        return [
            Figure("wins a day", 24 * 0.8, wins.mean(axis=1)),
            Figure("variance / mean of wins a day", 1.0, wins.var(axis=1, ddof=1) / wins.mean(axis=1)),
        ]

    return Truth("M/M/1 at 0.8, what leaves it", 0.8, 40, compare)


MONTHS = 240
RHYTHM = theory.Rhythm(
    start=date(2010, 4, 1),
    per_month=100.0,
    by_month=(2, 1, 3, 4, 2, 2, 1, 1, 3, 4, 5, 2),
    by_weekday=(3, 3, 2, 3, 2, 1, 0),
    growth_per_year=0.05,
)
SHOP = ("07:30", "22:00")


def rhythm() -> Truth:
    """Inquiries in a rhythm of months, weekdays and hours: Poisson about what is typed, month by month."""
    keys = {
        "inquiries_per_month": RHYTHM.per_month,
        "monthly_profile": list(RHYTHM.by_month),
        "weekday_profile": list(RHYTHM.by_weekday),
        "growth_per_year": RHYTHM.growth_per_year,
        "arrives_between": list(SHOP),
    }

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(systems.seasonal(RHYTHM.start.isoformat(), MONTHS, keys))
        instants = instants_of_inquiries(model, worlds)
        return [*monthly(model, instants), *rescaled(model, instants)]

    return Truth("inquiries by month, weekday and hour, growing", 0.0, 120, compare)


def monthly(model: Model, instants: Sequence[Integers]) -> Outcome:
    """Compare the counts of calendar months with the volumes typed for them."""
    first = RHYTHM.start.year * 12 + RHYTHM.start.month - 1
    months = [divmod(first + month, 12) for month in range(MONTHS)]
    typed = np.array([theory.typed_volume(RHYTHM, year, month + 1) for year, month in months])
    counts = np.array([np.histogram(world, model.months)[0] for world in instants])
    return [
        Figure("count / typed volume of a month", 1.0, (counts / typed).mean(axis=1)),
        Figure("(count - typed)² / typed", 1.0, ((counts - typed) ** 2 / typed).mean(axis=1)),
    ]


def rescaled(model: Model, instants: Sequence[Integers]) -> Outcome:
    """Compare the gaps between inquiries, measured in typed inquiries, with unit exponentials.

    Source: E. Brown et al. (2002), The time-rescaling theorem, Neural Computation 14.
    """
    by_day = theory.typed_by_day(RHYTHM, RHYTHM.start, len(model.month_days))
    midnights = np.concatenate([[0.0], np.cumsum(by_day)])
    opens, closes = 7.5 * HOUR, 22 * HOUR
    gaps = []
    hours = []
    for world in instants:
        day, moment = np.divmod(world, DAY)
        share = (moment - opens) / (closes - opens)
        hours.append(share)
        gaps.append(np.diff(midnights[day] + np.array(by_day)[day] * share, prepend=0.0))
    neighbours = [np.mean((gap[1:] - 1) * (gap[:-1] - 1)) for gap in gaps]
    return [
        Figure("gap between inquiries, rescaled", 1.0, np.array([gap.mean() for gap in gaps])),
        Figure("its square", 2.0, np.array([np.mean(gap**2) for gap in gaps])),
        Figure("covariance of neighbouring gaps", 0.0, np.array(neighbours), yardstick=1.0),
        Figure("share of the opening hours gone by", 0.5, np.array([share.mean() for share in hours])),
        Figure("its square", 1 / 3, np.array([np.mean(share**2) for share in hours])),
        Count(
            "inquiries within the hours and weekdays typed",
            sum(len(world) for world in instants),
            sum(int(np.sum((share < 0) | (share > 1))) for share in hours)
            + sum(int(np.sum(np.array(by_day)[world // DAY] == 0)) for world in instants),
            at_least=100_000,
        ),
    ]
