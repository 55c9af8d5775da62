"""A hierarchical logistic regression: the posterior of log odds ratios and of their deviations.

The likelihood is taken to be normal around the mode (Laplace). Given the deviations, the posterior of the
coefficients is then normal, too, and the marginal likelihood of the deviations is known: Rue, Martino and
Chopin (2009), "Approximate Bayesian inference for latent Gaussian models", Journal of the Royal Statistical
Society B 71. Draws are weighed by the likelihood as it is, and drawn again by weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.special import expit

from funnelsim.compiling.arrays import Floats, Integers

SCALE = 0.5  # of the half-normal prior of each deviation
ALONE = -1  # in place of a deviation: the coefficient's prior has none to be measured
LOOSE = 1.5  # standard deviation of the normal prior of a stage's log odds: shares are about uniform

_MOST = 5.0 * SCALE  # no deviation is above
_CELLS = 40  # of the grid of a deviation, finer near 0
_FLATTER = 0.8  # power to which densities are raised before deviations are drawn from them
_ROUNDS = 3  # of finding the mode again at better deviations
_STEPS = 50  # of Newton's method, at most
_CANDIDATES = 2  # for each draw
_ALIKE = 4  # candidates that have the same deviations, which is quicker
_AT_ONCE = 2_000_000  # numbers in matrices that are factored together
_FEWEST = 0.25  # share of the candidates that the correction must leave as an effective number


@dataclass(frozen=True)
class Logit:
    """What a logistic regression is given.

    Attributes
    ----------
    columns : sparse array (rows, coefficients)
        What multiplies each coefficient in the log odds.
    advanced, ended : arrays (rows,)
        How many visits of the row advanced, and how many ended.
    deviation : array of int (coefficients,)
        Number of the deviation that the coefficient's prior has, or `ALONE`.
    scale : array (coefficients,)
        Prior standard deviation of the coefficient, over its deviation if it has one.
    deviations : tuple of str
        Their names.
    """

    columns: sparse.csr_array
    advanced: Floats
    ended: Floats
    deviation: Integers
    scale: Floats
    deviations: tuple[str, ...]

    def prior(self, deviations: Floats) -> Floats:
        """Return the prior standard deviations of the coefficients (..., coefficients)."""
        alone = np.ones((*deviations.shape[:-1], 1))
        return np.asarray(self.scale * np.concatenate([deviations, alone], axis=-1)[..., self.deviation])

    def log_likelihood(self, coefficients: Floats) -> Floats:
        """Return the log-likelihood of coefficients (..., coefficients), without binomial coefficients."""
        odds = np.asarray(self.columns @ coefficients.T)
        return np.asarray(self.advanced @ odds - self.ended @ np.logaddexp(0.0, odds))


@dataclass(frozen=True)
class Posterior:
    """Draws of a logistic regression.

    Attributes
    ----------
    coefficients : array (draws, coefficients)
    deviations : array (draws, deviations)
    effective : float
        Share of the draws that are worth as much as independent ones.
    """

    coefficients: Floats
    deviations: Floats
    effective: float


def sample(logit: Logit, *, draws: int, seed: int) -> Posterior:
    """Draw coefficients and deviations from their posterior (ME4).

    Parameters
    ----------
    logit : Logit
    draws, seed : int

    Returns
    -------
    Posterior

    Examples
    --------
    >>> one_share = Logit(sparse.csr_array([[1.0]]), np.array([30.0]), np.array([40.0]), np.array([-1]),
    ...                   np.array([1.5]), ())
    >>> odds = sample(one_share, draws=4000, seed=1).coefficients[:, 0]
    >>> round(float(expit(odds).mean()), 2)
    0.74
    """
    deviations = np.full(len(logit.deviations), 0.5 * SCALE)
    start = np.zeros(len(logit.scale))
    for _ in range(_ROUNDS if logit.deviations else 1):
        start = mode(logit, logit.prior(deviations), start)
        normal = _Normal(logit, start)
        masses = _axes(normal, deviations)
        deviations = masses @ _MIDDLES
    return _drawn(normal, masses, draws, np.random.default_rng(seed))


def mode(logit: Logit, prior: Floats, start: Floats) -> Floats:
    """Find the coefficients of highest posterior density, given their prior standard deviations.

    Newton's method; a step that would lower the density is halved.

    >>> half = Logit(sparse.csr_array([[1.0]]), np.array([5.0]), np.array([10.0]), np.array([ALONE]),
    ...              np.array([1.5]), ())
    >>> bool(np.abs(mode(half, half.prior(np.empty(0)), np.array([1.0]))) < 1e-6)
    True
    """
    found, tightness = start, prior**-2.0
    density = float(logit.log_likelihood(found) - 0.5 * tightness @ found**2)
    for _ in range(_STEPS):
        curvature, slope = _curvature(logit, found)
        curvature[np.diag_indices_from(curvature)] += tightness
        step = linalg.solve(curvature, slope - tightness * found, assume_a="pos")
        gain, size = -1.0, 2.0
        while gain < 0 and size > 1e-6:
            size /= 2.0
            tried = found + size * step
            gain = float(logit.log_likelihood(tried) - 0.5 * tightness @ tried**2) - density
        if gain < 0:
            return found
        found, density = tried, density + gain
        if gain < 1e-9:
            return found
    return found


def _curvature(logit: Logit, coefficients: Floats) -> tuple[Floats, Floats]:
    """Return minus the second derivatives of the log-likelihood, and the first ones."""
    chance = expit(logit.columns @ coefficients)
    weighted = logit.columns.multiply((logit.ended * chance * (1.0 - chance))[:, None]).tocsr()
    slope = logit.columns.T @ (logit.advanced - logit.ended * chance)
    return np.asarray((logit.columns.T @ weighted).todense()), np.asarray(slope)


class _Normal:
    """The likelihood as a normal one: exp(reach @ b - b' curvature b / 2), up to a factor."""

    def __init__(self, logit: Logit, at: Floats) -> None:
        self.logit = logit
        self.curvature, slope = _curvature(logit, at)
        self.reach = slope + self.curvature @ at

    def log_likelihood(self, coefficients: Floats) -> Floats:
        """Return the log-likelihood of coefficients (draws, coefficients), up to a constant."""
        bent = np.einsum("ij,ij->i", coefficients @ self.curvature, coefficients)
        return np.asarray(coefficients @ self.reach - 0.5 * bent)

    def given(self, deviations: Floats, noise: Floats) -> tuple[Floats, Floats]:
        """Return the log marginal density of deviations, and coefficients drawn for each.

        Coefficients are measured in prior standard deviations, so that a deviation may be 0.

        Parameters
        ----------
        deviations : array (count, deviations)
        noise : array (count, draws for each, coefficients)
            Standard normal.

        Returns
        -------
        density : array (count,)
        coefficients : array (count, draws for each, coefficients)
        """
        density, drawn = np.empty(len(deviations)), np.empty(noise.shape)
        width = len(self.reach)
        at_once = max(_AT_ONCE // width**2, 1)
        for first in range(0, len(deviations), at_once):
            part = slice(first, first + at_once)
            prior = self.logit.prior(deviations[part])
            root = np.linalg.cholesky(prior[:, :, None] * self.curvature * prior[:, None, :] + np.eye(width))
            pulled = np.linalg.solve(root, (prior * self.reach)[..., None])
            logs = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
            density[part] = 0.5 * np.sum(pulled[..., 0] ** 2, axis=1) - logs
            if noise.shape[1]:
                spread = pulled + np.swapaxes(noise[part], 1, 2)
                found = np.linalg.solve(np.swapaxes(root, 1, 2), spread)
                drawn[part] = np.swapaxes(found * prior[..., None], 1, 2)
        return density - 0.5 * np.sum((deviations / SCALE) ** 2, axis=1), drawn


_EDGES = _MOST * (np.arange(_CELLS + 1) / _CELLS) ** 2
_MIDDLES = (_EDGES[1:] + _EDGES[:-1]) / 2
_WIDTHS = np.diff(_EDGES)


def _axes(normal: _Normal, deviations: Floats) -> Floats:
    """Return the mass in each cell of each deviation (deviations, cells), the others at their means."""
    masses = np.empty((len(deviations), _CELLS))
    nothing = np.empty((_CELLS, 0, len(normal.reach)))
    for axis in range(len(deviations)):
        grid = np.tile(deviations, (_CELLS, 1))
        grid[:, axis] = _MIDDLES
        density, _ = normal.given(grid, nothing)
        mass = np.exp(density - density.max()) * _WIDTHS
        masses[axis] = mass / mass.sum()
        deviations = deviations.copy()
        deviations[axis] = masses[axis] @ _MIDDLES
    return masses


def _drawn(normal: _Normal, masses: Floats, draws: int, rng: np.random.Generator) -> Posterior:
    """Draw candidates, weigh them, and draw again by weight."""
    count, width = -(-_CANDIDATES * draws // _ALIKE), len(normal.reach)
    proposed, log_density = _proposed(masses, count, rng)
    density, drawn = normal.given(proposed, rng.standard_normal((count, _ALIKE, width)))
    found = drawn.reshape(-1, width)
    exact = normal.logit.log_likelihood(found) - normal.log_likelihood(found)
    weights = _weights(np.repeat(density - log_density, _ALIKE), exact)
    chosen = _by_weight(weights, draws, rng)
    return Posterior(found[chosen], proposed[chosen // _ALIKE], _effective(weights))


def _proposed(masses: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw deviations (count, deviations) apart from each other, and return their log density, too."""
    drawn, log_density = np.empty((count, len(masses))), np.zeros(count)
    for axis, mass in enumerate(masses):
        flatter = (mass / _WIDTHS + 1e-9) ** _FLATTER * _WIDTHS
        flatter /= flatter.sum()
        cells = rng.choice(_CELLS, count, p=flatter)
        drawn[:, axis] = _EDGES[cells] + _WIDTHS[cells] * rng.random(count)
        log_density += np.log(flatter[cells] / _WIDTHS[cells])
    return drawn, log_density


def _weights(marginal: Floats, exact: Floats) -> Floats:
    """Weigh candidates, with as much of the correction to the exact likelihood as leaves enough of them."""
    power, enough = 1.0, _FEWEST * _effective(_normalised(marginal))
    while power > 1e-3:
        weights = _normalised(marginal + power * (exact - exact.mean()))
        if _effective(weights) >= enough:
            return weights
        power *= 0.7
    return _normalised(marginal)


def _normalised(log_weights: Floats) -> Floats:
    """Turn log weights into weights, none so large that it stands for all (Ionides 2008)."""
    weights = np.exp(log_weights - log_weights.max())
    weights = np.minimum(weights, weights.mean() * np.sqrt(len(weights)))
    return np.asarray(weights / weights.sum())


def _effective(weights: Floats) -> float:
    """Return the effective number of candidates over their number."""
    return float(1.0 / (len(weights) * np.sum(weights**2)))


def _by_weight(weights: Floats, draws: int, rng: np.random.Generator) -> Integers:
    """Choose candidates by systematic resampling, in random order."""
    places = (np.arange(draws) + rng.random()) / draws
    chosen = np.searchsorted(np.cumsum(weights), places).clip(max=len(weights) - 1)
    return np.asarray(rng.permutation(chosen), np.int64)
