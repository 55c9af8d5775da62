"""The posterior of a family: its mode, and importance samples around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.optimize import minimize
from scipy.stats import multivariate_t

from funnelsim.calibration.durations.families import Family
from funnelsim.calibration.durations.members import Curved
from funnelsim.calibration.durations.observed import Observed
from funnelsim.calibration.durations.prior import Prior
from funnelsim.compiling.arrays import Floats

Density = Callable[[Floats], Floats]  # of points (n, 3), as a logarithm

ROUNDS = (400, 400, 600)  # proposals around the mode, and around what was found before
_TAILS = 5  # degrees of freedom of the proposals: their tails are heavier than those of a posterior
_WIDER = 1.3  # variance of the proposals over what it seems to be
_LEAST = 1e-300  # of what a logarithm is taken
_BOUNDS = np.array([(-12.0, -5.2, -35.0), (15.0, 3.2, 35.0)])  # beyond them, no stage tells points apart
_STEP = 1e-3  # of differences
_AXES = np.eye(3)
_SIGNS = np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)])


@dataclass(frozen=True)
class Weighed:
    """Points of the posterior of a family, with the weights that make them one.

    Attributes
    ----------
    family : Family
    points : array (n, 3)
        Log median, log spread, and log odds of the share that never decides.
    log_weights : array (n,)
        Of likelihood times prior over the density by which they were proposed.
    """

    family: Family
    points: Floats
    log_weights: Floats

    @property
    def name(self) -> str:
        """Of the family."""
        return self.family.name

    def member(self, place: int) -> Curved:
        """Return the member of the family that a point stands for."""
        center, log_spread, odds = self.points[place]
        days = np.exp([center, center + np.exp(log_spread)])
        return Curved(self.family, float(days[0]), float(days[1]), float(special.expit(odds)))


def log_evidence(log_weights: Floats) -> float:
    """Return the logarithm of the probability of what was seen: the mean of the weights."""
    return float(special.logsumexp(log_weights) - np.log(len(log_weights)))


def worth(log_weights: Floats) -> float:
    """Return how many independent draws of the posterior tell as much (Kong 1992).

    >>> worth(np.zeros(50))
    50.0
    """
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights @ weights))


def log_likelihood(family: Family, seen: Observed, points: Floats) -> Floats:
    """Return the logarithm of the likelihood of points (n, 3).

    With F and f of those who ever decide, and a share p that never does, a length that is exact tells
    (1 - p) f, one between bounds (1 - p) (F(high) - F(low)), one beyond a bound p + (1 - p) (1 - F(low));
    that it could be seen at all divides by the latter (ME1, ME2).
    """
    center, spread, odds = points.T
    spread = np.exp(spread)
    never, ever = special.expit(odds), special.expit(-odds)
    lasting = family.survival(seen.log_days[:, None], center, spread)
    exact = family.log_density(seen.exact[:, None], center, spread) + np.log(ever)
    between = np.log(np.maximum(ever * (seen.between @ lasting), _LEAST))
    beyond = np.log(never + ever * (seen.beyond @ lasting))
    return np.asarray(seen.exact_weight @ exact + seen.between_weight @ between + seen.beyond_weight @ beyond)


def log_posterior(family: Family, seen: Observed, prior: Prior) -> Density:
    """Return the logarithm of likelihood times prior, as a function of points."""

    def density(points: Floats) -> Floats:
        possible = np.clip(points, *_BOUNDS)
        return log_likelihood(family, seen, possible) + prior.log_density(points)

    return density


def mode(density: Density, seen: Observed, prior: Prior) -> tuple[Floats, Floats]:
    """Find where a posterior is highest, and the covariance that its curvature there tells.

    The search begins at the best of some dozens of points that lengths like those seen could come from.

    Returns
    -------
    array (3,), array (3, 3)
    """
    starts = _starts(seen, prior)

    def depth(point: Floats) -> float:
        return -float(density(point[None])[0])

    def slope(point: Floats) -> Floats:
        return -_slope(density, point)

    def curvature(point: Floats) -> Floats:
        return _curvature(density, point)

    start = starts[np.argmax(density(starts))]
    # trust regions: a flat or a bent place on the way leads no step astray
    found = minimize(depth, start, jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-3})
    sizes, axes = np.linalg.eigh(_curvature(density, found.x))
    return np.asarray(found.x), np.asarray((axes / np.maximum(sizes, _FLATTEST)) @ axes.T)


def _starts(seen: Observed, prior: Prior) -> Floats:
    """Return points (n, 3) of which one is not far from the mode."""
    centers = [prior.log_median]
    ends = np.concatenate([seen.exact, seen.log_days])
    centers += np.quantile(ends, (0.2, 0.5, 0.8)).tolist()
    grid = np.meshgrid(centers, np.log([0.1, 0.4, 1.2, 3.0]), special.logit([0.01, 0.2, 0.8]))
    return np.column_stack([axis.ravel() for axis in grid])


def _slope(density: Density, point: Floats) -> Floats:
    """Return the gradient at a point, by central differences."""
    around = density(np.vstack([point + _STEP * _AXES, point - _STEP * _AXES]))
    return np.asarray((around[:3] - around[3:]) / (2 * _STEP))


def _curvature(density: Density, point: Floats) -> Floats:
    """Return the negative matrix of second derivatives at a point, by central differences."""
    corners = [point + _STEP * (a * _AXES[:, None] + b * _AXES) for a, b in _SIGNS]
    found = density(np.concatenate(corners).reshape(-1, 3)).reshape(4, 3, 3)
    return np.asarray(-np.tensordot(_SIGNS.prod(axis=1), found, 1) / (4 * _STEP * _STEP))


_FLATTEST = 0.1  # least curvature that is believed: a deviation of 3 in the logarithm


def explored(family: Family, seen: Observed, prior: Prior, rng: np.random.Generator) -> Weighed:
    """Sample the posterior of a family: around its mode, then around what has been found so far (ME4).

    Points come from Student's t, and all are weighed by the mixture of what they came from (Cornuet, Marin,
    Mira and Robert, Scandinavian Journal of Statistics 39, 2012).
    """
    density = log_posterior(family, seen, prior)
    center, covariance = mode(density, seen, prior)
    width = covariance
    points, heights, proposals = np.empty((0, 3)), np.empty(0), []
    for count in ROUNDS:
        proposals.append(multivariate_t(center, _WIDER * width, _TAILS))
        new = proposals[-1].rvs(count, random_state=rng)
        points, heights = np.vstack([points, new]), np.concatenate([heights, density(new)])
        shares = np.log(ROUNDS[: len(proposals)]) - np.log(len(points))
        proposed = [each.logpdf(points) + share for each, share in zip(proposals, shares, strict=True)]
        log_weights = cut(heights - special.logsumexp(proposed, axis=0))
        weights = special.softmax(log_weights)
        center = weights @ points
        width = ((points - center) * weights[:, None]).T @ (points - center) + 1e-3 * covariance
    return Weighed(family, points, log_weights)


def cut(log_weights: Floats) -> Floats:
    """Cut the largest weights, so that no single point speaks for all (Ionides 2008)."""
    return np.asarray(np.minimum(log_weights, log_evidence(log_weights) + 0.5 * np.log(len(log_weights))))
