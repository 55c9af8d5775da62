"""Strategies against the base in the same worlds: differences, and how sure we are of them.

All strategies meet the same inquirers, so that the difference within each world says more than the
difference of two means: worlds are resampled whole, all strategies together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.answer import choice, nothing_beside, of_the_cash, of_the_goals
from funnelsim.decisions.goals import of_a_goal
from funnelsim.decisions.profits import PROFIT, Profits, differing, rare_of
from funnelsim.decisions.significance import SIGNIFICANT, holm
from funnelsim.decisions.verdict import Money, Standing, losses, verdict
from funnelsim.engines.fold import Tally
from funnelsim.forecast import (
    Forecast,
    Interval,
    Precision,
    Rare,
    bootstrap_t,
    resampled_means,
    resamples_for,
    share_unknown,
    wilson,
)
from funnelsim.forecast.resampling import ROUNDING
from funnelsim.metrics.figure import FIGURES, Better, Formula, Parts, ratio, total
from funnelsim.metrics.wording import Called, signed, spoken


@dataclass(frozen=True)
class Difference:
    """The difference of a strategy's figure from the base's, in the same worlds."""

    strategy: str
    metric: str
    mean: float
    low: float  # precision of the mean, 95 %; NaN where there are too few simulated years
    high: float
    p_value: float  # for no difference, from the same resamples
    adjusted: float  # the same after Holm, for all strategies of the comparison at once
    ahead: Interval  # share of simulated years in which the strategy is ahead, with Wilson's interval
    years: int
    more_years: float  # that interval and verdict would take besides; 0 if they are there

    @property
    def sure(self) -> bool:
        """Return whether the difference is significant, at 5 % for all strategies at once."""
        return self.adjusted < SIGNIFICANT


class Lead(NamedTuple):
    """By how much the best strategy is surely ahead of the next best."""

    best: str
    second: str
    by: Interval  # profit, with its 95 % precision


class Chances(NamedTuple):
    """How likely a strategy has the highest mean, and what choosing it would cost if it has not."""

    best: float  # share of resamples in which its mean profit is the highest; NaN with too few years
    regret: float  # how much less than the highest, in the mean over resamples


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
        self.expected = all(forecast.expected for forecast in self.forecasts.values())
        self.called = called
        self._differences: dict[tuple[str, str], dict[str, Difference]] = {}

    def differences(self, metric: str = PROFIT) -> dict[str, Difference]:
        """Compare a figure with the base's, strategy by strategy.

        Intervals and p values are those of `bootstrap_t` over whole worlds, both strategies together; p
        values are adjusted for the number of strategies (Holm 1979, Scandinavian Journal of Statistics 6).
        """
        return self._against(self.base, metric, self.others)

    def relative(self, strategy: str, metric: str) -> Interval:
        """Estimate a figure's change against the base, as a share of the base: 0.1 is 10 % more."""
        return self._precision(self.base, metric, (strategy,), _change, ROUNDING).at()

    def return_on_extra(self, strategy: str) -> Interval | None:
        """Estimate what each unit of extra money brings in gross margin, against the base.

        Returns
        -------
        Interval or None
            Extra gross margin / extra cost, in the mean over worlds with its interval: above 1 it pays. None
            where marketing and pay do not surely cost more: commission and visits that only follow from more
            contracts are no money that anyone chose to spend.
        """
        chosen = self._extra(strategy, "marketing_cost") + self._extra(strategy, "pay_cost")
        rounding = ROUNDING * float(np.abs(self._parts(self.base, "cost")[0]).mean())
        surely = bootstrap_t((chosen,), total, rounding=rounding).low[0] > rounding
        if not (self.differences("cost")[strategy].low > 0 and surely):
            return None
        parts = (self._extra(strategy, "contribution"), self._extra(strategy, "cost"))
        with_value = np.sum(parts[0] != 0, axis=0)
        return bootstrap_t(parts, ratio, with_value=with_value).at()

    def return_without(self, strategy: str, total_of: str = "marketing_cost") -> Interval:
        """Estimate what money brings that is spent by the base and not by a strategy, each unit less itself.

        Returns
        -------
        Interval
            (gross margin - money) / money, of what the base has more than the strategy, with its interval;
            NaN where it does not spend more.
        """
        spent = -self._extra(strategy, total_of)
        if not spent.mean() > 0:
            return Interval(np.nan, np.nan, np.nan)
        return bootstrap_t((-self._extra(strategy, "contribution") - spent, spent), ratio).at()

    @cached_property
    def earned(self) -> Profits:
        """The profits as arrays, for a verdict at any time."""
        each = self.forecasts.items()
        return Profits(
            base=self.base,
            drawn={name: forecast.values(PROFIT)[:, 0] for name, forecast in each},
            counted={name: self._parts(name, PROFIT)[0][:, 0] for name in self.forecasts},
            contracts={name: forecast.contracts for name, forecast in each},
            sizes={name: forecast.size_of_contracts(PROFIT) for name, forecast in each},
            alike=self.makes_no_difference,
            called=self.called,
            money=self.money,
            months=self.forecasts[self.base].months,
        )

    def _extra(self, strategy: str, total_of: str) -> Floats:
        """Subtract a total of the base from a strategy's, world by world: (R, 1)."""
        return np.asarray(self._parts(strategy, total_of)[0] - self._parts(self.base, total_of)[0])

    def share_unknown(self, strategy: str, metric: str = PROFIT) -> Interval:
        """Estimate the share of the variance of the gain over the base that comes with uncertain numbers.

        Twins of a world have the same chance in all strategies, so that gains have twins as figures have.
        """
        mine, its = (self.forecasts[name].pairs(metric) for name in (strategy, self.base))
        return share_unknown(mine[0] - its[0], mine[1] - its[1])

    def makes_no_difference(self, strategy: str, base: str | None = None) -> bool:
        """Return whether a strategy's sums equal the base's (or another's) in every world, to the bit."""
        names = (strategy, self.base if base is None else base)
        mine, its = (_in_all(self.forecasts[name].tallies) for name in names)
        return bool(np.array_equal(mine, its))

    def verdict(self) -> str:
        """State in words what to choose, on profit, and which strategies make each goal likeliest."""
        said = [
            *losses(self.profits(), self.money, self.called),
            verdict(*self._standing(), self.called),
            *(self._of_goals() if self.years > 1 else []),
        ]
        return " ".join(said)

    def answer(self) -> list[str]:
        """State in a few sentences what to choose, and what becomes of the goals (TE3)."""
        profits, goals = self.profits(), self._chances() if self.years > 1 else []
        lost = losses(profits, self.money, self.called)
        if self.others:
            return [*lost, *choice(*self._standing(), self.called), *goals]
        return [*(lost or nothing_beside(self.base, profits[self.base], self.money, self.called)), *goals]

    def _standing(
        self,
    ) -> tuple[list[Standing], str | None, dict[str, Interval | None], str, int, int, Money]:
        """Return how strategies stand, who leads, and by how much: what verdicts are made of."""
        standings = [
            Standing(
                strategy=name,
                low=found.low,
                high=found.high,
                better=found.sure and found.mean > 0,
                worse=found.sure and found.mean < 0,
                identical=self.makes_no_difference(name),
                ahead=found.ahead.value,
                more_years=found.more_years,
            )
            for name, found in self.differences().items()
        ]
        leader = self._leader()
        rivals = {} if leader is None else self._rivals(leader)
        months = self.forecasts[self.base].months
        return standings, leader, rivals, self.base, self.years, months, self.money

    def _chances(self) -> list[str]:
        """State how likely the leader, or else the base, reaches the goals, or runs out of cash."""
        strategy = self._leader() or self.base
        goals = {goal.name: goal for goal in self.forecasts[self.base].goals}
        names = dict.fromkeys((strategy, self.base))
        reached = {name: {g.name: self.forecasts[name].reached(g) for g in goals.values()} for name in names}
        chances = {goal: {name: float(reached[name][goal].mean()) for name in names} for goal in goals}
        together = {name: self.chance_of_all(name) for name in names}
        short = {name: self.forecasts[name].outcomes("ran_out_of_cash")[0].value for name in names}
        return [
            *of_the_goals(chances, together, strategy, self.base, self.called),
            *of_the_cash(short, strategy, self.base, self.forecasts[self.base].months, self.called),
        ]

    def chance_of_all(self, strategy: str) -> float:
        """Return the share of simulated years in which a strategy reaches all its goals; NaN without any."""
        forecast = self.forecasts[strategy]
        reached = [forecast.reached(goal) for goal in forecast.goals]
        return float(np.all(reached, axis=0).mean()) if reached else math.nan

    def ranked(self) -> list[str]:
        """List strategies by mean profit, the highest first (TE1)."""
        profits = {name: each.outcomes(PROFIT)[0].value for name, each in self.forecasts.items()}
        order = {name: -profit if math.isfinite(profit) else math.inf for name, profit in profits.items()}
        return sorted(self.forecasts, key=order.__getitem__)

    def front_runner(self) -> str | None:
        """Name the strategy that is shown beside the base (TE2); None where the base is ahead of all."""
        first = self._leader() or self.ranked()[0]
        return None if first == self.base else first

    @property
    def money(self) -> Money:
        """State what amounts of profit are."""
        base = self.forecasts[self.base]
        return Money(base.names.currency, signed(base.months, self.terms(), base.renews))

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
                {name: each.chance(goal).mean for name, each in self.forecasts.items()},
                self.base,
                self.forecasts[self.base].months,
                self.called,
            )
            for goal in self.forecasts[self.base].goals
        ]

    def best(self) -> str | None:
        """Name the strategy that surely beats the base and every other on profit, if there is one."""
        leaders = self.leaders()
        return leaders[0] if len(leaders) == 1 else None

    def leaders(self) -> tuple[str, ...]:
        """Name the best strategy, or the leader and those that cannot be told apart from it.

        The leader has the highest mean profit among those that surely beat the base; nobody is named if none
        does.
        """
        leader = self._leader()
        if leader is None:
            return ()
        return (leader, *(name for name, ahead in self._rivals(leader).items() if ahead is None))

    def lead(self) -> Lead | None:
        """Compare the best strategy with the one that has the next highest mean profit (EX1).

        The best is `best`, or the base if all others are surely worse. None where there is neither.
        """
        best, gains = self.best(), self.differences()
        if best is None:
            if not gains or not all(found.sure and found.mean < 0 for found in gains.values()):
                return None
            behind = max(gains.values(), key=lambda found: found.mean)
            return Lead(self.base, behind.strategy, Interval(-behind.mean, -behind.high, -behind.low))
        means = {name: found.mean for name, found in gains.items() if name != best} | {self.base: 0.0}
        second = max(means, key=means.__getitem__)
        ahead = self._rivals(best).get(second)
        gain = gains[best]
        return Lead(best, second, Interval(gain.mean, gain.low, gain.high) if ahead is None else ahead)

    def _leader(self) -> str | None:
        better = {
            name: found.mean for name, found in self.differences().items() if found.sure and found.mean > 0
        }
        return max(better, key=better.__getitem__) if better else None

    @cached_property
    def chances(self) -> dict[str, Chances]:
        """How likely each strategy has the highest mean profit, and the expected regret of choosing it.

        Over the resamples of the worlds, with ties shared. It says how well this many simulated years tell
        means apart (Chick and Inoue 2001, Management Science 47: expected opportunity cost), not how single
        years will turn out. NaN where there are too few years to compare a strategy with the base.
        """
        unclear = [
            found.more_years > 0 and not self.makes_no_difference(name)
            for name, found in self.differences().items()
        ]
        if any(unclear):
            return dict.fromkeys(self.forecasts, Chances(math.nan, math.nan))
        profits = np.concatenate([self._parts(name, PROFIT)[0] for name in self.forecasts], axis=1)
        means = resampled_means(profits, resamples_for(len(self.others)))
        behind = means.max(axis=1, keepdims=True) - means
        first = behind <= ROUNDING * max(float(np.abs(profits).mean()), 1.0)
        shares = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
        regrets = np.where(first, 0.0, behind).mean(axis=0)
        rows = zip(self.forecasts, shares, regrets, strict=True)
        return {name: Chances(float(share), float(regret)) for name, share, regret in rows}

    def _rivals(self, leader: str) -> dict[str, Interval | None]:
        """Compare the leader with its rivals: by how much it is ahead, or None if that is not sure.

        Whatever is surely worse than the base is no rival of one that surely beats it.
        """
        gains = self.differences()
        others = tuple(
            name for name in self.others if name != leader and not (gains[name].sure and gains[name].mean < 0)
        )
        behind = self._against(leader, PROFIT, others)
        return {
            name: Interval(-found.mean, -found.high, -found.low) if found.sure and found.mean < 0 else None
            for name, found in behind.items()
        }

    def _parts(self, strategy: str, metric: str) -> Parts:
        """Return the sums of a figure over the period in each world: each (R, 1)."""
        return self.forecasts[strategy].parts(metric, "all", self.expected)

    def _precision(
        self, base: str, metric: str, others: tuple[str, ...], contrast: Formula, rounding: float
    ) -> Precision:
        """Contrast a figure of strategies with that of a base: arrays (strategies,)."""
        its, mine = self._parts(base, metric), [self._parts(name, metric) for name in others]
        if len(others) > 1 and any(part.ndim > 2 for part in its):  # whole curves are large: one at a time
            each = [self._precision(base, metric, (name,), contrast, rounding) for name in others]
            return Precision(*(np.concatenate(columns) for columns in zip(*each, strict=True)))
        theirs = [np.concatenate(parts, axis=1) for parts in zip(*mine, strict=True)]
        repeated = [np.repeat(part, len(others), axis=1) for part in its]
        parts, formula = (*theirs, *repeated), _of_both(FIGURES[metric].formula, contrast)
        if FIGURES[metric].formula is total and contrast is np.subtract:
            parts, formula = (theirs[0] - repeated[0],), total
        return bootstrap_t(
            parts,
            formula,
            with_value=differing(theirs, repeated),
            rare=self._rare(base, metric, others),
            rounding=rounding,
            resamples=resamples_for(len(self.others)),
        )

    def _rare(self, base: str, metric: str, others: tuple[str, ...]) -> Rare:
        """Count the worlds in which strategies differ from a base in contracts, by segment."""
        found = [self.forecasts[name] for name in others]
        sizes = [each.size_of_contracts(metric) for each in found]
        return rare_of(self.forecasts[base].contracts, [each.contracts for each in found], sizes)

    def _against(self, base: str, metric: str, others: tuple[str, ...]) -> dict[str, Difference]:
        """Compare a figure with that of `base`."""
        if (base, metric) not in self._differences:
            found = self._compared(base, metric, others) if others else {}
            self._differences[base, metric] = found
        return self._differences[base, metric]

    def _compared(self, base: str, metric: str, others: tuple[str, ...]) -> dict[str, Difference]:
        figure, its = FIGURES[metric], self.forecasts[base].values(metric)[:, 0]
        usual = float(np.abs(its[np.isfinite(its)]).sum() / len(its))
        rounding = ROUNDING * max(usual, 1.0)
        precision = self._precision(base, metric, others, np.subtract, rounding)
        adjusted = holm(precision.p_value.tolist())
        found = {}
        for position, name in enumerate(others):
            with np.errstate(invalid="ignore"):  # undefined where both are infinite
                gain = self.forecasts[name].values(metric)[:, 0] - its
            ahead = int(np.sum(gain < 0 if figure.better is Better.LESS else gain > 0))
            found[name] = Difference(
                name,
                metric,
                *precision.at(position),
                p_value=float(precision.p_value[position]),
                adjusted=adjusted[position],
                ahead=wilson(ahead, self.years),
                years=self.years,
                more_years=float(precision.more[position]),
            )
        return found


def _of_both(formula: Formula, contrast: Formula) -> Formula:
    """Make the formula of the contrast of a figure of two strategies, from the parts of both."""

    def found(*parts: Floats) -> Floats:
        half = len(parts) // 2
        return np.asarray(contrast(formula(*parts[:half]), formula(*parts[half:])))

    return found


def _change(mine: Floats, its: Floats) -> Floats:
    return ratio(mine, its) - 1.0


def _in_all(tallies: Tally) -> Floats:
    """Return the sums of everything: (R, events, 2 bases, 4 measures)."""
    return tallies.sums[:, 0]
