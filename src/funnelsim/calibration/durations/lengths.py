"""How long the visits of a stage last: families averaged, with draws of what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from funnelsim.calibration.durations.families import FAMILIES
from funnelsim.calibration.durations.members import Member
from funnelsim.calibration.durations.observed import observed
from funnelsim.calibration.durations.posterior import ROUNDS, Weighed, explored, log_evidence, worth
from funnelsim.calibration.durations.prior import Prior
from funnelsim.calibration.durations.product_limit import product_limit
from funnelsim.calibration.durations.steps import Steps, stepped
from funnelsim.calibration.estimate import LEVELS, Estimate
from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.io.writing import UnusableError

FEWEST = 5  # visits that ended, below which the prior tells more than they do
_DIGITS = 6  # of shares that are written


@dataclass(frozen=True)
class Lengths:
    """The lengths of the visits of a stage, as measured.

    Attributes
    ----------
    weights : dict of str to float
        The probability of each family, by name.
    families : list of str
        Of which family each draw is.
    members : list of Member
        The draws: lengths of those who ever decide, with the share that never does.
    visits : DataFrame
        What was measured.
    worth : float
        As many independent draws of the posterior tell as much as the points that were weighed.
    """

    weights: dict[str, float]
    families: list[str]
    members: list[Member]
    visits: pd.DataFrame
    worth: float

    def estimates(self, stage: str) -> list[Estimate]:
        """Return what a scenario says of the time that customers take in a stage, and who never decides.

        The value that is typed is the draw in the middle of those of the likeliest family.
        """
        told = self._told()
        never = [_share(each) for each in told["share"]]
        middle = self._middle(told)
        n, path = len(self.visits), f"stages.{stage}"
        days = {name: told[name] for name in ("median, days", "p90, days")}
        takes = [each.written() for each in self.members]
        return [
            Estimate(f"{path}.customer_takes_days", takes[middle], takes, n, self.method, days),
            Estimate(f"{path}.never_decides", never[middle], never, n, self.method, {"share": told["share"]}),
        ]

    def _told(self) -> dict[str, Floats]:
        rows = [(each.median, each.p90, each.never) for each in self.members]
        return dict(zip(("median, days", "p90, days", "share"), np.array(rows).T, strict=True))

    def _middle(self, told: dict[str, Floats]) -> int:
        """Return which draw of the likeliest family is nearest to the middle of all these in what is told."""
        likeliest = max(self.weights, key=lambda name: self.weights[name])
        among = np.array([name == likeliest for name in self.families])
        numbers = np.array([np.log(told["median, days"]), np.log(told["p90, days"]), told["share"]])
        away = numbers - np.median(numbers[:, among], axis=1, keepdims=True)
        spread = np.maximum(np.std(numbers[:, among], axis=1, keepdims=True), 1e-12)
        return int(np.argmin(np.where(among, ((away / spread) ** 2).sum(axis=0), np.inf)))

    @property
    def method(self) -> str:
        """How it was measured, in a few words."""
        ended = int(np.isfinite(self.visits["high"]).sum())
        if ended < FEWEST:
            return f"what is usual elsewhere, as few visits have ended: {ended}"
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
        lasting = [each.never + (1 - each.never) * each.survival(days) for each in self.members]
        low, middle, high = np.quantile(lasting, (LEVELS[0], 0.5, LEVELS[1]), axis=0)
        return pd.DataFrame({"days": days, "low": low, "middle": middle, "high": high})

    def seen(self) -> pd.DataFrame:
        """Return the share of visits that last longer, as the data have it without any family.

        See `product_limit`.
        """
        return product_limit(self.visits)


def _share(never: float) -> float:
    """Write a share that never decides: below 1, with digits that a reader can read."""
    return min(round(float(never), _DIGITS), 1 - 10.0**-_DIGITS)


def measure_lengths(visits: pd.DataFrame, *, draws: int, seed: int) -> Lengths:
    """Measure how long the visits of a stage last, and which share of them never ends (ME2).

    Four families with a formula and hazards in steps are fitted, each with a share that never decides, to
    lengths that are exact, within bounds or still going on, among visits that may be seen late. Draws are of
    the posterior over all of them, so that the tail is as uncertain as the data leave it (ME4).

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
    curved = [explored(family, seen, prior, rng) for family in FAMILIES]
    return _drawn([*curved, stepped(seen, prior, sum(ROUNDS), rng)], visits, draws, rng)


def _drawn(
    found: Sequence[Weighed | Steps], visits: pd.DataFrame, draws: int, rng: np.random.Generator
) -> Lengths:
    """Draw from all families as one: each point with its weight, and so each family with its evidence."""
    evidence = special.softmax([log_evidence(each.log_weights) for each in found])
    pooled = np.concatenate([each.log_weights for each in found])  # as many of each family
    chosen = rng.permutation(_systematic(special.softmax(pooled), draws, rng))
    family, place = np.divmod(chosen, len(pooled) // len(found))
    return Lengths(
        weights={each.name: float(share) for each, share in zip(found, evidence, strict=True)},
        families=[found[each].name for each in family],
        members=[found[each].member(int(at)) for each, at in zip(family, place, strict=True)],
        visits=visits,
        worth=worth(pooled),
    )


def _systematic(weights: Floats, draws: int, rng: np.random.Generator) -> Integers:
    """Draw positions by weights, at even steps from a random start: the least noise of resampling."""
    steps = (np.arange(draws) + rng.random()) / draws
    return np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)
