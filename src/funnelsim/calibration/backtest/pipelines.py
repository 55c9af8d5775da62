"""Forecasts from the deals that are open: win shares of earlier ones like them, plus past new business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.looks import AGE, MOST, Looks, look_back, open_deals, wins_of
from funnelsim.calibration.backtest.samples import (
    DRAWS,
    gamma_of,
    generator,
    resampled_medians,
    resampled_sums,
)
from funnelsim.calibration.backtest.windows import NEW_WINS, OPEN_WINS, VALUE, WINS, WindowForecast
from funnelsim.compiling.arrays import Floats
from funnelsim.history.history import History
from funnelsim.io.writing import UnusableError


@dataclass(frozen=True)
class WeightedPipeline:
    """Win shares of the open deals, by cell, plus past new business.

    Wins of open deals are a sum of independent events, each with its own chance (Poisson-binomial): the share
    of earlier deals of the same cell that were won as soon. Wins of new deals are negative binomial with mean
    and variance of those of earlier windows. A win is worth the deal's own value where it is known, else that
    of an earlier win, of the same segment if that is part of the cell.

    Attributes
    ----------
    by : tuple of str
        What makes a cell: of "stage", "age", "channel", "segment", "rep".
    looks : int
        How many earlier snapshots of the pipeline tell the shares, at most.
    draws, seed : int
        Samples, and of what they are drawn.
    """

    by: tuple[str, ...] = ("stage", AGE)
    looks: int = MOST
    draws: int = DRAWS
    seed: int = 1

    @property
    def name(self) -> str:
        """As it is called on the page."""
        return f"weighted pipeline by {' and '.join(self.by)}"

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast as `Forecaster.forecast` says.

        Raises
        ------
        UnusableError
            If a field of the cells is not known for the past, or the past is shorter than the window.
        """
        must_be_known(history, self.by)
        rng = generator(self.seed, self.name, origin)
        looks, pipeline, past = (
            look_back(history, origin, ends, self.looks),
            open_deals(history),
            wins_of(history),
        )
        chances = looks.shares(pipeline, self.by)
        open_wins, value = self._of_open(pipeline, chances, past, rng)
        new_wins = new_business(looks, self.draws, rng)
        flows = {WINS: open_wins + new_wins, OPEN_WINS: open_wins, NEW_WINS: new_wins}
        if past["value"].notna().any():
            flows[VALUE] = value + resampled_sums(past["value"].fillna(0.0).to_numpy(), new_wins, rng)
        said = dict(zip(pipeline.index, chances.sum(axis=1), strict=True))
        return WindowForecast(flows, resampled_medians(past, flows[WINS].sum(axis=1), rng), said)

    def _of_open(
        self, pipeline: pd.DataFrame, chances: Floats, past: pd.DataFrame, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Draw in which part each open deal is won, and what the wins of each part are worth."""
        wins, value = (np.zeros((self.draws, chances.shape[1])) for _ in range(2))
        segments = pipeline["segment"] if "segment" in self.by else pd.Series("", index=pipeline.index)
        for segment, rows in pd.Series(range(len(pipeline)), index=segments.to_numpy()).groupby(level=0):
            places = rows.to_numpy()
            of_segment = past["value"][past["segment"] == segment] if segment else past["value"]
            worth = (of_segment if len(of_segment) else past["value"]).fillna(0.0).to_numpy()
            part = (rng.random((self.draws, len(places), 1)) > chances[places].cumsum(axis=1)).sum(axis=2)
            own = pipeline["value"].to_numpy(np.float64)[places]
            priced = ~np.isnan(own)
            for number in range(chances.shape[1]):
                came = part == number
                wins[:, number] += came.sum(axis=1)
                value[:, number] += came[:, priced] @ own[priced]
                value[:, number] += resampled_sums(worth, came[:, ~priced].sum(axis=1), rng)
        return wins, value


def new_business(looks: Looks, draws: int, rng: np.random.Generator) -> Floats:
    """Draw the wins of deals not yet created: (draws, parts), with the spread of earlier windows."""
    mean, totals = looks.new_wins.mean(axis=0), looks.new_wins.sum(axis=1)
    if totals.sum() == 0:
        return np.zeros((draws, looks.parts))
    variance = totals.var(ddof=1) if len(totals) > 1 else 0.0
    beyond = max(float(variance - totals.mean()), 0.0) / float(totals.mean()) ** 2
    return np.asarray(rng.poisson(mean * gamma_of(1.0, beyond, (draws, 1), rng)), np.float64)


def must_be_known(history: History, fields: Sequence[str]) -> None:
    """Refuse fields whose value at an earlier time the file does not have, by name (HI5).

    Raises
    ------
    UnusableError
        Naming them, and what would be right.
    """
    missing = [name for name in fields if name in history.not_known]
    if missing:
        raise UnusableError(
            f"the file does not say what {' and '.join(missing)} of a deal was at an earlier time: it may "
            "have been overwritten since; list it under never_changes in the mapping if it never is"
        )
