"""How fast reps are, by partial pooling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from funnelsim.calibration.amounts import Alike
from funnelsim.compiling.arrays import Floats, Integers

FEWEST_DAYS = 5  # of work that tell a rep's speed
_APART = 0.3  # scale of how far reps lie apart, in logarithms
_ROUNDS = 20  # of setting stages and reps right in turn
_BY_CHANCE = 0.05
_LEAST = 1e-6  # variance: there is always some


@dataclass(frozen=True)
class Speeds:
    """How fast reps are.

    Attributes
    ----------
    reps : tuple of str
        Who has worked on at least `FEWEST_DAYS` days.
    draws : array
        Factors on the pace, 1 in the middle of the reps; shape (reps, draws).
    days, visits : array of int
        On which they worked, and visits made; shape (reps,).
    p_value : float
        The chance of at least such differences among reps who are alike; NaN for fewer than two.
    """

    reps: tuple[str, ...]
    draws: Floats
    days: Integers
    visits: Integers
    p_value: float

    @property
    def differ(self) -> bool:
        """Return whether reps differ more than by chance."""
        return bool(self.p_value < _BY_CHANCE)

    def words(self) -> str:
        """Say whether reps differ."""
        if len(self.reps) < 2:
            return f"Too few reps have worked on {FEWEST_DAYS} days to tell who is faster."
        low, high = np.quantile(np.median(self.draws, axis=1), (0.1, 0.9))
        if self.differ:
            return (
                f"Reps differ in speed: the fastest tenth works {high:.2f} times as fast as the middle, the "
                f"slowest tenth {low:.2f} times."
            )
        return f"Reps differ in speed no more than chance would have it (p = {self.p_value:.2f})."


def measure_speeds(visits: pd.DataFrame, draws: int, rng: np.random.Generator) -> Speeds:
    """Measure how fast reps work, for the same stages.

    The logarithm of a visit's time is that of its stage, less that of the rep's speed. What is left varies by
    day: so the days of a rep are counted, not its visits. Speeds come from a normal distribution of their
    logarithms whose deviation is measured (ME4). That they differ at all is tested by Cochran's Q.

    Parameters
    ----------
    visits : DataFrame
        `stage`, `rep`, `start` and `worked` (hours, above 0) of each visit.
    draws : int
        How many.
    rng : Generator
        Of random numbers.
    """
    day = visits["start"].dt.floor("D").rename("day")
    days = day.groupby(visits["rep"]).nunique()
    reps = tuple(sorted(map(str, days.index[days >= FEWEST_DAYS])))
    rows = visits[visits["rep"].isin(reps)]
    if not reps:
        return Speeds((), np.empty((0, draws)), np.zeros(0, np.int64), np.zeros(0, np.int64), float("nan"))
    rest = pd.DataFrame({"rep": rows["rep"], "day": day.loc[rows.index], "rest": _without_stages(rows)})
    slow, variance = _of_reps(rest)
    p_value = float("nan")
    if len(reps) > 1:
        middle = np.average(slow, weights=1 / variance)
        p_value = float(stats.chi2.sf(np.sum((slow - middle) ** 2 / variance), len(reps) - 1))
    alike = Alike(0.0, 1.0, _APART)
    drawn = alike.draw(slow, np.repeat(variance[:, None], draws, axis=1), rng)
    pace = np.exp(-(drawn - drawn.mean(axis=0)))
    number = np.asarray(rows.groupby("rep").size()[list(reps)], np.int64)
    return Speeds(reps, pace, np.asarray(days[list(reps)], np.int64), number, p_value)


def _without_stages(rows: pd.DataFrame) -> Floats:
    """Return the logarithm of the hours of visits, less what is due to their stages."""
    logs = np.log(rows["worked"])
    of_stage = of_rep = pd.Series(0.0, index=rows.index)
    for _ in range(_ROUNDS):
        of_stage = (logs - of_rep).groupby(rows["stage"]).transform("mean")
        of_rep = (logs - of_stage).groupby(rows["rep"]).transform("mean")
    return np.asarray(logs - of_stage, np.float64)


def _of_reps(rest: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return each rep's mean, by name, and its variance: (reps,) both.

    Visits vary within a day, and days do (DerSimonian and Laird 1986); both variances are those of all reps.
    """
    by_day = rest.groupby(["rep", "day"])["rest"].agg(["mean", "size", "var"]).reset_index()
    size, mean = by_day["size"].to_numpy(float), by_day["mean"].to_numpy(float)
    free = float(np.sum(size - 1))
    squares = float(np.sum(by_day["var"].fillna(0.0).to_numpy() * (size - 1)))
    within = max(squares / free, _LEAST) if free > 0 else _LEAST
    _, whose = np.unique(by_day["rep"].to_numpy(str), return_inverse=True)

    def middles(weight: Floats) -> tuple[Floats, Floats]:
        total = np.bincount(whose, weight).astype(np.float64)
        return np.bincount(whose, weight * mean) / total, total

    weight = size / within
    middle, total = middles(weight)
    excess = np.sum(weight * (mean - middle[whose]) ** 2) - (len(mean) - len(total))
    apart = np.sum(total - np.bincount(whose, weight**2) / total)
    between = max(excess / apart, 0.0)
    middle, total = middles(1 / (between + within / size))
    return middle, 1 / total
