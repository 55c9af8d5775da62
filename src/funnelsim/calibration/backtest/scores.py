"""How good forecasts were: scores of samples and of chances, coverage, and what beats what.

All are of plain arrays. A window is one forecast of one quantity and what came of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scoringrules
from scipy import special

from funnelsim.compiling.arrays import Booleans, Floats, Integers

LEVELS = (0.5, 0.8, 0.95)  # of the middle intervals whose coverage is told
FEWEST = 20  # windows that do not overlap, below which coverage is not judged
SURE = 0.95  # of bands and bootstrap intervals
MOST_WINDOWS = 2 / 3  # share of windows in which one must be the better to beat another
RESAMPLES = 2_000
_SEED = 20_261_127


class Coverage(NamedTuple):
    """How often what came lay in the middle intervals of a level."""

    level: float
    share: float
    low: float  # exact binomial band of the share, for the windows that do not overlap
    high: float
    windows: int
    independent: int  # windows that do not overlap

    @property
    def verdict(self) -> str:
        """Say what the band tells: fewer than 20 windows that do not overlap tell nothing."""
        if self.independent < FEWEST:
            return "too few to judge"
        if self.high < self.level:
            return "too narrow"
        return "too wide" if self.low > self.level else "holds"


class Relative(NamedTuple):
    """One forecaster's CRPS against another's, in the same windows."""

    ratio: float  # of the means; below 1: better
    lower: int  # windows in which it is lower
    windows: int

    @property
    def beats(self) -> bool:
        """Return whether it is lower on average, and in at least two thirds of the windows."""
        return self.ratio < 1 and self.lower >= MOST_WINDOWS * self.windows > 0


class Mean(NamedTuple):
    """A mean with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def crps(samples: Floats, came: float) -> float:
    r"""Score samples of a quantity against what came: the fair CRPS, in the quantity's unit; lower is better.

    .. math:: \frac1m \sum_i |x_i - y| - \frac1{2 m (m - 1)} \sum_{i,j} |x_i - x_j|

    Its expectation does not depend on the number of samples, so that forecasters with few are not at a
    disadvantage (the ensemble's own score would be too high by 1/m of half its spread).

    Parameters
    ----------
    samples : array (draws,)
        At least two; NaN where a world has no value, as the cycle of no win: left out.
    came : float
        NaN gives NaN.

    References
    ----------
    Ferro, C. (2014), Fair scores for ensemble forecasts, Quarterly Journal of the Royal Meteorological
    Society 140. Zamo, M. and Naveau, P. (2018), Mathematical Geosciences 50: the estimator by probability-
    weighted moments, which is the same number at the cost of a sort.

    Examples
    --------
    >>> crps(np.array([1.0, 3.0]), 2.0)  # (1 + 1) / 2 - 2 / 2
    0.0
    """
    known = samples[~np.isnan(samples)]
    if len(known) < 2 or np.isnan(came):
        return float("nan")
    return float(scoringrules.crps_ensemble(came, known, estimator="pwm", backend="numpy"))


def pit(samples: Floats, came: float, uniform: float) -> float:
    """Return where what came lies among the samples, from 0 to 1: uniform if the forecast is calibrated.

    Samples that equal it lie above or below at random, so that it is uniform for counts too.

    Parameters
    ----------
    samples : array (draws,)
        NaN is left out.
    came : float
        NaN gives NaN.
    uniform : float
        Drawn from (0, 1).

    References
    ----------
    Czado, C., Gneiting, T. and Held, L. (2009), Predictive model assessment for count data, Biometrics 65.

    Examples
    --------
    >>> pit(np.array([0.0, 1.0, 1.0]), 1.0, 0.5)  # above one, and in the middle of the two and itself
    0.625
    """
    known = samples[~np.isnan(samples)]
    if not len(known) or np.isnan(came):
        return float("nan")
    below, same = int((known < came).sum()), int((known == came).sum())
    return (below + uniform * (same + 1)) / (len(known) + 1)


def pit_histogram(values: Floats, bins: int = 10) -> Integers:
    """Count PIT values in bins of equal width; NaN is left out."""
    known = values[~np.isnan(values)]
    return np.histogram(known, bins=bins, range=(0.0, 1.0))[0].astype(np.int64)


def independent(begins: npt.NDArray[np.datetime64], ends: npt.NDArray[np.datetime64]) -> int:
    """Count the windows that can be chosen so that none overlaps another.

    Examples
    --------
    >>> days = np.arange("2026-01-01", "2026-01-11", dtype="datetime64[D]")
    >>> independent(days, days + 3)  # from the 1st, 4th, 7th and 10th
    4
    """
    chosen, free = 0, None
    for place in np.argsort(ends, kind="stable"):
        if free is None or begins[place] >= free:
            chosen, free = chosen + 1, ends[place]
    return chosen


def coverage(pits: Floats, level: float, windows: int) -> Coverage:
    """Measure how often what came lay in the middle interval of a level.

    It does where the PIT lies in the middle `level` of 0 to 1. For counts that leaves to chance whether an
    end belongs to the interval, so that a calibrated forecast covers just `level`, and the band is exact.

    Parameters
    ----------
    pits : array
        One a window, of `pit`.
    level : float
        Such as 0.8.
    windows : int
        How many do not overlap: the band is for so many.

    Examples
    --------
    >>> found = coverage(np.linspace(0.01, 0.99, 50), 0.8, 50)
    >>> found.share, round(found.low, 3), round(found.high, 3), found.verdict
    (0.8, 0.663, 0.9, 'holds')
    """
    known = pits[~np.isnan(pits)]
    if not len(known):
        return Coverage(level, np.nan, np.nan, np.nan, 0, 0)
    share = float(np.mean(np.abs(known - 0.5) <= level / 2))
    effective = min(windows, len(known))
    return Coverage(level, share, *exact_band(share, effective), len(known), effective)


def exact_band(share: float, windows: int) -> tuple[float, float]:
    """Return the 95 % interval of a chance of which a share of the windows is seen (Clopper-Pearson).

    References
    ----------
    Clopper, C. and Pearson, E. (1934), Biometrika 26: the ends are quantiles of beta distributions, which are
    defined for a share that is no whole number of windows too.
    """
    tail, seen = (1 - SURE) / 2, share * windows
    low = 0.0 if seen <= 0 else float(special.betaincinv(seen, windows - seen + 1, tail))
    high = 1.0 if seen >= windows else float(special.betaincinv(seen + 1, windows - seen, 1 - tail))
    return low, high


def relative(mine: Floats, theirs: Floats) -> Relative:
    """Compare two forecasters by their CRPS in the same windows.

    Parameters
    ----------
    mine, theirs : array (windows,)
        Windows where one of them is NaN are left out.

    Examples
    --------
    >>> found = relative(np.array([1.0, 1.0, 3.0]), np.array([2.0, 2.0, 2.0]))
    >>> round(found.ratio, 3), found.lower, found.beats
    (0.833, 2, True)
    """
    both = ~(np.isnan(mine) | np.isnan(theirs))
    mine, theirs = mine[both], theirs[both]
    if not len(mine) or theirs.mean() <= 0:
        return Relative(np.nan, 0, len(mine))
    return Relative(float(mine.mean() / theirs.mean()), int((mine < theirs).sum()), len(mine))


def of_worlds(chances: Floats, draws: int) -> Floats:
    """Return chances that are shares of so many worlds as no surer than so many worlds can be.

    Half a world is added on either side (Jeffreys): none of 200 is a chance of 0.0025.
    """
    return np.asarray((chances * draws + 0.5) / (draws + 1))


def log_scores(chances: Floats, won: Booleans) -> Floats:
    """Score the chance of each deal: minus the logarithm of what was said of that which came."""
    return np.asarray(scoringrules.log_score(won.astype(np.float64), chances, backend="numpy"))


def brier_scores(chances: Floats, won: Booleans) -> Floats:
    """Score the chance of each deal: its squared distance from 1 if won, else from 0."""
    return np.asarray(scoringrules.brier_score(won.astype(np.float64), chances, backend="numpy"))


def clustered_mean(values: Floats, clusters: npt.ArrayLike) -> Mean:
    """Return a mean over deals, and its interval over resamples of whole clusters.

    Deals of one owner, or of one week, have more in common than others: they are drawn together.

    Parameters
    ----------
    values : array (deals,)
        Scores, or differences of scores.
    clusters : array (deals,)
        Which cluster each belongs to.

    References
    ----------
    Davison, A. and Hinkley, D. (1997), Bootstrap Methods and their Application, section 3.8.
    """
    _, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    sums, sizes = np.bincount(cluster, values), np.bincount(cluster).astype(np.float64)
    groups = len(sums)
    if groups < 2:
        return Mean(float(values.mean()) if len(values) else np.nan, np.nan, np.nan)
    weights = np.random.default_rng(_SEED).multinomial(groups, np.full(groups, 1 / groups), RESAMPLES)
    means = (weights @ sums) / (weights @ sizes)
    low, high = np.quantile(means, [(1 - SURE) / 2, (1 + SURE) / 2])
    return Mean(float(values.mean()), float(low), float(high))
