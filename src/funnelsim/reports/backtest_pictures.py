"""Pictures of a backtest: what was forecast and what came, and where it lay in the forecasts."""

from __future__ import annotations

from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from funnelsim.calibration.backtest.results import Backtest
from funnelsim.calibration.backtest.scores import FEWEST
from funnelsim.calibration.backtest.windows import WINS
from funnelsim.io.files import Files
from funnelsim.reports.names import BLUE, GREY, RED, SKY, drawable, in_lines
from funnelsim.reports.pictures import png

_WIDEST = 78  # characters of a line above a picture
_BINS = 10


def plot_windows(result: Backtest, quantity: str = WINS) -> Axes:
    """Draw the ranges of each window's forecast, and what came.

    Parameters
    ----------
    result : Backtest
        With forecasts of the quantity.
    quantity : str
        Such as `windows.WINS`.
    """
    found = result.of(result.judged, quantity)
    places = np.arange(len(found))
    _, ax = plt.subplots(figsize=(max(6.0, 2.5 + 0.3 * len(found)), 4.8), layout="constrained")
    for low, high, width, label in (
        ("p2.5", "p97.5", 2, "95 %"),
        ("p10", "p90", 6, "80 %"),
        ("p25", "p75", 10, "50 %"),
    ):
        colour = SKY if label != "50 %" else BLUE
        ax.vlines(places, found[low], found[high], colors=colour, linewidth=width, alpha=0.6, label=label)
    ax.plot(places, found["p50"], "_", color="black", markersize=9, label="median")
    ax.plot(places, found["came"], "D", color=RED, markersize=5, label="came")
    step = -(-len(places) // 12)
    ax.set_xticks(places[::step], [f"{day:%Y-%m-%d}" for day in found.index[::step]], rotation=35, ha="right")
    ax.set_xlabel(f"Window of {result.horizon.words()} from")
    ax.set_ylabel(drawable(quantity[0].upper() + quantity[1:]))
    top = float(found[["p97.5", "came"]].to_numpy().max())
    ax.set_ylim(0, 1.25 * top if top > 0 else 1.0)  # room for the legend
    ax.set_title(
        in_lines(f"{quantity[0].upper() + quantity[1:]}: forecast by {result.judged}, and what came", _WIDEST)
    )
    ax.legend(frameon=False, loc="upper center", ncols=5)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_pit(result: Backtest, quantity: str = WINS) -> Axes:
    """Draw where what came lay among each forecast's samples: even if the forecast is right.

    High at both ends: the ranges are too narrow; high in the middle: too wide; high on one side: the forecast
    is too low or too high.
    """
    counts = result.pit(result.judged, quantity, _BINS)
    _, ax = plt.subplots(figsize=(6.4, 4.8), layout="constrained")
    edges = np.linspace(0, 1, _BINS + 1)
    ax.bar(edges[:-1], counts, width=1 / _BINS, align="edge", color=SKY, edgecolor="white")
    ax.axhline(
        counts.sum() / _BINS, color=GREY, linestyle="--", linewidth=1, label="if the forecast is right"
    )
    ax.set_xlabel("Where what came lay among the forecast's samples (PIT)")
    ax.set_ylabel("Windows")
    free = result.independent
    few = f"; {free} do not overlap: too few to judge" if free < FEWEST else f"; {free} do not overlap"
    ax.set_title(f"{in_lines(quantity[0].upper() + quantity[1:], _WIDEST)}\n{counts.sum()} windows{few}")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def backtest_pictures(result: Backtest) -> Files:
    """Draw the pictures of wins as PNG, without a window."""
    draws = {"windows": plot_windows, "pit": plot_pit}
    return Files({f"{name}.png": partial(png, partial(draw, result)) for name, draw in draws.items()})
