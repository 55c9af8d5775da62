"""A lead's way through the stages as a Markov chain, for each kind of lead.

Odds are those of the rules without a wait. No lead goes cold, and reps are at full strength.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from funnelsim.chance.distributions import Constant, Distribution
from funnelsim.compiling.arrays import Floats
from funnelsim.model.words import Heat
from funnelsim.scenario.effects import by_heat, committee_effect, odds_of, theorist_odds
from funnelsim.scenario.flow import LOSS, WIN, advancing, failing, lead_maker, mix, stage_of
from funnelsim.scenario.schema import Contents, Stage, Team

_LEVELS = (np.arange(8) + 0.5) / 8  # where fit and skill are read: at eight equally likely values
_MOSTLY = 1.0 - 1e-12


class Kind(NamedTuple):
    """A kind of lead: the chance that a channel's inquiry is of this kind, and the factors on its odds."""

    share: float
    segment: str
    odds: float
    heat: int
    theorist: bool


class Chances(NamedTuple):
    """The average outcome of an inquiry of one kind."""

    leads: float
    contracts: float
    visits: Floats  # (stages,)
    advances: Floats  # (stages,) chance that a visit ends so


def kinds_of(scenario: Contents, channel: str) -> list[Kind]:
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
            kinds.append(Kind(likely, segment, odds, heat, theorist))
    return kinds


@lru_cache(maxsize=64)
def _equally_likely(distribution: Distribution) -> tuple[float, ...]:
    """Represent a distribution by equally likely values."""
    if isinstance(distribution, Constant):
        return (distribution.value,)
    return tuple(distribution.quantile(float(u)) for u in _LEVELS)


class Chain:
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

    def follow(self, kind: Kind, start: int) -> Chances:
        """Compute the expected visits, and the chances to become a lead and to win."""
        advances = np.array([self._advances(stage, kind) for stage in self.stages_of(kind)])
        moves = advances[:, None] * self.forward + (1.0 - advances)[:, None] * self.backward
        moves *= _MOSTLY  # a way out so unlikely that it is as good as none
        size = len(advances)
        visits = np.linalg.solve((np.eye(size) - moves[:, :size]).T, np.eye(size)[start])
        contracts = float(visits @ moves[:, size])
        return Chances(self._becomes_lead(moves, start), contracts, visits, advances)

    def stages_of(self, kind: Kind) -> list[Stage]:
        """Return the stages as a kind of lead finds them."""
        return [stage_of(self.scenario, name, kind.segment) for name in self.scenario.stages]

    def _becomes_lead(self, moves: Floats, start: int) -> float:
        """Compute the chance to go, sooner or later, beyond the stage that makes leads, or to win."""
        if start > self.maker:
            return 1.0
        before = self.maker + 1
        visits = np.linalg.solve((np.eye(before) - moves[:before, :before]).T, np.eye(before)[start])
        return float(visits @ moves[:before, before:-1].sum(axis=1))

    def _advances(self, stage: Stage, kind: Kind) -> float:
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
    """Turn odds into a probability; a certain conversion stays certain at odds of 0, as in the rules."""
    return 1.0 if math.isinf(odds) or math.isnan(odds) else odds / (1.0 + odds)


def _skills(team: Team) -> Counter[float]:
    """Count a team's people by skill; a rep whose skill is drawn counts in part at each value."""
    drawn = _equally_likely(team.skill)
    people: Counter[float] = Counter()
    for rep in team.reps.values():
        people.update(drawn if rep.skill is None else {rep.skill: len(drawn)})
    people.update({skill: team.people * count for skill, count in Counter(drawn).items()})
    return people
