"""Marginal value: what the next unit of each lever brings, and where to put the next money."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.significance import SIGNIFICANT, holm
from funnelsim.forecast import Interval, bootstrap_t
from funnelsim.io.progress import Progress
from funnelsim.metrics.figure import ratio
from funnelsim.metrics.wording import listed, money, money_range, simulated
from funnelsim.planning.paired import combined, mean_of, profits_of, sum_of
from funnelsim.planning.units import LeftOut, Unit, strategies_of, units_of
from funnelsim.scenario import TODAY, Problem, Scenario, ScenarioError
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare

if TYPE_CHECKING:
    import pandas as pd

NEXT = 10_000.0
_UNKNOWN = Interval(math.nan, math.nan, math.nan)


class Value(NamedTuple):
    """What the next unit of a lever brings, in the same worlds."""

    lever: str  # in words
    gain: Interval  # profit, after what the unit costs
    spent: Interval  # what it costs over the period
    worth: Interval  # gain / spent; NaN where it costs nothing
    whole: bool = False  # it cannot be had in parts
    close: bool = False  # not surely worth less than the first one
    assumed: bool = False  # no response curve says what the money brings

    @property
    def costs(self) -> bool:
        """Return whether it costs anything."""
        return not math.isnan(self.worth.value)


@dataclass(frozen=True)
class MarginalResult:
    """What the next unit of each lever brings, as `marginal` returns it.

    Attributes
    ----------
    strategy : str
        Whose firm it is.
    next_money : float
        To be spent over the period.
    result : ComparisonResult
        The strategy, and the same with one more unit of each lever.
    levers : tuple of Value
        Those that cost money first, by what each unit of it brings; then the others, by what they bring.
    left_out : tuple of LeftOut
        Levers that have no next unit.
    """

    strategy: str
    next_money: float
    result: ComparisonResult
    levers: tuple[Value, ...]
    left_out: tuple[LeftOut, ...]

    def of_next(self, lever: Value) -> Interval:
        """Return what the next money brings in a lever after it is paid, in proportion to its unit."""
        return Interval(*(self.next_money * end for end in lever.worth))

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate levers: `gain`, `spent`, `worth` (their ratio) and `next`, what the next money brings.

        Each with `_low` and `_high`, its 95 % precision. `close` is whether a lever is not surely worth less
        than the first one. `worth` and `next` are NaN where the unit costs nothing.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        names = ("gain", "spent", "worth", "next")
        rows = [[*each.gain, *each.spent, *each.worth, *self.of_next(each)] for each in self.levers]
        columns = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
        index = pd.Index([each.lever for each in self.levers], name="lever")
        found = pd.DataFrame(rows, index=index, columns=columns, dtype=float)
        return found.assign(close=[each.close for each in self.levers])

    @property
    def verdict(self) -> str:
        """State in words where to put the next money."""
        said = [self._of_the_first(), *self._of_the_free()]
        return " ".join(filter(None, said))

    def _of_the_first(self) -> str:
        """State which lever that costs money is worth most."""
        currency = self.result.scenario.currency
        paid = [each for each in self.levers if each.costs]
        if not paid:
            return "There is no lever that money moves."
        first, following = paid[0], money(self.next_money, currency)
        brings = self.of_next(first)
        ran = simulated(self.result.years, self.result[self.strategy].forecast.months)
        if math.isnan(brings.low):
            return f"{ran} are too few to say where the next {following} are worth most."
        if brings.high < 0:
            loss = money_range(-brings.high, -brings.low, currency)
            return (
                f"The next {following} are worth more if they are not spent: even in {first.lever} they "
                f"lose {loss} of profit."
            )
        if brings.low < 0:
            return f"No lever is surely worth the next {following}, as far as {ran} can tell."
        said = (
            f"The next {following} are worth most in {first.lever}: besides what they cost, they bring "
            f"{money_range(brings.low, brings.high, currency)} of profit."
        )
        close = [each.lever for each in paid[1:] if each.close]
        said += f" It cannot be told apart from {listed(close)}." if close else ""
        if first.whole and first.spent.value > self.next_money:
            said += f" But {first.lever} costs {money(first.spent.value, currency)}, and comes whole."
        if first.assumed:
            said += (
                " This assumes that the channel brings as many inquiries for the next money as for the last: "
                "it has no response curve."
            )
        return said

    def _of_the_free(self) -> list[str]:
        """State what the best lever brings that costs nothing."""
        free = [each for each in self.levers if not each.costs and each.gain.low > 0]
        if not free:
            return []
        first = free[0]
        gain = money_range(first.gain.low, first.gain.high, self.result.scenario.currency)
        return [f"What costs nothing: {first.lever} brings {gain}, if as many buy."]


def marginal(
    scenario: Scenario,
    *,
    strategy: str = TODAY,
    next_money: float = NEXT,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> MarginalResult:
    """Say what the next unit of each lever brings, per unit of money (EX3, EX4).

    The firm with one more unit is simulated in the same worlds. A lever is worth the profit that it brings
    over what its unit costs: profit is after all costs, so that nothing is counted twice.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategy : str
        One of the scenario's strategies, or "today".
    next_money : float
        What is to be spent over the period, above 0.
    replications, seed, engine, jobs, progress
        As in `compare`; each lever is one strategy more.

    Raises
    ------
    ScenarioError
        If there is no such strategy, no lever, or `next_money` is not above 0.
    ValueError, KeyboardInterrupt
        As in `compare`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> document = load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> found = marginal(load("first_steps").beginning(document), replications=30, jobs=1)
    >>> sorted(each.lever for each in found.levers if each.costs)
    ['1,000 a month more in website', 'an hour a week more in sales', 'one more rep in sales']
    """
    if not 0 < next_money < math.inf:
        raise ScenarioError([Problem("next", f"is {next_money:g}", "an amount of money above 0")])
    units, left_out = units_of(scenario, strategy)
    if not units:
        expected = "a team, a channel that costs money, or a price"
        raise ScenarioError([Problem("the scenario", "has no lever", expected)], scenario.source)
    names = [combined(strategy, unit.name) for unit in units]
    result = compare(
        scenario.with_strategies(strategies_of(units)),
        strategies=[strategy, *names],
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    profits = profits_of(result.comparison, result.comparison.expected)
    gains = {name: profits[name] - profits[strategy] for name in names}
    base = result[strategy].forecast
    spent = {
        name: sum_of(result[name].forecast, unit.spends, False) - sum_of(base, unit.spends, False)
        for name, unit in zip(names, units, strict=True)
    }
    levers = [_value(unit, gains[name], spent[name]) for name, unit in zip(names, units, strict=True)]
    return MarginalResult(
        strategy,
        next_money,
        result,
        _ranked(levers, list(gains.values()), list(spent.values())),
        tuple(left_out),
    )


def _value(unit: Unit, gain: Floats, spent: Floats) -> Value:
    worth = _UNKNOWN
    if spent.mean() > 0:
        worth = bootstrap_t((gain[:, None], spent[:, None]), ratio).at()
    return Value(unit.words, mean_of(gain), mean_of(spent), worth, unit.whole, assumed=unit.assumed)


def _ranked(levers: list[Value], gains: list[Floats], spent: list[Floats]) -> tuple[Value, ...]:
    """Rank levers, and say which are not surely worth less than the first: at 5 % for all of them (Holm)."""
    order = sorted(
        (place for place, each in enumerate(levers) if each.costs), key=lambda p: -levers[p].worth.value
    )
    free = sorted((each for each in levers if not each.costs), key=lambda each: -each.gain.value)
    if not order:
        return tuple(free)
    first, *others = order
    less = [_less_than(gains, spent, first, place) for place in others]
    adjusted = holm([p_value for _, p_value in less])
    close = [not (p_value < SIGNIFICANT) for p_value in adjusted]
    behind = [levers[place]._replace(close=each) for place, each in zip(others, close, strict=True)]
    return (levers[first], *behind, *free)


def _less_than(gains: list[Floats], spent: list[Floats], first: int, other: int) -> tuple[float, float]:
    """Return by how much a lever is worth less than the first one, and the p value of no difference."""
    parts = tuple(each[place][:, None] for place in (first, other) for each in (gains, spent))

    def less(*means: Floats) -> Floats:
        return ratio(means[0], means[1]) - ratio(means[2], means[3])

    found = bootstrap_t(parts, less)
    return float(found.value[0]), float(found.p_value[0])


def simulations(scenario: Scenario, strategy: str) -> int:
    """Count how many strategies `marginal` simulates."""
    return 1 + len(units_of(scenario, strategy)[0])
