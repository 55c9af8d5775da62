"""The verdict at any time: what may be said of strategies after each look, and what is still open.

Confidence sequences of paired differences may be looked at after every year. So a study may stop as soon as
its questions are decided: which strategy is better, and which are the same for our purposes, within a margin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from funnelsim.decisions.profits import PROFIT, Profits
from funnelsim.decisions.sequences import EARLIEST, MOST, of_means, of_quantile, of_share, years_for
from funnelsim.decisions.significance import SIGNIFICANT
from funnelsim.forecast import Forecast, Interval
from funnelsim.metrics.wording import listed, money, rounded_up, simulated

HALF = 0.5
TENTH = 0.1  # a year in ten is worse


@dataclass(frozen=True)
class Contrast:
    """The profit of a strategy against that of another, in the same worlds, by its confidence sequence.

    Examples
    --------
    >>> Contrast("more_ads", "today", 6e3, low=4e3, high=9e3, identical=False, margin=10e3).words
    'better, by less than matters'
    """

    strategy: str
    base: str
    mean: float
    low: float  # of the sequence; minus infinity before it begins
    high: float
    identical: bool  # the same history in every world
    margin: float  # smaller differences do not matter
    more_years: float = 0.0  # that it would take besides to decide, were they like those so far

    @property
    def better(self) -> bool:
        """Return whether it is surely better."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """Return whether it is surely worse."""
        return self.high < 0

    @property
    def same(self) -> bool:
        """Return whether the whole sequence lies within the margin: the same for our purposes."""
        return self.identical or (-self.margin <= self.low and self.high <= self.margin)

    @property
    def open(self) -> bool:
        """Return whether nothing can be said of it yet."""
        return not (self.better or self.worse or self.same)

    @property
    def words(self) -> str:
        """State what is sure."""
        if self.identical:
            return "no difference at all"
        sure = "better" if self.better else "worse" if self.worse else ""
        if self.same:
            return f"{sure}, by less than matters" if sure else "the same for our purposes"
        return sure or "open"


@dataclass(frozen=True)
class Ahead:
    """In which share of single years a strategy is ahead of the base, and behind it; ties are neither."""

    ahead: Interval  # with its sequence
    behind: Interval

    @property
    def words(self) -> str:
        """State whether it is surely ahead, or behind, in more than half of the years.

        Examples
        --------
        >>> Ahead(Interval(0.7, 0.6, 0.8), Interval(0.2, 0.1, 0.3)).words
        'ahead in more than half'
        """
        for name, share in (("ahead", self.ahead), ("behind", self.behind)):
            if share.low > HALF:
                return f"{name} in more than half"
        return "open"


@dataclass(frozen=True)
class Risk:
    """What single years of a strategy may bring, by sequences that hold whatever the distribution (SQ4)."""

    loss: Interval  # chance of a year with a profit below 0
    worst_in_ten: Interval  # the profit that one year in ten does not reach: P10
    goals: dict[str, Interval]  # chance of each


class AnyTime:
    """What is sure of strategies after any number of simulated years, and what is open.

    The chance that any statement on profit is ever wrong, however often one looks, is at most 5 % where years
    are as sequences need them (SQ1, SQ2); `docs/guarantees.md` has what was measured. The same holds,
    apart, of all statements on more than half of the years.

    Parameters
    ----------
    profits : Profits
        Of the years so far.
    margin : float
        Differences in profit up to this amount do not matter; above 0.
    best : bool
        Whether to ask which strategy is best, too: that makes a claim about each pair of strategies, and
        takes more years.
    verdicts : int
        How many such verdicts are told together, of which none is to be wrong (SQ7).

    Raises
    ------
    ValueError
        If the margin is not above 0, or there is only one strategy.
    """

    def __init__(self, profits: Profits, margin: float, best: bool = True, verdicts: int = 1) -> None:
        must_be_a_margin(margin)
        strategies = len(profits.names)
        if strategies < 2:
            raise ValueError("there is nothing to decide about a single strategy: compare it with another")
        self.profits = profits
        self.margin = margin
        self.best = best
        each = strategies * (strategies - 1) // 2 if best else strategies - 1
        self.pairs = each * verdicts  # (SQ3)
        self.verdicts = verdicts
        self.error = SIGNIFICANT / self.pairs

    @cached_property
    def against_base(self) -> dict[str, Contrast]:
        """Compare each strategy with the base."""
        return self._against(self.profits.base, self.profits.others)

    @cached_property
    def leader(self) -> str:
        """Name the strategy with the highest mean profit so far; the base among equals."""
        means = {self.profits.base: 0.0} | {name: each.mean for name, each in self.against_base.items()}
        return max(means, key=means.__getitem__)

    @cached_property
    def against_leader(self) -> dict[str, Contrast]:
        """Compare its rivals with the leader; nobody if it is not asked which strategy is best.

        A strategy that is surely worse than the base is no rival of one that surely beats the base.
        """
        if not self.best or self.leader == self.profits.base:
            return self.against_base if self.best else {}
        beats = self.against_base[self.leader].better
        rivals = [
            name
            for name in self.profits.others
            if name != self.leader and not (beats and self.against_base[name].worse)
        ]
        base = self.against_base[self.leader]
        return {self.profits.base: _turned(base), **self._against(self.leader, rivals)}

    @property
    def contrasts(self) -> list[Contrast]:
        """List what is compared: each strategy with the base, and then the other rivals with the leader."""
        pairs = chain(self.against_base.values(), self.against_leader.values())
        found: dict[frozenset[str], Contrast] = {}
        for each in pairs:
            found.setdefault(frozenset((each.strategy, each.base)), each)
        return list(found.values())

    @property
    def equals(self) -> list[str]:
        """Name the strategies that are the same as the leader for our purposes."""
        return [name for name, each in self.against_leader.items() if each.same]

    @property
    def open(self) -> list[Contrast]:
        """List what is not decided yet."""
        return [each for each in self.contrasts if each.open]

    @property
    def suffices(self) -> bool:
        """Return whether everything that was asked is decided."""
        return not self.open

    @property
    def more_years(self) -> float:
        """Return how many more years the open questions need, were they like those so far; 0 if none is."""
        return max((each.more_years for each in self.open), default=0.0)

    @cached_property
    def ahead(self) -> dict[str, Ahead]:
        """Estimate in which share of single years each strategy is ahead of the base, and behind it (SQ4)."""
        error = SIGNIFICANT / len(self.profits.others) / self.verdicts / 2
        its = self.profits.drawn[self.profits.base]
        gains = {name: self.profits.drawn[name] - its for name in self.profits.others}
        years = self.profits.years
        return {
            name: Ahead(*(of_share(int(each.sum()), years, error) for each in (gain > 0, gain < 0)))
            for name, gain in gains.items()
        }

    def verdict(self) -> str:
        """State in words what is decided, and what is open."""
        said = [*self._of_the_best(), *self._of_the_base(), self._of_the_open()]
        return f"{' '.join(map(_sentence, said))} Profit is {self.profits.money.signed}."

    def _of_the_best(self) -> list[str]:
        """State which strategy is best, and which are as good."""
        if not self.best:
            return []
        called = self.profits.called
        unsure = [called(name) for name, each in self.against_leader.items() if each.open]
        if unsure:
            leads = f"{called(self.leader)} leads so far, and {listed(unsure)} may be better"
            return [f"it is not decided which strategy is best on profit: {leads}"]
        text = f"best on profit is {called(self.leader)}"
        if not self.equals:
            return [text]
        equals = listed([called(name) for name in self.equals])
        are = "is" if len(self.equals) == 1 else "are"
        return [f"{text}; {equals} {are} the same for our purposes (within {self._margin})"]

    def _of_the_base(self) -> list[str]:
        """State what each strategy surely earns against the base."""
        found = sorted(self.against_base.values(), key=lambda each: -each.mean)
        told = [self._of_one(each) for each in found if not each.open]
        return ["; ".join(told)] if told else []

    def _of_one(self, found: Contrast) -> str:
        called, base = self.profits.called(found.strategy), self.profits.called(self.profits.base)
        if found.identical:
            return f"{called} would make no difference at all"
        years = self.ahead[found.strategy].words
        in_years = "" if years == "open" else f" ({years} of the years)"
        if found.better:
            text = f"{called} would earn on average {self._range(found.low, found.high)} more than {base}"
        elif found.worse:
            text = f"{called} would earn on average {self._range(-found.high, -found.low)} less than {base}"
        else:
            between = self._range(found.low, found.high)
            return f"{called} is the same as {base} for our purposes (on average {between} more){in_years}"
        less = ", which is less than matters" if found.same else ""
        return f"{text}{in_years}{less}"

    def _of_the_open(self) -> str:
        """State what is open, and how many more years it needs; or that all is decided."""
        years = simulated(self.profits.years, self.profits.months)
        if not self.open:
            return f"all this is decided after {years}"
        called = self.profits.called
        pairs = listed([f"{called(each.strategy)} against {called(each.base)}" for each in self.open])
        if math.isinf(self.more_years):
            return f"open after {years}: {pairs}; nobody can tell how many more it takes"
        many = rounded_up(self.more_years)
        return f"open after {years}: {pairs}; if further years are like these, it takes about {many} more"

    @property
    def _margin(self) -> str:
        return money(self.margin, self.profits.money.currency)

    def _range(self, low: float, high: float) -> str:
        return self.profits.money.range(low, high)

    def _against(self, base: str, others: Sequence[str]) -> dict[str, Contrast]:
        """Compute the sequences of strategies against one."""
        if not others:
            return {}
        paired, years = self.profits.paired(base, others), self.profits.years
        found = of_means(
            paired.gains,
            self.error,
            with_value=paired.differing,
            rare=paired.rare,
            rounding=paired.rounding,
        )
        contrasts = {}
        for position, name in enumerate(others):
            mean, low, high, deviation, begins = (float(each[position]) for each in found)
            identical = years >= EARLIEST and self.profits.alike(name, base)
            more = max(self._needed(mean, deviation, begins) - years, 1.0)
            between = (0.0, 0.0) if identical else (low, high)
            contrasts[name] = Contrast(name, base, mean, *between, identical, self.margin, more)
        return contrasts

    def _needed(self, mean: float, deviation: float, begins: float) -> float:
        """Return at how many years a sequence would decide, if mean and deviation stayed the same (SQ5)."""
        within = max(abs(mean), self.margin - abs(mean))
        if not deviation > 0:
            return begins
        needed = max(begins, years_for(within / deviation, self.error))
        return needed if needed <= MOST else math.inf


def risks_of(forecasts: Mapping[str, Forecast]) -> dict[str, Risk]:
    """Estimate what single years of each strategy may bring: each sequence by itself holds with 95 %."""
    found = {}
    for name, forecast in forecasts.items():
        profits, years = forecast.values(PROFIT)[:, 0], forecast.years
        found[name] = Risk(
            of_share(int(np.sum(profits < 0)), years, SIGNIFICANT),
            of_quantile(TENTH, profits, SIGNIFICANT),
            {each.goal.name: of_share(each.reached, years, SIGNIFICANT) for each in forecast.chances()},
        )
    return found


def must_be_a_margin(margin: float) -> None:
    """Refuse a margin that is none.

    Raises
    ------
    ValueError
        Unless it is a finite amount above 0.

    Examples
    --------
    >>> must_be_a_margin(0)
    Traceback (most recent call last):
    ...
    ValueError: margin must be an amount of money above 0, the difference that begins to matter, not 0
    """
    if not 0 < margin < math.inf:
        raise ValueError(
            f"margin must be an amount of money above 0, the difference that begins to matter, not {margin:g}"
        )


def _turned(found: Contrast) -> Contrast:
    """Compare the other way round."""
    return replace(
        found,
        strategy=found.base,
        base=found.strategy,
        mean=-found.mean,
        low=-found.high,
        high=-found.low,
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
