"""The models of a scenario with uncertainties: a different one in each world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from funnelsim.chance.distributions import Tables
from funnelsim.chance.keys import Entity, entity
from funnelsim.compiling.arrays import Floats, Integers, Record, Records
from funnelsim.model.model import Chapter, Chapters, Model, Names
from funnelsim.rules.drawn_numbers import draw_unknowns
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.drawn import alone, at_middle, column_of, from_files, numbers_of, of_row, row_in
from funnelsim.scenario.lowering import Groundwork, Lowered, lower
from funnelsim.scenario.paths import written
from funnelsim.scenario.scenario import Dated, Scenario
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.unknowns import Drawn, Unknown


class Parameter(NamedTuple):
    """An uncertain number, or the median of an uncertain distribution: its key, and what may be drawn."""

    key: str
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Worlds:
    """Lowers a scenario for each world, with the numbers drawn there.

    A number is drawn by one uniform, keyed (uncertainty of its path, "uncertainty", 0) in the world: the
    same in every strategy, whichever other numbers are uncertain. Values from a file of draws are those of
    one row, drawn by a uniform that is keyed by the file's name (U9).

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
    before: Worlds | None = None  # of what held before, in a timeline

    def __call__(self, world: Record) -> Model:
        """Lower the scenario as it is in a world (U7)."""
        return self.model(self.contents(world))

    def model(self, contents: Sequence[Contents]) -> Model:
        """Lower the contents of a world; other tables than those typed need every row written anew."""
        if self._has_tables:
            return self.groundwork.plainly(contents)
        return self.groundwork.model(contents)

    def contents(self, world: Record) -> list[Contents]:
        """Put the numbers of a world into the scenario, and into those that held before it."""
        held = [] if self.before is None else self.before.contents(world)
        return [*held, self.in_world(world)]

    def in_world(self, world: Record) -> Contents:
        """Put the values of a world into the scenario."""
        numbers = zip(self._numbers, self._draws.of(world)[1], strict=True)
        return applied(self.scenario, dict(numbers) | of_row(self._columns, self._rows(world)))

    def levels(self, world: Record) -> Floats:
        """Return the probability of each uncertain number: (K,), in the order of `parameters`.

        That of one from a file of draws is its place in the column.
        """
        rows = self._rows(world)
        of_rows = [ranks[rows[self._columns[key].file.name]] for key, ranks in self._ranks.items()]
        return np.concatenate([self._draws.of(world)[0], of_rows])

    def at_median(self) -> list[Contents]:
        """Put the middle of each uncertain value into the scenario, and into those that held before it."""
        held = [] if self.before is None else self.before.at_median()
        return [*held, applied(self.scenario, at_middle(self.scenario.uncertainties))]

    def _rows(self, world: Record) -> dict[str, int]:
        """Draw the row of each file of draws in a world (U9)."""
        return {each.file.name: row_in(world, each) for each in self._files}

    @cached_property
    def _draws(self) -> Draws:
        return draws_of(self._numbers)

    @cached_property
    def _numbers(self) -> dict[str, Unknown]:
        return alone(self.scenario.uncertainties)

    @cached_property
    def _columns(self) -> dict[str, Drawn]:
        return from_files(self.scenario.uncertainties)

    @cached_property
    def _files(self) -> list[Drawn]:
        return list({each.file.name: each for each in self._columns.values()}.values())

    @cached_property
    def _in_columns(self) -> dict[str, Floats]:
        """The numbers of each column that has some, by key."""
        found = {key: numbers_of(key, each) for key, each in self._columns.items()}
        return {key: numbers for key, numbers in found.items() if numbers is not None}

    @cached_property
    def _has_tables(self) -> bool:
        """Whether distributions or tables are drawn, here or in what held before."""
        columns = (column_of(key, each) for key, each in self._columns.items())
        here = any(not isinstance(value, float) for values in columns for value in values)
        return here or (self.before is not None and self.before._has_tables)

    @cached_property
    def _ranks(self) -> dict[str, Floats]:
        return {key: _shares_below(each) for key, each in self._in_columns.items()}

    @cached_property
    def median(self) -> Model:
        """Lower the scenario with each uncertain number at its median."""
        return self.model(self.at_median())

    @property
    def names(self) -> Names:
        """Return the names of the models' numbers."""
        return self.groundwork.names

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """List the uncertain numbers with the range of their draws."""
        levels = (0.1, 0.5, 0.9)
        by_themselves = [Parameter(key, *map(each.at, levels)) for key, each in self._numbers.items()]
        in_columns = [
            Parameter(key, *np.quantile(each, levels).tolist()) for key, each in self._in_columns.items()
        ]
        return (*by_themselves, *in_columns)


def _shares_below(numbers: Floats) -> Floats:
    """Return for each number the share that is below it, counting half of those that are equal."""
    ordered = np.sort(numbers)
    below = np.searchsorted(ordered, numbers, "left") + np.searchsorted(ordered, numbers, "right")
    return np.asarray(below / (2 * len(numbers)))


def worlds_of(scenario: Scenario) -> Worlds:
    """Prepare to lower a scenario, world by world.

    Parameters
    ----------
    scenario : Scenario
        Valid; of a strategy, as `Scenario.strategy` returns it.
    """
    return Worlds(Groundwork([Dated(None, scenario)]), scenario)


class Fixed(NamedTuple):
    """A model that is the same in all worlds."""

    median: Model
    names: Names


@dataclass(frozen=True)
class Course:
    """A strategy, lowered: a chapter for each piece of its timeline.

    Attributes
    ----------
    begins : tuple of int
        When each chapter begins, in microseconds.
    pieces : tuple of Worlds or Fixed
        What lowers each chapter.
    uncertain : bool
        Whether the models differ from world to world.
    """

    begins: tuple[int, ...]
    pieces: tuple[Worlds | Fixed, ...]
    uncertain: bool

    @property
    def names(self) -> Names:
        """Return the names of the last chapter's numbers."""
        return self.pieces[-1].names

    def chapters(self, world: Record) -> Chapters:
        """Lower every chapter as it is in a world."""
        if not self.uncertain:
            return self.typed
        return self._chapters([each(world) for each in self.pieces if isinstance(each, Worlds)])

    @cached_property
    def typed(self) -> Chapters:
        """Lower every chapter with each uncertain number at its median."""
        return self._chapters([each.median for each in self.pieces])

    def _chapters(self, models: list[Model]) -> Chapters:
        return tuple(Chapter(*each) for each in zip(self.begins, models, strict=True))


def courses_of(scenario: Scenario, strategies: Iterable[str]) -> dict[str, Course]:
    """Prepare to lower strategies of a scenario; what holds under several is lowered once.

    Parameters
    ----------
    scenario : Scenario
        With its strategies.
    strategies : iterable of str
        Some of them, or "today".

    Raises
    ------
    ScenarioError
        If there is no such strategy.

    Examples
    --------
    >>> from funnelsim.scenario import Months, load
    >>> scenario = load("first_steps").with_months(Months(6, 12, 4))
    >>> today, more = courses_of(scenario, ["today", "one_more_rep"]).values()
    >>> today.pieces[0] is more.pieces[0]
    True
    """
    known: list[tuple[tuple[Dated, ...], Worlds]] = []
    return {
        name: _course(scenario.timeline(name), bool(scenario.uncertainties), known) for name in strategies
    }


def course_of(scenario: Scenario, strategy: str) -> Course:
    """Prepare to lower a strategy of a scenario.

    Parameters
    ----------
    scenario : Scenario
        With its strategies.
    strategy : str
        One of them, or "today".

    Raises
    ------
    ScenarioError
        If there is no such strategy.

    Examples
    --------
    >>> from funnelsim.scenario import Months, load
    >>> course = course_of(load("first_steps").with_months(Months(6, 12, 4)), "one_more_rep")
    >>> [len(chapter.model.reps) for chapter in course.typed]
    [2, 3]
    """
    return courses_of(scenario, [strategy])[strategy]


def _course(
    timeline: tuple[Dated, ...], uncertain: bool, known: list[tuple[tuple[Dated, ...], Worlds]]
) -> Course:
    """Prepare to lower a timeline; what is not known yet is added to what is."""
    pieces: list[Worlds] = []
    for number, dated in enumerate(timeline):
        so_far = timeline[: number + 1]
        same = [worlds for held, worlds in known if _are_same(held, so_far)]
        if not same:
            same = [Worlds(Groundwork(so_far), dated.scenario, pieces[-1] if pieces else None)]
            known.append((so_far, same[0]))
        pieces.append(same[0])
    begins = tuple(each.groundwork.begins for each in pieces)
    return Course(begins, tuple(pieces), uncertain)


def _are_same(one: tuple[Dated, ...], other: tuple[Dated, ...]) -> bool:
    """Return whether the same holds from the same days on."""
    return len(one) == len(other) and all(map(Dated.is_same, one, other))


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
    >>> from funnelsim.scenario.samples import Samples
    >>> from funnelsim.scenario.unknowns import read_unknown
    >>> likely = read_unknown({"low": 0, "likely": 1, "high": 2}, Samples())
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
