"""Lengths whose hazard is constant in steps: where a firm's data fit no family with a formula (ME2).

A step is a range of ages. The hazards of all who are still there are independent, each gamma distributed;
then the posterior has a formula where lengths are exact, and is sampled by importance where they are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from funnelsim.calibration.durations.members import Stepped
from funnelsim.calibration.durations.observed import Observed
from funnelsim.calibration.durations.posterior import cut
from funnelsim.calibration.durations.prior import Prior
from funnelsim.compiling.arrays import Floats, Integers

NAME = "in steps"
_STEPS = np.concatenate([[0.0], np.geomspace(0.1, 20.0, 21)])  # edges, in typical lengths
_SHAPE = 1.0  # of the gamma prior of a hazard, whose mean is that of an exponential time
_TYPICAL = 9  # typical lengths that are tried, each with the same prior probability
_FINEST = 2.0  # of the spans in which visits ended: in shorter steps, hazards cannot be told apart
_TAIL = np.array([0.3, 0.1, 0.03, 0.01, 0.0])  # shares left beyond the last edge, of those who still decide
_ROUNDS = 10  # in which hazards and where visits have ended are found from each other
_SLOWEST = 1 / 36_525  # hazard a day of those older than any seen: in a century
_LEAST = 1e-300  # of what a logarithm is taken


@dataclass(frozen=True)
class Grid:
    """The steps of a typical length, and what visits tell of them.

    Attributes
    ----------
    edges : array (steps,)
        Where each begins, in days; the last begins where nothing has been seen any more.
    mean : float
        Of the prior of a hazard, per day.
    exact, within : array (points, steps)
        Days spent in each step by the ages of `Observed.exact` and `Observed.log_days`.
    """

    edges: Floats
    mean: float
    exact: Floats
    within: Floats

    @classmethod
    def of(cls, typical: float, seen: Observed) -> Grid:
        """Place steps for a typical length."""
        days = (np.exp(seen.exact), np.exp(seen.log_days))
        longest = np.concatenate(days).max()
        edges = _apart(np.append(np.minimum(typical * _STEPS, longest), longest), _FINEST * _span(seen))
        widths = np.append(np.diff(edges), np.inf)
        exact, within = (np.clip(each[:, None] - edges, 0.0, widths) for each in days)
        return cls(edges, np.log(2.0) / typical, exact, within)

    def step(self, log_days: Floats) -> Integers:
        """Return in which step an age is."""
        return np.maximum(np.searchsorted(self.edges, np.exp(log_days)) - 1, 0)

    def posterior(self, seen: Observed) -> tuple[Floats, Floats]:
        """Return shapes and rates of gamma distributions that come near the posterior of the hazards.

        They are exact where all lengths are, and have the same mode where not: visits between bounds count as
        ended in each step by the part of the span in it times the hazard there, and as having spent the days
        at which the slope of the likelihood is the true one.
        """
        n = len(self.edges)
        spans = -(seen.between @ self.within)
        surely = np.bincount(self.step(seen.exact), seen.exact_weight, n)
        exact = seen.exact_weight @ self.exact
        hazards = np.full(n, self.mean)
        for _ in range(_ROUNDS):
            lasting = np.exp(-self.within @ hazards)[:, None]
            parts = spans * hazards
            ended = seen.between_weight @ (parts / np.maximum(parts.sum(axis=1, keepdims=True), _LEAST))
            slope = [
                weight
                @ _ratio(matrix @ (lasting * self.within), matrix @ lasting, _mean(matrix, self.within))
                for matrix, weight in (
                    (seen.between, seen.between_weight),
                    (seen.beyond, seen.beyond_weight),
                )
            ]
            spent = np.maximum(exact + slope[0] + slope[1] + ended / hazards, 0.0)
            shape, rate = _SHAPE + surely + ended, _SHAPE / self.mean + spent
            hazards = shape / rate
        return shape.astype(np.float64), rate.astype(np.float64)

    def later(self, shape: Floats, rate: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """Draw the hazard after the longest age seen: that of the later half of the ages goes on.

        Where hardly any of the old end, those who are older still do not end at the usual pace either.
        """
        half = (self.edges >= self.edges[-1] / 2) & (np.arange(len(self.edges)) < len(self.edges) - 1)
        ended, spent = (shape[half] - _SHAPE).sum(), (rate[half] - _SHAPE / self.mean).sum()
        return np.maximum(rng.gamma(_SHAPE + ended, 1 / (_SHAPE / self.mean + spent), draws), _SLOWEST)

    def log_likelihood(self, seen: Observed, hazards: Floats) -> Floats:
        """Return the logarithm of the likelihood of hazards (n, steps)."""
        spent = self.within @ hazards.T
        lasting = np.exp(-spent)
        exact = np.log(hazards.T[self.step(seen.exact)]) - self.exact @ hazards.T
        between, beyond = (
            np.where(share > _LEAST, np.log(np.maximum(share, _LEAST)), -_mean(matrix, spent))
            for matrix, share in ((each, each @ lasting) for each in (seen.between, seen.beyond))
        )
        return np.asarray(
            seen.exact_weight @ exact + seen.between_weight @ between + seen.beyond_weight @ beyond
        )


def _mean(matrix: sparse.csr_array, values: Floats) -> Floats:
    """Return the mean over the bounds of each term: what counts where hardly anybody lasts so long."""
    bounds = abs(matrix)
    return np.asarray((bounds @ values) / np.maximum(bounds.sum(axis=1), _LEAST)[:, None])


def _ratio(part: Floats, share: Floats, otherwise: Floats) -> Floats:
    """Divide where there is something to divide by."""
    return np.where(share > _LEAST, part / np.maximum(share, _LEAST), otherwise)


def _span(seen: Observed) -> float:
    """Return how many days long spans are in which a visit ended; 0 where all lengths are exact."""
    spans = -(seen.between @ np.exp(seen.log_days))
    ended = seen.between_weight.sum() + seen.exact_weight.sum()
    return float(seen.between_weight @ spans / max(ended, 1.0))


def _apart(edges: Floats, least: float) -> Floats:
    """Let steps that are shorter than can be told begin where the step before them does."""
    for place in range(1, len(edges) - 1):
        if edges[place] < edges[place - 1] + least:
            edges[place] = edges[place - 1]
    return edges


@dataclass(frozen=True)
class Steps:
    """Hazards drawn for several typical lengths, with their weights.

    Attributes
    ----------
    edges, hazards : array (n, steps)
    level : array (n,)
        Uniform: which of the shares that never decide that are possible.
    log_weights : array (n,)
    prior : Prior
    """

    name = NAME
    edges: Floats
    hazards: Floats
    level: Floats
    log_weights: Floats
    prior: Prior

    def member(self, place: int) -> Stepped:
        """Return one of those drawn.

        Nothing tells who will ever decide of those who have not by the longest age seen: the share that
        never does is that of the prior, up to so many, and the others are as fast as the oldest seen.
        """
        edges, last = np.unique(self.edges[place][::-1], return_index=True)  # where steps have no length
        hazards = self.hazards[place][::-1][last]
        left = np.exp(-np.concatenate([[0.0], np.cumsum(hazards[:-1] * np.diff(edges))]))
        shape = self.prior.never, self.prior.ever
        below = special.betainc(*shape, left[-1])
        never = float(special.betaincinv(*shape, self.level[place] * below))
        tail = edges[-1] - np.log(np.maximum(_TAIL, _TAIL[-2] / 3)) / hazards[-1]
        share = np.concatenate([left, never + (left[-1] - never) * _TAIL])
        return Stepped(np.concatenate([edges, tail]), (1 - share) / (1 - never), never)


def stepped(seen: Observed, prior: Prior, draws: int, rng: np.random.Generator) -> Steps:
    """Sample the posterior of hazards in steps by importance, over some typical lengths (ME4)."""
    levels = (np.arange(_TYPICAL) + 0.5) / _TYPICAL
    typical = np.exp(prior.log_median + prior.log_median_deviation * special.ndtri(levels))
    grids = [Grid.of(float(days), seen) for days in typical]
    near = [grid.posterior(seen) for grid in grids]
    evidence = np.array([_log_evidence(grid, *found) for grid, found in zip(grids, near, strict=True)])
    chance = special.softmax(evidence)
    counts = rng.multinomial(draws, chance)
    hazards, weights = [], []
    for place in np.flatnonzero(counts):
        grid, (shape, rate) = grids[place], near[place]
        drawn = np.maximum(rng.gamma(shape, 1 / rate, (counts[place], len(shape))), _LEAST)
        density = stats.gamma(_SHAPE, scale=grid.mean / _SHAPE).logpdf(drawn).sum(axis=1)
        proposed = stats.gamma(shape, scale=1 / rate).logpdf(drawn).sum(axis=1) + np.log(chance[place])
        weights.append(grid.log_likelihood(seen, drawn) + density - np.log(_TYPICAL) - proposed)
        drawn[:, -1] = grid.later(shape, rate, counts[place], rng)
        hazards.append(drawn)
    edges = np.repeat([grid.edges for grid in grids], counts, axis=0)
    return Steps(edges, np.vstack(hazards), rng.random(draws), cut(np.concatenate(weights)), prior)


def _log_evidence(grid: Grid, shape: Floats, rate: Floats) -> float:
    """Return the logarithm of the probability of what gamma distributions were found by."""
    before = _SHAPE * np.log(_SHAPE / grid.mean) - special.gammaln(_SHAPE)
    return float((before + special.gammaln(shape) - shape * np.log(rate)).sum())
