"""What has been measured of how visits end, and who closes (ME3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.outcomes.curves import Curve
from funnelsim.calibration.outcomes.layout import FIELDS, Layout, OfStage, laid_out, waits
from funnelsim.calibration.outcomes.logit import Posterior, sample
from funnelsim.calibration.outcomes.shares import reasons, routes
from funnelsim.compiling.arrays import Floats
from funnelsim.io.writing import UnusableError
from funnelsim.scenario.paths import written

TEAM = "sales"  # of all reps of a history

_METHOD = "hierarchical logistic regression of all visits that ended"
_OBSERVED = f"{_METHOD}; as observed: who is worked on soon may have been more promising from the beginning"
_PATHS = {
    "segment": ("segments", "{}", "odds_ratio"),
    "channel": ("channels", "{}", "fit"),
    "rep": ("teams", TEAM, "reps", "{}", "skill"),
}
_DIGITS = 6  # significant ones, of what is written


@dataclass(frozen=True)
class Outcomes:
    """How visits end: draws of all odds and shares, measured together.

    A stage's odds are those of its average visit: odds ratios of segments, channels and reps are relative to
    the mean of the visits that ended, on the log scale, and so are those of the age.

    Attributes
    ----------
    visits : DataFrame
        Those that have ended, with `advanced`: whether to a later stage, or won.
    stages : tuple of str
        First to last.
    layout : Layout
        Which coefficient says what.
    posterior : Posterior
        Draws of the coefficients and of the deviations.
    shared : list of Estimate
        Of where visits go, and of reasons.
    """

    visits: pd.DataFrame
    stages: tuple[str, ...]
    layout: Layout
    posterior: Posterior
    shared: list[Estimate]

    def estimates(self) -> list[Estimate]:
        """Return what a scenario file says of it; row i of all draws belongs together (ME5)."""
        found = []
        for stage in self.stages:
            found += self._of_stage(stage)
        for field in self.layout.fields:
            found += self._of_field(field)
        waited = int(np.sum(~np.isnan(waits(self.visits))))
        by_wait = self._by_time("effects.wait", self.layout.wait, "hours", waited)
        return [*found, *(replace(each, method=_OBSERVED) for each in by_wait), *self.shared]

    def level(self, stage: str) -> Floats:
        """Return draws of the log odds of a stage's average visit."""
        drawn = self.posterior.coefficients
        average = [drawn[:, each.coefficients] @ each.shares for each in self.layout.fields.values()]
        return np.asarray(drawn[:, self.layout.stages[stage].level] + sum(average))

    def log_ratios(self, field: str) -> tuple[tuple[str, ...], Floats]:
        """Return the levels of a field, and draws of their log odds ratios (draws, levels).

        Their mean over the visits is 0.
        """
        own = self.layout.fields[field]
        drawn = self.posterior.coefficients[:, own.coefficients]
        return own.levels, drawn - (drawn @ own.shares)[:, None]

    def deviation(self, name: str) -> Floats | None:
        """Return draws of a deviation of log odds ratios, such as that of "rep"; None if there is none."""
        names = self.layout.deviations
        return self.posterior.deviations[:, names.index(name)] if name in names else None

    def chances(self, visits: pd.DataFrame) -> Floats:
        """Return draws of the chance that each visit advances, if it ends as it says: (draws, visits).

        Parameters
        ----------
        visits : DataFrame
            With `stage`, `low`, `high`, `ended` and the fields; a name never seen is taken as average.
        """
        return np.asarray(expit(self.layout.columns(visits) @ self.posterior.coefficients.T).T)

    def _of_stage(self, stage: str) -> list[Estimate]:
        """Return conversion, when it is decided, and what age and month do."""
        own, n = self.layout.stages[stage], int((self.visits["stage"] == stage).sum())
        level = self.level(stage)
        share = Estimate(
            written(("stages", stage, "conversion")),
            _plain(expit(level.mean())),
            _plain(expit(level)),
            n,
            _METHOD,
            {"share advancing": expit(level)},
        )
        path = written(("stages", stage, "effects", "time_in_stage"))
        decided = written(("stages", stage, "decided"))
        when = Estimate(decided, "when_answered", None, n, "records tell when a visit ended", {})
        return [share, when, *self._by_time(path, own.age, "days", n), *self._by_month(stage, own, n)]

    def _by_time(self, path: str, curve: Curve, unit: str, n: int) -> list[Estimate]:
        """Return the odds ratios by a length of time, where it may matter."""
        if not len(curve.points):
            return []
        logs, points = curve.log_ratios(self.posterior.coefficients), curve.points.tolist()
        tables = [{unit: points, "odds_ratio": row} for row in _plain(np.exp(logs))]
        value = {unit: points, "odds_ratio": _plain(np.exp(logs.mean(axis=0)))}
        names = [f"odds ratio at {point:g} {unit}" for point in points]
        return [Estimate(path, value, tables, n, _METHOD, dict(zip(names, np.exp(logs.T), strict=True)))]

    def _by_month(self, stage: str, own: OfStage, n: int) -> list[Estimate]:
        """Return the odds ratios by month of the quarter, where all three have been seen."""
        if own.months.start == own.months.stop:
            return []
        logs = own.log_ratios_of_month(self.posterior.coefficients)
        names = [f"odds ratio in month {month} of the quarter" for month in (1, 2, 3)]
        told = dict(zip(names, np.exp(logs.T), strict=True))
        path = written(("stages", stage, "effects", "month_of_quarter"))
        return [Estimate(path, _plain(np.exp(logs.mean(axis=0))), _plain(np.exp(logs)), n, _METHOD, told)]

    def _of_field(self, field: str) -> list[Estimate]:
        """Return the odds ratio of each level with a name."""
        levels, logs = self.log_ratios(field)
        counts = self.visits[field].value_counts()
        return [
            Estimate(
                written(tuple(part.format(level) for part in _PATHS[field])),
                _plain(np.exp(logs[:, at].mean())),
                _plain(np.exp(logs[:, at])),
                int(counts[level]),
                _METHOD,
                {"odds ratio": np.exp(logs[:, at])},
            )
            for at, level in enumerate(levels)
            if level
        ]


def measure_outcomes(
    visits: pd.DataFrame,
    stages: Sequence[str],
    *,
    draws: int,
    seed: int,
    reason_of: pd.Series | None = None,
) -> Outcomes:
    """Measure how visits end, given that they end (ME2, ME3).

    The log odds of advancing are those of the stage, plus log odds ratios by age (straight lines in log
    time), by month of the quarter, of the segment, the channel and the rep. Priors: a stage's log odds are
    normal (0, 1.5). Log odds ratios of segments, channels and reps are normal (0, their deviation), those of
    months too, given that their mean is 0. From one point of age to the next they rise by a normal (0,
    deviation x root of the difference of log time); so do those by wait, which are the same in all stages.
    Each of these deviations is half-normal (0.5). Shares are uniform (Dirichlet).

    Parameters
    ----------
    visits : DataFrame
        A row a visit, with `deal`, `stage`, `segment`, `channel`, `rep`, `ended`, `low` and `high` (days),
        and `went_to`: a stage, "won", "lost", or "" where the visit goes on. Fields that are blank throughout
        are left out; a blank beside names is a level of its own. There may be `wait`, the hours until
        somebody began to work on the visit; NaN where that is not known.
    stages : sequence of str
        First to last.
    draws, seed : int
    reason_of : Series, optional
        Reasons of losses by deal.

    Returns
    -------
    Outcomes

    Raises
    ------
    UnusableError
        If no visit has ended.

    Examples
    --------
    >>> ends = pd.DataFrame({"went_to": ["won", "lost", "won", ""] * 30, "ended": pd.Timestamp("2026-03-04")})
    >>> visits = ends.assign(deal="", stage="offer", segment="", channel="", rep="", low=3.0, high=4.0)
    >>> measured = measure_outcomes(visits, ("offer",), draws=400, seed=1)
    >>> conversion = measured.estimates()[0]
    >>> conversion.path, conversion.n, round(conversion.value, 1)
    ('stages.offer.conversion', 90, 0.7)
    """
    ended = with_advanced(visits, stages)
    layout = laid_out(ended, stages)
    posterior = sample(layout.logit(ended), draws=draws, seed=seed)
    rng = np.random.default_rng([seed, 1])
    shared = routes(ended, stages, draws=draws, rng=rng)
    if reason_of is not None:
        shared += reasons(ended, reason_of, stages, draws=draws, rng=rng)
    return Outcomes(ended, tuple(stages), layout, posterior, shared)


def with_advanced(visits: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """Return the visits that have ended, with `advanced`: whether to a later stage, or won.

    Raises
    ------
    UnusableError
        If there is none.
    """
    ended = visits[(visits["went_to"] != "") & visits["stage"].isin(stages)].reset_index(drop=True)
    if ended.empty:
        raise UnusableError(
            f"no visit to a stage has ended (visits in all: {len(visits)}), so nothing tells how they end; "
            "a longer history is needed, with deals that moved on, were won or were lost"
        )
    ended[list(FIELDS)] = ended[list(FIELDS)].fillna("")
    ended["advanced"] = advances(ended, stages)
    return ended


def advances(visits: pd.DataFrame, stages: Sequence[str]) -> pd.Series:
    """Return of each visit whether it went to a later stage, or was won."""
    place = {stage: number for number, stage in enumerate([*stages, "won"])}
    return visits["went_to"].map(place) > visits["stage"].map(place)


def _plain(numbers: Floats) -> Any:
    """Return plain numbers, or lists of them, of as many digits as anybody needs."""
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(numbers)))
    return (np.round(numbers * scale) / scale).tolist()
