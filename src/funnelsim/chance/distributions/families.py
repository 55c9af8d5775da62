"""The families of distributions that a scenario can use for a quantity."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import special

from funnelsim.chance.distributions.curves import (
    BetaCurve,
    Curve,
    GammaCurve,
    LognormalCurve,
    ScipyCurve,
    is_discrete,
    scipy_families,
)
from funnelsim.chance.distributions.knots import octave_knots, quiet, step_knots
from funnelsim.chance.distributions.lookup import Family
from funnelsim.compiling.arrays import Floats


class QuantileTable(NamedTuple):
    """A distribution ready to be looked up: location + scale * the value between the knots."""

    family: Family
    location: float
    scale: float
    knots: Floats


_NO_KNOTS = np.empty(0)


class Distribution(ABC):
    """What every distribution can compute. Values have the unit of the quantity."""

    @abstractmethod
    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of the values times `factor`, which is above 0."""

    @abstractmethod
    def mean(self) -> float:
        """Return the mean: inf if it is infinite, nan if there is none."""

    @abstractmethod
    def quantile(self, u: float) -> float:
        """Return the exact value at the probability `u`, the reference of the table's."""

    @abstractmethod
    def lowest(self) -> float:
        """Return the infimum of the values, -inf if there is none."""

    @abstractmethod
    def table(self) -> QuantileTable:
        """Return the quantile table; ValueError where no table is accurate."""


@dataclass(frozen=True)
class Constant(Distribution):
    """Always the same value.

    Raises
    ------
    ValueError
        If the value is not a finite number.

    Examples
    --------
    >>> Constant(3).scaled(2).mean()
    6
    """

    value: float

    def __post_init__(self) -> None:
        _finite(value=self.value)

    def scaled(self, factor: float) -> Constant:
        """Return the constant times `factor`."""
        return Constant(self.value * _factor(factor))

    def mean(self) -> float:
        """Return the value."""
        return self.value

    def quantile(self, u: float) -> float:  # noqa: ARG002 (the same at every probability)
        """Return the value."""
        return self.value

    def lowest(self) -> float:
        """Return the value."""
        return self.value

    def table(self) -> QuantileTable:
        """Return a table without knots."""
        return QuantileTable(Family.CONSTANT, self.value, 1.0, _NO_KNOTS)


class Form(NamedTuple):
    """A curve moved and stretched."""

    curve: Curve
    location: float
    scale: float


class _Parametric(Distribution):
    """A distribution that scipy knows."""

    @abstractmethod
    def _form(self) -> Form: ...

    def mean(self) -> float:
        """Return the mean: inf if it is infinite, nan if there is none."""
        form = self._form()
        with quiet():
            return form.location + form.scale * float(form.curve.standard.mean())

    def quantile(self, u: float) -> float:
        """Return scipy's value at the probability `u`."""
        form = self._form()
        with quiet():
            return form.location + form.scale * float(form.curve.standard.ppf(u))

    def lowest(self) -> float:
        """Return the infimum of the values, -inf if there is none."""
        form = self._form()
        return form.location + form.scale * float(form.curve.standard.support()[0])

    def table(self) -> QuantileTable:
        """Return octaves, or steps where the values are discrete."""
        return self._table

    @cached_property
    def _table(self) -> QuantileTable:
        form = self._form()
        if form.curve.discrete:
            return QuantileTable(Family.STEPS, form.location, form.scale, step_knots(form.curve))
        return QuantileTable(Family.OCTAVES, form.location, form.scale, octave_knots(form.curve))


@dataclass(frozen=True)
class Lognormal(_Parametric):
    """Lognormal, from the two figures that people can estimate.

    Parameters
    ----------
    median : float
        Half lie below. Above 0.
    p90 : float
        Nine of ten lie below. Above the median. sigma = log(p90 / median) / 1.2816.

    Raises
    ------
    ValueError
        Unless p90 > median > 0, both finite.

    Examples
    --------
    >>> round(Lognormal(median=2, p90=6).quantile(0.9), 9)
    6.0
    """

    median: float
    p90: float

    def __post_init__(self) -> None:
        _finite(median=self.median, p90=self.p90)
        if not self.p90 > self.median > 0:
            raise ValueError(f"a lognormal needs p90 > median > 0, not median {self.median}, p90 {self.p90}")

    def scaled(self, factor: float) -> Lognormal:
        """Return the lognormal of the same shape with median and p90 times `factor`."""
        return Lognormal(self.median * _factor(factor), self.p90 * factor)

    def _form(self) -> Form:
        sigma = math.log(self.p90 / self.median) / float(special.ndtri(0.9))
        return Form(LognormalCurve(sigma), 0.0, self.median)


@dataclass(frozen=True)
class Pert(_Parametric):
    """Beta-PERT: the lowest, the most likely and the highest value.

    Mean (low + 4 likely + high) / 6. Source: D. Malcolm et al., "Application of a technique for research and
    development program evaluation", Operations Research 7 (1959).

    Raises
    ------
    ValueError
        Unless low <= likely <= high, all finite.

    Examples
    --------
    >>> round(Pert(low=1, likely=2, high=9).mean(), 9)
    3.0
    """

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        _finite(low=self.low, likely=self.likely, high=self.high)
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"low <= likely <= high must hold, not {self.low}, {self.likely}, {self.high}")

    def scaled(self, factor: float) -> Pert:
        """Return the PERT with all three values times `factor`."""
        return Pert(self.low * _factor(factor), self.likely * factor, self.high * factor)

    def _form(self) -> Form:
        width = self.high - self.low
        likely = (self.likely - self.low) / width if width > 0 else 0.5
        return Form(BetaCurve(1 + 4 * likely, 5 - 4 * likely), self.low, width)


@dataclass(frozen=True)
class Gamma(_Parametric):
    """Gamma, by shape and scale, with the mean shape x scale.

    Raises
    ------
    ValueError
        Unless both are above 0 and finite.

    Examples
    --------
    >>> Gamma(shape=4, scale=0.5).scaled(3).mean()
    6.0
    """

    shape: float
    scale: float

    def __post_init__(self) -> None:
        _finite(shape=self.shape, scale=self.scale)
        if not (self.shape > 0 and self.scale > 0):
            raise ValueError(f"a gamma needs shape and scale > 0, not {self.shape} and {self.scale}")

    def scaled(self, factor: float) -> Gamma:
        """Return the gamma of the same shape with its scale times `factor`."""
        return Gamma(self.shape, self.scale * _factor(factor))

    def _form(self) -> Form:
        return Form(GammaCurve(self.shape), 0.0, self.scale)


@dataclass(frozen=True)
class Beta(_Parametric):
    """Beta, from 0 to 1, with the mean alpha / (alpha + beta).

    Raises
    ------
    ValueError
        Unless both are above 0 and finite.

    Examples
    --------
    >>> Beta(alpha=1, beta=3).scaled(2).mean()
    0.5
    """

    alpha: float
    beta: float
    factor: float = 1.0

    def __post_init__(self) -> None:
        _finite(alpha=self.alpha, beta=self.beta)
        if not (self.alpha > 0 and self.beta > 0):
            raise ValueError(f"a beta needs alpha and beta > 0, not {self.alpha} and {self.beta}")

    def scaled(self, factor: float) -> Beta:
        """Return the beta of the same shape with its values times `factor`."""
        return Beta(self.alpha, self.beta, self.factor * _factor(factor))

    def _form(self) -> Form:
        return Form(BetaCurve(self.alpha, self.beta), 0.0, self.factor)


@dataclass(frozen=True)
class Scipy(_Parametric):
    """Any distribution of scipy.stats, continuous or discrete.

    Parameters
    ----------
    name : str
        As in scipy.stats, such as ``"gamma"``.
    parameters : mapping or pairs of str and float
        All shape parameters by scipy's names; ``loc`` (0) and, for continuous ones, ``scale`` (1).
    factor : float
        Multiplies the values.

    Raises
    ------
    ValueError
        If scipy does not know the name or a parameter, one is missing, or a value is impossible.

    Examples
    --------
    >>> Scipy("gamma", {"a": 4, "scale": 0.5}).scaled(3).mean()
    6.0
    >>> Scipy("gama")
    Traceback (most recent call last):
    ValueError: scipy.stats has no distribution 'gama'; the nearest name is 'gamma'
    """

    name: str
    parameters: Mapping[str, float] | Sequence[tuple[str, float]] = ()
    factor: float = 1.0

    def __post_init__(self) -> None:
        parameters = dict(self.parameters)
        object.__setattr__(self, "parameters", tuple(sorted(parameters.items())))
        _factor(self.factor)
        _check_names(self.name, parameters)
        for key, value in parameters.items():
            # Infinite shapes have a meaning: a truncated normal's open end.
            if math.isnan(value) or (math.isinf(value) and key in ("loc", "scale")):
                raise ValueError(f"{key} must be a finite number, not {value}")
        with quiet():
            standard = self._form().curve.standard
            if parameters.get("scale", 1.0) <= 0 or not math.isfinite(float(standard.median())):
                given = ", ".join(f"{key} = {value}" for key, value in parameters.items())
                raise ValueError(f"scipy.stats.{self.name} does not exist for {given}")

    def scaled(self, factor: float) -> Scipy:
        """Return the same distribution with its values times `factor`."""
        return replace(self, factor=self.factor * _factor(factor))

    def _form(self) -> Form:
        parameters = dict(self.parameters)
        location = parameters.pop("loc", 0.0)
        scale = parameters.pop("scale", 1.0)
        return Form(
            ScipyCurve(self.name, tuple(parameters.items())), self.factor * location, self.factor * scale
        )


@dataclass(frozen=True)
class Quantiles(Distribution):
    """Quantiles, with straight lines between them.

    Parameters
    ----------
    levels : sequence of float
        Rising from 0 to 1, both included.
    values : sequence of float
        One for each level, not falling.

    Raises
    ------
    ValueError
        If the levels do not rise from 0 to 1, or the values fall, are not finite, or are not one per level.

    Examples
    --------
    >>> Quantiles(levels=(0, 0.5, 1), values=(1, 2, 9)).quantile(0.75)
    5.5
    """

    levels: Sequence[float]
    values: Sequence[float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", _floats("level", self.levels))
        object.__setattr__(self, "values", _floats("value", self.values))
        if len(self.levels) != len(self.values) or len(self.levels) < 2:
            raise ValueError(
                "quantiles need as many values as levels, and at least two, "
                f"not {len(self.levels)} levels and {len(self.values)} values"
            )
        if self.levels[0] != 0 or self.levels[-1] != 1 or any(b <= a for a, b in pairwise(self.levels)):
            raise ValueError(f"the levels of quantiles must rise from 0 to 1, not {self.levels}")
        if any(b < a for a, b in pairwise(self.values)):
            raise ValueError(f"the values of quantiles must not fall: {self.values}")

    def scaled(self, factor: float) -> Quantiles:
        """Return the quantiles with all values times `factor`."""
        _factor(factor)
        return Quantiles(self.levels, tuple(value * factor for value in self.values))

    def mean(self) -> float:
        """Return the mean of the lines."""
        return float(np.trapezoid(self.values, self.levels))

    def quantile(self, u: float) -> float:
        """Return the value at the probability `u`."""
        return float(np.interp(u, self.levels, self.values))

    def lowest(self) -> float:
        """Return the first value."""
        return self.values[0]

    def table(self) -> QuantileTable:
        """Return the lines as they are."""
        return QuantileTable(Family.LINES, 0.0, 1.0, self._knots)

    @cached_property
    def _knots(self) -> Floats:
        return np.array([*self.levels, *self.values])


@dataclass(frozen=True)
class Sample(Distribution):
    """Observed values, all equally likely.

    Raises
    ------
    ValueError
        If there is no value, or one is not finite.

    Examples
    --------
    >>> Sample([5, 1, 3, 3]).quantile(0.75)
    3.0
    """

    values: Sequence[float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(sorted(_floats("value", self.values))))
        if not self.values:
            raise ValueError("a sample needs at least one value")

    def scaled(self, factor: float) -> Sample:
        """Return the sample with all values times `factor`."""
        _factor(factor)
        return Sample(tuple(value * factor for value in self.values))

    def mean(self) -> float:
        """Return the sample's mean."""
        return math.fsum(self.values) / len(self.values)

    def quantile(self, u: float) -> float:
        """Return the lowest value such that at least the share `u` of the sample is not above it."""
        return float(np.quantile(self.values, u, method="inverted_cdf"))

    def lowest(self) -> float:
        """Return the lowest value."""
        return self.values[0]

    def table(self) -> QuantileTable:
        """Return a step for each different value."""
        return QuantileTable(Family.STEPS, 0.0, 1.0, self._knots)

    @cached_property
    def _knots(self) -> Floats:
        values, counts = np.unique(self.values, return_counts=True)
        shares = np.cumsum(counts) / len(self.values)
        return np.concatenate([shares, values])


@dataclass(frozen=True)
class Scaled(Distribution):
    """Another distribution with its values times a factor, looked up in the other's table (U3).

    `Distribution.scaled` makes new parameters, and with them a new table; a factor that differs in every
    world must cost nothing.

    Raises
    ------
    ValueError
        If the factor is not above 0 and finite.

    Examples
    --------
    >>> typed = Lognormal(median=2, p90=6)
    >>> Scaled(typed, 1.5).quantile(0.5), Scaled(typed, 1.5).table().knots is typed.table().knots
    (3.0, True)
    """

    base: Distribution
    factor: float

    def __post_init__(self) -> None:
        _factor(self.factor)

    def scaled(self, factor: float) -> Scaled:
        """Return the same distribution with both factors."""
        return Scaled(self.base, self.factor * factor)

    def mean(self) -> float:
        """Return the mean: inf if it is infinite, nan if there is none."""
        return self.factor * self.base.mean()

    def quantile(self, u: float) -> float:
        """Return the exact value at the probability `u`."""
        return self.factor * self.base.quantile(u)

    def lowest(self) -> float:
        """Return the infimum of the values, -inf if there is none."""
        return self.factor * self.base.lowest()

    def table(self) -> QuantileTable:
        """Return the other's table with location and scale times the factor."""
        family, location, scale, knots = self.base.table()
        return QuantileTable(family, self.factor * location, self.factor * scale, knots)


def _finite(**values: float) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number, not {value}")


def _floats(name: str, values: Sequence[float]) -> tuple[float, ...]:
    floats = tuple(float(value) for value in values)
    for position, value in enumerate(floats, start=1):
        _finite(**{f"{name} {position}": value})
    return floats


def _factor(factor: float) -> float:
    if not 0 < factor < math.inf:
        raise ValueError(f"a distribution's factor must be above 0 and finite, not {factor}")
    return factor


def _check_names(name: str, parameters: Mapping[str, float]) -> None:
    """Refuse a distribution or a parameter that scipy does not know, and missing parameters."""
    families = scipy_families()
    if name not in families:
        raise ValueError(f"scipy.stats has no distribution {name!r}{_nearest(name, families)}")
    family = families[name]
    shapes = family.shapes.split(", ") if family.shapes else []
    known = [*shapes, "loc"] if is_discrete(family) else [*shapes, "loc", "scale"]
    for parameter in parameters:
        if parameter not in known:
            raise ValueError(f"scipy.stats.{name} has no parameter {parameter!r}{_nearest(parameter, known)}")
    missing = [shape for shape in shapes if shape not in parameters]
    if missing:
        raise ValueError(f"scipy.stats.{name} needs {', '.join(missing)} as well")


def _nearest(name: str, known: Collection[str]) -> str:
    """Return the nearest known name; if none is near, all known names, if they are few."""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    if near:
        return f"; the nearest name is {near[0]!r}"
    return f"; it has {', '.join(known)}" if len(known) < 10 else ""
