"""Pictures of results."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal, cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import Comparison
from funnelsim.forecast import Forecast, Within, cohorts, retained
from funnelsim.forecast.intervals import student
from funnelsim.io.writing import whole_file
from funnelsim.metrics import FIGURES, TIMES, Unit
from funnelsim.metrics import Figure as Metric
from funnelsim.metrics.wording import number, simulated
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
    drawable,
    in_lines,
    legend_of,
    styles,
    with_fonts,
)
from funnelsim.studies.results import ComparisonResult, SimulationResult

_WIDEST = 78  # characters of a line above or below a picture
_BESIDE = 36  # of a line of a legend
_LINE = 0.18  # inches of a legend that a line takes
Place = Literal["", "top", "beside", "lower left", "lower right"]  # of a legend; "": none
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
    entered, advanced, lost, cold, other = fates_of(forecast)
    conversions = [each.mean for each in forecast.by("conversion", "stage").estimates]
    places = np.arange(len(entered) + 1)  # not by name: a stage may have any
    ax = _axes(ax, 9, 2.6 + 0.7 * len(entered))
    left = np.zeros(len(entered))
    for amount, colour, label in (
        (advanced, BLUE, "went on"),
        (lost, LIGHT, "said no"),
        (cold, ORANGE, "went cold"),
        (other, GREY, "sent back or still open"),
    ):
        ax.barh(places[:-1], amount, left=left, color=colour, label=label, height=0.66)
        left = left + amount
    ax.set_yticks(places, [*(_tick(stage) for stage in forecast.names.stages), "contracts"])
    for position, (total, conversion) in enumerate(zip(entered, conversions, strict=True)):
        share = f"; conversion {number(100 * conversion)} %" if math.isfinite(conversion) else ""
        _beside(ax, f"{number(total)} came{share}", total, position)
    won = forecast.estimate("won_of_inquiries").mean
    ax.barh(places[-1:], [won], color=GREEN, height=0.66)
    _beside(ax, f"{number(won)} won of these inquiries", won, len(entered))
    ax.set_ylim(len(entered) + 0.5, -1.2)  # the first stage on top, room for the legend above it
    ax.set_xlim(0, max(float(entered.max()) * 1.35, 1.0))
    ax.set_xlabel("Visits of the period's inquiries to the stage")
    ax.set_title(
        f"{in_lines(f'The funnel, {strategy}', _WIDEST)}\n"
        f"mean of {simulated(forecast.years, forecast.months)}; conversion: of visits worked to a decision"
    )
    return _finished(ax, legend="top")


def cycle_curve(forecasts: Mapping[str, Forecast], ax: Axes | None = None) -> Axes:
    """Draw the share of contracts won by the days since the inquiry.

    Bands have the precision of the mean; where leads are open at the end, they reach down to the share if all
    of them are won.
    """
    few = len(forecasts) <= 3  # more bands would cover each other
    cycles = [forecast.cycle() for forecast in forecasts.values()]
    quantiles = [{level: each.quantile(level) for level in (0.5, 0.9, 0.99)} for each in cycles]
    labels = [_quick(name, within) for name, within in zip(forecasts, quantiles, strict=True)]
    lines = sum(label.count("\n") + 1 for label in labels)
    ax = _axes(ax, 9 if few else 12, max(4.8, 1.4 + _LINE * lines))
    longest, is_open = 1.0, False
    drawn = zip(forecasts.values(), cycles, quantiles, styles(), strict=False)
    for position, (forecast, found, within, style) in enumerate(drawn):
        upper, lower = found.at_most, found.at_least
        ax.plot(upper.days, 100 * upper.share, label=f"strategy {position}", **style)
        if few:
            high = 100 * (upper.share + _half_width(upper.error, forecast.years))
            low = 100 * (lower.share - _half_width(lower.error, forecast.years))
            ax.fill_between(upper.days, low, high, color=style["color"], alpha=0.2, linewidth=0)
        ends = (
            each.most.value if math.isfinite(each.most.value) else each.least.value
            for each in within.values()
        )
        longest = max([longest, *(day for day in ends if math.isfinite(day))])
        is_open |= found.open
    for level in (50, 90):
        ax.axhline(level, color=LIGHT, linewidth=1, zorder=0)
    ax.set_xlim(0, longest)
    ax.set_ylim(0, 101)
    ax.set_xlabel("Days since the inquiry")
    ax.set_ylabel("Contracts won by then, % of all contracts")
    years = next(iter(forecasts.values()))
    sure = "bands: 95 % precision of the mean" if few else "mean"
    sure += ", down to where all that is open is won" if few and is_open else ""
    ax.set_title(f"How long it takes to win\n{sure} of {simulated(years.years, years.months)}")
    return legend_of(_finished(ax, legend="lower right" if few else "beside"), labels)


def _quick(name: str, within: Mapping[float, Within]) -> str:
    """Name a strategy, and within how many days half and nine tenths of its contracts are won."""
    days = f"half within {within[0.5].words()} days, 90 % within {within[0.9].words()}"
    return f"{in_lines(f'{name}:', _BESIDE)}\n{days}"


def strategies(
    comparison: Comparison, titles: Mapping[str, str], metric: str, ax: Axes | None = None
) -> Axes:
    """Draw the difference of a figure from the base's in the same worlds, with the precision of the mean."""
    if metric not in FIGURES or "all" not in FIGURES[metric].by:
        known = ", ".join(name for name, figure in FIGURES.items() if "all" in figure.by)
        raise ValueError(f"there is no figure {metric!r} to compare; there are {known}")
    found = comparison.differences(metric)
    figure = FIGURES[metric]
    base, against = comparison.forecasts[comparison.base], titles[comparison.base]
    ends = np.array([(each.mean, each.low, each.high) for each in found.values()]).reshape(-1, 3)
    scale, unit = _scale(ends, figure, base.names.currency)
    ticks = [_tick(titles[name]) for name in found]
    row = max(0.5, _LINE * max((tick.count("\n") + 2 for tick in ticks), default=1))
    ax = _axes(ax, 9, 2.0 + row * max(len(found), 1))
    for position, (each, (mean, low, high)) in enumerate(zip(found.values(), ends / scale, strict=True)):
        good = each.mean * figure.better if figure.better else 0
        colour = GREY if not each.sure or good == 0 else BLUE if good > 0 else RED
        ax.errorbar(
            mean, position, xerr=[[mean - low], [high - mean]], fmt="o", capsize=4, lw=2, color=colour
        )
    ax.axvline(0, color="black", linewidth=1)
    ax.set_yticks(range(len(found)), ticks)
    ax.set_ylim(max(len(found), 1) - 0.5, -0.5)
    ax.set_xlabel(_labelled(in_lines(f"{figure.title}: difference from {against}", _WIDEST), unit))
    years = simulated(comparison.years, base.months)
    ax.set_title(
        f"{in_lines(f'Strategies against {against}, in the same {years}', _WIDEST)}\n"
        "bars: 95 % precision of the mean; grey: cannot be told apart"
    )
    return _finished(ax)


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
    chance = number(100 * forecast.estimate("ran_out_of_cash").mean)
    ax.set_title(f"{ax.get_title()}\nbelow 0 on some day of the period: {chance} % of them")
    return ax


def write_pictures(result: ComparisonResult, folder: Path) -> list[Path]:
    """Draw a comparison's pictures into PNG files, without a window; return the files."""
    written = []
    for name, content in drawn(result):
        with whole_file(folder / name, overwrite=True) as opened:
            opened.write(content)
        written.append(folder / name)
    return written


def drawn(result: ComparisonResult | SimulationResult) -> Iterator[tuple[str, bytes]]:
    """Draw the pictures of a result as PNG, without a window: file names and contents."""
    plt.switch_backend("Agg")
    for name, draw in _pictures(result).items():
        content = io.BytesIO()
        with with_fonts():
            figure = cast(Figure, draw().figure)
            figure.savefig(content, format="png", dpi=150)
        plt.close(figure)
        yield f"{name}.png", content.getvalue()


def _pictures(result: ComparisonResult | SimulationResult) -> dict[str, Callable[[], Axes]]:
    one = result if isinstance(result, SimulationResult) else result[result.base]
    found: dict[str, Callable[[], Axes]] = {}
    if isinstance(result, ComparisonResult):
        found["strategies"] = result.plot_strategies
    found |= {"forecast": one.plot_forecast, "funnel": one.plot_funnel, "cycle": result.plot_cycle}
    if any(channel.response is not None for channel in result.scenario.channels.values()):
        found["response"] = lambda: one.plot_response()[0]
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


def _finished(ax: Axes, legend: Place = "") -> Axes:
    """Remove lines without meaning, and put the legend where it covers nothing."""
    ax.spines[["top", "right"]].set_visible(False)
    if legend == "top":
        ax.legend(frameon=False, loc="upper center", ncols=4)
    elif legend == "beside":
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3.5)
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
