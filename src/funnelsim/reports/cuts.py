"""Tables of a forecast's figures: those of everything in rows, those of months, reps and so on in columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Forecast
from funnelsim.metrics import FIGURES
from funnelsim.metrics.cut import labels
from funnelsim.reports import notes
from funnelsim.reports.columns import (
    PRECISION,
    RANGE,
    Column,
    figure_column,
    outcome,
    precision,
    text_column,
)
from funnelsim.reports.grid import printable, tables

MOST_REPS = 40  # in a table; larger teams are shown as a whole


def section(title: str, content: Sequence[Table]) -> list[RenderableType]:
    """Put a heading above tables."""
    spaced: list[RenderableType] = [Text(), notes.heading(title)]
    for position, table in enumerate(content):
        spaced += [Text(), table] if position else [table]
    return spaced


def of_everything(forecast: Forecast, metrics: Sequence[str], width: int) -> list[Table]:
    """List figures: mean, its precision and the range of single years, each in its own unit."""
    rows = []
    for name in metrics:
        both = [precision(forecast.estimate(name)), outcome(forecast.estimate(name))]
        rows.append(figure_column(forecast.title(name), FIGURES[name].unit, currency(forecast), both, RANGE))
    columns = [
        text_column("Mean", [row.values[0] for row in rows]),
        text_column(PRECISION, [row.intervals[0] for row in rows]),
        text_column(RANGE, [row.intervals[1] for row in rows]),
        text_column("Unit", [row.unit for row in rows]),
    ]
    return tables("Figure", [row.title for row in rows], columns, Column.beside, width)


def by(forecast: Forecast, dimension: str, metrics: Sequence[str], width: int) -> list[Table]:
    """Show figures of each month, channel, segment, stage, rep or team: the mean, and the range of years."""
    columns = [column(forecast, metric, dimension) for metric in metrics]
    places = labels(forecast.names, dimension)
    return tables(dimension.capitalize(), places, columns, Column.beside, width)


def column(forecast: Forecast, metric: str, dimension: str) -> Column:
    """Show a figure of each place of a cut."""
    found = forecast.outcomes(metric, dimension)
    title = forecast.title(metric, dimension)
    return figure_column(title, FIGURES[metric].unit, currency(forecast), found, RANGE)


def reps_or_teams(forecast: Forecast) -> str:
    """Choose reps, or teams where there are too many reps for a table."""
    return "rep" if len(forecast.names.reps) <= MOST_REPS else "team"


def currency(forecast: Forecast) -> str:
    """Return the currency as it can be printed."""
    return printable(forecast.names.currency)
