"""Who closes: what can be said of reps, and whether they differ more than chance would have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.calibration.estimate import LEVELS
from funnelsim.calibration.outcomes import Outcomes
from funnelsim.calibration.outcomes.layout import months
from funnelsim.compiling.arrays import Floats, Integers

_SHUFFLES = 4999
_JUDGED_FROM = 10  # visits of a rep, below which the share that advanced says too little
_RARE = 0.05  # p value below which chance alone does not do


@dataclass(frozen=True)
class Skill:
    """How much reps differ.

    Attributes
    ----------
    reps : DataFrame
        A row a rep, best first: `n` visits that ended, the `share` of them that advanced, and `odds_ratio`
        against the average visit, partially pooled, with its 95 % interval `low` and `high`.
    deviation : tuple of float
        Median and 95 % interval of the standard deviation of the reps' log odds ratios.
    variance, by_chance : float
        Of the success rates of reps with ten visits at least, and what it would be on average if visits were
        dealt to reps at random among those of the same stage and month of the quarter.
    p_value : float
        Chance that they would then differ as much as they do.
    judged : int
        Reps with ten visits at least.
    """

    reps: pd.DataFrame
    deviation: tuple[float, float, float]
    variance: float
    by_chance: float
    p_value: float
    judged: int

    @property
    def differs(self) -> bool:
        """Return whether the reps differ more than chance would have them (at 5 %)."""
        return self.p_value < _RARE

    def sentence(self) -> str:
        """Say how much they differ, in words."""
        middle, low, high = self.deviation
        verdict = "more than" if self.differs else "as much as"
        return (
            f"Success rates of {self.judged} reps vary {verdict} chance alone would have them: variance "
            f"{self.variance:.5f}, by chance {self.by_chance:.5f} (p = {self.p_value:.2g}). Deviation of the "
            f"log odds ratios: {middle:.2f} (95 %: {low:.2f} to {high:.2f})."
        )


def skill_of(outcomes: Outcomes, *, seed: int) -> Skill | None:
    """Tell what can be said of reps.

    The p value is that of a permutation test: reps are dealt the visits anew, as many of each stage and month
    of the quarter as they had.

    Parameters
    ----------
    outcomes : Outcomes
    seed : int

    Returns
    -------
    Skill or None
        None if fewer than two reps have ten visits that ended.

    Examples
    --------
    >>> from funnelsim.calibration.outcomes import measure_outcomes
    >>> ends = pd.DataFrame({"rep": ["Ann", "Bob"] * 60, "went_to": ["won", "lost", "lost", "won"] * 30})
    >>> visits = ends.assign(deal="", stage="offer", segment="", channel="", low=3.0, high=3.0)
    >>> visits["ended"] = pd.Timestamp("2026-03-04")
    >>> skill = skill_of(measure_outcomes(visits, ("offer",), draws=100, seed=1), seed=1)
    >>> skill.differs, skill.reps["share"].to_dict()
    (False, {'Ann': 0.5, 'Bob': 0.5})
    """
    deviation = outcomes.deviation("rep")
    visits = outcomes.visits[outcomes.visits["rep"] != ""]
    counts = visits["rep"].value_counts().sort_index()
    judged = counts.index[counts >= _JUDGED_FROM]
    if deviation is None or len(judged) < 2:
        return None
    seen, shuffled = _variances(visits[visits["rep"].isin(judged)], np.random.default_rng(seed))
    low, high = np.quantile(deviation, LEVELS)
    return Skill(
        _table(outcomes, counts),
        (float(np.median(deviation)), float(low), float(high)),
        seen,
        float(shuffled.mean()),
        float((1 + np.sum(shuffled >= seen * (1 - 1e-12))) / (1 + len(shuffled))),
        len(judged),
    )


def _table(outcomes: Outcomes, counts: pd.Series) -> pd.DataFrame:
    """Return a row a rep, best first."""
    levels, logs = outcomes.log_ratios("rep")
    low, high = np.exp(np.quantile(logs, LEVELS, axis=0))
    pooled = pd.DataFrame(
        {"odds_ratio": np.exp(logs.mean(axis=0)), "low": low, "high": high},
        index=pd.Index(levels, name="rep"),
    )
    share = outcomes.visits.groupby("rep")["advanced"].mean()
    table = pd.DataFrame({"n": counts, "share": share}).join(pooled, how="inner").dropna()
    return table.sort_values("odds_ratio", ascending=False)


def _variances(visits: pd.DataFrame, rng: np.random.Generator) -> tuple[float, Floats]:
    """Return the variance of the reps' shares, and those after visits have been dealt anew.

    How many of a stratum's advances fall on each rep is multivariate hypergeometric.
    """
    rep = pd.factorize(visits["rep"])[0]
    won = visits["advanced"].to_numpy(bool)
    stratum = pd.factorize(pd.Series(list(zip(visits["stage"], months(visits), strict=True))))[0]
    total = np.bincount(rep)
    shuffled = np.zeros((_SHUFFLES, len(total)))
    for number in range(stratum.max() + 1):
        here = stratum == number
        dealt: Integers = np.bincount(rep[here], minlength=len(total))
        shuffled += rng.multivariate_hypergeometric(
            dealt, int(won[here].sum()), _SHUFFLES, method="marginals"
        )
    seen = np.bincount(rep, won) / total
    return float(np.var(seen, ddof=1)), np.var(shuffled / total, axis=1, ddof=1)
