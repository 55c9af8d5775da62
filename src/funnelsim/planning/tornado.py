"""The tornado: each value that is not known at its P10 and its P90, all else as typed, in the same worlds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from funnelsim.forecast import Interval
from funnelsim.io.progress import Progress
from funnelsim.metrics.wording import listed, money, money_range, number
from funnelsim.planning.held import as_typed, held_at, number_at, numbers
from funnelsim.planning.paired import Profits, leader, mean_of, must_be_known, profits_in, profits_of
from funnelsim.scenario import AS_TYPED, TODAY, Problem, Scenario, ScenarioError, strategy_names
from funnelsim.scenario.input_words import key_in_words, moved_from_typed
from funnelsim.studies.assumptions import AssumptionsResult
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan

if TYPE_CHECKING:
    import pandas as pd

LOW, HIGH = 0.1, 0.9


class End(NamedTuple):
    """One end of a bar."""

    at: float  # the number; NaN for an assumption
    profit: Interval  # of the strategy
    gain: Interval  # of the strategy on today


class Swing(NamedTuple):
    """What one value that is not known does to profit: a bar of the tornado."""

    name: str  # key of the uncertain value, or name of the assumption
    is_assumption: bool  # from as typed to what it says, instead of from P10 to P90
    ends: tuple[End, End]
    profit: Interval  # of the second end less that of the first, in the same worlds
    gain: Interval

    @property
    def turns(self) -> bool:
        """Return whether the gain changes its sign from one end to the other, surely at both."""
        first, second = (end.gain for end in self.ends)
        return (first.high < 0 < second.low) or (second.high < 0 < first.low)


@dataclass(frozen=True)
class TornadoResult:
    """The bars of a tornado, the widest first, as `tornado` returns them.

    Attributes
    ----------
    scenario : Scenario
        As typed, nothing uncertain, months settled.
    strategy : str
        Whose profit it is.
    plan : Plan
        What was simulated at each end.
    typed : End
        As typed.
    swings : tuple of Swing
        The widest first, by the profit of the strategy.
    left_out : tuple of str
        Values that cannot be moved alone, such as one of several shares that sum to 1.
    """

    scenario: Scenario
    strategy: str
    plan: Plan
    typed: End
    swings: tuple[Swing, ...]
    left_out: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate the bars, the widest first.

        `first_at` and `second_at`, the numbers at P10 and P90, NaN for assumptions, which go from as typed to
        what they say; for `profit` and `gain` (on today) the means at both ends, and their difference
        `change` with its 95 % precision `low` and `high`.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        rows = [
            [
                *(end.at for end in each.ends),
                *(end.profit.value for end in each.ends),
                *each.profit,
                *(end.gain.value for end in each.ends),
                *each.gain,
            ]
            for each in self.swings
        ]
        parts = ("first", "second", "change", "low", "high")
        columns = ["first_at", "second_at", *(f"{of}_{part}" for of in ("profit", "gain") for part in parts)]
        index = pd.Index([each.name for each in self.swings], name="moved")
        return pd.DataFrame(rows, index=index, columns=columns, dtype=float)

    @property
    def verdict(self) -> str:
        """State in words on what profit hangs most, and what would turn the gain on today."""
        called, currency = self.scenario.title_of, self.scenario.currency
        if not self.swings:
            return "None of the values that are not known can be moved alone."
        widest = self.swings[0]
        first, second = (end.profit.value for end in widest.ends)
        said = (
            f"The profit of {called(self.strategy)} hangs most on {self.name_of(widest)}: "
            f"it is {money(first, currency)} at {_at(widest, 0)} "
            f"and {money(second, currency)} at {_at(widest, 1)}."
        )
        if self.strategy == TODAY:
            return said
        turning = [self.name_of(each) for each in self.swings if each.turns]
        gain = money_range(self.typed.gain.low, self.typed.gain.high, currency)
        as_it_is = f"As typed, its gain on today is {gain}"
        if turning:
            alone = listed(turning, "or")
            return f"{said} {as_it_is}; {alone} alone can turn it from a gain into a loss or back."
        return f"{said} {as_it_is}; no bar goes from a sure loss to a sure gain."

    def name_of(self, swing: Swing) -> str:
        """Name what is moved, in words."""
        if swing.is_assumption:
            return self.scenario.label_of_assumption(swing.name)
        return key_in_words(swing.name, self.scenario)


def _at(swing: Swing, end: int) -> str:
    if swing.is_assumption:
        return ("what is typed", "what it says")[end]
    return moved_from_typed(swing.name, number(swing.ends[end].at))


def tornado(
    scenario: Scenario,
    *,
    strategy: str | None = None,
    of: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> TornadoResult:
    """Move each value that is not known from its P10 to its P90, one at a time, in the same worlds (VI6).

    Parameters
    ----------
    scenario : Scenario
        With `[uncertainties]` or assumptions. An assumption goes from as typed to what it says.
    strategy : str, optional
        Whose profit it is, and whose gain on today. Default: the one with the highest mean profit as typed,
        today aside.
    of : sequence of str, optional
        Keys of `[uncertainties]` to move; all numbers by default.
    replications, seed, engine, jobs, progress
        As in `compare`, at each end.

    Raises
    ------
    ScenarioError
        If there are neither uncertain numbers nor assumptions, or there is no such strategy.
    ValueError, KeyboardInterrupt
        As in `compare`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> document = load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> margin = {"low": 0.3, "likely": 0.5, "high": 0.7}
    >>> document["uncertainties"] = {"segments.default.gross_margin": margin}
    >>> found = tornado(load("first_steps").beginning(document), replications=30, jobs=1)
    >>> bar = found.swings[0]
    >>> bar.name, bar.profit.low > 0, bar.ends[0].profit.value < found.typed.profit.value
    ('segments.default.gross_margin', True, True)
    """
    if not numbers(scenario) and not scenario.assumptions:
        expected = "numbers in [uncertainties], or a table [assumptions.NAME] with a change"
        raise ScenarioError(
            [Problem("uncertainties", "and assumptions are missing", expected)], scenario.source
        )
    known = strategy_names(scenario)
    must_be_known(scenario, [] if strategy is None else strategy.split("+"), known, "strategy")
    must_be_known(scenario, of or (), numbers(scenario), "uncertain number")
    plan = Plan(replications, seed, engine, jobs)
    chosen = known if strategy is None else list(dict.fromkeys([TODAY, strategy]))
    typed = settled(as_typed(scenario), jobs, chosen, progress)
    profits = profits_in(typed, chosen, plan, progress)
    others = {name: each for name, each in profits.items() if name != TODAY}
    best = strategy or (leader(others) if others else TODAY)
    pair = list(dict.fromkeys([TODAY, best]))
    left_out: list[str] = []

    def simulated(moved: Scenario) -> Profits:
        return profits_in(moved.with_months(typed.months), pair, plan, progress)

    def bars() -> Iterator[Swing]:
        for key in numbers(scenario) if of is None else of:
            try:
                ends = [number_at(scenario, key, level) for level in (LOW, HIGH)]
                held = [held_at(scenario, key, number) for number in ends]
            except ScenarioError:
                left_out.append(key)
                continue
            first, second = zip(ends, map(simulated, held), strict=True)
            yield _swing(key, best, first, second)
        for name in scenario.assumptions:
            under = simulated(as_typed(scenario).under(name))
            yield _swing(name, best, (math.nan, profits), (math.nan, under), is_assumption=True)

    swings = _widest_first(bars())
    as_it_is = _end(math.nan, profits, best)
    return TornadoResult(typed, best, plan, as_it_is, swings, tuple(left_out))


def tornado_of(found: AssumptionsResult, strategy: str) -> TornadoResult:
    """Make the bars of assumptions from comparisons under each, where no number is uncertain (VI6).

    Both ends have the same worlds, unless the assumption has a longer horizon.
    """
    profits = {
        name: profits_of(each.comparison, each.comparison.expected)
        for name, each in found.comparisons.items()
    }
    typed = profits.pop(AS_TYPED)
    bars = [
        _swing(name, strategy, (math.nan, typed), (math.nan, each), is_assumption=True)
        for name, each in profits.items()
    ]
    return TornadoResult(
        found[AS_TYPED].scenario,
        strategy,
        found.plan,
        _end(math.nan, typed, strategy),
        _widest_first(bars),
        (),
    )


def _widest_first(bars: Iterable[Swing]) -> tuple[Swing, ...]:
    return tuple(sorted(bars, key=lambda each: abs(each.profit.value), reverse=True))


def _swing(
    name: str,
    strategy: str,
    first: tuple[float, Profits],
    second: tuple[float, Profits],
    is_assumption: bool = False,
) -> Swing:
    """Compare the ends of a bar in the same worlds."""
    (_, before), (_, after) = first, second
    profit = after[strategy] - before[strategy]
    return Swing(
        name,
        is_assumption,
        (_end(*first, strategy), _end(*second, strategy)),
        mean_of(profit),
        mean_of(profit - (after[TODAY] - before[TODAY])),
    )


def _end(at: float, profits: Profits, strategy: str) -> End:
    return End(at, mean_of(profits[strategy]), mean_of(profits[strategy] - profits[TODAY]))


def simulations(scenario: Scenario, strategy: str | None, of: Sequence[str] | None = None) -> int:
    """Count how many strategies `tornado` simulates, over all ends."""
    moved = len(numbers(scenario)) if of is None else len(of)
    pair = 1 if strategy == TODAY else 2
    typed = len(strategy_names(scenario)) if strategy is None else pair
    return typed + pair * (2 * moved + len(scenario.assumptions))
