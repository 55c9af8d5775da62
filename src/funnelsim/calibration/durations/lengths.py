"""How long the visits of a stage last: families averaged, with draws of what is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from funnelsim.calibration.durations.families import FAMILIES, Family
from funnelsim.calibration.durations.members import DIGITS, InSteps, Member, OfFamily
from funnelsim.calibration.durations.observed import observed
from funnelsim.calibration.durations.posterior import Weighed, explored, log_posterior, mode
from funnelsim.calibration.durations.prior import Prior
from funnelsim.calibration.durations.product_limit import product_limit
from funnelsim.calibration.durations.steps import NAME as STEPS
from funnelsim.calibration.durations.steps import Steps, in_steps
from funnelsim.calibration.estimate import LEVELS, Estimate
from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.io.writing import UnusableError

FEWEST = 5  # visits that ended, below which the prior tells more than they do
MOST_NEVER = 0.999999  # a share that is 1 would leave nobody to decide


@dataclass(frozen=True)
class Lengths:
    """The lengths of the visits of a stage, as measured.

    Attributes
    ----------
    weights : dict of str to float
        The probability of each family, by name.
    members : tuple of Member
        Draws of the distribution.
    middle : Member
        Of the likeliest family, in the middle of its draws.
    visits : DataFrame
        What was measured.
    worth : float
        As many independent draws of the posterior tell as much as the points that were weighed.
    """

    weights: dict[str, float]
    members: tuple[Member, ...]
    middle: Member
    visits: pd.DataFrame
    worth: float

    def estimates(self, stage: str) -> list[Estimate]:
        """Return what a scenario says of the time that customers take in a stage, and who never decides."""
        median, p90, never = (
            np.array([getattr(each, name) for each in self.members]) for name in ("median", "p90", "never")
        )
        shares = never.clip(0.0, MOST_NEVER).round(DIGITS)
        return [
            Estimate(
                f"stages.{stage}.customer_takes_days",
                self.middle.written(),
                [each.written() for each in self.members],
                len(self.visits),
                self.method,
                {"median, days": median, "p90, days": p90},
            ),
            Estimate(
                f"stages.{stage}.never_decides",
                float(np.median(shares)),
                shares.tolist(),
                len(self.visits),
                self.method,
                {"share": never},
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
        lasting = np.array([each.lasting(days) for each in self.members])
        low, middle, high = np.quantile(lasting, (LEVELS[0], 0.5, LEVELS[1]), axis=0)
        return pd.DataFrame({"days": days, "low": low, "middle": middle, "high": high})

    def seen(self) -> pd.DataFrame:
        """Return the share of visits that last longer, as the data have it without any family.

        See `product_limit`.
        """
        return product_limit(self.visits)


def measure_lengths(visits: pd.DataFrame, *, draws: int, seed: int) -> Lengths:
    """Measure how long the visits of a stage last, and which share of them never ends (ME2).

    Four families, and a hazard that is constant between ages, are fitted, each with a share that never
    decides, to lengths that are exact, within bounds or still going on, among visits that may be seen late. Draws are of the posterior over all of them, so
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
        found.append(
            _Found(
                family.name, partial(_of_family, family), explored(density, *mode(density, seen, prior), rng)
            )
        )
    stepped = in_steps(visits, seen, rng)
    if stepped is not None:
        steps, weighed = stepped
        found.append(_Found(STEPS, partial(_in_steps, steps), weighed))
    return _drawn(found, visits, draws, rng)


class _Found(NamedTuple):
    """The posterior of a family, and how a point of it is a distribution of lengths."""

    name: str
    member: Callable[[Floats], Member]
    weighed: Weighed


def _of_family(family: Family, point: Floats) -> Member:
    center, log_spread, odds = point
    days = np.exp([center, center + np.exp(log_spread)])
    return OfFamily(family, float(days[0]), float(days[1]), float(special.expit(odds)))


def _in_steps(steps: Steps, point: Floats) -> Member:
    return InSteps(steps, np.exp(point))


def _drawn(found: list[_Found], visits: pd.DataFrame, draws: int, rng: np.random.Generator) -> Lengths:
    """Draw from all families as one: each point with its weight, and so each family with its evidence."""
    evidence = special.softmax([each.weighed.log_evidence for each in found])
    shares = [
        share * special.softmax(each.weighed.log_weights) for share, each in zip(evidence, found, strict=True)
    ]
    points = [(each, row) for each in found for row in each.weighed.points]
    weights = np.concatenate(shares)
    chosen = rng.permutation(_systematic(weights, draws, rng))
    likeliest = found[int(np.argmax(evidence))]
    among = np.array([points[place][1] for place in chosen if points[place][0] is likeliest])
    return Lengths(
        weights={each.name: float(share) for each, share in zip(found, evidence, strict=True)},
        members=tuple(points[place][0].member(points[place][1]) for place in chosen),
        middle=likeliest.member(np.median(among, axis=0)),
        visits=visits,
        worth=float(1 / (weights @ weights)),
    )


def _systematic(weights: Floats, draws: int, rng: np.random.Generator) -> Integers:
    """Draw positions by weights, at even steps from a random start: the least noise of resampling."""
    steps = (np.arange(draws) + rng.random()) / draws
    return np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)
