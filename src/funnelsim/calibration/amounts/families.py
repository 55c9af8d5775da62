"""The families of amounts: what data say in each, and how a scenario writes it.

In both, a distribution has a *place* and a *spread*, of which the data speak apart from each other. The
place is the logarithm of the median (lognormal) or of the mean (gamma). The spread is the logarithm of the
standard deviation of the amounts' logarithm, or of the coefficient of variation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from scipy import optimize, special

from funnelsim.calibration.shapes import on_grid, rounded
from funnelsim.compiling.arrays import Floats


class Likelihood(NamedTuple):
    """What the values of a group say in a family, as normal distributions of place and spread.

    Attributes
    ----------
    size : int
        Values.
    place : float
        Most probable; its variance follows from the spread.
    spread, spread_variance : float
        NaN and infinite if there is a single value.
    log_evidence : float
        Logarithm of the likelihood's integral over place and spread.
    """

    size: int
    place: float
    spread: float
    spread_variance: float
    log_evidence: float


class Family(ABC):
    """What every family can compute; place and spread are arrays of the same shape."""

    name: str
    widest: float  # spread that a scenario can have, and data can tell

    @abstractmethod
    def likelihood(self, values: Floats) -> Likelihood:
        """Return what values above 0 say, not all equal or a single one."""

    @abstractmethod
    def place_variance(self, spread: Floats, size: int) -> Floats:
        """Return the variance of the place of so many values."""

    @abstractmethod
    def quantile(self, place: Floats, spread: Floats, level: float | Floats) -> Floats:
        """Return the value below which a share of all lies."""

    @abstractmethod
    def mean(self, place: Floats, spread: Floats) -> Floats:
        """Return the mean."""

    @abstractmethod
    def written(self, place: float, spread: float) -> dict[str, Any]:
        """Return the distribution as a scenario file has it."""


class _Lognormal(Family):
    """Lognormal: exact for normal logarithms, with the scaled chi-squared of their variance."""

    name = "lognormal"
    widest = float(np.log(3.0))

    def likelihood(self, values: Floats) -> Likelihood:
        logs = np.log(values)
        n, free = len(logs), (len(logs) - 1) / 2
        place, jacobian = float(logs.mean()), -float(logs.sum())
        if n == 1:
            return Likelihood(1, place, np.nan, np.inf, jacobian)
        variance = float(logs.var(ddof=1))
        spread = (np.log(variance) - special.digamma(free) + np.log(free)) / 2
        evidence = (
            special.gammaln(free)
            - free * np.log(2 * np.pi * free * variance)
            - np.log(2 * np.sqrt(n))
            + jacobian
        )
        of_spread = float(special.polygamma(1, free)) / 4
        return Likelihood(n, place, float(spread), of_spread, float(evidence))

    def place_variance(self, spread: Floats, size: int) -> Floats:
        return np.exp(2 * spread) / size

    def quantile(self, place: Floats, spread: Floats, level: float | Floats) -> Floats:
        return np.asarray(np.exp(place + np.exp(spread) * special.ndtri(level)))

    def mean(self, place: Floats, spread: Floats) -> Floats:
        return np.asarray(np.exp(place + np.exp(2 * spread) / 2))

    def written(self, place: float, spread: float) -> dict[str, Any]:
        return {"scipy": "lognorm", "s": on_grid(float(np.exp(spread))), "scale": rounded(np.exp(place))}


class _Gamma(Family):
    """Gamma: the shape from the likelihood in which the mean is integrated out.

    With a prior flat in the logarithm of the scale, that is Gamma(n k) / Gamma(k)^n x (product of the values)
    to the k - 1, over (their sum) to the n k. The mean, given the shape, is then inverse gamma.
    """

    name = "gamma"
    widest = float(np.log(1 / 0.15) / 2)  # a smaller shape has values too near 0 for a table

    def likelihood(self, values: Floats) -> Likelihood:
        n, total, logs = len(values), float(values.sum()), float(np.log(values).sum())
        place = np.log(total / n)
        if n == 1:
            return Likelihood(1, float(place), np.nan, np.inf, -logs)

        def minus_log(spread: float) -> float:
            shape = np.exp(-2 * spread)
            of_scale = special.gammaln(n * shape) - n * shape * np.log(total)
            return float(n * special.gammaln(shape) - (shape - 1) * logs - of_scale)

        best = float(optimize.minimize_scalar(minus_log, bounds=(-12, 3), method="bounded").x)
        step = 0.05 / np.sqrt(n)
        curvature = (minus_log(best + step) + minus_log(best - step) - 2 * minus_log(best)) / step**2
        variance = 1 / curvature
        evidence = -minus_log(best) + np.log(2 * np.pi * variance) / 2
        return Likelihood(n, float(place), best, float(variance), float(evidence))

    def place_variance(self, spread: Floats, size: int) -> Floats:
        return np.asarray(special.polygamma(1, size * np.exp(-2 * spread)))

    def quantile(self, place: Floats, spread: Floats, level: float | Floats) -> Floats:
        shape = np.exp(-2 * spread)
        return np.asarray(np.exp(place) / shape * special.gammaincinv(shape, level))

    def mean(self, place: Floats, spread: Floats) -> Floats:  # noqa: ARG002 (the place tells it)
        return np.asarray(np.exp(place))

    def written(self, place: float, spread: float) -> dict[str, Any]:
        shape = on_grid(float(np.exp(-2 * spread)))
        return {"scipy": "gamma", "a": shape, "scale": rounded(np.exp(place) / shape)}


FAMILIES: tuple[Family, ...] = (_Lognormal(), _Gamma())
