"""A posterior of a few numbers above 0, each known to be near something beforehand, on a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers

_REACH = 2.6  # standard deviations of the prior to either side, at first
_ROUGH, _FINE = 5, 9  # points a number: to find where the posterior is, and to draw from
_NEGLIGIBLE = 7.0  # what the logarithm of the posterior falls by where it is left out
_LOOKS = 4  # at ever closer grids, at most


class About(NamedTuple):
    """A lognormal prior.

    Attributes
    ----------
    median : float
        Half lie below.
    deviation : float
        Standard deviation of the logarithm.
    """

    median: float
    deviation: float

    def log_density(self, logarithm: float) -> float:
        """Return the logarithm of the density of the number's logarithm, up to a constant."""
        return float(-0.5 * ((logarithm - np.log(self.median)) / self.deviation) ** 2)


Found = TypeVar("Found")


@dataclass(frozen=True)
class Posterior(Generic[Found]):
    """Points of a grid and what was found there.

    Attributes
    ----------
    logarithms : array
        Of the numbers at each point; shape (points, numbers).
    spacing : array
        From a point to the next one in each number; shape (numbers,).
    weights : array
        Probability of each point; shape (points,).
    found : list
        What the evaluation returned, of each point.
    """

    logarithms: Floats
    spacing: Floats
    weights: Floats
    found: list[Found]

    def draw(self, number: int, rng: np.random.Generator) -> tuple[Integers, Floats]:
        """Draw points, and numbers spread evenly about them; (draws,) and (draws, numbers)."""
        points = rng.choice(len(self.weights), number, p=self.weights)
        within = rng.uniform(-0.5, 0.5, (number, len(self.spacing))) * self.spacing
        return points, np.exp(self.logarithms[points] + within)

    def middle(self, position: int) -> float:
        """Return the geometric mean of one of the numbers."""
        return float(np.exp(self.weights @ self.logarithms[:, position]))


def explore(
    evaluate: Callable[[Floats], tuple[float, Found]], priors: Sequence[About], limits: Sequence[float]
) -> Posterior[Found]:
    """Find where a posterior is, and lay a grid over it.

    Parameters
    ----------
    evaluate : function
        Of the numbers at a point: their log-likelihood, and what else is to be kept.
    priors : sequence of About
        Of each number.
    limits : sequence of float
        What each number is not above.

    Examples
    --------
    >>> found = explore(lambda at: (0.0, None), [About(0.1, 0.7)], [2.0])  # data that tell nothing
    >>> round(found.middle(0), 3)
    0.1
    """
    middles = [np.log(prior.median) for prior in priors]
    wide = [_REACH * prior.deviation for prior in priors]
    tops = [np.log(limit) for limit in limits]
    reach = [(mid - by, min(mid + by, top)) for mid, by, top in zip(middles, wide, tops, strict=True)]
    for _ in range(_LOOKS):
        axes = [np.linspace(low, high, _ROUGH) for low, high in reach]
        points, logs, _ = _over(axes, evaluate, priors)
        closer = [_support(axis, points[:, k], logs) for k, axis in enumerate(axes)]
        settled = all(
            new[1] - new[0] > 0.7 * (old[1] - old[0]) for new, old in zip(closer, reach, strict=True)
        )
        reach = closer
        if settled:
            break
    axes = [np.linspace(low, high, _FINE) for low, high in reach]
    points, logs, kept = _over(axes, evaluate, priors)
    weights = np.exp(logs - logs.max())
    spacing = np.array([axis[1] - axis[0] for axis in axes])
    return Posterior(points, spacing, weights / weights.sum(), kept)


def _over(
    axes: Sequence[Floats], evaluate: Callable[[Floats], tuple[float, Found]], priors: Sequence[About]
) -> tuple[Floats, Floats, list[Found]]:
    """Evaluate on all points of a grid."""
    points = np.array(list(product(*axes)))
    logs, kept = np.empty(len(points)), []
    for number, point in enumerate(points):
        logs[number], found = evaluate(np.exp(point))
        kept.append(found)
        logs[number] += sum(prior.log_density(each) for prior, each in zip(priors, point, strict=True))
    return points, logs, kept


def _support(axis: Floats, coordinate: Floats, logs: Floats) -> tuple[float, float]:
    """Return the ends of the part of an axis that matters, with half a cell to spare."""
    best = np.array([logs[coordinate == value].max() for value in axis])
    matters = np.flatnonzero(best > logs.max() - _NEGLIGIBLE)
    step = (axis[1] - axis[0]) / 2
    low, high = axis[matters[0]] - step, axis[matters[-1]] + step
    return max(float(low), float(axis[0])), min(float(high), float(axis[-1]))
