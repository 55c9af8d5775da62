"""Which of many strategies is best: Kim and Nelson's KN, a race in which whoever is surely behind drops out.

All strategies meet the same worlds. The race looks at differences of pairs, so that what strategies have in
common cancels out. It is arrays in, decisions out: leading axes are races of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.forecast.resampling import FEWEST, skewness
from funnelsim.io.writing import UnusableError

BLOCK = 20  # worlds of a block, where money is skewed
FIRST = 10 * BLOCK  # worlds in which every strategy is simulated: fewer would say too little of the variance
DOUBTFUL = 1.5  # skewness beyond which a race of blocks, too, was right less often than claimed when measured
SKEWED = 2  # standard errors of the skewness of normal worlds, beyond which it counts
NOBODY = -1

Flags = npt.NDArray[np.bool_]


def check_race(strategies: int, margin: float, alpha: float) -> None:
    """Refuse a race that cannot be run.

    Raises
    ------
    UnusableError
        Fewer than two strategies, a margin that is not above 0, or a chance of error out of range.

    Examples
    --------
    >>> check_race(1, 10_000, 0.05)
    Traceback (most recent call last):
    ...
    funnelsim.io.writing.UnusableError: there is one strategy to select from: name two at least
    """
    if strategies < 2:
        raise UnusableError(
            f"there is {'one' if strategies else 'no'} strategy to select from: name two at least"
        )
    if not 0 < margin < math.inf:
        raise UnusableError(
            f"the margin is {margin:g}: it must be an amount of money above 0, the least difference in "
            "profit that would matter to you"
        )
    if not 0 < alpha < 0.5:
        raise UnusableError(f"alpha is {alpha:g}: it must be above 0 and below 0.5, such as 0.05")


def eta(strategies: int, blocks: int, alpha: float = 0.05) -> float:
    """Compute how far a race has to run, from the chance of error of each pair (KN2).

    Parameters
    ----------
    strategies : int
        k, at least 2.
    blocks : int
        n, of the first stage, at least 2.
    alpha : float
        The chance not to select the best.

    Returns
    -------
    float
        ((2 alpha / (k - 1))^(-2 / (n - 1)) - 1) / 2. The race of a pair ends after at most
        2 eta (n - 1) S^2 / margin^2 blocks.

    References
    ----------
    Kim, S.-H. and Nelson, B. (2001), A fully sequential procedure for indifference-zone selection in
    simulation, ACM Transactions on Modeling and Computer Simulation 11, 251-273; c = 1.

    Examples
    --------
    >>> round(eta(2, 10), 4), round(eta(10, 10), 4)
    (0.3341, 0.8591)
    """
    return (float((2 * alpha / (strategies - 1)) ** (-2 / (blocks - 1))) - 1) / 2


def variances(first: Floats) -> Floats:
    """Estimate the variance of the difference of each pair of strategies (KN3).

    Parameters
    ----------
    first : array (..., n, k)
        Profit of k strategies in the same n blocks of worlds.

    Returns
    -------
    array (..., k, k)

    Examples
    --------
    >>> variances(np.array([[1.0, 2.0], [2.0, 5.0], [3.0, 5.0]])).tolist()  # differences -1, -3 and -2
    [[0.0, 1.0], [1.0, 0.0]]
    """
    columns = range(first.shape[-1])
    return np.stack([(first[..., [each]] - first).var(axis=-2, ddof=1) for each in columns], axis=-2)


class Skew(NamedTuple):
    """How skewed the differences of strategies from the highest mean are: arrays (k,)."""

    skewed: Flags  # an observation has to be the mean of a block of worlds
    doubtful: Flags  # even so, the chance of error may be higher than claimed


def skew(profits: Floats, left: Flags) -> Skew:
    """Find the strategies that are left whose difference from the highest mean is skewed (KN1).

    Parameters
    ----------
    profits : array (n, k)
        Of k strategies in the same n worlds.
    left : array (k,)
        Who is not eliminated anyway.

    Returns
    -------
    Skew
        Skewed: by more than two standard errors, 2 sqrt(6 / n), or other than 0 in some worlds, but in fewer
        than 20. Doubtful: by more than 1.5, or fewer than 20 such worlds.

    Examples
    --------
    >>> even = np.linspace(0, 1, 200)
    >>> rare = np.where(np.arange(200) == 7, 10.0, 0.0)
    >>> profits = np.stack([even + 1, even + even, even + even**3, even + rare], axis=1)
    >>> found = skew(profits, np.ones(4, bool))
    >>> found.skewed.tolist(), found.doubtful.tolist()
    ([False, False, True, True], [False, False, False, True])
    """
    worlds = len(profits)
    lead = profits - profits[:, [profits.mean(axis=0).argmax()]]
    differing = (lead != 0).sum(axis=0)
    size = np.nan_to_num(np.abs(skewness(lead - lead.mean(axis=0))))
    seldom = (differing > 0) & (differing < FEWEST)
    return Skew(
        left & (seldom | (size > SKEWED * math.sqrt(6 / worlds))),
        left & (seldom | (size > DOUBTFUL)),
    )


def in_blocks(profits: Floats, block: int) -> Floats:
    """Average profits over blocks of worlds: (..., n / block, k) of (..., n, k).

    >>> in_blocks(np.array([[1.0], [3.0], [5.0], [9.0]]), 2).tolist()
    [[2.0], [7.0]]
    """
    *races, worlds, strategies = profits.shape
    return np.asarray(profits.reshape(*races, worlds // block, block, strategies).mean(axis=-2))


@dataclass(frozen=True, eq=False)
class Race:
    """How a race stands after some blocks of worlds, of k strategies; leading axes are other races.

    Attributes
    ----------
    margin : float
        The indifference zone: the least difference in profit that matters.
    reach : array (..., k, k)
        h^2 S^2 / margin of each pair: with a lead of half of it at the start, a race would be over (KN4).
    blocks : int
        Blocks so far.
    sums : array (..., k)
        Profit of each strategy over the blocks in which it was raced.
    seen : array (..., k)
        How many these are.
    left : array (..., k)
        Who is still in the race; the race is over where one is left.
    by : array (..., k)
        Who eliminated each strategy; -1 for who is left.
    behind : array (..., k)
        How far behind that one it was, in the mean over the blocks so far; NaN for who is left.

    Examples
    --------
    Three strategies in ten worlds; the first is soon far behind, the others need more:

    >>> worlds = np.random.default_rng(2).normal([0, 5, 5.5], 1, (200, 3))
    >>> race = Race.begin(worlds[:10], margin=0.5)
    >>> race.left.tolist(), race.by.tolist(), int(race.most_blocks)
    ([False, True, True], [2, -1, -1], 38)
    >>> for profits in worlds[10:]:
    ...     race = race.after(profits)
    >>> int(race.winner), race.seen.tolist()
    (2, [10, 11, 11])
    """

    margin: float
    reach: Floats
    blocks: int
    sums: Floats
    seen: Integers
    left: Flags
    by: Integers
    behind: Floats

    @classmethod
    def begin(cls, first: Floats, margin: float, alpha: float = 0.05) -> Race:
        """Begin with the first blocks, and eliminate whoever is surely behind after them.

        Parameters
        ----------
        first : array (..., n, k)
            Profit of k strategies in the same n blocks of worlds, 2 at least.
        margin : float
            In the unit of profit, above 0.
        alpha : float
            The chance not to select the best if it is ahead by at least the margin.

        Raises
        ------
        UnusableError
            As `check_race`.
        """
        *races, blocks, strategies = first.shape
        check_race(strategies, margin, alpha)
        shape = (*races, strategies)
        begun = cls(
            margin=margin,
            reach=2 * eta(strategies, blocks, alpha) * (blocks - 1) * variances(first) / margin,
            blocks=blocks,
            sums=first.sum(axis=-2),
            seen=np.full(shape, blocks),
            left=np.ones(shape, bool),
            by=np.full(shape, NOBODY),
            behind=np.full(shape, np.nan),
        )
        return begun._screened()

    def after(self, profits: Floats) -> Race:
        """Go on by one block, and eliminate whoever is surely behind after it.

        Parameters
        ----------
        profits : array (..., k)
            Of a block of worlds; those of strategies that are not left are not read.
        """
        racing = self.left & ~self.over[..., None]
        gone_on = replace(
            self,
            blocks=self.blocks + 1,
            sums=np.where(racing, self.sums + profits, self.sums),
            seen=self.seen + racing,
        )
        return gone_on._screened()

    def only(self, races: Flags) -> Race:
        """Keep some of many races: (R,)."""
        parts = ("reach", "sums", "seen", "left", "by", "behind")
        return replace(self, **{name: getattr(self, name)[races] for name in parts})

    @property
    def over(self) -> Flags:
        """Return whether one strategy is left: (...)."""
        return np.asarray(self.left.sum(axis=-1) == 1)

    @property
    def winner(self) -> Integers:
        """Return who is left, or leads those who are: (...)."""
        return np.asarray(np.where(self.left, self.means, -np.inf).argmax(axis=-1))

    @property
    def means(self) -> Floats:
        """Return the mean profit of each strategy over the blocks in which it was raced: (..., k)."""
        return np.asarray(self.sums / self.seen)

    @property
    def most_blocks(self) -> Integers:
        """Return after how many blocks the race is over at the latest (KN5): (...)."""
        pairs = self.left[..., :, None] & self.left[..., None, :]
        return np.asarray(
            np.floor((self.reach / self.margin * pairs).max(axis=(-2, -1))).astype(np.int64) + 1
        )

    def _screened(self) -> Race:
        """Eliminate whoever is further behind another than chance explains (KN4, KN5)."""
        room = np.maximum(self.reach - self.blocks * self.margin, 0) / 2  # W, times the number of blocks
        ahead = self.sums[..., :, None] - self.sums[..., None, :]  # of the second by the first
        pairs = self.left[..., :, None] & self.left[..., None, :]
        beyond = np.where(pairs, ahead - room, -np.inf)
        out = beyond.max(axis=-2) > 0
        screened = self._without(out, beyond.argmax(axis=-2), ahead)
        tied = (screened.blocks >= screened.most_blocks) & ~screened.over
        if not tied.any():
            return screened
        first = screened.winner[..., None]
        others = tied[..., None] & screened.left & (np.arange(self.left.shape[-1]) != first)
        return screened._without(others, np.broadcast_to(first, others.shape), ahead)

    def _without(self, out: Flags, by: Integers, ahead: Floats) -> Race:
        """Note who is out, and by whom."""
        behind = np.take_along_axis(ahead, by[..., None, :], axis=-2)[..., 0, :] / self.blocks
        return replace(
            self,
            left=self.left & ~out,
            by=np.where(out, by, self.by),
            behind=np.where(out, behind, self.behind),
        )


class Begun(NamedTuple):
    """A race after its first worlds."""

    race: Race
    block: int  # worlds of an observation
    doubtful: Flags  # (k,) whose differences are so skewed that the chance of error may be higher


def begin(profits: Floats, margin: float, alpha: float = 0.05) -> Begun:
    """Begin a race with 200 worlds, each an observation; where money is skewed, with 10 blocks of 20 (KN1).

    Parameters
    ----------
    profits : array (n, k)
        Of k strategies in the same n worlds.
    margin, alpha
        As in `Race.begin`.

    Raises
    ------
    UnusableError
        As `check_race`.

    Examples
    --------
    >>> worlds = np.random.default_rng(1).normal([0, 0.2], 1, (200, 2))
    >>> begin(worlds, margin=0.1).block, begin(np.exp(worlds), margin=0.1).block
    (1, 20)
    """
    race = Race.begin(profits, margin, alpha)
    found = skew(profits, race.left)
    if not found.skewed.any():
        return Begun(race, 1, found.doubtful)
    return Begun(Race.begin(in_blocks(profits, BLOCK), margin, alpha), BLOCK, found.doubtful)
