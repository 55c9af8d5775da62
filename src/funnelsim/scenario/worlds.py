"""The models of a scenario with uncertainties: a different one in each world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from funnelsim.chance.distributions import Tables
from funnelsim.chance.keys import Entity, entity
from funnelsim.compiling.arrays import Floats, Integers, Record, Records
from funnelsim.model.model import Model, Names
from funnelsim.rules.drawn_numbers import draw_unknowns
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.lowering import Groundwork, Lowered, lower
from funnelsim.scenario.paths import written
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.unknowns import MEDIAN, Unknown


class Parameter(NamedTuple):
    """An uncertain number: its key in `[uncertainties]`, and the values that may be drawn."""

    key: str
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Worlds:
    """Lowers a scenario for each world, with the numbers drawn there.

    A number is drawn by one uniform, keyed (uncertainty of its path, "uncertainty", 0) in the world: the
    same in every strategy, whichever other numbers are uncertain.

    Examples
    --------
    >>> from funnelsim.chance.keys import world_of
    >>> from funnelsim.scenario import Months, from_document, load
    >>> document = load("first_steps").document
    >>> document["uncertainties"] = {"stages.proposal.conversion": {"low": 0.2, "likely": 0.3, "high": 0.4}}
    >>> worlds = worlds_of(from_document(document).with_months(Months(6, 12, 4)))
    >>> [round(float(worlds(world_of(1, number)).stages["odds"][1]), 2) for number in range(3)]
    [0.36, 0.43, 0.51]
    """

    groundwork: Groundwork
    scenario: Scenario

    def __call__(self, world: Record) -> Model:
        """Lower the scenario as it is in a world (U7)."""
        return self._with(self._draws.of(world)[1])

    def levels(self, world: Record) -> Floats:
        """Draw the probability of each uncertain number: (K,), in the order of the file."""
        return self._draws.of(world)[0]

    def at(self, levels: Floats) -> Model:
        """Lower the scenario with each uncertain number at a probability: (K,)."""
        return self._with(each.at(float(u)) for each, u in zip(self._unknown.values(), levels, strict=True))

    def _with(self, numbers: Iterable[float]) -> Model:
        values = dict(zip(self._unknown, numbers, strict=True))
        return self.groundwork.model(applied(self.scenario, values))

    @cached_property
    def _draws(self) -> Draws:
        return draws_of(self._unknown)

    @cached_property
    def median(self) -> Model:
        """Lower the scenario with each uncertain number at its median."""
        return self.at(np.full(len(self._unknown), MEDIAN))

    @property
    def names(self) -> Names:
        """Return the names of the models' numbers."""
        return self.groundwork.names

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """List the uncertain numbers with the range of their draws."""
        levels = (0.1, 0.5, 0.9)
        return tuple(Parameter(key, *map(each.at, levels)) for key, each in self._unknown.items())

    @property
    def _unknown(self) -> dict[str, Unknown]:
        return self.scenario.uncertainties


def worlds_of(scenario: Scenario) -> Worlds:
    """Prepare to lower a scenario, world by world.

    Parameters
    ----------
    scenario : Scenario
        Valid; of a strategy, as `Scenario.strategy` returns it.
    """
    return Worlds(Groundwork(scenario), scenario)


def lower_in(scenario: Scenario, world: Record) -> Lowered:
    """Lower a scenario as it is in one world; without uncertainties, the same in all.

    >>> from funnelsim.chance.keys import world_of
    >>> from funnelsim.scenario import Months, load
    >>> scenario = load("first_steps").with_months(Months(6, 12, 4))
    >>> len(lower_in(scenario, world_of(1, 0)).model.stages)
    2
    """
    if not scenario.uncertainties:
        return lower(scenario)
    worlds = worlds_of(scenario)
    return Lowered(worlds(world), worlds.names)


class Draws(NamedTuple):
    """How the uncertain numbers are drawn; shapes (K,)."""

    owners: Integers
    distributions: Records
    knots: Floats
    plus: Floats

    def of(self, world: Record) -> tuple[Floats, list[float]]:
        """Draw the probabilities and the numbers of a world."""
        levels, numbers = np.empty(len(self.owners)), np.empty(len(self.owners))
        draw_unknowns(world.reshape(1), self.owners, self.distributions, self.knots, levels, numbers)
        return levels, (numbers + self.plus).tolist()


def draws_of(unknown: Mapping[str, Unknown]) -> Draws:
    """Prepare to draw numbers, keyed by their paths without the operation at the end.

    >>> from funnelsim.chance.keys import world_of
    >>> from funnelsim.scenario.quantities import Reading
    >>> from funnelsim.scenario.unknowns import read_unknown
    >>> likely = read_unknown({"low": 0, "likely": 1, "high": 2}, Reading())
    >>> keys = ("stages.offer.conversion *=", "stages.offer.conversion")
    >>> one, other = (draws_of({key: likely}).of(world_of(1, 0))[1] for key in keys)
    >>> one == other
    True
    """
    tables = Tables()
    for each in unknown.values():
        tables.add(each.distribution)
    paths = [written(split_key(key)[0]) for key in unknown]
    owners = np.array([entity(Entity.UNCERTAINTY, path) for path in paths], np.int64)
    return Draws(owners, *tables.records(), np.array([each.plus for each in unknown.values()]))
