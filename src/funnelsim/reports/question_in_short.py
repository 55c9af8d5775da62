"""Each question in short: a sentence that answers it, and one table that fits the width (TE10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Forecast
from funnelsim.metrics.cut import labels
from funnelsim.metrics.funnel import stages_of_the_sale
from funnelsim.reports import notes
from funnelsim.reports.columns import Column
from funnelsim.reports.cuts import column, of_everything, reps_or_teams
from funnelsim.reports.grid import tables
from funnelsim.reports.question_answers import answered_of_all, answered_of_one
from funnelsim.reports.questions import Question
from funnelsim.reports.strategy_columns import (
    busy_columns,
    cycle_column,
    forecasts_of,
    gain_column,
    strategy_column,
    titles_of,
)
from funnelsim.studies.results import ComparisonResult, SimulationResult


def of_all_in_short(question: Question, result: ComparisonResult, width: int) -> list[RenderableType]:
    """Answer a question, and compare strategies in as many of its columns as the width allows."""
    columns = _COLUMNS[question.name](result)
    table = tables("Strategy", titles_of(result), columns, width=width)[0]
    profit = [Text(), Text(notes.profit_of_all(result.comparison))] if question.name == "money" else []
    return [*answered_of_all(question, result), Text(), table, *profit]


def of_one_in_short(question: Question, result: SimulationResult, width: int) -> list[RenderableType]:
    """Answer a question, and show one strategy by what answers it best: stage, month or rep."""
    return [*answered_of_one(question, result), Text(), _table(question, result.forecast, width)]


def about_intervals(questions: Sequence[Question], years: int, months: int, of_one: bool) -> str:
    """State what the intervals of these questions in short are: most have no precision of a mean."""
    precise = any(question.name in _PRECISE[of_one] for question in questions)
    return notes.intervals(years, months) if precise else notes.range_of_outcomes(months)


def _table(question: Question, forecast: Forecast, width: int) -> Table:
    """Lay out a question about one strategy: intervals beside their values if there is room, else beneath."""
    if question.name == "customers":
        return of_everything(forecast, _occurring(_CUSTOMERS, [forecast]), width)[0]
    asked, metrics = _CUTS[question.name]
    dimension = reps_or_teams(forecast) if asked == "rep" else asked
    columns = [column(forecast, metric, dimension) for metric in metrics]
    places = labels(forecast.names, dimension)
    if question.name == "funnel":
        columns = [*notes.conversion_columns(forecast.conversions()), *columns]
        funnel = stages_of_the_sale(forecast.model)
        columns, places = [each.at(funnel) for each in columns], tuple(places[number] for number in funnel)
    laid = partial(tables, dimension.capitalize(), places, columns, width=width)
    beside = laid(Column.beside)
    return (beside if len(beside) == 1 else laid(Column.beneath))[0]


# ---- which columns, the first ones first -----------------------------------------------------

_CUSTOMERS = (
    *("won", "customers", "logo_churn", "nrr", "mrr", "delivered", "delivered_in_time", "cancelled"),
    *("repeat_purchases", "referred", "contract_value", "revenue"),
)
_PRECISE = {False: ("money", "funnel"), True: ("funnel", "customers")}
"""Questions whose table has the precision of a mean: of all strategies, and of one."""

_CUTS = {
    "bottleneck": ("stage", ("wait", "queue", "gone_cold_of_visits", "time_in_stage")),
    "money": ("month", ("bookings", "revenue", "cost", "result")),
    "funnel": ("stage", ("visits", "gone_cold_of_visits", "lost_of_visits")),
    "people": ("rep", ("utilisation", "won", "bookings", "wait", "revenue")),
}  # by what one strategy is shown, and in which figures


def _bottleneck(result: ComparisonResult) -> list[Column]:
    """Show the busiest team of the base first, then what waiting does to leads, then the other teams."""
    first, *others = busy_columns(result)
    waits = _figures(result, ("queue", "gone_cold_share", "time_to_first_contact"))
    return [first, *waits, *others]


def _money(result: ComparisonResult) -> list[Column]:
    gains = [gain_column(result)] if len(result) > 1 else []
    shown = ("profit", "ran_out_of_cash", "revenue", "cost", "won", "roi", "lowest_cash")
    profit, *others = _figures(result, shown)
    return [profit, *gains, *others]


def _funnel(result: ComparisonResult) -> list[Column]:
    shown = _figures(result, ("won", "inquiries", "leads", "inquiry_to_contract"))
    cycle = [cycle_column(result)] if len(result) > 1 else []
    return [*shown, *cycle, *_figures(result, ("gone_cold_share", "lead_to_contract"))]


def _people(result: ComparisonResult) -> list[Column]:
    figures = ("utilisation", "bookings_per_rep", "on_staff", "pay_cost", "commission_cost", "rosi")
    return _figures(result, figures)


def _customers(result: ComparisonResult) -> list[Column]:
    return _figures(result, _CUSTOMERS)


def _figures(result: ComparisonResult, metrics: Sequence[str]) -> list[Column]:
    return [strategy_column(result, name) for name in _occurring(metrics, forecasts_of(result))]


def _occurring(metrics: Sequence[str], forecasts: Sequence[Forecast]) -> list[str]:
    """Leave out figures that are 0 or undefined everywhere, such as what customers do if there are none."""
    return [
        name
        for name in metrics
        if any(abs(forecast.outcomes(name)[0].value) > 0 for forecast in forecasts)  # NaN is not
    ]


_COLUMNS: dict[str, Callable[[ComparisonResult], list[Column]]] = {
    "bottleneck": _bottleneck,
    "money": _money,
    "funnel": _funnel,
    "people": _people,
    "customers": _customers,
}
