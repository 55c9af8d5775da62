"""Distributions at location 0 and scale 1: the model's own, and those of scipy.stats by name.

The model's own need special functions only, and give the bits that scipy.stats gives. Importing scipy.stats
takes longer than a small run, so it is imported when a scenario first names one of its distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from scipy import special

from funnelsim.compiling.arrays import Floats

Shapes = tuple[tuple[str, float], ...]


class _Own:
    """A continuous curve with a formula for every method that a distribution of scipy.stats has."""

    discrete = False

    @property
    def standard(self) -> Any:
        """Return the curve itself."""
        return self

    def computes(self, method: str) -> bool:
        """Return whether it has a formula for a method."""
        return hasattr(self, method)


@dataclass(frozen=True)
class LognormalCurve(_Own):
    """Lognormal with median 1.

    Examples
    --------
    >>> from scipy import stats
    >>> float(LognormalCurve(0.7).ppf(0.9)) == float(stats.lognorm(0.7).ppf(0.9))
    True
    """

    s: float  # standard deviation of the logarithm

    name = "lognorm"

    def cdf(self, values: Floats) -> Floats:
        """Return the probability below."""
        return np.asarray(special.ndtr(self._deviates(values)))

    def sf(self, values: Floats) -> Floats:
        """Return the probability above."""
        return np.asarray(special.ndtr(-self._deviates(values)))

    def ppf(self, below: Floats) -> Floats:
        """Return the values with these probabilities below."""
        return np.asarray(np.exp(self.s * special.ndtri(below)))

    def isf(self, above: Floats) -> Floats:
        """Return the values with these probabilities above."""
        return np.asarray(np.exp(self.s * -special.ndtri(above)))

    def mean(self) -> float:
        """Return the mean."""
        return float(np.sqrt(np.exp(self.s * self.s)))

    def support(self) -> tuple[float, float]:
        """Return the lowest and the highest value."""
        return 0.0, np.inf

    def _deviates(self, values: Floats) -> Floats:
        return np.asarray(np.log(np.maximum(values, 0.0)) / self.s)


@dataclass(frozen=True)
class BetaCurve(_Own):
    """Beta.

    Examples
    --------
    >>> from scipy import stats
    >>> float(BetaCurve(2.0, 4.0).ppf(0.9)) == float(stats.beta(2, 4).ppf(0.9))
    True
    """

    a: float
    b: float

    name = "beta"

    def cdf(self, values: Floats) -> Floats:
        """Return the probability below."""
        return np.asarray(special.betainc(self.a, self.b, np.clip(values, 0.0, 1.0)))

    def sf(self, values: Floats) -> Floats:
        """Return the probability above."""
        return np.asarray(special.betaincc(self.a, self.b, np.clip(values, 0.0, 1.0)))

    def ppf(self, below: Floats) -> Floats:
        """Return the values with these probabilities below."""
        return np.asarray(special.betaincinv(self.a, self.b, below))

    def isf(self, above: Floats) -> Floats:
        """Return the values with these probabilities above."""
        return np.asarray(special.betainccinv(self.a, self.b, above))

    def mean(self) -> float:
        """Return the mean."""
        return self.a / (self.a + self.b)

    def support(self) -> tuple[float, float]:
        """Return the lowest and the highest value."""
        return 0.0, 1.0


@dataclass(frozen=True)
class GammaCurve(_Own):
    """Gamma.

    Examples
    --------
    >>> from scipy import stats
    >>> float(GammaCurve(2.0).ppf(0.9)) == float(stats.gamma(2).ppf(0.9))
    True
    """

    a: float

    name = "gamma"

    def cdf(self, values: Floats) -> Floats:
        """Return the probability below."""
        return np.asarray(special.gammainc(self.a, np.maximum(values, 0.0)))

    def sf(self, values: Floats) -> Floats:
        """Return the probability above."""
        return np.asarray(special.gammaincc(self.a, np.maximum(values, 0.0)))

    def ppf(self, below: Floats) -> Floats:
        """Return the values with these probabilities below."""
        return np.asarray(special.gammaincinv(self.a, below))

    def isf(self, above: Floats) -> Floats:
        """Return the values with these probabilities above."""
        return np.asarray(special.gammainccinv(self.a, above))

    def mean(self) -> float:
        """Return the mean."""
        return self.a

    def support(self) -> tuple[float, float]:
        """Return the lowest and the highest value."""
        return 0.0, np.inf


@dataclass(frozen=True)
class ScipyCurve:
    """Any distribution of scipy.stats, with its shape parameters.

    Examples
    --------
    >>> float(ScipyCurve("gamma", (("a", 3.0),)).standard.mean())
    3.0
    """

    name: str
    shapes: Shapes

    @property
    def standard(self) -> Any:
        """Return scipy's distribution."""
        return _frozen(self.name, self.shapes)

    @property
    def discrete(self) -> bool:
        """Return whether it has single values."""
        return is_discrete(scipy_families()[self.name])

    def computes(self, method: str) -> bool:
        """Return whether scipy has a formula for a method."""
        from scipy import stats  # noqa: PLC0415 (see above)

        derived = stats.rv_discrete if self.discrete else stats.rv_continuous
        return getattr(type(self.standard.dist), f"_{method}") is not getattr(derived, f"_{method}")


@lru_cache(maxsize=1024)
def _frozen(name: str, shapes: Shapes) -> Any:
    """Return a distribution of scipy with its shapes: making one takes longer than asking it."""
    return scipy_families()[name](**dict(shapes))


Curve = (
    LognormalCurve | BetaCurve | GammaCurve | ScipyCurve
)  # equal ones hash alike, so that they share a table


@cache
def scipy_families() -> dict[str, Any]:
    """Return all distributions of scipy.stats by name.

    >>> scipy_families()["gamma"].shapes
    'a'
    """
    from scipy import stats  # noqa: PLC0415 (see above)

    named = ((name, getattr(stats, name)) for name in dir(stats))
    return {name: each for name, each in named if isinstance(each, stats.rv_continuous | stats.rv_discrete)}


def is_discrete(family: Any) -> bool:
    """Return whether a distribution of scipy.stats has single values.

    >>> [is_discrete(scipy_families()[name]) for name in ("poisson", "gamma")]
    [True, False]
    """
    return hasattr(family, "pmf")
