"""When people work: a team's calendar, and those of reps with hours or days off of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Records
from funnelsim.model.records import CALENDAR, HOURS
from funnelsim.model.words import DAY, SECOND
from funnelsim.model.worktime import Weekly, even_week, opening_hours
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.flow import customer_hours
from funnelsim.scenario.schema import Contents, CustomerHours, Rep, Team, WeeklyHours

_opening_hours = lru_cache(maxsize=256)(opening_hours)  # the same in most strategies; each model has a copy


class Rota(NamedTuple):
    """The calendars of a team's people."""

    openings: list[Records]  # HOURS of each calendar, the team's first
    by_rep: dict[str | None, int]  # the position of a named rep's calendar, if it is not the team's

    def hours_of(self, own_name: str | None) -> Records:
        """Return the opening times of a rep, by the name in the file."""
        return self.openings[self.by_rep.get(own_name, 0)]


def rota_of(teams: Sequence[tuple[int, Team]], calendar: Calendar) -> Rota:
    """List when the people of a team work; reps who always have the same hours share a calendar (R8, C4).

    Parameters
    ----------
    teams : sequence of (int, Team)
        The team as it is from each day on, days by their numbers.
    calendar : Calendar
        Its days.
    """
    usual = tuple((first, *_week_and_days_off(team, Rep())) for first, team in teams)
    different = {
        name: tuple((first, *_week_and_days_off(team, team.reps.get(name, Rep()))) for first, team in teams)
        for name in teams[-1][1].reps
    }
    kinds = list(dict.fromkeys([usual, *different.values()]))
    openings = [_spliced(kind, calendar) for kind in kinds]
    return Rota(openings, {name: kinds.index(own) for name, own in different.items() if own != usual})


def _spliced(kind: Sequence[tuple[int, Weekly, frozenset[date]]], calendar: Calendar) -> Records:
    """Return opening times, each week's from its day on; an opening that goes on past a day is cut in two."""
    days = len(calendar.days)
    whole = [_opening_hours(week, off, calendar.first_day, days) for _, week, off in kind]
    if len(whole) == 1:
        return whole[0]
    ends = [first * DAY for first, _, _ in kind[1:]] + [days * DAY]
    parts = []
    for hours, (first, _, _), end in zip(whole, kind, ends, strict=True):
        part = hours[(hours["opens"] < end) & (hours["closes"] > first * DAY)].copy()
        part["opens"] = np.maximum(part["opens"], first * DAY)
        part["closes"] = np.minimum(part["closes"], end)
        parts.append(part)
    spliced = np.concatenate(parts)
    lengths = spliced["closes"] - spliced["opens"]
    spliced["worked"] = np.cumsum(lengths) - lengths
    return spliced


Customers = dict[CustomerHours, dict[str, Any]]  # the fields of a stage's row by the hours of its customers


def customers_of(contents: Contents, calendar: Calendar, first: int) -> tuple[Customers, list[Records]]:
    """List when customers count time: the fields of a stage's row by their hours, and the opening times.

    Parameters
    ----------
    contents : Contents
        The scenario.
    calendar : Calendar
        Its days.
    first : int
        How many opening times come before theirs in `Model.hours`.
    """
    whose = (None, *contents.segments)
    given = [customer_hours(contents, stage, segment) for stage in contents.stages for segment in whose]
    found: Customers = {}
    openings: list[Records] = []
    for hours in dict.fromkeys(each for each in given if each is not None):
        week, off = _by_weekday(hours), frozenset(hours.holidays)
        openings.append(_opening_hours(week, off, calendar.first_day, len(calendar.days)))
        found[hours] = {
            "first_customer_hours": first,
            "customer_hours": len(openings[-1]),
            "customer_share": share_of_the_day(week),
        }
        first += len(openings[-1])
    return found, openings


def share_of_the_day(week: Weekly) -> float:
    """Return how much of 24 hours a day of a week is open, on average over the days that are open (V26).

    >>> share_of_the_day(even_week(40)) == 8 / 24
    True
    """
    days = [sum(closes - opens for opens, closes in day) for day in week if day]
    return sum(days) * SECOND / (len(days) * DAY)


def calendar_records(rotas: dict[str, Rota]) -> tuple[Records, Records]:
    """Put the calendars of all teams side by side, and their opening times."""
    openings = [each for rota in rotas.values() for each in rota.openings]
    teams = [number for number, rota in enumerate(rotas.values()) for _ in rota.openings]
    calendars = np.zeros(len(openings), CALENDAR)
    calendars["hours"] = [len(each) for each in openings]
    calendars["first_hours"] = np.cumsum(calendars["hours"]) - calendars["hours"]
    calendars["team"] = teams
    return calendars, np.concatenate([np.zeros(0, HOURS), *openings])


def _week_and_days_off(team: Team, rep: Rep) -> tuple[Weekly, frozenset[date]]:
    """Return a rep's opening times by weekday, in seconds of the day, and the days off."""
    return week_of(team, rep), frozenset(team.holidays) | frozenset(rep.holidays)


def week_of(team: Team, rep: Rep) -> Weekly:
    """Return a rep's opening times by weekday, in seconds of the day."""
    if rep.hours is not None:
        return _by_weekday(rep.hours)
    if rep.hours_per_week is not None:
        return even_week(rep.hours_per_week)
    return even_week(team.hours_per_week) if team.hours is None else _by_weekday(team.hours)


def _by_weekday(hours: WeeklyHours) -> Weekly:
    return tuple(getattr(hours, day) for day in WeeklyHours.model_fields)
