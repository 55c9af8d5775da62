"""The profits of strategies in the same simulated years: all that a verdict at any time looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.decisions.verdict import Money
from funnelsim.forecast import Rare
from funnelsim.forecast.resampling import ROUNDING, UNSEEN
from funnelsim.metrics.wording import Called

PROFIT = "profit"


class Paired(NamedTuple):
    """What strategies have more than another in each simulated year, as `of_means` takes it."""

    gains: Floats  # (R, n)
    differing: Integers  # (n,) years in which there is any difference
    rare: Rare
    rounding: float  # a spread up to this size is none


@dataclass(frozen=True, eq=False)
class Profits:
    """Profits of strategies in the same worlds; the n-th year is the same world in all of them.

    Attributes
    ----------
    base : str
        What the others are compared with.
    drawn : dict of str to array (R,)
        By strategy, with contracts as drawn.
    counted : dict of str to array (R,)
        As means count contracts: at their expected value, where that is known.
    contracts : dict of str to array (R, segments)
        How many there are.
    sizes : dict of str to array (segments,)
        By how much one more contract would move the profit of a year.
    alike : callable
        Of two strategies: whether they have the same history in every world.
    called : callable
        From the name of a strategy to its title, for sentences.
    money : Money
        What amounts of profit are.
    months : int
        Of the period.
    """

    base: str
    drawn: Mapping[str, Floats]
    counted: Mapping[str, Floats]
    contracts: Mapping[str, Floats]
    sizes: Mapping[str, Floats]
    alike: Callable[[str, str], bool]
    called: Called
    money: Money
    months: int

    @property
    def names(self) -> list[str]:
        """List the strategies."""
        return list(self.drawn)

    @property
    def others(self) -> list[str]:
        """List the strategies that are compared with the base."""
        return [name for name in self.drawn if name != self.base]

    @property
    def years(self) -> int:
        """Count the simulated years."""
        return len(self.drawn[self.base])

    def paired(self, base: str, others: Sequence[str]) -> Paired:
        """Subtract the profit of a strategy from that of others, year by year, as means count contracts."""
        its = self.counted[base][:, None]
        theirs = np.stack([self.counted[name] for name in others], axis=1)
        rare = rare_of(
            self.contracts[base],
            [self.contracts[name] for name in others],
            [self.sizes[name] for name in others],
        )
        rounding = ROUNDING * max(float(np.abs(its).mean()), 1.0)
        return Paired(theirs - its, differing([theirs], [its]), rare, rounding)


def differing(mine: Sequence[Floats], its: Sequence[Floats]) -> Integers:
    """Count the worlds in which strategies differ from the base in any of their sums: (strategies,)."""
    differ = np.zeros(mine[0].shape, np.bool_)
    for part, other in zip(mine, its, strict=True):
        if part.ndim == differ.ndim:
            differ |= np.abs(part - other) > ROUNDING * np.abs(other)
    return np.asarray(differ.sum(axis=0), np.int64)


def rare_of(its: Floats, mine: Sequence[Floats], sizes: Sequence[Floats]) -> Rare:
    """Count the worlds in which strategies differ from a base in contracts, by segment.

    A strategy that changes contracts at all may change those of a segment in which nothing has differed.

    Parameters
    ----------
    its : array (R, segments)
        The contracts of the base.
    mine : sequence of array (R, segments)
        Those of each strategy; some may have segments that others lack, behind the others.
    sizes : sequence of array (segments,)
        By how much one more contract would move the figure of each strategy.
    """
    segments = max(each.shape[1] for each in (its, *mine))
    base = _padded(its, segments)
    seen = np.array([(_padded(each, segments) != base).sum(axis=0) for each in mine])
    size = np.array([_padded(each, segments) for each in sizes])
    return Rare(np.where(seen.any(axis=1, keepdims=True), np.maximum(seen, UNSEEN), 0.0), size)


def _padded(by_segment: Floats, segments: int) -> Floats:
    """Add segments of which there is nothing, behind those that there are."""
    lacking = [(0, 0)] * (by_segment.ndim - 1) + [(0, segments - by_segment.shape[-1])]
    return np.pad(by_segment, lacking)
