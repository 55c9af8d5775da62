"""What to expect of a scenario before it is simulated: flows and workload, without queues.

Each kind of lead walks the stages as in `chain`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.scenario.calendars import Calendar, calendar_of
from funnelsim.scenario.chain import Chain, kinds_of
from funnelsim.scenario.flow import first_stage
from funnelsim.scenario.rotas import hours_of_day
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents, Rep, Stage, Team
from funnelsim.scenario.volumes import Era, expected_inquiries, is_on_staff


@dataclass(frozen=True)
class Workload:
    """A team's work and time, in hours per week of the period."""

    asked: float
    available: float

    @property
    def share(self) -> float:
        """Hours asked as a share of hours available; infinite if there are none."""
        return self.asked / self.available if self.available > 0 else math.inf


@dataclass(frozen=True)
class Outlook:
    """What a scenario is expected to bring in an average month of the period, without queues."""

    inquiries: float
    leads: float
    contracts: float
    teams: dict[str, Workload]


def outlook(scenario: Scenario) -> Outlook:
    """Compute what a scenario is expected to bring, and what it asks of each team.

    Returns
    -------
    Outlook
        Inquiries, leads and contracts per month; hours asked and available per week and team. What
        inquiries of the period lead to is counted in full, whenever it happens.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> first = outlook(load("first_steps"))
    >>> round(first.inquiries), first.leads > first.contracts > 0
    (40, True)
    """
    calendar = calendar_of(scenario.start, scenario.months)
    chain = Chain(scenario)
    inquiries = leads = contracts = 0.0
    efforts = np.zeros(len(scenario.stages))
    for name in scenario.channels:
        volume = _inquiries_of_period(scenario, name, calendar)
        chances = _walk(scenario, chain, name)
        inquiries += volume
        leads += volume * chances.leads
        contracts += volume * chances.contracts
        efforts += volume * chances.efforts
    months = scenario.horizon.period_months
    weeks = _days_of_period(calendar) / 7
    teams = {
        name: Workload(
            _hours_asked(scenario, name, efforts) / weeks, _hours_available(team, calendar) / weeks
        )
        for name, team in scenario.teams.items()
    }
    return Outlook(inquiries / months, leads / months, contracts / months, teams)


def _days_of_period(calendar: Calendar) -> int:
    bounds = calendar.month_starts()
    return (bounds[-1] - bounds[0]).days


def _inquiries_of_period(scenario: Contents, channel: str, calendar: Calendar) -> float:
    expected = expected_inquiries([Era(0, scenario)], channel, calendar)
    bounds = calendar.month_starts()
    first, end = ((day - calendar.first_day).days for day in (bounds[0], bounds[-1]))
    return float(expected[end] - expected[first])


# ---- the outcome of an inquiry ----------------------------------------------------------------


class _Chances(NamedTuple):
    """The average outcome of an inquiry of a channel."""

    leads: float
    contracts: float
    efforts: Floats  # (stages,) hours of work at average speed


def _walk(scenario: Contents, chain: Chain, channel: str) -> _Chances:
    """Average over a channel's kinds of lead."""
    start = list(scenario.stages).index(first_stage(scenario, channel))
    leads = contracts = 0.0
    efforts = np.zeros(len(scenario.stages))
    for kind in kinds_of(scenario, channel):
        chances = chain.follow(kind, start)
        leads += kind.share * chances.leads
        contracts += kind.share * chances.contracts
        efforts += kind.share * _efforts(chain.stages_of(kind), chances.visits)
    return _Chances(leads, contracts, efforts)


def _efforts(stages: list[Stage], visits: Floats) -> Floats:
    """Return the hours of work in each stage; a stage that no lead visits may have infinite effort."""
    both = zip(stages, visits, strict=True)
    return np.array([count * stage.effort_hours.mean() if count > 0 else 0.0 for stage, count in both])


# ---- teams ------------------------------------------------------------------------------------


def mean_speed(team: Team) -> float:
    """Average the speed of a team's people."""
    drawn = team.speed.mean()
    named = [drawn if rep.speed is None else rep.speed for rep in team.reps.values()]
    return (drawn * team.people + math.fsum(named)) / (team.people + len(named))


def _hours_asked(scenario: Contents, team: str, efforts: Floats) -> float:
    own = [
        effort for stage, effort in zip(scenario.stages.values(), efforts, strict=True) if stage.team == team
    ]
    return math.fsum(own) / mean_speed(scenario.teams[team])


def _hours_available(team: Team, calendar: Calendar) -> float:
    """Add up the hours of the period."""
    bounds = calendar.month_starts()
    first, end = ((day - calendar.first_day).days for day in (bounds[0], bounds[-1]))
    return math.fsum(hours_by_day(team, calendar)[first:end])


def hours_by_day(team: Team, calendar: Calendar) -> Floats:
    """Add up, day by day, the hours of the people on staff; shape (days,)."""
    hours = team.people * hours_of_day(team, Rep(), calendar)
    for rep in team.reps.values():
        there = np.array([is_on_staff(rep, day) for day in calendar.days])
        hours = hours + np.where(there, hours_of_day(team, rep, calendar), 0.0)
    return np.asarray(hours)
