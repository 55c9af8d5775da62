"""Numbers of groups that are alike: each from a normal distribution whose deviation is measured, too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelsim.compiling.arrays import Floats

_POINTS = 60  # of the grid over how far groups lie apart
_REACH = 4.0  # scales of its prior


@dataclass(frozen=True)
class Alike:
    """What is known beforehand of the numbers of groups.

    Attributes
    ----------
    mean, deviation : float
        Normal prior of what is common.
    apart : float
        Scale of the half-normal prior of the standard deviation of the groups about it.
    """

    mean: float
    deviation: float
    apart: float

    def _on_grid(self, seen: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return deviations of the groups, and the logarithm of the joint density at each; both (points,)."""
        apart = (np.arange(_POINTS) + 0.5) / _POINTS * _REACH * self.apart
        spread = variance[:, None] + apart**2
        precision = 1 / spread
        common = precision.sum(0) + self.deviation**-2
        pull = (precision * (seen - self.mean)[:, None]).sum(0)
        squares = (precision * (seen - self.mean)[:, None] ** 2).sum(0) - pull**2 / common
        dimensions = len(seen) * np.log(2 * np.pi)
        log = -(dimensions + np.log(spread).sum(0) + np.log(common * self.deviation**2) + squares) / 2
        width = np.log(_REACH / _POINTS * np.sqrt(2 / np.pi))  # the prior sums to 1 over the grid
        return apart, log - (apart / self.apart) ** 2 / 2 + width

    def log_evidence(self, seen: Floats, variance: Floats) -> float:
        """Return the logarithm of the density of what is seen of the groups.

        Parameters
        ----------
        seen, variance : array
            Of each group: its number as its data say, and how unsure that is; shape (groups,).

        Examples
        --------
        >>> alone = Alike(0.0, 1.0, 1e-9).log_evidence(np.array([1.0]), np.array([3.0]))  # N(0, 4)
        >>> bool(abs(alone + (np.log(8 * np.pi) + 1 / 4) / 2) < 1e-3)
        True
        """
        return float(np.logaddexp.reduce(self._on_grid(seen, variance)[1]))

    def draw(self, seen: Floats, variance: Floats, rng: np.random.Generator) -> Floats:
        """Draw the numbers of the groups.

        Parameters
        ----------
        seen : array
            Of each group, NaN where its data say nothing; shape (groups,).
        variance : array
            How unsure that is, infinite where its data say nothing; shape (groups, draws).
        rng : Generator
            Of random numbers.

        Returns
        -------
        array
            Shape (groups, draws).
        """
        told = np.isfinite(seen)
        apart, logs = self._on_grid(seen[told], variance[told].mean(axis=1))
        weights = np.exp(logs - logs.max())
        width = apart[1] - apart[0]
        draws = variance.shape[1]
        chosen = rng.choice(apart, draws, p=weights / weights.sum())
        chosen = chosen + rng.uniform(-0.5, 0.5, draws) * width
        precision = 1 / (variance[told] + chosen**2)
        common = 1 / (precision.sum(0) + self.deviation**-2)
        mean = (precision * seen[told][:, None]).sum(0) + self.mean * self.deviation**-2
        middle = rng.normal(mean * common, np.sqrt(common))
        own, between = 1 / variance, chosen**-2
        about = np.where(told[:, None], np.nan_to_num(seen)[:, None] * own, 0.0) + middle * between
        return np.asarray(rng.normal(about / (own + between), (own + between) ** -0.5))
