"""What to measure next: what it is worth to know each uncertain number before a strategy is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import Comparison
from funnelsim.decisions.information import check_worlds, first_order, perfect_information
from funnelsim.forecast import Interval
from funnelsim.io.progress import Progress, silent, step
from funnelsim.metrics.wording import listed, money, money_range, number, percent, period, simulated
from funnelsim.planning.paired import profits_of
from funnelsim.scenario import Parameter, Problem, Scenario, ScenarioError
from funnelsim.scenario.input_words import key_in_words
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import chosen_of, compare

if TYPE_CHECKING:
    import pandas as pd

_UNCERTAIN = (
    "a table [uncertainties] with the numbers that are not known, such as "
    '"stages.offer.conversion" = { low = 0.2, likely = 0.27, high = 0.36 }'
)


class Knowing(NamedTuple):
    """What knowing an uncertain number is worth."""

    parameter: Parameter
    worth: Interval  # EVPPI in money of the period, never below 0
    changes: float  # share of worlds in which another strategy would be chosen
    share: Interval  # of the variance of the gain of `MeasureNextResult.strategy`, never below 0

    @property
    def sure(self) -> bool:
        """Return whether it is surely worth something."""
        return self.worth.low > 0


@dataclass(frozen=True)
class MeasureNextResult:
    """What it is worth to know each uncertain number, as `measure_next` returns it.

    Attributes
    ----------
    result : ComparisonResult
        The strategies, in the worlds that this is taken from.
    best : str
        The strategy that would be chosen without knowing more: that with the highest mean profit.
    strategy : str
        The one with the highest mean profit, the base aside: shares are of its gain over the base.
    numbers : tuple of Knowing
        The uncertain numbers, the one most worth knowing first.

    Examples
    --------
    >>> import funnelsim as fs
    >>> document = fs.load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> document["uncertainties"] = {"stages.proposal.conversion": {"low": 0.1, "likely": 0.3, "high": 0.5}}
    >>> scenario = fs.load("first_steps").beginning(document)
    >>> found = fs.measure_next(scenario, strategies=["today", "one_more_rep"], worlds=1000)
    >>> list(found.table.index), found.strategy
    (['stages.proposal.conversion'], 'one_more_rep')
    """

    result: ComparisonResult
    best: str
    strategy: str
    numbers: tuple[Knowing, ...]

    @property
    def unknown(self) -> Interval:
        """Estimate the share of the variance of the gain that comes with all uncertain numbers, by twins."""
        return self.result.comparison.share_unknown(self.strategy)

    def name_of(self, number: Knowing) -> str:
        """Name an uncertain number in words."""
        return key_in_words(number.parameter.key, self.result.scenario)

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate the uncertain numbers, the one most worth knowing first.

        `p10`, `p50` and `p90` of what is drawn; `worth` in money of the period, `low` and `high`, its 95 %
        interval; `changes`, the share of worlds in which knowing it would change the choice; `share` of the
        variance of the gain of `strategy`, with `share_low` and `share_high`.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        rows = [[*each.parameter[1:], *each.worth, each.changes, *each.share] for each in self.numbers]
        columns = ["p10", "p50", "p90", "worth", "low", "high", "changes", "share", "share_low", "share_high"]
        index = pd.Index([each.parameter.key for each in self.numbers], name="uncertain")
        return pd.DataFrame(rows, index=index, columns=columns, dtype=float)

    @property
    def verdict(self) -> str:
        """State in words what to measure next."""
        ran, chosen = simulated(self.result.years, self._months), self.result.scenario.title_of(self.best)
        sure = [each for each in self.numbers if each.sure]
        if not sure:
            most = max(self.numbers, key=lambda each: each.worth.high)
            begins = f"No number is surely worth measuring for this choice, as far as {ran} can tell"
            if most.worth.high == 0:
                return f"{begins}: {chosen} would be chosen, whatever any one of them turns out to be."
            at_most = money(most.worth.high, self.result.scenario.currency)
            return (
                f"{begins}: {chosen} is chosen, and knowing one number more would gain little. The most that "
                f"one could be worth is {at_most} for {period(self._months)}: {self.name_of(most)}."
            )
        first, *others = sure
        said = [
            f"Without knowing more, {chosen} is chosen. "
            f"Measuring {self.name_of(first)} is worth at most {self._amount(first.worth)}: "
            f"knowing it would change the choice in {percent(first.changes)} of cases."
        ]
        if others:
            names = listed([f"{self.name_of(each)} ({self._short(each)})" for each in others])
            said.append(f"Next: {names}.")
        if len(sure) < len(self.numbers):
            rest = len(self.numbers) - len(sure)
            which = "The other one is" if rest == 1 else f"The other {number(rest)} are"
            said.append(f"{which} not surely worth anything for this choice.")
        return " ".join(said)

    @property
    def _months(self) -> int:
        return self.result[self.result.base].forecast.months

    def _amount(self, worth: Interval) -> str:
        """Write an amount of money of the period, and its interval."""
        currency = self.result.scenario.currency
        ends = money_range(worth.low, worth.high, currency)
        return f"{money(worth.value, currency)} for {period(self._months)} ({ends})"

    def _short(self, each: Knowing) -> str:
        return f"{money(each.worth.value, self.result.scenario.currency)}, {percent(each.changes)} of cases"


def measure_next(
    scenario: Scenario,
    *,
    strategies: Sequence[str] | None = None,
    worlds: int = 2_000,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> MeasureNextResult:
    """Simulate strategies, and say what it is worth to know each uncertain number before choosing (VI5).

    Parameters
    ----------
    scenario : Scenario
        With `[uncertainties]`.
    strategies : sequence of str, optional
        Two or more; all by default.
    worlds : int
        Simulated years of each strategy, 1,000 or more.
    seed, engine, jobs, progress
        As in `compare`.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, there is no such strategy, or there is nothing to choose.
    UnusableError
        With fewer than 1,000 worlds.
    ValueError, KeyboardInterrupt
        As in `compare`.
    """
    check_worlds(worlds)
    chosen = chosen_of(scenario, strategies)
    _must_be_a_choice(scenario, chosen)
    result = compare(
        scenario,
        strategies=chosen,
        replications=worlds,
        seed=seed,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    return worth_of(result, progress)


def worth_of(result: ComparisonResult, progress: Progress = silent) -> MeasureNextResult:
    """Say what it is worth to know each uncertain number, from a comparison that has been simulated.

    Raises
    ------
    ScenarioError
        If no number is uncertain, or there is nothing to choose.
    UnusableError
        With fewer than 1,000 simulated years.
    """
    check_worlds(result.years)
    _must_be_a_choice(result.scenario, list(result))
    comparison = result.comparison
    drawn = _drawn(comparison)
    if not drawn:
        problem = Problem("uncertainties", "has no number that could be measured", _UNCERTAIN)
        raise ScenarioError([problem], result.scenario.source)
    levels = np.column_stack([each for _, each in drawn.values()])
    gains = _gains(comparison, expected=comparison.expected)
    means = gains.mean(axis=0)
    first = int(means.argmax())
    with step(progress, "Working out", 2 * len(drawn), "fits") as tell:
        worths = perfect_information(gains, levels, tell)
        shares = first_order(_gains(comparison, expected=False)[:, [first]], levels, tell)
    numbers = [
        Knowing(
            parameter,
            Interval(max(float(worths.value[row]), 0.0), float(worths.low[row]), float(worths.high[row])),
            float(worths.changes[row]),
            Interval(max(float(shares.value[row, 0]), 0.0), *(float(each[row, 0]) for each in shares[1:])),
        )
        for row, (parameter, _) in enumerate(drawn.values())
    ]
    strategy = comparison.others[first]
    return MeasureNextResult(
        result,
        strategy if means[first] > 0 else comparison.base,
        strategy,
        tuple(sorted(numbers, key=lambda each: (each.worth.value, each.share.value), reverse=True)),
    )


def _must_be_a_choice(scenario: Scenario, chosen: Sequence[str]) -> None:
    """Refuse a scenario in which nothing is uncertain, or nothing can be chosen."""
    if not scenario.uncertainties:
        raise ScenarioError([Problem("uncertainties", "is missing", _UNCERTAIN)], scenario.source)
    if len(chosen) < 2:
        wrong = f"are only {chosen[0]}, so that there is nothing to choose"
        raise ScenarioError([Problem("strategies", wrong, "two or more")], scenario.source)


def _drawn(comparison: Comparison) -> dict[str, tuple[Parameter, Floats]]:
    """Return the uncertain numbers of all strategies with their levels: one may set what others draw."""
    found: dict[str, tuple[Parameter, Floats]] = {}
    for forecast in comparison.forecasts.values():
        if forecast.unknowns is not None:
            drawn = zip(forecast.unknowns.parameters, forecast.unknowns.levels.T, strict=True)
            found = {parameter.key: (parameter, levels) for parameter, levels in drawn} | found
    return found


def _gains(comparison: Comparison, expected: bool) -> Floats:
    """Return what strategies earn more than the base: (R, S); contracts at their expected value, or as drawn.

    Means are those of the expected values, as in the verdict; the variance between years is of what is drawn.
    """
    profits = profits_of(comparison, expected)
    return np.column_stack([profits[name] - profits[comparison.base] for name in comparison.others])
