"""How a notebook shows results."""

from __future__ import annotations

import html

from funnelsim.metrics import FIGURES
from funnelsim.metrics.wording import simulated
from funnelsim.reports import notes
from funnelsim.reports.assumptions_page import columns, not_told_apart, overridden
from funnelsim.reports.columns import RANGE, Column, figure_column
from funnelsim.reports.grid import as_html, printable
from funnelsim.reports.strategy_columns import dated_names, deciding_columns
from funnelsim.scenario import AS_TYPED
from funnelsim.studies.assumptions import AssumptionsResult
from funnelsim.studies.results import ComparisonResult, SimulationResult

_FIGURES = (
    "inquiries",
    "leads",
    "won",
    "bookings",
    "revenue",
    "cost",
    "profit",
    "roi",
    "result",
    "cycle_length",
)


def comparison_html(result: ComparisonResult) -> str:
    """Write the figures that decide for each strategy, and the verdict."""
    months = result[result.base].forecast.months
    return "".join(
        [
            as_html("Strategy", dated_names(result), deciding_columns(result)),
            _paragraph(result.verdict),
            _paragraph(f"{notes.intervals(result.years, months)} {notes.profit_of_all(result.comparison)}"),
            *map(_paragraph, notes.extra_money(result.comparison, result.titles[result.base])),
            *map(_paragraph, notes.warnings(result.warnings, result.titles)),
        ]
    )


def assumptions_html(result: AssumptionsResult) -> str:
    """Write which strategy wins under which assumption, and the verdict."""
    months = result[AS_TYPED][result.base].forecast.months
    return "".join(
        [
            as_html("Assumption", list(result.titles.values()), columns(result)),
            _paragraph(result.verdict),
            _paragraph(notes.precision_of_the_mean(result.years, months)),
            *map(_paragraph, [*not_told_apart(result), *overridden(result)]),
        ]
    )


def simulation_html(result: SimulationResult) -> str:
    """Write the main figures of a strategy, and warnings."""
    forecast = result.forecast
    title = f"{result.title}: {simulated(result.years, forecast.months)}"
    return "".join(
        [
            as_html(title, ["mean"], [_column(result, name) for name in _FIGURES]),
            _paragraph(f"{notes.intervals(result.years, forecast.months)} {notes.profit(forecast)}"),
            *map(_paragraph, result.warnings),
            _paragraph(notes.counted_over(_FIGURES)),
        ]
    )


def _column(result: SimulationResult, metric: str) -> Column:
    figure = FIGURES[metric]
    shown = result.forecast.outcomes(metric)
    return figure_column(figure.title, figure.unit, result.forecast.names.currency, shown, RANGE)


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(printable(text))}</p>"
