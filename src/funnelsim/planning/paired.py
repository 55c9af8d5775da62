"""Money of the same worlds, strategy by strategy, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import Comparison
from funnelsim.decisions.profits import PROFIT
from funnelsim.forecast import Forecast, Interval, bootstrap_t
from funnelsim.io.progress import Progress
from funnelsim.metrics.figure import total
from funnelsim.scenario import TODAY, Problem, Scenario, ScenarioError
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare_over

Profits = dict[str, Floats]  # (R,) by strategy


def profits_of(comparison: Comparison, expected: bool) -> Profits:
    """Return the profit of each strategy in each world; contracts at their expected value, or as drawn."""
    return {name: total_of(forecast, PROFIT, expected) for name, forecast in comparison.forecasts.items()}


def total_of(forecast: Forecast, metric: str, expected: bool) -> Floats:
    """Return a total of the period in each world: (R,); contracts at their expected value, or as drawn."""
    return forecast.parts(metric, "all", expected)[0][:, 0]


def sum_of(forecast: Forecast, metrics: Iterable[str], expected: bool) -> Floats:
    """Return the sum of totals in each world: (R,); 0 of none."""
    found = [total_of(forecast, metric, expected) for metric in metrics]
    return np.sum(found, axis=0) if found else np.zeros(forecast.years)


def combined(strategy: str, other: str) -> str:
    """Name a strategy together with another one.

    >>> combined("today", "more"), combined("less", "more")
    ('more', 'less+more')
    """
    return other if strategy == TODAY else f"{strategy}+{other}"


def in_the_period(
    scenario: Scenario, strategies: Sequence[str], plan: Plan, progress: Progress
) -> ComparisonResult:
    """Simulate strategies of a scenario whose months are settled, for what is counted over the period.

    Nothing that comes after the period changes that, and no twin does (U8): so there is no drain and no
    twin, and all else is as it would be with them, to the bit (VI9).

    Raises
    ------
    KeyboardInterrupt
        Stopped before all worlds were finished.
    """
    months = scenario.months._replace(drain=0)
    result = compare_over(scenario.with_months(months), strategies, replace(plan, twins=False), progress)
    if result.stopped:
        raise KeyboardInterrupt
    return result


def profits_in(scenario: Scenario, strategies: Sequence[str], plan: Plan, progress: Progress) -> Profits:
    """Simulate strategies of a scenario whose months are settled; return the profit in each world.

    Raises
    ------
    KeyboardInterrupt
        Stopped before all worlds were finished.
    """
    result = in_the_period(scenario, strategies, plan, progress)
    return profits_of(result.comparison, result.comparison.expected)


def mean_of(values: Floats) -> Interval:
    """Estimate a mean over worlds, with its 95 % precision; none where that is what all worlds have.

    >>> mean_of(np.arange(101.0)).value
    50.0
    """
    if np.ptp(values) == 0:
        return Interval(*[float(values[0])] * 3)
    return bootstrap_t((values[:, None],), total).at()


def leader(profits: Profits) -> str:
    """Name the strategy with the highest mean profit; the first of equals.

    >>> leader({"today": np.array([1.0, 2.0]), "more": np.array([0.0, 4.0])})
    'more'
    """
    return max(profits, key=lambda name: float(profits[name].mean()))


def must_be_known(scenario: Scenario, names: Sequence[str], known: Sequence[str], what: str) -> None:
    """Refuse a name that the scenario does not have."""
    for name in names:
        if name not in known:
            wrong = f"there is no {what} {name!r}"
            raise ScenarioError([Problem("", wrong, ", ".join(known) or "none here")], scenario.source)
