"""Forecasts as they would have been made, scored on what came next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import joblib
import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.pipelines import must_be_known
from funnelsim.calibration.backtest.results import DEALS, QUANTILES, WHOLE, WINDOWS, Backtest
from funnelsim.calibration.backtest.samples import generator
from funnelsim.calibration.backtest.scores import brier_scores, crps, log_scores, of_worlds, pit
from funnelsim.calibration.backtest.spans import Span, check_origins
from funnelsim.calibration.backtest.windows import (
    CYCLE,
    VALUE,
    WINS,
    Forecaster,
    WhatCame,
    WindowForecast,
    of,
    what_came,
)
from funnelsim.calibration.enough import must_tell
from funnelsim.compiling.arrays import Floats
from funnelsim.history.history import History
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError

_SEED = 20_261_127  # of where what came lies among samples that equal it


class _Scored(NamedTuple):
    """The rows of one origin, and what could not be forecast."""

    windows: list[tuple[Any, ...]]
    deals: pd.DataFrame
    not_made: list[str]


def backtest(
    history: History,
    forecasters: Sequence[Forecaster],
    horizon: Span,
    origins: Sequence[pd.Timestamp],
    *,
    part: Span | None = None,
    by: Sequence[str] = (),
    jobs: int = 1,
    progress: Progress = lambda _: None,
) -> Backtest:
    """Let each forecaster forecast at each origin from what was known then, and score what it said.

    Nothing that was not known at an origin reaches a forecaster (HI4, HI5).

    Parameters
    ----------
    history : History
        Of the whole time.
    forecasters : sequence of Forecaster
        The first is judged, the others are its baselines.
    horizon : Span
        How far each looks.
    origins : sequence of Timestamp
        From `spans.origins`, or chosen.
    part : Span, optional
        What is scored one by one too: by default the months or weeks of the horizon.
    by : sequence of str
        Fields by whose values wins are scored too, such as "segment".
    jobs : int
        Origins at a time, each in a process; 0 takes every processor.
    progress : callable
        Told of each origin that is finished.

    Raises
    ------
    UnusableError
        If the history has fewer than two deals, no win, or does not reach around an origin; if a field of
        `by` is not known for the past; or if the first forecaster could forecast nothing.
    """
    must_tell(history)
    check_origins(history, horizon, tuple(origins))
    must_be_known(history, by)
    work = (
        joblib.delayed(_scored)(
            history.as_of(origin),
            origin,
            horizon.parts(origin, part),
            what_came(history, origin, horizon.parts(origin, part), by),
            forecasters,
            tuple(of(WINS, field, "") for field in by),
        )
        for origin in origins
    )
    found: list[_Scored] = []
    for scored in joblib.Parallel(n_jobs=jobs or -1, return_as="generator")(work):
        found.append(scored)
        progress(1)
    windows = pd.DataFrame([row for each in found for row in each.windows], columns=[*WINDOWS])
    not_made = tuple(sentence for each in found for sentence in each.not_made)
    if not (windows["forecaster"] == forecasters[0].name).any():
        raise UnusableError(not_made[0])
    return Backtest(
        windows=windows,
        deals=pd.concat([each.deals for each in found], ignore_index=True),
        horizon=horizon,
        by=tuple(by),
        forecasters=tuple(each.name for each in forecasters),
        not_made=not_made,
        not_scored=tuple(_not_scored(history)),
    )


def _not_scored(history: History) -> Iterator[str]:
    if "value" in history.not_known and history.deals["value"].notna().any():
        yield (
            f"{VALUE} is not scored: the file has only what a deal's value was when it was written, not what "
            "it was at an earlier time"
        )


def _scored(
    known: History,
    origin: pd.Timestamp,
    ends: Sequence[pd.Timestamp],
    came: WhatCame,
    forecasters: Sequence[Forecaster],
    cuts: tuple[str, ...],
) -> _Scored:
    """Forecast at one origin, and score what the records have, and the cuts asked for."""
    found = _Scored([], pd.DataFrame(columns=[*DEALS]), [])
    if not (known.deals["outcome"] == "won").any():
        return found._replace(not_made=[f"{origin:%Y-%m-%d}: nothing had been won until then"])
    clusters, tables = clusters_of(known), []
    for forecaster in forecasters:
        try:
            said = forecaster.forecast(known, origin, ends)
        except UnusableError as error:
            found.not_made.append(f"{origin:%Y-%m-%d}, {forecaster.name}: {error}")
            continue
        scored = {
            quantity: samples
            for quantity, samples in said.flows.items()
            if quantity in came.flows or quantity.startswith(cuts)
        }
        said = replace(said, flows=scored)
        found.windows.extend(_window_rows(forecaster.name, said, came, origin, ends))
        tables.append(_deal_rows(forecaster.name, said, came.won, clusters).assign(origin=origin))
    return found._replace(deals=pd.concat(tables)[[*DEALS]]) if tables else found


def clusters_of(known: History) -> pd.Series[str]:
    """Say which deals go together: those of an owner, where that is known; else of a week of creation."""
    deals = known.deals[known.deals["outcome"] == ""].set_index("deal")
    weeks = deals["created"].dt.strftime("week %G-%V")
    return deals["rep"].where(deals["rep"].fillna("") != "", weeks)


def _window_rows(
    name: str, said: WindowForecast, came: WhatCame, origin: pd.Timestamp, ends: Sequence[pd.Timestamp]
) -> Iterator[tuple[Any, ...]]:
    """Score each quantity, of the whole window and of its parts."""
    for quantity, samples in said.flows.items():
        happened = came.flows.get(quantity, np.zeros(len(ends)))
        yield _row(name, quantity, samples.sum(axis=1), happened.sum(), (origin, ends[-1], WHOLE))
        if len(ends) > 1:
            for part, end in enumerate(ends, start=1):
                place = (origin, end, part)
                yield _row(name, quantity, samples[:, part - 1], happened[part - 1], place)
    if said.cycle is not None:
        yield _row(name, CYCLE, said.cycle, came.cycle, (origin, ends[-1], WHOLE))


def _row(
    name: str, quantity: str, samples: Floats, came: float, place: tuple[pd.Timestamp, pd.Timestamp, int]
) -> tuple[Any, ...]:
    origin, _, part = place
    uniform = generator(_SEED, f"{quantity}, {part}", origin).random()
    known = samples[~np.isnan(samples)]
    summary = [known.mean(), *np.quantile(known, QUANTILES)] if len(known) else [np.nan] * 8
    return (*place, quantity, name, came, *summary, crps(samples, came), pit(samples, came, uniform))


def _deal_rows(
    name: str, said: WindowForecast, won: pd.Series[bool], clusters: pd.Series[str]
) -> pd.DataFrame:
    """Score the chance of each open deal that has one."""
    chances = np.array([said.chances.get(name, np.nan) for name in won.index], np.float64)
    known = ~np.isnan(chances)
    adjusted = of_worlds(chances[known], said.draws)
    outcome = won.to_numpy(np.bool_)[known]
    return pd.DataFrame(
        {
            "deal": won.index[known],
            "forecaster": name,
            "chance": adjusted,
            "won": outcome,
            "log": log_scores(adjusted, outcome),
            "brier": brier_scores(adjusted, outcome),
            "cluster": clusters.reindex(won.index[known]).to_numpy(),
        }
    )
