"""Pictures of results."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import Comparison
from funnelsim.forecast import Forecast, Within, cohorts, retained
from funnelsim.forecast.intervals import student
from funnelsim.io.files import Files
from funnelsim.io.progress import Progress, silent, step_through
from funnelsim.io.writing import whole_file
from funnelsim.metrics import FIGURES, TIMES, Unit
from funnelsim.metrics import Figure as Metric
from funnelsim.metrics.wording import number, percent, simulated, spoken
from funnelsim.reports.fates import fates_of
from funnelsim.reports.names import (
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    TODAY,
    drawable,
    in_lines,
    legend_of,
    with_fonts,
)
from funnelsim.studies.results import ComparisonResult, SimulationResult

_WIDEST = 78  # characters of a line above or below a picture
_BESIDE = 36  # of a line of a legend
_YEAR = 12  # months
_LINE = 0.18  # inches of a legend that a line takes
Place = Literal["", "top", "lower left", "lower right"]  # of a legend; "": none
_ONE: dict[str, Any] = {"color": BLUE, "linewidth": 2.4}
_PAIR: tuple[dict[str, Any], ...] = ({"color": TODAY, "linewidth": 1.8, "linestyle": (0, (5, 2))}, _ONE)
_SCALES = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def forecast_fan(forecast: Forecast, strategy: str, metric: str, ax: Axes | None = None) -> Axes:
    """Draw a figure by month: the median, and the range of single simulated years."""
    found = forecast.by(metric, "month")
    bands = np.array([(each.p10, each.p50, each.p90, each.mean) for each in found.estimates])
    scale, unit = _scale(bands, found.figure, forecast.names.currency)
    p10, p50, p90, mean = bands.T / scale
    ax = _axes(ax, 9, 4.8)
    places = np.arange(len(found.labels))
    ax.fill_between(places, p10, p90, color=SKY, alpha=0.35, linewidth=0, label="P10 to P90")
    ax.plot(places, p50, color=BLUE, marker="o", markersize=4, label="median (P50)")
    ax.plot(places, mean, color="black", linestyle="--", linewidth=1, label="mean")
    step = math.ceil(len(places) / 12)
    begins = [label.partition(" to ")[0] for label in found.labels]
    ax.set_xticks(places[::step], begins[::step], rotation=35, ha="right")
    ax.set_xlabel("Month" if begins == list(found.labels) else "Month from")
    ax.set_ylabel(_labelled(found.figure.title, unit))
    lowest, highest = (float(find(bands / scale, initial=0.0)) for find in (np.nanmin, np.nanmax))
    ax.set_ylim(lowest, highest + 0.25 * ((highest - lowest) or 1.0))  # room for the legend
    if found.figure.unit is Unit.COUNT:
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    adding = "; means add up, medians do not" if found.figure.flow else ""
    ax.set_title(
        f"{in_lines(f'{found.figure.title} by month, {strategy}', _WIDEST)}\n"
        f"range of outcomes: P10 to P90 of {simulated(forecast.years, forecast.months)}{adding}"
    )
    return _finished(ax, legend="top")


def funnel(forecast: Forecast, strategy: str, ax: Axes | None = None) -> Axes:
    """Draw what becomes of the visits to each stage, in the mean simulated year."""
    fates = fates_of(forecast)
    stages = len(fates.stages)
    places = np.arange(stages + 1)  # not by name: a stage may have any
    ax = _axes(ax, 9, 2.6 + 0.7 * stages)
    left = np.zeros(stages)
    for amount, colour, label in (
        (fates.went_on, BLUE, "went on"),
        (fates.lost, LIGHT, "said no"),
        (fates.cold, ORANGE, "went cold"),
        (fates.other, GREY, "sent back or still open"),
    ):
        ax.barh(places[:-1], amount, left=left, color=colour, label=label, height=0.66)
        left = left + amount
    ax.set_yticks(places, [*(_tick(spoken(stage)) for stage in fates.stages), "contracts"])
    for position, (total, conversion) in enumerate(zip(fates.entered, fates.conversions, strict=True)):
        share = f"; conversion {number(100 * conversion)} %" if math.isfinite(conversion) else ""
        _beside(ax, f"{number(total)} came{share}", total, position)
    ax.barh(places[-1:], [fates.won], color=GREEN, height=0.66)
    _beside(ax, f"{number(fates.won)} won of these inquiries", fates.won, stages)
    ax.set_ylim(stages + 0.5, -1.2)  # the first stage on top, room for the legend above it
    ax.set_xlim(0, max(float(fates.entered.max()) * 1.35, 1.0))
    ax.set_xlabel("Visits of the period's inquiries to the stage")
    ax.set_title(
        f"{in_lines(f'What becomes of the inquiries, {strategy}', _WIDEST)}\n"
        f"mean of {simulated(forecast.years, forecast.months)}; conversion: of visits worked to a decision"
    )
    return _finished(ax, legend="top")


def cycle_curve(forecasts: Mapping[str, Forecast], shown: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Draw the share of contracts won by the days since the inquiry.

    Bands have the precision of the mean; where leads are open at the end, they reach down to the share if all
    of them are won. Of more than two strategies those to be shown have a line that can be told apart (the
    first is what the others are compared with); the others are thin and grey, and nobody has a band.
    """
    shown = tuple(shown) or tuple(forecasts)[:2]
    looks = dict(zip(shown, [_ONE] if len(forecasts) == 1 else _PAIR, strict=False))
    cycles = {name: forecast.cycle() for name, forecast in forecasts.items()}
    quantiles = {
        name: {level: found.quantile(level) for level in (0.5, 0.9, 0.99)} for name, found in cycles.items()
    }
    ax = _axes(ax, 9, 4.8)
    others, labels = [name for name in forecasts if name not in looks], []
    for name in others:
        ax.plot(cycles[name].at_most.days, 100 * cycles[name].at_most.share, color=LIGHT, linewidth=1.2)
    is_open = False
    for position, (name, look) in enumerate(looks.items()):
        found, years = cycles[name], forecasts[name].years
        upper, lower = found.at_most, found.at_least
        ax.plot(upper.days, 100 * upper.share, label=f"strategy {position}", **look)
        if not others:
            high = 100 * (upper.share + _half_width(upper.error, years))
            low = 100 * (lower.share - _half_width(lower.error, years))
            ax.fill_between(upper.days, low, high, color=look["color"], alpha=0.2, linewidth=0)
        labels.append(_quick(name, quantiles[name]))
        is_open |= found.open
    if others:
        ax.plot([], [], color=LIGHT, linewidth=1.2, label="others")
        labels.append("the other strategy" if len(others) == 1 else f"the {len(others)} other strategies")
    for level in (50, 90):
        ax.axhline(level, color=LIGHT, linewidth=1, zorder=0)
    ax.set_xlim(0, _longest(quantiles.values()))
    ax.set_ylim(0, 101)
    ax.set_xlabel("Days since the inquiry")
    ax.set_ylabel("Contracts won by then, % of all contracts")
    first = next(iter(forecasts.values()))
    sure = "mean" if others else "bands: 95 % precision of the mean"
    sure += ", down to where all that is open is won" if is_open and not others else ""
    ax.set_title(f"How long it takes to win\n{sure} of {simulated(first.years, first.months)}")
    return legend_of(_finished(ax, legend="lower right"), labels)


def _longest(quantiles: Iterable[Mapping[float, Within]]) -> float:
    """Find the days within which nearly all contracts are won."""
    ends = (
        each.most.value if math.isfinite(each.most.value) else each.least.value
        for within in quantiles
        for each in within.values()
    )
    return max([1.0, *(day for day in ends if math.isfinite(day))])


def _quick(name: str, within: Mapping[float, Within]) -> str:
    """Name a strategy, and within how many days half and nine tenths of its contracts are won."""
    days = f"half within {within[0.5].words()} days, 90 % within {within[0.9].words()}"
    return f"{in_lines(f'{name}:', _BESIDE)}\n{days}"


def foremost(comparison: Comparison) -> list[str]:
    """Name the base, and beside it the front runner (TE2), or the best of the others where none is ahead."""
    others = [name for name in comparison.ranked() if name != comparison.base]
    return [comparison.base, *([comparison.front_runner() or others[0]] if others else [])]


def strategies(
    comparison: Comparison, titles: Mapping[str, str], metric: str, ax: Axes | None = None
) -> Axes:
    """Draw a figure of each strategy, the best first, beside its difference from the base's.

    The figure has the range of single simulated years, the difference in the same worlds the precision of
    the mean. Into given axes only the differences are drawn.

    Returns
    -------
    Axes
        Of the differences.
    """
    if metric not in FIGURES or "all" not in FIGURES[metric].by:
        known = ", ".join(name for name, figure in FIGURES.items() if "all" in figure.by)
        raise ValueError(f"there is no figure {metric!r} to compare; there are {known}")
    figure, months = FIGURES[metric], comparison.forecasts[comparison.base].months
    order = _best_first(comparison, figure)
    ticks = [_tick(titles[name]) for name in order]
    row = max(0.45, _LINE * max(tick.count("\n") + 2 for tick in ticks))
    if ax is not None:
        _draw_differences(ax, comparison, figure, order, titles)
        ax.set_yticks(range(len(order)), ticks)
        ax.set_title(f"{figure.title} against {_tick(titles[comparison.base])}")
        return _finished(ax)
    drawn, (itself, against) = plt.subplots(
        1, 2, sharey=True, figsize=(10.5, 2.0 + row * len(order)), layout="constrained"
    )
    _draw_itself(itself, comparison, figure, order)
    _draw_differences(against, comparison, figure, order, titles)
    itself.set_yticks(range(len(order)), ticks)
    against.tick_params(axis="y", length=0)
    against.spines["left"].set_visible(False)
    itself.set_title(f"bars: 8 of 10 simulated {'years' if months == _YEAR else 'periods'}", fontsize=10)
    against.set_title("bars: 95 % precision of the mean\ngrey: cannot be told apart", fontsize=10)
    years = simulated(comparison.years, months)
    drawn.suptitle(in_lines(f"{figure.title} of each strategy, in the same {years}", _WIDEST))
    _finished(itself)
    return _finished(against)


def _best_first(comparison: Comparison, figure: Metric) -> list[str]:
    """Sort strategies by the mean of a figure, the best first; those without a value come last."""
    means = {name: each.outcomes(figure.name)[0].value for name, each in comparison.forecasts.items()}
    way = -1.0 if figure.better >= 0 else 1.0
    return sorted(means, key=lambda name: math.inf if math.isnan(means[name]) else way * means[name])


def _draw_itself(ax: Axes, comparison: Comparison, figure: Metric, order: Sequence[str]) -> None:
    """Draw the mean of a figure of each strategy, with the range of single simulated years."""
    found = [comparison.forecasts[name].outcomes(figure.name)[0] for name in order]
    ends = np.array([(each.value, each.low, each.high) for each in found]).reshape(-1, 3)
    scale, unit = _scale(ends, figure, comparison.forecasts[comparison.base].names.currency)
    for position, (name, (mean, low, high)) in enumerate(zip(order, ends / scale, strict=True)):
        is_base = name == comparison.base
        ax.plot([low, high], [position, position], color=LIGHT, linewidth=7, solid_capstyle="butt")
        ax.plot(mean, position, "D" if is_base else "o", color=TODAY if is_base else BLUE)
        if math.isfinite(mean):
            _above(ax, number(float(mean)), float(mean), position)
    ax.set_xlabel(_labelled(figure.title, unit))
    if np.nanmin(ends, initial=0.0) < 0.0:
        ax.axvline(0, color="black", linewidth=1, zorder=0)
    ax.set_ylim(len(order) - 0.5, -0.7)


def _draw_differences(
    ax: Axes, comparison: Comparison, figure: Metric, order: Sequence[str], titles: Mapping[str, str]
) -> None:
    """Draw how a figure of each strategy differs from the base's, with the precision of the mean."""
    found = comparison.differences(figure.name)
    ends = np.array([(each.mean, each.low, each.high) for each in found.values()]).reshape(-1, 3)
    scale, unit = _scale(ends, figure, comparison.forecasts[comparison.base].names.currency)
    for position, name in enumerate(order):
        if name == comparison.base:
            ax.plot(0, position, "D", color=TODAY)
            continue
        each = found[name]
        mean, low, high = (value / scale for value in (each.mean, each.low, each.high))
        good = each.mean * figure.better if figure.better else 0
        colour = GREY if not each.sure or good == 0 else BLUE if good > 0 else RED
        bars = [[mean - low], [high - mean]]
        ax.errorbar(mean, position, xerr=bars, fmt="o", capsize=4, lw=2, color=colour)
        if math.isfinite(mean):
            _above(ax, f"{'+' if mean > 0 else ''}{number(float(mean))}", float(mean), position)
    ax.axvline(0, color="black", linewidth=1, zorder=0)
    ax.set_ylim(len(order) - 0.5, -0.7)
    apart = "percentage points" if figure.unit is Unit.SHARE else unit
    ax.set_xlabel(_labelled(in_lines(f"Difference from {titles[comparison.base]}", 40), apart))


def retention(forecast: Forecast, strategy: str, ax: Axes | None = None) -> Axes:
    """Draw the share of customers that is left so many months after that in which they signed."""
    _check_customers(forecast)
    found, together = cohorts(forecast), retained(forecast)
    ages, kept = np.array(found.ages), 100 * found.retention.value
    ax = _axes(ax, 9, 4.8)
    for month in dict.fromkeys(found.signed_in):
        of_month = np.array([each == month for each in found.signed_in])
        ax.plot(ages[of_month], kept[of_month], color=SKY, alpha=0.35, linewidth=0.8)
    months = np.arange(forecast.months)
    value, low, high = (100 * np.asarray(each) for each in together[:3])
    ax.plot([], [], color=SKY, linewidth=0.8, label="those who signed in one month")
    ax.plot(months, value, color=BLUE, label="all together")
    ax.fill_between(months, low, high, color=BLUE, alpha=0.2, linewidth=0)
    ax.set_ylim(0, 100)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Months since the end of the month in which they signed")
    ax.set_ylabel("Customers left, % of those who signed")
    ax.set_title(
        f"{in_lines(f'Retention of customers, {strategy}', _WIDEST)}\n"
        f"mean of {simulated(forecast.years, forecast.months)}; band: 95 % precision"
    )
    return _finished(ax, legend="lower left")


def _check_customers(forecast: Forecast) -> None:
    if not forecast.has_customers:
        raise ValueError("nobody signs a contract about a recurring product, so there is nothing to draw")


_STEPS = (  # of the MRR bridge: figure, which way, colour, words
    ("new_mrr", 1, GREEN, "new"),
    ("reactivated_mrr", 1, PURPLE, "won back"),
    ("expansion_mrr", 1, SKY, "expansion"),
    ("contraction_mrr", -1, ORANGE, "contraction"),
    ("churned_mrr", -1, RED, "lost"),
)


def mrr_bridge(forecast: Forecast, strategy: str, ax: Axes | None = None) -> Axes:
    """Draw how monthly recurring revenue comes from the period's beginning to its end, in the mean year."""
    _check_customers(forecast)
    values = {name: forecast.outcomes(name)[0].value for name, *_ in _STEPS}
    shown = [each for each in _STEPS if values[each[0]] or each[0] != "reactivated_mrr"]
    steps = [way * values[name] for name, way, _, _ in shown]
    at_end = forecast.outcomes("mrr")[0].value
    levels = np.array([at_end - sum(steps), *steps])
    scale, unit = _scale(np.array([*levels, at_end]), FIGURES["mrr"], forecast.names.currency)
    ends = levels.cumsum() / scale
    ax = _axes(ax, 9, 4.8)
    tops = [(0.0, ends[0]), *pairwise(ends), (0.0, at_end / scale)]
    colours = (BLUE, *(colour for _, _, colour, _ in shown), BLUE)
    for place, ((since, until), colour) in enumerate(zip(tops, colours, strict=True)):
        ax.bar(place, until - since, bottom=since, color=colour, width=0.66)
        change = "" if place in (0, len(tops) - 1) else "+" if until >= since else "-"
        text = f"{change}{number(abs(until - since))}"
        ax.annotate(text, (place, max(since, until)), (0, 4), textcoords="offset points", ha="center")
    ax.set_xticks(range(len(tops)), ["as the period begins", *(words for *_, words in shown), "at its end"])
    ax.set_ylabel(_labelled(FIGURES["mrr"].title, unit))
    ax.set_ylim(0, 1.12 * max(top for each in tops for top in each) or 1.0)
    ax.set_title(
        f"{in_lines(f'MRR bridge, {strategy}', _WIDEST)}\n"
        f"monthly recurring revenue, mean of {simulated(forecast.years, forecast.months)}"
    )
    return _finished(ax)


def cash_balance(forecast: Forecast, strategy: str, ax: Axes | None = None) -> Axes:
    """Draw cash at the end of each month: the median, the range of single simulated years, and zero."""
    if not forecast.has_cash:
        raise ValueError("the scenario says nothing of cash, so there is nothing to draw")
    ax = forecast_fan(forecast, strategy, "cash", ax)
    ax.axhline(0, color=RED, linewidth=1)
    chance = percent(forecast.estimate("ran_out_of_cash").mean)
    ax.set_title(f"{ax.get_title()}\nbelow 0 on some day of the period: {chance} of them")
    return ax


def write_pictures(result: ComparisonResult, folder: Path, progress: Progress = silent) -> list[Path]:
    """Draw a comparison's pictures into PNG files, without a window; return the files."""
    written = []
    for name, content in step_through(drawn(result).items(), progress, "Drawing", "pictures"):
        with whole_file(folder / name, overwrite=True) as opened:
            opened.write(content)
        written.append(folder / name)
    return written


def drawn(result: ComparisonResult | SimulationResult) -> Files:
    """Draw the pictures of a result as PNG, without a window."""
    return Files({f"{name}.png": partial(png, draw) for name, draw in _pictures(result).items()})


Draw = Callable[[], Axes | Figure]


def png(draw: Draw) -> bytes:
    """Draw a picture as PNG, without a window."""
    plt.switch_backend("Agg")
    content = io.BytesIO()
    with with_fonts():
        made = draw()
        figure = made if isinstance(made, Figure) else cast(Figure, made.figure)
        figure.savefig(content, format="png", dpi=150)
    plt.close(figure)
    return content.getvalue()


def _pictures(result: ComparisonResult | SimulationResult) -> dict[str, Draw]:
    """Name the pictures of a result: of a comparison, of the base and the strategy beside it (TE2)."""
    if isinstance(result, SimulationResult):
        return _of_one(result) | _response(result) | {"flow": result.plot_flow, "cycle": result.plot_cycle}
    found: dict[str, Draw] = {
        "strategies": result.plot_strategies,
        "flow": result.plot_flow,
        "cycle": result.plot_cycle,
    }
    found |= _of_one(result[result.base]) | _response(result[result.base])
    beside = result.comparison.front_runner()
    if beside is not None:
        found |= {f"best_{name}": draw for name, draw in _of_one(result[beside]).items()}
    return found


def _response(one: SimulationResult) -> dict[str, Draw]:
    """Name the picture of what money brings, where any channel responds to it."""
    responds = any(channel.response is not None for channel in one.scenario.channels.values())
    return {"response": lambda: one.plot_response()[0]} if responds else {}


def _of_one(one: SimulationResult) -> dict[str, Draw]:
    """Name the pictures of one strategy."""
    found: dict[str, Draw] = {"forecast": one.plot_forecast, "funnel": one.plot_funnel}
    if one.forecast.has_cash:
        found["cash"] = one.plot_cash
    if one.forecast.has_customers:
        found |= {"retention": one.plot_retention, "mrr_bridge": one.plot_mrr_bridge}
    return found


def _half_width(error: Floats, years: int) -> Floats:
    if years < 2:
        return np.zeros_like(error)
    return student(years) * error


def _axes(ax: Axes | None, width: float, height: float) -> Axes:
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(width, height), layout="constrained")
    return made


def _beside(ax: Axes, text: str, end: float, position: int) -> None:
    """Write a text to the right of a bar."""
    ax.annotate(text, (end, position), (5, 0), textcoords="offset points", va="center")


def _above(ax: Axes, text: str, place: float, position: int) -> None:
    """Write a number above a mark, on a ground of its own: a line may pass behind it."""
    ground = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none"}
    ax.annotate(
        text, (place, position), (0, 7), textcoords="offset points", ha="center", fontsize=8.5, bbox=ground
    )


def _finished(ax: Axes, legend: Place = "") -> Axes:
    """Remove lines without meaning, and put the legend where it covers nothing."""
    ax.spines[["top", "right"]].set_visible(False)
    if legend == "top":
        ax.legend(frameon=False, loc="upper center", ncols=4)
    elif legend:
        ax.legend(frameon=False, loc=legend, handlelength=3.5)
    return ax


def _scale(values: Floats, figure: Metric, currency: str) -> tuple[float, str]:
    """Choose the divisor, and the unit that results."""
    if figure.unit is Unit.SHARE:
        return 0.01, "%"
    if figure.unit is Unit.MONEY:
        known = np.abs(values[np.isfinite(values)])
        largest = float(known.max(initial=0.0))
        scale, word = next(((scale, word) for scale, word in _SCALES if largest >= scale), (1.0, ""))
        return scale, f"{word} {drawable(currency)}".strip()
    return 1.0, figure.unit.value if figure.unit in TIMES else ""


def _tick(name: str) -> str:
    """Fold a name beside an axis."""
    return in_lines(name, 26)


def _labelled(title: str, unit: str) -> str:
    return f"{title}, {unit}" if unit else title
