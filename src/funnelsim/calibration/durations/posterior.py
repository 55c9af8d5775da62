"""The posterior of a family: its mode, and importance samples around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.optimize import minimize
from scipy.stats import multivariate_t

from funnelsim.calibration.durations.families import Family
from funnelsim.calibration.durations.observed import Observed
from funnelsim.calibration.durations.prior import Prior
from funnelsim.compiling.arrays import Floats

Density = Callable[[Floats], Floats]  # of points (n, 3), as a logarithm

FIRST, SECOND = 400, 1_000  # proposals around the mode, and around what the first of them found
_TAILS = 5  # degrees of freedom of the proposals: their tails are heavier than those of a posterior
_WIDER = 1.3  # variance of the proposals over what it seems to be
_LEAST = 1e-300  # of what a logarithm is taken
_BOUNDS = np.array([[-12.0, 15.0], [-5.2, 3.2], [-35.0, 35.0]])  # far beyond what any stage does
_STEP = 1e-4  # of differences


@dataclass(frozen=True)
class Weighed:
    """Points of a posterior, with the weights that make them one.

    Attributes
    ----------
    points : array (n, 3)
        Log median, log spread, and log odds of the share that never decides.
    log_weights : array (n,)
        Of likelihood times prior over the density by which they were proposed.
    """

    points: Floats
    log_weights: Floats

    @property
    def log_evidence(self) -> float:
        """The logarithm of the probability of what was seen: the mean of the weights."""
        return float(special.logsumexp(self.log_weights) - np.log(len(self.log_weights)))

    @property
    def worth(self) -> float:
        """As many independent draws of the posterior tell as much (Kong 1992)."""
        weights = special.softmax(self.log_weights)
        return float(1 / (weights @ weights))


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
        inside = np.all((points > _BOUNDS[:, 0]) & (points < _BOUNDS[:, 1]), axis=1)
        kept = np.clip(points, _BOUNDS[:, 0], _BOUNDS[:, 1])
        found = log_likelihood(family, seen, kept) + prior.log_density(kept)
        return np.where(inside, found, -np.inf)

    return density


def mode(density: Density, seen: Observed, prior: Prior) -> tuple[Floats, Floats]:
    """Find where a posterior is highest, and the covariance that its curvature there tells.

    The search begins at the best of some dozens of points that lengths like those seen could come from.

    Returns
    -------
    array (3,), array (3, 3)
    """
    starts = _starts(seen, prior)
    start = starts[np.argmax(density(starts))]

    def descent(point: Floats) -> tuple[float, Floats]:
        around = density(point + _STEP * _CROSS)
        return -float(around[0]), -(around[1:4] - around[4:7]) / (2 * _STEP)

    bounds = [(low + 0.01, high - 0.01) for low, high in _BOUNDS]
    best = minimize(descent, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return best, _covariance(density, best)


_CROSS = np.vstack([np.zeros(3), np.eye(3), -np.eye(3)])


def _starts(seen: Observed, prior: Prior) -> Floats:
    """Return points (n, 3) of which one is not far from the mode."""
    centers = [prior.log_median]
    ends = np.concatenate([seen.exact, seen.log_days])
    centers += np.quantile(ends, (0.2, 0.5, 0.8)).tolist()
    grid = np.meshgrid(centers, np.log([0.1, 0.4, 1.2, 3.0]), special.logit([0.01, 0.2, 0.8]))
    return np.column_stack([axis.ravel() for axis in grid])


def _covariance(density: Density, best: Floats) -> Floats:
    """Invert the curvature at the mode; directions in which it is flat are as wide as is sensible."""
    step = 10 * _STEP
    pairs = np.array([(i, j) for i in range(3) for j in range(3)])
    signs = np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)])
    shifts = np.array([[a * np.eye(3)[i] + b * np.eye(3)[j] for a, b in signs] for i, j in pairs])
    found = density((best + step * shifts).reshape(-1, 3)).reshape(9, 4)
    curvature = -(found[:, 0] - found[:, 1] - found[:, 2] + found[:, 3]).reshape(3, 3) / (4 * step * step)
    sizes, axes = np.linalg.eigh(curvature)
    return np.asarray((axes / np.maximum(sizes, _FLATTEST)) @ axes.T)


_FLATTEST = 0.1  # least curvature that is believed: a deviation of 3 in the logarithm


def explored(density: Density, best: Floats, covariance: Floats, rng: np.random.Generator) -> Weighed:
    """Sample a posterior by importance, around its mode and then around what that has found (ME4).

    Points come from Student's t with heavy tails; all are weighed by the mixture of the two (Owen and Zhou,
    Journal of the American Statistical Association 95, 2000).
    """
    first = multivariate_t(best, _WIDER * covariance, _TAILS)
    points = first.rvs(FIRST, random_state=rng)
    weights = special.softmax(density(points) - first.logpdf(points))
    mean = weights @ points
    spread = ((points - mean) * weights[:, None]).T @ (points - mean)
    second = multivariate_t(mean, _WIDER * (spread + 1e-3 * covariance), _TAILS)
    points = np.vstack([points, second.rvs(SECOND, random_state=rng)])
    shares = np.log([FIRST / len(points), SECOND / len(points)])
    proposed = np.logaddexp(first.logpdf(points) + shares[0], second.logpdf(points) + shares[1])
    return Weighed(points, density(points) - proposed)
