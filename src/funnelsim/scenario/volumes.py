"""The inquiries that a channel is expected to bring on each day, without chance."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.channels import Channel, PersonalSelling
from funnelsim.scenario.response import Curve, carried_over, curve_through
from funnelsim.scenario.schema import Contents, Rep, Team


def mean_share(contents: Contents, name: str) -> float:
    """Return a channel's share of the total of the mix, shares scaled to sum to 1; 0 outside the mix."""
    shares = contents.mix.shares
    return shares[name] / math.fsum(shares.values()) if shares.get(name) else 0.0


def inquiries_per_month(contents: Contents, name: str) -> float:
    """Return the inquiries of a channel in an average month, without personal selling.

    >>> from funnelsim.scenario import load
    >>> inquiries_per_month(load("first_steps"), "website")
    40.0
    """
    typed = contents.channels[name].inquiries_per_month
    if typed is not None:
        return typed
    return (contents.mix.inquiries_per_month or 0.0) * mean_share(contents, name)


def expected_inquiries(contents: Contents, name: str, calendar: Calendar) -> Floats:
    """Add up the inquiries that a channel expects, at the mean over worlds.

    A day has its inquiries by calendar (see `Calendar.inquiries_by_day`) x the response to the money
    spent so far, relative to that at the reference cost x the factor of a promotion.

    Returns
    -------
    array of float
        Shape (days + 1,): one cumulative value for each midnight.
    """
    channel = contents.channels[name]
    by_day = calendar.inquiries_by_day(channel, inquiries_per_month(contents, name))
    if channel.personal_selling is not None:
        reached = reached_by_day(contents, channel.personal_selling, calendar)
        by_day = calendar.inquiries_by_day(channel, 1.0) * reached
    if channel.response is not None:
        by_day = by_day * response_by_day(contents, name, calendar)
    promotion = channel.promotion
    if promotion is not None:
        on = np.array([promotion.starts <= day < promotion.ends for day in calendar.days])
        by_day = np.where(on, by_day * promotion.inquiries_factor, by_day)
    expected = np.zeros(len(by_day) + 1)
    np.cumsum(by_day, out=expected[1:])
    return expected


def inquiries_in_all(contents: Contents, calendar: Calendar) -> float:
    """Return the inquiries expected on all days: no more leads can be open at once."""
    return math.fsum(float(expected_inquiries(contents, name, calendar)[-1]) for name in contents.channels)


def response_by_day(contents: Contents, name: str, calendar: Calendar) -> Floats:
    """Return the response to the money spent so far, over that at the reference cost; shape (days,)."""
    channel = contents.channels[name]
    typed, curve = inquiries_per_month(contents, name), curve_of(contents, name)
    if channel.response is None or curve is None or typed == 0:
        return np.ones(len(calendar.days))  # no response, or no inquiries
    spend = channel.cost_per_month * spend_by_day(channel, calendar)
    return curve.inquiries(carried_over(spend, channel.response.half_life_days)) / typed


def curve_of(contents: Contents, name: str) -> Curve | None:
    """Return a channel's response curve, None if it has none."""
    response = contents.channels[name].response
    return None if response is None else curve_through(response, inquiries_per_month(contents, name))


def spend_by_day(channel: Channel, calendar: Calendar) -> Floats:
    """Return the weight of each day's month in a channel's cost per month, 1 on average; shape (days,)."""
    mean = math.fsum(channel.spend_profile) / 12
    by_month = np.array([channel.spend_profile[month - 1] / mean for _, month in calendar.calendar_months])
    return np.asarray(by_month[calendar.month])


def reached_by_day(contents: Contents, selling: PersonalSelling, calendar: Calendar) -> Floats:
    """Return the inquiries per month of personal selling, by the people on staff each day; shape (days,).

    people x inquiries_per_rep_month, at most customers x inquiries_per_customer_year / 12.
    """
    team = contents.teams[selling.team]
    most = selling.customers * selling.inquiries_per_customer_year / 12
    people = np.array([on_staff(team, day) for day in calendar.days], float)
    return np.minimum(people * selling.inquiries_per_rep_month, most)


def on_staff(team: Team, day: date) -> int:
    """Count the people of a team on a day."""
    return team.people + sum(is_on_staff(rep, day) for rep in team.reps.values())


def is_on_staff(rep: Rep, day: date) -> bool:
    """Return whether a named rep is on staff on a day."""
    return (rep.hired is None or rep.hired <= day) and (rep.leaves is None or day < rep.leaves)
