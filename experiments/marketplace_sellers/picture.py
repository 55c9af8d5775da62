"""Draw measured and simulated side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from censored_conversion import Cure, Floats, kaplan_meier
from figures import ALL, EVER
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from simulated import DAYS_AFTER, DAYS_SEEN, Quarter

_MEASURED, _SIMULATED = "black", "tab:blue"


def draw(
    path: Path, after: Floats, until: Floats, fit: Cure, table: pd.DataFrame, simulated: Sequence[Quarter]
) -> None:
    """Write the picture: shares won by day, and final conversion by channel.

    Parameters
    ----------
    path
        Of the PNG file.
    after, until, fit
        The measured leads' intervals of days, and the cure model fitted to them.
    table
        From `comparison.compare`.
    simulated
        The simulated quarters.
    """
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_curves(left, after, until, fit, simulated)
    _draw_channels(right, table.loc[[EVER]].droplevel(0).drop(index=ALL))
    figure.savefig(path, dpi=100, metadata={"Software": None})


def draw_weeks(path: Path, observed: Floats, simulated: Sequence[Quarter]) -> None:
    """Write the picture of the observed weeks beside the simulated ones.

    Parameters
    ----------
    path
        Of the PNG file.
    observed
        From `simulated.by_week`, of the data.
    simulated
        The simulated quarters.
    """
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    weeks = np.arange(1, observed.shape[1] + 1)
    low, mean, high = _band([quarter.weeks for quarter in simulated])
    for row, (axes, what) in enumerate(zip(figure.subplots(1, 2), ("inquiries", "wins"), strict=True)):
        axes.fill_between(weeks, low[row], high[row], color=_SIMULATED, alpha=0.25, linewidth=0)
        axes.plot(weeks, mean[row], color=_SIMULATED, label="simulated: mean, P10 to P90 of one quarter")
        axes.plot(weeks, observed[row], "o-", color=_MEASURED, label="observed")
        top = 1.3 * max(high[row].max(), observed[row].max())  # room for the legend
        axes.set(xlabel="week of 2018", ylabel=f"{what} in the week", ylim=(0, top), xticks=weeks)
        axes.legend(loc="upper left", frameon=False)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def _draw_curves(axes: Axes, after: Floats, until: Floats, fit: Cure, simulated: Sequence[Quarter]) -> None:
    curve = kaplan_meier(after, until, DAYS_SEEN)
    low, mean, high = _band([quarter.curve for quarter in simulated])
    axes.fill_between(DAYS_SEEN, low, high, color=_SIMULATED, alpha=0.25, linewidth=0)
    axes.plot(DAYS_SEEN, mean, color=_SIMULATED, label="simulated: mean, P10 to P90 of one quarter")
    true = np.mean([quarter.true_curve for quarter in simulated], axis=0)
    axes.plot(DAYS_AFTER, true, color=_SIMULATED, linestyle=":", label="simulated: what became of them")
    axes.fill_between(DAYS_SEEN, curve["low"], curve["high"], step="post", color=_MEASURED, alpha=0.12)
    axes.step(DAYS_SEEN, curve["value"], where="post", color=_MEASURED, label="measured: Kaplan-Meier, 95 %")
    last = DAYS_SEEN[-1]
    beyond = DAYS_AFTER[len(DAYS_SEEN) - 1 :]  # both count whole days
    extrapolated = fit.ever * fit.share_by(beyond)
    axes.plot(beyond, extrapolated, color=_MEASURED, linestyle="--", label=f"extrapolated: {fit.family}")
    axes.axvline(last, color="grey", linewidth=0.8)
    axes.set(xlabel="days since first contact", ylabel="share won", xlim=(0, DAYS_AFTER[-1]), ylim=(0, None))
    axes.legend(loc="lower right", frameon=False)


def _draw_channels(axes: Axes, rows: pd.DataFrame) -> None:
    rows = rows.sort_values("value")
    place = np.arange(len(rows))
    axes.hlines(place + 0.15, rows["low"], rows["high"], color=_MEASURED)
    axes.plot(rows["value"], place + 0.15, "o", color=_MEASURED, label="measured, 95 %")
    axes.hlines(place - 0.15, rows["p10"], rows["p90"], color=_SIMULATED)
    axes.plot(
        rows["mean"], place - 0.15, "o", color=_SIMULATED, label="simulated mean, P10 to P90 of one quarter"
    )
    axes.set_yticks(place, [str(name) for name in rows.index])
    axes.set(xlabel="share that ever wins (extrapolated)", xlim=(0, None))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)


def _band(curves: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
    low, high = np.quantile(curves, [0.1, 0.9], axis=0)
    return low, np.mean(curves, axis=0), high
