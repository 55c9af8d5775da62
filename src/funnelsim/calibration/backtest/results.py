"""What a backtest found: a row for each forecast of a quantity, and for each chance of a deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.scores import (
    LEVELS,
    Coverage,
    Mean,
    Relative,
    clustered_mean,
    coverage,
    independent,
    pit_histogram,
    relative,
)
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.backtest.windows import WINS, of
from funnelsim.compiling.arrays import Integers

WHOLE = 0  # the number of the whole window; its parts are numbered from 1
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)  # of the samples that are kept
COLUMNS = [f"p{100 * level:g}" for level in QUANTILES]

WINDOWS = ("origin", "end", "part", "quantity", "forecaster", "came", "mean", *COLUMNS, "crps", "pit")
DEALS = ("origin", "deal", "forecaster", "chance", "won", "log", "brier", "cluster")


class DealScores(NamedTuple):
    """Mean scores of the chances of open deals; lower is better."""

    log: Mean
    brier: Mean
    deals: int


@dataclass(frozen=True)
class Backtest:
    """Forecasts and what came of them.

    Attributes
    ----------
    windows : DataFrame
        A row for each origin, part of the window (0: the whole), quantity and forecaster, with the columns of
        `WINDOWS`: what came, mean and quantiles of the forecast, its CRPS and PIT.
    deals : DataFrame
        A row for each origin, open deal and forecaster, with the columns of `DEALS`.
    horizon : Span
        Of each window.
    by : tuple of str
        Fields by whose values wins are forecast too.
    forecasters : tuple of str
        Names; the first is judged, the others are the baselines.
    not_made : tuple of str
        Sentences: which forecast could not be made, and why.
    not_scored : tuple of str
        Sentences: what is not scored, and why.
    """

    windows: pd.DataFrame
    deals: pd.DataFrame
    horizon: Span
    by: tuple[str, ...]
    forecasters: tuple[str, ...]
    not_made: tuple[str, ...]
    not_scored: tuple[str, ...]

    @property
    def judged(self) -> str:
        """Name the forecaster that is judged."""
        return self.forecasters[0]

    @property
    def baselines(self) -> tuple[str, ...]:
        """Name the others."""
        return self.forecasters[1:]

    @property
    def quantities(self) -> tuple[str, ...]:
        """List what is scored of all deals together, as first met."""
        cuts = tuple(of(WINS, field, "") for field in self.by)
        return tuple(name for name in self.windows["quantity"].unique() if not name.startswith(cuts))

    @property
    def origins(self) -> tuple[pd.Timestamp, ...]:
        """List the days of the forecasts."""
        return tuple(sorted(self.windows["origin"].unique()))

    @property
    def independent(self) -> int:
        """Count the windows that can be chosen so that none overlaps another."""
        spans = self.windows[self.windows["part"] == WHOLE][["origin", "end"]].drop_duplicates()
        return independent(spans["origin"].to_numpy(), spans["end"].to_numpy())

    def of(self, forecaster: str, quantity: str = WINS, part: int = WHOLE) -> pd.DataFrame:
        """Return the rows of one forecaster and quantity, by origin."""
        frame = self.windows
        rows = (frame["forecaster"] == forecaster) & (frame["quantity"] == quantity) & (frame["part"] == part)
        return frame[rows].set_index("origin").sort_index()

    def by_window(self, baseline: str, quantity: str = WINS) -> pd.Series[float]:
        """Return the CRPS of the judged relative to a baseline's, by origin; below 1: better."""
        return self.of(self.judged, quantity)["crps"] / self.of(baseline, quantity)["crps"]

    def against(self, baseline: str, quantity: str = WINS) -> Relative:
        """Compare the judged with a baseline, in the windows that both have."""
        return compared(self.of(self.judged, quantity)["crps"], self.of(baseline, quantity)["crps"])

    def by_field(self, forecaster: str, field: str) -> pd.Series[float]:
        """Add up the CRPS of the wins of each value of a field, by origin."""
        frame = self.windows[(self.windows["forecaster"] == forecaster) & (self.windows["part"] == WHOLE)]
        cut = frame[frame["quantity"].str.startswith(of(WINS, field, ""))]
        return cut.groupby("origin")["crps"].sum()

    def coverage(self, forecaster: str, quantity: str = WINS) -> tuple[Coverage, ...]:
        """Measure the coverage of the middle 50, 80 and 95 %."""
        found = self.of(forecaster, quantity).dropna(subset="pit")
        free = independent(found.index.to_numpy(), found["end"].to_numpy())
        return tuple(coverage(found["pit"].to_numpy(np.float64), level, free) for level in LEVELS)

    def pit(self, forecaster: str, quantity: str = WINS, bins: int = 10) -> Integers:
        """Count the PIT values of the windows in bins of equal width."""
        return pit_histogram(self.of(forecaster, quantity)["pit"].to_numpy(np.float64), bins)

    def bias(self, forecaster: str, quantity: str = WINS) -> float:
        """Return by what share of what came the forecast's mean was too high, over all windows."""
        found = self.of(forecaster, quantity).dropna(subset=["came", "mean"])
        total = found["came"].sum()
        return float((found["mean"] - found["came"]).sum() / total) if total else float("nan")

    def deal_scores(self, forecaster: str) -> DealScores:
        """Average the scores of open deals, with intervals over owners or weeks of creation."""
        rows = self.deals[self.deals["forecaster"] == forecaster]
        return _averaged(rows[["log", "brier"]], rows["cluster"])

    def deals_against(self, baseline: str) -> DealScores:
        """Average by how much the judged scores lower than a baseline, deal by deal: below 0 is better."""
        mine, theirs = (self.deals[self.deals["forecaster"] == name] for name in (self.judged, baseline))
        both = mine.merge(theirs, on=["origin", "deal"], suffixes=("", " of baseline"))
        moved = pd.DataFrame({name: both[name] - both[f"{name} of baseline"] for name in ("log", "brier")})
        return _averaged(moved, both["cluster"])


def compared(mine: pd.Series[float], theirs: pd.Series[float]) -> Relative:
    """Compare two forecasters by their CRPS, in the windows that both have."""
    both = pd.concat([mine, theirs], axis=1, join="inner").to_numpy(np.float64)
    return relative(both[:, 0], both[:, 1])


def _averaged(scores: pd.DataFrame, clusters: pd.Series[str]) -> DealScores:
    log, brier = (clustered_mean(scores[name].to_numpy(np.float64), clusters) for name in ("log", "brier"))
    return DealScores(log, brier, len(scores))
