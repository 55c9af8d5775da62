"""Where those go who advance or do not, and for which reasons sales are lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from funnelsim.calibration.estimate import Estimate
from funnelsim.scenario.paths import written

UNSTATED = "unstated"  # the reason of a loss that has none

_METHOD = "shares of those counted and one more of each (Dirichlet)"


def routes(
    visits: pd.DataFrame, stages: Sequence[str], *, draws: int, rng: np.random.Generator
) -> list[Estimate]:
    """Measure where those who leave a stage go, where that is not always the next stage, or a loss.

    Parameters
    ----------
    visits : DataFrame
        Those that have ended, with `went_to` and `advanced`.
    stages : sequence of str
        First to last.
    draws : int
    rng : Generator

    Returns
    -------
    list of Estimate
        `stages.S.next`, shares of those who advance, and `stages.S.back_to`, shares of those who do not.

    Examples
    --------
    >>> ends = pd.DataFrame({"went_to": ["won", "offer", "lost"] * 3, "advanced": [True, True, False] * 3})
    >>> found = routes(ends.assign(stage="call"), ("call", "offer"), draws=9, rng=np.random.default_rng(1))
    >>> [(each.path, each.value) for each in found]
    [('stages.call.next', {'offer': 0.5, 'won': 0.5})]
    """
    found = []
    for stage, usual in zip(stages, [*stages[1:], "won"], strict=True):
        here = visits[visits["stage"] == stage]
        advanced = here["advanced"].to_numpy(bool)
        onward = {usual: 0} | _counts(here["went_to"][advanced])
        if len(onward) > 1:
            found.append(_shares(written(("stages", stage, "next")), onward, draws, rng))
        back = {"lost": 0} | _counts(here["went_to"][~advanced])
        if len(back) > 1:
            found.append(_shares(written(("stages", stage, "back_to")), back, draws, rng))
    return found


def reasons(
    visits: pd.DataFrame, reason_of: pd.Series, stages: Sequence[str], *, draws: int, rng: np.random.Generator
) -> list[Estimate]:
    """Measure for which reasons sales are lost in each stage: `stages.S.lost_reasons`.

    Parameters
    ----------
    visits : DataFrame
        Those that have ended.
    reason_of : Series
        Reasons by deal; blank where there is none.
    stages : sequence of str
    draws : int
    rng : Generator

    Returns
    -------
    list of Estimate
        None of a stage that says no reasons.

    Examples
    --------
    >>> lost = pd.DataFrame({"deal": ["a", "b"], "stage": "offer", "went_to": "lost"})
    >>> reason_of = pd.Series({"a": "price", "b": ""})
    >>> found = reasons(lost, reason_of, ("offer",), draws=9, rng=np.random.default_rng(1))
    >>> [(each.path, each.value) for each in found]
    [('stages.offer.lost_reasons', {'price': 0.5, 'unstated': 0.5})]
    """
    lost = visits[visits["went_to"] == "lost"]
    told = lost["deal"].map(reason_of).fillna("").replace("", UNSTATED)
    found = []
    for stage in stages:
        here = _counts(told[lost["stage"] == stage])
        if set(here) - {UNSTATED}:
            found.append(_shares(written(("stages", stage, "lost_reasons")), here, draws, rng))
    return found


def _counts(names: pd.Series) -> dict[str, int]:
    """Count names, in their order."""
    return {str(name): int(count) for name, count in names.value_counts().sort_index().items()}


def _shares(path: str, counts: Mapping[str, int], draws: int, rng: np.random.Generator) -> Estimate:
    """Draw shares from their posterior; what is lost is what is not named in `back_to`."""
    names, concentration = list(counts), np.array(list(counts.values())) + 1.0
    drawn = rng.dirichlet(concentration, draws)
    written = [name for name in names if name != "lost"]
    tables = [{name: row[names.index(name)] for name in written} for row in drawn.tolist()]
    mean = concentration / concentration.sum()
    value = {name: float(mean[names.index(name)]) for name in written}
    told = {f"share {name}": drawn[:, names.index(name)] for name in written}
    return Estimate(path, value, tables, sum(counts.values()), _METHOD, told)
