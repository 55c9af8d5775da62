"""The page that `run` prints: one strategy in depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.quota import WHOLE
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.cut import labels
from funnelsim.metrics.wording import number, period
from funnelsim.reports import notes
from funnelsim.reports.columns import (
    PRECISION,
    RANGE,
    Column,
    chance,
    figure_column,
    outcome,
    precision,
    standing,
    text_column,
)
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.uncertainty import what_is_unknown
from funnelsim.studies.results import SimulationResult

MOST_REPS = 40  # in the table; larger teams are shown as a whole


def simulation_page(result: SimulationResult, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out one strategy in depth for a terminal.

    Parameters
    ----------
    result : SimulationResult
        What was simulated.
    next_command : str
        What to try next; empty if the page is to be kept.
    width : int
        Characters of a line at most.
    """
    forecast = result.forecast
    ran = notes.what_ran(result.plan, result.years, forecast.months)
    found: list[RenderableType] = [
        notes.heading(
            f"{notes.title_of(result.scenario)}, strategy {notes.named(result.strategy, result.title)}"
        ),
        Text(f"{ran}; {notes.horizon(result.scenario)}"),
        *notes.section("What is assumed", notes.assumption(result.scenario)),
        Text(notes.intervals(result.years, forecast.months)),
        *_section("In all", in_all(forecast, width)),
        *notes.without_interval({name: forecast.estimate(name) for name in _shown("all")}, forecast.months),
        Text(notes.profit(forecast)),
        Text(notes.books(forecast)),
        Text(notes.counted()),
        *_section("By month", _by(forecast, "month", width)),
        Text(notes.added_up(forecast.months)),
        *_section("By channel", _by(forecast, "channel", width)),
        Text(notes.counted_over(_shown("channel"))),
        *by_segment(forecast, width),
        *_section("By stage", by_stage(forecast, width)),
        Text(notes.what_is_typed(forecast.conversions())),
        Text(notes.counted_over(_shown("stage"))),
        *_section(
            f"Lost, by stage and reason (of inquiries in {period(forecast.months)}, on average)",
            lost(forecast, width),
        ),
        *junk(forecast, width),
        *_section("By rep", by_rep(forecast, width)),
        Text(notes.counted_over(_shown("rep"))),
        *_section("How long it takes to win", cycle(forecast, width)),
    ]
    if forecast.goals:
        found += _section("Goals", goals(forecast, width))
        found += [Text(line) for line in notes.worst_months(forecast.goals)]
    quotas = quota(forecast, width)
    if quotas:
        found += _section("Quotas, as far as bookings reach them", quotas)
        found += [Text(line) for line in quotas_left_out(forecast)]
    found += what_is_unknown(forecast, width)
    found += _watch(result)
    return Group(*found, *notes.next_step(next_command, width))


def _section(title: str, content: Sequence[Table]) -> list[RenderableType]:
    spaced: list[RenderableType] = [Text(), notes.heading(title)]
    for position, table in enumerate(content):
        spaced += [Text(), table] if position else [table]
    return spaced


def in_all(forecast: Forecast, width: int) -> list[Table]:
    """List the main figures: mean, its precision and the range of single years, each in its own unit."""
    rows = []
    for name in _shown("all"):
        figure, estimate = FIGURES[name], forecast.estimate(name)
        both = [precision(estimate), outcome(estimate)]
        rows.append(figure_column(forecast.title(name), figure.unit, _currency(forecast), both, RANGE))
    columns = [
        text_column("Mean", [row.values[0] for row in rows]),
        text_column(PRECISION, [row.intervals[0] for row in rows]),
        text_column(RANGE, [row.intervals[1] for row in rows]),
        text_column("Unit", [row.unit for row in rows]),
        text_column("Counted over", [notes.BASES[FIGURES[name].basis] for name in _shown("all")]),
    ]
    return tables("Figure", [row.title for row in rows], columns, Column.beside, width)


def by_segment(forecast: Forecast, width: int) -> list[RenderableType]:
    """Show how segments differ; nothing where there is one."""
    if len(forecast.names.segments) == 1:
        return []
    table = _by(forecast, "segment", width)
    return [*_section("By segment", table), Text(notes.counted_over(_shown("segment")))]


_JUNK = ("handed_over", "junk_rate", "true_junk_share", "false_rejections", "junk_hours", "junk_cost")


def junk(forecast: Forecast, width: int) -> list[RenderableType]:
    """Show what sales rejects at first contact, by channel and by rep; nothing where it rejects nobody."""
    if not forecast.estimate("handed_over").mean:
        return []
    found: list[RenderableType] = []
    for dimension in ("channel", "team" if len(forecast.names.reps) > MOST_REPS else "rep"):
        columns = [_column(forecast, metric, dimension) for metric in _JUNK]
        places = labels(forecast.names, dimension)
        table = tables(dimension.capitalize(), places, columns, Column.beside, width)
        found += _section(f"Junk, by {dimension}: what sales rejects at first contact", table)
    return [*found, Text(notes.counted_over(_JUNK))]


def by_stage(forecast: Forecast, width: int) -> list[Table]:
    """Show conversions, typed and simulated, and what happens in each stage."""
    columns = [
        *notes.conversion_columns(forecast.conversions()),
        *(_column(forecast, metric, "stage") for metric in _shown("stage")),
    ]
    return tables("Stage", forecast.names.stages, columns, Column.beside, width)


def lost(forecast: Forecast, width: int) -> list[Table]:
    """Count leads that ended without a contract, by stage and reason."""
    counts = forecast.reasons("stage")
    columns = [
        figure_column(printable(reason), Unit.COUNT, "", [Interval(each, each, each) for each in column])
        for reason, column in zip(forecast.names.reasons, counts.T, strict=True)
    ]
    return tables("Stage", forecast.names.stages, columns, Column.beside, width)


def by_rep(forecast: Forecast, width: int) -> list[Table]:
    """Show what each rep does; if there are many, what each team does."""
    dimension = "rep" if len(forecast.names.reps) <= MOST_REPS else "team"
    return _by(forecast, dimension, width)


def cycle(forecast: Forecast, width: int) -> list[Table]:
    """Show within how many days a tenth, half and nine tenths of contracts are won.

    Where leads are open at the end, these are bounds: if none of them is won, and if all of them are.
    """
    found = forecast.cycle()
    within = {level: found.quantile(level) for level in (0.1, 0.5, 0.9)}
    days = figure_column(
        "Days", Unit.DAYS, "", [*(each.precision for each in within.values()), found.mean], PRECISION
    )
    days = replace(days, unit="", values=(*(each.words() for each in within.values()), days.values[-1]))
    mean = "on average"
    if forecast.followed is not None:
        mean = f"on average, of those won within {forecast.followed:,.0f} days"
    labels = [*(f"{number(100 * level)} % of contracts within" for level in within), mean]
    return tables("Won", labels, [days], Column.beside, width)


def goals(forecast: Forecast, width: int) -> list[Table]:
    """Show what each goal asks, where its figure stands, and how likely the goal is to be reached."""
    chances = forecast.chances()
    stands = [
        figure_column("", FIGURES[each.goal.metric].unit, _currency(forecast), [standing(each)], RANGE)
        for each in chances
    ]
    asked = [f"{FIGURES[each.goal.metric].title}: {each.goal.words()}" for each in chances]
    columns = [
        text_column("Mean", [each.values[0] for each in stands]),
        text_column(RANGE, [each.intervals[0] for each in stands]),
        text_column("Unit", [each.unit for each in stands]),
        text_column("Wanted", [each.goal.bounds() for each in chances]),
        figure_column("Chance", Unit.SHARE, "", [chance(each) for each in chances], PRECISION),
        text_column("What it asks", asked),
    ]
    return tables("Goal", [printable(each.goal.name) for each in chances], columns, Column.beside, width)


def quota(forecast: Forecast, width: int) -> list[Table]:
    """Show how far the firm and teams reach their quotas by quarter, and reps over the period."""
    found = [each for each in forecast.quotas() if each.dimension != "rep" or each.quarter == WHOLE]
    if not found:
        return []
    currency = _currency(forecast)
    typed = [Interval(each.quota, each.quota, each.quota) for each in found]
    columns = [
        figure_column("Quota", Unit.MONEY, currency, typed),
        figure_column("Attained", Unit.SHARE, "", [outcome(each.attained) for each in found], RANGE),
        figure_column("Gap", Unit.MONEY, currency, [outcome(each.gap) for each in found], RANGE),
        figure_column("Chance", Unit.SHARE, "", [each.chance for each in found], PRECISION),
    ]
    whose = ["firm" if each.dimension == "all" else printable(each.place) for each in found]
    labels = [f"{who}, {each.quarter}" for who, each in zip(whose, found, strict=True)]
    return tables("Of, in", labels, columns, Column.beside, width)


def quotas_left_out(forecast: Forecast) -> list[str]:
    """State where the quotas are that the page leaves out."""
    left_out = any(each.dimension == "rep" and each.quarter != WHOLE for each in forecast.quotas())
    return ["Quotas of reps by quarter are in quota.csv, which --out writes."] if left_out else []


def _shown(table: str) -> list[str]:
    """List the figures in a table of the page, in the order of the register."""
    return [figure.name for figure in FIGURES.values() if table in figure.page]


def _by(forecast: Forecast, dimension: str, width: int) -> list[Table]:
    metrics = _shown("rep" if dimension == "team" else dimension)
    columns = [_column(forecast, metric, dimension) for metric in metrics]
    places = labels(forecast.names, dimension)
    return tables(dimension.capitalize(), places, columns, Column.beside, width)


def _column(forecast: Forecast, metric: str, dimension: str) -> Column:
    figure = FIGURES[metric]
    found = forecast.outcomes(metric, dimension)
    return figure_column(forecast.title(metric, dimension), figure.unit, _currency(forecast), found, RANGE)


def _watch(result: SimulationResult) -> list[RenderableType]:
    if not result.warnings:
        return []
    return [Text(), notes.heading("Watch"), *notes.indented(result.warnings)]


def _currency(forecast: Forecast) -> str:
    return printable(forecast.names.currency)
