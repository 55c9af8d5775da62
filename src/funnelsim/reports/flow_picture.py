"""The flow of leads through stages and queues: where they wait for us, and where for the customer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Forecast
from funnelsim.metrics import cut
from funnelsim.metrics.cut import queueing
from funnelsim.metrics.pace import ended_visits, spans_of_visits
from funnelsim.metrics.wording import number, simulated, spoken
from funnelsim.model.words import DAY
from funnelsim.reports.names import BLUE, LIGHT, ORANGE, SKY, TODAY, in_lines

_SPANS = ((ORANGE, "waits for us"), (BLUE, "is worked on"), (LIGHT, "waits for the customer"))
_LOOKS: tuple[dict[str, Any], ...] = (  # of the first forecast, and of the second
    {"color": TODAY, "linewidth": 1.6, "linestyle": (0, (4, 1.5))},
    {"color": BLUE, "linewidth": 2.2},
)
_NAME = 22  # characters of a line of a stage's name
_HIGH = 0.95  # inches of a stage


class Flow(NamedTuple):
    """How leads pass the S stages, in the mean simulated year of M months."""

    queue: Floats  # (M, S) leads that wait for a rep, on average over the month
    days: Floats  # (3, S) of a visit that ended: waiting for us, in work, waiting for the customer
    visits: Floats  # (S,) of the period's inquiries
    cold: Floats  # (S,) share of them that gave up waiting


def flow_of(forecast: Forecast) -> Flow:
    """Find how leads pass the stages.

    Examples
    --------
    >>> import funnelsim as fs
    >>> flow = flow_of(fs.simulate(fs.load("first_steps"), replications=3, jobs=1).forecast)
    >>> flow.queue.shape, flow.days.shape
    ((12, 2), (3, 2))
    """
    stages = cut(forecast.model, forecast.tallies, "stage")
    spans = np.array([span.sum(axis=0) for span in spans_of_visits(stages)])
    cold, visits = (part.mean(axis=0) for part in forecast.parts("gone_cold_of_visits", "stage"))
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.nan_to_num(spans / DAY / ended_visits(stages).sum(axis=0))
        share = np.nan_to_num(cold / visits)
    queue = queueing(forecast.model, forecast.tallies).sum(axis=3).mean(axis=0)
    return Flow(queue, days, visits, share)


def flow(forecasts: Mapping[str, Forecast]) -> Figure:
    """Draw where leads wait, stage by stage, for one strategy or for two of the same stages.

    On the left, how many wait for a rep, by month; on the right, what the days of a visit are spent on.

    Parameters
    ----------
    forecasts : mapping of str to Forecast
        One or two, by what they are called.
    """
    found = {name: flow_of(forecast) for name, forecast in forecasts.items()}
    forecast = next(iter(forecasts.values()))
    stages = forecast.names.stages
    figure, panels = plt.subplots(
        len(stages),
        2,
        figsize=(10, 1.9 + _HIGH * len(stages)),
        sharex="col",
        squeeze=False,
        layout="constrained",
        gridspec_kw={"width_ratios": (5, 6)},
    )
    most = max(float(each.queue.max(initial=0.0)) for each in found.values()) or 1.0
    longest = max(float(each.days.sum(axis=0).max(initial=0.0)) for each in found.values()) or 1.0
    for position, (stage, (left, right)) in enumerate(zip(stages, panels, strict=True)):
        _draw_queue(left, list(found.values()), position)
        left.set_ylim(0, 1.15 * most)
        left.set_ylabel(
            _told(stage, next(iter(found.values())), position), rotation=0, ha="right", va="center"
        )
        _draw_days(right, found, position)
        right.set_xlim(0, 1.2 * longest)
    _label(figure, panels, forecast, list(found))
    return figure


def _draw_queue(ax: Axes, flows: list[Flow], stage: int) -> None:
    """Draw how many wait for a rep in a stage, month by month."""
    months = np.arange(len(flows[0].queue))
    looks = _LOOKS[-len(flows) :]
    ax.fill_between(months, flows[-1].queue[:, stage], color=SKY, alpha=0.35, linewidth=0)
    for each, look in zip(flows, looks, strict=True):
        ax.plot(months, each.queue[:, stage], **look)
    ax.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    ax.spines[["top", "right"]].set_visible(False)


def _draw_days(ax: Axes, flows: Mapping[str, Flow], stage: int) -> None:
    """Draw what the days of a visit to a stage are spent on, with a bar for each strategy."""
    for position, each in enumerate(flows.values()):
        left = 0.0
        for days, (colour, _) in zip(each.days[:, stage], _SPANS, strict=True):
            ax.barh(position, days, left=left, color=colour, height=0.7)
            left += float(days)
        text = f"{number(left)} days"
        ax.annotate(text, (left, position), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    several = len(flows) > 1
    ax.set_yticks(range(len(flows)), [in_lines(name, 18) for name in flows] if several else [""])
    ax.tick_params(axis="y", length=0, labelsize=8.5)
    ax.set_ylim(len(flows) - 0.4, -0.6)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _told(stage: str, flow: Flow, position: int) -> str:
    """Name a stage, with how many come to it and how many of them give up waiting."""
    cold = 100 * float(flow.cold[position])
    told = f"{flow.visits[position]:,.0f} come"
    gone = f"\n{number(cold, 2)} % go cold" if cold > 0 else ""
    return f"{in_lines(spoken(stage), _NAME)}\n{told}{gone}"


def _label(figure: Figure, panels: np.ndarray, forecast: Forecast, names: list[str]) -> None:
    """Write titles, axes and what the colours mean."""
    left, right = panels[0]
    left.set_title("Leads that wait for a rep\non average over each month", fontsize=10)
    right.set_title("What the days in a stage are spent on\nmean of a visit", fontsize=10)
    step = math.ceil(forecast.months / 6)
    begins = [label.partition(" to ")[0] for label in forecast.names.months]
    last_left, last_right = panels[-1]
    last_left.set_xticks(range(0, forecast.months, step), begins[::step], rotation=35, ha="right")
    last_right.set_xlabel("Days")
    lines = [Line2D([], [], **look) for look in (_LOOKS if len(names) > 1 else _LOOKS[-1:])]
    patches = [Patch(color=colour) for colour, _ in _SPANS]
    told = [in_lines(name, 40) for name in names] if len(names) > 1 else ["waiting for a rep"]
    figure.legend(
        [*lines, *patches],
        [*told, *(words for _, words in _SPANS)],
        loc="outside lower center",
        ncols=len(told) + len(_SPANS),
        frameon=False,
        fontsize=9,
    )
    about = " and ".join(names)
    years = simulated(forecast.years, forecast.months)
    first = f"; how many come: {names[0]}" if len(names) > 1 else ""
    figure.suptitle(f"{in_lines(f'Where leads wait, {about}', 78)}\nmean of {years}{first}")
