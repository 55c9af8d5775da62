"""What to expect of a scenario before simulating it: flows and workload, without queues.

A Markov chain over the stages for each kind of lead (channel, segment, heat, theorist or not, fit):
its odds are those of the rules with no wait; nobody goes cold; reps are at full strength.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from funnelsim.distributions import Constant, Distribution
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.effects import by_heat, committee_effect, odds_of, theorist_odds
from funnelsim.scenario.flow import LOSS, WIN, advancing, failing, first_stage, lead_maker, mix, stage_of
from funnelsim.scenario.lowering import weekly
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents, Stage, Team
from funnelsim.scenario.volumes import expected_inquiries, on_staff
from funnelsim.vocabulary import Floats, Heat

_LEVELS = (np.arange(8) + 0.5) / 8  # where fit and skill are read off: eight equally likely values


_MOSTLY = 1.0 - 1e-12


@dataclass(frozen=True)
class Workload:
    """A team's work and time, in hours per week of the period."""

    asked: float
    available: float

    @property
    def share(self) -> float:
        """Hours asked as a share of hours available; infinite where there are none."""
        return self.asked / self.available if self.available > 0 else math.inf


@dataclass(frozen=True)
class Outlook:
    """What a scenario is expected to bring in an average month of the period, if nobody queues."""

    inquiries: float
    leads: float
    contracts: float
    teams: dict[str, Workload]


class _Kind(NamedTuple):
    """A kind of lead: how likely a channel's inquiry is of it, and what multiplies its odds."""

    share: float
    segment: str
    odds: float
    heat: int
    theorist: bool


def outlook(scenario: Scenario) -> Outlook:
    """Compute what a scenario is expected to bring, and what it asks of each team.

    Returns
    -------
    Outlook
        Inquiries, leads and contracts per month; hours asked and available per week and team. What
        inquiries of the period come to is counted in full, whenever it comes.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> first = outlook(load("first_steps"))
    >>> round(first.inquiries), first.leads > first.contracts > 0
    (40, True)
    """
    calendar = Calendar(scenario.start, scenario.months)
    chain = _Chain(scenario)
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
    expected = expected_inquiries(scenario, channel, calendar)
    bounds = calendar.month_starts()
    first, end = ((day - calendar.first_day).days for day in (bounds[0], bounds[-1]))
    return float(expected[end] - expected[first])


# ---- the chain --------------------------------------------------------------------------------


class _Chances(NamedTuple):
    """What one inquiry of a channel comes to, on average."""

    leads: float
    contracts: float
    efforts: Floats  # (stages,) hours of work at average speed


def _walk(scenario: Contents, chain: _Chain, channel: str) -> _Chances:
    """Average over a channel's kinds of lead."""
    start = list(scenario.stages).index(first_stage(scenario, channel))
    leads = contracts = 0.0
    efforts = np.zeros(len(scenario.stages))
    for kind in _kinds(scenario, channel):
        chances = chain.follow(kind, start)
        leads += kind.share * chances.leads
        contracts += kind.share * chances.contracts
        efforts += kind.share * chances.efforts
    return _Chances(leads, contracts, efforts)


def _kinds(scenario: Contents, channel: str) -> list[_Kind]:
    """List the kinds of lead that a channel brings."""
    own = scenario.channels[channel]
    heats = (own.temperature.hot, own.temperature.warm, own.temperature.future)
    theorists = ((own.theorist_share, True), (1.0 - own.theorist_share, False))
    fits = _equally_likely(own.fit)
    kinds = []
    for (segment, part), heat, (share, theorist), fit in product(
        mix(scenario, channel).items(), Heat, theorists, fits
    ):
        likely = part * heats[heat] * share / len(fits)
        if likely > 0:
            odds = committee_effect(scenario, segment)[0] * fit
            kinds.append(_Kind(likely, segment, odds, heat, theorist))
    return kinds


@lru_cache(maxsize=64)
def _equally_likely(distribution: Distribution) -> tuple[float, ...]:
    """Represent a distribution by equally likely values."""
    if isinstance(distribution, Constant):
        return (distribution.value,)
    return tuple(distribution.quantile(float(u)) for u in _LEVELS)


class _Chain:
    """The stages as an absorbing Markov chain (Kemeny and Snell 1960, Finite Markov Chains, ch. 3)."""

    def __init__(self, scenario: Contents) -> None:
        stages = list(scenario.stages)
        size = len(stages)
        columns = {name: number for number, name in enumerate(stages)} | {WIN: size, LOSS: size + 1}
        self.forward = np.zeros((size, size + 2))
        self.backward = np.zeros((size, size + 2))
        for row, (name, stage) in enumerate(scenario.stages.items()):
            for target, share in advancing(scenario, name).items():
                self.forward[row, columns[target]] = share
            for target, share in failing(stage).items():
                self.backward[row, columns[target]] = share
        self.scenario = scenario
        self.skills = {name: _skills(team) for name, team in scenario.teams.items()}
        self.maker = stages.index(lead_maker(scenario))

    def follow(self, kind: _Kind, start: int) -> _Chances:
        """Compute the expected visits, and the chances to become a lead and to win."""
        stages = [stage_of(self.scenario, name, kind.segment) for name in self.scenario.stages]
        advances = np.array([self._advances(stage, kind) for stage in stages])
        moves = advances[:, None] * self.forward + (1.0 - advances)[:, None] * self.backward
        moves *= _MOSTLY  # a way out too unlikely to be told from none
        size = len(advances)
        visits = np.linalg.solve((np.eye(size) - moves[:, :size]).T, np.eye(size)[start])
        contracts = float(visits @ moves[:, size])
        efforts = [
            count * stage.effort_hours.mean() if count > 0 else 0.0
            for stage, count in zip(stages, visits, strict=True)
        ]
        return _Chances(self._becomes_lead(moves, start), contracts, np.array(efforts))

    def _becomes_lead(self, moves: Floats, start: int) -> float:
        """Compute the chance to go, sooner or later, beyond the stage that makes leads, or to win."""
        if start > self.maker:
            return 1.0
        before = self.maker + 1
        visits = np.linalg.solve((np.eye(before) - moves[:before, :before]).T, np.eye(before)[start])
        return float(visits @ moves[:before, before:-1].sum(axis=1))

    def _advances(self, stage: Stage, kind: _Kind) -> float:
        """Compute the chance that a kind of lead advances, averaged over the team's skill."""
        scenario, effects = self.scenario, self.scenario.effects
        odds = odds_of(stage.conversion) * kind.odds
        odds *= by_heat(effects.temperature, stage.effects.temperature)[kind.heat]
        odds *= theorist_odds(scenario, stage) if kind.theorist else 1.0
        odds *= (stage.effects.wait or effects.wait).odds_ratio[0]
        exponent = by_heat(effects.skill_by_temperature, stage.effects.skill_by_temperature)[kind.heat]
        if stage.team is None:
            return _probability(odds)
        skills = self.skills[stage.team]
        expected = (count * _probability(odds * skill**exponent) for skill, count in skills.items())
        return math.fsum(expected) / skills.total()


def _probability(odds: float) -> float:
    """Turn odds into a probability; a sure thing times impossible odds is sure, as in the rules."""
    return 1.0 if math.isinf(odds) or math.isnan(odds) else odds / (1.0 + odds)


# ---- teams ------------------------------------------------------------------------------------


def _skills(team: Team) -> Counter[float]:
    """Count a team's people by skill; someone whose skill is drawn counts at each likely value."""
    drawn = _equally_likely(team.skill)
    people: Counter[float] = Counter()
    for rep in team.reps.values():
        people.update(drawn if rep.skill is None else {rep.skill: len(drawn)})
    people.update({skill: team.people * count for skill, count in Counter(drawn).items()})
    return people


def _mean_speed(team: Team) -> float:
    drawn = team.speed.mean()
    named = [drawn if rep.speed is None else rep.speed for rep in team.reps.values()]
    return (drawn * team.people + math.fsum(named)) / (team.people + len(named))


def _hours_asked(scenario: Contents, team: str, efforts: Floats) -> float:
    own = [
        effort for stage, effort in zip(scenario.stages.values(), efforts, strict=True) if stage.team == team
    ]
    return math.fsum(own) / _mean_speed(scenario.teams[team])


def _hours_available(team: Team, calendar: Calendar) -> float:
    """Add up the opening hours of the period over the people on staff each day."""
    first, end = calendar.month_starts()[0], calendar.month_starts()[-1]
    open_hours = [math.fsum(closes - opens for opens, closes in day) / 3600 for day in weekly(team)]
    hours = 0.0
    for day in calendar.days:
        if first <= day < end and day not in team.holidays:
            hours += open_hours[day.weekday()] * on_staff(team, day)
    return hours
