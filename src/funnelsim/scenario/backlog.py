"""How many leads will be open at once: a low estimate, before anything is simulated.

Leads flow through the stages like water, a day at a time: what comes in, what each team's hours can
work, what goes cold, what waits for the customer's answer. There is no chance in it, and a lead moves on by
one stage a day at most, so that it is rather too low than too high: growth that is certain.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from funnelsim.chance.distributions import Distribution
from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.scenario.calendars import Calendar, calendar_of
from funnelsim.scenario.chain import Chain, kinds_of
from funnelsim.scenario.effects import committee_effect
from funnelsim.scenario.flow import first_stage
from funnelsim.scenario.outlook import hours_by_day, mean_speed
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Stage
from funnelsim.scenario.volumes import Era, expected_inquiries

LEVELS = 16  # equally likely values that stand for a duration


class Backlog(NamedTuple):
    """The most leads open at once, and the stage where most of them are."""

    leads: float
    stage: str
    queueing: bool  # whether they wait there for a rep; else for the customer


class _Flow(NamedTuple):
    """An average lead in each stage; its patience and the customer's time each have LEVELS values."""

    advances: Floats  # (stages,) share of visits
    effort: Floats  # (stages,) hours
    answers: Floats  # (levels, stages) share of the customers who answer within a day
    cold: Floats  # (levels, stages) share of those who queue that goes cold within a day


def inquiries_in_all(scenario: Scenario) -> float:
    """Return the inquiries expected up to the horizon: no more leads can be open at once.

    >>> from funnelsim.scenario import load
    >>> scenario = load("first_steps")
    >>> backlog(scenario).leads < inquiries_in_all(scenario)
    True
    """
    calendar = calendar_of(scenario.start, scenario.months)
    return math.fsum(
        float(expected_inquiries([Era(0, scenario)], name, calendar)[-1]) for name in scenario.channels
    )


def backlog(scenario: Scenario) -> Backlog:
    """Estimate the most leads that are open at once.

    Parameters
    ----------
    scenario : Scenario
        With the numbers as typed; of a strategy, as `Scenario.strategy` returns it.

    Examples
    --------
    Two people work 40 inquiries a month with ease; the customers' answers take longest:

    >>> from funnelsim.scenario import load
    >>> most = backlog(load("first_steps"))
    >>> most.stage, most.queueing, 10 < most.leads < 100
    ('proposal', False, True)
    """
    calendar = calendar_of(scenario.start, scenario.months)
    chain, flow, capacity = Chain(scenario), _flow(scenario, calendar), _capacity(scenario, calendar)
    size = len(scenario.stages)
    forward, backward = chain.forward[:, :size], chain.backward[:, :size]
    queue, asked = np.zeros((LEVELS, size)), np.zeros((LEVELS, size))
    moved, most = np.zeros(size), np.zeros((2, size))  # for reps, and for the customer
    for arrivals, hours in zip(_arrivals(scenario, calendar), capacity.hours, strict=True):
        queue += (arrivals + moved) / LEVELS
        share = _share_served(queue.sum(axis=0) * flow.effort, capacity.team, hours)
        asked += (queue.sum(axis=0) * share) / LEVELS
        queue *= (1.0 - share) * (1.0 - flow.cold)
        answers = (asked * flow.answers).sum(axis=0)
        asked *= 1.0 - flow.answers
        moved = (answers * flow.advances) @ forward + (answers * (1.0 - flow.advances)) @ backward
        if queue.sum() + asked.sum() > most.sum():
            most = np.array([queue.sum(axis=0), asked.sum(axis=0)])
    fullest = int(np.argmax(most.sum(axis=0)))
    return Backlog(
        float(most.sum()), list(scenario.stages)[fullest], bool(most[0, fullest] > most[1, fullest])
    )


def _arrivals(scenario: Scenario, calendar: Calendar) -> Floats:
    """Add up the inquiries by day and first stage: (days, stages)."""
    order = list(scenario.stages)
    arrivals = np.zeros((len(calendar.days), len(order)))
    for name in scenario.channels:
        stage = order.index(first_stage(scenario, name))
        arrivals[:, stage] += np.diff(expected_inquiries([Era(0, scenario)], name, calendar))
    return arrivals


def _flow(scenario: Scenario, calendar: Calendar) -> _Flow:
    """Average over the visits of all kinds of lead."""
    size, chain = len(scenario.stages), Chain(scenario)
    sums, visits = np.zeros((2 + 2 * LEVELS, size)), np.zeros(size)
    for name in scenario.channels:
        start = list(scenario.stages).index(first_stage(scenario, name))
        volume = float(expected_inquiries([Era(0, scenario)], name, calendar)[-1])
        for kind in kinds_of(scenario, name):
            chances = chain.follow(kind, start)
            weights = volume * kind.share * chances.visits
            slower = committee_effect(scenario, kind.segment)[1]
            typical = [_typical(each, slower, 24 * len(calendar.days)) for each in chain.stages_of(kind)]
            sums += weights * np.vstack([chances.advances, np.array(typical).T])
            visits += weights
    advances, effort, *shares = sums / np.maximum(visits, 1e-300)
    return _Flow(advances, effort, np.array(shares[:LEVELS]), np.array(shares[LEVELS:]))


def _typical(stage: Stage, slower: float, most: float) -> Floats:
    """Return the hours of work, `most` at most, and the shares that answer and go cold in a day."""
    patience = stage.goes_cold_after_days
    effort = 0.0 if stage.team is None else float(np.minimum(_values(stage.effort_hours), most).mean())
    cold = np.zeros(LEVELS) if patience is None else _in_a_day(_values(patience))
    return np.concatenate([[effort], _in_a_day(_values(stage.customer_takes_days) * slower), cold])


def _in_a_day(days: Floats) -> Floats:
    """Return the share that ends within a day, given the mean time."""
    return 1.0 - np.exp(-1.0 / np.maximum(days, 1e-9))


@lru_cache(maxsize=256)
def _values(distribution: Distribution) -> Floats:
    """Represent a distribution by equally likely values; scipy takes a while to compute them."""
    return np.array([distribution.quantile((level + 0.5) / LEVELS) for level in range(LEVELS)])


class _Capacity(NamedTuple):
    """Capacity: the team of each stage, and the hours of each team by day."""

    team: Integers  # (stages,); the number after the last team's where none is needed
    hours: Floats  # (days, teams), of work at average speed


def _capacity(scenario: Scenario, calendar: Calendar) -> _Capacity:
    teams = list(scenario.teams)
    numbers = [
        len(teams) if each.team is None else teams.index(each.team) for each in scenario.stages.values()
    ]
    hours = np.zeros((len(calendar.days), len(teams)))
    for number, team in enumerate(scenario.teams.values()):
        hours[:, number] = hours_by_day(team, calendar) * mean_speed(team)
    return _Capacity(np.array(numbers), hours)


def _share_served(work: Floats, team: Integers, hours: Floats) -> Floats:
    """Share the hours of a day among a team's stages, in proportion to the work that queues there."""
    asked = np.bincount(team, work, len(hours) + 1)[:-1]
    share = np.append(np.minimum(1.0, hours / np.maximum(asked, 1e-12)), 1.0)
    return np.asarray(share[team])
