"""Lengths of any shape: a hazard that is constant between ages (ME2).

Where deals end early or late but seldom in between, no family with two numbers has that shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from funnelsim.calibration.durations.observed import Observed
from funnelsim.calibration.durations.posterior import Weighed, told
from funnelsim.compiling.arrays import Floats

NAME = "steps"
MOST_STEPS = 12
PROPOSALS = 1_000
_FEWEST = 20  # visits that ended in a step
_SHAPE = 0.5  # of the gamma prior of each hazard, whose mean is the hazard of all ages
_BEYOND = 2.0  # the last step reaches to so many times the age at which a visit was last seen to end
_PARTS = (0.0, 0.5)  # of a step at which its curve has a point, where a scenario has straight lines
_LEAST = 1e-300


@dataclass(frozen=True)
class Steps:
    """Ages between which the hazard is constant; after the last one nobody ends any more.

    Attributes
    ----------
    ages : array (steps + 1,)
        Days, from 0 on.

    Examples
    --------
    >>> half = Steps(np.array([0.0, 10.0]))
    >>> half.lasting(np.array([5.0, 20.0]), np.array([[np.log(2) / 10]])).round(3).ravel().tolist()
    [0.707, 0.5]
    """

    ages: Floats

    def spent(self, days: Floats) -> Floats:
        """Return how long a visit of so many days has been in each step: (days, steps)."""
        return np.asarray(np.clip(days[:, None] - self.ages[:-1], 0.0, np.diff(self.ages)))

    def lasting(self, days: Floats, hazards: Floats) -> Floats:
        """Return the share of all visits that last longer, by hazards a day (n, steps): (days, n)."""
        return np.asarray(np.exp(-self.spent(days) @ hazards.T))

    def log_density(self, days: Floats, hazards: Floats) -> Floats:
        """Return the logarithm of the density a day: (days, n)."""
        step = np.searchsorted(self.ages, days, side="left") - 1
        beyond = step >= hazards.shape[1]
        at = np.log(np.maximum(hazards.T[np.clip(step, 0, hazards.shape[1] - 1)], _LEAST))
        at[beyond] = np.log(_LEAST)
        return np.asarray(at - self.spent(days) @ hazards.T)

    def quantile(self, hazards: Floats, level: float) -> float:
        """Return the days by which a share of those who ever decide has done so."""
        lines = self.written(hazards)["quantiles"]
        return float(np.interp(level, lines["levels"], lines["values"]))

    def written(self, hazards: Floats) -> dict[str, Any]:
        """Write the lengths of those who ever decide as a scenario file does: quantiles."""
        widths = np.diff(self.ages)
        days = np.append((self.ages[:-1, None] + widths[:, None] * np.array(_PARTS)).ravel(), self.ages[-1])
        ended = 1 - self.lasting(days, hazards[None, :])[:, 0]
        levels = (ended / ended[-1]).round(6)
        kept = np.append(np.diff(levels) > 0, True)
        return {"quantiles": {"levels": levels[kept].tolist(), "values": days[kept].round(6).tolist()}}


def in_steps(visits: pd.DataFrame, seen: Observed, rng: np.random.Generator) -> tuple[Steps, Weighed] | None:
    """Measure hazards that are constant between ages; None if too few visits have ended.

    Hazards are gamma: with the visits that ended in a step and the time that visits have spent in it, the
    posterior has a formula where lengths are exact. Lengths within bounds are taken in their middle for it,
    and the draws weighed by what was truly seen, as those of other families are.

    Returns
    -------
    Steps, Weighed
        Ages, and draws of the logarithm of the hazards with their weights.
    """
    low, high, late = (visits[name].to_numpy(dtype=np.float64) for name in ("low", "high", "from_age"))
    over = np.isfinite(high)
    ended = (low[over] + high[over]) / 2
    count = min(MOST_STEPS, len(ended) // _FEWEST)
    if count < 2 or np.ptp(ended) == 0:
        return None
    steps = Steps(_ages(ended, high[over], count))
    ends = np.where(over, low + np.where(over, high - low, 0.0) / 2, low)
    spent = steps.spent(ends).sum(axis=0) - steps.spent(late).sum(axis=0)
    events = np.diff(np.searchsorted(np.sort(ended), steps.ages, side="right")).astype(np.float64)
    rate = _SHAPE * spent.sum() / len(ended)
    proposed = stats.gamma(_SHAPE + events, scale=1 / (rate + spent))
    hazards = np.asarray(proposed.rvs((PROPOSALS, len(events)), random_state=rng))
    prior = stats.gamma(_SHAPE, scale=1 / rate)
    likelihood = told(
        seen,
        steps.log_density(np.exp(seen.exact), hazards),
        steps.lasting(np.exp(seen.log_days), hazards),
    )
    weights = likelihood + (prior.logpdf(hazards) - proposed.logpdf(hazards)).sum(axis=1)
    return steps, Weighed(np.log(hazards), weights)


def _ages(ended: Floats, latest: Floats, count: int) -> Floats:
    """Divide ages so that about as many visits end in each step, and add one after the last end."""
    inner = np.unique(np.quantile(ended, np.arange(1, count) / count).round(6))
    last = float(latest.max())
    inner = inner[(inner > 0) & (inner < last)]
    return np.concatenate([[0.0], inner, [last, _BEYOND * last]])
