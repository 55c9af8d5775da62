"""Families of lengths, each by its median and its spread, so that one prior serves them all (ME2).

The *spread* is the logarithm of the 90 % quantile over the median. All functions take logarithms of days, and
arrays that broadcast.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import Any, ClassVar

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline

from funnelsim.calibration.shapes import on_grid
from funnelsim.compiling.arrays import Floats

_NORMAL = float(special.ndtri(0.9))
_WEIBULL = float(np.log(np.log(10.0)) - np.log(np.log(2.0)))
_LOGISTIC = float(np.log(9.0))
_MOST = 50.0  # of what an exponential is taken: a search goes on from there


class Family(ABC):
    """A family of lengths.

    Examples
    --------
    >>> weibull = Weibull()
    >>> weibull.survival(np.log([7.0, 30.0]), np.log(7.0), np.log(30 / 7)).round(12).tolist()
    [0.5, 0.1]
    >>> sorted(weibull.written(7.0, 30.0))
    ['c', 'scale', 'scipy']
    """

    name: ClassVar[str]

    @abstractmethod
    def log_density(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the logarithm of the density, per day."""

    @abstractmethod
    def survival(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the probability of lasting longer."""

    @abstractmethod
    def written(self, median: float, p90: float) -> dict[str, Any]:
        """Write the member with a median and a 90 % quantile, in days, as a scenario file does."""


class LognormalLengths(Family):
    """The logarithm is normal."""

    name = "lognormal"

    def log_density(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the logarithm of the density, per day."""
        deviation = spread / _NORMAL
        z = (log_days - center) / deviation
        return np.asarray(-0.5 * z * z - np.log(deviation) - 0.5 * np.log(2 * np.pi) - log_days)

    def survival(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the probability of lasting longer."""
        return np.asarray(special.ndtr((center - log_days) * (_NORMAL / spread)))

    def written(self, median: float, p90: float) -> dict[str, Any]:
        """Write it by scipy's shape and scale: draws of one shape share a table."""
        return {"scipy": "lognorm", "s": on_grid(np.log(p90 / median) / _NORMAL), "scale": float(median)}


class Weibull(Family):
    """The hazard is a power of the age."""

    name = "Weibull"

    def log_density(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the logarithm of the density, per day."""
        shape = _WEIBULL / spread
        log_hazard = shape * (log_days - center) + np.log(np.log(2.0))
        return np.asarray(log_hazard - np.exp(np.minimum(log_hazard, _MOST)) + np.log(shape) - log_days)

    def survival(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the probability of lasting longer."""
        log_hazard = _WEIBULL / spread * (log_days - center) + np.log(np.log(2.0))
        return np.asarray(np.exp(-np.exp(np.minimum(log_hazard, _MOST))))

    def written(self, median: float, p90: float) -> dict[str, Any]:
        """Write it by scipy's shape and scale."""
        shape = on_grid(_WEIBULL / np.log(p90 / median))
        return {
            "scipy": "weibull_min",
            "c": shape,
            "scale": float(median / np.log(2.0) ** (1 / shape)),
        }


class LogLogistic(Family):
    """The odds of having ended are a power of the age."""

    name = "log-logistic"

    def log_density(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the logarithm of the density, per day."""
        shape = _LOGISTIC / spread
        log_odds = shape * (log_days - center)
        return np.asarray(
            np.log(shape) - log_days + special.log_expit(log_odds) + special.log_expit(-log_odds)
        )

    def survival(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the probability of lasting longer."""
        return np.asarray(special.expit(_LOGISTIC / spread * (center - log_days)))

    def written(self, median: float, p90: float) -> dict[str, Any]:
        """Write it by scipy's shape and scale."""
        return {"scipy": "fisk", "c": on_grid(_LOGISTIC / np.log(p90 / median)), "scale": float(median)}


class GammaLengths(Family):
    """A sum of exponential times, of any number."""

    name = "gamma"

    def log_density(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the logarithm of the density, per day."""
        shape, log_scale = self._parameters(center, spread)
        scaled = log_days - log_scale
        return np.asarray(
            shape * scaled - np.exp(np.minimum(scaled, _MOST)) - special.gammaln(shape) - log_days
        )

    def survival(self, log_days: Floats, center: Floats, spread: Floats) -> Floats:
        """Return the probability of lasting longer."""
        shape, log_scale = self._parameters(center, spread)
        return np.asarray(special.gammaincc(shape, np.exp(np.minimum(log_days - log_scale, _MOST))))

    def written(self, median: float, p90: float) -> dict[str, Any]:
        """Write it by scipy's shape and scale."""
        exact, _ = self._parameters(np.log(median), np.log(p90 / median))
        shape = on_grid(float(exact))
        return {"scipy": "gamma", "a": shape, "scale": float(median / special.gammaincinv(shape, 0.5))}

    @staticmethod
    def _parameters(center: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Return shape and logarithm of the scale."""
        shapes, medians = _gammas()
        log_shape = shapes(np.log(spread))
        return np.exp(log_shape), center - medians(log_shape)


@cache
def _gammas() -> tuple[CubicSpline, CubicSpline]:
    """Return the logarithm of a gamma's shape by that of its spread, and of its median by that of its shape.

    There is no formula; the splines are right to 1e-6.
    """
    log_shapes = np.linspace(np.log(0.02), np.log(1e5), 400)
    shapes = np.exp(log_shapes)
    log_medians = np.log(special.gammaincinv(shapes, 0.5))
    spreads = np.log(special.gammaincinv(shapes, 0.9)) - log_medians
    return CubicSpline(np.log(spreads)[::-1], log_shapes[::-1]), CubicSpline(log_shapes, log_medians)


FAMILIES: tuple[Family, ...] = (LognormalLengths(), Weibull(), GammaLengths(), LogLogistic())
