"""How long the visits of a stage last: families averaged, with draws of what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from funnelsim.calibration.durations.families import FAMILIES, Family
from funnelsim.calibration.durations.observed import observed
from funnelsim.calibration.durations.posterior import Weighed, explored, log_posterior, mode
from funnelsim.calibration.durations.prior import Prior
from funnelsim.calibration.durations.product_limit import product_limit
from funnelsim.calibration.estimate import LEVELS, Estimate
from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.io.writing import UnusableError

FEWEST = 5  # visits that ended, below which the prior tells more than they do
_DIGITS = 6  # of numbers that are written


@dataclass(frozen=True)
class Lengths:
    """The lengths of the visits of a stage, as measured.

    Attributes
    ----------
    weights : dict of str to float
        The probability of each family, by name.
    family : array (R,)
        Which of `FAMILIES` each draw is of.
    median, p90 : array (R,)
        Days, of those who ever decide.
    never : array (R,)
        The share that never decides.
    visits : DataFrame
        What was measured.
    worth : float
        As many independent draws of the posterior tell as much as the points that were weighed.
    """

    weights: dict[str, float]
    family: Integers
    median: Floats
    p90: Floats
    never: Floats
    visits: pd.DataFrame
    worth: float

    def estimates(self, stage: str) -> list[Estimate]:
        """Return what a scenario says of the time that customers take in a stage, and who never decides.

        The value that is typed is the member in the middle: of the likeliest family, at the medians of its
        draws.
        """
        likeliest = max(range(len(FAMILIES)), key=lambda each: self.weights[FAMILIES[each].name])
        among = self.family == likeliest
        middle = [float(np.median(each[among])) for each in (self.median, self.p90)]
        never = self.never.round(_DIGITS).clip(max=1 - 10.0**-_DIGITS)
        return [
            Estimate(
                f"stages.{stage}.customer_takes_days",
                written(FAMILIES[likeliest], *middle),
                [
                    written(FAMILIES[each], *days)
                    for each, *days in zip(self.family, self.median, self.p90, strict=True)
                ],
                len(self.visits),
                self.method,
                {"median, days": self.median, "p90, days": self.p90},
            ),
            Estimate(
                f"stages.{stage}.never_decides",
                float(np.median(never)),
                never.tolist(),
                len(self.visits),
                self.method,
                {"share": self.never},
            ),
        ]

    @property
    def method(self) -> str:
        """How it was measured, in a few words."""
        ended = int(np.isfinite(self.visits["high"]).sum())
        if ended < FEWEST:
            return f"what is usual elsewhere: only {ended} visits have ended"
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.weights.items() if share >= 0.005)
        return f"lengths of visits, families averaged: {shares}"

    def fitted(self, days: Floats) -> pd.DataFrame:
        """Return the share of visits that last longer, with its 95 % band.

        Parameters
        ----------
        days : array (n,)
            Above 0.

        Returns
        -------
        DataFrame
            A row for each number of days: `days`, `low`, `middle`, `high`.
        """
        lasting = np.empty((len(self.family), len(days)))
        for number, family in enumerate(FAMILIES):
            among = self.family == number
            center = np.log(self.median[among, None])
            spread = np.log(self.p90[among, None]) - center
            lasting[among] = family.survival(np.log(days), center, spread)
        never = self.never[:, None]
        low, middle, high = np.quantile(never + (1 - never) * lasting, (LEVELS[0], 0.5, LEVELS[1]), axis=0)
        return pd.DataFrame({"days": days, "low": low, "middle": middle, "high": high})

    def seen(self) -> pd.DataFrame:
        """Return the share of visits that last longer, as the data have it without any family.

        See `product_limit`.
        """
        return product_limit(self.visits)


def written(family: Family, median: float, p90: float) -> dict[str, Any]:
    """Write a member of a family as a scenario file does, with numbers that a reader can read."""
    return {
        key: each if isinstance(each, str) else float(f"{each:.{_DIGITS}g}")
        for key, each in family.written(float(median), float(p90)).items()
    }


def measure_lengths(visits: pd.DataFrame, *, draws: int, seed: int) -> Lengths:
    """Measure how long the visits of a stage last, and which share of them never ends (ME2).

    Four families are fitted, each with a share that never decides, to lengths that are exact, within bounds
    or still going on, among visits that may be seen late. Draws are of the posterior over all of them, so
    that the tail is as uncertain as the data leave it (ME4).

    Parameters
    ----------
    visits : DataFrame
        Of one stage, with the columns of `visits_of`; those with a blank `from_age` tell nothing.
    draws : int
        How many draws of the posterior are taken.
    seed : int
        Of the draws.

    Raises
    ------
    UnusableError
        If there is no visit that tells of it.

    Examples
    --------
    >>> days = np.random.default_rng(2).lognormal(np.log(9), 0.8, 300).round(3)
    >>> visits = pd.DataFrame({"low": days, "high": days, "from_age": 0.0, "entered_within": 0.0,
    ...                        "ended_within": 0.0})
    >>> lengths = measure_lengths(visits, draws=200, seed=1)
    >>> takes, never = lengths.estimates("offer")
    >>> low, high = takes.interval("median, days")
    >>> low < 9 < high and never.value < 0.01
    True
    """
    visits = visits[visits["from_age"].notna()]
    if not len(visits):
        raise UnusableError(
            "the history has no visit to this stage that tells how long one lasts: "
            "type a time, or leave the stage out"
        )
    rng = np.random.default_rng(seed)
    prior, seen = Prior(), observed(visits)
    found = []
    for family in FAMILIES:
        density = log_posterior(family, seen, prior)
        found.append(explored(density, *mode(density, seen, prior), rng))
    return _drawn(found, visits, draws, rng)


def _drawn(found: list[Weighed], visits: pd.DataFrame, draws: int, rng: np.random.Generator) -> Lengths:
    """Draw from all families as one: each point with its weight, and so each family with its evidence."""
    evidence = special.softmax([each.log_evidence for each in found])
    points = np.vstack([each.points for each in found])
    family = np.repeat(np.arange(len(found)), [len(each.points) for each in found])
    pooled = Weighed(points, np.concatenate([each.log_weights for each in found]))
    chosen = rng.permutation(_systematic(special.softmax(pooled.log_weights), draws, rng))
    center, log_spread, odds = points[chosen].T
    return Lengths(
        weights={each.name: float(share) for each, share in zip(FAMILIES, evidence, strict=True)},
        family=family[chosen],
        median=np.exp(center),
        p90=np.exp(center + np.exp(log_spread)),
        never=special.expit(odds),
        visits=visits,
        worth=pooled.worth,
    )


def _systematic(weights: Floats, draws: int, rng: np.random.Generator) -> Integers:
    """Draw positions by weights, at even steps from a random start: the least noise of resampling."""
    steps = (np.arange(draws) + rng.random()) / draws
    return np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)
