"""Each question in full: a sentence that answers it, then all tables, of one strategy or of all compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.decisions import Difference
from funnelsim.forecast import Estimate, Forecast
from funnelsim.metrics.funnel import stages_of_the_sale
from funnelsim.metrics.wording import period
from funnelsim.reports import notes
from funnelsim.reports.busy import by_person
from funnelsim.reports.cash_notes import cash_notes
from funnelsim.reports.columns import Column
from funnelsim.reports.cuts import by, column, of_everything, reps_or_teams, section
from funnelsim.reports.grid import printable, tables
from funnelsim.reports.question_answers import answered_of_all, answered_of_one, called, shown_beside
from funnelsim.reports.questions import Part, Question
from funnelsim.reports.run_tables import cycle, lost, quota, quotas_left_out
from funnelsim.reports.strategy_columns import (
    best_columns,
    busy_columns,
    cycle_column,
    deciding_columns,
    forecasts_of,
    order,
    quota_columns,
    strategy_column,
    titles_of,
)
from funnelsim.studies.results import ComparisonResult, SimulationResult

_DECIDING = ("won", "cost", "profit", "roi")  # `deciding_columns` have them


def of_one(question: Question, result: SimulationResult, width: int) -> list[RenderableType]:
    """Lay out what one strategy has to say to a question."""
    forecast = result.forecast
    return [
        *answered_of_one(question, result),
        Text(),
        *of_everything(forecast, question.figures, width),
        *notes.without_interval(_estimates(forecast, question.figures), forecast.months),
        Text(notes.counted_over(question.figures)),
        *_more_of_money(question, forecast),
        *_details(question, result, width),
        *_parts(question, forecast, width),
        *(cash_notes(result.scenario, forecast) if question.name == "money" else []),
    ]


def of_all(question: Question, result: ComparisonResult, width: int) -> list[RenderableType]:
    """Lay out what all strategies have to say to a question, and today and the best in detail."""
    found = [*answered_of_all(question, result), *_strategies(question, result, width)]
    for each in shown_beside(result):
        details = _details(question, each, width)
        if details:
            found += [Text(), notes.heading(called(each)), *details]
    return found


def occurring(question: Question, forecasts: Iterable[Forecast]) -> list[tuple[Part, tuple[str, ...]]]:
    """Find the parts of a question that occur in any of the forecasts, and the figures that say anything."""
    seen = [*forecasts]

    def occurs(metric: str) -> bool:
        return any(each.outcomes(metric)[0].value > 0 for each in seen)  # NaN is not

    return [
        (part, tuple(name for name in part.figures if part.whole or occurs(name)))
        for part in question.parts
        if any(occurs(sign) for sign in part.signs)
    ]


# ---- of all strategies ----------------------------------------------------------------------


def _strategies(question: Question, result: ComparisonResult, width: int) -> list[RenderableType]:
    """Show the figures of a question, strategy by strategy."""
    names = titles_of(result)
    found: list[RenderableType] = []
    for shown in _groups(question, result):
        found += spaced(tables("Strategy", names, shown, width=width) if shown else [])
    found += [Text(), Text(notes.counted_over(question.figures))]
    if question.name == "money":
        found += _about_money(result)
    if question.name == "bottleneck":
        found += by_person({result.titles[name]: result[name].forecast for name in order(result)}, width)
    for part, metrics in occurring(question, forecasts_of(result)):
        shown = [strategy_column(result, name) for name in metrics]
        found += section(part.title, tables("Strategy", names, shown, width=width))
    return found


def _groups(question: Question, result: ComparisonResult) -> list[list[Column]]:
    """Make the columns of a question, table by table: its figures, and what only a comparison has."""
    columns = [strategy_column(result, name) for name in question.figures]
    if question.name == "money":
        rest = [strategy_column(result, name) for name in question.figures if name not in _DECIDING]
        return [deciding_columns(result), [*rest, *quota_columns(result)], _chances(result)]
    if question.name == "bottleneck":
        return [busy_columns(result), columns]
    return [[*columns, cycle_column(result)]] if question.name == "funnel" else [columns]


def _chances(result: ComparisonResult) -> list[Column]:
    """Make the columns of how likely each strategy is the best; none where nobody can tell."""
    base = result.comparison.chances[result.base].best
    return [] if math.isnan(base) or len(result) == 1 else best_columns(result)


def _about_money(result: ComparisonResult) -> list[RenderableType]:
    """State what amounts are."""
    base = result[result.base].forecast
    said = [
        notes.profit_of_all(result.comparison),
        *notes.extra_money(result.comparison, printable(result.titles[result.base])),
        notes.books(base),
    ]
    if _chances(result):
        said.append(notes.best(result.years, base.months))
    return [Text(line) for line in said]


# ---- of one strategy ------------------------------------------------------------------------


def _details(question: Question, result: SimulationResult, width: int) -> list[RenderableType]:
    """Show the figures of a question by stage, month, rep and so on."""
    forecast = result.forecast
    found: list[RenderableType] = []
    for asked, metrics in question.cuts:
        dimension = reps_or_teams(forecast) if asked == "rep" else asked
        if dimension == "segment" and len(forecast.names.segments) == 1:
            continue
        found += section(f"By {dimension}", _cut(question, forecast, dimension, metrics, width))
        if dimension == "month":
            found.append(Text(notes.added_up(forecast.months)))
        found.append(Text(notes.counted_over(metrics)))
    return [*found, *_besides(question, forecast, width)]


def _cut(
    question: Question, forecast: Forecast, dimension: str, metrics: Sequence[str], width: int
) -> list[Table]:
    """Show figures of a dimension; those of stages beside their conversions, the funnel's first (TE11)."""
    if question.name != "funnel" or dimension != "stage":
        return by(forecast, dimension, metrics, width)
    conversions = notes.conversion_columns(forecast.conversions())
    columns = [*conversions, *(column(forecast, metric, dimension) for metric in metrics)]
    funnel = stages_of_the_sale(forecast.model)
    others = [number for number in range(len(forecast.names.stages)) if number not in funnel]
    found: list[Table] = []
    for title, numbers in (("Stage", funnel), ("Stage of customers", others)):
        names = [forecast.names.stages[number] for number in numbers]
        if names:
            found += tables(title, names, [each.at(numbers) for each in columns], Column.beside, width)
    return found


def _besides(question: Question, forecast: Forecast, width: int) -> list[RenderableType]:
    """Show what is no cut of a figure: reasons, the cycle, quotas."""
    if question.name == "funnel":
        of = f"(of inquiries in {period(forecast.months)}, on average)"
        return [
            Text(notes.what_is_typed(forecast.conversions())),
            *section(f"Lost, by stage and reason {of}", lost(forecast, width)),
            *section("How long it takes to win", cycle(forecast, width)),
        ]
    quotas = quota(forecast, width) if question.name == "money" else []
    if not quotas:
        return []
    found = section("Quotas, as far as bookings reach them", quotas)
    return [*found, *map(Text, quotas_left_out(forecast))]


def _parts(question: Question, forecast: Forecast, width: int) -> list[RenderableType]:
    """Show the parts that occur, and of each part the figures that say anything."""
    found: list[RenderableType] = []
    for part, figures in occurring(question, [forecast]):
        found += section(part.title, of_everything(forecast, figures, width))
        found.append(Text(notes.counted_over(figures)))
        for asked, metrics in part.cuts:
            dimension = reps_or_teams(forecast) if asked == "rep" else asked
            shown = [name for name in metrics if name in figures]
            if shown:
                found += [Text(), *by(forecast, dimension, shown, width), Text(notes.counted_over(shown))]
    return found


def _more_of_money(question: Question, forecast: Forecast) -> list[RenderableType]:
    """State what profit and the books are."""
    if question.name != "money":
        return []
    return [Text(notes.profit(forecast)), Text(notes.books(forecast))]


def _estimates(forecast: Forecast, metrics: Sequence[str]) -> dict[str, Estimate | Difference]:
    return {name: forecast.estimate(name) for name in metrics}


# ---- layout ---------------------------------------------------------------------------------


def spaced(found: Sequence[Table]) -> list[RenderableType]:
    """Put a blank line before each table."""
    return [each for table in found for each in (Text(), table)]
