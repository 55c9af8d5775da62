"""Select the best of many strategies: only those that may still be it are simulated further (KN)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.decisions.profits import PROFIT
from funnelsim.decisions.selection import BLOCK, FIRST, NOBODY, Flags, Race, begin, check_race, in_blocks
from funnelsim.engines.fold import Tally
from funnelsim.forecast import Forecast
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError
from funnelsim.metrics import reads_values
from funnelsim.metrics.wording import listed, money, money_range, number, simulated, too_few
from funnelsim.planning.kept import Box, key_of, profits_kept, simulating
from funnelsim.scenario import TODAY, Course, Scenario, courses_of
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.store import Key
from funnelsim.studies.study import chosen_of, compare_over, replicated

if TYPE_CHECKING:
    import pandas as pd

STEP = 20  # worlds in which those that are left are simulated before the next look
TOGETHER = 8  # strategies whose tallies are in memory at the same time
MOST = 1_000_000  # worlds that a selection may be allowed


@dataclass(frozen=True)
class Asked:
    """What a selection is asked for; as in `select`."""

    margin: float
    alpha: float = 0.05
    at_most: int = 5_000
    fresh: int = 400
    seed: int = 1
    jobs: int = 0

    def __post_init__(self) -> None:
        for count, least, what in (
            (self.at_most, FIRST, "a selection may take at most {} worlds of each strategy"),
            (self.fresh, 1, "the winner is simulated in {} fresh worlds"),
        ):
            if not isinstance(count, int) or not least <= count <= MOST:
                raise UnusableError(
                    f"{what.format(count)}: expected a whole number from {least:,} to {MOST:,}"
                )
        self.plan(self.fresh)

    def plan(self, worlds: int, first: int = 0) -> Plan:
        """Plan to simulate so many worlds from a number on."""
        return Plan(worlds, self.seed, jobs=self.jobs, first=first, twins=False)


@dataclass(frozen=True, eq=False)
class SelectionResult:
    """Which of many strategies is best, as `select` returns it.

    Attributes
    ----------
    scenario : Scenario
        With its months settled.
    strategies : tuple of str
        All that were raced.
    asked : Asked
        Margin, chance of error, and so on.
    block : int
        Worlds whose mean profit is one observation: 1, or 20 where money is skewed.
    race : Race
        How it ended.
    worlds : array (k,)
        In how many worlds each strategy was simulated, to select.
    doubtful : tuple of str
        Those whose profit turns on events so rare that the confidence may not hold.
    confirmed : ComparisonResult or None
        The winner and today in worlds that were not used to select; None if nothing is decided.
    stopped : bool
        Whether Ctrl-C ended it.

    Examples
    --------
    >>> import funnelsim as fs
    >>> result = fs.select(fs.load("first_steps"), margin=10_000, fresh=50, jobs=1)
    >>> result.chosen, result.left
    ('more_inquiries', ('more_inquiries',))
    >>> list(result.table.columns)
    ['worlds', 'mean', 'eliminated_after', 'by', 'behind']
    >>> for clause in result.sentences[0].split(": "):
    ...     print(clause)
    Best on profit of 3 strategies is more inquiries
    with a confidence of 95 %, none of the others brings over 10 thousand USD more on average.
    """

    scenario: Scenario
    strategies: tuple[str, ...]
    asked: Asked
    block: int
    race: Race
    worlds: Integers
    doubtful: tuple[str, ...] = ()
    confirmed: ComparisonResult | None = None
    stopped: bool = False

    @property
    def chosen(self) -> str | None:
        """Name the strategy selected; None if that is not decided."""
        return self.left[0] if len(self.left) == 1 else None

    @property
    def left(self) -> tuple[str, ...]:
        """Name the strategies that may still be the best: the one selected, if it is decided."""
        return tuple(name for name, left in zip(self.strategies, self.race.left, strict=True) if left)

    @property
    def most_worlds(self) -> int:
        """Return how many worlds of each strategy the decision takes at the latest (KN5)."""
        return int(self.race.most_blocks) * self.block

    @cached_property
    def table(self) -> pd.DataFrame:
        """Tabulate the race: a row for each strategy.

        `worlds` simulated; `mean` profit in those that counted; `eliminated_after` how many worlds and `by`
        whom, and how far `behind` it then was in the mean over them. These means have served to select, so
        that the winner's is too high: `confirmed` has a fair one.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        race = self.race
        columns = {
            "worlds": self.worlds,
            "mean": race.means,
            "eliminated_after": pd.arrays.IntegerArray(race.seen * self.block, race.left),
            "by": [None if by == NOBODY else self.strategies[by] for by in race.by],
            "behind": race.behind,
        }
        return pd.DataFrame(columns, index=pd.Index(self.strategies, name="strategy"))

    @property
    def sentences(self) -> tuple[str, ...]:
        """State in words what was selected, what that took, and what fresh worlds say of it."""
        said = [self._decision() if self.chosen else self._no_decision(), *self._the_same(), self._effort()]
        if self.confirmed is not None:
            said += self._fresh(self.confirmed)
        return tuple(said)

    @property
    def warnings(self) -> tuple[str, ...]:
        """State what readers must know before they use the result."""
        if not self.doubtful:
            return ()
        names = listed([self._called(name) for name in self.doubtful])
        return (
            f"The profit of {names} turns on rare events: even the means of blocks of {BLOCK} are skewed, so "
            f"the confidence may be less than {_confidence(self.asked.alpha)}.",
        )

    def go_on(self, at_most: int, progress: Progress = lambda _: None) -> SelectionResult:
        """Go on with a selection that was not decided; nothing is simulated again.

        Parameters
        ----------
        at_most : int
            Worlds of each strategy, those so far included.
        progress : callable
            As in `select`.

        Raises
        ------
        UnusableError
            If it is decided already, or the number is out of range.

        Examples
        --------
        >>> import funnelsim as fs
        >>> start = fs.select(fs.load("first_steps"), margin=1_000, at_most=200, fresh=50, jobs=1)
        >>> start.chosen, start.go_on(1_000).chosen
        (None, 'more_inquiries')
        """
        if self.confirmed is not None:
            raise UnusableError(f"the selection is decided already: {self._called(self.left[0])}")
        asked = replace(self.asked, at_most=at_most)
        worlds = _Worlds(self.scenario, self.strategies, asked, progress)
        return _raced(replace(self, asked=asked, stopped=False), worlds)

    @property
    def done(self) -> int:
        """Count the worlds used so far: the number of the next one."""
        return int(self.worlds.max())

    @property
    def next_step(self) -> int:
        """Count the worlds, in whole blocks, of the next step; 0 if there are to be no more."""
        return max(0, min(STEP, self.asked.at_most - self.done)) // self.block * self.block

    def after(self, profits: Floats) -> SelectionResult:
        """Go on with the profits of further worlds, block by block (KN6)."""
        race = self.race
        for block in in_blocks(profits, self.block):
            if not race.over:
                race = race.after(block)
        return replace(self, race=race, worlds=self.worlds + len(profits) * self.race.left)

    # ---- words --------------------------------------------------------------------------------

    def _decision(self) -> str:
        count = len(self.strategies)
        others = "the other one does not bring" if count == 2 else "none of the others brings"
        return (
            f"Best on profit of {count} strategies is {self._called(self.left[0])}: with a confidence of "
            f"{_confidence(self.asked.alpha)}, {others} over {self._margin} more on average."
        )

    def _no_decision(self) -> str:
        names = listed([self._called(name) for name in self.left])
        how = "Stopped" if self.stopped else "Not decided"
        return (
            f"{how} after {self._years(self.done)}: {names} are left. "
            f"It takes at most {self.most_worlds:,} to decide by a margin of {self._margin}."
        )

    def _the_same(self) -> list[str]:
        """State which strategies earned the same as another in every world."""
        same = [
            f"{self._called(name)} brings exactly as much as {self._called(self.strategies[by])}"
            for name, by, behind in zip(self.strategies, self.race.by, self.race.behind, strict=True)
            if by != NOBODY and behind == 0
        ]
        return [f"On average {listed(same)}: the first one listed is kept."] if same else []

    def _effort(self) -> str:
        whole, took = len(self.strategies) * self.done, int(self.worlds.sum())
        if took == whole:
            return f"That took {self._years(took)} in all."
        return (
            f"That took {self._years(took)} in all; simulating every strategy to the end would have taken "
            f"{whole:,}."
        )

    def _fresh(self, confirmed: ComparisonResult) -> list[str]:
        best = self.left[0]
        profit = confirmed[best].forecast.estimate(PROFIT)
        ends = money_range(profit.low, profit.high, self.scenario.currency)
        precision = ends if math.isfinite(profit.low) else too_few(profit.more_years, rare=True)
        said = (
            f"In {self._years(confirmed.years)} that were not used to select, {self._called(best)} brings on "
            f"average a profit of {self._money(profit.mean)} ({precision})."
        )
        return [said, *([confirmed.verdict] if best != TODAY else [])]

    def _years(self, count: int) -> str:
        return simulated(count, self.scenario.months.period)

    @property
    def _margin(self) -> str:
        return self._money(self.asked.margin)

    def _money(self, value: float) -> str:
        return money(value, self.scenario.currency)

    def _called(self, name: str) -> str:
        return self.scenario.title_of(name)


def select(
    scenario: Scenario,
    *,
    margin: float,
    strategies: Sequence[str] | None = None,
    alpha: float = 0.05,
    at_most: int = 5_000,
    fresh: int = 400,
    seed: int = 1,
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> SelectionResult:
    """Select the strategy with the highest mean profit; few or hundreds of them.

    All are simulated in the same worlds. Whoever is surely behind drops out; the others go on. In the end the
    winner and today are simulated in worlds that were not used to select.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    margin : float
        The least difference in mean profit that matters, in the scenario's money. Half the margin takes up to
        four times the worlds.
    strategies : sequence of str, optional
        All strategies of the scenario by default, "today" first; "a+b" is both together.
    alpha : float
        The chance of error: that the strategy selected is behind another by more than the margin.
    at_most : int
        Worlds of each strategy after which to stop undecided, 200 or more.
    fresh : int
        Worlds of the winner and of today that are not used to select.
    seed, jobs
        As in `simulate`.
    progress : callable
        Called with the number of simulations (one strategy in one world) that have just been finished.

    Returns
    -------
    SelectionResult
        `chosen` is None if `at_most` or Ctrl-C came first: `go_on` then goes on.

    Raises
    ------
    ScenarioError
        If there is no such strategy, some cannot be chosen together, or the simulation would outgrow memory.
    ValueError
        If a number is out of range, a strategy is listed twice, or there is only one.
    EndlessLoopError
        If leads go in circles at one instant without end.
    KeyboardInterrupt
        Stopped before every strategy had been simulated in the first worlds.

    References
    ----------
    Kim, S.-H. and Nelson, B. (2001), A fully sequential procedure for indifference-zone selection in
    simulation, ACM Transactions on Modeling and Computer Simulation 11, 251-273.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> result = select(load("first_steps"), margin=10_000, fresh=50, jobs=1)
    >>> result.chosen, result.confirmed.base, result.confirmed.years
    ('more_inquiries', 'today', 50)
    """
    asked = Asked(margin, alpha, at_most, fresh, seed, jobs)
    return select_over(scenario, chosen_of(scenario, strategies), asked, progress)


def select_over(
    scenario: Scenario,
    strategies: Sequence[str],
    asked: Asked,
    progress: Progress = lambda _: None,
    box: Box | None = None,
) -> SelectionResult:
    """Select as `select` does; what is in the box is not simulated again (OP10)."""
    chosen = tuple(strategies)
    check_race(len(chosen), asked.margin, asked.alpha)
    ready = settled(scenario, asked.jobs, chosen, progress)
    worlds = _Worlds(ready, chosen, asked, progress, box)
    return _raced(_begun(worlds), worlds)


class _Worlds:
    """Simulates strategies in worlds, and keeps only profits: tallies of hundreds would outgrow memory."""

    def __init__(
        self,
        scenario: Scenario,
        strategies: tuple[str, ...],
        asked: Asked,
        progress: Progress,
        box: Box | None = None,
    ) -> None:
        self.scenario = scenario
        self.box = box
        self.strategies = strategies
        self.asked = asked
        self.progress = progress
        self._courses = courses_of(scenario, strategies)
        lived = (chapter.model for course in self._courses.values() for chapter in course.typed)
        self._expected = not any(map(reads_values, lived))  # the same for all, or they could not be compared

    def profits(self, worlds: range, left: Flags) -> Floats:
        """Simulate the strategies that are left: (worlds, k), NaN for the others.

        Raises
        ------
        KeyboardInterrupt
            Stopped before all worlds were finished.
        """
        found = np.full((len(worlds), len(self.strategies)), np.nan)
        plan = self.asked.plan(len(worlds), worlds.start)
        racing = np.flatnonzero(left)
        for first in range(0, len(racing), TOGETHER):
            together = racing[first : first + TOGETHER]
            found[:, together] = self._together([self.strategies[each] for each in together], plan)
        return found

    def confirmed(self, chosen: str, first: int) -> ComparisonResult:
        """Simulate the winner and today in fresh worlds (KN7)."""
        plan = self.asked.plan(self.asked.fresh, first)
        names = list(dict.fromkeys([TODAY, chosen]))
        run = simulating(self.box, self.scenario)
        return compare_over(self.scenario, names, plan, self.progress, simulate=run)

    def _together(self, names: list[str], plan: Plan) -> Floats:
        """Return the profits of strategies in the worlds of a plan, as means count contracts: (R, k)."""

        def key(name: str) -> Key:
            return key_of(self.scenario, name, self._courses[name], plan, {"profit": self._expected})

        found = profits_kept(self.box, key, names, lambda missing: self._simulated(missing, plan))
        return np.concatenate([found[name] for name in names], axis=1)

    def _simulated(self, names: list[str], plan: Plan) -> dict[str, Floats]:
        courses = {name: self._courses[name] for name in names}
        scenarios = {name: self.scenario.strategy(name) for name in names}
        found = replicated(scenarios, courses, plan, self.progress)
        if any(len(each) < plan.replications for each in found.values()):
            raise KeyboardInterrupt
        return {name: self._of(courses[name], each.tally) for name, each in found.items()}

    def _of(self, course: Course, tally: Tally) -> Floats:
        """Return the profit in each world: (R, 1)."""
        forecast = Forecast(course.typed[-1].model, course.names, tally, expected=self._expected)
        return forecast.parts(PROFIT, "all", self._expected)[0]


def _begun(worlds: _Worlds) -> SelectionResult:
    """Simulate all strategies in the first worlds (KN1)."""
    strategies, asked = worlds.strategies, worlds.asked
    begun = begin(worlds.profits(range(FIRST), np.ones(len(strategies), bool)), asked.margin, asked.alpha)
    return SelectionResult(
        scenario=worlds.scenario,
        strategies=strategies,
        asked=asked,
        block=begun.block,
        race=begun.race,
        worlds=np.full(len(strategies), FIRST),
        doubtful=tuple(name for name, doubted in zip(strategies, begun.doubtful, strict=True) if doubted),
    )


def _raced(result: SelectionResult, worlds: _Worlds) -> SelectionResult:
    """Go on with those that are left until one is, or it has to stop; confirm the winner (KN6, KN7)."""
    try:
        while not result.race.over and (size := result.next_step):
            result = result.after(worlds.profits(range(result.done, result.done + size), result.race.left))
        if result.chosen is not None:
            confirmed = worlds.confirmed(result.chosen, result.done)
            result = replace(result, confirmed=confirmed, stopped=confirmed.stopped)
    except KeyboardInterrupt:
        return replace(result, stopped=True)
    return result


def _confidence(alpha: float) -> str:
    return f"{number(100 * (1 - alpha))} %"
