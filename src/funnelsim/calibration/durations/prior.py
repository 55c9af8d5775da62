"""What is taken of lengths before any visit is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from funnelsim.compiling.arrays import Floats


@dataclass(frozen=True)
class Prior:
    """A weakly informative prior, of three numbers that do not depend on each other.

    It is also the declared distribution from which the study of coverage draws what is true. The median of a
    stage is 14 days, and within a factor of 20 of that with 95 %: from a phone call of the same day to most
    of a year. The 90 % quantile is 3.3 times the median, and with 95 % from 1.6 to 24 times: an exponential
    time, of which it is 3.3 times, is in the middle. The share that never decides is beta, with the mean 0.2
    and half of it below 0.1; a share near 0 is likely, and one of 0.9 is not excluded.

    Attributes
    ----------
    log_median, log_median_deviation : float
        Of the normal distribution of the logarithm of the median in days, of those who ever decide.
    log_spread, log_spread_deviation : float
        Of the normal distribution of the logarithm of the spread, which is log(p90 / median).
    never, ever : float
        Parameters of the beta distribution of the share that never decides.
    """

    log_median: float = float(np.log(14.0))
    log_median_deviation: float = 1.5
    log_spread: float = float(np.log(1.2))
    log_spread_deviation: float = 0.5
    never: float = 0.5
    ever: float = 2.0

    def log_density(self, points: Floats) -> Floats:
        """Return the logarithm of the density of points (n, 3): log median, log spread, log odds of never."""
        center, spread, odds = points.T
        z = (center - self.log_median) / self.log_median_deviation
        s = (spread - self.log_spread) / self.log_spread_deviation
        scale = np.log(2 * np.pi * self.log_median_deviation * self.log_spread_deviation)
        beta = self.never * special.log_expit(odds) + self.ever * special.log_expit(-odds)
        return np.asarray(-0.5 * (z * z + s * s) - scale + beta - special.betaln(self.never, self.ever))

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw points (n, 3).

        >>> Prior().draw(2, np.random.default_rng(1)).shape
        (2, 3)
        """
        center = rng.normal(self.log_median, self.log_median_deviation, n)
        spread = rng.normal(self.log_spread, self.log_spread_deviation, n)
        return np.column_stack([center, spread, special.logit(rng.beta(self.never, self.ever, n))])
