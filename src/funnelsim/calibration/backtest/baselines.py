"""Forecasts that need no pipeline, as distributions: what happened before happens again.

A simulation has to beat them (`scores.Relative`), and those of `pipelines`. Each is a `Forecaster`: it is
given the history as known at the origin, and nothing else (HI4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.looks import open_deals, share_won, wins_of
from funnelsim.calibration.backtest.pipelines import must_be_known
from funnelsim.calibration.backtest.samples import (
    DRAWS,
    gamma_of,
    generator,
    resampled_medians,
    resampled_sums,
)
from funnelsim.calibration.backtest.spans import Span, before
from funnelsim.calibration.backtest.windows import (
    VALUE,
    WINS,
    Forecaster,
    WindowForecast,
    happenings,
    instants,
    of,
)
from funnelsim.compiling.arrays import Floats
from funnelsim.history.history import History
from funnelsim.io.writing import UnusableError

_FEWEST = 3  # errors of the past that are resampled


@dataclass(frozen=True)
class SeasonalNaive:
    """What happened a season earlier, with the errors that this would have had before.

    The errors of all earlier months (or weeks) are resampled, each with either sign: a naive forecast has no
    drift. Where there are fewer than three, chance alone is told: a Poisson count whose mean is as unsure as
    the one count seen (gamma, Jeffreys' prior), and values are those of so many wins. Open deals have the
    share that was won of those open before.

    Attributes
    ----------
    season : Span
        Such as 3 months: the same month of the previous quarter.
    draws, seed : int
        Samples, and of what they are drawn.

    References
    ----------
    Hyndman, R. and Athanasopoulos, G. (2021), Forecasting: Principles and Practice, third edition, sections
    5.2 and 5.5.
    """

    season: Span
    draws: int = DRAWS
    seed: int = 1

    @property
    def name(self) -> str:
        """As it is called on the page."""
        return f"the same time {self.season.words()} before"

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast as `Forecaster.forecast` says.

        Raises
        ------
        UnusableError
            If the history does not go back a season.
        """
        rng = generator(self.seed, self.name, origin)
        edges = [origin, *ends]
        errors = self._errors(history, edges)
        flows = {
            name: self._around(naive, errors[name], rng)
            for name, naive in self._earlier(history, edges).items()
            if name != VALUE or len(errors[name]) >= _FEWEST
        }
        return completed(history, origin, ends, flows, rng)

    def _earlier(self, history: History, edges: Sequence[pd.Timestamp]) -> dict[str, Floats]:
        """Count each part of a window in the latest season that was over by the origin: (parts,)."""
        parts = []
        for begin, end in pairwise(edges):
            back = 1
            while self.season.after(end, -back) > edges[0]:
                back += 1
            parts.append([self.season.after(begin, -back), self.season.after(end, -back)])
        if parts[0][0] < history.seen_from:
            raise UnusableError(
                f"the history begins on {history.seen_from:%Y-%m-%d}: there is no time "
                f"{self.season.words()} before {edges[0]:%Y-%m-%d}"
            )
        counted = [happenings(history.deals, instants(each)) for each in parts]
        return {name: np.array([each[name][0] for each in counted]) for name in counted[0]}

    def _errors(self, history: History, edges: Sequence[pd.Timestamp]) -> dict[str, Floats]:
        """List what the naive forecast was wrong by, in each earlier time as long as a part of the window."""
        days = [edges[0]]
        while self.season.after(earlier := before(edges[0], edges[1], len(days)), -1) >= history.seen_from:
            days.insert(0, earlier)
        now = happenings(history.deals, instants(days))
        then = happenings(history.deals, instants([self.season.after(day, -1) for day in days]))
        return {name: now[name] - then[name] for name in now}

    def _around(self, naive: Floats, errors: Floats, rng: np.random.Generator) -> Floats:
        """Draw samples around what happened a season earlier: (draws, parts)."""
        shape = (self.draws, len(naive))
        if len(errors) < _FEWEST:
            return np.asarray(rng.poisson(rng.gamma(naive + 0.5, size=shape)), np.float64)
        moved = rng.choice([-1.0, 1.0], shape) * rng.choice(errors, shape)
        return np.asarray(np.maximum(naive + moved, 0.0))


@dataclass(frozen=True)
class RecentMean:
    """The mean of the last weeks or months, with a negative binomial spread.

    Its level is as unsure as so few of them make it. Values are sums of values of earlier wins.

    Attributes
    ----------
    last : Span
        Such as 8 weeks.
    draws, seed : int
        Samples, and of what they are drawn.
    """

    last: Span
    draws: int = DRAWS
    seed: int = 1

    @property
    def name(self) -> str:
        """As it is called on the page."""
        return f"mean of the last {self.last.words()}"

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast as `Forecaster.forecast` says.

        Raises
        ------
        UnusableError
            If the history is shorter than that.
        """
        rng = generator(self.seed, self.name, origin)
        one = Span(1, self.last.unit)
        edges = [one.after(origin, -times) for times in range(self.last.count, -1, -1)]
        if edges[0] < history.seen_from:
            raise UnusableError(
                f"the history begins on {history.seen_from:%Y-%m-%d}: at {origin:%Y-%m-%d} there are no last "
                f"{self.last.words()}"
            )
        lengths = np.diff(instants([origin, *ends])) / (np.diff(instants(edges)).mean())
        counts = happenings(history.deals, instants(edges))
        flows = {name: self._of(past, lengths, rng) for name, past in counts.items() if name != VALUE}
        return completed(history, origin, ends, flows, rng)

    def _of(self, past: Floats, lengths: Floats, rng: np.random.Generator) -> Floats:
        """Draw the level, then each part around it: (draws, parts)."""
        mean, variance = past.mean(), past.var(ddof=1) if len(past) > 1 else past.mean()
        if mean == 0:
            return np.zeros((self.draws, len(lengths)))
        spread = max(float(variance), float(mean))
        level = gamma_of(mean, spread / len(past), (self.draws, 1), rng)
        means = level * lengths
        beyond = max(spread - mean, 0.0) / mean**2  # of a Poisson's variance, on the scale of the mean
        return np.asarray(rng.poisson(means * gamma_of(1.0, beyond, means.shape, rng)), np.float64)


@dataclass(frozen=True)
class MeanOf:
    """The mean of several forecasts: of their distributions, and of their chances (linear opinion pool).

    Attributes
    ----------
    several : tuple of Forecaster
        Each with as many samples.

    References
    ----------
    Stone, M. (1961), The opinion pool, Annals of Mathematical Statistics 32.
    """

    several: tuple[Forecaster, ...]

    @property
    def name(self) -> str:
        """As it is called on the page."""
        return f"mean of {len(self.several)} forecasts"

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast as `Forecaster.forecast` says; what not all of them forecast is left out."""
        found = [each.forecast(history, origin, ends) for each in self.several]
        names = [name for name in found[0].flows if all(name in each.flows for each in found)]
        flows = {name: np.concatenate([each.flows[name] for each in found]) for name in names}
        known = [each.cycle for each in found if each.cycle is not None]
        cycle = np.concatenate(known) if len(known) == len(found) else None
        chances = {
            deal: float(np.mean([each.chances[deal] for each in found]))
            for deal in found[0].chances
            if all(deal in each.chances for each in found)
        }
        return WindowForecast(flows, cycle, chances)


@dataclass(frozen=True)
class ByField:
    """A forecaster, and besides the wins by the values of fields, each forecast from its own deals alone.

    Attributes
    ----------
    whole : Forecaster
        Of all deals, and of those with one value.
    fields : tuple of str
        Such as "segment".
    """

    whole: Forecaster
    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it is called on the page."""
        return self.whole.name

    def forecast(
        self, history: History, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
    ) -> WindowForecast:
        """Forecast as `Forecaster.forecast` says.

        Raises
        ------
        UnusableError
            If a field is not known for the past.
        """
        must_be_known(history, self.fields)
        all_of_them = self.whole.forecast(history, origin, ends)
        flows = dict(all_of_them.flows)
        for field in self.fields:
            for value, deals in history.deals.groupby(field):
                entries = history.entries[history.entries["deal"].isin(deals["deal"])]
                theirs = replace(history, deals=deals.reset_index(drop=True), entries=entries)
                found = self.whole.forecast(theirs, origin, ends)
                flows[of(WINS, field, str(value))] = found.flows[WINS]
        return replace(all_of_them, flows=flows)


def completed(
    history: History,
    origin: pd.Timestamp,
    ends: Sequence[pd.Timestamp],
    flows: dict[str, Floats],
    rng: np.random.Generator,
) -> WindowForecast:
    """Add to a forecast of counts what they are worth, the cycle, and the share won of open deals."""
    past = wins_of(history)
    counts = np.rint(flows[WINS])
    if VALUE not in flows and past["value"].notna().any():
        flows[VALUE] = resampled_sums(past["value"].fillna(0.0).to_numpy(), counts, rng)
    said = dict.fromkeys(open_deals(history).index, share_won(history, origin, ends))
    return WindowForecast(flows, resampled_medians(past, counts.sum(axis=1), rng), said)
