"""Pictures of a calibration: each fit beside the data."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from funnelsim.calibration.calibrate import Calibration
from funnelsim.calibration.outcomes.bands import by_age, by_month
from funnelsim.reports.names import BLUE, GREY, ORANGE, SKY, drawable, with_fonts

_POINTS = 200
_MOST = 12  # channels or segments that have a picture: those with the most deals


class Picture(NamedTuple):
    """A picture as SVG, and what it shows."""

    title: str
    svg: str


def pictures(found: Calibration) -> Iterator[Picture]:
    """Draw each fit beside the data: arrivals, lengths, how visits end, values."""
    months = found.arrivals.by_month()
    for channel in _largest(months.groupby("channel")["deals"].sum()):
        yield _picture(f"Deals created, {channel}", _arrivals, months[months["channel"] == channel])
    weekdays = found.arrivals.by_weekday()
    for channel in _largest(weekdays.groupby("channel")["deals"].sum())[:1]:
        yield _picture(f"Days of the week, {channel}", _weekdays, weekdays[weekdays["channel"] == channel])
    for stage, lengths in found.lengths.items():
        seen = lengths.seen()
        days = np.linspace(seen["days"].max() / _POINTS, 1.3 * seen["days"].max(), _POINTS)
        yield _picture(f"How long a visit to {stage} lasts", _lengths, seen, lengths.fitted(days))
        ages = by_age(found.outcomes, stage)
        if len(ages):
            yield _picture(f"Who advances from {stage}, by age at the end", _shares, ages, "days", "days")
            quarter = by_month(found.outcomes, stage).reset_index()
            title = f"Who advances from {stage}, by month of the quarter"
            yield _picture(title, _shares, quarter, "month", "month of the quarter")
    if found.values is not None and found.values.fitted is not None:
        sizes = pd.Series({name: len(each) for name, each in found.values.data.items()})
        for segment in _largest(sizes[[name in found.values.fitted.groups for name in sizes.index]]):
            title = f"Value of a contract, {segment}"
            yield _picture(title, _values, found.values.by_level(segment), found.history.currency)


def _largest(sizes: pd.Series) -> list[str]:
    return [str(name) for name in sizes.sort_values(ascending=False, kind="stable").index[:_MOST]]


def _picture(title: str, draw, *data: object) -> Picture:  # type: ignore[no-untyped-def]
    with with_fonts():
        figure, ax = plt.subplots(figsize=(6.4, 3.6))
        draw(ax, *data)
        ax.set_title(drawable(title), loc="left", fontsize=11)
        ax.spines[["top", "right"]].set_visible(False)
        if ax.get_legend_handles_labels()[0]:
            ax.legend(frameon=False, fontsize=9)
        figure.tight_layout()
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
        plt.close(figure)
    svg = written.getvalue()
    return Picture(title, svg[svg.index("<svg") :])


def _arrivals(ax: Axes, months: pd.DataFrame) -> None:
    whole = months["deals"] / months["share"]
    ax.bar(months["month"], whole, width=22, color=SKY, alpha=0.6, label="seen, scaled to the whole month")
    ax.plot(
        months["month"], months["level"], color=BLUE, marker="o", markersize=4, label="level that is found"
    )
    ax.fill_between(months["month"], months["low"], months["high"], color=BLUE, alpha=0.2, linewidth=0)
    ax.set_ylabel("deals a month")
    ax.set_ylim(0)
    ax.tick_params(axis="x", rotation=30)


def _weekdays(ax: Axes, week: pd.DataFrame) -> None:
    places = np.arange(len(week))
    ax.bar(places, week["seen"], color=SKY, alpha=0.6, label="seen")
    error = [week["weight"] - week["low"], week["high"] - week["weight"]]
    ax.errorbar(places, week["weight"], error, fmt="o", color=BLUE, capsize=3, label="found, 95 %")
    ax.set_xticks(places, [str(day)[:3] for day in week["weekday"]])
    ax.set_ylabel("deals, average day = 1")


def _lengths(ax: Axes, seen: pd.DataFrame, fitted: pd.DataFrame) -> None:
    ax.step(seen["days"], seen["share"], where="post", color=GREY, label="seen, without any family")
    ax.plot(fitted["days"], fitted["middle"], color=BLUE, label="found, 95 %")
    ax.fill_between(fitted["days"], fitted["low"], fitted["high"], color=BLUE, alpha=0.2, linewidth=0)
    ax.set_xlabel("days in the stage")
    ax.set_ylabel("share still there")
    ax.set_ylim(0, 1.02)


def _shares(ax: Axes, shares: pd.DataFrame, across: str, label: str) -> None:
    at = shares[across].to_numpy(dtype=float)
    error = [shares["share"] - shares["low"], shares["high"] - shares["share"]]
    ax.errorbar(at, shares["share"], error, fmt="s", color=ORANGE, capsize=3, label="seen, 95 %")
    ax.plot(at, shares["fitted"], color=BLUE, marker="o", markersize=4, label="found, 95 %")
    ax.fill_between(at, shares["fitted_low"], shares["fitted_high"], color=BLUE, alpha=0.2, linewidth=0)
    ax.set_xlabel(label)
    ax.set_ylabel("share of those who end")
    ax.set_ylim(0, 1)
    if len(at) <= 3:
        ax.set_xticks(at, [f"{each:g}" for each in at])


def _values(ax: Axes, levels: pd.DataFrame, currency: str) -> None:
    ax.plot(levels["seen"], levels["level"], color=GREY, drawstyle="steps-post", label="seen")
    ax.plot(levels["value"], levels["level"], color=BLUE, label="found, 95 %")
    ax.fill_betweenx(levels["level"], levels["low"], levels["high"], color=BLUE, alpha=0.2, linewidth=0)
    ax.set_xlabel(drawable(f"value of a contract, {currency}" if currency else "value of a contract"))
    ax.set_ylabel("share below")
