"""Strategies against the base in the same worlds: differences, and how sure we are of them.

All strategies meet the same inquirers, so that the difference within each world says more than the
difference of two means: intervals are of paired differences.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.goals import of_a_goal
from funnelsim.decisions.significance import SIGNIFICANT, holm
from funnelsim.decisions.verdict import Money, Standing, losses, verdict
from funnelsim.engines.fold import Tally
from funnelsim.forecast import Forecast, Interval, Precision, jackknife, share_unknown, wilson
from funnelsim.metrics.figure import FIGURES, Better, Parts, ratio, total
from funnelsim.metrics.wording import Called, signed, spoken

PROFIT = "profit"
ROUNDING = 1e-9  # of a figure's usual size


@dataclass(frozen=True)
class Difference:
    """The difference of a strategy's figure from the base's, in the same worlds."""

    strategy: str
    metric: str
    mean: float
    low: float  # precision of the mean, 95 %
    high: float
    p_value: float  # for no difference
    adjusted: float  # the same after Holm, for all strategies of the comparison at once
    ahead: Interval  # share of simulated years in which the strategy is ahead, with Wilson's interval
    years: int

    @property
    def sure(self) -> bool:
        """Return whether the difference is significant, at 5 % for all strategies at once."""
        return self.adjusted < SIGNIFICANT


class Comparison:
    """Strategies of one scenario, simulated in the same worlds.

    Parameters
    ----------
    forecasts : mapping of str to Forecast
        By strategy. Their replications are paired by position, as `replicate` returns them.
    base : str, optional
        What the others are compared with; the first by default.
    called : callable, optional
        From the name of a strategy to its title, for sentences.

    Raises
    ------
    ValueError
        If there is no such base, or the forecasts have different numbers of simulated years.
    """

    def __init__(
        self, forecasts: Mapping[str, Forecast], base: str | None = None, called: Called = spoken
    ) -> None:
        self.forecasts = dict(forecasts)
        self.base = next(iter(self.forecasts)) if base is None else base
        if self.base not in self.forecasts:
            raise ValueError(f"there is no strategy {self.base!r}; there are {', '.join(self.forecasts)}")
        if len({forecast.years for forecast in self.forecasts.values()}) > 1:
            raise ValueError("strategies can be compared only in the same simulated years")
        self.others = tuple(name for name in self.forecasts if name != self.base)
        self.years = self.forecasts[self.base].years
        self._called = called

    def differences(self, metric: str = PROFIT) -> dict[str, Difference]:
        """Compare a figure with the base's, strategy by strategy.

        The interval is the paired t interval for a total, the jackknife over worlds for a ratio of sums; p
        values are adjusted for the number of strategies (Holm 1979, Scandinavian Journal of Statistics 6).
        """
        return self._against(self.base, metric, self.others)

    def relative(self, strategy: str, metric: str) -> Interval:
        """Estimate a figure's change against the base, as a share of the base: 0.1 is 10 % more."""
        mine, its = self._parts(strategy, metric), self._parts(self.base, metric)
        formula = FIGURES[metric].formula

        def change(*parts: Floats) -> Floats:
            return ratio(formula(*parts[: len(mine)]), formula(*parts[len(mine) :])) - 1.0

        return _interval(jackknife(mine + its, change))

    def return_on_extra(self, strategy: str) -> Interval | None:
        """Estimate what each unit of extra money brings in gross margin, against the base.

        Returns
        -------
        Interval or None
            Extra gross margin / extra cost, in the mean over worlds with its jackknife interval: above 1 it
            pays. None where marketing and pay do not surely cost more: commission and visits that only
            follow from more contracts are no money that anyone chose to spend.
        """
        chosen = self._extra(strategy, "marketing_cost") + self._extra(strategy, "pay_cost")
        rounding = ROUNDING * float(np.abs(self._parts(self.base, "cost")[0]).mean())
        if not (self.differences("cost")[strategy].low > 0 and jackknife((chosen,), total).low > rounding):
            return None
        parts = (self._extra(strategy, "contribution"), self._extra(strategy, "cost"))
        return _interval(jackknife(parts, ratio))

    def _extra(self, strategy: str, total_of: str) -> Floats:
        """Subtract a total of the base from a strategy's, world by world: (R,)."""
        return np.asarray(self._parts(strategy, total_of)[0] - self._parts(self.base, total_of)[0])

    def share_unknown(self, strategy: str, metric: str = PROFIT) -> Interval:
        """Estimate the share of the variance of the gain over the base that comes with uncertain numbers.

        Twins of a world have the same chance in all strategies, so that gains have twins as figures have.
        """
        mine, its = (self.forecasts[name].pairs(metric) for name in (strategy, self.base))
        return share_unknown(mine[0] - its[0], mine[1] - its[1])

    def makes_no_difference(self, strategy: str) -> bool:
        """Return whether a strategy's sums equal the base's in every world, to the last bit."""
        mine, its = (_in_all(self.forecasts[name].tallies) for name in (strategy, self.base))
        return bool(np.array_equal(mine, its))

    def verdict(self) -> str:
        """State in words what to choose, on profit, and which strategies make each goal likeliest."""
        standings = [
            Standing(
                strategy=name,
                low=found.low,
                high=found.high,
                better=found.sure and found.mean > 0,
                worse=found.sure and found.mean < 0,
                identical=self.makes_no_difference(name),
                ahead=found.ahead.value,
            )
            for name, found in self.differences().items()
        ]
        best = self.best()
        rivals = {} if best is None else self._rivals(best)
        forecast = self.forecasts[self.base]
        money = Money(forecast.names.currency, signed(forecast.months, self.terms()))
        said = [
            *losses(self.profits(), money, self._called),
            verdict(standings, best, rivals, self.base, self.years, forecast.months, money, self._called),
            *(self._of_goals() if self.years > 1 else []),
        ]
        return " ".join(said)

    def profits(self) -> dict[str, Interval]:
        """Estimate the profit of each strategy: the mean with its precision."""
        found = {name: forecast.estimate(PROFIT) for name, forecast in self.forecasts.items()}
        return {name: Interval(each.mean, each.low, each.high) for name, each in found.items()}

    def terms(self) -> tuple[float, float] | None:
        """Return the shortest and the longest term of a contract in any strategy, in years, if known."""
        terms = [forecast.terms for forecast in self.forecasts.values()]
        known = [each for each in terms if each is not None]
        if len(known) < len(terms):
            return None
        return min(shortest for shortest, _ in known), max(longest for _, longest in known)

    def _of_goals(self) -> list[str]:
        """State for each goal which strategies make it likeliest."""
        return [
            of_a_goal(
                goal,
                {name: each.reached(goal) for name, each in self.forecasts.items()},
                self.base,
                self.forecasts[self.base].months,
                self._called,
            )
            for goal in self.forecasts[self.base].goals
        ]

    def best(self) -> str | None:
        """Find the strategy of the highest mean profit among those that surely beat the base."""
        better = {
            name: found.mean for name, found in self.differences().items() if found.sure and found.mean > 0
        }
        return max(better, key=better.__getitem__) if better else None

    def close(self) -> list[str]:
        """List the strategies that cannot be told apart from the best; none if nothing beats the base."""
        best = self.best()
        return [] if best is None else [name for name, ahead in self._rivals(best).items() if ahead is None]

    def _rivals(self, best: str) -> dict[str, Interval | None]:
        """Compare the best with every other: by how much it is ahead, or None if that is not sure."""
        others = tuple(name for name in self.others if name != best)
        behind = self._against(best, PROFIT, others)
        return {
            name: Interval(-found.mean, -found.high, -found.low) if found.sure and found.mean < 0 else None
            for name, found in behind.items()
        }

    def _parts(self, strategy: str, metric: str) -> Parts:
        """Return the sums of a figure over the period in each world: each (R,)."""
        return tuple(part[:, 0] for part in self.forecasts[strategy].parts(metric))

    def _against(self, base: str, metric: str, others: tuple[str, ...]) -> dict[str, Difference]:
        """Compare a figure with that of `base`."""
        its = self._parts(base, metric)
        figure = FIGURES[metric]
        found: dict[str, tuple[Precision, Interval]] = {}
        for name in others:
            mine = self._parts(name, metric)

            def difference(*parts: Floats, count: int = len(mine)) -> Floats:
                return np.asarray(figure.formula(*parts[:count]) - figure.formula(*parts[count:]))

            with np.errstate(invalid="ignore"):  # undefined where both are infinite
                gain = figure.formula(*mine) - figure.formula(*its)
            ahead = int(np.sum(gain < 0 if figure.better is Better.LESS else gain > 0))
            found[name] = (jackknife(mine + its, difference), wilson(ahead, self.years))
        rounding = ROUNDING * max(float(np.abs(figure.formula(*its)).mean()), 1.0)
        p_values = [p_value(precision, self.years, rounding) for precision, _ in found.values()]
        rows = zip(found.items(), p_values, holm(p_values), strict=True)
        return {
            name: Difference(name, metric, *_interval(precision), p, adjusted, ahead, self.years)
            for (name, (precision, ahead)), p, adjusted in rows
        }


def p_value(precision: Precision, years: int, rounding: float) -> float:
    """Compute the p value of no difference, two-sided, by Student's t with years - 1 degrees of freedom.

    Differences up to `rounding` count as none: sums in another order differ in the last bits.
    """
    value, error = float(precision.value), float(precision.error)
    if math.isnan(error) or abs(value) <= rounding:
        return 1.0
    if error == 0:
        return 0.0
    return float(2 * special.stdtr(years - 1, -abs(value) / error))


def _in_all(tallies: Tally) -> Floats:
    """Return the sums of everything: (R, events, 2 bases, 4 measures)."""
    return tallies.sums[:, 0]


def _interval(precision: Precision) -> Interval:
    """Return a single estimate and its ends."""
    return Interval(float(precision.value), float(precision.low), float(precision.high))
