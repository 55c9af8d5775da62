"""The inquiries that a channel is expected to bring on each day, without chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.scenario.calendars import Calendar, Growth
from funnelsim.scenario.channels import Channel
from funnelsim.scenario.months import DAYS_PER_MONTH
from funnelsim.scenario.response import Curve, carried_over, curve_through
from funnelsim.scenario.schema import Contents, Rep

HOURS_PER_WEEK = 168  # round the clock


def mean_share(contents: Contents, name: str) -> float:
    """Return a channel's share of the total of the mix, shares scaled to sum to 1; 0 outside the mix."""
    shares = contents.mix.shares
    return shares[name] / math.fsum(shares.values()) if shares.get(name) else 0.0


def inquiries_per_month(contents: Contents, name: str) -> float:
    """Return the inquiries of a channel in an average month, without those of prospecting.

    >>> from funnelsim.scenario import load
    >>> inquiries_per_month(load("first_steps"), "website")
    40.0
    """
    typed = contents.channels[name].inquiries_per_month
    if typed is not None:
        return typed
    return (contents.mix.inquiries_per_month or 0.0) * mean_share(contents, name)


class Era(NamedTuple):
    """What holds from a day on.

    Attributes
    ----------
    first_day : int
        Its number among the days of the calendar.
    contents : Contents
        The scenario of these days.
    typed_on : dict of str to date
        When the inquiries of a channel were typed, if later than `start`; growth counts from then (C20).
    """

    first_day: int
    contents: Contents
    typed_on: Mapping[str, date] = {}


def expected_inquiries(eras: Sequence[Era], name: str, calendar: Calendar) -> Floats:
    """Add up the inquiries that a channel expects, at the mean over worlds, without prospecting (C9).

    A day has its inquiries by calendar (see `Calendar.inquiries_by_day`) x the response to the money
    spent so far, relative to that at the reference cost x the factor of a promotion.

    Parameters
    ----------
    eras : sequence of Era
        In the order of their days; a channel that comes later brings nothing before.
    name : str
        The channel.
    calendar : Calendar
        Its days.

    Returns
    -------
    array of float
        Shape (days + 1,): one cumulative value for each midnight.
    """
    by_day = np.zeros(len(calendar.days))
    adstock = _adstock(eras, name, calendar)
    growth = None
    for era in eras:
        if name in era.contents.channels:
            growth = _growth(era, name, calendar, growth)
            own = _inquiries_by_day(era.contents, name, calendar, growth, adstock)
            by_day[era.first_day :] = own[era.first_day :]
    expected = np.zeros(len(by_day) + 1)
    np.cumsum(by_day, out=expected[1:])
    return expected


def inquiries_in_all(contents: Contents, calendar: Calendar) -> float:
    """Return the inquiries expected on all days, at most: no more leads can be open at once."""
    eras = [Era(0, contents)]
    typed = (float(expected_inquiries(eras, name, calendar)[-1]) for name in contents.channels)
    months = len(calendar.days) / DAYS_PER_MONTH
    found = (most_found_per_month(contents, name) * months for name in contents.channels)
    return math.fsum([*typed, *found])


def most_found_per_month(contents: Contents, name: str) -> float:
    """Return the inquiries of a channel that its reps find in an average month, if they do nothing else."""
    prospecting = contents.channels[name].prospecting
    if prospecting is None or prospecting.team not in contents.teams or contents.channels[name].off:
        return 0.0
    team = contents.teams[prospecting.team]
    hours = (team.people + len(team.reps)) * HOURS_PER_WEEK * DAYS_PER_MONTH / 7
    return prospecting.inquiries_per_hour * hours


def _inquiries_by_day(
    contents: Contents, name: str, calendar: Calendar, growth: Growth, adstock: Floats
) -> Floats:
    """Return the inquiries that a channel expects on each day if these contents hold: (days,) (A15)."""
    channel = contents.channels[name]
    if channel.off:
        return np.zeros(len(calendar.days))
    per_month = inquiries_per_month(contents, name)
    by_day = calendar.inquiries_by_day(channel, per_month, growth)
    curve = curve_of(contents, name)
    if curve is not None and per_month > 0:
        by_day = by_day * (curve.inquiries(adstock) / per_month)
    promotion = channel.promotion
    if promotion is not None:
        on = np.array([promotion.starts <= day < promotion.ends for day in calendar.days])
        by_day = np.where(on, by_day * promotion.inquiries_factor, by_day)
    return by_day


def _growth(era: Era, name: str, calendar: Calendar, before: Growth | None) -> Growth:
    """Return how a channel grows: from `start`, from when it was typed, or on from before (C20)."""
    rate, typed_on = era.contents.channels[name].growth_per_year, era.typed_on.get(name)
    if typed_on is not None:
        return Growth(rate, calendar.years_to(typed_on))
    if before is None or before.rate == rate:
        return Growth(rate) if before is None else before
    changed = calendar.years_to(calendar.days[era.first_day])
    return Growth(rate, changed, before.factor(changed))


def _adstock(eras: Sequence[Era], name: str, calendar: Calendar) -> Floats:
    """Return the money per month that works on each day, spent then or earlier (C19); shape (days,)."""
    if all(name not in era.contents.channels or era.contents.channels[name].response is None for era in eras):
        return np.zeros(len(calendar.days))
    spend, half_lives = np.zeros(len(calendar.days)), np.zeros(len(calendar.days))
    for era in eras:
        if name in era.contents.channels:
            channel = era.contents.channels[name]
            by_day = cost_per_month(channel) * spend_by_day(channel, calendar)
            spend[era.first_day :] = by_day[era.first_day :]
            half_lives[era.first_day :] = 0.0 if channel.response is None else channel.response.half_life_days
    return carried_over(spend, half_lives)


def cost_per_month(channel: Channel) -> float:
    """Return what a channel costs in the average month (A15)."""
    return 0.0 if channel.off else channel.cost_per_month


def curve_of(contents: Contents, name: str) -> Curve | None:
    """Return a channel's response curve, None if it has none."""
    response = contents.channels[name].response
    return None if response is None else curve_through(response, inquiries_per_month(contents, name))


def spend_by_day(channel: Channel, calendar: Calendar) -> Floats:
    """Return the weight of each day's month in a channel's cost per month, 1 on average; shape (days,)."""
    mean = math.fsum(channel.spend_profile) / 12
    by_month = np.array([channel.spend_profile[month - 1] / mean for _, month in calendar.calendar_months])
    return np.asarray(by_month[calendar.month])


def is_on_staff(rep: Rep, day: date) -> bool:
    """Return whether a named rep is on staff on a day."""
    return (rep.hired is None or rep.hired <= day) and (rep.leaves is None or day < rep.leaves)
